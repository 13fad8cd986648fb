/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_dialect.c - how this CSV file is written: encoding, newline, delimiter, names of columns.
 *
 * UTF-8 with or without a byte order mark is read as it is. UTF-16 (told by its mark, as Excel's
 * "Unicode text" has it) and Latin-1 (when asked for) are converted first. Latin-1 means Windows'
 * code page 1252, as on the web: bytes 0x80 to 0x9f are printable there.
 *
 * The delimiter is the one of , tab ; | that splits the first records into the same number of
 * fields, more than one, most consistently. Names end in .tsv for a tab.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "csv_priv.h"

#define SNIFF_BYTES ((size_t)64 << 10)
#define SNIFF_RECORDS 100
#define NAME_BYTES_MAX ((size_t)4096)

/* ---- encoding ---- */

static void adopt(Csv *c, Buf *b)
{
    c->owned = b->p;
    c->text = buf_slice(b);
    c->mapped = false;
}

static void convert_latin1(Csv *c)
{
    static const uint16_t windows[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    Buf b = BUF_INIT;
    buf_reserve(&b, c->text.n + c->text.n / 8);
    for (size_t i = 0; i < c->text.n; i++) {
        unsigned char byte = (unsigned char)c->text.p[i];
        if (byte < 0x80)
            buf_putc(&b, (char)byte);
        else
            buf_utf8(&b, byte < 0xa0 ? windows[byte - 0x80] : byte);
    }
    adopt(c, &b);
}

static uint32_t unit16(Str s, size_t i, bool big)
{
    unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
    return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

static void convert_utf16(Csv *c, bool big)
{
    Str s = str_sub(c->text, 2, c->text.n);
    Buf b = BUF_INIT;
    buf_reserve(&b, s.n);
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t u = unit16(s, i, big);
        uint32_t v = i + 3 < s.n ? unit16(s, i + 2, big) : 0;
        if (u >> 10 == 0x36 && v >> 10 == 0x37) { /* a surrogate pair: Unicode 15, 3.8 */
            u = 0x10000 + ((u & 0x3ff) << 10) + (v & 0x3ff);
            i += 2;
        }
        buf_utf8(&b, u >> 11 == 0x1b ? 0xfffd : u);
    }
    adopt(c, &b);
    read_note(c->report, "the file is UTF-16: converted");
}

static bool is_one_of(Str name, const char *const *names)
{
    for (; *names; names++)
        if (str_ieq(name, str_of(*names)))
            return true;
    return false;
}

static bool decode(Csv *c, Error *err)
{
    static const char *const utf8[] = {"utf-8", "utf8", NULL};
    static const char *const latin1[] = {"latin1", "latin-1",      "iso-8859-1",
                                         "cp1252", "windows-1252", NULL};
    Str name = str_of(c->opt->encoding ? c->opt->encoding : "utf-8");
    if (str_starts(c->text, STR("\xff\xfe")) || str_starts(c->text, STR("\xfe\xff"))) {
        convert_utf16(c, c->text.p[0] == '\xfe');
    } else if (is_one_of(name, latin1)) {
        convert_latin1(c);
    } else if (!is_one_of(name, utf8)) {
        fail(err, ERR_USAGE, "'%.*s' is not an encoding that is known here", STR_ARG(name));
        return error_hint(err, "use utf-8 or latin1");
    }
    if (str_starts(c->text, STR("\xef\xbb\xbf")))
        c->text = str_sub(c->text, 3, c->text.n);
    return true;
}

/* ---- records, one by one ---- */

/* Fields of the record at *at, which moves to the next record. */
static size_t count_fields(const Csv *c, size_t *at, char delim)
{
    size_t fields = 0, end;
    bool open;
    do {
        end = csv_field_end(c, *at, delim, &open);
        *at = end + 1;
        fields++;
    } while (end < c->text.n && c->text.p[end] == delim);
    return fields;
}

/* Share of the first records that have as many fields as the first one; 0 when that is one field.
 */
static double consistency(const Csv *c, char delim, size_t *fields)
{
    size_t at = c->data, records = 0, same = 0;
    *fields = count_fields(c, &at, delim);
    if (*fields < 2)
        return 0;
    while (at < c->text.n && at < c->data + SNIFF_BYTES && records < SNIFF_RECORDS) {
        bool blank = c->text.p[at] == c->newline || c->text.p[at] == '\r';
        size_t n = count_fields(c, &at, delim);
        records += !blank;
        same += !blank && n == *fields;
    }
    return records ? (double)same / (double)records : 1;
}

static bool is_tsv(const char *name)
{
    const char *dot = strstr(name, ".tsv");
    return dot && (!dot[4] || dot[4] == '.');
}

static char guess_delimiter(const Csv *c)
{
    static const char candidates[] = {',', '\t', ';', '|'};
    char best = ',';
    double best_share = 0;
    size_t best_fields = 1;
    if (is_tsv(c->name))
        return '\t';
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t fields;
        double share = consistency(c, candidates[i], &fields);
        if (share > best_share || (share == best_share && share > 0 && fields > best_fields)) {
            best = candidates[i];
            best_share = share;
            best_fields = fields;
        }
    }
    return best;
}

/* ---- names ---- */

static char *column_name(Csv *c, Str raw, size_t number)
{
    Buf clean = BUF_INIT, mend = BUF_INIT;
    if (raw.n && raw.p[raw.n - 1] == '\r')
        raw.n--;
    Str s = raw.n && raw.p[0] == '"' ? csv_unquote(raw, &clean) : raw;
    s = str_trim(s);
    if (!utf8_valid(s)) {
        s = csv_mend(s, &mend);
        read_note(c->report,
                  "the name of column %zu is not UTF-8: bytes were replaced (--encoding latin1?)",
                  number);
    }
    char *name = xstrndup(s.p ? s.p : "", s.n);
    buf_free(&clean);
    buf_free(&mend);
    return name;
}

