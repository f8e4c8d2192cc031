/*
 * optimum.h - the fewest moves that make a steady host even, proved.
 *
 * For small hosts only: the search is exhaustive, and ends by itself or when it has
 * looked at as many nodes as it may.
 */
#ifndef BENCH_OPTIMUM_H
#define BENCH_OPTIMUM_H

#include "steady.h"

typedef enum {
    OPTIMUM_PROVED,
    OPTIMUM_NONE,      /* not with that many moves */
    OPTIMUM_TIMED_OUT, /* nobody knows */
} OptimumVerdict;

typedef struct {
    OptimumVerdict verdict;
    int n_moves;     /* proved; otherwise it is proved to take more than so many */
    int64_t n_nodes; /* looked at */
} Optimum;

/* @placement, [n_vcpus], becomes one that takes so few, where that is proved. */
Optimum optimum_find(const Steady *host, int max_moves, int64_t max_nodes,
                     int *placement);

#endif
