/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kinds.c - what is compared in each kind of reference case.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#include "features/recipe.h"
#include "glm/influence.h"

const BlockRow blocks[NBLOCKS] = {
    [IN_COEF] = {"coefficients", 8},
    [IN_P] = {"p", 6},
    [IN_DEVIANCE] = {"deviance", 10},
    [IN_VCOV] = {"covariance", 7},
    [IN_ROBUST] = {"robust", 7},
    [IN_INFLUENCE] = {"influence", 7},
    [IN_PREDICT] = {"predict", 7},
    [IN_BINARY] = {"binary", 9},
    [IN_CALIBRATION] = {"calibration", 7},
    [IN_LAMBDA] = {"lambdas", 9},
    [IN_RATIO] = {"deviance ratio", 6},
    [IN_ANOVA] = {"anova I", 7},
    [IN_RAO] = {"score tests", 6},
    [IN_DROP1] = {"drop1", 7},
    [IN_TYPE2] = {"anova II", 7},
    [IN_WALD] = {"Wald II", 7},
    [IN_VIF] = {"vif", 7},
    [IN_PROFILE] = {"profile", 2.8},
    [IN_FOLDS] = {"folds", 7},
    [IN_CURVE] = {"cv curve", 5},
    [IN_LIMIT] = {"finite limit", 8},
    [IN_FIRTH] = {"firth", 8},
    [IN_CERTIFIED] = {"certified", 8},
};

bool wrong(Case *c, const char *what, const char *of)
{
    snprintf(c->note, sizeof c->note, "%.400s%s%.90s", what, of ? ": " : "", of ? of : "");
    return false;
}

/* ---- glm ---- */

static bool compare_coefs(Case *c, const Fitted *m)
{
    const cJSON *row, *list = cJSON_GetObjectItemCaseSensitive(c->json, "coefficients");
    double level = json_number(c->json, "ci_level");
    bool exact = json_number(c->json, "deviance") < 1e-20 * json_number(c->json, "null_deviance");
    cJSON_ArrayForEach(row, list)
    {
        const char *term = json_word(row, "term");
        long j = fitted_column(m, term);
        if (j < 0)
            return wrong(c, "no such column", term);
        bool aliased = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "aliased"));
        if (aliased != (m->fit->flag[j] == COL_ALIASED))
            return wrong(c, aliased ? "should be aliased" : "should not be aliased", term);
        if (aliased)
            continue;
        Inference r = fit_infer(m->fit, (size_t)j, level);
        tally_put(&c->tally[IN_COEF], digits(r.estimate, json_number(row, "estimate"), 0),
                  "estimate", term);
        if (exact) { /* a perfect fit: errors are zero but for rounding */
            tally_put(&c->tally[IN_COEF], r.se < 1e-8 * fabs(r.estimate) ? 17 : 0, "se", term);
            continue;
        }
        tally_put(&c->tally[IN_COEF], digits(r.se, json_number(row, "se"), 0), "se", term);
        tally_put(&c->tally[IN_COEF], digits(r.stat, json_number(row, "z_or_t"), 0), "statistic",
                  term);
        tally_put(&c->tally[IN_COEF], digits(r.low, json_number(row, "ci_low"), r.se), "interval",
                  term);
        tally_put(&c->tally[IN_COEF], digits(r.high, json_number(row, "ci_high"), r.se), "interval",
                  term);
        tally_put(&c->tally[IN_P], digits(r.p, json_number(row, "p"), 1e-300), "p", term);
    }
    return true;
}

