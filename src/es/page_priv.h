/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_priv.h - what the two halves of pages share: documents gather here, columns come of them. */
#ifndef GLINT_ES_PAGE_PRIV_H
#define GLINT_ES_PAGE_PRIV_H

#include "es/page.h"

/* Between elements of a list in the scratch, and an element that is missing: no JSON text holds
 * them unescaped. */
#define LIST_SEP '\x1e'
#define LIST_MISSING '\x1d'

typedef enum SlotState {
    SLOT_ABSENT,
    SLOT_NULL,
    SLOT_TEXT,
    SLOT_NUMBER,
    SLOT_TRUE,
    SLOT_FALSE,
    SLOT_LIST
} SlotState;

typedef struct Slot {
    SlotState state;
    const char *text; /* in the answer itself, or NULL: */
    size_t from, n;   /* in the scratch */
    size_t elements;  /* of a list */
} Slot;

typedef struct Node {
    Str name;
    long col;                   /* column of the sink, or -1 */
    bool nested;                /* a nested object or something in one */
    size_t parent, child, next; /* indexes of nodes, 0: none */
    size_t after; /* the key that came after this one last time: most documents keep an order */
} Node;

typedef struct PageCol {
    char *path;
    FieldKind kind;
    char *format; /* of dates, owned; NULL: ISO and epochs */
    bool epoch_seconds, epoch_first, counts, listed;
    ListPolicy policy;
    bool nested; /* inside nested objects: --nested is its policy */
    ColumnBuilder *builder;
    ColumnBuilder *lengths;  /* LIST_COUNT: how many values; the column, once a list was met */
    size_t malformed, finer; /* values that did not fit; moments finer than a microsecond, cut */
    char example[64];
} PageCol;

struct PageSink {
    size_t n;
    PageCol *cols;
    Slot *slots;
    size_t nnodes;
    Node *nodes;
    long id_col;
    ListPolicy lists, nested;
    size_t rows, documents;
    size_t bars; /* '|' inside the elements of joined lists */
    /* of the document being read: as many rows as the list at that node of the trie has elements */
    size_t explode_rows, explode_node;
    Buf scratch, list;
};

/* The child of a node by name, 0 when there is none (made when `make`). */
size_t page_node(PageSink *k, size_t parent, Str name, bool make);
/* The gathered document goes to the builders. */
bool page_document_end(PageSink *k, Error *err);
/* A column of lists (LIST_SEP between their elements) as a column of yes and no for each value, in
 * the order of the values, called NAME_VALUE: appended to cols and names, which have room for *n +
 * HOT_MAX. */
#define HOT_MAX 500
bool page_multihot(const Column *lists, const char *name, Column **cols, char **names, size_t *n,
                   Error *err);

#endif
