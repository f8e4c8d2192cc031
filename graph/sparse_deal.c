/*
 * sparse_deal.c - from prices to a flow.
 *
 * At the prices of the cheapest flow every row goes where it is cheapest, and every edge
 * is full or empty, but for some that might as well do one thing as another: rows that
 * would just leave their place, steps that a place has just come to, and all edges from
 * a hub to places that cost what it does.  What those carry is what makes load come out
 * even everywhere, and most of it is found here, in one pass: rows stay as far as their
 * place lacks load, and narrow hubs give to places that lack it before wide ones do.
 * The search finds the rest.
 */
#include "sparse.h"

/* ── rows ─────────────────────────────────────────────────────────────────── */

void sparse_place_row(Sparse *s, int32_t row, int64_t left)
{
    while (left > 0) {
        Option *best = NULL;
        int64_t cheapest = INT64_MAX, amount;

        for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++) {
            Option *option = &s->options[o];
            int64_t cost = option->cost + s->price[option->column];

            if (option->flow < option->capacity && cost <= cheapest) {
                best = option;
                cheapest = cost;
            }
        }
        if (!best) {
            s->complete = false;
            return;
        }
        amount = least(left, best->capacity - best->flow);
        add_flow(s, best, amount);
        note_touched(s, row, ROW_MOVED);
        left -= amount;
    }
}

/* Places a row that is best off in one option, and fits.  Others wait. */
static void place_plain_row(Sparse *s, int32_t row)
{
    Option *best = NULL;
    int64_t cheapest = INT64_MAX;
    bool tie = false;

    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++) {
        Option *option = &s->options[o];
        int64_t cost = option->cost + s->price[option->column];

        if (cost > cheapest)
            continue;
        tie = cost == cheapest;
        cheapest = cost;
        best = option;
    }
    if (!best || tie || best->capacity < s->supply[row] || s->supply[row] == 0)
        return;
    add_flow(s, best, s->supply[row]);
    note_touched(s, row, ROW_MOVED);
}

/* Places a row that has waited: of what is as cheap, first where load is lacking. */
static void place_waiting_row(Sparse *s, int32_t row)
{
    int64_t cheapest = INT64_MAX, left = s->supply[row];

    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
        cheapest = least(cheapest, s->options[o].cost + s->price[s->options[o].column]);
    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++) {
        Option *option = &s->options[o];
        int64_t lack = least(-s->excess[option->column], option->capacity);

        if (lack <= 0 || option->cost + s->price[option->column] > cheapest)
            continue;
        add_flow(s, option, least(lack, left));
        left -= least(lack, left);
    }
    note_touched(s, row, ROW_MOVED);
    sparse_place_row(s, row, left);
}

static void deal_rows(Sparse *s)
{
    for (int32_t i = 0; i < s->n_rows; i++)
        place_plain_row(s, i);
    for (int32_t i = 0; i < s->n_rows; i++)
        if (s->state[i] == ROW_STAYS)
            place_waiting_row(s, i);
}

/* ── bundles ──────────────────────────────────────────────────────────────── */

__int128 sparse_bundle_cost(const Sparse *s, const Bundle *bundle)
{
    int64_t left = bundle->flow;
    __int128 cost = 0;

    for (int32_t e = bundle->first_edge; e < bundle->end_edge && left > 0; e++) {
        int64_t here = least(left, s->edges[e].capacity);

        cost += (__int128)here * s->edges[e].cost;
        left -= here;
    }
    return cost;
}

void sparse_set_bundle(Sparse *s, Bundle *bundle, int64_t flow)
{
    s->excess[bundle->from] -= flow - bundle->flow;
    s->excess[bundle->to] += flow - bundle->flow;
    s->cost -= sparse_bundle_cost(s, bundle);
    bundle->flow = flow;
    s->cost += sparse_bundle_cost(s, bundle);
}

/* What a bundle carries at these prices at least, and at most. */
typedef struct {
    int64_t low, high;
} Range;

static Range range_of(const Sparse *s, const Bundle *bundle)
{
    int64_t gain = s->price[bundle->from] - s->price[bundle->to];
    Range range = { 0, 0 };

    for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++) {
        const Edge *edge = &s->edges[e];

        if (edge->cost > gain)
            break;
        range.low += edge->cost < gain ? edge->capacity : 0;
        range.high += edge->capacity;
    }
    return range;
}

/* Lets bundles carry what they must, and notes how much more each column may pass on;
 * the sink keeps all. */
static void deal_least(Sparse *s, int64_t *spare)
{
    for (int32_t j = 0; j < s->n_columns; j++) {
        spare[j] = 0;
        for (int32_t b = s->first_bundle[j]; b < s->first_bundle[j + 1]; b++) {
            Range range = range_of(s, &s->bundles[b]);

            spare[j] += range.high - range.low;
            if (range.low > 0)
                sparse_set_bundle(s, &s->bundles[b], range.low);
        }
    }
}

/* Passes on what a column has too much, as far as others lack load; or with @spare as far
 * as they may pass it on themselves. */
static void pass_on(Sparse *s, int32_t column, const int64_t *spare)
{
    for (int32_t b = s->first_bundle[column];
         b < s->first_bundle[column + 1] && s->excess[column] > 0; b++) {
        Bundle *bundle = &s->bundles[b];
        int64_t room = range_of(s, bundle).high - bundle->flow;
        int64_t takes = (spare ? spare[bundle->to] : 0) - s->excess[bundle->to];
        int64_t amount = least(least(s->excess[column], room), takes);

        if (amount > 0)
            sparse_set_bundle(s, bundle, bundle->flow + amount);
    }
}

void sparse_deal(Sparse *s)
{
    int64_t *spare = s->label; /* means nothing yet */

    deal_least(s, spare);
    deal_rows(s);
    for (int32_t at = 0; at < s->n_columns; at++) {
        pass_on(s, s->order[at], NULL);
        pass_on(s, s->order[at], spare);
    }
}
