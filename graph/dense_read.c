/*
 * dense_read.c - builds what dense.h describes from a network, and writes it back.
 *
 * More than a third of a large solve is spent here, looking at every edge once, so
 * the common case is read straight through: rows whose edges lie one behind the other,
 * in the order of their columns.
 */
#include "dense.h"

#include <assert.h>

/* Arcs: how far ahead of the eye a row is fetched, over the ends of pages that
 * processors do not see beyond. */
#define READ_AHEAD 160

/* Rows: how far ahead of the hand the edge that gets a row's unit is fetched. */
#define WRITE_AHEAD 12

/* ── reading the network ──────────────────────────────────────────────────── */

void dense_carve(Dense *d, Block *block)
{
    size_t rows = (size_t)d->n_rows, columns = (size_t)d->n_columns;
    size_t width = (size_t)d->width, span = (size_t)d->span;
    size_t cell = d->body->cell_size;

    d->cells = block_carve(block, rows * width, cell);
    d->base = block_carve(block, rows, sizeof *d->base);
    d->idle = block_carve(block, rows, sizeof *d->idle);
    d->carrier = block_carve(block, rows, sizeof *d->carrier);
    d->on = block_carve(block, rows, sizeof *d->on);
    d->written = block_carve(block, rows, sizeof *d->written);
    d->next_on = block_carve(block, rows, sizeof *d->next_on);
    d->prev_on = block_carve(block, rows, sizeof *d->prev_on);
    d->first_on = block_carve(block, columns, sizeof *d->first_on);
    d->count = block_carve(block, columns, sizeof *d->count);
    d->steps = block_carve(block, (size_t)d->n_steps, sizeof *d->steps);
    d->first_step = block_carve(block, columns + 1, sizeof *d->first_step);
    d->sold = block_carve(block, columns, sizeof *d->sold);
    d->shift = block_carve(block, (columns + 1) * span, cell);
    d->stale = block_carve(block, columns, sizeof *d->stale);
    d->price = block_carve(block, span, cell);
    d->label = block_carve(block, span, cell);
    d->parent = block_carve(block, span, cell);
    d->wants = block_carve(block, span, cell);
    d->index = block_carve(block, span, cell);
    d->active = block_carve(block, span / 64 + 1, sizeof *d->active);
    d->excess = block_carve(block, columns + 1, sizeof *d->excess);
    d->bid = block_carve(block, rows, sizeof *d->bid);
    d->child = block_carve(block, rows, sizeof *d->child);
    d->sibling = block_carve(block, rows, sizeof *d->sibling);
    d->waiting = block_carve(block, rows, sizeof *d->waiting);
    d->lowest = block_carve(block, columns, sizeof *d->lowest);
    d->scratch = block_carve(block, width, sizeof *d->scratch);
}

/* The arcs at the sink, but for an edge that was peeled off behind it. */
static ArcIx skip_peeled(const Network *net, const Shape *shape, ArcIx arc)
{
    while (arc != ARC_NONE && shape->part[net->arcs[arc].to] == PART_SOURCE)
        arc = net->arcs[arc].next;
    return arc;
}

static ArcIx first_into(const Network *net, const Shape *shape)
{
    return skip_peeled(net, shape, net->first[shape->sink]);
}

static ArcIx next_into(const Network *net, const Shape *shape, ArcIx arc)
{
    return skip_peeled(net, shape, net->arcs[arc].next);
}

bool dense_suits(Dense *d, const Network *net, const Shape *shape)
{
    int64_t n_edges = net->n_arcs / 2, n_steps = 0;

    d->n_rows = shape->n_rows;
    d->n_columns = shape->n_columns - 1;
    if (d->n_rows == 0 || d->n_columns == 0 ||
        n_edges < (int64_t)d->n_rows * d->n_columns / 4)
        return false;
    for (ArcIx a = first_into(net, shape); a != ARC_NONE;
         a = next_into(net, shape, a)) {
        if (a % 2 == 0 || shape->part[net->arcs[a].to] < 0)
            return false;
        n_steps++;
    }
    d->n_steps = (int32_t)n_steps;
    d->width = (d->n_columns + LANES_MAX - 1) / LANES_MAX * LANES_MAX;
    d->span = (d->n_columns + LANES_MAX) / LANES_MAX * LANES_MAX;
    return true;
}

