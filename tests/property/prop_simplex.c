/*
 * prop_simplex.c - is what the network simplex finds the cheapest maximum flow?
 *
 * Small networks are solved a second time by something too simple to be wrong: empty
 * negative cycles one by one, then augment along cheapest paths, all by Bellman and
 * Ford.  Large ones are believed for their certificate alone: nothing reaches the
 * sink any more, and no residual arc is cheaper than the prices of its ends allow.
 */
#include "graph/flow.h"

#include <glib.h>

typedef struct {
    int n_nodes, n_edges;
    int64_t capacity_max, cost_min, cost_max;
    int unlimited; /* of a hundred edges */
} Shape;

static int64_t between(int64_t low, int64_t high)
{
    uint64_t bits = (uint64_t)g_test_rand_int() << 32 | (uint32_t)g_test_rand_int();

    return low + (int64_t)(bits % ((uint64_t)(high - low) + 1));
}

static void fill(Network *net, const Shape *shape)
{
    g_assert_true(network_reset(net, shape->n_nodes, shape->n_edges));
    for (int e = 0; e < shape->n_edges; e++) {
        NodeIx from = (NodeIx)between(0, shape->n_nodes - 1);
        NodeIx to = (NodeIx)between(0, shape->n_nodes - 1);
        int64_t capacity = between(0, shape->capacity_max);

        if (between(1, 100) <= shape->unlimited)
            capacity = FLOW_UNLIMITED;
        network_add_edge(net, from, to, capacity,
                         between(shape->cost_min, shape->cost_max));
    }
}

static Network copy_of(const Network *net)
{
    Network copy = NETWORK_EMPTY;

    g_assert_true(network_reset(&copy, net->n_nodes, net->n_arcs / 2));
    for (ArcIx a = 0; a < net->n_arcs; a += 2)
        network_add_edge(&copy, network_from(net, a), net->arcs[a].to,
                         network_capacity(net, a), net->arcs[a].cost);
    return copy;
}

/* ── the reference ────────────────────────────────────────────────────────── */

/* Improves labels until they settle, or until some node is on a negative cycle: then
 * returns it, else -1.  A label of INT64_MAX is not reached yet. */
static NodeIx relax(Network *net)
{
    for (int round = 0; round <= net->n_nodes; round++) {
        NodeIx improved = -1;

        for (ArcIx a = 0; a < net->n_arcs; a++) {
            NodeIx from = network_from(net, a), to = net->arcs[a].to;

            if (net->arcs[a].room == 0 || net->dist[from] == INT64_MAX ||
                net->dist[from] + net->arcs[a].cost >= net->dist[to])
                continue;
            net->dist[to] = net->dist[from] + net->arcs[a].cost;
            net->via[to] = a;
            improved = to;
        }
        if (improved < 0)
            return -1;
        if (round == net->n_nodes) {
            for (int i = 0; i < net->n_nodes; i++)
                improved = network_from(net, net->via[improved]);
            return improved;
        }
    }
    g_assert_not_reached();
}

/* Fills the labelled way from @start to @end, a cycle where they are the same. */
static int64_t push(Network *net, NodeIx start, NodeIx end)
{
    int64_t amount = INT64_MAX;
    NodeIx v = end;

    do {
        amount = MIN(amount, net->arcs[net->via[v]].room);
        v = network_from(net, net->via[v]);
    } while (v != start);
    v = end;
    do {
        ArcIx a = net->via[v];

        net->arcs[a].room -= amount;
        net->arcs[arc_reverse(a)].room += amount;
        v = network_from(net, a);
    } while (v != start);
    return amount;
}

static McmfStatus solve_plainly(Network *net, NodeIx source, NodeIx sink)
{
    for (;;) {
        NodeIx v;

        for (v = 0; v < net->n_nodes; v++)
            net->dist[v] = 0;
        v = relax(net);
        if (v < 0)
            break;
        if (push(net, v, v) > FLOW_CAPACITY_MAX)
            return MCMF_UNBOUNDED;
    }
    for (;;) {
        for (NodeIx v = 0; v < net->n_nodes; v++)
            net->dist[v] = v == source ? 0 : INT64_MAX;
        g_assert_cmpint(relax(net), ==, -1);
        if (net->dist[sink] == INT64_MAX)
            return MCMF_OPTIMAL;
        if (push(net, source, sink) > FLOW_CAPACITY_MAX)
            return MCMF_UNBOUNDED;
    }
}

