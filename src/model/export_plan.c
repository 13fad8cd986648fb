/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_plan.c - a model to the program that export_*.c print.
 *
 * Variables become steps. poly() is its recurrence; a spline column is, on each interval between
 * knots, the polynomial through values at Chebyshev points of the interval (a polynomial of that
 * degree is determined by them), written about the interval's middle so that it loses no digits;
 * outside the boundary ns() goes on as a line and bs() as its last piece. Factors become tables of
 * coefficients, one for each product of the term's numbers, so a format needs no contrasts.
 */
#include "export_plan.h"

#include <math.h>
#include <stdlib.h>

#define DEGREE_MAX 12

typedef struct Maker {
    Plan *p;
    Arena *a;
    Error *err;
    Node **vars;    /* of each variable: its number or its subject */
    size_t **basis; /* of each variable: steps of its columns */
} Maker;

/* ---- nodes ---- */

Node *node_number(Arena *a, double v)
{
    Node *n = arena_alloc(a, sizeof *n);
    *n = (Node){.kind = isnan(v) ? N_NOTHING : N_NUMBER, .number = v};
    return n;
}

Node *node_step(Arena *a, size_t at)
{
    Node *n = arena_alloc(a, sizeof *n);
    *n = (Node){.kind = N_STEP, .at = at};
    return n;
}

Node *node_call(Arena *a, Op op, Node *x, Node *y, Node *z)
{
    Node *n = arena_alloc(a, sizeof *n);
    *n = (Node){.kind = N_CALL, .op = op, .args = {x, y, z}, .truth = op >= OP_LT && op <= OP_NOT};
    return n;
}

static Node *as_number(Maker *k, Node *n)
{
    return n->truth ? node_call(k->a, OP_TRUTH, n, NULL, NULL) : n;
}

static Node *as_truth(Maker *k, Node *n)
{
    return n->truth ? n : node_call(k->a, OP_NE, n, node_number(k->a, 0), NULL);
}

/* The list with room for one more. */
static void *grown(Maker *k, void *list, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return list;
    *cap = *cap ? 2 * *cap : 16;
    void *wider = arena_alloc(k->a, *cap * size);
    if (n)
        memcpy(wider, list, n * size);
    return wider;
}

static size_t depth_of(const Plan *p, const Node *n)
{
    size_t depth = 0;
    if (n->kind == N_STEP)
        return p->steps[n->at].depth + 1;
    for (size_t i = 0; n->kind == N_CALL && i < 3 && n->args[i]; i++) {
        size_t d = depth_of(p, n->args[i]);
        depth = d > depth ? d : depth;
    }
    return depth;
}

static size_t add_step(Maker *k, const char *what, Node *value)
{
    Plan *p = k->p;
    p->steps = grown(k, p->steps, p->nsteps, &p->caps[0], sizeof *p->steps);
    p->steps[p->nsteps] =
        (PlanStep){arena_printf(k->a, "v%zu", p->nsteps), what, value, depth_of(p, value)};
    return p->nsteps++;
}

/* ---- expressions ---- */

static const struct {
    const char *name;
    size_t nargs;
    Op op;
} words[] = {
    {"+", 2, OP_ADD},        {"-", 2, OP_SUB},       {"*", 2, OP_MUL},       {"/", 2, OP_DIV},
    {"-", 1, OP_NEG},        {"^", 2, OP_POW},       {"pow", 2, OP_POW},     {"<", 2, OP_LT},
    {"<=", 2, OP_LE},        {">", 2, OP_GT},        {">=", 2, OP_GE},       {"==", 2, OP_EQ},
    {"!=", 2, OP_NE},        {"&", 2, OP_AND},       {"|", 2, OP_OR},        {"!", 1, OP_NOT},
    {"if", 3, OP_IF},        {"ifelse", 3, OP_IF},   {"exp", 1, OP_EXP},     {"expm1", 1, OP_EXPM1},
    {"log", 1, OP_LOG},      {"log1p", 1, OP_LOG1P}, {"log2", 1, OP_LOG2},   {"log10", 1, OP_LOG10},
    {"sqrt", 1, OP_SQRT},    {"abs", 1, OP_ABS},     {"floor", 1, OP_FLOOR}, {"ceil", 1, OP_CEIL},
    {"ceiling", 1, OP_CEIL}, {"round", 1, OP_ROUND}, {"sin", 1, OP_SIN},     {"cos", 1, OP_COS},
    {"tan", 1, OP_TAN},      {"min", 2, OP_MIN},     {"max", 2, OP_MAX},
};

