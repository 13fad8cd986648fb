/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score.c - `score users x posts`: the daily batch, to the engine or a file; `score T to FILE`: a
 * table's rows.
 *
 * Pairs are a stream: nothing that is users x posts large is ever held. `--dry` says what would be
 * written.
 */
#include <math.h>

#include "es/batch.h"
#include "es/serve.h"
#include "model/score.h"
#include "shell/connection.h"
#include "shell/ledger.h"
#include "shell/readers.h"

static bool is_pairs(const Args *a)
{
    return a->nwords == 3 && str_eqz(a->words[1].text, "x");
}

static bool moment_of(const Args *a, int64_t *out, Error *err)
{
    Str t = args_text(a, "as-of");
    TimeUnit unit;
    *out = clock_now();
    if (!t.p || time_parse(t, DATE_ISO, out, &unit))
        return true;
    return fail_at(err, ERR_USAGE, args_at(a, "as-of"), "'%.*s' is no moment", STR_ARG(t));
}

/* "missing: age of 3 users, lang of 1 post" */
static const char *what_is_missing(const Model *m, const World *w, Result *out)
{
    const struct {
        const Frame *table;
        const char *one;
    } sides[] = {{w->users, "user"}, {w->posts, "post"}};
    Buf b = BUF_INIT;
    for (size_t i = 0; i < m->ninputs; i++)
        for (size_t k = 0; k < 2; k++) {
            const Column *c =
                sides[k].table ? frame_column(sides[k].table, str_of(m->inputs[i].name)) : NULL;
            if (c && c->nulls)
                buf_printf(&b, "%s%s of %s", b.n ? ", " : "missing: ", m->inputs[i].name,
                           result_plural(out, (int64_t)c->nulls, sides[k].one));
        }
    const char *text = b.n ? arena_printf(out->arena, "%s", b.p) : "an attribute is missing";
    buf_free(&b);
    return text;
}

static void tell_pairs(const Model *m, const World *w, const PairReport *p, Result *out)
{
    result_real(out, "pairs", p->pairs);
    result_real(out, "kept", p->kept);
    result_real(out, "mean", p->mean);
    result_real(out, "seconds", p->seconds);
    result_text(out, "method", str_of(p->method ? p->method : ""));
    result_chat(out, "%s pairs of %s users and %s posts scored by %s in %.2f s",
                result_count(out, (int64_t)p->pairs), result_count(out, (int64_t)p->users),
                result_count(out, (int64_t)p->posts), p->method ? p->method : "rows", p->seconds);
    if (p->answers)
        result_note(out, "answers", NULL, "%s answer another post and are no candidates",
                    result_plural(out, (int64_t)p->answers, "post"));
    for (size_t i = 0; i < p->replay.nunseen; i++)
        result_note(out, "unseen", NULL,
                    "%s '%s' was never seen in training: scored as the base level",
                    p->replay.unseen[i].column,
                    arena_escaped(out->arena, str_of(p->replay.unseen[i].level)));
    if (p->unknown)
        result_warn(out, "unscored", what_is_missing(m, w, out),
                    "%s pairs have no probability and were left out",
                    result_count(out, (int64_t)p->unknown));
    if (p->same_ranking)
        result_warn(out, "same_ranking", "add a term that joins user and post, such as gender:lang",
                    "identical ranking: no term of %s joins user and post, so all %s users get the "
                    "same order of posts",
                    m->name, result_count(out, (int64_t)p->users));
}

/* ---- to the engine ---- */

static bool batch_options(const Args *a, const char *target, BatchOptions *o, Error *err)
{
    Str write = args_text(a, "write");
    *o = (BatchOptions){.target = target,
                        .script = str_eqz(write, "script"),
                        .version = args_int(a, "version"),
                        .top = args_has(a, "user-top") ? (size_t)args_int(a, "user-top")
                                                       : (size_t)(a->top > 0 ? a->top : 0),
                        .max_drift = args_real(a, "max-drift"),
                        .journal = args_z(a, "journal"),
                        .resume = args_flag(a, "resume"),
                        .dead_letter = args_z(a, "dead-letter"),
                        .batch_bytes = (size_t)(args_real(a, "batch-mb") * 1048576)};
    if (!str_eqz(args_text(a, "layout"), "vectors") &&
        !layout_parse(args_text(a, "layout"), &o->layout))
        return fail_at(err, ERR_USAGE, args_at(a, "layout"),
                       "no such layout: pairs, nested or sparse");
    if (o->resume && !o->journal) {
        fail(err, ERR_USAGE, "--resume needs the journal of the batch that was cut off");
        return error_hint(err, "--journal FILE, in the first run too");
    }
    if (o->script && o->layout != LAYOUT_PAIRS)
        return fail_at(err, ERR_USAGE, args_at(a, "write"), "--write script is for --layout pairs");
    return moment_of(a, &o->moment, err);
}

