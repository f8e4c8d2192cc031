/*
 * calm.c - a proof that nothing is worth moving, without looking for it.
 *
 * Whatever set of pieces moves, what it saves is at most the sum over its pieces of
 * what each may have saved, and so if none of them can save its price, no set can.
 *
 * Imbalance is convex: it falls by no more than its slopes say, and by slopes a piece
 * saves its load times the difference between those of the spots it leaves and enters.
 * Nor can a piece save more than what the two most uneven spots cost together.  Which of
 * the two is said of a piece is free for each: a spot that is charged in full to one is
 * level ground for the others, and slopes are taken to be no better than that.
 *
 * What moments saw is convex in what is asked for at each, and nothing where nothing
 * is asked for: pieces that leave a spot together save at most what each would alone,
 * and wherever a piece goes it costs at least what it would cost there alone.  The
 * normal law and cores are not so simple; what they cost is charged to every piece
 * that leaves, in full.
 *
 * The same account gives a bound.  What overload costs at a spot is saved only if
 * somebody leaves, who pays a price; so the spot goes on costing what it does, or it costs
 * that price at least.
 */
#include "position_state.h"

/* Costs are rounded down, a spot's by less than one. */
enum { ROUNDING = 8 };

typedef struct {
    int64_t price;    /* no move costs less */
    int64_t slope;    /* the least of all spots and 0, in 2^RATE_BITS parts of cost */
    int64_t uneven;   /* what the two most uneven spots cost */
    int64_t capacity; /* the most any spot has */
} Limits;

static int64_t slope_of(const Position *position, int spot)
{
    return 2 * off_of(position, spot) * position->seats[spot].rate;
}

static Limits find_limits(const Position *position)
{
    Limits limits = { .price = board_least_price(position->policy) };
    int64_t first = 0, second = 0;

    for (int s = 0; s < position->board->n_spots; s++) {
        int64_t cost = imbalance_cost(position->seats[s].rate, off_of(position, s));

        limits.slope = MIN(limits.slope, slope_of(position, s));
        limits.capacity = MAX(limits.capacity, position->pools[s].capacity);
        second = MAX(second, MIN(first, cost));
        first = MAX(first, cost);
    }
    limits.uneven = first + second;
    return limits;
}

static int64_t imbalance_most(const Position *position, const Limits *limits, int spot,
                              int64_t load)
{
    int64_t steep = MAX(slope_of(position, spot), 0) - limits->slope;
    int64_t by_slope = (int64_t)((__int128)load * steep >> RATE_BITS);

    return MIN(by_slope, limits->uneven) + ROUNDING;
}

/* What @guest would add on the roomiest spot, alone. */
static int64_t seen_alone(const Position *position, const Limits *limits,
                          const Guest *guest)
{
    const Pool room = { .capacity = limits->capacity, .sums = position->no_sums };

    return pool_seen(position, &room, nobody(position), guest) -
           pool_seen(position, &room, nobody(position), nobody(position));
}

/* The most that @piece may save of what moments saw. */
static int64_t seen_most(const Position *position, const Limits *limits, int piece)
{
    const Pool *pool = &position->pools[position->spot_of[piece]];
    const Guest *guest = &position->guests[piece];
    int64_t seen = pool_seen(position, pool, nobody(position), nobody(position)) -
                   pool_seen(position, pool, guest, nobody(position)) -
                   seen_alone(position, limits, guest) + ROUNDING;

    return MAX(seen, 0);
}

static bool piece_calm(const Position *position, const Limits *limits, int piece)
{
    int spot = position->spot_of[piece];
    const Pool *pool = &position->pools[spot], *core = core_pool(position, spot);
    int64_t expected = pool_expected(pool, nobody(position), nobody(position));
    int64_t most = imbalance_most(position, limits, spot, position->guests[piece].load);

    most += (position->law * expected +
             (LAW_WHOLE - position->law) * seen_most(position, limits, piece)) /
            LAW_WHOLE;
    if (core)
        most += core->cost;
    if (position->stacks && has_sibling(position, piece, spot, -1))
        most += position->stacking_weight;
    return most <= limits->price;
}

/* For all pieces of @spot at once. */
static bool spot_calm(const Position *position, const Limits *limits, int spot)
{
    const Seats *seats = &position->seats[spot];
    int64_t strain = position_strain(position, spot) + ROUNDING;
    int load = 0;

    for (int i = 0; i < seats->n_pieces; i++)
        load = MAX(load, position->guests[seats->pieces[i]].load);
    return strain + imbalance_most(position, limits, spot, load) <= limits->price;
}

/* ── the toll ─────────────────────────────────────────────────────────────── */

/* What each piece of @spot saves by leaving beyond its price, of what moments saw; pieces
 * that leave together save no more than that. */
static int64_t saved_beyond_price(const Position *position, const Limits *limits,
                                  int spot)
{
    const Seats *seats = &position->seats[spot];
    int64_t saved = 0;

    for (int i = 0; i < seats->n_pieces; i++) {
        int64_t seen = seen_most(position, limits, seats->pieces[i]);
        int64_t gain = (LAW_WHOLE - position->law) * seen / LAW_WHOLE + ROUNDING;

        saved += MAX(gain - limits->price, 0);
    }
    return saved;
}

/* Overload at @spot stays as it is, or somebody pays for leaving. */
static int64_t least_cost(const Position *position, const Limits *limits, int spot)
{
    const Pool *pool = &position->pools[spot];
    int64_t seen, rest;

    if (pool->cost <= limits->price)
        return pool->cost;
    seen = pool_seen(position, pool, nobody(position), nobody(position));
    rest = (LAW_WHOLE - position->law) * seen / LAW_WHOLE -
           saved_beyond_price(position, limits, spot);
    return MIN(pool->cost, MAX(rest, limits->price));
}

int64_t position_floor(const Position *position)
{
    Limits limits = find_limits(position);
    int64_t floor = 0;

    for (int s = 0; s < position->board->n_spots; s++)
        floor += least_cost(position, &limits, s);
    return floor;
}

/* ── calm ─────────────────────────────────────────────────────────────────── */

bool position_calm(const Position *position)
{
    Limits limits = find_limits(position);

    for (int s = 0; s < position->board->n_spots; s++) {
        const Seats *seats = &position->seats[s];

        if (spot_calm(position, &limits, s))
            continue;
        for (int i = 0; i < seats->n_pieces; i++)
            if (!piece_calm(position, &limits, seats->pieces[i]))
                return false;
    }
    return true;
}
