/*
 * diff.h - what it takes to get from one schedule to another, and in which order.
 *
 * Who leaves a place goes before who comes to it: chains are done from their free
 * end.  Where places exchange work in a circle someone has to go first, and from then on
 * whoever is crowded is relieved by the very next move.
 */
#ifndef DIFF_H
#define DIFF_H

#include "plan/plan.h"

typedef struct Diff Diff; /* memory */

Diff *diff_new(void);
void diff_free(Diff *diff);

/* @before and @after, [n_vcpus], are places or FLOATING.  Appends to @moves, of Move,
 * what differs; costs are left 0. */
void diff_make(Diff *diff, const Snapshot *snapshot, const Places *places,
               const int *before, const int *after, GArray *moves);

#endif
