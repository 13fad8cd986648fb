/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load_csv.c - loads a CSV file as `load` does and says how long it took.
 *
 *     load_csv FILE [TIMES] [COPY.csv]    seconds of each run, then the table and its notes; writes
 * it again to COPY
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "data/reader.h"
#include "data/writer.h"

static void print_status(const char *key)
{
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            printf("%s", line);
    if (f)
        fclose(f);
}

static double cpu(const struct timeval *after, const struct timeval *before)
{
    return (double)(after->tv_sec - before->tv_sec) +
           1e-6 * (double)(after->tv_usec - before->tv_usec);
}

int main(int argc, char **argv)
{
    static ReadReport report;
    Error err = ERROR_INIT;
    Frame *f = NULL;
    int times = argc > 2 ? atoi(argv[2]) : 1;
    for (int i = 0; i < times && argc > 1; i++) {
        report = (ReadReport){0};
        frame_unref(f);
        struct rusage before, after;
        getrusage(RUSAGE_SELF, &before);
        double start = clock_seconds();
        f = csv_read_file(argv[1], NULL, &report, &err);
        double wall = clock_seconds() - start;
        getrusage(RUSAGE_SELF, &after);
        printf("seconds %.4f cpu %.4f (%.4f in the kernel)\n", wall,
               cpu(&after.ru_utime, &before.ru_utime) + cpu(&after.ru_stime, &before.ru_stime),
               cpu(&after.ru_stime, &before.ru_stime));
        if (!f)
            break;
    }
    if (!f) {
        printf("error: %s\nhint: %s\n", err.msg, err.hint);
        return 1;
    }
    print_status("VmHWM");
    Buf b = BUF_INIT;
    frame_describe(f, &b);
    printf("%s\n%zu bytes, %ld bad rows\n", b.p, frame_bytes(f), report.bad);
    for (size_t i = 0; i < report.nnotes; i++)
        printf("note: %s\n", report.notes[i]);
    buf_free(&b);
    if (argc > 3) {
        double start = clock_seconds();
        Writer *w = csv_writer_open(argv[3], ',', &err);
        if (!w || !writer_put_all(w, f, &err)) {
            printf("error: %s\n", err.msg);
            return 1;
        }
        printf("written in %.4f seconds\n", clock_seconds() - start);
    }
    frame_unref(f);
    return 0;
}
