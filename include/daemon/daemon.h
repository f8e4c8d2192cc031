/*
 * daemon.h - turning the crank by the clock, for months.
 *
 * Periods keep their phase: a late one does not put off the next.  A hint of the host's
 * has it looked at sooner.  A host that is lost is asked again with growing patience.
 * TERM and INT end after the call that is under way, HUP has the configuration read
 * again, USR1 says how things are.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "engine/engine.h"

typedef struct DaemonWishes DaemonWishes;

/* Told of each turn, those with nothing to compare with included; false to stop. */
typedef bool (*DaemonTell)(const Period *period, void *data);

/* May change the period and have another engine take over.  Says what is wrong itself, and
 * then changes nothing. */
typedef void (*DaemonReload)(DaemonWishes *wishes);

/* Adds lines to how things are. */
typedef void (*DaemonStatus)(GString *out, void *data);

struct DaemonWishes {
    const char *what; /* what people call the host */
    Engine *engine;   /* or NULL to observe and no more */
    int64_t period_us;
    int cycles; /* 0 for no end */
    bool exit_when_idle;
    bool impatient; /* a host that is lost is an error later on, too */
    DaemonTell tell;
    DaemonReload reload; /* these two are optional */
    DaemonStatus status;
    void *data;
};

/* Borrows both.  False, with @error, only when the host could not be reached at the very
 * start, or, by who is impatient, later on; nothing else but a signal, or enough cycles, or
 * who is told ends it. */
bool daemon_run(DaemonWishes *wishes, Host *host, GError **error);

#endif
