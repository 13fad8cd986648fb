/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_math.c - kernels over blocks of numbers: arithmetic, comparison, logic, choices.
 *
 * Kernels compute on values under nulls too; those are never looked at. Only what would make a
 * note of them (overflow) or a null (division of integers by 0) checks.
 */
#include "expr_priv.h"

#include <math.h>

static bool is_null(const Slice *s, size_t i)
{
    return s->null && s->null[i];
}

/* ---- functions of one or two reals ---- */

double math_log_base(double x, double base)
{
    return log(x) / log(base);
}

/* R's: squares by multiplication. */
double math_pow(double x, double y)
{
    return y == 2 ? x * x : pow(x, y);
}

/* Halves go to the even neighbour, as IEC 60559 and R have it. */
double math_round(double x)
{
    return rint(x);
}

double math_round_to(double x, double digits)
{
    double d = rint(digits);
    if (!(d > -308 && d <= 15))
        return d > 15 ? x : 0;
    double scale = pow(10, fabs(d)), y = d >= 0 ? rint(x * scale) / scale : rint(x / scale) * scale;
    return isfinite(y) ? y : x;
}

double math_logit(double p)
{
    return log(p) - log1p(-p);
}

/* By the sign of x, so that neither end overflows. */
double math_invlogit(double x)
{
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double math_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

/* The remainder with the sign of the divisor, as R's %%. */
static double mod_real(double a, double b)
{
    if (b == 0)
        return NAN;
    double r = fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

void block_real(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    const double *a = arg[0]->v.d, *b = arg[s->nargs - 1]->v.d;
    double *o = out->own.d;
    if (s->fn == &expr_ops[OP_DIV]) {
        for (size_t i = 0; i < n; i++)
            o[i] = a[i] / b[i];
    } else if (s->nargs > 1) {
        for (size_t i = 0; i < n; i++)
            o[i] = s->fn->real2(a[i], b[i]);
    } else {
        for (size_t i = 0; i < n; i++)
            o[i] = s->fn->real1(a[i]);
    }
}

void block_arith_real(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    const double *a = arg[0]->v.d, *b = s->nargs > 1 ? arg[1]->v.d : a;
    double *o = out->own.d;
    switch (s->op) {
    case OP_ADD:
        for (size_t i = 0; i < n; i++)
            o[i] = a[i] + b[i];
        break;
    case OP_SUB:
        for (size_t i = 0; i < n; i++)
            o[i] = a[i] - b[i];
        break;
    case OP_MUL:
        for (size_t i = 0; i < n; i++)
            o[i] = a[i] * b[i];
        break;
    case OP_NEG:
        for (size_t i = 0; i < n; i++)
            o[i] = -a[i];
        break;
    case OP_IDIV:
        for (size_t i = 0; i < n; i++)
            o[i] = floor(a[i] / b[i]);
        break;
    default: /* OP_MOD, OP_RMOD */
        for (size_t i = 0; i < n; i++)
            o[i] = mod_real(a[i], b[i]);
        break;
    }
}

/* ---- whole numbers ---- */

/* The remainder that goes with a quotient rounded down; b is not 0. */
static int64_t mod_int(int64_t a, int64_t b)
{
    if (b == -1) /* INT64_MIN % -1 traps */
        return 0;
    int64_t r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static void divide_int(const Step *s, const int64_t *a, const int64_t *b, size_t n, Slice *out)
{
    int64_t *o = out->own.i;
    for (size_t i = 0; i < n; i++) {
        o[i] = 0;
        if (is_null(out, i))
            continue;
        if (b[i] == 0)
            slice_nulls(out, n)[i] = 1;
        else if (s->op != OP_IDIV)
            o[i] = mod_int(a[i], b[i]);
        else if (b[i] == -1)
            out->overflow |= __builtin_sub_overflow(INT64_C(0), a[i], &o[i]);
        else
            o[i] = a[i] / b[i] - (a[i] % b[i] != 0 && (a[i] < 0) != (b[i] < 0));
    }
}

static bool combine(int op, int64_t a, int64_t b, int64_t *o)
{
    switch (op) {
    case OP_ADD:
        return __builtin_add_overflow(a, b, o);
    case OP_SUB:
        return __builtin_sub_overflow(a, b, o);
    case OP_MUL:
        return __builtin_mul_overflow(a, b, o);
    default: /* OP_NEG */
        return __builtin_sub_overflow(INT64_C(0), a, o);
    }
}

void block_arith_int(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    const int64_t *a = arg[0]->v.i, *b = s->nargs > 1 ? arg[1]->v.i : a;
    int64_t *o = out->own.i;
    if (s->op == OP_MOD || s->op == OP_RMOD || s->op == OP_IDIV) {
        divide_int(s, a, b, n, out);
        return;
    }
    bool over = false;
    if (s->op == OP_ADD)
        for (size_t i = 0; i < n; i++)
            over |= __builtin_add_overflow(a[i], b[i], &o[i]);
    else if (s->op == OP_MUL)
        for (size_t i = 0; i < n; i++)
            over |= __builtin_mul_overflow(a[i], b[i], &o[i]);
    else
        for (size_t i = 0; i < n; i++)
            over |= combine(s->op, a[i], b[i], &o[i]);
    for (size_t i = 0; over && i < n; i++) /* only where there is a value */
        out->overflow |= !is_null(out, i) && combine(s->op, a[i], b[i], &o[i]);
}

/* abs, sign, and the roundings, which leave a whole number alone. */
void block_keep_int(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    const int64_t *a = arg[0]->v.i;
    int64_t *o = out->own.i;
    for (size_t i = 0; i < n; i++) {
        if (s->op == KEEP_SIGN)
            o[i] = (a[i] > 0) - (a[i] < 0);
        else if (s->op == KEEP_ABS && a[i] < 0)
            out->overflow |= __builtin_sub_overflow(INT64_C(0), a[i], &o[i]) && !is_null(out, i);
        else
            o[i] = a[i];
    }
}

void block_extreme(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    bool max = s->op == AGG_MAX;
    for (size_t k = 0; k < s->nargs; k++) {
        for (size_t i = 0; i < n; i++) {
            if (out->rep == REP_REAL) {
                double v = arg[k]->v.d[i], *o = &out->own.d[i];
                if (k == 0 || (max ? v > *o : v < *o))
                    *o = v;
            } else {
                int64_t v = arg[k]->v.i[i], *o = &out->own.i[i];
                if (k == 0 || (max ? v > *o : v < *o))
                    *o = v;
            }
        }
    }
}

/* ---- conversions ---- */

static void cast_real_to_int(const double *a, size_t n, Slice *out)
{
    for (size_t i = 0; i < n; i++) {
        bool fits = a[i] >= -0x1p63 && a[i] < 0x1p63;
        out->own.i[i] = fits ? (int64_t)a[i] : 0;
        if (!fits && !is_null(out, i))
            slice_nulls(out, n)[i] = 1;
    }
}

void block_cast(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    (void)s;
    const Slice *a = arg[0];
    if (out->rep == REP_INT && a->rep == REP_REAL) {
        cast_real_to_int(a->v.d, n, out);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (out->rep == REP_REAL)
            out->own.d[i] = a->rep == REP_BOOL ? a->v.b[i] : (double)a->v.i[i];
        else if (out->rep == REP_BOOL)
            out->own.b[i] = a->rep == REP_REAL ? a->v.d[i] != 0 : a->v.i[i] != 0;
        else
            out->own.i[i] = a->v.b[i];
    }
}

/* ---- comparison ---- */

/* Which of less, equal, greater make a comparison true. */
typedef struct Wanted {
    uint8_t less, equal, greater;
} Wanted;

static Wanted wanted(int op)
{
    switch (op) {
    case OP_EQ:
        return (Wanted){0, 1, 0};
    case OP_NE:
        return (Wanted){1, 0, 1};
    case OP_LT:
        return (Wanted){1, 0, 0};
    case OP_LE:
        return (Wanted){1, 1, 0};
    case OP_GT:
        return (Wanted){0, 0, 1};
    default:
        return (Wanted){0, 1, 1};
    }
}

void block_compare(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    Wanted w = wanted(s->op);
    uint8_t *o = out->own.b;
    const Slice *a = arg[0], *b = arg[1];
    switch (a->rep) {
    case REP_REAL:
        for (size_t i = 0; i < n; i++)
            o[i] = (uint8_t)((w.less & (a->v.d[i] < b->v.d[i])) |
                             (w.equal & (a->v.d[i] == b->v.d[i])) |
                             (w.greater & (a->v.d[i] > b->v.d[i])));
        break;
    case REP_BOOL:
        for (size_t i = 0; i < n; i++)
            o[i] = (uint8_t)((w.less & (a->v.b[i] < b->v.b[i])) |
                             (w.equal & (a->v.b[i] == b->v.b[i])) |
                             (w.greater & (a->v.b[i] > b->v.b[i])));
        break;
    default:
        for (size_t i = 0; i < n; i++)
            o[i] = (uint8_t)((w.less & (a->v.i[i] < b->v.i[i])) |
                             (w.equal & (a->v.i[i] == b->v.i[i])) |
                             (w.greater & (a->v.i[i] > b->v.i[i])));
        break;
    }
}

/* x in (a, b, ...): null only when x is. */
void block_in(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    const Slice *x = arg[0];
    uint8_t *o = out->own.b;
    memset(o, 0, n);
    for (size_t k = 1; k < s->nargs; k++) {
        const Slice *v = arg[k];
        for (size_t i = 0; i < n; i++) {
            bool same = x->rep == REP_REAL   ? x->v.d[i] == v->v.d[i]
                        : x->rep == REP_BOOL ? x->v.b[i] == v->v.b[i]
                                             : x->v.i[i] == v->v.i[i];
            o[i] |= same && !is_null(v, i);
        }
    }
    out->null = x->null;
}

/* ---- logic of three values ---- */

/* One argument decides when it is false (and) or true (or); without one, a null leaves it open. */
void block_logic(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    uint8_t *o = out->own.b, *open = NULL;
    if (s->op == OP_NOT) {
        for (size_t i = 0; i < n; i++)
            o[i] = !arg[0]->v.b[i];
        out->null = arg[0]->null;
        return;
    }
    uint8_t decides = s->op == OP_OR;
    memset(o, 0, n); /* 1: decided */
    for (size_t k = 0; k < s->nargs; k++) {
        const Slice *a = arg[k];
        if (!a->null) {
            for (size_t i = 0; i < n; i++)
                o[i] |= a->v.b[i] == decides;
            continue;
        }
        open = slice_nulls(out, n);
        for (size_t i = 0; i < n; i++) {
            o[i] |= !a->null[i] && a->v.b[i] == decides;
            open[i] |= a->null[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (open)
            open[i] = open[i] && !o[i];
        o[i] = o[i] ? decides : !decides;
    }
}

void block_is_null(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    (void)s;
    if (arg[0]->null)
        memcpy(out->own.b, arg[0]->null, n);
    else
        memset(out->own.b, 0, n);
}

/* ---- choices ---- */

/* Row i of argument k becomes row i of the result. */
static void choose_value(const Step *s, const Slice *from, size_t k, size_t i, Slice *out)
{
    switch (out->rep) {
    case REP_INT:
        out->own.i[i] = from->v.i[i];
        break;
    case REP_REAL:
        out->own.d[i] = from->v.d[i];
        break;
    case REP_BOOL:
        out->own.b[i] = from->v.b[i];
        break;
    case REP_CODE: /* a literal is the only level of its dictionary */
        out->own.c[i] = s->remap[k][from->rep == REP_CODE ? from->v.c[i] : 0];
        break;
    case REP_TEXT:
        out->own.s[i] = slice_cell(from, i).v.s;
        break;
    }
}

static void choose_null(size_t n, size_t i, Slice *out)
{
    slice_nulls(out, n)[i] = 1;
    if (out->rep == REP_TEXT)
        out->own.s[i] = STR("");
    else if (out->rep == REP_CODE)
        out->own.c[i] = 0;
    else if (out->rep == REP_BOOL)
        out->own.b[i] = 0;
    else
        out->own.i[i] = 0;
}

void block_choose(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k + 1 < s->nargs && (is_null(arg[k], i) || !arg[k]->v.b[i]))
            k += 2;
        k += k + 1 < s->nargs; /* the value of the condition, or the last */
        if (k >= s->nargs || is_null(arg[k], i))
            choose_null(n, i, out);
        else
            choose_value(s, arg[k], k, i, out);
    }
}

void block_coalesce(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < s->nargs && is_null(arg[k], i))
            k++;
        if (k == s->nargs)
            choose_null(n, i, out);
        else
            choose_value(s, arg[k], k, i, out);
    }
}

void block_nullif(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    for (size_t i = 0; i < n; i++) {
        if (is_null(arg[0], i) || (!is_null(arg[1], i) && arg[1]->v.b[i]))
            choose_null(n, i, out);
        else
            choose_value(s, arg[0], 0, i, out);
    }
}
