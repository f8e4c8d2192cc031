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
 * With several levels of hubs, of hosts, cells and caches, the price of one says
 * little while the others stay where they are: whoever offers a place load for less
 * gets none of its rows.  So a hub is settled first together with all hubs inside it,
 * whose prices rise and fall with its own, and then alone; the wide ones come first,
 * and all of it is done twice.
 *
 * Of edges onward to cores and cells the price is guessed to be their cheapest.  What
 * all this leaves wrong is for the search to mend.
 */
#include "sparse.h"

enum { PASSES = 2, GUESSES = 16, SHARES = 1 << 16, STRIDE = 32 };

/* Whatever is found, no price may come near what is out of reach. */
static int64_t within_reach(const Sparse *s, int64_t price)
{
    return price > s->dear ? s->dear : price < -s->dear ? -s->dear : price;
}

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
        s->places[j] = (Place){ .first_class = NOBODY };
    for (int32_t c = 0; c < s->n_classes; c++) {
        int32_t row = s->members[s->classes[c].first_member];

        for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
            s->places[s->options[o].column].has_rows = true;
    }
    for (int32_t b = 0; b < s->n_bundles; b++)
        if (s->places[s->bundles[b].to].has_rows && s->bundles[b].to != s->sink)
            s->places[s->bundles[b].from].hub = true;
}

/* The home of a class is the column that its rows need no hub for. */
static void find_home(Sparse *s, int32_t c)
{
    Class *class = &s->classes[c];
    const Option *options =
        s->options + s->first_option[s->members[class->first_member]];

    class->home = NOBODY;
    for (int32_t o = 0; o < class->n_options && class->home == NOBODY; o++) {
        Place *place = &s->places[options[o].column];

        if (place->hub || options[o].column == s->overflow)
            continue;
        class->home = o;
        class->next_at_home = place->first_class;
        place->first_class = c;
    }
}

static void list_leavers(Sparse *s, Place *place, const Class *class)
{
    for (int32_t m = class->first_member; m < class->end_member; m++) {
        int32_t row = s->members[m];
        Leaver *leaver = &s->leavers[place->end_leaver++];

        leaver->row = row;
        leaver->home = s->first_option[row] + class->home;
        leaver->supply = s->supply[row];
        place->supply += leaver->supply;
    }
}

/* Gathers the rows of each place and its steps onward. */
static void find_places(Sparse *s)
{
    int32_t n_leavers = 0;

    for (int32_t c = 0; c < s->n_classes; c++)
        find_home(s, c);
    for (int32_t j = 0; j < s->n_columns; j++) {
        Place *place = &s->places[j];
        int32_t b = s->first_bundle[j];

        place->first_leaver = place->end_leaver = n_leavers;
        for (int32_t c = place->first_class; c != NOBODY;
             c = s->classes[c].next_at_home)
            list_leavers(s, place, &s->classes[c]);
        n_leavers = place->end_leaver;
        if (b == s->first_bundle[j + 1])
            continue;
        place->first_step = s->bundles[b].first_edge;
        place->end_step = s->bundles[b].end_edge;
        place->onward = s->price[s->bundles[b].to];
    }
}

/* Places are priced as if all their rows stayed, and hubs like their cheapest place. */
static void price_staying(Sparse *s)
{
    for (int32_t at = s->n_columns - 1; at >= 0; at--) {
        int32_t j = s->order[at];
        const Place *place = &s->places[j];
        int64_t room = 0, cheapest = OUT_OF_REACH;

        if (place->hub)
            for (int32_t b = s->first_bundle[j]; b < s->first_bundle[j + 1]; b++)
                cheapest = least(cheapest, s->edges[s->bundles[b].first_edge].cost +
                                               s->price[s->bundles[b].to]);
        else
            for (int32_t e = place->first_step; e < place->end_step; e++) {
                cheapest = s->edges[e].cost + place->onward;
                room += s->edges[e].capacity;
                if (room >= place->supply)
                    break;
            }
        if (place->hub || place->first_step < place->end_step)
            s->price[j] = within_reach(s, cheapest);
    }
}

/* The price of its place beyond which a row leaves. */
static int64_t threshold(const Leaver *leaver, int64_t hub_price)
{
    return least(leaver->shift + hub_price, leaver->other);
}

/* Puts those who leave first first: some dozens, often sorted but for a few. */
static void sort_leavers(Sparse *s, const Place *place, int64_t hub_price)
{
    for (int32_t l = place->first_leaver + 1; l < place->end_leaver; l++) {
        Leaver leaver = s->leavers[l];
        int64_t leaves_at = threshold(&leaver, hub_price);
        int32_t at = l;

        for (; at > place->first_leaver &&
               threshold(&s->leavers[at - 1], hub_price) > leaves_at;
             at--)
            s->leavers[at] = s->leavers[at - 1];
        if (at < l)
            s->leavers[at] = leaver;
    }
}

