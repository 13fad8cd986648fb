/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_priv.h - what the files of the expression language share.
 *
 *     text ──parse──> Expr (a tree, as written) ──plan──> Plan (typed steps) ──run──> Column
 *
 * The tree is only names, literals and calls; operators are calls of a Func with an operator's
 * spelling. A Plan is made anew for each frame: a list of steps in the order of their evaluation,
 * each with its type, its arguments (earlier steps) and the kernel that computes it. Rows of
 * functions and operators are in expr_funcs.c.
 */
#ifndef GLINT_DATA_EXPR_PRIV_H
#define GLINT_DATA_EXPR_PRIV_H

#include <regex.h>

#include "base/map.h"
#include "data/expr.h"

/* ---- the tree ---- */

typedef struct Cell {
    bool null;
    union {
        double d;
        int64_t i; /* int and time */
        uint8_t b;
        Str s;
    } v;
} Cell;

typedef enum ExprKind { EXPR_LITERAL, EXPR_NAME, EXPR_CALL, EXPR_PAREN } ExprKind;

typedef struct Func Func;

struct Expr {
    ExprKind kind;
    Span at;    /* all of it */
    Span op_at; /* the operator or the function's name */
    Str name;   /* column or function, as written */
    const Func *fn;
    Expr **args; /* nargs; one for EXPR_PAREN */
    size_t nargs;
    int depth;    /* calls within calls */
    bool untyped; /* the literal null */
    ColType type; /* literals when parsed, the rest when bound */
    Cell value;   /* EXPR_LITERAL */
};

/* ---- blocks of rows ---- */

#define EXPR_BLOCK 1024 /* rows evaluated at a time: a few arrays of it fit the first cache */

typedef enum Rep { REP_INT, REP_REAL, REP_BOOL, REP_CODE, REP_TEXT } Rep;

/* The values of one step in one block of rows. `v` and `null` may point into a column or another
 * slice. */
typedef struct Slice {
    Rep rep;
    union {
        const int64_t *i;
        const double *d;
        const uint8_t *b;
        const int32_t *c;
        const Str *s;
        const void *any;
    } v;
    const uint8_t *null; /* a byte for each row, 1 = null; NULL when none is */
    const Levels *levels;
    union {
        int64_t *i;
        double *d;
        uint8_t *b;
        int32_t *c;
        Str *s;
        void *any;
    } own; /* EXPR_BLOCK values of its own */
    uint8_t *own_null;
    Buf bytes;     /* texts that it made */
    size_t *made;  /* offset + 1 in bytes of the text of a row, 0 when it is elsewhere */
    Cell *cells;   /* arguments of one row, for a scalar kernel */
    bool overflow; /* an integer left int64_t */
} Slice;

typedef struct Step Step;
/* Computes rows 0 .. n-1 of out->own from the arguments. Nulls are merged before unless the step
 * says otherwise. */
typedef void (*BlockFn)(const Step *s, const Slice *const *arg, size_t n, Slice *out);

/* One row for functions of texts. A new text is appended to `bytes` and given by `fresh`; text that
 * is part of an argument goes in v.s. False: null. */
typedef struct Out {
    Cell cell;
    bool fresh; /* the text is what was appended to `bytes` */
    Buf *bytes;
} Out;
typedef bool (*ScalarFn)(const Step *s, const Cell *arg, size_t nargs, Out *out);

/* ---- steps ---- */

typedef enum StepKind {
    STEP_CONST,
    STEP_COLUMN,
    STEP_CALL,
    STEP_TABLE,    /* a code column went through a function once for each level */
    STEP_AGGREGATE /* of a whole column; a constant or a column once prepared */
} StepKind;

struct Step {
    StepKind kind;
    const Func *fn;
    ColType type;
    TimeUnit unit;
    bool untyped; /* the literal null before it has met a type */
    size_t nargs;
    size_t *args;  /* earlier steps */
    BlockFn block; /* one of these two */
    ScalarFn scalar;
    bool sees_nulls; /* the kernel decides about nulls itself */
    int op;
    Cell value;           /* STEP_CONST */
    const Column *column; /* STEP_COLUMN */
    regex_t *regex;
    /* made by expr_prepare */
    StrMap *set; /* texts of a long list behind in */
    Rep rep;
    const Levels *levels;
    const int32_t **remap; /* nargs: codes of each argument in `levels`, or NULL */
    void *table;           /* STEP_TABLE: a value of this step's rep for each level of args[0] */
    uint8_t *table_null;
    Column *owned; /* STEP_COLUMN made by an aggregate */
    Levels *own_levels;
};