static bool compare_scalars(Case *c, const Fitted *m)
{
    const Fit *f = m->fit;
    double null = json_number(c->json, "null_deviance");
    bool exact = json_number(c->json, "deviance") < 1e-20 * null;
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"deviance", f->deviance},
        {"null_deviance", f->null_deviance},
        {"pearson_chisq", f->pearson},
        {"dispersion", f->dispersion},
        {"loglik", f->loglik},
        {"aic", f->aic},
        {"bic", f->bic},
        {"theta", f->param},
        {"se_theta", f->param_se},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(c->json, rows[i].name);
        if (!v || (cJSON_IsNull(v) && exact))
            continue;
        double want = cJSON_IsNumber(v) ? v->valuedouble : NAN;
        bool zero = exact && want < 1e-20 * null && rows[i].value < 1e-20 * null;
        tally_put(&c->tally[IN_DEVIANCE], zero ? 17 : digits(rows[i].value, want, 0), rows[i].name,
                  NULL);
    }
    return f->status == FIT_CONVERGED || f->status == FIT_PERFECT ||
           wrong(c, "the fit did not converge", NULL);
}

/* A matrix of covariances between named terms, relative to the standard errors. */
static bool compare_matrix(const Fitted *m, const double *cov, const cJSON *terms,
                           const cJSON *rows, Tally *t, const char *what)
{
    size_t p = m->fit->p;
    int n = cJSON_GetArraySize(terms);
    for (int i = 0; i < n; i++) {
        const char *name = cJSON_GetArrayItem(terms, i)->valuestring;
        long a = fitted_column(m, name);
        const cJSON *row = cJSON_GetArrayItem(rows, i);
        for (int j = 0; j < n; j++) {
            long b = fitted_column(m, cJSON_GetArrayItem(terms, j)->valuestring);
            if (a < 0 || b < 0)
                return false;
            size_t sa = (size_t)a, sb = (size_t)b;
            /* robust covariances may vanish: clusters whose residuals sum to zero */
            double scale = fmax(sqrt(cov[sa * p + sa] * cov[sb * p + sb]),
                                1e-8 * m->fit->se[sa] * m->fit->se[sb]);
            tally_put(t, digits(cov[sa * p + sb], cJSON_GetArrayItem(row, j)->valuedouble, scale),
                      what, name);
        }
    }
    return true;
}

static bool same_value(const Column *c, size_t a, size_t b)
{
    if (c->type == COL_CODE || c->type == COL_TEXT)
        return str_eq(column_text(c, a), column_text(c, b));
    return column_real(c, a) == column_real(c, b);
}

/* Numbers the values of a column in the order of the rows of the design. */
static uint32_t *number_clusters(const Fitted *m, const char *column, size_t *n)
{
    const Column *col = frame_column(m->frame, str_of(column));
    uint32_t *out = xcalloc(m->design->n + 1, sizeof *out);
    size_t *first = xcalloc(m->design->n + 1, sizeof *first);
    *n = 0;
    for (size_t i = 0; i < m->design->n; i++) {
        size_t row = m->design->rows ? m->design->rows[i] : i;
        size_t k = 0;
        while (k < *n && !same_value(col, first[k], row))
            k++;
        if (k == *n)
            first[(*n)++] = row;
        out[i] = (uint32_t)k;
    }
    free(first);
    return out;
}

static bool compare_robust(Case *c, const Fitted *m, Error *err)
{
    static const struct {
        const char *name;
        Robust kind;
        bool plain; /* without G/(G-1), which we always take */
    } rows[] = {{"HC0", ROBUST_HC0, false},         {"HC1", ROBUST_HC1, false},
                {"HC2", ROBUST_HC2, false},         {"HC3", ROBUST_HC3, false},
                {"cluster_HC0", ROBUST_HC0, false}, {"cluster_HC1", ROBUST_HC1, false},
                {"cluster_plain", ROBUST_HC0, true}};
    const cJSON *robust = cJSON_GetObjectItemCaseSensitive(c->json, "robust");
    for (size_t i = 0; robust && i < sizeof rows / sizeof rows[0]; i++) {
        const cJSON *want = cJSON_GetObjectItemCaseSensitive(robust, rows[i].name);
        FitOptions opt = m->opt;
        uint32_t *cluster = NULL;
        if (!want)
            continue;
        opt.robust = rows[i].kind;
        if (json_word(want, "cluster"))
            opt.cluster = cluster = number_clusters(m, json_word(want, "cluster"), &opt.nclusters);
        Fit *f = fit_run(&m->pb, &opt, err);
        double less = rows[i].plain ? 1.0 - 1.0 / (double)opt.nclusters : 1.0;
        for (size_t j = 0; f && j < f->p * f->p; j++)
            f->cov[j] *= less;
        const cJSON *terms = list_of(robust, "terms");
        bool ok = f && compare_matrix(m, f->cov, terms, list_of(want, "vcov"), &c->tally[IN_ROBUST],
                                      rows[i].name);
        for (size_t j = 0; ok && j < (size_t)cJSON_GetArraySize(terms); j++) {
            size_t at = (size_t)fitted_column(m, cJSON_GetArrayItem(terms, (int)j)->valuestring);
            tally_put(
                &c->tally[IN_ROBUST],
                digits(f->se[at] * sqrt(less), item(list_of(want, "se"), j), 1e-4 * m->fit->se[at]),
                "se by", rows[i].name);
        }
        fit_free(f);
        free(cluster);
        if (!ok)
            return false;
    }
    return true;
}

