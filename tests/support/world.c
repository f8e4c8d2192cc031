/*
 * world.c - random networks: sparse ones, grids, and those of rows and columns.
 *
 * What makes a network hard is mostly how its costs and capacities lie, so these
 * are drawn by the network, not by the edge: all alike, load times load, negative,
 * huge, too tight for everything to fit.
 */
#include "support/world.h"

#include <glib.h>

static int64_t below(int n)
{
    return g_test_rand_int_range(0, n);
}

static int64_t between(int low, int high)
{
    int drawn = g_test_rand_int_range(low, high + 1);

    g_assert_true(drawn >= low && drawn <= high);
    return drawn;
}

static bool one_in(int n)
{
    return below(n) == 0;
}

/* ── costs ────────────────────────────────────────────────────────────────── */

typedef enum {
    COST_ANY,
    COST_ALIKE,
    COST_RANK_ONE, /* load times load: ties everywhere, never where one looks */
    COST_SIGNED,
    COST_HUGE,
    N_COSTS,
} CostKind;

static int64_t draw_cost(CostKind kind, NodeIx from, NodeIx to)
{
    switch (kind) {
    case COST_ANY:
        return below(1000);
    case COST_ALIKE:
        return 7;
    case COST_RANK_ONE:
        return (int64_t)(from * 7 % 5 + 1) * (to * 11 % 7 + 1);
    case COST_SIGNED:
        return between(-500, 500);
    case COST_HUGE:
        return between(-1000, 1000) * (INT64_C(1) << 30);
    case N_COSTS:
        break;
    }
    g_assert_not_reached();
}

static CostKind draw_kind(void)
{
    return (CostKind)below(N_COSTS);
}

/* ── any shape ────────────────────────────────────────────────────────────── */

/* Never out of the source, where it could make the flow endless, and never cheaper
 * than nothing, where it could make the cost bottomless. */
static bool may_be_unlimited(const World *world, NodeIx from, int64_t cost)
{
    return from != world->source && cost >= 0 && one_in(6);
}

static void draw_sparse(World *out)
{
    int32_t n_nodes = (int32_t)between(2, 60),
            n_edges = (int32_t)between(0, 8 * n_nodes);
    CostKind kind = draw_kind();
    int fullest = one_in(2) ? 1 : 30;

    g_assert_true(network_reset(&out->net, n_nodes, n_edges));
    out->source = (NodeIx)below(n_nodes);
    out->sink = (out->source + (NodeIx)between(1, n_nodes - 1)) % n_nodes;
    for (int32_t e = 0; e < n_edges; e++) {
        NodeIx from = (NodeIx)below(n_nodes), to = (NodeIx)below(n_nodes);
        int64_t cost = draw_cost(kind, from, to);
        int64_t capacity = one_in(5) ? 0 : between(1, fullest);

        if (may_be_unlimited(out, from, cost))
            capacity = FLOW_UNLIMITED;
        network_add_edge(&out->net, from, to, capacity, cost);
    }
}

/* Long paths, and negative cycles wherever costs are signed. */
static void draw_grid(World *out)
{
    int32_t high = (int32_t)between(1, 10), wide = (int32_t)between(1, 10);
    CostKind kind = draw_kind();
    int fullest = one_in(2) ? 1 : 30;

    g_assert_true(
        network_reset(&out->net, high * wide + 2, 4 * high * wide + 2 * high));
    out->source = high * wide;
    out->sink = high * wide + 1;
    for (NodeIx v = 0; v < high * wide; v++) {
        const NodeIx near[] = { v - 1, v + 1, v - wide, v + wide };
        const bool there[] = { v % wide > 0, v % wide < wide - 1, v >= wide,
                               v < (high - 1) * wide };

        for (int side = 0; side < 4; side++)
            if (there[side])
                network_add_edge(&out->net, v, near[side], between(0, fullest),
                                 draw_cost(kind, v, near[side]));
    }
    for (NodeIx v = 0; v < high * wide; v += wide) {
        network_add_edge(&out->net, out->source, v, between(0, 3 * fullest), 0);
        network_add_edge(&out->net, v + wide - 1, out->sink, between(0, 3 * fullest),
                         0);
    }
}

/* ── rows and columns ─────────────────────────────────────────────────────── */

typedef struct {
    int32_t n_rows, n_places;
    int most;      /* the largest supply of a row */
    int64_t slack; /* how often all supplies together would fit, in quarters */
    CostKind kind;
} Plan;

