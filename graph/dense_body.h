/*
 * dense_body.h - the inner loops of dense.c, once for each width of cell and each
 * instruction set.
 *
 * Before each inclusion dense.c says CELL, CELL_BITS, VECTOR_BYTES and BODY(name),
 * which tells this body's names from the others'.
 *
 * Every sum below stays within a cell.  With p = PRICE_MAX: prices lie in [-p, p],
 * labels in [0, p], cells of the matrix in [0, FAR] with FAR < 2p, and NONE >= 3p;
 * so the largest, label + NONE + price - price, is 6p.
 */
#include "lanes.h"

#define PRICE_MAX BODY(PRICE_MAX)
#define NONE BODY(NONE)
#define FAR BODY(FAR)

enum {
    PRICE_MAX = CELL_BITS == 16 ? 5400 : 1 << 27,
    NONE = CELL_BITS == 16 ? 16250 : 3 << 27,
    FAR = CELL_BITS == 16 ? 10700 : (1 << 28) - 1,
};

static inline CELL *BODY(row)(const Dense *d, int32_t i)
{
    return (CELL *)d->cells + (size_t)i * (size_t)d->width;
}

static inline CELL *BODY(shifts)(const Dense *d, int32_t j)
{
    return (CELL *)d->shift + (size_t)j * (size_t)d->span;
}

#define row BODY(row)
#define shifts BODY(shifts)

static int BODY(step_price)(const Dense *d, int32_t step, int32_t end)
{
    return step < end ? d->steps[step].step : NONE;
}

/* The price of one unit more, or of the one sold last, at column j. */
static int BODY(next_price)(const Dense *d, int32_t j, int32_t sold)
{
    int32_t end = d->first_step[j + 1];

    return BODY(step_price)(d, step_holding(d, j, sold), end);
}

static int BODY(last_price)(const Dense *d, int32_t j, int32_t sold)
{
    return sold > 0 ? d->steps[step_holding(d, j, sold - 1)].step : -NONE;
}

static void BODY(sell)(Dense *d, int32_t j, int32_t sold)
{
    d->sold[j] = sold;
    shifts(d, j)[d->n_columns] = (CELL)BODY(next_price)(d, j, sold);
    shifts(d, d->n_columns)[j] = (CELL)-BODY(last_price)(d, j, sold);
}

/* Fills row i from d->scratch, and returns the least cost there.  Where all are
 * absent so are the cells. */
TARGET static int32_t BODY(load_row)(Dense *d, int32_t i)
{
    CELL *cells = row(d, i);
    VEC far = (VEC){ 0 } + (CELL)FAR;
    int32_t lowest = WIDE_LEAST(d->scratch, d->width);

    for (int k = 0; k < d->width; k += LANES)
        store(cells + k,
              MIN(NARROW(d->scratch + k, lowest < COST_ABSENT ? lowest : 0), far));
    for (int k = d->n_columns; k < d->width; k++)
        cells[k] = NONE;
    return lowest;
}

/* The least cell plus price of a row. */
TARGET static int BODY(cheapest)(const Dense *d, const CELL *cells)
{
    const CELL *price = d->price;
    VEC lowest = load(cells) + load(price);

    for (int k = LANES; k < d->width; k += LANES)
        lowest = MIN(lowest, load(cells + k) + load(price + k));
    return LEAST(lowest);
}

/* The lowest column among lanes that tie. */
TARGET static int BODY(first_of)(uint64_t lanes, VEC index)
{
    CELL at[LANES];
    int first = INT32_MAX;

    memcpy(at, &index, sizeof at);
    for (; lanes; lanes &= lanes - 1) {
        int candidate = at[__builtin_ctzll(lanes)];

        if (candidate < first)
            first = candidate;
    }
    return first;
}

