/*
 * sparse.c - the condensed engine for rows that lead to a few columns each.
 *
 * A vCPU may stay where it is or go through a hub, of its cache, its cell or its
 * host, and has a load to place rather than one unit.  So a row has an *option* for
 * each of its edges, and may split its supply among them.
 *
 * Rows with the same columns form a *class*.  Between two columns of a class the
 * cheapest way to shift load is the row there that minds least; between any two
 * columns the cheapest way is one of those, or an edge of the network's own, of which
 * parallel ones form a *bundle* that fills from its cheap end.  These ways are the
 * *links* of a graph of columns only, and paths are searched there.  When a path
 * moves load, only the classes and bundles on it are looked at again.
 *
 * Any prices will do to start from, as in dense.c: every row goes where it is
 * cheapest at these prices, every edge is full or empty as they say, and paths from
 * columns with too much to columns with too little mend the rest.  Cold, the prices
 * come from sparse_start.c and sparse_deal.c goes by them; warm, they are those of the
 * last solve.
 *
 * Where not everything fits, all is done again with one more column, the *overflow*,
 * that takes anything at a price no path can reach.
 */
#include "sparse.h"

#include <assert.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Beyond this prices are not for starting from: with a path's costs on either side of
 * them, what is out of reach might seem within. */
#define PRICE_MAX (OUT_OF_REACH / 8)

/* Columns with no more bundles than this are asked what each could take. */
#define BUNDLES_FEW 4

/* How many changes ahead an arc is fetched. */
#define FETCH_AHEAD 8

/* ── vectors ──────────────────────────────────────────────────────────────── */

typedef struct {
    void (*clear_labels)(Sparse *s);
    int64_t (*relax_wide)(Sparse *s, int32_t j, const int64_t *w, int64_t bound);
    int32_t (*labelled)(const Sparse *s, int64_t label);
    void (*raise_prices)(Sparse *s, int64_t distance);
} Lanes;

#define CELL int64_t
#define CELL_BITS 64
#define VECTOR_BYTES 16
#define BODY(name) portable_##name
#include "sparse_body.h"

#if defined(__x86_64__)

#define CELL int64_t
#define CELL_BITS 64
#define VECTOR_BYTES 32
#define BODY(name) avx2_##name
#include "sparse_body.h"

#define CELL int64_t
#define CELL_BITS 64
#define VECTOR_BYTES 64
#define BODY(name) avx512_##name
#include "sparse_body.h"

#endif

static const Lanes *lanes(void)
{
#if defined(__x86_64__)
    if (vector_bytes() > 16)
        return vector_bytes() == 64 ? &avx512_lanes : &avx2_lanes;
#endif
    return &portable_lanes;
}

/* ── links ────────────────────────────────────────────────────────────────── */

static void set_link(Sparse *s, int32_t at, int64_t cost)
{
    Link *link = &s->links[at];
    int32_t row = s->wide[link->from];
    int64_t cell = row * (int64_t)s->width + link->to, cheapest = OUT_OF_REACH;

    link->cost = s->out_cost[link->out] = cost;
    if (row == NOBODY)
        return;
    for (int32_t l = s->ways[cell]; l != NOBODY; l = s->links[l].same_way)
        cheapest = least(cheapest, s->links[l].cost);
    s->shift[cell] = cheapest;
}

static void refresh_bundle(Sparse *s, const Bundle *bundle)
{
    int64_t below = 0, there = OUT_OF_REACH, back = OUT_OF_REACH;

    for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++) {
        const Edge *edge = &s->edges[e];

        if (edge->capacity == 0)
            continue;
        if (bundle->flow > below)
            back = -edge->cost;
        below += edge->capacity;
        if (bundle->flow < below) {
            there = edge->cost;
            break;
        }
    }
    set_link(s, bundle->there, there);
    set_link(s, bundle->back, back);
}

/* What it costs a row to shift load between two of its options. */
static int64_t shift_cost(const Option *from, const Option *to)
{
    bool possible = from->flow > 0 && to->flow < to->capacity;

    return possible ? to->cost - from->cost : OUT_OF_REACH;
}

/* Finds out anew who of the class minds least to shift load from option x to y. */
static void refresh_link(Sparse *s, const Class *class, int32_t at)
{
    Link *link = &s->links[at];
    int64_t cheapest = OUT_OF_REACH;

    link->row = NOBODY;
    for (int32_t m = class->first_member; m < class->end_member; m++) {
        const Option *options = s->options + s->first_option[s->members[m]];
        int64_t cost =
            shift_cost(&options[link->from_option], &options[link->to_option]);

        if (cost < cheapest) {
            cheapest = cost;
            link->row = s->members[m];
        }
    }
    set_link(s, at, cheapest);
}

