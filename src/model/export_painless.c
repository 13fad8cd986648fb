/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_painless.c - a script that scores documents in the engine.
 *
 * An input comes from params when it is there (what is known of the user), otherwise from the
 * document. Where one is missing the score is 0, since the engine refuses NaN. Painless is Java
 * without most of it; a script holds at most 65,535 bytes, and a larger one is refused here rather
 * than there.
 */
#include "export_plan.h"

#define SCRIPT_MAX 65535 /* script.max_size_in_bytes, the engine's default */

static void pl_input(const Plan *p, size_t at, Buf *out)
{
    buf_printf(out, p->inputs[at].truth ? "(%s != 0.0)" : "%s", p->inputs[at].local);
}

static void pl_step(const Plan *p, size_t at, Buf *out)
{
    buf_puts(out, at == AT_ETA ? "eta" : p->steps[at].name);
}

/* Painless knows two escapes; every other character, a line's end too, stands for itself. */
void painless_text(Str s, Buf *out)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, s.p[i]);
    }
    buf_putc(out, '"');
}

static const Dialect dialect = {LANG_PAINLESS, "Painless", pl_input, pl_step, painless_text};

static const char head[] =
    "def read(Map params, Map doc, String name) {\n"
    "  if (params.containsKey(name)) { return params.get(name); }\n"
    "  if (!doc.containsKey(name) || doc.get(name).size() == 0) { return null; }\n"
    "  return doc.get(name).get(0);\n"
    "}\n"
    "double number(def v) {\n"
    "  if (v == null) { return Double.NaN; }\n"
    "  if (v instanceof Boolean) { return v ? 1.0 : 0.0; }\n"
    "  return ((Number)v).doubleValue();\n"
    "}\n";

static void put_keys(const PlanTable *t, size_t f, size_t from, size_t to, Buf *out)
{
    for (size_t i = from, j; i < to; i = j) {
        const PlanEntry *e = &t->entries[i];
        for (j = i + 1; j < to && (t->text[f] ? str_eq(t->entries[j].key[f], e->key[f])
                                              : t->entries[j].number[f] == e->number[f]);)
            j++;
        buf_printf(out, "if (k%zu", f);
        if (t->text[f]) {
            buf_puts(out, ".equals(");
            painless_text(e->key[f], out);
            buf_puts(out, ")) { ");
        } else {
            buf_puts(out, " == ");
            put_number(out, e->number[f]);
            buf_puts(out, ") { ");
        }
        if (f + 1 < t->nsubjects)
            put_keys(t, f + 1, i, j, out);
        buf_puts(out, "return ");
        put_number(out, f + 1 < t->nsubjects ? 0.0 : e->value);
        buf_puts(out, "; }\n");
    }
}

void painless_table(const PlanTable *t, Buf *out)
{
    buf_printf(out, "double %s(", t->name);
    for (size_t f = 0; f < t->nsubjects; f++)
        buf_printf(out, "%s%s k%zu", f ? ", " : "", t->text[f] ? "String" : "double", f);
    buf_puts(out, ") {\n");
    put_keys(t, 0, 0, t->n, out);
    buf_puts(out, "return 0.0;\n}\n");
}

static void put_reads(const Plan *p, Buf *out)
{
    for (size_t i = 0; i < p->ninputs; i++) {
        const PlanInput *in = &p->inputs[i];
        if (!in->used)
            continue;
        buf_printf(out,
                   in->text ? "String %s = (String)read(params, doc, "
                            : "double %s = number(read(params, doc, ",
                   in->local);
        painless_text(str_of(in->name), out);
        buf_puts(out, in->text ? ");\n" : "));\n");
    }
    size_t before = out->n;
    buf_puts(out, "if (");
    size_t clause = out->n;
    put_inputs(p, "Double.isNaN($1)", "$1 == null", " || ", out);
    if (out->n == clause)
        out->n = before;
    else
        buf_puts(out, ") { return 0.0; }\n");
}

static bool put_body(Plan *p, Buf *out, Error *err)
{
    for (size_t k = 0; k < p->nsteps; k++) {
        buf_printf(out, "double %s = ", p->steps[k].name);
        if (!put_node(p, &dialect, p->steps[k].value, out, err))
            return false;
        buf_puts(out, ";\n");
    }
    buf_puts(out, "double eta = ");
    put_number(out, p->intercept);
    buf_puts(out, ";\n");
    for (size_t k = 0; k < p->npieces; k++) {
        const PlanPiece *q = &p->pieces[k];
        buf_puts(out, "eta += ");
        put_number(out, q->coefficient);
        for (size_t i = 0; i < q->nsteps; i++)
            buf_printf(out, " * %s", p->steps[q->steps[i]].name);
        if (q->table >= 0) {
            buf_printf(out, " * %s(", p->tables[q->table].name);
            for (size_t f = 0; f < p->tables[q->table].nsubjects; f++) {
                buf_puts(out, f ? ", " : "");
                if (!put_node(p, &dialect, p->tables[q->table].subject[f], out, err))
                    return false;
            }
            buf_putc(out, ')');
        }
        buf_puts(out, ";\n");
    }
    Node *mean = plan_mean(p, node_step(p->arena, AT_ETA), err);
    buf_puts(out, "if (Double.isNaN(eta)) { return 0.0; }\nreturn ");
    if (!mean || !put_node(p, &dialect, mean, out, err))
        return false;
    buf_puts(out, ";\n");
    return true;
}

bool export_painless(const Model *m, Buf *out, Error *err)
{
    Plan *p = plan_new(m, err);
    size_t before = out->n;
    if (!p)
        return false;
    buf_printf(out, "// %s; made by glint\n", m->formula);
    buf_puts(out, head);
    for (size_t k = 0; k < p->ntables; k++)
        painless_table(&p->tables[k], out);
    put_reads(p, out);
    bool ok = put_body(p, out, err);
    plan_free(p);
    if (ok && out->n - before > SCRIPT_MAX) {
        fail(err, ERR_DATA, "the script has %zu bytes, and the engine takes %d", out->n - before,
             SCRIPT_MAX);
        return error_hint(
            err,
            "leave out factors with many levels, or score in batches with score users x posts");
    }
    return ok;
}
