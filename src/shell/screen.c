/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * screen.c - what the terminal can do, and what is drawn there beside results: errors and progress.
 *
 * Nothing is ever asked of the terminal itself (some do not answer): width comes from the kernel,
 * colour from the settings, the environment (NO_COLOR, CLICOLOR, TERM) and isatty(). An error marks
 * its place under the typed line when that is still on the screen; otherwise the line is repeated.
 * Progress begins after a second and leaves no trace.
 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "shell/screen.h"
#include "shell/settings.h"

#define HINT_INDENT 7 /* of what stands behind "error: " and "help:  " */

/* ---- the screen ---- */

static bool wants_color(const Settings *set, FILE *file)
{
    const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"),
               *cli = getenv("CLICOLOR");
    const char *term = getenv("TERM");
    if (strcmp(set->color, "never") == 0)
        return false;
    if (strcmp(set->color, "always") == 0)
        return true;
    if (no && *no)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    if (cli && strcmp(cli, "0") == 0)
        return false;
    return isatty(fileno(file)) && term && *term && strcmp(term, "dumb") != 0;
}

static void screen_size(FILE *file, size_t *width, size_t *height)
{
    struct winsize ws;
    *width = *height = 0;
    if (ioctl(fileno(file), TIOCGWINSZ, &ws) == 0 && ws.ws_col) {
        *width = ws.ws_col;
        *height = ws.ws_row;
    } else if (isatty(fileno(file))) {
        *width = 80;
        *height = 24;
    }
}

Out out_for(const Session *s, FILE *file)
{
    const Settings *set = s->settings;
    Out o = {.file = file, .quiet = set->quiet, .plain = set->plain, .null_text = set->null_text};
    o.terminal = isatty(fileno(file));
    screen_size(file, &o.width, &o.height);
    if (set->echo && !o.terminal) {
        o.width = 100;
        o.height = 0;
    }
    if (set->width)
        o.width = (size_t)set->width;
    o.color = wants_color(set, file);
    o.ascii = set->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    o.notes_inline = o.terminal || set->echo;
    if (set->plain)
        o.ascii = true;
    return o;
}

/* ---- errors ---- */

static Str line_around(Str text, size_t at, size_t *from)
{
    size_t a = at < text.n ? at : text.n, b = a;
    while (a && text.p[a - 1] != '\n')
        a--;
    while (b < text.n && text.p[b] != '\n')
        b++;
    *from = a;
    return str_sub(text, a, b);
}

static void draw_place(const Error *err, Str command, const Origin *from, Out *o)
{
    bool end = err->at.to == err->at.from && err->at.from > 0; /* something is missing there */
    if ((err->at.to <= err->at.from && !end) || err->at.from > command.n)
        return;
    size_t start = 0;
    Str line = line_around(command, err->at.from, &start);
    size_t a = err->at.from - start, b = err->at.to - start;
    b = b > line.n ? line.n : b;
    b = b > a ? b : a + 1;
    Str before = str_sub(line, 0, a), marked = str_sub(line, a, b);
    size_t indent = utf8_width(before), width = utf8_width(marked);
    Str typed_text = from ? str_trim(from->text) : STR_NULL;
    bool typed = from && from->prompt && start == 0 && !memchr(typed_text.p, '\n', typed_text.n);
    if (typed) { /* under the line on the screen */
        indent += from->prompt + utf8_width(str_sub(from->text, 0, from->at));
        if (o->width && indent + width >= o->width)
            typed = false;
    }
    if (!typed) {
        buf_puts(&o->text, "    ");
        buf_escaped(&o->text, line);
        buf_putc(&o->text, '\n');
        indent = utf8_width(before) + 4;
    }
    buf_pad(&o->text, ' ', indent);
    out_look(o, 'r');
    buf_pad(&o->text, '^', width ? width : 1);
    out_plain(o);
    buf_putc(&o->text, '\n');
}

/* On a terminal broken between words; else on one line, for whoever looks for it there. */
static void draw_words(Str text, size_t first, Out *o)
{
    if (o->terminal)
        out_wrapped(o, text, first, HINT_INDENT);
    else
        buf_escaped(&o->text, text);
}

static void draw_hint(const Error *err, Out *o)
{
    if (!*err->hint)
        return;
    buf_puts(&o->text, "help:  ");
    out_look(o, 'c');
    draw_words(str_of(err->hint), HINT_INDENT, o);
    out_plain(o);
    buf_putc(&o->text, '\n');
}

void error_draw(const Error *err, Str command, const Origin *from, Out *o)
{
    if (err->code == ERR_CANCEL) {
        buf_puts(&o->text, "cancelled\n");
        draw_hint(err, o);
        out_flush(o);
        return;
    }
    draw_place(err, command, from, o);
    size_t line_at = o->text.n;
    if (from && from->file) {
        long line = 1;
        for (size_t i = 0; i < from->at && i < from->text.n; i++)
            line += from->text.p[i] == '\n';
        buf_printf(&o->text, "%s:%ld: ", from->file, line);
    }
    size_t first = utf8_width(str_sub(buf_slice(&o->text), line_at, o->text.n)) + HINT_INDENT;
    out_look(o, 'r');
    buf_puts(&o->text, "error: ");
    out_plain(o);
    draw_words(str_of(err->msg), first, o);
    buf_putc(&o->text, '\n');
    draw_hint(err, o);
    out_flush(o);
}

/* ---- progress ---- */

static void progress_draw(void *ctx, const char *what, double done, double total, const char *unit)
{
    Progress *p = ctx;
    double now = clock_seconds();
    if (now - p->begun < 1 || now - p->told < 0.1)
        return;
    p->told = now;
    p->shown = true;
    double rate = done / (now - p->begun);
    Buf b = BUF_INIT;
    buf_printf(&b, "\r\x1b[K%s ", what);
    if (total > 0) {
        size_t cells = (size_t)(20 * (done < total ? done / total : 1));
        buf_printf(&b, "%3.0f %% [", 100 * done / total);
        buf_pad(&b, '#', cells);
        buf_pad(&b, '.', 20 - cells);
        buf_puts(&b, "] ");
    }
    if (rate < 1000)
        buf_digits(&b, rate, 3);
    else
        buf_count(&b, (uint64_t)rate);
    buf_printf(&b, " %s/s", unit ? unit : "");
    if (total > done && rate > 0)
        buf_printf(&b, ", %.0f s left", (total - done) / rate);
    fwrite(b.p, 1, b.n, stderr);
    fflush(stderr);
    buf_free(&b);
}

/* On the screens their loop listens. */
void progress_begin(const Session *s, Progress *p)
{
    const char *term = getenv("TERM");
    *p = (Progress){.begun = clock_seconds()};
    if (!s->ui && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0)
        progress_listen(progress_draw, p);
}

void progress_end(const Session *s, const Progress *p)
{
    if (!s->ui)
        progress_listen(NULL, NULL);
    if (p->shown)
        fputs("\r\x1b[K", stderr);
}