typedef struct Plan {
    Arena *arena;
    const Frame *f;
    const char *table; /* its name, for messages; may be NULL */
    bool wide;         /* integers overflowed: whole-number arithmetic is done in reals */
    bool overflow;     /* they do so here: plan again, wide */
    const ExprOver *over; /* NULL: functions of a column look at all rows */
    Step *steps;
    size_t n, cap;
    Error *err;
} Plan;

#define STEP_NONE SIZE_MAX /* a step that failed; the error is set */

/* Adds the step of a call whose arguments are planned: types it or fails. */
typedef size_t (*PlanFn)(Plan *p, const Expr *e, const size_t *args);

/* ---- functions ---- */

typedef enum Style {
    STYLE_CALL,    /* f(a, b) */
    STYLE_SPACED,  /* a + b */
    STYLE_TIGHT,   /* a^b, a/b: R prints these without blanks */
    STYLE_PREFIX,  /* -a, !a */
    STYLE_IN,      /* a %in% c(b, c) */
    STYLE_BETWEEN, /* a between b and c */
    STYLE_CASE     /* case when a then b else c end */
} Style;

struct Func {
    ExprFunc doc;
    Style style;
    size_t min, max; /* arguments */
    PlanFn plan;
    const char *sig; /* plan_scalar: a letter for each argument, then ':' and the result; see
                        expr_rules.c */
    int op;
    double (*real1)(double);
    double (*real2)(double, double);
    int (*part)(int64_t us);
    BlockFn block;
    ScalarFn scalar;
};
#define ARGS_ANY ((size_t)1000)

typedef enum OpId {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_RMOD,
    OP_IDIV,
    OP_POW,
    OP_NEG,
    OP_POS,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_IN,
    OP_LIKE,
    OP_ILIKE,
    OP_BETWEEN,
    OP_IS_NULL,
    OP_CASE,
    OP_COUNT
} OpId;
#define EXPR_DEPTH_MAX                                                                             \
    1000 /* the tree is walked by recursion: a + b + ... has at most so many signs */
extern const Func expr_ops[OP_COUNT];
/* The row of a function, exact case first; NULL. */
const Func *expr_func_find(Str name);

/* expr_plan.c: the tree walked, and what rules of types are made of. Each gives a step, or
 * STEP_NONE with the error set. */
size_t expr_plan(Plan *p, const Expr *e);
size_t step_const(Plan *p, ColType type, Cell value);
/* A call with a block kernel (NULL: the caller sets a scalar one); the finest unit of its
 * arguments. */
size_t step_call(Plan *p, const Func *fn, ColType type, BlockFn block, size_t nargs,
                 const size_t *args);
ColType step_type(const Plan *p, size_t step);
bool step_is_const(const Plan *p, size_t step);
size_t *plan_args(Plan *p, const Expr *e, const size_t *args); /* a copy to convert in place */
/* A constant, or any step, as another type; precondition: numbers, an untyped null, or of that
 * type. */
size_t plan_const_as(Plan *p, size_t step, ColType to);
size_t plan_as_type(Plan *p, size_t step, ColType to);
/* Argument k of `e`, planned as `step`, as what the call needs. */
size_t plan_number(Plan *p, const Expr *e, size_t k, size_t step, ColType to);
size_t plan_text(Plan *p, const Expr *e, size_t k, size_t step);
size_t plan_time(Plan *p, const Expr *e, size_t k, size_t step);
size_t plan_wrong_type(Plan *p, const Expr *e, size_t k, size_t step, const char *needs);
const char *plan_name_of(const Plan *p, const Expr *e); /* "'+'" or "log()" */

/* The rules: PlanFns. expr_plan.c: */
size_t plan_real(Plan *p, const Expr *e, const size_t *args);  /* numbers to real */
size_t plan_keep(Plan *p, const Expr *e, const size_t *args);  /* int stays int: abs, floor */
size_t plan_arith(Plan *p, const Expr *e, const size_t *args); /* + - * % */
size_t plan_compare(Plan *p, const Expr *e, const size_t *args);
size_t plan_logic(Plan *p, const Expr *e, const size_t *args);
size_t plan_in(Plan *p, const Expr *e, const size_t *args);
size_t plan_between(Plan *p, const Expr *e, const size_t *args);
size_t plan_is_null(Plan *p, const Expr *e, const size_t *args);
size_t plan_choose(Plan *p, const Expr *e, const size_t *args); /* if, case */
size_t plan_coalesce(Plan *p, const Expr *e, const size_t *args);
size_t plan_nullif(Plan *p, const Expr *e, const size_t *args);
size_t plan_same(Plan *p, const Expr *e, const size_t *args); /* I(x), +x */
size_t plan_extreme(Plan *p, const Expr *e,
                    const size_t *args); /* min, max: of a row or a column */
