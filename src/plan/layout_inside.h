/*
 * layout_inside.h - what a layout is made of: for layout_hubs.c and layout_curve.c, which
 * say what is to be drawn, layout.c, which draws and solves it, layout_start.c, which
 * reads the flow, and layout_text.c, which puts it in words.
 */
#ifndef LAYOUT_INSIDE_H
#define LAYOUT_INSIDE_H

#include "layout.h"
#include "room.h"

/* Where load can go from one node, all alike: a cache, a cell, or a kind. */
typedef struct {
    const int *spots; /* [n_spots] rising */
    int n_spots;
    int hub; /* or -1 while no piece needs it */
} Group;

typedef struct {
    int group;
    ArcIx first;   /* of its edges, which are neighbours */
    size_t inflow; /* where Layout.inflow has theirs */
} Hub;

enum { ROW_HUBS_MAX = 3 };

/* How a piece leaves home. */
typedef struct {
    int n_hubs;
    int hubs[ROW_HUBS_MAX];
    int64_t prices[ROW_HUBS_MAX]; /* of the whole piece */
    ArcIx supply;                 /* then home, then hubs: edges that are neighbours */
} Row;

/* An edge onward from a spot: for load from one point on, a tangent's slope. */
typedef struct {
    int spot;
    int64_t off; /* where the tangent touches, from the fair load */
    bool over;   /* beyond the spot's capacity */
    int64_t capacity;
} Step;

/* Siblings that are spots of their own. */
typedef struct {
    int64_t base, capacity;
} Core;

/* Tangents may touch at so many places, which is as far as any load goes. */
enum { N_TOUCHES = 2 * 64 + 1 };

struct Layout {
    const Board *board;
    Policy policy;
    int weight; /* of imbalance, on this board */

    Network net;
    Condensed *condensed;
    McmfResult solved;
    int64_t constant; /* what no flow can change */

    NodeIx first_piece, first_spot, first_core, first_hub, sink; /* 0 is the source */
    int n_groups, n_hubs, n_steps;
    Group *groups; /* caches, then cells, then kinds */
    Hub *hubs;     /* [n_groups] */
    Row *rows;     /* [n_pieces] */
    Step *steps;   /* spot by spot, rising */
    int *members;  /* spots of caches, and of cells */
    bool nested;   /* no cache reaches from one cell into another */
    Core *cores;   /* [n_cores] */
    int touches[N_TOUCHES];
    int64_t *inflow; /* hub by hub, what is still to arrive at each spot */
    int *order;      /* [n_pieces] */
    size_t max_groups, max_pieces, max_steps, max_members, max_cores, max_inflow;
};

enum { SOURCE = 0 };

/* Says how each piece leaves home, by which hubs. */
void layout_find_rows(Layout *layout);

/* Lists the edges onward from spots. */
void layout_lay_steps(Layout *layout);

/* What a unit on such an edge costs. */
int64_t layout_slope(const Layout *layout, const Step *step);

/* What spot @s costs with nothing but what does not move. */
int64_t layout_floor(const Layout *layout, int s);

#endif
