/*
 * turns.h - turning the crank for somebody who watches.
 */
#ifndef TURNS_H
#define TURNS_H

#include "cli.h"
#include "engine/engine.h"

typedef struct {
    int cycles; /* 0 for no end */
    gboolean exit_when_idle, json, dry_run;
    char *journal; /* where to add a line of JSON per period, or NULL */
    char *record;  /* where to write down what the host says, or NULL */
    char *pace;    /* seconds to wait after each period, or NULL */
    int64_t pace_us;
} Turns;

/* Options for all of it but the cycles. */
void turns_add(GOptionContext *options, Turns *turns);
void turns_clear(Turns *turns);

/* False, with *@code, after saying what cannot be. */
bool turns_grant(Turns *turns, int *code);

/* Period after period, each reported on standard output, until the host ends, is lost,
 * or there have been enough.  Takes @host over, which is a recording if @replayed is not
 * NULL; returns the exit code. */
int turns_run(const Turns *turns, Host *host, const char *replayed,
              const Policy *policy);

/* @host with a recording of it in @file, which must not be @replayed.  NULL, with *@code,
 * after saying why; @host is then closed. */
Host *turns_record(Host *host, const char *file, const char *replayed,
                   const Policy *policy, int *code);

#endif
