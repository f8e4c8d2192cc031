/*
 * test_condensed.c - what is promised of the condensed solver alone.
 *
 * That it finds the cheapest flow is a law of all solvers, and tried with them.
 */
#include "graph/flow.h"

#include <glib.h>

/* ── networks that are the same everywhere ────────────────────────────────── */

typedef struct {
    uint64_t state;
} Dice;

static int64_t throw_dice(Dice *dice, int64_t sides)
{
    dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(dice->state >> 33) % sides;
}

enum { SOURCE = 0, SINK = 1, FIRST_ROW = 2 };

/* Rows to all columns, each of which leads to the sink at a rising price. */
static void make_full(Network *net, int n_rows, int n_columns, int64_t dearest)
{
    Dice dice = { 7 };
    int first_column = FIRST_ROW + n_rows;

    g_assert_true(network_reset(net, first_column + n_columns,
                                n_rows * (n_columns + 1) + 4 * n_columns));
    for (int i = 0; i < n_rows; i++)
        network_add_edge(net, SOURCE, FIRST_ROW + i, 1, 0);
    for (int i = 0; i < n_rows; i++)
        for (int j = 0; j < n_columns; j++)
            network_add_edge(net, FIRST_ROW + i, first_column + j, 1,
                             throw_dice(&dice, dearest));
    for (int j = 0; j < n_columns; j++)
        for (int step = 0; step < 4; step++)
            network_add_edge(net, first_column + j, SINK, 1 + n_rows / n_columns / 2,
                             step * dearest / 8 + throw_dice(&dice, 1 + dearest / 16));
}

/* Rows with a load that stay, or go through a hub. */
static void make_compact(Network *net, int n_rows, int n_columns)
{
    Dice dice = { 11 };
    int first_column = FIRST_ROW + n_rows, hub = first_column + n_columns;

    g_assert_true(network_reset(net, hub + 1, 3 * n_rows + 5 * n_columns));
    for (int i = 0; i < n_rows; i++) {
        int64_t load = throw_dice(&dice, 1000);
        NodeIx home = (NodeIx)(first_column + throw_dice(&dice, n_columns));

        network_add_edge(net, SOURCE, FIRST_ROW + i, load, 0);
        network_add_edge(net, FIRST_ROW + i, home, load, 0);
        network_add_edge(net, FIRST_ROW + i, hub, load, 10 + throw_dice(&dice, 100));
    }
    for (int j = 0; j < n_columns; j++) {
        network_add_edge(net, hub, first_column + j, FLOW_UNLIMITED,
                         throw_dice(&dice, 20));
        for (int step = 0; step < 4; step++)
            network_add_edge(net, first_column + j, SINK,
                             step < 3 ? 200 * (n_rows / n_columns) : FLOW_UNLIMITED,
                             step * 50 + throw_dice(&dice, 20));
    }
}

static uint32_t hash_of_flow(const Network *net)
{
    uint32_t hash = 1;

    for (ArcIx a = 0; a < net->n_arcs; a += 2)
        hash = hash * 31 + (uint32_t)network_flow(net, a);
    return hash;
}

static McmfResult solve_well(Network *net)
{
    McmfResult got = mcmf_condensed(net, SOURCE, SINK);

    g_assert_cmpint(got.status, ==, MCMF_OPTIMAL);
    g_assert_true(got.priced);
    g_assert_cmpint(flow_verify(net, SOURCE, SINK), ==, FLOW_SOUND);
    g_assert_cmpint(flow_certify(net, SOURCE, SINK), ==, FLOW_SOUND);
    return got;
}

/* ── claims ───────────────────────────────────────────────────────────────── */

/* The asan build takes vectors of 32 bytes and the torture build of 16; what these
 * networks' flows hash to was found with 64. */
