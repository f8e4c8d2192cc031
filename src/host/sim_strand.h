/*
 * sim_strand.h - waiting that wider pins would have spared.
 *
 * A vCPU that waits while a CPU idles which it is allowed to use, but not pinned to,
 * is stranded.  Amounts are millionths of a CPU.
 */
#ifndef SIM_STRAND_H
#define SIM_STRAND_H

#include "sim_divide.h"

typedef struct Strand Strand;

Strand *strand_new(void);
void strand_free(Strand *strand);

void strand_reset(Strand *strand);
void strand_add(Strand *strand, const CpuSet *mask, const CpuSet *widest, int waited);

/* As much of all that waiting as the idle CPUs could have taken. */
int64_t strand_sum(Strand *strand, const int64_t *idle, int n_cpus);

#endif
