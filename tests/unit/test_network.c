/* test_network.c - storage: pairs, lists, and what changes leave alone. */
#include "graph/flow.h"

#include <glib.h>

static int out_degree(const Network *net, NodeIx v)
{
    int n = 0;

    for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next)
        n++;
    return n;
}

/* A triangle 0 → 1 → 2 and 0 → 2. */
static void lay_out_triangle(Network *net)
{
    g_assert_true(network_reset(net, 3, 3));
    network_add_edge(net, 0, 1, 5, 10);
    network_add_edge(net, 1, 2, FLOW_UNLIMITED, -20);
    network_add_edge(net, 0, 2, 0, 30);
}

static void test_an_edge_is_two_arcs(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    g_assert_cmpint(net.n_arcs, ==, 6);
    g_assert_cmpint(network_from(&net, 2), ==, 1);
    g_assert_cmpint(net.arcs[2].to, ==, 2);
    g_assert_cmpint(network_from(&net, arc_reverse(2)), ==, 2);
    g_assert_cmpint(net.arcs[arc_reverse(2)].to, ==, 1);
    g_assert_cmpint(net.arcs[2].cost, ==, -20);
    g_assert_cmpint(net.arcs[3].cost, ==, 20);
    g_assert_cmpint(network_capacity(&net, 2), ==, FLOW_UNLIMITED);
    g_assert_cmpint(network_flow(&net, 2), ==, 0);
    network_clear(&net);
}

static void test_edges_are_numbered_in_order(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 2, 50));
    for (int e = 0; e < 50; e++)
        g_assert_cmpint(network_add_edge(&net, e % 2, (e + 1) % 2, e, e), ==, 2 * e);
    network_clear(&net);
}

static void test_every_arc_is_on_the_list_of_its_node(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    for (NodeIx v = 0; v < 3; v++) {
        g_assert_cmpint(out_degree(&net, v), ==, 2);
        for (ArcIx a = net.first[v]; a != ARC_NONE; a = net.arcs[a].next)
            g_assert_cmpint(network_from(&net, a), ==, v);
    }
    network_clear(&net);
}

static void test_self_loops_and_twins_are_edges(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 2, 3));
    network_add_edge(&net, 0, 0, 1, 1);
    network_add_edge(&net, 0, 1, 2, 2);
    network_add_edge(&net, 0, 1, 3, 3);
    g_assert_cmpint(out_degree(&net, 0), ==, 4);
    g_assert_cmpint(out_degree(&net, 1), ==, 2);
    network_clear(&net);
}

static void test_reserving_leaves_nodes_and_edges(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    g_assert_true(network_reserve(&net, 1000));
    g_assert_cmpint(net.n_arcs, ==, 6);
    g_assert_cmpint(network_capacity(&net, 0), ==, 5);
    for (int e = 3; e < 1000; e++)
        network_add_edge(&net, 2, 1, 1, 1);
    g_assert_cmpint(out_degree(&net, 2), ==, 2 + 997);
    g_assert_true(network_reserve(&net, 1));
    g_assert_cmpint(net.n_arcs, ==, 2000);
    network_clear(&net);
}

static void test_reset_empties_and_keeps_memory(void)
{
    Network net = NETWORK_EMPTY;
    const Arc *arcs;

    g_assert_true(network_reset(&net, 100, 100));
    network_add_edge(&net, 99, 0, 1, FLOW_COST_MAX);
    arcs = net.arcs;
    lay_out_triangle(&net);
    g_assert_true(net.arcs == arcs);
    g_assert_cmpint(net.n_nodes, ==, 3);
    g_assert_cmpint(net.n_arcs, ==, 6);
    g_assert_cmpint(net.cost_max, ==, 30);

    g_assert_true(network_reset(&net, 3, 0));
    for (NodeIx v = 0; v < 3; v++)
        g_assert_cmpint(out_degree(&net, v), ==, 0);
    network_clear(&net);
}

static void test_clear_leaves_an_empty_network(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    network_clear(&net);
    g_assert_null(net.arcs);
    g_assert_cmpint(net.n_nodes, ==, 0);
    lay_out_triangle(&net);
    g_assert_cmpint(net.n_arcs, ==, 6);
    network_clear(&net);
    network_clear(&net);
}

static void test_a_new_cost_holds_both_ways(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    network_set_cost(&net, 0, -77);
    g_assert_cmpint(net.arcs[0].cost, ==, -77);
    g_assert_cmpint(net.arcs[1].cost, ==, 77);
    g_assert_cmpint(net.cost_max, ==, 77);
    network_set_cost(&net, 0, FLOW_COST_MAX);
    network_set_cost(&net, 0, -FLOW_COST_MAX);
    g_assert_cmpint(net.cost_max, ==, FLOW_COST_MAX);
    network_clear(&net);
}

static void test_a_new_capacity_leaves_the_flow(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    g_assert_cmpint(mcmf_spfa(&net, 0, 2, INT64_MAX).flow, ==, 5);
    network_set_capacity(&net, 0, 8);
    g_assert_cmpint(network_flow(&net, 0), ==, 5);
    g_assert_cmpint(net.arcs[0].room, ==, 3);
    network_set_capacity(&net, 2, FLOW_CAPACITY_MAX);
    g_assert_cmpint(network_flow(&net, 2), ==, 5);
    g_assert_cmpint(network_capacity(&net, 2), ==, FLOW_CAPACITY_MAX);
    network_clear(&net);
}

static void test_dropping_the_flow_leaves_capacities(void)
{
    Network net = NETWORK_EMPTY;

    lay_out_triangle(&net);
    mcmf_spfa(&net, 0, 2, INT64_MAX);
    network_drop_flow(&net);
    for (ArcIx a = 0; a < net.n_arcs; a += 2)
        g_assert_cmpint(network_flow(&net, a), ==, 0);
    g_assert_cmpint(net.arcs[0].room, ==, 5);
    g_assert_cmpint(net.arcs[2].room, ==, FLOW_UNLIMITED);
    g_assert_cmpint(net.arcs[4].room, ==, 0);
    network_clear(&net);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/network/an-edge-is-two-arcs", test_an_edge_is_two_arcs);
    g_test_add_func("/network/edges-are-numbered-in-order",
                    test_edges_are_numbered_in_order);
    g_test_add_func("/network/every-arc-is-on-the-list-of-its-node",
                    test_every_arc_is_on_the_list_of_its_node);
    g_test_add_func("/network/self-loops-and-twins-are-edges",
                    test_self_loops_and_twins_are_edges);
    g_test_add_func("/network/reserving-leaves-nodes-and-edges",
                    test_reserving_leaves_nodes_and_edges);
    g_test_add_func("/network/reset-empties-and-keeps-memory",
                    test_reset_empties_and_keeps_memory);
    g_test_add_func("/network/clear-leaves-an-empty-network",
                    test_clear_leaves_an_empty_network);
    g_test_add_func("/network/a-new-cost-holds-both-ways",
                    test_a_new_cost_holds_both_ways);
    g_test_add_func("/network/a-new-capacity-leaves-the-flow",
                    test_a_new_capacity_leaves_the_flow);
    g_test_add_func("/network/dropping-the-flow-leaves-capacities",
                    test_dropping_the_flow_leaves_capacities);
    return g_test_run();
}
