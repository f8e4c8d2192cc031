/*
 * boards.h - random boards, made without a host.
 *
 * They hold what a planner may meet and what it hardly will: cores, kinds that overlap,
 * VMs of several vCPUs, spots of no capacity, pieces that want nothing or everything.
 */
#ifndef TESTS_BOARDS_H
#define TESTS_BOARDS_H

#include "plan/board.h"

typedef struct {
    int n_spots, n_pieces, n_moments;
    int n_kinds;   /* besides "all"; half of all pieces are of one of them */
    int n_vms;     /* pieces are theirs by chance; 0 for one VM a piece */
    int per_core;  /* spots */
    int per_cache; /* spots; two caches a cell */
    int load;      /* thousandths of a CPU: the mean of what all want of each spot */
    int sway;      /* thousandths: how far moments lie from the mean */
    bool even;     /* heavy ones first, each to where least is, instead of anywhere */
    bool odd; /* spots of other capacities, of none, and with a load of their own */
} BoardShape;

/* Release with boards_free. */
Board *boards_draw(GRand *rand, BoardShape shape);
void boards_free(Board *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Board, boards_free)

#endif
