/*
 * test_verify.c - the judges must see what is wrong.
 *
 * First each fault by hand, in the smallest network that can have it; then
 * thousands of faults planted at random in flows that were sound before.
 */
#include "graph/flow.h"
#include "support/watched.h"
#include "support/world.h"

#include <glib.h>
#include <string.h>
#include <sys/resource.h>

static void force(Network *net, ArcIx a, int64_t flow)
{
    int64_t capacity = network_capacity(net, a);

    net->arcs[a].room = capacity - flow;
    net->arcs[a + 1].room = flow;
}

/* ── by hand ──────────────────────────────────────────────────────────────── */

/* 0 → 1 twice, for 9 and for 1, and 1 → 2: room for one unit on each. */
enum { DEAR = 0, CHEAP = 2, LAST = 4 };

static void lay_out_choice(Network *net)
{
    g_assert_true(network_reset(net, 3, 3));
    network_add_edge(net, 0, 1, 1, 9);
    network_add_edge(net, 0, 1, 1, 1);
    network_add_edge(net, 1, 2, 1, 0);
    net->price[0] = 0;
    net->price[1] = 1;
    net->price[2] = 1;
}

static void lay_out_good_choice(Network *net)
{
    lay_out_choice(net);
    force(net, CHEAP, 1);
    force(net, LAST, 1);
}

static void assert_both_say(const Network *net, FlowFault fault)
{
    g_assert_cmpint(flow_verify(net, 0, net->n_nodes - 1), ==, fault);
    g_assert_cmpint(flow_certify(net, 0, net->n_nodes - 1), ==, fault);
}

static void test_a_good_flow_is_sound(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_good_choice(&net);
    assert_both_say(&net, FLOW_SOUND);
    network_clear(&net);
}

static void test_pairs_that_disagree_are_seen(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_good_choice(&net);
    net.arcs[CHEAP].cost++;
    assert_both_say(&net, FLOW_BAD_PAIR);
    lay_out_good_choice(&net);
    force(&net, CHEAP, 2);
    force(&net, LAST, 2);
    assert_both_say(&net, FLOW_BAD_PAIR);
    lay_out_good_choice(&net);
    force(&net, DEAR, -1);
    assert_both_say(&net, FLOW_BAD_PAIR);
    network_clear(&net);
}

static void test_a_node_that_gains_or_loses_is_seen(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_choice(&net);
    force(&net, CHEAP, 1);
    assert_both_say(&net, FLOW_NOT_CONSERVED);
    lay_out_choice(&net);
    force(&net, LAST, 1);
    assert_both_say(&net, FLOW_NOT_CONSERVED);
    network_clear(&net);
}

/* Two nodes whose gains would cancel in a sum over all, and in 64 bits alone. */
static void test_gains_do_not_hide_each_other(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 4, 9));
    memset(net.price, 0, 4 * sizeof *net.price);
    network_add_edge(&net, 1, 2, 1, 0);
    force(&net, 0, 1);
    assert_both_say(&net, FLOW_NOT_CONSERVED);

    g_assert_true(network_reset(&net, 4, 16));
    for (int e = 0; e < 16; e++)
        force(&net, network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 0),
              FLOW_CAPACITY_MAX);
    assert_both_say(&net, FLOW_NOT_CONSERVED);
    network_clear(&net);
}

static void test_a_flow_that_could_be_larger_is_seen(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_choice(&net);
    assert_both_say(&net, FLOW_NOT_MAXIMUM);
    network_clear(&net);
}

static void test_a_flow_that_could_be_cheaper_is_seen(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_good_choice(&net);
    force(&net, CHEAP, 0);
    force(&net, DEAR, 1);
    g_assert_cmpint(flow_verify(&net, 0, 2), ==, FLOW_NOT_CHEAPEST);
    g_assert_cmpint(flow_certify(&net, 0, 2), ==, FLOW_BAD_PRICE);
    network_clear(&net);
}

static void test_a_cycle_far_from_everything_is_seen(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 50, 3));
    network_add_edge(&net, 20, 30, 1, 1);
    network_add_edge(&net, 30, 40, 1, 1);
    network_add_edge(&net, 40, 20, 1, -2);
    g_assert_cmpint(flow_verify(&net, 0, 49), ==, FLOW_SOUND);
    network_set_cost(&net, 4, -3);
    g_assert_cmpint(flow_verify(&net, 0, 49), ==, FLOW_NOT_CHEAPEST);

    g_assert_true(network_reset(&net, 2, 1));
    network_add_edge(&net, 1, 1, 1, -1);
    g_assert_cmpint(flow_verify(&net, 0, 1), ==, FLOW_NOT_CHEAPEST);
    network_clear(&net);
}