static int64_t value_of(const Network *net, NodeIx node)
{
    int64_t value = 0;

    for (ArcIx a = 0; a < net->n_arcs; a += 2)
        value += (network_from(net, a) == node ? network_flow(net, a) : 0) -
                 (net->arcs[a].to == node ? network_flow(net, a) : 0);
    return value;
}

static int64_t cost_of(const Network *net)
{
    int64_t cost = 0;

    for (ArcIx a = 0; a < net->n_arcs; a += 2)
        cost += net->arcs[a].cost * network_flow(net, a);
    return cost;
}

/* ── the certificate ──────────────────────────────────────────────────────── */

static void certify(const Network *net, const Network *before, NodeIx source,
                    NodeIx sink, const McmfResult *result)
{
    g_autofree bool *reached = g_new0(bool, net->n_nodes);
    g_autofree int64_t *surplus = g_new0(int64_t, net->n_nodes);
    bool more = true;

    g_assert_cmpint(result->status, ==, MCMF_OPTIMAL);
    g_assert_true(result->cheapest && result->priced);

    for (ArcIx a = 0; a < net->n_arcs; a++) {
        NodeIx from = network_from(net, a), to = net->arcs[a].to;

        g_assert_cmpint(net->arcs[a].room, >=, 0);
        g_assert_cmpint(network_capacity(net, a), ==, network_capacity(before, a));
        g_assert_cmpint(net->arcs[a].cost, ==, before->arcs[a].cost);
        if (net->arcs[a].room > 0)
            g_assert_cmpint(net->arcs[a].cost + net->price[from] - net->price[to], >=,
                            0);
        if (a % 2 == 0) {
            surplus[from] -= network_flow(net, a);
            surplus[to] += network_flow(net, a);
        }
    }
    for (NodeIx v = 0; v < net->n_nodes; v++)
        if (v != source && v != sink)
            g_assert_cmpint(surplus[v], ==, 0);
    g_assert_cmpint(surplus[sink], ==, result->flow);
    g_assert_cmpint(cost_of(net), ==, result->cost);

    reached[source] = true;
    while (more) {
        more = false;
        for (ArcIx a = 0; a < net->n_arcs; a++)
            if (net->arcs[a].room > 0 && reached[network_from(net, a)] &&
                !reached[net->arcs[a].to])
                more = reached[net->arcs[a].to] = true;
    }
    g_assert_false(reached[sink]);
}

/* ── laws ─────────────────────────────────────────────────────────────────── */

static void it_agrees_with_the_reference(gconstpointer shapes)
{
    Network net = NETWORK_EMPTY;

    for (int i = 0; i < 40000; i++) {
        Shape shape = *(const Shape *)shapes;
        NodeIx source, sink;
        Network plain;
        McmfResult result;

        shape.n_nodes = (int)between(2, shape.n_nodes);
        shape.n_edges = (int)between(0, shape.n_edges);
        source = (NodeIx)between(0, shape.n_nodes - 1);
        sink = (NodeIx)between(0, shape.n_nodes - 2);
        sink += sink >= source;
        fill(&net, &shape);
        plain = copy_of(&net);

        result = mcmf_simplex(&net, source, sink);
        g_assert_cmpint(result.status, ==, solve_plainly(&plain, source, sink));
        if (result.status == MCMF_OPTIMAL) {
            certify(&net, &plain, source, sink, &result);
            g_assert_cmpint(result.flow, ==, value_of(&plain, source));
            g_assert_cmpint(result.cost, ==, cost_of(&plain));
        }
        network_clear(&plain);
    }
    network_clear(&net);
}

static void its_certificate_holds(gconstpointer shapes)
{
    Network net = NETWORK_EMPTY;

    for (int i = 0; i < 200; i++) {
        Shape shape = *(const Shape *)shapes;
        Network before;
        McmfResult result;

        shape.n_nodes = (int)between(2, shape.n_nodes);
        shape.n_edges = (int)between(0, shape.n_edges);
        fill(&net, &shape);
        before = copy_of(&net);
        result = mcmf_simplex(&net, 0, 1);
        certify(&net, &before, 0, 1, &result);
        network_clear(&before);
    }
    network_clear(&net);
}

/* Supplies and demands hang from source and sink, and what is between is sparse.  Every
 * other problem is balanced, if seldom feasible. */
