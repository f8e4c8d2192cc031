/*
 * sim_divide.h - divides CPUs among those who may use some of them and not others.
 *
 * The division is fair by weight: nobody can get more unless somebody who has less,
 * for his weight, gets less.  No CPU idles while one who may use it wants more.
 * Amounts are of any one unit.
 */
#ifndef SIM_DIVIDE_H
#define SIM_DIVIDE_H

#include "model/cpuset.h"

/* Weights below 2^27 and amounts below 2^36 overflow nowhere. */
typedef struct {
    const CpuSet *mask; /* claims of one mask are told by its address */
    int64_t weight;     /* positive */
    int64_t want;
    int64_t got; /* the answer */
    int crowd;   /* among the division's; -1 when nothing is wanted */
} Claim;

/* All who share a mask.  What they got lies on the edges of the mask's CPUs. */
typedef struct {
    const CpuSet *mask;
    int n_claims;
    int first_edge, n_edges;
    int64_t got;
    int64_t lacks; /* of what it got, what no CPU has been found for yet */
    int region;
} Crowd;

typedef struct {
    int n_crowds, n_cpus, n_edges;
    Crowd *crowds; /* narrow masks first */
    int *edge_cpu;
    int64_t *edge_got;
    int64_t *given; /* [n_cpus] */

    struct Workshop *workshop;
} Division;

Division *division_new(void);
void division_free(Division *division);

void division_make(Division *division, Claim *claims, int n_claims,
                   const int64_t *capacity, int n_cpus);

#endif
