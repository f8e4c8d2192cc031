/* test_cpuset.c - does cpuset.c keep the word of model/cpuset.h? */
#include <malloc.h>
#include <string.h>

#include "model/cpuset.h"
#include "support/watched.h"

static const CpuSet *a_set(CpuSets *sets, const char *text)
{
    g_autoptr(GError) why = NULL;
    const CpuSet *set = cpusets_parse(sets, text, &why);

    g_assert_no_error(why);
    g_assert_nonnull(set);
    return set;
}

static void assert_text(const CpuSet *set, const char *text)
{
    g_autofree char *said = cpuset_format(set);

    g_assert_cmpstr(said, ==, text);
}

static void equal_sets_are_one(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const int cpus[] = { 3, 1, 2, 1, 0 };
    const CpuSet *four = cpusets_range(sets, 0, 4);

    g_assert_true(cpusets_list(sets, cpus, 5) == four);
    g_assert_true(a_set(sets, "0-3") == four);
    g_assert_true(cpusets_and(sets, a_set(sets, "0-5"), a_set(sets, "0-3,7")) == four);
    g_assert_true(cpusets_or(sets, a_set(sets, "1-3"), a_set(sets, "0,2")) == four);
    g_assert_true(cpusets_minus(sets, a_set(sets, "0-99"), a_set(sets, "4-200")) ==
                  four);
    g_assert_true(cpusets_adopt(sets, four) == four);
    g_assert_true(a_set(sets, "0-4") != four);
    g_assert_cmpint(four->n_cpus, ==, 4);
    g_assert_cmpint(four->span, ==, 4);
}

static void the_empty_set_is_one_too(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *none = cpusets_none(sets);
    const CpuSet *high = a_set(sets, "65535");

    g_assert_true(a_set(sets, "") == none);
    g_assert_true(cpusets_range(sets, 17, 0) == none);
    g_assert_true(cpusets_list(sets, NULL, 0) == none);
    g_assert_true(cpusets_minus(sets, high, high) == none);
    g_assert_true(cpusets_and(sets, high, a_set(sets, "0-65534")) == none);
    g_assert_cmpint(none->span, ==, 0);
    g_assert_cmpint(cpuset_next(none, 0), ==, -1);
    assert_text(none, "");
}

static void a_set_of_another_pool_is_adopted(void)
{
    g_autoptr(CpuSets) ours = cpusets_new();
    g_autoptr(CpuSets) theirs = cpusets_new();
    const CpuSet *set = a_set(theirs, "5,70-300");

    g_assert_true(cpusets_adopt(ours, set) != set);
    g_assert_true(cpusets_adopt(ours, set) == a_set(ours, "5,70-300"));
}

static void the_highest_cpu_has_a_place(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *all = cpusets_range(sets, 0, CPUSET_SPAN_MAX);

    g_assert_cmpint(all->n_cpus, ==, CPUSET_SPAN_MAX);
    g_assert_cmpint(all->span, ==, CPUSET_SPAN_MAX);
    assert_text(all, "0-65535");
    assert_text(cpusets_minus(sets, all, cpusets_range(sets, 1, CPUSET_SPAN_MAX - 2)),
                "0,65535");
}

static void members_are_found_in_order(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *set = a_set(sets, "0,63-64,127,4095");
    const int want[] = { 0, 63, 64, 127, 4095, -1 };
    int cpu = -1;

    for (int i = 0; i < 6; i++) {
        cpu = cpuset_next(set, cpu + 1);
        g_assert_cmpint(cpu, ==, want[i]);
        g_assert_true(cpu < 0 || cpuset_has(set, cpu));
    }
    g_assert_cmpint(cpuset_next(set, -5), ==, 0);
    g_assert_cmpint(cpuset_next(set, 4096), ==, -1);
    g_assert_false(cpuset_has(set, 1));
    g_assert_false(cpuset_has(set, 4096));
    g_assert_false(cpuset_has(set, -1));
}

static void within_and_meets_look_at_every_word(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *wide = a_set(sets, "0-299");

    g_assert_true(cpuset_within(a_set(sets, "7,299"), wide));
    g_assert_false(cpuset_within(a_set(sets, "7,300"), wide));
    g_assert_false(cpuset_within(wide, a_set(sets, "0-150,152-400")));
    g_assert_true(cpuset_within(cpusets_none(sets), wide));
    g_assert_true(cpuset_meets(a_set(sets, "299-400"), wide));
    g_assert_false(cpuset_meets(a_set(sets, "300-400"), wide));
    g_assert_false(cpuset_meets(cpusets_none(sets), wide));
}

static void text_is_canonical(void)
{
    static const char *const texts[][2] = {
        { "0", "0" },           { "3,1,2", "1-3" },       { "0-1", "0-1" },
        { "5,0-3,2-4", "0-5" }, { " 8,10 \n", "8,10" },   { "007", "7" },
        { "  ", "" },           { "63,64,65", "63-65" },  { "0,2,4", "0,2,4" },
        { "9-9", "9" },         { "65535,0", "0,65535" },
    };
    g_autoptr(CpuSets) sets = cpusets_new();

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_text(a_set(sets, texts[i][0]), texts[i][1]);
}