/* A name that no other column has: NAME, or NAME_2, NAME_3 ... */
static char *distinct_name(StrMap *taken, const char *name)
{
    Buf b = BUF_INIT;
    bool added;
    buf_puts(&b, name);
    strmap_add(taken, buf_slice(&b), &added);
    for (int k = 2; !added; k++) {
        buf_clear(&b);
        buf_printf(&b, "%s_%d", name, k);
        strmap_add(taken, buf_slice(&b), &added);
    }
    return b.p;
}

/* The given names are all taken before any is made up, so that age,age,age_2 keeps its age_2. */
static void name_columns(Csv *c)
{
    StrMap *given = strmap_new(c->ncols), *taken = strmap_new(c->ncols);
    size_t *first = xmalloc(c->ncols * sizeof *first);
    for (size_t j = 0; j < c->ncols; j++) {
        bool added = false;
        uint32_t i = *c->cols[j].name ? strmap_add(given, str_of(c->cols[j].name), &added) : 0;
        if (added) {
            first[i] = j;
            strmap_add(taken, str_of(c->cols[j].name), NULL);
        }
    }
    for (size_t j = 0; j < c->ncols; j++) {
        CsvColumn *col = &c->cols[j];
        uint32_t i = *col->name ? strmap_find(given, str_of(col->name)) : 0;
        if (*col->name && first[i] == j)
            continue;
        char number[32];
        snprintf(number, sizeof number, "c%zu", j + 1);
        char *name = distinct_name(taken, *col->name ? col->name : number);
        if (*col->name)
            read_note(c->report,
                      "columns %zu and %zu are both called '%.60s': the second is now '%.60s'",
                      first[i] + 1, j + 1, col->name, name);
        else if (!c->opt->no_header)
            read_note(c->report, "column %zu has no name: it is now '%.60s'", j + 1, name);
        free(col->name);
        col->name = name;
    }
    free(first);
    strmap_free(given);
    strmap_free(taken);
}

static bool read_header(Csv *c, Error *err)
{
    size_t at = c->data, from = c->data;
    c->ncols = count_fields(c, &at, c->delim);
    if (at > c->text.n + 1)
        at = c->text.n + 1;
    c->cols = big_alloc(c->ncols, sizeof *c->cols, true, "a list of columns", err);
    if (!c->cols)
        return false;
    for (size_t j = 0, i = from; j < c->ncols; j++) {
        bool open;
        size_t end = csv_field_end(c, i, c->delim, &open);
        if (open)
            return csv_unclosed(c, i, err);
        Str raw = str_sub(c->text, i, end);
        if (raw.n > NAME_BYTES_MAX && !c->opt->no_header) {
            fail(err, ERR_DATA, "'%s': the name of column %zu would have %zu bytes", c->name,
                 j + 1, raw.n);
            return error_hint(err, "is line 1 a header? --no-header: it is data");
        }
        c->cols[j].name = c->opt->no_header ? xstrdup("") : column_name(c, raw, j + 1);
        i = end + 1;
    }
    name_columns(c);
    if (!c->opt->no_header)
        c->data = at < c->text.n ? at : c->text.n;
    for (size_t i = 0; i < c->data; i++)
        c->header_lines += c->text.p[i] == c->newline;
    return true;
}

/* ---- null texts ---- */

static void read_nulls(Csv *c)
{
    c->nulls_text = xstrdup(c->opt->nulls ? c->opt->nulls : "NA");
    Str rest = str_of(c->nulls_text);
    c->nulls = xmalloc((rest.n + 1) * sizeof *c->nulls);
    while (rest.n) {
        Str s = str_trim(str_split(rest, ',', &rest));
        if (!s.n)
            continue;
        c->nulls[c->nnulls++] = s;
        c->null_lengths |= UINT64_C(1) << (s.n < 63 ? s.n : 63);
        c->null_numbers |= csv_kind(s) != KIND_TEXT;
    }
}

static bool refuse_binary(const Csv *c, Error *err)
{
    size_t n = c->text.n < SNIFF_BYTES ? c->text.n : SNIFF_BYTES;
    const char *nul = n ? memchr(c->text.p, 0, n) : NULL;
    if (!nul)
        return true;
    long line = 1;
    for (const char *p = c->text.p; p < nul; p++)
        line += *p == '\n';
    fail(err, ERR_DATA, "'%s' looks binary: NUL byte in line %ld", c->name, line);
    return error_hint(err, "load reads text: CSV, TSV or NDJSON, plain or packed (.gz .zst .xz)");
}

bool csv_dialect(Csv *c, Error *err)
{
    if (!decode(c, err) || !refuse_binary(c, err))
        return false;
    bool lines = c->text.n && memchr(c->text.p, '\n', c->text.n);
    c->newline = !lines && c->text.n && memchr(c->text.p, '\r', c->text.n) ? '\r' : '\n';
    while (c->data < c->text.n && (c->text.p[c->data] == '\n' || c->text.p[c->data] == '\r'))
        c->data++;
    if (c->data == c->text.n) {
        fail(err, ERR_DATA, "'%s' is empty", c->name);
        return error_hint(err, "the first line names the columns (--no-header: there is none)");
    }
    c->delim = c->opt->delim ? c->opt->delim : guess_delimiter(c);
    read_nulls(c);
    return read_header(c, err) && csv_declare(c->cols, c->ncols, c->opt, c->name, err);
}
