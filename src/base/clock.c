/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock.c - moments in UTC: from text, to text, to civil dates, now.
 *
 * Civil dates by Howard Hinnant's days_from_civil (chrono-compatible low-level date algorithms,
 * 2013): years start in March, so the leap day is the last of the year and 400-year eras repeat.
 * Years 1 to 9999, so every moment fits.
 *
 * time_parse_iso() is the hot one: a column of a million moments goes through it. It reads fixed
 * positions and never allocates. time_parse() takes the rest: days before months, months before
 * days, names of months, am and pm. Fractions finer than a microsecond are cut.
 */
#include "base/clock.h"

#include <math.h>
#include <time.h>

/* ---- civil dates ---- */

int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

Civil civil_of(int64_t us)
{
    int64_t days = floor_div(us, US_PER_DAY);
    int64_t rest = us - days * US_PER_DAY;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * day_of_year + 2) / 153;
    Civil c;
    c.day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
    c.month = (int)(m < 10 ? m + 3 : m - 9);
    c.year = (int)(year_of_era + era * 400 + (c.month <= 2));
    c.micro = (int)(rest % US_PER_SECOND);
    rest /= US_PER_SECOND;
    c.second = (int)(rest % 60);
    c.minute = (int)(rest / 60 % 60);
    c.hour = (int)(rest / 3600);
    return c;
}

int64_t us_of(Civil c)
{
    int64_t seconds = ((int64_t)c.hour * 60 + c.minute) * 60 + c.second;
    return days_from_civil(c.year, c.month, c.day) * US_PER_DAY + seconds * US_PER_SECOND + c.micro;
}

int weekday_of(int64_t us)
{
    int64_t days = floor_div(us, US_PER_DAY) + 3; /* 1970-01-01 was a Thursday */
    return (int)(days - floor_div(days, 7) * 7) + 1;
}

bool civil_valid(int year, int month, int day)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= length[month - 1] + (month == 2 && leap);
}

/* ---- reading: small steps over a cursor ---- */

typedef struct Cursor {
    const char *p, *end;
} Cursor;

static bool digit_at(Cursor c, ptrdiff_t i)
{
    return c.end - c.p > i && c.p[i] >= '0' && c.p[i] <= '9';
}

static bool take(Cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

/* Exactly `n` digits. */
static bool take_digits(Cursor *c, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (!digit_at(*c, i))
            return false;
        v = v * 10 + (c->p[i] - '0');
    }
    c->p += n;
    *out = v;
    return true;
}

/* One digit or two. */
static bool take_short(Cursor *c, int *out)
{
    return digit_at(*c, 1) ? take_digits(c, 2, out) : take_digits(c, 1, out);
}

static bool take_fraction(Cursor *c, Civil *t, TimeUnit *unit)
{
    int digits = 0, scale = 100000;
    for (; digit_at(*c, 0); c->p++, digits++, scale /= 10)
        t->micro += (*c->p - '0') * scale;
    *unit = digits > 3 ? TIME_MICRO : TIME_MILLI;
    return digits > 0;
}

/* Z, +02, +0200, +02:00; `minutes` east of Greenwich. */
static bool take_zone(Cursor *c, int *minutes)
{
    *minutes = 0;
    if (c->p == c->end || take(c, 'Z') || take(c, 'z'))
        return true;
    bool west = *c->p == '-';
    if (!west && *c->p != '+')
        return false;
    c->p++;
    int h, m = 0;
    if (!take_digits(c, 2, &h))
        return false;
    if ((take(c, ':') || digit_at(*c, 0)) && !take_digits(c, 2, &m))
        return false;
    *minutes = (west ? -1 : 1) * (h * 60 + m);
    return h <= 18 && m < 60;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* " pm" behind a twelve-hour time. */
static bool take_half_day(Cursor *c, Civil *t)
{
    Cursor ahead = *c;
    take(&ahead, ' ');
    if (ahead.end - ahead.p < 2 || fold(ahead.p[1]) != 'm' ||
        (fold(ahead.p[0]) != 'a' && fold(ahead.p[0]) != 'p'))
        return true;
    if (t->hour < 1 || t->hour > 12)
        return false;
    t->hour = t->hour % 12 + (fold(ahead.p[0]) == 'p' ? 12 : 0);
    c->p = ahead.p + 2;
    return true;
}

/* Everything behind the date, up to the end of the text: hh:mm[:ss[.fraction]] or hhmm[ss], am or
 * pm, zone. */
static bool take_time(Cursor *c, bool loose, Civil *t, TimeUnit *unit, int *zone)
{
    if (!(loose ? take_short(c, &t->hour) : take_digits(c, 2, &t->hour)))
        return false;
    bool colon = take(c, ':');
    if (!take_digits(c, 2, &t->minute))
        return false;
    *unit = TIME_MINUTE;
    if (colon ? take(c, ':') : digit_at(*c, 0)) {
        if (!take_digits(c, 2, &t->second))
            return false;
        *unit = TIME_SECOND;
        if ((take(c, '.') || take(c, ',')) && !take_fraction(c, t, unit))
            return false;
    }
    if (loose && !take_half_day(c, t))
        return false;
    if (!take_zone(c, zone))
        return false;
    return t->hour < 24 && t->minute < 60 && t->second < 60;
}

/* The end of every way of writing a moment: nothing more, or a separator and a time. */
static bool finish(Cursor c, bool loose, Civil t, int64_t *us, TimeUnit *unit)
{
    TimeUnit fine = TIME_DAY;
    int zone = 0;
    if (!civil_valid(t.year, t.month, t.day))
        return false;
    if (c.p != c.end) {
        if (loose)
            take(&c, ',');
        if (!take(&c, 'T') && !take(&c, ' ') && !take(&c, 't'))
            return false;
        if (!take_time(&c, loose, &t, &fine, &zone) || c.p != c.end)
            return false;
    }
    *us = us_of(t) - zone * 60 * US_PER_SECOND;
    if (unit)
        *unit = fine;
    return true;
}

bool time_parse_iso(Str s, int64_t *us, TimeUnit *unit)
{
    Cursor c = {s.p, s.p + s.n};
    Civil t = {0};
    if (s.n < 8 || !take_digits(&c, 4, &t.year))
        return false;
    bool dash = take(&c, '-');
    bool slash = !dash && take(&c, '/');
    if (!take_digits(&c, 2, &t.month))
        return false;
    if ((dash && !take(&c, '-')) || (slash && !take(&c, '/')))
        return false;
    if (!take_digits(&c, 2, &t.day))
        return false;
    return finish(c, false, t, us, unit);
}

/* mar, march, Mar. */
static bool take_month_name(Cursor *c, int *month)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t n = 0;
    while (c->p + n < c->end && fold(c->p[n]) >= 'a' && fold(c->p[n]) <= 'z')
        n++;
    for (int m = 0; n >= 3 && m < 12; m++) {
        Str full = str_of(names[m]);
        bool whole = n == full.n || n == 3 || (m == 8 && n == 4); /* sept is common */
        if (whole && str_ieq((Str){c->p, n}, str_sub(full, 0, n))) {
            *month = m + 1;
            c->p += n;
            take(c, '.');
            return true;
        }
    }
    return false;
}