/* Finds out for all links of a class at once that cost nothing known yet: most rows have
 * load in one option only. */
static void refresh_class(Sparse *s, const Class *class)
{
    const int32_t *links = s->class_links + class->first_link;

    for (int32_t m = class->first_member; m < class->end_member; m++) {
        const Option *options = s->options + s->first_option[s->members[m]];

        for (int32_t x = 0; x < class->n_options; x++) {
            const int32_t *at = links + x * class->n_options;

            if (options[x].flow == 0)
                continue;
            for (int32_t y = 0; y < class->n_options; y++) {
                int64_t cost = shift_cost(&options[x], &options[y]);

                if (at[y] == NOBODY || cost >= s->links[at[y]].cost)
                    continue;
                s->links[at[y]].cost = cost;
                s->links[at[y]].row = s->members[m];
            }
        }
    }
    for (int32_t l = 0; l < class->n_options * class->n_options; l++)
        if (links[l] != NOBODY && s->links[links[l]].cost < OUT_OF_REACH)
            set_link(s, links[l], s->links[links[l]].cost);
}

/* The row's load or costs have changed: where it was the one that minds least, look
 * for another; where it is now, take it. */
static void refresh_row(Sparse *s, int32_t row)
{
    const Class *class = &s->classes[s->class_of[row]];
    const Option *options = s->options + s->first_option[row];
    const int32_t *at = s->class_links + class->first_link;

    for (int32_t x = 0; x < class->n_options; x++)
        for (int32_t y = 0; y < class->n_options; y++, at++) {
            int64_t cost;
            Link *link;

            if (*at == NOBODY)
                continue;
            link = &s->links[*at];
            cost = shift_cost(&options[x], &options[y]);
            if (link->row == row && cost != link->cost) {
                refresh_link(s, class, *at);
            } else if (cost < link->cost) {
                link->row = row;
                set_link(s, *at, cost);
            }
        }
}

/* ── where rows and edges stand ───────────────────────────────────────────── */

/* Takes load off the row where it is dearest, as long as there is more than @target or
 * it would be cheaper elsewhere.  What is left is where prices would have it. */
static int64_t lift_row(Sparse *s, int32_t row, int64_t target)
{
    int64_t placed = 0;

    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
        placed += s->options[o].flow;
    for (;;) {
        Option *dear = NULL;
        int64_t dearest = INT64_MIN, cheapest = OUT_OF_REACH - 1, amount;

        for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++) {
            Option *option = &s->options[o];
            int64_t cost = option->cost + s->price[option->column];

            if (option->flow > option->capacity)
                cost = OUT_OF_REACH;
            if (option->flow > 0 && cost > dearest) {
                dear = option;
                dearest = cost;
            }
            if (option->flow < option->capacity)
                cheapest = least(cheapest, cost);
        }
        if (!dear || (placed <= target && dearest <= cheapest))
            return placed;
        amount = dearest > cheapest ? dear->flow : least(dear->flow, placed - target);
        add_flow(s, dear, -amount);
        note_touched(s, row, ROW_MOVED);
        placed -= amount;
    }
}

/* Fills what is worth it at these prices and empties what is not.  What is neither
 * takes what the column it leaves has too much or too little. */
static void settle_bundle(Sparse *s, Bundle *bundle)
{
    int64_t gain = s->price[bundle->from] - s->price[bundle->to];
    int64_t low = 0, high = 0, flow = bundle->flow + s->excess[bundle->from];

    for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++) {
        low += s->edges[e].cost < gain ? s->edges[e].capacity : 0;
        high += s->edges[e].cost <= gain ? s->edges[e].capacity : 0;
    }
    flow = flow < low ? low : flow > high ? high : flow;
    if (flow != bundle->flow)
        sparse_set_bundle(s, bundle, flow);
    refresh_bundle(s, bundle);
}

/* ── shortest paths among columns ─────────────────────────────────────────── */

static int64_t relax_narrow(Sparse *s, int32_t j, int64_t bound)
{
    int64_t base = s->label[j] - s->price[j];

    for (int32_t out = s->first_out[j]; out < s->first_out[j + 1]; out++) {
        int32_t k = s->out_to[out];
        int64_t label = base + s->out_cost[out] + s->price[k];

        if (label >= bound || label >= s->label[k])
            continue;
        s->label[k] = label;
        s->parent[k] = j;
        s->active[k / 64] |= UINT64_C(1) << (k % 64);
        if (s->wants[k] == 0)
            bound = label;
    }
    return bound;
}

