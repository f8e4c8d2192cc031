/*
 * reach.h - the places each set of allowed CPUs leads to.
 *
 * Sets exist once each and few of them differ, so places are looked up once a set.
 * They are kept as runs of consecutive places, of which there are few too.
 */
#ifndef REACH_H
#define REACH_H

#include "table.h"

typedef struct {
    int first, n_places;
} Run;

typedef struct {
    int number; /* from 0, in the order of being asked for */
    int n_runs;
    Run *runs; /* rising, none empty */
} Reach;

typedef struct {
    const Table *table;
    GPtrArray *all;     /* of Reach, by number */
    GHashTable *of;     /* from CpuSet to Reach */
    const CpuSet *last; /* asked for; mostly it is asked for again */
    const Reach *of_last;
} Reaches;

void reaches_init(Reaches *reaches, const Table *table);
void reaches_clear(Reaches *reaches);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reaches, reaches_clear)

/* Good until the reaches are cleared. */
const Reach *reaches_of(Reaches *reaches, const CpuSet *allowed);

#endif
