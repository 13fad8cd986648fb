/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_whatif.c - a vector by hand: answers, contributions, notes, --vary, flips, neighbours. */
#include "worlds.h"

#include "model/near.h"
#include "model/whatif.h"

typedef struct Desk {
    Frame *f;
    Model *m;
    WhatIf *w;
} Desk;

static Desk desk(const char *formula)
{
    Desk d = {.f = visits(2000, 21)};
    d.m = fit_formula(d.f, formula);
    d.w = whatif_new(d.m);
    return d;
}

static void desk_clear(Desk *d)
{
    whatif_free(d->w);
    model_unref(d->m);
    frame_unref(d->f);
}

static void set(WhatIf *w, const char *name, const char *value)
{
    Error err = ERROR_INIT;
    if (!whatif_set(w, str_of(name), str_of(value), SPAN_NONE, &err))
        fail_msg("%s = %s: %s\n", name, value, err.msg);
}

static double answer(const WhatIf *w)
{
    Error err = ERROR_INIT;
    WhatIfResult r;
    assert_true(whatif_eval(w, 0.95, &r, &err));
    double p = r.p;
    whatif_result_clear(&r);
    return p;
}

/* A real row, taken, gives the row's prediction and se; contributions and the typical row add up to
 * it. */
static void rows_agree(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Desk d = desk("viewed ~ age + lang * country + ns(hours, df = 3) + member");
    Predictions p;
    assert_true(model_predict(d.m, d.f, true, UNSEEN_BASE, &p, &err));
    for (size_t i = 0; i < 50; i++) {
        WhatIfResult r;
        assert_true(whatif_take(d.w, d.f, i, &err) && whatif_eval(d.w, 0.95, &r, &err));
        assert_true(r.ok && close_to(r.p, p.p[i], 1e-14) && close_to(r.se, p.se[i], 1e-10));
        assert_true(r.low < r.p && r.p < r.high && r.rank >= 0 && r.rank <= 1);
        double sum = r.typical_eta;
        for (size_t k = 0; k < r.ncontrib; k++) {
            sum += r.contrib[k].contribution;
            assert_true(k == 0 ||
                        fabs(r.contrib[k].contribution) <= fabs(r.contrib[k - 1].contribution));
        }
        assert_true(close_to(sum, r.eta, 1e-12));
        whatif_result_clear(&r);
    }
    predictions_clear(&p);
    desk_clear(&d);
}

static void typical_row(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Desk d = desk("viewed ~ age + lang");
    WhatIfResult r;
    assert_true(whatif_eval(d.w, 0.95, &r, &err));
    assert_true(r.p == r.typical_p && r.nnotes == 0);
    for (size_t k = 0; k < r.ncontrib; k++)
        assert_true(r.contrib[k].contribution == 0);
    whatif_result_clear(&r);
    set(d.w, "age", "20");
    double young = answer(d.w);
    set(d.w, "age", "60");
    assert_true(answer(d.w) > young);
    WhatIf *copy = whatif_copy(d.w);
    set(d.w, "age", "typical");
    assert_true(answer(copy) > young && answer(d.w) != answer(copy));
    whatif_free(copy);
    desk_clear(&d);
}

static void notes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *note;
        bool ok;
    } rows[] = {
        {"age", "131", "age 131 is above everything in training (18 to 67): the model extrapolates",
         true},
        {"age", "3", "below everything", true},
        {"lang", "cobol", "lang 'cobol' was not seen in training", true},
        {"lang", "JAVA", NULL, true}, /* the case of a known level is forgiven */
        {"age", "null", "age is missing: no prediction", false},
        {"age", "", "age is missing: no prediction", false},
        {"lang", "null", "lang is missing", false},
    };
    Error err = ERROR_INIT;
    Desk d = desk("viewed ~ age + lang + member");
    for (size_t i = 0; i < COUNT(rows); i++) {
        WhatIfResult r;
        set(d.w, rows[i].name, rows[i].value);
        assert_true(whatif_eval(d.w, 0.95, &r, &err));
        check_row(r.ok == rows[i].ok && isnan(r.p) == !rows[i].ok, rows[i].value);
        check_row(rows[i].note ? r.nnotes == 1 && strstr(r.notes[0], rows[i].note) : r.nnotes == 0,
                  rows[i].value);
        whatif_result_clear(&r);
        set(d.w, rows[i].name, "typical");
    }
    desk_clear(&d);
}

static void wrong_values(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *msg, *hint;
        ErrCode code;
    } rows[] = {
        {"agee", "3", "no input 'agee'", "'age'", ERR_NAME},
        {"age", "old", "'old' is not a number", "18 to 67", ERR_TYPE},
        {"age", "inf", "not a number", "", ERR_TYPE},
        {"member", "maybe", "not a yes or no", "", ERR_TYPE},
        {"zzz", "1", "no input 'zzz'", "first inputs", ERR_NAME},
    };
    Desk d = desk("viewed ~ age + member");
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        check_row(!whatif_set(d.w, str_of(rows[i].name), str_of(rows[i].value), SPAN_NONE, &err),
                  rows[i].value);
        check_row(err.code == rows[i].code && strstr(err.msg, rows[i].msg) &&
                      strstr(err.hint, rows[i].hint),
                  rows[i].value);
    }
    desk_clear(&d);
}

