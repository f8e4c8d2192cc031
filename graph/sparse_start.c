/*
 * sparse_start.c - prices to start from, near those of the cheapest flow.
 *
 * A *hub* leads to columns that have rows; a *place* is where a row may be without a
 * hub.  If the price of load at every hub were known, each place could be settled
 * alone: as its price rises its rows leave and its edges onward open, and where the
 * two meet is its price; unless a hub offers load at more than that, which then is
 * its price.  So only the hubs' prices are looked for: at the right one as much load
 * leaves for a hub as arrives from it, and the higher it is the less leaves.
 *
 * With several levels of hubs each is settled in turn, given the others, the wide
 * ones first, and all of it twice.  Of edges onward to cores and cells the price is
 * guessed to be their cheapest.  What this leaves wrong is for the search to mend.
 */
#include "sparse.h"

enum { PASSES = 2, GUESSES = 16, SHARES = 1 << 16 };

/* What the columns lead to, from the sink backwards, costs at least this. */
static void price_onward(Sparse *s)
{
    for (int32_t at = s->n_columns - 1; at >= 0; at--) {
        int32_t j = s->order[at];
        int64_t cheapest = s->dear;

        for (int32_t b = s->first_bundle[j]; b < s->first_bundle[j + 1]; b++) {
            const Bundle *bundle = &s->bundles[b];

            for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++)
                if (s->edges[e].capacity > 0)
                    cheapest = least(cheapest, s->edges[e].cost + s->price[bundle->to]);
        }
        s->price[j] = j == s->sink ? 0 : cheapest;
    }
}

/* Hubs are told from places by where they lead. */
static void find_hubs(Sparse *s)
{
    for (int32_t j = 0; j < s->n_columns; j++)
        s->places[j] = (Place){ .hub = false };
    for (int32_t o = 0; o < s->n_options; o++)
        s->places[s->options[o].column].has_rows = true;
    for (int32_t b = 0; b < s->n_bundles; b++)
        if (s->places[s->bundles[b].to].has_rows && s->bundles[b].to != s->sink)
            s->places[s->bundles[b].from].hub = true;
}

/* The option that needs no hub, or NOBODY. */
static int32_t home_of(const Sparse *s, int32_t row)
{
    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
        if (!s->places[s->options[o].column].hub && s->options[o].column != s->overflow)
            return o;
    return NOBODY;
}

/* Groups rows by the place they call home, and gives each place its steps onward. */
static void find_places(Sparse *s)
{
    int32_t n = 0;

    for (int32_t i = 0; i < s->n_rows; i++) {
        int32_t home = home_of(s, i);

        if (home != NOBODY)
            s->places[s->options[home].column].end_leaver++;
    }
    for (int32_t j = 0; j < s->n_columns; j++) {
        Place *place = &s->places[j];
        int32_t b = s->first_bundle[j];

        place->first_leaver = n;
        n += place->end_leaver;
        place->end_leaver = place->first_leaver;
        if (b == s->first_bundle[j + 1])
            continue;
        place->first_step = s->bundles[b].first_edge;
        place->end_step = s->bundles[b].end_edge;
        place->onward = s->price[s->bundles[b].to];
    }
    for (int32_t i = 0; i < s->n_rows; i++) {
        int32_t home = home_of(s, i);
        Place *place = home == NOBODY ? NULL : &s->places[s->options[home].column];

        if (!place)
            continue;
        s->leavers[place->end_leaver++] =
            (Leaver){ .row = i, .home = home, .supply = s->supply[i] };
        place->supply += s->supply[i];
    }
}

/* Looks at a place from a hub that leads there at @cost: what its rows would pay to
 * go there or elsewhere. */
static void face_hub(Sparse *s, Place *place, int32_t hub, int64_t cost)
{
    place->hub_cost = cost;
    place->mixed = false;
    for (int32_t l = place->first_leaver; l < place->end_leaver; l++) {
        Leaver leaver = s->leavers[l];
        int64_t home_cost = s->options[leaver.home].cost;
        int32_t at = l;

        leaver.shift = leaver.other = OUT_OF_REACH / 2;
        for (int32_t o = s->first_option[leaver.row];
             o < s->first_option[leaver.row + 1]; o++) {
            const Option *option = &s->options[o];

            if (option->column == hub)
                leaver.shift = option->cost - home_cost;
            else if (o != leaver.home)
                leaver.other = least(leaver.other, option->cost - home_cost +
                                                       s->price[option->column]);
        }
        place->mixed |= leaver.other < OUT_OF_REACH / 2;
        for (; at > place->first_leaver && s->leavers[at - 1].shift > leaver.shift;
             at--)
            s->leavers[at] = s->leavers[at - 1];
        s->leavers[at] = leaver;
    }
}

