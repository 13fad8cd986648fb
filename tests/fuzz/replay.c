/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay.c - runs a fuzz entry over the files named, without libFuzzer: how the checks keep what
 * the fuzzer found.
 *
 * The bytes are handed over in a block of exactly their size, so that the sanitizers see one byte
 * too many. One line a file; what dies, dies. `random:FIRST:SEED:BYTES` in place of a file is so
 * many bytes by chance, in blocks that begin with the byte FIRST; the block that is running stands
 * in the file "block".
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return 1;
    fseek(in, 0, SEEK_END);
    long size = ftell(in);
    rewind(in);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    size_t n = data && size > 0 ? fread(data, 1, (size_t)size, in) : 0;
    fclose(in);
    if (!data || n != (size_t)size)
        return 1;
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    return 0;
}

/* xorshift64*: Vigna, An experimental exploration of Marsaglia's xorshift generators, scrambled,
 * 2016 */
static uint8_t by_chance(uint64_t *x)
{
    *x ^= *x >> 12;
    *x ^= *x << 25;
    *x ^= *x >> 27;
    return (uint8_t)((*x * 0x2545f4914f6cdd1dULL) >> 56);
}

static int keep_block(const uint8_t *data, size_t n)
{
    FILE *out = fopen("block", "wb");
    int bad = !out || fwrite(data, 1, n, out) != n;
    return (out && fclose(out)) || bad;
}

static int by_blocks(unsigned first, uint64_t seed, size_t bytes)
{
    enum { BLOCK = 2048 };
    uint64_t x = seed * 0x9e3779b97f4a7c15ULL + first + 1;
    for (size_t done = 0; done < bytes; done += BLOCK) {
        uint8_t *data = malloc(BLOCK);
        if (!data)
            return 1;
        data[0] = (uint8_t)first;
        for (size_t i = 1; i < BLOCK; i++)
            data[i] = by_chance(&x);
        if (keep_block(data, BLOCK))
            return 1;
        LLVMFuzzerTestOneInput(data, BLOCK);
        free(data);
    }
    return remove("block");
}

static int one(const char *arg)
{
    unsigned first;
    unsigned long long seed, bytes;
    if (sscanf(arg, "random:%u:%llu:%llu", &first, &seed, &bytes) == 3)
        return by_blocks(first, seed, bytes);
    return replay(arg);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (one(argv[i])) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return 1;
        }
        printf("%s\n", argv[i]);
        fflush(stdout);
    }
    return 0;
}
