/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grouped.h - a problem whose rows are the distinct rows of another. */
#ifndef GLINT_GLM_GROUPED_H
#define GLINT_GLM_GROUPED_H

#include "glm/oracle.h"

typedef struct Grouping Grouping;

typedef struct Grouped {
    Matrix x;
    Problem pb; /* over x; counts the rows of the original */
    void *owned[80];
    size_t nowned;
} Grouped;

/* NULL with err clear when it is not worth it. */
Grouped *group_rows(const Problem *pb, Error *err);
void grouped_free(Grouped *g);

#endif
