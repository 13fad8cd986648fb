/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * error.h - how a function says that it failed.
 *
 * Every function that can fail returns bool (or a pointer, NULL on failure) and takes `Error *err`
 * last. The caller owns the Error; ERROR_INIT clears it. A message is lower case, without a full
 * stop, and says what failed first; the hint says what to type next.
 */
#ifndef GLINT_BASE_ERROR_H
#define GLINT_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ErrCode {
    ERR_NONE,
    ERR_USAGE,   /* the command line or the command's own grammar          -> exit 2 */
    ERR_NAME,    /* no such column, table, level, command, option ...      -> exit 1 */
    ERR_TYPE,    /* a value or column of the wrong type                    -> exit 1 */
    ERR_DATA,    /* the data do not allow it                               -> exit 1 */
    ERR_MATH,    /* the numbers do not allow it                            -> exit 1 */
    ERR_IO,      /* files and pipes                                        -> exit 1 */
    ERR_NET,     /* no connection                                          -> exit 4 */
    ERR_REMOTE,  /* the engine refused                                     -> exit 1 */
    ERR_PARTIAL, /* partly done: some documents were refused               -> exit 3 */
    ERR_GUARD,   /* a guard tripped: leakage, drift, parity, count         -> exit 5 */
    ERR_CANCEL,  /* Ctrl-C                                                 -> exit 130 */
    ERR_NOMEM,   /* a size that comes from the data could not be had       -> exit 1 */
    ERR_BUG      /* a broken promise of our own                            -> exit 1 */
} ErrCode;

/* Bytes [from, to) of the text being read; empty when from == to. */
typedef struct Span {
    size_t from, to;
} Span;

typedef struct Error {
    ErrCode code;   /* ERR_NONE when clear */
    Span at;        /* place in the command's text, or empty */
    long row;       /* data row counted from 1, or 0 */
    char msg[400];  /* lower case, no full stop */
    char hint[200]; /* what to type next, or "" */
} Error;

#define ERROR_INIT {ERR_NONE, {0, 0}, 0, "", ""}
#define SPAN_NONE ((Span){0, 0})

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define PRINTF_LIKE(f, a)
#endif

/* Set code and message; return false, so that a caller may write `return fail(...)`. The first
 * failure wins: an Error that is already set is left as it is. `err` may be NULL. */
bool fail(Error *err, ErrCode code, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool fail_at(Error *err, ErrCode code, Span at, const char *fmt, ...) PRINTF_LIKE(4, 5);
bool fail_row(Error *err, ErrCode code, long row, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The message for a size that could not be allocated. */
bool fail_nomem(Error *err, size_t bytes, const char *what);

/* Sets the hint of a failure. Returns false, like fail(). */
bool error_hint(Error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "context: " before the message, once on the way up. Returns false. */
bool error_context(Error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

static inline bool error_is_set(const Error *err)
{
    return err && err->code != ERR_NONE;
}
void error_clear(Error *err);
/* The documented exit status of a batch run that ended with this code. */
int error_exit_status(ErrCode code);

#endif