static void rubbish_is_refused_where_it_is(void)
{
    static const struct {
        const char *text, *where;
    } cases[] = {
        { "x", "character 1" },          { "0-3,", "character 5" },
        { "0,,1", "character 3" },       { "3-1", "character 1" },
        { "0,7-4", "character 3" },      { "1 2", "character 3" },
        { "0 -3", "character 3" },       { "0-", "character 3" },
        { "-3", "character 1" },         { "65536", "character 1" },
        { "0-65536", "character 3" },    { "99999999999999999999", "character 1" },
        { "0-3:1/2", "character 4" },    { "+1", "character 1" },
        { "1,0x4", "character 4" },      { ",", "character 1" },
        { "0-3-5", "character 4" },      { "^2", "character 1" },
        { "4294967296", "character 1" },
    };
    g_autoptr(CpuSets) sets = cpusets_new();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) why = NULL;

        g_assert_null(cpusets_parse(sets, cases[i].text, &why));
        g_assert_error(why, MODEL_ERROR, MODEL_ERROR_TEXT);
        g_assert_true(g_str_has_suffix(why->message, cases[i].where));
        g_assert_nonnull(strstr(why->message, cases[i].text));
    }
    g_assert_null(cpusets_parse(sets, "no thanks", NULL));
    assert_text(a_set(sets, "2"), "2");
}

/* All operations against a plain array of what is in. */
static void operations_are_right_on_random_sets(void)
{
    enum { SPAN = 200 };
    g_autoptr(CpuSets) sets = cpusets_new();

    for (int round = 0; round < 2000; round++) {
        bool in_a[SPAN], in_b[SPAN];
        int a_list[SPAN], b_list[SPAN], n_a = 0, n_b = 0;
        bool within = true, meets = false;
        const CpuSet *a, *b, *either, *both, *rest;

        for (int cpu = 0; cpu < SPAN; cpu++) {
            in_a[cpu] = g_test_rand_int_range(0, 4) > round % 4;
            in_b[cpu] = g_test_rand_int_range(0, 4) > round / 4 % 4;
            if (in_a[cpu])
                a_list[n_a++] = cpu;
            if (in_b[cpu])
                b_list[n_b++] = cpu;
            within &= !in_a[cpu] || in_b[cpu];
            meets |= in_a[cpu] && in_b[cpu];
        }
        a = cpusets_list(sets, a_list, n_a);
        b = cpusets_list(sets, b_list, n_b);
        either = cpusets_or(sets, a, b);
        both = cpusets_and(sets, a, b);
        rest = cpusets_minus(sets, a, b);
        for (int cpu = 0; cpu < SPAN; cpu++) {
            g_assert_true(cpuset_has(a, cpu) == in_a[cpu]);
            g_assert_true(cpuset_has(either, cpu) == (in_a[cpu] || in_b[cpu]));
            g_assert_true(cpuset_has(both, cpu) == (in_a[cpu] && in_b[cpu]));
            g_assert_true(cpuset_has(rest, cpu) == (in_a[cpu] && !in_b[cpu]));
        }
        g_assert_cmpint(both->n_cpus + rest->n_cpus, ==, n_a);
        g_assert_true(cpuset_within(a, b) == within);
        g_assert_true(cpuset_meets(a, b) == meets);
        {
            g_autofree char *text = cpuset_format(a);

            g_assert_true(a_set(sets, text) == a);
        }
    }
}

/* 262,144 vCPUs on 4,096 CPUs: a mask each would be 134 MB. */
static void few_sets_cost_little_however_many_ask(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *first[64] = { NULL };
    size_t used = mallinfo2().uordblks;

    for (int i = 0; i < 262144; i++) {
        const CpuSet *set = cpusets_range(sets, i % 64 * 64, 64);

        if (i < 64)
            first[i] = set;
        g_assert_true(set == first[i % 64]);
    }
    if (!WATCHED)
        g_assert_cmpuint(mallinfo2().uordblks - used, <, 64 * 1024);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cpuset/one-copy", equal_sets_are_one);
    g_test_add_func("/cpuset/empty", the_empty_set_is_one_too);
    g_test_add_func("/cpuset/adopt", a_set_of_another_pool_is_adopted);
    g_test_add_func("/cpuset/highest", the_highest_cpu_has_a_place);
    g_test_add_func("/cpuset/members", members_are_found_in_order);
    g_test_add_func("/cpuset/within-and-meets", within_and_meets_look_at_every_word);
    g_test_add_func("/cpuset/text", text_is_canonical);
    g_test_add_func("/cpuset/rubbish", rubbish_is_refused_where_it_is);
    g_test_add_func("/cpuset/random", operations_are_right_on_random_sets);
    g_test_add_func("/cpuset/few", few_sets_cost_little_however_many_ask);
    return g_test_run();
}
