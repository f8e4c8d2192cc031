/* test_baseline.c - does each rule do what it says, and no more? */
#include "plan/baseline/baseline.h"
#include "support/scene.h"

/* ── a table to play on ───────────────────────────────────────────────────── */

typedef struct {
    Places places;
    Policy policy;
    int *placement;
    Table table;
} Game;

static int place_in_force(const Places *places, const CpuSet *pins)
{
    for (int p = 0; p < places->n_places; p++)
        if (cpuset_within(pins, places->places[p].cpus))
            return p;
    return -1;
}

static void sit_down(Game *game, const Scene *scene, Granularity granularity)
{
    const Snapshot *snapshot = &scene->snapshot;

    *game = (Game){ .policy = policy_default };
    game->policy.granularity = granularity;
    places_make(scene->topology, granularity, &game->places);
    game->placement = g_new(int, snapshot->n_vcpus);
    for (int v = 0; v < snapshot->n_vcpus; v++)
        game->placement[v] = place_in_force(&game->places, snapshot->vcpus[v].pins);
    game->table = (Table){ snapshot, &game->places, &game->policy, game->placement };
}

static void game_clear(Game *game)
{
    places_clear(&game->places);
    g_free(game->placement);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Game, game_clear)

typedef void (*RuleFunc)(const Table *table);

/* Plays one period on single CPUs and says where everybody is: "0 1 -" where the third
 * floats. */
static char *after(RuleFunc rule, const Scene *scene)
{
    g_auto(Game) game = { 0 };
    GString *out = g_string_new(NULL);

    sit_down(&game, scene, (Granularity){ .level = LEVEL_PCPU });
    rule(&game.table);
    for (int v = 0; v < scene->snapshot.n_vcpus; v++)
        g_string_append_printf(out, game.placement[v] < 0 ? "- " : "%d ",
                               game.placement[v]);
    g_string_truncate(out, out->len > 0 ? out->len - 1 : 0);
    return g_string_free(out, FALSE);
}

#define assert_after(rule, scene, expected)                                            \
    do {                                                                               \
        g_autofree char *got = after(rule, scene);                                     \
                                                                                       \
        g_assert_cmpstr(got, ==, expected);                                            \
    } while (0)

/* vCPUs that want these, all on @pcpu. */
static void several(Scene *scene, int pcpu, const char *loads)
{
    g_auto(GStrv) each = g_strsplit(loads, " ", -1);

    for (char **load = each; *load; load++)
        a_vcpu(scene, pcpu, atoi(*load));
}

/* ── greedy ───────────────────────────────────────────────────────────────── */

static void test_greedy_lets_be_what_is_even_to_five_points(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "300 250");
    several(scene, 1, "450");
    assert_after(baseline_greedy, scene, "0 0 1"); /* 55 and 45: sigma is 5 */
    wants(scene, 0, 302);
    assert_after(baseline_greedy, scene, "1 1 0");
}

static void test_greedy_takes_the_heaviest_first_to_the_freest(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "200 300 400 500");
    assert_after(baseline_greedy, scene, "0 1 1 0");
}

static void test_greedy_breaks_ties_by_number(void)
{
    g_autoptr(Scene) scene = a_host(3);

    several(scene, 2, "400 400 400");
    assert_after(baseline_greedy, scene, "0 1 2");
}

static void test_greedy_deals_the_idle_to_one_place(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 1, "0 400 0 400");
    assert_after(baseline_greedy, scene, "0 0 0 1");
}

static void test_greedy_sees_work_that_is_not_ours(void)
{
    g_autoptr(Scene) scene = a_host(2);

    foreign_load(scene, 0, 900);
    several(scene, 0, "400 400");
    assert_after(baseline_greedy, scene, "1 1");
}

static void test_greedy_fills_a_larger_cpu_further(void)
{
    g_autoptr(Scene) scene = a_host(2);

    scene->topology->pcpus[0].capacity = 400;
    several(scene, 0, "300 300 300");
    assert_after(baseline_greedy, scene, "0 1 1"); /* 75 % and 60 % */
}

static void test_greedy_pins_what_floats(void)
{
    g_autoptr(Scene) scene = a_host(2);
    int first = a_vm(scene, 2);

    for (int v = first; v < first + 2; v++) {
        wants(scene, v, 600);
        runs_on(scene, v, 1);
    }
    assert_after(baseline_greedy, scene, "0 1");
}