static double get_influence(const RowInfluence *r, size_t what)
{
    const double v[] = {r->mu,           r->eta,         r->leverage, r->cook,
                        r->std_deviance, r->std_pearson, r->student,  r->dffits,
                        r->deviance,     r->pearson,     r->working,  r->response};
    return v[what];
}

static bool compare_influence(Case *c, const Fitted *m, Error *err)
{
    static const char *const names[] = {"fitted",
                                        "linear_predictor",
                                        "hat",
                                        "cooks_distance",
                                        "rstandard_deviance",
                                        "rstandard_pearson",
                                        "rstudent",
                                        "dffits",
                                        "residuals_deviance",
                                        "residuals_pearson",
                                        "residuals_working",
                                        "residuals_response"};
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(c->json, "influence");
    size_t n = m->design->n;
    if (!want)
        return true;
    RowInfluence *rows = xcalloc(n + 1, sizeof *rows);
    bool ok = influence_all(&m->pb, m->fit, rows, err);
    for (size_t k = 0; ok && k < sizeof names / sizeof names[0]; k++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(want, names[k]);
        double most = 0.0;
        for (int i = 0; i < cJSON_GetArraySize(list); i++)
            most = fmax(most, fabs(cJSON_GetArrayItem(list, i)->valuedouble));
        for (int i = 0; i < cJSON_GetArraySize(list) && (size_t)i < n; i++)
            tally_put(&c->tally[IN_INFLUENCE],
                      digits(get_influence(&rows[i], k), cJSON_GetArrayItem(list, i)->valuedouble,
                             1e-6 * most),
                      names[k], NULL);
    }
    free(rows);
    return ok;
}

static bool compare_predict(Case *c, const Fitted *m, Error *err)
{
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(c->json, "predict");
    if (!want)
        return true;
    uint8_t *good = NULL;
    ReplayReport report = {0};
    Frame *f = case_frame(c, json_word(want, "newdata"), err);
    Design *d =
        f ? design_replay(m->design->enc, f, NULL, f->rows, UNSEEN_NULL, false, &good, &report, err)
          : NULL;
    double *x = xcalloc(m->fit->p + 1, sizeof *x),
           q = fit_quantile(m->fit, json_number(c->json, "ci_level"));
    for (size_t i = 0; d && i < f->rows; i++) {
        double v[6] = {NAN, NAN, NAN, NAN, NAN, NAN}, slope;
        static const char *const names[] = {"link",        "link_se",         "response",
                                            "response_se", "response_ci_low", "response_ci_high"};
        if (good[i]) {
            matrix_row(&d->x, i, x);
            v[0] = fit_eta(m->fit, x);
            v[1] = fit_eta_se(m->fit, x);
            m->pb.link->inverse(&v[0], 1, &v[2], &slope);
            v[3] = v[1] * fabs(slope);
            double low = v[0] - q * v[1], high = v[0] + q * v[1];
            m->pb.link->inverse(&low, 1, &v[4], &slope);
            m->pb.link->inverse(&high, 1, &v[5], &slope);
        }
        for (size_t k = 0; k < 6; k++)
            if (cJSON_GetObjectItemCaseSensitive(want, names[k]))
                tally_put(
                    &c->tally[IN_PREDICT],
                    digits(v[k], item(cJSON_GetObjectItemCaseSensitive(want, names[k]), i), 1e-3),
                    names[k], NULL);
    }
    bool ok = d != NULL;
    free(x);
    free(good);
    design_free(d);
    frame_unref(f);
    return ok;
}