size_t plan_aggregate(Plan *p, const Expr *e, const size_t *args);
/* expr_rules.c: */
size_t plan_scalar(Plan *p, const Expr *e, const size_t *args); /* by its signature */
size_t plan_regex(Plan *p, const Expr *e, const size_t *args);  /* and with a compiled pattern */
size_t plan_time_part(Plan *p, const Expr *e, const size_t *args);
size_t plan_now(Plan *p, const Expr *e, const size_t *args);
size_t plan_shift(Plan *p, const Expr *e, const size_t *args);   /* add_days, add_hours */
size_t plan_convert(Plan *p, const Expr *e, const size_t *args); /* int(), real(), text(), time() */

static inline bool type_is_number(ColType t)
{
    return t == COL_INT || t == COL_REAL || t == COL_BOOL;
}
static inline bool type_is_text(ColType t)
{
    return t == COL_CODE || t == COL_TEXT;
}

/* expr_run.c: steps computed block by block. */
Cell slice_cell(const Slice *s, size_t i); /* the value of a row; the text of a code */
void slice_init(Slice *out, const Step *steps, const Step *s);
void slice_clear(Slice *s);
/* Makes the nulls of a slice its own, to write into. */
uint8_t *slice_nulls(Slice *out, size_t n);
/* Rows row .. row+n-1 of step `i` from the slices of its arguments. */
void slice_compute(const Step *steps, size_t i, Slice *slices, size_t row, size_t n);
/* The values of step `root` for all rows of the frame; sets p->overflow when that happened. */
Column *plan_column(Plan *p, size_t root);
/* A byte for each row: 1 = true. Precondition: the root is COL_BOOL. big_alloc'd. */
uint8_t *plan_flags(Plan *p, size_t root);

/* expr_prepare.c: constants folded, functions of levels tabulated, aggregates computed. Main
 * thread. */
bool expr_prepare(Plan *p, size_t root);
void expr_plan_free(Plan *p);

/* Kernels: expr_math.c. */
void block_real(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_arith_int(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_arith_real(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_keep_int(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_compare(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_logic(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_in(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_is_null(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_choose(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_coalesce(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_nullif(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_extreme(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_cast(const Step *s, const Slice *const *arg, size_t n, Slice *out);
double math_log_base(double x, double base);
double math_pow(double x, double y);
double math_round(double x);
double math_round_to(double x, double digits);
double math_logit(double p);
double math_invlogit(double x);
double math_sign(double x);

/* What block_keep_int does, in Func.op. */
enum { KEEP_SAME, KEEP_ABS, KEEP_SIGN };
/* What expr_aggregate does, in Func.op; block_extreme looks for AGG_MAX. */
typedef enum AggId {
    AGG_MIN,
    AGG_MAX,
    AGG_N,
    AGG_SUM,
    AGG_MEAN,
    AGG_SD,
    AGG_MEDIAN,
    AGG_RANK,
    AGG_SCALE,
    AGG_ROW, /* from here on the order of the rows matters */
    AGG_COUNT_BEFORE,
    AGG_SUM_BEFORE,
    AGG_MEAN_BEFORE,
    AGG_LAST_BEFORE
} AggId;

/* expr_time.c. */
int part_year(int64_t us);
int part_quarter(int64_t us);
int part_month(int64_t us);
int part_week(int64_t us);
int part_day(int64_t us);
int part_yday(int64_t us);
int part_weekday(int64_t us);
int part_hour(int64_t us);
int part_minute(int64_t us);
int part_second(int64_t us);
void block_part(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_date(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_days(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_hours(const Step *s, const Slice *const *arg, size_t n, Slice *out);
void block_shift(const Step *s, const Slice *const *arg, size_t n, Slice *out);

/* expr_text.c. */
bool text_compare(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_in(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_like(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_lower(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_upper(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_trim(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_length(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_substr(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_contains(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_starts(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_ends(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_replace(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_concat(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_split_part(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_regex_match(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_regex_extract(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_of_value(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_to_real(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_to_int(const Step *s, const Cell *arg, size_t nargs, Out *out);
bool text_to_time(const Step *s, const Cell *arg, size_t nargs, Out *out);

/* expr_aggregate.c: turns the step into a constant or a column. */
bool expr_aggregate(Plan *p, Step *s, const Column *c);
/* mean, sum, sd or median of v (n values, reordered); NaN when it does not exist. */
double expr_aggregate_of(AggId id, double *v, size_t n);
/* The step becomes this column, which it takes over; false for NULL. */
bool expr_aggregate_column(Step *s, Column *c);
/* expr_over.c: the same by groups, and what depends on the order of rows. */
bool expr_aggregate_over(Plan *p, Step *s, const Column *c);

#endif