static void sort_steps(Step *steps, int32_t n)
{
    int32_t below = 0;

    for (int32_t i = 1; i < n; i++) {
        Step step = steps[i];
        int32_t at = i;

        for (; at > 0 &&
               (steps[at - 1].cost > step.cost ||
                (steps[at - 1].cost == step.cost && steps[at - 1].arc > step.arc));
             at--)
            steps[at] = steps[at - 1];
        steps[at] = step;
    }
    for (int32_t i = 0; i < n; i++) {
        steps[i].below = below;
        below += steps[i].room;
    }
}

/* Sets a step's cost and room from its edge. */
static void read_step(const Dense *d, const Network *net, Step *step)
{
    int64_t room = least(network_capacity(net, step->arc), d->n_rows + 1);

    step->cost = net->arcs[step->arc].cost;
    step->room = (int32_t)room;
}

void dense_change_step(Dense *d, const Network *net, int32_t j, ArcIx arc)
{
    int32_t first = d->first_step[j];

    for (int32_t s = first; s < d->first_step[j + 1]; s++)
        if (d->steps[s].arc == arc)
            read_step(d, net, &d->steps[s]);
    sort_steps(d->steps + first, d->first_step[j + 1] - first);
}

/* Rooms add up in 32 bits: little more than n_rows for each of a column's steps. */
static bool read_steps(Dense *d, const Network *net, const Shape *shape)
{
    for (int32_t j = 0; j <= d->n_columns; j++)
        d->first_step[j] = 0;
    for (ArcIx a = first_into(net, shape); a != ARC_NONE; a = next_into(net, shape, a))
        d->first_step[shape->part[net->arcs[a].to]]++;
    for (int32_t j = 0, end = 0; j <= d->n_columns; j++) {
        end += d->first_step[j];
        d->first_step[j] = end;
    }
    for (ArcIx a = first_into(net, shape); a != ARC_NONE;
         a = next_into(net, shape, a)) {
        Step *step = &d->steps[--d->first_step[shape->part[net->arcs[a].to]]];

        step->arc = arc_reverse(a);
        read_step(d, net, step);
        d->had_flow |= net->arcs[a].room != 0;
    }
    for (int32_t j = 0; j < d->n_columns; j++) {
        int32_t n = d->first_step[j + 1] - d->first_step[j];

        if (n > PARALLEL_MAX || (int64_t)n * (d->n_rows + 1) > INT32_MAX)
            return false;
        sort_steps(d->steps + d->first_step[j], n);
    }
    return true;
}

/* Reads the edges of row i into d->scratch, in whatever order they are.  Returns how
 * many, or -1 where they do not suit. */
static int32_t read_scattered(Dense *d, const Network *net, const Shape *shape,
                              int32_t i, int64_t reference)
{
    int32_t n_edges = 0, n_in = 0;
    int64_t spread = 0;

    for (int32_t k = 0; k < d->n_columns; k++)
        d->scratch[k] = COST_ABSENT;
    for (ArcIx a = net->first[shape->row_node[i]]; a != ARC_NONE;
         a = net->arcs[a].next) {
        int32_t k = shape->part[net->arcs[a].to];
        int64_t above = net->arcs[a].cost - reference;

        n_in += a % 2;
        if (a % 2)
            continue;
        n_edges++;
        if ((uint32_t)k >= (uint32_t)d->n_columns)
            return -1;
        d->had_flow |= network_flow(net, a) != 0;
        if (d->scratch[k] != COST_ABSENT)
            return -1;
        d->scratch[k] = COST_SHUT;
        if (network_capacity(net, a) == 0)
            continue;
        spread |= above < 0 ? ~above : above;
        d->scratch[k] = (int32_t)above;
    }
    return n_in == 1 && spread < COST_SPREAD ? n_edges : -1;
}

