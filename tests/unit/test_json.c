/* test_json.c - what is written is JSON, and the same bytes everywhere. */
#include "engine/json.h"

static void written(GString *out, const char *expected)
{
    g_assert_cmpstr(out->str, ==, expected);
    g_string_truncate(out, 0);
}

static void values_are_kept_apart(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };

    json_begin_object(&json, NULL);
    json_int(&json, "a", 1);
    json_begin_array(&json, "b");
    json_begin_object(&json, NULL);
    json_end_object(&json);
    json_begin_array(&json, NULL);
    json_end_array(&json);
    json_bool(&json, NULL, true);
    json_null(&json, NULL);
    json_end_array(&json);
    json_string(&json, "c", "d");
    json_end_object(&json);
    written(out, "{\"a\": 1, \"b\": [{}, [], true, null], \"c\": \"d\"}");
}

static void texts_are_quoted(void)
{
    static const struct {
        const char *text, *quoted;
    } cases[] = {
        { "", "\"\"" },
        { "say \"no\"", "\"say \\\"no\\\"\"" },
        { "a\\b", "\"a\\\\b\"" },
        { "a\tb\nc\x01\x7f", "\"a\\u0009b\\u000ac\\u0001\\u007f\"" },
        { "grün", "\"grün\"" },
        { "\xff!", "\"\xef\xbf\xbd!\"" },
        { "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    };
    g_autoptr(GString) out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Json json = { .out = out };

        json_string(&json, NULL, cases[i].text);
        written(out, cases[i].quoted);
    }
}

static void keys_are_quoted_too(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };

    json_null(&json, "\"");
    written(out, "\"\\\"\": null");
}

static void decimals_are_exact(void)
{
    static const struct {
        int64_t value;
        int places;
        const char *text;
    } cases[] = {
        { 0, 0, "0" },
        { 0, 3, "0.000" },
        { 5, 3, "0.005" },
        { 1234567, 3, "1234.567" },
        { -1, 2, "-0.01" },
        { -100, 2, "-1.00" },
        { INT64_MAX, 9, "9223372036.854775807" },
        { INT64_MIN, 18, "-9.223372036854775808" },
    };
    g_autoptr(GString) out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        decimal_format(cases[i].value, cases[i].places, out);
        written(out, cases[i].text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/commas", values_are_kept_apart);
    g_test_add_func("/json/text", texts_are_quoted);
    g_test_add_func("/json/key", keys_are_quoted_too);
    g_test_add_func("/json/decimal", decimals_are_exact);
    return g_test_run();
}
