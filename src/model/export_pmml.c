/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_pmml.c - Predictive Model Markup Language 4.4 (Data Mining Group, dmg.org/pmml/v4-4-1).
 *
 * Steps are DerivedFields of Apply elements, tables are MapValues, a piece of several factors is
 * one more DerivedField that multiplies them. The RegressionModel adds the pieces; its
 * normalizationMethod is the link, or, where PMML has no word for it, "none" with an Output field
 * "mean" that is the sum to a power. Missing inputs give no prediction, levels that training had
 * not seen are 0 by the tables' defaultValue.
 */
#include "export_plan.h"

#include <math.h>

static void put_attr(const char *key, Str value, Buf *out)
{
    buf_printf(out, " %s=\"", key);
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\n' || c == '\t')
            buf_printf(out, "&#%d;", c);
        else
            buf_putc(out, c);
    }
    buf_putc(out, '"');
}

static void put_xml(Str value, Buf *out)
{
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '&' || c == '<' || c == '>')
            buf_printf(out, "&#%d;", c);
        else
            buf_putc(out, c);
    }
}

static void put_ref(const char *field, Buf *out)
{
    buf_puts(out, "<FieldRef");
    put_attr("field", str_of(field), out);
    buf_puts(out, "/>");
}

static void put_constant(double v, Buf *out)
{
    buf_puts(out, "<Constant dataType=\"double\">");
    put_number(out, v);
    buf_puts(out, "</Constant>");
}

static bool put_expr(const Plan *p, const Node *n, Buf *out, Error *err);

/* What PMML has no function for: by those it has. */
static bool put_special(const Plan *p, const Node *n, Buf *out, Error *err)
{
    bool ok;
    switch (n->op) {
    case OP_NEG:
        buf_puts(out, "<Apply function=\"-\">");
        put_constant(0, out);
        ok = put_expr(p, n->args[0], out, err);
        break;
    case OP_TRUTH:
        buf_puts(out, "<Apply function=\"if\">");
        ok = put_expr(p, n->args[0], out, err);
        put_constant(1, out);
        put_constant(0, out);
        break;
    case OP_LOG2:
        buf_puts(out, "<Apply function=\"/\"><Apply function=\"ln\">");
        ok = put_expr(p, n->args[0], out, err);
        buf_puts(out, "</Apply>");
        put_constant(0.6931471805599453, out);
        break;
    default:
        return fail(err, ERR_DATA, "PMML has no word for '%s', which the model needs",
                    op_json(n->op));
    }
    buf_puts(out, "</Apply>");
    return ok;
}

static bool put_expr(const Plan *p, const Node *n, Buf *out, Error *err)
{
    switch (n->kind) {
    case N_NUMBER:
        put_constant(n->number, out);
        return true;
    case N_NOTHING:
        return fail(err, ERR_DATA, "PMML has no word for a missing number outside of if()");
    case N_TEXT:
        buf_puts(out, "<Constant dataType=\"string\">");
        put_xml(n->text, out);
        buf_puts(out, "</Constant>");
        return true;
    case N_INPUT:
        if (p->inputs[n->at].truth) {
            buf_puts(out, "<Apply function=\"equal\">");
            put_ref(p->inputs[n->at].name, out);
            buf_puts(out, "<Constant dataType=\"boolean\">true</Constant></Apply>");
        } else {
            put_ref(p->inputs[n->at].name, out);
        }
        return true;
    case N_STEP:
        put_ref(p->steps[n->at].name, out);
        return true;
    case N_CALL:
        break;
    }
    if (!op_pmml(n->op))
        return put_special(p, n, out, err);
    buf_puts(out, "<Apply");
    put_attr("function", str_of(op_pmml(n->op)), out);
    buf_putc(out, '>');
    bool open = n->op == OP_IF && n->args[2]->kind == N_NOTHING; /* if without else is missing */
    for (size_t i = 0; i < op_args(n->op) - open; i++)
        if (!put_expr(p, n->args[i], out, err))
            return false;
    buf_puts(out, "</Apply>");
    return true;
}

static void put_derived(const char *name, Buf *out)
{
    buf_puts(out, "<DerivedField optype=\"continuous\" dataType=\"double\"");
    put_attr("name", str_of(name), out);
    buf_putc(out, '>');
}

