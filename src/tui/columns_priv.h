/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns_priv.h - what the feature table holds (scr_columns.c) and draws (columns_draw.c). */
#ifndef GLINT_TUI_COLUMNS_PRIV_H
#define GLINT_TUI_COLUMNS_PRIV_H

#include "data/frameops.h"
#include "list.h"
#include "model/alarms.h"

typedef enum Order {
    ORDER_TABLE,
    ORDER_AUC,
    ORDER_MISSING,
    ORDER_DISTINCT,
    ORDER_NAME,
    NORDERS
} Order;
typedef enum Pass { PASS_SUMMARY, PASS_AUC, PASS_ALARMS, PASS_DONE } Pass;

typedef struct Columns {
    char *table;
    Frame *frame;    /* one reference */
    Recipe *recipe;  /* one reference, or NULL */
    char *response;  /* NULL: none known */
    ColSummary *sum; /* by column of the frame */
    double *auc;
    const Alarm **alarm; /* the first of each column, or NULL */
    Alarm *alarms;
    Pass pass;
    size_t done; /* columns of this pass */
    size_t *order;
    uint8_t *in; /* is it read by the formula? */
    Buf formula; /* "" until a column is taken in */
    const Model
        *of; /* the current model when the formula was taken from it; one reference, or NULL */
    bool edited;     /* not its formula any more */
    List list;
    Order by;
} Columns;

void columns_draw(Ui *ui, void *state, Canvas *c);

#endif
