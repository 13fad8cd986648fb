/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_design.c - design_learn: columns and names as R's model.matrix makes them, one-hot and sum coding, what
 * is dropped and why, responses, mistakes with their rows, columns shared with the frame.
 */
#include "people.h"

#include <math.h>

#include "base/fault.h"

static void column_names(const Encoding *e, Buf *b)
{
    for (size_t j = 0; j < e->ncols; j++)
        buf_printf(b, "%s%s", j ? " | " : "", e->cols[j].name);
    buf_putc(b, '\0');
}

static void names(void **state)
{
    (void)state;
    /* colnames(model.matrix(...)) of R for the treatment and sum rows. */
    static const struct {
        const char *formula;
        Encode encode;
        const char *names;
    } cases[] = {
        {"y ~ x + g", ENCODE_TREATMENT, "(Intercept) | x | gm"},
        {"y ~ 0 + g", ENCODE_TREATMENT, "gf | gm"},
        {"y ~ g - 1 + h", ENCODE_TREATMENT, "gf | gm | hv | hw"},
        {"y ~ x - 1", ENCODE_TREATMENT, "x"},
        {"y ~ b", ENCODE_TREATMENT, "(Intercept) | bTRUE"},
        {"y ~ b - 1", ENCODE_TREATMENT, "bFALSE | bTRUE"},
        {"y ~ I(n > 3)", ENCODE_TREATMENT, "(Intercept) | I(n > 3)TRUE"},
        {"y ~ factor(year)", ENCODE_TREATMENT, "(Intercept) | factor(year)70 | factor(year)75"},
        {"y ~ C(g, ref = \"m\")", ENCODE_TREATMENT, "(Intercept) | C(g, ref = \"m\")f"},
        {"y ~ C(year, ref = 70)", ENCODE_TREATMENT,
         "(Intercept) | C(year, ref = 70)65 | C(year, ref = 70)75"},
        {"y ~ I(x^2) + log(n)", ENCODE_TREATMENT, "(Intercept) | I(x^2) | log(n)"},
        {"y ~ g*h", ENCODE_TREATMENT, "(Intercept) | gm | hv | hw | gm:hv | gm:hw"},
        {"y ~ g:h", ENCODE_TREATMENT,
         "(Intercept) | gf:hu | gm:hu | gf:hv | gm:hv | gf:hw | gm:hw"},
        {"y ~ g:x", ENCODE_TREATMENT, "(Intercept) | gf:x | gm:x"},
        {"y ~ x + x:g", ENCODE_TREATMENT, "(Intercept) | x | x:gm"},
        {"y ~ g + g:h", ENCODE_TREATMENT, "(Intercept) | gm | gf:hv | gm:hv | gf:hw | gm:hw"},
        {"y ~ h + g:h", ENCODE_TREATMENT, "(Intercept) | hv | hw | hu:gm | hv:gm | hw:gm"},
        {"y ~ 0 + g:h", ENCODE_TREATMENT, "gf:hu | gm:hu | gf:hv | gm:hv | gf:hw | gm:hw"},
        {"y ~ x:n", ENCODE_TREATMENT, "(Intercept) | x:n"},
        {"y ~ b:x", ENCODE_TREATMENT, "(Intercept) | bFALSE:x | bTRUE:x"},
        {"y ~ g + poly(x, 2):g", ENCODE_TREATMENT,
         "(Intercept) | gm | gf:poly(x, 2)1 | gm:poly(x, 2)1 | gf:poly(x, 2)2 | gm:poly(x, 2)2"},
        {"y ~ poly(x, 2)*g", ENCODE_TREATMENT,
         "(Intercept) | poly(x, 2)1 | poly(x, 2)2 | gm | poly(x, 2)1:gm | poly(x, 2)2:gm"},
        {"y ~ poly(x, 2) + poly(x, 2):h", ENCODE_TREATMENT,
         "(Intercept) | poly(x, 2)1 | poly(x, 2)2 | poly(x, 2)1:hv | poly(x, 2)2:hv | poly(x, "
         "2)1:hw | poly(x, 2)2:hw"},
        {"y ~ x + g + b", ENCODE_ONEHOT, "(Intercept) | x | g_f | g_m | b"},
        {"y ~ g:h", ENCODE_ONEHOT,
         "(Intercept) | g_f:h_u | g_m:h_u | g_f:h_v | g_m:h_v | g_f:h_w | g_m:h_w"},
        {"y ~ g*x", ENCODE_ONEHOT, "(Intercept) | g_f | g_m | x | g_f:x | g_m:x"},
        {"y ~ factor(year)", ENCODE_ONEHOT,
         "(Intercept) | factor(year)_65 | factor(year)_70 | factor(year)_75"},
        {"y ~ h", ENCODE_SUM, "(Intercept) | h1 | h2"},
        {"y ~ g*h", ENCODE_SUM, "(Intercept) | g1 | h1 | h2 | g1:h1 | g1:h2"},
        {"y ~ h - 1", ENCODE_SUM, "hu | hv | hw"},
    };
    Frame *f = table(people);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Design *d = learn(f, cases[i].formula, &(DesignOptions){.encode = cases[i].encode});
        Buf b = BUF_INIT;
        column_names(d->enc, &b);
        if (strcmp(b.p, cases[i].names))
            fail_msg("'%s':\n  %s, not\n  %s\n", cases[i].formula, b.p, cases[i].names);
        check_row(d->x.p == d->enc->ncols && d->n == 6 && !d->rows && !d->x.rows, cases[i].formula);
        size_t next = 0;
        for (size_t k = 0; k < d->x.nblocks; k++) {
            check_row(d->x.blocks[k].first == next, cases[i].formula);
            next += d->x.blocks[k].ncols;
        }
        check_row(next == d->x.p, cases[i].formula);
        buf_free(&b);
        design_free(d);
    }
    frame_unref(f);
}