static void take_gap(Cursor *c)
{
    take(c, ',');
    if (!take(c, ' '))
        take(c, '-');
}

/* 12 Mar 2023, 12-Mar-2023, Mar 12, 2023. */
static bool parse_named(Cursor c, int64_t *us, TimeUnit *unit)
{
    Civil t = {0};
    if (take_month_name(&c, &t.month)) {
        take_gap(&c);
        if (!take_short(&c, &t.day))
            return false;
    } else {
        if (!take_short(&c, &t.day))
            return false;
        take_gap(&c);
        if (!take_month_name(&c, &t.month))
            return false;
    }
    take_gap(&c);
    return take_digits(&c, 4, &t.year) && finish(c, true, t, us, unit);
}

static bool parse_numeric(Cursor c, DateOrder order, int64_t *us, TimeUnit *unit)
{
    Civil t = {0};
    int *first = order == DATE_DMY ? &t.day : &t.month;
    int *second = order == DATE_DMY ? &t.month : &t.day;
    if (!take_short(&c, first) || c.p == c.end)
        return false;
    char sep = *c.p;
    if (sep != '/' && sep != '.' && sep != '-')
        return false;
    return take(&c, sep) && take_short(&c, second) && take(&c, sep) &&
           take_digits(&c, 4, &t.year) && finish(c, true, t, us, unit);
}

bool time_parse(Str s, DateOrder order, int64_t *us, TimeUnit *unit)
{
    if (time_parse_iso(s, us, unit))
        return true;
    Cursor c = {s.p, s.p + s.n};
    if (parse_named(c, us, unit))
        return true;
    return order != DATE_ISO && parse_numeric(c, order, us, unit);
}

/* ---- writing ---- */

static char *put_digits(char *p, int v, int digits)
{
    for (int k = digits; k-- > 0; v /= 10)
        p[k] = (char)('0' + v % 10);
    return p + digits;
}

void buf_time(Buf *b, int64_t us, TimeUnit unit)
{
    Civil c = civil_of(us);
    if (c.year < 0 || c.year > 9999) {
        buf_printf(b, "%04d", c.year);
        c.year = -1;
    }
    char text[32], *p = c.year < 0 ? text : put_digits(text, c.year, 4);
    *p++ = '-';
    p = put_digits(p, c.month, 2);
    *p++ = '-';
    p = put_digits(p, c.day, 2);
    if (unit >= TIME_MINUTE) {
        *p++ = ' ';
        p = put_digits(p, c.hour, 2);
        *p++ = ':';
        p = put_digits(p, c.minute, 2);
    }
    if (unit >= TIME_SECOND) {
        *p++ = ':';
        p = put_digits(p, c.second, 2);
    }
    if (unit >= TIME_MILLI) {
        *p++ = '.';
        p = unit == TIME_MILLI ? put_digits(p, c.micro / 1000, 3) : put_digits(p, c.micro, 6);
    }
    buf_put(b, text, (size_t)(p - text));
}

/* ---- now ---- */

static bool now_is_set;
static int64_t now_said;

int64_t clock_now(void)
{
    if (now_is_set)
        return now_said;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * US_PER_SECOND + t.tv_nsec / 1000;
}

void clock_set_now(int64_t us)
{
    now_is_set = true;
    now_said = us;
}

double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool duration_parse(Str s, int64_t *us)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = {
        {"ms", US_PER_SECOND / 1000}, {"s", US_PER_SECOND}, {"m", 60 * US_PER_SECOND},
        {"h", US_PER_HOUR},           {"d", US_PER_DAY},    {"w", 7 * US_PER_DAY},
    };
    size_t digits = 0;
    while (digits < s.n && ((s.p[digits] >= '0' && s.p[digits] <= '9') || s.p[digits] == '.'))
        digits++;
    double v;
    if (!parse_real(str_sub(s, 0, digits), &v))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_eqz(str_sub(s, digits, s.n), units[i].unit)) {
            v = round(v * (double)units[i].us);
            if (v > 9e18)
                return false;
            *us = (int64_t)v;
            return true;
        }
    }
    return false;
}
