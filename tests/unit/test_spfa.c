/* test_spfa.c - the plain solver: starts, stops, cycles, and numbers too large. */
#include "graph/flow.h"
#include "support/world.h"

#include <glib.h>

static McmfResult solve(Network *net)
{
    return mcmf_spfa(net, 0, net->n_nodes - 1, INT64_MAX);
}

static void assert_sound(const Network *net, McmfResult got)
{
    g_assert_cmpint(got.status, ==, MCMF_OPTIMAL);
    g_assert_true(got.cheapest);
    g_assert_true(got.priced);
    g_assert_cmpint(flow_verify(net, 0, net->n_nodes - 1), ==, FLOW_SOUND);
    g_assert_cmpint(flow_certify(net, 0, net->n_nodes - 1), ==, FLOW_SOUND);
}

static void push_by_hand(Network *net, ArcIx a, int64_t amount)
{
    net->arcs[a].room -= amount;
    net->arcs[arc_reverse(a)].room += amount;
}

/* Two ways from 0 to 3 with a bridge from one to the other; the cheapest path of
 * all must be given up in part for the largest flow. */
static void test_takes_back_what_was_too_greedy(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;
    ArcIx bridge;

    g_assert_true(network_reset(&net, 4, 5));
    network_add_edge(&net, 0, 1, 4, 1);
    network_add_edge(&net, 0, 2, 2, 5);
    bridge = network_add_edge(&net, 1, 2, 2, 1);
    network_add_edge(&net, 1, 3, 3, 6);
    network_add_edge(&net, 2, 3, 4, 1);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.flow, ==, 6);
    g_assert_cmpint(got.cost, ==, 2 * (1 + 1 + 1) + 2 * (5 + 1) + 2 * (1 + 6));
    g_assert_cmpint(network_flow(&net, bridge), ==, 2);
    network_clear(&net);
}

static void test_nothing_to_do_is_optimal(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, 2, 1));
    got = mcmf_spfa(&net, 0, 1, 0);
    assert_sound(&net, got);
    g_assert_cmpint(got.flow, ==, 0);
    g_assert_cmpint(got.cost, ==, 0);
    network_add_edge(&net, 1, 0, 9, -9);
    assert_sound(&net, mcmf_spfa(&net, 0, 1, 1));
    network_clear(&net);
}

static void test_never_relaxes_beyond_the_budget(void)
{
    World world = WORLD_EMPTY, copy = WORLD_EMPTY;
    McmfResult whole, got;

    do
        world_draw_full(&world);
    while (world.net.n_nodes < 20);
    world_copy(&world, &copy);
    whole = mcmf_spfa(&copy.net, copy.source, copy.sink, INT64_MAX);
    for (int64_t part = 0; part <= 100; part++) {
        int64_t budget = whole.relaxations * part / 100;

        world_copy(&world, &copy);
        got = mcmf_spfa(&copy.net, copy.source, copy.sink, budget);
        g_assert_cmpint(got.relaxations, ==, budget);
        g_assert_cmpint(got.status, ==,
                        budget < whole.relaxations ? MCMF_CUT_SHORT : MCMF_OPTIMAL);
    }
    world_clear(&world);
    world_clear(&copy);
}

static void test_goes_on_where_it_was_cut_short(void)
{
    World world = WORLD_EMPTY, copy = WORLD_EMPTY;
    McmfResult whole, part = { .status = MCMF_CUT_SHORT };
    int64_t flow = 0;

    do
        world_draw_full(&world);
    while (world.net.n_nodes < 20);
    world_copy(&world, &copy);
    whole = mcmf_spfa(&copy.net, copy.source, copy.sink, INT64_MAX);
    for (int64_t budget = 1; part.status == MCMF_CUT_SHORT; budget *= 2) {
        part = mcmf_spfa(&world.net, world.source, world.sink, budget);
        g_assert_cmpint(part.flow, >=, flow);
        flow = part.flow;
    }
    g_assert_cmpint(part.status, ==, MCMF_OPTIMAL);
    g_assert_cmpint(part.flow, ==, whole.flow);
    g_assert_cmpint(part.cost, ==, whole.cost);
    world_clear(&world);
    world_clear(&copy);
}

enum { N_ROWS = 12, N_PLACES = 4 };

/* Every row may go to every place; place p takes one unit at each of the prices 0,
 * 10, 20 …  Row r is at home in place r % 2, so half of the places are crowded. */
