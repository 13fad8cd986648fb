/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * far_levels.c - names and coding of a fit in the cluster: levels counted there, a sample of
 * documents here.
 *
 * A model of the sample is fitted as any other; it gives the encoding, typical values, and where
 * the search begins. Rows are added so that every level of the index is in it, whatever the sample
 * holds.
 */
#include <stdlib.h>

#include "es/cells.h"
#include "es/pull.h"
#include "es/sums.h"
#include "far_priv.h"

#define SAMPLE 20000 /* documents that names and coding are learned from */

/* ---- levels ---- */

static bool is_string(const Far *k, size_t i)
{
    return far_field(k, i)->kind == FIELD_STRING;
}

/* factor(x) of a number wants every number of it. */
static bool factor_of_numbers(const Terms *t, const char *field)
{
    for (size_t v = 0; v < t->nvars; v++) {
        ExprNode n = expr_node(t->vars[v].expr);
        if (t->vars[v].kind == VAR_FACTOR && n.kind == NODE_COLUMN && str_eqz(n.text, field))
            return true;
    }
    return false;
}

/* The texts of counted keys as the sample's type. */
static Column *as_type(const Column *keys, ColType type, Error *err)
{
    if (type == COL_CODE || type == COL_TEXT)
        return column_ref(keys);
    ColumnBuilder *b = builder_new(type);
    bool ok = true;
    for (size_t i = 0; i < keys->n && ok; i++) {
        Str s = column_text(keys, i);
        double v = 0;
        if (column_is_null(keys, i))
            ok = builder_null(b, err);
        else if (type == COL_BOOL)
            ok = builder_int(b, str_eqz(s, "true") || str_eqz(s, "1"), err);
        else if (!parse_real(s, &v))
            ok = fail(err, ERR_REMOTE, "the engine counted a number '%.*s'", STR_ARG(s));
        else
            ok = type == COL_REAL ? builder_real(b, v, err) : builder_int(b, (int64_t)v, err);
    }
    if (ok)
        return builder_finish(b, err);
    builder_free(b);
    return NULL;
}

/* Every column of a frame of counts as the sample's type. New reference. */
static Frame *typed_cells(const Frame *cells, const Frame *sample, Error *err)
{
    Frame *f = frame_ref(cells);
    for (size_t j = 0; f && j + 1 < cells->ncols; j++) {
        const Column *like = frame_column(sample, str_of(cells->names[j]));
        Column *c = like ? as_type(cells->cols[j], like->type, err) : NULL;
        Frame *next = c ? frame_with(f, cells->names[j], c) : NULL;
        frame_unref(f);
        f = next;
    }
    return f;
}

Frame *far_cells(const Far *k, const size_t *fields, size_t n, Error *err)
{
    CellField cell[FIELDS_MAX];
    for (size_t i = 0; i < n; i++)
        cell[i] = (CellField){k->field[fields[i]].field, k->field[fields[i]].field, CELL_TERMS};
    Frame *raw = es_cells(k->c, k->index, buf_slice(&k->complete), cell, n, err);
    Frame *f = raw ? typed_cells(raw, k->sample, err) : NULL;
    frame_unref(raw);
    return f;
}

static bool count_levels(Far *k, const Terms *t, Error *err)
{
    for (size_t i = 0; i < k->n; i++) {
        bool outcome = i == k->response && far_binary(k);
        if (!outcome &&
            (i == k->response || (!is_string(k, i) && !factor_of_numbers(t, k->field[i].field))))
            continue;
        size_t pair[] = {i, k->response};
        k->levels[i] = far_cells(k, pair, far_binary(k) && !outcome ? 2 : 1, err);
        if (!k->levels[i])
            return false;
    }
    return true;
}

/* ---- the sample ---- */

