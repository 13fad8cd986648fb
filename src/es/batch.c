/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * batch.c - scores of all pairs into the engine.
 *
 * batch_run() scores twice: once for the mean (is the model still where it was in training?), which
 * is cheap, and once into a sink that makes documents. Documents come in one fixed order, so the
 * journal needs one number: how many of them, from the start without a gap, the engine has settled.
 * After a crash the same stream is made again (same model, same moment, both in the journal) and
 * that many items are passed over; those in flight are written twice, which the version makes
 * harmless.
 *
 * Pairs go to a new index TARGET-<version>; when its count is right the alias TARGET moves to it in
 * one step and the index it left is dropped: a reader sees the old scores or the new ones, never
 * half of them. Nested and sparse scores are partial updates of the Post documents: each post
 * changes as a whole.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "es/batch.h"
#include "es/schema.h"
#include "es/serve.h"
#include "es/target.h"

#define NESTED_LIMIT 10000 /* nested documents a document, by the engines' default */
#define PAIRS_PROPERTIES                                                                           \
    "\"user\":{\"type\":\"keyword\"},\"post\":{\"type\":\"keyword\"},\"view_probability\":{"       \
    "\"type\":\"double\"},"                                                                        \
    "\"model\":{\"type\":\"keyword\"},\"scored_at\":{\"type\":\"date\",\"format\":\"strict_date_"  \
    "optional_time||epoch_millis\"}"
#define NESTED_PROPERTY                                                                            \
    "{\"properties\":{\"user_view_probabilities\":{\"type\":\"nested\",\"properties\":{\"user_"    \
    "id\":{\"type\":\"keyword\"},"                                                                 \
    "\"view_probability\":{\"type\":\"double\"}}}}}"
#define SPARSE_PROPERTY "{\"properties\":{\"view_probabilities\":{\"type\":\"rank_features\"}}}"

static const char *const layouts[] = {"pairs", "nested", "sparse"};

bool layout_parse(Str s, Layout *out)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (str_eqz(s, layouts[i])) {
            *out = (Layout)i;
            return true;
        }
    return false;
}

const char *layout_name(Layout l)
{
    return layouts[l];
}

/* ---- documents ---- */

typedef struct Sink {
    const Model *model;
    const World *world;
    const BatchOptions *opt;
    BatchReport *report;
    Bulk *bulk;       /* NULL: a dry run */
    size_t pass_over; /* items of a resumed batch */
    size_t nth;
    Buf *dry;
    size_t dry_left;
    double dry_bytes, dry_items;
    Buf id, action, doc, moment, key;
} Sink;

static void key_text(const Frame *f, const RoleMap *roles, Role role, uint32_t row, Buf *out)
{
    buf_clear(out);
    column_print(f->cols[roles->col[role]], row, out);
}

static void user_key(Sink *s, uint32_t row, Buf *out)
{
    key_text(s->world->users, &s->world->users_roles, ROLE_USER, row, out);
}

static void post_key(Sink *s, uint32_t row, Buf *out)
{
    key_text(s->world->posts, &s->world->posts_roles, ROLE_POST, row, out);
}

static bool hand_on(Sink *s, Error *err)
{
    if (s->nth++ < s->pass_over) {
        s->report->skipped++;
        return true;
    }
    s->dry_items++;
    s->dry_bytes += (double)(s->action.n + s->doc.n + 2);
    if (s->bulk)
        return bulk_item(s->bulk, buf_slice(&s->id), buf_slice(&s->action), buf_slice(&s->doc),
                         err);
    if (s->dry && s->dry_left) {
        s->dry_left--;
        buf_printf(s->dry, "%s\n%s\n", s->action.p, s->doc.p);
    }
    return true;
}

/* Both parts of an id are encoded so that u_1 + p and u + 1_p stay two documents. */
static void put_id_part(Buf *out, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '_' || s.p[i] == '%')
            buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
        else
            buf_putc(out, s.p[i]);
    }
}

