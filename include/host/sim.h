/*
 * sim.h - a host that does not exist.
 *
 * It has a topology, VMs whose vCPUs want more or less as time goes by, and a
 * fluid model of how a kernel shares CPUs among them: by VM weight, divided over
 * the VM's runnable vCPUs, within the mask each vCPU has.  Time is virtual and
 * chance is seeded, so that it lives the same life on every machine.
 */
#ifndef HOST_SIM_H
#define HOST_SIM_H

#include "host/host.h"

/* A scenario: a GKeyFile, as data/scenarios/ explains.  @period_us is how long a period
 * lasts and @seed where chance begins, 0 for what the scenario says. */
Host *host_sim_open(const char *path, int64_t period_us, uint32_t seed, GError **error);
Host *host_sim_open_text(const char *name, const char *text, int64_t period_us,
                         uint32_t seed, GError **error);

/* A trace: CSV, "vcpu,0,300,…" and a row per vCPU of percents of one CPU.  vCPU i, a VM
 * of its own, starts on pCPU i mod @n_pcpus, pinned there; each pCPU stands alone, since
 * a trace knows no caches.  What is wanted is reported as run and what a CPU has not
 * got is dropped.  With @floating nothing is pinned. */
Host *host_sim_open_trace(const char *path, int n_pcpus, bool floating, GError **error);

/* A host of @n_vcpus and @n_pcpus drawn from @seed.  Mixes: heavy, steady, bursty,
 * idle. */
Host *host_sim_open_mix(const char *mix, int n_vcpus, int n_pcpus, uint32_t seed,
                        bool floating, GError **error);

/* What was, as opposed to what was seen: for judging policies by the truth.  Of the
 * period that the last observe lived through; loads are thousandths of a CPU. */
typedef struct {
    int n_vcpus;
    const int *wanted; /* [n_vcpus] in the order of the last sample's vCPUs */
    const int *got;    /* [n_vcpus] */
    int64_t
        stranded_wait_us; /* waited while a permitted CPU idled: min over the host */
    int n_periods;        /* how many there are in all; 0 for no end */
} SimTruth;

void host_sim_truth(const Host *host, SimTruth *out);

#endif
