/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarms.c - what is wrong with a fit, found while its rows are still at hand.
 *
 * alarms_find() runs the rows of the table `checks`, worst first. Almost everything is read from what the fit and the
 * input summaries already hold; rows are walked again only where something was found and the message wants numbers.
 * Separation itself is found by the fit (fit->flag); here it gets the name of its level and the size of its empty cell.
 * Collinearity: the variance inflation of column j is info^-1_jj times the weighted centred
 * sum of squares of x_j, both from the fit's last step.
 */
#include "model/alarms.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "model_priv.h"

#define LEAK_ROWS 10       /* fewer rows prove nothing */
#define ROWS_PER_LEVEL 3   /* a factor of nearly as many levels as rows orders any outcome */
#define RARE_ROWS 10       /* events per variable, Peduzzi et al. 1996 */
#define RARE_TABLE 200     /* in a smaller table every level is rare */
#define IMBALANCE 0.01
#define SHOWN 3            /* levels or columns named one by one */

static const char *const codes[] = {
    [ALARM_LEAKAGE] = "leakage", [ALARM_SEPARATION] = "separation", [ALARM_COLLINEAR] = "collinear",
    [ALARM_RARE_LEVEL] = "rare_level", [ALARM_ID_LIKE] = "id_like", [ALARM_SAME_RANKING] = "same_ranking",
    [ALARM_IMBALANCE] = "imbalance", [ALARM_NOT_CONVERGED] = "not_converged", [ALARM_TIME] = "time",
    [ALARM_MISSING] = "missing", [ALARM_CONSTANT] = "constant", [ALARM_DUPLICATE] = "duplicate"};

Alarm *alarm_add(Alarm **list, size_t *n, AlarmKind kind, Str column)
{
    *list = xrealloc(*list, (*n + 1) * sizeof **list);
    Alarm *a = &(*list)[(*n)++];
    *a = (Alarm){.kind = kind};
    copy_text(STR_ROOM(a->code), str_of(codes[kind]));
    copy_text(STR_ROOM(a->column), column);
    return a;
}

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

/* What a check looks at. */
typedef struct Look {
    Model *m;
    const Frame *f;
    const Design *d;
    double *sum1, *sumy; /* X'1 and X'y, made when first wanted */
} Look;

static Alarm *add(Look *l, AlarmKind kind, const char *column)
{
    return alarm_add(&l->m->alarms, &l->m->nalarms, kind, str_of(column));
}

static const char *response(const Look *l)
{
    return l->m->enc->terms->response_name;
}

/* "22,920" in a ring of buffers: two or three in one message. */
static const char *count_text(double n)
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
        if (in->source || in->is_offset || !(in->auc > ALARM_AUC) || l->d->n < ROWS_PER_LEVEL * in->nlevels)
            continue;
        Alarm *a = add(l, ALARM_LEAKAGE, in->name);
        if (in->auc == 1)
            alarm_text(a, "%s alone tells %s in every row: is it known before the event?", in->name, response(l));
        else
            alarm_text(a, "%s alone tells %s almost everywhere (AUC %.4f): is it known before the event?", in->name,
                       response(l), in->auc);
        alarm_help(a, "leave '%s' out of the formula, or make it from what was known before", in->name);
    }
}

/* Moments among the inputs that lie after the event. */
static void find_times(Look *l)
{
    RoleMap roles = roles_guess(l->m->table ? l->m->table : "", l->f);
    const Column *event = roles.col[ROLE_TIME] >= 0 ? l->f->cols[roles.col[ROLE_TIME]] : NULL;
    for (size_t i = 0; event && event->type == COL_TIME && i < l->m->ninputs; i++) {
        const InputSummary *in = &l->m->inputs[i];
        const Column *c = frame_column(l->f, str_of(in->name));
        size_t after = 0;
        if (in->type != COL_TIME || c == event)
            continue;
        for (size_t k = 0; k < l->d->n; k++) {
            uint32_t row = l->d->rows[k];
            after += !column_is_null(c, row) && !column_is_null(event, row) && c->v.i[row] > event->v.i[row];
        }
        if (!after)
            continue;
        Alarm *a = add(l, ALARM_TIME, in->name);
        alarm_text(a, "%s is later than %s in %s of %s rows: it was not known at the time of the event", in->name,
                   l->f->names[roles.col[ROLE_TIME]], count_text((double)after), count_text((double)l->d->n));
        alarm_help(a, "leave '%s' out, or take its value from before the event", in->name);
    }
}

