/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_time.c - kernels over moments: parts of the civil date in UTC, differences, shifts.
 *
 * days(from, to) is the floor of the difference in 24-hour days: whole days that have passed, -1
 * when `to` is an hour before `from`. hours(from, to) is real.
 */
#include "expr_priv.h"

#include <math.h>

#include "base/clock.h"

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int part_year(int64_t us)
{
    return civil_of(us).year;
}

int part_quarter(int64_t us)
{
    return (civil_of(us).month + 2) / 3;
}

int part_month(int64_t us)
{
    return civil_of(us).month;
}

int part_day(int64_t us)
{
    return civil_of(us).day;
}

int part_weekday(int64_t us)
{
    return weekday_of(us);
}

int part_yday(int64_t us)
{
    return (int)(floor_div(us, US_PER_DAY) - days_from_civil(civil_of(us).year, 1, 1)) + 1;
}

/* ISO 8601: week 1 holds the year's first Thursday. */
int part_week(int64_t us)
{
    int64_t thursday = floor_div(us, US_PER_DAY) + 4 - weekday_of(us);
    return (int)((thursday - days_from_civil(civil_of(thursday * US_PER_DAY).year, 1, 1)) / 7) + 1;
}

/* Whole units of the day, for which no date is needed. */
static int of_day(int64_t us, int64_t unit)
{
    return (int)((us - floor_div(us, US_PER_DAY) * US_PER_DAY) / unit);
}

int part_hour(int64_t us)
{
    return of_day(us, US_PER_HOUR);
}

int part_minute(int64_t us)
{
    return of_day(us, 60 * US_PER_SECOND) % 60;
}

int part_second(int64_t us)
{
    return of_day(us, US_PER_SECOND) % 60;
}

void block_part(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    for (size_t i = 0; i < n; i++)
        out->own.i[i] = out->null && out->null[i] ? 0 : s->fn->part(arg[0]->v.i[i]);
}

void block_date(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    (void)s;
    for (size_t i = 0; i < n; i++)
        out->own.i[i] = floor_div(arg[0]->v.i[i], US_PER_DAY) * US_PER_DAY;
}

void block_days(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    (void)s;
    for (size_t i = 0; i < n; i++) {
        int64_t us;
        if (!__builtin_sub_overflow(arg[1]->v.i[i], arg[0]->v.i[i], &us)) {
            out->own.i[i] = floor_div(us, US_PER_DAY);
            continue;
        }
        double days = floor((double)arg[1]->v.i[i] / (double)US_PER_DAY -
                            (double)arg[0]->v.i[i] / (double)US_PER_DAY);
        out->own.i[i] = (int64_t)days; /* beyond 292,000 years: a fraction of a day is lost */
    }
}

void block_hours(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    (void)s;
    for (size_t i = 0; i < n; i++) {
        int64_t us;
        bool far = __builtin_sub_overflow(arg[1]->v.i[i], arg[0]->v.i[i], &us);
        double d = far ? (double)arg[1]->v.i[i] - (double)arg[0]->v.i[i] : (double)us;
        out->own.d[i] = d / (double)US_PER_HOUR;
    }
}

/* add_days, add_hours: Func.op is 0 for days. A moment that int64_t cannot hold is null. */
void block_shift(const Step *s, const Slice *const *arg, size_t n, Slice *out)
{
    double unit = (double)(s->op == 0 ? US_PER_DAY : US_PER_HOUR);
    for (size_t i = 0; i < n; i++) {
        double by = rint(arg[1]->v.d[i] * unit);
        out->own.i[i] = 0;
        bool fits = fabs(by) < 0x1p63 &&
                    !__builtin_add_overflow(arg[0]->v.i[i], (int64_t)by, &out->own.i[i]);
        if (!fits)
            slice_nulls(out, n)[i] = 1;
    }
}
