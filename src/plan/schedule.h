/*
 * schedule.h - whole vCPUs on whole places: the search.
 *
 * A flow may split a vCPU; a schedule may not, and making one of the other is where
 * the work lies.  Sweeping a falling price, the search takes no step that gains less;
 * at each price it takes small groups of spots apart and puts them together better;
 * and in the end drops moves that are not needed.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "position.h"

typedef struct Scheduler Scheduler; /* memory; holds no information between calls */

Scheduler *scheduler_new(void);
void scheduler_free(Scheduler *scheduler);

/* Finds a position that costs no more than staying does, by the policy and the weight
 * of imbalance it ends with: the policy's, or as much more as it took to reach
 * target_sigma.  @start, [n_pieces] or NULL, is a position worth trying from.  Leaves
 * the position in @position, and returns the weight. */
int schedule_search(Scheduler *scheduler, const Board *board, const Policy *policy,
                    const int *start, int64_t *steps, Position *position);

#endif
