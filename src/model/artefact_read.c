/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * artefact_read.c - a saved model back from JSON, field by field, each failure naming its place.
 *
 * Order: what the model is (family, link, spec, encoding), the recipe, the fit, then what can be
 * worked out again (model_settle), then what training looked like. A file that is cut or spoilt
 * fails; it never gives half a model.
 */
#include <math.h>
#include <stdlib.h>

#include "artefact_priv.h"
#include "base/file.h"

static bool get_moment(const cJSON *j, const char *key, int64_t *out, Error *err)
{
    const char *text;
    if (!json_get_text(j, key, "model", &text, err))
        return false;
    return parse_int(str_of(text), out) ||
           fail(err, ERR_DATA, "model.%s is not a whole number", key);
}

/* A number, or NaN for null. */
static bool real_of(const cJSON *j, double *out)
{
    *out = cJSON_IsNumber(j) ? j->valuedouble : NAN;
    return cJSON_IsNumber(j) || cJSON_IsNull(j);
}

static bool get_fields(const cJSON *j, const char *path, const Field *f, void *to, Error *err)
{
    int64_t i;
    for (char *base = to; f->name; f++) {
        void *at = base + f->at;
        switch (f->type) {
        case F_REAL:
            if (!real_of(cJSON_GetObjectItemCaseSensitive(j, f->name), at))
                return fail(err, ERR_DATA, "%s.%s is not a number", path, f->name);
            break;
        case F_SIZE:
            if (!json_get_int(j, f->name, path, &i, err))
                return false;
            if (i < 0)
                return fail(err, ERR_DATA, "%s.%s is negative", path, f->name);
            *(size_t *)at = (size_t)i;
            break;
        case F_INT:
            if (!json_get_int(j, f->name, path, &i, err))
                return false;
            *(int *)at = (int)i;
            break;
        case F_MOMENT:
            if (!get_moment(j, f->name, at, err))
                return false;
            break;
        case F_BOOL:
            if (!json_get_bool(j, f->name, path, at, err))
                return false;
            break;
        }
    }
    return true;
}

static bool get_reals(const cJSON *j, const char *key, double *out, size_t n, Error *err)
{
    const cJSON *a = json_get_array(j, key, "model", err), *item;
    size_t k = 0;
    if (!a)
        return false;
    if ((size_t)cJSON_GetArraySize(a) != n)
        return fail(err, ERR_DATA, "model.%s has %d numbers instead of %zu", key,
                    cJSON_GetArraySize(a), n);
    cJSON_ArrayForEach(item, a)
    {
        if (!real_of(item, &out[k++]))
            return fail(err, ERR_DATA, "model.%s[%zu] is not a number", key, k - 1);
    }
    return true;
}

static bool word_of(const cJSON *item, const char *key, const char *const *words, int *out,
                    Error *err)
{
    for (int k = 0; cJSON_IsString(item) && words[k]; k++)
        if (strcmp(item->valuestring, words[k]) == 0) {
            *out = k;
            return true;
        }
    return fail(err, ERR_DATA, "model.%s is none of the words that this version knows", key);
}

static bool get_word(const cJSON *j, const char *key, const char *const *words, int *out,
                     Error *err)
{
    return word_of(cJSON_GetObjectItemCaseSensitive(j, key), key, words, out, err);
}

/* Text or null; the text is borrowed. */
static bool get_optional(const cJSON *j, const char *key, const char **out, Error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(j, key);
    *out = cJSON_IsString(item) ? item->valuestring : NULL;
    return !item || *out || cJSON_IsNull(item) || fail(err, ERR_DATA, "model.%s is not text", key);
}

static bool get_copy(const cJSON *j, const char *key, char **out, Error *err)
{
    const char *text;
    if (!get_optional(j, key, &text, err))
        return false;
    *out = text ? xstrdup(text) : NULL;
    return true;
}

static bool get_covariance(const cJSON *j, Fit *f, Error *err)
{
    size_t p = f->p, n = p * (p + 1) / 2, at = 0;
    if (!cJSON_GetObjectItemCaseSensitive(j, "covariance"))
        return true;
    double *v = xcalloc(n ? n : 1, sizeof *v);
    f->cov = xcalloc(p ? p * p : 1, sizeof *f->cov);
    bool ok = get_reals(j, "covariance", v, n, err);
    for (size_t a = 0; ok && a < p; a++)
        for (size_t b = 0; b <= a; b++)
            f->cov[a * p + b] = f->cov[b * p + a] = v[at++];
    free(v);
    return ok;
}

