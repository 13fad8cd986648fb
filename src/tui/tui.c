/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tui.c - the loop on a terminal: a key, a redraw; while no key waits, the screen's background work
 * in slices.
 */
#include <stdio.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "shell/settings.h"
#include "ui_priv.h"

#define SLICE_SECONDS 0.008

void draw_now(Ui *ui)
{
    int cols, rows;
    term_size(ui->term, &cols, &rows);
    if (cols != ui->canvas->cols || rows != ui->canvas->rows)
        ui_resize(ui, cols, rows);
    term_theme(ui->term, ui->session->settings->theme);
    term_draw(ui->term, ui_draw(ui));
}

/* Works while no key waits, for less than a frame: then what is there is shown. */
static bool work_a_while(Ui *ui)
{
    Top *t = ui_top(ui);
    const char *what = "looking";
    double done = 0, begun = clock_seconds();
    bool was = ui->busy;
    do
        ui->busy = t->screen->work && t->screen->work(ui, t->state, &what, &done);
    while (ui->busy && clock_seconds() - begun < SLICE_SECONDS && !term_pending(ui->term));
    if (ui->busy) {
        ui_message(ui, STYLE_DIM, "%s, %.0f %%   (^C stops)", what, 100 * done);
        ui->message_passes = true;
    } else if (ui->message_passes) {
        ui_message(ui, STYLE_DIM, "%s", "");
    }
    return ui->busy || was;
}

/* A command that takes long: how far it is, in the status line. */
static void show_progress(void *ctx, const char *what, double done, double total, const char *unit)
{
    Ui *ui = ctx;
    double now = clock_seconds();
    if (!ui->term || now - ui->told < 0.1)
        return;
    ui->told = now;
    if (total > 0)
        ui_message(ui, STYLE_DIM, "%s, %.0f %%   (^C stops)", what, 100 * done / total);
    else
        ui_message(ui, STYLE_DIM, "%s, %.0f %s   (^C stops)", what, done, unit ? unit : "");
    draw_now(ui);
}

/* One turn: a key, work, a redraw. */
static void turn(Ui *ui)
{
    Mouse m = {0};
    uint32_t key = term_key(ui->term, ui->busy ? 0 : 1000, &m);
    if (key != KEY_NONE_ && key != K_RESIZE)
        ui_key(ui, key, &m);
    if (!ui->depth || ui->leave)
        return;
    bool worked = work_a_while(ui);
    if ((key != KEY_NONE_ || worked) && !term_pending(ui->term))
        draw_now(ui);
}

bool tui_run(Session *s, const char *screen, Str subject, Error *err)
{
    if (s->ui) /* `browse` typed on a screen */
        return screen_open(s->ui, screen, subject, err);
    Ui *ui = ui_new(s, 80, 24);
    bool ok = screen_open(ui, screen, subject, err) &&
              (ui->term = term_open(s->settings->theme, s->settings->mouse, err)) != NULL;
    if (ok) {
        progress_listen(show_progress, ui);
        draw_now(ui);
        while (ui->depth && !ui->leave)
            turn(ui);
        progress_listen(NULL, NULL);
        term_close(ui->term);
        ui->term = NULL;
    }
    ui_free(ui);
    return ok;
}
