/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_notes.c - which few values made a column text? One mistyped number among a million turns the
 * column into names; the person should be told which, and how to read on.
 *
 * A text or code column whose first values are mostly numbers or moments is looked at as a whole.
 */
#include <stdlib.h>

#include "csv_priv.h"

#define LOOK_ROWS 1000
#define MISFITS_MAX 0.3 /* more than this share of other values: it is simply text */

typedef struct Looks {
    size_t numbers, moments, values;
    size_t misfits, first;
} Looks;

static uint32_t kinds_at(const Column *col, const CsvKind *of_level, size_t row)
{
    return col->type == COL_CODE ? of_level[col->v.c[row]] : csv_kind(column_text(col, row));
}

/* Counts rows [0, n) by looks; with `wanted`, those that are none of these kinds. */
static Looks look_at(const Column *col, const CsvKind *of_level, size_t n, uint32_t wanted)
{
    Looks l = {0};
    for (size_t r = 0; r < n; r++) {
        if (column_is_null(col, r))
            continue;
        uint32_t kind = kinds_at(col, of_level, r);
        l.values++;
        l.numbers += (kind & KINDS_NUMBER) != 0;
        l.moments += (kind & KINDS_TIME) != 0;
        if (!(kind & wanted) && !l.misfits++)
            l.first = r;
    }
    return l;
}

/* "1,5" or "-12,75": one comma between digits. */
static bool decimal_comma(Str s)
{
    size_t commas = 0, at = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = str_sub(s, 1, s.n);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ',') {
            commas++;
            at = i;
        } else if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return commas == 1 && at > 0 && at + 1 < s.n;
}

/* All values are numbers, some of them written with a decimal comma. */
static bool note_commas(const Csv *c, const char *name, const Column *col, const CsvKind *of_level)
{
    size_t commas = 0;
    for (size_t r = 0; r < col->n; r++) {
        if (column_is_null(col, r) || (kinds_at(col, of_level, r) & KINDS_NUMBER))
            continue;
        if (!decimal_comma(column_text(col, r)))
            return false;
        commas++;
    }
    if (commas)
        read_note(c->report,
                  "column '%.40s' is %s: its numbers have a decimal comma (derive x = "
                  "real(replace(%.40s, ',', '.')))",
                  name, coltype_name(col->type), name);
    return commas > 0;
}

static void note_column(const Csv *c, const char *name, const Column *col, const CsvKind *of_level)
{
    if (note_commas(c, name, col, of_level))
        return;
    size_t n = col->n < LOOK_ROWS ? col->n : LOOK_ROWS;
    Looks l = look_at(col, of_level, n, 0);
    bool moments = l.moments > l.numbers;
    size_t fits = moments ? l.moments : l.numbers;
    if (!fits || (double)(l.values - fits) > MISFITS_MAX * (double)l.values)
        return;
    l = look_at(col, of_level, col->n, moments ? KINDS_TIME : KINDS_NUMBER);
    if (!l.misfits || (double)l.misfits > MISFITS_MAX * (double)l.values)
        return;
    Str first = column_text(col, l.first);
    read_note(c->report,
              "column '%.60s' is %s, not %s: %zu of %zu values %s not fit, first '%.*s' in row %zu",
              name, coltype_name(col->type), moments ? "time" : "a number", l.misfits, l.values,
              l.misfits == 1 ? "does" : "do", first.n < 40 ? (int)first.n : 40, first.p,
              l.first + 1);
}

void csv_note_misfits(const Csv *c, const Frame *f)
{
    for (size_t j = 0; j < f->ncols; j++) {
        const Column *col = f->cols[j];
        if ((col->type != COL_CODE && col->type != COL_TEXT) || c->cols[j].declared)
            continue;
        size_t levels = col->type == COL_CODE ? col->levels->n : 0;
        CsvKind *of_level = xmalloc((levels + 1) * sizeof *of_level);
        for (size_t k = 0; k < levels; k++)
            of_level[k] = csv_kind(levels_at(col->levels, k));
        note_column(c, f->names[j], col, of_level);
        free(of_level);
    }
}
