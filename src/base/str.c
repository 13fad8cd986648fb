/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * str.c - slices of text, growing buffers, nearest names. Numbers are in number.c, code points in
 * utf8.c.
 *
 * Case folding is ASCII only: it serves keywords, options and guesses at a typo, never data.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- slices ---- */

bool str_eq(Str a, Str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eqz(Str a, const char *z)
{
    return str_eq(a, str_of(z));
}

bool str_ieq(Str a, Str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (fold(a.p[i]) != fold(b.p[i]))
            return false;
    }
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(Str s, Str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

Str str_trim(Str s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

Str str_sub(Str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return from ? (Str){s.p + from, to - from} : (Str){s.p, to};
}

Str str_split(Str s, char sep, Str *rest)
{
    const char *at = s.n ? memchr(s.p, sep, s.n) : NULL;
    if (!at) {
        *rest = s.n ? (Str){s.p + s.n, 0} : s;
        return s;
    }
    size_t n = (size_t)(at - s.p);
    *rest = (Str){at + 1, s.n - n - 1};
    return (Str){s.p, n};
}

/* Eight bytes a step, each mixed by a multiply and a fold of the high half, after wyhash (Wang Yi,
 * 2019). */
static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 32);
}

void str_copy(char *out, size_t cap, Str s)
{
    size_t n = s.n < cap ? s.n : cap - 1;
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    if (n)
        memcpy(out, s.p, n);
    out[n] = '\0';
}

uint64_t str_hash(Str s)
{
    uint64_t h = mix(UINT64_C(0x2D358DCCAA6C78A5), s.n);
    const char *p = s.p;
    size_t n = s.n;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = mix(h, word);
    }
    if (n) {
        uint64_t word = 0;
        memcpy(&word, p, n);
        h = mix(h, word);
    }
    h *= UINT64_C(0xBF58476D1CE4E5B9);
    return h ^ (h >> 29);
}

bool parse_bool(Str s, bool *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"true", true}, {"false", false}, {"yes", true}, {"no", false},
        {"on", true},   {"off", false},   {"1", true},   {"0", false},
        {"t", true},    {"f", false},     {"y", true},   {"n", false},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_ieq(s, str_of(words[i].word))) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

/* ---- buffers ---- */

void buf_clear(Buf *b)
{
    b->n = 0;
    if (b->p)
        b->p[0] = '\0';
}

void buf_free(Buf *b)
{
    free(b->p);
    *b = (Buf)BUF_INIT;
}

void buf_reserve(Buf *b, size_t more)
{
    if (b->cap > b->n && b->cap - b->n > more)
        return;
    if (more > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
        xmalloc(SIZE_MAX); /* says so and ends the program */
    size_t cap = b->cap ? b->cap : 64;
    while (cap - b->n <= more)
        cap *= 2;
    b->p = xrealloc(b->p, cap);
    b->cap = cap;
    b->p[b->n] = '\0';
}

void buf_putc(Buf *b, char c)
{
    buf_reserve(b, 1);
    b->p[b->n++] = c;
    b->p[b->n] = '\0';
}

void buf_put(Buf *b, const char *p, size_t n)
{
    buf_reserve(b, n);
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_puts(Buf *b, const char *z)
{
    buf_put(b, z, strlen(z));
}

void buf_str(Buf *b, Str s)
{
    buf_put(b, s.p, s.n);
}

void buf_csv_str(Buf *b, Str s)
{
    buf_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_putc(b, '"');
        buf_putc(b, s.p[i]);
    }
    buf_putc(b, '"');
}

void buf_vprintf(Buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    buf_reserve(b, 64);
    size_t room = b->cap - b->n;
    int n = vsnprintf(b->p + b->n, room, fmt, ap);
    if (n > 0 && (size_t)n >= room) {
        buf_reserve(b, (size_t)n);
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    }
    if (n > 0)
        b->n += (size_t)n;
    b->p[b->n] = '\0';
    va_end(again);
}

void buf_printf(Buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

void buf_pad(Buf *b, char c, size_t times)
{
    buf_reserve(b, times);
    memset(b->p + b->n, c, times);
    b->n += times;
    b->p[b->n] = '\0';
}

/* ---- nearest names ---- */

/* nobody mistypes a name longer than this; beyond it the distance is the length */
#define NAME_MAX_BYTES 128

/* Optimal string alignment: Levenshtein with swaps of neighbours, three rows of the table at a
 * time. Damerau 1964. */
size_t edit_distance(Str a, Str b)
{
    if (a.n > NAME_MAX_BYTES || b.n > NAME_MAX_BYTES)
        return str_ieq(a, b) ? 0 : (a.n > b.n ? a.n : b.n);
    size_t rows[3][NAME_MAX_BYTES + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.n; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = fold(a.p[i - 1]) == fold(b.p[j - 1]);
            size_t best = last[j - 1] + !same;
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && fold(a.p[i - 1]) == fold(b.p[j - 2]) &&
                           fold(a.p[i - 2]) == fold(b.p[j - 1]);
            if (swapped && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b.n];
}

/* The only name that begins with the word and goes on behind a '_': post for post_id; or -1. */
static long only_longer(Str wrong, const Str *names, size_t n)
{
    long found = -1;
    for (size_t i = 0; i < n; i++) {
        if (wrong.n < 3 || names[i].n <= wrong.n || names[i].p[wrong.n] != '_' ||
            !str_ieq(str_sub(names[i], 0, wrong.n), wrong))
            continue;
        if (found >= 0)
            return -1;
        found = (long)i;
    }
    return found;
}

long nearest_name(Str wrong, const Str *names, size_t n)
{
    size_t limit = wrong.n / 3;
    if (limit < 1)
        limit = 1;
    if (limit > 2)
        limit = 2;
    long nearest = -1;
    for (size_t i = 0; i < n; i++) {
        size_t longer = names[i].n > wrong.n ? names[i].n - wrong.n : wrong.n - names[i].n;
        if (longer > limit)
            continue;
        size_t d = edit_distance(wrong, names[i]);
        if (d <= limit && d < wrong.n) { /* not when every letter would have to change */
            nearest = (long)i;
            if (d == 0)
                break;
            limit = d - 1; /* only a strictly better one from here on: the first of equals wins */
        }
    }
    return nearest >= 0 ? nearest : only_longer(wrong, names, n);
}

void buf_base64(Buf *b, Str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t v = (uint32_t)(unsigned char)bytes.p[i] << 16;
        v |= left > 1 ? (uint32_t)(unsigned char)bytes.p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)(unsigned char)bytes.p[i + 2] : 0;
        buf_putc(b, digits[v >> 18]);
        buf_putc(b, digits[v >> 12 & 63]);
        buf_putc(b, left > 1 ? digits[v >> 6 & 63] : '=');
        buf_putc(b, left > 2 ? digits[v & 63] : '=');
    }
}
