/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal.c - what was done: undo, redo, and the shortest script that does it again.
 *
 * Two lists. The log is append-only: each command that changed something, with the entries it read
 * from (by way of the tables and models it asked the session for), the seed and threshold in force,
 * and what was current before and after. The steps are the undo stack: states before and after,
 * shared by reference.
 *
 * script: start from the entries that made what is in the session now, add what those read, and so
 * on; print them in order. Since commands that did not matter are left out, what is current, the
 * next model name and the seed may differ on the way; journal_script() follows them and puts `use`,
 * `as`, `set seed` and the `connect` of an engine where they are needed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "shell/journal.h"
#include "shell/parse.h"
#include "shell/state.h"

#define UNDO_STEPS 200

typedef struct Entry {
    char *text;
    uint64_t seed;
    double threshold;
    size_t nreads;
    long *reads;
    char *used_table, *used_model;   /* read as the current one: its name, or NULL */
    char *after_table, *after_model; /* what is current afterwards */
    char *connect; /* the command that connected the engine it talked to, or NULL */
    char *named;                     /* a model that got its name by itself */
} Entry;

typedef struct Step {
    long entry;
    State *before, *after;
} Step;

struct Journal {
    size_t n, cap, nsteps, at; /* steps [0, at) can be undone, [at, nsteps) redone */
    Entry *log;
    Step steps[UNDO_STEPS];
    State *begun;
    Entry now;
    bool running;
};

Journal *journal_new(void)
{
    return xcalloc(1, sizeof(Journal));
}

static void entry_clear(Entry *e)
{
    free(e->text);
    free(e->reads);
    free(e->used_table);
    free(e->used_model);
    free(e->after_table);
    free(e->after_model);
    free(e->named);
    free(e->connect);
    *e = (Entry){0};
}

static void steps_drop(Journal *j, size_t from)
{
    for (size_t i = from; i < j->nsteps; i++) {
        state_free(j->steps[i].before);
        state_free(j->steps[i].after);
    }
    j->nsteps = from;
    if (j->at > from)
        j->at = from;
}

void journal_free(Journal *j)
{
    if (!j)
        return;
    steps_drop(j, 0);
    for (size_t i = 0; i < j->n; i++)
        entry_clear(&j->log[i]);
    entry_clear(&j->now);
    state_free(j->begun);
    free(j->log);
    free(j);
}

void journal_begin(Session *s, Str command)
{
    Journal *j = s->journal;
    entry_clear(&j->now);
    state_free(j->begun);
    j->begun = state_save(s);
    j->now.text = xstrndup(command.p, command.n);
    j->now.seed = s->seed;
    j->now.threshold = s->threshold;
    j->running = true;
}

static const char *table_name(const Session *s)
{
    return s->current_table >= 0 ? s->tables[s->current_table].name : NULL;
}

static const char *model_name(const Session *s)
{
    return s->current_model >= 0 ? s->models[s->current_model].model->name : NULL;
}

static char *copy(const char *z)
{
    return z ? xstrdup(z) : NULL;
}

/* A new model without `as` in the command that made it named itself. */
static void note_own_name(const Session *s, Entry *e, long id, size_t before)
{
    for (size_t i = before; i < s->nmodels; i++)
        if (s->models[i].made == id && !strstr(e->text, " as ")) {
            free(e->named);
            e->named = copy(s->models[i].model->name);
        }
}

/* Has the command made, dropped or chosen anything? */
static bool changed(const Session *s, const Journal *j)
{
    bool made = false;
    for (size_t i = 0; i < s->ntables; i++)
        made = made || s->tables[i].made == (long)j->n;
    for (size_t i = 0; i < s->nmodels; i++)
        made = made || s->models[i].made == (long)j->n;
    return made || state_differs(s, j->begun);
}

void journal_end(Session *s, bool ok)
{
    Journal *j = s->journal;
    if (!j->running)
        return;
    j->running = false;
    if (!ok) {
        state_restore(s, j->begun);
        state_free(j->begun);
        j->begun = NULL;
        entry_clear(&j->now);
        return;
    }
    if (!changed(s, j)) {
        state_free(j->begun);
        j->begun = NULL;
        entry_clear(&j->now);
        return;
    }
    Entry *e = &j->now;
    note_own_name(s, e, (long)j->n, state_models(j->begun));
    e->after_table = copy(table_name(s));
    e->after_model = copy(model_name(s));
    if (j->n == j->cap) {
        j->cap = j->cap ? j->cap * 2 : 32;
        j->log = xrealloc(j->log, j->cap * sizeof *j->log);
    }
    j->log[j->n] = *e;
    *e = (Entry){0};
    steps_drop(j, j->at);
    if (j->nsteps == UNDO_STEPS) {
        state_free(j->steps[0].before);
        state_free(j->steps[0].after);
        memmove(j->steps, j->steps + 1, (UNDO_STEPS - 1) * sizeof *j->steps);
        j->nsteps--;
    }
    j->steps[j->nsteps++] = (Step){(long)j->n, j->begun, NULL};
    j->at = j->nsteps;
    j->begun = NULL;
    j->n++;
}

long journal_entry(const Journal *j)
{
    return j->running ? (long)j->n : -1;
}

