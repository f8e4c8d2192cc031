/*
 * balloon_flow.c - memory as a flow.
 *
 *     source ─▶ idle memory, level by level ─▶ cell ─▶ pool ─▶ its needs, level by level
 *     source ─▶ the host's spare ────────────▶ cell            ─▶ sink
 *
 * The levels of need are slices of what is available to a guest: the lowest slice of
 * anybody is filled before the next one of anybody else, so that those who starve alike
 * get alike.  The levels of those who give are an idle tax: whose memory is idlest gives
 * first, and before the host does.  VMs that may use the same memory are one pool, so that
 * the network is as small for thousands of VMs as it is for ten.
 */
#include "balloon_room.h"

enum {
    PRICE_LEVEL = 1000, /* of a slice of need, over the one below */
    PRICE_PRIORITY =
        8000,        /* as many slices as go by before one priority less is served */
    PRICE_TAX = 100, /* of a level of idleness */
    PRICE_HOST = IDLE_LEVELS * PRICE_TAX,
    PRICE_REMOTE =
        50, /* of memory in another cell, for each unit of distance above 10 */
    PRIORITY_MAX = 10,
};

typedef struct {
    Network *net;
    const Memory *memory;
    int n_cells, n_pools;
    NodeIx source, sink, host;
} Drawing;

static NodeIx cell_node(const Drawing *drawing, int cell)
{
    (void)drawing;
    return 3 + cell;
}

static NodeIx pool_node(const Drawing *drawing, int pool)
{
    return 3 + drawing->n_cells + pool;
}

/* Where the memory lies that a pool gives. */
static int cell_of(const Pool *pool)
{
    if (pool->cells && !cpuset_has(pool->cells, pool->home))
        return cpuset_next(pool->cells, 0);
    return MAX(pool->home, 0);
}

static int64_t remoteness(const Drawing *drawing, const Pool *pool, int cell)
{
    if (pool->home < 0)
        return 0;
    return MAX(topology_distance(drawing->memory->topology, pool->home, cell) - 10, 0);
}

static void draw_host(const Drawing *drawing, const Ballooner *ballooner)
{
    network_add_edge(drawing->net, drawing->source, drawing->host,
                     MAX(ballooner->spare_in_all, 0), PRICE_HOST);
    for (int c = 0; c < drawing->n_cells; c++)
        network_add_edge(drawing->net, drawing->host, cell_node(drawing, c),
                         MAX(g_array_index(ballooner->spare, int64_t, c), 0), 0);
}

static void draw_ways(const Drawing *drawing, const Pool *pool, int p)
{
    for (int c = 0; c < drawing->n_cells; c++)
        if (!pool->cells || cpuset_has(pool->cells, c))
            network_add_edge(drawing->net, cell_node(drawing, c), pool_node(drawing, p),
                             FLOW_UNLIMITED,
                             PRICE_REMOTE * remoteness(drawing, pool, c));
}

/* The two kinds of edges whose flow is read back: their arcs are @first and those after
 * it, pool by pool. */
static ArcIx draw_needs(const Drawing *drawing, const GArray *pools)
{
    ArcIx first = drawing->net->n_arcs;

    for (int p = 0; p < drawing->n_pools; p++) {
        const Pool *pool = &g_array_index(pools, Pool, p);
        int rank = PRIORITY_MAX - MIN(pool->priority, PRIORITY_MAX);

        for (int level = 0; level < NEED_LEVELS; level++)
            network_add_edge(drawing->net, pool_node(drawing, p), drawing->sink,
                             pool->need[level],
                             PRICE_PRIORITY * rank + PRICE_LEVEL * level);
    }
    return first;
}

static ArcIx draw_idle(const Drawing *drawing, const GArray *pools, bool donors)
{
    ArcIx first = drawing->net->n_arcs;

    for (int p = 0; p < drawing->n_pools; p++) {
        const Pool *pool = &g_array_index(pools, Pool, p);

        for (int level = 0; level < IDLE_LEVELS; level++)
            network_add_edge(
                drawing->net, drawing->source, cell_node(drawing, cell_of(pool)),
                donors ? pool->idle[level] : 0, PRICE_TAX * (IDLE_LEVELS - 1 - level));
    }
    return first;
}

static void read_flow(const Drawing *drawing, GArray *pools, ArcIx needs, ArcIx idle)
{
    for (int p = 0; p < drawing->n_pools; p++) {
        Pool *pool = &g_array_index(pools, Pool, p);

        for (int level = 0; level < NEED_LEVELS; level++)
            pool->filled[level] =
                network_flow(drawing->net, needs + 2 * (p * NEED_LEVELS + level));
        for (int level = 0; level < IDLE_LEVELS; level++)
            pool->drawn[level] =
                network_flow(drawing->net, idle + 2 * (p * IDLE_LEVELS + level));
    }
}

McmfResult balloon_flow(Ballooner *ballooner, const Memory *memory, bool donors)
{
    Drawing drawing = { .net = &ballooner->net,
                        .memory = memory,
                        .n_cells = memory->n_cells,
                        .n_pools = (int)ballooner->pools->len,
                        .source = 0,
                        .sink = 1,
                        .host = 2 };
    int n_nodes = 3 + drawing.n_cells + drawing.n_pools;
    int n_edges = 1 + drawing.n_cells +
                  drawing.n_pools * (drawing.n_cells + NEED_LEVELS + IDLE_LEVELS);
    ArcIx needs, idle;
    McmfResult result;

    g_assert(network_reset(drawing.net, n_nodes, n_edges));
    draw_host(&drawing, ballooner);
    for (int p = 0; p < drawing.n_pools; p++)
        draw_ways(&drawing, &g_array_index(ballooner->pools, Pool, p), p);
    needs = draw_needs(&drawing, ballooner->pools);
    idle = draw_idle(&drawing, ballooner->pools, donors);
    result = mcmf_simplex(drawing.net, drawing.source, drawing.sink);
    if (result.status != MCMF_OPTIMAL) { /* numbers too wide: nobody gets anything */
        network_drop_flow(drawing.net);
        result.flow = 0;
    }
    read_flow(&drawing, ballooner->pools, needs, idle);
    return result;
}