/* A table's subjects must be fields; all are inputs or steps. */
static void put_table(const Plan *p, const PlanTable *t, Buf *out)
{
    put_derived(t->name, out);
    if (t->n == 0) {
        put_constant(0, out);
        buf_puts(out, "</DerivedField>\n");
        return;
    }
    buf_puts(out, "<MapValues outputColumn=\"value\" defaultValue=\"0\" dataType=\"double\">");
    for (size_t f = 0; f < t->nsubjects; f++) {
        const Node *s = t->subject[f];
        buf_puts(out, "<FieldColumnPair");
        put_attr("field", str_of(s->kind == N_STEP ? p->steps[s->at].name : p->inputs[s->at].name),
                 out);
        buf_printf(out, " column=\"k%zu\"/>", f);
    }
    buf_puts(out, "<InlineTable>\n");
    for (size_t i = 0; i < t->n; i++) {
        buf_puts(out, "<row>");
        for (size_t f = 0; f < t->nsubjects; f++) {
            buf_printf(out, "<k%zu>", f);
            if (t->text[f])
                put_xml(t->entries[i].key[f], out);
            else
                put_number(out, t->entries[i].number[f]);
            buf_printf(out, "</k%zu>", f);
        }
        buf_puts(out, "<value>");
        put_number(out, t->entries[i].value);
        buf_puts(out, "</value></row>\n");
    }
    buf_puts(out, "</InlineTable></MapValues></DerivedField>\n");
}

/* The field that a piece multiplies its coefficient with; made when it is a product. */
static void put_piece_field(const Plan *p, size_t at, bool define, Buf *out)
{
    const PlanPiece *q = &p->pieces[at];
    size_t n = q->nsteps + (q->table >= 0);
    if (!define) {
        if (n == 1)
            put_attr("name",
                     str_of(q->table >= 0 ? p->tables[q->table].name : p->steps[q->steps[0]].name),
                     out);
        else
            buf_printf(out, " name=\"piece%zu\"", at);
        return;
    }
    if (n < 2)
        return;
    buf_printf(out, "<DerivedField optype=\"continuous\" dataType=\"double\" name=\"piece%zu\">",
               at);
    for (size_t i = 1; i < n; i++)
        buf_puts(out, "<Apply function=\"*\">");
    for (size_t i = 0; i < n; i++) {
        put_ref(i < q->nsteps ? p->steps[q->steps[i]].name : p->tables[q->table].name, out);
        buf_puts(out, i ? "</Apply>" : "");
    }
    buf_puts(out, "</DerivedField>\n");
}

static void put_dictionary(const Plan *p, Buf *out)
{
    const Model *m = p->m;
    bool binary = m->family->is_binary_response;
    buf_puts(out, "<DataDictionary>\n");
    for (size_t i = 0; i < p->ninputs; i++) {
        const PlanInput *in = &p->inputs[i];
        if (!in->used)
            continue;
        buf_puts(out, "<DataField");
        put_attr("name", str_of(in->name), out);
        buf_puts(out, in->text    ? " optype=\"categorical\" dataType=\"string\"/>\n"
                      : in->truth ? " optype=\"categorical\" dataType=\"boolean\"/>\n"
                                  : " optype=\"continuous\" dataType=\"double\"/>\n");
    }
    buf_puts(out, "<DataField");
    put_attr("name", str_of(m->enc->terms->response_name), out);
    buf_puts(out, binary ? " optype=\"categorical\" dataType=\"string\"/>\n"
                         : " optype=\"continuous\" dataType=\"double\"/>\n");
    buf_puts(out, "</DataDictionary>\n");
}

