/* test_engine.c - the crank turns, and what it does is judged fairly. */
#include "engine/judge.h"
#include "host/sim.h"

#include <string.h>

/* ── the crank ────────────────────────────────────────────────────────────── */

static const char *const crowded = "[host]\n"
                                   "pcpus = 4\n"
                                   "period = 2\n"
                                   "periods = 12\n"
                                   "[vm a]\n"
                                   "count = 4\n"
                                   "start = 0\n"
                                   "load = 60\n";

static Host *a_sim(const char *text)
{
    g_autoptr(GError) error = NULL;
    Host *host = host_sim_open_text("test", text, 0, 1, &error);

    g_assert_no_error(error);
    return host;
}

static Policy single_cpus(Rule rule)
{
    Policy policy = policy_default;

    policy.rule = rule;
    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    return policy;
}

static void the_first_sample_has_nothing_to_compare_with(void)
{
    g_autoptr(Host) host = a_sim(crowded);
    Policy policy = single_cpus(RULE_FLOW);
    g_autoptr(Engine) engine = engine_new(host, &policy, NULL);
    g_auto(Period) period;

    period_init(&period);
    g_assert_true(engine_step(engine, &period, NULL));
    g_assert_false(period.derived);
    g_assert_cmpint(period.number, ==, 0);
    g_assert_cmpint(period.sample.vcpus->len, ==, 4);
    g_assert_true(engine_step(engine, &period, NULL));
    g_assert_true(period.derived);
    g_assert_cmpint(period.number, ==, 1);
}

static void a_crowded_host_is_spread_and_then_let_be(void)
{
    g_autoptr(Host) host = a_sim(crowded);
    Policy policy = single_cpus(RULE_FLOW);
    g_autoptr(Engine) engine = engine_new(host, &policy, NULL);
    g_autoptr(GError) error = NULL;
    int done = 0, number = 0;
    g_auto(Period) period;

    period_init(&period);
    while (engine_step(engine, &period, &error)) {
        if (!period.derived)
            continue;
        done += period.outcome.done;
        number = period.number;
        g_assert_cmpint(period.number == 1, ==, period.outcome.done > 0);
    }
    g_assert_error(error, HOST_ERROR, HOST_ERROR_ENDED);
    g_assert_cmpint(number, ==, 12);
    g_assert_cmpint(done, ==, 3);
}

/* ── the judge ────────────────────────────────────────────────────────────── */

static Judgement judge(const char *text, const Policy *policy, int n_periods)
{
    g_autoptr(Host) host = a_sim(text);
    g_autoptr(GError) error = NULL;
    Judgement judgement;

    judge_run(host, policy, n_periods, &judgement, &error);
    g_assert_no_error(error);
    return judgement;
}

static void a_frozen_host_stays_as_bad_as_it_was(void)
{
    Policy policy = single_cpus(RULE_NONE);
    Judgement judgement = judge(crowded, &policy, 0);

    g_assert_cmpint(judgement.n_periods, ==, 12);
    g_assert_cmpint(judgement.n_vcpus, ==, 4);
    g_assert_cmpint(judgement.n_pcpus, ==, 4);
    g_assert_cmpint(judgement.repins, ==, 0);
    g_assert_cmpint(judgement.overload, ==, 1400000);
    g_assert_cmpint(judgement.sigma_realised, ==, 103923000);
    g_assert_cmpint(judgement.balanced, ==, 0);
}

static void the_kernel_is_let_loose(void)
{
    Policy policy = single_cpus(RULE_KERNEL);
    Judgement judgement = judge(crowded, &policy, 0);

    g_assert_cmpint(judgement.repins, ==, 0);
    g_assert_cmpint(judgement.overload, ==, 0);
    g_assert_cmpint(judgement.sigma_realised, ==, 0);
    g_assert_cmpint(judgement.stranded_wait, ==, 0);
}

/* The first period is lived as it began; its plan is judged by the ones after it. */
static void a_plan_is_judged_by_what_came_after_it(void)
{
    Policy policy = single_cpus(RULE_FLOW);
    Judgement judgement = judge(crowded, &policy, 0);

    g_assert_cmpint(judgement.repins, ==, 3);
    g_assert_cmpint(judgement.overload, ==, 0);
    g_assert_cmpint(judgement.balanced, ==, 1000000);
    g_assert_cmpint(judgement.stranded_wait, >, 0);
}

static void pins_become_places_without_being_counted(void)
{
    Policy policy = single_cpus(RULE_NONE);
    Judgement judgement;

    policy.granularity = (Granularity){ .level = LEVEL_RUN, .n_cpus = 2 };
    judgement = judge(crowded, &policy, 0);
    g_assert_cmpint(judgement.repins, ==, 0);
    g_assert_cmpint(judgement.overload, ==, 400000);
    g_assert_cmpint(judgement.granularity.level, ==, LEVEL_RUN);
}

static void one_that_floats_is_frozen_where_it_is(void)
{
    static const char *const floating = "[host]\n"
                                        "pcpus = 4\n"
                                        "periods = 6\n"
                                        "[vm a]\n"
                                        "count = 8\n"
                                        "start = floating\n"
                                        "load = 40\n";
    Policy policy = single_cpus(RULE_NONE);

    g_assert_cmpint(judge(floating, &policy, 0).repins, ==, 0);
}

static void one_may_stop_early(void)
{
    Policy policy = single_cpus(RULE_FLOW);

    g_assert_cmpint(judge(crowded, &policy, 5).n_periods, ==, 5);
}

static void one_period_has_nothing_after_it(void)
{
    Policy policy = single_cpus(RULE_FLOW);
    Judgement judgement = judge(crowded, &policy, 1);
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };

    g_assert_cmpint(judgement.overload, ==, JUDGED_NEVER);
    g_assert_cmpint(judgement.repins, ==, 3);
    judgement_json(&judgement, true, &json);
    g_assert_nonnull(strstr(out->str, "\"overload_mean\": null"));
}

static void a_host_that_is_silent_for_a_while_is_asked_again(void)
{
    g_autofree char *text = g_strconcat(crowded,
                                        "[event hush]\n"
                                        "at = 7\n"
                                        "do = lost\n"
                                        "for = 5\n",
                                        NULL);
    Policy policy = single_cpus(RULE_FLOW);
    Judgement judgement = judge(text, &policy, 0);

    g_assert_cmpint(judgement.n_periods, <, 12);
    g_assert_cmpint(judgement.n_periods, >, 5);
    g_assert_cmpint(judgement.repins, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine/first", the_first_sample_has_nothing_to_compare_with);
    g_test_add_func("/engine/spread", a_crowded_host_is_spread_and_then_let_be);
    g_test_add_func("/judge/none", a_frozen_host_stays_as_bad_as_it_was);
    g_test_add_func("/judge/kernel", the_kernel_is_let_loose);
    g_test_add_func("/judge/after", a_plan_is_judged_by_what_came_after_it);
    g_test_add_func("/judge/places", pins_become_places_without_being_counted);
    g_test_add_func("/judge/floating", one_that_floats_is_frozen_where_it_is);
    g_test_add_func("/judge/early", one_may_stop_early);
    g_test_add_func("/judge/one", one_period_has_nothing_after_it);
    g_test_add_func("/judge/silent", a_host_that_is_silent_for_a_while_is_asked_again);
    return g_test_run();
}
