/*
 * condensed.c - the front of the condensed engines: finds rows and columns.
 *
 * A scheduling network is lopsided: thousands of nodes with one edge in, from the
 * source, and a handful of nodes behind them.  Seen from there a row is only a way
 * to move load between two columns, at the difference of two costs.  Which nodes
 * are rows is read off the source's own list of edges and their targets' lists; the
 * engines look at the other edges once, and say no where these do not suit.
 *
 * A text may put nodes before the real source and behind the real sink, when it
 * states all supply at one node and all demand at another.  Such a chain carries
 * whatever flows, and is peeled off as long as it can.
 */
#include "graph/flow.h"
#include "condensed.h"
#include "torture.h"

#include <assert.h>
#include <stdlib.h>

struct Condensed {
    Block block;
    Shape shape;
    ArcIx *peeled; /* [n_peeled] edges before the source and behind the sink */
    int32_t n_peeled;
    NodeIx source, sink; /* as asked for */
    Dense *dense;
    Sparse *sparse;
    bool is_dense;
    bool solved; /* condensed_resolve has something to start from */
};

/* ── rows and columns ─────────────────────────────────────────────────────── */

static void carve(Condensed *c, const Network *net, Block *block)
{
    size_t nodes = (size_t)net->n_nodes;

    c->shape.part = block_carve(block, nodes, sizeof *c->shape.part);
    c->shape.row_node = block_carve(block, nodes, sizeof *c->shape.row_node);
    c->shape.supply = block_carve(block, nodes, sizeof *c->shape.supply);
    c->shape.column_node = block_carve(block, nodes, sizeof *c->shape.column_node);
    c->peeled = block_carve(block, nodes, sizeof *c->peeled);
}

/* The one edge that leaves @node, or enters it, if but for @known it has no other. */
static ArcIx only_edge(const Network *net, NodeIx node, ArcIx known, bool leaving)
{
    ArcIx only = ARC_NONE;

    for (ArcIx a = net->first[node]; a != ARC_NONE; a = net->arcs[a].next) {
        ArcIx edge = a & ~1;

        if (edge == known)
            continue;
        if ((a == edge) != leaving || only != ARC_NONE)
            return ARC_NONE;
        only = edge;
    }
    return only;
}

/* All that may leave @node, or INT64_MAX where that is more than any edge holds. */
static int64_t room_out(const Network *net, NodeIx node)
{
    int64_t total = 0;

    for (ArcIx a = net->first[node]; a != ARC_NONE; a = net->arcs[a].next) {
        if (a % 2 == 0)
            total += network_capacity(net, a);
        if (total > FLOW_CAPACITY_MAX)
            return INT64_MAX;
    }
    return total;
}

/* Is @node the source, or would it be a row? */
static bool follows(const Network *net, NodeIx node, NodeIx source)
{
    for (ArcIx a = net->first[node]; a != ARC_NONE; a = net->arcs[a].next)
        if (a % 2 && net->arcs[a].to == source)
            return true;
    return node == source;
}

static void peel(Condensed *c, const Network *net)
{
    Shape *shape = &c->shape;

    for (ArcIx known = ARC_NONE;;) {
        ArcIx edge = only_edge(net, shape->source, known, true);

        if (edge == ARC_NONE || net->arcs[edge].to == shape->sink ||
            room_out(net, net->arcs[edge].to) > network_capacity(net, edge))
            break;
        c->peeled[c->n_peeled++] = known = edge;
        shape->source = net->arcs[edge].to;
    }
    for (ArcIx known = ARC_NONE;;) {
        ArcIx edge = only_edge(net, shape->sink, known, false);

        if (edge == ARC_NONE || follows(net, network_from(net, edge), shape->source) ||
            room_out(net, shape->source) > network_capacity(net, edge))
            break;
        c->peeled[c->n_peeled++] = known = edge;
        shape->sink = network_from(net, edge);
    }
}

