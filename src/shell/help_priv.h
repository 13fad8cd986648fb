/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help_priv.h - what help.c, man.c and completions.c share. */
#ifndef GLINT_SHELL_HELP_PRIV_H
#define GLINT_SHELL_HELP_PRIV_H

#include "shell/help.h"

typedef struct CommandGroup {
    Group group;
    const char *title;
} CommandGroup;
const CommandGroup *command_groups(size_t *n);

/* "--encode treatment|onehot|sum" */
void option_text(const OptRow *o, Buf *b);
/* what it does, its unit, its default */
void option_rest(const OptRow *o, Buf *b);

#endif
