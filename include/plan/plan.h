/*
 * plan.h - from a snapshot to the few pins worth changing.
 *
 * Making a plan is a calculation: nothing is asked of the host and nothing is
 * done to it.  The same snapshot and policy give the same plan, today, in a
 * replay, and on another machine.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "graph/flow.h"
#include "model/snapshot.h"
#include "plan/cost.h"
#include "plan/places.h"
#include "plan/policy.h"

/* In place of a place: wherever its owner allows. */
enum { FLOATING = -1 };

typedef struct {
    int vcpu;           /* in the snapshot */
    int from, to;       /* places, or FLOATING */
    const CpuSet *cpus; /* what to pin it to: of that place, those allowed */
    /* What this vCPU adds to the cost of where it was, and of where it goes, all
     * earlier moves of the plan being done.  So the savings of all moves together
     * are the plan's. */
    Cost before, after;
} Move;

typedef enum {
    PLAN_CALM,         /* no set of moves could pay; proved without solving */
    PLAN_NOT_WORTH_IT, /* it could be better, but not by enough to disturb anyone */
    PLAN_MOVES,
} PlanVerdict;

const char *plan_verdict_name(PlanVerdict verdict);

typedef struct {
    PlanVerdict verdict;
    Places places;
    int *placement; /* [n_vcpus] the schedule: a place each, or FLOATING */
    int n_vcpus, max_vcpus;
    GArray *moves; /* of Move, in the order to carry them out */

    /* Rule "flow" only.  No schedule costs less than the bound, which is the better of two:
     * that of the flow, which may split a vCPU as a schedule may not; and that overload at
     * a place costs what it does or, if somebody leaves, a move. */
    Cost stay, then;      /* staying, and doing as the plan says */
    int64_t bound;        /* in a calm period, not solved for: 0 */
    int weight_imbalance; /* that the target asked for: the policy's, or more */
    McmfResult solved;
    int64_t steps; /* of the search */
    int left_out;  /* moves put off by max_moves */
} Plan;

typedef struct Planner Planner; /* memory from period to period; holds no information */

Planner *planner_new(void);
void planner_free(Planner *planner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Planner, planner_free)

void plan_make(Planner *planner, const Snapshot *snapshot, const Policy *policy,
               Plan *out);
void plan_clear(Plan *plan);

/* Parts of ten thousand of the gain over staying that the bound leaves open:
 * (then - bound) / (stay - bound); 0 where nothing could be gained. */
int plan_gap(const Plan *plan);

/* The network of the last plan_make: as a DIMACS problem whose comments say what each
 * node is, and for Graphviz.  A calm period's is laid out for the purpose. */
void plan_dimacs(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                 GString *out);
void plan_dot(Planner *planner, const Snapshot *snapshot, const Policy *policy,
              GString *out);

#endif
