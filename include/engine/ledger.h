/*
 * ledger.h - remembers what VMs had before us, so that it can be given back.
 *
 * Before a vCPU is pinned for the first time, the pins it was found with are written to a
 * file that outlives this program, and left with the VM, where they travel with it.  What
 * was asked for since stands beside them: a pin in force that is none of these is the work
 * of another hand, and whose VM that is we leave alone until it restarts.
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

/* What @path says, or nothing where it says nothing; it is never written to.  For those
 * who only look. */
Ledger *ledger_read(const char *path);

/* Writes down what can wait, and has not been yet. */
void ledger_close(Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ledger, ledger_close)

/* The VMs of the first sample that carry a state were ours before it, and not somewhere
 * else: so it is with a recording, whose ledger is not at hand. */
void ledger_trust(Ledger *ledger);

/* To be called with every sample.  Marks as hands-off the VMs that somebody else steers,
 * and forgets those that have ended.  @host is asked at once to give back what VMs that
 * came with a state had, and @sample tells the pins after that.  False only when the host
 * is lost. */
bool ledger_meet(Ledger *ledger, Host *host, Sample *sample, GError **error);

/* @vcpu of the sample that was met last is to be pinned to @cpus.  What it has is
 * remembered if this is the first time. */
void ledger_intend(Ledger *ledger, const Sample *sample, int vcpu, const CpuSet *cpus);

/* What was intended is written down.  If that fails nothing of it may be done. */
bool ledger_save(Ledger *ledger, GError **error);

/* To be called before each pin that was intended: leaves with its VM what it had, unless
 * that was done before.  If that fails it may not be pinned. */
bool ledger_leave(Ledger *ledger, Host *host, const char *uuid, GError **error);

/* Every vCPU of the sample that was met last gets back what it had before us, unless
 * another hand has pinned it since; what was left with the VMs is taken away, and they
 * are as if never touched.  Returns how many VMs were busy, and have to be asked again;
 * -1 when the host is lost. */
int ledger_give_back(Ledger *ledger, Host *host, Sample *sample, GError **error);

#endif
