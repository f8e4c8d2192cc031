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
 * Hubs are of caches, cells and hosts, and lie inside one another.  Load costs no less
 * in a cache than in its cell, since whoever may go anywhere in the cell may go there.
 * Where it costs the same the cache is *open*: it takes load from outside, and what
 * leaves and arrives is the cell's affair.  Where it costs more it is closed, and must
 * come out even by itself.  So a hub's price is looked for while hubs inside follow it
 * as long as they are open, and stay where they are as soon as they are not; outer ones
 * come first; and where there are many columns all of it is done again, as each depends
 * a little on the others.
 *
 * Of edges onward to cores and cells the price is guessed to be their cheapest.  What
 * all this leaves wrong is for the search to mend.
 */
#include "sparse.h"

/* Guesses of one price, where all is done once, or for the first or second time; and how
 * far apart they begin: by such a part of what prices there differ by. */
enum { GUESSES_ONCE = 8, GUESSES_FIRST = 6, GUESSES_SECOND = 12, GUESSES_BRACKET = 24 };
enum { STRIDE = 32, STRIDE_SECOND = 128, SHARES = 1 << 16 };

/* Mending what was guessed of so many columns does not take long. */
enum { COLUMNS_MENDED = 1024 };

/* Whatever is found, no price may come near what is out of reach. */
static int64_t within_reach(const Sparse *s, int64_t price)
{
    return price > s->dear ? s->dear : price < -s->dear ? -s->dear : price;
}

static inline int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ── what there is ────────────────────────────────────────────────────────── */

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
    for (int32_t m = class->first_member;
         class->home != NOBODY && m < class->end_member; m++)
        s->places[options[class->home].column].supply += s->supply[s->members[m]];
}

/* Hubs are told from places by where they lead. */
static void find_hubs(Sparse *s)
{
    for (int32_t j = 0; j < s->n_columns; j++)
        s->places[j] = (Place){ .first_class = NOBODY, .outer = NOBODY, .pool = j };
    for (int32_t c = 0; c < s->n_classes; c++) {
        int32_t row = s->members[s->classes[c].first_member];

        for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
            s->places[s->options[o].column].has_rows = true;
    }
    for (int32_t b = 0; b < s->n_bundles; b++)
        if (s->places[s->bundles[b].to].has_rows && s->bundles[b].to != s->sink)
            s->places[s->bundles[b].from].hub = true;
}

/* Lists hubs, the wide ones first. */
static int32_t list_hubs(const Sparse *s, int32_t *hubs)
{
    int32_t n = 0;

    for (int32_t at = s->n_columns - 1; at >= 0; at--)
        if (s->places[s->order[at]].hub)
            hubs[n++] = s->order[at];
    return n;
}

/* Of a place, and of a hub, the narrowest hub that leads wider than it. */
static void find_outer(Sparse *s, const int32_t *hubs, int32_t n_hubs)
{
    for (int32_t h = 0; h < n_hubs; h++) {
        int32_t hub = hubs[h];

        for (int32_t b = s->first_bundle[hub]; b < s->first_bundle[hub + 1]; b++) {
            Place *place = &s->places[s->bundles[b].to];

            if (place->hub)
                continue;
            if (s->places[hub].outer == NOBODY)
                s->places[hub].outer = place->outer;
            place->outer = hub;
        }
    }
}

