/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command.h - a command is one const row: name, grammar, options, help, examples, run. Everything
 * else (parsing, help, completion, man page, example tests) is made from it.
 */
#ifndef GLINT_SHELL_COMMAND_H
#define GLINT_SHELL_COMMAND_H

#include "shell/result.h"
#include "shell/session.h"

typedef enum OptType {
    OPT_FLAG, /* --why */
    OPT_TEXT,
    OPT_INT,
    OPT_REAL,
    OPT_CHOICE, /* one of .choices */
    OPT_COLUMN,
    OPT_COLUMNS,
    OPT_INPUT, /* of the model */
    OPT_TABLE,
    OPT_MODEL,
    OPT_FILE,
    OPT_DURATION,
    OPT_TIME
} OptType;

typedef struct OptRow {
    const char *name; /* "l2" */
    OptType type;
    double min, max;            /* numbers: allowed range */
    const char *def;            /* default as typed, or NULL: not set */
    const char *const *choices; /* OPT_CHOICE: NULL-ended */
    const char *unit;           /* "per scaled column" */
    const char *metavar;        /* "A" */
    const char *brief;
} OptRow;

typedef enum Group {
    GROUP_SHELL,
    GROUP_DATA,
    GROUP_FEATURES,
    GROUP_MODEL,
    GROUP_ENGINE,
    GROUP_SCREENS
} Group;

/* What a command needs before it runs: checked once by exec.c, with one good message. */
enum { NEED_NONE = 0, NEED_TABLE = 1, NEED_MODEL = 2, NEED_CONNECTION = 4, NEED_TERMINAL = 8 };

/* Clause words a command takes: where E, by COLS, sort KEYS, limit N, top N, as NAME, to TARGET,
 * with T, on K. */
enum {
    CLAUSE_WHERE = 1,
    CLAUSE_BY = 2,
    CLAUSE_SORT = 4,
    CLAUSE_LIMIT = 8,
    CLAUSE_TOP = 16,
    CLAUSE_AS = 32,
    CLAUSE_TO = 64,
    CLAUSE_WITH = 128,
    CLAUSE_ON = 256
};

/* How the text before clauses and options is taken. */
typedef enum Subject {
    SUBJECT_NONE,  /* nothing may stand there */
    SUBJECT_WORDS, /* words: names, paths, A=V assignments, separated by blanks or commas
                      (args->words) */
    SUBJECT_RAW    /* the text as it is: a formula or an expression (args->text) */
} Subject;

/* What a word of the subject may be: for completion. 0: tables, columns and functions. */
enum {
    TAKES_TABLES = 1,
    TAKES_MODELS = 2,
    TAKES_COLUMNS = 4,
    TAKES_FUNCTIONS = 8,
    TAKES_INPUTS = 16, /* of the model, by name */
    TAKES_VALUES = 32, /* of the model, NAME=VALUE */
    TAKES_TERMS = 64,  /* names in the coefficient table */
    TAKES_FILES = 128,
    TAKES_OWN = 256 /* only what the row's complete() says */
};

typedef struct Word {
    Str text; /* unquoted */
    Str raw;  /* as typed */
    Span at;
    bool quoted;
    Str name;  /* A=V: the A; STR_NULL otherwise */
    Str value; /* A=V: the V, unquoted */
    Span value_at;
} Word;

