/*
 * oracle.h - small random flow networks, and all there is to know about each.
 *
 * The oracle fills every edge in every way and looks at each outcome.  It is slow
 * and obviously right, which is the point: solvers are measured against it.
 */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include "graph/flow.h"

enum { PUZZLE_NODES_MAX = 6, PUZZLE_EDGES_MAX = 7, PUZZLE_SIZE_MAX = 64 };

/* The source is node 0, the sink the last. */
typedef struct {
    int32_t n_nodes, n_edges;
    struct {
        NodeIx from, to;
        int64_t capacity, cost;
    } edge[PUZZLE_EDGES_MAX];
} Puzzle;

typedef struct {
    bool endless;    /* the flow can be larger than any number */
    bool bottomless; /* the cost can be lower than any number */
    int64_t flow, cost;
    int64_t cheapest[PUZZLE_SIZE_MAX + 1]; /* of each size, or INT64_MAX */
    int64_t some[PUZZLE_EDGES_MAX];        /* a lawful flow drawn at random */
} Answer;

/* Any shape: self loops, parallel edges, cycles, edges without capacity or without
 * limit, nodes without edges, negative costs. */
Puzzle puzzle_random(void);

void puzzle_lay_out(const Puzzle *puzzle, Network *out);

/* Puts Answer.some on a network just laid out. */
void puzzle_start(const Answer *answer, Network *net);

Answer oracle_ask(const Puzzle *puzzle);

#endif