static Plan draw_plan(void)
{
    static const int most[] = { 1, 1, 5, 1000 };

    return (
        Plan){ .n_rows = (int32_t)(one_in(20) ? 0 : between(1, one_in(10) ? 150 : 40)),
               .n_places = (int32_t)(one_in(8) ? 1 : between(1, one_in(5) ? 70 : 12)),
               .most = most[below(4)],
               .slack = between(2, 8),
               .kind = draw_kind() };
}

static int64_t draw_supply(const Plan *plan)
{
    if (one_in(10))
        return 0;
    return plan->most == 1 ? 1 : between(1, plan->most);
}

enum { STEPS_MAX = 5 };

/* Parallel edges at rising prices, in any order, with room for about @room in all;
 * sometimes the last step never fills. */
static void add_steps(World *world, const Plan *plan, NodeIx from, NodeIx to,
                      int64_t room)
{
    int64_t n_steps = between(1, STEPS_MAX), price = draw_cost(plan->kind, from, to);
    bool downwards = one_in(2), open = one_in(4);

    for (int64_t i = 0; i < n_steps; i++) {
        int64_t step = downwards ? n_steps - 1 - i : i;
        int64_t rise = plan->kind == COST_ALIKE ? 0 : step * step * 40;
        int64_t capacity = room / n_steps + (room % n_steps > step);

        if (open && step == n_steps - 1)
            capacity = FLOW_UNLIMITED;
        network_add_edge(&world->net, from, to, capacity, price + rise);
    }
}

static int64_t room_per(const Plan *plan, int32_t n_columns)
{
    return ((int64_t)plan->n_rows * (plan->most + 1) / 2 * plan->slack / 4 +
            n_columns) /
           n_columns;
}

/* Nodes: source, rows, places, sink. */
void world_draw_full(World *out)
{
    Plan plan = draw_plan();
    NodeIx row = 1, place = row + plan.n_rows;
    int forbidden = one_in(2) ? 1000000 : 3;
    bool narrow = one_in(3);

    out->source = 0;
    out->sink = place + plan.n_places;
    g_assert_true(
        network_reset(&out->net, out->sink + 1,
                      plan.n_rows * (plan.n_places + 1) + plan.n_places * STEPS_MAX));
    for (NodeIx r = row; r < place; r++) {
        int64_t supply = draw_supply(&plan);

        network_add_edge(&out->net, out->source, r, supply, 0);
        for (NodeIx p = place; p < out->sink; p++)
            if (!one_in(forbidden))
                network_add_edge(&out->net, r, p, narrow ? (supply + 1) / 2 : supply,
                                 draw_cost(plan.kind, r, p));
    }
    for (NodeIx p = place; p < out->sink; p++)
        add_steps(out, &plan, p, out->sink, room_per(&plan, plan.n_places));
}

/* Nodes: source, rows, places, then hubs that lead down to the places (host, cells,
 * caches; as many levels as drawn), then what places share on the way to the sink
 * (cores, cells; as many levels as drawn), sink. */
void world_draw_compact(World *out)
{
    enum { LEVELS_MAX = 3, SHARED_MAX = 2 };
    static const int32_t group[] = { 1, 2, 4 }; /* places a thing of each level has */
    Plan plan = draw_plan();
    int32_t n_hub_levels = (int32_t)between(1, LEVELS_MAX);
    int32_t n_shared_levels = (int32_t)between(0, SHARED_MAX);
    NodeIx row = 1, place = row + plan.n_rows;
    NodeIx hub[LEVELS_MAX] = { 0 }, shared[SHARED_MAX + 1] = { 0 };
    NodeIx next = place + plan.n_places;
    CostKind toll = one_in(2) ? COST_ALIKE : plan.kind;

    /* Level 0 of the hubs is the host, the last one nearest to the places. */
    for (int i = 0; i < n_hub_levels; i++) {
        hub[i] = next;
        next += i == 0 ? 1 : (plan.n_places - 1) / group[LEVELS_MAX - i] + 1;
    }
    for (int i = 0; i < n_shared_levels; i++) {
        shared[i] = next;
        next += (plan.n_places - 1) / group[i + 1] + 1;
    }
    out->source = 0;
    out->sink = next;
    g_assert_true(
        network_reset(&out->net, next + 1,
                      plan.n_rows * (LEVELS_MAX + 3) +
                          plan.n_places * (LEVELS_MAX + 2) * (STEPS_MAX + 1)));

    for (NodeIx r = row; r < place; r++) {
        NodeIx home = (NodeIx)below(plan.n_places);

        network_add_edge(&out->net, out->source, r, draw_supply(&plan), 0);
        if (!one_in(5))
            network_add_edge(&out->net, r, place + home, plan.most, below(3));
        for (int i = 0; i < n_hub_levels; i++) {
            NodeIx to = hub[i] + (i == 0 ? 0 : home / group[LEVELS_MAX - i]);

            if (!one_in(4))
                network_add_edge(&out->net, r, to, one_in(3) ? 1 : FLOW_UNLIMITED,
                                 draw_cost(plan.kind, r, to));
        }
    }
    for (int i = 0; i < n_hub_levels; i++) {
        bool last = i == n_hub_levels - 1;
        int32_t per_this = i == 0 ? plan.n_places : group[LEVELS_MAX - i];
        int32_t per_next = last ? 1 : group[LEVELS_MAX - i - 1];

        for (int32_t p = 0; p < plan.n_places; p += per_next) {
            NodeIx from = hub[i] + p / per_this;
            NodeIx to = (last ? place : hub[i + 1]) + p / per_next;

            network_add_edge(&out->net, from, to, FLOW_UNLIMITED,
                             draw_cost(toll, from, to));
        }
    }
    for (int i = 0; i <= n_shared_levels; i++) {
        bool last = i == n_shared_levels;
        NodeIx first = i == 0 ? place : shared[i - 1];
        int32_t per_this = group[i], n_here = (plan.n_places - 1) / per_this + 1;

        for (int32_t k = 0; k < n_here; k++) {
            NodeIx to = last ? out->sink : shared[i] + k * per_this / group[i + 1];

            add_steps(out, &plan, first + k, to, room_per(&plan, n_here));
        }
    }
}

