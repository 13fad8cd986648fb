/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * basis.c - poly, ns, bs: numbers to columns, as R's stats and splines packages make them.
 *
 * poly: monic polynomials orthogonal over the data by the three-term recurrence (Stieltjes; Kennedy
 * & Gentle, Statistical Computing, 1980, pp. 343-4, which R cites), p[k+1] = (x - alpha[k]) p[k] -
 * norm2[k] / norm2[k-1] p[k-1], alpha[k] = sum x p[k]^2 / sum p[k]^2, norm2[k] = sum p[k]^2, each
 * column divided by sqrt(norm2). R gets the same numbers out of a QR decomposition. norm2 is stored
 * with R's leading 1. bs: B-splines by de Boor's recurrence (A Practical Guide to Splines, 1978,
 * ch. X), the first one left out. Outside the boundary knots the Taylor polynomial about a pivot a
 * quarter into the outermost interval (R >= 3.2.3). ns: cubic B-splines, the first left out,
 * projected on those whose second derivative vanishes at the boundary: the columns of Q beyond the
 * second of a Householder QR of the two constraints, in LINPACK's signs, since the coefficients
 * depend on the basis. Linear outside. Knots: quantiles of type 7 (Hyndman & Fan 1996) of the
 * values inside the boundary.
 */
#include "basis_priv.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ORDER_MAX 64 /* degree of a spline is at most 50 */

struct Basis {
    VarKind kind;
    bool raw;
    size_t ncols;
    size_t nknots, order, nall; /* splines: nall B-splines of this order */
    const double *knots;
    const double *alpha, *norm2;
    double *project;   /* ns: nall x ncols */
    double low, high;  /* boundary knots */
    double pivot[2];   /* below and above: Taylor about these */
    size_t ntaylor;    /* terms of it */
    double *taylor[2]; /* ntaylor x ncols */
};

/* ---- B-splines ---- */

/* The interval knots[j] <= x < knots[j + 1] that is not empty; the last one takes the right end
 * too. */
static size_t interval_of(const double *t, size_t nall, size_t order, double x)
{
    size_t j = order - 1;
    for (size_t i = order; i < nall; i++)
        if (t[i] <= x && t[i] < t[i + 1])
            j = i;
    while (j > order - 1 && !(t[j] < t[j + 1]))
        j--;
    while (j + 1 < nall && !(t[j] < t[j + 1]))
        j++;
    return j;
}

/* The `order` B-splines that live on interval j, at x: numbers j - order + 1 .. j. */
static void bspline_values(const double *t, size_t order, size_t j, double x, double *out)
{
    double left[ORDER_MAX], right[ORDER_MAX];
    out[0] = 1.0;
    for (size_t r = 1; r < order; r++) {
        left[r] = x - t[j + 1 - r];
        right[r] = t[j + r] - x;
        double saved = 0.0;
        for (size_t i = 0; i < r; i++) {
            double part = out[i] / (right[i + 1] + left[r - i]);
            out[i] = saved + right[i + 1] * part;
            saved = left[r - i] * part;
        }
        out[r] = saved;
    }
}

/* Their m-th derivatives: values of order - m, raised m times (de Boor, ch. X (15)). */
static void bspline_derivs(const double *t, size_t order, size_t j, double x, size_t m, double *out)
{
    for (size_t i = 0; i < order; i++)
        out[i] = 0.0;
    if (m >= order)
        return;
    bspline_values(t, order - m, j, x, out);
    for (size_t r = order - m + 1; r <= order; r++) {
        double before = 0.0; /* the lower-order spline one to the left, divided by its support */
        for (size_t i = 0; i < r; i++) {
            size_t g = j + 1 + i - r;
            double width = i + 1 < r ? t[g + r] - t[g + 1] : 0.0;
            double after = width > 0 ? out[i] / width : 0.0;
            out[i] = (double)(r - 1) * (before - after);
            before = after;
        }
    }
}

/* ---- learning ---- */

/* Puts the value of a rank at its place, none above it before, none below it behind: Hoare's FIND
 * (CACM 1961). */
