/*
 * sim_workshop.h - what a division is worked out on.
 *
 * Arrays that stay from one division to the next, and where everything lies on them:
 * claims by crowd, crowds and CPUs by region, edges by crowd and by CPU.
 */
#ifndef SIM_WORKSHOP_H
#define SIM_WORKSHOP_H

#include "sim_divide.h"

/* Crowds that hang together by the CPUs they share, and those CPUs. */
typedef struct {
    int crowds, n_crowds; /* in Workshop.crowd_order */
    int cpus, n_cpus;     /* in Workshop.cpu_order */
} Region;

typedef struct {
    int64_t weight, want;
    int claim;
} Ask;

/* What the pieces of work are laid out on; n_… of each is in Division. */
typedef struct Workshop {
    Claim *claims;
    int n_claims;
    const int64_t *capacity;
    GHashTable *crowd_of; /* mask to number */
    int n_regions;

    int *crowd_order, *cpu_order, *spare;
    int *claim_first, *claim_order; /* of each crowd */
    int *cpu_region;
    int *cpu_first, *edge_order, *edge_crowd; /* the edges into each CPU */
    int *queue;                               /* of crowds */
    int *depth, *next; /* of nodes: crowds first, then CPUs; @next is an edge */
    Ask *asks;
    int *level; /* the edges of one crowd, that to the freest CPU first */

    int max_claims, max_cpus, max_crowds, max_edges, max_nodes;
} Workshop;

/* Finds the crowds among the claims and draws the edges to their CPUs; no crowd and no
 * CPU has a region. */
void workshop_lay_out(Division *d, Claim *claims, int n_claims, const int64_t *capacity,
                      int n_cpus);

/* Everything that hangs together with the crowd @start is one region.  Its crowds and CPUs
 * are put behind the first @crowds and @cpus of their orders. */
Region workshop_reach(Division *d, int start, int crowds, int cpus);

#endif
