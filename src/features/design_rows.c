/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_rows.c - which rows have all that a formula reads, and for what the others are dropped.
 *
 * 64 rows at a time: the null bits of all sources or'ed together say at once that nothing is
 * missing. A row that lacks several things counts for the first of them, the response before the
 * variables in the order of the formula.
 */
#include "design_priv.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Picker {
    const NullSource *src;
    size_t nsrc;
    size_t *lost; /* of each source */
    uint32_t *rows;
    size_t n;
} Picker;

static bool bit_of(const uint64_t *bits, size_t row)
{
    return bits[row >> 6] >> (row & 63) & 1;
}

static void pick_row(Picker *p, uint32_t row)
{
    for (size_t k = 0; k < p->nsrc; k++)
        if (bit_of(p->src[k].bits, row)) {
            p->lost[k]++;
            return;
        }
    p->rows[p->n++] = row;
}

static void pick_all(Picker *p, size_t rows)
{
    for (size_t from = 0; from < rows; from += 64) {
        size_t to = from + 64 < rows ? from + 64 : rows;
        uint64_t any = 0;
        for (size_t k = 0; k < p->nsrc; k++)
            any |= p->src[k].bits[from >> 6];
        for (size_t i = from; i < to; i++) {
            if (any)
                pick_row(p, (uint32_t)i);
            else
                p->rows[p->n++] = (uint32_t)i;
        }
    }
}

static void tell_drops(Design *d, const Picker *p)
{
    size_t max = sizeof d->drops / sizeof *d->drops;
    for (size_t k = 0; k < p->nsrc; k++) {
        if (!p->lost[k])
            continue;
        d->dropped += p->lost[k];
        size_t same = 0;
        while (same < d->ndrops && strcmp(d->drops[same].reason, p->src[k].why))
            same++;
        if (same == d->ndrops && d->ndrops < max)
            snprintf(d->drops[d->ndrops++].reason, sizeof d->drops->reason, "%s", p->src[k].why);
        else if (same == d->ndrops)
            snprintf(d->drops[--same].reason, sizeof d->drops->reason, "another column is missing");
        d->drops[same].rows += p->lost[k];
    }
}

/* Names the source that is missing in most rows, whatever else they lack. */
static bool nothing_left(const Picker *p, const uint32_t *rows, size_t n, Error *err)
{
    size_t worst = 0, most = 0;
    for (size_t k = 0; k < p->nsrc; k++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += bit_of(p->src[k].bits, rows ? rows[i] : i);
        if (count > most) {
            most = count;
            worst = k;
        }
    }
    fail_at(err, ERR_DATA, p->src[worst].at, "no complete row is left: %s in %zu of %zu rows",
            p->src[worst].why, most, n);
    return error_hint(err, "leave it out of the formula, or fill it with derive");
}

bool design_rows(Design *d, const Frame *f, const DesignOptions *opt, const NullSource *src,
                 size_t nsrc, Error *err)
{
    size_t n = opt->rows ? opt->nrows : f->rows;
    d->n = n;
    if (!nsrc && !opt->rows)
        return true;
    Picker p = {.src = src, .nsrc = nsrc};
    p.rows = big_alloc(n, sizeof *p.rows, false, "row numbers", err);
    if (!p.rows)
        return false;
    p.lost = xcalloc(nsrc + 1, sizeof *p.lost);
    if (opt->rows)
        for (size_t i = 0; i < n; i++)
            pick_row(&p, opt->rows[i]);
    else
        pick_all(&p, n);
    bool ok = p.n || nothing_left(&p, opt->rows, n, err);
    if (ok)
        tell_drops(d, &p);
    free(p.lost);
    d->n = p.n;
    if (ok && (opt->rows || p.n < n))
        d->rows = p.rows;
    else
        free(p.rows);
    return ok;
}
