/*
 * dense.c - the condensed engine for full matrices of unit rows.
 *
 * Many rows, few columns, each row one unit that some column must take, each
 * column's further units dearer and dearer.  All that a cheapest path through such
 * a network does between column j and column k is move the row on j that minds
 * least, at w[j][k] = min over rows i on j of c[i][k] - c[i][j].  So paths are
 * searched in a graph of columns only, whatever the number of rows, and relaxing a
 * column is one vector operation over a row of w.
 *
 * Any prices of the columns will do to start from: every row goes where it is
 * cheapest at these prices, and paths from columns that then have too much to
 * columns that have too little mend the rest.  The result is exact; good prices
 * only make it fast.  Cold, an auction finds them: rows bid for places, a column
 * sells each further place at the price of its next edge to the sink, or the place
 * of its lowest bidder.  Warm, they are those of the last solve.
 *
 * Costs are held as 16-bit cells, less the least of their row, and cut off where
 * sums might leave 16 bits.  A row that ends on a cell cut off, or a price that
 * leaves its range, says that 16 bits were too few; then it is all done again with
 * 32, and where these are too few the engine is not the right one.  The body is
 * compiled for each width and instruction set; all give the same flow, because
 * ties go to the lowest column however many lanes a vector has.
 */
#include "graph/flow.h"
#include "condensed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define NOBODY (-1)

/* Of a row that may not go somewhere, for want of an edge or of room on it; and how
 * far apart a row's costs may lie. */
#define COST_ABSENT (1 << 30)
#define COST_SHUT (COST_ABSENT + 1)
#define COST_SPREAD (1 << 29)

/* Arcs: how far ahead of the eye a row is fetched, over the ends of pages that
 * processors do not see beyond. */
#define READ_AHEAD 160

/* Of any instruction set's vectors. */
#define LANES_MAX 32

/* How many bids the auction allows per row before it leaves the rest to the search. */
#define AUCTION_PATIENCE 64

/* How many bids ahead a row is fetched. */
#define BIDS_AHEAD 4

/* One of a column's edges to the sink.  They are sorted: the cheaper fills first. */
typedef struct {
    int64_t cost;
    int32_t step;  /* the cost as cells see it: less the floor, cut off */
    int32_t room;  /* if more than there are rows, one more */
    int32_t below; /* the room of the cheaper ones */
    ArcIx arc;
} Step;

typedef struct Body Body;

struct Dense {
    Block block;
    const Body *body; /* the width and instruction set in use */
    int32_t n_rows, n_columns;
    int32_t n_steps;
    int32_t width; /* cells in a row of the matrix, no vector left incomplete */
    int32_t span;  /* the same for rows of w, which have the sink too */
    int64_t augmentations;
    bool had_flow; /* the network carried some when it was read */

    void *cells;    /* [n_rows][width] costs less their row's base */
    int64_t *base;  /* [n_rows] */
    bool *idle;     /* [n_rows] it has nothing to place */
    ArcIx *carrier; /* [n_rows] the arc that holds the row's unit, or ARC_NONE */

    /* Who is where: a list of rows for each column. */
    int32_t *on;                /* [n_rows] the row's column, or NOBODY */
    int32_t *next_on, *prev_on; /* [n_rows] */
    int32_t *first_on, *count;  /* [n_columns] */

    Step *steps;         /* [n_steps] of all columns, one behind the other */
    int32_t *first_step; /* [n_columns + 1] */
    int64_t floor;       /* what a step of 0 costs */
    int32_t *sold;       /* [n_columns] units that go on to the sink */

    /* The graph of columns; the sink is node n_columns. */
    void *shift;      /* [n_columns + 1][span] w */
    bool *stale;      /* [n_columns] its row of w must be made anew */
    void *price;      /* [span] */
    void *label;      /* [span] */
    void *parent;     /* [span] */
    void *wants;      /* [span] 0 where there is too little, else out of reach */
    void *index;      /* [span] 0, 1, 2, … */
    uint64_t *active; /* [span / 64 + 1] */
    int32_t *excess;  /* [n_columns + 1] */

    /* The auction's heaps of bids. */
    int32_t *bid;             /* [n_rows] */
    int32_t *child, *sibling; /* [n_rows] */
    int32_t *lowest;          /* [n_columns] the root of each heap, or NOBODY */
    int32_t *waiting;         /* [n_rows] a ring of rows that have to bid */

