/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse.c - text to commands: where one ends, what is a comment, where its output goes.
 *
 * Nothing here knows a command's name. exec.c cuts a text into commands with command_cut(), line.c
 * and script.c ask it whether a command goes on in the next line (an open bracket or quote, a comma
 * or a formula operator at the end). command_redirect() then takes `> file` and `| program` off the
 * end, and args.c reads what is left.
 *
 * Quotes are '..', ".." and `..`, doubled inside to mean themselves. An apostrophe inside a word
 * (don't) is a letter.
 * `#` starts a comment only at the beginning of a word, so that lang=C# is what it looks like. A
 * line that begins with
 * `!` belongs to the system's shell as a whole.
 */
#include <stdlib.h>
#include <unistd.h>

#include "shell/parse.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static bool is_wordy(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Does a quote begin at i? An apostrophe after a letter is part of the word. */
static bool opens_quote(Str s, size_t i)
{
    if (s.p[i] == '"' || s.p[i] == '`')
        return true;
    return s.p[i] == '\'' && (i == 0 || !is_wordy(s.p[i - 1]));
}

/* From an opening quote to behind the closing one; s.n + 1 when it stays open. */
static size_t quote_end(Str s, size_t i)
{
    char q = s.p[i++];
    for (; i < s.n; i++) {
        if (s.p[i] != q)
            continue;
        if (i + 1 < s.n && s.p[i + 1] == q)
            i++;
        else
            return i + 1;
    }
    return s.n + 1;
}

static bool comment_begins(Str s, size_t i)
{
    return s.p[i] == '#' && (i == 0 || is_blank(s.p[i - 1]) || s.p[i - 1] == ';');
}

static size_t line_end(Str s, size_t i)
{
    while (i < s.n && s.p[i] != '\n')
        i++;
    return i;
}

/* A formula's tilde: not the one of ~/file. */
static bool has_tilde(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '~' && (i + 1 >= s.n || s.p[i + 1] != '/'))
            return true;
    return false;
}

/* Is the command unfinished at the end of a line? */
static bool ends_open(Str s)
{
    s = str_trim(s);
    if (!s.n)
        return false;
    char c = s.p[s.n - 1];
    if (c == ',' || c == '~')
        return true;
    return strchr("+-*:^", c) && has_tilde(s);
}

Cut command_cut(Str text, size_t *pos, Span *out)
{
    size_t i = *pos;
    for (;;) {
        while (i < text.n && (is_blank(text.p[i]) || text.p[i] == ';'))
            i++;
        if (i < text.n && text.p[i] == '#')
            i = line_end(text, i);
        else
            break;
    }
    size_t from = i, depth = 0, last = i;
    if (i >= text.n) {
        *pos = text.n;
        return CUT_END;
    }
    if (text.p[i] == '!') {
        i = line_end(text, i);
        *out = (Span){from, i};
        *pos = i;
        return CUT_COMMAND;
    }
    bool more = false;
    for (; i < text.n; i++) {
        char c = text.p[i];
        if (opens_quote(text, i)) {
            i = quote_end(text, i) - 1;
            if (i >= text.n)
                more = true;
        } else if (c == '(' || c == '[' || c == '{') {
            depth++;
        } else if (c == ')' || c == ']' || c == '}') {
            depth -= depth > 0;
        } else if (comment_begins(text, i)) {
            i = line_end(text, i) - 1;
            continue;
        } else if (c == '\n' && !depth && !ends_open(str_sub(text, from, last))) {
            break;
        } else if (c == ';' && !depth) {
            break;
        }
        if (i < text.n && !is_blank(text.p[i]))
            last = i + 1;
    }
    bool ended = i < text.n;
    *pos = ended ? i + 1 : text.n;
    *out = (Span){from, more ? text.n : last};
    if (more || (!ended && (depth || ends_open(str_sub(text, from, last)))))
        return CUT_MORE;
    return CUT_COMMAND;
}

void comments_blank(char *text, size_t n)
{
    Str s = {text, n};
    for (size_t i = 0; i < n; i++) {
        if (opens_quote(s, i)) {
            i = quote_end(s, i) - 1;
        } else if (comment_begins(s, i)) {
            size_t end = line_end(s, i);
            memset(text + i, ' ', end - i);
            i = end;
        }
    }
}

size_t word_end(Str s, size_t i, const char *stops)
{
    size_t depth = 0;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (opens_quote(s, i)) {
            i = quote_end(s, i) - 1;
            if (i >= s.n)
                return s.n;
        } else if (c == '(' || c == '[' || c == '{') {
            depth++;
        } else if (c == ')' || c == ']' || c == '}') {
            if (!depth && strchr(stops, c))
                return i;
            depth -= depth > 0;
        } else if (!depth && (is_blank(c) || (c && strchr(stops, c)))) {
            return i;
        }
    }
    return s.n;
}

/* ---- redirection ---- */

static Str ending_of(Str path)
{
    size_t dot = path.n;
    while (dot && path.p[dot - 1] != '.' && path.p[dot - 1] != '/')
        dot--;
    return dot && path.p[dot - 1] == '.' ? str_sub(path, dot, path.n) : STR_NULL;
}

