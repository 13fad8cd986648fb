/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dates.c - moments as a mapping's format has them.
 *
 * A format is alternatives between "||": names (strict_date_optional_time, epoch_millis, basic_date
 * ...) or patterns of letters (dd/MM/yyyy HH:mm:ss.SSS). The names that mean ISO 8601 and the
 * epochs are read elsewhere; here the rest, letter by letter. A letter that is not known makes its
 * alternative fail.
 */
#include <stdio.h>
#include <string.h>

#include "es/schema.h"

typedef struct Reading {
    Str text;
    Civil c;
    int64_t offset_us;
    TimeUnit unit;
    bool pm, twelve;
} Reading;

static bool take_number(Reading *r, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    while (n < r->text.n && n < most && r->text.p[n] >= '0' && r->text.p[n] <= '9')
        v = v * 10 + (r->text.p[n++] - '0');
    if (n < least)
        return false;
    r->text = str_sub(r->text, n, r->text.n);
    *out = v;
    return true;
}

static bool take_month_name(Reading *r)
{
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int m = 0; m < 12; m++)
        if (r->text.n >= 3 && str_ieq(str_sub(r->text, 0, 3), str_of(names[m]))) {
            size_t n = 3;
            while (n < r->text.n && (r->text.p[n] | 32) >= 'a' && (r->text.p[n] | 32) <= 'z')
                n++;
            r->text = str_sub(r->text, n, r->text.n);
            r->c.month = m + 1;
            return true;
        }
    return false;
}

/* S, SS, ... : digits of a second; what is finer than a microsecond is cut. */
static bool take_fraction(Reading *r, size_t most)
{
    size_t n = 0;
    int micro = 0, scale = 100000;
    for (; n < most && n < r->text.n && r->text.p[n] >= '0' && r->text.p[n] <= '9'; n++) {
        micro += (r->text.p[n] - '0') * scale;
        scale /= 10;
    }
    r->text = str_sub(r->text, n, r->text.n);
    r->c.micro = micro;
    r->unit = n > 3 ? TIME_MICRO : TIME_MILLI;
    return n > 0;
}

/* Z, +02, +0200, +02:00 */
static bool take_offset(Reading *r)
{
    if (r->text.n && (r->text.p[0] | 32) == 'z') {
        r->text = str_sub(r->text, 1, r->text.n);
        return true;
    }
    if (!r->text.n || (r->text.p[0] != '+' && r->text.p[0] != '-'))
        return false;
    int64_t sign = r->text.p[0] == '-' ? -1 : 1;
    int h, m = 0;
    r->text = str_sub(r->text, 1, r->text.n);
    if (!take_number(r, 2, 2, &h))
        return false;
    if (r->text.n && r->text.p[0] == ':')
        r->text = str_sub(r->text, 1, r->text.n);
    take_number(r, 2, 2, &m);
    r->offset_us = sign * (h * US_PER_HOUR + m * 60 * US_PER_SECOND);
    return true;
}

static void finer(Reading *r, TimeUnit unit)
{
    if (r->unit < unit)
        r->unit = unit;
}

static bool take_letters(Reading *r, char letter, size_t n)
{
    bool ok;
    switch (letter) {
    case 'y':
    case 'u':
        ok = take_number(r, n == 2 ? 2 : 4, n == 2 ? 2 : 4, &r->c.year);
        if (n == 2)
            r->c.year += 2000;
        return ok;
    case 'M':
    case 'L':
        return n >= 3 ? take_month_name(r) : take_number(r, n, 2, &r->c.month);
    case 'd':
        return take_number(r, n, 2, &r->c.day);
    case 'H':
    case 'h':
        r->twelve = letter == 'h';
        finer(r, TIME_MINUTE);
        return take_number(r, n, 2, &r->c.hour);
    case 'm':
        finer(r, TIME_MINUTE);
        return take_number(r, n, 2, &r->c.minute);
    case 's':
        finer(r, TIME_SECOND);
        return take_number(r, n, 2, &r->c.second);
    case 'S':
        return take_fraction(r, n);
    case 'a':
        ok = r->text.n >= 2 && (r->text.p[1] | 32) == 'm';
        r->pm = ok && (r->text.p[0] | 32) == 'p';
        r->text = ok ? str_sub(r->text, 2, r->text.n) : r->text;
        return ok;
    case 'X':
    case 'x':
    case 'Z':
        return take_offset(r);
    default:
        return false;
    }
}