/* Lists run backwards through the arcs; rows are numbered, and so later read, in the
 * order they were added. */
static void number_rows(Shape *shape)
{
    for (int32_t i = 0, last = shape->n_rows - 1; i < last; i++, last--) {
        NodeIx node = shape->row_node[i];
        ArcIx supply = shape->supply[i];

        shape->row_node[i] = shape->row_node[last];
        shape->row_node[last] = node;
        shape->supply[i] = shape->supply[last];
        shape->supply[last] = supply;
    }
    for (int32_t i = 0; i < shape->n_rows; i++)
        shape->part[shape->row_node[i]] = ~i;
}

/* Finds what would be rows and columns, if each row has no other edge in, which the
 * engines see for themselves. */
static bool find_shape(Condensed *c, const Network *net, bool peeled)
{
    Shape *shape = &c->shape;
    NodeIx source, sink;
    int32_t n_parts;

    shape->source = c->source;
    shape->sink = c->sink;
    c->n_peeled = 0;
    if (peeled)
        peel(c, net);
    source = shape->source;
    sink = shape->sink;
    shape->n_rows = shape->n_columns = 0;
    for (NodeIx v = 0; v < net->n_nodes; v++)
        shape->part[v] = 0;
    for (int32_t p = 0; p < c->n_peeled; p++) {
        shape->part[network_from(net, c->peeled[p])] = PART_SOURCE;
        shape->part[net->arcs[c->peeled[p]].to] = PART_SOURCE;
    }
    shape->part[source] = PART_SOURCE;
    shape->part[sink] = 0;

    for (ArcIx a = net->first[source]; a != ARC_NONE; a = net->arcs[a].next) {
        NodeIx row = net->arcs[a].to;

        if (shape->part[row] == PART_SOURCE && a % 2)
            continue; /* the peeled edge that leads here */
        if (a % 2 || shape->part[row] != 0 || row == sink)
            return false;
        shape->row_node[shape->n_rows] = row;
        shape->supply[shape->n_rows] = a;
        shape->part[row] = ~shape->n_rows++;
    }
    number_rows(shape);
    n_parts = shape->n_rows + c->n_peeled + 1;
    if (net->n_nodes - n_parts > CONDENSED_COLUMNS_MAX)
        return false;
    for (NodeIx v = 0; v < net->n_nodes; v++)
        if (shape->part[v] == 0 && v != sink) {
            shape->column_node[shape->n_columns] = v;
            shape->part[v] = shape->n_columns++;
        }
    shape->column_node[shape->n_columns] = sink;
    shape->part[sink] = shape->n_columns++;
    return true;
}

/* ── solving ──────────────────────────────────────────────────────────────── */

void condensed_prove(const Condensed *c, Network *net)
{
    NodeIx source = c->shape.source, sink = c->shape.sink;

    if (!c->solved)
        return;
    if (c->is_dense)
        dense_prove(c->dense, net, &c->shape);
    else
        sparse_prove(c->sparse, net, &c->shape);
    for (int32_t p = c->n_peeled - 1; p >= 0; p--) { /* the innermost come last */
        NodeIx from = network_from(net, c->peeled[p]), to = net->arcs[c->peeled[p]].to;
        int64_t cost = net->arcs[c->peeled[p]].cost;

        if (to == source) {
            net->price[from] = net->price[to] - cost;
            source = from;
        } else if (from == sink) {
            net->price[to] = net->price[from] + cost;
            sink = to;
        }
    }
}

