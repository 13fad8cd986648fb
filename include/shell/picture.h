/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.h - a Plot as a file for slides: SVG, PNG or PDF by the ending of its name. */
#ifndef GLINT_SHELL_PICTURE_H
#define GLINT_SHELL_PICTURE_H

#include "shell/plot.h"

/* Does the path end in .svg, .png or .pdf? */
bool picture_ending(Str path);
bool picture_save(const struct Plot *p, const char *path, Error *err);
/* The SVG as text, appended. */
bool picture_svg(const struct Plot *p, Buf *out);

#endif
