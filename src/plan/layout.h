/*
 * layout.h - the dictionary between scheduling and flow.
 *
 * Writes a board as a network, in thousandths of a CPU:
 *
 *   source → piece → its home (free)                                  → spot → core → sink
 *                  → a hub per cache, cell, host, or kind (at a price) → spot
 *
 * and reads the flow back.  Nobody else knows what node 17 is.  Spots and cores lead
 * on by parallel edges of rising cost; each is a tangent from below, so that the
 * cheapest flow costs no more than any schedule: it is a bound.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "board.h"
#include "graph/flow.h"
#include "position.h"

typedef struct Layout Layout;

Layout *layout_new(void);
void layout_free(Layout *layout);

/* Lays out and solves. */
McmfResult layout_solve(Layout *layout, const Board *board, const Policy *policy,
                        int weight_imbalance);

/* The same board, with imbalance weighing otherwise. */
McmfResult layout_resolve(Layout *layout, int weight_imbalance);

/* No position costs less than this. */
int64_t layout_bound(const Layout *layout);

/* Whole pieces of the flow: those of which more than half leaves go, heaviest first, to
 * where most of the inflow is left.  @start, [n_pieces], is spots. */
void layout_start(Layout *layout, int *start);

/* The network in words; @snapshot names the pieces. */
void layout_dimacs(const Layout *layout, const Snapshot *snapshot, const Places *places,
                   GString *out);
void layout_dot(const Layout *layout, const Snapshot *snapshot, const Places *places,
                GString *out);

#endif
