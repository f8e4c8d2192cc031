/*
 * foreign.h - work on a host's CPUs that no vCPU did.
 *
 * A CPU was busy for as long as the host says; what our vCPUs ran on it comes off
 * that, and the rest is the host's own processes.  Where a vCPU ran is certain if it is
 * pinned to one CPU.  One that floats is taken to have run where it was seen last, and
 * what does not fit there, evenly on the CPUs it may use.
 *
 * The rest of one period may be a VM that ended in it, or whose counters were not
 * yet known.  So the middle one of three periods is believed.
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "model/sample.h"

typedef struct Foreign Foreign;

Foreign *foreign_new(void);
void foreign_free(Foreign *foreign);

/* Begins a period of @lasted_us, seen at its end in @sample. */
void foreign_start(Foreign *foreign, const Sample *sample, int64_t lasted_us);

/* Our own work: a vCPU ran for @ran_us of the period.  Those that are pinned to
 * one CPU have to be told first. */
void foreign_take(Foreign *foreign, const SampleVcpu *vcpu, int64_t ran_us);

/* What is left, in thousandths of a CPU: @out has room for each CPU.  Nothing where the
 * host does not tell how busy its CPUs are. */
void foreign_finish(Foreign *foreign, const Topology *topology, int *out);

/* What the next period is compared with. */
void foreign_remember(Foreign *foreign, const Sample *sample);

#endif