static bool put_pair(Sink *s, Str user, Str post, double p, Error *err)
{
    buf_clear(&s->id);
    put_id_part(&s->id, user);
    buf_putc(&s->id, '_');
    put_id_part(&s->id, post);
    buf_clear(&s->action);
    buf_puts(&s->action, s->opt->script ? "{\"update\":{\"_id\":" : "{\"index\":{\"_id\":");
    buf_json_str(&s->action, buf_slice(&s->id));
    if (!s->opt->script)
        buf_printf(&s->action, ",\"version\":%lld,\"version_type\":\"external_gte\"",
                   (long long)s->opt->version);
    buf_puts(&s->action, "}}");
    Buf *d = &s->doc;
    buf_clear(d);
    if (s->opt->script) {
        buf_puts(d, "{\"script\":{\"lang\":\"painless\",\"source\":\"ctx._source.view_probability "
                    "= params.view_probability\","
                    "\"params\":{\"view_probability\":");
        buf_json_real(d, p);
        buf_puts(d, "}},\"upsert\":");
    }
    buf_puts(d, "{\"user\":");
    buf_json_str(d, user);
    buf_puts(d, ",\"post\":");
    buf_json_str(d, post);
    buf_puts(d, ",\"view_probability\":");
    buf_json_real(d, p);
    buf_puts(d, ",\"model\":");
    buf_json_str(d, str_of(s->model->name));
    buf_printf(d, ",\"scored_at\":\"%s\"}%s", s->moment.p, s->opt->script ? "}" : "");
    return hand_on(s, err);
}

static bool pairs_sink(void *ctx, const PairBatch *b, Error *err)
{
    Sink *s = ctx;
    for (size_t k = 0; k < b->n; k++) {
        Buf owner = BUF_INIT;
        if (b->by_post)
            post_key(s, b->owner[k], &owner);
        else
            user_key(s, b->owner[k], &owner);
        bool ok = true;
        for (size_t i = b->start[k]; ok && i < b->start[k + 1]; i++) {
            if (isnan(b->p[i]))
                continue;
            if (b->by_post)
                user_key(s, b->partner[i], &s->key);
            else
                post_key(s, b->partner[i], &s->key);
            ok = b->by_post ? put_pair(s, buf_slice(&s->key), buf_slice(&owner), b->p[i], err)
                            : put_pair(s, buf_slice(&owner), buf_slice(&s->key), b->p[i], err);
        }
        buf_free(&owner);
        if (!ok)
            return false;
    }
    return true;
}

static void put_feature(Buf *out, Str user)
{
    Buf name = BUF_INIT;
    sparse_name(&name, user);
    buf_json_str(out, buf_slice(&name));
    buf_free(&name);
}

/* One Post document: its users with their probabilities. */
static bool posts_sink(void *ctx, const PairBatch *b, Error *err)
{
    Sink *s = ctx;
    bool sparse = s->opt->layout == LAYOUT_SPARSE;
    assert(b->by_post);
    for (size_t k = 0; k < b->n; k++) {
        post_key(s, b->owner[k], &s->id);
        buf_clear(&s->action);
        buf_puts(&s->action, "{\"update\":{\"_id\":");
        buf_json_str(&s->action, buf_slice(&s->id));
        buf_puts(&s->action, "}}");
        buf_clear(&s->doc);
        buf_puts(&s->doc, sparse ? "{\"doc\":{\"view_probabilities\":{"
                                 : "{\"doc\":{\"user_view_probabilities\":[");
        bool first = true;
        for (size_t i = b->start[k]; i < b->start[k + 1]; i++) {
            if (isnan(b->p[i]))
                continue;
            if (sparse && b->p[i] < 1e-37) { /* a rank feature is a normal positive float */
                s->report->unscored_zero++;
                continue;
            }
            user_key(s, b->partner[i], &s->key);
            buf_puts(&s->doc, first ? "" : ",");
            first = false;
            if (!sparse)
                buf_puts(&s->doc, "{\"user_id\":");
            if (sparse) /* a feature's name holds no dot */
                put_feature(&s->doc, buf_slice(&s->key));
            else
                buf_json_str(&s->doc, buf_slice(&s->key));
            buf_puts(&s->doc, sparse ? ":" : ",\"view_probability\":");
            buf_json_real(&s->doc, b->p[i]);
            if (!sparse)
                buf_putc(&s->doc, '}');
        }
        buf_puts(&s->doc, sparse ? "}}}" : "]}}");
        if (!hand_on(s, err))
            return false;
    }
    return true;
}

