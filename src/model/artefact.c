/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * artefact.c - a model as one JSON file: readable, diffable, without any data row.
 *
 * Doubles are written with the fewest digits that read back as the same bits, so a model that was saved and loaded
 * predicts the same bits and saves as the same bytes. What can be worked out again (beta, groups, names) is not written.
 * Scalars go by tables of name and place, so a field is one row for both directions. NaN is null. `version` grows when
 * an older reader would misunderstand; a reader refuses what is newer than itself.
 */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/file.h"
#include "model_priv.h"

#define VERSION 1

/* ---- fields ---- */

typedef enum FieldType { F_REAL, F_SIZE, F_INT, F_BOOL, F_MOMENT } FieldType;
typedef struct Field {
    const char *name;
    FieldType type;
    size_t at;
} Field;
#define REAL(T, f) {#f, F_REAL, offsetof(T, f)}
#define SIZE(T, f) {#f, F_SIZE, offsetof(T, f)}
#define INT(T, f) {#f, F_INT, offsetof(T, f)}
#define BOOL(T, f) {#f, F_BOOL, offsetof(T, f)}

static const Field metric_fields[] = {
    SIZE(Metrics, n), REAL(Metrics, positives), REAL(Metrics, threshold), REAL(Metrics, tp), REAL(Metrics, fp),
    REAL(Metrics, tn), REAL(Metrics, fn), REAL(Metrics, accuracy), REAL(Metrics, precision), REAL(Metrics, recall),
    REAL(Metrics, f1), REAL(Metrics, specificity), REAL(Metrics, roc_auc), REAL(Metrics, roc_auc_se),
    REAL(Metrics, roc_auc_low), REAL(Metrics, roc_auc_high), REAL(Metrics, pr_auc), REAL(Metrics, log_loss),
    REAL(Metrics, brier), REAL(Metrics, base_log_loss), REAL(Metrics, base_accuracy), REAL(Metrics, base_brier), {0}};

static const Field fit_fields[] = {
    SIZE(Fit, p), SIZE(Fit, n), SIZE(Fit, rows), SIZE(Fit, rank), REAL(Fit, deviance), REAL(Fit, null_deviance),
    REAL(Fit, pearson), REAL(Fit, dispersion), REAL(Fit, loglik), REAL(Fit, aic), REAL(Fit, bic), SIZE(Fit, df_null),
    SIZE(Fit, df_residual), REAL(Fit, param), REAL(Fit, param_se), INT(Fit, iterations), BOOL(Fit, use_t),
    REAL(Fit, seconds), REAL(Fit, l2), BOOL(Fit, precise), {0}};

static const Field spec_fields[] = {
    REAL(ModelSpec, test_frac), REAL(ModelSpec, threshold), REAL(ModelSpec, sampled), {0}};

static const Field option_fields[] = {
    INT(FitOptions, max_iter), REAL(FitOptions, tol), REAL(FitOptions, l2), BOOL(FitOptions, standardize),
    BOOL(FitOptions, firth), REAL(FitOptions, ci_level), REAL(FitOptions, param), {0}};

static const Field input_fields[] = {
    REAL(InputSummary, min), REAL(InputSummary, q25), REAL(InputSummary, median), REAL(InputSummary, q75),
    REAL(InputSummary, max), REAL(InputSummary, mean), REAL(InputSummary, sd), SIZE(InputSummary, missing),
    REAL(InputSummary, auc), BOOL(InputSummary, derived), BOOL(InputSummary, source), BOOL(InputSummary, is_offset),
    {0}};

static const Field model_fields[] = {
    SIZE(Model, rows), SIZE(Model, dropped), SIZE(Model, test_rows), {"test_cut", F_MOMENT, offsetof(Model, test_cut)},
    BOOL(Model, binary), REAL(Model, base_rate), REAL(Model, typical_offset), REAL(Model, seconds),
    {"made", F_MOMENT, offsetof(Model, made)}, {0}};

/* ---- words for enums ---- */

static const char *const statuses[] = {"converged", "max_iter", "separated", "perfect", "no_descent", NULL};
static const char *const flags[] = {"ok", "aliased", "plus_inf", "minus_inf", NULL};
static const char *const encodes[] = {"treatment", "onehot", "sum", NULL};
static const char *const splits[] = {"random", "time", "user", NULL};
static const char *const robusts[] = {"none", "hc0", "hc1", "hc2", "hc3", NULL};
static const char *const units[] = {"day", "minute", "second", "milli", "micro", NULL};

/* ---- out ---- */

