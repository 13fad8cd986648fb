/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack.c - gzip by zlib, zstd by libzstd, xz by liblzma, behind one shape.
 *
 * All three libraries are driven the same way: hand over what there is, take what comes, until the
 * stream ends. A Coder hides which one it is: `step` eats input and fills output. Unpacking grows
 * its result by half; packing fills one buffer again and again and hands it to the sink. A stream
 * that stops early is an error, not a short text.
 */
#include "pack_priv.h"

#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cancel.h"

/* zlib counts in unsigned int; cancelled() is asked once a step */
#define STEP_MAX ((size_t)1 << 26)
#define OUT_BYTES ((size_t)1 << 16)

typedef enum Step { STEP_MORE, STEP_END, STEP_BAD } Step;

typedef struct Coder {
    PackKind kind;
    bool packing;
    z_stream gz;
    ZSTD_CStream *zc;
    ZSTD_DStream *zd;
    lzma_stream xz;
} Coder;

typedef struct Flow {
    const char *in;
    size_t in_n;
    char *out;
    size_t out_n;
    bool last; /* no input comes after this */
} Flow;

static const struct {
    PackKind kind;
    const char *ending, *name;
    Str magic;
} kinds[] = {
    {PACK_GZ, ".gz", "gzip", {"\x1f\x8b", 2}},
    {PACK_ZST, ".zst", "zstd", {"\x28\xb5\x2f\xfd", 4}},
    {PACK_XZ,
     ".xz",
     "xz",
     {"\xfd"
      "7zXZ\0",
      6}},
};
#define NKINDS (sizeof kinds / sizeof *kinds)

PackKind pack_of_bytes(Str bytes)
{
    for (size_t i = 0; i < NKINDS; i++) {
        if (str_starts(bytes, kinds[i].magic))
            return kinds[i].kind;
    }
    return PACK_NONE;
}

PackKind pack_of_name(Str path)
{
    for (size_t i = 0; i < NKINDS; i++) {
        Str ending = str_of(kinds[i].ending);
        if (path.n > ending.n && str_eq(str_sub(path, path.n - ending.n, path.n), ending))
            return kinds[i].kind;
    }
    return PACK_NONE;
}

static const char *kind_name(PackKind kind)
{
    for (size_t i = 0; i < NKINDS; i++) {
        if (kinds[i].kind == kind)
            return kinds[i].name;
    }
    return "plain";
}

static bool coder_open(Coder *c, PackKind kind, bool packing, Error *err)
{
    *c = (Coder){.kind = kind, .packing = packing, .xz = LZMA_STREAM_INIT};
    bool ok = false;
    switch (kind) {
    case PACK_GZ: /* 16 asks for a gzip header, 32 for whichever of gzip and zlib there is */
        ok = packing ? deflateInit2(&c->gz, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) ==
                           Z_OK
                     : inflateInit2(&c->gz, 32 + MAX_WBITS) == Z_OK;
        break;
    case PACK_ZST:
        if (packing)
            ok = (c->zc = ZSTD_createCStream()) && !ZSTD_isError(ZSTD_initCStream(c->zc, 3));
        else
            ok = (c->zd = ZSTD_createDStream()) && !ZSTD_isError(ZSTD_initDStream(c->zd));
        break;
    case PACK_XZ:
        ok = packing ? lzma_easy_encoder(&c->xz, 6, LZMA_CHECK_CRC64) == LZMA_OK
                     : lzma_stream_decoder(&c->xz, UINT64_MAX, LZMA_CONCATENATED) == LZMA_OK;
        break;
    case PACK_NONE:
        break;
    }
    return ok || fail(err, ERR_NOMEM, "cannot start %s", kind_name(kind));
}

static void coder_close(Coder *c)
{
    if (c->kind == PACK_GZ)
        (void)(c->packing ? deflateEnd(&c->gz) : inflateEnd(&c->gz));
    ZSTD_freeCStream(c->zc);
    ZSTD_freeDStream(c->zd);
    lzma_end(&c->xz);
}

static size_t at_most(size_t n)
{
    return n < STEP_MAX ? n : STEP_MAX;
}

static Step step_gz(Coder *c, Flow *f)
{
    size_t in_n = at_most(f->in_n), out_n = at_most(f->out_n);
    c->gz.next_in = (Bytef *)(uintptr_t)f->in; /* zlib promises not to write there */
    c->gz.avail_in = (uInt)in_n;
    c->gz.next_out = (Bytef *)f->out;
    c->gz.avail_out = (uInt)out_n;
    int flush = f->last && in_n == f->in_n ? Z_FINISH : Z_NO_FLUSH;
    int rc = c->packing ? deflate(&c->gz, flush) : inflate(&c->gz, Z_NO_FLUSH);
    size_t ate = in_n - c->gz.avail_in, made = out_n - c->gz.avail_out;
    f->in += ate;
    f->in_n -= ate;
    f->out += made;
    f->out_n -= made;
    if (rc == Z_STREAM_END && !c->packing && f->in_n)
        return inflateReset(&c->gz) == Z_OK ? STEP_MORE : STEP_BAD; /* the next member */
    if (rc == Z_STREAM_END)
        return STEP_END;
    return rc == Z_OK || (rc == Z_BUF_ERROR && (c->packing || f->out_n == 0)) ? STEP_MORE
                                                                              : STEP_BAD;
}

