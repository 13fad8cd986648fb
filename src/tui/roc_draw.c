/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roc_draw.c - what the threshold screen looks like: the curve with the threshold on it, the
 * numbers under it, and how the scores of the two outcomes lie.
 */
#include <math.h>
#include <stdio.h>

#include "roc_priv.h"
#include "shell/format.h"
#include "shell/plot.h"

#define LEAST_WIDTH 22 /* of a plot, its axes included */
#define LEAST_ROWS 6
#define PLOT_WIDTH 74 /* more would not be drawn */

static void draw_line(Canvas *c, int x, int y, int width, const char *name, double v,
                      const char *note)
{
    if (isfinite(v))
        canvas_printf(c, x, y, width, STYLE_PLAIN, "%-10s %.4f%s%s", name, v, *note ? "  " : "",
                      note);
    else
        canvas_printf(c, x, y, width, STYLE_DIM, "%-10s not defined", name);
}

static void draw_counts(const Metrics *k, Canvas *c, int x, int y, int width)
{
    const double v[2][2] = {{k->tp, k->fn}, {k->fp, k->tn}};
    canvas_printf(c, x, y, width, STYLE_HEAD, "%-7s %10s %10s", "", "said 1", "said 0");
    for (int i = 0; i < 2; i++) {
        Buf a = BUF_INIT, b = BUF_INIT;
        buf_count(&a, (uint64_t)llround(v[i][0]));
        buf_count(&b, (uint64_t)llround(v[i][1]));
        canvas_printf(c, x, y + 1 + i, width, STYLE_PLAIN, "%-7s %10s %10s", i ? "is 0" : "is 1",
                      a.p, b.p);
        buf_free(&a);
        buf_free(&b);
    }
}

