/*
 * cpulist.h - sets as libvirt writes them: "0-7,^3", of CPUs or of cells.
 *
 * Such a text may name what no host has.  Only what is below a limit is kept, so that no
 * stranger's mask makes a pool grow.
 */
#ifndef CPULIST_H
#define CPULIST_H

#include "model/cpuset.h"

/* What of @text is below @limit; MODEL_ERROR_TEXT where it cannot be understood. */
const CpuSet *cpulist_parse(CpuSets *sets, const char *text, int limit, GError **error);

#endif
