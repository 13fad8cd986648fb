/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tour.h - the tutorial: each step is typed by the person, the next one follows when it worked. */
#ifndef GLINT_SHELL_TOUR_H
#define GLINT_SHELL_TOUR_H

#include "shell/session.h"

/* Called after each command that worked: the next step's text when it was the one the tour waits
 * for; nothing otherwise. */
void tour_follow(Session *s, Str command, Buf *out);

#endif
