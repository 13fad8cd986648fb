/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.c - what a screen is about: the response of a table, a model among the session's. */
#include "subject.h"

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

void put_model_option(Ui *ui, const Model *m, Buf *out)
{
    if (subject_is_current(ui, m))
        return;
    buf_puts(out, " --model ");
    buf_name(out, str_of(m->name));
}
