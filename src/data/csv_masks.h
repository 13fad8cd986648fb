/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv_masks.h - 64 bytes of text to bits, and bits to places. */
#ifndef GLINT_DATA_CSV_MASKS_H
#define GLINT_DATA_CSV_MASKS_H

#include "csv_priv.h"

#define BLOCK 64
#define BATCH_BLOCKS 64
#define BATCH ((size_t)BLOCK * BATCH_BLOCKS)

/* Bit i is set when byte i of the block is a newline, a delimiter, a quote. */
typedef struct CsvMasks {
    uint64_t newline, sep, quote;
} CsvMasks;

/* Does so for `blocks` blocks from p; says whether they have bytes beyond ASCII or NUL bytes. */
enum { SEEN_HIGH = 1, SEEN_NUL = 2 };
typedef unsigned (*CsvMaskFn)(const char *p, size_t blocks, const Csv *c, CsvMasks *out);
CsvMaskFn csv_mask_fn(void);

/* Writes at + i for each bit i; `out` must have room for 64: what is too much is overwritten by the
 * next. */
typedef void (*CsvPlacesFn)(uint32_t *out, uint64_t bits, uint32_t at);
CsvPlacesFn csv_places_fn(void);

#endif