/* ---- fits ---- */

static bool run_glm(Case *c, Error *err)
{
    Fitted m;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    opt.param = json_number(c->json, "var_power");
    const cJSON *vcov = cJSON_GetObjectItemCaseSensitive(c->json, "vcov");
    bool ok = fitted_open(&m, c, &opt, err) && compare_coefs(c, &m) && compare_scalars(c, &m) &&
              compare_robust(c, &m, err) && compare_influence(c, &m, err) &&
              compare_predict(c, &m, err) && compare_fitted(c, &m, err) &&
              compare_nested(c, &m, err) && compare_counts(c, &m) && compare_certified(c, &m);
    if (ok && vcov && m.fit->status != FIT_PERFECT)
        ok = compare_matrix(&m, m.fit->cov, cJSON_GetObjectItemCaseSensitive(vcov, "terms"),
                            cJSON_GetObjectItemCaseSensitive(vcov, "matrix"), &c->tally[IN_VCOV],
                            "vcov");
    fitted_close(&m);
    return ok;
}

/* ---- separation ---- */

/* Named estimates and errors of a block of the case. */
static bool compare_named(Case *c, const Fitted *m, const cJSON *want, BlockId into)
{
    const cJSON *terms = cJSON_GetObjectItemCaseSensitive(want, "terms");
    const cJSON *est = cJSON_GetObjectItemCaseSensitive(want, "estimate");
    const cJSON *se = cJSON_GetObjectItemCaseSensitive(want, "se");
    for (size_t i = 0; i < (size_t)cJSON_GetArraySize(terms); i++) {
        const char *name = cJSON_GetArrayItem(terms, (int)i)->valuestring;
        long j = fitted_column(m, name);
        if (j < 0 || m->fit->flag[j] != COL_OK)
            return wrong(c, "should be finite", name);
        tally_put(&c->tally[into], digits(m->fit->b[j], item(est, i), 0), "estimate", name);
        if (se)
            tally_put(&c->tally[into], digits(m->fit->se[j], item(se, i), 0), "se", name);
    }
    return true;
}

/* Of a symmetric positive definite matrix, by elimination; it is overwritten. */
static double log_determinant(double *a, size_t p)
{
    double sum = 0.0;
    for (size_t k = 0; k < p; k++) {
        sum += log(a[k * p + k]);
        for (size_t i = k + 1; i < p; i++)
            for (size_t j = k + 1; j < p; j++)
                a[i * p + j] -= a[i * p + k] / a[k * p + k] * a[k * p + j];
    }
    return sum;
}

static bool run_separation(Case *c, Error *err)
{
    Fitted m;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    const cJSON *limit = cJSON_GetObjectItemCaseSensitive(c->json, "finite_limit");
    bool disputed = strcmp(c->name, "separation-quasi-level") == 0; /* README.md says why */
    bool ok = fitted_open(&m, c, &opt, err);
    if (ok && m.fit->status != FIT_SEPARATED)
        ok = wrong(c, "separation was not noticed", NULL);
    ok = ok && compare_counts(c, &m);
    if (ok && limit && !disputed)
        ok = compare_named(c, &m, limit, IN_LIMIT);
    double dev = limit ? json_number(limit, "deviance") : 0.0;
    if (ok && disputed)
        dev = 8.0 * log(2.0); /* four rows at 1/2 */
    if (ok)
        tally_put(&c->tally[IN_LIMIT], digits(m.fit->deviance, dev, 1e-3), "deviance", NULL);
    fitted_close(&m);
    opt.firth = true;
    const cJSON *firth = cJSON_GetObjectItemCaseSensitive(c->json, "firth");
    if (ok && firth) {
        ok = fitted_open(&m, c, &opt, err) && compare_named(c, &m, firth, IN_FIRTH);
        if (ok) {
            double half = 0.5 * log_determinant(m.fit->cov, m.fit->p);
            tally_put(&c->tally[IN_FIRTH], digits(m.fit->loglik, json_number(firth, "loglik"), 0),
                      "loglik", NULL);
            tally_put(&c->tally[IN_FIRTH],
                      digits(m.fit->loglik - half, json_number(firth, "penalized_loglik"), 0),
                      "penalised loglik", NULL);
        }
        fitted_close(&m);
    }
    return ok;
}

