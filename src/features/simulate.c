/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate.c - a blog that never was: users, posts, products and interactions drawn from a known
 * truth.
 *
 * Users log in, look at posts (mostly recent ones), log out. Every interaction with a post is a
 * view with probability
 *
 *     p = 1 / (1 + exp(-eta)),   eta = sum of the terms in `truth` below
 *
 * where post_age_days, prev_views and prev_author_hits are the features of the same names
 * (strictly before the moment), and otherwise a like, comment or share (45, 35 and 20 %). The
 * log-odds of "viewed given that something happened" are therefore exactly linear in these terms:
 * a logistic fit of
 *
 *     viewed ~ age + gender * lang + country + post_age_days + log1p(prev_views) +
 *              log1p(prev_author_hits)
 *
 * finds them back within its standard errors. Everything else (tags, products, hours, titles) has
 * no effect. An age is hidden afterwards with probability 1 %, at random, so rows without it may
 * be dropped.
 *
 * Sizes are exact. Each subject draws from a stream of its own, so the same seed gives the same
 * bytes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/rng.h"
#include "features/simulate.h"
#include "maker_priv.h"

#define DAY_FIRST_POST 19570  /* 2023-08-01, days since 1970 */
#define DAY_FIRST_EVENT 19631 /* 2023-10-01 */
#define DAY_END 19905         /* 2024-07-01, the first day without events */
#define DAY_FIRST_USER 18628  /* 2021-01-01 */
#define MEAN_POST_AGE 14.0    /* days; how far back readers go, exponentially distributed */
#define MEAN_SESSION 4.0      /* interactions after the first */
#define TICK_ROWS 65536 /* events between two looks at Ctrl-C */
#define AGE_HIDDEN 0.01
#define NAUTHORS 24
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const SimulateTruth truth[] = {
    {"(Intercept)", -0.35},
    {"age", -0.02},
    {"genderMale", 0.10},
    {"genderOther", 0.0},
    {"countryCA", 0.05},
    {"countryDE", -0.15},
    {"countryFR", 0.10},
    {"countryGB", 0.0},
    {"countryIN", 0.30},
    {"countryJP", -0.25},
    {"countryUS", 0.20},
    {"langgo", 0.15},
    {"langjava", 0.10},
    {"langjs", -0.20},
    {"langphp", -0.35},
    {"langpython", 0.40},
    {"langrust", 0.30},
    {"langsql", -0.10},
    {"post_age_days", -0.03},
    {"log1p(prev_views)", 0.20},
    {"log1p(prev_author_hits)", 0.50},
    {"genderMale:langjava", 0.45},
};

/* The first of each is the reference of treatment coding. */
static const char *const countries[] = {"BR", "CA", "DE", "FR", "GB", "IN", "JP", "US"};
static const double country_share[] = {0.10, 0.08, 0.12, 0.08, 0.10, 0.20, 0.07, 0.25};
static const char *const genders[] = {"Female", "Male", "Other"};
static const double gender_share[] = {0.46, 0.50, 0.04};
static const char *const langs[] = {"c", "go", "java", "js", "php", "python", "rust", "sql"};
static const double lang_share[] = {0.07, 0.08, 0.20, 0.16, 0.06, 0.27, 0.08, 0.08};
static const char *const lang_words[] = {"C",   "Go",     "Java", "JavaScript",
                                         "PHP", "Python", "Rust", "SQL"};
static const char *const topics[] = {
    "web",      "api",    "testing",  "performance", "security",  "database", "async",
    "threads",  "memory", "compiler", "parser",      "network",   "cli",      "gui",
    "ml",       "data",   "docker",   "cloud",       "linux",     "git",      "debugging",
    "beginner", "regex",  "json",     "http",        "algorithms"};
static const char *const topic_words[] = {
    "Web Pages",   "APIs",     "Tests",      "Speed",   "Security",  "Databases",     "Async Code",
    "Threads",     "Memory",   "Compilers",  "Parsers", "Networks",  "Command Lines", "Windows",
    "Models",      "Data",     "Containers", "Servers", "Linux",     "Git",           "Debugging",
    "First Steps", "Patterns", "JSON",       "HTTP",    "Algorithms"};