static Node *convert(Maker *k, const Expr *e);

static Node *convert_column(Maker *k, Str name)
{
    Plan *p = k->p;
    for (size_t i = 0; i < p->ninputs; i++)
        if (str_eqz(name, p->inputs[i].name)) {
            Node *n = arena_alloc(k->a, sizeof *n);
            p->inputs[i].used = true;
            *n = (Node){.kind = N_INPUT, .at = i, .truth = p->inputs[i].truth};
            return n;
        }
    fail(k->err, ERR_DATA, "the model knows no input '%.*s'", STR_ARG(name));
    return NULL;
}

static bool is_text(const Maker *k, const Node *n)
{
    return n->kind == N_TEXT || (n->kind == N_INPUT && k->p->inputs[n->at].text);
}

/* x in (a, b, c) as x == a | x == b | x == c. */
static Node *convert_in(Maker *k, const ExprNode *e)
{
    Node *any = NULL;
    for (size_t i = 1; i < e->nargs; i++) {
        Node *x = convert(k, e->args[0]), *y = x ? convert(k, e->args[i]) : NULL;
        if (!y)
            return NULL;
        bool text = is_text(k, x) || is_text(k, y);
        Node *same = node_call(k->a, text ? OP_TEXT_EQ : OP_EQ, text ? x : as_number(k, x),
                               text ? y : as_number(k, y), NULL);
        any = any ? node_call(k->a, OP_OR, any, same, NULL) : same;
    }
    return any;
}

static Node *call_of(Maker *k, Op op, Node **args)
{
    bool logic = op == OP_AND || op == OP_OR || op == OP_NOT;
    bool text = is_text(k, args[0]) || (args[1] && is_text(k, args[1]));
    if (text && op != OP_EQ && op != OP_NE)
        return NULL;
    for (size_t i = 0; i < 3 && args[i] && !text; i++)
        args[i] = logic || (op == OP_IF && i == 0) ? as_truth(k, args[i]) : as_number(k, args[i]);
    return node_call(k->a,
                     !text         ? op
                     : op == OP_EQ ? OP_TEXT_EQ
                                   : OP_TEXT_NE,
                     args[0], args[1], args[2]);
}

static Node *convert_call(Maker *k, const Expr *whole, const ExprNode *e)
{
    Node *args[3] = {0}, *out = NULL;
    if (str_eqz(e->text, "I") || (str_eqz(e->text, "+") && e->nargs == 1))
        return convert(k, e->args[0]);
    if (str_eqz(e->text, "in"))
        return convert_in(k, e);
    for (size_t w = 0; w < sizeof words / sizeof *words && !out; w++) {
        if (words[w].nargs != e->nargs || !str_eqz(e->text, words[w].name))
            continue;
        for (size_t i = 0; i < e->nargs; i++)
            if (!(args[i] = convert(k, e->args[i])))
                return NULL;
        out = call_of(k, words[w].op, args);
    }
    if (!out) {
        Buf b = BUF_INIT;
        expr_print(whole, &b);
        fail(k->err, ERR_DATA, "an export cannot say '%.*s'", (int)b.n, b.p);
        error_hint(k->err, "derive a column of it and fit with that column");
        buf_free(&b);
    }
    return out;
}

static Node *convert(Maker *k, const Expr *e)
{
    ExprNode n = expr_node(e);
    Node *out;
    switch (n.kind) {
    case NODE_NUMBER:
    case NODE_TRUTH:
        return node_number(k->a, n.number);
    case NODE_NULL:
        return node_number(k->a, NAN);
    case NODE_COLUMN:
        return convert_column(k, n.text);
    case NODE_TEXT:
        out = arena_alloc(k->a, sizeof *out);
        *out = (Node){.kind = N_TEXT, .text = n.text};
        return out;
    case NODE_CALL:
        return convert_call(k, e, &n);
    }
    return NULL;
}