/* Where row i is cheapest, and how much dearer it is at the second best. */
TARGET static int BODY(favourite)(const Dense *d, const CELL *cells, int *cost,
                                  int *lead)
{
    const CELL *price = d->price;
    VEC best = (VEC){ 0 } + (CELL)(2 * NONE - 1), second = best, where = { 0 };
    VEC index = load(d->index), stride = (VEC){ 0 } + (CELL)LANES;
    uint64_t lanes;
    MASK ties;

    for (int k = 0; k < d->width; k += LANES) {
        VEC x = load(cells + k) + load(price + k);

        where = PICK(LESS(x, best), index, where);
        second = MIN(second, MAX(best, x));
        best = MIN(best, x);
        index += stride;
    }
    *cost = LEAST(best);
    ties = EQUAL(best, (VEC){ 0 } + (CELL)*cost);
    lanes = BITS(ties);
    *lead = lanes & (lanes - 1) ? 0 : LEAST(PICK(ties, second, best)) - *cost;
    return BODY(first_of)(lanes, where);
}

/* ── shortest paths among columns ─────────────────────────────────────────── */

/* Makes w[j] anew from the rows on j, four at a time. */
TARGET static void BODY(remake)(Dense *d, int32_t j)
{
    CELL *w = shifts(d, j);
    CELL sale = w[d->n_columns];
    int32_t i = d->first_on[j];

    for (int k = 0; k < d->span; k += LANES)
        store(w + k, (VEC){ 0 } + (CELL)NONE);
    for (bool last = i == NOBODY; !last;) {
        const CELL *four[4];
        VEC here[4];

        for (int n = 0; n < 4; n++) { /* the last row stands in for missing ones */
            four[n] = row(d, i);
            here[n] = (VEC){ 0 } + four[n][j];
            last = d->next_on[i] == NOBODY;
            i = last ? i : d->next_on[i];
        }
        for (int k = 0; k < d->width; k += LANES) {
            VEC a = MIN(load(four[0] + k) - here[0], load(four[1] + k) - here[1]);
            VEC b = MIN(load(four[2] + k) - here[2], load(four[3] + k) - here[3]);

            store(w + k, MIN(load(w + k), MIN(a, b)));
        }
    }
    w[d->n_columns] = sale;
    d->stale[j] = false;
}

/* Adds row i, now on j, to w[j]. */
TARGET static void BODY(merge)(Dense *d, int32_t i, int32_t j)
{
    CELL *w = shifts(d, j);
    CELL sale = w[d->n_columns];
    const CELL *cells = row(d, i);
    VEC here = (VEC){ 0 } + cells[j];

    for (int k = 0; k < d->width; k += LANES)
        store(w + k, MIN(load(w + k), load(cells + k) - here));
    w[d->n_columns] = sale;
}

static void BODY(move)(Dense *d, int32_t i, int32_t to)
{
    if (d->on[i] != NOBODY) {
        d->stale[d->on[i]] = true;
        list_leave(d, i);
    }
    list_join(d, i, to);
    if (!d->stale[to])
        BODY(merge)(d, i, to);
}

/* The row on j that minds least to go to k. */
static int32_t BODY(volunteer)(const Dense *d, int32_t j, int32_t k)
{
    int32_t best = NOBODY;
    int least_shift = INT32_MAX;

    for (int32_t i = d->first_on[j]; i != NOBODY; i = d->next_on[i]) {
        const CELL *cells = row(d, i);
        int shift = cells[k] - cells[j];

        if (shift < least_shift || (shift == least_shift && i < best)) {
            least_shift = shift;
            best = i;
        }
    }
    return best;
}

/* Follows the edges out of column j.  Returns the label of the nearest column found
 * that has too little, if that is less than @bound. */
TARGET static int BODY(relax)(Dense *d, int32_t j, int bound)
{
    CELL *label = d->label, *parent = d->parent;
    const CELL *w = shifts(d, j), *price = d->price, *wants = d->wants;
    VEC base = (VEC){ 0 } + (CELL)(label[j] - price[j]);
    VEC limit = (VEC){ 0 } + (CELL)bound, me = (VEC){ 0 } + (CELL)j;
    VEC nearest = limit;

    for (int k = 0; k < d->span; k += LANES) {
        VEC x = load(w + k) + load(price + k) + base;
        VEC old = load(label + k);
        MASK better = LESS(x, MIN(old, limit));
        uint64_t bits = BITS(better);

        if (!bits)
            continue;
        d->active[k / 64] |= bits << (k % 64);
        x = PICK(better, x, old);
        store(label + k, x);
        store(parent + k, PICK(better, me, load(parent + k)));
        nearest = MIN(nearest, x + load(wants + k));
    }
    return LEAST(nearest);
}

