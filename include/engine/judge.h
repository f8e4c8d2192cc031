/*
 * judge.h - how good is a policy, going by what happened next?
 *
 * Runs an engine over a simulated host and judges each plan in the period after it, by
 * what was really wanted then.  The plan could not know that; the simulator does.
 */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "engine/engine.h"
#include "engine/json.h"

/* Where there is nothing to take the mean of. */
#define JUDGED_NEVER INT64_C(-1)

typedef struct {
    Rule rule;
    Granularity granularity; /* never LEVEL_AUTO */
    int n_vcpus, n_pcpus;    /* the most there were at once */
    int n_periods;
    int64_t repins; /* pins changed; not counting how the host was set up */

    /* Means over periods, in millionths. */
    int64_t sigma_planned, sigma_realised; /* of points */
    int64_t overload;                      /* of CPUs */
    int64_t stranded_wait;                 /* of CPUs; told by hosts that share */
    int64_t balanced;                      /* part of the periods */
    int64_t gap;                           /* part of the gain; rule "flow" */

    int64_t plan_us_p50, plan_us_p99; /* by the clock, not the same twice */
} Judgement;

/* @sim is as host_sim_open… made it, and not yet observed; @n_periods is where to stop,
 * 0 for where it ends by itself.  Before the first period every vCPU that is pinned to
 * a part of a place gets the place, as its owner allows; for rule "none" those that float
 * are pinned where they are, and for "kernel" nothing is pinned. */
bool judge_run(Host *sim, const Policy *policy, int n_periods, Judgement *out,
               GError **error);

/* With the keys that "simulate" promises; @shares: waiting is told, see SimTruth. */
void judgement_json(const Judgement *judgement, bool shares, Json *out);

#endif
