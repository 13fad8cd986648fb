/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run_reference.c - fits the cases of tests/reference and counts the digits that agree.
 *
 *     run_reference FOLDER [CASE...]
 *
 * Prints one line a case as tests/run.sh wants it: "ok CASE", and below it a line with each
 * block's worst digit and where it was. A digit count is -log10 of the relative difference, 17
 * when the doubles are equal. A case is not ok when a block has fewer digits than it needs (the
 * `need` of its row in `blocks`, or of its own)).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#include "base/file.h"

static double clip(double d)
{
    return d > 17.0 ? 17.0 : d < 0.0 ? 0.0 : d;
}

double digits(double got, double want, double scale)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got) ? 17.0 : 0.0;
    if (got == want)
        return 17.0;
    return clip(-log10(fabs(got - want) / fmax(fabs(want), scale)));
}

void tally_put(Tally *t, double d, const char *what, const char *of)
{
    t->used = true;
    if (d >= t->worst && t->count++)
        return;
    t->worst = d;
    snprintf(t->where, sizeof t->where, "%s%s%s", what, of ? " of " : "", of ? of : "");
}

double json_number(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

const char *json_word(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

const cJSON *list_of(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

double item(const cJSON *list, size_t i)
{
    const cJSON *v = cJSON_GetArrayItem(list, (int)i);
    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

/* ---- data and designs ---- */

Frame *case_frame(const Case *c, const char *file, Error *err)
{
    char path[512];
    ReadOptions opt = {0};
    static ReadReport report;
    snprintf(path, sizeof path, "%s/%s", c->folder, file);
    report = (ReadReport){0};
    return csv_read_file(path, &opt, &report, err);
}

/* Formula text of a case: its own, or response ~ the columns that its one-hot terms are named
 * after. */
static void case_formula(const Case *c, const Frame *f, char *out, size_t room)
{
    if (json_word(c->json, "formula")) {
        snprintf(out, room, "%s", json_word(c->json, "formula"));
        return;
    }
    char last[128] = "";
    size_t n = (size_t)snprintf(out, room, "%s ~", json_word(c->json, "response"));
    const cJSON *row, *terms = cJSON_GetObjectItemCaseSensitive(c->json, "coefficients");
    cJSON_ArrayForEach(row, terms)
    {
        char name[128];
        snprintf(name, sizeof name, "%s", json_word(row, "term"));
        while (frame_find(f, str_of(name)) < 0 && strrchr(name, '_'))
            *strrchr(name, '_') = '\0';
        if (frame_find(f, str_of(name)) < 0 || strcmp(name, last) == 0)
            continue;
        n += (size_t)snprintf(out + n, room - n, " %s %s", last[0] ? "+" : "", name);
        memcpy(last, name, sizeof last);
    }
}

bool designed_open(Fitted *m, const Case *c, Error *err)
{
    char formula[4096];
    const char *family = json_word(c->json, "family"), *link = json_word(c->json, "link");
    *m = (Fitted){0};
    m->frame = case_frame(c, json_word(c->json, "data"), err);
    if (!m->frame)
        return false;
    m->pb.family = family_find(str_of(family ? family : "binomial"), SPAN_NONE, err);
    m->pb.link = !m->pb.family ? NULL
                 : link        ? link_find(str_of(link), SPAN_NONE, err)
                               : family_link(m->pb.family);
    if (!m->pb.family || !m->pb.link)
        return false;
    case_formula(c, m->frame, formula, sizeof formula);
    Terms *terms = terms_parse(str_of(formula), 0, m->frame, err);
    DesignOptions dopt = {.weights = json_word(c->json, "weights"),
                          .offset = json_word(c->json, "offset"),
                          .table = "data",
                          .binary_response = m->pb.family->is_binary_response};
    if (strcmp(json_word(c->json, "kind"), "sklearn-l2") == 0)
        dopt.encode = ENCODE_ONEHOT;
    m->design = terms ? design_learn(terms, m->frame, &dopt, err) : NULL;
    if (!m->design)
        return false;
    m->pb.x = &m->design->x;
    m->pb.y = m->design->y;
    m->pb.w = m->design->w;
    m->pb.offset = m->design->offset;
    m->pb.param = json_number(c->json, "var_power");
    return true;
}

bool fitted_open(Fitted *m, const Case *c, const FitOptions *opt, Error *err)
{
    if (!designed_open(m, c, err))
        return false;
    m->opt = *opt;
    m->fit = fit_run(&m->pb, &m->opt, err);
    return m->fit != NULL;
}

void fitted_close(Fitted *m)
{
    fit_free(m->fit);
    design_free(m->design);
    frame_unref(m->frame);
    *m = (Fitted){0};
}

long fitted_column(const Fitted *m, const char *name)
{
    for (size_t j = 0; j < m->design->enc->ncols; j++)
        if (strcmp(m->design->enc->cols[j].name, name) == 0)
            return (long)j;
    return -1;
}

/* ---- cases ---- */

static const KindRow *kind_find(const char *name)
{
    for (const KindRow *k = kinds; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

static double need_of(const Case *c, size_t block)
{
    return c->tally[block].need > 0.0 ? c->tally[block].need : blocks[block].need;
}

/* Runs one case and prints its lines. */
static void run_case(Case *c)
{
    const KindRow *k = kind_find(json_word(c->json, "kind"));
    Error err = ERROR_INIT;
    if (!k || !k->run) {
        printf("skip %s - cases of kind %s are compared elsewhere\n", c->name,
               json_word(c->json, "kind"));
        return;
    }
    bool ok = k->run(c, &err);
    for (size_t i = 0; i < NBLOCKS; i++)
        ok = ok && (!c->tally[i].used || c->tally[i].worst >= need_of(c, i));
    printf("%sok %s\n", ok ? "" : "not ", c->name);
    if (error_is_set(&err))
        printf("# %s\n", err.msg);
    if (c->note[0])
        printf("# %s\n", c->note);
    for (size_t i = 0; i < NBLOCKS; i++)
        if (c->tally[i].used)
            printf("#   %-28s %-12s %4.1f digits (%g asked)%s%s\n", c->name, blocks[i].name,
                   c->tally[i].worst, need_of(c, i), c->tally[i].worst < 17.0 ? ", " : "",
                   c->tally[i].worst < 17.0 ? c->tally[i].where : "");
}

static bool run_named(const char *folder, const char *name)
{
    char path[512];
    Error err = ERROR_INIT;
    FileText text = {0};
    Case c = {.folder = folder, .name = name};
    snprintf(path, sizeof path, "%s/expected/%s.json", folder, name);
    if (!file_read(path, &text, &err) || !(c.json = json_parse((Str){text.p, text.n}, &err))) {
        printf("not ok %s\n# %s\n", name, err.msg);
        file_text_free(&text);
        return false;
    }
    run_case(&c);
    cJSON_Delete(c.json);
    file_text_free(&text);
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: run_reference FOLDER CASE...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        run_named(argv[1], argv[i]);
    return 0;
}
