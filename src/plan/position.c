/*
 * position.c - keeps the account of a position, exactly.
 *
 * Every gain is the difference of the very numbers that the cost is the sum of.
 *
 * Looking at moments is what takes long, so each pool keeps the most that it is asked
 * for at any moment: where that fits, there is nothing to look at.
 */
#include "position_state.h"

Position *position_new(void)
{
    return g_new0(Position, 1);
}

void position_free(Position *position)
{
    if (position == NULL)
        return;
    for (int s = 0; s < position->max_spots; s++)
        g_free(position->seats[s].pieces);
    g_free(position->guests);
    g_free(position->spot_of);
    g_free(position->seat_of);
    siblings_clear(&position->siblings);
    g_free(position->pools);
    g_free(position->seats);
    g_free(position->sums);
    g_free(position->zeros);
    g_free(position->no_sums);
    g_free(position);
}

/* ── what a pool costs ────────────────────────────────────────────────────── */

int64_t pool_expected(const Pool *pool, const Guest *less, const Guest *with)
{
    return overload_normal(pool->load - less->load + with->load,
                           pool->variance - less->variance + with->variance,
                           pool->capacity);
}

int64_t pool_seen(const Position *position, const Pool *pool, const Guest *less,
                  const Guest *with)
{
    int64_t load = pool->load - less->load + with->load;
    int64_t surely = MAX(load - pool->capacity, 0) * OVERLOAD_UNIT;

    if (pool->most - less->least + with->most <= pool->capacity - OVERLOAD_SOFT)
        return surely;
    if (pool->least - less->most + with->least >= pool->capacity + OVERLOAD_SOFT &&
        pool->most - less->least + with->most <= pool->capacity + OVERLOAD_FAR)
        return MAX(surely,
                   overload_linear(pool->weighted - less->weighted + with->weighted,
                                   pool->capacity));
    return MAX(surely, overload_moments(&position->moments, pool->sums, less->past,
                                        with->past, pool->capacity));
}

static int64_t pool_cost(const Position *position, const Pool *pool, const Guest *less,
                         const Guest *with)
{
    int64_t cost = position->law * pool_expected(pool, less, with);

    if (position->law < LAW_WHOLE)
        cost += (LAW_WHOLE - position->law) * pool_seen(position, pool, less, with);
    return cost / LAW_WHOLE;
}

/* What a pool would save. */
static int64_t pool_gain(const Position *position, const Pool *pool, const Guest *less,
                         const Guest *with)
{
    return pool->cost - pool_cost(position, pool, less, with);
}

/* ── vCPUs of one VM ──────────────────────────────────────────────────────── */

bool has_sibling(const Position *position, int piece, int spot, int but)
{
    const Siblings *siblings = &position->siblings;
    int n;

    if (siblings_none(siblings, piece))
        return false;
    n = siblings_on(siblings, piece, spot);
    n -= position->spot_of[piece] == spot;
    n -= but >= 0 && siblings_are(siblings, piece, but) &&
         position->spot_of[but] == spot;
    return n > 0;
}

/* What stacking would save if @piece left for @spot, from which @but goes at the same
 * time. */
static int64_t stacking_gain(const Position *position, int piece, int spot, int but)
{
    int from = position->spot_of[piece];

    if (!position->stacks || siblings_none(&position->siblings, piece))
        return 0;
    return position->stacking_weight * (has_sibling(position, piece, from, -1) -
                                        has_sibling(position, piece, spot, but));
}

/* ── gains ────────────────────────────────────────────────────────────────── */

static int64_t price(const Position *position, int piece, int spot)
{
    return board_price(position->board, position->policy,
                       &position->board->pieces[piece], spot);
}

/* What imbalance would save if @spot carried @more. */
static int64_t imbalance_gain(const Position *position, int spot, int64_t more)
{
    int64_t rate = position->seats[spot].rate, off = off_of(position, spot);

    return imbalance_cost(rate, off) - imbalance_cost(rate, off + more);
}

/* What cores would save if guests went @from one spot @to another and back. */
static int64_t sharing_gain(const Position *position, int from, int to,
                            const Guest *there, const Guest *back)
{
    const Pool *a = core_pool(position, from), *b = core_pool(position, to);

    if (a == b)
        return 0;
    return (a ? pool_gain(position, a, there, back) : 0) +
           (b ? pool_gain(position, b, back, there) : 0);
}