/* A parsed command line. Everything lives in the arena. */
typedef struct Args {
    Arena *arena;
    const struct Command *cmd;
    Str line; /* the whole command as typed: spans point into it */
    size_t nwords;
    Word *words;
    Str text; /* SUBJECT_RAW */
    Span text_at;
    Str where, by, sort, as, to, with, on; /* clauses, STR_NULL when absent */
    Span where_at, by_at, sort_at, as_at, to_at, with_at, on_at;
    long limit, top; /* -1 when absent */
    size_t nopts;
    Word *opt_values; /* by row of cmd->opts; text.p NULL when absent */
} Args;
bool args_flag(const Args *a, const char *name);
bool args_has(const Args *a, const char *name);
/* The option's value or its default; STR_NULL when neither. Asserts that the row exists. */
Str args_text(const Args *a, const char *name);
const char *args_z(const Args *a, const char *name); /* NUL-ended, or NULL */
double args_real(const Args *a, const char *name);   /* NaN when absent without default */
int64_t args_int(const Args *a, const char *name);   /* 0 when absent without default */
Span args_at(const Args *a, const char *name);
/* Position of the value among the row's choices (or of the default), -1 when absent. */
long args_choice(const Args *a, const char *name);
const char *args_zstr(const Args *a, Str s); /* NUL-ended copy in the arena; NULL for STR_NULL */

/* A comma-separated list with places: `age, -"Post Title"`. Words without name part; quotes taken
 * off. */
size_t args_list(const Args *a, Str list, Span at, Word **out);
/* The columns of a list, by name; all of them when the list is empty. Fails with the name's place
 * and a hint. */
bool args_columns(const Args *a, Str list, Span at, const Frame *f, const char *table,
                  size_t **cols, size_t *n, Error *err);

/* Splits the text after the command's name into subject, clauses and options by the rows of `cmd`.
 * `line` is the whole command; `from` where the name ends. Prefixes of option names are taken when
 * `prefixes`. */
bool args_parse(Arena *arena, const struct Command *cmd, Str line, size_t from, bool prefixes,
                Args *out, Error *err);

typedef struct Example {
    const char *line,
        *brief;  /* runs in the example world: datasets loaded, features ft, model m1 */
    bool no_run; /* needs a terminal, a network, an editor: the test only parses it */
} Example;

typedef struct Command {
    const char *name; /* "whatif"; "es rank" has a blank */
    Group group;
    const char *brief;
    const char *usage;
    const OptRow *opts; /* ended by a row without name, or NULL */
    Subject subject;
    unsigned words; /* of the subject at most; 0: any number */
    unsigned clauses;
    const char *help;        /* paragraphs */
    const Example *examples; /* ended by {0} */
    unsigned needs;
    bool changes_state; /* journalled: undo, script */
    bool (*run)(Session *s, const Args *a, Result *out, Error *err);
    /* More candidates for completion at a word of the subject: appended NUL-ended to `out`; may be
     * NULL. */
    void (*complete)(Session *s, Str before, Buf *out);
    unsigned takes; /* TAKES_ bits */
} Command;

const Command *const *command_table(size_t *n);
/* By name or unique prefix (prefix only when allowed); fails with did-you-mean. `used` bytes of the
 * line it took. */
/* psql's backslash words, `?` and a few synonyms as the commands they stand for. */
Str command_alias(Arena *a, Str line);
const Command *command_find(Str line, bool prefixes, size_t *used, Error *err);

/* The table a command works on: --data NAME, a first word that names one (the caller says), or the
 * current one. */
const NamedData *command_table_arg(Session *s, const Args *a, Str name, Span at, Error *err);
/* The same for a raw subject: a table's name in front of it is taken off (`derive users x = age *
 * 2`), unless the current table has a column of that name. */
const NamedData *command_table_first(Session *s, const Args *a, Str *text, Span *at, Error *err);
/* The model a command works on: the named one, --model NAME, or the current one. Borrowed from the
 * session. */
const Model *command_model_arg(Session *s, const Args *a, Str name, Span at, Error *err);

/* Option rows that many commands share. */
#define OPT_DATA_ROW                                                                               \
    {                                                                                              \
        .name = "data", .type = OPT_TABLE, .metavar = "T",                                         \
        .brief = "table (default: the current one)"                                                \
    }
#define OPT_MODEL_ROW                                                                              \
    {                                                                                              \
        .name = "model", .type = OPT_MODEL, .metavar = "M",                                        \
        .brief = "model (default: the current one)"                                                \
    }

#include "shell/command_list.h"

#endif
