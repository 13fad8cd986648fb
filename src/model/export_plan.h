/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_plan.h - a model as a short program that every export format can say.
 *
 *     inputs        columns that a row must have: numbers or texts
 *     steps         numbers worked out one after the other: v0 = log(x), v1 = piece of a spline ...
 *     tables        level (or combination of levels) to coefficient; 0 for others
 *     pieces        eta = sum of coefficient * product of steps and at most one table
 *     link          the mean of eta
 */
#ifndef GLINT_MODEL_EXPORT_PLAN_H
#define GLINT_MODEL_EXPORT_PLAN_H

#include "model/exports.h"
#include "model_priv.h"

/* Rows of op_words in export_text.c. */
typedef enum Op {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_NEG,
    OP_POW,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_EQ,
    OP_NE,
    OP_TEXT_EQ,
    OP_TEXT_NE,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_IF,
    OP_TRUTH,
    OP_EXP,
    OP_EXPM1,
    OP_LOG,
    OP_LOG1P,
    OP_LOG2,
    OP_LOG10,
    OP_SQRT,
    OP_ABS,
    OP_FLOOR,
    OP_CEIL,
    OP_ROUND,
    OP_SIN,
    OP_COS,
    OP_TAN,
    OP_MIN,
    OP_MAX,
    OP_NORMAL,
    OP_ATAN,
    OP_COUNT
} Op;

typedef enum NodeKind {
    N_NUMBER,
    N_NOTHING, /* a missing number */
    N_TEXT,
    N_INPUT,
    N_STEP,
    N_CALL
} NodeKind;
typedef struct Node {
    NodeKind kind;
    bool truth; /* yes or no rather than a number */
    Op op;
    double number;
    Str text;
    size_t at; /* N_INPUT, N_STEP */
    struct Node *args[3];
} Node;

typedef struct PlanInput {
    const char *name;  /* the column */
    const char *local; /* a name for a variable, distinct, no keyword */
    bool text, truth;
    bool used; /* something reads it */
} PlanInput;
#define AT_ETA SIZE_MAX /* N_STEP: the linear predictor */

typedef struct PlanStep {
    char *name;       /* "v3" */
    const char *what; /* "log(age)", for a comment */
    Node *value;
    size_t depth; /* 0: reads inputs only */
} PlanStep;

/* Keys of one entry: of text subjects the level, of number subjects the number. */
typedef struct PlanEntry {
    Str key[TERM_VARS];
    double number[TERM_VARS];
    double value;
} PlanEntry;
typedef struct PlanTable {
    char *name; /* "t2" */
    const char *what;
    size_t nsubjects;
    Node *subject[TERM_VARS]; /* an input of text, or a number */
    bool text[TERM_VARS];
    size_t n;
    PlanEntry *entries; /* sorted by keys, the first slowest */
} PlanTable;

typedef struct PlanPiece {
    double coefficient;
    size_t nsteps, steps[TERM_VARS];
    long table; /* or -1 */
    bool guard; /* no column: 0, or missing where there is no prediction */
} PlanPiece;

typedef struct Plan {
    const Model *m;
    Arena *arena;
    const char *function; /* a name that every language takes */
    size_t ninputs, nsteps, ntables, npieces;
    PlanInput *inputs;
    PlanStep *steps;
    PlanTable *tables;
    PlanPiece *pieces;
    double intercept;
    size_t caps[4];
} Plan;
/* NULL when the formula has something that no format can say. */
Plan *plan_new(const Model *m, Error *err);
void plan_free(Plan *p);

/* ---- export_text.c: what the formats share ---- */

typedef enum Lang {
    LANG_C,
    LANG_PYTHON,
    LANG_SQL,
    LANG_PAINLESS,
    LANG_PMML,
    LANG_JSON,
    LANG_COUNT
} Lang;

/* How a format says what is not an operation. */
typedef struct Dialect {
    Lang lang;
    const char *name; /* for messages */
    void (*input)(const Plan *p, size_t at, Buf *out);
    void (*step)(const Plan *p, size_t at, Buf *out);
    void (*text)(Str s, Buf *out); /* a literal */
} Dialect;
/* A node as an expression; false when the format has no word for an operation. */
bool put_node(const Plan *p, const Dialect *d, const Node *n, Buf *out, Error *err);
/* "in_a || in_b": every input that is used through `word`, where $1 is its name and $2 its column,
 * with `between`. Two words: of numbers and of texts. */
void put_inputs(const Plan *p, const char *numbers, const char *texts, const char *between,
                Buf *out);
/* A double that reads back as the same bits and is a double in every language: 1.0, 1e-05. */
void put_number(Buf *out, double v);
/* A name of letters, digits and '_' that is no keyword. */
void put_identifier(Buf *out, const char *name);
/* A text in double quotes with the escapes that C, Java and Python share. */
void put_quoted(Str s, Buf *out);
/* eta as a tree of one number `eta`, under the link: the mean. False when the link cannot be said.
 */
Node *plan_mean(const Plan *p, Node *eta, Error *err);
/* NaN: a missing number, of which nothing but another one can be made. */
Node *node_number(Arena *a, double v);
Node *node_step(Arena *a, size_t at);
Node *node_call(Arena *a, Op op, Node *x, Node *y, Node *z);
/* PMML's name of an operation, or NULL. */
const char *op_pmml(Op op);
/* JSON's name of an operation. */
const char *op_json(Op op);
size_t op_args(Op op);

/* export_painless.c: a literal; a table as a function of its subjects. */
void painless_text(Str s, Buf *out);
void painless_table(const PlanTable *t, Buf *out);

bool export_json(const Model *m, Buf *out, Error *err);
bool export_sql(const Model *m, Buf *out, Error *err);
bool export_python(const Model *m, Buf *out, Error *err);
bool export_painless(const Model *m, Buf *out, Error *err);
bool export_c(const Model *m, Buf *out, Error *err);
bool export_pmml(const Model *m, Buf *out, Error *err);

#endif