/* Labels columns with the price of bringing load there from @from, and returns the
 * nearest that has too little, or NOBODY.  The queue is a set of bits; labels no
 * better than the best such column found are not worth following. */
static int32_t search(Sparse *s, const Lanes *vector, int32_t from, int64_t *distance)
{
    int64_t bound = OUT_OF_REACH / 2;

    vector->clear_labels(s);
    s->label[from] = 0;
    s->active[from / 64] = UINT64_C(1) << (from % 64);
    for (bool again = true; again;) {
        again = false;
        for (int32_t word = 0; word <= s->width / 64; word++)
            while (s->active[word]) {
                int32_t j = 64 * word + __builtin_ctzll(s->active[word]);
                int32_t row = s->wide[j];

                s->active[word] &= s->active[word] - 1;
                if (s->label[j] >= bound)
                    continue;
                again = true;
                if (row == NOBODY)
                    bound = relax_narrow(s, j, bound);
                else
                    bound = vector->relax_wide(s, j, s->shift + row * (int64_t)s->width,
                                               bound);
            }
    }
    *distance = bound;
    return bound < OUT_OF_REACH / 2 ? vector->labelled(s, bound) : NOBODY;
}

/* The cheapest link between two columns, which the search took. */
static int32_t link_taken(const Sparse *s, int32_t from, int32_t to)
{
    int32_t best = NOBODY;
    int64_t cheapest = OUT_OF_REACH;

    if (s->wide[from] != NOBODY) {
        for (int32_t l = s->ways[s->wide[from] * (int64_t)s->width + to]; l != NOBODY;
             l = s->links[l].same_way)
            if (s->links[l].cost < cheapest) {
                cheapest = s->links[l].cost;
                best = l;
            }
        return best;
    }
    for (int32_t out = s->first_out[from]; out < s->first_out[from + 1]; out++)
        if (s->out_to[out] == to && s->out_cost[out] < cheapest) {
            cheapest = s->out_cost[out];
            best = s->out_link[out];
        }
    return best;
}

/* How much a link carries at its cost. */
static int64_t link_room(const Sparse *s, int32_t at)
{
    const Link *link = &s->links[at];
    const Bundle *bundle;
    int64_t below = 0;

    if (link->bundle == NOBODY) {
        const Option *options = s->options + s->first_option[link->row];
        const Option *to = &options[link->to_option];

        return least(options[link->from_option].flow, to->capacity - to->flow);
    }
    bundle = &s->bundles[link->bundle];
    for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++) {
        int64_t above = below + s->edges[e].capacity;

        if (at == bundle->there && bundle->flow < above)
            return above - bundle->flow;
        if (at == bundle->back && bundle->flow <= above)
            return bundle->flow - below;
        below = above;
    }
    assert(false && "a path led along a link without room");
    return 0;
}

static void use_link(Sparse *s, int32_t at, int64_t amount)
{
    const Link *link = &s->links[at];

    if (link->bundle != NOBODY) {
        Bundle *bundle = &s->bundles[link->bundle];

        sparse_set_bundle(s, bundle,
                          bundle->flow + (at == bundle->there ? amount : -amount));
        refresh_bundle(s, bundle);
    } else {
        Option *options = s->options + s->first_option[link->row];

        note_touched(s, link->row, ROW_MOVED);
        add_flow(s, &options[link->from_option], -amount);
        add_flow(s, &options[link->to_option], amount);
    }
}

/* Moves what it can along the path just found. */
static void augment(Sparse *s, int32_t from, int32_t to)
{
    int64_t amount = least(s->excess[from], -s->excess[to]);
    int32_t n = 0;

    for (int32_t k = to; k != from; k = (int32_t)s->parent[k]) {
        s->path[n] = link_taken(s, (int32_t)s->parent[k], k);
        amount = least(amount, link_room(s, s->path[n]));
        n++;
    }
    for (int32_t p = 0; p < n; p++)
        use_link(s, s->path[p], amount);
    for (int32_t p = 0; p < n; p++)
        if (s->links[s->path[p]].bundle == NOBODY)
            refresh_row(s, s->links[s->path[p]].row);
    if (s->excess[to] == 0)
        s->wants[to] = OUT_OF_REACH;
    s->augmentations++;
}

/* Makes the placement the cheapest, from prices and flows as they are.  False if not
 * everything fits. */
