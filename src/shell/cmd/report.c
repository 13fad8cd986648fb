/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report.c - `report`: one page of HTML about a model that needs nothing else: no network, no
 * script, pictures inside.
 *
 * A section is a row of the table: a heading and the command of the shell that says it. The page is
 * what those commands show, tables as tables and plots as SVG, so the report never says anything
 * else than the prompt does. A section whose command has nothing to say about this model (a ROC
 * curve of counts) is left out.
 */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "shell/exec.h"
#include "shell/parse.h"
#include "shell/picture.h"

typedef struct Section {
    const char *title, *command; /* %M is the model, %T its table, %C the columns it reads */
    bool picture;                /* shown here, not in another section */
    bool half;                   /* two of these stand beside each other on a wide page */
} Section;

static const Section sections[] = {
    {"What stands out", "diagnose %M", true, false},
    {"ROC curve", "roc %M", true, true},
    {"Precision and recall", "pr %M", true, true},
    {"Calibration", "calibration %M", true, true},
    {"Gain", "lift %M", true, true},
    {"Coefficients", "coef %M all", true, false},
    {"In words", "coef %M all --words", false, false},
    {"The columns it reads", "describe %T %C", true, false},
    {"How it was made", "script", true, false},
};

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1c1f24;background:#fff;max-width:68rem;"
    "margin:2rem auto;padding:0 1.2rem}"
    "h1{font-size:2rem;margin:0;letter-spacing:-.01em}h1+p{margin:.2rem 0 1.2rem;color:#555}"
    "h2{font-size:1.15rem;margin:2.4rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid "
    "#d5d8dd}"
    ".tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}"
    ".tiles div{background:#f3f5f8;border-radius:.5rem;padding:.6rem 1rem;min-width:7rem}"
    ".tiles strong{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}"
    ".tiles span{color:#555;font-size:.85rem}"
    ".half{display:inline-block;width:47.5%;margin-right:2%;vertical-align:top}"
    "@media(max-width:60rem){.half{display:block;width:auto}}"
    "section{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:.88rem;margin:.8rem 0}"
    "th{text-align:left;border-bottom:2px solid #9aa1ab;font-weight:600}"
    "th,td{padding:.2rem 1rem .2rem 0;vertical-align:top}"
    ".number{text-align:right;font-variant-numeric:tabular-nums}"
    "tbody tr:nth-child(even){background:#f7f8fa}img{max-width:100%;height:auto}"
    "pre{overflow-x:auto;background:#f7f8fa;padding:.6rem "
    ".8rem;font-size:.85rem;border-radius:.4rem}"
    ".warning{border-left:4px solid #d55e00;padding:.3rem .8rem;background:#fdf4ec}"
    ".footer,.made{color:#666;font-size:.85rem}.made{margin:.2rem 0 0}"
    "code{background:#f3f5f8;padding:.1rem .35rem;border-radius:.25rem}"
    "@media "
    "print{body{margin:0;max-width:none}h2{break-after:avoid}img,table,.tiles{break-inside:avoid}}";

/* ---- pieces ---- */

static void put_picture(const Plot *p, Buf *page)
{
    Buf svg = BUF_INIT;
    if (picture_svg(p, &svg)) {
        buf_puts(page, "<img alt=\"");
        buf_html(page, str_of(p->title));
        buf_puts(page, "\" src=\"data:image/svg+xml;base64,");
        buf_base64(page, buf_slice(&svg));
        buf_puts(page, "\">\n");
    }
    buf_free(&svg);
}

/* Lines that stand together, as they stand at the prompt; one alone is a sentence. */
static size_t put_lines(const Result *r, size_t i, Buf *page)
{
    bool alone =
        r->items[i].kind == ITEM_LINE && (i + 1 == r->n || r->items[i + 1].kind != ITEM_LINE);
    if (alone) {
        buf_puts(page, "<p>");
        buf_html(page, r->items[i].v.line);
        buf_puts(page, "</p>\n");
        return i;
    }
    buf_puts(page, "<pre>");
    for (; i < r->n && (r->items[i].kind == ITEM_LINE || r->items[i].kind == ITEM_RAW); i++) {
        buf_html(page, r->items[i].v.line);
        if (r->items[i].kind == ITEM_LINE)
            buf_putc(page, '\n');
    }
    buf_puts(page, "</pre>\n");
    return i - 1;
}

