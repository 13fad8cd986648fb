/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock.h - moments: microseconds since 1970-01-01T00:00:00Z in an int64_t. UTC; a day is a civil
 * day.
 */
#ifndef GLINT_BASE_CLOCK_H
#define GLINT_BASE_CLOCK_H

#include "base/str.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_HOUR (3600 * US_PER_SECOND)
#define US_PER_DAY (86400 * US_PER_SECOND)

/* How finely a moment was written; a column keeps the finest of its values so that it is written
 * back the same. */
typedef enum TimeUnit { TIME_DAY, TIME_MINUTE, TIME_SECOND, TIME_MILLI, TIME_MICRO } TimeUnit;

typedef struct Civil {
    int year, month, day, hour, minute, second, micro; /* month and day from 1 */
} Civil;

int64_t days_from_civil(int year, int month,
                        int day); /* days since 1970-01-01, proleptic Gregorian */
Civil civil_of(int64_t us);
int64_t us_of(Civil c);
int weekday_of(int64_t us); /* 1 Monday .. 7 Sunday */
bool civil_valid(int year, int month, int day);

/* ISO 8601 and its neighbours: 2023-10-15, 2023-10-15 09:00, 2023-10-15T09:00:00.123456Z, +02:00,
 * 20231015T0900, 2023/10/15. False if it is not one or the date does not exist. Fast path for the
 * ISO forms. */
bool time_parse_iso(Str s, int64_t *us, TimeUnit *unit);
/* The order of day and month in 31/12/2023 or 12/31/2023, 31.12.2023, and names of months (12 Mar
 * 2023, Mar 12 2023). */
typedef enum DateOrder { DATE_ISO, DATE_DMY, DATE_MDY } DateOrder;
bool time_parse(Str s, DateOrder order, int64_t *us, TimeUnit *unit);
/* Appends the moment as 2023-10-15, 2023-10-15 09:00, 2023-10-15 09:00:00, ....123, ....123456. */
void buf_time(Buf *b, int64_t us, TimeUnit unit);

/* Now, or what clock_set_now() said (for tests and --now). */
int64_t clock_now(void);
void clock_set_now(int64_t us);
/* Seconds since some moment, for durations. */
double clock_seconds(void);
/* "7d", "12h", "30m", "1w" to microseconds. */
bool duration_parse(Str s, int64_t *us);

#endif
