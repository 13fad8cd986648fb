/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_ask.c - what a fitted model answers, without the printing.
 *
 *     bench_ask FILE FORMULA    predictions a second over FILE's rows, without standard errors; one
 *                               key on the what-if screen and its redraw, 120 x 40
 *
 * One line each: name, median seconds, count.
 */
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "shell/exec.h"
#include "tui/loop.h"

#define REPEATS 5
#define KEYS 200

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_median(const char *name, double *seconds, size_t n, size_t count)
{
    qsort(seconds, n, sizeof *seconds, by_size);
    printf("%s %.9f %zu\n", name, seconds[n / 2], count);
}

static void predict(const Session *s)
{
    double t[REPEATS];
    const Frame *f = session_table(s)->data.frame;
    for (size_t r = 0; r < REPEATS; r++) {
        Error err = ERROR_INIT;
        Predictions p = {0};
        double start = clock_seconds();
        if (!model_predict(session_model(s), f, false, UNSEEN_BASE, &p, &err))
            printf("failed: %s\n", err.msg);
        t[r] = clock_seconds() - start;
        predictions_clear(&p);
    }
    print_median("predict", t, REPEATS, f->rows);
}

static void redraw(Session *s)
{
    static const char *const keys[] = {"<Right>", "<Right>", "<Down>", "<Left>"};
    double t[KEYS];
    Ui *ui = ui_new(s, 120, 40);
    if (!ui_push(ui, "whatif", STR("")))
        printf("failed: the screen does not open\n");
    ui_draw(ui);
    for (size_t k = 0; k < KEYS; k++) {
        size_t i = 0;
        double start = clock_seconds();
        ui_key(ui, key_parse(str_of(keys[k % 4]), &i), NULL);
        ui_draw(ui);
        t[k] = clock_seconds() - start;
    }
    print_median("redraw", t, KEYS, session_model(s)->ninputs);
    ui_free(ui);
}

static bool run(Session *s, const char *verb, const char *rest)
{
    Arena *a = arena_new();
    Buf line = BUF_INIT;
    Result r;
    Error err = ERROR_INIT;
    buf_printf(&line, "%s %s", verb, rest);
    bool ok = exec_result(s, str_of(line.p), a, &r, &err);
    if (!ok)
        printf("failed: %s\n", err.msg);
    result_clear(&r);
    buf_free(&line);
    arena_free(a);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    Session *s = session_new();
    bool ok = run(s, "load", argv[1]) && run(s, "fit", argv[2]);
    if (ok) {
        predict(s);
        redraw(s);
    }
    session_free(s);
    return ok ? 0 : 1;
}