static void vary(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Desk d = desk("viewed ~ age + lang + member + hours");
    size_t n, age = (size_t)model_input(d.m, STR("age")),
              lang = (size_t)model_input(d.m, STR("lang"));
    VaryPoint *v = whatif_vary(d.w, age, 20, 60, 10, 0.95, &n, &err);
    assert_true(v && n == 5);
    for (size_t k = 0; k < n; k++) {
        set(d.w, "age", v[k].value);
        assert_true(v[k].x == 20 + 10 * (double)k && close_to(answer(d.w), v[k].p, 1e-14) &&
                    v[k].low < v[k].p);
    }
    free(v);
    set(d.w, "age", "typical");
    v = whatif_vary(d.w, lang, NAN, NAN, NAN, 0.95, &n, &err);
    assert_true(v && n == 3 && strcmp(v[0].value, d.m->inputs[lang].levels[0]) == 0);
    free(v);
    v = whatif_vary(d.w, age, NAN, NAN, NAN, 0.95, &n, &err);
    assert_true(v && n >= 10 && n <= 60 && v[0].x == d.m->inputs[age].min);
    free(v);
    assert_null(whatif_vary(d.w, age, 60, 20, 1, 0.95, &n, &err));
    assert_int_equal(err.code, ERR_USAGE);
    error_clear(&err);
    assert_null(whatif_vary(d.w, age, 0, 1e9, 1, 0.95, &n, &err));
    assert_int_equal(err.code, ERR_USAGE);
    desk_clear(&d);
}

static void apply(WhatIf *w, const Flip *f)
{
    for (size_t k = 0; k < f->nchanges; k++) {
        const FlipChange *c = &f->change[k];
        Buf b = BUF_INIT;
        if (isnan(c->to_num))
            buf_puts(&b, c->to_text);
        else
            buf_real(&b, c->to_num);
        set(w, w->model->inputs[c->input].name, b.p);
        buf_free(&b);
    }
}

static void flips(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Desk d = desk("viewed ~ age + lang + hours + member");
    set(d.w, "lang", "js");
    size_t n, exact = 0;
    double best, threshold = 0.45;
    Flip *f = whatif_flip(d.w, threshold, NULL, 2, &n, &best, &err);
    assert_true(f && n > 0 && best > threshold);
    for (size_t k = 0; k < n; k++) {
        WhatIf *w = whatif_copy(d.w);
        apply(w, &f[k]);
        double p = answer(w);
        assert_true(close_to(p, f[k].p, 1e-12) && p >= threshold && f[k].cost > 0);
        const FlipChange *last = &f[k].change[f[k].nchanges - 1];
        if (d.m->inputs[last->input].type == COL_REAL) {
            assert_true(close_to(p, threshold, 1e-9)); /* a real number lands on the threshold */
            exact++;
        }
        whatif_free(w);
    }
    assert_true(exact > 0);
    free(f);
    uint8_t freeze[8] = {0};
    for (size_t i = 0; i < d.m->ninputs; i++)
        freeze[i] = strcmp(d.m->inputs[i].name, "member") != 0;
    f = whatif_flip(d.w, 0.999, freeze, 4, &n, &best, &err);
    assert_true(n == 0 && best < 0.999 &&
                err.code == ERR_NONE); /* cannot: the best that can be reached is told */
    free(f);
    set(d.w, "age", "null");
    assert_null(whatif_flip(d.w, 0.5, NULL, 1, &n, &best, &err));
    assert_int_equal(err.code, ERR_DATA);
    desk_clear(&d);
}

static void neighbours(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Desk d = desk("viewed ~ age + lang + hours");
    NearResult r;
    assert_true(whatif_take(d.w, d.f, 17, &err) && near_rows(d.w, d.f, 5, &r, &err));
    assert_true(r.n == 5 && r.rows[0].row == 17 && r.rows[0].distance == 0 && r.warning[0] == '\0');
    assert_true(close_to(r.rows[0].p, answer(d.w), 1e-14) &&
                (r.rows[0].y == 0 || r.rows[0].y == 1));
    assert_true(r.observed >= 0 && r.observed <= 1);
    near_clear(&r);
    set(d.w, "age", "900");
    assert_true(near_rows(d.w, d.f, 2, &r, &err));
    assert_non_null(strstr(r.warning, "no row within 3 standard deviations"));
    near_clear(&r);
    desk_clear(&d);
}

/* Derived inputs follow their sources, until a person sets them. */
static void derived(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = visits(800, 22);
    Recipe *r = recipe_with_derive(NULL, "decades", "age / 10");
    Frame *wide = recipe_replay(r, f, NULL, 0, &err);
    assert_non_null(wide);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ decades + lang";
    Model *m = model_fit(&(Dataset){wide, r}, &spec, &err);
    assert_non_null(m);
    WhatIf *w = whatif_new(m);
    assert_true(m->inputs[model_input(m, STR("age"))].source &&
                m->inputs[model_input(m, STR("decades"))].derived);
    set(w, "age", "20");
    double young = answer(w);
    set(w, "age", "60");
    assert_true(answer(w) > young);
    set(w, "decades", "2");
    assert_true(close_to(answer(w), young, 1e-14));
    Predictions p, q;
    assert_true(model_predict(m, f, false, UNSEEN_BASE, &p, &err)); /* the raw table does, too */
    assert_true(model_predict(m, wide, false, UNSEEN_BASE, &q, &err));
    assert_memory_equal(p.p, q.p, p.n * sizeof *p.p);
    predictions_clear(&p);
    predictions_clear(&q);
    whatif_free(w);
    model_unref(m);
    recipe_unref(r);
    frame_unref(wide);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_agree),   cmocka_unit_test(typical_row), cmocka_unit_test(notes),
        cmocka_unit_test(wrong_values), cmocka_unit_test(vary),        cmocka_unit_test(flips),
        cmocka_unit_test(neighbours),   cmocka_unit_test(derived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
