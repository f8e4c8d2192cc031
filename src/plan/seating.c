/*
 * seating.c - a position to begin with: everybody at home.
 */
#include "position_state.h"

#include <string.h>

/* How far the normal law is believed rather than the moments, in parts of LAW_WHOLE:
 * wholly after one moment, and less and less until there are enough of them. */
enum { LAW_LEAST = 16, MOMENTS_ENOUGH = 24 };

enum { MILLIONTH = COST_CPU / 1000000, NOWHERE = -1 };

static void make_room(Position *position, const Board *board)
{
    int n_pools = board->n_spots + board->n_cores;
    size_t n_sums = (size_t)n_pools * (size_t)board->n_moments + 1;

    if (board->n_pieces + 1 > position->max_pieces) {
        position->max_pieces = board->n_pieces + 1;
        position->guests = g_renew(Guest, position->guests, position->max_pieces);
        position->spot_of = g_renew(int, position->spot_of, position->max_pieces);
        position->seat_of = g_renew(int, position->seat_of, position->max_pieces);
    }
    if (n_pools > position->max_pools) {
        position->max_pools = n_pools;
        position->pools = g_renew(Pool, position->pools, n_pools);
    }
    if (board->n_spots > position->max_spots) {
        position->seats = g_renew(Seats, position->seats, board->n_spots);
        memset(&position->seats[position->max_spots], 0,
               (size_t)(board->n_spots - position->max_spots) * sizeof(Seats));
        position->max_spots = board->n_spots;
    }
    if (board->n_moments + 1 > position->max_moments) {
        position->max_moments = board->n_moments + 1;
        g_free(position->zeros);
        position->zeros = g_new0(uint16_t, position->max_moments);
        g_free(position->no_sums);
        position->no_sums = g_new0(int32_t, position->max_moments);
    }
    if (n_sums > position->max_sums) {
        position->max_sums = n_sums;
        position->sums = g_renew(int32_t, position->sums, n_sums);
    }
}

/* As many moments as weigh anything; few of them are not to be believed alone. */
static int believe(const Board *board)
{
    int n_seen = 0;

    for (int t = 0; t < board->n_moments; t++)
        n_seen += board->weights[t] > 0;
    if (n_seen == 0)
        return LAW_WHOLE;
    return MAX(LAW_WHOLE - (n_seen - 1) * (LAW_WHOLE - LAW_LEAST) / MOMENTS_ENOUGH,
               LAW_LEAST);
}

static void invite(Position *position, const Board *board)
{
    for (int i = 0; i < board->n_pieces; i++) {
        const Piece *piece = &board->pieces[i];
        Guest *guest = &position->guests[i];

        *guest = (Guest){ .load = piece->load,
                          .least = board->n_moments > 0 ? INT_MAX : 0,
                          .variance = piece->variance,
                          .past = piece->past };
        position->spot_of[i] = NOWHERE;
        for (int t = 0; t < board->n_moments; t++) {
            guest->least = MIN(guest->least, piece->past[t]);
            guest->most = MAX(guest->most, piece->past[t]);
            guest->weighted += (int64_t)board->weights[t] * piece->past[t];
        }
    }
    position->guests[board->n_pieces] = (Guest){ .past = position->zeros };
}

static void open_pools(Position *position, const Board *board)
{
    size_t n_moments = (size_t)board->n_moments;

    for (int p = 0; p < board->n_spots + board->n_cores; p++)
        position->pools[p] = (Pool){ .sums = &position->sums[(size_t)p * n_moments] };
    memset(&position->sums[(size_t)board->n_spots * n_moments], 0,
           (size_t)board->n_cores * n_moments * sizeof *position->sums);
    for (int s = 0; s < board->n_spots; s++) {
        const Spot *spot = &board->spots[s];
        const int32_t *base = &board->base[(size_t)s * n_moments];
        Pool *pool = &position->pools[s], *core = core_pool(position, s);

        pool->capacity = spot->capacity;
        pool->load = spot->load;
        pool->variance = spot->variance;
        memcpy(pool->sums, base, n_moments * sizeof *base);
        for (size_t t = 0; t < n_moments; t++)
            pool->weighted += (int64_t)board->weights[t] * base[t];
        position->seats[s].n_pieces = position->seats[s].n_stacked = 0;
        if (!core)
            continue;
        core->capacity += spot->capacity;
        core->load += spot->load;
        core->variance += spot->variance;
        core->weighted += pool->weighted;
        for (size_t t = 0; t < n_moments; t++)
            core->sums[t] += base[t];
    }
    for (int p = board->n_spots; p < board->n_spots + board->n_cores; p++)
        position->pools[p].capacity =
            position->pools[p].capacity * board->core_capacity / LOAD_FULL;
}

/* One after the other: those who come to a spot where a sibling is already stack. */
static void seat_all(Position *position, const Board *board)
{
    for (int i = 0; i < board->n_pieces; i++) {
        int home = board->pieces[i].home;
        Pool *core = core_pool(position, home);

        pool_add(position, &position->pools[home], &position->guests[i]);
        if (core)
            pool_add(position, core, &position->guests[i]);
        if (position->stacks && has_sibling(position, i, home, -1))
            position->seats[home].n_stacked++;
        sit(position, i, home);
    }
    for (int s = 0; s < board->n_spots; s++)
        position->cost.stacking +=
            position->seats[s].n_stacked * position->stacking_weight;
    for (int p = 0; p < board->n_spots + board->n_cores; p++)
        settle(position, &position->pools[p],
               p < board->n_spots ? &position->cost.overload : &position->cost.sharing);
}

static void level_all(Position *position, const Board *board)
{
    for (int s = 0; s < board->n_spots; s++) {
        position->seats[s].fair = imbalance_fair(
            board->total_load, board->total_capacity, board->spots[s].capacity);
        position->n_levels += board->spots[s].capacity > 0;
        count_level(position, s, 1);
    }
}

void position_start(Position *position, const Board *board, const Policy *policy,
                    int weight_imbalance)
{
    make_room(position, board);
    position->board = board;
    position->policy = policy;
    position->moments = (Moments){ .weights = board->weights,
                                   .n_moments = board->n_moments,
                                   .wide = overload_wide() };
    position->law = believe(board);
    position->stacks = board->cpu_spots && policy->weight_stacking > 0;
    position->stacking_weight = (int64_t)policy->weight_stacking * MILLIONTH;
    position->cost = (Cost){ 0 };
    position->n_moved = position->n_levels = 0;
    position->levels = position->level_squares = 0;
    invite(position, board);
    if (position->stacks)
        siblings_start(&position->siblings, board);
    open_pools(position, board);
    seat_all(position, board);
    level_all(position, board);
    position_reweigh(position, weight_imbalance);
}

void position_reweigh(Position *position, int weight_imbalance)
{
    int64_t weight = board_imbalance_weight(position->board, weight_imbalance);
    int64_t most = imbalance_rate_most(position->board->total_load);

    position->cost.imbalance = 0;
    for (int s = 0; s < position->board->n_spots; s++) {
        Seats *seats = &position->seats[s];

        seats->rate = imbalance_rate(weight, position->pools[s].capacity, most);
        position->cost.imbalance += imbalance_cost(seats->rate, off_of(position, s));
    }
}
