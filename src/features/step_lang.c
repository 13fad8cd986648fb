/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_lang.c - the language of posts whose table has no such column, read from the words of
 * their titles.
 *
 * "Understanding JavaScript" is about javascript. Only whole words count, and of the short names
 * that are English words too (go, c, r) only spellings that a title would not use otherwise: "Go"
 * inside a title, "C" and "R" as capitals. The first language that is named wins; a title that
 * names none gives null. The report says that lang was guessed.
 */
#include <ctype.h>
#include <stdlib.h>

#include "maker_priv.h"

static const struct {
    const char *word, *lang;
    bool as_written; /* case counts, and not as the first word */
} words[] = {
    {"python", "python", false},
    {"django", "python", false},
    {"pandas", "python", false},
    {"java", "java", false},
    {"javascript", "javascript", false},
    {"js", "javascript", false},
    {"node", "javascript", false},
    {"nodejs", "javascript", false},
    {"typescript", "typescript", false},
    {"golang", "go", false},
    {"Go", "go", true},
    {"rust", "rust", false},
    {"c++", "c++", false},
    {"cpp", "c++", false},
    {"c#", "c#", false},
    {"csharp", "c#", false},
    {"C", "c", true},
    {"sql", "sql", false},
    {"postgresql", "sql", false},
    {"mysql", "sql", false},
    {"ruby", "ruby", false},
    {"rails", "ruby", false},
    {"php", "php", false},
    {"kotlin", "kotlin", false},
    {"swift", "swift", false},
    {"scala", "scala", false},
    {"haskell", "haskell", false},
    {"perl", "perl", false},
    {"lua", "lua", false},
    {"bash", "bash", false},
    {"html", "html", false},
    {"css", "css", false},
    {"R", "r", true},
    {"julia", "julia", false},
    {"matlab", "matlab", false},
    {"fortran", "fortran", false},
};
#define NWORDS (sizeof words / sizeof words[0])

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '+' || c == '#' || (unsigned char)c >= 0x80;
}

Str lang_of_title(Str title)
{
    bool first = true;
    for (size_t i = 0; i < title.n;) {
        size_t from = i;
        while (i < title.n && is_word_byte(title.p[i]))
            i++;
        Str word = str_sub(title, from, i);
        for (size_t k = 0; word.n && k < NWORDS; k++) {
            bool same = words[k].as_written ? !first && str_eqz(word, words[k].word)
                                            : str_ieq(word, str_of(words[k].word));
            if (same)
                return str_of(words[k].lang);
        }
        first = first && word.n == 0;
        if (i < title.n && !word.n)
            i++;
    }
    return STR_NULL;
}

static bool lang_plan(Plan *p, Error *err)
{
    (void)err;
    const World *w = &p->m->w;
    const Column *title = role_column(w->posts, &w->posts_roles, ROLE_TITLE);
    if (!title || w->posts_roles.col[ROLE_LANG] >= 0 || title->type == COL_INT)
        return true;
    size_t named = 0;
    for (size_t i = 0; i < title->n; i++)
        named += !column_is_null(title, i) && lang_of_title(column_text(title, i)).p;
    /* a site that is not about programming has a "swift" answer now and then */
    if (4 * named < title->n)
        return true;
    if (plan_add(p, "post", "lang", FROM_POST, w->posts->names[w->posts_roles.col[ROLE_TITLE]], 0))
        report_note(
            p->report, "lang is read from the words of '%s': %s of %s posts name a language",
            w->posts->names[w->posts_roles.col[ROLE_TITLE]], COUNTED(named), COUNTED(title->n));
    return true;
}

static Levels *all_langs(Error *err)
{
    Str names[NWORDS];
    size_t n = 0;
    for (size_t k = 0; k < NWORDS; k++) {
        bool seen = false;
        for (size_t j = 0; j < n; j++)
            seen |= str_eqz(names[j], words[k].lang);
        if (!seen)
            names[n++] = str_of(words[k].lang);
    }
    int32_t order[NWORDS];
    return levels_new(names, n, order, err);
}

static Column *lang_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    const Column *title = m->w.posts ? frame_column(m->w.posts, str_of(c->column)) : NULL;
    Levels *levels = all_langs(err);
    Column *out = levels ? column_new_code(rows->n, levels, err) : NULL;
    levels_unref(levels);
    int32_t *code = out ? big_alloc(m->nposts + 1, sizeof *code, false, "languages", err) : NULL;
    if (!code)
        goto failed;
    for (size_t i = 0; i < m->nposts; i++) {
        bool there = title && title->type != COL_INT && i < title->n && !column_is_null(title, i);
        Str lang = there ? lang_of_title(column_text(title, i)) : STR_NULL;
        code[i] = lang.p ? levels_find(out->levels, lang) : -1;
    }
    for (size_t i = 0; i < rows->n; i++) {
        int32_t k = rows->post[i] == NO_ID ? -1 : code[rows->post[i]];
        if (k >= 0)
            out->v.c[i] = k;
        else if (!column_set_null(out, i, err))
            goto failed;
    }
    free(code);
    return out;
failed:
    free(code);
    column_unref(out);
    return NULL;
}

const Step step_lang = {"lang", "language named in the title", lang_plan, lang_make, 1, true};