static void test_same_flow_whatever_the_vectors(void)
{
    Network net = NETWORK_EMPTY;
    uint32_t narrow, wide, compact;

    make_full(&net, 150, 37, 1500);
    solve_well(&net);
    narrow = hash_of_flow(&net);
    make_full(&net, 150, 37, 1000000);
    solve_well(&net);
    wide = hash_of_flow(&net);
    make_compact(&net, 300, 37);
    solve_well(&net);
    compact = hash_of_flow(&net);
    g_assert_cmphex(narrow, ==, 0x9bd88573);
    g_assert_cmphex(wide, ==, 0x5fe54599);
    g_assert_cmphex(compact, ==, 0x60a83140);
    network_clear(&net);
}

/* Cells have 16 bits, then 32, then costs are as they are. */
static void test_costs_of_any_width(void)
{
    Network net = NETWORK_EMPTY;

    for (int bits = 0; bits <= 48; bits++) {
        int64_t cost;

        make_full(&net, 40, 9, INT64_C(1) << bits);
        cost = solve_well(&net).cost;
        network_drop_flow(&net);
        g_assert_cmpint(mcmf_simplex(&net, SOURCE, SINK).cost, ==, cost);
    }
    network_clear(&net);
}

static void test_unfit_leaves_the_flow_alone(void)
{
    Network net = NETWORK_EMPTY;
    ArcIx circle;

    make_full(&net, 5, 3, 10);
    solve_well(&net);
    g_assert_true(network_reserve(&net, net.n_arcs / 2 + 2));
    circle = network_add_edge(&net, FIRST_ROW + 5, FIRST_ROW + 6, 1, 0);
    network_add_edge(&net, FIRST_ROW + 6, FIRST_ROW + 5, 1, 0);
    g_assert_cmpint(mcmf_condensed(&net, SOURCE, SINK).status, ==, MCMF_UNFIT);
    g_assert_cmpint(flow_value(&net, SOURCE), ==, 5);
    g_assert_cmpint(network_flow(&net, circle), ==, 0);
    network_clear(&net);
}

static void test_too_many_columns_are_unfit(void)
{
    Network net = NETWORK_EMPTY;
    int n_nodes = CONDENSED_COLUMNS_MAX + 10;

    g_assert_true(network_reset(&net, n_nodes, 2));
    network_add_edge(&net, SOURCE, FIRST_ROW, 1, 0);
    network_add_edge(&net, FIRST_ROW, SINK, 1, 0);
    g_assert_cmpint(mcmf_condensed(&net, SOURCE, SINK).status, ==, MCMF_UNFIT);
    network_clear(&net);
}

/* What does not fit stays behind, and of what does it is the cheapest. */
static void test_serves_whom_it_can(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult got;

    g_assert_true(network_reset(&net, 5, 6));
    network_add_edge(&net, SOURCE, 2, 1, 0);
    network_add_edge(&net, SOURCE, 3, 1, 0);
    network_add_edge(&net, 2, 4, 1, 5);
    network_add_edge(&net, 3, 4, 1, 3);
    network_add_edge(&net, 4, SINK, 1, 0);
    got = solve_well(&net);
    g_assert_cmpint(got.flow, ==, 1);
    g_assert_cmpint(got.cost, ==, 3);
    network_clear(&net);
}

/* Naming an arc that did not change, or twice, is harmless; so is naming none. */
static void test_needless_names_change_nothing(void)
{
    Network net = NETWORK_EMPTY;
    Condensed *condensed = condensed_new();

    for (int compact = 0; compact < 2; compact++) {
        ArcIx all[2000];
        uint32_t before;
        int64_t cost;

        if (compact)
            make_compact(&net, 60, 9);
        else
            make_full(&net, 60, 9, 500);
        cost = condensed_solve(condensed, &net, SOURCE, SINK).cost;
        before = hash_of_flow(&net);
        g_assert_cmpint(net.n_arcs, <, G_N_ELEMENTS(all));
        for (ArcIx a = 0; a < net.n_arcs; a++)
            all[a] = a & ~1;
        g_assert_cmpint(condensed_resolve(condensed, &net, all, 0).cost, ==, cost);
        g_assert_cmpint(condensed_resolve(condensed, &net, all, net.n_arcs).cost, ==,
                        cost);
        g_assert_cmphex(hash_of_flow(&net), ==, before);
        condensed_prove(condensed, &net);
        g_assert_cmpint(flow_certify(&net, SOURCE, SINK), ==, FLOW_SOUND);
    }
    condensed_free(condensed);
    network_clear(&net);
}