/* What the mistakes cost here, and where they cost least. */
static int draw_costs(const Roc *r, const Metrics *k, Canvas *c, int x, int y, int width)
{
    double here = roc_cost(r, k);
    Buf b = BUF_INIT;
    if (here == floor(here) && here < 1e15)
        buf_count(&b, (uint64_t)here);
    else
        buf_digits(&b, here, 6);
    canvas_printf(c, x, y, width, STYLE_PLAIN, "cost       %s", b.p);
    buf_clear(&b);
    buf_printf(&b, "least at   %.3f",
               curve_best(&r->curve, BEST_COST, r->cost_fp, r->cost_fn));
    if (r->cost_fp != 1 || r->cost_fn != 1)
        buf_printf(&b, "  at %g and %g each", r->cost_fp, r->cost_fn);
    canvas_text(c, x, y + 1, width, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
    return 2;
}

#define SCORES_LEAST 22 /* cells of the scores */

/* Which probabilities what is 1 and what is 0 got, the threshold through both. */
static void draw_scores(const Roc *r, Canvas *c, int x, int y, int width, int rows)
{
    static const char *const names[] = {"is 0", "is 1"};
    size_t cells = width - 6 < SCORE_BINS ? (size_t)(width - 6) : SCORE_BINS;
    int height = (rows - 1) / 2 < 8 ? (rows - 1) / 2 : 8;
    if (c->plain || width < SCORES_LEAST || height < 1)
        return;
    int mark = x + 6 + (int)(r->threshold * (double)(cells - 1) + 0.5);
    for (int k = 1; k >= 0; k--) {
        double v[SCORE_BINS] = {0}, top = 0;
        for (size_t i = 0; i < SCORE_BINS; i++)
            v[i * cells / SCORE_BINS] += r->scores[k][i];
        for (size_t i = 0; i < cells; i++)
            top = fmax(top, v[i]);
        int at = y + (1 - k) * height;
        canvas_text(c, x, at + height - 1, 5, STYLE_DIM, str_of(names[k]));
        canvas_columns(c, x + 6, at, height, v, cells, top, k ? STYLE_POSITIVE : STYLE_NEGATIVE);
        canvas_vline(c, mark, at, height);
    }
    canvas_hline(c, x + 6, y + 2 * height, (int)cells);
    canvas_text(c, x, y + 2 * height, 5, STYLE_DIM, STR("p"));
    canvas_text(c, mark, y + 2 * height, 1, STYLE_KEY, c->ascii ? STR("^") : STR("\u2534"));
}

/* How far the areas of the folds lie apart. */
static int draw_folds(const Roc *r, Canvas *c, int x, int y, int width)
{
    double low = INFINITY, high = -INFINITY, sum = 0, ss = 0, n = 0;
    for (size_t k = 0; k < r->folds; k++) {
        if (!isfinite(r->fold_auc[k]))
            continue;
        low = fmin(low, r->fold_auc[k]);
        high = fmax(high, r->fold_auc[k]);
        sum += r->fold_auc[k];
        n++;
    }
    for (size_t k = 0; k < r->folds; k++)
        ss += isfinite(r->fold_auc[k]) ? pow(r->fold_auc[k] - sum / n, 2) : 0;
    if (n < 2)
        return 0;
    canvas_printf(c, x, y, width, STYLE_PLAIN, "of folds   %.3f to %.3f  sd %.4f", low, high,
                  sqrt(ss / (n - 1)));
    return 1;
}

/* The numbers under the threshold, as many lines as there is room for; returns how many were used.
 */
static int draw_numbers(const Roc *r, const Metrics *k, Canvas *c, int x, int y, int width,
                        int rows)
{
    char note[64];
    int used = 0;
    canvas_printf(c, x, y + used++, width, STYLE_STRONG, "threshold  %.4g", r->threshold);
    if (rows < 8) { /* narrow: in two lines */
        canvas_printf(c, x, y + used++, width, STYLE_PLAIN, "prec %.3f rec %.3f F1 %.3f acc %.3f",
                      k->precision, k->recall, k->f1, k->accuracy);
        return used;
    }
    snprintf(note, sizeof note, "no model %.3f", k->base_accuracy);
    draw_line(c, x, y + used++, width, "precision", k->precision, "");
    draw_line(c, x, y + used++, width, "recall", k->recall, "");
    draw_line(c, x, y + used++, width, "F1", k->f1, "");
    draw_line(c, x, y + used++, width, "accuracy", k->accuracy, note);
    if (rows >= used + 6)
        used++;
    draw_counts(k, c, x, y + used, width);
    used += 3;
    if (rows >= used + 4) {
        double share = (k->tp + k->fp) / (r->curve.positives + r->curve.negatives);
        canvas_printf(c, x, y + ++used, width, STYLE_PLAIN, "said 1     %.1f %%", 100 * share);
        used++;
        used += draw_costs(r, k, c, x, y + used, width);
    }
    if (rows >= used + 5 + (r->folds > 0)) {
        snprintf(note, sizeof note, "%.3f to %.3f", r->all.roc_auc_low, r->all.roc_auc_high);
        used++;
        draw_line(c, x, y + used++, width, "ROC-AUC", r->all.roc_auc, note);
        used += draw_folds(r, c, x, y + used, width);
        draw_line(c, x, y + used++, width, "PR-AUC", r->all.pr_auc, "");
        draw_line(c, x, y + used++, width, "log loss", r->all.log_loss, "");
        draw_line(c, x, y + used++, width, "Brier", r->all.brier, "");
    }
    return used;
}

static void place_mark(const Roc *r, const Metrics *k, Plot *p)
{
    double fpr = k->fp / r->curve.negatives;
    switch (r->look) {
    case VIEW_ROC:
        p->mark_x = fpr;
        p->mark_y = k->recall;
        break;
    case VIEW_PR:
        p->mark_x = k->recall;
        p->mark_y = k->precision;
        break;
    case VIEW_LIFT:
        p->mark_x = roc_gain_x(&r->curve, k->recall, fpr);
        p->mark_y = k->recall;
        break;
    case VIEW_COST:
        p->mark_x = r->threshold;
        p->mark_y = roc_cost(r, k);
        break;
    default:
        break;
    }
}

static void draw_plot(const Roc *r, const Metrics *k, Canvas *c, int x, int y, int width, int rows)
{
    double ends[2] = {0, 1}, base = r->curve.positives / (r->curve.positives + r->curve.negatives);
    double level[2] = {base, base};
    if (width < LEAST_WIDTH || rows < LEAST_ROWS)
        return;
    Plot p = {.kind = PLOT_LINES,
              .xlabel = roc_looks[r->look].xlabel,
              .ylabel = roc_looks[r->look].ylabel,
              .xmin = 0,
              .xmax = 1,
              .ymin = 0,
              .ymax = r->look == VIEW_COST ? NAN : 1,
              .mark_x = NAN,
              .mark_y = NAN,
              .nseries = 1};
    p.series[0] = (Series){.n = r->points.n, .x = r->points.x, .y = r->points.y};
    bool curves = r->look != VIEW_COST && r->look != VIEW_CALIBRATION;
    for (size_t f = 0; curves && f < r->folds; f++)
        p.series[p.nseries++] = (Series){.n = r->fold_points[f].n,
                                         .x = r->fold_points[f].x,
                                         .y = r->fold_points[f].y,
                                         .faint = true};
    if (r->look != VIEW_COST)
        p.series[p.nseries++] =
            (Series){.n = 2, .x = ends, .y = r->look == VIEW_PR ? level : ends, .dashed = true};
    place_mark(r, k, &p);
    Buf text = BUF_INIT;
    plot_text(&p, (size_t)width, (size_t)(rows - 3), c->ascii, &text);
    canvas_lines(c, x, y, width, rows, STYLE_PLAIN, buf_slice(&text));
    buf_free(&text);
}

void roc_draw(Ui *ui, void *state, Canvas *c)
{
    Roc *r = state;
    (void)ui;
    Metrics k;
    Buf b = BUF_INIT;
    curve_at(&r->curve, r->threshold, &k);
    buf_printf(&b, "%s  ", strcmp(r->part, "all") == 0 ? "all rows" : r->part);
    if (c->cols >= 60) {
        buf_count(&b, r->all.n);
        buf_puts(&b, " rows  ");
    }
    buf_printf(&b, "AUC %.3f", r->all.roc_auc);
    int right = (int)b.n,
        x = canvas_text(c, 0, 0, c->cols - right - 1, STYLE_TITLE, str_of(r->model->name)) + 2;
    canvas_text(c, x, 0, c->cols - right - x - 1, STYLE_PLAIN, str_of(roc_looks[r->look].title));
    canvas_right(c, c->cols - right, 0, right, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
    int rows = c->rows - 4;
    if (c->plain) {
        draw_numbers(r, &k, c, 0, 2, c->cols, rows);
    } else if (c->cols >= 72) {
        int numbers = c->cols >= 120 ? 44 : 36, width = c->cols - numbers - 2;
        width = width < PLOT_WIDTH ? width : PLOT_WIDTH;
        draw_plot(r, &k, c, 0, 2, width, rows < 36 ? rows : 36);
        int used = draw_numbers(r, &k, c, width + 2, 2, c->cols - width - 2, rows) + 1;
        draw_scores(r, c, width + 2, 2 + used, c->cols - width - 2, rows - used);
    } else {
        int used = draw_numbers(r, &k, c, 0, 1, c->cols, rows >= 20 ? 8 : 2);
        draw_plot(r, &k, c, 0, 1 + used, c->cols, rows + 1 - used);
    }
}