static const char *const title_forms[] = {
    "How to Think About %t in %l", "%t in %l, Explained", "Ten Mistakes With %t in %l",
    "A Small Guide to %t in %l",   "%l and %t",           "What I Learned About %t in %l",
    "%t for %l Programmers",       "Better %t With %l"};
/* By gender; the first two users are jane and john in every blog. */
static const char *const first_names[3][24] = {
    {"jane",  "ana",   "chloe", "fatima", "hana",  "julia", "lara", "nina",
     "priya", "rosa",  "tara",  "vera",   "xenia", "yuki",  "zoe",  "aiko",
     "clara", "elena", "greta", "ines",   "kavya", "maria", "olga", "sofia"},
    {"ben",   "john", "dinesh", "emil",  "george", "ivan",   "kenji", "mateo",
     "omar",  "sven", "umesh",  "will",  "bruno",  "david",  "felix", "hugo",
     "jonas", "leo",  "noah",   "pedro", "rahul",  "thiago", "tom",   "wei"},
    {"alex",   "ash",    "blake", "casey",  "charlie", "dana",   "drew", "eden",
     "ellis",  "finley", "gray",  "harper", "jamie",   "jordan", "kim",  "lee",
     "morgan", "noor",   "quinn", "reese",  "river",   "robin",  "sam",  "sky"},
};
#define NNAMES COUNT(first_names[0])
static const char *const categories[] = {"book", "course", "tool", "shirt", "ticket"};
static const char *const product_forms[] = {"The %s Book", "%s in Five Evenings", "%s Workbench",
                                            "%s Shirt", "%s Day"};
enum { T_VIEW, T_LIKE, T_COMMENT, T_SHARE, T_LOGIN, T_LOGOUT };
static const char *const type_names[] = {"view", "like", "comment", "share", "login", "logout"};
static const double other_share[] = {0.45, 0.35, 0.20};

const SimulateTruth *simulate_truth(size_t *n)
{
    *n = COUNT(truth);
    return truth;
}

static double true_value(const char *prefix, const char *level)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s", prefix, level);
    for (size_t k = 0; k < COUNT(truth); k++)
        if (strcmp(truth[k].term, name) == 0)
            return truth[k].value;
    return 0; /* a reference level */
}

static size_t pick(Rng *r, const double *share, size_t n)
{
    double u = rng_unit(r);
    for (size_t k = 0; k + 1 < n; k++) {
        if (u < share[k])
            return k;
        u -= share[k];
    }
    return n - 1;
}

/* ---- the world, as numbers ---- */

typedef struct Person {
    int age, joined; /* joined: day */
    uint8_t country, gender, hidden;
    double hour;   /* when this person likes to log in */
    double weight; /* sum of activities up to and with this person */
    double base;   /* what eta has of the person */
    uint32_t views;
    int64_t last; /* second of the latest row */
} Person;

typedef struct Article {
    int day;
    uint8_t lang, topic[3], ntopics, form;
    uint32_t author;
} Article;

typedef struct Row {
    uint32_t user, post, product; /* NO_ID */
    uint8_t type;
} Row;

typedef struct Blog {
    SimulateOptions opt;
    Person *user;
    Article *post;
    Row *row;
    int64_t *second; /* of each row */
    uint32_t *order;
    uint16_t *author_hits; /* users x NAUTHORS */
    size_t nauthors;
    double b_lang[COUNT(langs)], b_post_age, b_views, b_author, b_male_java;
} Blog;

