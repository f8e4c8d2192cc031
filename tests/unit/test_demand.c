/* test_demand.c - does demand.c keep the word of model/demand.h? */
#include "model/demand.h"

#define SECOND G_TIME_SPAN_SECOND

static const struct {
    const char *who;
    int lasted_ms, ran_ms, waited_ms, polled_ms, quota; /* -1 is not told */
    int ran, waited, load;                              /* thousandths */
    bool censored;
} cases[] = {
    { "idle", 3000, 0, 0, -1, 0, 0, 0, 0, false },
    { "20 % alone", 3000, 600, 0, -1, 0, 200, 0, 200, false },
    { "20 % beside one hog", 3000, 600, 600, -1, 0, 200, 200, 200, false },
    { "20 % beside two hogs", 3000, 600, 1200, -1, 0, 200, 400, 200, false },
    { "20 % beside three hogs", 3000, 600, 1800, -1, 0, 200, 600, 200, false },
    { "one of three times 30 %", 3000, 900, 1560, -1, 0, 300, 520, 300, false },
    { "a hog alone", 3000, 3000, 0, -1, 0, 1000, 0, 1000, false },
    { "a hog beside a hog", 3000, 1500, 1500, -1, 0, 500, 500, 1000, true },
    { "a hog that waited 40 %", 3000, 1800, 1200, -1, 0, 600, 400, 1000, true },
    { "a hog beside three", 3000, 750, 2250, -1, 0, 250, 750, 1000, true },
    { "one that starves", 3000, 0, 2990, -1, 0, 0, 997, 1000, true },
    { "one with little time of its own", 3000, 30, 2880, -1, 0, 10, 960, 1000, true },
    { "one that slept 2 %", 3000, 1380, 1560, -1, 0, 460, 520, 958, true },
    { "one that slept 5 %", 3000, 1350, 1500, -1, 0, 450, 500, 450, false },
    { "nearly full, never waiting", 3000, 2880, 0, -1, 0, 960, 0, 960, false },
    { "half, waiting unknown", 3000, 1500, -1, -1, 0, 500, -1, 500, false },
    { "94 %, waiting unknown", 3000, 2820, -1, -1, 0, 940, -1, 940, false },
    { "96 %, waiting unknown", 3000, 2880, -1, -1, 0, 960, -1, 1000, true },
    { "more than there was", 3000, 3010, 0, -1, 0, 1000, 0, 1000, false },
    { "twice what there was", 3000, 6000, 6000, -1, 0, 1000, 0, 1000, false },
    { "waiting more than there was", 3000, 1800, 1800, -1, 0, 600, 400, 1000, true },
    { "throttled", 3000, 750, 2250, -1, 250, 250, 750, 250, false },
    { "throttled beside a hog", 3000, 600, 2400, -1, 500, 200, 800, 500, true },
    { "a tick above its quota", 3000, 760, 0, -1, 250, 253, 0, 250, false },
    { "below its quota", 3000, 300, 0, -1, 250, 100, 0, 100, false },
    { "a quota of several CPUs", 3000, 1500, 1500, -1, 4000, 500, 500, 1000, true },
    { "only polling", 3000, 3000, 0, 3000, 0, 0, 0, 0, false },
    { "half of it polling", 3000, 3000, 0, 1500, 0, 500, 0, 500, false },
    { "polling more than it ran", 3000, 300, 0, 310, 0, 0, 0, 0, false },
    { "polling and waiting", 3000, 1500, 1500, 750, 0, 250, 500, 250, false },
    { "a trace's period", 300000, 75000, 0, -1, 0, 250, 0, 250, false },
    { "a short period", 200, 170, 10, -1, 0, 850, 50, 850, false },
    { "a short period, a tick too few", 200, 180, 10, -1, 0, 900, 50, 947, true },
    { "a tick, idle", 10, 0, 0, -1, 0, 0, 0, 0, false },
    { "a tick, at work", 10, 10, 0, -1, 0, 1000, 0, 1000, false },
    { "a tick, mostly asleep", 10, 2, 2, -1, 0, 200, 200, 200, false },
    { "a day", 24 * 3600 * 1000, 12 * 3600 * 1000, 0, -1, 0, 500, 0, 500, false },
};

static int64_t later(int64_t then_ns, int ms)
{
    return ms < 0 ? SAMPLE_UNKNOWN : then_ns + (int64_t)ms * 1000 * 1000;
}

static void demand_is_what_the_table_says(void)
{
    const Counters then = { 12345678901, 999, 77 };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Counters now = { later(then.ran_ns, cases[i].ran_ms),
                               later(then.waited_ns, cases[i].waited_ms),
                               later(then.polled_ns, cases[i].polled_ms) };
        Demand demand;

        g_test_message("%s", cases[i].who);
        g_assert_true(demand_between(&then, &now, cases[i].lasted_ms * INT64_C(1000),
                                     cases[i].quota, &demand));
        g_assert_cmpint(demand.ran, ==, cases[i].ran);
        g_assert_cmpint(demand.waited, ==, cases[i].waited);
        g_assert_cmpint(demand.load, ==, cases[i].load);
        g_assert_true(demand.censored == cases[i].censored);
    }
}

static void counters_that_run_backwards_say_nothing(void)
{
    const Counters then = { 1000, 2000, 3000 };
    const Counters others[] = { { 999, 2000, 3000 },
                                { 1000, 1999, 3000 },
                                { 1000, 2000, 2999 },
                                { 0, 0, 0 },
                                { SAMPLE_UNKNOWN, 2000, 3000 },
                                { INT64_MIN, INT64_MIN, INT64_MIN } };
    Demand demand;

    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(demand_between(&then, &others[i], 3 * SECOND, 0, &demand));
    g_assert_false(demand_between(&others[4], &then, 3 * SECOND, 0, &demand));
    g_assert_false(demand_between(&others[5], &then, 3 * SECOND, 0, &demand));
    g_assert_true(demand_between(&then, &then, 3 * SECOND, 0, &demand));
}

static void what_is_told_only_once_is_not_told(void)
{
    const Counters with = { 0, 0, 0 }, without = { 0, SAMPLE_UNKNOWN, SAMPLE_UNKNOWN };
    const Counters later_with = { 2900000000, 2900000000, 2900000000 };
    const Counters later_without = { 2900000000, SAMPLE_UNKNOWN, SAMPLE_UNKNOWN };
    Demand demand;

    g_assert_true(demand_between(&without, &later_with, 3 * SECOND, 0, &demand));
    g_assert_cmpint(demand.waited, ==, -1);
    g_assert_cmpint(demand.ran, ==, 967);
    g_assert_true(demand_between(&with, &later_without, 3 * SECOND, 0, &demand));
    g_assert_cmpint(demand.waited, ==, -1);
    g_assert_cmpint(demand.load, ==, 1000);
}

static void no_counter_is_too_large(void)
{
    const Counters then = { 0, 0, 0 };
    const Counters now = { INT64_MAX, INT64_MAX, 0 };
    Demand demand;

    g_assert_true(demand_between(&then, &now, PERIOD_MAX_US, 0, &demand));
    g_assert_cmpint(demand.ran, ==, 1000);
    g_assert_cmpint(demand.waited, ==, 0);
    g_assert_cmpint(demand.load, ==, 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/demand/table", demand_is_what_the_table_says);
    g_test_add_func("/demand/backwards", counters_that_run_backwards_say_nothing);
    g_test_add_func("/demand/told-once", what_is_told_only_once_is_not_told);
    g_test_add_func("/demand/largest", no_counter_is_too_large);
    return g_test_run();
}
