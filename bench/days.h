/*
 * days.h - policies judged by what happened next: on two real days, and on made-up ones.
 *
 * The real days run on hosts of several sizes, so that the same demand is a lighter or
 * heavier load, and may have their VMs start in another order, since which VM
 * meets which is chance.  All of it is the simulator's, and judged by the engine's judge.
 */
#ifndef BENCH_DAYS_H
#define BENCH_DAYS_H

#include "engine/judge.h"

typedef struct {
    const char *day; /* "2011-03-03", or the mix */
    bool real;
    int n_vcpus, n_pcpus; /* n_vcpus of a mix */
    int percent;          /* of the pCPUs that the mean demand is; 0 for mixes */
    int order;            /* 0: as the trace has them; else shuffled by that seed */
    int place_cpus;       /* 1 or 8; of the whole host for rule "kernel" */
    Rule rule;
    int price;  /* of a move, as in Policy; 0 where the rule knows none */
    bool usual; /* ...and it is the default */
    Judgement judged;
    char *trouble; /* why it could not be run, or NULL */
} Day;

typedef struct {
    const char *folder; /* of the traces */
    bool quick;
} DaysWishes;

/* Of Day, in the order in which they are told. */
GArray *days_live(const DaysWishes *wishes);

double day_repins(const Day *day);   /* per period */
double day_overload(const Day *day); /* CPUs */

/* "flow 0.01", "greedy": what tells it from others on the same host. */
char *day_label(const Day *day);

#endif