/* ── hotcold ──────────────────────────────────────────────────────────────── */

static void test_hotcold_moves_one_a_period(void)
{
    g_autoptr(Scene) scene = a_host(3);

    several(scene, 1, "200 200 200 200");
    assert_after(baseline_hotcold, scene, "0 1 1 1");
}

static void test_hotcold_lets_ten_points_be(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "300 50 50");
    several(scene, 1, "300");
    assert_after(baseline_hotcold, scene, "0 0 0 1");
    wants(scene, 0, 301);
    assert_after(baseline_hotcold, scene, "0 1 0 1");
}

static void test_hotcold_leaves_a_lone_one_alone(void)
{
    g_autoptr(Scene) scene = a_host(3);

    several(scene, 0, "900 0");
    several(scene, 1, "200 200");
    assert_after(baseline_hotcold, scene, "0 0 1 1");
}

static void test_hotcold_moves_the_one_that_evens_out_most(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "100 450 250 200");
    several(scene, 1, "200");
    assert_after(baseline_hotcold, scene, "0 1 0 0 1");
}

static void test_hotcold_does_not_turn_a_gap_around(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "500 500");
    several(scene, 1, "600");
    assert_after(baseline_hotcold, scene, "0 0 1");
}

static void test_hotcold_takes_the_freest_an_owner_allows(void)
{
    g_autoptr(Scene) scene = a_host(4);

    several(scene, 0, "300 300 300");
    several(scene, 1, "100");
    several(scene, 2, "50");
    for (int v = 0; v < 3; v++)
        allow(scene, v, "0-2");
    assert_after(baseline_hotcold, scene, "2 0 0 1 2");
}

/* ── average ──────────────────────────────────────────────────────────────── */

static void test_average_lets_be_what_is_within_its_threshold(void)
{
    g_autoptr(Scene) scene = a_host(2);
    g_auto(Game) game = { 0 };

    several(scene, 0, "250 250 100");
    several(scene, 1, "200");
    sit_down(&game, scene, (Granularity){ .level = LEVEL_PCPU });
    game.policy.average_threshold = 20;
    baseline_average(&game.table);
    g_assert_cmpint(game.placement[0], ==, 0);
    game.policy.average_threshold = 19;
    baseline_average(&game.table);
    g_assert_cmpint(game.placement[0], ==, 1);
}

static void test_average_sends_the_heavy_to_where_most_is_missing(void)
{
    g_autoptr(Scene) scene = a_host(3);

    several(scene, 0, "100 300 200 300");
    several(scene, 1, "200");
    assert_after(baseline_average, scene, "0 2 1 0 1");
}

static void test_average_evens_out_everything_in_one_period(void)
{
    g_autoptr(Scene) scene = a_host(4);

    several(scene, 0, "400 400 400 400 400 400 400 400");
    assert_after(baseline_average, scene, "1 2 3 1 2 3 0 0");
}

static void test_average_keeps_those_who_would_change_little(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "9 9 991");
    assert_after(baseline_average, scene, "0 0 1");
    several(scene, 1, "800"); /* 101 beside 80: the target is 90 */
    assert_after(baseline_average, scene, "0 0 0 1");
}

static void test_average_leaves_alone_what_is_heavier_than_the_target(void)
{
    g_autoptr(Scene) scene = a_host(4);

    several(scene, 0, "1000");
    several(scene, 1, "10");
    assert_after(baseline_average, scene, "0 1");
}

/* ── unit ─────────────────────────────────────────────────────────────────── */

/* Which of several alike goes is the engine's to say, how many is not. */
static int n_units_on(const Scene *scene, int place)
{
    g_auto(Game) game = { 0 };
    int n = 0;

    sit_down(&game, scene, (Granularity){ .level = LEVEL_PCPU });
    baseline_unit(&game.table);
    for (int v = 0; v < scene->snapshot.n_vcpus; v++)
        n += game.placement[v] == place;
    return n;
}

static void test_unit_gives_each_its_share_of_heads(void)
{
    g_autoptr(Scene) scene = a_host(4);

    several(scene, 0, "400 400 400 400 400 400 400 400");
    for (int p = 0; p < 4; p++)
        g_assert_cmpint(n_units_on(scene, p), ==, 2);
}