static bool pull_sample(Far *k, Error *err)
{
    Buf fields = BUF_INIT;
    for (size_t i = 0; i < k->n; i++)
        buf_printf(&fields, "%s%s", i ? "," : "", k->field[i].field);
    ReadReport read = {0};
    PullReport report = {.read = &read};
    PullOptions pull = {
        .index = k->index, .query = buf_slice(&k->complete), .fields = fields.p, .limit = SAMPLE};
    k->sample = es_pull(k->c, &pull, &report, err);
    buf_free(&fields);
    if (k->sample && !k->sample->rows)
        return fail(err, ERR_DATA, "no document of '%s' has every field of the formula", k->index);
    return k->sample != NULL;
}

/* The sample with a row for every level, so that each has its column. */
static bool pad_sample(Far *k, Error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++)
        if (k->levels[i] && k->levels[i]->rows > n)
            n = k->levels[i]->rows;
    if (!n)
        return true;
    uint32_t *rows = xcalloc(n, sizeof *rows);
    for (size_t r = 0; r < n; r++)
        rows[r] = (uint32_t)(r % k->sample->rows);
    Frame *pad = frame_take(k->sample, rows, n, err);
    for (size_t i = 0; pad && i < k->n; i++) {
        if (!k->levels[i])
            continue;
        for (size_t r = 0; r < n; r++)
            rows[r] = (uint32_t)(r % k->levels[i]->rows);
        Column *c = column_take(k->levels[i]->cols[0], rows, n, err);
        Frame *next = c ? frame_with(pad, k->field[i].field, c) : NULL;
        frame_unref(pad);
        pad = next;
    }
    free(rows);
    Frame *both = pad ? frame_bind(k->sample, pad, err) : NULL;
    frame_unref(pad);
    if (!both)
        return false;
    frame_unref(k->sample);
    k->sample = both;
    return true;
}

bool far_learn(Far *k, Error *err)
{
    Terms *t = pull_sample(k, err)
                   ? terms_parse(str_of(k->spec->formula), k->spec->formula_at, k->sample, err)
                   : NULL;
    bool ok = t && count_levels(k, t, err) && pad_sample(k, err);
    terms_free(t);
    if (!ok)
        return false;
    Buf origin = BUF_INIT;
    buf_printf(&origin, "es:%s", k->index);
    frame_set_origin(k->sample, origin.p);
    buf_free(&origin);
    Dataset d = {k->sample, NULL};
    k->m = model_fit(&d, k->spec, err);
    return k->m && sums_can(k->m->family, k->m->link, err);
}

/* ---- outcomes by level ---- */

/* 1 where the outcome in this row of counts is the event. */
static double outcome_of(const Far *k, const Column *c, size_t row)
{
    const char *event = k->m->enc->y_levels[1];
    return event
               ? (c->type == COL_CODE || c->type == COL_TEXT) && str_eqz(column_text(c, row), event)
               : column_real(c, row);
}

static int by_size(const void *a, const void *b)
{
    double x = ((const LevelSum *)a)->n, y = ((const LevelSum *)b)->n;
    return (x < y) - (x > y);
}

/* Levels of field i with their documents and outcomes, most common first; arena. */
LevelSum *far_level_sums(const Far *k, size_t i, size_t *n)
{
    const Frame *f = k->levels[i];
    const Column *key = f->cols[0], *y = f->ncols > 2 ? f->cols[1] : NULL,
                 *count = f->cols[f->ncols - 1];
    LevelSum *out = arena_array(k->arena, LevelSum, f->rows + 1);
    *n = 0;
    for (size_t r = 0; r < f->rows; r++) { /* sorted by the key, so equal ones are neighbours */
        Buf text = BUF_INIT;
        column_print(key, r, &text);
        if (!*n || !str_eq(out[*n - 1].level, buf_slice(&text)))
            out[(*n)++] = (LevelSum){
                .level = {arena_strndup(k->arena, text.p ? text.p : "", text.n), text.n}};
        LevelSum *l = &out[*n - 1];
        double c = (double)count->v.i[r];
        l->n += c;
        l->y += y ? c * outcome_of(k, y, r) : 0;
        buf_free(&text);
    }
    qsort(out, *n, sizeof *out, by_size);
    return out;
}
