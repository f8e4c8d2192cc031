/*
 * condensed.h - what the two condensed engines and their front share.
 *
 * A *row* is a node that nothing but the source leads to, a *column* any other
 * node.  An engine is given the rows and columns of a network and keeps what it
 * needs to solve the network again after a small change.
 *
 * Prices of columns are what it costs to get from there to the sink, the opposite
 * of Network.price: all searches here run from a column that has too much towards
 * one that has too little.
 */
#ifndef PINFLOW_CONDENSED_H
#define PINFLOW_CONDENSED_H

#include "graph/flow.h"
#include "block.h"

#define dense_new pinflow_dense_new
#define dense_free pinflow_dense_free
#define dense_solve pinflow_dense_solve
#define dense_resolve pinflow_dense_resolve
#define dense_prove pinflow_dense_prove
#define sparse_new pinflow_sparse_new
#define sparse_free pinflow_sparse_free
#define sparse_solve pinflow_sparse_solve
#define sparse_resolve pinflow_sparse_resolve
#define sparse_prove pinflow_sparse_prove

/* ── vectors ──────────────────────────────────────────────────────────────── */

/* Test builds lower this, so that each instruction set is tried on any machine. */
#ifndef VECTOR_BYTES_MAX
#define VECTOR_BYTES_MAX 64
#endif

/* How wide this processor's vectors are, of the widths that bodies are compiled for. */
static inline int vector_bytes(void)
{
#if defined(__x86_64__)
    if (VECTOR_BYTES_MAX >= 64 && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
        return 64;
    if (VECTOR_BYTES_MAX >= 32 && __builtin_cpu_supports("avx2"))
        return 32;
#endif
    return 16;
}

/* ── shape ────────────────────────────────────────────────────────────────── */

/* No row, no column, nothing of what is counted from 0. */
#define NOBODY (-1)

#define PART_SOURCE INT32_MIN

/* More parallel edges than this are for a solver that does not read them one by one,
 * each time it wants to know how full they are. */
#define PARALLEL_MAX 1024

typedef struct {
    NodeIx source, sink;
    int32_t n_rows, n_columns; /* the sink is the last column */
    int32_t *part;    /* [n_nodes] a column's index, a row's ~index, or PART_SOURCE: the
                       * source, and all that was peeled off, at either end */
    NodeIx *row_node; /* [n_rows] */
    ArcIx *supply;    /* [n_rows] the one arc into each row */
    NodeIx *column_node; /* [n_columns] */
} Shape;

/* ── engines ──────────────────────────────────────────────────────────────── */

typedef enum {
    ENGINE_DONE,
    ENGINE_UNFIT, /* not for this engine; the flow is as it was */
    ENGINE_NO_MEMORY,
} EngineAnswer;

typedef struct {
    int64_t flow;  /* of the network without what was peeled off, */
    __int128 cost; /* and what that costs */
    int64_t augmentations;
} EngineReport;

/* For rows of one unit that lead to most columns, which lead to the sink only, and
 * where everything fits. */
typedef struct Dense Dense;

Dense *dense_new(void);
void dense_free(Dense *dense);
EngineAnswer dense_solve(Dense *dense, Network *net, const Shape *shape,
                         EngineReport *out);
EngineAnswer dense_resolve(Dense *dense, Network *net, const Shape *shape,
                           const ArcIx *changed, int32_t n_changed, EngineReport *out);

/* Writes Network.price after one of these was done. */
void dense_prove(const Dense *dense, Network *net, const Shape *shape);

/* For all others. */
typedef struct Sparse Sparse;

Sparse *sparse_new(void);
void sparse_free(Sparse *sparse);
EngineAnswer sparse_solve(Sparse *sparse, Network *net, const Shape *shape,
                          EngineReport *out);
EngineAnswer sparse_resolve(Sparse *sparse, Network *net, const Shape *shape,
                            const ArcIx *changed, int32_t n_changed, EngineReport *out);
void sparse_prove(const Sparse *sparse, Network *net, const Shape *shape);

/* ── what both need ───────────────────────────────────────────────────────── */

/* Puts @flow on an edge, whatever it carried, within the capacity it has now. */
static inline void put_flow(Network *net, ArcIx arc, int64_t flow)
{
    net->arcs[arc].room = network_capacity(net, arc) - flow;
    net->arcs[arc_reverse(arc)].room = flow;
}

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
