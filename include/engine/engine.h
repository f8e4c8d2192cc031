/*
 * engine.h - one turn of the crank.
 *
 * The daemon turns it by the clock, "simulate" and "replay" as fast as they can,
 * and the tests one step at a time.  None of them can tell it what to decide.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/ledger.h"
#include "plan/plan.h"

/* What became of the moves. */
typedef struct {
    int done;
    int gone;     /* the VM was no more */
    int deferred; /* the VM was busy, and is left in peace for some periods */
    int barred;   /* refused, and that VM is not asked again; or not written down */
} Outcome;

/* What was run, and waited for, in the last period; thousandths of a CPU, -1 where not
 * told.  Stranded is what waited while CPUs idled that it may use, at most. */
typedef struct {
    int64_t work, wait, stranded;
} Strain;

/* Whether the moves of the plan before have helped, by what was wanted since. */
typedef struct {
    bool judged; /* there were moves, and they are in force */
    bool paid;
    int64_t avoided; /* overload, thousandths of a CPU */
    int reluctance; /* how many times its price a move costs because others did not pay */
} Help;

/* All that was known, decided and done in one turn. */
typedef struct {
    int number;   /* from 1; 0 before there was anything to compare */
    bool derived; /* false when there was no earlier sample to compare with: only
                   * @sample means anything then */
    Sample sample;
    Snapshot snapshot;
    Strain strain;
    Help help;
    Plan plan;
    Outcome outcome;
    int64_t plan_us; /* from snapshot to moves, by the clock: not for deciding */
} Period;

/* One Period serves for all turns; its memory is used again. */
void period_init(Period *period);
void period_clear(Period *period);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Period, period_clear)

typedef struct Engine Engine;

/* @host and @ledger are borrowed and outlive the engine.  Without a ledger, which is
 * NULL, nothing that is found is remembered, nobody else's pins are respected, and moves
 * that do not pay make it no more reluctant: for those who only look, or try. */
Engine *engine_new(Host *host, const Policy *policy, Ledger *ledger);
void engine_free(Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

/* Another policy from the next turn on.  What was learned of loads is kept, unless they are
 * to be remembered otherwise. */
void engine_reconsider(Engine *engine, const Policy *policy);

/* False when the host is lost or has ended; everything else that can go wrong is in
 * @out. */
bool engine_step(Engine *engine, Period *out, GError **error);

/* The planner that made the last plan, for its network. */
Planner *engine_planner(Engine *engine);

#endif
