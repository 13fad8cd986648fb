/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_sql.c - a SELECT that scores a table, in the SQL that PostgreSQL, SQLite (3.35), DuckDB
 * and others share.
 *
 * Steps are columns of nested selects, one layer for each depth, since a column cannot read its
 * neighbours. A null among the inputs gives null; a level that training had not seen counts as none
 * of the known ones.
 */
#include "export_plan.h"

static void put_name(const char *name, Buf *out)
{
    buf_putc(out, '"');
    for (; *name; name++) {
        if (*name == '"')
            buf_putc(out, '"');
        buf_putc(out, *name);
    }
    buf_putc(out, '"');
}

static void put_text(Str s, Buf *out)
{
    buf_putc(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_putc(out, '\'');
        buf_putc(out, s.p[i]);
    }
    buf_putc(out, '\'');
}

static void sql_input(const Plan *p, size_t at, Buf *out)
{
    put_name(p->inputs[at].name, out);
}

static void sql_step(const Plan *p, size_t at, Buf *out)
{
    if (at == AT_ETA)
        buf_puts(out, "glint_eta");
    else
        buf_printf(out, "glint_%s", p->steps[at].name);
}

static const Dialect dialect = {LANG_SQL, "SQL", sql_input, sql_step, put_text};

/* Entries [from, to) agree in the keys before f. */
static bool put_case(const Plan *p, const PlanTable *t, size_t f, size_t from, size_t to, Buf *out,
                     Error *err)
{
    buf_puts(out, "CASE ");
    if (!put_node(p, &dialect, t->subject[f], out, err))
        return false;
    for (size_t i = from, j; i < to; i = j) {
        const PlanEntry *e = &t->entries[i];
        for (j = i + 1; j < to && (t->text[f] ? str_eq(t->entries[j].key[f], e->key[f])
                                              : t->entries[j].number[f] == e->number[f]);)
            j++;
        buf_puts(out, " WHEN ");
        if (t->text[f])
            put_text(e->key[f], out);
        else
            put_number(out, e->number[f]);
        buf_puts(out, " THEN ");
        if (f + 1 == t->nsubjects)
            put_number(out, e->value);
        else if (!put_case(p, t, f + 1, i, j, out, err))
            return false;
    }
    buf_puts(out, " ELSE 0.0 END");
    return true;
}

static bool put_eta(const Plan *p, Buf *out, Error *err)
{
    put_number(out, p->intercept);
    for (size_t k = 0; k < p->npieces; k++) {
        const PlanPiece *q = &p->pieces[k];
        buf_puts(out, "\n      + ");
        if (q->coefficient < 0)
            buf_putc(out, '(');
        put_number(out, q->coefficient);
        if (q->coefficient < 0)
            buf_putc(out, ')');
        for (size_t i = 0; i < q->nsteps; i++) {
            buf_puts(out, " * ");
            sql_step(p, q->steps[i], out);
        }
        if (q->table < 0)
            continue;
        const PlanTable *t = &p->tables[q->table];
        buf_puts(out, " * (");
        if (t->n == 0)
            buf_puts(out, "0.0");
        else if (!put_case(p, t, 0, 0, t->n, out, err))
            return false;
        buf_putc(out, ')');
    }
    return true;
}

/* The select of all steps up to a depth: each layer reads the one inside it. */
static bool put_layer(const Plan *p, size_t depths, Buf *out, Error *err)
{
    if (depths == 0) {
        put_name(p->m->table ? p->m->table : "data", out);
        return true;
    }
    buf_puts(out, "(SELECT *");
    for (size_t k = 0; k < p->nsteps; k++) {
        if (p->steps[k].depth != depths - 1)
            continue;
        buf_puts(out, ",\n      ");
        if (!put_node(p, &dialect, p->steps[k].value, out, err))
            return false;
        buf_puts(out, " AS ");
        sql_step(p, k, out);
    }
    buf_puts(out, "\n    FROM ");
    if (!put_layer(p, depths - 1, out, err))
        return false;
    buf_printf(out, ") AS glint_%zu", depths);
    return true;
}

static bool put_select(Plan *p, Buf *out, Error *err)
{
    size_t depths = 0;
    for (size_t k = 0; k < p->nsteps; k++)
        depths = p->steps[k].depth + 1 > depths ? p->steps[k].depth + 1 : depths;
    Node *mean = plan_mean(p, node_step(p->arena, AT_ETA), err);
    if (!mean)
        return false;
    buf_puts(out, "SELECT *,\n  ");
    size_t before = out->n;
    buf_puts(out, "CASE WHEN ");
    size_t clause = out->n;
    for (size_t i = 0; i < p->ninputs; i++)
        if (p->inputs[i].used) {
            buf_puts(out, out->n > clause ? " OR " : "");
            put_name(p->inputs[i].name, out);
            buf_puts(out, " IS NULL");
        }
    bool guarded = out->n > clause;
    if (guarded)
        buf_puts(out, " THEN NULL ELSE ");
    else
        out->n = before;
    if (!put_node(p, &dialect, mean, out, err))
        return false;
    buf_printf(out, "%s AS %s\nFROM (SELECT *,\n    ", guarded ? " END" : "",
               p->m->family->is_binary_response ? "probability" : "prediction");
    if (!put_eta(p, out, err))
        return false;
    buf_puts(out, " AS glint_eta\n    FROM ");
    if (!put_layer(p, depths, out, err))
        return false;
    buf_puts(out, ") AS glint_all;\n");
    return true;
}

bool export_sql(const Model *m, Buf *out, Error *err)
{
    Plan *p = plan_new(m, err);
    if (!p)
        return false;
    buf_printf(out, "-- %s, family %s, link %s; made by glint.\n", m->formula, m->family->name,
               m->link->name);
    bool ok = put_select(p, out, err);
    plan_free(p);
    return ok;
}
