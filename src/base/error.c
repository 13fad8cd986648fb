/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * error.c - filling in an Error where the facts are known.
 *
 * The first failure wins: what goes wrong while cleaning up after it must not hide it. A message
 * that does not fit is cut at a UTF-8 boundary and ends in three points. Nothing here allocates, so
 * running out of memory can be told.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Ends a text that snprintf cut with "...", not inside a UTF-8 sequence. */
static void mark_cut(char *text, size_t cap, int wanted)
{
    if (wanted < 0 || (size_t)wanted < cap)
        return;
    size_t n = cap - 4;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    memcpy(text + n, "...", 4);
}

PRINTF_LIKE(3, 0)
static void set(Error *err, ErrCode code, const char *fmt, va_list ap)
{
    err->code = code;
    err->at = SPAN_NONE;
    err->row = 0;
    err->hint[0] = '\0';
    mark_cut(err->msg, sizeof err->msg, vsnprintf(err->msg, sizeof err->msg, fmt, ap));
}

bool fail(Error *err, ErrCode code, const char *fmt, ...)
{
    if (!err || err->code != ERR_NONE)
        return false;
    va_list ap;
    va_start(ap, fmt);
    set(err, code, fmt, ap);
    va_end(ap);
    return false;
}

bool fail_at(Error *err, ErrCode code, Span at, const char *fmt, ...)
{
    if (!err || err->code != ERR_NONE)
        return false;
    va_list ap;
    va_start(ap, fmt);
    set(err, code, fmt, ap);
    va_end(ap);
    err->at = at;
    return false;
}

bool fail_row(Error *err, ErrCode code, long row, const char *fmt, ...)
{
    if (!err || err->code != ERR_NONE)
        return false;
    va_list ap;
    va_start(ap, fmt);
    set(err, code, fmt, ap);
    va_end(ap);
    err->row = row;
    return false;
}

bool fail_nomem(Error *err, size_t bytes, const char *what)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t u = 0;
    while (size >= 1024 && u + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        u++;
    }
    return fail(err, ERR_NOMEM, "out of memory: %s needs %.*f %s", what, u ? 1 : 0, size, units[u]);
}

bool error_hint(Error *err, const char *fmt, ...)
{
    if (!err)
        return false;
    va_list ap;
    va_start(ap, fmt);
    mark_cut(err->hint, sizeof err->hint, vsnprintf(err->hint, sizeof err->hint, fmt, ap));
    va_end(ap);
    return false;
}

bool error_context(Error *err, const char *fmt, ...)
{
    if (!error_is_set(err))
        return false;
    char msg[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof msg)
        return false; /* a context that leaves no room for the message is worth less than the
                         message */
    size_t left = sizeof msg - (size_t)n;
    mark_cut(msg, sizeof msg, n + snprintf(msg + n, left, ": %s", err->msg));
    memcpy(err->msg, msg, sizeof msg);
    return false;
}

void error_clear(Error *err)
{
    if (err)
        *err = (Error)ERROR_INIT;
}

int error_exit_status(ErrCode code)
{
    switch (code) {
    case ERR_NONE:
        return 0;
    case ERR_USAGE:
        return 2;
    case ERR_PARTIAL:
        return 3;
    case ERR_NET:
        return 4;
    case ERR_GUARD:
        return 5;
    case ERR_CANCEL:
        return 130; /* 128 + SIGINT, as shells report it */
    case ERR_NAME:
    case ERR_TYPE:
    case ERR_DATA:
    case ERR_MATH:
    case ERR_IO:
    case ERR_REMOTE:
    case ERR_NOMEM:
    case ERR_BUG:
        return 1;
    }
    return 1;
}
