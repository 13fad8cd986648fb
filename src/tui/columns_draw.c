/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns_draw.c - what the feature table looks like. */
#include <math.h>

#include "columns_priv.h"
#include "shell/format.h"

#define SPARK 16
#define CHANCE 0.5

static const char *group_of(Ui *ui, const Columns *s, size_t j)
{
    const Session *ss = ui_session(ui);
    long i = session_find_table(ss, str_of(s->table));
    for (size_t k = 0; i >= 0 && k < ss->tables[i].ninfo; k++)
        if (strcmp(ss->tables[i].info[k].name, s->frame->names[j]) == 0)
            return ss->tables[i].info[k].group;
    const char *g = s->recipe ? recipe_group(s->recipe, str_of(s->frame->names[j])) : NULL;
    return g ? g : "";
}

enum {
    F_MARK,
    F_NAME,
    F_GROUP,
    F_TYPE,
    F_MISSING,
    F_DISTINCT,
    F_RANGE,
    F_SPARK,
    F_AUC,
    F_ALARM,
    NFIELDS
};

static void put_range(const ColSummary *k, Buf *b)
{
    if (k->type == COL_TIME && isfinite(k->min)) {
        buf_time(b, (int64_t)k->min, TIME_DAY);
        buf_puts(b, " .. ");
        buf_time(b, (int64_t)k->max, TIME_DAY);
    } else if (isfinite(k->min)) {
        buf_digits(b, k->min, 3);
        buf_puts(b, " .. ");
        buf_digits(b, k->max, 3);
    } else if (k->ntop) {
        buf_puts(b, k->top[0].text);
        for (size_t i = 1; i < k->ntop && i < 4; i++)
            buf_printf(b, ", %s", k->top[i].text);
    }
}

/* Bins that have no cell of their own join their neighbours; of levels the most common are shown.
 */
static void draw_spark(const ColSummary *k, const Field *f, Canvas *c, int y, Style st)
{
    double v[SPARK] = {0};
    size_t room = (size_t)f->w, n = k->nhist < room ? k->nhist : room;
    bool levels = k->ntop > 0;
    for (size_t i = 0; i < k->nhist && n; i++) {
        size_t at = levels || k->nhist <= room ? i : i * room / k->nhist;
        if (at < n)
            v[at] += (double)k->hist[i];
    }
    canvas_spark(c, f->x, y, v, n, st);
}

static bool is_response(const Columns *s, size_t j)
{
    return s->response && strcmp(s->frame->names[j], s->response) == 0;
}

/* The mark: y the response, + in the formula. */
static Str mark_of(const Columns *s, size_t j)
{
    if (is_response(s, j))
        return STR("y");
    return s->in[j] ? STR("+") : STR(" ");
}

static void draw_row(Ui *ui, const Columns *s, size_t i, const Field *f, Canvas *c, int y)
{
    size_t j = s->order[i];
    const ColSummary *k = &s->sum[j];
    const Column *col = s->frame->cols[j];
    bool cursor = i == s->list.at, looked = s->pass > PASS_SUMMARY || j < s->done;
    Style st = cursor ? STYLE_CURSOR : STYLE_PLAIN, dim = cursor ? st : STYLE_DIM;
    Buf b = BUF_INIT;
    if (cursor)
        canvas_fill(c, 0, y, c->cols, 1, st);
    field_text(&f[F_MARK], c, y, cursor ? st : STYLE_KEY, mark_of(s, j));
    field_ends(&f[F_NAME], c, y, s->in[j] && !cursor ? STYLE_STRONG : st,
               str_of(s->frame->names[j]));
    field_text(&f[F_GROUP], c, y, dim, str_of(group_of(ui, s, j)));
    field_text(&f[F_TYPE], c, y, dim, str_of(coltype_name(col->type)));
    if (col->nulls && s->frame->rows)
        buf_printf(&b, "%.1f %%", 100 * (double)col->nulls / (double)s->frame->rows);
    field_text(&f[F_MISSING], c, y, st, buf_slice(&b));
    if (looked) {
        buf_clear(&b);
        buf_count(&b, k->distinct);
        field_text(&f[F_DISTINCT], c, y, st, buf_slice(&b));
        buf_clear(&b);
        put_range(k, &b);
        field_text(&f[F_RANGE], c, y, dim, buf_slice(&b));
        if (f[F_SPARK].w)
            draw_spark(k, &f[F_SPARK], c, y, st);
    }
    buf_clear(&b);
    if (isfinite(s->auc[j]) && !is_response(s, j))
        buf_printf(&b, "%.3f", s->auc[j]);
    field_text(&f[F_AUC], c, y,
               cursor                      ? st
               : s->auc[j] > CHANCE + 0.05 ? STYLE_STRONG
                                           : STYLE_DIM,
               buf_slice(&b));
    if (s->alarm[j]) {
        buf_clear(&b);
        buf_puts(&b, f[F_ALARM].w < 8 ? "!" : "! ");
        for (const char *p = s->alarm[j]->code; f[F_ALARM].w >= 8 && *p; p++)
            buf_putc(&b, *p == '_' ? ' ' : *p);
        field_text(&f[F_ALARM], c, y, cursor ? st : STYLE_WARNING, buf_slice(&b));
    }
    buf_free(&b);
}