static bool dry(const Model *m, const World *w, const BatchOptions *o, Result *out, Error *err)
{
    Buf lines = BUF_INIT;
    double documents = 0, bytes = 0;
    bool ok = batch_dry(m, w, o, 1, &lines, &documents, &bytes, err);
    if (ok) {
        result_text(out, "target", str_of(o->target));
        result_real(out, "documents", documents);
        result_real(out, "bytes", bytes);
        Str first = buf_slice(&lines);
        if (first.n > 600)
            first.n = 600;
        result_line(out,
                    "would write about %s documents to %s as %s, about %.1f MB; the first:\n%.*s%s",
                    result_count(out, (int64_t)documents), o->target, layout_name(o->layout),
                    bytes / 1e6, STR_ARG(first), lines.n > 600 ? " ..." : "");
    }
    buf_free(&lines);
    return ok;
}

static void tell_drift(const Model *m, const BatchReport *r, Result *out)
{
    result_real(out, "drift", r->drift);
    result_chat(out, "mean probability %.4f, in training %.4f", r->pairs.mean, m->base_rate);
}

/* One document a post: vectors whose inner product with a user's is the linear predictor. */
static bool vectors_to_engine(Session *s, const Args *a, const Model *m, const World *w,
                              const BatchOptions *o, Result *out, Error *err)
{
    size_t dims = 0;
    BatchReport r;
    bool dry_run = args_flag(a, "dry");
    if (o->journal || o->resume) {
        fail(err, ERR_USAGE, "vectors are one document a post: there is nothing to resume");
        return error_hint(err, "leave --journal out; run the batch again");
    }
    Client *c = dry_run ? NULL : connection_need(s, err);
    if (!c && !dry_run)
        return false;
    connection_show(s, a, out);
    if (!vectors_write(c, m, w, o, &r, &dims, err))
        return false;
    result_int(out, "dims", (int64_t)dims);
    if (dry_run)
        result_line(out, "would write %s documents to %s, each a vector of %zu numbers",
                    result_count(out, (int64_t)r.pairs.posts), o->target, dims);
    else
        ledger_tell(&r.ledger, r.index, out);
    tell_pairs(m, w, &r.pairs, out);
    tell_drift(m, &r, out);
    if (dry_run)
        return true;
    if (r.replaced[0])
        result_line(out, "%s now stands for %s; %s", o->target, r.index, r.replaced);
    result_chat(out, "vectors of %zu numbers: es rank posts for USER --by vector --index %s", dims,
                o->target);
    return ledger_settle(s, &r.ledger, out, err);
}

static bool to_engine(Session *s, const Args *a, const Model *m, const World *w, const char *target,
                      Result *out, Error *err)
{
    BatchOptions o;
    if (!batch_options(a, target, &o, err))
        return false;
    if (str_eqz(args_text(a, "layout"), "vectors"))
        return vectors_to_engine(s, a, m, w, &o, out, err);
    if (args_flag(a, "dry"))
        return dry(m, w, &o, out, err);
    Client *c = connection_need(s, err);
    if (!c)
        return false;
    connection_show(s, a, out);
    BatchReport r;
    if (!batch_run(c, m, w, &o, &r, err))
        return ledger_cut(&r.ledger, 0,
                          o.journal ? "--resume goes on from there"
                                    : "run it again, --journal FILE makes it resumable",
                          err);
    result_text(out, "layout", str_of(layout_name(o.layout)));
    ledger_tell(&r.ledger, r.index, out);
    tell_pairs(m, w, &r.pairs, out);
    tell_drift(m, &r, out);
    if (r.skipped)
        result_note(out, "resumed", NULL, "%s documents were written before the batch was cut off",
                    result_count(out, (int64_t)r.skipped));
    if (r.capped)
        result_note(out, "capped", "--user-top N",
                    "each post keeps its best users only: %s posts have more users than that",
                    result_count(out, (int64_t)r.capped));
    if (r.unscored_zero)
        result_note(out, "zero", NULL,
                    "%s probabilities of 0 are left out: a rank feature is positive",
                    result_count(out, (int64_t)r.unscored_zero));
    if (r.replaced[0])
        result_line(out, "%s now stands for %s; %s", o.target, r.index, r.replaced);
    if ((r.ledger.failed || r.failed_before) && strcmp(r.index, o.target) != 0)
        result_note(out, "not_swapped", NULL, "%s stays where it was: %s is not whole", o.target,
                    r.index);
    if (r.failed_before) {
        result_warn(out, "refused_before",
                    "they are in the dead letters of that run, if it had any",
                    "%s documents were refused before the batch was cut off",
                    result_count(out, (int64_t)r.failed_before));
        s->exit_status = error_exit_status(ERR_PARTIAL);
    }
    return ledger_settle(s, &r.ledger, out, err);
}