static void odd_names(void **state)
{
    (void)state;
    Frame *f = table("y:real,Post Title:code\n1,a b\n2,c\n");
    Design *d = learn(f, "y ~ `Post Title`", NULL);
    assert_string_equal(d->enc->cols[1].name, "`Post Title`c");
    design_free(d);
    d = learn(f, "y ~ `Post Title`", &(DesignOptions){.encode = ENCODE_ONEHOT});
    assert_string_equal(d->enc->cols[1].name, "Post Title_a b");
    design_free(d);
    frame_unref(f);
}

/* Rows of X as text: "1 0.5 0; 1 1.5 1; ..." */
static void print_rows(const Design *d, Buf *b)
{
    double row[64];
    for (size_t i = 0; i < d->n; i++) {
        matrix_row(&d->x, i, row);
        for (size_t j = 0; j < d->x.p; j++)
            buf_printf(b, "%s%g", j ? " " : i ? "; " : "", row[j]);
    }
    buf_putc(b, '\0');
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        Encode encode;
        const char *rows;
    } cases[] = {
        {"y ~ x + n", ENCODE_TREATMENT, "1 0.5 3; 1 1.5 1; 1 2.5 2; 1 3.5 5; 1 4.5 4; 1 5.5 9"},
        {"y ~ g", ENCODE_TREATMENT, "1 0; 1 1; 1 0; 1 1; 1 0; 1 1"},
        {"y ~ 0 + h", ENCODE_TREATMENT, "1 0 0; 0 1 0; 0 0 1; 1 0 0; 0 1 0; 0 0 1"},
        {"y ~ 0 + b", ENCODE_TREATMENT, "0 1; 1 0; 0 1; 1 0; 0 1; 0 1"},
        {"y ~ b", ENCODE_TREATMENT, "1 1; 1 0; 1 1; 1 0; 1 1; 1 1"},
        {"y ~ h", ENCODE_SUM, "1 1 0; 1 0 1; 1 -1 -1; 1 1 0; 1 0 1; 1 -1 -1"},
        {"y ~ g:h - 1", ENCODE_TREATMENT,
         "1 0 0 0 0 0; 0 0 0 1 0 0; 0 0 0 0 1 0; 0 1 0 0 0 0; 0 0 1 0 0 0; 0 0 0 0 0 1"},
        {"y ~ g:x - 1", ENCODE_TREATMENT, "0.5 0; 0 1.5; 2.5 0; 0 3.5; 4.5 0; 0 5.5"},
        {"y ~ x:n - 1", ENCODE_TREATMENT, "1.5; 1.5; 5; 17.5; 18; 49.5"},
        {"y ~ b:x:n - 1", ENCODE_TREATMENT, "0 1.5; 1.5 0; 0 5; 17.5 0; 0 18; 0 49.5"},
        {"y ~ factor(year)", ENCODE_TREATMENT, "1 0 1; 1 0 0; 1 0 0; 1 1 0; 1 1 0; 1 0 1"},
        {"y ~ poly(x, 2, raw = TRUE):g - 1", ENCODE_TREATMENT,
         "0.5 0.25 0 0; 0 0 1.5 2.25; 2.5 6.25 0 0; 0 0 3.5 12.25; 4.5 20.25 0 0; 0 0 5.5 30.25"},
        {"y ~ g:poly(x, 2, raw = TRUE) - 1", ENCODE_TREATMENT,
         "0.5 0 0.25 0; 0 1.5 0 2.25; 2.5 0 6.25 0; 0 3.5 0 12.25; 4.5 0 20.25 0; 0 5.5 0 30.25"},
        {"y ~ g*h - g - h - 1", ENCODE_SUM,
         "1 0 0 0 0 0; 0 0 0 1 0 0; 0 0 0 0 1 0; 0 1 0 0 0 0; 0 0 1 0 0 0; 0 0 0 0 0 1"},
        {"y ~ g*h", ENCODE_SUM,
         "1 1 1 0 1 0; 1 -1 0 1 0 -1; 1 1 -1 -1 -1 -1; 1 -1 1 0 -1 0; 1 1 0 1 0 1; 1 -1 -1 -1 1 1"},
        {"y ~ cut(n, c(0, 2, 4, 10)) - 1", ENCODE_TREATMENT,
         "0 1 0; 1 0 0; 1 0 0; 0 0 1; 0 1 0; 0 0 1"},
        {"y ~ when - 1", ENCODE_TREATMENT, "19723; 19724; 19725; 19726; 19727; 19728"},
        {"y ~ log(n) - 1", ENCODE_TREATMENT, "1.09861; 0; 0.693147; 1.60944; 1.38629; 2.19722"},
    };
    Frame *f = table(people);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Design *d = learn(f, cases[i].formula, &(DesignOptions){.encode = cases[i].encode});
        Buf b = BUF_INIT;
        print_rows(d, &b);
        if (strcmp(b.p, cases[i].rows))
            fail_msg("'%s':\n  %s, not\n  %s\n", cases[i].formula, b.p, cases[i].rows);
        /* The same rows replayed are the same numbers, bit by bit, all at once or one at a time. */
        Error err = ERROR_INIT;
        for (uint32_t k = 0; k <= 6; k++) {
            uint8_t *ok;
            ReplayReport rep;
            Design *r =
                design_replay(d->enc, f, k < 6 ? &k : NULL, 1, UNSEEN_NULL, true, &ok, &rep, &err);
            if (!r)
                fail_msg("'%s' again: %s\n", cases[i].formula, err.msg);
            check_row(r->n == (k < 6 ? 1u : 6u), cases[i].formula);
            for (size_t row = 0; row < r->n; row++) {
                double one[16], two[16];
                matrix_row(&d->x, k < 6 ? k : row, one);
                matrix_row(&r->x, row, two);
                check_row(!memcmp(one, two, d->x.p * sizeof *one) && ok[row], cases[i].formula);
                check_row(r->y[row] == d->y[k < 6 ? k : row], cases[i].formula);
            }
            check_row(!rep.nunseen && !rep.rows_null && !rep.outside, cases[i].formula);
            free(ok);
            design_free(r);
        }
        buf_free(&b);
        design_free(d);
    }
    frame_unref(f);
}

