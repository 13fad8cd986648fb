/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * features.c - `features`: the feature table from the loaded tables, `simulate`: tables to try
 * everything with.
 */
#include <stdlib.h>

#include "features/simulate.h"
#include "shell/command.h"
#include "shell/format.h"

/* tags_python tags_sql ... is tags(34) */
static size_t same_prefix(const FeatureReport *rep, size_t i)
{
    const char *name = rep->info[i].name, *bar = strchr(name, '_');
    size_t k = i + 1, n = bar ? (size_t)(bar - name) + 1 : 0;
    while (n && k < rep->n && strncmp(rep->info[k].name, name, n) == 0 &&
           strcmp(rep->info[k].group, rep->info[i].group) == 0)
        k++;
    return k - i;
}

static void tell_group(const FeatureReport *rep, const char *group, Result *out)
{
    Buf b = BUF_INIT;
    for (size_t i = 0; i < rep->n;) {
        if (strcmp(rep->info[i].group, group) != 0) {
            i++;
            continue;
        }
        size_t same = same_prefix(rep, i);
        bool tags = same > 6;
        buf_puts(&b, b.n ? " " : "");
        const char *bar = strchr(rep->info[i].name, '_');
        if (tags)
            buf_printf(&b, "%.*s(%zu)", (int)(bar - rep->info[i].name), rep->info[i].name, same);
        else
            buf_escaped(&b, str_of(rep->info[i].name));
        i += tags ? same : 1;
    }
    if (b.n && strcmp(group, "response") == 0)
        result_line(out, "  %-11s  %s   %.1f %% are 1", group, b.p, 100 * rep->response_rate);
    else if (b.n)
        result_line(out, "  %-11s  %s", group, b.p);
    buf_free(&b);
}

static void tell(const char *name, const Frame *f, const FeatureReport *rep, double seconds,
                 Result *out)
{
    static const TableCol cols[] = {{COL("name", "name")}, {COL("group", "group")}};
    size_t n = 0;
    for (size_t i = 0; i < rep->n; i++)
        n += strcmp(rep->info[i].group, "response") != 0 && strcmp(rep->info[i].group, "key") != 0;
    result_line(out, "%s: %s x %zu features, %.2f s", name,
                result_plural(out, (int64_t)f->rows, "row"), n, seconds);
    size_t ngroups;
    const char *const *groups = feature_groups(&ngroups);
    for (size_t g = 0; g < ngroups; g++)
        tell_group(rep, groups[g], out);
    result_text(out, "table", str_of(name));
    result_int(out, "rows", (int64_t)f->rows);
    Table *t = result_table(out, "features", cols, 2);
    t->machine_only = true;
    for (size_t i = 0; i < rep->n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%s", rep->info[i].name)));
        c[1] = cell_text(str_of(rep->info[i].group));
    }
    result_real(out, "response_rate", rep->response_rate);
    result_real(out, "seconds", seconds);
    result_chat(
        out, "history counts only what happened strictly before each row; %s no history yet",
        rep->no_history == 1 ? "1 row has"
                             : arena_printf(out->arena, "%s have",
                                            result_plural(out, (int64_t)rep->no_history, "row")));
    for (size_t i = 0; i < rep->nnotes; i++)
        result_note(out, "features", NULL, "%s", rep->notes[i]);
}

static bool options(const Session *s, const Args *a, FeatureOptions *opt, Error *err)
{
    TimeUnit unit;
    *opt = (FeatureOptions)FEATURE_OPTIONS_DEFAULT;
    opt->pairs = args_choice(a, "rows") == 1;
    opt->negatives = args_has(a, "negatives") ? args_real(a, "negatives") : 0;
    opt->only = args_z(a, "only");
    opt->positive = args_z(a, "positive");
    opt->seed = args_has(a, "seed") ? (uint64_t)args_int(a, "seed") : s->seed;
    if (args_has(a, "window"))
        duration_parse(args_text(a, "window"), &opt->window_us);
    if (args_has(a, "active"))
        duration_parse(args_text(a, "active"), &opt->active_us);
    if (args_has(a, "as-of"))
        time_parse_iso(args_text(a, "as-of"), &opt->as_of, &unit);
    if (args_has(a, "negatives") && !opt->pairs)
        return fail_at(err, ERR_USAGE, args_at(a, "negatives"), "--negatives is for --rows pairs");
    return true;
}

static bool features_run(Session *s, const Args *a, Result *out, Error *err)
{
    FeatureOptions opt;
    FeatureReport rep = {0};
    Recipe *recipe = NULL;
    if (!options(s, a, &opt, err))
        return false;
    double begun = clock_seconds();
    World w = session_world(s);
    Frame *f = features_build(&w, &opt, &recipe, &rep, err);
    if (!f) {
        feature_report_clear(&rep);
        return false;
    }
    const char *name = a->as.p ? args_zstr(a, a->as) : "features";
    frame_set_origin(
        f, arena_printf(a->arena, "features of %s", w.events_name ? w.events_name : "the tables"));
    tell(name, f, &rep, clock_seconds() - begun, out);
    session_world_note(s, out);
    session_put_table(s, name, (Dataset){f, recipe});
    NamedData *d = &s->tables[s->current_table];
    d->info = rep.info;
    d->ninfo = rep.n;
    rep.info = NULL;
    feature_report_clear(&rep);
    return true;
}

