/*
 * local.h - what only this machine knows of itself, and libvirt does not tell.
 *
 * Of a host at the other end of a wire none of it is known.
 */
#ifndef LOCAL_H
#define LOCAL_H

#include "model/sample.h"

/* Reads what kept each CPU busy, whoever ran, from /proc/stat: guests' time is in it.
 * Empty where that cannot be read.  @out is of int64_t, nanoseconds, one a pCPU. */
void local_busy(int n_pcpus, GArray *out);

/* CPUs the kernel keeps out of balancing (isolcpus, nohz_full): the empty set if none. */
const CpuSet *local_isolated(CpuSets *sets);

/* Thousandths of a CPU that @pcpu has, where CPUs differ; LOAD_FULL where not told. */
int local_capacity(int pcpu);

/* The name of another program that pins VMs on this host (numad, Nova's or VDSM's
 * agent), or NULL; free with g_free. */
char *local_rival(void);

#endif