static void draw_users(Blog *b)
{
    Rng r = rng_stream(b->opt.seed, "users");
    double sum = 0, intercept = true_value("(Intercept)", ""), per_year = true_value("age", "");
    for (size_t i = 0; i < b->opt.users; i++) {
        Person *p = &b->user[i];
        int age = (int)lround(exp(3.45 + 0.35 * rng_normal(&r)));
        p->age = age < 16 ? 16 : age > 79 ? 79 : age;
        p->country = (uint8_t)pick(&r, country_share, COUNT(countries));
        p->gender = (uint8_t)pick(&r, gender_share, COUNT(genders));
        if (i < 2)
            p->gender = (uint8_t)i; /* jane, john */
        p->hidden = rng_unit(&r) < AGE_HIDDEN;
        int last =
            i < NAUTHORS ? DAY_FIRST_POST : DAY_END - 30; /* authors are there before they write */
        p->joined = DAY_FIRST_USER + (int)rng_below(&r, (uint64_t)(last - DAY_FIRST_USER));
        p->hour = 16 + 4 * rng_normal(&r);
        p->weight = sum += exp(0.9 * rng_normal(&r));
        p->base = intercept + per_year * p->age + true_value("country", countries[p->country]) +
                  true_value("gender", genders[p->gender]);
    }
}

static int by_day(const void *a, const void *b)
{
    const Article *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

static void draw_posts(Blog *b)
{
    Rng r = rng_stream(b->opt.seed, "posts");
    b->nauthors = b->opt.users < NAUTHORS ? b->opt.users : NAUTHORS;
    for (size_t i = 0; i < b->opt.posts; i++) {
        Article *p = &b->post[i];
        p->day = DAY_FIRST_POST + (int)rng_below(&r, DAY_END - DAY_FIRST_POST);
        p->lang = (uint8_t)pick(&r, lang_share, COUNT(langs));
        p->author = (uint32_t)rng_below(&r, b->nauthors);
        p->form = (uint8_t)rng_below(&r, COUNT(title_forms));
        p->ntopics = (uint8_t)(1 + rng_below(&r, 3));
        uint8_t start = (uint8_t)rng_below(&r, COUNT(topics)),
                step = (uint8_t)(1 + rng_below(&r, 5));
        for (size_t k = 0; k < p->ntopics;
             k++) /* distinct, since 2 * 5 is less than the number of topics */
            p->topic[k] = (uint8_t)((start + k * step) % COUNT(topics));
    }
    qsort(b->post, b->opt.posts, sizeof *b->post, by_day);
    /* the first post is there when the first reader comes */
    b->post[0].day = DAY_FIRST_POST;
}

static uint32_t draw_user(const Blog *b, Rng *r)
{
    double u = rng_unit(r) * b->user[b->opt.users - 1].weight;
    size_t low = 0, high = b->opt.users - 1;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->user[mid].weight <= u)
            low = mid + 1;
        else
            high = mid;
    }
    return (uint32_t)low;
}

static int64_t session_start(const Person *p, Rng *r)
{
    int from = p->joined + 1 > DAY_FIRST_EVENT ? p->joined + 1 : DAY_FIRST_EVENT;
    int64_t day = from + (int64_t)rng_below(r, (uint64_t)(DAY_END - from));
    double hour = fmod(p->hour + 2 * rng_normal(r) + 48, 24);
    return day * 86400 + (int64_t)(hour * 3600);
}

/* Who is there when: login, one to many interactions, and logout (15 % just go). Types are drawn
 * later, in order. */
static bool draw_sessions(Blog *b, Error *err)
{
    Rng r = rng_stream(b->opt.seed, "sessions");
    size_t told = 0;
    for (size_t n = 0; n < b->opt.interactions;) {
        uint32_t u = draw_user(b, &r);
        int64_t at = session_start(&b->user[u], &r);
        size_t k = 1 + (size_t)(rng_exponential(&r) * MEAN_SESSION);
        bool logout = rng_unit(&r) < 0.85;
        for (size_t i = 0; i < k + 1 + logout && n < b->opt.interactions; i++) {
            uint8_t type = i == 0 ? T_LOGIN : i <= k ? T_VIEW : T_LOGOUT;
            b->row[n] = (Row){u, NO_ID, NO_ID, type};
            b->second[n++] = at;
            at += 1 + (int64_t)(rng_exponential(&r) * 90);
        }
        if (n - told >= TICK_ROWS) {
            progress_tick("drawing sessions", (double)n, (double)b->opt.interactions, "events");
            told = n;
        }
        if (cancelled(err))
            return false;
    }
    return true;
}

