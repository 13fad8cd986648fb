/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net.c - glmnet's paths against ours: the sequence of lambdas and where it stops, coefficients at
 * five of them (exact optima in 50 digits), the deviance ratios (glmnet's own doubles, good to
 * 1e-7), and a cross-validated path.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#include "glm/path.h"

static const cJSON *list_of(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static double item(const cJSON *list, size_t i)
{
    const cJSON *v = cJSON_GetArrayItem(list, (int)i);
    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

static void compare_sequence(Case *c, const Path *path)
{
    const cJSON *lambda = list_of(c->json, "lambda"), *ratio = list_of(c->json, "dev_ratio");
    size_t n = (size_t)cJSON_GetArraySize(lambda);
    char text[40];
    tally_put(&c->tally[IN_LAMBDA], path->n == n ? 17 : 0, "where it stops", NULL);
    for (size_t k = 0; k < n && k < path->n; k++) {
        snprintf(text, sizeof text, "lambda %zu", k + 1);
        tally_put(&c->tally[IN_LAMBDA], digits(path->lambda[k], item(lambda, k), 0), text, NULL);
        if (k == 0 && path->alpha == 0.0)
            continue; /* glmnet's first ridge is at an infinite lambda, whatever it prints */
        tally_put(&c->tally[IN_RATIO], digits(path->dev_ratio[k], item(ratio, k), 1), text, NULL);
    }
}

static void compare_points(Case *c, const Path *path, const Fitted *m)
{
    const cJSON *point, *terms = list_of(c->json, "terms");
    cJSON_ArrayForEach(point, list_of(c->json, "path"))
    {
        size_t k = (size_t)json_number(point, "index") - 1;
        const cJSON *b = list_of(point, "coefficients");
        char text[40];
        snprintf(text, sizeof text, "lambda %zu", k + 1);
        if (k >= path->n) {
            tally_put(&c->tally[IN_COEF], 0, "not reached:", text);
            continue;
        }
        for (int i = 0; i < cJSON_GetArraySize(terms); i++) {
            long j = fitted_column(m, cJSON_GetArrayItem(terms, i)->valuestring);
            double got = j < 0 ? NAN : path->b[k * path->p + (size_t)j];
            tally_put(&c->tally[IN_COEF], digits(got, item(b, (size_t)i), 1e-3), text,
                      cJSON_GetArrayItem(terms, i)->valuestring);
        }
        tally_put(&c->tally[IN_DEVIANCE],
                  digits(path->dev_ratio[k], json_number(point, "dev_ratio"), 0), text, NULL);
    }
}

bool run_glmnet(Case *c, Error *err)
{
    Fitted m;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    opt.alpha = json_number(c->json, "alpha");
    bool ok = designed_open(&m, c, err);
    Path *path = ok ? path_run(&m.pb, &opt, err) : NULL;
    if (path) {
        compare_sequence(c, path);
        compare_points(c, path, &m);
    }
    ok = path != NULL;
    path_free(path);
    fitted_close(&m);
    return ok;
}
