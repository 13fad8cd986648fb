/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * favourites.c - `favourites`: what groups of users like, for personalisation.
 *
 * The rows are those of features/profile.h; here they get their looks, a bar for the share, and a
 * picture with a bar for each row.
 */
#include <math.h>
#include <string.h>

#include "features/profile.h"
#include "shell/command.h"
#include "shell/connection.h"
#include "shell/engine_io.h"
#include "shell/format.h"
#include "shell/plot.h"
#include "shell/settings.h"

#define PICTURE_ROWS 60 /* bars that a page holds */

static TableCol look_of(Result *out, const char *name, bool compared)
{
    static const struct {
        const char *name;
        TableCol col;
    } known[] = {
        {"count", {.look = LOOK_COUNT}},
        {"n", {.look = LOOK_COUNT, .priority = 3}},
        {"share", {.look = LOOK_PERCENT}},
        {"lift", {.look = LOOK_FIXED, .digits = 2, .priority = 1}},
        {"low", {.look = LOOK_FIXED, .digits = 2, .priority = 2}},
        {"high", {.look = LOOK_FIXED, .digits = 2, .priority = 2}},
    };
    TableCol c = {0};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(name, known[k].name) == 0) {
            c = known[k].col;
            c.machine_only = !compared && k > 2; /* against everybody, everybody is 1 */
        }
    c.key = c.title = arena_printf(out->arena, "%s", name);
    return c;
}

/* Without weights the count is the number of interactions: one of the two is enough for people. */
static bool same_numbers(const Frame *f, const char *a, const char *b)
{
    long ja = frame_find(f, str_of(a)), jb = frame_find(f, str_of(b));
    for (size_t i = 0; ja >= 0 && jb >= 0 && i < f->rows; i++)
        if (column_real(f->cols[ja], i) != column_real(f->cols[jb], i))
            return false;
    return true;
}

/* The frame as cells, and behind them the bars. */
static void put_rows(const Session *s, const Frame *f, bool compared, Result *out)
{
    TableCol *cols = arena_array(out->arena, TableCol, f->ncols + 1);
    long share = frame_find(f, STR("share"));
    for (size_t j = 0; j < f->ncols; j++)
        cols[j] = look_of(out, f->names[j], compared);
    long n = frame_find(f, STR("n"));
    if (n >= 0 && same_numbers(f, "count", "n"))
        cols[n].machine_only = true;
    cols[f->ncols] = (TableCol){COL("bar", ""), .look = LOOK_BAR, .human_only = true};
    Table *t = result_table(out, "rows", cols, f->ncols + 1);
    for (size_t i = 0; i < f->rows; i++) {
        Cell *c = table_row(out, t);
        for (size_t j = 0; j < f->ncols; j++)
            c[j] = cell_of(f->cols[j], i);
        c[f->ncols] = share < 0 ? cell_text(STR_NULL) : c[share];
    }
    t->shown = (size_t)s->settings->rows;
    if (compared)
        t->footer = "lift: share over everybody's share, with its 95 % interval";
}

/* "Female, java": the row's group and item. */
static const char *label_of(Result *out, const Frame *f, size_t row, size_t nkeys)
{
    Buf b = BUF_INIT;
    for (size_t j = 0; j < nkeys; j++) {
        buf_puts(&b, j ? ", " : "");
        if (column_is_null(f->cols[j], row))
            buf_puts(&b, "missing");
        else
            column_print(f->cols[j], row, &b);
    }
    const char *text = arena_strndup(out->arena, b.p ? b.p : "", b.n);
    buf_free(&b);
    return text;
}

static void put_picture(const Frame *f, const char *what, const char *by, Result *out)
{
    long count = frame_find(f, STR("count")), share = frame_find(f, STR("share"));
    size_t n = f->rows < PICTURE_ROWS ? f->rows : PICTURE_ROWS;
    if (count < 0 || share < 0 || !n)
        return;
    double *x = arena_array(out->arena, double, n), *y = arena_array(out->arena, double, n);
    const char **labels = arena_array(out->arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)i;
        y[i] = column_real(f->cols[share], i);
        labels[i] = label_of(out, f, i, (size_t)count);
    }
    Plot *p = arena_alloc(out->arena, sizeof *p);
    const char *title = by ? arena_printf(out->arena, "favourite %s by %s", what, by)
                           : arena_printf(out->arena, "favourite %s", what);
    *p = (Plot){.kind = PLOT_BARS,
                .title = title,
                .ylabel = by ? "share of the group" : "share",
                .xmin = NAN,
                .xmax = NAN,
                .ymin = NAN,
                .ymax = NAN,
                .mark_x = NAN,
                .mark_y = NAN,
                .labels = labels};
    p->series[p->nseries++] = (Series){.name = "share", .n = n, .x = x, .y = y};
    result_picture(out, p);
}

