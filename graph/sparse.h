/*
 * sparse.h - what the sparse engine is made of, for sparse.c, which searches and
 * mends, sparse_read.c, which builds it from a network and writes it back,
 * sparse_start.c, which guesses prices, and sparse_deal.c, which deals out load by them.
 */
#ifndef PINFLOW_SPARSE_H
#define PINFLOW_SPARSE_H

#include "condensed.h"

#define sparse_read pinflow_sparse_read
#define sparse_write pinflow_sparse_write
#define sparse_guess_prices pinflow_sparse_guess_prices
#define sparse_deal pinflow_sparse_deal
#define sparse_place_row pinflow_sparse_place_row
#define sparse_bundle_cost pinflow_sparse_bundle_cost
#define sparse_set_bundle pinflow_sparse_set_bundle

/* Costs of what cannot be: beyond any path's. */
#define OUT_OF_REACH (INT64_C(1) << 61)

/* What this engine is not for: a row with more options, a network with more edges
 * between columns or more load, or with paths that may cost more. */
#define SPARSE_EDGES_MAX (1 << 20)
#define SPARSE_OPTIONS_MAX INT16_MAX
#define SPARSE_LOAD_MAX (INT64_C(1) << 40)
#define SPARSE_PATH_MAX (INT64_C(1) << 55)

/* Columns with more links than this have them in a vector. */
#define LINKS_FEW 24

/* One way for a row to place load. */
typedef struct {
    int32_t column;
    ArcIx arc; /* ARC_NONE leads to the overflow */
    int64_t cost, capacity, flow;
} Option;

/* What has become of a row since the flow was written to the network. */
typedef enum {
    ROW_STAYS,
    ROW_TOUCHED, /* its costs or capacities are others, */
    ROW_MOVED,   /* and its flow */
} RowState;

/* Rows with the same columns, in the same order. */
typedef struct {
    uint64_t key;
    int32_t first_member, end_member;
    int32_t n_options;
    int32_t first_link; /* in Sparse.class_links: n_options squared of them */
    int32_t home;       /* the option that needs no hub, or NOBODY */
    int32_t next_at_home;
} Class;

typedef struct {
    int64_t cost, capacity;
    ArcIx arc;
} Edge;

/* Parallel edges between two columns, the cheapest first. */
typedef struct {
    int32_t from, to;
    int32_t first_edge, end_edge;
    int32_t there, back; /* its links */
    int64_t flow;
    int64_t written; /* what the network carries of it, or -1 where that is not known */
} Bundle;

/* The cheapest way from a column to another by one class or bundle. */
typedef struct {
    int32_t from, to;
    int32_t out;      /* its place among those that leave the same column */
    int32_t same_way; /* of a wide column: its next link there, or NOBODY */
    int32_t bundle;   /* or NOBODY */
    int32_t row;      /* of a class: who would shift, … */
    int16_t from_option, to_option;
    int64_t cost; /* OUT_OF_REACH where nobody can */
} Link;

/* What sparse_start.c keeps of a row, */
typedef struct {
    int64_t threshold; /* it leaves a place that costs more */
    int64_t supply;
    int32_t row, home; /* the option that needs no hub */
    int32_t to;        /* the column it would leave for */
} Leaver;

/* and of a column. */
typedef struct {
    bool hub, has_rows;
    bool inside;                      /* of the hub in question */
    int32_t first_class;              /* of those at home here, or NOBODY */
    int32_t first_leaver, end_leaver; /* their rows */
    int32_t first_step, end_step;     /* edges onward, */
    int64_t onward;                   /* and what they lead to */
    int64_t supply;
    int32_t outer; /* the narrowest hub around, or NOBODY */
    int32_t pool;  /* of a hub: itself, or one around where load costs the same */
    int64_t alone; /* what load would cost at a hub left to itself */
} Place;

struct Sparse {
    Block rows, graph;
    int32_t n_rows, n_columns; /* with the overflow, if there is one */
    int32_t n_options, n_classes, n_edges, n_bundles, n_links, n_class_links, n_wide;
    int32_t width;    /* of vectors over columns */
    int32_t sink;     /* a column */
    int32_t overflow; /* a column, or NOBODY */
    int64_t load;     /* of all rows */
    int64_t dear;     /* what the overflow costs */
    int64_t augmentations;
    __int128 cost; /* of what is placed now */
    bool had_flow;
    bool complete; /* every row found room for all it has, whatever the columns say */

