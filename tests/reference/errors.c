/* SPDX-License-Identifier: GPL-3.0-or-later */
/* errors.c - cases that must fail: that they do, and that the message says where and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

static bool expect_words(Case *c, bool failed, Error *err, const char *words)
{
    char text[sizeof err->msg];
    snprintf(text, sizeof text, "%s", err->msg);
    error_clear(err);
    if (!failed)
        return wrong(c, "it should have failed", words);
    if (!strstr(text, words))
        return wrong(c, text, words);
    snprintf(c->note, sizeof c->note, "%s", text);
    return true;
}

static bool run_unseen(Case *c, Error *err)
{
    Fitted m;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    ReadReport report = {0};
    ReadOptions ropt = {0};
    ReplayReport replay = {0};
    uint8_t *good = NULL;
    bool ok = fitted_open(&m, c, &opt, err);
    Frame *f = ok ? csv_read_text(STR("spray\nZ\n"), &ropt, &report, err) : NULL;
    if (f) {
        Design *d = design_replay(m.design->enc, f, NULL, f->rows, UNSEEN_ERROR, false, &good,
                                  &replay, err);
        ok = expect_words(c, d == NULL, err, "'Z'");
        design_free(d);
    }
    free(good);
    frame_unref(f);
    fitted_close(&m);
    return ok;
}

bool run_error(Case *c, Error *err)
{
    static const struct {
        const char *name, *words;
    } rows[] = {
        {"error-all-na", "allna"},
        {"error-constant-y", "const"},
        {"error-gamma-zero", "row 1"},
        {"error-log-of-zero", "log(pos)"},
        {"error-negative-count", "row 4"},
        {"error-single-level-factor", "one"},
        {"error-syntax", ""},
        {"error-unknown-column", "nosuch"},
        {"error-y-outside-0-1", "row 2"},
        {"error-offset-infinite", "log(service)"},
    };
    Fitted m;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    if (strcmp(c->name, "error-unseen-level") == 0)
        return run_unseen(c, err);
    if (strcmp(c->name, "error-offset-infinite") ==
        0) /* the case's call has it; its fields do not */
        cJSON_AddStringToObject(c->json, "offset", "log(service)");
    bool fitted = fitted_open(&m, c, &opt, err), ok = false;
    if (strcmp(c->name, "error-more-columns-than-rows") == 0)
        ok = fitted && m.fit->df_residual == 0 ? true : wrong(c, "should be saturated", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, c->name) == 0) {
            char where[32];
            snprintf(where, sizeof where, "row %ld", err->row);
            ok = strncmp(rows[i].words, "row ", 4) == 0 && strcmp(where, rows[i].words) == 0 &&
                         !fitted
                     ? expect_words(c, true, err, "")
                     : expect_words(c, !fitted, err, rows[i].words);
        }
    fitted_close(&m);
    return ok;
}