static void test_unit_is_blind_to_load(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "1000 1000");
    several(scene, 1, "100 100");
    assert_after(baseline_unit, scene, "0 0 1 1");
}

static void test_unit_moves_for_more_than_its_penalty(void)
{
    g_autoptr(Scene) scene = a_host(2);

    /* Five heads: a third costs 90 points here, and would cost 75 there. */
    several(scene, 0, "300 300 300");
    several(scene, 1, "250 250");
    g_assert_cmpint(n_units_on(scene, 1), ==, 3);
    /* 84 there, which is less by less than ten. */
    wants(scene, 3, 280);
    wants(scene, 4, 280);
    g_assert_cmpint(n_units_on(scene, 1), ==, 2);
}

static void test_unit_is_at_rest_when_all_are_alike(void)
{
    g_autoptr(Scene) scene = a_host(4);

    for (int v = 0; v < 9; v++)
        a_vcpu(scene, v % 4, 400);
    assert_after(baseline_unit, scene, "0 1 2 3 0 1 2 3 0");
}

static void test_unit_counts_those_it_must_not_touch(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "400 400 400 400");
    hold(scene, 0);
    hold(scene, 1);
    assert_after(baseline_unit, scene, "0 0 1 1");
}

static void test_unit_goes_over_the_share_where_owners_want_it(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 1, "400 400 400 400");
    for (int v = 0; v < 3; v++)
        allow(scene, v, "1");
    assert_after(baseline_unit, scene, "1 1 1 0");
}

/* ── count ────────────────────────────────────────────────────────────────── */

static void test_count_sends_half_the_difference(void)
{
    g_autoptr(Scene) scene = a_host(3);

    several(scene, 1, "1 1 1 1 1 1 1");
    several(scene, 2, "1000");
    assert_after(baseline_count, scene, "0 0 0 1 1 1 1 2");
}

static void test_count_is_blind_to_load(void)
{
    g_autoptr(Scene) scene = a_host(2);

    several(scene, 0, "1000 1000");
    several(scene, 1, "0 0 0");
    assert_after(baseline_count, scene, "0 0 1 1 1");
}

static void test_count_gives_a_larger_cpu_more_heads(void)
{
    g_autoptr(Scene) scene = a_host(2);

    scene->topology->pcpus[1].capacity = 500;
    several(scene, 1, "1 1 1 1 1 1");
    assert_after(baseline_count, scene, "0 0 0 0 1 1");
}

/* ── all of them ──────────────────────────────────────────────────────────── */

typedef struct {
    const char *name;
    RuleFunc play;
} NamedRule;

static const NamedRule rules[] = {
    { "greedy", baseline_greedy },   { "hotcold", baseline_hotcold },
    { "average", baseline_average }, { "unit", baseline_unit },
    { "count", baseline_count },
};

static void test_touches_no_busy_vm(const void *argument)
{
    const NamedRule *rule = argument;
    g_autoptr(Scene) scene = a_host(4);

    several(scene, 0, "400 400 400 400");
    for (int v = 0; v < 4; v++)
        hold(scene, v);
    assert_after(rule->play, scene, "0 0 0 0");
}

static void test_keeps_to_what_owners_allow(const void *argument)
{
    const NamedRule *rule = argument;
    g_autoptr(Scene) scene = a_host(4);

    several(scene, 1, "400 400 400 400");
    for (int v = 0; v < 4; v++)
        allow(scene, v, "1");
    assert_after(rule->play, scene, "1 1 1 1");
}

static void test_takes_a_place_for_a_cpu(const void *argument)
{
    const NamedRule *rule = argument;
    g_autoptr(Scene) scene = a_host(4);
    g_auto(Game) game = { 0 };
    int n_moved = 0;

    several(scene, 0, "400 400");
    several(scene, 1, "400 400");
    sit_down(&game, scene, (Granularity){ .level = LEVEL_RUN, .n_cpus = 2 });
    rule->play(&game.table);
    for (int v = 0; v < 4; v++)
        n_moved += game.placement[v] == 1;
    g_assert_cmpint(n_moved, ==, rule->play == baseline_hotcold ? 1 : 2);
}

static void test_plays_on_an_empty_host(const void *argument)
{
    const NamedRule *rule = argument;
    g_autoptr(Scene) scene = a_host(1);

    assert_after(rule->play, scene, "");
}