    int32_t *scratch; /* [width] a row on its way in */
};

struct Body {
    size_t cell_size;
    int32_t (*load_row)(Dense *d, int32_t i);
    bool (*solve)(Dense *d);
    bool (*resolve)(Dense *d);
    void (*fetch_cell)(const Dense *d, int32_t i, int32_t j);
    void (*change_cell)(Dense *d, int32_t i, int32_t j, int64_t cost, bool absent);
    int64_t (*cell)(const Dense *d, int32_t i, int32_t j);
    int64_t (*cheapest_cell)(const Dense *d, int32_t i);
    int64_t (*price_of)(const Dense *d, int32_t j);
};

/* ── lists, heaps and steps ───────────────────────────────────────────────── */

static void list_leave(Dense *d, int32_t i)
{
    int32_t j = d->on[i], next = d->next_on[i], prev = d->prev_on[i];

    if (prev == NOBODY)
        d->first_on[j] = next;
    else
        d->next_on[prev] = next;
    if (next != NOBODY)
        d->prev_on[next] = prev;
    d->count[j]--;
    d->on[i] = NOBODY;
}

static void list_join(Dense *d, int32_t i, int32_t j)
{
    int32_t next = d->first_on[j];

    d->on[i] = j;
    d->prev_on[i] = NOBODY;
    d->next_on[i] = next;
    if (next != NOBODY)
        d->prev_on[next] = i;
    d->first_on[j] = i;
    d->count[j]++;
}

/* Pairing heaps: of two roots the higher becomes a child of the lower. */
static int32_t heap_join(Dense *d, int32_t a, int32_t b)
{
    int32_t low, high;

    if (a == NOBODY || b == NOBODY)
        return a == NOBODY ? b : a;
    low = d->bid[b] < d->bid[a] ? b : a;
    high = low == a ? b : a;
    d->sibling[high] = d->child[low];
    d->child[low] = high;
    return low;
}

static void heap_push(Dense *d, int32_t j, int32_t i, int32_t bid)
{
    d->bid[i] = bid;
    d->child[i] = d->sibling[i] = NOBODY;
    d->lowest[j] = heap_join(d, d->lowest[j], i);
}

static void heap_pop(Dense *d, int32_t j)
{
    int32_t rest = d->child[d->lowest[j]], pairs = NOBODY, heap = NOBODY;

    while (rest != NOBODY) {
        int32_t a = rest, b = d->sibling[a];

        rest = b == NOBODY ? NOBODY : d->sibling[b];
        d->sibling[a] = NOBODY;
        if (b != NOBODY)
            d->sibling[b] = NOBODY;
        a = heap_join(d, a, b);
        d->sibling[a] = pairs;
        pairs = a;
    }
    while (pairs != NOBODY) {
        int32_t next = d->sibling[pairs];

        d->sibling[pairs] = NOBODY;
        heap = heap_join(d, heap, pairs);
        pairs = next;
    }
    d->lowest[j] = heap;
}

/* The step of column j that holds its unit number @unit, or the one past its last. */
static int32_t step_holding(const Dense *d, int32_t j, int32_t unit)
{
    int32_t s = d->first_step[j], end = d->first_step[j + 1];

    while (s < end && unit >= d->steps[s].below + d->steps[s].room)
        s++;
    return s;
}

static int32_t room_of(const Dense *d, int32_t j)
{
    const Step *last = &d->steps[d->first_step[j + 1] - 1];

    return d->first_step[j + 1] > d->first_step[j] ? last->below + last->room : 0;
}

/* How many of column j's units its step s holds. */
static int32_t sold_on(const Dense *d, int32_t j, int32_t s)
{
    int32_t sold = d->sold[j] - d->steps[s].below;

    return sold < 0 ? 0 : sold < d->steps[s].room ? sold : d->steps[s].room;
}

/* Says what steps cost in cells whose prices reach from -@price_max to @price_max.
 * The cheapest lies near the bottom, so that most of the range is above it. */
static void cut_steps(Dense *d, int32_t price_max)
{
    int64_t cheapest = d->n_steps > 0 ? INT64_MAX : 0;

    for (int32_t s = 0; s < d->n_steps; s++)
        cheapest = least(cheapest, d->steps[s].cost);
    d->floor = cheapest + price_max / 4 * 3;
    for (int32_t s = 0; s < d->n_steps; s++)
        d->steps[s].step = (int32_t)least(d->steps[s].cost - d->floor, price_max);
}