/* When each row would leave, if load at the hub costs @price; the first come first. */
static void weigh_leavers(Sparse *s, const Place *place, int64_t price)
{
    for (int32_t l = place->first_leaver; l < place->end_leaver; l++) {
        Leaver *leaver = &s->leavers[l];

        leaver->threshold = least(leaver->shift + price, leaver->other);
        for (int32_t at = l; place->mixed && at > place->first_leaver &&
                             s->leavers[at - 1].threshold > s->leavers[at].threshold;
             at--) {
            Leaver later = s->leavers[at - 1];

            s->leavers[at - 1] = s->leavers[at];
            s->leavers[at] = later;
        }
    }
}

/* Finds a place's price if load at the hub costs @price.  Returns how much leaves for
 * the hub, less what arrives from it. */
static int64_t settle_place(Sparse *s, int32_t column, int64_t price)
{
    const Place *place = &s->places[column];
    const Edge *step = s->edges + place->first_step;
    const Edge *last_step = s->edges + place->end_step;
    const Leaver *leaver = s->leavers + place->first_leaver;
    const Leaver *last_leaver = s->leavers + place->end_leaver;
    int64_t stays = place->supply, room = 0, leaves = 0, own = OUT_OF_REACH / 4;
    int64_t offer = price - place->hub_cost;

    weigh_leavers(s, place, price);
    own = step < last_step ? step->cost + place->onward : own;
    while (room < stays && (step < last_step || leaver < last_leaver)) {
        if (leaver == last_leaver ||
            (step < last_step && step->cost + place->onward <= leaver->threshold)) {
            own = step->cost + place->onward;
            room += step++->capacity;
        } else {
            int64_t goes = least(leaver->supply, stays - room);

            own = leaver->threshold;
            stays -= goes;
            leaves += leaver->shift + price < leaver->other ? goes : 0;
            leaver++;
        }
    }
    if (offer > own) {
        for (; step < last_step && step->cost + place->onward < offer; step++)
            room += step->capacity;
        leaves -= room - stays;
        own = offer;
    }
    s->price[column] = own;
    return leaves;
}

/* Settles all places that @hub leads to. */
static int64_t try_price(Sparse *s, int32_t hub, int64_t price)
{
    int64_t leaves = 0;

    s->price[hub] = price;
    for (int32_t b = s->first_bundle[hub]; b < s->first_bundle[hub + 1]; b++)
        if (!s->places[s->bundles[b].to].hub)
            leaves += settle_place(s, s->bundles[b].to, price);
    return leaves;
}

/* Looks for the price of load at a hub, between one at which load leaves for it and
 * one at which it arrives, by the rule of false position. */
static void settle_hub(Sparse *s, int32_t hub)
{
    int64_t low, high, left, arrived, stride = 1, total = 0;
    int32_t n = 0;

    for (int32_t b = s->first_bundle[hub]; b < s->first_bundle[hub + 1]; b++) {
        const Bundle *bundle = &s->bundles[b];

        if (s->places[bundle->to].hub)
            continue;
        face_hub(s, &s->places[bundle->to], hub, s->edges[bundle->first_edge].cost);
        total += s->price[bundle->to];
        stride = total / ++n;
    }
    if (n == 0)
        return;
    low = high = s->price[hub];
    left = arrived = try_price(s, hub, low);
    stride = 1 + (stride < 0 ? -stride : stride) / 4;
    for (int guess = 0; left < 0 && guess < GUESSES; guess++, stride *= 2) {
        high = low;
        arrived = left;
        left = try_price(s, hub, low -= stride);
    }
    for (int guess = 0; arrived > 0 && guess < GUESSES; guess++, stride *= 2) {
        low = high;
        left = arrived;
        arrived = try_price(s, hub, high += stride);
    }
    for (int guess = 0; high - low > 1 && left > 0 && arrived < 0 && guess < GUESSES;
         guess++) {
        int64_t width = high - low;
        int64_t share = left * SHARES / (left - arrived); /* loads leave room for it */
        int64_t price = low + width / SHARES * share + width % SHARES * share / SHARES;
        int64_t balance;

        price = price <= low ? low + 1 : price >= high ? high - 1 : price;
        balance = try_price(s, hub, price);
        if (balance >= 0) {
            low = price;
            left = balance;
        } else {
            high = price;
            arrived = balance;
        }
    }
}

void sparse_guess_prices(Sparse *s)
{
    int32_t n_hubs = 0;

    price_onward(s);
    find_hubs(s);
    find_places(s);
    for (int32_t j = 0; j < s->n_columns; j++)
        n_hubs += s->places[j].hub;
    for (int pass = 0; pass < (n_hubs > 1 ? PASSES : 1); pass++)
        for (int32_t at = 0; at < s->n_columns; at++)
            if (s->places[s->order[at]].hub)
                settle_hub(s, s->order[at]);

    /* Whatever was found, no price may come near what is out of reach. */
    for (int32_t j = 0; j < s->n_columns; j++)
        s->price[j] = s->price[j] > s->dear    ? s->dear
                      : s->price[j] < -s->dear ? -s->dear
                                               : s->price[j];
}