static int64_t exchange_gain(const Position *position, int from, int to,
                             const Guest *there, const Guest *back)
{
    int64_t more = there->load - back->load;

    return pool_gain(position, &position->pools[from], there, back) +
           pool_gain(position, &position->pools[to], back, there) +
           sharing_gain(position, from, to, there, back) +
           imbalance_gain(position, from, -more) + imbalance_gain(position, to, more);
}

int64_t position_gain(const Position *position, int piece, int spot)
{
    int from = position->spot_of[piece];

    if (from == spot)
        return 0;
    return exchange_gain(position, from, spot, &position->guests[piece],
                         nobody(position)) +
           stacking_gain(position, piece, spot, -1) + price(position, piece, from) -
           price(position, piece, spot);
}

int64_t position_swap_gain(const Position *position, int a, int b)
{
    int from = position->spot_of[a], to = position->spot_of[b];

    if (from == to)
        return 0;
    return exchange_gain(position, from, to, &position->guests[a],
                         &position->guests[b]) +
           stacking_gain(position, a, to, b) + stacking_gain(position, b, from, a) +
           price(position, a, from) - price(position, a, to) + price(position, b, to) -
           price(position, b, from);
}

int64_t position_relief(const Position *position, int piece)
{
    int spot = position->spot_of[piece];
    const Pool *core = core_pool(position, spot);
    const Guest *guest = &position->guests[piece];
    int64_t relief = 0;

    if (position->pools[spot].cost > 0)
        relief += pool_gain(position, &position->pools[spot], guest, nobody(position));
    if (core && core->cost > 0)
        relief += pool_gain(position, core, guest, nobody(position));
    if (position->seats[spot].n_stacked > 0 && has_sibling(position, piece, spot, -1))
        relief += position->stacking_weight;
    return relief;
}

int64_t position_strain(const Position *position, int spot)
{
    const Pool *core = core_pool(position, spot);

    return position->pools[spot].cost + (core ? core->cost : 0) +
           (position->seats[spot].n_stacked > 0 ? position->stacking_weight : 0);
}

/* ── moves ────────────────────────────────────────────────────────────────── */

static void settle_range(const Position *position, Pool *pool)
{
    int32_t least = position->moments.n_moments > 0 ? INT32_MAX : 0, most = 0;

    for (int t = 0; t < position->moments.n_moments; t++) {
        least = MIN(least, pool->sums[t]);
        most = MAX(most, pool->sums[t]);
    }
    pool->least = least;
    pool->most = most;
}

void pool_add(const Position *position, Pool *pool, const Guest *guest)
{
    pool->load += guest->load;
    pool->variance += guest->variance;
    pool->weighted += guest->weighted;
    for (int t = 0; t < position->moments.n_moments; t++)
        pool->sums[t] += guest->past[t];
}

static void pool_remove(const Position *position, Pool *pool, const Guest *guest)
{
    pool->load -= guest->load;
    pool->variance -= guest->variance;
    pool->weighted -= guest->weighted;
    for (int t = 0; t < position->moments.n_moments; t++)
        pool->sums[t] -= guest->past[t];
}

void settle(const Position *position, Pool *pool, int64_t *term)
{
    settle_range(position, pool);
    *term -= pool->cost;
    pool->cost = pool_cost(position, pool, nobody(position), nobody(position));
    *term += pool->cost;
}

void sit(Position *position, int piece, int spot)
{
    Seats *seats = &position->seats[spot];

    if (seats->n_pieces == seats->max_pieces) {
        seats->max_pieces = MAX(2 * seats->max_pieces, 16);
        seats->pieces = g_renew(int, seats->pieces, seats->max_pieces);
    }
    position->spot_of[piece] = spot;
    position->seat_of[piece] = seats->n_pieces;
    seats->pieces[seats->n_pieces++] = piece;
    if (position->stacks)
        siblings_sit(&position->siblings, piece, spot);
}

static void rise(Position *position, int piece)
{
    Seats *seats = &position->seats[position->spot_of[piece]];
    int last = seats->pieces[--seats->n_pieces];

    if (position->stacks)
        siblings_rise(&position->siblings, piece, position->spot_of[piece]);
    seats->pieces[position->seat_of[piece]] = last;
    position->seat_of[last] = position->seat_of[piece];
}

/* A thousand CPUs' worth on each CPU is as uneven as can be; squares of it still add up. */
enum { LEVEL_MOST = 1000 * 10000 };

static int64_t level_with(const Pool *pool, int64_t more)
{
    if (pool->capacity == 0)
        return 0;
    return MIN(10000 * (pool->load + more) / pool->capacity, LEVEL_MOST);
}

