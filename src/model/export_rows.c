/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_rows.c - a document to its row of the design matrix, in Painless.
 *
 * The program is that of the exports (export_plan.c) for a model whose coefficient of column j is j
 * + 1: its tables of coefficients then say which column a level has, and 0 that it has none (the
 * reference). Tables of texts go into the parameters, so the script stays the same (and is compiled
 * once) however many levels there are; those that read numbers are functions of the script.
 */
#include <stdlib.h>

#include "base/json.h"
#include "export_plan.h"

#define KEY_BETWEEN "\001" /* of the levels of two factors */

typedef struct Rows {
    Plan *p;
    const Model *m;
    ColType response;
    const double *centre;
    FieldOf field;
    const void *ctx;
    RowScript *out;
    Error *err;
} Rows;

static void in_input(const Plan *p, size_t at, Buf *out)
{
    buf_printf(out, p->inputs[at].truth ? "(%s != 0.0)" : "%s", p->inputs[at].local);
}

static void in_step(const Plan *p, size_t at, Buf *out)
{
    buf_puts(out, p->steps[at].name);
}

static const Dialect dialect = {LANG_PAINLESS, "Painless", in_input, in_step, painless_text};

static const char skip[] = "{ a[2] += 1.0; return; }\n";

/* ---- what is read ---- */

static void put_field(const char *field, Buf *out)
{
    buf_puts(out, "doc[");
    painless_text(str_of(field), out);
    buf_putc(out, ']');
}

static void put_read(const Rows *r, const char *column, const char *local, bool text, bool truth,
                     Buf *out)
{
    const char *field = r->field(r->ctx, column);
    buf_puts(out, "if (");
    put_field(field, out);
    buf_printf(out, ".size() == 0) %s%s %s = ", skip, text ? "String" : "double", local);
    if (!text)
        buf_puts(out, truth ? "(" : "((Number)");
    put_field(field, out);
    buf_puts(out, text    ? ".value;\n"
                  : truth ? ".value ? 1.0 : 0.0);\n"
                          : ".value).doubleValue();\n");
}

/* A response of texts is 1 where it is the event. */
static bool put_response(const Rows *r, Buf *out)
{
    const Encoding *e = r->m->enc;
    ExprNode n = expr_node(e->terms->response);
    if (n.kind != NODE_COLUMN || e->terms->failures) {
        fail(r->err, ERR_USAGE, "in the cluster the response is a field, not '%s'",
             e->terms->response_name);
        return error_hint(r->err, "index it as a field of its own");
    }
    Buf name = BUF_INIT;
    buf_str(&name, n.text);
    bool truth = r->response == COL_BOOL, text = r->response == COL_CODE || r->response == COL_TEXT;
    if (e->y_levels[1] && !text)
        return fail(r->err, ERR_USAGE, "in the cluster --event is for a response of texts");
    put_read(r, name.p, "y_field", text, truth, out);
    buf_puts(out, "double y = ");
    if (text) {
        buf_puts(out, "y_field.equals(");
        painless_text(str_of(e->y_levels[1]), out);
        buf_puts(out, ") ? 1.0 : 0.0;\n");
    } else {
        buf_puts(out, "y_field;\n");
    }
    buf_free(&name);
    return true;
}

/* ---- columns ---- */

static bool in_params(const PlanTable *t)
{
    for (size_t f = 0; f < t->nsubjects; f++)
        if (!t->text[f])
            return false;
    return true;
}

static void put_params(const Rows *r, const PlanTable *t)
{
    Buf *out = &r->out->tables;
    Buf key = BUF_INIT;
    buf_printf(out, "%s\"%s\":{", out->n ? "," : "", t->name);
    for (size_t i = 0; i < t->n; i++) {
        buf_clear(&key);
        for (size_t f = 0; f < t->nsubjects; f++) {
            if (f)
                buf_puts(&key, KEY_BETWEEN);
            buf_str(&key, t->entries[i].key[f]);
        }
        buf_puts(out, i ? "," : "");
        buf_json_str(out, buf_slice(&key));
        buf_printf(out, ":%.0f", t->entries[i].value - 1);
    }
    buf_putc(out, '}');
    buf_free(&key);
}

