/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formats.c - the table of formats, and how one cell, one number and one note are written.
 *
 * Machines get 17 significant digits and ISO times; people get four digits and never a control byte
 * from the data.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "shell/format.h"

const Format format_aligned = {"table", "txt", true, fmt_aligned_print,
                               "columns side by side, short numbers"};
const Format format_vertical = {"vertical", NULL, true, fmt_vertical_print, "one line a field"};
static const Format formats[] = {
    {"table", "txt", true, fmt_aligned_print, "columns side by side, short numbers"},
    {"vertical", NULL, true, fmt_vertical_print, "one line a field"},
    {"csv", "csv", false, fmt_csv_print, "comma-separated, 17 significant digits"},
    {"tsv", "tsv", false, fmt_tsv_print, "tab-separated"},
    {"json", "json ndjson", false, fmt_json_print, "one object a command and line"},
    {"markdown", "md", true, fmt_markdown_print, "tables for READMEs"},
    {"latex", "tex", true, fmt_latex_print, "booktabs tables"},
    {"html", "html", true, fmt_html_print, "tables for pages"},
};
#define NFORMATS (sizeof formats / sizeof *formats)

const Format *format_table(size_t *n)
{
    *n = NFORMATS;
    return formats;
}

const Format *format_find(Str name)
{
    for (size_t i = 0; i < NFORMATS; i++)
        if (str_ieq(name, str_of(formats[i].name)))
            return &formats[i];
    return NULL;
}

const Format *format_of_file(Str path)
{
    size_t dot = path.n;
    while (dot && path.p[dot - 1] != '.')
        dot--;
    Str ending = str_sub(path, dot, path.n);
    for (size_t i = 0; dot && i < NFORMATS; i++) {
        Str rest = str_of(formats[i].endings);
        while (rest.n)
            if (str_ieq(str_split(rest, ' ', &rest), ending))
                return &formats[i];
    }
    return NULL;
}

/* ---- out ---- */

void out_flush(Out *o)
{
    if ((!o->file && !o->packed) || !o->text.n)
        return;
    if (o->failed)
        ;
    else if (o->packed)
        o->failed = !file_out_write(o->packed, o->text.p, o->text.n, NULL);
    else
        o->failed = fwrite(o->text.p, 1, o->text.n, o->file) != o->text.n;
    buf_clear(&o->text);
}

void out_look(Out *o, char look)
{
    static const char *const codes[128] = {
        ['b'] = "\x1b[1m",  ['d'] = "\x1b[2m",  ['r'] = "\x1b[31m", ['y'] = "\x1b[33m",
        ['c'] = "\x1b[36m", ['n'] = "\x1b[34m", ['o'] = "\x1b[33m",
    };
    if (o->color && codes[(unsigned char)look & 127])
        buf_puts(&o->text, codes[(unsigned char)look & 127]);
}

void out_plain(Out *o)
{
    if (o->color)
        buf_puts(&o->text, "\x1b[0m");
}

/* ---- cells ---- */

void buf_cell(Buf *b, Cell c)
{
    switch (c.kind) {
    case CELL_NULL:
        return;
    case CELL_TEXT:
    case CELL_JSON:
        buf_str(b, c.v.text);
        return;
    case CELL_INT:
        buf_int(b, c.v.i);
        return;
    case CELL_REAL:
        buf_real(b, c.v.d);
        return;
    case CELL_BOOL:
        buf_puts(b, c.v.i ? "true" : "false");
        return;
    case CELL_TIME:
        buf_time(b, c.v.i, c.unit);
        return;
    }
}

#define FIXED_MOST 9 /* decimals: beyond them 1.2e-12 */

