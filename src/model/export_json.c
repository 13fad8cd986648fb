/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_json.c - the program of export_plan.h as JSON, for whoever writes the next scorer:
 *
 *     "inputs"  [{"name", "type": number|truth|text}]
 *     "steps"   [{"name", "what", "value": EXPR}], in order
 *     "tables"  [{"name", "subjects": [EXPR], "entries": [[key, ..., value]]}]; 0 for others
 *     "eta"     {"intercept", "pieces": [{"coefficient", "steps": [name], "table": name|null}]}
 *     "mean"    EXPR of {"eta": true}
 *
 * EXPR is a number, {"input": name}, {"step": name}, {"text": ...}, {"op": word, "args": [EXPR]},
 * or null: a missing number. What is made of a missing number, or input, is missing.
 */
#include <math.h>

#include "export_plan.h"

static void put_expr(const Plan *p, const Node *n, Buf *out)
{
    switch (n->kind) {
    case N_NUMBER:
        buf_json_real(out, n->number);
        return;
    case N_NOTHING:
        buf_puts(out, "null");
        return;
    case N_TEXT:
        buf_puts(out, "{\"text\":");
        buf_json_str(out, n->text);
        break;
    case N_INPUT:
        buf_puts(out, "{\"input\":");
        buf_json_str(out, str_of(p->inputs[n->at].name));
        break;
    case N_STEP:
        if (n->at == AT_ETA)
            buf_puts(out, "{\"eta\":true");
        else
            buf_printf(out, "{\"step\":\"%s\"", p->steps[n->at].name);
        break;
    case N_CALL:
        buf_printf(out, "{\"op\":\"%s\",\"args\":[", op_json(n->op));
        for (size_t i = 0; i < op_args(n->op); i++) {
            buf_puts(out, i ? "," : "");
            put_expr(p, n->args[i], out);
        }
        buf_putc(out, ']');
        break;
    }
    buf_putc(out, '}');
}

static void put_inputs_list(const Plan *p, Buf *out)
{
    bool first = true;
    buf_puts(out, ",\n\"inputs\":[");
    for (size_t i = 0; i < p->ninputs; i++) {
        const PlanInput *in = &p->inputs[i];
        if (!in->used)
            continue;
        buf_puts(out, first ? "{\"name\":" : ",{\"name\":");
        first = false;
        buf_json_str(out, str_of(in->name));
        buf_printf(out, ",\"type\":\"%s\"}", in->text ? "text" : in->truth ? "truth" : "number");
    }
    buf_putc(out, ']');
}

static void put_table(const Plan *p, const PlanTable *t, Buf *out)
{
    buf_printf(out, "{\"name\":\"%s\",\"what\":", t->name);
    buf_json_str(out, str_of(t->what));
    buf_puts(out, ",\"subjects\":[");
    for (size_t f = 0; f < t->nsubjects; f++) {
        buf_puts(out, f ? "," : "");
        put_expr(p, t->subject[f], out);
    }
    buf_puts(out, "],\"entries\":[");
    for (size_t i = 0; i < t->n; i++) {
        buf_puts(out, i ? ",\n[" : "\n[");
        for (size_t f = 0; f < t->nsubjects; f++) {
            if (t->text[f])
                buf_json_str(out, t->entries[i].key[f]);
            else
                buf_json_real(out, t->entries[i].number[f]);
            buf_putc(out, ',');
        }
        buf_json_real(out, t->entries[i].value);
        buf_putc(out, ']');
    }
    buf_puts(out, "]}");
}

static void put_eta(const Plan *p, Buf *out)
{
    buf_puts(out, ",\n\"eta\":{\"intercept\":");
    buf_json_real(out, p->intercept);
    buf_puts(out, ",\"pieces\":[");
    for (size_t k = 0; k < p->npieces; k++) {
        const PlanPiece *q = &p->pieces[k];
        buf_puts(out, k ? ",\n{\"coefficient\":" : "\n{\"coefficient\":");
        buf_json_real(out, q->coefficient);
        buf_puts(out, ",\"steps\":[");
        for (size_t i = 0; i < q->nsteps; i++)
            buf_printf(out, "%s\"%s\"", i ? "," : "", p->steps[q->steps[i]].name);
        if (q->table >= 0)
            buf_printf(out, "],\"table\":\"%s\"}", p->tables[q->table].name);
        else
            buf_puts(out, "],\"table\":null}");
    }
    buf_puts(out, "]}");
}

static void put_coefficients(const Model *m, Buf *out)
{
    buf_puts(out, ",\n\"coefficients\":[");
    for (size_t j = 0; j < m->enc->ncols; j++) {
        buf_puts(out, j ? ",\n{\"term\":" : "\n{\"term\":");
        buf_json_str(out, str_of(m->enc->cols[j].name));
        buf_puts(out, ",\"estimate\":");
        buf_json_real(out, m->fit->b[j]);
        buf_puts(out, ",\"se\":");
        buf_json_real(out, m->fit->se[j]);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

bool export_json(const Model *m, Buf *out, Error *err)
{
    Plan *p = plan_new(m, err);
    Node *mean = p ? plan_mean(p, node_step(p->arena, AT_ETA), err) : NULL;
    if (!mean) {
        plan_free(p);
        return false;
    }
    buf_puts(out, "{\"format\":\"glint-score\",\"version\":1,\n\"formula\":");
    buf_json_str(out, str_of(m->formula));
    buf_printf(out, ",\n\"family\":\"%s\",\"link\":\"%s\"", m->family->name, m->link->name);
    put_inputs_list(p, out);
    buf_puts(out, ",\n\"steps\":[");
    for (size_t k = 0; k < p->nsteps; k++) {
        buf_printf(out, "%s{\"name\":\"%s\",\"what\":", k ? ",\n" : "\n", p->steps[k].name);
        buf_json_str(out, str_of(p->steps[k].what));
        buf_puts(out, ",\"value\":");
        put_expr(p, p->steps[k].value, out);
        buf_putc(out, '}');
    }
    buf_puts(out, "],\n\"tables\":[");
    for (size_t k = 0; k < p->ntables; k++) {
        buf_puts(out, k ? ",\n" : "\n");
        put_table(p, &p->tables[k], out);
    }
    buf_putc(out, ']');
    put_eta(p, out);
    buf_puts(out, ",\n\"mean\":");
    put_expr(p, mean, out);
    put_coefficients(m, out);
    buf_puts(out, "}\n");
    plan_free(p);
    return true;
}