static void test_wrong_prices_are_seen(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_good_choice(&net);
    net.price[2] = 10;
    net.price[1] = 9;
    g_assert_cmpint(flow_certify(&net, 0, 2), ==, FLOW_SOUND);
    net.price[1] = 10;
    g_assert_cmpint(flow_certify(&net, 0, 2), ==, FLOW_BAD_PRICE);
    net.price[1] = 0;
    g_assert_cmpint(flow_certify(&net, 0, 2), ==, FLOW_BAD_PRICE);
    net.price[1] = INT64_MIN;
    net.price[0] = INT64_MAX;
    g_assert_cmpint(flow_certify(&net, 0, 2), ==, FLOW_BAD_PRICE);
    g_assert_cmpint(flow_verify(&net, 0, 2), ==, FLOW_SOUND);
    network_clear(&net);
}

/* Address space is the one kind of memory that can be taken away for a moment.
 * Sanitizers would die of it. */
static void test_without_memory_nothing_is_judged(void)
{
    const int32_t many = 1 << 22;
    Network net = NETWORK_EMPTY;
    struct rlimit usual, none;
    FlowFault verified, certified;

    if (WATCHED) {
        g_test_skip("the sanitizer needs the memory itself");
        return;
    }
    g_assert_true(network_reset(&net, many, 1));
    memset(net.price, 0, (size_t)many * sizeof *net.price);
    g_assert_cmpint(getrlimit(RLIMIT_AS, &usual), ==, 0);
    none = usual;
    none.rlim_cur = 1 << 20;
    g_assert_cmpint(setrlimit(RLIMIT_AS, &none), ==, 0);
    verified = flow_verify(&net, 0, 1);
    certified = flow_certify(&net, 0, 1);
    g_assert_cmpint(setrlimit(RLIMIT_AS, &usual), ==, 0);

    g_assert_cmpint(verified, ==, FLOW_NO_MEMORY);
    g_assert_cmpint(certified, ==, FLOW_NO_MEMORY);
    assert_both_say(&net, FLOW_SOUND);
    network_clear(&net);
}

static void test_cost_and_value_are_sums(void)
{
    Network net = NETWORK_EMPTY;
    int64_t cost;

    g_assert_true(network_reset(&net, 3, 4));
    force(&net, network_add_edge(&net, 0, 1, 5, 10), 4);
    force(&net, network_add_edge(&net, 1, 0, 5, -3), 1);
    force(&net, network_add_edge(&net, 0, 0, 5, 100), 2);
    force(&net, network_add_edge(&net, 1, 2, 5, 7), 3);
    g_assert_true(flow_cost(&net, &cost));
    g_assert_cmpint(cost, ==, 40 - 3 + 200 + 21);
    g_assert_cmpint(flow_value(&net, 0), ==, 3);
    g_assert_cmpint(flow_value(&net, 1), ==, 0);
    g_assert_cmpint(flow_value(&net, 2), ==, -3);
    network_clear(&net);
}

static void test_a_cost_beyond_64_bits_is_refused(void)
{
    Network net = NETWORK_EMPTY;
    int64_t cost;

    g_assert_true(network_reset(&net, 2, 3));
    force(&net, network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 7), FLOW_CAPACITY_MAX);
    g_assert_true(flow_cost(&net, &cost));
    force(&net, network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 1), FLOW_CAPACITY_MAX);
    g_assert_false(flow_cost(&net, &cost));
    force(&net, network_add_edge(&net, 0, 1, 1, -1), 1);
    g_assert_true(flow_cost(&net, &cost));
    g_assert_cmpint(cost, ==, INT64_MAX);

    g_assert_true(network_reset(&net, 2, 1 << 18));
    for (int e = 0; e < 1 << 18; e++)
        force(&net, network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, FLOW_COST_MAX),
              FLOW_CAPACITY_MAX);
    g_assert_false(flow_cost(&net, &cost));
    network_clear(&net);
}

/* ── at random ────────────────────────────────────────────────────────────── */

enum { ROUNDS = WATCHED ? 1000 : 10000 };