/* A DIMACS text may state all supply at one node, behind the source that dimacs_read
 * makes, and all demand at another. */
static void test_sees_through_single_supplies(void)
{
    Network net = NETWORK_EMPTY;
    NodeIx before, behind;

    make_full(&net, 20, 5, 100);
    before = net.n_nodes;
    behind = net.n_nodes + 1;
    {
        Network longer = NETWORK_EMPTY;

        g_assert_true(network_reset(&longer, net.n_nodes + 2, net.n_arcs / 2 + 2));
        network_add_edge(&longer, before, SOURCE, 20, 4);
        for (ArcIx a = 0; a < net.n_arcs; a += 2)
            network_add_edge(&longer, network_from(&net, a), net.arcs[a].to,
                             net.arcs[a].room, net.arcs[a].cost);
        network_add_edge(&longer, SINK, behind, 20, -1);
        g_assert_cmpint(mcmf_condensed(&longer, before, behind).cost, ==,
                        solve_well(&net).cost + 20 * 4 - 20);
        g_assert_cmpint(flow_certify(&longer, before, behind), ==, FLOW_SOUND);
        network_clear(&longer);
    }
    network_clear(&net);
}

/* ── what may change ──────────────────────────────────────────────────────── */

/* The same flow as simplex finds from scratch. */
static McmfResult resolve_well(Condensed *condensed, Network *net, const ArcIx *changed,
                               int32_t n_changed)
{
    McmfResult got = condensed_resolve(condensed, net, changed, n_changed);
    McmfResult fresh;

    g_assert_cmpint(got.status, ==, MCMF_OPTIMAL);
    g_assert_cmpint(flow_verify(net, SOURCE, SINK), ==, FLOW_SOUND);
    condensed_prove(condensed, net);
    g_assert_cmpint(flow_certify(net, SOURCE, SINK), ==, FLOW_SOUND);

    {
        Network copy = NETWORK_EMPTY;

        g_assert_true(network_reset(&copy, net->n_nodes, net->n_arcs / 2));
        for (ArcIx a = 0; a < net->n_arcs; a += 2)
            network_add_edge(&copy, network_from(net, a), net->arcs[a].to,
                             network_capacity(net, a), net->arcs[a].cost);
        fresh = mcmf_simplex(&copy, SOURCE, SINK);
        network_clear(&copy);
    }
    g_assert_cmpint(got.flow, ==, fresh.flow);
    g_assert_cmpint(got.cost, ==, fresh.cost);
    return got;
}

/* Of parallel edges one may be without room, and may be given some. */
static void test_tells_parallel_edges_apart(void)
{
    Network net = NETWORK_EMPTY;
    Condensed *condensed = condensed_new();
    ArcIx shut;

    g_assert_true(network_reset(&net, 6, 9));
    for (NodeIx row = 2; row < 4; row++) {
        network_add_edge(&net, SOURCE, row, 1, 0);
        network_add_edge(&net, row, 4, 1, 5);
        network_add_edge(&net, row, 5, 1, 9);
    }
    shut = network_add_edge(&net, 2, 4, 0, 7);
    for (NodeIx column = 4; column < 6; column++)
        network_add_edge(&net, column, SINK, 2, 0);
    g_assert_cmpint(condensed_solve(condensed, &net, SOURCE, SINK).cost, ==, 10);
    g_assert_cmpint(resolve_well(condensed, &net, &shut, 1).cost, ==, 10);
    network_set_capacity(&net, shut, 1);
    g_assert_cmpint(resolve_well(condensed, &net, &shut, 1).cost, ==, 10);
    network_set_cost(&net, shut, 3);
    g_assert_cmpint(resolve_well(condensed, &net, &shut, 1).cost, ==, 8);
    condensed_free(condensed);
    network_clear(&net);
}

