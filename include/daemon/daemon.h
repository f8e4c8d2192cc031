/*
 * daemon.h - turning the crank by the clock, for months.
 *
 * A host that is lost is asked again with growing patience; a hint makes the next
 * observation come sooner.  TERM and INT end after the call that is under way, HUP starts
 * over from what the host and its VMs say, USR1 prints how things are.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "engine/engine.h"

/* Told of each period that was derived; false to stop. */
typedef bool (*DaemonTell)(const Period *period, void *data);

typedef struct {
    int64_t period_us;
    int cycles; /* 0 for no end */
    bool exit_when_idle;
    DaemonTell tell;
    void *data;
} DaemonWishes;

/* Borrows both.  False, with @error, only when the host could not be reached at the very
 * start; after that nothing but a signal, or enough cycles, ends it. */
bool daemon_run(const DaemonWishes *wishes, Host *host, Engine *engine, GError **error);

#endif