/* ---- scikit-learn's objective ---- */

static bool run_sklearn(Case *c, Error *err)
{
    Fitted m;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    bool scaled = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(c->json, "standardised"));
    opt.l2 = 1.0 / json_number(c->json, "C");
    opt.standardize = scaled;
    bool ok = fitted_open(&m, c, &opt, err);
    double *mean = NULL, *sd = NULL, intercept = 0.0;
    if (ok) {
        size_t p = m.fit->p;
        mean = xcalloc(p + 1, sizeof *mean);
        sd = xcalloc(p + 1, sizeof *sd);
        ok = matrix_moments(&m.design->x, NULL, mean, sd, NULL, NULL, err);
        for (size_t j = 1; j < p; j++)
            intercept += mean[j] * m.fit->b[j];
    }
    const cJSON *row, *list = cJSON_GetObjectItemCaseSensitive(c->json, "coefficients");
    cJSON_ArrayForEach(row, list)
    {
        const char *term = json_word(row, "term");
        long j = ok ? fitted_column(&m, term) : -1;
        if (j < 0)
            ok = ok && wrong(c, "no such column", term);
        if (!ok)
            break;
        double b = m.fit->b[j], scale = 1e-6; /* some optima are exactly 0 */
        if (scaled)
            b = j ? b * sd[j] : b + intercept;
        tally_put(&c->tally[IN_COEF], digits(b, json_number(row, "estimate"), scale), "estimate",
                  term);
    }
    ok = ok && compare_fitted(c, &m, err);
    free(mean);
    free(sd);
    fitted_close(&m);
    return ok;
}

/* ---- features of a flat table ---- */

static bool run_derive(Case *c, Error *err)
{
    static const char *const names[][2] = {{"post_age", "post_age_days"}, {"viewed", "viewed"}};
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    FeatureReport report = {0};
    Recipe *recipe = NULL;
    Frame *flat = case_frame(c, json_word(c->json, "data"), err);
    if (!flat)
        return false;
    World w = {.events = flat,
               .events_roles = roles_guess("seed_rows", flat),
               .events_name = "seed_rows",
               .flat = true};
    Frame *f = features_build(&w, &opt, &recipe, &report, err);
    bool ok = f != NULL;
    for (size_t k = 0; ok && k < 2; k++) {
        const cJSON *want = cJSON_GetObjectItemCaseSensitive(c->json, names[k][0]);
        const Column *col = frame_column(f, str_of(names[k][1]));
        ok = (col && (size_t)cJSON_GetArraySize(want) == f->rows) ||
             wrong(c, "no such feature, or other rows", names[k][1]);
        for (size_t i = 0; ok && i < f->rows; i++)
            tally_put(&c->tally[IN_COEF], digits(column_real(col, i), item(want, i), 0),
                      names[k][1], NULL);
    }
    feature_report_clear(&report);
    recipe_unref(recipe);
    frame_unref(f);
    frame_unref(flat);
    return ok;
}

const KindRow kinds[] = {
    {"glm", run_glm},
    {"glm-separation", run_separation},
    {"sklearn-l2", run_sklearn},
    {"metrics", run_metrics},
    {"glmnet", run_glmnet},
    {"cv", run_cv},
    {"error", run_error},
    {"derive", run_derive},
    {NULL, NULL},
};