/* ---- separation ---- */

/* Rows and outcomes of each column of X. */
static bool column_sums(Look *l, Error *err)
{
    if (l->sum1)
        return true;
    l->sum1 = xcalloc(l->d->x.p, sizeof *l->sum1);
    l->sumy = xcalloc(l->d->x.p, sizeof *l->sumy);
    double *one = big_alloc(l->d->n, sizeof *one, false, "ones", err);
    for (size_t i = 0; one && i < l->d->n; i++)
        one[i] = 1;
    bool ok = one && matrix_cross_vec(&l->d->x, one, l->sum1, err) &&
              matrix_cross_vec(&l->d->x, l->d->y, l->sumy, err);
    free(one);
    return ok;
}

static bool infinite(const Look *l, size_t j)
{
    return l->m->fit->flag[j] == COL_TO_PLUS_INF || l->m->fit->flag[j] == COL_TO_MINUS_INF;
}

static bool all_factors(const Model *m, const DesignColumn *c)
{
    for (size_t k = 0; k < c->nparts; k++)
        if (!m->enc->vars[m->enc->terms->terms[c->term].var[k]].is_factor)
            return false;
    return true;
}

/* "view", "java with DE" */
static void put_levels(const Model *m, const DesignColumn *c, Buf *out)
{
    for (size_t k = 0; k < c->nparts; k++) {
        buf_puts(out, k ? " with " : "");
        buf_puts(out, m->enc->vars[m->enc->terms->terms[c->term].var[k]].levels[c->part[k]]);
    }
}

static void separation_help(Alarm *a, const char *term)
{
    alarm_help(a, "--l2 1 or --firth keeps it finite; or leave '%s' out", term);
}

/* A level or combination whose rows all have the same outcome; n rows, y of them 1. */
static void cell_alarm(Look *l, size_t term, const char *levels, double n, double y)
{
    const char *name = l->m->enc->terms->terms[term].name;
    Alarm *a = add(l, ALARM_SEPARATION, name);
    alarm_text(a, "level %s of %s has %s = %d in all %s rows: its coefficient runs to %s infinity", levels, name,
               response(l), y > 0, count_text(n), y > 0 ? "plus" : "minus");
    separation_help(a, name);
}

/* The reference level of a single factor has no column: its counts are what the others leave. */
static bool reference_cell(Look *l, size_t term)
{
    const Model *m = l->m;
    const Term *t = &m->enc->terms->terms[term];
    const VarCode *code = &m->enc->vars[t->var[0]];
    double n = (double)l->d->n, y = 0;
    long ref = -1;
    if (t->nvars != 1 || !code->is_factor || m->enc->encode == ENCODE_SUM)
        return false;
    for (size_t i = 0; i < l->d->n; i++)
        y += l->d->y[i];
    uint8_t *seen = xcalloc(code->nlevels, 1);
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (m->enc->cols[j].term == (long)term) {
            n -= l->sum1[j];
            y -= l->sumy[j];
            seen[m->enc->cols[j].part[0]] = 1;
        }
    for (size_t k = 0; k < code->nlevels; k++)
        if (!seen[k])
            ref = (long)k;
    free(seen);
    if (ref < 0 || n <= 0 || (y != 0 && y != n))
        return false;
    const char *level = code->levels[ref];
    Alarm *a = add(l, ALARM_SEPARATION, t->name);
    alarm_text(a, "level %s of %s, the reference, has %s = %d in all %s rows: all its other levels run to %s infinity",
               level, t->name, response(l), y > 0, count_text(n), y > 0 ? "minus" : "plus");
    separation_help(a, t->name);
    return true;
}