static void sink_clear(Sink *s)
{
    buf_free(&s->id);
    buf_free(&s->action);
    buf_free(&s->doc);
    buf_free(&s->moment);
    buf_free(&s->key);
}

/* ---- the journal ---- */

typedef struct Journal {
    const char *path;
    const BatchOptions *opt;
    const Model *model;
    size_t offset, failed; /* items of earlier runs, refused among them */
    char world[24];        /* print of what is scored; read: of what was */
} Journal;

/* A number that other users, posts or probabilities would not have: the items that a resumed batch
 * passes over must be those that were written. */
static void world_print(const World *w, const PairReport *r, char out[24])
{
    struct {
        const Frame *table;
        long key;
    } sides[] = {{w->users, w->users_roles.col[ROLE_USER]},
                 {w->posts, w->posts_roles.col[ROLE_POST]}};
    Buf b = BUF_INIT;
    uint64_t h = hash_start();
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sides[k].table->rows; i++) {
            buf_clear(&b);
            column_print(sides[k].table->cols[sides[k].key], i, &b);
            h = hash_bytes(h, b.p, b.n + 1);
        }
    double numbers[] = {r->mean, r->pairs, r->kept};
    h = hash_bytes(h, numbers, sizeof numbers);
    buf_free(&b);
    snprintf(out, 24, "%016llx", (unsigned long long)h);
}

/* Written beside and renamed, so that a crash leaves the last one whole. */
static bool journal_write(const Journal *j, size_t settled, size_t failed, Error *err)
{
    Buf b = BUF_INIT;
    buf_puts(&b, "{\"model\":");
    buf_json_str(&b, str_of(j->model->name));
    buf_printf(&b, ",\"fingerprint\":\"%016llx\",\"target\":",
               (unsigned long long)model_fingerprint(j->model));
    buf_json_str(&b, str_of(j->opt->target));
    buf_printf(&b, ",\"world\":\"%s\"", j->world);
    buf_printf(&b,
               ",\"layout\":\"%s\",\"version\":%lld,\"moment\":%lld,\"top\":%zu,\"settled\":%zu,"
               "\"failed\":%zu}\n",
               layout_name(j->opt->layout), (long long)j->opt->version, (long long)j->opt->moment,
               j->opt->top, settled + j->offset, failed + j->failed);
    FileOut *f = file_out_open(j->path, err);
    bool ok = f && file_out_write(f, b.p, b.n, err);
    if (ok)
        ok = file_out_commit(f, err);
    else
        file_out_abandon(f);
    buf_free(&b);
    return ok;
}

static void on_settled(void *ctx, size_t items, size_t failed)
{
    /* a journal that cannot be written only makes a resume start earlier */
    Error ignored = ERROR_INIT;
    journal_write(ctx, items, failed, &ignored);
}