static void find_steps(Sparse *s)
{
    for (int32_t j = 0; j < s->n_columns; j++) {
        Place *place = &s->places[j];
        int32_t b = s->first_bundle[j];

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
        Place *place = &s->places[j];
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

/* Where a row would go, and what its place must cost for that. */
static void ask_row(const Sparse *s, Leaver *leaver)
{
    int32_t end = s->first_option[leaver->row + 1];
    int64_t home_cost = s->options[leaver->home].cost;

    leaver->threshold = OUT_OF_REACH / 2;
    for (int32_t o = s->first_option[leaver->row]; o < end; o++) {
        const Option *option = &s->options[o];
        int64_t cost = option->cost - home_cost + s->price[option->column];

        if (o == leaver->home || cost >= leaver->threshold)
            continue;
        leaver->threshold = cost;
        leaver->to = option->column;
    }
}

/* Lists the rows of each place that would leave it if hubs were as cheap as when all stay:
 * they hardly become cheaper, nor places where load is dear dearer. */
static void list_leavers(Sparse *s)
{
    int32_t n = 0;

    for (int32_t j = 0; j < s->n_columns; j++) {
        Place *place = &s->places[j];

        place->first_leaver = n;
        for (int32_t c = place->first_class; c != NOBODY;
             c = s->classes[c].next_at_home)
            for (int32_t m = s->classes[c].first_member; m < s->classes[c].end_member;
                 m++) {
                int32_t row = s->members[m];
                Leaver *leaver = &s->leavers[n];

                leaver->row = row;
                leaver->home = s->first_option[row] + s->classes[c].home;
                leaver->supply = s->supply[row];
                ask_row(s, leaver);
                n += leaver->threshold < s->price[j];
            }
        place->end_leaver = n;
    }
}

/* ── what a place makes of the hubs' prices ───────────────────────────────── */

/* Puts those who leave first first: a few, often sorted already. */
static void ask_rows(Sparse *s, const Place *place)
{
    for (int32_t l = place->first_leaver; l < place->end_leaver; l++) {
        Leaver leaver = s->leavers[l];
        int32_t at = l;

        ask_row(s, &leaver);
        for (; at > place->first_leaver &&
               s->leavers[at - 1].threshold > leaver.threshold;
             at--)
            s->leavers[at] = s->leavers[at - 1];
        s->leavers[at] = leaver;
    }
}

/* Finds a place's price.  Returns how much arrives from @pool, less what leaves for it. */
static int64_t settle_place(Sparse *s, const Bundle *way, int32_t pool)
{
    const Place *place = &s->places[way->to];
    const Edge *step = s->edges + place->first_step;
    const Edge *last_step = s->edges + place->end_step;
    const Leaver *leaver = s->leavers + place->first_leaver;
    const Leaver *last_leaver = s->leavers + place->end_leaver;
    int64_t stays = place->supply, room = 0, arrives = 0;
    int64_t own = step < last_step ? step->cost + place->onward : OUT_OF_REACH / 4;
    int64_t offer = s->price[place->outer] - s->edges[way->first_edge].cost;

    ask_rows(s, place);
    while (room < stays && (step < last_step || leaver < last_leaver)) {
        if (leaver == last_leaver ||
            (step < last_step && step->cost + place->onward <= leaver->threshold)) {
            own = step->cost + place->onward;
            room += step++->capacity;
        } else {
            int64_t goes = least(leaver->supply, stays - room);

            own = leaver->threshold;
            stays -= goes;
            arrives -= s->places[leaver->to].pool == pool ? goes : 0;
            leaver++;
        }
    }
    if (offer > own) {
        for (; step < last_step && step->cost + place->onward < offer; step++)
            room += step->capacity;
        arrives += s->places[place->outer].pool == pool ? most(room - stays, 0) : 0;
        own = offer;
    }
    s->price[way->to] = within_reach(s, own);
    return arrives;
}

/* ── hubs ─────────────────────────────────────────────────────────────────── */

/* A hub, and those inside it, outer ones first. */
typedef struct {
    int32_t hub;
    const int32_t *inner;
    int32_t n_inner;
    int64_t tried; /* the last price */
} Nest;

/* Load at the hub costs @price, and at those inside as much, or what it costs there if
 * they are left alone.  Returns how much more arrives than leaves. */
static int64_t try_price(Sparse *s, Nest *nest, int64_t price)
{
    int64_t arrives = 0;

    nest->tried = price;
    s->price[nest->hub] = price;
    s->places[nest->hub].pool = nest->hub;
    for (int32_t i = 0; i < nest->n_inner; i++) {
        int32_t hub = nest->inner[i];
        const Place *outer = &s->places[s->places[hub].outer];
        int64_t around = s->price[s->places[hub].outer];

        s->price[hub] = most(around, s->places[hub].alone);
        s->places[hub].pool = s->places[hub].alone > around ? hub : outer->pool;
    }
    for (int32_t b = s->first_bundle[nest->hub]; b < s->first_bundle[nest->hub + 1];
         b++)
        if (!s->places[s->bundles[b].to].hub)
            arrives += settle_place(s, &s->bundles[b], nest->hub);
    return arrives;
}

/* Two prices, or one, and what arrives at each: what is looked for lies between them,
 * where load leaves at the low one and arrives at the high one. */
typedef struct {
    int64_t low, left; /* less than nothing */
    int64_t high, arrived;
} Bracket;

/* Goes up from @price until nothing leaves any more, or down, but not below @floor, until
 * nothing arrives. */
static Bracket find_bracket(Sparse *s, Nest *nest, int64_t price, int64_t floor,
                            int64_t stride)
{
    int64_t arrives = try_price(s, nest, price);
    Bracket bracket = { price, arrives, price, arrives };

    for (int guess = 0;
         bracket.arrived < 0 && bracket.high < s->dear && guess < GUESSES_BRACKET;
         guess++, stride *= 2) {
        bracket.low = bracket.high;
        bracket.left = bracket.arrived;
        bracket.high += stride;
        bracket.arrived = try_price(s, nest, bracket.high);
    }
    for (int guess = 0;
         bracket.left >= 0 && bracket.low > floor && guess < GUESSES_BRACKET;
         guess++, stride *= 2) {
        bracket.high = bracket.low;
        bracket.arrived = bracket.left;
        bracket.low = most(bracket.low - stride, floor);
        bracket.left = try_price(s, nest, bracket.low);
    }
    return bracket;
}

/* Where the balance would be nothing if it were a straight line. */
static int64_t false_position(const Bracket *bracket)
{
    int64_t width = bracket->high - bracket->low;
    int64_t share = -bracket->left * SHARES / /* loads leave room for it */
                    (bracket->arrived - bracket->left + 1);
    int64_t price =
        bracket->low + width / SHARES * share + width % SHARES * share / SHARES;

    return price <= bracket->low    ? bracket->low + 1
           : price >= bracket->high ? bracket->high - 1
                                    : price;
}

/* Narrows the bracket by the rule of false position.  An end that has stood twice counts
 * half, or it might stand for ever; and where prices jump, halves are better. */
static void narrow(Sparse *s, Nest *nest, Bracket *bracket, int guesses)
{
    enum { NEITHER, LOW, HIGH } stood = NEITHER;

    for (int guess = 0; bracket->high - bracket->low > 1 && bracket->left < 0 &&
                        bracket->arrived >= 0 && guess < guesses;
         guess++) {
        int64_t middle = bracket->low + (bracket->high - bracket->low) / 2;
        int64_t price = guess % 3 == 2 ? middle : false_position(bracket);
        int64_t arrives = try_price(s, nest, price);

        if (arrives < 0) {
            bracket->low = price;
            bracket->left = arrives;
            bracket->arrived -= stood == HIGH ? bracket->arrived / 2 : 0;
            stood = HIGH;
        } else {
            bracket->high = price;
            bracket->arrived = arrives;
            bracket->left -= stood == LOW ? bracket->left / 2 : 0;
            stood = LOW;
        }
    }
}

/* A part of what prices differ by among the columns it leads to. */
static int64_t stride_of(const Sparse *s, int32_t hub, int parts)
{
    int64_t low = OUT_OF_REACH, high = -OUT_OF_REACH;

    for (int32_t b = s->first_bundle[hub]; b < s->first_bundle[hub + 1]; b++) {
        low = least(low, s->price[s->bundles[b].to]);
        high = most(high, s->price[s->bundles[b].to]);
    }
    return high > low ? 1 + (high - low) / parts : 1;
}

/* How closely prices are looked for. */
typedef struct {
    int guesses, stride;
} Care;

/* Finds what load costs at a hub if what is outside it does not change. */
static void settle_hub(Sparse *s, Nest *nest, Care care)
{
    Place *place = &s->places[nest->hub];
    int64_t floor = place->outer == NOBODY ? -s->dear : s->price[place->outer];
    int64_t price = most(s->price[nest->hub], floor);
    Bracket bracket =
        find_bracket(s, nest, price, floor, stride_of(s, nest->hub, care.stride));

    narrow(s, nest, &bracket, care.guesses);
    place->alone = bracket.left < 0 ? bracket.low : -OUT_OF_REACH;
    price = within_reach(s, most(place->alone, floor));
    if (nest->tried != price)
        try_price(s, nest, price);
}

/* Lists the hubs inside the first of @hubs; outer ones stand before inner ones. */
static int32_t list_inner(Sparse *s, const int32_t *hubs, int32_t n_hubs,
                          int32_t *inner)
{
    int32_t n = 0;

    s->places[hubs[0]].inside = true;
    for (int32_t h = 1; h < n_hubs; h++) {
        Place *place = &s->places[hubs[h]];

        place->inside = place->outer != NOBODY && s->places[place->outer].inside;
        if (place->inside)
            inner[n++] = hubs[h];
    }
    s->places[hubs[0]].inside = false;
    return n;
}

/* Hubs stand in @hubs, and there is room for as many behind them. */
static void settle_hubs(Sparse *s, int32_t *hubs, int32_t n_hubs, Care care)
{
    int32_t *inner = hubs + n_hubs;

    for (int32_t h = 0; h < n_hubs; h++) {
        Nest nest = { .hub = hubs[h], .inner = inner };

        nest.n_inner = list_inner(s, hubs + h, n_hubs - h, inner);
        settle_hub(s, &nest, care);
    }
}

/* Where hubs overlap, places may have become cheaper than some of them. */
static void lower_hubs(Sparse *s, const int32_t *hubs, int32_t n_hubs)
{
    for (int32_t h = n_hubs - 1; h >= 0; h--)
        for (int32_t b = s->first_bundle[hubs[h]]; b < s->first_bundle[hubs[h] + 1];
             b++) {
            const Bundle *bundle = &s->bundles[b];

            s->price[hubs[h]] =
                least(s->price[hubs[h]],
                      s->edges[bundle->first_edge].cost + s->price[bundle->to]);
        }
}

void sparse_guess_prices(Sparse *s)
{
    int32_t *hubs = s->path; /* [2 * n_columns] means nothing yet */
    int32_t n_hubs;

    price_onward(s);
    find_hubs(s);
    find_steps(s);
    for (int32_t c = 0; c < s->n_classes; c++)
        find_home(s, c);
    n_hubs = list_hubs(s, hubs);
    find_outer(s, hubs, n_hubs);
    price_staying(s);
    list_leavers(s);
    for (int32_t h = 0; h < n_hubs; h++)
        s->places[hubs[h]].alone = -OUT_OF_REACH;
    if (n_hubs == 1 || s->n_columns <= COLUMNS_MENDED) {
        settle_hubs(s, hubs, n_hubs, (Care){ GUESSES_ONCE, STRIDE });
    } else {
        settle_hubs(s, hubs, n_hubs, (Care){ GUESSES_FIRST, STRIDE });
        settle_hubs(s, hubs, n_hubs, (Care){ GUESSES_SECOND, STRIDE_SECOND });
    }
    lower_hubs(s, hubs, n_hubs);
}