static void it_meets_supplies_and_demands(void)
{
    Network net = NETWORK_EMPTY;

    for (int i = 0; i < 1000; i++) {
        int n = (int)between(3, i % 20 == 0 ? 600 : 30);
        int n_edges = (int)between(0, 4 * n), n_supplies = (int)between(1, n);
        NodeIx source = n, sink = n + 1;
        Network before;
        McmfResult result;

        g_assert_true(network_reset(&net, n + 2, n_edges + 2 * n_supplies));
        for (int e = 0; e < n_edges; e++)
            network_add_edge(&net, (NodeIx)between(0, n - 1), (NodeIx)between(0, n - 1),
                             between(0, 30), between(-3, 100));
        for (int e = 0; e < n_supplies; e++) {
            int64_t supply = between(0, 20), demand = i % 2 ? supply : between(0, 20);

            network_add_edge(&net, source, (NodeIx)between(0, n - 1), supply, 0);
            network_add_edge(&net, (NodeIx)between(0, n - 1), sink, demand, 0);
        }
        before = copy_of(&net);
        result = mcmf_simplex(&net, source, sink);
        certify(&net, &before, source, sink, &result);
        network_clear(&before);
    }
    network_clear(&net);
}

/* ── single claims ────────────────────────────────────────────────────────── */

static void old_flow_is_forgotten(void)
{
    Shape shape = { 60, 400, 9, -2, 50, 0 };
    Network net = NETWORK_EMPTY, before;
    McmfResult first, second;

    fill(&net, &shape);
    before = copy_of(&net);
    first = mcmf_simplex(&net, 0, 1);
    second = mcmf_simplex(&net, 0, 1);
    certify(&net, &before, 0, 1, &second);
    g_assert_cmpint(first.cost, ==, second.cost);
    g_assert_cmpint(first.relaxations, ==, second.relaxations);
    second = mcmf_simplex(&net, 1, 0);
    certify(&net, &before, 1, 0, &second);
    network_clear(&before);
    network_clear(&net);
}

static void cycles_far_from_the_source_are_filled(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult result;

    g_assert_true(network_reset(&net, 6, 5));
    network_add_edge(&net, 0, 1, 4, 3);
    network_add_edge(&net, 2, 3, 5, -7);
    network_add_edge(&net, 3, 4, 6, 1);
    network_add_edge(&net, 4, 2, 7, 2);
    network_add_edge(&net, 5, 5, 9, -1);
    result = mcmf_simplex(&net, 0, 1);
    g_assert_cmpint(result.status, ==, MCMF_OPTIMAL);
    g_assert_cmpint(result.flow, ==, 4);
    g_assert_cmpint(result.cost, ==, 4 * 3 + 5 * (-7 + 1 + 2) - 9);
    network_clear(&net);
}

static void only_endless_savings_are_unbounded(void)
{
    Network net = NETWORK_EMPTY;
    ArcIx last;

    g_assert_true(network_reset(&net, 4, 3));
    network_add_edge(&net, 0, 1, 1, 0);
    network_add_edge(&net, 2, 3, FLOW_UNLIMITED, -2);
    last = network_add_edge(&net, 3, 2, FLOW_UNLIMITED, 1);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, ==, MCMF_UNBOUNDED);
    network_set_cost(&net, last, 2);
    network_drop_flow(&net);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, ==, MCMF_OPTIMAL);
    network_set_cost(&net, last, 1);
    network_drop_flow(&net);
    network_set_capacity(&net, last, FLOW_CAPACITY_MAX);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).cost, ==, -FLOW_CAPACITY_MAX);
    network_clear(&net);
}

/* All of it moves from one unlimited way to another, but no more than there is. */
static void great_flows_are_bounded(void)
{
    Network net = NETWORK_EMPTY, before;
    McmfResult result;

    g_assert_true(network_reset(&net, 4, 5));
    network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 0);
    network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX - 1, 0);
    network_add_edge(&net, 1, 3, FLOW_UNLIMITED, 0);
    network_add_edge(&net, 1, 2, FLOW_UNLIMITED, -3);
    network_add_edge(&net, 2, 3, FLOW_UNLIMITED, 2);
    before = copy_of(&net);
    result = mcmf_simplex(&net, 0, 3);
    certify(&net, &before, 0, 3, &result);
    g_assert_cmpint(result.cost, ==, 1 - 2 * FLOW_CAPACITY_MAX);
    network_clear(&before);
    network_clear(&net);
}