static void select_rank(double *x, ptrdiff_t from, ptrdiff_t last, ptrdiff_t rank)
{
    while (from < last) {
        double a = x[from], b = x[from + (last - from) / 2], c = x[last];
        double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        ptrdiff_t i = from, j = last;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i > j)
                break;
            double swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (rank <= j)
            last = j;
        else if (rank >= i)
            from = i;
        else
            return;
    }
}

/* R's quantile(x, prob), type 7; the ranks up to *placed are in their places already, and prob only
 * grows. */
static double quantile7(double *x, size_t n, double prob, size_t *placed)
{
    double index = (double)(n - 1) * prob;
    size_t lo = (size_t)floor(index), hi = lo + 1 < n ? lo + 1 : lo;
    select_rank(x, (ptrdiff_t)*placed, (ptrdiff_t)n - 1, (ptrdiff_t)lo);
    select_rank(x, (ptrdiff_t)lo, (ptrdiff_t)n - 1, (ptrdiff_t)hi);
    *placed = lo;
    double h = index - (double)lo;
    return h > 0 && x[hi] != x[lo] ? (1 - h) * x[lo] + h * x[hi] : x[lo];
}

/* Range of x, and x without what lies outside the boundary knots that were given; how many are
 * left. */
static size_t within_bounds(const Var *v, double *x, size_t n, double *low, double *high)
{
    *low = *high = x[0];
    for (size_t i = 1; i < n; i++) {
        *low = x[i] < *low ? x[i] : *low;
        *high = x[i] > *high ? x[i] : *high;
    }
    if (isnan(v->bound[0]))
        return n;
    *low = v->bound[0];
    *high = v->bound[1];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] >= *low && x[i] <= *high)
            x[kept++] = x[i];
    return kept;
}

static bool spline_learn(const Var *v, double *x, size_t n, Arena *a, VarCode *code, Error *err)
{
    size_t order = v->kind == VAR_NS ? 4 : (size_t)v->degree + 1;
    double low, high;
    n = within_bounds(v, x, n, &low, &high);
    if (!(low < high))
        return fail_at(err, ERR_DATA, v->at, "'%s' needs at least two distinct values", v->name);
    size_t least = v->kind == VAR_NS ? 1 : order - 1, inner = v->nknots;
    if (!inner && v->df) {
        if ((size_t)v->df < least)
            return fail_at(err, ERR_USAGE, v->at, "'%s' needs df of at least %zu", v->name, least);
        inner = (size_t)v->df - least;
    }
    if (inner && !n)
        return fail_at(err, ERR_DATA, v->at, "'%s' has no value between its boundary knots",
                       v->name);
    code->nknots = 2 * order + inner;
    code->knots = arena_array(a, double, code->nknots);
    for (size_t i = 0; i < order; i++) {
        code->knots[i] = low;
        code->knots[order + inner + i] = high;
    }
    size_t placed = 0;
    for (size_t i = 0; i < inner; i++) {
        double by = 1.0 / (double)(inner + 1);
        double knot = v->nknots ? v->knots[i] : quantile7(x, n, (double)(i + 1) * by, &placed);
        if (v->nknots && !(knot > low && knot < high)) {
            fail_at(err, ERR_DATA, v->at, "knot %g of '%s' is not between %g and %g", knot, v->name,
                    low, high);
            return error_hint(err, "knots lie inside the data; Boundary.knots = c(a, b) widens it");
        }
        code->knots[order + i] = knot;
    }
    code->nbasis = inner + least;
    return true;
}

static size_t distinct_upto(const double *x, size_t n, size_t most)
{
    double seen[ORDER_MAX];
    size_t count = 0;
    for (size_t i = 0; i < n && count < most; i++) {
        size_t k = 0;
        while (k < count && seen[k] != x[i])
            k++;
        if (k == count)
            seen[count++] = x[i];
    }
    return count;
}

