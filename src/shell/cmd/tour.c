/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tour.c - `tour`: ten minutes through the whole job, each step typed by the person.
 *
 * session->tour is the step whose command is awaited, from 1; 0: no tour. Any command works
 * meanwhile; only one that begins like the awaited one goes on. The data are simulated, so the tour
 * needs no file.
 */
#include "shell/command.h"
#include "shell/tour.h"

static const struct {
    const char *text, *line;
} steps[] = {
    {"glint turns what people did into a model of what they will do. First some data: a blog with "
     "readers, posts, products\n"
     "and 20,000 interactions, drawn from a known truth. With your own files you would type: load "
     "data/*.csv",
     "simulate blog --users 600 --posts 150 --interactions 20000"},
    {"Four tables. Look at one; every column gets a line. (show users prints rows, count users "
     "country counts.)",
     "describe users"},
    {"glint has guessed which column is the reader, the post, the moment. roles shows and corrects "
     "that. From it comes the\n"
     "feature table: one row an interaction, with what was known strictly before it.",
     "features as ft"},
    {"`viewed` is what we want to predict. How does its rate change with the age of a post?",
     "plot viewed ~ post_age_days"},
    {"Now a logistic regression. The formula is R's; --test keeps the last quarter in time for an "
     "honest test.",
     "fit viewed ~ age + gender + country + lang + post_age_days + log1p(prev_views) --test 0.25 "
     "--split time"},
    {"Read from the top: rows, fit, metrics beside those of no model at all, alarms (!), then "
     "coefficients, highest first.\n"
     "The alarm says that everybody would get the same order of posts. The same coefficients as "
     "sentences:",
     "coef --words"},
    {"How well does it tell views from the rest, at every threshold?", "roc"},
    {"Try a reader and a post by hand. What you leave out stays typical; each line says what it "
     "adds.",
     "whatif age=25 lang=java post_age_days=2"},
    {"What would have to change to cross the threshold?", "flip --freeze age,gender"},
    {"And what really happened in rows like this one?", "near --k 3"},
    {"Tell the alarm away: let language matter differently by gender.",
     "fit viewed ~ age + gender*lang + country + post_age_days + log1p(prev_views) --test 0.25 "
     "--split time"},
    {"Which of the two is better?", "compare m1 m2"},
    {"All of it can be done again by a script, seeds included.", "script"},
};
#define NSTEPS (sizeof steps / sizeof *steps)

static void put_step(size_t i, Buf *out)
{
    buf_printf(out, "\n%zu of %zu  %s\n\n    %s\n\n", i + 1, NSTEPS, steps[i].text, steps[i].line);
}

void tour_follow(Session *s, Str command, Buf *out)
{
    if (s->tour < 1)
        return;
    size_t i = (size_t)s->tour - 1;
    Str want = str_of(steps[i].line), rest;
    if (!str_starts(command, str_split(want, ' ', &rest)))
        return;
    if (i + 1 < NSTEPS) {
        s->tour++;
        put_step(i + 1, out);
        return;
    }
    s->tour = 0;
    buf_puts(out, "\nThat was the tour. help lists the commands, help fit explains one, script > "
                  "FILE keeps the work.\n"
                  "With an engine: connect URL, then es push, score and es rank. browse opens the "
                  "screens.\n");
}

static bool tour_run(Session *s, const Args *a, Result *out, Error *err)
{
    int64_t step = s->tour ? s->tour : 1;
    if (a->nwords && str_eqz(a->words[0].text, "end")) {
        s->tour = 0;
        result_line(out, "the tour is over; tour begins again");
        return true;
    }
    if (a->nwords &&
        !(parse_int(a->words[0].text, &step) && step >= 1 && step <= (int64_t)NSTEPS)) {
        fail_at(err, ERR_USAGE, a->words[0].at, "the tour has %zu steps", NSTEPS);
        return error_hint(err, "tour, tour 3 or tour end");
    }
    s->tour = (int)step;
    Buf b = BUF_INIT;
    put_step((size_t)step - 1, &b);
    result_raw(out, buf_slice(&b));
    buf_free(&b);
    return true;
}

const Command cmd_tour = {
    .name = "tour",
    .group = GROUP_SHELL,
    .brief = "ten minutes through the whole job",
    .usage = "tour [STEP|end]",
    .subject = SUBJECT_WORDS,
    .help = "Says what to type; when it worked the next step follows. Everything else can be typed "
            "meanwhile.",
    .examples = (const Example[]){{"tour", "", false}, {"tour end", "", false}, {0}},
    .run = tour_run,
};
