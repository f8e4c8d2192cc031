/*
 * search.h - what the parts of the search share: a position that is being changed, and
 * what has been learned about it.
 */
#ifndef SEARCH_H
#define SEARCH_H

#include "layout.h"
#include "position.h"

/* One move, or two pieces that change places. */
typedef struct {
    int piece, spot;
    int other;     /* the piece that comes back, or -1 */
    int64_t score; /* what is saved per move that it takes; more than a price pays */
} Step;

/* The best step that takes something from a spot, if somebody has looked. */
typedef struct {
    Step best;
    bool known;
} Row;

/* What a mover that went home would cost. */
typedef struct {
    int piece;
    int64_t cost;
} Loss;

typedef struct Scheduler {
    const Board *board;
    const Policy *policy;
    Position *position;
    Layout *layout;  /* or NULL */
    bool from_flow;  /* the layout is solved, and its flow a start */
    int64_t price;   /* of the cheapest move */
    int64_t dearest; /* of the dearest */
    int64_t steps, most_steps;
    int ceiling;  /* no step of a descent may leave sigma above it, if it was not */
    bool refused; /* ...and some step would have */
    uint64_t chance;

    Standing *standings; /* [n_spots] */
    int64_t *lightest;   /* [n_spots] load of the lightest piece there */
    int64_t *brims;      /* [n_spots] load and its sway, per CPU of capacity */
    int64_t *strains;    /* [n_spots] what position_strain says */
    int64_t *home_off;   /* [n_spots] as standings were with everybody at home */
    int *order;          /* [n_spots] by rising brim */
    int *rank;           /* [n_spots] the inverse */
    int *n_away;         /* [n_spots] of its pieces, those that are not at home */
    bool *relief_known;  /* [n_spots] */
    int64_t *relief;     /* [n_pieces] what position_relief says */
    Row *rows;           /* [n_spots] */
    int64_t *bounds; /* [n_spots] score of a row's best step, or no less than that */

    int n_movers;
    int *movers;   /* [n_pieces] those that are not at home */
    int *mover_at; /* [n_pieces] index in movers, or -1 */

    int *policy_spots; /* [n_pieces] by the policy's own weights */
    int *flow_spots;   /* [n_pieces] where the flow starts from */
    int *best_spots;   /* [n_pieces] the best candidate so far */
    int *kept_spots;   /* [n_pieces] to come back to */
    Loss *losses;      /* [n_pieces] of going home */
    struct Sketch *sketch;

    int max_spots, max_pieces;
} Scheduler;

/* Everybody at home. */
void search_begin(Scheduler *search, const Board *board, const Policy *policy,
                  Position *position);
void search_reweigh(Scheduler *search, int weight);
void search_go_home(Scheduler *search);

/* All changes of the position go through this. */
void search_move(Scheduler *search, int piece, int spot);
void search_restore(Scheduler *search, const int *spots);
void search_keep(const Scheduler *search, int *spots);

static inline bool search_touches(const Scheduler *search, int spot, int other)
{
    const Spot *spots = search->board->spots;

    return spot == other ||
           (spots[spot].core >= 0 && spots[spot].core == spots[other].core);
}

static inline bool search_tired(const Scheduler *search)
{
    return search->steps >= search->most_steps;
}

struct Sketch *sketch_new(void);

/* A number below @n, by a generator that begins anew in every search. */
int search_chance(Scheduler *search, int n);

/* Takes the best step there is while it saves anything, until sigma is @target or less,
 * in hundredths of a point, or looks out of reach (-1: to the end); or until more than
 * @most_moved have moved. */
void search_descend(Scheduler *search, int target, int most_moved);

/* Takes two to five spots apart and puts them together better, again and again until
 * the search has taken @until steps. */
void search_subsets(Scheduler *search, int64_t until);

#endif
