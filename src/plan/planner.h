/*
 * planner.h - the planner's memory, for plan.c, which serves all rules, and ours.
 */
#ifndef PLANNER_H
#define PLANNER_H

#include "diff.h"
#include "layout.h"
#include "plan/plan.h"
#include "schedule.h"

/* How often the search may go on from where it arrived. */
enum { ROUNDS_MAX = 64 };

struct Planner {
    Board board; /* as things are */
    Board next;  /* some moves later */
    Position *position, *walk;
    Scheduler *scheduler;
    Layout *layout; /* of @board */
    Layout *onward; /* of @next, and of @board where only the search asks for it */
    bool laid_out;
    Diff *diff;
    int *before;   /* [n_vcpus] places, FLOATING where not lawfully pinned to one */
    int *kept;     /* [n_vcpus] */
    int *piece_of; /* [n_vcpus] on @board, or -1 */
    int weights[ROUNDS_MAX + 1]; /* of imbalance, that each round ended with */
    int n_rounds;
    int max_vcpus;
};

/* Looks for the schedule, and judges it. */
void rule_flow_place(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                     Plan *plan);

/* When the moves are listed: keeps the best that may be made in a period, and writes to
 * each what it saves. */
void rule_flow_finish(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan);

static inline size_t placement_size(const Plan *plan)
{
    return (size_t)plan->n_vcpus * sizeof *plan->placement;
}

#endif
