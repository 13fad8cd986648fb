/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_tags.c - several values in one field become one yes/no column each: tags "python|web" give
 * tag_python, tag_web. The most frequent TAGS_SHOWN tags of the posts are taken; a note tells how
 * many are not. A post without tags has no tag: 0, not null.
 */
#include <stdlib.h>

#include "maker_priv.h"

#define TAGS_SHOWN 100

typedef struct TagCount {
    Str tag;
    uint32_t count;
} TagCount;

/* Frequent first, then in the order of the alphabet. */
static int by_count(const void *a, const void *b)
{
    const TagCount *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return str_cmp(x->tag, y->tag);
}

static bool tags_plan(Plan *p, Error *err)
{
    (void)err;
    const Maker *m = p->m;
    size_t n = m->tags ? strmap_count(m->tags) : 0;
    if (n == 0)
        return true;
    TagCount *counts = xcalloc(n, sizeof *counts);
    for (size_t t = 0; t < n; t++)
        counts[t].tag = strmap_at(m->tags, (uint32_t)t);
    for (uint32_t k = 0; k < m->tag_start[m->nposts]; k++)
        counts[m->tag_ids[k]].count++;
    qsort(counts, n, sizeof *counts, by_count);
    Buf name = BUF_INIT;
    for (size_t k = 0; k < n && k < TAGS_SHOWN; k++) {
        buf_clear(&name);
        buf_printf(&name, "tag_%.*s", STR_ARG(counts[k].tag));
        plan_add(p, "post", name.p, FROM_POST, name.p + 4, 0);
    }
    buf_free(&name);
    if (n > TAGS_SHOWN)
        report_note(p->report,
                    "the %d most frequent of %zu tags are columns; the rest count in prev_tag_hits",
                    TAGS_SHOWN, n);
    free(counts);
    return true;
}

static Column *tags_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    uint32_t tag = m->tags ? strmap_find(m->tags, str_of(c->column)) : NO_ID;
    Column *out = column_new(COL_BOOL, rows->n, err);
    uint8_t *has = out ? big_alloc(m->nposts + 1, 1, true, "tags", err) : NULL;
    if (!has) {
        column_unref(out);
        return NULL;
    }
    for (size_t i = 0; tag != NO_ID && i < m->nposts; i++)
        for (uint32_t k = m->tag_start[i]; k < m->tag_start[i + 1]; k++)
            has[i] |= m->tag_ids[k] == tag;
    for (size_t i = 0; i < rows->n; i++)
        out->v.b[i] = rows->post[i] == NO_ID ? 0 : has[rows->post[i]];
    free(has);
    return out;
}

const Step step_tags = {"tags", "one column a tag", tags_plan, tags_make, 1, true};
