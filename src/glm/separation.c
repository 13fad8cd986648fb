/* SPDX-License-Identifier: GPL-3.0-or-later */
/* separation.c - placeholder */
#include "fit_priv.h"
bool separation_check(const Problem *pb, const FitOptions *opt, const double *b, const double *step, Fit *fit,
                      bool *found, Error *err)
{
    (void)pb; (void)opt; (void)b; (void)step; (void)fit; (void)err;
    *found = false;
    return true;
}
