/*
 * sim_world.h - what a simulated host is made of, for those who make one.
 *
 * A trace, a scenario and a mix are three ways to fill a world with VMs; from then
 * on all worlds live alike.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "host/sim.h"
#include "sim_load.h"
#include "sim_share.h"

enum { SIM_VCPUS_MAX = 1 << 20, SIM_VCPUS_OF_VM_MAX = 4096 };

typedef struct {
    char uuid[UUID_SIZE];
    char *name;
    int first_vcpu, n_vcpus, max_vcpus; /* those above n_vcpus are not plugged in */
    int weight;
    int quota;           /* of each vCPU, thousandths of a CPU; 0 for none */
    int polling;         /* of the time it sleeps, in millionths */
    int64_t patience_us; /* of CPU time: work that is late by more is given up */
    int64_t busy_until_us;
    bool running;
    bool refuses; /* every pin */
    char *state;  /* what was left with it, or NULL */
} SimVm;

typedef struct {
    int vm, number;
    SimLoad load;
    const CpuSet *allowed, *start, *pins;
    const CpuSet *mask, *widest; /* what of pins and of allowed is online */
    int pcpu;
    int64_t ran_ns, waited_ns, polled_ns;
    int64_t behind_us;         /* of CPU time */
    int64_t wanted_us, got_us; /* in this period */
} SimVcpu;

/* Host processes that run on one CPU, before any VM does. */
typedef struct {
    int pcpu;
    SimLoad load;
} SimForeign;

/* In millionths of all calls. */
typedef struct {
    int busy, refused, gone, lost;
} SimFaults;

typedef struct Sim {
    Host host;
    char *name; /* of the file, for messages */
    uint32_t seed;
    CpuSets *sets;
    GPtrArray *topologies; /* all there ever were, as samples point to them */
    const Topology *topology;
    GArray *vms, *vcpus, *foreign; /* of SimVm, SimVcpu, SimForeign */
    guint asked_for;               /* VM that was pinned last: the next is near it */
    GPtrArray *series;             /* of SimPhase arrays, that loads borrow */
    GArray *events;                /* of SimEvent, by time */
    int next_event;
    SimFaults faults;
    SimRandom chance;

    bool shares;             /* as opposed to: what is wanted is reported as run */
    bool hides_waiting;      /* as older hosts do */
    int64_t counter_step_ns; /* counters move in steps of this */
    int64_t period_us, tick_us;
    int64_t now_us, lost_until_us;
    int n_periods, n_lived; /* n_periods is 0 for no end */
    bool begun;

    Share *share;
    GArray *sharers, *sharer_vcpus; /* of Sharer; of int, the vCPU each stands for */
    GArray *capacity, *taken; /* of int64_t, millionths of each CPU; taken: foreign */
    GArray *busy_ns;          /* of int64_t, of each CPU */
    struct Strand *strand;
    int64_t stranded_us;
    GArray *wanted, *got; /* of int, thousandths, in the last sample's order */
} Sim;

/* Whether a host can have so many pCPUs; the error tells @file and @line. */
bool sim_check_pcpus(const char *file, int line, int64_t n_pcpus, GError **error);

/* An empty world; takes @topology and the pool it lives in over. */
Sim *sim_new(const char *name, uint32_t seed, CpuSets *sets, Topology *topology);
void sim_free(Sim *sim);

static inline SimVm *sim_vm(const Sim *sim, int vm)
{
    return &g_array_index(sim->vms, SimVm, vm);
}

static inline SimVcpu *sim_vcpu(const Sim *sim, int vcpu)
{
    return &g_array_index(sim->vcpus, SimVcpu, vcpu);
}

/* A VM with usual settings, running; takes @name over. */
SimVm *sim_add_vm(Sim *sim, char *name);

/* One more vCPU for the last VM.  @start is what it is pinned to when it starts. */
void sim_add_vcpu(Sim *sim, const SimLoad *load, const CpuSet *allowed,
                  const CpuSet *start);

/* To be called when all is added; the host is then ready to be observed. */
Host *sim_begin(Sim *sim);

/* As an admin or the guest would. */
void sim_change_topology(Sim *sim, Topology *topology);
void sim_aim(Sim *sim, SimVcpu *vcpu); /* after its pins changed */

void sim_live(Sim *sim); /* for a period */

#endif