/* Labels columns with the price of bringing a unit there from @from, and returns
 * the nearest that has too little, or NOBODY.  The queue is a set of bits; labels
 * no better than the best such column found are not worth following. */
TARGET static int32_t BODY(search)(Dense *d, int32_t from, int *distance)
{
    CELL *label = d->label;
    const CELL *wants = d->wants;
    int n_words = (d->span + 63) / 64, bound = PRICE_MAX;

    for (int k = 0; k < d->span; k += LANES)
        store(label + k, (VEC){ 0 } + (CELL)PRICE_MAX);
    label[from] = 0;
    d->active[from / 64] = UINT64_C(1) << (from % 64);

    for (bool again = true; again;) {
        again = false;
        for (int word = 0; word < n_words; word++)
            while (d->active[word]) {
                int32_t j = 64 * word + __builtin_ctzll(d->active[word]);

                d->active[word] &= d->active[word] - 1;
                if (label[j] >= bound)
                    continue;
                again = true;
                if (j < d->n_columns && d->stale[j])
                    BODY(remake)(d, j);
                bound = BODY(relax)(d, j, bound);
            }
    }
    *distance = bound;
    for (int k = 0; k < d->span && bound < PRICE_MAX; k += LANES) {
        VEC there = load(label + k) + load(wants + k);
        uint64_t bits = BITS(EQUAL(there, (VEC){ 0 } + (CELL)bound));

        if (bits)
            return k + __builtin_ctzll(bits);
    }
    return NOBODY;
}

/* Keeps the sink's price at nothing.  False if some price leaves its range. */
static bool BODY(settle_prices)(Dense *d)
{
    CELL *price = d->price;
    int sink = price[d->n_columns];
    bool fits = true;

    for (int k = 0; k <= d->n_columns; k++) {
        int settled = price[k] - sink;

        fits = fits && settled >= -PRICE_MAX && settled <= PRICE_MAX;
        price[k] = (CELL)settled;
    }
    return fits;
}

/* After a search the labelled columns rise, so that the path costs nothing. */
TARGET static bool BODY(raise_prices)(Dense *d, int distance)
{
    CELL *price = d->price;
    const CELL *label = d->label;
    VEC bound = (VEC){ 0 } + (CELL)distance, top = (VEC){ 0 } + (CELL)PRICE_MAX;
    uint64_t over = 0;

    for (int k = 0; k < d->span; k += LANES) {
        VEC raised = load(price + k) + (bound - MIN(load(label + k), bound));

        over |= BITS(LESS(top, raised));
        store(price + k, raised);
    }
    if (over || price[d->n_columns] > PRICE_MAX / 4)
        return BODY(settle_prices)(d);
    return true;
}

/* Did nothing that was cut off turn out to matter? */
static bool BODY(is_exact)(const Dense *d)
{
    for (int32_t i = 0; i < d->n_rows; i++)
        if (!d->idle[i] && row(d, i)[d->on[i]] >= FAR)
            return false;
    for (int32_t j = 0; j < d->n_columns; j++)
        if (d->sold[j] > 0 && BODY(last_price)(d, j, d->sold[j]) >= PRICE_MAX)
            return false;
    return true;
}

static void BODY(augment)(Dense *d, int32_t from, int32_t to)
{
    const CELL *parent = d->parent;
    int32_t sink = d->n_columns;

    d->excess[from]--;
    if (++d->excess[to] == 0)
        ((CELL *)d->wants)[to] = NONE;
    for (int32_t k = to, j; k != from; k = j) {
        j = parent[k];
        if (k == sink)
            BODY(sell)(d, j, d->sold[j] + 1);
        else if (j == sink)
            BODY(sell)(d, k, d->sold[k] - 1);
        else
            BODY(move)(d, BODY(volunteer)(d, j, k), k);
    }
}

