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
#include "dense.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* How many bids the auction allows per row before it leaves the rest to the search. */
#define AUCTION_PATIENCE 64

/* How many bids ahead a row is fetched. */
#define BIDS_AHEAD 4

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
    int32_t end = d->first_step[j + 1];

    return end > d->first_step[j] ? d->steps[end - 1].below + d->steps[end - 1].room
                                  : 0;
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

EngineAnswer dense_solve(Dense *d, Network *net, const Shape *shape, EngineReport *out)
{
    const Body *const *body = bodies();

    if (!dense_suits(d, net, shape))
        return ENGINE_UNFIT;
    for (int width = 0; width < 2; width++) {
        Block need = { 0 };

        d->body = body[width];
        dense_carve(d, &need);
        if (!block_renew(&d->block, need.used))
            return ENGINE_NO_MEMORY;
        dense_carve(d, &d->block);
        d->augmentations = 0;
        if (!dense_read(d, net, shape))
            return ENGINE_UNFIT;
        if (d->body->solve(d)) {
            dense_write(d, net, shape, out);
            return ENGINE_DONE;
        }
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
                dense_change_step(d, net, from, arc);
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
    dense_write(d, net, shape, out);
    return ENGINE_DONE;
}