/* ── the body, six times ──────────────────────────────────────────────────── */

#define CELL int16_t
#define CELL_BITS 16
#define VECTOR_BYTES 16
#define BODY(name) narrow_##name
#include "dense_body.h"

#define CELL int32_t
#define CELL_BITS 32
#define VECTOR_BYTES 16
#define BODY(name) wide_##name
#include "dense_body.h"

#if defined(__x86_64__)

#define CELL int16_t
#define CELL_BITS 16
#define VECTOR_BYTES 32
#define BODY(name) narrow_avx2_##name
#include "dense_body.h"

#define CELL int32_t
#define CELL_BITS 32
#define VECTOR_BYTES 32
#define BODY(name) wide_avx2_##name
#include "dense_body.h"

#define CELL int16_t
#define CELL_BITS 16
#define VECTOR_BYTES 64
#define BODY(name) narrow_avx512_##name
#include "dense_body.h"

#define CELL int32_t
#define CELL_BITS 32
#define VECTOR_BYTES 64
#define BODY(name) wide_avx512_##name
#include "dense_body.h"

#endif

/* The bodies this processor runs fastest, the narrow one first. */
static const Body *const *bodies(void)
{
    static const Body *const portable[] = { &narrow_body, &wide_body };
#if defined(__x86_64__)
    static const Body *const avx2[] = { &narrow_avx2_body, &wide_avx2_body };
    static const Body *const avx512[] = { &narrow_avx512_body, &wide_avx512_body };

    if (vector_bytes() > 16)
        return vector_bytes() == 64 ? avx512 : avx2;
#endif
    return portable;
}

/* ── reading the network ──────────────────────────────────────────────────── */