static void read_entry(Entry *e, long made, long self)
{
    if (made < 0 || made == self)
        return;
    for (size_t i = 0; i < e->nreads; i++)
        if (e->reads[i] == made)
            return;
    e->reads = xrealloc(e->reads, (e->nreads + 1) * sizeof *e->reads);
    e->reads[e->nreads++] = made;
}

void journal_read_table(const Session *s, long i, bool implicit)
{
    Journal *j = s->journal;
    if (!j || !j->running)
        return;
    read_entry(&j->now, s->tables[i].made, (long)j->n);
    if (implicit && !j->now.used_table)
        j->now.used_table = copy(s->tables[i].name);
}

void journal_read_model(const Session *s, long i, bool implicit)
{
    Journal *j = s->journal;
    if (!j || !j->running)
        return;
    read_entry(&j->now, s->models[i].made, (long)j->n);
    if (implicit && !j->now.used_model)
        j->now.used_model = copy(s->models[i].model->name);
}

void journal_read_connection(const Session *s, const char *line)
{
    Journal *j = s->journal;
    if (j && j->running && !j->now.connect)
        j->now.connect = copy(line);
}

const char *journal_undo(Session *s)
{
    Journal *j = s->journal;
    if (!j->at)
        return NULL;
    Step *st = &j->steps[--j->at];
    if (!st->after)
        st->after = state_save(s);
    state_restore(s, st->before);
    return j->log[st->entry].text;
}

const char *journal_redo(Session *s)
{
    Journal *j = s->journal;
    if (j->at >= j->nsteps)
        return NULL;
    Step *st = &j->steps[j->at++];
    state_restore(s, st->after);
    return j->log[st->entry].text;
}

/* ---- script ---- */

static void want(const Journal *j, bool *wanted, long id)
{
    if (id < 0 || (size_t)id >= j->n || wanted[id])
        return;
    wanted[id] = true;
    const Entry *e = &j->log[id];
    for (size_t i = 0; i < e->nreads; i++)
        want(j, wanted, e->reads[i]);
}

typedef struct Follow {
    const char *table, *model, *connect;
    uint64_t seed;
    double threshold;
    int64_t top; /* highest mN in use */
    size_t lines;
} Follow;

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void put_use(Follow *f, const char *name, Buf *out)
{
    buf_puts(out, "use ");
    buf_name(out, str_of(name));
    buf_putc(out, '\n');
    f->lines++;
}

static void put_entry(const Entry *e, Follow *f, Buf *out)
{
    if (e->seed != f->seed) {
        buf_printf(out, "set seed %llu\n", (unsigned long long)e->seed);
        f->seed = e->seed;
        f->lines++;
    }
    if (e->threshold != f->threshold) {
        buf_puts(out, "set threshold ");
        buf_real(out, e->threshold);
        buf_putc(out, '\n');
        f->threshold = e->threshold;
        f->lines++;
    }
    if (e->connect && !same(e->connect, f->connect)) {
        buf_printf(out, "%s\n", e->connect);
        f->connect = e->connect;
        f->lines++;
    }
    if (e->used_table && !same(e->used_table, f->table))
        put_use(f, e->used_table, out);
    if (e->used_model && !same(e->used_model, f->model))
        put_use(f, e->used_model, out);
    buf_puts(out, e->text);
    int64_t number = 0;
    if (e->named) {
        Str digits = str_of(e->named + 1);
        if (!parse_int(digits, &number) || number != f->top + 1)
            buf_printf(out, " as %s", e->named);
    }
    if (number > f->top)
        f->top = number;
    buf_putc(out, '\n');
    f->lines++;
    f->table = e->after_table;
    f->model = e->after_model;
}

size_t journal_script(const Session *s, Buf *out)
{
    const Journal *j = s->journal;
    bool *wanted = xcalloc(j->n + 1, sizeof *wanted);
    for (size_t i = 0; i < s->ntables; i++)
        want(j, wanted, s->tables[i].made);
    for (size_t i = 0; i < s->nmodels; i++)
        want(j, wanted, s->models[i].made);
    Follow f = {.threshold = 0.5};
    for (size_t i = 0; i < j->n; i++)
        if (wanted[i])
            put_entry(&j->log[i], &f, out);
    if (table_name(s) && !same(table_name(s), f.table))
        put_use(&f, table_name(s), out);
    if (model_name(s) && !same(model_name(s), f.model))
        put_use(&f, model_name(s), out);
    if (s->seed != f.seed) {
        buf_printf(out, "set seed %llu\n", (unsigned long long)s->seed);
        f.lines++;
    }
    if (s->threshold != f.threshold) {
        buf_puts(out, "set threshold ");
        buf_real(out, s->threshold);
        buf_putc(out, '\n');
        f.lines++;
    }
    free(wanted);
    return f.lines;
}

long journal_source(const Journal *j, long i)
{
    const Entry *e = i >= 0 && (size_t)i < journal_count(j) ? &j->log[i] : NULL;
    return e && e->nreads ? e->reads[0] : -1;
}

size_t journal_count(const Journal *j)
{
    return j->n;
}

const char *journal_line(const Journal *j, size_t i)
{
    return j->log[i].text;
}