static void lay_out_crowd(Network *net, bool at_home)
{
    NodeIx row = 1, place = row + N_ROWS, sink = place + N_PLACES;
    int arrived[N_PLACES] = { 0 };
    ArcIx step[N_PLACES][N_ROWS];

    g_assert_true(network_reset(net, sink + 1, N_ROWS * (1 + 2 * N_PLACES)));
    for (int p = 0; p < N_PLACES; p++)
        for (int i = 0; i < N_ROWS; i++)
            step[p][i] = network_add_edge(net, place + p, sink, 1, 10 * i);
    for (int r = 0; r < N_ROWS; r++) {
        int home = r % 2;
        ArcIx in = network_add_edge(net, 0, row + r, 1, 0);

        for (int p = 0; p < N_PLACES; p++) {
            ArcIx to = network_add_edge(net, row + r, place + p, 1, p == home ? 0 : 3);

            if (!at_home || p != home)
                continue;
            push_by_hand(net, in, 1);
            push_by_hand(net, to, 1);
            push_by_hand(net, step[p][arrived[p]++], 1);
        }
    }
}

static void test_starts_from_everybody_stays(void)
{
    Network cold = NETWORK_EMPTY, warm = NETWORK_EMPTY;
    McmfResult from_nothing, from_home;

    lay_out_crowd(&cold, false);
    from_nothing = solve(&cold);
    assert_sound(&cold, from_nothing);

    lay_out_crowd(&warm, true);
    g_assert_cmpint(flow_verify(&warm, 0, warm.n_nodes - 1), ==, FLOW_NOT_CHEAPEST);
    from_home = solve(&warm);
    assert_sound(&warm, from_home);
    g_assert_cmpint(from_home.flow, ==, N_ROWS);
    g_assert_cmpint(from_home.cost, ==, from_nothing.cost);

    from_home = solve(&warm);
    assert_sound(&warm, from_home);
    g_assert_cmpint(from_home.augmentations, ==, 0);
    network_clear(&cold);
    network_clear(&warm);
}

/* However early it stops, everybody is still somewhere, and no worse off. */
static void test_cut_short_from_home_only_improves(void)
{
    Network net = NETWORK_EMPTY;
    int64_t at_home;
    McmfResult got = { .status = MCMF_CUT_SHORT };

    lay_out_crowd(&net, true);
    g_assert_true(flow_cost(&net, &at_home));
    for (int64_t budget = 0; got.status == MCMF_CUT_SHORT; budget++) {
        lay_out_crowd(&net, true);
        got = mcmf_spfa(&net, 0, net.n_nodes - 1, budget);
        g_assert_cmpint(got.flow, ==, N_ROWS);
        g_assert_cmpint(got.cost, <=, at_home);
        g_assert_cmpint(flow_value(&net, 0), ==, N_ROWS);
        if (got.cheapest)
            g_assert_cmpint(flow_verify(&net, 0, net.n_nodes - 1), ==, FLOW_SOUND);
    }
    network_clear(&net);
}

static void test_starts_from_flow_that_runs_backwards(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;
    ArcIx back;

    g_assert_true(network_reset(&net, 2, 2));
    network_add_edge(&net, 0, 1, 2, 10);
    back = network_add_edge(&net, 1, 0, 5, 1);
    push_by_hand(&net, back, 5);
    got = mcmf_spfa(&net, 0, 1, 0);
    g_assert_cmpint(got.flow, ==, -5);
    g_assert_cmpint(got.cost, ==, 5);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.flow, ==, 2);
    g_assert_cmpint(got.cost, ==, 20);
    network_clear(&net);
}

static void test_fills_a_cycle_no_path_comes_near(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, 5, 4));
    network_add_edge(&net, 0, 4, 1, 2);
    network_add_edge(&net, 1, 2, 7, 5);
    network_add_edge(&net, 2, 3, FLOW_UNLIMITED, -4);
    network_add_edge(&net, 3, 1, 3, -2);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.flow, ==, 1);
    g_assert_cmpint(got.cost, ==, 2 - 3);
    network_clear(&net);
}

static void test_fills_a_cheap_self_loop(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, 2, 4));
    network_add_edge(&net, 0, 0, 3, -7);
    network_add_edge(&net, 1, 1, 2, -1);
    network_add_edge(&net, 1, 1, 2, 1);
    network_add_edge(&net, 1, 1, FLOW_UNLIMITED, 0);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.flow, ==, 0);
    g_assert_cmpint(got.cost, ==, -23);
    network_clear(&net);
}