/* ---- to a file ---- */

static bool pairs_to_file(Session *s, const Args *a, const Model *m, const World *w,
                          const char *path, Result *out, Error *err)
{
    int64_t moment;
    if (!moment_of(a, &moment, err))
        return false;
    PairOptions po = {.moment = moment, .top_posts = a->top > 0 ? (size_t)a->top : 0};
    const Source *sink = sink_of(a->to, a->to_at, err);
    Writer *writer = sink ? sink->write(s, path, err) : NULL;
    PairScorer *p = writer ? pairs_new(m, w, &po, err) : NULL;
    PairWriter pw = {.writer = writer, .world = w};
    PairReport r = {0};
    bool ok = p && pairs_run(p, pair_writer_put, &pw, &r, err);
    pairs_free(p);
    if (writer && ok)
        ok = writer->commit(writer, err);
    else if (writer)
        writer->abandon(writer);
    if (ok) {
        result_text(out, "file", str_of(path));
        tell_pairs(m, w, &r, out);
    }
    return ok;
}

static bool pairs_only(const Args *a, const Model *m, const World *w, Result *out, Error *err)
{
    int64_t moment;
    PairReport r = {0};
    if (!moment_of(a, &moment, err))
        return false;
    PairOptions po = {.moment = moment};
    PairScorer *p = pairs_new(m, w, &po, err);
    bool ok = p && pairs_run(p, NULL, NULL, &r, err);
    pairs_free(p);
    if (ok)
        tell_pairs(m, w, &r, out);
    return ok;
}

static bool rows_to_file(Session *s, const Args *a, const Model *m, const char *path, Result *out,
                         Error *err)
{
    Str name = a->nwords ? a->words[0].text : STR_NULL;
    const NamedData *t = command_table_arg(s, a, name, a->nwords ? a->words[0].at : SPAN_NONE, err);
    if (!t)
        return false;
    const Source *sink = sink_of(a->to, a->to_at, err);
    if (!sink)
        return false;
    ScoreOptions so = SCORE_OPTIONS_DEFAULT;
    ScoreReport r = {0};
    so.policy = UNSEEN_NULL;
    Frame *f = score_frame(m, t->data.frame, &so, &r, err);
    Writer *w = f ? sink->write(s, path, err) : NULL;
    bool ok = w && writer_put_all(w, f, err);
    frame_unref(f);
    if (!ok)
        return false;
    result_text(out, "file", str_of(path));
    result_int(out, "rows", (int64_t)r.rows);
    result_int(out, "scored", (int64_t)r.scored);
    result_line(out, "%s of %s rows of %s scored, to %s", result_count(out, (int64_t)r.scored),
                result_count(out, (int64_t)r.rows), t->name, path);
    for (size_t i = 0; i < r.replay.nunseen; i++)
        result_note(out, "unseen", NULL, "%s '%s' was never seen in training (%zu rows)",
                    r.replay.unseen[i].column,
                    arena_escaped(out->arena, str_of(r.replay.unseen[i].level)),
                    r.replay.unseen[i].rows);
    return true;
}

