/*
 * policy.c - the policy's defaults, and its text.
 *
 * How the defaults were found is told where they are measured: in the benchmark of
 * plans on real days.
 */
#include "plan/policy.h"

#include <stddef.h>
#include <string.h>

const Policy policy_default = {
    .rule = RULE_FLOW,
    .granularity = { .level = LEVEL_AUTO },
    .forecast = { .n_moments = 144, .half_life = 1900 },
    .price_move = 8500,
    .price_cell_times = 150,
    .price_host_times = 300,
    .weight_imbalance = 100000,
    .weight_stacking = 50000,
    .target_sigma = 500,
    .core_capacity = 650,
    .least_gain = 0,
    .max_moves = 0,
    .search_steps = 300000,
    .average_threshold = 5,
};

static const char *const rule_names[N_RULES] = {
    [RULE_FLOW] = "flow",       [RULE_GREEDY] = "greedy", [RULE_HOTCOLD] = "hotcold",
    [RULE_AVERAGE] = "average", [RULE_UNIT] = "unit",     [RULE_COUNT] = "count",
    [RULE_NONE] = "none",       [RULE_KERNEL] = "kernel",
};

const char *rule_name(Rule rule)
{
    return rule_names[rule];
}

bool rule_parse(const char *text, Rule *out)
{
    for (int rule = 0; rule < N_RULES; rule++)
        if (strcmp(text, rule_names[rule]) == 0) {
            *out = (Rule)rule;
            return true;
        }
    return false;
}

/* More than anybody waits for, and its multiples are numbers. */
#define SEARCH_STEPS_MAX (INT64_C(1) << 40)

/* ── as text ──────────────────────────────────────────────────────────────── */

/* What is a plain number, and what it may be: a multiple of @step. */
static const struct {
    const char *key;
    size_t at;
    int least, most, step;
} numbers[] = {
    { "moments", offsetof(Policy, forecast.n_moments), 16, 1 << 14, 16 },
    { "half_life", offsetof(Policy, forecast.half_life), 1, G_MAXINT, 1 },
    { "price_move", offsetof(Policy, price_move), 0, 1000000000, 1 },
    { "price_cell_times", offsetof(Policy, price_cell_times), 100, 100000, 1 },
    { "price_host_times", offsetof(Policy, price_host_times), 100, 100000, 1 },
    { "weight_imbalance", offsetof(Policy, weight_imbalance), 0, 1000000000, 1 },
    { "weight_stacking", offsetof(Policy, weight_stacking), 0, 1000000000, 1 },
    { "target_sigma", offsetof(Policy, target_sigma), 0, 1000000, 1 },
    { "core_capacity", offsetof(Policy, core_capacity), 1, 1000, 1 },
    { "least_gain", offsetof(Policy, least_gain), 0, G_MAXINT, 1 },
    { "max_moves", offsetof(Policy, max_moves), 0, G_MAXINT, 1 },
    { "average_threshold", offsetof(Policy, average_threshold), 0, 100, 1 },
};

static int *number_in(Policy *policy, size_t i)
{
    return (int *)(void *)((char *)policy + numbers[i].at);
}

void policy_format(const Policy *policy, GString *out)
{
    g_autofree char *granularity = granularity_format(policy->granularity);
    Policy copy = *policy;

    g_string_append_printf(out, "policy %s\ngranularity %s\n", rule_name(policy->rule),
                           granularity);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_string_append_printf(out, "%s %d\n", numbers[i].key, *number_in(&copy, i));
    g_string_append_printf(out, "search_steps %" G_GINT64_FORMAT "\n",
                           policy->search_steps);
}

static bool refuse_value(const char *key, const char *value, int line, GError **error)
{
    g_set_error(error, MODEL_ERROR, MODEL_ERROR_TEXT, "%d: %s cannot be '%s'", line,
                key, value);
    return false;
}

static bool parse_number(const char *key, const char *value, int line, Policy *out,
                         GError **error)
{
    gint64 number;

    if (strcmp(key, "search_steps") == 0)
        return g_ascii_string_to_signed(value, 10, 0, SEARCH_STEPS_MAX,
                                        &out->search_steps, NULL) ||
               refuse_value(key, value, line, error);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(key, numbers[i].key) != 0)
            continue;
        if (!g_ascii_string_to_signed(value, 10, numbers[i].least, numbers[i].most,
                                      &number, NULL) ||
            number % numbers[i].step != 0)
            return refuse_value(key, value, line, error);
        *number_in(out, i) = (int)number;
        return true;
    }
    g_set_error(error, MODEL_ERROR, MODEL_ERROR_TEXT, "%d: a policy has no '%s'", line,
                key);
    return false;
}

static bool parse_line(char *text, int line, Policy *out, GError **error)
{
    char *value = strchr(text, ' ');

    if (!value) {
        g_set_error(error, MODEL_ERROR, MODEL_ERROR_TEXT, "%d: '%s' has no value", line,
                    text);
        return false;
    }
    *value++ = '\0';
    if (strcmp(text, "policy") == 0)
        return rule_parse(value, &out->rule) || refuse_value(text, value, line, error);
    if (strcmp(text, "granularity") == 0)
        return granularity_parse(value, &out->granularity) ||
               refuse_value(text, value, line, error);
    return parse_number(text, value, line, out, error);
}

bool policy_parse(const char *text, Policy *out, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Policy read = *out;

    for (int i = 0; lines[i]; i++)
        if (*lines[i] != '\0' && !parse_line(lines[i], i + 1, &read, error))
            return false;
    *out = read;
    return true;
}
