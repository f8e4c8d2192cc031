/*
 * world.h - random networks of every shape the engine may meet, beyond what an
 * oracle could enumerate.
 *
 * None has a path or a cycle without limit, so each has an answer.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "graph/flow.h"

typedef struct {
    Network net;
    NodeIx source, sink;
} World;

#define WORLD_EMPTY ((World){ 0 })

typedef struct {
    const char *name;
    void (*draw)(World *out);
    bool columnar; /* of the shape that mcmf_condensed is for */
} WorldShape;

extern const WorldShape world_shapes[];
extern const int n_world_shapes;

/* Networks of rows (the heads of the edges out of the source) and columns. */
void world_draw_full(World *out);
void world_draw_compact(World *out);

/* Copies nodes, edges and flow. */
void world_copy(const World *world, World *out);

void world_clear(World *world);

/* Changes costs and capacities of the edges of 1 to 20 % of the rows, and now and
 * then of a column.  Writes the forward arcs of those to @out, which has room for
 * every edge, and returns how many. */
int32_t world_change_rows(World *world, ArcIx *out);

#endif
