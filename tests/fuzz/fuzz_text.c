/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_text.c - numbers, moments, code points, JSON and packed bytes from anywhere; what is read
 * is written and read back, and has to be the same.
 */
#include <math.h>
#include <stdlib.h>

#include "../../src/base/pack_priv.h"
#include "base/clock.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void numbers(Str s)
{
    Buf b = BUF_INIT;
    double v, v2;
    int64_t i, i2;
    if (parse_real(s, &v)) {
        if (s.n && s.n < 64) {
            char z[64] = {0};
            memcpy(z, s.p, s.n);
            v2 = strtod(z, NULL);
            must(memcmp(&v, &v2, sizeof v) == 0 || (isnan(v) && isnan(v2)));
        }
        buf_real(&b, v);
        must(parse_real(buf_slice(&b), &v2));
        must(memcmp(&v, &v2, sizeof v) == 0 || (isnan(v) && isnan(v2)));
    }
    buf_clear(&b);
    if (parse_int(s, &i)) {
        buf_int(&b, i);
        must(parse_int(buf_slice(&b), &i2) && i == i2);
    }
    bool truth;
    parse_bool(s, &truth);
    buf_free(&b);
}

static void moments(Str s)
{
    for (DateOrder order = DATE_ISO; order <= DATE_MDY; order++) {
        int64_t us, again;
        TimeUnit unit;
        Buf b = BUF_INIT;
        if (time_parse(s, order, &us, &unit)) {
            buf_time(&b, us, unit);
            Civil c = civil_of(us);
            /* a zone may push a moment of the year 1 or 9999 out of what can be written */
            if (c.year >= 1 && c.year <= 9999)
                must(time_parse_iso(buf_slice(&b), &again, NULL) && again == us);
        }
        duration_parse(s, &us);
        buf_free(&b);
    }
}

static void code_points(Str s)
{
    Buf b = BUF_INIT;
    size_t width, whole = utf8_width(s);
    Str fit = utf8_fit(s, s.n / 2, &width);
    must(width <= s.n / 2 && fit.n <= s.n);
    must(utf8_fit(s, whole, NULL).n == s.n);
    buf_escaped(&b, s);
    must(utf8_valid(buf_slice(&b)) && !memchr(b.p, 27, b.n));
    buf_clear(&b);
    buf_json_str(&b, s);
    cJSON *doc = json_parse(buf_slice(&b), NULL);
    must(doc || memchr(s.p, 0, s.n)); /* cJSON refuses \u0000 */
    cJSON_Delete(doc);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str s = {(const char *)data, size};
    if (!size)
        return 0;
    numbers(s);
    moments(s);
    code_points(s);
    Error err = ERROR_INIT;
    cJSON_Delete(json_parse(s, &err));
    PackKind kind = pack_of_bytes(s);
    char *text;
    size_t n;
    if (kind != PACK_NONE && unpack_all(kind, s, &text, &n, NULL))
        free(text);
    return 0;
}
