/*
 * spfa.c - minimum-cost maximum flow by successive cheapest paths.
 *
 * Find the cheapest path along which anything still fits, send as much along it
 * as its narrowest arc allows, and repeat until the sink is out of reach.  Where
 * the flow one starts from was the cheapest of its size, so is every flow after
 * it, which is what makes stopping early safe: a flow cut short is small, never
 * wasteful.  A flow is the cheapest of its size exactly when no cycle with room
 * on all its arcs costs less than nothing, so such cycles are filled first.
 *
 * Both searches are the "shortest path faster" form of Bellman-Ford: a node whose
 * label improved waits in a queue until its arcs have been looked at again.
 *
 * The first search starts from all nodes at once.  Each label remembers the arc it
 * came by; these arcs make a forest for as long as nothing is wrong, and closing a
 * ring they close a negative cycle.  When the labels settle they are prices: along
 * every arc with room,
 *
 *         cost + price[from] - price[to] >= 0.
 *
 * The second search counts each arc at this difference, its slack.  No slack is
 * negative, so a label not below the sink's can lead to nothing better and is
 * dropped, and most of the network is never looked at.  Raising each price by its
 * label, or by the sink's where that is less, keeps the inequality; the prices
 * therefore prove at every moment that the flow is the cheapest of its size.
 *
 * Where labels stay: a price sinks below its tree's root by at most one path, and
 * may then run down a closed ring by at most another before the next look for
 * rings.  Roots sink too, as rings are opened, so all prices begin again from 0
 * before they pass 3 * FLOW_PATH_MAX, and the sum of all rises is at most the
 * dearest path beyond that.
 */
#include "graph/flow.h"
#include "torture.h"

#include <assert.h>

#define UNREACHED INT64_MAX
#define LOWEST_PRICE (-2 * FLOW_PATH_MAX)

typedef struct {
    Network *net;
    int32_t head, waiting; /* net->queue is a ring; a node waits there at most once */
    int64_t budget;        /* relaxations that may still be made */
    int64_t pushes;
    __int128 flow, cost;
    bool too_wide; /* an unlimited edge is full, or a sum is: there numbers end */
} Search;

/* Small labels first: who is no dearer than the next in line goes before it. */
static void enqueue(Search *search, const int64_t *label, NodeIx v)
{
    Network *net = search->net;
    int32_t end = search->head - net->n_nodes + search->waiting;

    if (net->queued[v])
        return;
    if (search->waiting > 0 && label[v] <= label[net->queue[search->head]]) {
        search->head = (search->head == 0 ? net->n_nodes : search->head) - 1;
        net->queue[search->head] = v;
    } else {
        net->queue[end < 0 ? end + net->n_nodes : end] = v;
    }
    net->queued[v] = true;
    search->waiting++;
}

static NodeIx dequeue(Search *search)
{
    NodeIx v = search->net->queue[search->head];

    search->head = search->head + 1 == search->net->n_nodes ? 0 : search->head + 1;
    search->waiting--;
    search->net->queued[v] = false;
    return v;
}

static bool spend(Search *search)
{
    if (search->budget == 0)
        return false;
    search->budget--;
    return true;
}

static void add_cost(Search *search, int64_t amount, int64_t cost)
{
    if (__builtin_add_overflow(search->cost, (__int128)amount * cost, &search->cost))
        search->too_wide = true;
}

static bool unlimited(const Network *net, ArcIx a)
{
    return a % 2 == 0 && network_capacity(net, a) == FLOW_UNLIMITED;
}

/* Fills the labelled path that ends at @last, back to @first; the same node twice
 * means once around.  Returns how much went through, or 0 if nothing limits it. */
static int64_t push(Search *search, NodeIx first, NodeIx last)
{
    Network *net = search->net;
    int64_t amount = INT64_MAX, cost = 0;
    NodeIx v = last;

    do {
        ArcIx a = net->via[v];

        if (!unlimited(net, a) && net->arcs[a].room < amount)
            amount = net->arcs[a].room;
        cost += net->arcs[a].cost;
        v = network_from(net, a);
    } while (v != first);
    if (amount == INT64_MAX)
        return 0;

    v = last;
    do {
        ArcIx a = net->via[v];

        if (unlimited(net, a) && net->arcs[a].room <= amount)
            search->too_wide = true;
        net->arcs[a].room -= amount;
        net->arcs[arc_reverse(a)].room += amount;
        v = network_from(net, a);
    } while (v != first);
    add_cost(search, amount, cost);
    search->pushes++;
    return amount;
}

