/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_c.c - one C99 function: double score(double age, const char *lang). NaN and NULL are
 * missing; so is the answer then. Levels that training had not seen count as none of the known
 * ones.
 */
#include "export_plan.h"

static void c_input(const Plan *p, size_t at, Buf *out)
{
    buf_printf(out, p->inputs[at].truth ? "(%s != 0)" : "%s", p->inputs[at].local);
}

static void c_step(const Plan *p, size_t at, Buf *out)
{
    buf_puts(out, at == AT_ETA ? "eta" : p->steps[at].name);
}

static const Dialect dialect = {LANG_C, "C", c_input, c_step, put_quoted};

/* Entries [from, to) agree in the keys before f: one `if` for each value of key f, the rest inside.
 */
static void put_keys(const PlanTable *t, size_t f, size_t from, size_t to, Buf *out)
{
    for (size_t i = from, j; i < to; i = j) {
        const PlanEntry *e = &t->entries[i];
        for (j = i + 1; j < to && (t->text[f] ? str_eq(t->entries[j].key[f], e->key[f])
                                              : t->entries[j].number[f] == e->number[f]);)
            j++;
        buf_pad(out, ' ', 4 * (f + 1));
        if (t->text[f]) {
            buf_printf(out, "if (strcmp(k%zu, ", f);
            put_quoted(e->key[f], out);
            buf_puts(out, ") == 0)");
        } else {
            buf_printf(out, "if (k%zu == ", f);
            put_number(out, e->number[f]);
            buf_putc(out, ')');
        }
        if (f + 1 == t->nsubjects) {
            buf_puts(out, " return ");
            put_number(out, e->value);
            buf_puts(out, ";\n");
        } else {
            buf_puts(out, " {\n");
            put_keys(t, f + 1, i, j, out);
            buf_pad(out, ' ', 4 * (f + 2));
            buf_puts(out, "return 0.0;\n");
            buf_pad(out, ' ', 4 * (f + 1));
            buf_puts(out, "}\n");
        }
    }
}

static void put_table(const Plan *p, const PlanTable *t, Buf *out)
{
    buf_printf(out, "/* coefficients of %s */\nstatic double %s_%s(", t->what, p->function,
               t->name);
    for (size_t f = 0; f < t->nsubjects; f++)
        buf_printf(out, "%s%sk%zu", f ? ", " : "", t->text[f] ? "const char *" : "double ", f);
    buf_puts(out, ")\n{\n");
    put_keys(t, 0, 0, t->n, out);
    buf_puts(out, "    return 0.0;\n}\n\n");
}

static bool put_piece(const Plan *p, const PlanPiece *q, Buf *out, Error *err)
{
    buf_puts(out, "    eta += ");
    put_number(out, q->coefficient);
    for (size_t k = 0; k < q->nsteps; k++)
        buf_printf(out, " * %s", p->steps[q->steps[k]].name);
    if (q->table >= 0) {
        const PlanTable *t = &p->tables[q->table];
        buf_printf(out, " * %s_%s(", p->function, t->name);
        for (size_t f = 0; f < t->nsubjects; f++) {
            buf_puts(out, f ? ", " : "");
            if (!put_node(p, &dialect, t->subject[f], out, err))
                return false;
        }
        buf_putc(out, ')');
    }
    buf_puts(out, ";\n");
    return true;
}

static bool put_body(Plan *p, Buf *out, Error *err)
{
    for (size_t k = 0; k < p->nsteps; k++) {
        buf_printf(out, "    double %s = ", p->steps[k].name);
        if (!put_node(p, &dialect, p->steps[k].value, out, err))
            return false;
        buf_printf(out, "; /* %s */\n", p->steps[k].what);
    }
    buf_puts(out, "    double eta = ");
    put_number(out, p->intercept);
    buf_puts(out, ";\n");
    for (size_t k = 0; k < p->npieces; k++)
        if (!put_piece(p, &p->pieces[k], out, err))
            return false;
    Node *mean = plan_mean(p, node_step(p->arena, AT_ETA), err);
    buf_puts(out, "    return ");
    if (!mean || !put_node(p, &dialect, mean, out, err))
        return false;
    buf_puts(out, ";\n}\n");
    return true;
}

bool export_c(const Model *m, Buf *out, Error *err)
{
    Plan *p = plan_new(m, err);
    if (!p)
        return false;
    buf_printf(out, "/* %s, family %s, link %s; made by glint. C99; link with -lm. */\n",
               m->formula, m->family->name, m->link->name);
    buf_puts(out, "#include <math.h>\n#include <string.h>\n\n");
    for (size_t k = 0; k < p->ntables; k++)
        put_table(p, &p->tables[k], out);
    buf_printf(out, "double %s(", p->function);
    size_t before = out->n;
    put_inputs(p, "double $1", "const char *$1", ", ", out);
    bool none = out->n == before;
    buf_puts(out, none ? "void)\n{\n" : ")\n{\n    if (");
    if (!none) {
        put_inputs(p, "isnan($1)", "!$1", " || ", out);
        buf_puts(out, ")\n        return NAN;\n");
    }
    bool ok = put_body(p, out, err);
    plan_free(p);
    return ok;
}
