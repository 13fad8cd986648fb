/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame_looks.c - what is asked about a column or a row of the browser: frequencies, histogram,
 * cross table, correlations, a new column, what-if. Every look is the shell's command for it, shown
 * in a pane and in the status line.
 */
#include "frame_priv.h"
#include "shell/parse.h"
#include "subject.h"

void browser_put_where(const Browser *b, Buf *out)
{
    if (b->where.n)
        buf_printf(out, " where %s", b->where.p);
}

/* A command about the cursor's column, the filter kept; `with` is put behind the name: another
 * column or a clause. */
static void look(Ui *ui, const Browser *b, const char *verb, const char *with, const char *second)
{
    Buf line = BUF_INIT;
    buf_printf(&line, "%s ", verb);
    buf_name(&line, str_of(b->table));
    buf_putc(&line, ' ');
    buf_name(&line, str_of(col_name(b)));
    if (second) {
        buf_puts(&line, with);
        buf_name(&line, str_of(second));
    }
    browser_put_where(b, &line);
    ui_run(ui, false, "%s", line.p);
    buf_free(&line);
}

/* What the histogram shows a rate of: the response, when it is a number. */
static const char *rated(Ui *ui, const Browser *b)
{
    const char *y = subject_response(ui, b->table, b->frame);
    const Column *c = y ? frame_column(b->frame, str_of(y)) : NULL;
    return c && (is_number(c) || c->type == COL_BOOL) && strcmp(y, col_name(b)) != 0 ? y : NULL;
}

void browser_crosstab(Ui *ui, void *state)
{
    const Browser *b = state;
    const char *y = subject_response(ui, b->table, b->frame);
    if (y && strcmp(y, col_name(b)) != 0)
        look(ui, b, "count", ", ", y);
    else
        ui_message(ui, STYLE_DIM,
                   y ? "this is the response itself" : "no response among these columns");
}

void browser_frequencies(Ui *ui, void *state)
{
    look(ui, state, "count", "", NULL);
}

void browser_describe(Ui *ui, void *state)
{
    look(ui, state, "describe", "", NULL);
}

void browser_histogram(Ui *ui, void *state)
{
    look(ui, state, "hist", " by ", rated(ui, state));
}

/* Of a number with all others; from another column all with all. */
void browser_correlations(Ui *ui, void *state)
{
    const Browser *b = state;
    const Column *c = b->frame->cols[here(b)];
    Buf line = BUF_INIT;
    buf_puts(&line, "corr ");
    buf_name(&line, str_of(b->table));
    if (is_number(c) || c->type == COL_BOOL) {
        buf_putc(&line, ' ');
        buf_name(&line, str_of(col_name(b)));
    }
    browser_put_where(b, &line);
    ui_run(ui, false, "%s", line.p);
    buf_free(&line);
}

static void derive_asked(Ui *ui, void *state, Str answer)
{
    const Browser *b = state;
    if (answer.n)
        ui_run(ui, true, "derive %.*s --data %s", STR_ARG(answer), b->table);
}

void browser_derive(Ui *ui, void *state)
{
    (void)state;
    ui_ask(ui, "derive ", STR_NULL, derive_asked);
}

void browser_open_whatif(Ui *ui, void *state)
{
    Browser *b = state;
    Session *s = ui_session(ui);
    if (s->current_model < 0) {
        ui_message(ui, STYLE_WARNING, "no model is fitted: nothing to ask about this row");
        return;
    }
    Error err = ERROR_INIT;
    WhatIf *w = whatif_new(s->models[s->current_model].model);
    if (!b->n || !whatif_take(w, b->frame, frame_row(b, b->row), &err)) {
        whatif_free(w);
        ui_error(ui, &err);
        return;
    }
    session_put_whatif(s, w);
    ui_push(ui, "whatif", STR_NULL);
}
