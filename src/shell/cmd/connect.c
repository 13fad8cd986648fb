/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * connect.c - `connect URL`: who answers there, with which credentials, and what it can do.
 *
 * What a connection needs is looked for in this order: an option that names a file, the environment
 * (GLINT_ES_USER, GLINT_ES_PASSWORD, GLINT_ES_API_KEY, GLINT_ES_TOKEN), a profile in
 * ~/.config/glint/profiles.json, the prompt.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "shell/connection.h"
#include "shell/format.h"

typedef struct Wanted {
    HttpConfig http;
    char *password, *api_key; /* owned secrets */
    cJSON *profile;
} Wanted;

static const char *profile_text(const Wanted *w, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(w->profile, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a && *a ? a : b && *b ? b : c && *c ? c : NULL;
}

/* Profiles may hold secrets: a file that others may read is refused. */
static bool read_profile(const Args *a, Wanted *w, Error *err)
{
    const char *name = args_z(a, "profile");
    char *path;
    struct stat st;
    if (!name)
        return true;
    if (!xdg_path(a->arena, "config", "profiles.json", &path, err))
        return false;
    if (stat(path, &st) == 0 && (st.st_mode & 077)) {
        fail(err, ERR_USAGE, "'%s' may be read by others and can hold passwords", path);
        return error_hint(err, "chmod 600 %s", path);
    }
    FileText t;
    if (!file_read(path, &t, err))
        return false;
    cJSON *all = json_parse((Str){t.p, t.n}, err);
    file_text_free(&t);
    if (!all)
        return error_context(err, "%s", path);
    w->profile = cJSON_DetachItemFromObjectCaseSensitive(all, name);
    cJSON_Delete(all);
    if (!w->profile)
        return fail_at(err, ERR_NAME, args_at(a, "profile"), "no profile '%s' in %s", name, path);
    return true;
}

/* name:base64(host$es-uuid$kibana-uuid) to https://es-uuid.host */
static const char *cloud_url(Arena *arena, const char *id, Error *err)
{
    const char *colon = strrchr(id, ':');
    const char *p = colon ? colon + 1 : id;
    char *out = arena_alloc(arena, strlen(p) + 4);
    size_t n = 0;
    unsigned bits = 0, have = 0;
    for (; *p && *p != '='; p++) {
        static const char digits[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *d = strchr(digits, *p);
        if (!d) {
            fail(err, ERR_USAGE, "'%s' is not a cloud id", id);
            return NULL;
        }
        bits = bits << 6 | (unsigned)(d - digits);
        if ((have += 6) >= 8)
            out[n++] = (char)(bits >> (have -= 8) & 0xff);
    }
    Str rest, host = str_split((Str){out, n}, '$', &rest), es = str_split(rest, '$', &rest);
    if (!host.n || !es.n) {
        fail(err, ERR_USAGE, "'%s' is not a cloud id", id);
        return NULL;
    }
    return arena_printf(arena, "https://%.*s.%.*s", STR_ARG(es), STR_ARG(host));
}

static bool gather_secrets(const Args *a, Wanted *w, Error *err)
{
    HttpConfig *c = &w->http;
    const char *file = args_z(a, "api-key-file");
    if (file && !(w->api_key = secret_file(file, err)))
        return false;
    c->api_key = first_of(w->api_key, getenv("GLINT_ES_API_KEY"), profile_text(w, "api_key"));
    c->bearer = first_of(getenv("GLINT_ES_TOKEN"), profile_text(w, "bearer"), NULL);
    c->user = first_of(args_z(a, "user"), getenv("GLINT_ES_USER"), profile_text(w, "user"));
    if (args_has(a, "user")) /* typed by hand: it wins over a key from the environment */
        c->api_key = w->api_key, c->bearer = NULL;
    if (!c->user || c->api_key || c->bearer)
        return true;
    file = args_z(a, "password-file");
    if (file && !(w->password = secret_file(file, err)))
        return false;
    c->password = first_of(w->password, getenv("GLINT_ES_PASSWORD"), profile_text(w, "password"));
    if (!c->password) {
        w->password = secret_ask("password: ", err);
        c->password = w->password;
    }
    return c->password != NULL;
}

/* The nodes: words that commas join. NULL when there is something else. */
static const char *nodes_of(const Args *a)
{
    Buf b = BUF_INIT;
    bool ok = a->nwords > 0;
    for (size_t i = 0; ok && i < a->nwords; i++) {
        if (i) {
            size_t from = a->words[i - 1].at.to, to = a->words[i].at.from;
            ok = memchr(a->line.p + from, ',', to > from ? to - from : 0) != NULL;
            buf_putc(&b, ',');
        }
        buf_str(&b, a->words[i].text);
    }
    const char *out = ok ? arena_printf(a->arena, "%s", b.p) : NULL;
    buf_free(&b);
    return out;
}

static bool gather(const Args *a, Wanted *w, Error *err)
{
    HttpConfig *c = &w->http;
    if (!read_profile(a, w, err))
        return false;
    const char *word = nodes_of(a);
    const char *cloud = first_of(args_z(a, "cloud-id"), profile_text(w, "cloud_id"), NULL);
    c->url = first_of(word, profile_text(w, "url"), NULL);
    if (!c->url && cloud && !(c->url = cloud_url(a->arena, cloud, err)))
        return false;
    if (!c->url)
        c->url = getenv("GLINT_ES_URL");
    if (!c->url || (a->nwords && !word)) {
        fail(err, ERR_USAGE, "connect wants the URL of an engine");
        return error_hint(err, "connect http://localhost:9200");
    }
    c->ca_file = first_of(args_z(a, "ca"), profile_text(w, "ca"), NULL);
    c->cert_file = first_of(args_z(a, "cert"), profile_text(w, "cert"), NULL);
    c->key_file = first_of(args_z(a, "key"), profile_text(w, "key"), NULL);
    c->fingerprint = first_of(args_z(a, "fingerprint"), profile_text(w, "fingerprint"), NULL);
    c->proxy = first_of(args_z(a, "proxy"), profile_text(w, "proxy"), NULL);
    c->netrc = args_flag(a, "netrc");
    c->insecure = args_flag(a, "insecure");
    c->allow_plain_password = args_flag(a, "plain-password");
    c->gzip = strstr(c->url, "://localhost") == NULL && strstr(c->url, "://127.") == NULL;
    c->timeout_s = args_real(a, "timeout");
    return gather_secrets(a, w, err);
}

/* "bulk, snapshots, scripts" and "k-NN" */
static void put_abilities(const Caps *k, bool can, Buf *b)
{
    const struct {
        bool has;
        const char *name;
    } rows[] = {
        {k->can_write, "write"},
        {k->pit_opensearch || k->pit_elastic, "snapshots"},
        {k->shard_doc, "sort by shard doc"},
        {k->scripts, "scripts"},
        {k->knn_vector || k->dense_vector, "vectors"},
        {k->rank_features, "rank features"},
        {k->expensive, "expensive queries"},
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].has == can)
            buf_printf(b, "%s%s", n++ ? ", " : "", rows[i].name);
    if (!n)
        buf_puts(b, "nothing");
}

static void tell(const Client *c, Result *out)
{
    Buf can = BUF_INIT, cannot = BUF_INIT;
    put_abilities(&c->caps, true, &can);
    put_abilities(&c->caps, false, &cannot);
    result_text(out, "url", str_of(c->url));
    result_text(out, "product", str_of(c->product));
    result_text(out, "version", str_of(c->version));
    result_text(out, "cluster", str_of(c->name));
    result_int(out, "nodes", c->nodes);
    result_text(out, "health", str_of(c->health));
    if (c->nodes)
        result_line(out, "%s %s, %d node%s, %s; can: %s; cannot: %s", c->product, c->version,
                    c->nodes, c->nodes == 1 ? "" : "s", c->health, can.p, cannot.p);
    else if (c->caps.can_create)
        result_line(out, "%s %s; can: %s; cannot: %s", c->product, c->version, can.p, cannot.p);
    else
        result_line(out, "%s %s", c->product, c->version);
    if (!c->caps.can_create)
        result_note(
            out, "no_probe", NULL,
            "this user may not make an index to try things in: what needs vectors or stored "
            "scripts is left out, pulls use scrolls, writing is tried when it is asked for");
    if (strcmp(c->health, "red") == 0)
        result_warn(out, "red",
                    "some indexes cannot be searched or written until their shards are back",
                    "the cluster is red");
    buf_free(&can);
    buf_free(&cannot);
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    Wanted w = {0};
    Client *c = gather(a, &w, err) ? client_open(&w.http, err) : NULL;
    const char *prefix = first_of(args_z(a, "prefix"), profile_text(&w, "prefix"), NULL);
    prefix = prefix ? arena_printf(a->arena, "%s", prefix) : NULL;
    secret_wipe(w.password);
    secret_wipe(w.api_key);
    cJSON_Delete(w.profile);
    if (!c)
        return false;
    if (!client_probe(c, err)) {
        client_close(c);
        return false;
    }
    connection_set(s, c, a->line, prefix);
    tell(c, out);
    return true;
}

static const OptRow opts[] = {
    {.name = "user",
     .type = OPT_TEXT,
     .metavar = "U",
     .brief = "name; the password is asked for, or GLINT_ES_PASSWORD"},
    {.name = "password-file",
     .type = OPT_FILE,
     .metavar = "F",
     .brief = "file with the password, readable by you alone"},
    {.name = "api-key-file",
     .type = OPT_FILE,
     .metavar = "F",
     .brief = "file with an API key, readable by you alone"},
    {.name = "ca",
     .type = OPT_FILE,
     .metavar = "FILE",
     .brief = "certificates to trust instead of the system's"},
    {.name = "cert", .type = OPT_FILE, .metavar = "F", .brief = "client certificate"},
    {.name = "key", .type = OPT_FILE, .metavar = "F", .brief = "its key"},
    {.name = "fingerprint",
     .type = OPT_TEXT,
     .metavar = "SHA256",
     .brief = "trust the server with this certificate and no other"},
    {.name = "cloud-id", .type = OPT_TEXT, .metavar = "ID", .brief = "name of a hosted deployment"},
    {.name = "profile",
     .type = OPT_TEXT,
     .metavar = "P",
     .brief = "an entry of profiles.json in glint's configuration folder"},
    {.name = "prefix",
     .type = OPT_TEXT,
     .metavar = "P",
     .brief = "stands before the names of our indexes: blog- for blog-users, blog-posts ..."},
    {.name = "proxy",
     .type = OPT_TEXT,
     .metavar = "URL",
     .brief = "proxy (default: the environment's)"},
    {.name = "timeout",
     .type = OPT_REAL,
     .min = 0.1,
     .max = 86400,
     .def = "120",
     .unit = "seconds a request",
     .brief = "patience"},
    {.name = "netrc", .type = OPT_FLAG, .brief = "look into ~/.netrc, too"},
    {.name = "insecure", .type = OPT_FLAG, .brief = "do not verify the server's certificate"},
    {.name = "plain-password",
     .type = OPT_FLAG,
     .brief = "allow a password over http to another host"},
    {0},
};

const Command cmd_connect = {
    .name = "connect",
    .group = GROUP_ENGINE,
    .brief = "connect to Elasticsearch or OpenSearch",
    .usage =
        "connect URL [--user U] [--ca FILE] [--cert F --key F] [--api-key-file F] [--profile P]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .help = "Several nodes are written with commas: one that does not answer is passed over. "
            "Certificates are verified. "
            "Secrets are never typed on the line: they come from a prompt, a file or the "
            "environment (GLINT_ES_PASSWORD, "
            "GLINT_ES_API_KEY, GLINT_ES_TOKEN). What the engine can do is asked of it, not "
            "concluded from its version.",
    .examples = (const Example[]){{"connect http://localhost:9200", "one on this machine", true},
                                  {"connect https://search.example:9200 --user analyst --ca ca.crt",
                                   "asks for the password", true},
                                  {0}},
    .run = run,
    .takes = TAKES_OWN,
};