static bool journal_take(const cJSON *j, Journal *out, BatchOptions *opt, Error *err)
{
    const char *m, *print, *target, *layout, *world;
    int64_t settled, failed, top;
    char mine[24];
    if (!json_get_text(j, "model", "journal", &m, err) ||
        !json_get_text(j, "fingerprint", "journal", &print, err) ||
        !json_get_text(j, "target", "journal", &target, err) ||
        !json_get_text(j, "world", "journal", &world, err) ||
        !json_get_text(j, "layout", "journal", &layout, err) ||
        !json_get_int(j, "version", "journal", &opt->version, err) ||
        !json_get_int(j, "moment", "journal", &opt->moment, err) ||
        !json_get_int(j, "top", "journal", &top, err) ||
        !json_get_int(j, "settled", "journal", &settled, err) ||
        !json_get_int(j, "failed", "journal", &failed, err))
        return false;
    snprintf(mine, sizeof mine, "%016llx", (unsigned long long)model_fingerprint(out->model));
    if (strcmp(m, out->model->name) != 0 || strcmp(target, opt->target) != 0 ||
        strcmp(layout, layout_name(opt->layout)) != 0)
        fail(err, ERR_DATA, "the journal is of another batch: %s to %s as %s", m, target, layout);
    else if (strcmp(print, mine) != 0)
        fail(err, ERR_DATA, "the journal is of another fit of %s: its coefficients were others", m);
    if (error_is_set(err))
        return error_hint(err, "leave --resume out to start again");
    opt->top = (size_t)top; /* the same documents in the same order */
    snprintf(out->world, sizeof out->world, "%s", world);
    out->offset = (size_t)settled;
    out->failed = (size_t)failed;
    return true;
}

static bool journal_read(Journal *out, BatchOptions *opt, Error *err)
{
    FileText t;
    if (!file_read(out->path, &t, err))
        return error_hint(err, "no batch was cut off there: leave --resume out");
    cJSON *j = json_parse((Str){t.p, t.n}, err);
    file_text_free(&t);
    bool ok = j && journal_take(j, out, opt, err);
    cJSON_Delete(j);
    return ok;
}

static bool same_world(Journal *j, const World *w, const PairReport *r, bool resume, Error *err)
{
    char was[sizeof j->world];
    memcpy(was, j->world, sizeof was);
    world_print(w, r, j->world);
    if (!resume || strcmp(was, j->world) == 0)
        return true;
    fail(err, ERR_DATA,
         "users, posts or what is known of them are others than when the batch was cut off");
    return error_hint(err, "leave --resume out to score them all again");
}

/* ---- where it goes ---- */

static bool put_mapping(Client *c, const char *index, const char *property, Error *err)
{
    bool exists = false;
    if (!client_index_exists(c, index, &exists, err))
        return false;
    if (!exists) {
        fail(err, ERR_NAME, "no index '%s' to write the scores into", index);
        return error_hint(err, "es create posts, then es push posts to %s --id post_id", index);
    }
    Buf path = BUF_INIT;
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "PUT", str_of(property), true, NULL, err, "/%s/_mapping", path.p);
    buf_free(&path);
    cJSON_Delete(j);
    return j != NULL;
}

/* ---- the run ---- */

static PairOptions pair_options(const BatchOptions *opt, const World *w)
{
    PairOptions p = {.moment = opt->moment};
    if (opt->layout == LAYOUT_PAIRS)
        p.top_posts = opt->top;
    else
        p.top_users = opt->top ? opt->top : w->users ? w->users->rows + 1 : 1;
    return p;
}

bool batch_check_drift(PairScorer *s, const Model *m, const BatchOptions *opt, BatchReport *r,
                       Error *err)
{
    if (!pairs_run(s, NULL, NULL, &r->pairs, err))
        return false;
    r->drift = fabs(r->pairs.mean - m->base_rate);
    if (isnan(opt->max_drift) || r->drift <= opt->max_drift)
        return true;
    fail(err, ERR_GUARD,
         "the mean probability is %.4f, in training it was %.4f: a shift of %.4f, %.4f is allowed. "
         "Nothing was written",
         r->pairs.mean, m->base_rate, r->drift, opt->max_drift);
    return error_hint(err, "fit again on newer data, or raise --max-drift");
}