static void no_copies(void **state)
{
    (void)state;
    Frame *f = table(people);
    Design *d = learn(f, "y ~ x + n + g + b + g:x + when", NULL);
    const Block *b = d->x.blocks;
    assert_ptr_equal(b[1].data.p, f->cols[1]->v.d);
    assert_ptr_equal(b[2].data.p, f->cols[2]->v.i);
    assert_ptr_equal(b[3].code, f->cols[3]->v.c);
    assert_ptr_equal(b[4].data.p, f->cols[5]->v.b);
    assert_ptr_equal(b[5].data.p, f->cols[8]->v.i);
    assert_true(b[5].mul > 0);
    assert_ptr_equal(b[6].code, f->cols[3]->v.c);
    assert_ptr_equal(b[6].times.p, f->cols[1]->v.d);
    assert_int_equal(f->refs, 2);
    design_free(d);
    assert_int_equal(f->refs, 1);
    frame_unref(f);
}

static void dropped(void **state)
{
    (void)state;
    static const char text[] =
        "y:real,x:real,g:code,w:real,o:real\n"
        "1,1,a,1,1\n,2,b,1,1\n3,,b,1,1\n4,,,1,1\n5,5,b,,1\n6,6,a,1,\n7,7,b,0,1\n8,8,c,1,1\n";
    static const struct {
        const char *formula;
        DesignOptions opt;
        size_t n;
        const char *why;
    } cases[] = {
        {"y ~ 1", {0}, 7, "1 y is missing"},
        {"y ~ x", {0}, 5, "1 y is missing, 2 x is missing"},
        {"y ~ x + g", {0}, 5, "1 y is missing, 2 x is missing"},
        {"y ~ g + x", {0}, 5, "1 y is missing, 1 g is missing, 1 x is missing"},
        {"y ~ log(x)", {0}, 5, "1 y is missing, 2 x is missing"},
        {"y ~ g + offset(o)",
         {.weights = "w"},
         4,
         "1 y is missing, 1 g is missing, 1 the offset is missing, 1 w is missing"},
        {"y ~ cut(x, c(0, 5, 7))",
         {0},
         4,
         "1 y is missing, 2 x is missing, 1 x is outside the breaks of cut()"},
    };
    Frame *f = table(text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Design *d = learn(f, cases[i].formula, &cases[i].opt);
        Buf b = BUF_INIT;
        for (size_t k = 0; k < d->ndrops; k++)
            buf_printf(&b, "%s%zu %s", k ? ", " : "", d->drops[k].rows, d->drops[k].reason);
        if (!str_eqz(buf_slice(&b), cases[i].why))
            fail_msg("'%s': %s\n", cases[i].formula, b.p);
        check_row(d->n == cases[i].n && d->dropped == 8 - d->n, cases[i].formula);
        for (size_t k = 0; k < d->n; k++)
            check_row(d->y[k] == (double)d->rows[k] + 1, cases[i].formula);
        buf_free(&b);
        design_free(d);
    }
    /* Levels of rows that are used: c goes with its row. */
    static const uint32_t rows[] = {0, 4, 5, 6};
    Design *d = learn(f, "y ~ g", &(DesignOptions){.rows = rows, .nrows = 4});
    assert_int_equal(d->enc->vars[0].nlevels, 2);
    assert_int_equal(d->enc->vars[0].counts[1], 2);
    assert_int_equal(d->n, 4);
    assert_int_equal(d->rows[3], 6);
    design_free(d);
    /* Weight 0 stays. */
    d = learn(f, "y ~ x", &(DesignOptions){.weights = "w"});
    assert_int_equal(d->n, 4);
    assert_true(d->w[2] == 0);
    design_free(d);
    frame_unref(f);
}