/* The same for a row with one edge to each column, added one after the other: the
 * common case, with no list to follow.  False where it is not this one. */
static bool read_straight(Dense *d, const Network *net, const Shape *shape, int32_t i,
                          int64_t reference)
{
    NodeIx node = shape->row_node[i];
    int32_t n = d->n_columns, strays = 0;
    ArcIx first = net->first[node] - 2 * (n - 1);
    const Arc *arc = net->arcs + first;
    const NodeIx *column = shape->column_node;
    int32_t *scratch = d->scratch;
    int64_t spread = 0, empty = 0, carried = 0;

    if (first < 0 || first % 2)
        return false;
    for (int32_t k = 0; k < n; k++, arc += 2) {
        int64_t above = arc->cost - reference;

        __builtin_prefetch(arc + READ_AHEAD);
        strays |= (arc[0].to ^ column[k]) | (arc[1].to ^ node);
        spread |= above < 0 ? ~above : above;
        empty |= arc[0].room + arc[1].room - 1; /* negative where there is none */
        carried |= arc[1].room;
        scratch[k] = (int32_t)above;
    }
    d->had_flow |= carried != 0;
    return !strays && empty >= 0 && spread < COST_SPREAD;
}

/* Returns how many edges row i has, or -1 where they do not suit. */
static int32_t read_row(Dense *d, const Network *net, const Shape *shape, int32_t i)
{
    int64_t reference = net->arcs[net->first[shape->row_node[i]]].cost;
    int32_t n_edges = d->n_columns, lowest;

    if (!read_straight(d, net, shape, i, reference))
        n_edges = read_scattered(d, net, shape, i, reference);
    if (n_edges < 0)
        return -1;
    lowest = d->body->load_row(d, i);
    d->base[i] = reference + lowest;
    return lowest < COST_ABSENT || d->idle[i] ? n_edges : -1;
}

bool dense_read(Dense *d, const Network *net, const Shape *shape)
{
    int64_t n_edges = (int64_t)d->n_rows + d->n_steps;

    d->had_flow = false;
    for (int32_t k = d->n_columns; k < d->width; k++)
        d->scratch[k] = COST_ABSENT;
    if (!read_steps(d, net, shape))
        return false;
    for (int32_t i = 0; i < d->n_rows; i++) {
        int64_t supply = network_capacity(net, shape->supply[i]);
        int32_t n;

        d->idle[i] = supply == 0;
        d->had_flow |= network_flow(net, shape->supply[i]) != 0;
        n = supply <= 1 ? read_row(d, net, shape, i) : -1;
        if (n < 0)
            return false;
        n_edges += n;
        d->on[i] = d->written[i] = NOBODY;
        d->carrier[i] = ARC_NONE;
    }
    for (int32_t j = 0; j < d->n_columns; j++) {
        d->first_on[j] = NOBODY;
        d->count[j] = 0;
        d->stale[j] = true;
    }
    for (int32_t word = 0; word <= d->span / 64; word++)
        d->active[word] = 0;
    return n_edges == net->n_arcs / 2;
}

/* ── writing it back ──────────────────────────────────────────────────────── */

/* Where the edge from row i to column j is, if the row's edges were added one after
 * the other in the order of their columns; or ARC_NONE. */
static ArcIx likely_edge(const Dense *d, const Network *net, const Shape *shape,
                         int32_t i, int32_t j)
{
    ArcIx edge = net->first[shape->row_node[i]] - 2 * (d->n_columns - 1 - j);

    return edge >= 0 && edge % 2 == 0 ? edge : ARC_NONE;
}

static void fetch_edge(const Network *net, ArcIx edge)
{
    if (edge != ARC_NONE)
        __builtin_prefetch(&net->arcs[edge], 1);
}

