/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schema.h - an index's mapping as typed columns, and the mappings that we make.
 */
#ifndef GLINT_ES_SCHEMA_H
#define GLINT_ES_SCHEMA_H

#include "data/reader.h"
#include "es/client.h"
#include "features/entities.h"

typedef enum FieldKind {
    FIELD_INT,  /* long integer short byte */
    FIELD_UINT, /* unsigned_long: int when it fits, text otherwise */
    FIELD_REAL, /* double float half_float scaled_float */
    FIELD_BOOL,
    FIELD_TIME,   /* date, date_nanos */
    FIELD_STRING, /* keyword text ip version constant_keyword wildcard ... */
    FIELD_NESTED, /* a list of objects */
    FIELD_OTHER   /* vectors, rank_features, geo ...: not a column; told */
} FieldKind;

typedef struct Field {
    char *path; /* "author.name" */
    FieldKind kind;
    char type[24];      /* the engine's word */
    bool epoch_seconds; /* format epoch_second */
    bool epoch_first;   /* digits are an epoch before they are a year */
    bool hidden;        /* not indexed: no query finds it */
    char *format;       /* of a date that is not ISO 8601 or an epoch alone, or NULL; owned */
    size_t container; /* of a field inside nested objects: how long the path of the outermost is */
} Field;

typedef struct Schema {
    size_t n;
    Field *fields;
    struct Schema *inner; /* the fields inside nested objects, or NULL */
    size_t shards; /* primaries over all indexes of the pattern */
    size_t indexes;
} Schema;

/* The mappings of all indexes that the name or pattern stands for, merged; a field that has two
 * types, or a date two formats, becomes the wider one (int + real: real; anything else: text) and
 * is told in report->notes. Fields in the order our own indexes remember (_meta), otherwise as the
 * engine lists them. */
Schema *schema_fetch(Client *c, const char *index, ReadReport *report, Error *err);
void schema_free(Schema *s);
/* What the fields stand for, guessed as for a table of that name; columns of the map are fields. */
RoleMap schema_roles(const Schema *s, const char *table);
long schema_find(const Schema *s, Str path);
/* A frame of one empty row with the fields as columns, where names and types matter. */
Frame *schema_frame(const Schema *s, Error *err);

/* Is there an alternative in the format that is neither ISO 8601 nor an epoch? */
bool format_is_own(const char *format);
/* The dates of most mappings: 2024, 2024-05, 2024-05-02, 2024-05-02T10[:11[:12.345]][Z]. Digits
 * alone are a year when there are four of them and the epoch does not come first; other counts are
 * epochs. */
bool date_as_usual(Str text, bool epoch_first, int64_t *us, TimeUnit *unit);
/* A moment as one of those alternatives has it. */
bool date_by_format(Str text, const char *format, int64_t *us, TimeUnit *unit);

/* What we create: strict mappings made from a frame. `roles` says which column is the
 * multi-valued one (tags). */
typedef struct IndexPlan {
    const char *shards;      /* NULL: 1 */
    const char *replicas;    /* NULL: 0 */
    const RoleMap *roles;    /* may be NULL */
    const char *model;       /* id of the model for _meta, or NULL */
    const char *fingerprint; /* of the model, or NULL */
    const char *extra;       /* more properties as JSON text without braces, or NULL */
    bool knn;                /* index.knn */
} IndexPlan;
/* The body of PUT /index. */
void index_body(const Frame *f, const IndexPlan *plan, Buf *out);
/* Creates it; when it is there already with the same mapping that is fine (*made = false); with
 * another one it is an error that names the fields, unless `replace` (then it is dropped first). */
bool index_create(Client *c, const char *index, Str body, bool replace, bool *made, Error *err);
/* What would change: lines "+ age long", "~ age integer -> long", "- x" against an existing
 * index; empty when equal. */
bool index_diff(Client *c, const char *index, Str body, bool *exists, Buf *out, Error *err);
bool index_drop(Client *c, const char *index, Error *err);

#endif