/* Two rows with a load of 2 each, and two columns.  Returns the way out of the first
 * column, behind which is that out of the second; before it is the way into it. */
static ArcIx make_pair(Network *net, int64_t room, int64_t cost)
{
    ArcIx way_out;

    g_assert_true(network_reset(net, 6, 6));
    for (NodeIx row = 2; row < 4; row++) {
        network_add_edge(net, SOURCE, row, 2, 0);
        network_add_edge(net, row, row + 2, 2, cost);
    }
    way_out = network_add_edge(net, 4, SINK, room, cost);
    network_add_edge(net, 5, SINK, 1, cost);
    return way_out;
}

/* However dear it has become: what does not fit is what has no room. */
static void test_serves_whom_it_can_at_any_cost(void)
{
    Network net = NETWORK_EMPTY;
    Condensed *condensed = condensed_new();
    ArcIx way_out = make_pair(&net, 2, 1);

    g_assert_cmpint(condensed_solve(condensed, &net, SOURCE, SINK).flow, ==, 3);
    for (int64_t cost = 1; cost <= FLOW_COST_MAX; cost *= 2) {
        network_set_cost(&net, way_out, cost);
        g_assert_cmpint(resolve_well(condensed, &net, &way_out, 1).flow, ==, 3);
    }
    condensed_free(condensed);
    network_clear(&net);
}

static void test_costs_may_grow_too_wide(void)
{
    Network net = NETWORK_EMPTY;
    Condensed *condensed = condensed_new();
    ArcIx arc = 0;

    make_full(&net, 300, 5, 10);
    g_assert_cmpint(condensed_solve(condensed, &net, SOURCE, SINK).status, ==,
                    MCMF_OPTIMAL);
    network_set_cost(&net, arc, FLOW_COST_MAX);
    g_assert_cmpint(condensed_resolve(condensed, &net, &arc, 1).status, ==,
                    MCMF_TOO_WIDE);
    condensed_free(condensed);
    network_clear(&net);
}

/* Though the loads of eight come to 2^64, which is nothing again. */
static void test_rows_without_limit_are_unfit(void)
{
    enum { ROWS = 8 };
    Network net = NETWORK_EMPTY;
    Condensed *condensed = condensed_new();
    ArcIx changed[2 * ROWS];

    g_assert_true(network_reset(&net, FIRST_ROW + ROWS, 2 * ROWS));
    for (NodeIx row = FIRST_ROW; row < FIRST_ROW + ROWS; row++) {
        network_add_edge(&net, SOURCE, row, 1, 0);
        network_add_edge(&net, row, SINK, 1, 0);
    }
    g_assert_cmpint(condensed_solve(condensed, &net, SOURCE, SINK).flow, ==, ROWS);
    for (int i = 0; i < 2 * ROWS; i++) {
        changed[i] = 2 * i;
        network_set_capacity(&net, changed[i], FLOW_UNLIMITED);
    }
    g_assert_cmpint(condensed_resolve(condensed, &net, changed, 2 * ROWS).status, ==,
                    MCMF_UNFIT);
    condensed_free(condensed);
    network_clear(&net);
}

/* Prices that are raised again and again still fit. */
static void test_prices_do_not_wander_off(void)
{
    Network net = NETWORK_EMPTY;
    Condensed *condensed = condensed_new();
    ArcIx way_out = make_pair(&net, 0, FLOW_COST_MAX);

    g_assert_cmpint(condensed_solve(condensed, &net, SOURCE, SINK).flow, ==, 1);
    for (int round = 0; round < 2000; round++) {
        network_set_capacity(&net, way_out, round % 2 ? 0 : 9);
        resolve_well(condensed, &net, &way_out, 1);
    }
    condensed_free(condensed);
    network_clear(&net);
}