static bool get_fit(const cJSON *root, Model *m, Error *err)
{
    const cJSON *j = json_get_object(root, "fit", "model", err), *item, *flag;
    Fit *f = m->fit = xcalloc(1, sizeof *f);
    int word;
    if (!j || !get_fields(j, "fit", saved_fit_fields, f, err) ||
        !get_word(j, "status", saved_status_words, &word, err))
        return false;
    f->status = (FitStatus)word;
    if (f->p != m->enc->ncols)
        return fail(err, ERR_DATA, "the fit has %zu columns and the encoding %zu", f->p,
                    m->enc->ncols);
    f->b = xcalloc(f->p ? f->p : 1, sizeof *f->b);
    f->se = xcalloc(f->p ? f->p : 1, sizeof *f->se);
    f->flag = xcalloc(f->p ? f->p : 1, sizeof *f->flag);
    flag = json_get_array(j, "flag", "fit", err);
    if (!flag || !get_reals(j, "b", f->b, f->p, err) || !get_reals(j, "se", f->se, f->p, err))
        return false;
    size_t k = 0;
    cJSON_ArrayForEach(item, flag)
    {
        if (k == f->p || !word_of(item, "flag", saved_flag_words, &word, err))
            return fail(err, ERR_DATA, "the fit has more saved_flag_words than columns");
        f->flag[k++] = (uint8_t)word;
    }
    return (k == f->p || fail(err, ERR_DATA, "the fit has fewer saved_flag_words than columns")) &&
           get_covariance(j, f, err);
}

static bool get_spec(const cJSON *root, Model *m, Error *err)
{
    const cJSON *j = json_get_object(root, "spec", "model", err);
    ModelSpec s = MODEL_SPEC_DEFAULT;
    const char *seed;
    int encode, split, robust;
    int64_t bits = 0;
    if (!j || !get_optional(j, "formula", &s.formula, err) ||
        !get_optional(j, "table", &s.table, err) || !get_optional(j, "family", &s.family, err) ||
        !get_optional(j, "link", &s.link, err) || !get_optional(j, "weights", &s.weights, err) ||
        !get_optional(j, "offset", &s.offset, err) ||
        !get_optional(j, "cluster", &s.cluster, err) || !get_optional(j, "event", &s.event, err) ||
        !get_optional(j, "split_column", &s.split_column, err) ||
        !get_word(j, "encode", saved_encode_words, &encode, err) ||
        !get_word(j, "split", saved_split_words, &split, err) ||
        !get_word(j, "robust", saved_robust_words, &robust, err) ||
        !json_get_text(j, "seed", "spec", &seed, err) ||
        !get_fields(j, "spec", saved_spec_fields, &s, err) ||
        !get_fields(j, "spec", saved_option_fields, &s.fit, err))
        return false;
    s.encode = (Encode)encode;
    s.split = (SplitKind)split;
    s.fit.robust = (Robust)robust;
    s.seed = parse_int(str_of(seed), &bits) ? (uint64_t)bits : strtoull(seed, NULL, 10);
    s.name = m->name;
    model_own_spec(m, &s);
    return true;
}

static bool get_input(const cJSON *j, Model *m, InputSummary *in, Error *err)
{
    const char *type;
    int unit;
    if (!get_copy(j, "name", &in->name, err) || !json_get_text(j, "type", "inputs", &type, err) ||
        !get_word(j, "unit", saved_unit_words, &unit, err) ||
        !get_fields(j, "inputs", saved_input_fields, in, err) ||
        !get_reals(j, "quantile", in->quantile, 21, err))
        return false;
    if (!in->name || !coltype_parse(str_of(type), &in->type))
        return fail(err, ERR_DATA, "model.inputs has a type '%s' that this version does not know",
                    type);
    in->unit = (TimeUnit)unit;
    in->group = input_group(m, str_of(in->name));
    const cJSON *levels = json_get_array(j, "levels", "inputs", err), *item;
    size_t n = levels ? (size_t)cJSON_GetArraySize(levels) : 0;
    in->levels = xcalloc(n ? n : 1, sizeof *in->levels);
    in->counts = xcalloc(n ? n : 1, sizeof *in->counts);
    if (!levels)
        return false;
    cJSON_ArrayForEach(item, levels)
    {
        if (!cJSON_IsString(item))
            return fail(err, ERR_DATA, "a level of '%s' is not text", in->name);
        in->levels[in->nlevels++] = xstrdup(item->valuestring);
    }
    return get_reals(j, "counts", in->counts, n, err);
}

static bool get_inputs(const cJSON *root, Model *m, Error *err)
{
    const cJSON *list = json_get_array(root, "inputs", "model", err), *item;
    if (!list)
        return false;
    size_t n = (size_t)cJSON_GetArraySize(list);
    m->inputs = xcalloc(n ? n : 1, sizeof *m->inputs);
    cJSON_ArrayForEach(item, list)
    {
        if (!get_input(item, m, &m->inputs[m->ninputs++], err))
            return false;
    }
    return true;
}

static bool get_drops(const cJSON *j, Model *m, Error *err)
{
    const cJSON *list = json_get_array(j, "drops", "training", err), *item;
    if (!list)
        return false;
    cJSON_ArrayForEach(item, list)
    {
        const char *reason;
        int64_t rows;
        if (m->ndrops == sizeof m->drops / sizeof *m->drops)
            return fail(err, ERR_DATA, "model.training has too many drops");
        if (!json_get_text(item, "reason", "drops", &reason, err) ||
            !json_get_int(item, "rows", "drops", &rows, err))
            return false;
        copy_text(STR_ROOM(m->drops[m->ndrops].reason), str_of(reason));
        m->drops[m->ndrops++].rows = (size_t)rows;
    }
    return true;
}

