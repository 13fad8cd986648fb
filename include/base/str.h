/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * str.h - text: slices, growing buffers, numbers, display width.
 *
 * Str borrows bytes and knows its length; it is not terminated. Buf owns bytes and keeps a '\0'
 * behind them.
 */
#ifndef GLINT_BASE_STR_H
#define GLINT_BASE_STR_H

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

typedef struct Str {
    const char *p;
    size_t n;
} Str;

#define STR(lit) ((Str){(lit), sizeof(lit) - 1})
#define STR_NULL ((Str){NULL, 0})
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

static inline Str str_of(const char *z)
{
    return (Str){z, z ? strlen(z) : 0};
}
bool str_eq(Str a, Str b);
bool str_eqz(Str a, const char *z);
bool str_ieq(Str a, Str b); /* ASCII case folded */
int str_cmp(Str a, Str b);  /* bytewise, as the C locale sorts */
bool str_starts(Str s, Str prefix);
Str str_trim(Str s); /* without blanks at both ends */
Str str_sub(Str s, size_t from, size_t to);
/* Splits at the first `sep`: returns the part before, the rest in *rest (empty at the end). */
Str str_split(Str s, char sep, Str *rest);
uint64_t str_hash(Str s);
/* As much of `s` as fits into out[cap], cut before a code point, with a '\0' behind it. */
void str_copy(char *out, size_t cap, Str s);

/* Whole-text numbers: false if anything but a number (blanks around are refused). A point, never a
 * comma. parse_real takes inf, -inf and nan too, correctly rounded. */
bool parse_int(Str s, int64_t *out);
bool parse_real(Str s, double *out);
/* true/false, yes/no, on/off, 1/0, t/f, y/n in any case. */
bool parse_bool(Str s, bool *out);

typedef struct Buf {
    char *p;
    size_t n, cap;
} Buf;
#define BUF_INIT {NULL, 0, 0}
void buf_clear(Buf *b); /* empty, memory kept */
void buf_free(Buf *b);  /* empty, memory gone */
void buf_reserve(Buf *b, size_t more);
void buf_putc(Buf *b, char c);
void buf_put(Buf *b, const char *p, size_t n);
void buf_puts(Buf *b, const char *z);
void buf_str(Buf *b, Str s);
void buf_csv_str(Buf *b, Str s); /* in double quotes, those inside doubled, as RFC 4180 has it */
void buf_printf(Buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(Buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* The shortest decimal text that reads back as the same bits (1, 0.1, 1e+300, nan, inf, -inf). */
void buf_real(Buf *b, double v);
void buf_int(Buf *b, int64_t v);
/* A count for people: 1,234,567. */
void buf_count(Buf *b, uint64_t n);
void buf_pad(Buf *b, char c, size_t times);
static inline Str buf_slice(const Buf *b)
{
    return (Str){b->p ? b->p : "", b->n};
}

/* The bytes in base64 (RFC 4648), padded. */
void buf_base64(Buf *b, Str bytes);

/* UTF-8. Columns that a terminal gives to the text (CJK two, combining marks none; libutf8proc). */
size_t utf8_width(Str s);
/* The longest prefix of `s` at most `cols` wide, never cutting inside a grapheme; its width in
 * *width. */
Str utf8_fit(Str s, size_t cols, size_t *width);
bool utf8_valid(Str s);
/* Appends `s` with control characters, escape bytes and invalid UTF-8 made visible (\n, \x1b,
 * \u202e). */
void buf_escaped(Buf *b, Str s);
/* Decodes one code point at *i, advances *i; invalid bytes give 0xFFFD one at a time. */
uint32_t utf8_next(Str s, size_t *i);
void buf_utf8(Buf *b, uint32_t cp);
/* Appends `s` in lower or upper case, code point by code point (Unicode's simple mappings). */
void buf_lower(Buf *b, Str s);
void buf_upper(Buf *b, Str s);

/* Edit distance with transpositions (Damerau, restricted), case folded; and the nearest name by it:
 * index of the best of n candidates with distance <= 2 and <= a third of the length (at least 1);
 * else the only one that goes on behind the word with a '_' (post: post_id); or -1. */
size_t edit_distance(Str a, Str b);
long nearest_name(Str wrong, const Str *names, size_t n);

#endif