/* How many units column j sells at its price: all that is cheaper, nothing that is
 * dearer, and of what costs just that as much as the rows there take. */
static int32_t BODY(sold_at_price)(const Dense *d, int32_t j)
{
    int price = ((const CELL *)d->price)[j];
    int32_t sold = d->count[j], room = room_of(d, j);

    for (int32_t s = d->first_step[j]; s < d->first_step[j + 1]; s++) {
        const Step *step = &d->steps[s];

        if (step->step < price && sold < step->below + step->room)
            sold = step->below + step->room;
        if (step->step > price && sold > step->below)
            sold = step->below;
    }
    return sold > room ? room : sold;
}

/* Makes the placement the cheapest, from prices and lists as they are.  False if
 * these cells are too narrow for it, or not everything fits. */
static bool BODY(mend)(Dense *d)
{
    int32_t sink = d->n_columns, n_sold = 0, n_on = 0, distance;

    for (int32_t j = 0; j < sink; j++) {
        int32_t sold = BODY(sold_at_price)(d, j);

        BODY(sell)(d, j, sold);
        d->excess[j] = d->count[j] - sold;
        n_on += d->count[j];
        n_sold += sold;
    }
    d->excess[sink] = n_sold - n_on;
    for (int32_t k = 0; k < d->span; k++)
        ((CELL *)d->wants)[k] = k <= sink && d->excess[k] < 0 ? 0 : NONE;

    for (int32_t j = 0; j <= sink; j++)
        while (d->excess[j] > 0) {
            int32_t k = BODY(search)(d, j, &distance);

            if (k == NOBODY)
                return false;
            d->augmentations++;
            BODY(augment)(d, j, k);
            if (!BODY(raise_prices)(d, distance))
                return false;
        }
    return BODY(settle_prices)(d) && BODY(is_exact)(d);
}

/* Sends every row to where it is cheapest. */
TARGET static void BODY(follow_prices)(Dense *d)
{
    const CELL *price = d->price;

    for (int32_t i = 0; i < d->n_rows; i++) {
        const CELL *cells = row(d, i);
        int32_t j = d->on[i];
        int cost, lead;

        if (d->idle[i])
            continue;
        if (j != NOBODY && cells[j] + price[j] == BODY(cheapest)(d, cells))
            continue;
        BODY(move)(d, i, BODY(favourite)(d, cells, &cost, &lead));
    }
}

/* ── the auction ──────────────────────────────────────────────────────────── */

/* What the next place on j costs: a step of its own, or outbidding the lowest. */
static int BODY(asking_price)(const Dense *d, int32_t j, int32_t taken)
{
    int price = BODY(next_price)(d, j, taken);

    if (d->lowest[j] != NOBODY && d->bid[d->lowest[j]] < price)
        price = d->bid[d->lowest[j]];
    return price < PRICE_MAX ? price : PRICE_MAX;
}

/* By how much bids go over what they must: a share of what going elsewhere costs.
 * Small increments take many bids, large ones leave much to mend. */
static int BODY(increment)(const Dense *d)
{
    int64_t total = 0, n = 1;

    for (int32_t i = 0; i < d->n_rows; i += 1 + d->n_rows / 64)
        for (int32_t k = 0; k < d->n_columns; k += 1 + d->n_columns / 64) {
            int cell = row(d, i)[k];

            total += cell < FAR ? cell : 0;
            n += cell < FAR;
        }
    return 1 + (int)(total / n / 16);
}

/* Rows bid, one after the other, what they would lose by going elsewhere; whoever
 * is outbid bids again.  Leaves prices and no placement. */