/* ── cycles ───────────────────────────────────────────────────────────────── */

/* All prices 0, and every node in line. */
static void level_prices(Search *search)
{
    Network *net = search->net;

    for (NodeIx v = 0; v < net->n_nodes; v++) {
        net->price[v] = 0;
        net->via[v] = ARC_NONE;
        net->queue[v] = v;
        net->queued[v] = true;
    }
    search->head = 0;
    search->waiting = net->n_nodes;
}

/* Lets go of a cycle: its nodes keep their prices and start trees of their own.
 * Nothing need be looked at again, for a label is never below what its arc makes
 * of the label before it, and that is all the arc back asks for. */
static void uproot(Network *net, NodeIx v)
{
    while (net->via[v] != ARC_NONE) {
        NodeIx from = network_from(net, net->via[v]);

        net->via[v] = ARC_NONE;
        v = from;
    }
}

/* Fills the cycles that the labelled arcs have closed.  They have no node in
 * common, so filling one leaves the others as they are.  Borrows @dist to note on
 * whose walk towards the roots a node was first met. */
static McmfStatus fill_closed_cycles(Search *search)
{
    Network *net = search->net;
    bool too_low = false;

    for (NodeIx v = 0; v < net->n_nodes; v++) {
        net->dist[v] = UNREACHED;
        too_low = too_low || net->price[v] < LOWEST_PRICE;
    }
    for (NodeIx start = 0; start < net->n_nodes; start++) {
        NodeIx v = start;

        while (net->dist[v] == UNREACHED && net->via[v] != ARC_NONE) {
            net->dist[v] = start;
            v = network_from(net, net->via[v]);
        }
        if (net->dist[v] != start)
            continue;
        if (push(search, v, v) == 0)
            return MCMF_UNBOUNDED;
        if (search->too_wide)
            return MCMF_TOO_WIDE;
        uproot(net, v);
    }
    if (too_low)
        level_prices(search);
    return MCMF_OPTIMAL;
}

/* Fills negative cycles of arcs that have @least room until there is none and, for
 * such arcs, the prices prove it. */
static McmfStatus fill_wide_cycles(Search *search, int64_t least)
{
    Network *net = search->net;
    int32_t until_look = net->n_nodes;

    level_prices(search);
    while (search->waiting > 0) {
        NodeIx v = dequeue(search);

        for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next) {
            const Arc *arc = &net->arcs[a];
            int64_t price = net->price[v] + arc->cost;
            McmfStatus status;

            if (arc->room < least || price >= net->price[arc->to])
                continue;
            if (!spend(search))
                return MCMF_CUT_SHORT;
            net->price[arc->to] = price;
            net->via[arc->to] = a;
            enqueue(search, net->price, arc->to);

            if (--until_look > 0)
                continue;
            until_look = net->n_nodes;
            status = fill_closed_cycles(search);
            if (status != MCMF_OPTIMAL)
                return status;
        }
    }
    return MCMF_OPTIMAL;
}

/* The most room on any arc, or 0 where no arc with room costs less than nothing. */
static int64_t widest_room(const Network *net)
{
    int64_t widest = 0;
    bool negative = false;

    for (ArcIx a = 0; a < net->n_arcs; a++) {
        const Arc *arc = &net->arcs[a];

        if (arc->room > widest)
            widest = arc->room;
        negative = negative || (arc->room > 0 && arc->cost < 0);
    }
    return negative ? widest : 0;
}

/* Fills negative cycles until there is none and the prices prove it.  Two narrow
 * cycles may undo each other while a wide one, never looked at, gains a unit each
 * time; an unlimited one would for ever.  So those without limit come first, and
 * the wide ones before the narrow. */