static bool mend(Sparse *s)
{
    const Lanes *vector = lanes();

    for (int32_t k = 0; k < s->width; k++)
        s->wants[k] = k < s->n_columns && s->excess[k] < 0 ? 0 : OUT_OF_REACH;
    for (int32_t j = 0; j < s->n_columns; j++)
        while (s->excess[j] > 0) {
            int64_t distance;
            int32_t k = search(s, vector, j, &distance);

            if (k == NOBODY)
                return false;
            augment(s, j, k);
            vector->raise_prices(s, distance);
        }
    return true;
}

/* ── the engine ───────────────────────────────────────────────────────────── */

Sparse *sparse_new(void)
{
    return calloc(1, sizeof(Sparse));
}

void sparse_free(Sparse *s)
{
    if (s) {
        block_free(&s->rows);
        block_free(&s->graph);
    }
    free(s);
}

/* From no flow to the cheapest. */
static bool solve(Sparse *s)
{
    s->cost = 0;
    s->augmentations = 0;
    s->complete = true;
    for (int32_t k = 0; k < s->width; k++) {
        s->excess[k] = k == s->sink ? -s->load : 0;
        s->price[k] = 0;
    }
    for (int32_t word = 0; word <= s->width / 64; word++)
        s->active[word] = 0;
    sparse_guess_prices(s);
    sparse_deal(s);
    for (int32_t b = 0; b < s->n_bundles; b++) {
        s->bundles[b].written = -1;
        refresh_bundle(s, &s->bundles[b]);
    }
    for (int32_t c = 0; c < s->n_classes; c++)
        refresh_class(s, &s->classes[c]);
    return s->complete && mend(s);
}

static EngineAnswer deliver(Sparse *s, Network *net, const Shape *shape,
                            EngineReport *out)
{
    int64_t left_over = 0;

    sparse_write(s, net, shape);
    if (s->overflow != NOBODY)
        left_over = s->bundles[s->first_bundle[s->overflow]].flow;
    out->flow = s->load - left_over;
    out->cost = s->cost - (__int128)left_over * s->dear;
    out->augmentations = s->augmentations;
    return ENGINE_DONE;
}

EngineAnswer sparse_solve(Sparse *s, Network *net, const Shape *shape,
                          EngineReport *out)
{
    for (int overflow = 0; overflow < 2; overflow++) {
        EngineAnswer answer = sparse_read(s, net, shape, overflow);

        if (answer != ENGINE_DONE)
            return answer;
        if (solve(s))
            return deliver(s, net, shape, out);
    }
    assert(false && "something did not fit into the overflow");
    return ENGINE_UNFIT;
}

/* ── a small change ───────────────────────────────────────────────────────── */

static Option *option_of(Sparse *s, int32_t row, ArcIx arc)
{
    int32_t o = s->first_option[row];

    while (s->options[o].arc != arc)
        o++;
    return &s->options[o];
}

static void change_option(Sparse *s, const Network *net, int32_t row, Option *option)
{
    int64_t cost = net->arcs[option->arc].cost + s->supply_cost[row];

    s->cost += (__int128)option->flow * (cost - option->cost);
    option->cost = cost;
    option->capacity = network_capacity(net, option->arc);
}

/* A row's supply, or what it costs, which its options bear. */
static void change_supply(Sparse *s, const Network *net, const Shape *shape,
                          int32_t row)
{
    int64_t supply = network_capacity(net, shape->supply[row]);

    s->load += supply - s->supply[row];
    s->excess[s->sink] -= supply - s->supply[row];
    s->supply[row] = supply;
    s->supply_cost[row] = net->arcs[shape->supply[row]].cost;
    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
        if (s->options[o].arc != ARC_NONE)
            change_option(s, net, row, &s->options[o]);
}

/* An edge between columns: its bundle is sorted again, and holds what it held. */
static void change_edge(Sparse *s, const Network *net, Bundle *bundle, ArcIx arc)
{
    s->cost -= sparse_bundle_cost(s, bundle);
    for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++) {
        Edge edge = s->edges[e];
        int32_t at = e;

        if (edge.arc == arc)
            edge = sparse_edge(net, arc);
        for (; at > bundle->first_edge && edge_before(&edge, &s->edges[at - 1]); at--)
            s->edges[at] = s->edges[at - 1];
        s->edges[at] = edge;
    }
    s->cost += sparse_bundle_cost(s, bundle);
    bundle->written = -1;
}

static Bundle *bundle_between(Sparse *s, int32_t from, int32_t to)
{
    Bundle *bundle = &s->bundles[s->first_bundle[from]];

    while (bundle->to != to)
        bundle++;
    return bundle;
}

/* Takes over what changed in the network, so that rows and edges stand where they
 * stood, at costs and within capacities as they are now. */