/* ---- bases ---- */

/* The polynomial of `degree` through f at Chebyshev points of [a, b], as a Horner form in t = (x -
 * mid) / half. */
static Node *piece(Maker *k, size_t var, size_t col, Node *x, double a, double b, size_t degree)
{
    double t[DEGREE_MAX + 1], c[DEGREE_MAX + 1], mono[DEGREE_MAX + 1] = {0}, mid = (a + b) / 2,
                                                                   half = (b - a) / 2;
    double *out = xcalloc(k->p->m->enc->vars[var].nbasis, sizeof *out);
    for (size_t i = 0; i <= degree; i++) {
        t[i] = degree ? cos(3.14159265358979323846 * ((double)i + 0.5) / (double)(degree + 1)) : 0;
        encoding_basis(k->p->m->enc, var, mid + half * t[i], out);
        c[i] = out[col];
    }
    free(out);
    for (size_t r = 1; r <= degree; r++) /* Newton's divided differences */
        for (size_t i = degree; i >= r; i--)
            c[i] = (c[i] - c[i - 1]) / (t[i] - t[i - r]);
    for (size_t i = degree + 1; i-- > 0;) { /* to powers of t */
        for (size_t j = degree; j > 0; j--)
            mono[j] = mono[j - 1] - t[i] * mono[j];
        mono[0] = c[i] - t[i] * mono[0];
    }
    Node *u = node_call(k->a, OP_DIV, node_call(k->a, OP_SUB, x, node_number(k->a, mid), NULL),
                        node_number(k->a, half), NULL);
    size_t at = degree ? add_step(k, "place within an interval of a spline", u) : 0;
    Node *sum = node_number(k->a, mono[degree]);
    for (size_t j = degree; j-- > 0;)
        sum = node_call(k->a, OP_ADD, node_call(k->a, OP_MUL, sum, node_step(k->a, at), NULL),
                        node_number(k->a, mono[j]), NULL);
    return sum;
}

static size_t spline_column(Maker *k, size_t var, size_t col, Node *x)
{
    const Var *v = &k->p->m->enc->terms->vars[var];
    const VarCode *c = &k->p->m->enc->vars[var];
    bool natural = v->kind == VAR_NS;
    size_t degree = natural ? 3 : (size_t)v->degree;
    double width = c->knots[c->nknots - 1] - c->knots[0], low = c->knots[0],
           high = c->knots[c->nknots - 1];
    /* from the right: the last piece goes on beyond, then each interval to the left */
    Node *value = natural ? piece(k, var, col, x, high, high + width, 1) : NULL;
    double right = high;
    for (size_t i = c->nknots; i-- > 1;) {
        double a = c->knots[i - 1];
        if (a >= right)
            continue;
        Node *here = piece(k, var, col, x, a, right, degree);
        value = value ? node_call(k->a, OP_IF,
                                  node_call(k->a, OP_LT, x, node_number(k->a, right), NULL), here,
                                  value)
                      : here;
        right = a;
    }
    if (natural)
        value = node_call(k->a, OP_IF, node_call(k->a, OP_LT, x, node_number(k->a, low), NULL),
                          piece(k, var, col, x, low - width, low, 1), value);
    return add_step(k, v->name, value);
}

static void poly_columns(Maker *k, size_t var, Node *x, size_t *steps)
{
    const Var *v = &k->p->m->enc->terms->vars[var];
    const VarCode *c = &k->p->m->enc->vars[var];
    if (v->raw) {
        size_t before = add_step(k, v->name, x);
        steps[0] = before;
        for (size_t d = 1; d < c->nbasis; d++)
            steps[d] = before =
                add_step(k, v->name, node_call(k->a, OP_MUL, node_step(k->a, before), x, NULL));
        return;
    }
    /* p[d+1] = (x - alpha[d]) p[d] - norm2[d+1]/norm2[d] p[d-1]; norm2 begins with R's extra 1 */
    Node *two = NULL, *one = node_number(k->a, 1);
    for (size_t d = 0; d < c->nbasis; d++) {
        Node *next =
            node_call(k->a, OP_MUL,
                      node_call(k->a, OP_SUB, x, node_number(k->a, c->alpha[d]), NULL), one, NULL);
        if (two)
            next = node_call(k->a, OP_SUB, next,
                             node_call(k->a, OP_MUL,
                                       node_number(k->a, c->norm2[d + 1] / c->norm2[d]), two, NULL),
                             NULL);
        size_t at = add_step(k, v->name, next);
        steps[d] = add_step(k, v->name,
                            node_call(k->a, OP_DIV, node_step(k->a, at),
                                      node_number(k->a, sqrt(c->norm2[d + 2])), NULL));
        two = one;
        one = node_step(k->a, at);
    }
}