/* "int j3 = ...;": the column of a table's entry, or -1. */
static bool put_lookup(const Rows *r, size_t piece, const PlanTable *t)
{
    Buf *out = &r->out->body;
    bool params = in_params(t);
    buf_printf(out, params ? "int j%zu = (int)params.%s.getOrDefault(" : "int j%zu = (int)%s(",
               piece, t->name);
    for (size_t f = 0; f < t->nsubjects; f++) {
        if (f)
            buf_puts(out, params ? " + \"" KEY_BETWEEN "\" + " : ", ");
        if (!put_node(r->p, &dialect, t->subject[f], out, r->err))
            return false;
    }
    buf_puts(out, params ? ", -1);\n" : ") - 1;\n");
    return true;
}

static void put_product(const Rows *r, const PlanPiece *q, double centre, Buf *out)
{
    for (size_t i = 0; i < q->nsteps; i++)
        buf_printf(out, "%s%s", i ? " * " : "", r->p->steps[q->steps[i]].name);
    if (!q->nsteps)
        buf_puts(out, "1.0");
    if (centre != 0) {
        buf_puts(out, " - ");
        put_number(out, centre);
    }
}

static bool put_piece(const Rows *r, size_t at)
{
    const PlanPiece *q = &r->p->pieces[at];
    Buf *out = &r->out->body;
    if (q->table >= 0) {
        if (!put_lookup(r, at, &r->p->tables[q->table]))
            return false;
        buf_printf(out, "if (j%zu >= 0) { ix[k] = j%zu; x[k] = ", at, at);
        put_product(r, q, 0, out);
        buf_puts(out, "; k++; }\n");
        return true;
    }
    size_t j = (size_t)q->coefficient - 1;
    buf_printf(out, "ix[k] = %zu; x[k] = ", j);
    put_product(r, q, r->centre ? r->centre[j] : 0, out);
    buf_puts(out, "; k++;\n");
    return true;
}

static bool put_all(const Rows *r)
{
    const Plan *p = r->p;
    Buf *out = &r->out->body;
    for (size_t i = 0; i < p->ninputs; i++)
        if (p->inputs[i].used)
            put_read(r, p->inputs[i].name, p->inputs[i].local, p->inputs[i].text,
                     p->inputs[i].truth, out);
    if (!put_response(r, out))
        return false;
    for (size_t s = 0; s < p->nsteps; s++) {
        buf_printf(out, "double %s = ", p->steps[s].name);
        if (!put_node(p, &dialect, p->steps[s].value, out, r->err))
            return false;
        buf_printf(out, ";\nif (Double.isNaN(%s) || Double.isInfinite(%s)) %s", p->steps[s].name,
                   p->steps[s].name, skip);
    }
    for (size_t t = 0; t < p->ntables; t++) {
        if (in_params(&p->tables[t]))
            put_params(r, &p->tables[t]);
        else
            painless_table(&p->tables[t], &r->out->functions);
    }
    buf_puts(out, "int k = 0;\n");
    if (p->intercept > 0)
        buf_printf(out, "ix[k] = %.0f; x[k] = 1.0; k++;\n", p->intercept - 1);
    r->out->slots = p->intercept > 0;
    for (size_t i = 0; i < p->npieces; i++) {
        if (p->pieces[i].guard) /* its step has skipped the row */
            continue;
        if (!put_piece(r, i))
            return false;
        r->out->slots++;
    }
    return true;
}

bool row_script(const Model *m, ColType response, const double *centre, FieldOf field,
                const void *ctx, RowScript *out, Error *err)
{
    *out = (RowScript){0};
    if (m->enc->encode == ENCODE_SUM)
        return fail(err, ERR_USAGE,
                    "in the cluster levels become columns by treatment or onehot, not by sum");
    if (m->enc->terms->noffsets || m->spec.offset)
        return fail(err, ERR_USAGE, "a fit in the cluster takes no offset");
    Model numbered = *m;
    numbered.beta = xcalloc(m->enc->ncols + 1, sizeof *numbered.beta);
    for (size_t j = 0; j < m->enc->ncols; j++)
        numbered.beta[j] = (double)j + 1;
    Rows r = {.m = m,
              .response = response,
              .centre = centre,
              .field = field,
              .ctx = ctx,
              .out = out,
              .err = err};
    r.p = plan_new(&numbered, err);
    bool ok = r.p && put_all(&r);
    plan_free(r.p);
    free(numbered.beta);
    if (!ok)
        row_script_clear(out);
    return ok;
}

void row_script_clear(RowScript *r)
{
    buf_free(&r->functions);
    buf_free(&r->body);
    buf_free(&r->tables);
}
