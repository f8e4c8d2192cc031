/* actuator.h - private to the engine: carrying plans out, one move at a time. */
#ifndef ACTUATOR_H
#define ACTUATOR_H

#include "engine/engine.h"

typedef struct {
    Host *host;           /* borrowed */
    Ledger *ledger;       /* borrowed; or NULL */
    GHashTable *patience; /* uuid -> periods until it is asked again */
    bool unwritten;       /* the ledger could not be written, and that was said */
} Actuator;

void actuator_init(Actuator *actuator, Host *host, Ledger *ledger);
void actuator_clear(Actuator *actuator);

/* A period begins: marks as busy the VMs that are left in peace, so that the plan is
 * made around them. */
void actuator_excuse(Actuator *actuator, Snapshot *snapshot);

/* Carries out the period's moves, and counts what became of them.  False only when the
 * host itself is lost, and with it the point of going on. */
bool actuator_apply(Actuator *actuator, Period *period, GError **error);

#endif