static bool write_all(Client *c, PairScorer *s, Sink *sink, Journal *journal,
                      const BatchOptions *opt, BatchReport *r, Error *err)
{
    BulkOptions bulk = {.index = r->index,
                        .dead_letter = opt->dead_letter,
                        .dead_append = opt->resume,
                        .batch_bytes = opt->batch_bytes};
    if (opt->journal) {
        bulk.settled = on_settled;
        bulk.ctx = journal;
        if (!journal_write(journal, 0, 0, err))
            return false;
    }
    sink->bulk = bulk_open(c, &bulk, &r->ledger, err);
    if (!sink->bulk)
        return false;
    bool ok =
        pairs_run(s, opt->layout == LAYOUT_PAIRS ? pairs_sink : posts_sink, sink, &r->pairs, err);
    Bulk *b = sink->bulk;
    sink->bulk = NULL;
    if (ok)
        return bulk_close(b, true, err);
    bulk_abandon(b);
    return false;
}

static bool check_count(Client *c, const BatchOptions *opt, const Sink *sink, BatchReport *r,
                        Error *err)
{
    r->counted = -1;
    if (opt->layout != LAYOUT_PAIRS || strcmp(r->index, opt->target) == 0 || r->ledger.failed ||
        r->failed_before)
        return true;
    for (int tries = 0; tries < (r->ledger.unrefreshed ? 10 : 1); tries++) {
        if ((tries && !http_sleep(0.5, err)) ||
            !client_count(c, r->index, STR_NULL, &r->counted, err))
            return false;
        if (r->counted == (int64_t)sink->nth)
            return true;
    }
    return fail(
        err, ERR_GUARD,
        "the engine counts %lld documents in '%s', %zu were scored: the alias stays where it was",
        (long long)r->counted, r->index, sink->nth);
}

static bool open_pairs_index(Client *c, const BatchOptions *opt, BatchReport *r, Error *err)
{
    Buf body = BUF_INIT;
    index_body(NULL, &(IndexPlan){.extra = PAIRS_PROPERTIES}, &body);
    bool ok = target_open(c, opt->target, opt->version, buf_slice(&body), r->index, err);
    buf_free(&body);
    return ok;
}

static bool open_target(Client *c, const BatchOptions *opt, BatchReport *r, Error *err)
{
    if (opt->layout == LAYOUT_PAIRS)
        return open_pairs_index(c, opt, r, err);
    snprintf(r->index, sizeof r->index, "%s", opt->target);
    return put_mapping(c, opt->target,
                       opt->layout == LAYOUT_NESTED ? NESTED_PROPERTY : SPARSE_PROPERTY, err);
}

/* How many nested documents a document of that index may hold: the smallest over an alias. */
static bool nested_limit(Client *c, const char *index, size_t *limit, Error *err)
{
    static const char *const key = "index.mapping.nested_objects.limit";
    Buf path = BUF_INIT;
    long status = 0;
    Error refused = ERROR_INIT;
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "GET", STR_NULL, true, &status, &refused,
                           "/%s/_settings?include_defaults=true&flat_settings=true", path.p);
    buf_free(&path);
    if (!j && status == 404) /* told better when it is opened */
        return true;
    if (!j && err && !error_is_set(err))
        *err = refused;
    const cJSON *one;
    cJSON_ArrayForEach(one, j)
    {
        const cJSON *set = cJSON_GetObjectItemCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(one, "settings"), key);
        if (!set)
            set = cJSON_GetObjectItemCaseSensitive(
                cJSON_GetObjectItemCaseSensitive(one, "defaults"), key);
        int64_t n;
        if (cJSON_IsString(set) && parse_int(str_of(set->valuestring), &n) && n > 0 &&
            (size_t)n < *limit)
            *limit = (size_t)n;
    }
    cJSON_Delete(j);
    return j != NULL;
}

