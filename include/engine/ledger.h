/*
 * ledger.h - remembers what VMs had before us, so that it can be given back.
 *
 * Before a vCPU is pinned for the first time, the pins it was found with are written to a
 * file that outlives this program, and left with the VM, where they travel with it.  What
 * we pinned it to last stands beside them: a pin in force that is neither is the work of
 * another hand, and whose VM that is we leave alone from then on.
 *
 * A VM that comes from elsewhere with what somebody like us found there gets its own pins
 * back before anything else.
 */
#ifndef ENGINE_LEDGER_H
#define ENGINE_LEDGER_H

#include "host/host.h"

typedef struct Ledger Ledger;

/* Kept in @path, or in memory only where it is NULL.  One of another boot is forgotten:
 * its pins are no more.  Fails if there is one that cannot be understood. */
Ledger *ledger_open(const char *path, GError **error);
void ledger_close(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_close)

/* Compares what is in force with what was left in force: marks VMs that somebody else
 * steers as hands-off in @sample, and forgets those that have ended.  What VMs are to be
 * given back that came with a state, is asked of @host at once.  False only when the host
 * is lost. */
bool ledger_meet(Ledger *ledger, Host *host, Sample *sample, GError **error);

/* To be called before @vcpu of @vm in @sample is pinned to @cpus for us: what it has is
 * remembered if this is the first time.  False if that could not be written down: then
 * it may not be pinned. */
bool ledger_remember(Ledger *ledger, Host *host, const Sample *sample, int vcpu,
                     const CpuSet *cpus, GError **error);

#endif