static void responses(void **state)
{
    (void)state;
    static const char text[] =
        "x:real,yn:code,t:text,b:bool,z:int,p:real,k:int,m:int,w:real\n"
        "1,yes,a,true,1,0.5,1,3,2\n2,no,b,false,0,0.25,0,0,1\n3,yes,b,true,1,1,4,1,1\n";
    static const struct {
        const char *formula;
        DesignOptions opt;
        double y[3], w[3];
        const char *one;
    } cases[] = {
        {"yn ~ x", {.binary_response = true}, {1, 0, 1}, {0}, "yes"},
        {"yn ~ x", {.binary_response = true, .event = "no"}, {0, 1, 0}, {0}, "no"},
        {"t ~ x", {.binary_response = true}, {0, 1, 1}, {0}, "b"},
        {"b ~ x", {.binary_response = true}, {1, 0, 1}, {0}, NULL},
        {"z ~ x", {.binary_response = true}, {1, 0, 1}, {0}, NULL},
        {"z ~ x", {.binary_response = true, .event = "0"}, {0, 1, 0}, {0}, "0"},
        {"p ~ x", {.binary_response = true, .weights = "w"}, {0.5, 0.25, 1}, {2, 1, 1}, NULL},
        {"cbind(k, m) ~ x", {.binary_response = true}, {0.25, 0, 0.8}, {4, 0, 5}, NULL},
        {"cbind(k, m) ~ x",
         {.binary_response = true, .weights = "w"},
         {0.25, 0, 0.8},
         {8, 0, 5},
         NULL},
        {"I(yn == 'yes') ~ x", {.binary_response = true}, {1, 0, 1}, {0}, NULL},
        {"yn == 'no' ~ x", {.binary_response = true}, {0, 1, 0}, {0}, NULL},
        {"sqrt(k) ~ x", {0}, {1, 0, 2}, {0}, NULL},
        {"b ~ x", {0}, {1, 0, 1}, {0}, NULL},
    };
    Frame *f = table(text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Design *d = learn(f, cases[i].formula, &cases[i].opt);
        for (size_t k = 0; k < 3; k++) {
            check_row(d->y[k] == cases[i].y[k], cases[i].formula);
            check_row(!d->w || d->w[k] == cases[i].w[k], cases[i].formula);
        }
        check_row((d->w != NULL) == (cases[i].w[0] > 0), cases[i].formula);
        check_row(!cases[i].one || !strcmp(d->enc->y_levels[1], cases[i].one), cases[i].formula);
        Error err = ERROR_INIT;
        uint8_t *ok;
        Design *r = design_replay(d->enc, f, NULL, 0, UNSEEN_NULL, true, &ok, NULL, &err);
        check_row(r && !memcmp(r->y, d->y, sizeof cases[i].y), cases[i].formula);
        check_row(!d->w || !memcmp(r->w, d->w, sizeof cases[i].w), cases[i].formula);
        free(ok);
        design_free(r);
        design_free(d);
    }
    Design *d = learn(f, "z ~ x + offset(log(x)) + offset(k)", &(DesignOptions){.offset = "w"});
    assert_true(fabs(d->offset[2] - (log(3) + 4 + 1)) < 1e-15);
    design_free(d);
    frame_unref(f);
}