/* A world of any shape, solved, with an edge in it. */
static void draw_solved(World *world)
{
    McmfResult got;

    do
        world_shapes[g_test_rand_int_range(0, n_world_shapes)].draw(world);
    while (world->net.n_arcs == 0);
    got = mcmf_spfa(&world->net, world->source, world->sink, INT64_MAX);
    g_assert_cmpint(got.status, ==, MCMF_OPTIMAL);
    g_assert_true(got.priced);
}

static ArcIx random_edge(const Network *net)
{
    return 2 * g_test_rand_int_range(0, net->n_arcs / 2);
}

static void plant_bad_pair(World *world)
{
    Network *net = &world->net;
    ArcIx a = random_edge(net);
    int64_t amount = g_test_rand_int_range(1, 100);

    switch (g_test_rand_int_range(0, 3)) {
    case 0:
        net->arcs[a].cost += amount;
        break;
    case 1:
        force(net, a, network_capacity(net, a) + amount);
        break;
    default:
        force(net, a, -amount);
        break;
    }
}

static void test_random_bad_pairs_are_seen(void)
{
    World world = WORLD_EMPTY;

    for (int round = 0; round < ROUNDS; round++) {
        draw_solved(&world);
        plant_bad_pair(&world);
        g_assert_cmpint(flow_verify(&world.net, world.source, world.sink), ==,
                        FLOW_BAD_PAIR);
        g_assert_cmpint(flow_certify(&world.net, world.source, world.sink), ==,
                        FLOW_BAD_PAIR);
    }
    world_clear(&world);
}

/* Changes the flow on one edge within its capacity.  False where nothing in the
 * middle notices: on a self loop, between source and sink, without capacity. */
static bool plant_gain(World *world)
{
    Network *net = &world->net;
    ArcIx a = random_edge(net);
    NodeIx from = network_from(net, a), to = net->arcs[a].to;
    int64_t flow = network_flow(net, a);
    bool from_end = from == world->source || from == world->sink;
    bool to_end = to == world->source || to == world->sink;

    if (from == to || (from_end && to_end) || network_capacity(net, a) == 0)
        return false;
    force(net, a, net->arcs[a].room > 0 ? flow + 1 : flow - 1);
    return true;
}

static void test_random_gains_are_seen(void)
{
    World world = WORLD_EMPTY;

    for (int round = 0; round < ROUNDS; round++) {
        draw_solved(&world);
        if (!plant_gain(&world))
            continue;
        g_assert_cmpint(flow_verify(&world.net, world.source, world.sink), ==,
                        FLOW_NOT_CONSERVED);
        g_assert_cmpint(flow_certify(&world.net, world.source, world.sink), ==,
                        FLOW_NOT_CONSERVED);
    }
    world_clear(&world);
}

/* The arcs with room out of @v, one of them at random, or ARC_NONE. */
static ArcIx random_arc_with_room(const Network *net, NodeIx v)
{
    ArcIx chosen = ARC_NONE;
    int n = 0;

    for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next)
        if (net->arcs[a].room > 0 && g_test_rand_int_range(0, ++n) == 0)
            chosen = a;
    return chosen;
}

/* Wanders along arcs with room until it comes by a node again, and sends a unit
 * around the cycle so found: lawful as before, but seldom as cheap.  Sends around
 * nothing where the walk ends in a dead end. */
static void plant_detour(World *world)
{
    Network *net = &world->net;
    g_autofree ArcIx *out = g_new(ArcIx, net->n_nodes);
    NodeIx v = g_test_rand_int_range(0, net->n_nodes), start;

    for (NodeIx u = 0; u < net->n_nodes; u++)
        out[u] = ARC_NONE;
    while (out[v] == ARC_NONE) {
        out[v] = random_arc_with_room(net, v);
        if (out[v] == ARC_NONE)
            return;
        v = net->arcs[out[v]].to;
    }
    start = v;
    do {
        ArcIx a = out[v];

        net->arcs[a].room--;
        net->arcs[arc_reverse(a)].room++;
        v = net->arcs[a].to;
    } while (v != start);
}

static void test_random_detours_are_seen(void)
{
    World world = WORLD_EMPTY;
    int n_dearer = 0;

    for (int round = 0; round < ROUNDS; round++) {
        int64_t before, after;
        bool dearer;

        draw_solved(&world);
        g_assert_true(flow_cost(&world.net, &before));
        plant_detour(&world);
        g_assert_true(flow_cost(&world.net, &after));
        dearer = after > before;
        n_dearer += dearer;
        g_assert_cmpint(flow_verify(&world.net, world.source, world.sink), ==,
                        dearer ? FLOW_NOT_CHEAPEST : FLOW_SOUND);
        g_assert_cmpint(flow_certify(&world.net, world.source, world.sink), ==,
                        dearer ? FLOW_BAD_PRICE : FLOW_SOUND);
    }
    g_assert_cmpint(n_dearer, >, ROUNDS / 10);
    world_clear(&world);
}