/* ---- variables ---- */

static void add_piece(Maker *k, const PlanPiece *piece);

/* Which interval of cut() a number lies in; -1 outside, and then there is no prediction. */
static Node *cut_subject(Maker *k, const Var *v, const VarCode *c, Node *x)
{
    size_t n = c->nknots - 1;
    Op below = v->right ? OP_LE : OP_LT; /* on or under the upper end */
    Node *out = node_number(k->a, -1);
    for (size_t i = n; i-- > 0;) {
        bool last = i + 1 == n && v->lowest && !v->right;
        Node *in =
            node_call(k->a, last ? OP_LE : below, x, node_number(k->a, c->knots[i + 1]), NULL);
        out = node_call(k->a, OP_IF, in, node_number(k->a, (double)i), out);
    }
    Op under = v->right && !v->lowest ? OP_LE : OP_LT;
    out = node_call(k->a, OP_IF, node_call(k->a, under, x, node_number(k->a, c->knots[0]), NULL),
                    node_number(k->a, -1), out);
    Node *which = node_step(k->a, add_step(k, v->name, out));
    Node *inside = node_call(k->a, OP_GE, which, node_number(k->a, 0), NULL);
    size_t guard =
        add_step(k, "nothing outside the breaks",
                 node_call(k->a, OP_IF, inside, node_number(k->a, 0), node_number(k->a, NAN)));
    add_piece(k, &(PlanPiece){
                     .coefficient = 1, .nsteps = 1, .table = -1, .guard = true, .steps = {guard}});
    return which;
}

static bool make_var(Maker *k, size_t var)
{
    const Var *v = &k->p->m->enc->terms->vars[var];
    const VarCode *c = &k->p->m->enc->vars[var];
    if (c->type == COL_TIME) {
        fail(k->err, ERR_DATA, "an export cannot read the moment '%s'", v->name);
        return error_hint(k->err, "derive a number of it, such as days(a, b), and fit with that");
    }
    Node *x = convert(k, v->expr);
    if (!x)
        return false;
    if (c->is_factor) {
        if (v->kind == VAR_CUT)
            x = cut_subject(k, v, c, as_number(k, x));
        else if (!is_text(k, x))
            x = node_step(k->a, add_step(k, v->name, as_number(k, x)));
        else if (x->kind != N_INPUT)
            return fail(k->err, ERR_DATA, "an export cannot say '%s'", v->name);
        k->vars[var] = x;
        return true;
    }
    if (is_text(k, x))
        return fail(k->err, ERR_DATA, "an export cannot say '%s'", v->name);
    x = as_number(k, x);
    if (c->scale != 1)
        x = node_call(k->a, OP_MUL, x, node_number(k->a, c->scale), NULL);
    k->basis[var] = arena_array(k->a, size_t, c->nbasis + 1);
    if (v->kind == VAR_POLY || v->kind == VAR_NS || v->kind == VAR_BS)
        x = node_step(k->a, add_step(k, "the number itself", x));
    if (v->kind == VAR_POLY) {
        poly_columns(k, var, x, k->basis[var]);
    } else if (v->kind == VAR_NS || v->kind == VAR_BS) {
        if (v->degree > DEGREE_MAX)
            return fail(k->err, ERR_DATA, "an export cannot say a spline of degree %d", v->degree);
        for (size_t col = 0; col < c->nbasis; col++)
            k->basis[var][col] = spline_column(k, var, col, x);
    } else {
        k->basis[var][0] = add_step(k, v->name, x);
    }
    return true;
}

/* ---- terms ---- */

