/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarms.c - what is wrong with a fit, found while its rows are still at hand.
 *
 * alarms_find() runs the rows of the table `checks`, worst first. Almost everything is read from
 * what the fit and the input summaries already hold; rows are walked again only where something was
 * found and the message wants numbers. Separation has a file of its own, alarm_separation.c; a
 * table before any fit too, alarms_check.c. Collinearity: the variance inflation of column j is
 * info^-1_jj times the weighted centred sum of squares of x_j, both from the fit's last step.
 */
#include "model/alarms.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "alarms_priv.h"

#define EDGE 1e-2      /* of a probability, or of the mean: a fitted value so near its end */
#define RARE_ROWS 10   /* events per variable, Peduzzi et al. 1996 */
#define RARE_TABLE 200 /* in a smaller table every level is rare */
#define IMBALANCE 0.01

static const char *const codes[] = {
    [ALARM_LEAKAGE] = "leakage",     [ALARM_SEPARATION] = "separation",
    [ALARM_COLLINEAR] = "collinear", [ALARM_RARE_LEVEL] = "rare_level",
    [ALARM_ID_LIKE] = "id_like",     [ALARM_SAME_RANKING] = "same_ranking",
    [ALARM_IMBALANCE] = "imbalance", [ALARM_NOT_CONVERGED] = "not_converged",
    [ALARM_TIME] = "time",           [ALARM_MISSING] = "missing",
    [ALARM_CONSTANT] = "constant",   [ALARM_DUPLICATE] = "duplicate",
    [ALARM_PERFECT] = "perfect",     [ALARM_THETA] = "theta"};

Alarm *alarm_add(Alarm **list, size_t *n, AlarmKind kind, Str column)
{
    if ((*n & (*n - 1)) == 0) /* full: room for twice as many */
        *list = xrealloc(*list, (*n ? 2 * *n : 1) * sizeof **list);
    Alarm *a = &(*list)[(*n)++];
    *a = (Alarm){.kind = kind};
    copy_text(STR_ROOM(a->code), str_of(codes[kind]));
    copy_text(STR_ROOM(a->column), column);
    return a;
}

PRINTF_LIKE(3, 0)
static void put_text(char *to, size_t room, const char *fmt, va_list ap)
{
    char text[800];
    vsnprintf(text, sizeof text, fmt, ap);
    copy_text(to, room, str_of(text));
}

void alarm_text(Alarm *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put_text(STR_ROOM(a->text), fmt, ap);
    va_end(ap);
}

void alarm_help(Alarm *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put_text(STR_ROOM(a->help), fmt, ap);
    va_end(ap);
}

Alarm *alarm_of(Look *l, AlarmKind kind, const char *column)
{
    return alarm_add(&l->m->alarms, &l->m->nalarms, kind, str_of(column));
}

const char *look_response(const Look *l)
{
    return l->m->enc->terms->response_name;
}

const char *alarm_count(double n)
{
    static _Thread_local char ring[4][32];
    static _Thread_local unsigned at;
    char *to = ring[at++ % 4];
    Buf b = BUF_INIT;
    buf_count(&b, (uint64_t)n);
    copy_text(to, sizeof ring[0], buf_slice(&b));
    buf_free(&b);
    return to;
}

/* ---- leakage ---- */

static void find_leakage(Look *l)
{
    const Model *m = l->m;
    for (size_t i = 0; m->binary && l->d->n >= LEAK_ROWS && i < m->ninputs; i++) {
        const InputSummary *in = &m->inputs[i];
        if (in->source || in->is_offset || !(in->auc > ALARM_AUC) ||
            l->d->n < ROWS_PER_LEVEL * in->nlevels)
            continue;
        Alarm *a = alarm_of(l, ALARM_LEAKAGE, in->name);
        if (in->auc == 1)
            alarm_text(a, "%s alone tells %s in every row: is it known before the event?", in->name,
                       look_response(l));
        else
            alarm_text(
                a, "%s alone tells %s almost everywhere (AUC %.4f): is it known before the event?",
                in->name, look_response(l), in->auc);
        if (strcmp(in->name, "interaction_type") == 0) /* features made it, and pairs have none */
            alarm_help(a,
                       "leave it out, or fit on pairs of users and posts: features --rows pairs");
        else
            alarm_help(a, "leave '%s' out of the formula, or make it from what was known before",
                       in->name);
    }
}

