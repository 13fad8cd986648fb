/* SPDX-License-Identifier: GPL-3.0-or-later */
/* where.h - a condition over columns as a query of the engine that loses none of its rows. */
#ifndef GLINT_ES_WHERE_H
#define GLINT_ES_WHERE_H

#include "data/expr.h"
#include "es/schema.h"

/* Appends a query that every document for which `e` is true answers to; others may too, so `e`
 * is to be evaluated again on what comes. False, and nothing appended, when the engine cannot
 * narrow it down. */
bool where_query(const Expr *e, const Schema *s, Buf *out);

#endif
