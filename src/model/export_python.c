/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_python.c - score(columns): a dict of columns to an array of predictions with numpy, to a
 * list without.
 *
 * The body is written once in words that numpy has; where numpy is missing they are defined for
 * single numbers. None and NaN are missing; so is the answer then.
 */
#include "export_plan.h"

static const char head[] =
    "try:\n"
    "    import numpy\n"
    "    from numpy import (exp, expm1, log, log1p, log2, log10, sqrt, power, absolute, floor, "
    "ceil, rint, sin, cos,\n"
    "                       tan, arctan, minimum, maximum, where, logical_and, logical_or, "
    "logical_not)\n"
    "    from math import erfc\n"
    "\n"
    "    def look(table, *keys):\n"
    "        return numpy.array([table.get(k, 0.0) for k in zip(*(numpy.asarray(x).tolist() for x "
    "in keys))])\n"
    "\n"
    "    def same(a, b):\n"
    "        return numpy.asarray(a, object) == b\n"
    "\n"
    "    def normal(x):\n"
    "        return numpy.array([0.5 * erfc(-v * 0.7071067811865476) for v in x])\n"
    "except ImportError:\n"
    "    import math\n"
    "    from math import log2, log10, floor, ceil, sin, cos, tan, atan as arctan, fabs as "
    "absolute\n"
    "    numpy, minimum, maximum, rint = None, min, max, round\n"
    "\n"
    "    def exp(x):\n"
    "        return math.exp(min(x, 709.0))\n"
    "\n"
    "    def expm1(x):\n"
    "        return math.expm1(min(x, 709.0))\n"
    "\n"
    "    def log(x):\n"
    "        return math.log(x) if x > 0 else math.nan\n"
    "\n"
    "    def log1p(x):\n"
    "        return math.log1p(x) if x > -1 else math.nan\n"
    "\n"
    "    def sqrt(x):\n"
    "        return math.sqrt(x) if x >= 0 else math.nan\n"
    "\n"
    "    def power(x, y):\n"
    "        return float(x) ** y\n"
    "\n"
    "    def where(c, a, b):\n"
    "        return a if c else b\n"
    "\n"
    "    def logical_and(a, b):\n"
    "        return a and b\n"
    "\n"
    "    def logical_or(a, b):\n"
    "        return a or b\n"
    "\n"
    "    def logical_not(a):\n"
    "        return not a\n"
    "\n"
    "    def look(table, *keys):\n"
    "        return table.get(keys, 0.0)\n"
    "\n"
    "    def same(a, b):\n"
    "        return a == b\n"
    "\n"
    "    def normal(x):\n"
    "        return 0.5 * math.erfc(-x * 0.7071067811865476)\n"
    "\n"
    "NAN = float(\"nan\")\n"
    "\n";

static void py_input(const Plan *p, size_t at, Buf *out)
{
    buf_printf(out, p->inputs[at].truth ? "(%s != 0)" : "%s", p->inputs[at].local);
}

static void py_step(const Plan *p, size_t at, Buf *out)
{
    buf_puts(out, at == AT_ETA ? "eta" : p->steps[at].name);
}

static const Dialect dialect = {LANG_PYTHON, "Python", py_input, py_step, put_quoted};

static void put_table(const PlanTable *t, Buf *out)
{
    buf_printf(out, "# coefficients of %s\n%s = {\n", t->what, t->name);
    for (size_t i = 0; i < t->n; i++) {
        buf_puts(out, "    (");
        for (size_t f = 0; f < t->nsubjects; f++) {
            if (t->text[f])
                put_quoted(t->entries[i].key[f], out);
            else
                put_number(out, t->entries[i].number[f]);
            buf_puts(out, ", ");
        }
        buf_puts(out, "): ");
        put_number(out, t->entries[i].value);
        buf_puts(out, ",\n");
    }
    buf_puts(out, "}\n\n");
}