static void put_key(Buf *b, const char *key)
{
    buf_puts(b, b->n && b->p[b->n - 1] != '{' ? ",\n" : "\n");
    buf_json_str(b, str_of(key));
    buf_putc(b, ':');
}

static void put_text(Buf *b, const char *key, const char *text)
{
    put_key(b, key);
    if (text)
        buf_json_str(b, str_of(text));
    else
        buf_puts(b, "null");
}

static void put_fields(Buf *b, const Field *f, const void *from)
{
    for (const char *base = from; f->name; f++) {
        put_key(b, f->name);
        switch (f->type) {
        case F_REAL:
            buf_json_real(b, *(const double *)(const void *)(base + f->at));
            break;
        case F_SIZE:
            buf_int(b, (int64_t) * (const size_t *)(const void *)(base + f->at));
            break;
        case F_INT:
            buf_int(b, *(const int *)(const void *)(base + f->at));
            break;
        case F_MOMENT: /* a double holds no 64-bit integer */
            buf_printf(b, "\"%lld\"", (long long)*(const int64_t *)(const void *)(base + f->at));
            break;
        case F_BOOL:
            buf_puts(b, *(const bool *)(const void *)(base + f->at) ? "true" : "false");
            break;
        }
    }
}

static void put_reals(Buf *b, const char *key, const double *v, size_t n)
{
    put_key(b, key);
    buf_putc(b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_puts(b, i ? "," : "");
        buf_json_real(b, v[i]);
    }
    buf_putc(b, ']');
}

static void put_fit(Buf *b, const Fit *f)
{
    put_key(b, "fit");
    buf_putc(b, '{');
    put_fields(b, fit_fields, f);
    put_text(b, "status", statuses[f->status]);
    put_reals(b, "b", f->b, f->p);
    put_reals(b, "se", f->se, f->p);
    put_key(b, "flag");
    buf_putc(b, '[');
    for (size_t j = 0; j < f->p; j++) {
        buf_puts(b, j ? "," : "");
        buf_json_str(b, str_of(flags[f->flag[j]]));
    }
    buf_putc(b, ']');
    if (f->cov) { /* the lower triangle: row by row up to the diagonal */
        put_key(b, "covariance");
        buf_putc(b, '[');
        for (size_t j = 0; j < f->p; j++)
            for (size_t k = 0; k <= j; k++) {
                buf_puts(b, j ? "," : "");
                buf_json_real(b, f->cov[j * f->p + k]);
            }
        buf_putc(b, ']');
    }
    buf_puts(b, "}");
}

static void put_spec(Buf *b, const ModelSpec *s)
{
    char seed[32];
    put_key(b, "spec");
    buf_putc(b, '{');
    put_text(b, "formula", s->formula);
    put_text(b, "table", s->table);
    put_text(b, "family", s->family);
    put_text(b, "link", s->link);
    put_text(b, "weights", s->weights);
    put_text(b, "offset", s->offset);
    put_text(b, "cluster", s->cluster);
    put_text(b, "event", s->event);
    put_text(b, "split_column", s->split_column);
    put_text(b, "encode", encodes[s->encode]);
    put_text(b, "split", splits[s->split]);
    put_text(b, "robust", robusts[s->fit.robust]);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)s->seed);
    put_text(b, "seed", seed);
    put_fields(b, spec_fields, s);
    put_fields(b, option_fields, &s->fit);
    buf_putc(b, '}');
}

static void put_input(Buf *b, const InputSummary *in)
{
    buf_putc(b, '{');
    put_text(b, "name", in->name);
    put_text(b, "type", coltype_name(in->type));
    put_text(b, "unit", units[in->unit]);
    put_fields(b, input_fields, in);
    put_reals(b, "quantile", in->quantile, 21);
    put_key(b, "levels");
    buf_putc(b, '[');
    for (size_t k = 0; k < in->nlevels; k++) {
        buf_puts(b, k ? "," : "");
        buf_json_str(b, str_of(in->levels[k]));
    }
    buf_putc(b, ']');
    put_reals(b, "counts", in->counts, in->nlevels);
    buf_putc(b, '}');
}

static void put_alarm(Buf *b, const Alarm *a)
{
    buf_putc(b, '{');
    put_text(b, "code", a->code);
    put_key(b, "kind");
    buf_int(b, (int64_t)a->kind);
    put_text(b, "column", a->column);
    put_text(b, "text", a->text);
    put_text(b, "help", a->help);
    buf_putc(b, '}');
}

