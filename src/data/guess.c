/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guess.c - what a column is, from what its values look like.
 *
 * Each value is of one kind (csv_kind). A column's type follows from the set of kinds in the whole
 * column, so it depends neither on the order of the rows nor on the threads:
 *
 *     words and T and F          bool       (T alone or F alone is a letter, not a truth value)
 *     whole numbers              int
 *     with 007 or 20 digits      code       no digit may be lost
 *     with a decimal point       real
 *     moments                    time       days before months or months before days by what all
 *                                           rows allow
 *     anything else, or a mix    code or text
 *
 * Quotes tell nothing when all values have them; where a file puts only some columns in quotes,
 * whole columns of numbers or truth values in quotes are meant as text, and stay so.
 */
#include <stdlib.h>

#include "csv_priv.h"

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static CsvKind kind_of_whole(Str s, bool sign)
{
    int64_t v;
    if (s.n == 1 && s.p[0] == '0' && sign)
        return KIND_REAL; /* -0 */
    if (s.n > 1 && s.p[0] == '0')
        return KIND_ZEROS;
    return s.n <= 18 || parse_int(s, &v) ? KIND_INT : KIND_BIG;
}

/* 3/4/2023 in both orders; 31.12.2023 is written with the day first wherever it is written. */
static CsvKind kind_of_moment(Str s)
{
    int64_t us;
    TimeUnit unit;
    if (time_parse(s, DATE_ISO, &us, &unit))
        return KIND_ISO;
    bool dmy = time_parse(s, DATE_DMY, &us, &unit);
    bool mdy = time_parse(s, DATE_MDY, &us, &unit);
    if (dmy && (!mdy || memchr(s.p, '.', s.n < 3 ? s.n : 3)))
        return KIND_DMY;
    return dmy ? KIND_EITHER : mdy ? KIND_MDY : KIND_TEXT;
}

static CsvKind kind_of_word(Str s)
{
    if (s.n == 1)
        return s.p[0] == 'T' ? KIND_T : s.p[0] == 'F' ? KIND_F : KIND_TEXT;
    if (str_ieq(s, STR("true")) || str_ieq(s, STR("false")))
        return KIND_WORD;
    double v;
    if ((s.n == 3 || s.n == 8) && parse_real(s, &v))
        return KIND_REAL;                                         /* nan, inf, infinity */
    return s.n >= 8 && s.n <= 40 ? kind_of_moment(s) : KIND_TEXT; /* Mar 12 2023 */
}

CsvKind csv_kind(Str s)
{
    unsigned char first = s.n ? (unsigned char)s.p[0] : 0;
    if ((first | 32) >= 'a' && (first | 32) <= 'z')
        return kind_of_word(s);
    bool sign = first == '-' || first == '+';
    if (!sign && first != '.' && (first < '0' || first > '9'))
        return KIND_TEXT;
    Str digits = sign ? str_sub(s, 1, s.n) : s;
    int64_t v;
    if (all_digits(digits)) {
        CsvKind kind = kind_of_whole(digits, sign);
        return kind == KIND_BIG && parse_int(s, &v) ? KIND_INT : kind; /* -2^63 */
    }
    double real;
    if (parse_real(s, &real))
        return KIND_REAL;
    return sign || s.n > 40 ? KIND_TEXT : kind_of_moment(s);
}

CsvStore csv_store_of(uint32_t kinds, DateOrder preferred)
{
    bool boolean = kinds & KINDS_BOOL, number = kinds & KINDS_NUMBER, moment = kinds & KINDS_TIME;
    if ((kinds & KIND_TEXT) || boolean + number + moment > 1)
        return STORE_DICT;
    if (boolean)
        return STORE_BOOL;
    if (number)
        return kinds & KIND_REAL                 ? STORE_REAL
               : kinds & (KIND_ZEROS | KIND_BIG) ? STORE_DIGITS
                                                 : STORE_INT;
    if (!moment)
        return STORE_NONE;
    if ((kinds & KIND_DMY) && (kinds & KIND_MDY))
        return STORE_DICT;
    if (kinds & (KIND_DMY | KIND_MDY))
        return kinds & KIND_DMY ? STORE_DMY : STORE_MDY;
    if (kinds & KIND_EITHER)
        return preferred == DATE_MDY ? STORE_MDY : STORE_DMY;
    return STORE_TIME;
}

/* ---- what the person said ---- */

static bool store_by_name(Str name, CsvStore *store)
{
    static const struct {
        const char *name;
        CsvStore store;
    } names[] = {{"int", STORE_INT},   {"real", STORE_REAL}, {"bool", STORE_BOOL},
                 {"time", STORE_TIME}, {"code", STORE_DICT}, {"text", STORE_RAW},
                 {"dmy", STORE_DMY},   {"mdy", STORE_MDY}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eqz(name, names[i].name)) {
            *store = names[i].store;
            return true;
        }
    }
    return false;
}

const char *csv_store_noun(CsvStore store)
{
    static const char *const nouns[] = {
        [STORE_INT] = "an int",           [STORE_REAL] = "a number",
        [STORE_BOOL] = "a bool",          [STORE_TIME] = "a time",
        [STORE_DMY] = "a day/month/year", [STORE_MDY] = "a month/day/year",
        [STORE_NONE] = "a value",         [STORE_DIGITS] = "a text",
        [STORE_DICT] = "a text",          [STORE_RAW] = "a text"};
    return nouns[store];
}

static CsvColumn *column_named(CsvColumn *cols, size_t ncols, Str name)
{
    for (size_t j = 0; j < ncols; j++)
        if (str_eqz(name, cols[j].name))
            return &cols[j];
    return NULL;
}