static void refused(void **state)
{
    (void)state;
    static const char text[] =
        "y:int,x:real,allna:real,one:code,const:int,frac:real,three:code,pos:real,g:code,"
        "service:int,t:time,w:real,two:int\n"
        "0,1,,a,1,0.5,no,1,u,5,2024-01-01,1,1\n1,2,,a,1,1.5,yes,0,v,0,2024-01-02,-1,2\n"
        "0,3,,a,1,0.1,perhaps,2,u,9,2024-01-03,1,1\n1,4,,a,1,0.2,no,3,v,0,2024-01-04,1,1\n";
    static const struct {
        const char *formula;
        DesignOptions opt;
        const char *msg, *part;
        ErrCode code;
    } cases[] = {
        {"y ~ x + allna",
         {.binary_response = true},
         "no complete row is left: allna",
         "allna",
         ERR_DATA},
        {"const ~ x",
         {.binary_response = true},
         "the response never varies: const is 1 in every row",
         "const",
         ERR_DATA},
        {"y ~ log(pos)",
         {.binary_response = true},
         "log(pos) is -inf where pos = 0: row 2",
         "log",
         ERR_DATA},
        {"y ~ one + x", {.binary_response = true}, "one has a single level, 'a'", "one", ERR_DATA},
        {"y ~ x + nosuch", {.table = "d"}, "no column 'nosuch' in 'd'", "nosuch", ERR_NAME},
        {"y ~ x:log(nosuch)", {0}, "nosuch", "nosuch", ERR_NAME},
        {"frac ~ x",
         {.binary_response = true},
         "between 0 and 1: frac is 1.5 in row 2",
         "frac",
         ERR_DATA},
        {"three ~ x",
         {.binary_response = true},
         "three has 3 values (no, perhaps, yes)",
         "three",
         ERR_DATA},
        {"one ~ x", {.binary_response = true}, "never varies: one is a", "one", ERR_DATA},
        {"g ~ x", {0}, "the response g is text", "g", ERR_TYPE},
        {"t ~ x", {0}, "the response t is a time", "t", ERR_TYPE},
        {"g ~ x",
         {.binary_response = true, .event = "w"},
         "'w' is not a value of g: it has u and v",
         "g",
         ERR_NAME},
        {"cbind(y, g) ~ x", {.binary_response = true}, "must be a number", "cbind", ERR_TYPE},
        {"cbind(y, w) ~ x",
         {.binary_response = true},
         "cbind(y, w) has -1 in row 2",
         "cbind",
         ERR_DATA},
        {"cbind(y, pos) ~ x", {0}, "binomial", "cbind", ERR_TYPE},
        {"y ~ x + offset(log(service))",
         {0},
         "log(service) is -inf where service = 0: rows 2, 4",
         "log",
         ERR_DATA},
        {"y ~ x + offset(g)", {0}, "must be a number", "g)", ERR_TYPE},
        {"y ~ x",
         {.offset = "log(service)"},
         "log(service) is -inf where service = 0: rows 2, 4",
         "",
         ERR_DATA},
        {"y ~ x", {.weights = "w"}, "weights must not be negative: w is -1 in row 2", "", ERR_DATA},
        {"y ~ x", {.weights = "nosuch"}, "no column 'nosuch'", "", ERR_NAME},
        {"y ~ C(g, ref = 'U')", {0}, "'U' is not a level of g", "C(", ERR_NAME},
        {"two ~ x", {.binary_response = true}, "between 0 and 1", "two", ERR_DATA},
        {"y ~ poly(g, 2)", {0}, "needs a number", "poly", ERR_TYPE},
        {"two + 1 / pos ~ x", {0}, "two + 1/pos is inf: row 2", "two", ERR_DATA},
    };
    Frame *f = table(text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Design *d = try_learn(f, cases[i].formula, &cases[i].opt, &err);
        if (d || !strstr(err.msg, cases[i].msg))
            fail_msg("'%s': '%s', not '%s'\n", cases[i].formula, err.msg, cases[i].msg);
        const char *at = strstr(cases[i].formula, cases[i].part);
        if (*cases[i].part && err.at.from != (size_t)(at - cases[i].formula))
            fail_msg("'%s': marked at %zu\n", cases[i].formula, err.at.from);
        check_row(err.code == cases[i].code, cases[i].formula);
    }
    frame_unref(f);
    Frame *none = table("y:int,x:real\n");
    Error err = ERROR_INIT;
    assert_null(try_learn(none, "y ~ x", &(DesignOptions){.table = "d"}, &err));
    assert_non_null(strstr(err.msg, "'d' has no rows"));
    frame_unref(none);
}

