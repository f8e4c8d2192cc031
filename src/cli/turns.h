/*
 * turns.h - turning the crank for somebody who watches.
 */
#ifndef TURNS_H
#define TURNS_H

#include "cli.h"
#include "engine/engine.h"
#include "engine/report.h"

typedef struct {
    int cycles; /* 0 for no end */
    gboolean exit_when_idle;
    gboolean json;
    char *journal;   /* where to add a line of JSON per period, or NULL */
    int64_t pace_us; /* to wait after each period; 0 for not at all */
} Turns;

/* Period after period, each reported on standard output, until the host ends, is lost,
 * or there have been enough.  Borrows @host; returns the exit code. */
int turns_run(const Turns *turns, Host *host, const Policy *policy);

/* Whether a terminal that shows colours reads standard output. */
bool turns_in_colour(void);

/* From here on, being interrupted is noted and no more; a second time is an end. */
void turns_heed_signals(void);
bool turns_interrupted(void);

#endif
