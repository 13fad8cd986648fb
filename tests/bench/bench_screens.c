/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_screens.c - how long does a screen take from a key to its cells, and how much memory do
 * screens hold?
 *
 *     bench_screens [rows [features]]
 *
 * A made table of `rows` (1,000,000) is browsed, and a model of `features` (200) asked. Each key is
 * pressed many times at 160x50 cells; the median and the slowest are told against the 16 ms of a
 * frame. Memory is what the process has gained since the data were there.
 */
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "shell/exec.h"
#include "tui/loop.h"

#define FRAME_MS 16.0
#define FIT_ROWS 20000

static double resident_mib(void)
{
    long pages = 0, whole = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%ld %ld", &whole, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

/* x1 .. xk and a response that follows the first ones. */
static Frame *make_table(size_t rows, size_t k)
{
    Error err = ERROR_INIT;
    Rng r = rng_stream(1, "bench");
    char **names = xcalloc(k + 2, sizeof *names);
    Column **cols = xcalloc(k + 2, sizeof *cols);
    for (size_t j = 0; j <= k; j++) {
        char name[24];
        snprintf(name, sizeof name, j < k ? "x%zu" : "y", j + 1);
        names[j] = xstrdup(name);
        cols[j] = column_new(j < k ? COL_REAL : COL_BOOL, rows, &err);
        for (size_t i = 0; i < rows && cols[j]; i++)
            if (j < k)
                cols[j]->v.d[i] = rng_normal(&r);
            else
                cols[j]->v.b[i] = cols[0]->v.d[i] + rng_normal(&r) > 0;
    }
    Frame *f = frame_new(names, cols, k + 1, rows);
    for (size_t j = 0; j <= k; j++)
        free(names[j]);
    free(names);
    free(cols);
    return f;
}

static bool run(Session *s, const char *line)
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    bool ok = exec_result(s, str_of(line), a, &r, &err);
    if (!ok)
        fprintf(stderr, "%s: %s\n", line, err.msg);
    result_clear(&r);
    arena_free(a);
    return ok;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void press(Ui *ui, const char *what, const char *keys, size_t times)
{
    double *ms = xcalloc(times, sizeof *ms);
    for (size_t i = 0; i < times; i++) {
        double begun = clock_seconds();
        for (size_t k = 0; k < strlen(keys);)
            ui_key(ui, key_parse(str_of(keys), &k), NULL);
        ui_draw(ui);
        ms[i] = 1000 * (clock_seconds() - begun);
    }
    qsort(ms, times, sizeof *ms, by_value);
    printf("  %-34s %8.3f ms   slowest %8.3f ms%s\n", what, ms[times / 2], ms[times - 1],
           ms[times / 2] < FRAME_MS ? "" : "   more than a frame");
    free(ms);
}

static Ui *open_screen(Session *s, const char *name, const char *subject)
{
    double begun = clock_seconds();
    Ui *ui = ui_new(s, 160, 50);
    if (!ui_push(ui, name, str_of(subject))) {
        Buf b = BUF_INIT;
        canvas_dump(ui_draw(ui), &b);
        fputs(b.p, stderr);
        exit(1);
    }
    if (strcmp(name, "columns") != 0) /* its background work would be done at once here */
        ui_draw(ui);
    printf("%s, open: %.1f ms\n", name, 1000 * (clock_seconds() - begun));
    return ui;
}

/* It goes on in slices while keys are answered: the whole of it. */
static void sort(Ui *ui)
{
    double begun = clock_seconds();
    ui_key(ui, ']', NULL);
    ui_draw(ui);
    printf("  %-34s %8.3f ms   in the background\n", "sort all rows",
           1000 * (clock_seconds() - begun));
}

static void bench_frame(Session *s)
{
    Ui *ui = open_screen(s, "frame", "big");
    press(ui, "one row down", "j", 500);
    press(ui, "a page down", "<PgDn>", 500);
    press(ui, "to the end and back", "Gg", 200);
    press(ui, "a column to the right", "l", 10);
    sort(ui);
    press(ui, "a page down in the order", "<PgDn>", 500);
    ui_free(ui);
}

static void bench_model(Session *s)
{
    Ui *ui = open_screen(s, "whatif", "m1");
    press(ui, "a step of a slider", "<Right>", 200);
    press(ui, "next feature", "j", 200);
    press(ui, "a real row", "r", 200);
    ui_free(ui);
    ui = open_screen(s, "coef", "m1");
    press(ui, "next coefficient", "j", 200);
    press(ui, "another order", "s", 50);
    ui_free(ui);
    ui = open_screen(s, "roc", "m1");
    press(ui, "threshold by a hundredth", "<Left>", 200);
    press(ui, "precision, gain, ROC", "plr", 100);
    ui_free(ui);
}

int main(int argc, char **argv)
{
    size_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    size_t features = argc > 2 ? strtoull(argv[2], NULL, 10) : 200;
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    Session *s = session_new();
    session_put_table(s, "big", (Dataset){make_table(rows, 12), NULL});
    session_put_table(s, "wide", (Dataset){make_table(FIT_ROWS, features), NULL});
    if (!run(s, "fit y ~ . --data wide --test 0.25 as m1"))
        return 1;
    printf("%zu rows in the browser, %zu features in the model\n", rows, features);
    double before = resident_mib();
    bench_frame(s);
    printf("memory of the browser with an order of %zu rows: %.1f MiB\n", rows,
           resident_mib() - before);
    before = resident_mib();
    bench_model(s);
    printf("memory of the others: %.1f MiB\n", resident_mib() - before);
    session_free(s);
    return 0;
}
