/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worlds.h - tables and models for the tests of this room: CSV text to a frame, a formula to a
 * model. */
#ifndef TESTS_MODEL_WORLDS_H
#define TESTS_MODEL_WORLDS_H

#include "unit/check.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "data/reader.h"
#include "model/model.h"

static inline Frame *frame_of(const char *csv)
{
    Error err = ERROR_INIT;
    ReadReport *report = calloc(1, sizeof *report);
    ReadOptions opt = {0};
    Frame *f = csv_read_text(str_of(csv), &opt, report, &err);
    free(report);
    if (!f)
        fail_msg("%s\n", err.msg);
    return f;
}

static inline Model *fit_spec(const Frame *f, const ModelSpec *spec)
{
    Error err = ERROR_INIT;
    Dataset d = {(Frame *)f, NULL};
    Model *m = model_fit(&d, spec, &err);
    if (!m)
        fail_msg("%s: %s (%s)\n", spec->formula, err.msg, err.hint);
    return m;
}

static inline Model *fit_formula(const Frame *f, const char *formula)
{
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = formula;
    spec.table = "visits";
    return fit_spec(f, &spec);
}

/* n visits: viewed ~ age + lang + country with known effects, a moment, a count. */
static inline Frame *visits(size_t n, uint64_t seed)
{
    static const char *const langs[] = {"java", "js", "python"}, *const countries[] = {"AT", "DE",
                                                                                       "US", "CH"};
    Rng r = rng_stream(seed, "visits");
    Buf b = BUF_INIT;
    buf_puts(&b, "viewed,age,hours,lang,country,member,clicks,user_id\n");
    for (size_t i = 0; i < n; i++) {
        uint64_t l = rng_below(&r, 3), c = rng_below(&r, 4), age = 18 + rng_below(&r, 50);
        double hours = rng_exponential(&r) * 20, eta = -1 + 0.03 * ((double)age - 40) +
                                                       (l == 2   ? 0.8
                                                        : l == 1 ? -0.4
                                                                 : 0);
        eta += 0.02 * hours * (c == 1);
        int y = rng_unit(&r) < 1 / (1 + exp(-eta));
        buf_printf(&b, "%d,%d,%.3f,%s,%s,%s,%d,%d\n", y, (int)age, hours, langs[l], countries[c],
                   rng_below(&r, 2) ? "true" : "false", (int)rng_below(&r, 6) * y, (int)i + 1);
    }
    Frame *f = frame_of(b.p);
    buf_free(&b);
    return f;
}

static inline bool close_to(double a, double b, double tol)
{
    return isnan(a) || isnan(b) ? isnan(a) && isnan(b) : fabs(a - b) <= tol * fmax(1, fabs(b));
}

static inline const Alarm *alarm_about(const Model *m, AlarmKind kind)
{
    for (size_t i = 0; i < m->nalarms; i++)
        if (m->alarms[i].kind == kind)
            return &m->alarms[i];
    return NULL;
}

/* The 16 rows of datasets/seed_illustration.csv: the type decides `viewed`. */
static const char illustration[] = "gender,age,country,lang,post_age_days,interaction_type,viewed\n"
                                   "Female,27,USA,python,0,view,1\n"
                                   "Female,27,USA,python,0,view,1\n"
                                   "Female,27,USA,python,0,view,1\n"
                                   "Male,26,USA,java,0,view,1\n"
                                   "Male,26,USA,java,0,view,1\n"
                                   "Male,26,USA,java,0,view,1\n"
                                   "Male,28,USA,js,0,view,1\n"
                                   "Female,27,USA,python,0,comment,0\n"
                                   "Male,28,USA,js,0,comment,0\n"
                                   "Male,28,USA,js,0,comment,0\n"
                                   "Female,27,USA,python,0,like,0\n"
                                   "Female,27,USA,python,0,like,0\n"
                                   "Female,27,USA,python,0,like,0\n"
                                   "Male,28,USA,js,0,like,0\n"
                                   "Male,28,USA,js,0,like,0\n"
                                   "Male,28,USA,js,0,like,0\n";

#endif
