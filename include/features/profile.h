/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile.h - personalisation tables: favourite posts, languages, tags, authors by user or group.
 * */
#ifndef GLINT_FEATURES_PROFILE_H
#define GLINT_FEATURES_PROFILE_H

#include "data/expr.h"
#include "features/entities.h"

typedef struct FavouriteOptions {
    const char *what;           /* "posts" "languages" "tags" "authors" or a column of posts */
    const char *by;             /* comma list: user gender country age_band login_hour or columns;
                                   NULL: everybody */
    const char *where;          /* whose votes count: an expression over the joined row (users' and
                                   posts' columns), or NULL */
    const char *weights;        /* "view=1,like=3", or NULL: every view-like type counts 1 */
    size_t top;                 /* rows a group; 0 all */
} FavouriteOptions;
/* New frame: by-columns, the item, count (weighted), n (events), share (of the group), lift
 * (share over everybody's share, whatever `where` says), low, high (95 % interval of the lift, by
 * the delta method on log). Sorted by group, then count descending. */
Frame *favourites(const World *w, const FavouriteOptions *opt, Error *err);

#endif
