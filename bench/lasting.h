/*
 * lasting.h - does a policy keep still while nothing happens, and wake up when something
 * does?
 *
 * A balanced host lives through many periods in which loads only tremble.  Then one
 * vCPU in ten gets another load for good.  What counts is how often anybody was
 * moved before, and how soon the host is balanced again after.
 */
#ifndef BENCH_LASTING_H
#define BENCH_LASTING_H

#include <stdbool.h>

#include "plan/policy.h"

enum { LASTING_SHOWN = 8 }; /* periods after the change that are told one by one */

typedef struct {
    Rule rule;
    int n_hosts, n_still_periods;
    double repins_settling;    /* in the first periods, per host */
    double repins_still;       /* from then on until the change, per host */
    double repins_after;       /* after it, per host */
    int n_balanced;            /* hosts that got balanced again */
    double periods_to_balance; /* of those: whole periods until they were, mean */
    int periods_at_worst;
    double overload[LASTING_SHOWN]; /* CPUs, in the period of the change and on, mean */
    double sigma[LASTING_SHOWN];
} Lasting;

/* False, and a word on standard error, if a host could not be made. */
bool lasting_live(Rule rule, bool quick, Lasting *out);

#endif
