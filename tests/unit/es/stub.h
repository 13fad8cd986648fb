/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stub.h - a small engine on loopback that can be told to refuse, stall, cut and lie. One process a
 * server, forked; answers come from a table of rules, the first that fits and is not used up.
 */
#ifndef GLINT_TESTS_STUB_H
#define GLINT_TESTS_STUB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

typedef struct Rule {
    const char *method;  /* NULL: any */
    const char *path;    /* prefix; NULL: any */
    const char *holds;   /* the body must hold this; NULL: any */
    int times;           /* uses; 0: for ever */
    int status;          /* 0: close without a word */
    const char *body;    /* "" */
    const char *headers; /* more header lines, each ended by \r\n, or NULL */
    int stall_ms;        /* wait before answering */
    size_t cut;          /* send only so many bytes of the body, then close */
    size_t bomb;         /* answer so many zero bytes, packed by gzip */
} Rule;

typedef struct Stub {
    pid_t pid;
    char url[64];
} Stub;

#define STUB_ROOT                                                                                  \
    {                                                                                              \
        "GET", "/", NULL, 0, 200,                                                                  \
            "{\"cluster_name\":\"stub\",\"version\":{\"number\":\"2.19.6\",\"distribution\":"      \
            "\"opensearch\"}}",                                                                    \
            NULL, 0, 0, 0                                                                          \
    }
#define STUB_HEALTH                                                                                \
    {                                                                                              \
        "GET", "/_cluster/health", NULL, 0, 200, "{\"status\":\"green\",\"number_of_nodes\":1}",   \
            NULL, 0, 0, 0                                                                          \
    }

static size_t stub_read(int fd, char *buf, size_t size)
{
    size_t n = 0;
    for (;;) {
        ssize_t k = read(fd, buf + n, size - 1 - n);
        if (k <= 0)
            return 0;
        n += (size_t)k;
        buf[n] = '\0';
        char *end = strstr(buf, "\r\n\r\n"), *len = strcasestr(buf, "content-length:");
        if (end && n >= (size_t)(end + 4 - buf) + (len && len < end ? (size_t)atol(len + 15) : 0))
            return n;
    }
}

static void stub_write(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k <= 0)
            return;
        p += k;
        n -= (size_t)k;
    }
}

static void stub_bomb(int fd, size_t bytes)
{
    z_stream z = {0};
    deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    static unsigned char zeros[1 << 16], out[1 << 16];
    const char *head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: "
                       "gzip\r\nConnection: close\r\n\r\n";
    stub_write(fd, head, strlen(head));
    for (size_t done = 0; done <= bytes; done += sizeof zeros) {
        z.next_in = zeros;
        z.avail_in = sizeof zeros;
        do {
            z.next_out = out;
            z.avail_out = sizeof out;
            deflate(&z, done + sizeof zeros > bytes ? Z_FINISH : Z_NO_FLUSH);
            stub_write(fd, (char *)out, sizeof out - z.avail_out);
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
}

/* Answers one request; 0 when the connection ends. */
static int stub_answer(int fd, Rule *rules, size_t n, char *req)
{
    char method[8] = "", path[2048] = "", head[1024];
    sscanf(req, "%7s %2047s", method, path);
    const char *body = strstr(req, "\r\n\r\n");
    for (size_t i = 0; i < n; i++) {
        Rule *r = &rules[i];
        if (r->times < 0 || (r->method && strcmp(r->method, method) != 0))
            continue;
        if (r->path && (strcmp(r->path, "/") == 0 ? strcmp(path, "/") != 0
                                                  : strncmp(path, r->path, strlen(r->path)) != 0))
            continue;
        if (r->holds && !strstr(body, r->holds))
            continue;
        if (r->times > 0 && --r->times == 0)
            r->times = -1;
        usleep((useconds_t)r->stall_ms * 1000);
        if (r->status == 0)
            return 0;
        if (r->bomb) {
            stub_bomb(fd, r->bomb);
            return 0;
        }
        size_t len = strlen(r->body);
        snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s\r\n", r->status,
                 len, r->headers ? r->headers : "Content-Type: application/json\r\n");
        stub_write(fd, head, strlen(head));
        int is_head = strcmp(method, "HEAD") == 0;
        stub_write(fd, r->body, is_head ? 0 : r->cut ? r->cut : len);
        return r->cut == 0;
    }
    const char *none =
        "HTTP/1.1 404 X\r\nContent-Type: application/json\r\nContent-Length: 53\r\n\r\n"
        "{\"error\":{\"type\":\"x\",\"reason\":\"no rule\"},\"status\":404}";
    stub_write(fd, none, strlen(none));
    return 1;
}

/* A child a connection would not share the counts of uses: connections are served in turns of one
 * request. */
static void stub_serve(int listener, Rule *rules, size_t n)
{
    static char req[1 << 22];
    int open[16], count = 0;
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(listener, &set);
        int top = listener;
        for (int i = 0; i < count; i++) {
            FD_SET(open[i], &set);
            top = open[i] > top ? open[i] : top;
        }
        if (select(top + 1, &set, NULL, NULL, NULL) <= 0)
            continue;
        if (FD_ISSET(listener, &set) && count < 16)
            open[count++] = accept(listener, NULL, NULL);
        for (int i = 0; i < count; i++) {
            if (!FD_ISSET(open[i], &set))
                continue;
            if (!stub_read(open[i], req, sizeof req) || !stub_answer(open[i], rules, n, req)) {
                close(open[i]);
                open[i--] = open[--count];
            }
        }
    }
}

static Stub stub_start(const Rule *rules, size_t n)
{
    Stub s;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bind(fd, (struct sockaddr *)&a, sizeof a);
    listen(fd, 16);
    getsockname(fd, (struct sockaddr *)&a, &len);
    snprintf(s.url, sizeof s.url, "http://127.0.0.1:%d", ntohs(a.sin_port));
    s.pid = fork();
    if (s.pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves no server behind */
        Rule *mine = malloc(n * sizeof *mine);
        memcpy(mine, rules, n * sizeof *mine);
        stub_serve(fd, mine, n);
        _exit(0);
    }
    close(fd);
    return s;
}

static void stub_stop(Stub *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
}

#endif