/* The latest post of a day not after `day`; posts are in the order of days. */
static uint32_t post_before(const Blog *b, int64_t day)
{
    size_t low = 0, high = b->opt.posts;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->post[mid].day <= day)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? (uint32_t)low - 1 : 0;
}

static double true_eta(const Blog *b, const Row *row, int64_t second)
{
    const Person *p = &b->user[row->user];
    const Article *a = &b->post[row->post];
    double eta = p->base + b->b_lang[a->lang] + b->b_post_age * (double)(second / 86400 - a->day);
    eta += b->b_views * log1p(p->views) +
           b->b_author * log1p(b->author_hits[row->user * b->nauthors + a->author]);
    bool male_java = strcmp(genders[p->gender], "Male") == 0 && strcmp(langs[a->lang], "java") == 0;
    return eta + (male_java ? b->b_male_java : 0);
}

/* Everybody's rows in the order of time: which post, and what happened. */
static bool draw_outcomes(Blog *b, Error *err)
{
    Rng r = rng_stream(b->opt.seed, "outcomes");
    if (!order_by_time(b->second, b->opt.interactions, b->order, err))
        return false;
    for (size_t i = 0; i < b->opt.interactions; i++) {
        if (i % TICK_ROWS == 0) {
            progress_tick("simulating", (double)i, (double)b->opt.interactions, "events");
            if (cancelled(err))
                return false;
        }
        Row *row = &b->row[b->order[i]];
        int64_t *second = &b->second[b->order[i]];
        Person *p = &b->user[row->user];
        /* a person does one thing a second, so that history has no ties */
        if (*second <= p->last)
            *second = p->last + 1;
        p->last = *second;
        if (row->type != T_VIEW)
            continue;
        int64_t back = (int64_t)(rng_exponential(&r) * MEAN_POST_AGE);
        row->post = post_before(b, *second / 86400 - back);
        if (b->opt.products && rng_unit(&r) < 0.4)
            row->product = (uint32_t)rng_below(&r, b->opt.products);
        bool viewed = rng_unit(&r) < 1 / (1 + exp(-true_eta(b, row, *second)));
        row->type = (uint8_t)(viewed ? T_VIEW : T_LIKE + pick(&r, other_share, COUNT(other_share)));
        p->views += viewed;
        b->author_hits[row->user * b->nauthors + b->post[row->post].author]++;
    }
    return order_by_time(b->second, b->opt.interactions, b->order, err);
}

/* ---- as tables ---- */

static void user_name(const Blog *b, size_t i, Buf *out)
{
    buf_clear(out);
    buf_puts(out, first_names[b->user[i].gender][i % NNAMES]);
    if (i >= NNAMES)
        buf_printf(out, "%zu", i / NNAMES + 1);
}

static void fill_form(const char *form, const char *topic, const char *lang, Buf *out)
{
    buf_clear(out);
    for (; *form; form++) {
        if (*form != '%')
            buf_putc(out, *form);
        else
            buf_puts(out, *++form == 't' ? topic : lang);
    }
}

/* A table of `ncols` columns being built; finish() ends the builders whether or not all went
 * well. */
typedef struct TableBuilder {
    const char *const *names;
    ColumnBuilder *col[8];
    size_t ncols;
} TableBuilder;

static Frame *table_finish(TableBuilder *t, size_t rows, bool ok, Error *err)
{
    Column *cols[8] = {NULL};
    char *names[8];
    for (size_t j = 0; j < t->ncols; j++) {
        names[j] = (char *)t->names[j];
        if (!ok)
            builder_free(t->col[j]);
        else if (!(cols[j] = builder_finish(t->col[j], err)))
            ok = false;
    }
    if (ok)
        return frame_new(names, cols, t->ncols, rows);
    for (size_t j = 0; j < t->ncols; j++)
        column_unref(cols[j]);
    return NULL;
}

