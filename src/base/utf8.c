/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * utf8.c - code points, the columns they take on a terminal, and making invisible ones visible.
 *
 * Widths and grapheme breaks come from libutf8proc, never from wcwidth, so that they do not depend
 * on the locale. A grapheme is as wide as its widest code point: a family of emoji joined by U+200D
 * is two columns, a letter with three accents is one. U+FE0F asks for the emoji form of what stands
 * before it, which is two columns wide.
 */
#include <utf8proc.h>

#include "base/str.h"

#define REPLACEMENT 0xFFFDu
#define EMOJI_FORM 0xFE0Fu

/* Decodes strictly (no overlong forms, no surrogates, nothing past U+10FFFF); false and one byte
 * eaten otherwise. */
static bool decode(Str s, size_t *i, uint32_t *cp)
{
    unsigned char lead = (unsigned char)s.p[*i];
    if (lead < 0x80) {
        *cp = lead;
        (*i)++;
        return true;
    }
    size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    uint32_t v = lead & (0x3Fu >> more);
    bool ok = lead >= 0xC2 && lead <= 0xF4 && s.n - *i > more;
    for (size_t k = 1; ok && k <= more; k++) {
        unsigned char c = (unsigned char)s.p[*i + k];
        ok = (c & 0xC0) == 0x80;
        v = v << 6 | (c & 0x3Fu);
    }
    if (!ok || v < smallest[more] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF)) {
        *cp = REPLACEMENT;
        (*i)++;
        return false;
    }
    *cp = v;
    *i += more + 1;
    return true;
}

uint32_t utf8_next(Str s, size_t *i)
{
    uint32_t cp;
    decode(s, i, &cp);
    return cp;
}

bool utf8_valid(Str s)
{
    size_t i = 0;
    uint32_t cp;
    while (i < s.n) {
        if (!decode(s, &i, &cp))
            return false;
    }
    return true;
}

void buf_utf8(Buf *b, uint32_t cp)
{
    utf8proc_uint8_t bytes[4];
    if (!utf8proc_codepoint_valid((utf8proc_int32_t)cp))
        cp = REPLACEMENT;
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)cp, bytes);
    buf_put(b, (const char *)bytes, (size_t)n);
}

/* Moves *i behind the grapheme that starts there and gives its columns. */
static size_t grapheme_width(Str s, size_t *i)
{
    uint32_t last = utf8_next(s, i);
    int w = utf8proc_charwidth((utf8proc_int32_t)last);
    size_t width = w > 0 ? (size_t)w : 0;
    utf8proc_int32_t state = 0;
    while (*i < s.n) {
        size_t next = *i;
        uint32_t cp = utf8_next(s, &next);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)last, (utf8proc_int32_t)cp, &state))
            break;
        w = utf8proc_charwidth((utf8proc_int32_t)cp);
        if (cp == EMOJI_FORM && width == 1)
            w = 2;
        if (w > 0 && (size_t)w > width)
            width = (size_t)w;
        last = cp;
        *i = next;
    }
    return width;
}

/* Length of the printable ASCII run at `i`: one column a byte, no need to ask anybody. The last
 * byte of the run is left to the slow path when something that may combine with it follows. */
static size_t ascii_run(Str s, size_t i)
{
    size_t from = i;
    while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7F)
        i++;
    if (i < s.n && i > from && (unsigned char)s.p[i] >= 0x80)
        i--;
    return i - from;
}

size_t utf8_width(Str s)
{
    size_t width = 0;
    size_t i = 0;
    while (i < s.n) {
        size_t run = ascii_run(s, i);
        width += run;
        i += run;
        if (i < s.n)
            width += grapheme_width(s, &i);
    }
    return width;
}

Str utf8_fit(Str s, size_t cols, size_t *width)
{
    size_t used = 0;
    size_t i = 0;
    while (i < s.n) {
        size_t next = i;
        size_t w = ascii_run(s, i);
        if (w) {
            w = w < cols - used ? w : cols - used;
            next = i + w;
        } else {
            w = grapheme_width(s, &next);
        }
        if (used + w > cols || next == i)
            break;
        used += w;
        i = next;
    }
    if (width)
        *width = used;
    return str_sub(s, 0, i);
}

/* Code points that a terminal obeys or hides instead of showing: controls, line and paragraph
 * separators, bidi embeddings, overrides and isolates, zero-width marks, byte order marks, tags,
 * private use and unassigned. */
static bool must_escape(uint32_t cp)
{
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    case UTF8PROC_CATEGORY_CF:
        return cp != 0x200D && cp != 0x200C && cp != 0xAD; /* joiners spell words and emoji */
    default:
        return false;
    }
}

static void put_escape(Buf *b, uint32_t cp)
{
    switch (cp) {
    case '\n':
        buf_puts(b, "\\n");
        break;
    case '\t':
        buf_puts(b, "\\t");
        break;
    case '\r':
        buf_puts(b, "\\r");
        break;
    default:
        buf_printf(b, cp < 0x100 ? "\\x%02x" : cp < 0x10000 ? "\\u%04x" : "\\U%08x", cp);
    }
}

void buf_escaped(Buf *b, Str s)
{
    size_t i = 0;
    while (i < s.n) {
        size_t run = i;
        while (run < s.n && s.p[run] >= 0x20 && s.p[run] < 0x7F)
            run++;
        buf_put(b, s.p + i, run - i);
        i = run;
        if (i == s.n)
            break;
        size_t from = i;
        uint32_t cp;
        if (!decode(s, &i, &cp))
            buf_printf(b, "\\x%02x", (unsigned char)s.p[from]);
        else if (must_escape(cp))
            put_escape(b, cp);
        else
            buf_put(b, s.p + from, i - from);
    }
}

static void buf_mapped(Buf *b, Str s, utf8proc_int32_t (*map)(utf8proc_int32_t))
{
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        uint32_t cp;
        if (decode(s, &i, &cp))
            buf_utf8(b, (uint32_t)map((utf8proc_int32_t)cp));
        else /* not UTF-8: the byte stays */
            buf_put(b, s.p + from, i - from);
    }
}

void buf_lower(Buf *b, Str s)
{
    buf_mapped(b, s, utf8proc_tolower);
}

void buf_upper(Buf *b, Str s)
{
    buf_mapped(b, s, utf8proc_toupper);
}
