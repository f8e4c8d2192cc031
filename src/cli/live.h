/*
 * live.h - managing a host that is real, by the clock.
 */
#ifndef LIVE_H
#define LIVE_H

#include "turns.h"
#include "wishes.h"

/* What holds now; asked at the start, and whenever the configuration is read again.  False,
 * with *@code, after saying what cannot be. */
typedef bool (*LiveSettle)(const void *options, Conf *out, int *code);

typedef struct {
    const Turns *turns;
    const HostWishes *host;
    LiveSettle settle;
    const void *options; /* for it */
} LiveWishes;

/* Period after period, until a signal or there have been enough.  Takes @host over;
 * @conf is what was settled, and changes when it is settled anew.  Returns the exit
 * code. */
int live_run(const LiveWishes *wishes, Host *host, Conf *conf);

#endif