/* Hubs that lead to many a column from which there is no way on. */
static void test_dead_ends_at_hubs(void)
{
    enum { PLACE = 4, HUB = 5, OTHER_HUB = 6, DEAD_END = 7, DEAD_ENDS = 40 };
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, DEAD_END + DEAD_ENDS, 10 + 2 * DEAD_ENDS));
    for (NodeIx row = 2; row < 4; row++) {
        network_add_edge(&net, SOURCE, row, 2, 0);
        network_add_edge(&net, row, PLACE, 2, 1);
        network_add_edge(&net, row, row == 2 ? HUB : OTHER_HUB, 2, 3);
    }
    for (NodeIx hub = HUB; hub <= OTHER_HUB; hub++) {
        network_add_edge(&net, hub, PLACE, 2, 1);
        for (NodeIx end = DEAD_END; end < DEAD_END + DEAD_ENDS; end++)
            network_add_edge(&net, hub, end, FLOW_UNLIMITED, 0);
    }
    network_add_edge(&net, PLACE, SINK, 2, 1);
    network_add_edge(&net, PLACE, SINK, 2, 2);
    g_assert_cmpint(solve_well(&net).cost, ==, 10);
    network_clear(&net);
}

/* They would be read one by one for every path. */
static void test_many_parallel_edges_are_unfit(void)
{
    enum { MANY = 3000 };
    Network net = NETWORK_EMPTY;

    for (int64_t supply = 1; supply <= MANY; supply += MANY - 1) {
        g_assert_true(network_reset(&net, 4, MANY + 2));
        network_add_edge(&net, SOURCE, FIRST_ROW, supply, 0);
        network_add_edge(&net, FIRST_ROW, 3, supply, 0);
        for (int e = 0; e < MANY; e++)
            network_add_edge(&net, 3, SINK, 1, MANY - e);
        g_assert_cmpint(mcmf_condensed(&net, SOURCE, SINK).status, ==, MCMF_UNFIT);
    }
    network_clear(&net);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/condensed/same-flow-whatever-the-vectors",
                    test_same_flow_whatever_the_vectors);
    g_test_add_func("/condensed/costs-of-any-width", test_costs_of_any_width);
    g_test_add_func("/condensed/unfit-leaves-the-flow-alone",
                    test_unfit_leaves_the_flow_alone);
    g_test_add_func("/condensed/too-many-columns-are-unfit",
                    test_too_many_columns_are_unfit);
    g_test_add_func("/condensed/serves-whom-it-can", test_serves_whom_it_can);
    g_test_add_func("/condensed/needless-names-change-nothing",
                    test_needless_names_change_nothing);
    g_test_add_func("/condensed/sees-through-single-supplies",
                    test_sees_through_single_supplies);
    g_test_add_func("/condensed/tells-parallel-edges-apart",
                    test_tells_parallel_edges_apart);
    g_test_add_func("/condensed/serves-whom-it-can-at-any-cost",
                    test_serves_whom_it_can_at_any_cost);
    g_test_add_func("/condensed/costs-may-grow-too-wide", test_costs_may_grow_too_wide);
    g_test_add_func("/condensed/rows-without-limit-are-unfit",
                    test_rows_without_limit_are_unfit);
    g_test_add_func("/condensed/prices-do-not-wander-off",
                    test_prices_do_not_wander_off);
    g_test_add_func("/condensed/dead-ends-at-hubs", test_dead_ends_at_hubs);
    g_test_add_func("/condensed/many-parallel-edges-are-unfit",
                    test_many_parallel_edges_are_unfit);
    return g_test_run();
}
