/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit_cluster.h - `fit --where cluster`: the documents stay in the engine, sums come here. */
#ifndef GLINT_SHELL_FIT_CLUSTER_H
#define GLINT_SHELL_FIT_CLUSTER_H

#include "shell/command.h"

/* The index that the fit's rows are in when it is to run there: --data es:INDEX, or the table that
 * was loaded from one and
 * --where cluster. NULL: the rows are here (err clear), or it cannot be (err set). */
const char *fit_cluster_index(Session *s, const Args *a, Error *err);
/* Fits; says how in `out`. One reference. */
Model *fit_cluster(Session *s, const Args *a, const ModelSpec *spec, const char *index, Result *out,
                   Error *err);

#endif