/* The column that says when a row happened: by its role, or by a name that the role knows. */
static long event_time(const Look *l)
{
    RoleMap roles = roles_guess(l->m->table ? l->m->table : "", l->f);
    long at = roles.col[ROLE_TIME];
    for (const char *const *a = role_rows()[ROLE_TIME].aliases; at < 0 && *a; a++)
        at = frame_find(l->f, str_of(*a));
    return at >= 0 && l->f->cols[at]->type == COL_TIME ? at : -1;
}

/* Moments among the inputs that lie after the event. */
static void find_times(Look *l)
{
    long at = event_time(l);
    const Column *event = at >= 0 ? l->f->cols[at] : NULL;
    for (size_t i = 0; event && i < l->m->ninputs; i++) {
        const InputSummary *in = &l->m->inputs[i];
        const Column *c = frame_column(l->f, str_of(in->name));
        size_t after = 0;
        if (in->type != COL_TIME || c == event)
            continue;
        for (size_t k = 0; k < l->d->n; k++) {
            size_t row = l->d->rows ? l->d->rows[k] : k;
            after += !column_is_null(c, row) && !column_is_null(event, row) &&
                     c->v.i[row] > event->v.i[row];
        }
        if (!after)
            continue;
        Alarm *a = alarm_of(l, ALARM_TIME, in->name);
        alarm_text(
            a, "%s is later than %s in %s of %s rows: it was not known at the time of the event",
            in->name, l->f->names[at], alarm_count((double)after), alarm_count((double)l->d->n));
        alarm_help(a, "leave '%s' out, or take its value from before the event", in->name);
    }
}

/* Rows whose fitted mean all but leaves the range of the family. */
static size_t rows_at_edge(const Look *l)
{
    const Fit *f = l->m->fit;
    size_t n = l->d->n, at = 0;
    Error err = ERROR_INIT;
    double *mu = big_alloc(n + 1, sizeof *mu, false, "the fitted values", &err), total = 0.0;
    double *b = xcalloc(f->p + 1, sizeof *b);
    for (size_t j = 0; j < f->p; j++)
        b[j] = f->flag[j] == COL_ALIASED ? 0.0 : f->b[j];
    bool ok = mu && matrix_times(&l->d->x, b, l->d->offset, mu, &err) &&
              link_apply(l->m->link, mu, n, mu, &err);
    for (size_t i = 0; ok && i < n; i++)
        total += fabs(mu[i]);
    double near = EDGE * (l->m->family->is_binary_response ? 1.0 : total / (double)n);
    for (size_t i = 0; ok && i < n; i++)
        at += !l->m->family->mu_valid(mu[i] - near) || !l->m->family->mu_valid(mu[i] + near);
    free(b);
    free(mu);
    error_clear(&err);
    return at;
}

/* Does the link lead to means that the family cannot have? */
static bool can_leave(const Model *m)
{
    static const double eta[2] = {-2, 2};
    double mu[2];
    Error err = ERROR_INIT;
    return link_apply(m->link, eta, 2, mu, &err) &&
           !(m->family->mu_valid(mu[0]) && m->family->mu_valid(mu[1]));
}

static void find_not_converged(Look *l)
{
    const Fit *f = l->m->fit;
    if (f->status != FIT_MAX_ITER && f->status != FIT_NO_DESCENT)
        return;
    Alarm *a = alarm_of(l, ALARM_NOT_CONVERGED, "");
    size_t edge = can_leave(l->m) ? rows_at_edge(l) : 0;
    if (edge)
        alarm_text(
            a,
            "the search came to the edge: a %s cannot have the mean that the %s link leads to "
            "in %s row%s; errors and p do not hold there",
            l->m->family->name, l->m->link->name, alarm_count((double)edge), edge == 1 ? "" : "s");
    else if (f->status == FIT_MAX_ITER)
        alarm_text(a, "not settled after %d iteration%s: the numbers are those of the last one",
                   f->iterations, f->iterations == 1 ? "" : "s");
    else
        alarm_text(
            a,
            "no step lowers the deviance any further after %d iterations: the numbers may be off",
            f->iterations);
    alarm_help(a, "--l2 1 steadies it; a link that fits the range of the response may too");
}

