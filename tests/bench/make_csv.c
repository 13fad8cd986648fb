/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make_csv.c - writes the CSV of the load benchmark: interactions of a site, ROWS x 19, about 117
 * bytes a row, the same bytes for the same seed.
 *
 *     make_csv ROWS SEED > file.csv
 *
 * Whole numbers of 1 to 10 digits, decimals of 1 to 15, names of 3 to 500 levels, moments and days,
 * an id that is never repeated; one field in fifty of two columns is missing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rng.h"

static const char *const countries[] = {"USA",   "France", "Germany", "India", "Brazil",
                                        "Japan", "Spain",  "Italy",   "UK",    "Canada"};
static const char *const langs[] = {"java", "python", "c",     "go",    "rust", "perl",
                                    "ruby", "kotlin", "scala", "swift", "r",    "julia"};
static const char *const kinds[] = {"view", "like", "comment", "share", "login"};
static const char *const genders[] = {"f", "m", "other"};
static const char *const devices[] = {"phone", "tablet", "laptop", "desktop"};
#define PICK(r, list) (list)[rng_below((r), sizeof(list) / sizeof *(list))]

static void put_row(Rng *r, Buf *b, uint64_t i)
{
    int64_t posted = (INT64_C(19000) + (int64_t)rng_below(r, 700)) * US_PER_DAY;
    int64_t seen = posted + (int64_t)(rng_unit(r) * 30.0 * 86400.0) * US_PER_SECOND;
    buf_printf(b, "%08" PRIx64 ",u%05d,p%04d,author_%03d,", rng_next(r) >> 32 ^ i,
               (int)rng_below(r, 20000), (int)rng_below(r, 4000), (int)rng_below(r, 500));
    buf_printf(b, "%s,%s,%d,%s,%s,%s,", PICK(r, genders), PICK(r, countries),
               16 + (int)rng_below(r, 60), PICK(r, langs), PICK(r, kinds), PICK(r, devices));
    buf_time(b, seen, TIME_SECOND);
    buf_putc(b, ',');
    buf_time(b, posted, TIME_DAY);
    buf_printf(b, ",%d,%.2f,", (int)((seen - posted) / US_PER_DAY), rng_exponential(r) * 40);
    if (rng_below(r, 50))
        buf_printf(b, "%.6f", rng_normal(r));
    buf_printf(b, ",%d,", (int)rng_below(r, 1000000));
    if (rng_below(r, 50))
        buf_printf(b, "%d", (int)(rng_exponential(r) * 30));
    buf_printf(b, ",%.3f,%d\n", rng_unit(r), rng_unit(r) < 0.1);
}

int main(int argc, char **argv)
{
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    Rng r = rng_stream(argc > 2 ? strtoull(argv[2], NULL, 10) : 1, "bench csv");
    Buf b = BUF_INIT;
    buf_puts(&b, "event,user,post,author,gender,country,age,lang,type,device,seen,posted,post_age,"
                 "dwell,score,"
                 "session,prev_views,ratio,viewed\n");
    for (uint64_t i = 0; i < rows; i++) {
        put_row(&r, &b, i);
        if (b.n > 1 << 20) {
            fwrite(b.p, 1, b.n, stdout);
            buf_clear(&b);
        }
    }
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