static void many_drops(void **state)
{
    (void)state;
    /* 150 rows, so that words of 64 rows end within; every 10th lacks x, every 7th g. */
    Buf b = BUF_INIT;
    buf_puts(&b, "y:int,x:int,g:code\n");
    size_t keep = 0;
    for (int i = 0; i < 150; i++) {
        buf_printf(&b, "%d,", i);
        if (i % 10)
            buf_int(&b, i % 10);
        buf_printf(&b, ",%s\n", i % 7 == 0 ? "" : i % 2 ? "a" : "b");
        keep += i % 10 && i % 7;
    }
    Frame *f = table(b.p);
    Design *d = learn(f, "y ~ x + g", NULL);
    assert_int_equal(d->n, keep);
    assert_int_equal(d->drops[0].rows, 15);
    assert_int_equal(d->drops[1].rows, 150 - 15 - keep);
    double sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        assert_true(d->y[i] == d->rows[i] && d->rows[i] % 10 && d->rows[i] % 7);
        sum += (double)(d->rows[i] % 10);
    }
    assert_true(fabs(d->enc->vars[0].mean - sum / (double)keep) < 1e-13);
    assert_true(d->enc->vars[0].min == 1 && d->enc->vars[0].max == 9);
    assert_int_equal(d->enc->vars[1].counts[0] + d->enc->vars[1].counts[1], keep);
    design_free(d);
    frame_unref(f);
    buf_free(&b);
}