/* Nothing is left over to judge the fit by. */
static void find_perfect(Look *l)
{
    const Fit *f = l->m->fit;
    if (f->status != FIT_PERFECT)
        return;
    Alarm *a = alarm_of(l, ALARM_PERFECT, "");
    if (f->df_residual == 0) {
        alarm_text(a,
                   "as many coefficients as rows (%s): the model repeats the data, and nothing is "
                   "left to judge it by",
                   alarm_count((double)f->rank));
        alarm_help(a, "leave out the factor with the most levels, or use --l2 1");
    } else {
        alarm_text(a,
                   "a perfect fit: every response is told exactly, so errors and p are rounding");
        alarm_help(a, "look for a term that is made of %s", look_response(l));
    }
}

static void find_theta(Look *l)
{
    const Fit *f = l->m->fit;
    if (strcmp(l->m->family->name, "negbin") != 0 || !isinf(f->param))
        return;
    Alarm *a = alarm_of(l, ALARM_THETA, "");
    alarm_text(a,
               "theta runs to infinity: %s varies no more than a Poisson's would, and this is the "
               "Poisson fit",
               look_response(l));
    alarm_help(a, "--family poisson says the same with one parameter less");
}

/* ---- the same order of posts for everybody ---- */

/* Without a recipe the names of the columns tell, as they do for `features`. */
static unsigned role_depends(const RoleMap *r, const Frame *f, Str column)
{
    static const Role user[] = {ROLE_AGE, ROLE_GENDER, ROLE_COUNTRY, ROLE_JOINED};
    static const Role post[] = {ROLE_TITLE, ROLE_AUTHOR, ROLE_LANG, ROLE_TAGS, ROLE_DATE};
    long at = frame_find(f, column);
    for (size_t k = 0; k < sizeof user / sizeof *user; k++)
        if (at >= 0 && r->col[user[k]] == at)
            return DEPENDS_USER;
    for (size_t k = 0; k < sizeof post / sizeof *post; k++)
        if (at >= 0 && r->col[post[k]] == at)
            return DEPENDS_POST;
    return DEPENDS_UNKNOWN;
}

static unsigned depends(const Look *l, size_t term, const RoleMap *roles)
{
    const Terms *t = l->m->enc->terms;
    if (l->m->recipe && recipe_steps(l->m->recipe))
        return term_depends(l->m, term);
    Arena *a = arena_new();
    unsigned bits = 0;
    for (size_t v = 0; v < t->terms[term].nvars; v++) {
        Str *cols;
        size_t n = expr_columns(t->vars[t->terms[term].var[v]].expr, a, &cols);
        for (size_t k = 0; k < n; k++)
            bits |= role_depends(roles, l->f, cols[k]);
    }
    arena_free(a);
    return bits;
}

static void find_same_ranking(Look *l)
{
    const Terms *t = l->m->enc->terms;
    RoleMap roles = roles_guess(l->m->table ? l->m->table : "", l->f);
    const char *user = NULL, *post = NULL;
    for (size_t k = 0; k < t->nterms; k++) {
        unsigned bits = depends(l, k, &roles);
        if ((bits & (DEPENDS_USER | DEPENDS_POST)) == (DEPENDS_USER | DEPENDS_POST) ||
            bits & DEPENDS_UNKNOWN)
            return; /* joined, or nobody can say */
        if (bits & DEPENDS_USER && !user)
            user = t->terms[k].name;
        if (bits & DEPENDS_POST && !post)
            post = t->terms[k].name;
    }
    if (!user || !post)
        return;
    Alarm *a = alarm_of(l, ALARM_SAME_RANKING, post);
    alarm_text(a, "no term joins user and post: every user gets the same order of posts");
    alarm_help(a, "add a product of the two, such as %s:%s", user, post);
}

/* ---- collinearity ---- */

static bool shares_input(const Model *m, size_t a, size_t b)
{
    const Terms *t = m->enc->terms;
    Arena *arena = arena_new();
    bool shared = false;
    for (size_t v = 0; v < t->terms[a].nvars; v++) {
        Str *cols, *others;
        size_t n = expr_columns(t->vars[t->terms[a].var[v]].expr, arena, &cols);
        for (size_t u = 0; u < t->terms[b].nvars; u++) {
            size_t k = expr_columns(t->vars[t->terms[b].var[u]].expr, arena, &others);
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < k; j++)
                    shared |= str_eq(cols[i], others[j]);
        }
    }
    arena_free(arena);
    return shared;
}