static const char *const row_kinds[] = {"interactions", "pairs", NULL};
static const OptRow feature_opts[] = {
    {.name = "rows",
     .type = OPT_CHOICE,
     .choices = row_kinds,
     .def = "interactions",
     .brief = "what a row is"},
    {.name = "negatives",
     .type = OPT_REAL,
     .min = 0,
     .max = 1e6,
     .metavar = "N",
     .brief = "pairs: negatives kept for each view; 0 keeps all"},
    {.name = "window",
     .type = OPT_DURATION,
     .metavar = "7d",
     .brief = "pairs: a view within this time counts (7d)"},
    {.name = "active",
     .type = OPT_DURATION,
     .metavar = "30d",
     .brief = "pairs: users with an event this recent (30d)"},
    {.name = "as-of", .type = OPT_TIME, .metavar = "TIME", .brief = "only what happened before"},
    {.name = "only",
     .type = OPT_TEXT,
     .metavar = "GROUPS",
     .brief = "user,post,interaction,product,derived,affinity,login"},
    {.name = "positive",
     .type = OPT_TEXT,
     .metavar = "TYPES",
     .brief = "interaction types that count as a view"},
    {.name = "seed",
     .type = OPT_INT,
     .min = 0,
     .max = 9e15,
     .metavar = "N",
     .brief = "seed of the sampled negatives"},
    {0},
};

const Command cmd_features = {
    .name = "features",
    .group = GROUP_FEATURES,
    .brief = "make the feature table",
    .usage = "features [as T] [--rows interactions|pairs] [--negatives N] [--window 7d] [--as-of "
             "TIME] [--only GROUPS]",
    .opts = feature_opts,
    .subject = SUBJECT_NONE,
    .clauses = CLAUSE_AS,
    .help = "From users, posts, products and interactions, or from one flat table, a row for each "
            "interaction with "
            "`viewed`, what is known of user and post, and what that user did strictly before. "
            "--rows pairs makes a row "
            "for each user and candidate post at a moment; sampled negatives leave an offset so "
            "that probabilities "
            "come out right. A model keeps the recipe: whatif and score make the same features.",
    .examples = (const Example[]){{"features as ft", "", false},
                                  {"features as pairs --rows pairs --negatives 5",
                                   "user-post pairs", false},
                                  {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = features_run,
    .takes = TAKES_OWN,
};

/* ---- simulate ---- */

static bool simulate_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (a->nwords != 1 || !str_eqz(a->words[0].text, "blog")) {
        fail(err, ERR_USAGE, "simulate makes one world: blog");
        return error_hint(err, "simulate blog --users 2000 --posts 400");
    }
    SimulateOptions opt = {.users = (size_t)args_int(a, "users"),
                           .posts = (size_t)args_int(a, "posts"),
                           .products = (size_t)args_int(a, "products"),
                           .interactions = (size_t)args_int(a, "interactions"),
                           .seed = args_has(a, "seed") ? (uint64_t)args_int(a, "seed") : s->seed};
    Simulated w;
    if (!simulate_blog(&opt, &w, err))
        return false;
    const struct {
        const char *name;
        Frame *f;
    } made[] = {{"users", w.users},
                {"posts", w.posts},
                {"products", w.products},
                {"interactions", w.interactions}};
    static const TableCol cols[] = {{COL("table", "table")},
                                    {COL("rows", "rows"), .look = LOOK_COUNT},
                                    {COL("columns", "columns")}};
    Table *t = result_table(out, "tables", cols, 3);
    t->no_header = true;
    for (size_t i = 0; i < 4; i++) {
        frame_set_origin(made[i].f, "simulated");
        session_put_table(s, made[i].name, (Dataset){made[i].f, NULL});
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(made[i].name));
        c[1] = cell_int((int64_t)made[i].f->rows);
        c[2] = cell_int((int64_t)made[i].f->ncols);
    }
    return true;
}

static const OptRow simulate_opts[] = {
    {.name = "users",
     .type = OPT_INT,
     .min = 1,
     .max = 1e9,
     .def = "2000",
     .metavar = "N",
     .brief = "users"},
    {.name = "posts",
     .type = OPT_INT,
     .min = 1,
     .max = 1e9,
     .def = "400",
     .metavar = "N",
     .brief = "posts"},
    {.name = "products",
     .type = OPT_INT,
     .min = 1,
     .max = 1e9,
     .def = "120",
     .metavar = "N",
     .brief = "products"},
    {.name = "interactions",
     .type = OPT_INT,
     .min = 1,
     .max = 1e10,
     .def = "60000",
     .metavar = "N",
     .brief = "events"},
    {.name = "seed", .type = OPT_INT, .min = 0, .max = 9e15, .metavar = "N", .brief = "seed"},
    {0},
};

static void simulate_complete(Session *s, Str before, Buf *out)
{
    (void)s;
    if (!before.n)
        buf_put(out, "blog", 5);
}

const Command cmd_simulate = {
    .name = "simulate",
    .group = GROUP_DATA,
    .brief = "make tables from a known truth",
    .usage = "simulate blog [--users N] [--posts N] [--products N] [--interactions N] [--seed N]",
    .opts = simulate_opts,
    .subject = SUBJECT_WORDS,
    .help = "Users, posts, products and interactions of a blog whose readers follow a documented "
            "model, so that a fit "
            "can be held against the truth (datasets/README.md).",
    .examples =
        (const Example[]){{"simulate blog --users 200 --posts 40 --interactions 3000", "", false},
                          {0}},
    .changes_state = true,
    .run = simulate_run,
    .complete = simulate_complete,
    .takes = TAKES_OWN,
};