static bool get_training(const cJSON *root, Model *m, Error *err)
{
    const cJSON *j = json_get_object(root, "training", "model", err);
    size_t p = m->enc->ncols, room = p ? p : 1;
    int unit;
    m->typical = xcalloc(room, sizeof(double));
    m->col_mean = xcalloc(room, sizeof(double));
    m->col_sd = xcalloc(room, sizeof(double));
    if (!j || !get_fields(j, "training", saved_model_fields, m, err) ||
        !get_word(j, "test_unit", saved_unit_words, &unit, err) || !get_drops(j, m, err))
        return false;
    m->test_number = unit > TIME_MICRO;
    m->test_unit = m->test_number ? TIME_DAY : (TimeUnit)unit;
    const cJSON *train = json_get_object(j, "train", "training", err);
    const cJSON *test = json_get_object(j, "test", "training", err);
    return train && test && get_fields(train, "train", saved_metric_fields, &m->train, err) &&
           get_fields(test, "test", saved_metric_fields, &m->test, err) &&
           get_reals(j, "typical", m->typical, p, err) &&
           get_reals(j, "col_mean", m->col_mean, p, err) &&
           get_reals(j, "col_sd", m->col_sd, p, err) &&
           get_reals(j, "eta_quantile", m->eta_quantile, 101, err);
}

static bool get_alarms(const cJSON *root, Model *m, Error *err)
{
    const cJSON *list = json_get_array(root, "alarms", "model", err), *item;
    cJSON_ArrayForEach(item, list)
    {
        const char *code, *column, *text, *help;
        int64_t kind;
        if (!json_get_text(item, "code", "alarms", &code, err) ||
            !json_get_int(item, "kind", "alarms", &kind, err) ||
            !json_get_text(item, "column", "alarms", &column, err) ||
            !json_get_text(item, "text", "alarms", &text, err) ||
            !json_get_text(item, "help", "alarms", &help, err))
            return false;
        if (kind < 0 || kind > ALARM_THETA)
            return fail(err, ERR_DATA,
                        "the model has an alarm '%s' that this version does not know", code);
        Alarm *a = alarm_add(&m->alarms, &m->nalarms, (AlarmKind)kind, str_of(column));
        copy_text(STR_ROOM(a->text), str_of(text));
        copy_text(STR_ROOM(a->help), str_of(help));
    }
    return list != NULL;
}

static bool get_recipe(const cJSON *root, Model *m, Error *err)
{
    const cJSON *j = cJSON_GetObjectItemCaseSensitive(root, "recipe");
    if (!j || cJSON_IsNull(j))
        return true;
    return (m->recipe = recipe_from_json(j, err)) != NULL;
}

static bool get_model(const cJSON *root, Model *m, Error *err)
{
    const char *family, *link;
    if (!get_copy(root, "name", &m->name, err) || !get_copy(root, "formula", &m->formula, err) ||
        !get_copy(root, "table", &m->table, err) || !get_copy(root, "origin", &m->origin, err) ||
        !get_copy(root, "note", &m->note, err) ||
        !json_get_text(root, "family", "model", &family, err) ||
        !json_get_text(root, "link", "model", &link, err) || !get_spec(root, m, err))
        return false;
    m->family = family_find(str_of(family), SPAN_NONE, err);
    m->link = m->family ? link_find(str_of(link), SPAN_NONE, err) : NULL;
    const cJSON *encoding = m->link ? json_get_object(root, "encoding", "model", err) : NULL;
    m->enc = encoding ? encoding_from_json(encoding, err) : NULL;
    if (!m->enc || !get_recipe(root, m, err) || !get_fit(root, m, err))
        return false;
    model_settle(m);
    return get_inputs(root, m, err) && get_training(root, m, err) && get_alarms(root, m, err);
}

Model *model_from_json(Str text, Error *err)
{
    cJSON *root = json_parse(text, err);
    Model *m = NULL;
    int64_t version;
    if (!root)
        return NULL;
    if (!cJSON_HasObjectItem(root, "glint_model")) {
        fail(err, ERR_DATA, "this is not a model: 'glint_model' is missing");
    } else if (json_get_int(root, "glint_model", "model", &version, err)) {
        if (version < 1 || version > ARTEFACT_VERSION) {
            fail(err, ERR_DATA, "this model is of version %lld, and this program reads up to %d",
                 (long long)version, ARTEFACT_VERSION);
        } else {
            m = xcalloc(1, sizeof *m);
            m->refs = 1;
            if (!get_model(root, m, err)) {
                model_unref(m);
                m = NULL;
            }
        }
    }
    cJSON_Delete(root);
    return m;
}

Model *model_load(const char *path, Error *err)
{
    FileText text;
    if (!file_read(path, &text, err))
        return NULL;
    Model *m = model_from_json((Str){text.p, text.n}, err);
    if (!m)
        error_context(err, "reading '%s'", path);
    file_text_free(&text);
    return m;
}