static size_t term_columns(const Model *m, size_t term, size_t *first)
{
    size_t n = 0;
    for (size_t j = m->enc->ncols; j-- > 0;)
        if (m->enc->cols[j].term == (long)term) {
            *first = j;
            n++;
        }
    return n;
}

/* A column of one value says nothing beside the intercept; told by name. */
static bool never_varies(Look *l, size_t j)
{
    const Model *m = l->m;
    if (model_intercept(m) == SIZE_MAX || m->enc->cols[j].term < 0 || m->col_sd[j] > 0)
        return false;
    const char *name = m->enc->cols[j].name;
    Alarm *a = alarm_of(l, ALARM_CONSTANT, name);
    alarm_text(a, "%s never varies: it is %.6g in every row that is used", name, m->col_mean[j]);
    alarm_help(a, "leave it out");
    return true;
}

static void find_aliased(Look *l)
{
    const Model *m = l->m;
    size_t n = 0;
    Buf names = BUF_INIT;
    const char *first = NULL;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        if (m->fit->flag[j] != COL_ALIASED || never_varies(l, j))
            continue;
        first = first ? first : m->enc->cols[j].name;
        if (n++ < SHOWN)
            buf_printf(&names, "%s%s", n > 1 ? ", " : "", m->enc->cols[j].name);
    }
    /* every level beside an intercept is asked for by --encode onehot: one column a factor is
     * always too many */
    if (n && m->enc->encode != ENCODE_ONEHOT && m->fit->status != FIT_SEPARATED) {
        Alarm *a = alarm_of(l, ALARM_COLLINEAR, first);
        if (n > SHOWN)
            buf_printf(&names, " and %zu more", n - SHOWN);
        alarm_text(
            a, "%.*s: the same is said by other columns together, so no coefficient is estimated",
            (int)names.n, names.p);
        alarm_help(a, "leave out one of the columns that say the same");
    }
    buf_free(&names);
}

/* The column whose estimate hangs together most with j's. */
static size_t partner(const Fit *f, size_t j, size_t intercept)
{
    size_t best = j;
    double most = 0;
    for (size_t k = 0; k < f->p; k++) {
        double r = fabs(f->cov[j * f->p + k]) / sqrt(f->cov[k * f->p + k]);
        if (k != j && k != intercept && r > most) {
            most = r;
            best = k;
        }
    }
    return best;
}

static void find_inflated(Look *l)
{
    const Model *m = l->m;
    const Fit *f = m->fit;
    size_t one = model_intercept(m), p = f->p;
    if (!f->info || !f->cov || one == SIZE_MAX || m->spec.fit.robust || m->spec.cluster ||
        f->l2 > 0 || f->status == FIT_NO_DESCENT)
        return;
    for (size_t t = 0; t < m->enc->terms->nterms; t++) {
        size_t j = 0;
        if (term_columns(m, t, &j) != 1 || isnan(f->se[j]))
            continue;
        double ss = f->info[j * p + j] -
                    f->info[one * p + j] * f->info[one * p + j] / f->info[one * p + one];
        double vif = f->cov[j * p + j] / f->dispersion * ss;
        size_t other = vif > ALARM_VIF ? partner(f, j, one) : j;
        long with = m->enc->cols[other].term;
        if (other == j || with < 0 || shares_input(m, t, (size_t)with))
            continue; /* x and x^2 go together by design */
        const char *name = m->enc->cols[j].name;
        Alarm *a = alarm_of(l, ALARM_COLLINEAR, name);
        alarm_text(a,
                   "%s is nearly a combination of other columns, most of all %s (VIF %.1f): its "
                   "standard error is "
                   "%.1f times what it could be",
                   name, m->enc->cols[other].name, vif, sqrt(vif));
        alarm_help(a, "leave out '%s' or '%s', or use --l2 1", name,
                   m->enc->terms->terms[with].name);
    }
}

static void find_collinear(Look *l)
{
    find_aliased(l);
    find_inflated(l);
}

/* ---- levels and ids ---- */

static bool names_an_id(const char *name)
{
    size_t n = strlen(name);
    return strcmp(name, "id") == 0 || (n > 3 && strcmp(name + n - 3, "_id") == 0) ||
           (n > 2 && strcmp(name + n - 2, "Id") == 0);
}

