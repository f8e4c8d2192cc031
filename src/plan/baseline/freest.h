/*
 * freest.h - which place is used least, of all or of those within reach.
 *
 * A heap whose leaves stay where they are: each inner node repeats the better of the
 * two below.  The root is the freest of all, a run of places is a few nodes, and one
 * place's load changes in as many steps as the tree is high.
 */
#ifndef FREEST_H
#define FREEST_H

#include "reach.h"

typedef struct {
    int n_places;
    int n_leaves; /* a power of two */
    int *nodes;   /* [2 * n_leaves] places; the root is 1, below i are 2i and 2i + 1 */
    /* [n_places + 1] the last is no place, and fuller than any.  Use is load by
     * capacity, which is compared without dividing. */
    int64_t *load, *capacity;
} Freest;

/* @load, [n_places], is what places begin with. */
void freest_init(Freest *freest, const Places *places, const int64_t *load);
void freest_clear(Freest *freest);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Freest, freest_clear)

void freest_set(Freest *freest, int place, int64_t load);

/* The one of lowest number among equals; -1 where nothing is within reach. */
int freest_within(const Freest *freest, const Reach *reach);

#endif