static bool listed_ending(Str ending)
{
    static const char *const endings[] = {"csv", "tsv",  "json", "ndjson", "md",  "tex",  "html",
                                          "txt", "svg",  "png",  "pdf",    "sql", "py",   "c",
                                          "xml", "pmml", "gz",   "zst",    "xz",  "glint"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ieq(ending, str_of(endings[i])))
            return true;
    return false;
}

static bool known_ending(Str path)
{
    return memchr(path.p, '/', path.n) || listed_ending(ending_of(path));
}

bool redirect_ending_known(Str path)
{
    Str ending = ending_of(path);
    return !ending.n || str_eqz(ending, "log") || str_eqz(ending, "out") || listed_ending(ending);
}

bool program_exists(Str line)
{
    Str name = str_sub(line, 0, word_end(line, 0, ""));
    const char *path = getenv("PATH");
    if (!name.n || memchr(name.p, '/', name.n))
        return name.n > 0;
    Str rest = str_of(path ? path : "");
    while (rest.n) {
        Str folder = str_split(rest, ':', &rest);
        Buf full = BUF_INIT;
        buf_str(&full, folder);
        buf_putc(&full, '/');
        buf_str(&full, name);
        bool found = access(full.p, X_OK) == 0;
        buf_free(&full);
        if (found)
            return true;
    }
    return false;
}

/* Is the sign at i alone: not part of >= <= -> <> || ? */
static bool lone_sign(Str s, size_t i)
{
    char before = i ? s.p[i - 1] : ' ', after = i + 1 < s.n ? s.p[i + 1] : ' ';
    return !strchr("<>-|=", before) && !strchr("<>|=", after);
}

Redirect command_redirect(Str command, bool expressions)
{
    Redirect none = {.body = command.n}, out = none;
    size_t depth = 0;
    for (size_t i = 0; i < command.n; i++) {
        char c = command.p[i];
        if (opens_quote(command, i)) {
            i = quote_end(command, i) - 1;
            continue;
        }
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth && (c == ')' || c == ']' || c == '}');
        if (depth || (c != '>' && c != '|') || !lone_sign(command, i))
            continue;
        size_t from = i + 1;
        while (from < command.n && is_blank(command.p[from]))
            from++;
        Str target = str_trim(str_sub(command, from, command.n));
        if (!target.n)
            continue;
        Redirect r = {c, target, {from, from + target.n}, i};
        if (c == '|') {
            if (!expressions || program_exists(target)) {
                return r;
            }
        } else if (word_end(target, 0, "") == target.n) {
            bool quoted = target.p[0] == '"' || target.p[0] == '\'';
            Str bare = quoted && target.n > 1 ? str_sub(target, 1, target.n - 1) : target;
            r.target = bare;
            if (!expressions || known_ending(bare))
                out = r;
        }
    }
    return out;
}

/* ---- quotes ---- */

Str unquote(Arena *a, Str raw, bool *quoted)
{
    if (quoted)
        *quoted = false;
    if (raw.n < 2 || !strchr("'\"`", raw.p[0]) || quote_end(raw, 0) != raw.n)
        return raw;
    if (quoted)
        *quoted = true;
    char q = raw.p[0];
    Str inside = str_sub(raw, 1, raw.n - 1);
    if (!memchr(inside.p, q, inside.n))
        return inside;
    char *p = arena_strndup(a, inside.p, inside.n);
    size_t n = 0;
    for (size_t i = 0; i < inside.n; i++) {
        p[n++] = inside.p[i];
        i += inside.p[i] == q;
    }
    return (Str){p, n};
}

/* Words of clauses and expressions: a column of that name wants quotes. */
static bool is_reserved(Str name)
{
    static const char *const words[] = {"where", "by",  "sort", "limit", "top",  "as",      "to",
                                        "with",  "on",  "and",  "or",    "not",  "in",      "is",
                                        "like",  "null", "true", "false", "between"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieq(name, str_of(words[i])))
            return true;
    return false;
}

void buf_name(Buf *b, Str name)
{
    bool plain = name.n > 0 && !(name.p[0] >= '0' && name.p[0] <= '9') && !is_reserved(name);
    for (size_t i = 0; i < name.n; i++)
        plain = plain && (is_wordy(name.p[i]) || (name.p[i] == '.' && i));
    if (plain) {
        buf_str(b, name);
        return;
    }
    buf_putc(b, '`');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '`')
            buf_putc(b, '`');
        buf_putc(b, name.p[i]);
    }
    buf_putc(b, '`');
}

/* ---- variables ---- */

bool variables_replace(Str text, const Variable *vars, size_t n, Buf *out, Error *err)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '$' || i + 1 >= text.n || text.p[i + 1] != '{') {
            buf_putc(out, text.p[i]);
            continue;
        }
        size_t end = i + 2;
        while (end < text.n && text.p[end] != '}' && text.p[end] != '\n')
            end++;
        Str name = str_sub(text, i + 2, end);
        if (end >= text.n || text.p[end] != '}')
            return fail_at(err, ERR_USAGE, (Span){i, end}, "'${' without '}'");
        size_t k = 0;
        while (k < n && !str_eq(vars[k].name, name))
            k++;
        if (k == n) {
            fail_at(err, ERR_NAME, (Span){i, end + 1}, "no value for '${%.*s}'", STR_ARG(name));
            return error_hint(err, "glint -f FILE %.*s=VALUE", STR_ARG(name));
        }
        buf_str(out, vars[k].value);
        i = end;
    }
    return true;
}
