/*
 * wishes.h - options that several commands have: what is wanted of a plan, and which host
 * it is for.
 */
#ifndef WISHES_H
#define WISHES_H

#include "cli.h"
#include "conf/conf.h"
#include "host/host.h"

/* ── of a plan ────────────────────────────────────────────────────────────── */

typedef struct {
    char *policy, *granularity;
    char **settings; /* "key=value" */
} PlanWishes;

void plan_wishes_add(GOptionContext *options, PlanWishes *wishes);
void plan_wishes_clear(PlanWishes *wishes);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlanWishes, plan_wishes_clear)

/* Changes *@policy as wished.  False, with *@code, after saying what cannot be. */
bool plan_wishes_grant(const PlanWishes *wishes, Policy *policy, int *code);

/* ── of a host ────────────────────────────────────────────────────────────── */

typedef struct {
    char *connect, *config, *run_dir;
    int cycles; /* 0 for no end */
    int seed;
} HostWishes;

void host_wishes_add(GOptionContext *options, HostWishes *wishes);
void host_wishes_clear(HostWishes *wishes);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HostWishes, host_wishes_clear)

/* What holds in the end: @policy, what the configuration says, and what the command line
 * does, of which the last one wins.  @plan is NULL where nothing is planned.  False, with
 * *@code, after saying what cannot be; @out is then as it was. */
bool wishes_settle(const HostWishes *host, const PlanWishes *plan, const Policy *policy,
                   Conf *out, int *code);

/* How long a period of a real host is: three seconds where nobody says. */
int64_t wishes_period(const Conf *conf);

/* The host of @conf; its period may be 0, for what the host is used to.  NULL, with
 * *@code, after saying why. */
Host *host_wishes_open(const HostWishes *wishes, const Conf *conf, int *code);

/* The file in the run directory in which what VMs had before us is remembered, and that
 * directory; free with g_free. */
char *wishes_ledger(const HostWishes *wishes);
char *wishes_run_dir(const HostWishes *wishes);

/* What people call it. */
const char *wishes_name(const Conf *conf);

/* The recording that it is, or NULL if it is none. */
const char *wishes_replayed(const Conf *conf);

#endif
