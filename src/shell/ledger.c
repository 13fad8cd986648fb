/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger.c - what became of the documents, told. */
#include "shell/ledger.h"

#include "shell/command.h"

void ledger_tell(const PushLedger *l, const char *index, Result *out)
{
    const struct {
        const char *key, *word;
        size_t n;
    } rows[] = {{"created", "made", l->created},
                {"updated", "replaced", l->updated},
                {"noop", "unchanged", l->noop},
                {"stale", "newer there", l->stale},
                {"failed", "refused", l->failed}};
    Buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        result_int(out, rows[i].key, (int64_t)rows[i].n);
        if (rows[i].n)
            buf_printf(&b, "%s%s %s", b.n ? ", " : "", result_count(out, (int64_t)rows[i].n),
                       rows[i].word);
    }
    result_text(out, "index", str_of(index));
    result_int(out, "documents", (int64_t)l->items);
    result_int(out, "requests", (int64_t)l->requests);
    result_int(out, "retried", (int64_t)l->retried);
    result_int(out, "bytes", (int64_t)l->bytes);
    result_real(out, "seconds", l->seconds);
    result_line(out, "%s documents to %s: %s", result_count(out, (int64_t)l->items), index,
                b.n ? b.p : "nothing to write");
    result_chat(out, "%.1f MB in %s, %.2f s, %s documents a second%s", (double)l->bytes / 1e6,
                result_plural(out, (int64_t)l->requests, "request"), l->seconds,
                result_count(out, l->seconds > 0 ? (int64_t)((double)l->items / l->seconds) : 0),
                l->retried ? arena_printf(out->arena, "; %s sent again",
                                          result_count(out, (int64_t)l->retried))
                           : "");
    buf_free(&b);
    if (l->unrefreshed)
        result_note(out, "unrefreshed", NULL,
                    "this user may not refresh %s: the documents are there, searches see them a "
                    "moment later",
                    index);
    if (!l->nreasons)
        return;
    static const TableCol cols[] = {{COL("reason", "refused because")},
                                    {COL("count", "documents"), .look = LOOK_COUNT},
                                    {COL("first_id", "first")}};
    Table *t = result_table(out, "reasons", cols, 3);
    for (size_t k = 0; k < l->nreasons; k++) {
        Cell *r = table_row(out, t);
        r[0] = cell_text(
            str_of(arena_strndup(out->arena, l->reasons[k].text, strlen(l->reasons[k].text))));
        r[1] = cell_int((int64_t)l->reasons[k].count);
        r[2] = cell_text(str_of(
            arena_strndup(out->arena, l->reasons[k].first_id, strlen(l->reasons[k].first_id))));
    }
}

bool ledger_cut(const PushLedger *l, size_t of, const char *how, Error *err)
{
    size_t there = l->created + l->updated + l->noop + l->stale;
    if (!l->requests ||
        (err->code != ERR_CANCEL && err->code != ERR_NET && err->code != ERR_REMOTE))
        return false;
    char of_them[32] = "", refused[48] = "";
    if (of)
        snprintf(of_them, sizeof of_them, " of %zu", of);
    if (l->failed)
        snprintf(refused, sizeof refused, ", %zu refused", l->failed);
    return error_hint(err, "%zu%s documents are there%s: %s", there, of_them, refused, how);
}

bool ledger_settle(Session *s, const PushLedger *l, Result *out, Error *err)
{
    if (ledger_check(l, err))
        return true;
    result_warn(out, "refused", "--dead-letter FILE keeps the refused documents", "%s", err->msg);
    s->exit_status = error_exit_status(err->code);
    error_clear(err);
    return true;
}
