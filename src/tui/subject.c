/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.c - what a screen is about: the response of a table, a model among the session's. */
#include "subject.h"

#include <stdlib.h>

#include "data/frameops.h"
#include "shell/parse.h"

const char *subject_response(Ui *ui, const char *table, const Frame *f)
{
    static const char *const usual[] = {"viewed", "clicked", "converted", "bought", "y"};
    const Session *s = ui_session(ui);
    if (s->current_model >= 0) {
        const Terms *t = s->models[s->current_model].model->enc->terms;
        if (frame_find(f, str_of(t->response_name)) >= 0)
            return t->response_name;
    }
    for (size_t i = 0; i < s->ntables; i++)
        for (size_t k = 0; strcmp(s->tables[i].name, table) == 0 && k < s->tables[i].ninfo; k++)
            if (strcmp(s->tables[i].info[k].group, "response") == 0)
                return s->tables[i].info[k].name;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (frame_find(f, str_of(usual[i])) >= 0)
            return usual[i];
    return NULL;
}

long subject_model(Ui *ui, Str name, Error *err)
{
    const Session *s = ui_session(ui);
    long i = name.n ? session_find_model(s, name) : s->current_model;
    if (i < 0 && name.n)
        fail(err, ERR_NAME, "no model '%.*s'", STR_ARG(name));
    else if (i < 0)
        fail(err, ERR_NAME, "no model is fitted");
    return i;
}

bool subject_is_current(Ui *ui, const Model *m)
{
    const Session *s = ui_session(ui);
    return s->current_model >= 0 && s->models[s->current_model].model == m;
}

/* ---- names to choose from ---- */

static void put_name(Buf *names, Str s)
{
    buf_str(names, s);
    buf_put(names, "", 1);
}

#define IDS_MOST 100000
#define SEGMENT_LEVELS 50

void put_ids(Ui *ui, Role role, Buf *names)
{
    World w = session_world(ui_session(ui));
    bool user = role == ROLE_USER;
    const Frame *f = w.flat ? w.events : user ? w.users : w.posts;
    const RoleMap *roles = w.flat ? &w.events_roles : user ? &w.users_roles : &w.posts_roles;
    Error ignored = ERROR_INIT;
    size_t n;
    if (!f || roles->col[role] < 0)
        return;
    size_t col = (size_t)roles->col[role];
    Grouping g;
    if (!frame_group(f, &col, 1, &g, &ignored))
        return;
    uint32_t *order = frame_sort(f, &(SortKey){col, false}, 1, 0, &n, &ignored);
    Buf one = BUF_INIT;
    for (size_t i = 0, k = 0; order && i < n && k < IDS_MOST; i++) {
        uint32_t row = order[i];
        if (g.first[g.group[row]] != row || column_is_null(f->cols[col], row))
            continue;
        buf_clear(&one);
        column_print(f->cols[col], row, &one);
        put_name(names, buf_slice(&one));
        k++;
    }
    buf_free(&one);
    free(order);
    grouping_clear(&g);
}

void put_segments(const Frame *f, Buf *names)
{
    for (size_t j = 0; j < f->ncols; j++) {
        const Column *c = f->cols[j];
        if (c->type == COL_BOOL || (c->type == COL_CODE && c->levels->n <= SEGMENT_LEVELS))
            put_name(names, str_of(f->names[j]));
    }
}

void put_models(Ui *ui, const Model *but, Buf *names)
{
    const Session *s = ui_session(ui);
    for (size_t i = s->nmodels; i-- > 0;) /* the last one first */
        if (s->models[i].model != but)
            put_name(names, str_of(s->models[i].model->name));
}

void put_text_value(Buf *out, Str text)
{
    bool plain = text.n > 0;
    for (size_t i = 0; i < text.n; i++)
        plain = plain && !strchr(" \t,;'\"`()[]{}#=|>\\", text.p[i]);
    buf_puts(out, plain ? "" : "\"");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, text.p[i]);
    }
    buf_puts(out, plain ? "" : "\"");
}

void put_model_option(Ui *ui, const Model *m, Buf *out)
{
    if (subject_is_current(ui, m))
        return;
    buf_puts(out, " --model ");
    buf_name(out, str_of(m->name));
}