static bool take_changes(Sparse *s, const Network *net, const Shape *shape,
                         const ArcIx *changed, int32_t n_changed)
{
    for (int32_t c = 0; c < n_changed; c++) {
        ArcIx arc = changed[c];
        int32_t from = shape->part[network_from(net, arc)];
        int32_t to = shape->part[net->arcs[arc].to];

        if (c + FETCH_AHEAD < n_changed)
            __builtin_prefetch(&net->arcs[changed[c + FETCH_AHEAD]]);
        if (from < 0)
            note_touched(s, from == PART_SOURCE ? ~to : ~from, ROW_TOUCHED);
        if (from == PART_SOURCE)
            change_supply(s, net, shape, ~to);
        else if (from < 0)
            change_option(s, net, ~from, option_of(s, ~from, arc));
        else
            change_edge(s, net, bundle_between(s, from, to), arc);
        if (s->load > SPARSE_LOAD_MAX)
            return false; /* before more than 64 bits hold is added up */
    }
    return true;
}

/* Are costs still within what was made ready for? */
static bool costs_hold(const Sparse *s, const Network *net)
{
    int64_t most = s->overflow == NOBODY ? 4 * SPARSE_PATH_MAX : s->dear;

    return sparse_dear(net) <= most;
}

/* Searches only ever raise prices: puts the sink's back to nothing.  False if others
 * have strayed so far from it that sums might come near what is out of reach. */
static bool settle_prices(Sparse *s)
{
    int64_t sink = s->price[s->sink];
    bool near = true;

    for (int32_t j = 0; j < s->n_columns; j++) {
        s->price[j] -= sink;
        near = near && s->price[j] <= PRICE_MAX && s->price[j] >= -PRICE_MAX;
    }
    return near;
}

/* Lets the edges out of a column take what it has too much or too little, where that
 * is as cheap; a hub's are too many to ask. */
static void settle_column(Sparse *s, int32_t column)
{
    int32_t first = s->first_bundle[column], end = s->first_bundle[column + 1];

    for (int32_t b = first; b < end && end - first <= BUNDLES_FEW; b++)
        if (s->excess[column] != 0)
            settle_bundle(s, &s->bundles[b]);
}

EngineAnswer sparse_resolve(Sparse *s, Network *net, const Shape *shape,
                            const ArcIx *changed, int32_t n_changed, EngineReport *out)
{
    s->augmentations = 0;
    s->complete = true;
    if (!costs_hold(s, net) || !settle_prices(s) ||
        !take_changes(s, net, shape, changed, n_changed))
        return ENGINE_UNFIT;
    for (int32_t m = 0; m < s->n_touched; m++) {
        int32_t row = s->touched_rows[m];

        sparse_place_row(s, row, s->supply[row] - lift_row(s, row, s->supply[row]));
        refresh_row(s, row);
    }
    for (int32_t c = 0; c < n_changed; c++) {
        int32_t from = shape->part[network_from(net, changed[c])];
        int32_t to = shape->part[net->arcs[changed[c]].to];

        if (from >= 0)
            settle_bundle(s, bundle_between(s, from, to));
    }
    for (int32_t m = 0; m < s->n_touched; m++) {
        int32_t row = s->touched_rows[m];

        for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
            settle_column(s, s->options[o].column);
    }
    if (!s->complete || !mend(s))
        return ENGINE_UNFIT;
    return deliver(s, net, shape, out);
}

/* ── proof ────────────────────────────────────────────────────────────────── */

/* What a row pays for its dearest load, or would for the first; the other options
 * with room cost no less. */
static int64_t row_price(const Sparse *s, int32_t row)
{
    int64_t dearest = INT64_MIN, cheapest = INT64_MAX;

    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++) {
        const Option *option = &s->options[o];
        int64_t cost = option->cost + s->price[option->column];

        if (option->flow > 0 && cost > dearest)
            dearest = cost;
        if (option->flow < option->capacity)
            cheapest = least(cheapest, cost);
    }
    return dearest > INT64_MIN ? dearest : cheapest < INT64_MAX ? cheapest : 0;
}

void sparse_prove(const Sparse *s, Network *net, const Shape *shape)
{
    int64_t source = s->overflow == NOBODY ? INT64_MAX : -s->price[s->overflow];

    for (int32_t j = 0; j < shape->n_columns; j++)
        net->price[shape->column_node[j]] = -s->price[j];
    for (int32_t i = 0; i < s->n_rows; i++) {
        int64_t price = -row_price(s, i);

        net->price[shape->row_node[i]] = price + s->supply_cost[i];
        if (s->overflow == NOBODY && s->supply[i] > 0)
            source = least(source, price);
    }
    net->price[shape->source] = source == INT64_MAX ? 0 : source;
}