static void carve(Dense *d, Block *block)
{
    size_t rows = (size_t)d->n_rows, columns = (size_t)d->n_columns;
    size_t width = (size_t)d->width, span = (size_t)d->span;
    size_t cell = d->body->cell_size;

    d->cells = block_carve(block, rows * width, cell);
    d->base = block_carve(block, rows, sizeof *d->base);
    d->idle = block_carve(block, rows, sizeof *d->idle);
    d->carrier = block_carve(block, rows, sizeof *d->carrier);
    d->on = block_carve(block, rows, sizeof *d->on);
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

/* Is the network of rows, columns and edges to the sink, most rows leading to most
 * columns?  Counts the edges to the sink. */
static bool looks_dense(Dense *d, const Network *net, const Shape *shape)
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

        if ((int64_t)n * (d->n_rows + 1) > INT32_MAX)
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
 * common case, and three times as fast.  False where it is not this one. */
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

static bool read_network(Dense *d, const Network *net, const Shape *shape)
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
        d->on[i] = NOBODY;
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

/* The edge from row i to column j.  Where a row's edges were added in the order of
 * their columns it is where it should be; else it is looked for. */
static ArcIx edge_between(const Dense *d, const Network *net, const Shape *shape,
                          int32_t i, int32_t j)
{
    NodeIx from = shape->row_node[i], to = shape->column_node[j];
    ArcIx guess = net->first[from] - 2 * (d->n_columns - 1 - j);

    if (guess >= 0 && guess % 2 == 0 && net->arcs[guess].to == to &&
        network_from(net, guess) == from && network_capacity(net, guess) > 0)
        return guess;
    for (ArcIx a = net->first[from]; a != ARC_NONE; a = net->arcs[a].next)
        if (a % 2 == 0 && net->arcs[a].to == to && network_capacity(net, a) > 0)
            return a;
    assert(false && "a row is on a column that no edge leads to");
    return ARC_NONE;
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

static void write_flow(Dense *d, Network *net, const Shape *shape)
{
    if (d->had_flow)
        network_drop_flow(net);
    d->had_flow = false;
    for (int32_t i = 0; i < d->n_rows; i++) {
        ArcIx arc = d->idle[i] ? ARC_NONE : d->carrier[i];

        put_flow(net, shape->supply[i], !d->idle[i]);
        if (!d->idle[i] &&
            (arc == ARC_NONE || shape->part[net->arcs[arc].to] != d->on[i]))
            arc = edge_between(d, net, shape, i, d->on[i]);
        if (d->carrier[i] != ARC_NONE)
            put_flow(net, d->carrier[i], 0);
        if (arc != ARC_NONE)
            put_flow(net, arc, 1);
        d->carrier[i] = arc;
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

/* ── the engine ───────────────────────────────────────────────────────────── */

Dense *dense_new(void)
{
    return calloc(1, sizeof(Dense));
}

void dense_free(Dense *d)
{
    if (d)
        block_free(&d->block);
    free(d);
}

static EngineAnswer deliver(Dense *d, Network *net, const Shape *shape,
                            EngineReport *out)
{
    count_cost(d, net, shape, out);
    write_flow(d, net, shape);
    return ENGINE_DONE;
}

EngineAnswer dense_solve(Dense *d, Network *net, const Shape *shape, EngineReport *out)
{
    const Body *const *body = bodies();

    if (!looks_dense(d, net, shape))
        return ENGINE_UNFIT;
    for (int width = 0; width < 2; width++) {
        Block need = { 0 };

        d->body = body[width];
        carve(d, &need);
        if (!block_renew(&d->block, need.used))
            return ENGINE_NO_MEMORY;
        carve(d, &d->block);
        d->augmentations = 0;
        if (!read_network(d, net, shape))
            return ENGINE_UNFIT;
        if (d->body->solve(d))
            return deliver(d, net, shape, out);
    }
    return ENGINE_UNFIT;
}

/* An edge from a row, on its way from the network into the matrix. */
typedef struct {
    int32_t row, column;
    int64_t cost;
    bool absent;
} Change;

static bool change_supply(Dense *d, const Network *net, int32_t i, ArcIx arc)
{
    int64_t supply = network_capacity(net, arc);

    d->idle[i] = supply == 0;
    if (d->idle[i] && d->on[i] != NOBODY) {
        d->stale[d->on[i]] = true;
        list_leave(d, i);
    }
    return supply <= 1;
}

static void change_step(Dense *d, const Network *net, int32_t j, ArcIx arc)
{
    int32_t first = d->first_step[j];

    for (int32_t s = first; s < d->first_step[j + 1]; s++)
        if (d->steps[s].arc == arc)
            read_step(d, net, &d->steps[s]);
    sort_steps(d->steps + first, d->first_step[j + 1] - first);
}

/* Takes over what has changed.  The arcs lie all over a large network and the cells
 * all over a large matrix, so a batch of either is fetched while another is used. */
static bool take_changes(Dense *d, const Network *net, const Shape *shape,
                         const ArcIx *changed, int32_t n_changed)
{
    enum { BATCH = 64 };
    Change batch[BATCH];
    bool fits = true;

    for (int32_t start = 0; start < n_changed; start += BATCH) {
        int32_t n = 0;

        for (int32_t c = start + BATCH; c < start + 2 * BATCH && c < n_changed; c++) {
            __builtin_prefetch(&net->arcs[changed[c]]);
            __builtin_prefetch(&net->arcs[arc_reverse(changed[c])].room);
        }
        for (int32_t c = start; c < start + BATCH && c < n_changed; c++) {
            ArcIx arc = changed[c];
            int32_t from = shape->part[network_from(net, arc)];
            int32_t to = shape->part[net->arcs[arc].to];

            if (from == PART_SOURCE) {
                fits = change_supply(d, net, ~to, arc) && fits;
            } else if (from >= 0) {
                change_step(d, net, from, arc);
            } else {
                batch[n++] = (Change){ ~from, to, net->arcs[arc].cost,
                                       network_capacity(net, arc) == 0 };
                d->body->fetch_cell(d, ~from, to);
            }
        }
        for (int32_t c = 0; c < n; c++)
            d->body->change_cell(d, batch[c].row, batch[c].column, batch[c].cost,
                                 batch[c].absent);
    }
    return fits;
}

EngineAnswer dense_resolve(Dense *d, Network *net, const Shape *shape,
                           const ArcIx *changed, int32_t n_changed, EngineReport *out)
{
    d->augmentations = 0;
    if (!take_changes(d, net, shape, changed, n_changed) || !d->body->resolve(d))
        return ENGINE_UNFIT;
    return deliver(d, net, shape, out);
}