static void put_training(Buf *b, const Model *m)
{
    put_key(b, "training");
    buf_putc(b, '{');
    put_fields(b, model_fields, m);
    put_text(b, "test_unit", units[m->test_unit]);
    put_key(b, "drops");
    buf_putc(b, '[');
    for (size_t i = 0; i < m->ndrops; i++) {
        buf_puts(b, i ? ",{" : "{");
        put_text(b, "reason", m->drops[i].reason);
        put_key(b, "rows");
        buf_int(b, (int64_t)m->drops[i].rows);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
    put_key(b, "train");
    buf_putc(b, '{');
    put_fields(b, metric_fields, &m->train);
    buf_putc(b, '}');
    put_key(b, "test");
    buf_putc(b, '{');
    put_fields(b, metric_fields, &m->test);
    buf_putc(b, '}');
    put_reals(b, "typical", m->typical, m->enc->ncols);
    put_reals(b, "col_mean", m->col_mean, m->enc->ncols);
    put_reals(b, "col_sd", m->col_sd, m->enc->ncols);
    put_reals(b, "eta_quantile", m->eta_quantile, 101);
    buf_putc(b, '}');
}

void model_to_json(const Model *m, Buf *b)
{
    buf_printf(b, "{\"glint_model\":%d", VERSION);
    put_text(b, "name", m->name);
    put_text(b, "formula", m->formula);
    put_text(b, "table", m->table);
    put_text(b, "origin", m->origin);
    put_text(b, "note", m->note);
    put_text(b, "family", m->family->name);
    put_text(b, "link", m->link->name);
    put_spec(b, &m->spec);
    put_key(b, "encoding");
    encoding_to_json(m->enc, b);
    put_fit(b, m->fit);
    put_key(b, "recipe");
    if (m->recipe)
        recipe_to_json(m->recipe, b);
    else
        buf_puts(b, "null");
    put_key(b, "inputs");
    buf_putc(b, '[');
    for (size_t i = 0; i < m->ninputs; i++) {
        buf_puts(b, i ? ",\n" : "");
        put_input(b, &m->inputs[i]);
    }
    buf_putc(b, ']');
    put_training(b, m);
    put_key(b, "alarms");
    buf_putc(b, '[');
    for (size_t i = 0; i < m->nalarms; i++) {
        buf_puts(b, i ? ",\n" : "");
        put_alarm(b, &m->alarms[i]);
    }
    buf_puts(b, "]}\n");
}

bool model_save(const Model *m, const char *path, Error *err)
{
    Buf text = BUF_INIT;
    model_to_json(m, &text);
    FileOut *f = file_out_open(path, err);
    bool ok = f && file_out_write(f, text.p, text.n, err);
    if (ok)
        ok = file_out_commit(f, err);
    else
        file_out_abandon(f);
    buf_free(&text);
    return ok;
}

/* ---- in ---- */

static bool get_moment(const cJSON *j, const char *key, int64_t *out, Error *err)
{
    const char *text;
    if (!json_get_text(j, key, "model", &text, err))
        return false;
    return parse_int(str_of(text), out) || fail(err, ERR_DATA, "model.%s is not a whole number", key);
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
        return fail(err, ERR_DATA, "model.%s has %d numbers instead of %zu", key, cJSON_GetArraySize(a), n);
    cJSON_ArrayForEach(item, a) {
        if (!real_of(item, &out[k++]))
            return fail(err, ERR_DATA, "model.%s[%zu] is not a number", key, k - 1);
    }
    return true;
}

static bool word_of(const cJSON *item, const char *key, const char *const *words, int *out, Error *err)
{
    for (int k = 0; cJSON_IsString(item) && words[k]; k++)
        if (strcmp(item->valuestring, words[k]) == 0) {
            *out = k;
            return true;
        }
    return fail(err, ERR_DATA, "model.%s is none of the words that this version knows", key);
}

static bool get_word(const cJSON *j, const char *key, const char *const *words, int *out, Error *err)
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
    if (!j || !get_fields(j, "fit", fit_fields, f, err) || !get_word(j, "status", statuses, &word, err))
        return false;
    f->status = (FitStatus)word;
    if (f->p != m->enc->ncols)
        return fail(err, ERR_DATA, "the fit has %zu columns and the encoding %zu", f->p, m->enc->ncols);
    f->b = xcalloc(f->p ? f->p : 1, sizeof *f->b);
    f->se = xcalloc(f->p ? f->p : 1, sizeof *f->se);
    f->flag = xcalloc(f->p ? f->p : 1, sizeof *f->flag);
    flag = json_get_array(j, "flag", "fit", err);
    if (!flag || !get_reals(j, "b", f->b, f->p, err) || !get_reals(j, "se", f->se, f->p, err))
        return false;
    size_t k = 0;
    cJSON_ArrayForEach(item, flag) {
        if (k == f->p || !word_of(item, "flag", flags, &word, err))
            return fail(err, ERR_DATA, "the fit has more flags than columns");
        f->flag[k++] = (uint8_t)word;
    }
    return (k == f->p || fail(err, ERR_DATA, "the fit has fewer flags than columns")) && get_covariance(j, f, err);
}

