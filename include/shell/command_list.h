/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command_list.h - the rows of the table of commands, in the order of help: a word for each. */
#ifndef GLINT_SHELL_COMMAND_LIST_H
#define GLINT_SHELL_COMMAND_LIST_H

/* clang-format off */
#define COMMANDS(X) \
    X(load) X(save) X(tables) X(use) X(drop) X(rename) X(show) X(describe) X(count) X(hist) \
    X(corr) X(plot) X(group) X(derive) X(filter) X(join) X(sample) X(bind) X(simulate) \
    X(roles) X(features) X(favourites) \
    X(check) X(fit) X(model) X(models) X(coef) X(metrics) X(roc) X(pr) X(calibration) X(lift) \
    X(thresholds) X(whatif) X(near) X(flip) X(effect) X(explain) X(predict) X(compare) X(anova) \
    X(diagnose) X(cv) X(path) X(note) X(report) X(export) \
    X(connect) X(es_doctor) X(es_indexes) X(es_create) X(es_drop) X(es_push) X(score) \
    X(es_rank) X(es_verify) X(es_boost) X(es_deploy) X(es_similar) \
    X(browse) X(view) \
    X(help) X(tour) X(undo) X(redo) X(script) X(run) X(set) X(timing) X(echo) X(history) X(quit)
/* clang-format on */

#define DECLARE_COMMAND(name) extern const Command cmd_##name;
COMMANDS(DECLARE_COMMAND)
#undef DECLARE_COMMAND

#endif