/* A number that splits the outcomes, alone or with others. */
static void number_alarm(Look *l, size_t j)
{
    const DesignColumn *c = &l->m->enc->cols[j];
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    uint32_t *col = xcalloc(matrix_row_max(&l->d->x) + 1, sizeof *col);
    double *val = xcalloc(matrix_row_max(&l->d->x) + 1, sizeof *val);
    for (size_t i = 0; i < l->d->n; i++) {
        size_t n = matrix_row_sparse(&l->d->x, i, col, val), k = 0;
        while (k < n && col[k] < j)
            k++;
        double x = k < n && col[k] == j ? val[k] : 0;
        int y = l->d->y[i] != 0;
        low[y] = fmin(low[y], x);
        high[y] = fmax(high[y], x);
    }
    free(col);
    free(val);
    Alarm *a = add(l, ALARM_SEPARATION, c->name);
    Buf text = BUF_INIT;
    if (low[1] >= high[0] || low[0] >= high[1]) {
        bool up = low[1] >= high[0];
        buf_printf(&text, "%s alone splits %s: it is 1 from ", c->name, response(l));
        buf_short(&text, up ? low[1] : high[1]);
        buf_printf(&text, " %s and 0 from ", up ? "upwards" : "downwards");
        buf_short(&text, up ? high[0] : low[0]);
        buf_printf(&text, " %s", up ? "downwards" : "upwards");
    } else {
        buf_printf(&text, "%s, together with other columns, splits %s", c->name, response(l));
    }
    alarm_text(a, "%.*s: its coefficient runs to %s infinity", (int)text.n, text.p,
               l->m->fit->flag[j] == COL_TO_PLUS_INF ? "plus" : "minus");
    separation_help(a, c->name);
    buf_free(&text);
}

/* The infinite columns of one term: the first few by name, the rest by number. */
static void separated_term(Look *l, size_t term)
{
    const Model *m = l->m;
    size_t shown = 0, more = 0;
    if (reference_cell(l, term))
        return;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        const DesignColumn *c = &m->enc->cols[j];
        if (c->term != (long)term || !infinite(l, j))
            continue;
        bool cell = all_factors(m, c) && m->enc->encode != ENCODE_SUM;
        if (shown == SHOWN) {
            more++;
        } else if (!cell) {
            number_alarm(l, j);
            shown++;
        } else if (l->sumy[j] == 0 || l->sumy[j] == l->sum1[j]) {
            Buf levels = BUF_INIT;
            put_levels(m, c, &levels);
            cell_alarm(l, term, levels.p, l->sum1[j], l->sumy[j]);
            buf_free(&levels);
            shown++;
        } else {
            number_alarm(l, j);
            shown++;
        }
    }
    if (more) {
        Alarm *a = &l->m->alarms[l->m->nalarms - 1];
        size_t n = strlen(a->text);
        snprintf(a->text + n, sizeof a->text - n, " (and %zu more of %s)", more, m->enc->terms->terms[term].name);
    }
}

static void find_separation(Look *l)
{
    bool any = false;
    for (size_t j = 0; j < l->m->enc->ncols && !any; j++)
        any = infinite(l, j);
    if (!any || !column_sums(l, NULL))
        return;
    for (size_t t = 0; t < l->m->enc->terms->nterms; t++)
        for (size_t j = 0; j < l->m->enc->ncols; j++)
            if (l->m->enc->cols[j].term == (long)t && infinite(l, j)) {
                separated_term(l, t);
                break;
            }
    if (l->m->nalarms == 0 || l->m->alarms[l->m->nalarms - 1].kind != ALARM_SEPARATION) {
        Alarm *a = add(l, ALARM_SEPARATION, "");
        alarm_text(a, "the columns together split %s: the intercept runs to infinity", response(l));
        alarm_help(a, "--l2 1 or --firth keeps it finite");
    }
}

static void find_not_converged(Look *l)
{
    const Fit *f = l->m->fit;
    if (f->status != FIT_MAX_ITER && f->status != FIT_NO_DESCENT)
        return;
    Alarm *a = add(l, ALARM_NOT_CONVERGED, "");
    if (f->status == FIT_MAX_ITER)
        alarm_text(a, "not settled after %d iterations: the numbers are those of the last one", f->iterations);
    else
        alarm_text(a, "no step lowers the deviance any further after %d iterations: the numbers may be off",
                   f->iterations);
    alarm_help(a, "--l2 1 steadies it; a link that fits the range of the response may too");
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
        if ((bits & (DEPENDS_USER | DEPENDS_POST)) == (DEPENDS_USER | DEPENDS_POST) || bits & DEPENDS_UNKNOWN)
            return; /* joined, or nobody can say */
        if (bits & DEPENDS_USER && !user)
            user = t->terms[k].name;
        if (bits & DEPENDS_POST && !post)
            post = t->terms[k].name;
    }
    if (!user || !post)
        return;
    Alarm *a = add(l, ALARM_SAME_RANKING, post);
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