/* The events as the engine counts them take the place of the loaded ones; users and posts stay. */
static Frame *count_in_cluster(Session *s, const Args *a, const FavouriteOptions *opt, World *w,
                               Result *out, Error *err)
{
    const char *words = arena_printf(a->arena, "%s %s %s", opt->what, opt->by ? opt->by : "",
                                     opt->where ? opt->where : "");
    const char *index = args_has(a, "index")
                            ? args_z(a, "index")
                            : arena_printf(a->arena, "%sinteractions", connection_prefix(s));
    Frame *events = engine_events(s, index, words, strstr(words, "login_hour") != NULL,
                                  &w->events_roles, err);
    if (!events)
        return NULL;
    w->events = events;
    w->events_name = index;
    w->flat = false;
    world_link(w);
    result_int(out, "events", (int64_t)events->rows);
    result_chat(out, "%s events counted in the engine", result_count(out, (int64_t)events->rows));
    return events;
}

static bool favourites_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (a->nwords != 1) {
        fail(err, ERR_USAGE, "favourites of what?");
        return error_hint(err, "favourites languages by gender");
    }
    World w = session_world(s);
    FavouriteOptions opt = {.what = args_zstr(a, a->words[0].text),
                            .by = args_zstr(a, a->by),
                            .where = args_zstr(a, a->where),
                            .weights = args_z(a, "weights"),
                            .top = a->top >= 0 ? (size_t)a->top : 5};
    Frame *counted = NULL;
    connection_show(s, a, out);
    if (args_has(a, "where") && !(counted = count_in_cluster(s, a, &opt, &w, out, err)))
        return false;
    Frame *f = favourites(&w, &opt, err);
    frame_unref(counted);
    if (!f) {
        if (a->where.p && err->at.to > err->at.from) { /* the place is in the where clause */
            err->at.from += a->where_at.from;
            err->at.to += a->where_at.from;
        }
        return false;
    }
    result_keep_frame(out, frame_ref(f)); /* the cells' texts are its */
    put_rows(s, f, opt.by || opt.where, out);
    if (!f->rows)
        result_note(out, "none",
                    opt.weights ? NULL
                                : "--weights like=1,comment=1 counts other interactions, too",
                    "no %s%s%s", opt.weights ? "interaction that counts" : "view to count",
                    opt.where ? " where " : "", opt.where ? opt.where : "");
    put_picture(f, opt.what, opt.by, out);
    if (a->as.p)
        session_put_table(s, args_zstr(a, a->as), (Dataset){f, NULL});
    else
        frame_unref(f);
    return true;
}

static void favourites_complete(Session *s, Str before, Buf *out)
{
    (void)s;
    (void)before;
    buf_put(out, "posts\0languages\0tags\0authors", 29);
}

static const char *const places[] = {"cluster", NULL};
static const OptRow favourites_opts[] = {
    {.name = "weights",
     .type = OPT_TEXT,
     .metavar = "view=1,like=3",
     .brief = "what each type of interaction counts"},
    {.name = "where",
     .type = OPT_CHOICE,
     .choices = places,
     .brief = "count in the connected engine, not in the loaded interactions"},
    {.name = "index",
     .type = OPT_TEXT,
     .metavar = "I",
     .brief = "the engine's index of interactions (default: interactions, behind the prefix)"},
    OPT_SHOW_REQUEST,
    {0},
};

const Command cmd_favourites = {
    .name = "favourites",
    .group = GROUP_FEATURES,
    .brief = "favourite posts, languages, tags, authors by groups",
    .usage = "favourites posts|languages|tags|authors|COL [by "
             "user|gender|country|age_band|login_hour|COLS] [where E] "
             "[top N] [--weights view=1,like=3] [--where cluster] [as T]",
    .opts = favourites_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_BY | CLAUSE_WHERE | CLAUSE_TOP | CLAUSE_AS,
    .help = "Count, share of the group, and lift: the share over everybody's share, with its "
            "interval. `where` chooses whose interactions count; everybody stays everybody. "
            "> FILE.svg draws the shares.\n"
            "--where cluster lets the engine count the interactions of --index (composite "
            "aggregations, no document is fetched); users and posts are the loaded tables.",
    .examples = (const Example[]){{"favourites languages by gender", "", false},
                                  {"favourites posts by user where user = 'aiko22' top 3",
                                   "one user's", true},
                                  {"favourites tags by age_band top 2", "", false},
                                  {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = favourites_run,
    .complete = favourites_complete,
};