/* Takes back one unit of flow, along a random path that carries some.  False where
 * there is none. */
static bool plant_loss(World *world)
{
    Network *net = &world->net;
    NodeIx v = world->source;

    if (flow_value(net, v) <= 0)
        return false;
    while (v != world->sink) {
        ArcIx chosen = ARC_NONE;
        int n = 0;

        for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next)
            if (a % 2 == 0 && network_flow(net, a) > 0 &&
                g_test_rand_int_range(0, ++n) == 0)
                chosen = a;
        force(net, chosen, network_flow(net, chosen) - 1);
        v = net->arcs[chosen].to;
    }
    return true;
}

static void test_random_losses_are_seen(void)
{
    World world = WORLD_EMPTY;

    for (int round = 0; round < ROUNDS; round++) {
        FlowFault verified, certified;

        draw_solved(&world);
        if (!plant_loss(&world))
            continue;
        verified = flow_verify(&world.net, world.source, world.sink);
        g_assert_true(verified == FLOW_NOT_MAXIMUM || verified == FLOW_NOT_CHEAPEST);
        certified = flow_certify(&world.net, world.source, world.sink);
        g_assert_true(certified == FLOW_NOT_MAXIMUM || certified == FLOW_BAD_PRICE);
    }
    world_clear(&world);
}

static void test_random_wrong_prices_are_seen(void)
{
    World world = WORLD_EMPTY;

    for (int round = 0; round < ROUNDS; round++) {
        Network *net = &world.net;
        ArcIx a;
        NodeIx from;

        draw_solved(&world);
        a = random_edge(net) + g_test_rand_int_range(0, 2);
        from = network_from(net, a);
        if (net->arcs[a].room == 0 || from == net->arcs[a].to)
            continue;
        net->price[net->arcs[a].to] =
            net->price[from] + net->arcs[a].cost + g_test_rand_int_range(1, 100);
        g_assert_cmpint(flow_certify(net, world.source, world.sink), ==,
                        FLOW_BAD_PRICE);
        g_assert_cmpint(flow_verify(net, world.source, world.sink), ==, FLOW_SOUND);
    }
    world_clear(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verify/a-good-flow-is-sound", test_a_good_flow_is_sound);
    g_test_add_func("/verify/pairs-that-disagree-are-seen",
                    test_pairs_that_disagree_are_seen);
    g_test_add_func("/verify/a-node-that-gains-or-loses-is-seen",
                    test_a_node_that_gains_or_loses_is_seen);
    g_test_add_func("/verify/gains-do-not-hide-each-other",
                    test_gains_do_not_hide_each_other);
    g_test_add_func("/verify/a-flow-that-could-be-larger-is-seen",
                    test_a_flow_that_could_be_larger_is_seen);
    g_test_add_func("/verify/a-flow-that-could-be-cheaper-is-seen",
                    test_a_flow_that_could_be_cheaper_is_seen);
    g_test_add_func("/verify/a-cycle-far-from-everything-is-seen",
                    test_a_cycle_far_from_everything_is_seen);
    g_test_add_func("/verify/wrong-prices-are-seen", test_wrong_prices_are_seen);
    g_test_add_func("/verify/without-memory-nothing-is-judged",
                    test_without_memory_nothing_is_judged);
    g_test_add_func("/verify/cost-and-value-are-sums", test_cost_and_value_are_sums);
    g_test_add_func("/verify/a-cost-beyond-64-bits-is-refused",
                    test_a_cost_beyond_64_bits_is_refused);
    g_test_add_func("/verify/random-bad-pairs-are-seen",
                    test_random_bad_pairs_are_seen);
    g_test_add_func("/verify/random-gains-are-seen", test_random_gains_are_seen);
    g_test_add_func("/verify/random-detours-are-seen", test_random_detours_are_seen);
    g_test_add_func("/verify/random-losses-are-seen", test_random_losses_are_seen);
    g_test_add_func("/verify/random-wrong-prices-are-seen",
                    test_random_wrong_prices_are_seen);
    return g_test_run();
}
