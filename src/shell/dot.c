/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dot.c - `y ~ .` on a feature table.
 *
 * R's dot is every other column. A feature table also holds the keys of its rows (user, post,
 * moment) and the sampling offset, which are no features, and multi-hot tags of which some may not
 * occur in the training rows. features told what each column is, so that the dot can mean what is
 * meant.
 */
#include "shell/dot.h"

#include <stdlib.h>

#include "shell/folds.h"
#include "shell/parse.h"

static bool is_wordy(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '`' || (unsigned char)c >= 0x80;
}

/* The place of a dot that stands alone behind the tilde, or SIZE_MAX. */
static size_t dot_at(Str formula)
{
    size_t i = 0;
    while (i < formula.n && formula.p[i] != '~')
        i++;
    for (i++; i < formula.n; i++) {
        bool before = is_wordy(formula.p[i - 1]),
             after = i + 1 < formula.n && is_wordy(formula.p[i + 1]);
        if (formula.p[i] == '.' && !before && !after)
            return i;
    }
    return SIZE_MAX;
}

static const char *group_of(const NamedData *t, const char *name)
{
    for (size_t i = 0; i < t->ninfo; i++)
        if (strcmp(t->info[i].name, name) == 0)
            return t->info[i].group;
    return "";
}

/* Does the column hold one value (or none) in these rows? */
static bool is_constant(const Column *c, const uint32_t *rows, size_t n)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        if (column_is_null(c, row))
            continue;
        if (first == SIZE_MAX)
            first = row;
        bool text = c->type == COL_CODE || c->type == COL_TEXT;
        if (text ? !str_eq(column_text(c, row), column_text(c, first))
                 : column_real(c, row) != column_real(c, first))
            return false;
    }
    return true;
}

/* Is the name a word of the text? */
static bool mentions(Str text, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i + n <= text.n; i++) {
        bool whole =
            (i == 0 || !is_wordy(text.p[i - 1])) && (i + n == text.n || !is_wordy(text.p[i + n]));
        if (whole && memcmp(text.p + i, name, n) == 0)
            return true;
    }
    return false;
}

/* Is the column one that the dot means? */
static bool is_meant(const NamedData *t, const Frame *f, size_t j, Str response)
{
    const char *group = group_of(t, f->names[j]);
    return strcmp(group, "key") != 0 && strcmp(group, "response") != 0 &&
           !mentions(response, f->names[j]) && f->cols[j]->type != COL_TEXT;
}

/* The rows of `rows` (NULL: all n) in which no meant column is missing: those that the fit will
 * use. */
static uint32_t *complete_rows(const Frame *f, const uint8_t *meant, const uint32_t *rows,
                               size_t *n)
{
    uint32_t *out = xcalloc(*n + 1, sizeof *out);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        uint32_t row = rows ? rows[i] : (uint32_t)i;
        bool whole = true;
        for (size_t j = 0; whole && j < f->ncols; j++)
            whole = !meant[j] || !column_is_null(f->cols[j], row);
        if (whole)
            out[kept++] = row;
    }
    *n = kept;
    return out;
}

/* Clears the columns that hold one value in these rows; returns how many. */
static size_t drop_constant(const Frame *f, uint8_t *meant, const uint32_t *rows, size_t n)
{
    size_t dropped = 0;
    for (size_t j = 0; j < f->ncols; j++)
        if (meant[j] && is_constant(f->cols[j], rows, n)) {
            meant[j] = 0;
            dropped++;
        }
    return dropped;
}

const char *dot_expand(const Args *a, const NamedData *t, const Frame *f, const ModelSpec *spec,
                       size_t *constant, Error *err)
{
    Str formula = str_of(spec->formula), response = formula;
    size_t dot = t->ninfo ? dot_at(formula) : SIZE_MAX;
    *constant = 0;
    if (dot == SIZE_MAX)
        return spec->formula;
    Split split = {0};
    if (spec->test_frac > 0) {
        const char *column = NULL;
        if (!fold_column(a, f, t->name, spec->split, &column, err) ||
            !split_make(f, spec->split, column, spec->test_frac, spec->seed, &split, err))
            return NULL;
    }
    size_t rows = split.train ? split.ntrain : f->rows, n = 0;
    uint8_t *meant = arena_alloc(a->arena, f->ncols + 1);
    Buf b = BUF_INIT;
    response = str_split(formula, '~', &response);
    for (size_t j = 0; j < f->ncols; j++)
        meant[j] = is_meant(t, f, j, response);
    *constant = drop_constant(f, meant, split.train, rows);
    uint32_t *whole = complete_rows(f, meant, split.train, &rows);
    if (rows)
        *constant += drop_constant(f, meant, whole, rows);
    free(whole);
    buf_str(&b, str_sub(formula, 0, dot));
    buf_putc(&b, '(');
    for (size_t j = 0; j < f->ncols; j++) {
        if (!meant[j])
            continue;
        buf_puts(&b, n++ ? " + " : "");
        buf_name(&b, str_of(f->names[j]));
    }
    buf_puts(&b, n ? ")" : "1)");
    buf_str(&b, str_sub(formula, dot + 1, formula.n));
    const char *out = arena_strndup(a->arena, b.p, b.n);
    buf_free(&b);
    split_clear(&split);
    return out;
}