/* A column of a term, with what is left of its coefficient. */
typedef struct Share {
    size_t col;
    double b;
} Share;

static void add_entry(Maker *k, PlanTable *t, size_t *cap, const PlanEntry *e)
{
    t->entries = grown(k, t->entries, t->n, cap, sizeof *t->entries);
    t->entries[t->n++] = *e;
}

/* The number that stands for a level of a factor of numbers, yes/no, or intervals. */
static double level_number(const VarCode *c, size_t level)
{
    return c->level_values ? c->level_values[level] : strcmp(c->levels[level], "TRUE") == 0;
}

/* Levels of factor f and below it; `s` are the columns that still take part. */
static void fill_table(Maker *k, const Term *term, const size_t *factors, size_t nf, size_t f,
                       Share *s, size_t n, PlanEntry *e, PlanTable *t, size_t *cap)
{
    const Encoding *enc = k->p->m->enc;
    if (f == nf) {
        e->value = 0;
        for (size_t i = 0; i < n; i++)
            e->value += s[i].b;
        if (e->value != 0)
            add_entry(k, t, cap, e);
        return;
    }
    const VarCode *c = &enc->vars[term->var[factors[f]]];
    Share *part = xcalloc(n + 1, sizeof *part);
    bool contrast = enc->encode == ENCODE_SUM;
    for (size_t i = 0; i < n && contrast; i++)
        contrast = enc->cols[s[i].col].part[factors[f]] != (int32_t)c->base;
    for (size_t l = 0; l < c->nlevels; l++) {
        size_t m = 0;
        for (size_t i = 0; i < n; i++) {
            bool own = enc->cols[s[i].col].part[factors[f]] == (int32_t)l;
            if (own)
                part[m++] = s[i];
            else if (contrast &&
                     l == c->base) /* sum coding: the base level is minus all the others */
                part[m++] = (Share){s[i].col, -s[i].b};
        }
        if (!m)
            continue;
        e->key[f] = str_of(c->levels[l]);
        e->number[f] = t->text[f] ? 0 : level_number(c, l);
        fill_table(k, term, factors, nf, f + 1, part, m, e, t, cap);
    }
    free(part);
}

static long make_table(Maker *k, const Term *term, const size_t *factors, size_t nf, Share *s,
                       size_t n)
{
    Plan *p = k->p;
    PlanTable t = {
        .name = arena_printf(k->a, "t%zu", p->ntables), .what = term->name, .nsubjects = nf};
    PlanEntry e = {0};
    size_t cap = 0;
    for (size_t f = 0; f < nf; f++) {
        t.subject[f] = k->vars[term->var[factors[f]]];
        t.text[f] = is_text(k, t.subject[f]);
    }
    fill_table(k, term, factors, nf, 0, s, n, &e, &t, &cap);
    p->tables = grown(k, p->tables, p->ntables, &p->caps[1], sizeof *p->tables);
    p->tables[p->ntables] = t;
    return (long)p->ntables++;
}

static void add_piece(Maker *k, const PlanPiece *piece_)
{
    Plan *p = k->p;
    p->pieces = grown(k, p->pieces, p->npieces, &p->caps[2], sizeof *p->pieces);
    p->pieces[p->npieces++] = *piece_;
}

/* Columns with the same numeric parts make one piece: the product of those numbers times a table
 * (or a coefficient). */
static void make_term(Maker *k, size_t at)
{
    const Model *m = k->p->m;
    const Term *term = &m->enc->terms->terms[at];
    size_t factors[TERM_VARS], numbers[TERM_VARS], nf = 0, nn = 0, n = 0;
    for (size_t v = 0; v < term->nvars; v++) {
        if (m->enc->vars[term->var[v]].is_factor)
            factors[nf++] = v;
        else
            numbers[nn++] = v;
    }
    uint8_t *done = xcalloc(m->enc->ncols + 1, 1);
    Share *s = xcalloc(m->enc->ncols + 1, sizeof *s);
    for (size_t j = 0; j < m->enc->ncols; j++) {
        const DesignColumn *c = &m->enc->cols[j];
        if (c->term != (long)at || done[j])
            continue;
        n = 0;
        for (size_t i = j; i < m->enc->ncols; i++) {
            const DesignColumn *o = &m->enc->cols[i];
            bool same = o->term == (long)at;
            for (size_t q = 0; q < nn && same; q++)
                same = o->part[numbers[q]] == c->part[numbers[q]];
            if (same) {
                done[i] = 1;
                s[n++] = (Share){i, m->beta[i]};
            }
        }
        PlanPiece piece_ = {.coefficient = nf ? 1 : m->beta[j], .nsteps = nn, .table = -1};
        for (size_t q = 0; q < nn; q++)
            piece_.steps[q] = k->basis[term->var[numbers[q]]][c->part[numbers[q]]];
        if (nf)
            piece_.table = make_table(k, term, factors, nf, s, n);
        add_piece(k, &piece_);
    }
    free(done);
    free(s);
}