static Step step_zst(Coder *c, Flow *f)
{
    ZSTD_inBuffer in = {f->in, f->in_n, 0};
    ZSTD_outBuffer out = {f->out, at_most(f->out_n), 0};
    size_t left =
        c->packing ? ZSTD_compressStream2(c->zc, &out, &in, f->last ? ZSTD_e_end : ZSTD_e_continue)
                   : ZSTD_decompressStream(c->zd, &out, &in);
    f->in += in.pos;
    f->in_n -= in.pos;
    f->out += out.pos;
    f->out_n -= out.pos;
    if (ZSTD_isError(left) || (!c->packing && left && !f->in_n && out.pos == 0 && f->out_n))
        return STEP_BAD;
    return left == 0 && f->in_n == 0 && f->last ? STEP_END : STEP_MORE;
}

static Step step_xz(Coder *c, Flow *f)
{
    size_t out_n = at_most(f->out_n);
    c->xz.next_in = (const uint8_t *)f->in;
    c->xz.avail_in = f->in_n;
    c->xz.next_out = (uint8_t *)f->out;
    c->xz.avail_out = out_n;
    lzma_ret rc = lzma_code(&c->xz, f->last ? LZMA_FINISH : LZMA_RUN);
    f->in += f->in_n - c->xz.avail_in;
    f->in_n = c->xz.avail_in;
    f->out += out_n - c->xz.avail_out;
    f->out_n -= out_n - c->xz.avail_out;
    if (rc == LZMA_STREAM_END)
        return STEP_END;
    return rc == LZMA_OK || (rc == LZMA_BUF_ERROR && f->out_n == 0) ? STEP_MORE : STEP_BAD;
}

static Step coder_step(Coder *c, Flow *f)
{
    switch (c->kind) {
    case PACK_GZ:
        return step_gz(c, f);
    case PACK_ZST:
        return step_zst(c, f);
    default:
        return step_xz(c, f);
    }
}

bool unpack_all(PackKind kind, Str packed, char **p, size_t *n, Error *err)
{
    size_t cap = packed.n < SIZE_MAX / 8 ? packed.n * 4 + OUT_BYTES : packed.n;
    char *text = NULL;
    Coder c;
    bool ok =
        coder_open(&c, kind, false, err) && (text = big_alloc(cap, 1, false, "unpacked text", err));
    Flow f = {packed.p, packed.n, text, cap, true};
    while (ok) {
        Step step = coder_step(&c, &f);
        if (step == STEP_END)
            break;
        if (step == STEP_BAD)
            ok = fail(err, ERR_DATA, f.in_n ? "damaged %s data" : "%s data end too early",
                      kind_name(kind));
        else if (cancelled(err))
            ok = false;
        if (!ok || f.out_n)
            continue;
        size_t more = cap / 2;
        char *grown = big_realloc(text, cap, cap + more, "unpacked text", err);
        ok = grown != NULL;
        if (ok) {
            text = grown;
            f.out = text + cap;
            f.out_n = more;
            cap += more;
        }
    }
    coder_close(&c);
    if (!ok) {
        free(text);
        return false;
    }
    *p = text;
    *n = cap - f.out_n;
    return true;
}

struct Packer {
    Coder coder;
    PackSink sink;
    void *ctx;
    char out[OUT_BYTES];
};

Packer *packer_new(PackKind kind, PackSink sink, void *ctx, Error *err)
{
    Packer *k = xcalloc(1, sizeof *k);
    k->sink = sink;
    k->ctx = ctx;
    if (coder_open(&k->coder, kind, true, err))
        return k;
    packer_free(k);
    return NULL;
}

bool packer_put(Packer *k, const void *p, size_t n, bool last, Error *err)
{
    Flow f = {.in = p, .in_n = n, .last = last};
    for (;;) {
        f.out = k->out;
        f.out_n = sizeof k->out;
        Step step = coder_step(&k->coder, &f);
        if (step == STEP_BAD)
            return fail(err, ERR_IO, "cannot pack as %s", kind_name(k->coder.kind));
        size_t made = sizeof k->out - f.out_n;
        if (made && !k->sink(k->ctx, k->out, made, err))
            return false;
        if (last ? step == STEP_END : f.in_n == 0 && f.out_n > 0)
            return true;
    }
}

void packer_free(Packer *k)
{
    if (!k)
        return;
    coder_close(&k->coder);
    free(k);
}