/* The edge from row i to column j, wherever it is. */
static ArcIx edge_between(const Dense *d, const Network *net, const Shape *shape,
                          int32_t i, int32_t j)
{
    NodeIx from = shape->row_node[i], to = shape->column_node[j];
    ArcIx likely = likely_edge(d, net, shape, i, j);

    if (likely != ARC_NONE && net->arcs[likely].to == to &&
        network_from(net, likely) == from && network_capacity(net, likely) > 0)
        return likely;
    for (ArcIx a = net->first[from]; a != ARC_NONE; a = net->arcs[a].next)
        if (a % 2 == 0 && net->arcs[a].to == to && network_capacity(net, a) > 0)
            return a;
    assert(false && "a row is on a column that no edge leads to");
    return ARC_NONE;
}

/* How many of column j's units its step s holds. */
static int32_t sold_on(const Dense *d, int32_t j, int32_t s)
{
    int32_t sold = d->sold[j] - d->steps[s].below;

    return sold < 0 ? 0 : sold < d->steps[s].room ? sold : d->steps[s].room;
}

/* What the network's flow will be and cost. */
static void count_cost(const Dense *d, const Network *net, const Shape *shape,
                       EngineReport *out)
{
    for (int32_t i = 0; i < d->n_rows; i++)
        if (!d->idle[i]) {
            out->flow++;
            out->cost += d->base[i] + d->body->cell(d, i, d->on[i]) +
                         net->arcs[shape->supply[i]].cost;
        }
    for (int32_t j = 0; j < d->n_columns; j++)
        for (int32_t s = d->first_step[j]; s < d->first_step[j + 1]; s++)
            out->cost += (__int128)sold_on(d, j, s) * d->steps[s].cost;
    out->augmentations = d->augmentations;
}

static void write_row(Dense *d, Network *net, const Shape *shape, int32_t i)
{
    int32_t column = d->on[i];

    put_flow(net, shape->supply[i], column != NOBODY);
    if (d->carrier[i] != ARC_NONE)
        put_flow(net, d->carrier[i], 0);
    d->carrier[i] =
        column == NOBODY ? ARC_NONE : edge_between(d, net, shape, i, column);
    if (column != NOBODY)
        put_flow(net, d->carrier[i], 1);
    d->written[i] = column;
}

void dense_write(Dense *d, Network *net, const Shape *shape, EngineReport *out)
{
    count_cost(d, net, shape, out);
    if (d->had_flow)
        network_drop_flow(net);
    d->had_flow = false;
    for (int32_t i = 0; i < d->n_rows; i++) {
        int32_t ahead = i + WRITE_AHEAD;

        if (ahead < d->n_rows && d->on[ahead] != d->written[ahead])
            fetch_edge(net, likely_edge(d, net, shape, ahead, d->on[ahead]));
        if (d->on[i] != d->written[i])
            write_row(d, net, shape, i);
    }
    for (int32_t j = 0; j < d->n_columns; j++)
        for (int32_t s = d->first_step[j]; s < d->first_step[j + 1]; s++)
            put_flow(net, d->steps[s].arc, sold_on(d, j, s));
}

/* Turns the columns' prices about, and finds what the rows' must then be. */
void dense_prove(const Dense *d, Network *net, const Shape *shape)
{
    int64_t cheapest = INT64_MAX;

    for (int32_t j = 0; j < d->n_columns; j++)
        net->price[shape->column_node[j]] = -(d->body->price_of(d, j) + d->floor);
    net->price[shape->sink] = 0;
    for (int32_t i = 0; i < d->n_rows; i++) {
        int64_t cell =
            d->idle[i] ? d->body->cheapest_cell(d, i)
                       : d->body->cell(d, i, d->on[i]) + d->body->price_of(d, d->on[i]);
        int64_t price = -(d->base[i] + cell + d->floor);

        net->price[shape->row_node[i]] = price;
        if (!d->idle[i])
            cheapest = least(cheapest, price - net->arcs[shape->supply[i]].cost);
    }
    net->price[shape->source] = cheapest == INT64_MAX ? 0 : cheapest;
}