void buf_digits(Buf *b, double v, int digits)
{
    if (!isfinite(v)) {
        buf_puts(b, isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
        return;
    }
    double a = fabs(v);
    if (a == 0) {
        buf_putc(b, '0');
        return;
    }
    if (a < 1e-5 || a >= 1e15) {
        buf_printf(b, "%.*g", digits, v);
        return;
    }
    int whole = (int)floor(log10(a)) + 1; /* digits before the point, 0 or less for 0.0x */
    int decimals = digits - whole;
    size_t from = b->n;
    buf_printf(b, "%.*f", decimals < 0 ? 0 : decimals, v);
    if (decimals <= 0)
        return;
    while (b->n > from && b->p[b->n - 1] == '0')
        b->n--;
    if (b->p[b->n - 1] == '.')
        b->n--;
    b->p[b->n] = '\0';
}

void buf_ends(Buf *b, Str text, size_t room, bool ascii)
{
    size_t got = 0, from = 0;
    if (utf8_width(text) <= room || room < 5) {
        buf_str(b, utf8_fit(text, room, &got));
        return;
    }
    Str head = utf8_fit(text, room / 2 - 1, &got);
    while (from < text.n && (((unsigned char)text.p[from] & 0xc0) == 0x80 ||
                             utf8_width(str_sub(text, from, text.n)) > room - 1 - got))
        from++;
    buf_str(b, head);
    buf_puts(b, ascii ? "~" : "\u2026");
    buf_str(b, str_sub(text, from, text.n));
}

void buf_pvalue(Buf *b, double p)
{
    if (isnan(p))
        buf_puts(b, "nan");
    else if (p < 0.001)
        buf_puts(b, "<0.001");
    else if (p < 0.01)
        buf_printf(b, "%.4f", p);
    else if (p < 0.1)
        buf_printf(b, "%.3f", p);
    else
        buf_printf(b, "%.2f", p);
}

static void signed_count(Buf *b, int64_t n)
{
    if (n < 0)
        buf_putc(b, '-');
    buf_count(b, n < 0 ? (uint64_t)-n : (uint64_t)n);
}

void buf_amount(Buf *b, double v, int digits)
{
    Buf t = BUF_INIT;
    if (!isfinite(v)) {
        buf_digits(b, v, 4);
        return;
    }
    buf_printf(&t, "%.*f", digits, fabs(v));
    size_t point = 0;
    while (point < t.n && t.p[point] != '.')
        point++;
    uint64_t whole = 0;
    for (size_t i = 0; i < point && i < 18; i++)
        whole = whole * 10 + (uint64_t)(t.p[i] - '0');
    if (v < 0)
        buf_putc(b, '-');
    if (point <= 18) {
        buf_count(b, whole);
        buf_puts(b, t.p + point);
    } else {
        buf_digits(b, fabs(v), 6);
    }
    buf_free(&t);
}

/* Significant digits, zeros kept: 1.20, 0.980, 11.1. */
static void buf_short(Buf *b, double v, int digits)
{
    double a = fabs(v);
    if (!isfinite(v) || a < 1e-4 || a >= 1e6) {
        buf_digits(b, v, digits);
        return;
    }
    int decimals = digits - 1 - (int)floor(log10(a) + 1e-12);
    buf_printf(b, "%.*f", decimals < 0 ? 0 : decimals, v);
}

static void real_people(Buf *b, double v, const TableCol *col, int own)
{
    int digits = own > col->digits ? own : col->digits;
    switch (col->look) {
    case LOOK_SIGNED:
        if (fabs(v) < 0.5 * pow(10, -col->digits)) /* no -0.000 */
            buf_printf(b, "%.*f", col->digits, 0.0);
        else
            buf_printf(b, "%+.*f", col->digits, v);
        return;
    case LOOK_FIXED:
        if (isfinite(v) && fabs(v) < 1e15 && digits <= FIXED_MOST)
            buf_printf(b, "%.*f", digits,
                       fabs(v) < 0.5 * pow(10, -digits) ? 0.0 : v); /* no -0.000 */
        else
            buf_digits(b, v, 4);
        return;
    case LOOK_AMOUNT:
        buf_amount(b, fabs(v) < 0.5 * pow(10, -digits) ? 0.0 : v, digits);
        return;
    case LOOK_SHORT:
        buf_short(b, v, digits);
        return;
    case LOOK_P:
        buf_pvalue(b, v);
        return;
    case LOOK_PERCENT:
        buf_printf(b, "%.1f %%", fabs(v) < 0.0005 ? 0.0 : 100 * v);
        return;
    case LOOK_COUNT:
        if (fabs(v) < 9e15 && v == floor(v)) {
            signed_count(b, (int64_t)v);
            return;
        }
        buf_digits(b, v, 4);
        return;
    case LOOK_PLAIN:
    case LOOK_BAR:
        buf_digits(b, v, col->digits ? col->digits : 4);
        return;
    }
}

void buf_cell_people(Buf *b, Cell c, const TableCol *col, const char *null_text)
{
    switch (c.kind) {
    case CELL_NULL:
        buf_puts(b, null_text ? null_text : "");
        return;
    case CELL_TEXT:
    case CELL_JSON:
        buf_escaped(b, c.v.text);
        return;
    case CELL_REAL:
        real_people(b, c.v.d, col, c.digits);
        return;
    case CELL_INT:
        if (col->look == LOOK_COUNT)
            signed_count(b, c.v.i);
        else
            buf_int(b, c.v.i);
        return;
    case CELL_BOOL:
        buf_puts(b, c.v.i ? "1" : "0");
        return;
    case CELL_TIME:
        buf_time(b, c.v.i, c.unit);
        return;
    }
}

static const char *to_arena(Arena *a, Buf *b)
{
    char *p = arena_strndup(a, b->p ? b->p : "", b->n);
    buf_free(b);
    return p;
}

const char *result_count(Result *r, int64_t n)
{
    Buf b = BUF_INIT;
    signed_count(&b, n);
    return to_arena(r->arena, &b);
}

const char *result_plural(Result *r, int64_t n, const char *noun)
{
    return arena_printf(r->arena, "%s %s%s", result_count(r, n), noun, n == 1 ? "" : "s");
}

const char *result_short(Result *r, double v)
{
    Buf b = BUF_INIT;
    buf_digits(&b, v, 4);
    return to_arena(r->arena, &b);
}

const char *arena_escaped(Arena *a, Str s)
{
    Buf b = BUF_INIT;
    buf_escaped(&b, s);
    return to_arena(a, &b);
}

/* ---- notes ---- */

void out_wrapped(Out *o, Str s, size_t first, size_t indent)
{
    size_t width = o->width ? o->width : 100, at = first;
    if (width < indent + 20)
        width = indent + 20;
    while (s.n) {
        size_t end = 0;
        while (end < s.n && s.p[end] != ' ' && s.p[end] != '\n')
            end++;
        Str word = str_sub(s, 0, end);
        size_t w = utf8_width(word);
        if (at > indent && at + 1 + w > width) {
            buf_putc(&o->text, '\n');
            buf_pad(&o->text, ' ', indent);
            at = indent;
        } else if (at > indent) {
            buf_putc(&o->text, ' ');
            at++;
        }
        buf_escaped(&o->text, word);
        at += w;
        if (end < s.n && s.p[end] == '\n') {
            buf_putc(&o->text, '\n');
            buf_pad(&o->text, ' ', indent);
            at = indent;
        }
        s = str_sub(s, end + (end < s.n), s.n);
    }
}

void out_note(Out *o, const Note *n)
{
    if (n->warning) {
        out_look(o, 'y');
        buf_puts(&o->text, "! ");
        for (const char *c = n->code; *c; c++) /* same_ranking: same ranking */
            buf_putc(&o->text, *c == '_' ? ' ' : *c);
        buf_putc(&o->text, ':');
        out_plain(o);
        size_t width = utf8_width(str_of(n->code)) + 3;
        out_wrapped(o, str_of(n->text), width, 2);
    } else {
        out_wrapped(o, str_of(n->text), 0, 0);
    }
    buf_putc(&o->text, '\n');
    if (n->help) {
        buf_puts(&o->text, "  help: ");
        out_look(o, 'c');
        out_wrapped(o, str_of(n->help), 8, 8);
        out_plain(o);
        buf_putc(&o->text, '\n');
    }
}

/* ---- tables ---- */

size_t table_columns(const Table *t, bool for_people, size_t *cols)
{
    size_t n = 0;
    for (size_t j = 0; j < t->ncols; j++)
        if (for_people ? !t->cols[j].machine_only : !t->cols[j].human_only)
            cols[n++] = j;
    return n;
}

bool table_behind_plot(const Result *r, const Table *t)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].kind == ITEM_PLOT)
            return t->machine_only && !t->list && !t->object;
    return false;
}

size_t table_shown(const Table *t, size_t *rows)
{
    size_t n = 0;
    if (!t->shown || t->nrows <= t->shown + 1) {
        for (size_t i = 0; i < t->nrows; i++)
            rows[n++] = i;
        return n;
    }
    size_t head = t->shown - t->shown / 3, tail = t->shown / 3;
    for (size_t i = 0; i < head; i++)
        rows[n++] = i;
    rows[n++] = SIZE_MAX;
    for (size_t i = t->nrows - tail; i < t->nrows; i++)
        rows[n++] = i;
    return n;
}