static bool put_piece(const Plan *p, const PlanPiece *q, Buf *out, Error *err)
{
    buf_puts(out, "    eta = eta + ");
    put_number(out, q->coefficient);
    for (size_t k = 0; k < q->nsteps; k++)
        buf_printf(out, " * %s", p->steps[q->steps[k]].name);
    if (q->table >= 0) {
        const PlanTable *t = &p->tables[q->table];
        buf_printf(out, " * look(%s", t->name);
        for (size_t f = 0; f < t->nsubjects; f++) {
            buf_puts(out, ", ");
            if (!put_node(p, &dialect, t->subject[f], out, err))
                return false;
        }
        buf_putc(out, ')');
    }
    buf_putc(out, '\n');
    return true;
}

static bool put_body(Plan *p, Buf *out, Error *err)
{
    buf_puts(out, "def _mean(");
    put_inputs(p, "$1", "$1", ", ", out);
    buf_puts(out, "):\n");
    for (size_t k = 0; k < p->nsteps; k++) {
        buf_printf(out, "    %s = ", p->steps[k].name);
        if (!put_node(p, &dialect, p->steps[k].value, out, err))
            return false;
        buf_printf(out, "  # %s\n", p->steps[k].what);
    }
    buf_puts(out, "    eta = ");
    put_number(out, p->intercept);
    buf_putc(out, '\n');
    for (size_t k = 0; k < p->npieces; k++)
        if (!put_piece(p, &p->pieces[k], out, err))
            return false;
    Node *mean = plan_mean(p, node_step(p->arena, AT_ETA), err);
    buf_puts(out, "    return ");
    if (!mean || !put_node(p, &dialect, mean, out, err))
        return false;
    buf_puts(out, "\n\n\n");
    return true;
}

/* Inputs by name, then the two ways: arrays, or row by row. */
static void put_door(const Plan *p, Buf *out)
{
    buf_puts(out, "NUMBERS = [");
    for (size_t i = 0; i < p->ninputs; i++)
        if (p->inputs[i].used && !p->inputs[i].text) {
            put_quoted(str_of(p->inputs[i].name), out);
            buf_puts(out, ", ");
        }
    buf_puts(out, "]\nINPUTS = [");
    for (size_t i = 0; i < p->ninputs; i++)
        if (p->inputs[i].used) {
            put_quoted(str_of(p->inputs[i].name), out);
            buf_puts(out, ", ");
        }
    buf_printf(
        out,
        "]\n\n\n"
        "def %s(columns):\n"
        "    \"\"\"Predictions for a dict of equally long columns; missing (None, nan) in gives "
        "nan out.\"\"\"\n"
        "    rows = list(zip(*(columns[name] for name in INPUTS)))\n"
        "    good = [i for i, r in enumerate(rows) if all(v is not None and v == v for v in r)]\n"
        "    parts = [[float(rows[i][k]) if name in NUMBERS else rows[i][k] for i in good]\n"
        "             for k, name in enumerate(INPUTS)]\n"
        "    out = [NAN] * len(rows)\n"
        "    if numpy is None:\n"
        "        for i, row in zip(good, zip(*parts)):\n"
        "            out[i] = _mean(*row)\n"
        "        return out\n"
        "    out = numpy.array(out)\n"
        "    if good:\n"
        "        with numpy.errstate(all=\"ignore\"):\n"
        "            out[good] = _mean(*(numpy.array(part, float if name in NUMBERS else object)\n"
        "                                for part, name in zip(parts, INPUTS)))\n"
        "    return out\n",
        p->function);
}

bool export_python(const Model *m, Buf *out, Error *err)
{
    Plan *p = plan_new(m, err);
    if (!p)
        return false;
    buf_printf(out, "# %s, family %s, link %s; made by glint.\n", m->formula, m->family->name,
               m->link->name);
    buf_puts(out, head);
    for (size_t k = 0; k < p->ntables; k++)
        put_table(&p->tables[k], out);
    buf_putc(out, '\n');
    bool ok = put_body(p, out, err);
    if (ok)
        put_door(p, out);
    plan_free(p);
    return ok;
}