static bool poly_learn(const Var *v, const double *x, size_t n, Arena *a, VarCode *code, Error *err)
{
    size_t degree = (size_t)v->degree;
    code->nbasis = degree;
    if (distinct_upto(x, n, degree + 1) <= degree)
        return fail_at(err, ERR_DATA, v->at, "'%s' needs more than %zu distinct values", v->name,
                       degree);
    if (v->raw)
        return true;
    code->alpha = arena_array(a, double, degree);
    code->norm2 = arena_array(a, double, degree + 2);
    code->norm2[0] = 1;
    double *now = big_alloc(n, sizeof *now, false, v->name, err), *old = NULL;
    if (now)
        old = big_alloc(n, sizeof *old, true, v->name, err);
    if (!old) {
        free(now);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        now[i] = 1.0;
    for (size_t k = 0; k <= degree; k++) {
        long double squares = 0, first = 0;
        for (size_t i = 0; i < n; i++) {
            long double p2 = (long double)now[i] * now[i];
            squares += p2;
            first += x[i] * p2;
        }
        code->norm2[k + 1] = (double)squares;
        if (k == degree)
            break;
        double alpha = code->alpha[k] = (double)(first / squares);
        double back = k ? code->norm2[k + 1] / code->norm2[k] : 0.0;
        for (size_t i = 0; i < n; i++) {
            double next = (x[i] - alpha) * now[i] - back * old[i];
            old[i] = now[i];
            now[i] = next;
        }
    }
    free(now);
    free(old);
    return true;
}

bool basis_learn(const Var *v, double *x, size_t n, Arena *a, VarCode *code, Error *err)
{
    if (v->kind == VAR_POLY)
        return poly_learn(v, x, n, a, code, err);
    return spline_learn(v, x, n, a, code, err);
}

/* ---- evaluating ---- */

/* All B-splines' m-th derivative at x, taken from the interval that holds x: out has b->nall
 * entries. */
static void all_derivs(const Basis *b, double x, size_t m, double *out)
{
    double near[ORDER_MAX] = {0};
    size_t j = interval_of(b->knots, b->nall, b->order, x);
    bspline_derivs(b->knots, b->order, j, x, m, near);
    for (size_t i = 0; i < b->nall; i++)
        out[i] = 0.0;
    for (size_t i = 0; i < b->order; i++)
        out[j + 1 + i - b->order] = near[i];
}

/* One Householder vector of LINPACK's dqrdc for column x from row l on; x[l..] becomes it. */
static void householder(double *x, size_t l, size_t n)
{
    double norm = 0.0;
    for (size_t i = l; i < n; i++)
        norm = hypot(norm, x[i]);
    if (norm == 0.0)
        return;
    if (x[l] != 0.0)
        norm = copysign(norm, x[l]);
    for (size_t i = l; i < n; i++)
        x[i] /= norm;
    x[l] += 1.0;
}

static void reflect(const double *h, size_t l, size_t n, double *y)
{
    if (h[l] == 0.0)
        return;
    double dot = 0.0;
    for (size_t i = l; i < n; i++)
        dot += h[i] * y[i];
    double t = -dot / h[l];
    for (size_t i = l; i < n; i++)
        y[i] += t * h[i];
}

/* The projection of ns: row i are the ncols numbers that B-spline i adds to the natural basis. */
static void natural_project(Basis *b, Arena *a)
{
    size_t n = b->nall - 1; /* the first B-spline is left out */
    double *all = arena_array(a, double, b->nall), *h0 = arena_array(a, double, n),
           *h1 = arena_array(a, double, n), *unit = arena_array(a, double, n);
    all_derivs(b, b->low, 2, all);
    memcpy(h0, all + 1, n * sizeof *h0);
    all_derivs(b, b->high, 2, all);
    memcpy(h1, all + 1, n * sizeof *h1);
    householder(h0, 0, n);
    reflect(h0, 0, n, h1);
    householder(h1, 1, n);
    b->project = arena_array(a, double, b->nall * b->ncols);
    for (size_t i = 0; i < n; i++) {
        memset(unit, 0, n * sizeof *unit);
        unit[i] = 1.0;
        reflect(h0, 0, n, unit);
        reflect(h1, 1, n, unit);
        memcpy(b->project + (i + 1) * b->ncols, unit + 2, b->ncols * sizeof *unit);
    }
}

/* B-splines (all) to the columns of the basis. */
static void to_columns(const Basis *b, const double *all, double *out)
{
    if (!b->project) {
        memcpy(out, all + 1, b->ncols * sizeof *out);
        return;
    }
    for (size_t c = 0; c < b->ncols; c++)
        out[c] = 0.0;
    for (size_t i = 1; i < b->nall; i++)
        for (size_t c = 0; c < b->ncols; c++)
            out[c] += all[i] * b->project[i * b->ncols + c];
}

/* How the splines go on below and above the boundary. */
static void taylor_terms(Basis *b, Arena *a)
{
    const double *t = b->knots;
    bool natural = b->kind == VAR_NS;
    b->ntaylor = natural ? 2 : b->order;
    b->pivot[0] = natural ? b->low : 0.75 * b->low + 0.25 * t[b->order];
    b->pivot[1] = natural ? b->high : 0.75 * b->high + 0.25 * t[b->nknots - b->order - 1];
    double *all = arena_array(a, double, b->nall);
    for (size_t side = 0; side < 2; side++) {
        b->taylor[side] = arena_array(a, double, b->ntaylor * b->ncols);
        double factorial = 1.0;
        for (size_t m = 0; m < b->ntaylor; m++) {
            factorial *= m ? (double)m : 1.0;
            double *row = b->taylor[side] + m * b->ncols;
            all_derivs(b, b->pivot[side], m, all);
            to_columns(b, all, row);
            for (size_t c = 0; c < b->ncols; c++)
                row[c] /= factorial;
        }
    }
}

Basis *basis_new(const Var *v, const VarCode *code, Arena *a)
{
    Basis *b = arena_alloc(a, sizeof *b);
    *b = (Basis){.kind = v->kind,
                 .raw = v->raw,
                 .ncols = code->nbasis,
                 .alpha = code->alpha,
                 .norm2 = code->norm2};
    if (v->kind == VAR_POLY)
        return b;
    b->order = v->kind == VAR_NS ? 4 : (size_t)v->degree + 1;
    b->knots = code->knots;
    b->nknots = code->nknots;
    b->nall = b->nknots - b->order;
    b->low = b->knots[0];
    b->high = b->knots[b->nknots - 1];
    if (v->kind == VAR_NS)
        natural_project(b, a);
    taylor_terms(b, a);
    return b;
}

static void poly_at(const Basis *b, double x, double *out)
{
    double old = 0.0, now = 1.0;
    for (size_t k = 0; k < b->ncols; k++) {
        if (b->raw) {
            now *= x;
            out[k] = now;
            continue;
        }
        double back = k ? b->norm2[k + 1] / b->norm2[k] : 0.0;
        double next = (x - b->alpha[k]) * now - back * old;
        old = now;
        now = next;
        out[k] = now / sqrt(b->norm2[k + 2]);
    }
}

static void outside_at(const Basis *b, int side, double x, double *out)
{
    double d = x - b->pivot[side], power = 1.0;
    for (size_t c = 0; c < b->ncols; c++)
        out[c] = 0.0;
    for (size_t m = 0; m < b->ntaylor; m++, power *= d)
        for (size_t c = 0; c < b->ncols; c++)
            out[c] += power * b->taylor[side][m * b->ncols + c];
}

void basis_at(const Basis *b, double x, double *out)
{
    if (b->kind == VAR_POLY) {
        poly_at(b, x, out);
        return;
    }
    if (x < b->low || x > b->high) {
        outside_at(b, x > b->high, x, out);
        return;
    }
    double near[ORDER_MAX];
    size_t j = interval_of(b->knots, b->nall, b->order, x);
    bspline_values(b->knots, b->order, j, x, near);
    for (size_t c = 0; c < b->ncols; c++)
        out[c] = 0.0;
    for (size_t i = 0; i < b->order; i++) {
        size_t g = j + 1 + i - b->order;
        if (!b->project && g)
            out[g - 1] = near[i];
        else if (b->project)
            for (size_t c = 0; c < b->ncols; c++)
                out[c] += near[i] * b->project[g * b->ncols + c];
    }
}

/* ---- cut ---- */

/* R's cut(x, n): n intervals of equal width, the outer two a thousandth of the range wider. */
static bool equal_breaks(const Var *v, const double *x, size_t n, Arena *a, VarCode *code,
                         Error *err)
{
    double low = x[0], high = x[0];
    for (size_t i = 1; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    size_t k = (size_t)v->ncuts;
    double dx = high - low;
    if (dx == 0)
        return fail_at(err, ERR_DATA, v->at, "'%s' cannot cut a single value, %g", v->name, low);
    code->knots = arena_array(a, double, k + 1);
    code->nknots = k + 1;
    for (size_t i = 1; i < k; i++)
        code->knots[i] = low + (double)i * (dx / (double)k);
    code->knots[0] = low - dx / 1000;
    code->knots[k] = high + dx / 1000;
    return true;
}

/* formatC(x, digits = digits, width = 1); beside -Inf R pads Inf to the same width. */
static const char *break_text(char *out, size_t size, const VarCode *code, size_t i, int digits)
{
    double x = code->knots[i];
    if (isinf(x))
        snprintf(out, size, "%s", x < 0 ? "-Inf" : isinf(code->knots[0]) ? " Inf" : "Inf");
    else
        snprintf(out, size, "%.*g", digits, x + 0.0);
    return out;
}

/* The fewest digits, from three on, that keep neighbouring breaks apart. */
static int break_digits(const VarCode *code)
{
    char one[40], two[40];
    for (int digits = 3; digits < 12; digits++) {
        bool apart = true;
        for (size_t i = 1; i < code->nknots && apart; i++)
            apart = strcmp(break_text(one, sizeof one, code, i - 1, digits),
                           break_text(two, sizeof two, code, i, digits)) != 0;
        if (apart)
            return digits;
    }
    return 12;
}

bool cut_learn(const Var *v, const double *x, size_t n, Arena *a, VarCode *code, Error *err)
{
    if (v->ncuts) {
        if (!equal_breaks(v, x, n, a, code, err))
            return false;
    } else {
        code->knots = arena_array(a, double, v->nknots);
        memcpy(code->knots, v->knots, v->nknots * sizeof *v->knots);
        code->nknots = v->nknots;
    }
    code->nlevels = code->nknots - 1;
    code->levels = arena_array(a, char *, code->nlevels);
    code->counts = arena_array(a, double, code->nlevels);
    int digits = break_digits(code);
    for (size_t k = 0; k < code->nlevels; k++) {
        char low[40], high[40];
        bool closed_low = !v->right || (v->lowest && k == 0);
        bool closed_high = v->right || (v->lowest && k + 1 == code->nlevels);
        code->levels[k] = arena_printf(
            a, "%c%s,%s%c", closed_low ? '[' : '(', break_text(low, sizeof low, code, k, digits),
            break_text(high, sizeof high, code, k + 1, digits), closed_high ? ']' : ')');
    }
    return true;
}

int32_t cut_at(const Var *v, const VarCode *code, double x)
{
    const double *t = code->knots;
    size_t lo = 0, hi = code->nknots - 1;
    if (v->lowest && ((v->right && x == t[0]) || (!v->right && x == t[hi])))
        return v->right ? 0 : (int32_t)hi - 1;
    bool inside = v->right ? x > t[0] && x <= t[hi] : x >= t[0] && x < t[hi];
    if (!inside)
        return -1;
    while (lo + 1 < hi) {
        size_t mid = lo + (hi - lo) / 2;
        bool above = v->right ? x > t[mid] : x >= t[mid];
        if (above)
            lo = mid;
        else
            hi = mid;
    }
    return (int32_t)lo;
}
