/*
 * schedule.h - whole vCPUs on whole places: the search.
 *
 * A flow may split a vCPU; a schedule may not, and making one of the other is where
 * the work lies.  The search takes the best step while steps pay; where the host is
 * still too uneven then, it lets imbalance weigh more and more until it is not, and at
 * each weight takes small groups of spots apart and puts them together better; and in
 * the end it drops moves that are not needed.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "layout.h"
#include "position.h"

typedef struct Scheduler Scheduler; /* memory; holds no information between calls */

Scheduler *scheduler_new(void);
void scheduler_free(Scheduler *scheduler);

/* Finds a position that costs no more than staying does, by the policy and the weight
 * of imbalance it ends with: the policy's, or as much more as it took to reach
 * target_sigma.  Nor is it more uneven than staying, if it is uneven at all.  @layout may
 * be NULL.  Where allowed sets overlap it is of @board and solved by the policy's weight,
 * and the search starts from its flow too; elsewhere the search may lay it out and solve
 * it; and it may resolve it by other weights.  Leaves the position in @position, adds what
 * it looked at to @steps, and returns the weight. */
int schedule_search(Scheduler *scheduler, const Board *board, const Policy *policy,
                    Layout *layout, int64_t *steps, Position *position);

/* From which sigma on a host is uneven, in hundredths of a point. */
int schedule_even(const Board *board, const Policy *policy);

/* True only if a search would stay: no moves can save what they cost, and loads are as
 * even as the policy wants.  @position is with everybody at home. */
bool schedule_calm(const Board *board, const Policy *policy, const Position *position);

#endif
