/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_formats.c - one result in every format; numbers, widths, cuts. */
#include "unit/check.h"

#include <locale.h>
#include <math.h>

#include "shell/format.h"

static void sample(Result *r, Arena *arena)
{
    static const TableCol cols[] = {{COL("term", "term")},
                                    {COL("estimate", "coef"), .look = LOOK_FIXED, .digits = 3},
                                    {COL("p", "p"), .look = LOOK_P},
                                    {COL("bar", ""), .look = LOOK_BAR, .human_only = true},
                                    {COL("raw", "raw"), .machine_only = true}};
    result_init(r, arena, "coef");
    result_line(r, "%s", "a line");
    result_int(r, "n", 3);
    result_real(r, "auc", 0.1);
    result_real(r, "gone", NAN);
    Table *t = result_table(r, "coef", cols, 5);
    static const struct {
        const char *term;
        double b, p;
    } rows[] = {{"age", -0.25, 0.0004}, {"lang, \"x\"", 12.5, 0.5}, {"\x1b[31m", NAN, NAN}};
    for (size_t i = 0; i < 3; i++) {
        Cell *c = table_row(r, t);
        c[0] = cell_text(str_of(rows[i].term));
        c[1] = cell_real(rows[i].b);
        c[2] = cell_real(rows[i].p);
        c[3] = cell_real(rows[i].b);
        c[4] = cell_bool(i == 0);
    }
    t->footer = "3 terms";
    result_warn(r, "leakage", "leave it out", "%s tells all", "x");
}

static void print(const char *name, size_t width, Buf *out)
{
    Arena *arena = arena_new();
    Result r;
    sample(&r, arena);
    Out o = {.null_text = "-", .ascii = true, .width = width, .notes_inline = true};
    format_find(str_of(name))->print(&r, &o);
    buf_clear(out);
    buf_str(out, buf_slice(&o.text));
    buf_free(&o.text);
    result_clear(&r);
    arena_free(arena);
}

/* A text is one key of the one object a line; a file of JSON with nothing else in it is the text.
 */
static void texts(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Result r;
    result_init(&r, arena, "script");
    result_raw(&r, STR("load \"a.csv\"\n"));
    Out o = {.null_text = ""};
    format_find(STR("json"))->print(&r, &o);
    assert_string_equal(
        o.text.p, "{\"command\":\"script\",\"text\":\"load \\\"a.csv\\\"\\n\",\"notes\":[]}\n");
    buf_clear(&o.text);
    format_find(STR("csv"))->print(&r, &o);
    assert_string_equal(o.text.p, "load \"a.csv\"\n");
    buf_free(&o.text);
    result_clear(&r);
    arena_free(arena);
}

static void every_format(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"table", "a line\n"
                  "term         coef       p\n"
                  "age        -0.250  <0.001  |\n"
                  "lang, \"x\"  12.500   0.50   |++++++++++++++\n"
                  "\\x1b[31m     .       .\n"
                  "(3 terms)\n"
                  "! leakage: x tells all\n"
                  "  help: leave it out\n"},
        {"csv", "term,estimate,p,raw\n"
                "age,-0.25,0.0004,true\n"
                "\"lang, \"\"x\"\"\",12.5,0.5,false\n"
                "\x1b[31m,,,false\n"},
        {"tsv", "term\testimate\tp\traw\n"
                "age\t-0.25\t0.0004\ttrue\n"
                "lang, \"x\"\t12.5\t0.5\tfalse\n"
                "\x1b[31m\t\t\tfalse\n"},
        {"json", "{\"command\":\"coef\",\"n\":3,\"auc\":0.1,\"gone\":null,\"coef\":["
                 "{\"term\":\"age\",\"estimate\":-0.25,\"p\":0.0004,\"raw\":true},"
                 "{\"term\":\"lang, \\\"x\\\"\",\"estimate\":12.5,\"p\":0.5,\"raw\":false},"
                 "{\"term\":\"\\u001b[31m\",\"estimate\":null,\"p\":null,\"raw\":false}],"
                 "\"notes\":[{\"code\":\"leakage\",\"text\":\"x tells all\",\"help\":\"leave it "
                 "out\"}]}\n"},
        {"markdown",
         "a line\n\n"
         "| term | coef | p |\n|---|---:|---:|\n"
         "| age | -0.250 | \\<0.001 |\n| lang, \"x\" | 12.500 | 0.50 |\n| \\\\x1b[31m |  |  |\n\n"
         "3 terms\n\n> **leakage**: x tells all\n\n"},
        {"latex", "% a line\n\\begin{tabular}{lrr}\n\\toprule\nterm & coef & p \\\\\n\\midrule\n"
                  "age & -0.250 & $<$0.001 \\\\\nlang, \"x\" & 12.500 & 0.50 \\\\\n"
                  "\\textbackslash{}x1b[31m &  &  \\\\\n\\bottomrule\n\\end{tabular}\n% 3 terms\n"
                  "% leakage: x tells all\n"},
        {"vertical",
         "a line\n-- row 1\nterm  age\ncoef  -0.250\np     <0.001\n-- row 2\nterm  lang, \"x\"\n"
         "coef  12.500\np     0.50\n-- row 3\nterm  \\x1b[31m\ncoef  -\np     -\n(3 terms)\n"
         "! leakage: x tells all\n  help: leave it out\n"},
    };
    Buf b = BUF_INIT;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print(rows[i].name, 0, &b);
        if (!str_eqz(buf_slice(&b), rows[i].text))
            fail_msg("row '%s':\n%s\nwanted:\n%s\n", rows[i].name, b.p, rows[i].text);
    }
    print("html", 0, &b);
    assert_non_null(strstr(b.p, "<td class=\"number\">-0.250</td>"));
    assert_non_null(strstr(b.p, "<p class=\"warning\"><strong>leakage</strong>"));
    assert_null(strchr(b.p, '\x1b'));
    buf_free(&b);
}