static void an_endless_loop_is_unbounded(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 2, 1));
    network_add_edge(&net, 1, 1, FLOW_UNLIMITED, -1);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, ==, MCMF_UNBOUNDED);
    network_clear(&net);
}

static void what_leaves_64_bits_is_too_wide(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 2, 1));
    network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 8);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, ==, MCMF_TOO_WIDE);

    g_assert_true(network_reset(&net, 2, 1));
    network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, -8);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).cost, ==, INT64_MIN);

    g_assert_true(network_reset(&net, 2, 20));
    for (int e = 0; e < 20; e++)
        network_add_edge(&net, 0, 1, FLOW_CAPACITY_MAX, 0);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, ==, MCMF_TOO_WIDE);

    g_assert_true(network_reset(&net, 1000, 1));
    network_add_edge(&net, 0, 1, 1, FLOW_COST_MAX);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, ==, MCMF_TOO_WIDE);
    network_clear(&net);
}

/* The first cycle takes half of what the edge back is said to hold, and the endless one
 * the other half. */
static void what_never_fills_is_not_full(void)
{
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 4, 3));
    network_add_edge(&net, 2, 3, FLOW_CAPACITY_MAX, -1);
    network_add_edge(&net, 2, 3, FLOW_UNLIMITED, 0);
    network_add_edge(&net, 3, 2, FLOW_UNLIMITED, -1);
    g_assert_cmpint(mcmf_simplex(&net, 0, 1).status, !=, MCMF_OPTIMAL);
    network_clear(&net);
}

static void nothing_flows_through_nothing(void)
{
    Network net = NETWORK_EMPTY;
    McmfResult result;

    g_assert_true(network_reset(&net, 2, 0));
    result = mcmf_simplex(&net, 1, 0);
    g_assert_cmpint(result.status, ==, MCMF_OPTIMAL);
    g_assert_cmpint(result.flow, ==, 0);
    g_assert_cmpint(result.cost, ==, 0);
    network_clear(&net);
}

static const Shape tiny = { 7, 14, 4, -4, 9, 0 };
static const Shape tied = { 8, 24, 3, -1, 2, 0 };
static const Shape crowded = { 4, 60, 5, -3, 9, 3 };
static const Shape endless = { 6, 12, 5, -1, 9, 30 };
static const Shape dear = { 8, 16, 3, -FLOW_COST_MAX, FLOW_COST_MAX, 0 };
static const Shape roomy = { 8, 16, FLOW_CAPACITY_MAX / 8, -1, 1, 0 };
static const Shape sparse = { 1500, 4500, 50, -10, 1000, 0 };
static const Shape dense = { 60, 3000, 50, -10, 1000, 0 };
static const Shape level = { 300, 3000, 3, 0, 1, 0 };

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/simplex/small/any", &tiny, it_agrees_with_the_reference);
    g_test_add_data_func("/simplex/small/ties", &tied, it_agrees_with_the_reference);
    g_test_add_data_func("/simplex/small/parallel", &crowded,
                         it_agrees_with_the_reference);
    g_test_add_data_func("/simplex/small/unlimited", &endless,
                         it_agrees_with_the_reference);
    g_test_add_data_func("/simplex/small/dear", &dear, it_agrees_with_the_reference);
    g_test_add_data_func("/simplex/small/roomy", &roomy, it_agrees_with_the_reference);
    g_test_add_data_func("/simplex/large/sparse", &sparse, its_certificate_holds);
    g_test_add_data_func("/simplex/large/dense", &dense, its_certificate_holds);
    g_test_add_data_func("/simplex/large/ties", &level, its_certificate_holds);
    g_test_add_func("/simplex/large/supplies", it_meets_supplies_and_demands);
    g_test_add_func("/simplex/old-flow-is-forgotten", old_flow_is_forgotten);
    g_test_add_func("/simplex/far-cycles-are-filled",
                    cycles_far_from_the_source_are_filled);
    g_test_add_func("/simplex/unbounded-cycle", only_endless_savings_are_unbounded);
    g_test_add_func("/simplex/great-flows-are-bounded", great_flows_are_bounded);
    g_test_add_func("/simplex/unbounded-loop", an_endless_loop_is_unbounded);
    g_test_add_func("/simplex/too-wide", what_leaves_64_bits_is_too_wide);
    g_test_add_func("/simplex/never-full", what_never_fills_is_not_full);
    g_test_add_func("/simplex/nothing", nothing_flows_through_nothing);
    return g_test_run();
}
