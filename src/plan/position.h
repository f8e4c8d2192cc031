/*
 * position.h - pieces on spots, and what that costs.
 *
 * The cost of a spot is convex in its load and cares for what its pieces want
 * together: the overload to be expected from the normal law (mean and variance), and
 * from the remembered moments (what its pieces would have wanted at each); the
 * square of what it carries more or less than its share, which is least in sum where
 * all are even; and vCPUs of one VM on one CPU.  Cores of several spots have a cost of
 * the first kind too.
 */
#ifndef POSITION_H
#define POSITION_H

#include "board.h"
#include "overload.h"
#include "plan/cost.h"

typedef struct Position Position;

Position *position_new(void);
void position_free(Position *position);

/* Everybody at home.  Keeps @board and @policy, borrowed.  @weight_imbalance is the
 * policy's or more. */
void position_start(Position *position, const Board *board, const Policy *policy,
                    int weight_imbalance);

/* The same pieces, with imbalance weighing otherwise. */
void position_reweigh(Position *position, int weight_imbalance);

int position_spot(const Position *position, int piece);
void position_move(Position *position, int piece, int spot);

/* What would be saved (in COST_CPU) if @piece went to @spot; or if @a and @b changed
 * places.  The price of moving is in it. */
int64_t position_gain(const Position *position, int piece, int spot);
int64_t position_swap_gain(const Position *position, int a, int b);

/* What overload, sharing and stacking would save if @piece vanished.  No move of it
 * saves more of these, and no swap more than both together. */
int64_t position_relief(const Position *position, int piece);

/* Term by term: of the whole position; and what @piece adds to the cost of the spot it
 * is on. */
Cost position_cost(const Position *position);
Cost position_share(const Position *position, int piece);

int position_n_moved(const Position *position);

/* Standard deviation of load per CPU over the spots, hundredths of a point. */
int position_sigma(const Position *position);

/* What it would be if @piece went to @spot, and @other came back, or nobody if that is
 * -1. */
int position_sigma_after(const Position *position, int piece, int spot, int other);

/* True only if no set of moves at all could save more than it costs, everybody being at
 * home. */
bool position_calm(const Position *position);

/* No set of moves leads to a cost below this, everybody being at home. */
int64_t position_floor(const Position *position);

/* A spot as those see it who look for moves. */
typedef struct {
    int64_t off;  /* load beyond its share, thousandths of a CPU */
    int64_t over; /* load beyond its capacity */
    int64_t rate; /* for imbalance_cost */
    int n_pieces;
    const int *pieces; /* in no order; good until the next move */
} Standing;

Standing position_standing(const Position *position, int spot);

/* Its load, and as much again as the load sways, per CPU of capacity. */
int64_t position_brim(const Position *position, int spot);

/* What overload there costs, and of its core, and one who is stacked. */
int64_t position_strain(const Position *position, int spot);

#endif