static McmfStatus fill_cycles(Search *search)
{
    static const int64_t rooms[] = { FLOW_CAPACITY_MAX + 1, INT64_C(1) << 40,
                                     INT64_C(1) << 20 };
    int64_t widest = widest_room(search->net);
    McmfStatus status = MCMF_OPTIMAL;

    for (size_t i = 0; i < sizeof rooms / sizeof *rooms && status == MCMF_OPTIMAL; i++)
        if (rooms[i] <= widest)
            status = fill_wide_cycles(search, rooms[i]);
    return status == MCMF_OPTIMAL ? fill_wide_cycles(search, 1) : status;
}

/* ── paths ────────────────────────────────────────────────────────────────── */

/* Labels nodes with the slack of their cheapest path from @source, and with its
 * last arc, as far as it takes to label @sink.  False when the budget ran out. */
static bool label_nodes(Search *search, NodeIx source, NodeIx sink)
{
    Network *net = search->net;

    for (NodeIx v = 0; v < net->n_nodes; v++)
        net->dist[v] = UNREACHED;
    net->dist[source] = 0;
    enqueue(search, net->dist, source);

    while (search->waiting > 0) {
        NodeIx v = dequeue(search);

        if (net->dist[v] >= net->dist[sink])
            continue;
        for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next) {
            const Arc *arc = &net->arcs[a];
            int64_t slack = arc->cost + net->price[v] - net->price[arc->to];
            int64_t dist = net->dist[v] + slack;

            if (arc->room == 0 || dist >= net->dist[arc->to] || dist >= net->dist[sink])
                continue;
            if (!spend(search))
                return false;
            net->dist[arc->to] = dist;
            net->via[arc->to] = a;
            if (arc->to != sink)
                enqueue(search, net->dist, arc->to);
        }
    }
    return true;
}

static void raise_prices(Network *net, NodeIx sink)
{
    for (NodeIx v = 0; v < net->n_nodes; v++)
        net->price[v] +=
            net->dist[v] < net->dist[sink] ? net->dist[v] : net->dist[sink];
}

/* Fills cheapest paths until none is left. */
static McmfStatus fill_paths(Search *search, NodeIx source, NodeIx sink)
{
    for (;;) {
        int64_t amount;

        if (!label_nodes(search, source, sink))
            return MCMF_CUT_SHORT;
        if (search->net->dist[sink] == UNREACHED)
            return MCMF_OPTIMAL;
        amount = push(search, source, sink);
        if (amount == 0)
            return MCMF_UNBOUNDED;
        if (search->too_wide)
            return MCMF_TOO_WIDE;
        search->flow += amount;
        raise_prices(search->net, sink);
        torture_priced(search->net, source, sink);
    }
}

/* Counts the flow that is there already. */
static void count_flow(Search *search, NodeIx source)
{
    const Network *net = search->net;

    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        int64_t flow = network_flow(net, a);

        if (network_from(net, a) == source)
            search->flow += flow;
        if (net->arcs[a].to == source)
            search->flow -= flow;
        add_cost(search, flow, net->arcs[a].cost);
    }
}

McmfResult mcmf_spfa(Network *net, NodeIx source, NodeIx sink, int64_t budget)
{
    Search search = { .net = net, .budget = budget };
    McmfResult result = { .status = MCMF_TOO_WIDE };

    assert(source != sink && budget >= 0);
    count_flow(&search, source);
    if (network_too_wide(net) || search.too_wide)
        return result;

    result.status = fill_cycles(&search);
    if (result.status == MCMF_OPTIMAL) {
        result.status = fill_paths(&search, source, sink);
        result.cheapest = true;
    }
    result.flow = (int64_t)search.flow;
    result.cost = (int64_t)search.cost;
    result.augmentations = search.pushes;
    result.relaxations = budget - search.budget;
    if (result.flow != search.flow || result.cost != search.cost)
        result.status = MCMF_TOO_WIDE;
    if (result.status != MCMF_OPTIMAL && result.status != MCMF_CUT_SHORT)
        result.cheapest = false;
    result.priced = result.cheapest;
    return result;
}
