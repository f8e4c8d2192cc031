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

bool network_reserve(Network *net, int32_t n_edges)
{
    bool ok = true;

    assert(n_edges >= 0 && n_edges <= INT32_MAX / 2);
    if (2 * n_edges <= net->max_arcs)
        return true;
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
        net->first = grow(net->first, n_nodes, sizeof *net->first, &ok);
        net->price = grow(net->price, n_nodes, sizeof *net->price, &ok);
        net->dist = grow(net->dist, n_nodes, sizeof *net->dist, &ok);
        net->via = grow(net->via, n_nodes, sizeof *net->via, &ok);
        net->queue = grow(net->queue, n_nodes, sizeof *net->queue, &ok);
        net->queued = grow(net->queued, n_nodes, sizeof *net->queued, &ok);
        if (!ok)
            return false;
        net->max_nodes = n_nodes;
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
