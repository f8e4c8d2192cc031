/* test_balloon.c - does balloon.c keep the word of plan/balloon.h? */
#include "plan/balloon.h"

#define MIB INT64_C(1024)

enum { VMS_MAX = 8, CELLS_MAX = 2 };

/* ── hosts in a few words ─────────────────────────────────────────────────── */

typedef struct {
    CpuSets *sets;
    Topology *topology;
    SampleCell cells[CELLS_MAX];
    VmMemory vms[VMS_MAX];
    Memory memory;
    BalloonPolicy policy;
    Ballooner *ballooner;
    BalloonPlan plan;
} World;

/* A host of 8 GiB of which @usable MiB are, in @n_cells equal parts. */
static World *a_host(int n_cells, int64_t usable)
{
    World *world = g_new0(World, 1);

    world->sets = cpusets_new();
    world->topology = topology_new(world->sets, n_cells, 1, 1, 1);
    for (int c = 0; c < n_cells; c++)
        world->cells[c] = (SampleCell){ 8192 * MIB / n_cells, usable * MIB / n_cells };
    world->memory = (Memory){ .period_us = 2000000,
                              .vms = world->vms,
                              .topology = world->topology,
                              .n_cells = n_cells,
                              .cells = world->cells };
    world->policy = balloon_policy_default;
    world->ballooner = ballooner_new();
    return world;
}

static void world_free(World *world)
{
    balloon_plan_clear(&world->plan);
    ballooner_free(world->ballooner);
    topology_free(world->topology);
    cpusets_free(world->sets);
    g_free(world);
}

/* One that may have 2 GiB, has @size MiB and leaves @available of them. */
static VmMemory *a_guest(World *world, int64_t size, int64_t available)
{
    VmMemory *vm = &world->vms[world->memory.n_vms++];

    *vm = (VmMemory){ .most = 2048 * MIB,
                      .size = size * MIB,
                      .actual = size * MIB,
                      .used = (size - available) * MIB,
                      .used_of_late = (size - available) * MIB,
                      .home = -1 };
    return vm;
}

static void decide(World *world)
{
    balloon_make(world->ballooner, &world->memory, &world->policy, &world->plan);
}

/* By how many MiB the plan changes @vm. */
static int64_t change_of(const World *world, int vm)
{
    for (guint r = 0; r < world->plan.resizes->len; r++) {
        const Resize *resize = &g_array_index(world->plan.resizes, Resize, r);

        if (resize->vm == vm)
            return (resize->to - resize->from) / MIB;
    }
    return 0;
}

/* ── who gets ─────────────────────────────────────────────────────────────── */

static void between_the_bounds_nothing_happens(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 512, 150);
    a_guest(world, 512, 225);
    a_guest(world, 512, 300);
    decide(world);
    g_assert_cmpint(world->plan.resizes->len, ==, 0);
    world_free(world);
}

static void who_starves_gets_half_way_to_wasting(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 512, 100);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 125);
    world_free(world);
}

static void who_grows_gets_ahead_of_it(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 512, 220)->growth = 100 * MIB;
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 205);
    world_free(world);
}

static void nobody_gets_more_than_he_may_have(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 2000, 10);
    a_guest(world, 2048, 10);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 48);
    g_assert_cmpint(change_of(world, 1), ==, 0);
    world_free(world);
}

/* Of 8 GiB, 5 % are the host's. */
static void the_host_keeps_its_reserve(void)
{
    World *world = a_host(1, 410 + 100);

    a_guest(world, 512, 20);
    a_guest(world, 512, 20);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 50);
    g_assert_cmpint(change_of(world, 1), ==, 50);
    world_free(world);
}

static void what_was_granted_and_not_yet_taken_is_not_granted_twice(void)
{
    World *world = a_host(1, 410 + 100);

    a_guest(world, 512, 225)->actual -= 80 * MIB;
    a_guest(world, 512, 20);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 0);
    g_assert_cmpint(change_of(world, 1), ==, 20);
    world_free(world);
}

static void the_neediest_is_raised_to_the_next_before_both_are(void)
{
    World *world = a_host(1, 410 + 60);

    a_guest(world, 512, 20);
    a_guest(world, 512, 120);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 60);
    g_assert_cmpint(change_of(world, 1), ==, 0);
    world_free(world);
}

static void who_has_priority_is_served_first(void)
{
    World *world = a_host(1, 410 + 60);

    a_guest(world, 512, 50);
    a_guest(world, 512, 50)->priority = 10;
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 0);
    g_assert_cmpint(change_of(world, 1), ==, 60);
    world_free(world);
}

static void memory_of_the_right_cell_is_what_counts(void)
{
    World *world = a_host(2, 410 + 400);
    VmMemory *bound = a_guest(world, 512, 20);

    bound->cells = cpusets_range(world->sets, 1, 1);
    world->cells[1].usable = 205 * MIB + 30 * MIB;
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 30);
    world_free(world);
}

