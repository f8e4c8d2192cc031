/*
 * stage.h - a simulated host that is managed with a ledger, for tests.
 *
 * The manager may end and another one begin, as on any real host; what is kept in files
 * stays.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "engine/engine.h"

typedef struct {
    Host *host;
    char *path; /* of the ledger, or NULL where it is not kept */
    Policy policy;
    Ledger *ledger;
    Engine *engine;
    Period period;
} Stage;

/* Single CPUs are what is pinned to.  The ledger may be kept in a file. */
void stage_open(Stage *stage, const char *scenario, bool kept);
void stage_clear(Stage *stage);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stage, stage_clear)

/* The manager ends and another one begins. */
void stage_change_manager(Stage *stage);

/* It goes on by another rule, or with another ledger, which is taken over. */
void stage_rule(Stage *stage, Rule rule);
void stage_ledger(Stage *stage, Ledger *ledger);

/* So many periods; a host that does not answer is asked again.  Returns how many pins
 * were changed. */
int stage_live(Stage *stage, int n_periods);

/* As in the last sample.  Pins are in the kernel's list form, to be freed; NULL if there
 * is no such vCPU. */
const SampleVm *stage_vm(const Stage *stage, const char *name);
char *stage_pins(const Stage *stage, const char *name, int vcpu);

#endif
