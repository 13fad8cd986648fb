/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * es_rank.c - `es rank posts for USER`, `es verify`, `es boost`, `es deploy`, `es similar`: the
 * model at work in the engine.
 */
#include <math.h>
#include <stdlib.h>

#include "es/schema.h"
#include "es/serve.h"
#include "shell/connection.h"
#include "shell/ledger.h"

static bool moment_of(const Args *a, int64_t *out, Error *err)
{
    Str t = args_text(a, "as-of");
    TimeUnit unit;
    *out = clock_now();
    return !t.p || time_parse(t, DATE_ISO, out, &unit) ||
           fail_at(err, ERR_USAGE, args_at(a, "as-of"), "'%.*s' is no moment", STR_ARG(t));
}

/* The index for a way of ranking: --index, else what `score` writes by default. */
static const char *index_for(const Session *s, const Args *a, RankBy by)
{
    static const char *const names[] = {
        [RANK_NESTED] = "posts", [RANK_SPARSE] = "posts",  [RANK_PAIRS] = "scores",
        [RANK_SCRIPT] = "posts", [RANK_WEIGHTS] = "posts", [RANK_VECTOR] = "vectors"};
    const char *given = args_z(a, "index"), *prefix = args_z(a, "prefix");
    return given
               ? given
               : arena_printf(a->arena, "%s%s", prefix ? prefix : connection_prefix(s), names[by]);
}

static const Model *model_for(Session *s, const Args *a, RankBy by, Error *err)
{
    if (by == RANK_NESTED || by == RANK_SPARSE || by == RANK_PAIRS)
        return s->current_model >= 0 ? session_model(s) : NULL;
    return command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
}

