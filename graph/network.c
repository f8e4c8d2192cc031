/* network.c - storage for flow networks: paired arcs on forward-star lists. */
#include "graph/flow.h"

#include <assert.h>
#include <stdlib.h>

/* Returns a larger @array, or the old one with *@ok turned false.  Once false
 * it stays false, so a run of calls needs a single check at its end. */
static void *grow(void *array, int32_t count, size_t size, bool *ok)
{
    void *larger = realloc(array, (size_t)count * size);

    if (larger)
        return larger;
    *ok = false;
    return array;
}

/* What has grown before will grow again: some more than is asked for now. */
static int32_t with_slack(int32_t count, int32_t most)
{
    return count > most - count / 8 ? most : count + count / 8;
}

bool network_reserve(Network *net, int32_t n_edges)
{
    bool ok = true;

    assert(n_edges >= 0 && n_edges <= INT32_MAX / 2);
    if (2 * n_edges <= net->max_arcs)
        return true;
    if (net->max_arcs > 0)
        n_edges = with_slack(n_edges, INT32_MAX / 2);
    net->arcs = grow(net->arcs, 2 * n_edges, sizeof *net->arcs, &ok);
    if (ok)
        net->max_arcs = 2 * n_edges;
    return ok;
}

bool network_reset(Network *net, int32_t n_nodes, int32_t n_edges)
{
    bool ok = true;

    assert(n_nodes > 0);

    if (n_nodes > net->max_nodes) {
        int32_t room = net->max_nodes > 0 ? with_slack(n_nodes, INT32_MAX) : n_nodes;

        net->first = grow(net->first, room, sizeof *net->first, &ok);
        net->price = grow(net->price, room, sizeof *net->price, &ok);
        net->dist = grow(net->dist, room, sizeof *net->dist, &ok);
        net->via = grow(net->via, room, sizeof *net->via, &ok);
        net->queue = grow(net->queue, room, sizeof *net->queue, &ok);
        net->queued = grow(net->queued, room, sizeof *net->queued, &ok);
        if (!ok)
            return false;
        net->max_nodes = room;
    }
    net->n_arcs = 0;
    if (!network_reserve(net, n_edges))
        return false;

    net->n_nodes = n_nodes;
    net->cost_max = 0;
    for (NodeIx v = 0; v < n_nodes; v++)
        net->first[v] = ARC_NONE;
    return true;
}

void network_clear(Network *net)
{
    free(net->first);
    free(net->arcs);
    free(net->price);
    free(net->dist);
    free(net->via);
    free(net->queue);
    free(net->queued);
    *net = NETWORK_EMPTY;
}

static void add_arc(Network *net, NodeIx from, Arc arc)
{
    arc.next = net->first[from];
    net->first[from] = net->n_arcs;
    net->arcs[net->n_arcs++] = arc;
}

static void note_cost(Network *net, int64_t cost)
{
    int64_t size = cost < 0 ? -cost : cost;

    assert(size <= FLOW_COST_MAX);
    if (size > net->cost_max)
        net->cost_max = size;
}

ArcIx network_add_edge(Network *net, NodeIx from, NodeIx to, int64_t capacity,
                       int64_t cost)
{
    ArcIx forward = net->n_arcs;

    assert(from >= 0 && from < net->n_nodes && to >= 0 && to < net->n_nodes);
    assert(capacity >= 0);
    assert(capacity <= FLOW_CAPACITY_MAX || capacity == FLOW_UNLIMITED);
    assert(forward + 2 <= net->max_arcs);

    note_cost(net, cost);
    add_arc(net, from, (Arc){ .to = to, .room = capacity, .cost = cost });
    add_arc(net, to, (Arc){ .to = from, .room = 0, .cost = -cost });
    return forward;
}

void network_set_cost(Network *net, ArcIx arc, int64_t cost)
{
    assert(arc >= 0 && arc < net->n_arcs && arc % 2 == 0);

    note_cost(net, cost);
    net->arcs[arc].cost = cost;
    net->arcs[arc_reverse(arc)].cost = -cost;
}

void network_set_capacity(Network *net, ArcIx arc, int64_t capacity)
{
    assert(arc >= 0 && arc < net->n_arcs && arc % 2 == 0);
    assert(capacity >= 0);
    assert(capacity <= FLOW_CAPACITY_MAX || capacity == FLOW_UNLIMITED);

    net->arcs[arc].room = capacity - network_flow(net, arc);
}

void network_drop_flow(Network *net)
{
    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        net->arcs[a].room = network_capacity(net, a);
        net->arcs[a + 1].room = 0;
    }
}