    Option *options;       /* [n_options] */
    int32_t *first_option; /* [n_rows + 1] */
    int64_t *supply;       /* [n_rows] */
    int64_t *supply_cost;  /* [n_rows] what its options cost on top of their edges */
    RowState *state;       /* [n_rows] */
    int32_t *touched_rows; /* [n_rows] those that do not merely stay */
    int32_t n_touched;
    int32_t *class_of; /* [n_rows] */
    int32_t *members;  /* [n_rows] rows, class by class */
    Class *classes;    /* [n_rows] */
    int32_t *buckets;  /* [bucket_mask + 1] classes by their columns' hash */
    uint32_t bucket_mask;

    ArcIx *column_edges; /* [column_edges_max] between columns, as they are read */
    size_t column_edges_max;
    int32_t n_peeled; /* edges that the front took off the network */

    int32_t *degree; /* [n_columns] no more links leave it */
    Leaver *leavers; /* [n_rows] place by place */
    Place *places;   /* [n_columns] */

    Edge *edges;           /* [n_edges] */
    int32_t *targets;      /* [n_edges] where each leads */
    Bundle *bundles;       /* [n_bundles] by the column they leave */
    int32_t *first_bundle; /* [n_columns + 1] */
    int32_t *order;        /* [n_columns] no bundle leads backwards in it */

    Link *links;          /* [n_links] */
    int32_t *first_out;   /* [n_columns + 1] by the column they leave, */
    int32_t *out_link;    /* [n_links] the links, */
    int32_t *out_to;      /* [n_links] where to, */
    int64_t *out_cost;    /* [n_links] and at what cost */
    int32_t *class_links; /* [n_class_links] from option a to b at a * n_options + b */
    int32_t *wide;        /* [n_columns] its row of the next two, or NOBODY */
    int64_t *shift;       /* [n_wide][width] the cheapest link to each column */
    int32_t *ways;        /* [n_wide][width] the first link to each column */

    int64_t *price;   /* [width] of getting from a column to the sink */
    int64_t *label;   /* [width] */
    int64_t *parent;  /* [width] */
    int64_t *wants;   /* [width] 0 where there is too little, else OUT_OF_REACH */
    int64_t *excess;  /* [width] */
    uint64_t *active; /* [width / 64 + 1] */
    int32_t *path;    /* [2 * n_columns] links */
};

static inline Edge sparse_edge(const Network *net, ArcIx arc)
{
    return (Edge){ net->arcs[arc].cost,
                   least(network_capacity(net, arc), SPARSE_LOAD_MAX), arc };
}

/* What no path comes to. */
static inline int64_t sparse_dear(const Network *net)
{
    return 4 * (int64_t)net->n_nodes * net->cost_max + 1;
}

/* The order in which a bundle fills. */
static inline bool edge_before(const Edge *a, const Edge *b)
{
    return a->cost < b->cost || (a->cost == b->cost && a->arc < b->arc);
}

/* Reads the network, its flow aside, and adds the overflow to it where that is asked. */
EngineAnswer sparse_read(Sparse *s, const Network *net, const Shape *shape,
                         bool overflow);

/* Writes back what has moved. */
void sparse_write(Sparse *s, Network *net, const Shape *shape);

/* Sets prices near those of the cheapest flow; any are right. */
void sparse_guess_prices(Sparse *s);

/* Puts all load where prices would have it, and where they do not care, where it is
 * lacking. */
void sparse_deal(Sparse *s);

/* Puts what is left of the row's load where it is cheapest. */
void sparse_place_row(Sparse *s, int32_t row, int64_t left);

__int128 sparse_bundle_cost(const Sparse *s, const Bundle *bundle);
void sparse_set_bundle(Sparse *s, Bundle *bundle, int64_t flow);

static inline void note_touched(Sparse *s, int32_t row, RowState state)
{
    if (s->state[row] == ROW_STAYS)
        s->touched_rows[s->n_touched++] = row;
    if (s->state[row] < state)
        s->state[row] = state;
}

static inline void add_flow(Sparse *s, Option *option, int64_t amount)
{
    option->flow += amount;
    s->excess[option->column] += amount;
    s->cost += (__int128)amount * option->cost;
}

#endif
