/*
 * baseline.h - the rules that others follow, to compare with.
 *
 * Each reads where every vCPU is and how much it used or wanted, and says where it
 * should be.  They are defined for single CPUs and take a place for a CPU of its
 * capacity; each is the best version of its rule we could write.
 */
#ifndef BASELINE_H
#define BASELINE_H

#include "model/snapshot.h"
#include "plan/places.h"
#include "plan/policy.h"

/* @placement, [n_vcpus], is where everything is (a place, or -1 where it floats) and
 * becomes where it should be.  What its owner does not allow, and VMs that are busy,
 * no rule touches. */
typedef struct {
    const Snapshot *snapshot;
    const Places *places;
    const Policy *policy;
    int *placement;
} Table;

void baseline_greedy(const Table *table);
void baseline_hotcold(const Table *table);
void baseline_average(const Table *table);
void baseline_unit(const Table *table);
void baseline_count(const Table *table);

#endif
