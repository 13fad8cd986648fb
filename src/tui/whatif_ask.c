/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * whatif_ask.c - keys of the what-if screen whose answer is a command's: what flips the row, which
 * rows are near, the row in words, a user's or a post's values, what the engine would rank.
 *
 * Users and posts are chosen from a list; where the session knows of none they are typed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/command.h"
#include "shell/connection.h"
#include "shell/parse.h"
#include "shell/vector.h"
#include "subject.h"
#include "whatif_priv.h"

static void ask_shell(Ui *ui, const Whats *s, const char *verb)
{
    Buf b = BUF_INIT;
    buf_puts(&b, verb);
    bool first = true;
    for (size_t i = 0; strcmp(verb, "flip") == 0 && i < s->v.w->n; i++)
        if (s->frozen[i]) {
            buf_puts(&b, first ? " --freeze " : ",");
            buf_name(&b, str_of(whats_input(s, i)->name));
            first = false;
        }
    put_model_option(ui, s->v.w->model, &b);
    ui_run(ui, false, "%s", b.p);
    buf_free(&b);
}

void whats_ask_flip(Ui *ui, void *state)
{
    ask_shell(ui, state, "flip");
}

void whats_ask_near(Ui *ui, void *state)
{
    ask_shell(ui, state, "near");
}

void whats_ask_words(Ui *ui, void *state)
{
    ask_shell(ui, state, "explain");
}

static void take_changes(Ui *ui, Whats *s, const Flip *f)
{
    Buf b = BUF_INIT;
    for (size_t k = 0; k < f->nchanges; k++) {
        const FlipChange *c = &f->change[k];
        s->v.w->num[c->input] = c->to_num;
        if (whats_is_factor(whats_input(s, c->input))) {
            free(s->v.w->text[c->input]);
            s->v.w->text[c->input] = xstrdup(c->to_text);
        }
        s->v.w->set[c->input] = 1;
        buf_putc(&b, ' ');
        whats_put_typed(s->v.w, c->input, &b);
    }
    s->row = -1;
    ui_did(ui, "whatif%s", b.p);
    whats_eval(ui, s);
    buf_free(&b);
}

/* Takes over the smallest change that crosses the threshold. */
void whats_apply_flip(Ui *ui, void *state)
{
    Whats *s = state;
    Error err = ERROR_INIT;
    size_t n = 0;
    double best = NAN;
    Flip *f = whatif_flip(s->v.w, ui_session(ui)->threshold, s->frozen, 2, &n, &best, &err);
    if (error_is_set(&err))
        ui_error(ui, &err);
    else if (n)
        take_changes(ui, s, &f[0]);
    else
        ui_message(ui, STYLE_WARNING,
                   "no change of two features crosses the threshold: %.3f at best", best);
    free(f);
}

void whats_pin(Ui *ui, void *state)
{
    Whats *s = state;
    bool had = s->pinned != NULL;
    whatif_free(s->pinned);
    s->pinned = had ? NULL : whatif_copy(s->v.w);
    s->pinned_p = s->v.r.p;
    ui_message(ui, STYLE_DIM, had ? "no longer pinned" : "pinned: changes are shown against it");
}

/* ---- users and posts ---- */

static bool take_values(Ui *ui, const Whats *s, const char *what, Str id)
{
    Buf b = BUF_INIT;
    buf_printf(&b, "whatif %s=", what);
    put_text_value(&b, id);
    put_model_option(ui, s->v.w->model, &b);
    bool ok = ui_run(ui, true, "%s", b.p);
    if (ok) /* the screen says it all */
        ui_message(ui, STYLE_DIM, "%s", "");
    buf_free(&b);
    return ok;
}

static void user_asked(Ui *ui, void *state, Str answer)
{
    Whats *s = state;
    if (!answer.n || !take_values(ui, s, "user", answer))
        return;
    free(s->user);
    s->user = xstrndup(answer.p, answer.n);
}

static void post_asked(Ui *ui, void *state, Str answer)
{
    if (answer.n)
        take_values(ui, state, "post", answer);
}

static void choose(Ui *ui, const char *what, Role role, void (*done)(Ui *, void *, Str))
{
    Buf names = BUF_INIT;
    put_ids(ui, role, &names);
    char prompt[48];
    snprintf(prompt, sizeof prompt, "%s: ", what);
    if (names.n)
        ui_pick(ui, what, &names, done);
    else
        ui_ask(ui, prompt, STR_NULL, done);
    buf_free(&names);
}

void whats_ask_user(Ui *ui, void *state)
{
    (void)state;
    choose(ui, "a user", ROLE_USER, user_asked);
}

void whats_ask_post(Ui *ui, void *state)
{
    (void)state;
    choose(ui, "a post", ROLE_POST, post_asked);
}

/* ---- the engine ---- */

static void rank_asked(Ui *ui, void *state, Str answer)
{
    const Whats *s = state;
    Buf b = BUF_INIT;
    Error err = ERROR_INIT;
    const Client *c = answer.n ? connection_need(ui_session(ui), &err) : NULL;
    if (c) { /* what needs no batch: it is this model that ranks, not what was once written */
        World w = session_world(ui_session(ui));
        Buf end = BUF_INIT;
        buf_time(&end, world_end(&w), TIME_MICRO);
        buf_puts(&b, "es rank posts for ");
        put_text_value(&b, answer);
        buf_printf(&b, " --by %s --as-of ", c->caps.scripts ? "script" : "weights");
        put_text_value(&b, buf_slice(&end));
        buf_free(&end);
        buf_puts(&b, " --show-request");
        put_model_option(ui, s->v.w->model, &b);
        ui_run(ui, false, "%s", b.p);
    }
    buf_free(&b);
}

/* For the user whose values were taken, else for one to choose: the top hits, as of the end of the
 * data as all here is, and the query that they answer. */
void whats_ask_engine(Ui *ui, void *state)
{
    const Whats *s = state;
    if (!ui_session(ui)->connection)
        ui_message(ui, STYLE_DIM, "no engine is connected: connect URL");
    else if (s->user)
        rank_asked(ui, state, str_of(s->user));
    else
        choose(ui, "rank posts for a user", ROLE_USER, rank_asked);
}
