/*
 * demand.h - what a vCPU wanted, from what its counters say it got.
 *
 * Waiting is delay, not demand.  The truth lies between what it ran and run /
 * (1 - wait): in the time that was its own it either ran or slept, and had it never been
 * kept waiting it would have gone on so.  One that slept for a noticeable part of the
 * period got all it asked for, whatever it waited: it wanted what it ran.  One
 * that did not is censored, and taken to want the most it can have wanted.
 */
#ifndef DEMAND_H
#define DEMAND_H

#include "model/sample.h"

/* As a SampleVcpu has them. */
typedef struct {
    int64_t ran_ns, waited_ns, polled_ns;
} Counters;

/* Thousandths of a CPU. */
typedef struct {
    int ran;    /* halt polling left out, where that is known */
    int waited; /* or -1 */
    int load;   /* what it wanted */
    bool censored;
} Demand;

/* Run time is counted in ticks. */
#define TICK_US PERIOD_MIN_US

/* Of a vCPU with a @quota (0 for none), @lasted_us between TICK_US and PERIOD_MAX_US.
 * False when @now does not continue @then: counters that run backwards are another
 * machine's, or the same one's after it started anew. */
bool demand_between(const Counters *then, const Counters *now, int64_t lasted_us,
                    int quota, Demand *out);

#endif
