/*
 * table.h - what the rules read off a table.
 *
 * A vCPU that floats counts for the place where it last ran.  How full a place is, its
 * use, is load relative to capacity, in thousandths, so that a place may be any number
 * of CPUs, and CPUs may differ.
 */
#ifndef TABLE_H
#define TABLE_H

#include "baseline.h"

typedef struct {
    int *at;       /* [n_vcpus] the place a vCPU counts for, or -1 */
    int64_t *load; /* [n_places] thousandths of a CPU, foreign work included */
    int *count;    /* [n_places] vCPUs */
} Tally;

void tally_make(const Table *table, Tally *out);
void tally_clear(Tally *tally);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tally, tally_clear)

/* In thousandths: 10 are a point. */
enum { POINT = LOAD_FULL / 100 };
int64_t use_of(int64_t load, const Place *place);
bool sigma_exceeds(const Table *table, const Tally *tally, int points);

/* The fullest place, the one of lowest number among equals. */
int fullest(const Table *table, const Tally *tally);

static inline bool may_move(const Table *table, int vcpu)
{
    const Snapshot *snapshot = table->snapshot;

    return !snapshot->vms[snapshot->vcpus[vcpu].vm].busy;
}

/* A place without capacity takes nobody. */
static inline bool may_stand(const Table *table, const CpuSet *allowed, int place)
{
    const Place *there = &table->places->places[place];

    return there->capacity > 0 && cpuset_meets(there->cpus, allowed);
}

/* vCPUs that may be moved, heaviest first, then by number.  Writes how many to @n; to be
 * freed with g_free. */
int *heaviest_first(const Table *table, int *n);

#endif
