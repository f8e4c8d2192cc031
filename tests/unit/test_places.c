/* test_places.c - what is promised of places. */
#include "plan/places.h"

#include <glib.h>

typedef struct {
    CpuSets *sets;
    Topology *topology;
    Places places;
} Fixture;

static Fixture set_up(int n_pcpus, int per_core, int per_cache, int per_cell)
{
    Fixture f = { .sets = cpusets_new() };

    f.topology = topology_new(f.sets, n_pcpus, per_core, per_cache, per_cell);
    return f;
}

static void tear_down(Fixture *f)
{
    places_clear(&f->places);
    topology_free(f->topology);
    cpusets_free(f->sets);
}

static const CpuSet *set(Fixture *f, const char *text)
{
    const CpuSet *cpus = cpusets_parse(f->sets, text, NULL);

    g_assert_nonnull(cpus);
    return cpus;
}

static void make(Fixture *f, const char *granularity)
{
    Granularity parsed;

    g_assert_true(granularity_parse(granularity, &parsed));
    places_make(f->topology, parsed, &f->places);
}

static void assert_place(const Fixture *f, int place, const char *cpus)
{
    g_autofree char *text = cpuset_format(f->places.places[place].cpus);

    g_assert_cmpstr(text, ==, cpus);
}

static void set_offline(Fixture *f, const char *cpus)
{
    Topology *before = f->topology;

    f->topology = topology_with_online(
        before, cpusets_minus(f->sets, before->online, set(f, cpus)));
    topology_free(before);
}

