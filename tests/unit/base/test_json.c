/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_json.c - documents fail with a place, members with a path; text written is valid JSON. */
#include "unit/check.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"

static void parsing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *msg; /* msg NULL: it parses */
    } rows[] = {
        {"{\"a\": 1}", NULL},
        {" [] \n", NULL},
        {"", "empty text where JSON was expected"},
        {"{\"a\": 1", "not valid JSON at line 1, column 7"},
        {"{\n  \"a\": x}", "not valid JSON at line 2, column 8"},
        {"{} {}", "text behind the JSON document at line 1, column 3"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        cJSON *doc = json_parse(str_of(rows[i].text), &err);
        check_row((doc != NULL) == (rows[i].msg == NULL), rows[i].text);
        if (rows[i].msg)
            assert_string_equal(err.msg, rows[i].msg);
        cJSON_Delete(doc);
    }
    char *exact = xmalloc(2); /* not terminated: must not be read past its end */
    memcpy(exact, "12", 2);
    cJSON *doc = json_parse((Str){exact, 2}, NULL);
    assert_non_null(doc);
    cJSON_Delete(doc);
    free(exact);
}

static void getting(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    cJSON *doc = json_parse(STR("{\"n\": 1.5, \"i\": 42, \"b\": true, \"t\": \"x\", \"a\": [1], "
                                "\"o\": {}, \"big\": 1e300}"),
                            &err);
    double real = 0;
    int64_t whole = 0;
    bool truth = false;
    const char *text = NULL;
    assert_true(json_get_real(doc, "n", "", &real, &err) && real == 1.5);
    assert_true(json_get_int(doc, "i", NULL, &whole, &err) && whole == 42);
    assert_true(json_get_bool(doc, "b", "", &truth, &err) && truth);
    assert_true(json_get_text(doc, "t", "", &text, &err));
    assert_string_equal(text, "x");
    assert_non_null(json_get_array(doc, "a", "", &err));
    assert_non_null(json_get_object(doc, "o", "", &err));
    assert_false(error_is_set(&err));

    assert_false(json_get_real(doc, "zz", "fit", &real, &err));
    assert_string_equal(err.msg, "fit.zz is missing");
    error_clear(&err);
    assert_false(json_get_real(doc, "t", "fit", &real, &err));
    assert_string_equal(err.msg, "fit.t is not a number");
    error_clear(&err);
    assert_false(json_get_int(doc, "n", "", &whole, &err));
    assert_string_equal(err.msg, "n is not a whole number");
    error_clear(&err);
    assert_false(json_get_int(doc, "big", "", &whole, &err));
    error_clear(&err);
    assert_false(json_get_bool(doc, "n", "", &truth, &err));
    assert_string_equal(err.msg, "n is not true or false");
    error_clear(&err);
    assert_false(json_get_text(doc, "n", "", &text, &err));
    assert_null(json_get_array(doc, "o", "", NULL));
    assert_null(json_get_object(doc, "a", "", NULL));
    cJSON_Delete(doc);
}

static void writing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1b\x7f", "\"\\u0001\\u001b\\u007f\""},
        {"caf\xc3\xa9", "\"caf\xc3\xa9\""},
        {"\xff", "\"\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = BUF_INIT;
        buf_json_str(&b, str_of(rows[i].text));
        assert_string_equal(b.p, rows[i].json);
        buf_free(&b);
    }
    Buf b = BUF_INIT;
    buf_json_str(&b, (Str){"\0", 1});
    buf_json_real(&b, NAN);
    buf_json_real(&b, -INFINITY);
    buf_json_real(&b, 0.1);
    assert_string_equal(b.p, "\"\\u0000\"nullnull0.1");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parsing), cmocka_unit_test(getting),
                                       cmocka_unit_test(writing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