static void narrow(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    static const TableCol cols[] = {{COL("a", "first")},
                                    {COL("b", "second"), .priority = 2},
                                    {COL("c", "third"), .priority = 1}};
    for (size_t width = 1; width < 40; width++) {
        Result r;
        result_init(&r, arena, "show");
        Table *t = result_table(&r, "rows", cols, 3);
        Cell *c = table_row(&r, t);
        c[0] = cell_text(STR("a long text that goes on and on and on and on"));
        c[1] = cell_int(123456);
        c[2] = cell_text(STR("\u4e2d\u6587"));
        Out o = {.null_text = "-", .width = width};
        fmt_aligned_print(&r, &o);
        Str rest = buf_slice(&o.text);
        for (size_t line = 0; rest.n && line < 2; line++) {
            Str one = str_split(rest, '\n', &rest);
            if (utf8_width(one) > (width < 5 ? 5 : width))
                fail_msg("width %zu: '%.*s'\n", width, STR_ARG(one));
        }
        buf_free(&o.text);
    }
    arena_free(arena);
}

static void long_tables(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Result r;
    static const TableCol cols[] = {{COL("n", "n")}};
    result_init(&r, arena, "show");
    Table *t = result_table(&r, "rows", cols, 1);
    for (int i = 0; i < 100; i++)
        table_row(&r, t)[0] = cell_int(i);
    t->shown = 6;
    size_t rows[8];
    assert_int_equal(table_shown(t, rows), 7);
    assert_int_equal(rows[3], 3);
    assert_true(rows[4] == SIZE_MAX);
    assert_int_equal(rows[6], 99);
    t->shown = 99;
    size_t all[101];
    assert_int_equal(table_shown(t, all), 100);
    arena_free(arena);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        double v;
        int digits;
        const char *text;
    } rows[] = {
        {0.3201, 4, "0.3201"},  {51204.7, 4, "51205"},        {0, 4, "0"},
        {-0.5, 4, "-0.5"},      {1e20, 4, "1e+20"},           {1.5e-7, 4, "1.5e-07"},
        {31, 4, "31"},          {0.00012345, 4, "0.0001234"}, {NAN, 4, "nan"},
        {-INFINITY, 4, "-inf"}, {99.996, 4, "100"},           {12.34, 3, "12.3"},
    };
    Buf b = BUF_INIT;
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_clear(&b);
        buf_digits(&b, rows[i].v, rows[i].digits);
        check_row(str_eqz(buf_slice(&b), rows[i].text), rows[i].text);
    }
    static const struct {
        double p;
        const char *text;
    } ps[] = {{0.0004, "<0.001"}, {0.0024, "0.0024"}, {0.045, "0.045"},
              {0.55, "0.55"},     {1, "1.00"},        {NAN, "nan"}};
    for (size_t i = 0; i < COUNT(ps); i++) {
        buf_clear(&b);
        buf_pvalue(&b, ps[i].p);
        check_row(str_eqz(buf_slice(&b), ps[i].text), ps[i].text);
    }
    buf_clear(&b);
    buf_cell_people(&b, cell_real(-0.0001), &(TableCol){.look = LOOK_FIXED, .digits = 3}, "");
    buf_cell_people(&b, cell_int(-60000), &(TableCol){.look = LOOK_COUNT}, "");
    buf_cell_people(&b, cell_real(0.381), &(TableCol){.look = LOOK_PERCENT}, "");
    buf_cell_people(&b, cell_real(0.25), &(TableCol){.look = LOOK_SIGNED, .digits = 2}, "");
    buf_cell_people(&b, cell_real(-1e-16), &(TableCol){.look = LOOK_PERCENT}, "");
    assert_string_equal(b.p, "0.000-60,00038.1 %+0.250.0 %");
    buf_free(&b);
}

static void finding(void **state)
{
    (void)state;
    assert_string_equal(format_of_file(STR("a/b.csv"))->name, "csv");
    assert_string_equal(format_of_file(STR("x.md"))->name, "markdown");
    assert_null(format_of_file(STR("x")));
    assert_null(format_of_file(STR("x.unknown")));
    assert_null(format_find(STR("jsn")));
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format), cmocka_unit_test(texts),   cmocka_unit_test(narrow),
        cmocka_unit_test(long_tables),  cmocka_unit_test(numbers), cmocka_unit_test(finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