/* The words are `users` and `posts`, or the names of the tables that are them. */
static bool right_pair(const Session *s, const Args *a, Error *err)
{
    World w = session_world(s);
    const struct {
        const char *kind, *table;
    } sides[2] = {{"users", w.users_name}, {"posts", w.posts_name}};
    for (size_t k = 0; k < 2; k++) {
        const Word *word = &a->words[2 * k];
        const char *table = sides[k].table;
        if (str_ieq(word->text, str_of(sides[k].kind)) || (table && str_eqz(word->text, table)))
            continue;
        fail_at(err, ERR_NAME, word->at, "'%.*s' is not the table of %s", STR_ARG(word->text),
                sides[k].kind);
        return error_hint(err, "score users x posts; roles T: entity=%s says which table they are",
                          sides[k].kind);
    }
    return true;
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!m)
        return false;
    const char *to = a->to.p ? args_zstr(a, a->to) : NULL;
    bool engine = to && strncmp(to, "es:", 3) == 0;
    if (is_pairs(a) && !right_pair(s, a, err))
        return false;
    if (!is_pairs(a)) {
        if (to && !engine && a->nwords <= 1)
            return rows_to_file(s, a, m, to, out, err);
        fail(err, ERR_USAGE, "score wants users x posts, or a table and a file");
        return error_hint(err, "score users x posts to es:posts --layout nested");
    }
    World w = session_world(s);
    if (engine)
        return to_engine(s, a, m, &w, to + 3, out, err);
    return to ? pairs_to_file(s, a, m, &w, to, out, err) : pairs_only(a, m, &w, out, err);
}

static const char *const layout_names[] = {"pairs", "nested", "sparse", "vectors", NULL};
static const char *const writes[] = {"index", "script", NULL};
static const OptRow opts[] = {
    {.name = "model",
     .type = OPT_MODEL,
     .metavar = "M",
     .brief = "another model than the current one"},
    {.name = "layout",
     .type = OPT_CHOICE,
     .choices = layout_names,
     .def = "pairs",
     .brief = "how the probabilities stand in the engine"},
    {.name = "write",
     .type = OPT_CHOICE,
     .choices = writes,
     .def = "index",
     .brief = "pairs: whole documents, or an update by script"},
    {.name = "user-top",
     .type = OPT_INT,
     .min = 1,
     .max = 1e9,
     .metavar = "N",
     .brief = "the best N users of a post (nested, sparse), the best N posts of a user (pairs)"},
    {.name = "as-of",
     .type = OPT_TIME,
     .metavar = "TIME",
     .brief = "features as of this moment (default: now)"},
    {.name = "version",
     .type = OPT_INT,
     .min = 0,
     .max = 9e15,
     .def = "0",
     .metavar = "N",
     .brief = "number of the batch (default: the moment)"},
    {.name = "max-drift",
     .type = OPT_REAL,
     .min = 0,
     .max = 1,
     .metavar = "D",
     .brief = "stop with status 5 when the mean probability has moved further from training"},
    {.name = "journal",
     .type = OPT_FILE,
     .metavar = "FILE",
     .brief = "how far the batch is, for --resume"},
    {.name = "resume",
     .type = OPT_FLAG,
     .brief = "go on where the journal says that a batch was cut off"},
    {.name = "dead-letter",
     .type = OPT_FILE,
     .metavar = "FILE",
     .brief = "refused documents with their reasons"},
    {.name = "batch-mb",
     .type = OPT_REAL,
     .min = 0.01,
     .max = 90,
     .def = "5",
     .unit = "MB a request",
     .brief = "size of a request to the engine"},
    {.name = "dry", .type = OPT_FLAG, .brief = "say what would be written"},
    OPT_SHOW_REQUEST,
    {0},
};

const Command cmd_score = {
    .name = "score",
    .group = GROUP_ENGINE,
    .brief = "score all posts for all users, or a table's rows",
    .usage = "score users x posts [to es:I --layout pairs|nested|sparse|vectors] [to FILE] | score "
             "T to FILE",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_TO | CLAUSE_TOP,
    .help = "pairs: documents {user}_{post} with view_probability, in a new index that takes the "
            "alias I when it is whole. nested: "
            "user_view_probabilities in the Post documents of I. sparse: the same as "
            "rank_features, smaller and faster, to about "
            "three digits. vectors: one document a post; any user is ranked exactly by an inner "
            "product (es rank --by vector). Without `to`, pairs are only counted and timed. "
            "Probabilities are as of a moment: nothing later is seen.",
    .examples = (const Example[]){{"score users x posts", "how many, how fast, their mean", false},
                                  {"score users x posts to es:blog-posts --layout nested --dry",
                                   "what would be written", true},
                                  {"score ft to scored.csv", "a table with probabilities", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = run,
    .takes = TAKES_TABLES,
};