static bool put_day(ColumnBuilder *c, int64_t day, Error *err)
{
    builder_time_unit(c, TIME_DAY);
    return builder_int(c, day * US_PER_DAY, err);
}

static Frame *users_frame(const Blog *b, Error *err)
{
    static const char *const names[] = {"username", "age", "country", "gender", "joined"};
    TableBuilder t = {names,
                      {builder_new_strings(), builder_new(COL_INT), builder_new(COL_CODE),
                       builder_new(COL_CODE), builder_new(COL_TIME)},
                      5};
    Buf name = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; i < b->opt.users && ok; i++) {
        const Person *p = &b->user[i];
        user_name(b, i, &name);
        ok = builder_text(t.col[0], buf_slice(&name), err) &&
             (p->hidden ? builder_null(t.col[1], err) : builder_int(t.col[1], p->age, err)) &&
             builder_text(t.col[2], str_of(countries[p->country]), err) &&
             builder_text(t.col[3], str_of(genders[p->gender]), err) &&
             put_day(t.col[4], p->joined, err);
    }
    buf_free(&name);
    return table_finish(&t, b->opt.users, ok, err);
}

static Frame *posts_frame(const Blog *b, Error *err)
{
    static const char *const names[] = {"post_id", "title", "author", "lang", "tags", "date"};
    TableBuilder t = {names,
                      {builder_new_strings(), builder_new_strings(), builder_new_strings(),
                       builder_new(COL_CODE), builder_new_strings(), builder_new(COL_TIME)},
                      6};
    Buf text = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; i < b->opt.posts && ok; i++) {
        const Article *p = &b->post[i];
        buf_clear(&text);
        buf_printf(&text, "p%zu", i + 1);
        ok = builder_text(t.col[0], buf_slice(&text), err);
        fill_form(title_forms[p->form], topic_words[p->topic[0]], lang_words[p->lang], &text);
        ok = ok && builder_text(t.col[1], buf_slice(&text), err);
        user_name(b, p->author, &text);
        ok = ok && builder_text(t.col[2], buf_slice(&text), err) &&
             builder_text(t.col[3], str_of(langs[p->lang]), err);
        buf_clear(&text);
        buf_puts(&text, langs[p->lang]);
        for (size_t k = 0; k < p->ntopics; k++)
            buf_printf(&text, "|%s", topics[p->topic[k]]);
        ok = ok && builder_text(t.col[4], buf_slice(&text), err) && put_day(t.col[5], p->day, err);
    }
    buf_free(&text);
    return table_finish(&t, b->opt.posts, ok, err);
}

static Frame *products_frame(const Blog *b, Error *err)
{
    static const char *const names[] = {"product_id", "name", "category"};
    TableBuilder t = {
        names, {builder_new_strings(), builder_new_strings(), builder_new(COL_CODE)}, 3};
    Rng r = rng_stream(b->opt.seed, "products");
    Buf text = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; i < b->opt.products && ok; i++) {
        size_t c = rng_below(&r, COUNT(categories)), l = rng_below(&r, COUNT(langs));
        buf_clear(&text);
        buf_printf(&text, "g%zu", i + 1);
        ok = builder_text(t.col[0], buf_slice(&text), err);
        fill_form(product_forms[c], "", lang_words[l], &text);
        ok = ok && builder_text(t.col[1], buf_slice(&text), err) &&
             builder_text(t.col[2], str_of(categories[c]), err);
    }
    buf_free(&text);
    return table_finish(&t, b->opt.products, ok, err);
}

static bool put_id(ColumnBuilder *c, char prefix, uint32_t id, Buf *text, Error *err)
{
    if (id == NO_ID)
        return builder_null(c, err);
    buf_clear(text);
    buf_printf(text, "%c%u", prefix, (unsigned)id + 1);
    return builder_text(c, buf_slice(text), err);
}