static bool by_pattern(Str text, Str pattern, int64_t *us, TimeUnit *unit)
{
    Reading r = {.text = text, .c = {.year = 1970, .month = 1, .day = 1}};
    for (size_t i = 0; i < pattern.n;) {
        char ch = pattern.p[i];
        size_t n = 1;
        if (ch == '\'') { /* 'T' stands for itself */
            for (i++; i < pattern.n && pattern.p[i] != '\''; i++) {
                if (!r.text.n || r.text.p[0] != pattern.p[i])
                    return false;
                r.text = str_sub(r.text, 1, r.text.n);
            }
            i++;
            continue;
        }
        if ((ch | 32) >= 'a' && (ch | 32) <= 'z') {
            while (i + n < pattern.n && pattern.p[i + n] == ch)
                n++;
            if (!take_letters(&r, ch, n))
                return false;
        } else {
            if (!r.text.n || r.text.p[0] != ch)
                return false;
            r.text = str_sub(r.text, 1, r.text.n);
        }
        i += n;
    }
    if (r.twelve)
        r.c.hour = r.c.hour % 12 + (r.pm ? 12 : 0);
    if (r.text.n || !civil_valid(r.c.year, r.c.month, r.c.day) || r.c.hour > 23 ||
        r.c.minute > 59 || r.c.second > 59)
        return false;
    *us = us_of(r.c) - r.offset_us;
    *unit = r.offset_us && r.unit == TIME_DAY ? TIME_MINUTE : r.unit;
    return true;
}

/* The names that are not ISO with dashes and colons. */
static Str named(Str format)
{
    static const struct {
        const char *name, *pattern;
    } rows[] = {
        {"basic_date", "yyyyMMdd"},
        {"basic_date_time", "yyyyMMdd'T'HHmmss.SSSZ"},
        {"basic_date_time_no_millis", "yyyyMMdd'T'HHmmssZ"},
        {"date_hour", "yyyy-MM-dd'T'HH"},
        {"year_month", "yyyy-MM"},
        {"year", "yyyy"},
    };
    if (str_starts(format, STR("strict_")))
        format = str_sub(format, 7, format.n);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eqz(format, rows[i].name))
            return str_of(rows[i].pattern);
    return format;
}

static bool is_iso_or_epoch(Str f)
{
    return str_starts(f, STR("epoch_")) || str_starts(f, STR("strict_date_")) ||
           str_eqz(f, "date_optional_time") || str_eqz(f, "date_time") || str_eqz(f, "date") ||
           str_eqz(f, "iso8601") || str_eqz(f, "date_time_no_millis");
}

bool format_is_own(const char *format)
{
    for (Str rest = str_of(format), one; rest.n;) {
        one = str_split(rest, '|', &rest);
        if (one.n && !is_iso_or_epoch(one))
            return true;
    }
    return false;
}

bool date_as_usual(Str text, bool epoch_first, int64_t *us, TimeUnit *unit)
{
    char whole[20];
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    const char *rest = NULL;
    if (digits == text.n && (digits != 4 || epoch_first))
        return false;
    if (digits == text.n)
        rest = "-01-01";
    else if (digits == 4 && text.n == 7 && text.p[4] == '-')
        rest = "-01";
    else if (digits == 4 && text.n == 13 && (text.p[10] == 'T' || text.p[10] == 't'))
        rest = ":00";
    if (!rest)
        return time_parse(text, DATE_ISO, us, unit);
    snprintf(whole, sizeof whole, "%.*s%s", STR_ARG(text), rest);
    return time_parse(str_of(whole), DATE_ISO, us, unit);
}

bool date_by_format(Str text, const char *format, int64_t *us, TimeUnit *unit)
{
    for (Str rest = str_of(format), one; rest.n;) {
        one = str_split(rest, '|', &rest);
        if (one.n && !is_iso_or_epoch(one) && by_pattern(text, named(one), us, unit))
            return true;
    }
    return false;
}
