/*
 * dense.h - what the dense engine is made of, for dense.c, which bids, searches and
 * mends, and dense_read.c, which builds it from a network and writes it back.
 */
#ifndef PINFLOW_DENSE_H
#define PINFLOW_DENSE_H

#include "condensed.h"

#define dense_suits pinflow_dense_suits
#define dense_carve pinflow_dense_carve
#define dense_read pinflow_dense_read
#define dense_change_step pinflow_dense_change_step
#define dense_write pinflow_dense_write

/* Of a row that may not go somewhere, for want of an edge or of room on it; and how
 * far apart a row's costs may lie. */
#define COST_ABSENT (1 << 30)
#define COST_SHUT (COST_ABSENT + 1)
#define COST_SPREAD (1 << 29)

/* No vector has more cells. */
#define LANES_MAX 32

/* One of a column's edges to the sink.  They are sorted: the cheaper fills first. */
typedef struct {
    int64_t cost;
    int32_t step;  /* the cost as cells see it: less the floor, cut off */
    int32_t room;  /* if more than there are rows, one more */
    int32_t below; /* the room of the cheaper ones */
    ArcIx arc;
} Step;

typedef struct Body Body;

struct Dense {
    Block block;
    const Body *body; /* the width and instruction set in use */
    int32_t n_rows, n_columns;
    int32_t n_steps;
    int32_t width; /* cells in a row of the matrix, no vector left incomplete */
    int32_t span;  /* the same for rows of w, which have the sink too */
    int64_t augmentations;
    bool had_flow; /* the network carried some when it was read */

    void *cells;    /* [n_rows][width] costs less their row's base */
    int64_t *base;  /* [n_rows] */
    bool *idle;     /* [n_rows] it has nothing to place */
    ArcIx *carrier; /* [n_rows] the arc that holds the row's unit, or ARC_NONE */

    /* Who is where: a list of rows for each column. */
    int32_t *on;                /* [n_rows] the row's column, or NOBODY */
    int32_t *written;           /* [n_rows] where the network has it, or NOBODY */
    int32_t *next_on, *prev_on; /* [n_rows] */
    int32_t *first_on, *count;  /* [n_columns] */

    Step *steps;         /* [n_steps] of all columns, one behind the other */
    int32_t *first_step; /* [n_columns + 1] */
    int64_t floor;       /* what a step of 0 costs */
    int32_t *sold;       /* [n_columns] units that go on to the sink */

    /* The graph of columns; the sink is node n_columns. */
    void *shift;      /* [n_columns + 1][span] w */
    bool *stale;      /* [n_columns] its row of w must be made anew */
    void *price;      /* [span] */
    void *label;      /* [span] */
    void *parent;     /* [span] */
    void *wants;      /* [span] 0 where there is too little, else out of reach */
    void *index;      /* [span] 0, 1, 2, … */
    uint64_t *active; /* [span / 64 + 1] */
    int32_t *excess;  /* [n_columns + 1] */

    /* The auction's heaps of bids. */
    int32_t *bid;             /* [n_rows] */
    int32_t *child, *sibling; /* [n_rows] */
    int32_t *lowest;          /* [n_columns] the root of each heap, or NOBODY */
    int32_t *waiting;         /* [n_rows] a ring of rows that have to bid */

    int32_t *scratch; /* [width] a row on its way in */
};

struct Body {
    size_t cell_size;
    int32_t (*load_row)(Dense *d, int32_t i);
    bool (*solve)(Dense *d);
    bool (*resolve)(Dense *d);
    void (*fetch_cell)(const Dense *d, int32_t i, int32_t j);
    void (*change_cell)(Dense *d, int32_t i, int32_t j, int64_t cost, bool absent);
    int64_t (*cell)(const Dense *d, int32_t i, int32_t j);
    int64_t (*cheapest_cell)(const Dense *d, int32_t i);
    int64_t (*price_of)(const Dense *d, int32_t j);
};

/* Is the network of rows, columns and edges to the sink, most rows leading to most
 * columns?  Measures it. */
bool dense_suits(Dense *d, const Network *net, const Shape *shape);

/* For cells of the width of Dense.body. */
void dense_carve(Dense *d, Block *block);

/* False if the network does not suit after all. */
bool dense_read(Dense *d, const Network *net, const Shape *shape);

/* Takes over the cost and room of an edge from column j to the sink. */
void dense_change_step(Dense *d, const Network *net, int32_t j, ArcIx arc);

/* Writes the flow back, and tells what it is and costs. */
void dense_write(Dense *d, Network *net, const Shape *shape, EngineReport *out);

#endif