static void taken(void **state)
{
    (void)state;
    Frame *f = table(people);
    Design *d = learn(f, "y ~ x + h", NULL);
    Encoding *e = design_take_encoding(d);
    assert_null(d->enc);
    design_free(d);
    assert_int_equal(f->refs, 1);
    frame_unref(f);
    Frame *g = table("x:real,h:code\n2,w\n");
    Error err = ERROR_INIT;
    uint8_t *ok;
    Design *r = design_replay(e, g, NULL, 0, UNSEEN_NULL, false, &ok, NULL, &err);
    double row[4], want[] = {1, 2, 0, 1};
    matrix_row(&r->x, 0, row);
    assert_memory_equal(row, want, sizeof want);
    free(ok);
    design_free(r);
    encoding_free(e);
    frame_unref(g);
}

/* Debug builds: whichever allocation fails, the design says so and leaves nothing behind. */
static void no_memory(void **state)
{
    (void)state;
#ifdef GLINT_DEBUG
    enum { N = 3000 }; /* more than the store keeps in its arena */
    Error err = ERROR_INIT;
    Column *cols[4] = {column_new(COL_REAL, N, &err), column_new(COL_INT, N, &err),
                       column_new(COL_BOOL, N, &err), column_new(COL_REAL, N, &err)};
    for (size_t i = 0; i < N; i++) {
        cols[0]->v.d[i] = (double)(i * 37 % 101);
        cols[1]->v.i[i] = (int64_t)(i % 6);
        cols[2]->v.b[i] = i % 5 < 2;
        cols[3]->v.d[i] = (double)(i % 2);
    }
    column_set_null(cols[0], 9, &err);
    static char x[] = "x", n[] = "n", b[] = "b", y[] = "y";
    Frame *f = frame_new((char *const[]){x, n, b, y}, cols, 4, N);
    const char *formula = "y ~ ns(x, df = 3) + poly(x, 2) + factor(n):b + x:n + cut(x, 4) + "
                          "log(x + 1) + offset(x / 100)";
    bool done = false;
    for (long k = 1; k < 200 && !done; k++) {
        error_clear(&err);
        Terms *t = terms_parse(str_of(formula), 0, f, &err);
        fault_set(FAULT_ALLOC, k);
        Design *d = design_learn(t, f, &(DesignOptions){.weights = "n"}, &err);
        uint8_t *ok = NULL;
        Design *r = NULL;
        if (d)
            r = design_replay(d->enc, f, NULL, 0, UNSEEN_NULL, true, &ok, NULL, &err);
        fault_set(FAULT_ALLOC, 0);
        done = r != NULL;
        assert_true(done || err.code == ERR_NOMEM);
        free(ok);
        design_free(r);
        design_free(d);
    }
    assert_true(done);
    frame_unref(f);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names), cmocka_unit_test(odd_names), cmocka_unit_test(values),
        cmocka_unit_test(no_copies), cmocka_unit_test(dropped), cmocka_unit_test(responses),
        cmocka_unit_test(refused), cmocka_unit_test(many_drops), cmocka_unit_test(taken),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