/* mu = eta^power of the links that no normalizationMethod names; NaN for the others. */
static double link_power(const Model *m)
{
    static const struct {
        const char *link;
        double power;
    } rows[] = {{"inverse", -1.0}, {"inverse-squared", -0.5}, {"sqrt", 2.0}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (strcmp(m->link->name, rows[k].link) == 0)
            return rows[k].power;
    return NAN;
}

static const char *normalization(const Model *m)
{
    static const char *const rows[][2] = {{"logit", "logit"},     {"probit", "probit"},
                                          {"cloglog", "cloglog"}, {"cauchit", "cauchit"},
                                          {"log", "exp"},         {"identity", "none"}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (strcmp(m->link->name, rows[k][0]) == 0)
            return rows[k][1];
    return isnan(link_power(m)) ? NULL : "none";
}

static void put_output(const Model *m, Buf *out)
{
    double power = link_power(m);
    if (isnan(power))
        return;
    buf_puts(out, "<Output>\n<OutputField name=\"sum\" optype=\"continuous\" dataType=\"double\" "
                  "feature=\"predictedValue\"/>\n<OutputField name=\"mean\" optype=\"continuous\" "
                  "dataType=\"double\" feature=\"transformedValue\"><Apply function=\"pow\">");
    put_ref("sum", out);
    put_constant(power, out);
    buf_puts(out, "</Apply></OutputField>\n</Output>\n");
}

static void put_regression(const Plan *p, Buf *out)
{
    const Model *m = p->m;
    bool binary = m->family->is_binary_response;
    buf_puts(out, "<RegressionTable intercept=\"");
    put_number(out, p->intercept);
    buf_putc(out, '"');
    if (binary)
        put_attr("targetCategory", str_of(m->enc->y_levels[1] ? m->enc->y_levels[1] : "1"), out);
    buf_puts(out, ">\n");
    for (size_t k = 0; k < p->npieces; k++) {
        buf_puts(out, "<NumericPredictor");
        put_piece_field(p, k, false, out);
        buf_puts(out, " coefficient=\"");
        put_number(out, p->pieces[k].coefficient);
        buf_puts(out, "\"/>\n");
    }
    buf_puts(out, "</RegressionTable>\n");
    if (binary) {
        buf_puts(out, "<RegressionTable intercept=\"0.0\"");
        put_attr("targetCategory", str_of(m->enc->y_levels[0] ? m->enc->y_levels[0] : "0"), out);
        buf_puts(out, "/>\n");
    }
}

static bool put_model(const Plan *p, Buf *out, Error *err)
{
    const Model *m = p->m;
    buf_printf(out, "<RegressionModel functionName=\"%s\" normalizationMethod=\"%s\"",
               m->family->is_binary_response ? "classification" : "regression", normalization(m));
    put_attr("modelName", str_of(p->function), out);
    buf_puts(out, ">\n<MiningSchema>\n");
    for (size_t i = 0; i < p->ninputs; i++) {
        if (!p->inputs[i].used)
            continue;
        buf_puts(out, "<MiningField");
        put_attr("name", str_of(p->inputs[i].name), out);
        buf_puts(out, " invalidValueTreatment=\"asIs\"/>\n");
    }
    buf_puts(out, "<MiningField usageType=\"target\"");
    put_attr("name", str_of(m->enc->terms->response_name), out);
    buf_puts(out, "/>\n</MiningSchema>\n");
    put_output(m, out);
    buf_puts(out, "<LocalTransformations>\n");
    for (size_t k = 0; k < p->nsteps; k++) {
        put_derived(p->steps[k].name, out);
        if (!put_expr(p, p->steps[k].value, out, err))
            return false;
        buf_puts(out, "</DerivedField>\n");
    }
    for (size_t k = 0; k < p->ntables; k++)
        put_table(p, &p->tables[k], out);
    for (size_t k = 0; k < p->npieces; k++)
        put_piece_field(p, k, true, out);
    buf_puts(out, "</LocalTransformations>\n");
    put_regression(p, out);
    buf_puts(out, "</RegressionModel>\n");
    return true;
}

bool export_pmml(const Model *m, Buf *out, Error *err)
{
    if (!normalization(m))
        return fail(err, ERR_DATA, "PMML cannot say the link '%s'", m->link->name);
    Plan *p = plan_new(m, err);
    if (!p)
        return false;
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<PMML version=\"4.4\" xmlns=\"http://www.dmg.org/PMML-4_4\">\n<Header");
    put_attr("description", str_of(m->formula), out);
    buf_puts(out, "><Application name=\"glint\"/></Header>\n");
    put_dictionary(p, out);
    bool ok = put_model(p, out, err);
    buf_puts(out, "</PMML>\n");
    plan_free(p);
    return ok;
}