static void test_granularities_read_as_written(void)
{
    const char *texts[] = { "auto", "pcpu", "core", "cache", "cell", "host", "1", "8" };
    const char *wrong[] = { "", "0", "-1", "8x", "Core", "65537", "8 " };
    Granularity got;

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *back = NULL;

        g_assert_true(granularity_parse(texts[i], &got));
        back = granularity_format(got);
        g_assert_cmpstr(back, ==, texts[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(granularity_parse(wrong[i], &got));
}

static void test_places_of_a_level_are_what_shares_it(void)
{
    Fixture f = set_up(16, 2, 4, 8);

    make(&f, "pcpu");
    g_assert_cmpint(f.places.n_places, ==, 16);
    g_assert_cmpint(f.places.places[5].core, ==, 2);
    make(&f, "core");
    g_assert_cmpint(f.places.n_places, ==, 8);
    assert_place(&f, 3, "6-7");
    g_assert_cmpint(f.places.places[3].core, ==, 3);
    g_assert_cmpint(f.places.places[3].capacity, ==, 2000);
    make(&f, "cache");
    g_assert_cmpint(f.places.n_places, ==, 4);
    assert_place(&f, 1, "4-7");
    g_assert_cmpint(f.places.places[1].core, ==, -1);
    g_assert_cmpint(f.places.places[1].cache, ==, 1);
    make(&f, "cell");
    g_assert_cmpint(f.places.n_places, ==, 2);
    g_assert_cmpint(f.places.places[1].cache, ==, -1);
    g_assert_cmpint(f.places.places[1].cell, ==, 1);
    make(&f, "host");
    g_assert_cmpint(f.places.n_places, ==, 1);
    g_assert_cmpint(f.places.places[0].cell, ==, -1);
    g_assert_cmpint(f.places.places[0].capacity, ==, 16000);
    tear_down(&f);
}

static void test_a_number_is_so_many_cpus_in_a_row(void)
{
    Fixture f = set_up(11, 1, 11, 11);

    make(&f, "4");
    g_assert_cmpint(f.places.n_places, ==, 3);
    assert_place(&f, 2, "8-10");
    set_offline(&f, "1,5");
    make(&f, "4");
    g_assert_cmpint(f.places.n_places, ==, 3);
    assert_place(&f, 0, "0,2-4");
    assert_place(&f, 1, "6-9");
    assert_place(&f, 2, "10");
    g_assert_cmpint(f.places.of_pcpu[5], ==, -1);
    tear_down(&f);
}

static void test_places_without_a_cpu_online_are_none(void)
{
    Fixture f = set_up(8, 2, 4, 8);

    set_offline(&f, "2-3,4");
    make(&f, "core");
    g_assert_cmpint(f.places.n_places, ==, 3);
    assert_place(&f, 1, "5");
    assert_place(&f, 2, "6-7");
    g_assert_cmpint(f.places.places[1].capacity, ==, 1000);
    tear_down(&f);
}

/* pCPUs, per core, cache and cell; and what "auto" makes of that. */
static void test_auto_is_as_wide_as_locality_allows(void)
{
    const struct {
        int n, core, cache, cell;
        Level level;
    } hosts[] = {
        { 8, 2, 8, 8, LEVEL_HOST },     { 32, 2, 8, 16, LEVEL_CELL },
        { 32, 2, 8, 32, LEVEL_CACHE },  { 32, 2, 4, 32, LEVEL_PCPU },
        { 192, 1, 1, 192, LEVEL_PCPU },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        Fixture f = set_up(hosts[i].n, hosts[i].core, hosts[i].cache, hosts[i].cell);

        make(&f, "auto");
        g_assert_cmpint(f.places.level, ==, hosts[i].level);
        tear_down(&f);
    }
}

/* Simultaneous threads switched off halve the CPUs of a cache; a cell or cache of which
 * nothing is left is none. */
static void test_auto_looks_at_what_is_online(void)
{
    const struct {
        int n, core, cache, cell;
        const char *offline;
        Level level;
    } hosts[] = {
        { 32, 2, 8, 32, "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31", LEVEL_PCPU },
        { 32, 2, 8, 16, "16-31", LEVEL_CACHE },
        { 32, 2, 8, 16, "0-15,24-31", LEVEL_HOST },
        { 32, 2, 8, 16, "1-15", LEVEL_CELL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        Fixture f = set_up(hosts[i].n, hosts[i].core, hosts[i].cache, hosts[i].cell);

        set_offline(&f, hosts[i].offline);
        make(&f, "auto");
        g_assert_cmpint(f.places.level, ==, hosts[i].level);
        tear_down(&f);
    }
}

static void test_pins_are_held_by_the_place_they_lie_in(void)
{
    Fixture f = set_up(8, 1, 4, 8);

    make(&f, "cache");
    g_assert_cmpint(places_holding(&f.places, set(&f, "5")), ==, 1);
    g_assert_cmpint(places_holding(&f.places, set(&f, "4-7")), ==, 1);
    g_assert_cmpint(places_holding(&f.places, set(&f, "3-4")), ==, -1);
    g_assert_cmpint(places_holding(&f.places, set(&f, "")), ==, -1);
    set_offline(&f, "3,7");
    make(&f, "cache");
    g_assert_cmpint(places_holding(&f.places, set(&f, "3-4,7")), ==, 1);
    g_assert_cmpint(places_holding(&f.places, set(&f, "3,7")), ==, -1);
    g_assert_cmpint(places_holding(&f.places, set(&f, "2,9000")), ==, 0);
    tear_down(&f);
}

static void test_who_runs_where_it_may_not_strays(void)
{
    Fixture f = set_up(8, 1, 4, 8);

    set_offline(&f, "7");
    make(&f, "pcpu");
    g_assert_false(places_stray(&f.places, set(&f, "1"), set(&f, "0-3")));
    g_assert_false(places_stray(&f.places, set(&f, "1,7"), set(&f, "0-3")));
    g_assert_true(places_stray(&f.places, set(&f, "1,4"), set(&f, "0-3")));
    g_assert_true(places_stray(&f.places, set(&f, "7"), set(&f, "0-3")));
    g_assert_true(places_stray(&f.places, set(&f, ""), set(&f, "0-3")));
    tear_down(&f);
}

static void test_places_have_names(void)
{
    Fixture f = set_up(8, 1, 4, 8);
    g_autoptr(GString) text = g_string_new(NULL);

    make(&f, "cache");
    places_name(&f.places, 1, text);
    g_string_append(text, "; ");
    places_name(&f.places, -1, text);
    make(&f, "pcpu");
    g_string_append(text, "; ");
    places_name(&f.places, 3, text);
    g_assert_cmpstr(text->str, ==, "pCPUs 4-7; anywhere; pCPU 3");
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/places/granularities-read-as-written",
                    test_granularities_read_as_written);
    g_test_add_func("/places/a-level-is-what-shares-it",
                    test_places_of_a_level_are_what_shares_it);
    g_test_add_func("/places/a-number-is-so-many-cpus-in-a-row",
                    test_a_number_is_so_many_cpus_in_a_row);
    g_test_add_func("/places/none-without-a-cpu-online",
                    test_places_without_a_cpu_online_are_none);
    g_test_add_func("/places/auto-is-as-wide-as-locality-allows",
                    test_auto_is_as_wide_as_locality_allows);
    g_test_add_func("/places/auto-looks-at-what-is-online",
                    test_auto_looks_at_what_is_online);
    g_test_add_func("/places/pins-are-held-by-the-place-they-lie-in",
                    test_pins_are_held_by_the_place_they_lie_in);
    g_test_add_func("/places/who-runs-where-it-may-not-strays",
                    test_who_runs_where_it_may_not_strays);
    g_test_add_func("/places/have-names", test_places_have_names);
    return g_test_run();
}
