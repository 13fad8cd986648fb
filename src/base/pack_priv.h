/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack_priv.h - packed bytes, shared by file.c and pack.c: gzip, zstd, xz. */
#ifndef GLINT_BASE_PACK_PRIV_H
#define GLINT_BASE_PACK_PRIV_H

#include "base/str.h"

typedef enum PackKind { PACK_NONE, PACK_GZ, PACK_ZST, PACK_XZ } PackKind;

PackKind pack_of_bytes(Str bytes); /* by magic */
PackKind pack_of_name(Str path);   /* by ending */

/* Everything that `packed` unpacks to, in new memory for free(). Concatenated members are one text.
 */
bool unpack_all(PackKind kind, Str packed, char **p, size_t *n, Error *err);

/* Where packed bytes go: false stops the packing. */
typedef bool (*PackSink)(void *ctx, const void *p, size_t n, Error *err);
typedef struct Packer Packer;
Packer *packer_new(PackKind kind, PackSink sink, void *ctx, Error *err);
bool packer_put(Packer *k, const void *p, size_t n, bool last, Error *err);
void packer_free(Packer *k);

#endif
