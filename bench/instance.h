/*
 * instance.h - networks to measure solvers on, and changes to measure them after.
 *
 * An instance is written straight into a Network, so that nothing but the network
 * itself is in memory while it is solved.  The same spec gives the same instance
 * on every machine, and so do the changes: each round of them starts from what the
 * round before it left.
 */
#ifndef BENCH_INSTANCE_H
#define BENCH_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "graph/flow.h"

typedef enum {
    SHAPE_FULL,    /* every vCPU to every pCPU */
    SHAPE_COMPACT, /* every vCPU to where it is, and to a few hubs */
    SHAPE_GENERAL, /* no scheduler in sight */
} Shape;

typedef enum {
    FAMILY_NETGEN, /* random arcs over a skeleton that carries all supplies */
    FAMILY_GRID,   /* streets both ways, each row with its own supply */
    FAMILY_GOTO,   /* a torus: cheap detours of small capacity beside a dear ring */
} Family;

typedef struct {
    Shape shape;
    Family family;         /* of a general instance */
    int32_t rows, columns; /* vCPUs and pCPUs; of a general instance: nodes and arcs */
    int hubs;              /* levels of a compact instance, 1 to HUB_LEVELS_MAX */
    bool load;             /* thousandths of a CPU flow, else whole vCPUs */
    bool rank1;            /* costs are load times load: ties wherever loads agree */
    uint64_t seed;
} InstanceSpec;

#define HUB_LEVELS_MAX 3
#define CACHE_PCPUS 8
#define CELL_PCPUS 64

typedef struct {
    InstanceSpec spec;
    Network net;
    NodeIx source, sink;
    int64_t supply;     /* the value of a maximum flow: all of it fits */
    int64_t fixed_cost; /* on top of the flow's: lower bounds of a DIMACS file */

    /* Edges of source and sink only stand for what nodes supply and demand. */
    bool supplies_at_nodes;
} Instance;

/* False when out of memory, or when a general instance has too few arcs for its
 * nodes. */
bool instance_make(const InstanceSpec *spec, Instance *out);

/* Reads a DIMACS file as a general instance.  @out is only written when all is well. */
DimacsResult instance_read(FILE *from, Instance *out);

void instance_clear(Instance *instance);

/* How many arcs a round of changes touches; 0 where there is no round to be had:
 * a general instance is only solved from scratch. */
int32_t instance_n_changes(const Instance *instance);

/* Changes one arc in twenty of a full instance, all that belongs to one vCPU in
 * twenty of a compact one, and writes the forward arcs to @changed.  The flow stays
 * as it is, so that an arc may carry more than it now may. */
void instance_change(Instance *instance, int round, ArcIx *changed);

#endif