/* What load at the group's hubs is worth at a place, and at the others'. */
static void hear_offers(Sparse *s, int32_t column)
{
    Place *place = &s->places[column];

    place->hub_cost = OUT_OF_REACH / 2;
    place->offer = -OUT_OF_REACH / 2;
    for (int32_t out = s->first_out[column]; out < s->first_out[column + 1]; out++) {
        const Link *link = &s->links[s->out_link[out]];
        const Bundle *bundle;
        int64_t cost;

        if (link->bundle == NOBODY || s->bundles[link->bundle].to != column)
            continue;
        bundle = &s->bundles[link->bundle];
        cost = s->edges[bundle->first_edge].cost - s->price[bundle->from];
        if (s->places[bundle->from].in_group)
            place->hub_cost = least(place->hub_cost, cost);
        else
            place->offer = -least(-place->offer, cost);
    }
}

/* What each row of a place would pay to go to the group's hubs, or to others.  Where
 * there are no others, who leaves first does not depend on the group's price. */
static void ask_rows(Sparse *s, Place *place)
{
    place->mixed = false;
    for (int32_t l = place->first_leaver; l < place->end_leaver; l++) {
        Leaver *leaver = &s->leavers[l];
        int64_t home_cost = s->options[leaver->home].cost;

        leaver->shift = leaver->other = OUT_OF_REACH / 2;
        for (int32_t o = s->first_option[leaver->row];
             o < s->first_option[leaver->row + 1]; o++) {
            const Option *option = &s->options[o];
            int64_t cost = option->cost - home_cost + s->price[option->column];

            if (s->places[option->column].in_group)
                leaver->shift = least(leaver->shift, cost);
            else if (o != leaver->home)
                leaver->other = least(leaver->other, cost);
        }
        place->mixed |= leaver->other < OUT_OF_REACH / 2;
    }
    sort_leavers(s, place, 0);
}

/* Finds a place's price if load at the group's hubs costs @rise more than it did.
 * Returns how much leaves for the group, less what arrives from it. */
static int64_t settle_place(Sparse *s, int32_t column, int64_t rise)
{
    const Place *place = &s->places[column];
    const Edge *step = s->edges + place->first_step;
    const Edge *last_step = s->edges + place->end_step;
    const Leaver *leaver = s->leavers + place->first_leaver;
    const Leaver *last_leaver = s->leavers + place->end_leaver;
    int64_t stays = place->supply, room = 0, leaves = 0;
    int64_t own = step < last_step ? step->cost + place->onward : OUT_OF_REACH / 4;
    int64_t mine = rise - place->hub_cost;
    int64_t offer = mine > place->offer ? mine : place->offer;

    if (place->mixed)
        sort_leavers(s, place, rise);
    while (room < stays && (step < last_step || leaver < last_leaver)) {
        if (leaver == last_leaver ||
            (step < last_step &&
             step->cost + place->onward <= threshold(leaver, rise))) {
            own = step->cost + place->onward;
            room += step++->capacity;
        } else {
            int64_t goes = least(leaver->supply, stays - room);

            own = threshold(leaver, rise);
            stays -= goes;
            leaves += leaver->shift + rise < leaver->other ? goes : 0;
            leaver++;
        }
    }
    if (offer > own) {
        for (; step < last_step && step->cost + place->onward < offer; step++)
            room += step->capacity;
        leaves -= offer == mine ? room - stays : 0;
        own = offer;
    }
    s->price[column] = within_reach(s, own);
    return leaves;
}

/* Settles all places that @hub leads to. */
static int64_t try_rise(Sparse *s, int32_t hub, int64_t rise)
{
    int64_t leaves = 0;

    for (int32_t b = s->first_bundle[hub]; b < s->first_bundle[hub + 1]; b++)
        if (!s->places[s->bundles[b].to].hub)
            leaves += settle_place(s, s->bundles[b].to, rise);
    return leaves;
}

/* Asks all places that @hub leads to, and returns a stride to begin with when looking
 * for a rise: a share of what load costs there. */
static int64_t ask_places(Sparse *s, int32_t hub)
{
    int32_t first = s->first_bundle[hub], end = s->first_bundle[hub + 1];
    int64_t low = OUT_OF_REACH, high = -OUT_OF_REACH;

    for (int32_t b = first; b < end; b++) {
        int32_t column = s->bundles[b].to;

        if (s->places[column].hub)
            continue;
        hear_offers(s, column);
        ask_rows(s, &s->places[column]);
        low = least(low, s->price[column]);
        high = -least(-high, -s->price[column]);
    }
    return high > low ? 1 + (high - low) / STRIDE : 1;
}

/* Two rises, or one, and what leaves for the hubs at each: what is looked for lies
 * between them, where load leaves at the low one and arrives at the high one. */