static Frame *interactions_frame(const Blog *b, Error *err)
{
    static const char *const names[] = {"user_username", "post_id", "product_id",
                                        "interaction_type", "timestamp"};
    TableBuilder t = {names,
                      {builder_new_strings(), builder_new_strings(), builder_new_strings(),
                       builder_new(COL_CODE), builder_new(COL_TIME)},
                      5};
    Buf text = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; i < b->opt.interactions && ok; i++) {
        if (i % TICK_ROWS == 0) {
            progress_tick("writing", (double)i, (double)b->opt.interactions, "events");
            if (cancelled(err)) {
                ok = false;
                break;
            }
        }
        const Row *row = &b->row[b->order[i]];
        user_name(b, row->user, &text);
        builder_time_unit(t.col[4], TIME_SECOND);
        ok = builder_text(t.col[0], buf_slice(&text), err) &&
             put_id(t.col[1], 'p', row->post, &text, err) &&
             put_id(t.col[2], 'g', row->product, &text, err) &&
             builder_text(t.col[3], str_of(type_names[row->type]), err) &&
             builder_int(t.col[4], b->second[b->order[i]] * US_PER_SECOND, err);
    }
    buf_free(&text);
    return table_finish(&t, b->opt.interactions, ok, err);
}

static bool blog_alloc(Blog *b, Bag *bag, Error *err)
{
    b->user = bag_alloc(bag, b->opt.users, sizeof *b->user, true, "users", err);
    b->post = bag_alloc(bag, b->opt.posts, sizeof *b->post, true, "posts", err);
    b->row = bag_alloc(bag, b->opt.interactions, sizeof *b->row, false, "interactions", err);
    b->second = bag_alloc(bag, b->opt.interactions, sizeof *b->second, false, "interactions", err);
    b->order = bag_alloc(bag, b->opt.interactions, sizeof *b->order, false, "interactions", err);
    b->author_hits =
        bag_alloc(bag, b->opt.users * NAUTHORS, sizeof *b->author_hits, true, "users", err);
    return b->user && b->post && b->row && b->second && b->order && b->author_hits;
}

bool simulate_blog(const SimulateOptions *opt, Simulated *out, Error *err)
{
    *out = (Simulated){0};
    if (opt->users == 0 || opt->posts == 0)
        return fail(err, ERR_USAGE, "a blog needs at least one user and one post");
    if (opt->users > UINT32_MAX / NAUTHORS || opt->interactions >= UINT32_MAX ||
        opt->posts >= UINT32_MAX)
        return fail(err, ERR_USAGE, "a simulated blog has at most %u users and %u interactions",
                    UINT32_MAX / NAUTHORS, UINT32_MAX - 1);
    Blog b = {.opt = *opt,
              .b_post_age = true_value("post_age_days", ""),
              .b_views = true_value("log1p(prev_views)", ""),
              .b_author = true_value("log1p(prev_author_hits)", ""),
              .b_male_java = true_value("genderMale:langjava", "")};
    for (size_t l = 0; l < COUNT(langs); l++)
        b.b_lang[l] = true_value("lang", langs[l]);
    Bag bag = {0};
    bool ok = blog_alloc(&b, &bag, err);
    if (ok) {
        draw_users(&b);
        draw_posts(&b);
    }
    ok = ok && draw_sessions(&b, err) && draw_outcomes(&b, err) &&
         (out->users = users_frame(&b, err)) && (out->posts = posts_frame(&b, err)) &&
         (out->products = products_frame(&b, err)) &&
         (out->interactions = interactions_frame(&b, err));
    bag_clear(&bag);
    if (!ok)
        simulated_clear(out);
    return ok;
}

void simulated_clear(Simulated *s)
{
    frame_unref(s->users);
    frame_unref(s->posts);
    frame_unref(s->products);
    frame_unref(s->interactions);
    *s = (Simulated){0};
}