static bool make_offset(Maker *k, const Expr *e)
{
    Node *x = convert(k, e);
    if (!x)
        return false;
    add_piece(k, &(PlanPiece){.coefficient = 1,
                              .nsteps = 1,
                              .table = -1,
                              .steps = {add_step(k, "offset", as_number(k, x))}});
    return true;
}

/* ---- the whole ---- */

/* Would the name be taken for one of our own (v3, t0, eta)? */
static bool own_name(const char *s)
{
    if (strcmp(s, "eta") == 0)
        return true;
    return (*s == 'v' || *s == 't') && s[1] && strspn(s + 1, "0123456789") == strlen(s + 1);
}

static const char *local_name(Plan *p, const char *name)
{
    Buf b = BUF_INIT;
    put_identifier(&b, name);
    for (bool taken = true; taken;) {
        taken = own_name(b.p);
        for (size_t i = 0; i < p->ninputs && !taken; i++)
            taken = strcmp(p->inputs[i].local, b.p) == 0;
        if (taken)
            buf_putc(&b, '_');
    }
    const char *out = arena_strndup(p->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static void list_inputs(Plan *p)
{
    const Model *m = p->m;
    p->inputs = arena_array(p->arena, PlanInput, m->ninputs + 1);
    for (size_t i = 0; i < m->ninputs; i++) {
        const InputSummary *in = &m->inputs[i];
        if (in->source)
            continue;
        const char *local = local_name(p, in->name);
        p->inputs[p->ninputs++] = (PlanInput){.name = in->name,
                                              .local = local,
                                              .truth = in->type == COL_BOOL,
                                              .text = in->type == COL_CODE || in->type == COL_TEXT};
    }
}

static bool fill_plan(Maker *k)
{
    const Model *m = k->p->m;
    const Terms *t = m->enc->terms;
    size_t one = model_intercept(m);
    k->p->intercept = one == SIZE_MAX ? 0 : m->beta[one];
    for (size_t v = 0; v < t->nvars; v++)
        if (!make_var(k, v))
            return false;
    for (size_t i = 0; i < t->nterms; i++)
        make_term(k, i);
    for (size_t i = 0; i < t->noffsets; i++)
        if (!make_offset(k, t->offsets[i]))
            return false;
    /* the offset of sampled negatives has no place outside the sample */
    if (m->spec.offset && strcmp(m->spec.offset, "sampling_offset") != 0) {
        const Expr *e = expr_parse(k->a, str_of(m->spec.offset), 0, k->err);
        if (!e || !make_offset(k, e))
            return false;
    }
    return true;
}

Plan *plan_new(const Model *m, Error *err)
{
    Arena *a = arena_new();
    Plan *p = arena_alloc(a, sizeof *p);
    p->m = m;
    p->arena = a;
    Buf name = BUF_INIT;
    put_identifier(&name, m->name && *m->name ? m->name : "score");
    p->function = arena_strndup(a, name.p, name.n);
    buf_free(&name);
    list_inputs(p);
    Maker k = {.p = p, .a = a, .err = err};
    k.vars = arena_array(a, Node *, m->enc->terms->nvars + 1);
    k.basis = arena_array(a, size_t *, m->enc->terms->nvars + 1);
    if (!fill_plan(&k)) {
        plan_free(p);
        return NULL;
    }
    return p;
}

void plan_free(Plan *p)
{
    if (p)
        arena_free(p->arena);
}