/* ── who gives ────────────────────────────────────────────────────────────── */

static void waste_goes_back_by_quarters(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 1024, 625);
    a_guest(world, 512, 301);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, -100);
    g_assert_cmpint(change_of(world, 1), ==, -19);
    world_free(world);
}

static void the_idlest_gives_first_and_no_more_than_is_wanted(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 512, 100);
    a_guest(world, 2000, 1025);
    a_guest(world, 1100, 1025);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 125);
    g_assert_cmpint(change_of(world, 1), ==, 0);
    g_assert_cmpint(change_of(world, 2), ==, -125);
    world_free(world);
}

/* It cannot be handed on before it is there. */
static void where_the_host_has_nothing_others_give_first(void)
{
    World *world = a_host(1, 410);

    a_guest(world, 512, 100);
    a_guest(world, 2000, 1025);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 0);
    g_assert_cmpint(change_of(world, 1), ==, -125);
    g_assert_cmpint(world->plan.wanted, ==, 125 * MIB);
    g_assert_cmpint(world->plan.lent, <, MIB);
    world_free(world);
}

static void nobody_gives_below_his_floor_or_while_he_grows(void)
{
    World *world = a_host(1, 4096);

    a_guest(world, 1000, 900)->floor = 950 * MIB;
    a_guest(world, 1000, 900)->growth = 10 * MIB;
    a_guest(world, 1000, 900)->used_of_late = 800 * MIB;
    a_guest(world, 1000, 900)->doubt = MEMORY_STALE;
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, -50);
    for (int v = 1; v < 4; v++)
        g_assert_cmpint(change_of(world, v), ==, 0);
    world_free(world);
}

static void a_host_that_tells_nothing_is_left_alone(void)
{
    World *world = a_host(1, 4096);

    world->memory.n_cells = 0;
    a_guest(world, 512, 10);
    a_guest(world, 2000, 1500);
    decide(world);
    g_assert_cmpint(world->plan.resizes->len, ==, 0);
    world_free(world);
}

/* ── policies ─────────────────────────────────────────────────────────────── */

static void a_pair_is_halved(void)
{
    World *world = a_host(1, 4096);

    world->policy.rule = BALLOON_PAIR;
    a_guest(world, 512, 100);
    a_guest(world, 1600, 1500);
    a_guest(world, 1024, 500);
    decide(world);
    g_assert_cmpint(change_of(world, 0), ==, 800);
    g_assert_cmpint(change_of(world, 1), ==, -800);
    g_assert_cmpint(change_of(world, 2), ==, 0);
    world_free(world);
}

static void bounds_that_cross_are_refused(void)
{
    BalloonPolicy policy = balloon_policy_default;

    g_assert_null(balloon_policy_fault(&policy));
    policy.starved = policy.wasteful;
    g_assert_nonnull(balloon_policy_fault(&policy));
    policy = balloon_policy_default;
    policy.floor = -1;
    g_assert_nonnull(balloon_policy_fault(&policy));
    policy = balloon_policy_default;
    policy.reserve_share = 10001;
    g_assert_nonnull(balloon_policy_fault(&policy));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/balloon/between", between_the_bounds_nothing_happens);
    g_test_add_func("/balloon/starved", who_starves_gets_half_way_to_wasting);
    g_test_add_func("/balloon/grows", who_grows_gets_ahead_of_it);
    g_test_add_func("/balloon/most", nobody_gets_more_than_he_may_have);
    g_test_add_func("/balloon/reserve", the_host_keeps_its_reserve);
    g_test_add_func("/balloon/granted",
                    what_was_granted_and_not_yet_taken_is_not_granted_twice);
    g_test_add_func("/balloon/neediest",
                    the_neediest_is_raised_to_the_next_before_both_are);
    g_test_add_func("/balloon/priority", who_has_priority_is_served_first);
    g_test_add_func("/balloon/cells", memory_of_the_right_cell_is_what_counts);
    g_test_add_func("/balloon/waste", waste_goes_back_by_quarters);
    g_test_add_func("/balloon/idlest",
                    the_idlest_gives_first_and_no_more_than_is_wanted);
    g_test_add_func("/balloon/others-first",
                    where_the_host_has_nothing_others_give_first);
    g_test_add_func("/balloon/floor", nobody_gives_below_his_floor_or_while_he_grows);
    g_test_add_func("/balloon/nothing-told", a_host_that_tells_nothing_is_left_alone);
    g_test_add_func("/balloon/pair", a_pair_is_halved);
    g_test_add_func("/balloon/policy", bounds_that_cross_are_refused);
    return g_test_run();
}
