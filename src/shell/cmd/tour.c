/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tour.c - `tour`: ten minutes through the whole job, each step typed by the person.
 *
 * session->tour is the step whose command is awaited, from 1; 0: no tour. Any command works
 * meanwhile; only one that begins like the awaited one goes on. The data are simulated, so the tour
 * needs no file. A line to type fits into 80 columns, so that it can be copied.
 */
#include "shell/command.h"
#include "shell/screen.h"
#include "shell/tour.h"

#define WIDEST 96 /* text is not wider, however wide the terminal */

static const struct {
    const char *text, *line;
} steps[] = {
    {"glint turns what people did into a model of what they will do. First some data: a blog with "
     "readers, posts, products and 20,000 interactions, drawn from a known truth. With your own "
     "files you would type load data/*.csv. Type the line below (tour skip goes on without it, "
     "tour end stops; any other command works meanwhile):",
     "simulate blog --users 600 --posts 150 --interactions 20000"},
    {"Four tables. Look at one; every column gets a line. (show users prints rows, count users "
     "country counts.)",
     "describe users"},
    {"glint has guessed which column is the reader, the post, the moment; roles shows and corrects "
     "that. From it comes the feature table: one row an interaction, with what was known strictly "
     "before it.",
     "features as ft"},
    {"viewed is what we want to predict. How does its rate change with the age of a post?",
     "plot viewed ~ post_age_days"},
    {"Now a logistic regression. The formula is R's; --test keeps a quarter of the rows aside for "
     "an honest test. What has no room on the screen goes through the pager: q comes back.",
     "fit viewed ~ age + lang + post_age_days + log1p(prev_views) --test 0.25"},
    {"Read it from the top: rows, fit, metrics beside those of no model at all, alarms (!), then "
     "the coefficients, highest first. The alarm says that everybody would get the same order of "
     "posts. The same coefficients as sentences:",
     "coef top 5 --words"},
    {"How well does it tell views from the rest, at every threshold?", "roc"},
    {"Try a reader and a post by hand. What you leave out stays typical; each line says what it "
     "adds.",
     "whatif age=25 lang=java post_age_days=2"},
    {"What would have to change to cross the threshold?", "flip --freeze age"},
    {"And what really happened in rows like this one?", "near --k 3"},
    {"The same with sliders on the whole screen: the arrows change a value, x asks what flips the "
     "answer, ? lists the keys, q comes back here.",
     "view whatif"},
    {"Tell the alarm away: let language matter differently by age.",
     "fit viewed ~ age * lang + post_age_days + log1p(prev_views) --test 0.25"},
    {"Which of the two is better?", "compare m1 m2"},
    {"A page for those who were not here: curves, coefficients in words, alarms, how it was made.",
     "report to tour.html"},
    {"All of it can be done again by a script, seeds included.", "script"},
};
#define NSTEPS (sizeof steps / sizeof *steps)

/* Words in lines as wide as the terminal. */
static void put_wrapped(const char *text, size_t first, size_t width, Buf *out)
{
    size_t at = first;
    for (Str rest = str_of(text); rest.n;) {
        Str word = str_split(rest, ' ', &rest);
        if (at > first && at + 1 + word.n > width) {
            buf_putc(out, '\n');
            at = 0;
        } else if (at > first) {
            buf_putc(out, ' ');
            at++;
        }
        first = 0;
        buf_str(out, word);
        at += word.n;
    }
    buf_putc(out, '\n');
}

static void put_step(const Session *s, size_t i, Buf *out)
{
    size_t width = out_for(s, stdout).width, begun;
    width = !width || width > WIDEST ? WIDEST : width;
    buf_putc(out, '\n');
    begun = out->n;
    buf_printf(out, "%zu of %zu  ", i + 1, NSTEPS);
    put_wrapped(steps[i].text, out->n - begun, width, out);
    buf_printf(out, "\n    %s\n\n", steps[i].line);
}

static void put_end(Buf *out)
{
    buf_puts(out,
             "\nThat was the tour. help lists the commands, help fit explains one, script > FILE\n"
             "keeps the work. With an engine: connect URL, then es push, score and es rank.\n");
}

/* To the step behind i, or out. */
static void go_on(Session *s, size_t i, Buf *out)
{
    s->tour = i + 1 < NSTEPS ? (int)i + 2 : 0;
    if (s->tour)
        put_step(s, i + 1, out);
    else
        put_end(out);
}

void tour_follow(Session *s, Str command, Buf *out)
{
    if (s->tour < 1)
        return;
    size_t i = (size_t)s->tour - 1;
    Str rest;
    if (str_starts(command, str_split(str_of(steps[i].line), ' ', &rest)))
        go_on(s, i, out);
}

static bool tour_run(Session *s, const Args *a, Result *out, Error *err)
{
    int64_t step = s->tour ? s->tour : 1;
    Str word = a->nwords ? a->words[0].text : STR_NULL;
    Buf b = BUF_INIT;
    if (str_eqz(word, "end")) {
        s->tour = 0;
        result_line(out, "the tour is over; tour begins again");
        return true;
    }
    if (str_eqz(word, "skip")) {
        go_on(s, (size_t)step - 1, &b);
    } else if (word.n && !(parse_int(word, &step) && step >= 1 && step <= (int64_t)NSTEPS)) {
        fail_at(err, ERR_USAGE, a->words[0].at, "the tour has %zu steps", NSTEPS);
        return error_hint(err, "tour, tour 3, tour skip or tour end");
    } else {
        s->tour = (int)step;
        put_step(s, (size_t)step - 1, &b);
    }
    result_raw(out, buf_slice(&b));
    buf_free(&b);
    return true;
}

const Command cmd_tour = {
    .name = "tour",
    .group = GROUP_SHELL,
    .brief = "ten minutes through the whole job",
    .usage = "tour [STEP|skip|end]",
    .subject = SUBJECT_WORDS,
    .help = "Says what to type; when it worked the next step follows. Everything else can be typed "
            "meanwhile.",
    .examples = (const Example[]){{"tour", "", false},
                                  {"tour skip", "the next step, this one not typed", false},
                                  {"tour end", "", false},
                                  {0}},
    .run = tour_run,
};
