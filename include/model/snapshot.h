/*
 * snapshot.h - the host as one period sees it: who wants how much, and where.
 *
 * A snapshot is derived from samples and not changed afterwards.  Things refer to
 * each other by index.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "model/sample.h"

typedef struct {
    char uuid[UUID_SIZE];
    char *name;
    int first_vcpu, n_vcpus;
    int weight;
    bool busy; /* look, but do not touch */
} Vm;

/* All loads are thousandths of a CPU. */
typedef struct {
    int vm, number;
    int ran, waited;       /* in the last period; waited is -1 where not told */
    int load;              /* what it wanted in the last period */
    bool censored;         /* ...at least: it never slept, so nobody knows */
    int mean;              /* what it will want */
    int64_t variance;      /* of that, thousandths squared */
    const uint16_t *past;  /* [n_moments] what it wanted, moment by moment; borrowed */
    int pcpu;              /* where it last ran, or -1 */
    const CpuSet *allowed; /* what its owner permits, and is online; never empty */
    const CpuSet *pins;    /* what is in force */
} Vcpu;

typedef struct {
    int64_t taken_us, period_us;
    const Topology *topology; /* borrowed; outlives the snapshot */
    int n_vms, n_vcpus;
    Vm *vms;
    Vcpu *vcpus;
    int *foreign; /* [n_pcpus] load that is not ours to move */
    int n_moments;
    const int32_t *moment_weights; /* [n_moments], borrowed as "past" is */

    int max_vms, max_vcpus, max_pcpus; /* room, kept from period to period */
} Snapshot;

/* Frees what a snapshot owns, the names of its VMs too. */
void snapshot_clear(Snapshot *snapshot);

#endif