static void tell_left(const Linear *l, Result *out)
{
    Buf b = BUF_INIT;
    for (size_t i = 0; i < l->nleft && i < sizeof l->left / sizeof *l->left; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", l->left[i]);
    if (l->nleft)
        result_warn(
            out, "left_out", "--by nested, sparse, pairs or vector carry the whole model",
            "%s: no field of the documents holds that, so it is the same for all posts here", b.p);
    buf_free(&b);
}

static void tell_hits(const RankHit *hits, size_t n, RankBy by, Result *out)
{
    static const TableCol cols[] = {
        {COL("rank", "rank")},
        {COL("post", "post")},
        {COL("title", "title"), .priority = 3},
        {COL("score", "score")},
        {COL("probability", "probability"), .look = LOOK_FIXED, .digits = 4}};
    Table *t = result_table(out, "hits", cols, 5);
    for (size_t i = 0; i < n; i++) {
        Cell *r = table_row(out, t);
        r[0] = cell_int((int64_t)i + 1);
        r[1] = cell_text(str_of(arena_strndup(out->arena, hits[i].post, strlen(hits[i].post))));
        r[2] =
            hits[i].title[0]
                ? cell_text(str_of(arena_strndup(out->arena, hits[i].title, strlen(hits[i].title))))
                : cell_text(STR_NULL);
        r[3] = cell_real(hits[i].score);
        r[4] = cell_real(hits[i].p);
    }
    if (!n)
        result_note(out, "empty",
                    by == RANK_NESTED || by == RANK_SPARSE || by == RANK_PAIRS
                        ? "score users x posts to es:... writes them"
                        : NULL,
                    "no post has a score for that user");
}

/* `posts for USER match 'text'`: words of the subject. */
static bool rank_words(const Args *a, RankOptions *o, Error *err)
{
    size_t i = 0;
    if (i < a->nwords && str_eqz(a->words[i].text, "posts"))
        i++;
    if (i < a->nwords && str_eqz(a->words[i].text, "for"))
        i++;
    if (i < a->nwords && !str_eqz(a->words[i].text, "match"))
        o->user = args_zstr(a, a->words[i++].text);
    if (i + 1 < a->nwords && str_eqz(a->words[i].text, "match")) {
        o->match = args_zstr(a, a->words[i + 1].text);
        i += 2;
    }
    if (o->user && i == a->nwords)
        return true;
    fail(err, ERR_USAGE, "es rank wants a user");
    return error_hint(err, "es rank posts for jane match 'python'");
}

static bool ranked(Session *s, const Args *a, RankOptions *o, RankHit **hits, size_t *n,
                   Linear *left, Error *err)
{
    Client *c = connection_need(s, err);
    if (!c || !rank_by_parse(args_text(a, "by"), &o->by) || !moment_of(a, &o->moment, err))
        return false;
    const Model *m = model_for(s, a, o->by, err);
    if (error_is_set(err))
        return false;
    if ((o->by == RANK_VECTOR || o->by == RANK_SPARSE) && !client_probe(c, err))
        return false;
    o->log_feature = c->probed && !c->caps.rank_linear;
    World w = session_world(s);
    o->form = vector_form(c);
    o->index = index_for(s, a, o->by);
    o->size = (size_t)args_int(a, "size");
    *hits = arena_array(a->arena, RankHit, o->size);
    return rank_run(c, m, &w, o, *hits, n, left, err);
}

/* Nothing was ever scored into the index: how to have it, and what needs no batch. */
static bool no_batch(const RankOptions *o, Error *err)
{
    if (o->by == RANK_NESTED && strstr(err->msg, "failed to find nested object"))
        error_hint(
            err,
            "score users x posts to es:%s --layout nested; or --by script, which needs no batch",
            o->index);
    return false;
}

static bool run_rank(Session *s, const Args *a, Result *out, Error *err)
{
    RankOptions o = {0};
    RankHit *hits = NULL;
    Linear left = {0};
    size_t n = 0;
    if (!rank_words(a, &o, err))
        return false;
    connection_show(s, a, out);
    if (!ranked(s, a, &o, &hits, &n, &left, err))
        return no_batch(&o, err);
    result_text(out, "by", str_of(rank_by_name(o.by)));
    result_text(out, "user", str_of(o.user));
    tell_hits(hits, n, o.by, out);
    tell_left(&left, out);
    linear_clear(&left);
    return true;
}

static const char *const by_names[] = {"nested",  "sparse", "pairs", "script",
                                       "weights", "vector", NULL};
#define RANK_OPTS                                                                                  \
    {.name = "by",                                                                                 \
     .type = OPT_CHOICE,                                                                           \
     .choices = by_names,                                                                          \
     .def = "nested",                                                                              \
     .brief = "what the engine ranks by"},                                                         \
        {.name = "size",                                                                           \
         .type = OPT_INT,                                                                          \
         .min = 1,                                                                                 \
         .max = 10000,                                                                             \
         .def = "10",                                                                              \
         .metavar = "N",                                                                           \
         .brief = "posts"},                                                                        \
        {.name = "index",                                                                          \
         .type = OPT_TEXT,                                                                         \
         .metavar = "I",                                                                           \
         .brief = "where to look (default: posts, scores or vectors)"},                            \
        {.name = "prefix",                                                                         \
         .type = OPT_TEXT,                                                                         \
         .metavar = "P",                                                                           \
         .brief = "put before the default index's name"},                                          \
        {.name = "as-of",                                                                          \
         .type = OPT_TIME,                                                                         \
         .metavar = "TIME",                                                                        \
         .brief = "features as of this moment (default: now)"},                                    \
    {                                                                                              \
        .name = "model", .type = OPT_MODEL, .metavar = "M",                                        \
        .brief = "another model than the current one"                                              \
    }

static const OptRow rank_opts[] = {RANK_OPTS, OPT_SHOW_REQUEST, {0}};
const Command cmd_es_rank = {
    .name = "es rank",
    .group = GROUP_ENGINE,
    .brief = "posts for one user, ranked by the engine",
    .usage = "es rank posts for USER [match 'text'] [--by "
             "nested|sparse|pairs|script|weights|vector] [--size N] [--show-request]",
    .opts = rank_opts,
    .subject = SUBJECT_WORDS,
    .help = "nested, sparse and pairs read what `score` wrote: the probability is the score. "
            "script and weights need no batch: the "
            "coefficients become a script's parameters, or function_score weights "
            "(exp(coefficient)) and exp decays, over the fields of "
            "the Post documents. vector ranks by inner products with what `score --layout vectors` "
            "wrote. With a text to match the "
            "text's score is added; --by weights multiplies.",
    .examples =
        (const Example[]){
            {"es rank posts for jane --index blog-posts", "the seed's nested function_score", true},
            {"es rank posts for jane match 'python' --by weights --index blog-posts --show-request",
             "no script, no batch", true},
            {0}},
    .needs = NEED_CONNECTION,
    .run = run_rank,
};

/* ---- es verify ---- */

/* The local probabilities of one user for all posts, by post key. */
typedef struct Local {
    const World *w;
    double *p; /* by row of w->posts */
} Local;

static bool keep_local(void *ctx, const PairBatch *b, Error *err)
{
    Local *l = ctx;
    (void)err;
    for (size_t i = b->start[0]; i < b->start[b->n]; i++)
        l->p[b->partner[i]] = b->p[i];
    return true;
}

static bool local_scores(const Model *m, const World *w, const char *user, int64_t moment,
                         double *p, Error *err)
{
    uint32_t row = 0;
    Buf key = BUF_INIT;
    for (; row < w->users->rows; row++) {
        buf_clear(&key);
        column_print(w->users->cols[w->users_roles.col[ROLE_USER]], row, &key);
        if (str_eqz(buf_slice(&key), user))
            break;
    }
    buf_free(&key);
    if (row == w->users->rows)
        return fail(err, ERR_NAME, "no user '%s' in %s", user, w->users_name);
    PairOptions po = {.moment = moment, .users = &row, .nusers = 1};
    PairScorer *s = pairs_new(m, w, &po, err);
    Local l = {w, p};
    PairReport r;
    bool ok = s && pairs_run(s, keep_local, &l, &r, err);
    pairs_free(s);
    return ok;
}

static double local_of(const World *w, const double *p, const char *post)
{
    Buf key = BUF_INIT;
    double found = NAN;
    for (size_t i = 0; i < w->posts->rows; i++) {
        buf_clear(&key);
        column_print(w->posts->cols[w->posts_roles.col[ROLE_POST]], i, &key);
        if (str_eqz(buf_slice(&key), post)) {
            found = p[i];
            break;
        }
    }
    buf_free(&key);
    return found;
}

static bool run_verify(Session *s, const Args *a, Result *out, Error *err)
{
    RankOptions o = {0};
    RankHit *hits = NULL;
    Linear left = {0};
    size_t n = 0;
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    World w = session_world(s);
    if (!m || !rank_words(a, &o, err))
        return false;
    connection_show(s, a, out);
    if (!ranked(s, a, &o, &hits, &n, &left, err))
        return false;
    linear_clear(&left);
    double *p = arena_array(a->arena, double, w.posts->rows + 1), worst = 0, first = NAN;
    if (!local_scores(m, &w, o.user, o.moment, p, err))
        return false;
    size_t out_of_order = 0;
    double tolerance = isnan(rank_tolerance(o.by)) ? 1e-5 : rank_tolerance(o.by);
    for (size_t i = 0; i < n; i++) {
        double local = local_of(&w, p, hits[i].post), d = fabs(hits[i].p - local);
        if (o.by == RANK_WEIGHTS) { /* the score is exp(eta) up to a constant: compare the ratios */
            double ratio = log(hits[i].score) - log(local / (1 - local));
            first = isnan(first) ? ratio : first;
            d = fabs(ratio - first);
        } else if (o.by == RANK_SPARSE) {
            d /= local;
        }
        worst = d > worst || isnan(d) ? d : worst;
        out_of_order +=
            i > 0 && local > local_of(&w, p, hits[i - 1].post) + 1e-12 && o.by != RANK_SPARSE;
    }
    result_text(out, "by", str_of(rank_by_name(o.by)));
    result_int(out, "hits", (int64_t)n);
    result_real(out, "max_difference", worst);
    result_real(out, "tolerance", tolerance);
    result_int(out, "out_of_order", (int64_t)out_of_order);
    result_line(out,
                "%zu hits for %s by %s: largest difference to the local probability %.2g "
                "(%sallowed %.2g), %zu out of order",
                n, o.user, rank_by_name(o.by), worst, o.by == RANK_SPARSE ? "relative, " : "",
                tolerance, out_of_order);
    if (n && worst <= tolerance)
        return true;
    if (n)
        fail(err, ERR_GUARD, "the engine's scores are not the model's: they differ by %.3g", worst);
    else
        fail(err, ERR_GUARD, "the engine has no score for '%s'", o.user);
    return error_hint(err, "was the batch of another model, or of another moment? --as-of TIME");
}

const Command cmd_es_verify = {
    .name = "es verify",
    .group = GROUP_ENGINE,
    .brief = "the engine's scores against the model's own",
    .usage =
        "es verify USER [--by nested|sparse|pairs|script|weights|vector] [--size N] [--as-of TIME]",
    .opts = rank_opts,
    .subject = SUBJECT_WORDS,
    .help = "Scores the top hits here as well and tells the largest difference. Beyond what the "
            "layout can hold (1e-6; sparse 0.4 % "
            "relative; vector and weights 1e-5) the exit status is 5.",
    .examples = (const Example[]){{"es verify jane --index blog-posts --as-of 2024-06-01",
                                   "after a nested batch of that moment", true},
                                  {0}},
    .needs = NEED_CONNECTION | NEED_MODEL,
    .run = run_verify,
};

/* ---- es boost ---- */

static bool run_boost(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    RankOptions o = {.by = RANK_WEIGHTS};
    World w = session_world(s);
    if (!m || !rank_words(a, &o, err) || !moment_of(a, &o.moment, err))
        return false;
    o.index = index_for(s, a, RANK_WEIGHTS);
    o.size = (size_t)args_int(a, "size");
    connection_show(s, a, out);
    Linear l = {0};
    Buf body = BUF_INIT;
    bool ok = rank_body(m, &w, &o, &l, &body, err);
    if (ok) {
        static const TableCol cols[] = {{COL("field", "field")},
                                        {COL("value", "value")},
                                        {COL("coefficient", "coefficient")},
                                        {COL("weight", "weight")}};
        Table *t = result_table(out, "boosts", cols, 4);
        for (size_t i = 0; i < l.n; i++)
            for (size_t k = 0; k < (l.effects[i].kind == EFFECT_LEVELS ? l.effects[i].n : 1); k++) {
                const Effect *e = &l.effects[i];
                Cell *r = table_row(out, t);
                r[0] = cell_text(str_of(arena_strndup(a->arena, e->field, strlen(e->field))));
                r[1] = cell_text(
                    e->kind == EFFECT_LEVELS
                        ? str_of(arena_strndup(a->arena, e->level[k], strlen(e->level[k])))
                    : e->kind == EFFECT_AGE ? STR("a day")
                                            : STR("one more"));
                r[2] = cell_real(e->weight[k]);
                r[3] = cell_real(exp(e->weight[k]));
            }
        result_text(out, "request", (Str){arena_strndup(a->arena, body.p, body.n), body.n});
        tell_left(&l, out);
    }
    if (ok && args_flag(a, "run")) {
        Client *c = connection_need(s, err);
        RankHit *hits = arena_array(a->arena, RankHit, o.size);
        size_t n = 0;
        Linear again = {0};
        ok = c && rank_run(c, m, &w, &o, hits, &n, &again, err);
        linear_clear(&again);
        if (ok)
            tell_hits(hits, n, RANK_WEIGHTS, out);
    }
    linear_clear(&l);
    buf_free(&body);
    return ok;
}

static const OptRow boost_opts[] = {
    RANK_OPTS,
    {.name = "run", .type = OPT_FLAG, .brief = "send it and show the hits"},
    OPT_SHOW_REQUEST,
    {0}};
const Command cmd_es_boost = {
    .name = "es boost",
    .group = GROUP_ENGINE,
    .brief = "query-time boosts made of the coefficients",
    .usage = "es boost USER [match 'text'] [--run] [--index I]",
    .opts = boost_opts,
    .subject = SUBJECT_WORDS,
    .help = "For one user, what each field of a post multiplies the odds by: function_score "
            "weights exp(coefficient), and exp decays for "
            "numbers. JSON output carries the request. --run sends it.",
    .examples = (const Example[]){{"es boost jane", "the boosts of the current model", true}, {0}},
    .needs = NEED_MODEL,
    .run = run_boost,
};

/* ---- es deploy ---- */

static bool run_deploy(Session *s, const Args *a, Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    if (!c || !m || !client_probe(c, err))
        return false;
    if (!c->caps.stored_scripts) {
        fail(err, ERR_REMOTE, "this engine stores no scripts");
        return error_hint(err, "es rank --by weights needs none");
    }
    connection_show(s, a, out);
    const char *id = arena_printf(a->arena, "glint-%s", m->name);
    if (args_flag(a, "dry")) {
        result_line(out, "would store script %s, search template %s-rank%s%s", id, id,
                    c->caps.pipelines ? ", pipeline " : "", c->caps.pipelines ? id : "");
        return true;
    }
    Buf body = BUF_INIT;
    buf_puts(&body, "{\"script\":{\"lang\":\"painless\",\"source\":");
    buf_json_str(&body, str_of(linear_script()));
    buf_puts(&body, "}}");
    cJSON *j = client_json(c, "PUT", buf_slice(&body), true, NULL, err, "/_scripts/%s", id);
    bool ok = j != NULL;
    cJSON_Delete(j);
    buf_clear(&body);
    if (ok) { /* a search template: the same request with the user's parameters left open */
        buf_puts(&body, "{\"script\":{\"lang\":\"mustache\",\"source\":\"{\\\"size\\\":{{size}}{{^"
                        "size}}10{{/size}},\\\"query\\\":{\\\"function_score\\\":{"
                        "\\\"query\\\":{{#toJson}}query{{/"
                        "toJson}},\\\"boost_mode\\\":\\\"replace\\\",\\\"script_score\\\":{"
                        "\\\"script\\\":{\\\"id\\\":\\\"");
        buf_puts(&body, id);
        buf_puts(&body, "\\\",\\\"params\\\":{{#toJson}}params{{/toJson}}}}}}}\"}}");
        j = client_json(c, "PUT", buf_slice(&body), true, NULL, err, "/_scripts/%s-rank", id);
        ok = j != NULL;
        cJSON_Delete(j);
    }
    buf_clear(&body);
    if (ok && c->caps.pipelines) { /* documents written through it carry the model's name */
        buf_puts(&body, "{\"description\":\"marks documents with the model that scored "
                        "them\",\"processors\":[{\"set\":{\"field\":\"model\",\"value\":");
        buf_json_str(&body, str_of(m->name));
        buf_puts(&body, "}}]}");
        j = client_json(c, "PUT", buf_slice(&body), true, NULL, err, "/_ingest/pipeline/%s", id);
        ok = j != NULL;
        cJSON_Delete(j);
    }
    buf_free(&body);
    if (!ok)
        return false;
    result_text(out, "script", str_of(id));
    result_text(out, "template", str_of(arena_printf(a->arena, "%s-rank", id)));
    result_text(out, "pipeline", c->caps.pipelines ? str_of(id) : STR_NULL);
    result_line(out, "stored: script %s, search template %s-rank%s%s", id, id,
                c->caps.pipelines ? ", pipeline " : "", c->caps.pipelines ? id : "");
    return true;
}

static const OptRow deploy_opts[] = {
    {.name = "dry", .type = OPT_FLAG, .brief = "say what would be stored"},
    {.name = "model",
     .type = OPT_MODEL,
     .metavar = "M",
     .brief = "another model than the current one"},
    OPT_SHOW_REQUEST,
    {0}};
const Command cmd_es_deploy = {
    .name = "es deploy",
    .group = GROUP_ENGINE,
    .brief = "store the model's script, template and pipeline",
    .usage = "es deploy [M]",
    .opts = deploy_opts,
    .subject = SUBJECT_WORDS,
    .help = "Stores the script glint-M, which turns a user's parameters and a Post document into a "
            "probability, the search template "
            "glint-M-rank that ranks by it, and the pipeline glint-M that marks documents with the "
            "model's name. `es boost USER` with "
            "--format json prints a user's parameters.",
    .examples = (const Example[]){{"es deploy m1", "after a fit", true}, {0}},
    .needs = NEED_CONNECTION | NEED_MODEL,
    .run = run_deploy,
};

/* ---- es similar ---- */

static bool run_similar(Session *s, const Args *a, Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    World w = session_world(s);
    if (!c)
        return false;
    if (a->nwords != 1) {
        fail(err, ERR_USAGE, "es similar wants a post");
        return error_hint(err, "es similar p17");
    }
    if (!w.posts) {
        fail(err, ERR_NAME, "no table of posts is loaded");
        return error_hint(err, "load es:posts as posts");
    }
    connection_show(s, a, out);
    const char *index = args_has(a, "index")
                            ? args_z(a, "index")
                            : arena_printf(a->arena, "%spost-vectors", connection_prefix(s));
    bool exists = false;
    if (!client_index_exists(c, index, &exists, err))
        return false;
    if (args_flag(a, "dry")) {
        result_line(out, "would write %s vectors to %s%s",
                    result_count(out, (int64_t)w.posts->rows), index,
                    exists && !args_flag(a, "renew") ? ": no, they are there" : "");
        return true;
    }
    if (!exists || args_flag(a, "renew")) {
        PushLedger l;
        size_t dims = 0;
        if (!similar_write(c, &w, index, &l, &dims, err))
            return false;
        result_note(out, "indexed", NULL, "%zu posts as vectors of %zu numbers in %s", l.items,
                    dims, index);
    }
    size_t k = (size_t)args_int(a, "k"), n = 0;
    RankHit *hits = arena_array(a->arena, RankHit, k + 1);
    if (!similar_run(c, &w, index, args_zstr(a, a->words[0].text), k, hits, &n, err))
        return false;
    static const TableCol cols[] = {{COL("post", "post")},
                                    {COL("title", "title"), .priority = 3},
                                    {COL("distance", "distance")}};
    Table *t = result_table(out, "similar", cols, 3);
    for (size_t i = 0; i < n; i++) {
        Cell *r = table_row(out, t);
        r[0] = cell_text(str_of(arena_strndup(a->arena, hits[i].post, strlen(hits[i].post))));
        r[1] =
            hits[i].title[0]
                ? cell_text(str_of(arena_strndup(a->arena, hits[i].title, strlen(hits[i].title))))
                : cell_text(STR_NULL);
        r[2] = cell_real(hits[i].p);
    }
    return true;
}

static const OptRow similar_opts[] = {
    {.name = "k",
     .type = OPT_INT,
     .min = 1,
     .max = 1000,
     .def = "10",
     .metavar = "K",
     .brief = "posts"},
    {.name = "index",
     .type = OPT_TEXT,
     .metavar = "I",
     .brief = "index of the vectors, made when it is not there (default: post-vectors)"},
    {.name = "dry", .type = OPT_FLAG, .brief = "say what would be written"},
    {.name = "renew", .type = OPT_FLAG, .brief = "write the vectors again"},
    OPT_SHOW_REQUEST,
    {0},
};
const Command cmd_es_similar = {
    .name = "es similar",
    .group = GROUP_ENGINE,
    .brief = "posts like this one, by k-NN over feature vectors",
    .usage = "es similar POST [--k K] [--index I] [--renew]",
    .opts = similar_opts,
    .subject = SUBJECT_WORDS,
    .help = "Posts as points: numbers in standard deviations, a level each for language, author "
            "and tags. The distance is the one that "
            "`near` uses on local tables.",
    .examples = (const Example[]){{"es similar p17 --k 5", "the five most alike", true}, {0}},
    .needs = NEED_CONNECTION,
    .run = run_similar,
};
