/*
 * local.h - what only this machine knows of itself, and libvirt does not tell.
 *
 * Of a host at the other end of a wire none of it is known.
 */
#ifndef LOCAL_H
#define LOCAL_H

#include "model/sample.h"

/* Everything is looked up under @root, which is "" but for those who try it out. */

/* Reads what kept each CPU busy, whoever ran, from /proc/stat: guests' time is in it, and
 * what a hypervisor below this machine took.  Empty where that cannot be read.  @out is of
 * int64_t, nanoseconds, one a pCPU; 0 for one that is offline. */
void local_busy_in(const char *root, int n_pcpus, GArray *out);

/* CPUs the kernel keeps out of balancing (isolcpus, nohz_full): the empty set if none. */
const CpuSet *local_isolated_in(const char *root, CpuSets *sets);

/* Thousandths of a CPU that @pcpu has, where CPUs differ; LOAD_FULL where not told. */
int local_capacity_in(const char *root, int pcpu);

/* The cpu_shares of a VM of which nobody said what they should be: control groups of the
 * second version count from 100, those of the first from 1024. */
int local_usual_shares_in(const char *root);

/* The name of another program that pins VMs on this host (numad, Nova's or VDSM's
 * agent), or NULL; free with g_free. */
char *local_rival_in(const char *root);

static inline void local_busy(int n_pcpus, GArray *out)
{
    local_busy_in("", n_pcpus, out);
}

static inline const CpuSet *local_isolated(CpuSets *sets)
{
    return local_isolated_in("", sets);
}

static inline int local_capacity(int pcpu)
{
    return local_capacity_in("", pcpu);
}

static inline int local_usual_shares(void)
{
    return local_usual_shares_in("");
}

static inline char *local_rival(void)
{
    return local_rival_in("");
}

#endif
