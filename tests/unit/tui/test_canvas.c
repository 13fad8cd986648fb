/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_canvas.c - text, bars and boxes in cells: what fits, what is cut, what is drawn without
 * UTF-8 and without boxes. */
#include <locale.h>
#include <math.h>

#include "tui/canvas.h"
#include "unit/check.h"

static void expect(const Canvas *c, const char *name, const char *want)
{
    Buf b = BUF_INIT;
    canvas_dump(c, &b);
    if (!str_eqz(buf_slice(&b), want))
        fail_msg("'%s': got\n%swanted\n%s", name, b.p, want);
    buf_free(&b);
}

static void text(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int x, width;
        const char *text, *want;
        int used;
    } cases[] = {
        {"plain", 0, 10, "abc", "abc\n", 3},
        {"moved", 3, 10, "abc", "   abc\n", 3},
        {"cut", 0, 5, "abcdefgh", "abcd\u2026\n", 5},
        {"just fits", 0, 8, "abcdefgh", "abcdefgh\n", 8},
        {"out at the right", 8, 10, "abc", "        ab\n", 3},
        {"out at the left", -1, 10, "abc", "bc\n", 3},
        {"none", 0, 0, "abc", "\n", 0},
        {"nothing", 0, 10, "", "\n", 0},
        {"wide", 0, 10, "\u6f22\u5b57x", "\u6f22\u5b57x\n", 5},
        {"wide, cut", 0, 4, "\u6f22\u5b57\u6f22", "\u6f22 \u2026\n", 4},
        {"combining", 0, 10, "e\u0301a", "e\u0301a\n", 2},
        {"control", 0, 10, "a\tb", "a\\tb\n", 4},
        {"escape", 0, 10, "\x1b[31m", "\\x1b[31m\n", 8},
        {"not UTF-8", 0, 10, "a\xff", "a\\xff\n", 5},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Canvas *c = canvas_new(10, 1);
        int used =
            canvas_text(c, cases[i].x, 0, cases[i].width, STYLE_PLAIN, str_of(cases[i].text));
        expect(c, cases[i].name, cases[i].want);
        check_row(used == cases[i].used, cases[i].name);
        canvas_free(c);
    }
}

static void right_and_fill(void **state)
{
    (void)state;
    Canvas *c = canvas_new(8, 3);
    canvas_right(c, 0, 0, 8, STYLE_PLAIN, STR("12"));
    canvas_right(c, 0, 1, 3, STYLE_PLAIN, STR("\u6f22"));
    canvas_right(c, 0, 2, 3, STYLE_PLAIN, STR("12345"));
    expect(c, "right", "      12\n \u6f22\n12\u2026\n");
    canvas_fill(c, 0, 0, 8, 3, STYLE_CURSOR);
    expect(c, "filled", "\n\n\n");
    canvas_paint(c, 1, 1, 2, STYLE_ERROR);
    Buf b = BUF_INIT;
    canvas_dump_styles(c, &b);
    assert_string_equal(b.p, "        \ncccccccc\n        \nceeccccc\n        \ncccccccc\n");
    buf_free(&b);
    canvas_printf(c, 0, 0, 8, STYLE_PLAIN, "%d of %d", 3, 17);
    canvas_lines(c, 0, 1, 8, 2, STYLE_PLAIN, STR("one\ntwo\nthree"));
    expect(c, "printed", "3 of 17\none\ntwo\n");
    canvas_free(c);
}

static void bars(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool ascii, plain;
        double v;
        const char *bar, *both, *slider;
    } cases[] = {
        {"half", false, false, 0.5, "\u2588\u2588\u258c\n", "  \u2502\u2588\n",
         "\u2500\u2500\u25cf\u2500\u2500\n"},
        {"none", false, false, 0, "\n", "  \u2502\n", "\u25cf\u2500\u2500\u2500\u2500\n"},
        {"all", false, false, 1, "\u2588\u2588\u2588\u2588\u2588\n", "  \u2502\u2588\u2588\n",
         "\u2500\u2500\u2500\u2500\u25cf\n"},
        {"more", false, false, 7, "\u2588\u2588\u2588\u2588\u2588\n", "  \u2502\u2588\u2588\n",
         "\u2500\u2500\u2500\u2500\u25cf\n"},
        {"below", false, false, -1, "\n", "\u2588\u2588\u2502\n",
         "\u25cf\u2500\u2500\u2500\u2500\n"},
        {"NaN", false, false, NAN, "\n", "  \u2502\n", "\u2500\u2500\u2500\u2500\u2500\n"},
        {"ascii", true, false, 0.5, "===\n", "  |=\n", "--O--\n"},
        {"ascii below", true, false, -0.5, "\n", " -|\n", "O----\n"},
        {"plain", false, true, 0.5, "\n", "\n", "\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Canvas *c = canvas_new(5, 1);
        c->ascii = cases[i].ascii;
        c->plain = cases[i].plain;
        canvas_bar(c, 0, 0, 5, cases[i].v, STYLE_PLAIN);
        expect(c, cases[i].name, cases[i].bar);
        canvas_clear(c);
        canvas_signed_bar(c, 0, 0, 5, cases[i].v);
        expect(c, cases[i].name, cases[i].both);
        canvas_clear(c);
        canvas_slider(c, 0, 0, 5, cases[i].v, STYLE_PLAIN);
        expect(c, cases[i].name, cases[i].slider);
        canvas_free(c);
    }
}

static void boxes(void **state)
{
    (void)state;
    Canvas *c = canvas_new(9, 3);
    canvas_box(c, 0, 0, 9, 3, "a");
    expect(c, "box",
           "\u250c\u2500 a \u2500\u2500\u2500\u2510\n\u2502       \u2502\n"
           "\u2514\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2518\n");
    canvas_clear(c);
    c->ascii = true;
    canvas_box(c, 0, 0, 9, 3, NULL);
    expect(c, "ascii box", "+-------+\n|       |\n+-------+\n");
    canvas_clear(c);
    c->plain = true;
    canvas_box(c, 0, 0, 9, 3, "a");
    canvas_hline(c, 0, 1, 9);
    canvas_vline(c, 0, 0, 3);
    expect(c, "plain box", "   a\n\n\n");
    canvas_free(c);
}

static void sparks(void **state)
{
    (void)state;
    const double v[] = {0, 1, 4, 8};
    Canvas *c = canvas_new(4, 1);
    canvas_spark(c, 0, 0, v, 4, STYLE_PLAIN);
    expect(c, "spark", " \u2582\u2585\u2588\n");
    c->ascii = true;
    canvas_spark(c, 0, 0, v, 4, STYLE_PLAIN);
    expect(c, "ascii spark", " .=#\n");
    canvas_free(c);
}

static void sizes(void **state)
{
    (void)state;
    Canvas *c = canvas_new(0, -3);
    assert_int_equal(c->cols, 1);
    assert_int_equal(c->rows, 1);
    canvas_box(c, -5, -5, 100, 100, "far outside");
    canvas_resize(c, 3, 2);
    expect(c, "resized", "\n\n");
    canvas_text(c, 0, 5, 3, STYLE_PLAIN, STR("below"));
    expect(c, "below", "\n\n");
    canvas_free(c);
    canvas_free(NULL);
}

int main(void)
{
    setlocale(LC_CTYPE, "");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text),  cmocka_unit_test(right_and_fill), cmocka_unit_test(bars),
        cmocka_unit_test(boxes), cmocka_unit_test(sparks),         cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