static void BODY(auction)(Dense *d)
{
    CELL *price = d->price;
    int64_t patience = AUCTION_PATIENCE * (int64_t)d->n_rows;
    int32_t head = 0, n_waiting = 0;
    int increment = BODY(increment)(d);

    for (int32_t j = 0; j < d->n_columns; j++) {
        d->lowest[j] = NOBODY;
        d->sold[j] = 0;
        price[j] = (CELL)BODY(asking_price)(d, j, 0);
    }
    for (int32_t i = 0; i < d->n_rows; i++)
        if (!d->idle[i])
            d->waiting[n_waiting++] = i;
    while (n_waiting > 0 && patience-- > 0) {
        int32_t i = d->waiting[head],
                ahead = d->waiting[(head + BIDS_AHEAD) % d->n_rows];
        int cost, lead, offer;
        int32_t j, outbid;

        head = head + 1 < d->n_rows ? head + 1 : 0;
        n_waiting--;
        if (n_waiting >= BIDS_AHEAD)
            for (int k = 0; k < d->width; k += 64 / (int)sizeof(CELL))
                __builtin_prefetch(row(d, ahead) + k);
        j = BODY(favourite)(d, row(d, i), &cost, &lead);
        outbid = d->lowest[j];
        offer = price[j] + lead + increment;
        if (outbid != NOBODY && d->bid[outbid] < BODY(next_price)(d, j, d->sold[j])) {
            heap_pop(d, j);
            d->waiting[(head + n_waiting++) % d->n_rows] = outbid;
        } else if (BODY(next_price)(d, j, d->sold[j]) < NONE)
            d->sold[j]++;
        else
            continue; /* wherever it goes is for the search to find out */
        heap_push(d, j, i, offer < PRICE_MAX ? offer : PRICE_MAX);
        price[j] = (CELL)BODY(asking_price)(d, j, d->sold[j]);
    }
}

/* ── what dense.c calls ───────────────────────────────────────────────────── */

static bool BODY(solve)(Dense *d)
{
    CELL *price = d->price;

    for (int k = 0; k < d->span; k++) {
        price[k] = k < d->n_columns ? 0 : k == d->n_columns ? 0 : PRICE_MAX;
        ((CELL *)d->index)[k] = (CELL)k;
        shifts(d, d->n_columns)[k] = NONE;
    }
    cut_steps(d, PRICE_MAX);
    BODY(auction)(d);
    BODY(follow_prices)(d);
    return BODY(mend)(d);
}

static bool BODY(resolve)(Dense *d)
{
    cut_steps(d, PRICE_MAX);
    BODY(follow_prices)(d);
    return BODY(mend)(d);
}

/* Takes row i's cost at column j from the network; nothing costs it less than
 * @base any more.  @absent: it may not go there. */
static void BODY(change_cell)(Dense *d, int32_t i, int32_t j, int64_t cost, bool absent)
{
    CELL *cells = row(d, i);
    int64_t above = cost - d->base[i];

    if (d->on[i] != NOBODY)
        d->stale[d->on[i]] = true;
    if (!absent && above < 0) {
        for (int k = 0; k < d->n_columns; k++)
            cells[k] = (CELL)least(cells[k] == FAR ? FAR : cells[k] - above, FAR);
        d->base[i] = cost;
        above = 0;
    }
    cells[j] = (CELL)(absent ? FAR : least(above, FAR));
}

static void BODY(fetch_cell)(const Dense *d, int32_t i, int32_t j)
{
    __builtin_prefetch(row(d, i) + j, 1);
}

static int64_t BODY(cell)(const Dense *d, int32_t i, int32_t j)
{
    return row(d, i)[j];
}

static int64_t BODY(cheapest_cell)(const Dense *d, int32_t i)
{
    return BODY(cheapest)(d, row(d, i));
}

static int64_t BODY(price_of)(const Dense *d, int32_t j)
{
    return ((const CELL *)d->price)[j];
}

static const Body BODY(body) = {
    .cell_size = sizeof(CELL),
    .load_row = BODY(load_row),
    .solve = BODY(solve),
    .resolve = BODY(resolve),
    .fetch_cell = BODY(fetch_cell),
    .change_cell = BODY(change_cell),
    .cell = BODY(cell),
    .cheapest_cell = BODY(cheapest_cell),
    .price_of = BODY(price_of),
};

#undef row
#undef shifts
#undef PRICE_MAX
#undef NONE
#undef FAR
#include "lanes_end.h"
