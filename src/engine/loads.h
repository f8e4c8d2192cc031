/*
 * loads.h - private to the engine: what each place is asked for, and how uneven that is.
 *
 * The planner has its own arithmetic; this one judges it, and draws it, by nothing but
 * who is where.
 */
#ifndef LOADS_H
#define LOADS_H

#include "model/snapshot.h"
#include "plan/places.h"

typedef struct {
    int64_t *asked; /* [n_places] thousandths of a CPU */
    int max_places;
} Loads;

void loads_clear(Loads *loads);

/* Nothing is asked of anyone but what is not ours, if @foreign, [n_pcpus], is known. */
void loads_start(Loads *loads, const Places *places, const int *foreign);

/* One that may run in several places goes to the emptiest of them, where a kernel would
 * put it. */
void loads_add(Loads *loads, const Places *places, const CpuSet *where, int64_t load);

/* The standard deviation of the load of a CPU, thousandths of a point: in a wide place all
 * are as busy as the place is. */
int64_t loads_sigma(const Loads *loads, const Places *places);

/* Over all places, what is asked for and not there; thousandths of a CPU. */
int64_t loads_overload(const Loads *loads, const Places *places);

#endif