typedef struct {
    int64_t low, left;
    int64_t high, arrived; /* less than nothing */
    int64_t tried;         /* the last one */
} Bracket;

/* Goes down from 0 until nothing arrives any more, or up until nothing leaves. */
static Bracket find_bracket(Sparse *s, int32_t hub, int64_t stride)
{
    int64_t most = 2 * s->dear; /* from end to end of what is within reach */
    int64_t leaves = try_rise(s, hub, 0);
    Bracket bracket = { .left = leaves, .arrived = leaves };

    for (int guess = 0; bracket.left < 0 && bracket.low > -most && guess < GUESSES;
         guess++, stride *= 2) {
        bracket.high = bracket.low;
        bracket.arrived = bracket.left;
        bracket.tried = bracket.low -= stride;
        bracket.left = try_rise(s, hub, bracket.tried);
    }
    for (int guess = 0; bracket.arrived > 0 && bracket.high < most && guess < GUESSES;
         guess++, stride *= 2) {
        bracket.low = bracket.high;
        bracket.left = bracket.arrived;
        bracket.tried = bracket.high += stride;
        bracket.arrived = try_rise(s, hub, bracket.tried);
    }
    return bracket;
}

/* Where the balance would be nothing if it were a straight line. */
static int64_t false_position(const Bracket *bracket)
{
    int64_t width = bracket->high - bracket->low;
    int64_t share = bracket->left * SHARES / /* loads leave room for it */
                    (bracket->left - bracket->arrived);
    int64_t rise =
        bracket->low + width / SHARES * share + width % SHARES * share / SHARES;

    return rise <= bracket->low    ? bracket->low + 1
           : rise >= bracket->high ? bracket->high - 1
                                   : rise;
}

/* Looks for how much more load should cost at a group of hubs, of which @hub leads to
 * all places that the others do, by the rule of false position.  An end that has stood
 * twice counts half, or it might stand for ever. */
static int64_t find_rise(Sparse *s, int32_t hub)
{
    Bracket bracket = find_bracket(s, hub, ask_places(s, hub));
    enum { NEITHER, LOW, HIGH } stood = NEITHER;

    for (int guess = 0; bracket.high - bracket.low > 1 && bracket.left > 0 &&
                        bracket.arrived < 0 && guess < GUESSES;
         guess++) {
        int64_t balance;

        bracket.tried = false_position(&bracket);
        balance = try_rise(s, hub, bracket.tried);
        if (balance >= 0) {
            bracket.low = bracket.tried;
            bracket.left = balance;
            bracket.arrived -= stood == HIGH ? bracket.arrived / 2 : 0;
            stood = HIGH;
        } else {
            bracket.high = bracket.tried;
            bracket.arrived = balance;
            bracket.left -= stood == LOW ? bracket.left / 2 : 0;
            stood = LOW;
        }
    }
    return bracket.tried;
}

/* A hub that leads to fewer places, and to some of the same, is inside the other: hubs
 * are of caches, cells and hosts. */
static void gather_inside(Sparse *s, int32_t hub)
{
    int32_t n_places = s->first_bundle[hub + 1] - s->first_bundle[hub];

    for (int32_t b = s->first_bundle[hub]; b < s->first_bundle[hub + 1]; b++) {
        int32_t place = s->bundles[b].to;

        for (int32_t out = s->first_out[place]; out < s->first_out[place + 1]; out++) {
            const Link *link = &s->links[s->out_link[out]];
            int32_t n = s->first_bundle[link->to + 1] - s->first_bundle[link->to];

            if (s->places[link->to].hub && link->bundle != NOBODY && n < n_places)
                s->places[link->to].in_group = true;
        }
    }
}

/* Settles a hub alone, or with all hubs inside it. */
static void settle_hub(Sparse *s, int32_t hub, bool with_inner)
{
    int64_t rise;

    for (int32_t j = 0; j < s->n_columns; j++)
        s->places[j].in_group = false;
    if (with_inner)
        gather_inside(s, hub);
    s->places[hub].in_group = true;
    rise = find_rise(s, hub);
    for (int32_t j = 0; j < s->n_columns; j++)
        if (s->places[j].in_group)
            s->price[j] = within_reach(s, s->price[j] + rise);
}

void sparse_guess_prices(Sparse *s)
{
    int32_t n_hubs = 0;

    price_onward(s);
    find_hubs(s);
    find_places(s);
    price_staying(s);
    for (int32_t j = 0; j < s->n_columns; j++)
        n_hubs += s->places[j].hub;
    for (int pass = 0; pass < (n_hubs > 1 ? PASSES : 1); pass++)
        for (int32_t at = 0; at < s->n_columns; at++) {
            int32_t hub = s->order[at];

            if (!s->places[hub].hub)
                continue;
            if (n_hubs > 1)
                settle_hub(s, hub, true);
            settle_hub(s, hub, false);
        }
}
