/*
 * position_state.h - what a position consists of.
 *
 * What is crowded is a pool: a spot, or a core whose siblings are spots.  A pool knows
 * the sum of what its pieces want, on average and moment by moment, and what it costs;
 * a move touches two pools, or four with their cores.
 */
#ifndef POSITION_STATE_H
#define POSITION_STATE_H

#include "position.h"
#include "siblings.h"

/* How far the normal law is believed rather than the moments is told in parts of this. */
enum { LAW_WHOLE = 64 };

/* What a piece brings to a pool.  The last of a position's guests is nobody. */
typedef struct {
    int load, least, most; /* on average, and at any moment */
    int64_t weighted; /* sum of what it wants at each moment by the moment's weight */
    int64_t variance;
    const uint16_t *past;
} Guest;

typedef struct {
    int64_t capacity, load, variance;
    int64_t least, most; /* asked for at any moment */
    int64_t weighted;
    int32_t *sums; /* [n_moments] */
    int64_t cost;  /* of overload */
} Pool;

typedef struct {
    int64_t fair, rate;
    int64_t level; /* load per CPU, hundredths of a point */
    int *pieces;
    int n_pieces, max_pieces;
    int n_stacked; /* pieces beyond the first of a VM, or beside an anchor of theirs */
} Seats;

struct Position {
    const Board *board;
    const Policy *policy;
    Moments moments;
    int law;     /* parts of LAW_WHOLE */
    bool stacks; /* pieces of one VM on a spot cost something */
    int64_t stacking_weight;

    Guest *guests;     /* [n_pieces + 1] */
    int *spot_of;      /* [n_pieces] */
    int *seat_of;      /* [n_pieces] index among its spot's pieces */
    Siblings siblings; /* counted if they stack */
    Pool *pools;       /* [n_spots], then [n_cores] */
    Seats *seats;      /* [n_spots] */
    int32_t *sums;     /* [(n_spots + n_cores) * n_moments] */
    uint16_t *zeros;   /* [n_moments] */
    int32_t *no_sums;  /* [n_moments] zeros too */

    Cost cost;
    int n_moved;
    int n_levels; /* spots with a capacity */
    int64_t levels, level_squares;

    int max_pieces, max_spots, max_pools, max_moments;
    size_t max_sums;
};

static inline const Guest *nobody(const Position *position)
{
    return &position->guests[position->board->n_pieces];
}

static inline Pool *core_pool(const Position *position, int spot)
{
    int core = position->board->spots[spot].core;

    return core < 0 ? NULL : &position->pools[position->board->n_spots + core];
}

static inline int64_t off_of(const Position *position, int spot)
{
    return position->pools[spot].load - position->seats[spot].fair;
}

/* The two sides of overload: as the normal law expects it, and as moments saw it; if
 * one guest left and another came. */
int64_t pool_expected(const Pool *pool, const Guest *less, const Guest *with);
int64_t pool_seen(const Position *position, const Pool *pool, const Guest *less,
                  const Guest *with);

/* Is a piece of @piece's VM on @spot, other than itself and @but? */
bool has_sibling(const Position *position, int piece, int spot, int but);

/* What a position_start does after having made room. */
void pool_add(const Position *position, Pool *pool, const Guest *guest);
void settle(const Position *position, Pool *pool, int64_t *term);
void sit(Position *position, int piece, int spot);
void count_level(Position *position, int spot, int sign);

#endif