static int draw_formula(const Columns *s, Canvas *c, int bottom)
{
    int lines = c->rows >= 20 ? 2 : 1;
    Buf b = BUF_INIT;
    if (!s->formula.n)
        buf_puts(&b, "no formula yet: a takes the column in");
    else if (s->of && !s->edited)
        buf_printf(&b, "%s: %s", s->of->name, s->formula.p);
    else
        buf_printf(&b, "%s   (r fits it)", s->formula.p);
    canvas_hline(c, 0, bottom - lines - 1, c->cols);
    draw_wrapped(c, 0, bottom - lines, c->cols, lines, s->edited ? STYLE_STRONG : STYLE_DIM,
                 buf_slice(&b));
    buf_free(&b);
    return bottom - lines - 1;
}

static void draw_title(Ui *ui, const Columns *s, Canvas *c)
{
    static const char *const orders[] = {"as in the table", "by AUC", "by missing", "by distinct",
                                         "by name"};
    const Session *ss = ui_session(ui);
    const Model *m = ss->current_model >= 0 ? ss->models[ss->current_model].model : NULL;
    Buf b = BUF_INIT;
    if (m && m->binary && c->cols >= 60)
        buf_printf(&b, "%s AUC %.3f   ", m->name, m->test.n ? m->test.roc_auc : m->train.roc_auc);
    buf_printf(&b, "%zu columns %s", s->list.n, orders[s->by]);
    canvas_text(c, 0, 0, c->cols - (int)b.n - 1, STYLE_TITLE, str_of(s->table));
    canvas_right(c, c->cols - (int)b.n, 0, (int)b.n, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
}

void columns_draw(Ui *ui, void *state, Canvas *c)
{
    Columns *s = state;
    Field f[NFIELDS] = {
        [F_MARK] = {"", 1, 1, 0, false, 0, 0},
        [F_NAME] = {"column", 14, 30, 0, false, 0, 0},
        [F_GROUP] = {"group", 11, 11, 5, false, 0, 0},
        [F_TYPE] = {"type", 4, 4, 4, false, 0, 0},
        [F_MISSING] = {"missing", 7, 7, 3, true, 0, 0},
        [F_DISTINCT] = {"distinct", 8, 8, 6, true, 0, 0},
        [F_RANGE] = {"range", 14, 36, 7, false, 0, 0},
        [F_SPARK] = {"shape", c->plain ? 0 : 8, SPARK, c->plain ? 99 : 2, false, 0, 0},
        [F_AUC] = {"AUC", 5, 5, 1, true, 0, 0},
        [F_ALARM] = {"", 2, 18, 1, false, 0, 0},
    };
    int bottom = draw_formula(s, c, c->rows - 2), longest = 14;
    for (size_t j = 0; j < s->list.n; j++) {
        int w = (int)utf8_width(str_of(s->frame->names[j]));
        longest = w > longest ? w : longest;
    }
    f[F_NAME].max = longest < 30 ? longest : 30;
    fields_place(f, NFIELDS, 0, c->cols);
    draw_title(ui, s, c);
    fields_head(f, NFIELDS, c, 1);
    list_place(&s->list, 2, bottom - 2);
    for (int k = 0; list_shows(&s->list, k); k++)
        draw_row(ui, s, s->list.top + (size_t)k, f, c, 2 + k);
}
