/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page_hot.c - a column of lists as a column of yes and no for each value.
 *
 * A document without the field is missing in all of them; one with an empty list has no in all of
 * them.
 */
#include <stdlib.h>

#include "base/map.h"
#include "page_priv.h"

/* The distinct values of all lists; NULL with an error when there are too many. */
static StrMap *distinct(const Column *lists, const char *name, Error *err)
{
    StrMap *m = strmap_new(64);
    for (size_t i = 0; i < lists->n; i++)
        for (Str rest = column_text(lists, i), one; rest.n;) {
            one = str_split(rest, LIST_SEP, &rest);
            if (one.n)
                strmap_add(m, one, NULL);
            if (strmap_count(m) <= HOT_MAX)
                continue;
            fail(err, ERR_DATA,
                 "'%s' has more than %d different values: too many for a column each", name,
                 HOT_MAX);
            error_hint(err, "--lists join keeps them together: a|b|c");
            strmap_free(m);
            return NULL;
        }
    return m;
}

static bool fill(const Column *lists, const StrMap *values, const int32_t *order, Column **cols,
                 Error *err)
{
    for (size_t i = 0; i < lists->n; i++) {
        if (column_is_null(lists, i)) {
            for (size_t k = 0; k < strmap_count(values); k++)
                if (!column_set_null(cols[k], i, err))
                    return false;
            continue;
        }
        for (Str rest = column_text(lists, i), one; rest.n;) {
            one = str_split(rest, LIST_SEP, &rest);
            if (one.n)
                cols[order[strmap_find(values, one)]]->v.b[i] = 1;
        }
    }
    return true;
}

/* NAME_VALUE; with _ behind it while another column is called so. */
static char *column_name(const char *name, Str value, char **names, size_t n)
{
    Buf b = BUF_INIT;
    buf_printf(&b, "%s_%.*s", name, STR_ARG(value));
    for (size_t j = 0; j < n; j++)
        if (strcmp(names[j], b.p) == 0) {
            buf_putc(&b, '_');
            j = (size_t)-1;
        }
    return b.p;
}

bool page_multihot(const Column *lists, const char *name, Column **cols, char **names, size_t *n,
                   Error *err)
{
    StrMap *values = distinct(lists, name, err);
    if (!values)
        return false;
    size_t count = strmap_count(values), first = *n;
    Str *texts = xcalloc(count + 1, sizeof *texts);
    int32_t *order = xcalloc(count + 1, sizeof *order);
    for (size_t k = 0; k < count; k++)
        texts[k] = strmap_at(values, (uint32_t)k);
    Levels *sorted = levels_new(texts, count, order, err);
    bool ok = sorted != NULL;
    for (size_t k = 0; ok && k < count; k++) {
        Column *c = column_new(COL_BOOL, lists->n, err);
        if (!(ok = c != NULL))
            break;
        names[*n] = column_name(name, levels_at(sorted, k), names, *n);
        cols[(*n)++] = c;
    }
    if (ok && !count) { /* empty lists alone */
        names[*n] = xstrdup(name);
        cols[(*n)++] = column_ref(lists);
    }
    ok = ok && fill(lists, values, order, cols + first, err);
    levels_unref(sorted);
    free(texts);
    free(order);
    strmap_free(values);
    return ok;
}