static bool no_such_column(const CsvColumn *cols, size_t ncols, const char *file, Str name,
                           Error *err)
{
    Str *names = xmalloc(ncols * sizeof *names);
    for (size_t j = 0; j < ncols; j++)
        names[j] = str_of(cols[j].name);
    fail(err, ERR_NAME, "no column '%.*s' in '%s', whose type is declared", STR_ARG(name), file);
    long best = nearest_name(name, names, ncols);
    if (best >= 0)
        error_hint(err, "did you mean '%.*s'?", STR_ARG(names[best]));
    free(names);
    return false;
}

bool csv_declare(CsvColumn *cols, size_t ncols, const ReadOptions *opt, const char *name,
                 Error *err)
{
    Str rest = str_of(opt->types);
    while (rest.n) {
        Str type, item = str_split(rest, ',', &rest);
        Str wanted = str_trim(str_split(item, '=', &type));
        if (!wanted.n)
            continue;
        CsvColumn *col = column_named(cols, ncols, wanted);
        if (!col)
            return no_such_column(cols, ncols, name, wanted, err);
        if (!store_by_name(str_trim(type), &col->store)) {
            fail(err, ERR_USAGE, "'%.*s' is not a type for column '%s'", STR_ARG(type), col->name);
            return error_hint(err,
                              "types are int real bool code time text, and dmy or mdy for times");
        }
        col->declared = true;
        if (col->store == STORE_TIME && opt->dates != DATE_ISO)
            col->store = opt->dates == DATE_DMY ? STORE_DMY : STORE_MDY;
    }
    return true;
}

/* ---- the end of the pass ---- */

typedef struct Quoting {
    bool quoted, bare;
} Quoting;

static Quoting quoting_of(const Csv *c, size_t col)
{
    Quoting q = {false, false};
    for (size_t b = 0; b < c->nchunks; b++) {
        q.quoted |= csv_cell(c, b, col)->quoted;
        q.bare |= csv_cell(c, b, col)->bare;
    }
    return q;
}

void csv_decide(Csv *c)
{
    bool some_bare = false;
    c->decided = true;
    for (size_t j = 0; j < c->ncols; j++)
        some_bare |= quoting_of(c, j).bare;
    for (size_t j = 0; j < c->ncols; j++) {
        CsvColumn *col = &c->cols[j];
        if (col->declared)
            continue;
        uint32_t kinds = atomic_load(&col->kinds);
        CsvStore store = csv_store_of(kinds, c->opt->dates);
        Quoting q = quoting_of(c, j);
        bool letter = store == STORE_BOOL && !(kinds & KIND_WORD) && kinds != (KIND_T | KIND_F);
        bool typed = store == STORE_INT || store == STORE_REAL || store == STORE_BOOL;
        col->digits_quoted = typed && q.quoted && !q.bare && some_bare;
        if (letter || col->digits_quoted || store == STORE_NONE || store == STORE_DIGITS)
            store = STORE_DICT;
        col->store = store == STORE_DICT && atomic_load(&col->raw) ? STORE_RAW : store;
    }
}

static void note_digits(const Csv *c, const CsvColumn *col, uint32_t kinds)
{
    if (csv_store_of(kinds, DATE_ISO) == STORE_REAL && (kinds & KIND_BIG))
        read_note(c->report,
                  "column '%.60s': whole numbers of more than 18 digits were rounded to real",
                  col->name);
    if (csv_store_of(kinds, DATE_ISO) != STORE_DIGITS)
        return;
    if (kinds & KIND_ZEROS)
        read_note(
            c->report,
            "column '%.60s' has numbers with leading zeros: kept as text, so that none is lost",
            col->name);
    else
        read_note(c->report,
                  "column '%.60s' has whole numbers of more than 18 digits: kept as text, so that "
                  "none is lost",
                  col->name);
}

bool csv_decide_raw(Csv *c)
{
    bool changed = false;
    for (size_t j = 0; j < c->ncols; j++) {
        CsvColumn *col = &c->cols[j];
        if (col->declared || col->store != STORE_DICT || !atomic_load(&col->raw))
            continue;
        col->store = STORE_RAW;
        changed = true;
    }
    return changed;
}

void csv_note_types(Csv *c)
{
    for (size_t j = 0; j < c->ncols; j++) {
        const CsvColumn *col = &c->cols[j];
        uint32_t kinds = atomic_load(&col->kinds);
        if (kinds & KIND_HUGE)
            read_note(c->report, "column '%.60s' has numbers beyond 1.8e308: read as inf",
                      col->name);
        if (col->declared)
            continue;
        note_digits(c, col, kinds);
        if (col->digits_quoted)
            read_note(c->report,
                      "column '%.60s' holds numbers in quotes: kept as text (declare it as int or "
                      "real to change)",
                      col->name);
        if ((kinds & KIND_DMY) && (kinds & KIND_MDY) && !(kinds & ~(uint32_t)KINDS_TIME))
            read_note(
                c->report,
                "column '%.60s' has both orders of day and month (13/4 and 4/13): kept as text",
                col->name);
        if ((kinds & KIND_EITHER) && (col->store == STORE_DMY || col->store == STORE_MDY) &&
            !(kinds & (KIND_DMY | KIND_MDY)) && c->opt->dates == DATE_ISO)
            read_note(c->report,
                      "column '%.60s': no row tells days from months: read as day/month (declare "
                      "it as mdy to change)",
                      col->name);
        if (!kinds && c->rows_reserved)
            read_note(c->report, "column '%.60s' has no value at all: taken as code", col->name);
    }
}
