/*
 * sim_share.h - how a kernel shares CPUs among vCPUs, as a fluid.
 *
 * A VM's weight is divided over those of its vCPUs that want to run.  A vCPU roams
 * freely within its mask.  One that wants little gets it, and is late by as much as
 * others were running at the same time.  Amounts are millionths of a CPU.
 */
#ifndef SIM_SHARE_H
#define SIM_SHARE_H

#include "sim_divide.h"

enum {
    SHARE_WHOLE = 1000000,
    SHARE_WEIGHT_USUAL = 1024,
    SHARE_WEIGHT_MAX = 1 << 18,
};

typedef struct {
    const CpuSet *mask; /* where it may run: online, and not empty */
    int vm;             /* those of one VM are neighbours */
    int weight;         /* of the VM, from 1 */
    int want;           /* up to SHARE_WHOLE */
    int limit;          /* its quota; SHARE_WHOLE for none */
    int got;            /* from here on: the answer */
    int waited;         /* ready to run, or throttled, and not running */
} Sharer;

typedef struct Share Share;

Share *share_new(void);
void share_free(Share *share);

/* @foreign, [n_cpus], is taken by others before anybody else is served. */
void share_make(Share *share, Sharer *sharers, int n_sharers, const int64_t *capacity,
                const int64_t *foreign, int n_cpus);

/* The same, but nobody is asked how long he waited. */
void share_make_roughly(Share *share, Sharer *sharers, int n_sharers,
                        const int64_t *capacity, const int64_t *foreign, int n_cpus);

/* What each CPU gave to the sharers, [n_cpus]; good until the next sharing. */
const int64_t *share_given(const Share *share);

/* The mask as a list of its CPUs, for the sharer @i; none for one that wants nothing. */
const int *share_cpus(const Share *share, int i, int *n_out);

#endif
