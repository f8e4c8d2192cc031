/*
 * board.h - a snapshot as the planner plays it.
 *
 * The planner does not see pCPUs, masks or names.  It sees spots, which have room, and
 * pieces, which may stand on some of them: a piece is a vCPU that is loaded and may
 * be moved.  What wants nothing or must not be touched is part of its spot.
 *
 * Spots and pieces are ordered by what they carry, and by their number only where
 * that ties: the fullest spot first, the heaviest piece of a spot first.  So a host
 * whose CPUs or VMs were numbered otherwise is the same board, and gets the same plan.
 */
#ifndef BOARD_H
#define BOARD_H

#include "model/snapshot.h"
#include "plan/places.h"
#include "plan/policy.h"

typedef struct {
    int place;       /* in the Places it was made from */
    int capacity;    /* thousandths of a CPU */
    int fair;        /* its share of all load, by capacity */
    int core;        /* if siblings of it are spots too, else -1 */
    int cache, cell; /* that it shares with other CPUs, or -1 */
    int load;        /* of what does not move: foreign work, unmovable vCPUs */
    int64_t variance;
    int first, n_pieces; /* those that are at home here lie together */
} Spot;

typedef struct {
    int vcpu, vm; /* in the snapshot */
    int home;     /* spot where it is; for one that floats, where it last ran */
    bool floats;  /* pinned to no one place yet */
    int kind;     /* of the sets of spots, the one where it may stand; has its home */
    int load;     /* thousandths of a CPU, at least 1 */
    int64_t variance;
    const uint16_t *past; /* [n_moments]; borrowed from the snapshot */
} Piece;

/* A loaded vCPU that may be nowhere else, which others of its VM had better not join. */
typedef struct {
    int vm, spot;
} Anchor;

/* A set of spots some pieces may stand on. */
typedef struct {
    bool all;
    int n_pieces; /* of this kind */
    int n_spots;
    int *spots;     /* [n_spots] rising */
    uint64_t *bits; /* [(board.n_spots + 63) / 64] */
} Kind;

typedef struct {
    int n_spots, n_pieces, n_anchors, n_kinds, n_cores, n_caches, n_cells;
    Spot *spots;
    Piece *pieces;
    Anchor *anchors;
    Kind *kinds;    /* kinds[0] is all of them */
    bool overlaps;  /* some kinds share spots without being equal: chains may pay */
    bool cpu_spots; /* a spot is one CPU, where vCPUs of a VM wait for each other */
    int n_moments;
    const int32_t *weights; /* [n_moments] */
    int32_t *base;      /* [n_spots * n_moments] what does not move, moment by moment */
    int *spot_of_place; /* [places.n_places] */
    int core_capacity;  /* thousandths per CPU's worth, see Policy */
    int fluctuation;    /* of a spot's load, per CPU: its standard deviation if all that
                         * fluctuates were spread evenly, thousandths */
    int64_t total_load, total_capacity; /* of all spots, pieces included */

    struct Making *making; /* board.c's own */
} Board;

/* @placement, [n_vcpus], says where everything is instead of the pins in force, if it
 * is not NULL: the same snapshot, some moves later. */
void board_make(const Snapshot *snapshot, const Places *places, const Policy *policy,
                const int *placement, Board *out);
void board_clear(Board *board);

static inline bool board_allows(const Board *board, const Piece *piece, int spot)
{
    const Kind *kind = &board->kinds[piece->kind];

    return kind->all || (kind->bits[spot / 64] >> (spot % 64) & 1);
}

/* Policy.weight_imbalance, or more, as this board deserves: less where loads fluctuate,
 * since imbalance smaller than what it is known to is none; and no more than one can
 * reckon with. */
int board_imbalance_weight(const Board *board, int weight_imbalance);

/* How far it is from one spot to another. */
typedef enum { WITHIN_CACHE, WITHIN_CELL, BEYOND_CELL } Distance;

static inline Distance board_distance(const Spot *from, const Spot *to)
{
    return from->cell != to->cell     ? BEYOND_CELL
           : from->cache != to->cache ? WITHIN_CELL
                                      : WITHIN_CACHE;
}

/* The price of a move that far, in COST_CPU; and of the cheapest, and the dearest. */
int64_t board_price_of(const Policy *policy, Distance distance);
int64_t board_least_price(const Policy *policy);
int64_t board_most_price(const Policy *policy);

/* What it costs to have @piece on @spot rather than at home. */
int64_t board_price(const Board *board, const Policy *policy, const Piece *piece,
                    int spot);

#endif