static void put_result(const Result *r, bool pictures, Buf *page)
{
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        if (it->kind == ITEM_PLOT || it->kind == ITEM_PICTURE) {
            if (pictures)
                put_picture(it->v.plot, page);
        } else if (it->kind == ITEM_LINE || it->kind == ITEM_RAW) {
            i = put_lines(r, i, page);
        } else if (it->kind == ITEM_TABLE || it->kind == ITEM_NOTE) {
            Result one = *r;
            Out o = {.null_text = ""};
            one.items = &r->items[i];
            one.n = 1;
            fmt_html_print(&one, &o);
            buf_str(page, buf_slice(&o.text));
            buf_free(&o.text);
        }
    }
}

/* The section's command for this model; false when it needs a table that is not there. */
static bool put_command(Session *s, const Model *m, const char *pattern, Buf *out)
{
    for (const char *p = pattern; *p; p++) {
        if (p[0] != '%') {
            buf_putc(out, *p);
            continue;
        }
        switch (*++p) {
        case 'M':
            buf_name(out, str_of(m->name));
            break;
        case 'T':
            if (!m->table || session_find_table(s, str_of(m->table)) < 0)
                return false;
            buf_name(out, str_of(m->table));
            break;
        default:
            for (size_t i = 0; i < m->ninputs; i++) {
                buf_puts(out, i ? ", " : "");
                buf_name(out, str_of(m->inputs[i].name));
            }
        }
    }
    return true;
}

static void put_section(Session *s, const Model *m, const Section *section, Buf *page)
{
    Arena *a = arena_new();
    Result r;
    Error ignored = ERROR_INIT;
    Buf line = BUF_INIT;
    result_init(&r, a, "");
    if (put_command(s, m, section->command, &line) &&
        exec_result(s, buf_slice(&line), a, &r, &ignored)) {
        buf_printf(page, "<section%s>\n<h2>%s</h2>\n", section->half ? " class=\"half\"" : "",
                   section->title);
        put_result(&r, section->picture, page);
        buf_puts(page, "<p class=\"made\"><code>");
        buf_html(page, buf_slice(&line));
        buf_puts(page, "</code></p>\n</section>\n");
    }
    result_clear(&r);
    buf_free(&line);
    arena_free(a);
}

/* ---- the head ---- */

static void put_fact(Buf *page, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    buf_printf(page, "<tr><td>%s</td><td>", name);
    buf_html(page, str_of(value));
    buf_puts(page, "</td></tr>\n");
}

static const char *counted(Arena *a, double n, const char *noun)
{
    Buf b = BUF_INIT;
    buf_count(&b, (uint64_t)llround(n));
    const char *z = arena_printf(a, "%s %s", b.p, noun);
    buf_free(&b);
    return z;
}

static void put_facts(const NamedModel *nm, Arena *a, Buf *page)
{
    const Model *m = nm->model;
    Buf made = BUF_INIT;
    buf_time(&made, m->made, TIME_SECOND);
    buf_puts(page, "<table>\n");
    put_fact(page, "formula", m->formula);
    put_fact(page, "family", arena_printf(a, "%s, %s link", m->family->name, m->link->name));
    put_fact(page, "table", m->table);
    put_fact(page, "from", m->origin);
    put_fact(page, "rows to train", counted(a, (double)m->rows, "rows"));
    if (m->test_rows)
        put_fact(page, "rows to test", counted(a, (double)m->test_rows, "rows"));
    for (size_t i = 0; i < m->ndrops; i++)
        put_fact(
            page, "dropped",
            counted(a, (double)m->drops[i].rows, arena_printf(a, "rows: %s", m->drops[i].reason)));
    put_fact(page, "fitted", made.p);
    put_fact(page, "note", nm->note);
    buf_puts(page, "</table>\n");
    buf_free(&made);
}

static void put_number(Buf *page, double v)
{
    buf_puts(page, "<td class=\"number\">");
    if (isfinite(v))
        buf_printf(page, "%.4f", v);
    buf_puts(page, "</td>");
}

static void put_metrics(const Model *m, Buf *page)
{
    size_t n = 0;
    const MetricRow *rows = metric_table(&n);
    if (!m->binary)
        return;
    buf_puts(page, "<h2>How good it is</h2>\n<table>\n<thead><tr><th>metric</th><th "
                   "class=\"number\">train</th>");
    buf_printf(page, "%s<th>what it is</th></tr></thead>\n<tbody>\n",
               m->test.n ? "<th class=\"number\">test</th>" : "");
    for (size_t i = 0; i < n; i++) {
        buf_printf(page, "<tr><td>%s</td>", rows[i].name);
        put_number(page, rows[i].get(&m->train));
        if (m->test.n)
            put_number(page, rows[i].get(&m->test));
        buf_puts(page, "<td>");
        buf_html(page, str_of(rows[i].brief));
        buf_puts(page, "</td></tr>\n");
    }
    const Metrics *k = m->test.n ? &m->test : &m->train;
    buf_printf(page,
               "</tbody>\n</table>\n<p>Threshold %g. The model without features has accuracy %.4f, "
               "log loss %.4f and Brier "
               "score %.4f.</p>\n",
               k->threshold, k->base_accuracy, k->base_log_loss, k->base_brier);
}

