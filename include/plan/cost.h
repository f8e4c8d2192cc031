/*
 * cost.h - what a schedule costs, term by term.
 *
 * The terms are kept apart for as long as possible.  The planner adds them up;
 * "explain" prints them one by one.  Both read the same numbers, so an
 * explanation cannot disagree with the decision it explains.
 */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include <stdint.h>

/* One CPU of overload: costs are thousandths of the policy's millionths. */
#define COST_CPU INT64_C(1000000000)

/* No move is priced higher, and no thousandth of a CPU: 550 CPUs.  What is summed up over
 * all vCPUs of a host then stays within 64 bits. */
#define COST_MOST (INT64_C(1) << 39)

typedef struct {
    int64_t overload;  /* demand beyond what a place has, to be expected */
    int64_t imbalance; /* uneven load */
    int64_t sharing;   /* siblings of one core both busy */
    int64_t stacking;  /* vCPUs of one VM queueing for each other */
    int64_t moving;    /* what it takes to get there */
} Cost;

static inline int64_t cost_total(Cost cost)
{
    return cost.overload + cost.imbalance + cost.sharing + cost.stacking + cost.moving;
}

#endif
