/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_curl.c - what plain libcurl needs to fetch an index by scrolls, one a shard, bodies thrown
 * away.
 *
 *     bench_curl URL INDEX SHARDS SIZE      prints seconds, bytes
 *
 * The same requests as a pull, and nothing is read of the answers but the scroll's id: the limit of
 * any client of this engine.
 */
#define _GNU_SOURCE /* memmem */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILTER                                                                                     \
    "filter_path=_scroll_id,pit_id,timed_out,_shards,hits.total,hits.hits._source,hits.hits.sort"

typedef struct Loop {
    const char *url, *index, *size;
    int shard, shards;
    size_t bytes, pages;
    char head[4096]; /* of the answer: the id stands first */
    size_t n, body;
} Loop;

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    Loop *l = ctx;
    size_t room = sizeof l->head - 1 - l->n, take = n < room ? n : room;
    memcpy(l->head + l->n, p, take);
    l->n += take;
    l->body += size * n;
    return size * n;
}

static void *run(void *ctx)
{
    Loop *l = ctx;
    char url[1024], body[4096], id[2048] = "";
    CURL *e = curl_easy_init();
    struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/json");
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, h);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, l);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 512L * 1024);
    curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    for (;;) {
        if (!id[0]) {
            snprintf(url, sizeof url, "%s/%s/_search?scroll=3m&" FILTER "&preference=_shards:%d",
                     l->url, l->index, l->shard);
            snprintf(body, sizeof body,
                     "{\"size\":%s,\"sort\":[\"_doc\"],\"track_total_hits\":true,\"query\":{"
                     "\"match_all\":{}}}",
                     l->size);
        } else {
            snprintf(url, sizeof url, "%s/_search/scroll?" FILTER, l->url);
            snprintf(body, sizeof body, "{\"scroll\":\"3m\",\"scroll_id\":\"%s\"}", id);
        }
        l->n = l->body = 0;
        curl_easy_setopt(e, CURLOPT_URL, url);
        curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, body);
        if (curl_easy_perform(e) != CURLE_OK)
            exit(1);
        l->bytes += l->body;
        l->pages++;
        l->head[l->n] = '\0';
        if (sscanf(l->head, "{\"_scroll_id\":\"%2047[^\"]", id) != 1)
            exit(1);
        if (l->body < sizeof l->head && strstr(l->head, "\"hits\":{\"total\"") &&
            !strstr(l->head, "_source"))
            break;
    }
    snprintf(url, sizeof url, "%s/_search/scroll", l->url);
    snprintf(body, sizeof body, "{\"scroll_id\":[\"%s\"]}", id);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, body);
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, "DELETE");
    curl_easy_perform(e);
    curl_slist_free_all(h);
    curl_easy_cleanup(e);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int shards = atoi(argv[3]);
    static Loop loops[16];
    pthread_t t[16];
    struct timespec a, b;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < shards && i < 16; i++) {
        loops[i] =
            (Loop){.url = argv[1], .index = argv[2], .size = argv[4], .shard = i, .shards = shards};
        pthread_create(&t[i], NULL, run, &loops[i]);
    }
    size_t bytes = 0, pages = 0;
    for (int i = 0; i < shards && i < 16; i++) {
        pthread_join(t[i], NULL);
        bytes += loops[i].bytes;
        pages += loops[i].pages;
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%.4f %zu %zu\n", (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9,
           bytes, pages);
    return 0;
}