static void add_for_rules(const char *claim, GTestDataFunc test)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autofree char *path =
            g_strdup_printf("/baseline/%s/%s", rules[i].name, claim);

        g_test_add_data_func(path, &rules[i], test);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/baseline/greedy/lets-be-what-is-even-to-five-points",
                    test_greedy_lets_be_what_is_even_to_five_points);
    g_test_add_func("/baseline/greedy/takes-the-heaviest-first-to-the-freest",
                    test_greedy_takes_the_heaviest_first_to_the_freest);
    g_test_add_func("/baseline/greedy/breaks-ties-by-number",
                    test_greedy_breaks_ties_by_number);
    g_test_add_func("/baseline/greedy/deals-the-idle-to-one-place",
                    test_greedy_deals_the_idle_to_one_place);
    g_test_add_func("/baseline/greedy/sees-work-that-is-not-ours",
                    test_greedy_sees_work_that_is_not_ours);
    g_test_add_func("/baseline/greedy/fills-a-larger-cpu-further",
                    test_greedy_fills_a_larger_cpu_further);
    g_test_add_func("/baseline/greedy/pins-what-floats", test_greedy_pins_what_floats);
    g_test_add_func("/baseline/hotcold/moves-one-a-period",
                    test_hotcold_moves_one_a_period);
    g_test_add_func("/baseline/hotcold/lets-ten-points-be",
                    test_hotcold_lets_ten_points_be);
    g_test_add_func("/baseline/hotcold/leaves-a-lone-one-alone",
                    test_hotcold_leaves_a_lone_one_alone);
    g_test_add_func("/baseline/hotcold/moves-the-one-that-evens-out-most",
                    test_hotcold_moves_the_one_that_evens_out_most);
    g_test_add_func("/baseline/hotcold/does-not-turn-a-gap-around",
                    test_hotcold_does_not_turn_a_gap_around);
    g_test_add_func("/baseline/hotcold/takes-the-freest-an-owner-allows",
                    test_hotcold_takes_the_freest_an_owner_allows);
    g_test_add_func("/baseline/average/lets-be-what-is-within-its-threshold",
                    test_average_lets_be_what_is_within_its_threshold);
    g_test_add_func("/baseline/average/sends-the-heavy-to-where-most-is-missing",
                    test_average_sends_the_heavy_to_where_most_is_missing);
    g_test_add_func("/baseline/average/evens-out-everything-in-one-period",
                    test_average_evens_out_everything_in_one_period);
    g_test_add_func("/baseline/average/keeps-those-who-would-change-little",
                    test_average_keeps_those_who_would_change_little);
    g_test_add_func("/baseline/average/leaves-alone-what-is-heavier-than-the-target",
                    test_average_leaves_alone_what_is_heavier_than_the_target);
    g_test_add_func("/baseline/unit/gives-each-its-share-of-heads",
                    test_unit_gives_each_its_share_of_heads);
    g_test_add_func("/baseline/unit/is-blind-to-load", test_unit_is_blind_to_load);
    g_test_add_func("/baseline/unit/moves-for-more-than-its-penalty",
                    test_unit_moves_for_more_than_its_penalty);
    g_test_add_func("/baseline/unit/is-at-rest-when-all-are-alike",
                    test_unit_is_at_rest_when_all_are_alike);
    g_test_add_func("/baseline/unit/counts-those-it-must-not-touch",
                    test_unit_counts_those_it_must_not_touch);
    g_test_add_func("/baseline/unit/goes-over-the-share-where-owners-want-it",
                    test_unit_goes_over_the_share_where_owners_want_it);
    g_test_add_func("/baseline/count/sends-half-the-difference",
                    test_count_sends_half_the_difference);
    g_test_add_func("/baseline/count/is-blind-to-load", test_count_is_blind_to_load);
    g_test_add_func("/baseline/count/gives-a-larger-cpu-more-heads",
                    test_count_gives_a_larger_cpu_more_heads);
    add_for_rules("touches-no-busy-vm", test_touches_no_busy_vm);
    add_for_rules("keeps-to-what-owners-allow", test_keeps_to_what_owners_allow);
    add_for_rules("takes-a-place-for-a-cpu", test_takes_a_place_for_a_cpu);
    add_for_rules("plays-on-an-empty-host", test_plays_on_an_empty_host);
    return g_test_run();
}
