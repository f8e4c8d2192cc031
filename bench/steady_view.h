/*
 * steady_view.h - a steady host, as a planner sees one.
 *
 * Every vCPU is a VM of its own and every moment it remembers is the same, so that
 * there is nothing to guess.  CPUs share nothing but the host.
 */
#ifndef BENCH_STEADY_VIEW_H
#define BENCH_STEADY_VIEW_H

#include "model/snapshot.h"
#include "steady.h"

typedef struct {
    CpuSets *sets;
    Topology *topology;
    Snapshot snapshot;
    const CpuSet **single; /* [n_pcpus] */
    uint16_t *past;
    int32_t *weights;
} SteadyView;

/* Everybody is pinned at home. */
void steady_view_make(const Steady *host, SteadyView *out);
void steady_view_clear(SteadyView *view);

/* Pins everybody as @placement, [n_vcpus] of pCPUs, says. */
void steady_view_pin(SteadyView *view, const int *placement);

#endif