static void put_tile(Buf *page, const char *value, const char *what)
{
    buf_printf(page, "<div><strong>%s</strong><span>%s</span></div>\n", value, what);
}

/* The numbers that are asked for first. */
static void put_tiles(const Model *m, Arena *a, Buf *page)
{
    const Metrics *k = m->test.n ? &m->test : &m->train;
    const char *part = m->test.n ? "on test rows" : "on its own rows";
    buf_puts(page, "<div class=\"tiles\">\n");
    if (m->binary && isfinite(k->roc_auc)) {
        put_tile(page, arena_printf(a, "%.3f", k->roc_auc), arena_printf(a, "ROC-AUC %s", part));
        put_tile(page, arena_printf(a, "%.1f %%", 100 * k->accuracy),
                 arena_printf(a, "accuracy, no model %.1f %%", 100 * k->base_accuracy));
        put_tile(page, arena_printf(a, "%.3f", k->log_loss),
                 arena_printf(a, "log loss, no model %.3f", k->base_log_loss));
    }
    put_tile(page, counted(a, (double)m->rows, ""), "rows to train");
    put_tile(page, counted(a, (double)m->enc->ncols, ""), "coefficients");
    if (m->nalarms)
        put_tile(page, counted(a, (double)m->nalarms, ""),
                 m->nalarms == 1 ? "alarm, see below" : "alarms, see below");
    buf_puts(page, "</div>\n");
}

static void put_page(Session *s, const NamedModel *nm, Arena *a, Buf *page)
{
    const Model *m = nm->model;
    buf_puts(page,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    buf_html(page, str_of(m->name));
    buf_printf(page, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    buf_html(page, str_of(m->name));
    buf_puts(page, "</h1>\n<p>");
    buf_html(page, str_of(m->event[0] ? m->event : m->enc->terms->response_name));
    buf_puts(page, "</p>\n");
    put_tiles(m, a, page);
    put_facts(nm, a, page);
    put_metrics(m, page);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        put_section(s, m, &sections[i], page);
    buf_puts(page, "<p class=\"made\">glint " GLINT_VERSION "</p>\n</body>\n</html>\n");
}

static bool report_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (a->nwords > 1)
        return fail_at(err, ERR_USAGE, a->words[1].at, "report takes one model");
    const Word *w = a->nwords ? &a->words[0] : NULL;
    const Model *m = command_model_arg(s, a, w ? w->text : STR_NULL, w ? w->at : SPAN_NONE, err);
    if (!m)
        return false;
    size_t n = a->to.n;
    if (a->to.p && !(n > 4 && (str_ieq(str_sub(a->to, n - 5, n), STR(".html")) ||
                               str_ieq(str_sub(a->to, n - 4, n), STR(".htm"))))) {
        fail_at(err, ERR_USAGE, a->to_at,
                "a report is a page of HTML, and '%.*s' says another format", STR_ARG(a->to));
        return error_hint(err, "report to %s.html; coef > coef.pdf draws one picture", m->name);
    }
    const char *path = a->to.p ? args_zstr(a, a->to) : arena_printf(a->arena, "%s.html", m->name);
    Buf page = BUF_INIT;
    put_page(s, &s->models[session_model_index(s, m)], a->arena, &page);
    FileOut *f = file_out_open(path, err);
    bool ok = f && file_out_write(f, page.p, page.n, err);
    if (ok)
        ok = file_out_commit(f, err);
    else
        file_out_abandon(f);
    if (ok) {
        result_text(out, "model", str_of(m->name));
        result_text(out, "file", str_of(path));
        result_int(out, "bytes", (int64_t)page.n);
        result_chat(out, "%s: one page about %s, %s bytes", path, m->name,
                    result_count(out, (int64_t)page.n));
    }
    buf_free(&page);
    return ok;
}

static const OptRow report_opts[] = {OPT_MODEL_ROW, {0}};

const Command cmd_report = {
    .name = "report",
    .group = GROUP_MODEL,
    .brief = "one page of HTML about a model",
    .usage = "report [M] [to FILE.html]",
    .opts = report_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_TO,
    .help = "What was fitted, how good it is, the curves, the coefficients and what they mean, "
            "what stands out, the columns, "
            "and the script that makes it again. The page holds its pictures and needs no network "
            "and no script.",
    .examples = (const Example[]){{"report", "the current model, to m1.html", false},
                                  {"report m1 to model.html", "", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = report_run,
};