Alarm *id_alarm(const InputSummary *in, size_t rows, Alarm **list, size_t *n)
{
    bool factor = in->type == COL_CODE || in->type == COL_TEXT;
    if (factor && rows >= 20 && in->nlevels > rows / 2) {
        Alarm *a = alarm_add(list, n, ALARM_ID_LIKE, str_of(in->name));
        alarm_text(a, "%s has %s levels in %s rows: it names rows rather than describing them",
                   in->name, alarm_count((double)in->nlevels), alarm_count((double)rows));
        alarm_help(a, "leave '%s' out, or use what is known of it", in->name);
        return a;
    }
    if (in->type == COL_INT && names_an_id(in->name)) {
        Alarm *a = alarm_add(list, n, ALARM_ID_LIKE, str_of(in->name));
        alarm_text(a, "%s is a number that names things: twice of it means nothing", in->name);
        alarm_help(a, "leave '%s' out, or write factor(%s)", in->name, in->name);
        return a;
    }
    return NULL;
}

static void find_ids(Look *l)
{
    const Terms *t = l->m->enc->terms;
    for (size_t i = 0; i < l->m->ninputs; i++) {
        const InputSummary *in = &l->m->inputs[i];
        bool as_factor = false;
        for (size_t v = 0; v < t->nvars; v++)
            as_factor |= t->vars[v].kind == VAR_FACTOR &&
                         str_eqz(expr_column_name(t->vars[v].expr), in->name);
        if (!in->source && !in->is_offset && !(as_factor && in->type == COL_INT))
            id_alarm(in, l->d->n, &l->m->alarms, &l->m->nalarms);
    }
}

void rare_alarm(const char *name, char *const *levels, const double *counts, size_t nlevels,
                size_t rows, Alarm **list, size_t *n)
{
    size_t rare = 0;
    Buf text = BUF_INIT;
    if (rows < RARE_TABLE || nlevels > rows / 2)
        return;
    for (size_t k = 0; k < nlevels; k++)
        if (counts[k] > 0 && counts[k] < RARE_ROWS && rare++ < SHOWN)
            buf_printf(&text, "%s%s %.0f", rare > 1 ? ", " : "", levels[k], counts[k]);
    if (rare) {
        Alarm *a = alarm_add(list, n, ALARM_RARE_LEVEL, str_of(name));
        alarm_text(a,
                   "%zu of %zu levels of %s ha%s fewer than %d rows (%.*s%s): estimates there are "
                   "little more than "
                   "noise",
                   rare, nlevels, name, rare == 1 ? "s" : "ve", RARE_ROWS, (int)text.n, text.p,
                   rare > SHOWN ? " ..." : "");
        alarm_help(a, "put them together with derive and if(), or use --l2 1");
    }
    buf_free(&text);
}

static void find_rare(Look *l)
{
    const Encoding *e = l->m->enc;
    for (size_t v = 0; v < e->terms->nvars; v++)
        if (e->vars[v].is_factor)
            rare_alarm(e->terms->vars[v].name, e->vars[v].levels, e->vars[v].counts,
                       e->vars[v].nlevels, l->d->n, &l->m->alarms, &l->m->nalarms);
}

static void find_imbalance(Look *l)
{
    double rate = l->m->binary ? l->m->train.positives / (l->m->train.tp + l->m->train.fp +
                                                          l->m->train.tn + l->m->train.fn)
                               : 0.5;
    if (rate >= IMBALANCE && rate <= 1 - IMBALANCE)
        return;
    Alarm *a = alarm_of(l, ALARM_IMBALANCE, look_response(l));
    bool rare = rate < 0.5;
    alarm_text(a,
               "%s is %d in only %.2g %% of the rows: a model that always says %d is right in %.2f "
               "%% of them",
               look_response(l), rare, 100 * (rare ? rate : 1 - rate), !rare,
               100 * (rare ? 1 - rate : rate));
    alarm_help(a, "judge by roc_auc, pr_auc and log_loss rather than by accuracy");
}

bool alarms_find(Model *m, const Frame *f, const Design *d, Error *err)
{
    static void (*const checks[])(Look *) = {find_leakage,       find_times,        find_separation,
                                             find_not_converged, find_perfect,      find_theta,
                                             find_collinear,     find_same_ranking, find_ids,
                                             find_rare,          find_imbalance};
    Look l = {.m = m, .f = f, .d = d};
    (void)err; /* a check that runs out of memory has found nothing */
    for (size_t k = 0; k < sizeof checks / sizeof *checks; k++)
        checks[k](&l);
    free(l.sum1);
    free(l.sumy);
    return true;
}
