/* SPDX-License-Identifier: GPL-3.0-or-later */
/* formula_edit.c - columns in and out of the text of a formula, by way of its terms. */
#include "formula_edit.h"

#include "shell/parse.h"

void formula_columns(Str formula, const Frame *f, uint8_t *in)
{
    Error ignored = ERROR_INIT;
    memset(in, 0, f->ncols);
    Terms *t = formula.n ? terms_parse(formula, 0, f, &ignored) : NULL;
    Arena *a = arena_new();
    Str *names;
    size_t n = t ? terms_columns(t, false, a, &names) : 0;
    for (size_t k = 0; k < n; k++) {
        long j = frame_find(f, names[k]);
        if (j >= 0)
            in[j] = 1;
    }
    arena_free(a);
    terms_free(t);
}

static bool reads(const Terms *t, size_t term, const char *name, Arena *a)
{
    for (size_t v = 0; v < t->terms[term].nvars; v++) {
        Str *cols;
        size_t n = expr_columns(t->vars[t->terms[term].var[v]].expr, a, &cols);
        for (size_t k = 0; k < n; k++)
            if (str_eqz(cols[k], name))
                return true;
    }
    return false;
}

bool formula_without(Buf *formula, const Frame *f, const char *name, Error *err)
{
    Terms *t = terms_parse(buf_slice(formula), 0, f, err);
    if (!t)
        return false;
    Arena *a = arena_new();
    size_t *drop = arena_array(a, size_t, t->nterms + 1), n = 0;
    for (size_t i = 0; i < t->nterms; i++)
        if (reads(t, i, name, a))
            drop[n++] = i;
    Terms *less = terms_without(t, drop, n, err);
    if (less) {
        buf_clear(formula);
        terms_print(less, formula);
    }
    bool ok = less != NULL;
    terms_free(less);
    terms_free(t);
    arena_free(a);
    return ok;
}

void formula_with(Buf *formula, const char *response, const char *name)
{
    Str text = buf_slice(formula), one = STR("~ 1");
    if (!text.n) {
        buf_name(formula, str_of(response));
        buf_puts(formula, " ~ ");
    } else if (text.n > one.n && str_eq(str_sub(text, text.n - one.n, text.n), one)) {
        formula->p[--formula->n] = '\0'; /* "y ~ 1": the name takes the place of the 1 */
    } else {
        buf_puts(formula, " + ");
    }
    buf_name(formula, str_of(name));
}