static bool get_spec(const cJSON *root, Model *m, Error *err)
{
    const cJSON *j = json_get_object(root, "spec", "model", err);
    ModelSpec s = MODEL_SPEC_DEFAULT;
    const char *seed;
    int encode, split, robust;
    int64_t bits = 0;
    if (!j || !get_optional(j, "formula", &s.formula, err) || !get_optional(j, "table", &s.table, err) ||
        !get_optional(j, "family", &s.family, err) || !get_optional(j, "link", &s.link, err) ||
        !get_optional(j, "weights", &s.weights, err) || !get_optional(j, "offset", &s.offset, err) ||
        !get_optional(j, "cluster", &s.cluster, err) || !get_optional(j, "event", &s.event, err) ||
        !get_optional(j, "split_column", &s.split_column, err) || !get_word(j, "encode", encodes, &encode, err) ||
        !get_word(j, "split", splits, &split, err) || !get_word(j, "robust", robusts, &robust, err) ||
        !json_get_text(j, "seed", "spec", &seed, err) || !get_fields(j, "spec", spec_fields, &s, err) ||
        !get_fields(j, "spec", option_fields, &s.fit, err))
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
        !get_word(j, "unit", units, &unit, err) || !get_fields(j, "inputs", input_fields, in, err) ||
        !get_reals(j, "quantile", in->quantile, 21, err))
        return false;
    if (!in->name || !coltype_parse(str_of(type), &in->type))
        return fail(err, ERR_DATA, "model.inputs has a type '%s' that this version does not know", type);
    in->unit = (TimeUnit)unit;
    in->group = input_group(m, str_of(in->name));
    const cJSON *levels = json_get_array(j, "levels", "inputs", err), *item;
    size_t n = levels ? (size_t)cJSON_GetArraySize(levels) : 0;
    in->levels = xcalloc(n ? n : 1, sizeof *in->levels);
    in->counts = xcalloc(n ? n : 1, sizeof *in->counts);
    if (!levels)
        return false;
    cJSON_ArrayForEach(item, levels) {
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
    cJSON_ArrayForEach(item, list) {
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
    cJSON_ArrayForEach(item, list) {
        const char *reason;
        int64_t rows;
        if (m->ndrops == sizeof m->drops / sizeof *m->drops)
            return fail(err, ERR_DATA, "model.training has too many drops");
        if (!json_get_text(item, "reason", "drops", &reason, err) || !json_get_int(item, "rows", "drops", &rows, err))
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
    if (!j || !get_fields(j, "training", model_fields, m, err) || !get_word(j, "test_unit", units, &unit, err) ||
        !get_drops(j, m, err))
        return false;
    m->test_unit = (TimeUnit)unit;
    const cJSON *train = json_get_object(j, "train", "training", err);
    const cJSON *test = json_get_object(j, "test", "training", err);
    return train && test && get_fields(train, "train", metric_fields, &m->train, err) &&
           get_fields(test, "test", metric_fields, &m->test, err) && get_reals(j, "typical", m->typical, p, err) &&
           get_reals(j, "col_mean", m->col_mean, p, err) && get_reals(j, "col_sd", m->col_sd, p, err) &&
           get_reals(j, "eta_quantile", m->eta_quantile, 101, err);
}

static bool get_alarms(const cJSON *root, Model *m, Error *err)
{
    const cJSON *list = json_get_array(root, "alarms", "model", err), *item;
    cJSON_ArrayForEach(item, list) {
        const char *code, *column, *text, *help;
        int64_t kind;
        if (!json_get_text(item, "code", "alarms", &code, err) || !json_get_int(item, "kind", "alarms", &kind, err) ||
            !json_get_text(item, "column", "alarms", &column, err) ||
            !json_get_text(item, "text", "alarms", &text, err) || !json_get_text(item, "help", "alarms", &help, err))
            return false;
        if (kind < 0 || kind > ALARM_DUPLICATE)
            return fail(err, ERR_DATA, "the model has an alarm '%s' that this version does not know", code);
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
        !get_copy(root, "note", &m->note, err) || !json_get_text(root, "family", "model", &family, err) ||
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
        if (version < 1 || version > VERSION) {
            fail(err, ERR_DATA, "this model is of version %lld, and this program reads up to %d", (long long)version,
                 VERSION);
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
