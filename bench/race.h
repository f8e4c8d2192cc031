/*
 * race.h - one solver on one instance, timed.
 *
 * Every solver runs in a child process of its own: it may be stopped when it takes
 * too long, its memory is its own, and what it leaves behind disturbs nobody.  The
 * instance is the parent's, and is shared until it is written to.
 *
 * Only solving is on the clock, which is the CPU time of the process: from a loaded
 * network without flow to the flow written back.  Warm rounds start from what the
 * solver remembers of the round before, where it can; for a solver that cannot,
 * they are solved from scratch.
 */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <glib.h>

#include "instance.h"

typedef enum { PHASE_COLD, PHASE_WARM } Phase;
#define N_PHASES 2

typedef struct {
    Phase phase;
    double ms, load_ms; /* nothing is loaded in a warm round that remembers: 0 */
    int64_t cost;
} RaceRound;

typedef struct {
    const char *solver;
    GArray *rounds;   /* of RaceRound, cold ones first */
    int64_t peak_kib; /* of the whole child, instance included */
    bool stopped;     /* a solve took longer than the limit; its rounds are missing */
    bool failed;      /* said why on standard error */
} RaceResult;

typedef struct {
    double limit_seconds; /* for one solve */
    int rounds;           /* of each phase; 0 for as many as make the best one good */
} RaceRules;

/* The names of all solvers, ours first; ends with NULL. */
const char *const *race_solvers(void);

/* Where the solver is not for such a network, there are no rounds and nothing is
 * wrong.  The instance is as before, afterwards. */
void race_run(const char *solver_name, Instance *instance, const RaceRules *rules,
              RaceResult *out);

void race_result_clear(RaceResult *result);

#endif