static void test_budget_may_end_among_the_cycles(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, 2, 2));
    network_add_edge(&net, 0, 1, 1, 1);
    network_add_edge(&net, 1, 1, 3, -7);
    got = mcmf_spfa(&net, 0, 1, 0);
    g_assert_cmpint(got.status, ==, MCMF_CUT_SHORT);
    g_assert_false(got.cheapest);
    g_assert_false(got.priced);
    g_assert_cmpint(flow_verify(&net, 0, 1), ==, FLOW_NOT_CHEAPEST);
    network_clear(&net);
}

static void test_an_unlimited_cycle_is_unbounded(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 4, 4));
    network_add_edge(&net, 0, 3, 1, 1);
    network_add_edge(&net, 1, 2, FLOW_UNLIMITED, -5);
    network_add_edge(&net, 2, 1, FLOW_UNLIMITED, 5);
    assert_sound(&net, solve(&net));
    network_set_cost(&net, 4, 4);
    g_assert_cmpint(solve(&net).status, ==, MCMF_UNBOUNDED);

    g_assert_true(network_reset(&net, 2, 1));
    network_add_edge(&net, 1, 1, FLOW_UNLIMITED, -1);
    g_assert_cmpint(solve(&net).status, ==, MCMF_UNBOUNDED);
    g_assert_true(network_reset(&net, 2, 1));
    network_add_edge(&net, 1, 1, FLOW_CAPACITY_MAX, -1);
    g_assert_cmpint(solve(&net).cost, ==, -FLOW_CAPACITY_MAX);
    network_clear(&net);
}

/* Flow that unlimited edges carry already does not hide that they have no end. */
static void test_flow_does_not_bound_an_unlimited_cycle(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 3, 3));
    network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 0);
    network_add_edge(&net, 1, 2, FLOW_UNLIMITED, 3);
    network_add_edge(&net, 2, 1, FLOW_UNLIMITED, -3);
    assert_sound(&net, solve(&net));
    g_assert_cmpint(network_flow(&net, 2), ==, FLOW_CAPACITY_MAX);
    network_set_cost(&net, 4, -4);
    g_assert_cmpint(solve(&net).status, ==, MCMF_UNBOUNDED);
    network_clear(&net);
}

static void test_an_unlimited_path_is_unbounded(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 3, 2));
    network_add_edge(&net, 0, 1, FLOW_UNLIMITED, 1);
    network_add_edge(&net, 1, 2, FLOW_UNLIMITED, 1);
    g_assert_cmpint(solve(&net).status, ==, MCMF_UNBOUNDED);
    network_clear(&net);
}

static void test_paths_that_may_overflow_are_too_wide(void)
{
    const int32_t widest = (int32_t)(FLOW_PATH_MAX / FLOW_COST_MAX);
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, widest, widest - 1));
    for (NodeIx v = 0; v < widest - 1; v++)
        network_add_edge(&net, v, v + 1, 7, v % 2 ? FLOW_COST_MAX : -FLOW_COST_MAX);
    assert_sound(&net, solve(&net));

    g_assert_true(network_reset(&net, widest + 1, 1));
    network_add_edge(&net, 0, widest, 1, FLOW_COST_MAX);
    g_assert_cmpint(solve(&net).status, ==, MCMF_TOO_WIDE);
    network_clear(&net);
}

static void test_longest_dearest_paths_do_not_overflow(void)
{
    const int32_t widest = (int32_t)(FLOW_PATH_MAX / FLOW_COST_MAX);
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, widest, 2 * widest));
    for (int64_t sign = -1; sign <= 1; sign += 2)
        for (NodeIx v = 0; v < widest - 1; v++)
            network_add_edge(&net, v, v + 1, 1, sign * FLOW_COST_MAX);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.flow, ==, 2);
    g_assert_cmpint(got.cost, ==, 0);
    network_clear(&net);
}

/* Each loop lets the price of its node sink by the dearest path there could be. */
static void test_prices_do_not_sink_without_end(void)
{
    const int32_t widest = (int32_t)(FLOW_PATH_MAX / FLOW_COST_MAX);
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, widest, 100));
    for (int e = 0; e < 99; e++)
        network_add_edge(&net, 1, 1, 1, -FLOW_COST_MAX);
    network_add_edge(&net, 0, widest - 1, 1, FLOW_COST_MAX);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.cost, ==, -98 * FLOW_COST_MAX);
    for (NodeIx v = 0; v < widest; v++)
        g_assert_cmpint(ABS(net.price[v]), <=, 4 * FLOW_PATH_MAX);
    network_clear(&net);
}