static bool check_layout(Client *c, BatchOptions *opt, BatchReport *r, const World *w, Error *err)
{
    if (!client_probe(c, err))
        return false;
    if (opt->layout == LAYOUT_SPARSE && !c->caps.rank_features)
        return fail(err, ERR_REMOTE, "this engine has no rank_features: --layout nested or pairs");
    if (opt->script && !c->caps.scripts)
        return fail(err, ERR_REMOTE, "this engine runs no scripts: leave --write script out");
    if (opt->layout == LAYOUT_NESTED) {
        size_t limit = (size_t)c->caps.nested_limit, users = w->users->rows;
        if (!nested_limit(c, opt->target, &limit, err))
            return false;
        if (!opt->top || opt->top > limit)
            opt->top = limit;
        r->capped = users > opt->top ? w->posts->rows : 0;
    }
    return true;
}

bool batch_run(Client *c, const Model *m, const World *w, const BatchOptions *given, BatchReport *r,
               Error *err)
{
    BatchOptions opt = *given;
    *r = (BatchReport){.counted = -1};
    Sink sink = {.model = m, .world = w, .opt = &opt, .report = r};
    Journal journal = {.path = opt.journal, .opt = &opt, .model = m};
    PairScorer *s = NULL;
    bool ok = false;
    if (opt.resume && (!opt.journal || !journal_read(&journal, &opt, err)))
        goto done;
    sink.pass_over = journal.offset;
    r->failed_before = journal.failed;
    if (!opt.version)
        opt.version = opt.moment / 1000;
    if (!check_layout(c, &opt, r, w, err))
        goto done;
    buf_es_time(&sink.moment, opt.moment, TIME_SECOND);
    PairOptions po = pair_options(&opt, w);
    s = pairs_new(m, w, &po, err);
    ok = s && batch_check_drift(s, m, &opt, r, err) &&
         same_world(&journal, w, &r->pairs, opt.resume, err) && open_target(c, &opt, r, err) &&
         write_all(c, s, &sink, &journal, &opt, r, err) && check_count(c, &opt, &sink, r, err);
    bool whole = !r->ledger.failed && !r->failed_before;
    if (ok && whole && opt.layout == LAYOUT_PAIRS)
        ok = target_swap(c, opt.target, r->index, r->replaced, err);
    if (ok && opt.journal && whole)
        remove(opt.journal);
done:
    pairs_free(s);
    sink_clear(&sink);
    return ok;
}

bool batch_dry(const Model *m, const World *w, const BatchOptions *given, size_t n, Buf *out,
               double *documents, double *bytes, Error *err)
{
    BatchOptions opt = *given;
    BatchReport r = {0};
    if (!opt.version)
        opt.version = opt.moment / 1000;
    Sink sink = {.model = m, .world = w, .opt = &opt, .report = &r, .dry = out, .dry_left = n};
    buf_es_time(&sink.moment, opt.moment, TIME_SECOND);
    if (opt.layout == LAYOUT_NESTED && (!opt.top || opt.top > NESTED_LIMIT))
        opt.top = NESTED_LIMIT;
    /* a few owners are enough to know what a document weighs */
    uint32_t some[20];
    bool pairs = opt.layout == LAYOUT_PAIRS;
    size_t owners = pairs ? w->users->rows : w->posts->rows, k = owners < 20 ? owners : 20;
    for (size_t i = 0; i < k; i++)
        some[i] = (uint32_t)(i * (owners / k));
    PairOptions po = pair_options(&opt, w);
    if (pairs) {
        po.users = some;
        po.nusers = k;
    } else {
        po.posts = some;
        po.nposts = k;
    }
    PairScorer *s = pairs_new(m, w, &po, err);
    bool ok = s && pairs_run(s, pairs ? pairs_sink : posts_sink, &sink, &r.pairs, err);
    double scale = k ? (double)owners / (double)k : 0;
    *documents = sink.dry_items * scale;
    *bytes = sink.dry_bytes * scale;
    pairs_free(s);
    sink_clear(&sink);
    return ok;
}
