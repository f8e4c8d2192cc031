/* test_policy.c - what is promised of policies and their text. */
#include "plan/policy.h"

#include <glib.h>
#include <string.h>

static void assert_equal(const Policy *a, const Policy *b)
{
    g_autoptr(GString) x = g_string_new(NULL), y = g_string_new(NULL);

    policy_format(a, x);
    policy_format(b, y);
    g_assert_cmpstr(x->str, ==, y->str);
}

static void test_what_is_written_reads_back_equal(void)
{
    Policy policy = policy_default, read = policy_default;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) why = NULL;

    policy.rule = RULE_AVERAGE;
    policy.granularity = (Granularity){ .level = LEVEL_RUN, .n_cpus = 12 };
    policy.forecast = (ForecastRule){ .n_moments = 64, .half_life = 77 };
    policy.price_move = 123;
    policy.max_moves = 9;
    policy.search_steps = INT64_C(1) << 40;
    policy.average_threshold = 33;
    policy_format(&policy, text);
    g_assert_true(policy_parse(text->str, &read, &why));
    g_assert_no_error(why);
    assert_equal(&policy, &read);
    g_assert_cmpint(read.rule, ==, RULE_AVERAGE);
    g_assert_cmpint(read.granularity.n_cpus, ==, 12);
    g_assert_cmpint(read.forecast.half_life, ==, 77);
    g_assert_cmpint(read.search_steps, ==, INT64_C(1) << 40);
}

static void test_what_a_text_leaves_out_stays(void)
{
    Policy policy = policy_default;

    policy.least_gain = 5;
    g_assert_true(policy_parse("max_moves 3\n\n", &policy, NULL));
    g_assert_cmpint(policy.max_moves, ==, 3);
    g_assert_cmpint(policy.least_gain, ==, 5);
}

static void test_a_wrong_line_is_named_and_nothing_taken(void)
{
    const struct {
        const char *text, *message;
    } wrong[] = {
        { "max_moves 3\nprice_moves 2", "2: a policy has no 'price_moves'" },
        { "max_moves", "1: 'max_moves' has no value" },
        { "max_moves -1", "1: max_moves cannot be '-1'" },
        { "max_moves 3 ", "1: max_moves cannot be '3 '" },
        { "\npolicy greddy", "2: policy cannot be 'greddy'" },
        { "granularity socket", "1: granularity cannot be 'socket'" },
        { "moments 17", "1: moments cannot be '17'" },
        { "search_steps many", "1: search_steps cannot be 'many'" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        Policy policy = policy_default;
        g_autoptr(GError) why = NULL;

        g_assert_false(policy_parse(wrong[i].text, &policy, &why));
        g_assert_error(why, MODEL_ERROR, MODEL_ERROR_TEXT);
        g_assert_cmpstr(why->message, ==, wrong[i].message);
        assert_equal(&policy, &policy_default);
    }
}

static void test_rules_have_names(void)
{
    Rule rule;

    for (int i = 0; i < N_RULES; i++) {
        g_assert_true(rule_parse(rule_name((Rule)i), &rule));
        g_assert_cmpint(rule, ==, i);
    }
    g_assert_false(rule_parse("", &rule));
    g_assert_false(rule_parse("Flow", &rule));
}

static void test_the_default_forecast_is_the_forecasts_own(void)
{
    g_assert_cmpint(policy_default.forecast.n_moments, ==, forecast_default.n_moments);
    g_assert_cmpint(policy_default.forecast.half_life, ==, forecast_default.half_life);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy/what-is-written-reads-back-equal",
                    test_what_is_written_reads_back_equal);
    g_test_add_func("/policy/what-a-text-leaves-out-stays",
                    test_what_a_text_leaves_out_stays);
    g_test_add_func("/policy/a-wrong-line-is-named",
                    test_a_wrong_line_is_named_and_nothing_taken);
    g_test_add_func("/policy/rules-have-names", test_rules_have_names);
    g_test_add_func("/policy/the-default-forecast-is-the-forecasts-own",
                    test_the_default_forecast_is_the_forecasts_own);
    return g_test_run();
}