/* Takes the spot's load per CPU into the sums, or with @sign -1 out of them. */
void count_level(Position *position, int spot, int sign)
{
    Seats *seats = &position->seats[spot];

    seats->level = level_with(&position->pools[spot], 0);
    position->levels += sign * seats->level;
    position->level_squares += sign * seats->level * seats->level;
}

static void transfer(Position *position, Pool *from, Pool *to, const Guest *guest,
                     int64_t *term)
{
    if (from == to)
        return;
    if (from) {
        pool_remove(position, from, guest);
        settle(position, from, term);
    }
    if (to) {
        pool_add(position, to, guest);
        settle(position, to, term);
    }
}

static void restack(Position *position, int piece, int from, int to)
{
    if (!position->stacks || siblings_none(&position->siblings, piece))
        return;
    position->seats[from].n_stacked -= has_sibling(position, piece, from, -1);
    position->seats[to].n_stacked += has_sibling(position, piece, to, -1);
}

void position_move(Position *position, int piece, int spot)
{
    int from = position->spot_of[piece], home = position->board->pieces[piece].home;
    const Guest *guest = &position->guests[piece];
    Cost *cost = &position->cost;

    if (from == spot)
        return;
    cost->stacking -= stacking_gain(position, piece, spot, -1);
    restack(position, piece, from, spot);
    cost->moving += price(position, piece, spot) - price(position, piece, from);
    cost->imbalance -= imbalance_gain(position, from, -guest->load) +
                       imbalance_gain(position, spot, guest->load);
    position->n_moved += (spot != home) - (from != home);
    count_level(position, from, -1);
    count_level(position, spot, -1);
    transfer(position, &position->pools[from], &position->pools[spot], guest,
             &cost->overload);
    transfer(position, core_pool(position, from), core_pool(position, spot), guest,
             &cost->sharing);
    count_level(position, from, 1);
    count_level(position, spot, 1);
    rise(position, piece);
    sit(position, piece, spot);
}

/* ── what it comes to ─────────────────────────────────────────────────────── */

int position_spot(const Position *position, int piece)
{
    return position->spot_of[piece];
}

int position_n_moved(const Position *position)
{
    return position->n_moved;
}

Cost position_cost(const Position *position)
{
    return position->cost;
}

Cost position_share(const Position *position, int piece)
{
    int spot = position->spot_of[piece];
    const Guest *guest = &position->guests[piece];
    const Pool *core = core_pool(position, spot);
    Cost share = {
        .overload =
            pool_gain(position, &position->pools[spot], guest, nobody(position)),
        .imbalance = imbalance_gain(position, spot, -guest->load),
        .sharing = core ? pool_gain(position, core, guest, nobody(position)) : 0,
        .moving = price(position, piece, spot),
    };

    if (position->stacks && has_sibling(position, piece, spot, -1))
        share.stacking = position->stacking_weight;
    return share;
}

/* Rounded up, so that what meets a target does so exactly. */
static int sigma_of(int64_t n, int64_t levels, int64_t squares)
{
    int64_t square, sigma;
    __int128 spread = (__int128)n * squares - (__int128)levels * levels;

    if (n == 0)
        return 0;
    square = (int64_t)(spread / (n * n));
    sigma = whole_root(square);
    return (int)(sigma + (sigma * sigma < square || spread % (n * n) > 0));
}

int position_sigma(const Position *position)
{
    return sigma_of(position->n_levels, position->levels, position->level_squares);
}

int position_sigma_after(const Position *position, int piece, int spot, int other)
{
    int from = position->spot_of[piece];
    int64_t more =
        position->guests[piece].load - (other < 0 ? 0 : position->guests[other].load);
    int64_t a = position->seats[from].level, b = position->seats[spot].level;
    int64_t a_after = level_with(&position->pools[from], -more),
            b_after = level_with(&position->pools[spot], more);

    return sigma_of(position->n_levels, position->levels - a - b + a_after + b_after,
                    position->level_squares - a * a - b * b + a_after * a_after +
                        b_after * b_after);
}

Standing position_standing(const Position *position, int spot)
{
    const Seats *seats = &position->seats[spot];

    return (Standing){ .off = off_of(position, spot),
                       .over =
                           position->pools[spot].load - position->pools[spot].capacity,
                       .rate = seats->rate,
                       .n_pieces = seats->n_pieces,
                       .pieces = seats->pieces };
}

int64_t position_brim(const Position *position, int spot)
{
    const Pool *pool = &position->pools[spot];
    int64_t sway = pool->variance > 0 ? whole_root(pool->variance) : 0;

    return (pool->load + sway) * LOAD_FULL / MAX(pool->capacity, 1);
}