const WorldShape world_shapes[] = {
    { "sparse", draw_sparse, false },
    { "grid", draw_grid, false },
    { "full", world_draw_full, true },
    { "compact", world_draw_compact, true },
};
const int n_world_shapes = G_N_ELEMENTS(world_shapes);

/* ── copies and changes ───────────────────────────────────────────────────── */

void world_copy(const World *world, World *out)
{
    const Network *net = &world->net;

    out->source = world->source;
    out->sink = world->sink;
    g_assert_true(network_reset(&out->net, net->n_nodes, net->n_arcs / 2));
    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        network_add_edge(&out->net, network_from(net, a), net->arcs[a].to,
                         network_capacity(net, a), net->arcs[a].cost);
        out->net.arcs[a].room = net->arcs[a].room;
        out->net.arcs[a + 1].room = net->arcs[a + 1].room;
    }
}

void world_clear(World *world)
{
    network_clear(&world->net);
    *world = WORLD_EMPTY;
}

static int64_t change_capacity(int64_t capacity)
{
    if (capacity == FLOW_UNLIMITED)
        return one_in(3) ? between(0, 20) : FLOW_UNLIMITED;
    switch (below(4)) {
    case 0:
        return 0;
    case 1:
        return capacity + 1;
    case 2:
        return capacity / 2;
    default:
        return capacity;
    }
}

static void change_edge(Network *net, ArcIx a)
{
    int64_t cost = net->arcs[a].cost;

    if (!one_in(3))
        network_set_cost(net, a, one_in(3) ? 7 : cost + between(-100, 100));
    if (one_in(3))
        network_set_capacity(net, a, change_capacity(network_capacity(net, a)));
}

/* Changes about three in four of the edges out of @v. */
static int32_t change_node(Network *net, NodeIx v, ArcIx *out)
{
    int32_t n_changed = 0;

    for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next) {
        if (a % 2 != 0 || one_in(4))
            continue;
        change_edge(net, a);
        out[n_changed++] = a;
    }
    return n_changed;
}

int32_t world_change_rows(World *world, ArcIx *out)
{
    Network *net = &world->net;
    int part = (int)between(1, 20);
    int32_t n_changed = 0;

    for (ArcIx a = net->first[world->source]; a != ARC_NONE; a = net->arcs[a].next) {
        NodeIx row = net->arcs[a].to;

        if (below(100) >= part)
            continue;
        if (one_in(2)) {
            network_set_capacity(net, a, change_capacity(network_capacity(net, a)));
            out[n_changed++] = a;
        }
        n_changed += change_node(net, row, out + n_changed);
    }
    for (NodeIx v = 0; v < net->n_nodes; v++) {
        ArcIx first = net->first[v];
        bool is_column = first != ARC_NONE && v != world->source && v != world->sink;

        for (ArcIx a = first; a != ARC_NONE; a = net->arcs[a].next)
            if (a % 2 != 0 && net->arcs[a].to == world->source)
                is_column = false;
        if (is_column && one_in(40))
            n_changed += change_node(net, v, out + n_changed);
    }
    return n_changed;
}
