/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * completions.c - completion files for the system's shells, printed by `glint --completion SHELL`
 * from the rows of the program's options.
 */
#include "shell/help.h"

typedef struct Rows {
    const ProgramOption *rows;
    size_t n;
} Rows;

static void words_of_commands(Buf *out)
{
    size_t n = 0;
    const Command *const *table = command_table(&n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? " " : "", table[i]->name);
}

static void bash_case(Buf *out, const char *what, const char *words)
{
    buf_printf(out, "    %s) mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\"); return ;;\n",
               what, words);
}

static void completion_bash(Rows o, Buf *out)
{
    Buf b = BUF_INIT;
    buf_puts(
        out,
        "# bash completion for glint, printed by `glint --completion bash`\n"
        "_glint() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    case $prev in\n");
    for (size_t i = 0; i < o.n; i++) {
        buf_clear(&b);
        buf_printf(&b, "--%s", o.rows[i].name);
        if (o.rows[i].choices)
            bash_case(out, b.p, o.rows[i].choices);
    }
    buf_clear(&b);
    words_of_commands(&b);
    bash_case(out, "-c|--command", b.p);
    buf_clear(&b);
    for (size_t i = 0; i < o.n; i++) {
        if (o.rows[i].letter)
            buf_printf(&b, "-%c ", o.rows[i].letter);
        buf_printf(&b, "--%s ", o.rows[i].name);
    }
    buf_puts(out, "    esac\n    case $cur in\n");
    bash_case(out, "-*", b.p);
    buf_puts(out, "    esac\n    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n}\n"
                  "complete -o filenames -F _glint glint\n");
    buf_free(&b);
}

/* Brief texts inside single quotes of a shell. */
static void quoted_brief(Buf *out, const char *z)
{
    for (const char *p = z; *p; p++) {
        if (*p == '\'')
            buf_puts(out, "'\\''");
        else if (*p == '[' || *p == ']' || *p == ':')
            buf_printf(out, "\\%c", *p);
        else
            buf_putc(out, *p);
    }
}

static void completion_zsh(Rows rows, Buf *out)
{
    buf_puts(out, "#compdef glint\n# zsh completion for glint, printed by `glint --completion "
                  "zsh`\n_arguments -s \\\n");
    for (size_t i = 0; i < rows.n; i++) {
        const ProgramOption *o = &rows.rows[i];
        for (int k = 0; k < (o->letter ? 2 : 1); k++) {
            buf_puts(out, "  '");
            if (k)
                buf_printf(out, "-%c", o->letter);
            else
                buf_printf(out, "--%s", o->name);
            buf_putc(out, '[');
            quoted_brief(out, o->brief);
            buf_putc(out, ']');
            if (o->choices)
                buf_printf(out, ":%s:(%s)", o->metavar, o->choices);
            else if (o->metavar)
                buf_printf(out, ":%s:%s", o->metavar,
                           strcmp(o->metavar, "FILE") == 0 ? "_files" : "");
            buf_puts(out, "' \\\n");
        }
    }
    buf_puts(out, "  '*:file:_files'\n");
}

static void completion_fish(Rows rows, Buf *out)
{
    buf_puts(out, "# fish completion for glint, printed by `glint --completion fish`\n");
    for (size_t i = 0; i < rows.n; i++) {
        const ProgramOption *o = &rows.rows[i];
        buf_printf(out, "complete -c glint -l %s", o->name);
        if (o->letter)
            buf_printf(out, " -s %c", o->letter);
        if (o->choices)
            buf_printf(out, " -x -a '%s'", o->choices);
        else if (o->metavar)
            buf_puts(out, strcmp(o->metavar, "FILE") == 0 ? " -r" : " -x");
        buf_puts(out, " -d '");
        for (const char *p = o->brief; *p; p++)
            buf_printf(out, "%s%c", *p == '\'' ? "\\" : "", *p);
        buf_puts(out, "'\n");
    }
}

bool help_completion(Str shell, Buf *out)
{
    static const struct {
        const char *name;
        void (*print)(Rows rows, Buf *out);
    } shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
    Rows rows;
    rows.rows = program_options(&rows.n);
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (str_eqz(shell, shells[i].name)) {
            shells[i].print(rows, out);
            return true;
        }
    return false;
}