static McmfResult answer(Condensed *c, Network *net, EngineAnswer engine,
                         EngineReport report)
{
    McmfResult result = { .status = MCMF_OPTIMAL };

    c->solved = engine == ENGINE_DONE;
    switch (engine) {
    case ENGINE_DONE:
        break;
    case ENGINE_UNFIT:
        result.status = MCMF_UNFIT;
        return result;
    case ENGINE_NO_MEMORY:
        result.status = MCMF_NO_MEMORY;
        return result;
    }
    for (int32_t p = 0; p < c->n_peeled; p++) {
        put_flow(net, c->peeled[p], report.flow);
        report.cost += (__int128)report.flow * net->arcs[c->peeled[p]].cost;
    }
    result.flow = report.flow;
    result.cost = (int64_t)report.cost;
    result.augmentations = report.augmentations;
    if (result.cost != report.cost) {
        c->solved = false;
        result.status = MCMF_TOO_WIDE;
        return result;
    }
    result.cheapest = true;
    if (TORTURED(false, true)) {
        condensed_prove(c, net);
        torture_priced(net, c->source, c->sink);
    }
    return result;
}

static EngineAnswer solve_shape(Condensed *c, Network *net, bool peeled,
                                EngineReport *report)
{
    EngineAnswer engine;

    if (!find_shape(c, net, peeled))
        return ENGINE_UNFIT;
    c->is_dense = true;
    engine = dense_solve(c->dense, net, &c->shape, report);
    if (engine != ENGINE_UNFIT)
        return engine;
    c->is_dense = false;
    return sparse_solve(c->sparse, net, &c->shape, report);
}

McmfResult condensed_solve(Condensed *c, Network *net, NodeIx source, NodeIx sink)
{
    Block need = { 0 };
    EngineReport report = { 0 };
    EngineAnswer engine;

    assert(source != sink);
    c->solved = false;
    if (network_too_wide(net))
        return (McmfResult){ .status = MCMF_TOO_WIDE };
    c->source = source;
    c->sink = sink;
    carve(c, net, &need);
    if (!block_renew(&c->block, need.used))
        return (McmfResult){ .status = MCMF_NO_MEMORY };
    carve(c, net, &c->block);
    engine = solve_shape(c, net, true, &report);
    if (engine == ENGINE_UNFIT && c->n_peeled > 0)
        engine = solve_shape(c, net, false, &report);
    return answer(c, net, engine, report);
}

/* Only edges of the engine's own may change without looking at the shape again:
 * what is peeled off depends on the supplies. */
static bool shape_holds(const Condensed *c, const Network *net, const ArcIx *changed,
                        int32_t n_changed)
{
    for (int32_t i = 0; c->n_peeled > 0 && i < n_changed; i++)
        if (c->shape.part[network_from(net, changed[i])] == PART_SOURCE ||
            c->shape.part[net->arcs[changed[i]].to] == PART_SOURCE)
            return false;
    return true;
}

McmfResult condensed_resolve(Condensed *c, Network *net, const ArcIx *changed,
                             int32_t n_changed)
{
    EngineReport report = { 0 };
    EngineAnswer engine = ENGINE_UNFIT;

    if (c->solved && !network_too_wide(net) && shape_holds(c, net, changed, n_changed))
        engine = c->is_dense ? dense_resolve(c->dense, net, &c->shape, changed,
                                             n_changed, &report)
                             : sparse_resolve(c->sparse, net, &c->shape, changed,
                                              n_changed, &report);
    if (engine == ENGINE_UNFIT)
        return condensed_solve(c, net, c->source, c->sink);
    return answer(c, net, engine, report);
}

Condensed *condensed_new(void)
{
    Condensed *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->dense = dense_new();
    c->sparse = sparse_new();
    if (c->dense && c->sparse)
        return c;
    condensed_free(c);
    return NULL;
}

void condensed_free(Condensed *c)
{
    if (!c)
        return;
    dense_free(c->dense);
    sparse_free(c->sparse);
    block_free(&c->block);
    free(c);
}

McmfResult mcmf_condensed(Network *net, NodeIx source, NodeIx sink)
{
    Condensed *c = condensed_new();
    McmfResult result = { .status = MCMF_NO_MEMORY };

    if (c)
        result = condensed_solve(c, net, source, sink);
    if (result.status == MCMF_OPTIMAL) {
        condensed_prove(c, net);
        result.priced = true;
    }
    condensed_free(c);
    return result;
}
