/*
 * period.h - what a period takes on a host of some size, measured stage by stage.
 *
 * The hosts are the simulator's mixes.  Simulating is off the clock, which is the CPU
 * time of the thread.
 */
#ifndef BENCH_PERIOD_H
#define BENCH_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/* What a rule made of a snapshot. */
typedef struct {
    double ms; /* from snapshot to moves */
    int n_moves;
    double sigma,
        overload; /* points, and CPUs beyond capacity, by the forecast means */
} Made;

/* A heavy host on which everybody floated, and was then dealt out, CPU after CPU. */
typedef struct {
    double derive_ms; /* from sample to snapshot */
    /* of "flow": reading the board, drawing and solving the network, searching once.
     * The plan goes on until nothing more moves, and orders its moves. */
    double board_ms, solve_ms, search_ms;
    Made stay, flow, greedy;
    double gap; /* percent of the gain over staying that the bound leaves open */
} FirstPeriod;

/* The periods after, as the host is looked after. */
typedef struct {
    const char *mix;
    int n[3];           /* periods by PlanVerdict */
    double ms[3];       /* from snapshot to moves, median of those */
    double worst_ms;    /* of all */
    double repins;      /* a period */
    int64_t n_requests; /* of memory, from sample to moves, in the second half of all */
} Watch;

enum { N_WATCHES = 3 };

/* The network of that first plan, and solvers on it. */
typedef struct {
    int n_nodes, n_arcs;
    double ours_ms, lemon_ms; /* 0 where it did not finish in time */
    const char *ours;         /* the faster of our solvers */
    int64_t peak_bytes;       /* most in use by a planner that makes its first plan */
    bool agree;               /* on what the flow costs */
} PlanNetwork;

typedef struct {
    int n_vcpus, n_pcpus;
    FirstPeriod first;
    PlanNetwork network;
    Watch watches[N_WATCHES];
} PeriodRun;

/* False, with a word on standard error, when there is no such host. */
bool period_run(int n_vcpus, int n_pcpus, PeriodRun *out);

#endif