static void find_aliased(Look *l)
{
    const Model *m = l->m;
    size_t n = 0;
    Buf names = BUF_INIT;
    const char *first = NULL;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        if (m->fit->flag[j] != COL_ALIASED)
            continue;
        first = first ? first : m->enc->cols[j].name;
        if (n++ < SHOWN)
            buf_printf(&names, "%s%s", n > 1 ? ", " : "", m->enc->cols[j].name);
    }
    /* every level beside an intercept is asked for by --encode onehot: one column a factor is always too many */
    if (n && m->enc->encode != ENCODE_ONEHOT) {
        Alarm *a = add(l, ALARM_COLLINEAR, first);
        if (n > SHOWN)
            buf_printf(&names, " and %zu more", n - SHOWN);
        alarm_text(a, "%.*s: the same is said by other columns together, so no coefficient is estimated", (int)names.n,
                   names.p);
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
    if (!f->info || !f->cov || one == SIZE_MAX || m->spec.fit.robust || m->spec.cluster || f->l2 > 0)
        return;
    for (size_t t = 0; t < m->enc->terms->nterms; t++) {
        size_t j = 0;
        if (term_columns(m, t, &j) != 1 || isnan(f->se[j]))
            continue;
        double ss = f->info[j * p + j] - f->info[one * p + j] * f->info[one * p + j] / f->info[one * p + one];
        double vif = f->cov[j * p + j] / f->dispersion * ss;
        size_t other = vif > ALARM_VIF ? partner(f, j, one) : j;
        long with = m->enc->cols[other].term;
        if (other == j || with < 0 || shares_input(m, t, (size_t)with))
            continue; /* x and x^2 go together by design */
        const char *name = m->enc->cols[j].name;
        Alarm *a = add(l, ALARM_COLLINEAR, name);
        alarm_text(a, "%s is nearly a combination of other columns, most of all %s (VIF %.1f): its standard error is "
                   "%.1f times what it could be", name, m->enc->cols[other].name, vif, sqrt(vif));
        alarm_help(a, "leave out '%s' or '%s', or use --l2 1", name, m->enc->terms->terms[with].name);
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

static Alarm *id_alarm(const InputSummary *in, size_t rows, Alarm **list, size_t *n)
{
    bool factor = in->type == COL_CODE || in->type == COL_TEXT;
    if (factor && rows >= 20 && in->nlevels > rows / 2) {
        Alarm *a = alarm_add(list, n, ALARM_ID_LIKE, str_of(in->name));
        alarm_text(a, "%s has %s levels in %s rows: it names rows rather than describing them", in->name,
                   count_text((double)in->nlevels), count_text((double)rows));
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
            as_factor |= t->vars[v].kind == VAR_FACTOR && str_eqz(expr_column_name(t->vars[v].expr), in->name);
        if (!in->source && !in->is_offset && !(as_factor && in->type == COL_INT))
            id_alarm(in, l->d->n, &l->m->alarms, &l->m->nalarms);
    }
}

/* Levels with few rows; `levels` in any order. */
static void rare_alarm(const char *name, char *const *levels, const double *counts, size_t nlevels, size_t rows,
                       Alarm **list, size_t *n)
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
        alarm_text(a, "%zu of %zu levels of %s ha%s fewer than %d rows (%.*s%s): estimates there are little more than "
                   "noise", rare, nlevels, name, rare == 1 ? "s" : "ve", RARE_ROWS, (int)text.n, text.p,
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
            rare_alarm(e->terms->vars[v].name, e->vars[v].levels, e->vars[v].counts, e->vars[v].nlevels, l->d->n,
                       &l->m->alarms, &l->m->nalarms);
}

static void find_imbalance(Look *l)
{
    double rate = l->m->binary ? l->m->train.positives / (l->m->train.tp + l->m->train.fp + l->m->train.tn +
                                                          l->m->train.fn) : 0.5;
    if (rate >= IMBALANCE && rate <= 1 - IMBALANCE)
        return;
    Alarm *a = add(l, ALARM_IMBALANCE, response(l));
    bool rare = rate < 0.5;
    alarm_text(a, "%s is %d in only %.2g %% of the rows: a model that always says %d is right in %.2f %% of them",
               response(l), rare, 100 * (rare ? rate : 1 - rate), !rare, 100 * (rare ? 1 - rate : rate));
    alarm_help(a, "judge by roc_auc, pr_auc and log_loss rather than by accuracy");
}

bool alarms_find(Model *m, const Frame *f, const Design *d, Error *err)
{
    static void (*const checks[])(Look *) = {find_leakage,       find_times,     find_separation,
                                             find_not_converged, find_collinear, find_same_ranking,
                                             find_ids,           find_rare,      find_imbalance};
    Look l = {.m = m, .f = f, .d = d};
    (void)err; /* a check that runs out of memory has found nothing */
    for (size_t k = 0; k < sizeof checks / sizeof *checks; k++)
        checks[k](&l);
    free(l.sum1);
    free(l.sumy);
    return true;
}

/* ---- a table before any fit ---- */

/* 0/1 of a response with two values; NULL otherwise. */
static double *response_of(const Frame *f, const char *name, Error *err)
{
    const Column *c = name ? frame_need(f, str_of(name), NULL, SPAN_NONE, err) : NULL;
    Column *code = c ? column_as_code(c, err) : NULL;
    double *y = NULL;
    if (code && code->levels->n == 2 && code->nulls == 0) {
        y = big_alloc(f->rows, sizeof *y, false, "the response", err);
        for (size_t i = 0; y && i < f->rows; i++)
            y[i] = code->v.c[i];
    }
    column_unref(code);
    return y;
}

static bool same_values(const Column *a, const Column *b)
{
    static const size_t size[] = {[COL_INT] = 8, [COL_REAL] = 8, [COL_BOOL] = 1, [COL_CODE] = 4, [COL_TIME] = 8};
    if (a->type != b->type || a->nulls != b->nulls || a->type == COL_TEXT)
        return false;
    for (size_t i = 0; a->nulls && i < a->n; i++)
        if (column_is_null(a, i) != column_is_null(b, i))
            return false;
    if (a->type == COL_CODE) {
        if (a->levels->n != b->levels->n)
            return false;
        for (size_t k = 0; k < a->levels->n; k++)
            if (!str_eq(levels_at(a->levels, k), levels_at(b->levels, k)))
                return false;
    }
    return memcmp(a->v.any, b->v.any, a->n * size[a->type]) == 0;
}

static void check_column(const Frame *f, size_t j, const double *y, const char *resp, Alarm **list, size_t *n)
{
    const Column *c = f->cols[j];
    const char *name = f->names[j];
    InputSummary in = {.name = xstrdup(name), .type = c->type, .auc = NAN};
    input_look(&(LookRows){NULL, f->rows, y}, c, &in);
    bool factor = c->type == COL_CODE || c->type == COL_TEXT;
    if (c->nulls * 2 > f->rows) {
        Alarm *a = alarm_add(list, n, ALARM_MISSING, str_of(name));
        alarm_text(a, "%s is missing in %s of %s rows: a fit with it drops them", name, count_text((double)c->nulls),
                   count_text((double)f->rows));
        alarm_help(a, "leave it out, or fill it: derive %s_filled = coalesce(%s, 0)", name, name);
    }
    if (c->nulls < f->rows && (factor ? in.nlevels == 1 : in.min == in.max)) {
        Alarm *a = alarm_add(list, n, ALARM_CONSTANT, str_of(name));
        alarm_text(a, "%s has the same value in every row: nothing can be learned from it", name);
        alarm_help(a, "leave it out");
    }
    for (size_t k = 0; k < j; k++)
        if (same_values(c, f->cols[k])) {
            Alarm *a = alarm_add(list, n, ALARM_DUPLICATE, str_of(name));
            alarm_text(a, "%s has the same values as %s in every row", name, f->names[k]);
            alarm_help(a, "leave one of them out");
            break;
        }
    bool id = id_alarm(&in, f->rows, list, n) != NULL;
    if (y && !id && in.auc > ALARM_AUC && f->rows >= LEAK_ROWS && f->rows >= ROWS_PER_LEVEL * in.nlevels) {
        Alarm *a = alarm_add(list, n, ALARM_LEAKAGE, str_of(name));
        alarm_text(a, "%s alone tells %s (AUC %.4f): is it known before the event?", name, resp, in.auc);
        alarm_help(a, "leave it out of the formula, or make it from what was known before");
    }
    if (factor && !id)
        rare_alarm(name, in.levels, in.counts, in.nlevels, f->rows, list, n);
    InputSummary *one = xcalloc(1, sizeof *one);
    *one = in;
    inputs_free(one, 1);
}

Alarm *alarms_check(const Frame *f, const char *response_name, size_t *n, Error *err)
{
    Alarm *list = NULL;
    *n = 0;
    double *y = response_of(f, response_name, err);
    for (size_t j = 0; !error_is_set(err) && j < f->ncols; j++)
        if (!response_name || !str_ieq(str_of(f->names[j]), str_of(response_name)))
            check_column(f, j, y, response_name, &list, n);
    free(y);
    return list;
}