static void test_a_cost_that_overflows_is_too_wide(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, 3, 3));
    network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 7);
    network_add_edge(&net, 1, 2, FLOW_CAPACITY_MAX, 0);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.cost, ==, 7 * FLOW_CAPACITY_MAX);
    network_set_cost(&net, 0, 8);
    g_assert_cmpint(solve(&net).status, ==, MCMF_TOO_WIDE);

    /* What is paid on one edge may come back on another. */
    network_set_cost(&net, 0, FLOW_COST_MAX);
    network_set_cost(&net, 2, -FLOW_COST_MAX);
    got = solve(&net);
    assert_sound(&net, got);
    g_assert_cmpint(got.cost, ==, 0);
    network_clear(&net);
}

/* No sum of costs is too large to be seen for what it is. */
static void test_a_cost_beyond_128_bits_is_too_wide(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 2, 1 << 18));
    for (int e = 0; e < 1 << 18; e++)
        push_by_hand(&net,
                     network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, FLOW_COST_MAX),
                     FLOW_CAPACITY_MAX);
    g_assert_cmpint(solve(&net).status, ==, MCMF_TOO_WIDE);
    network_clear(&net);
}

static void test_a_flow_that_overflows_is_too_wide(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 3, 20));
    for (int e = 0; e < 8; e++)
        network_add_edge(&net, 0, 2, FLOW_CAPACITY_MAX, 0);
    g_assert_cmpint(solve(&net).status, ==, MCMF_TOO_WIDE);

    /* More than even an unlimited edge has numbers for. */
    g_assert_true(network_reset(&net, 3, 20));
    for (int e = 0; e < 3; e++)
        network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 0);
    network_add_edge(&net, 1, 2, FLOW_UNLIMITED, 0);
    g_assert_cmpint(solve(&net).status, ==, MCMF_TOO_WIDE);
    network_clear(&net);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spfa/takes-back-what-was-too-greedy",
                    test_takes_back_what_was_too_greedy);
    g_test_add_func("/spfa/nothing-to-do-is-optimal", test_nothing_to_do_is_optimal);
    g_test_add_func("/spfa/never-relaxes-beyond-the-budget",
                    test_never_relaxes_beyond_the_budget);
    g_test_add_func("/spfa/goes-on-where-it-was-cut-short",
                    test_goes_on_where_it_was_cut_short);
    g_test_add_func("/spfa/starts-from-everybody-stays",
                    test_starts_from_everybody_stays);
    g_test_add_func("/spfa/cut-short-from-home-only-improves",
                    test_cut_short_from_home_only_improves);
    g_test_add_func("/spfa/starts-from-flow-that-runs-backwards",
                    test_starts_from_flow_that_runs_backwards);
    g_test_add_func("/spfa/fills-a-cycle-no-path-comes-near",
                    test_fills_a_cycle_no_path_comes_near);
    g_test_add_func("/spfa/fills-a-cheap-self-loop", test_fills_a_cheap_self_loop);
    g_test_add_func("/spfa/budget-may-end-among-the-cycles",
                    test_budget_may_end_among_the_cycles);
    g_test_add_func("/spfa/an-unlimited-cycle-is-unbounded",
                    test_an_unlimited_cycle_is_unbounded);
    g_test_add_func("/spfa/flow-does-not-bound-an-unlimited-cycle",
                    test_flow_does_not_bound_an_unlimited_cycle);
    g_test_add_func("/spfa/an-unlimited-path-is-unbounded",
                    test_an_unlimited_path_is_unbounded);
    g_test_add_func("/spfa/paths-that-may-overflow-are-too-wide",
                    test_paths_that_may_overflow_are_too_wide);
    g_test_add_func("/spfa/longest-dearest-paths-do-not-overflow",
                    test_longest_dearest_paths_do_not_overflow);
    g_test_add_func("/spfa/prices-do-not-sink-without-end",
                    test_prices_do_not_sink_without_end);
    g_test_add_func("/spfa/a-cost-that-overflows-is-too-wide",
                    test_a_cost_that_overflows_is_too_wide);
    g_test_add_func("/spfa/a-cost-beyond-128-bits-is-too-wide",
                    test_a_cost_beyond_128_bits_is_too_wide);
    g_test_add_func("/spfa/a-flow-that-overflows-is-too-wide",
                    test_a_flow_that_overflows_is_too_wide);
    return g_test_run();
}
