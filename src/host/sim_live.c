/*
 * sim_live.c - a simulated host lives on.
 *
 * A period is cut where something happens, and where loads change, though not finer
 * than a tick.  Within a step everything is steady: each vCPU wants what its load is
 * on average, and what it is behind with.
 */
#include "sim_world.h"

#include "sim_event.h"
#include "sim_strand.h"

/* Millionths of a CPU, for this long, are this much CPU time. */
static int64_t time_of(int64_t amount, int64_t us)
{
    return amount * us / SIM_WHOLE;
}

/* One for each CPU. */
static int64_t *amounts_of(GArray *array)
{
    return (int64_t *)(void *)array->data;
}

/* ── who may run where ────────────────────────────────────────────────────── */

/* A kernel lets nobody starve for want of CPUs that are there: with none of its pins
 * online a vCPU may use what else it is allowed, and at worst all. */
void sim_aim(Sim *sim, SimVcpu *vcpu)
{
    const CpuSet *online = sim->topology->online;

    vcpu->widest = cpusets_and(sim->sets, vcpu->allowed, online);
    if (vcpu->widest->n_cpus == 0)
        vcpu->widest = online;
    vcpu->mask = cpusets_and(sim->sets, vcpu->pins, online);
    if (vcpu->mask->n_cpus == 0)
        vcpu->mask = vcpu->widest;
    if (vcpu->pcpu < 0 || !cpuset_has(vcpu->mask, vcpu->pcpu)) {
        int nth = (int)(vcpu - sim_vcpu(sim, 0)) % vcpu->mask->n_cpus;

        vcpu->pcpu = cpuset_next(vcpu->mask, 0);
        while (nth-- > 0)
            vcpu->pcpu = cpuset_next(vcpu->mask, vcpu->pcpu + 1);
    }
}

void sim_change_topology(Sim *sim, Topology *topology)
{
    g_ptr_array_add(sim->topologies, topology);
    sim->topology = topology;
    for (guint v = 0; v < sim->vcpus->len; v++)
        sim_aim(sim, sim_vcpu(sim, (int)v));
}

/* Work spreads over the CPUs of a mask: now and then a vCPU finds itself on another
 * one, which has less to do. */
static void roam(Sim *sim)
{
    int64_t *load = amounts_of(sim->capacity);

    for (int p = 0; p < sim->topology->n_pcpus; p++)
        load[p] = 0;
    for (guint i = 0; i < sim->sharers->len; i++) {
        const Sharer *sharer = &g_array_index(sim->sharers, Sharer, i);
        int v = g_array_index(sim->sharer_vcpus, int, i);

        load[sim_vcpu(sim, v)->pcpu] += sharer->got;
    }
    for (guint i = 0; i < sim->sharers->len; i++) {
        const Sharer *sharer = &g_array_index(sim->sharers, Sharer, i);
        int v = g_array_index(sim->sharer_vcpus, int, i);
        SimRandom random = sim_random_stream((uint32_t)sim->n_lived, (uint32_t)v);
        SimVcpu *vcpu = sim_vcpu(sim, v);
        int n, other;
        const int *cpus = share_cpus(sim->share, (int)i, &n);

        if (n < 2)
            continue;
        other = cpus[sim_random_below(&random, n)];
        if (load[other] + sharer->got >= load[vcpu->pcpu])
            continue;
        load[vcpu->pcpu] -= sharer->got;
        load[other] += sharer->got;
        vcpu->pcpu = other;
    }
}

/* ── a step ───────────────────────────────────────────────────────────────── */

static void gather(Sim *sim, int64_t until_us)
{
    int64_t us = until_us - sim->now_us;

    g_assert(us > 0);
    g_array_set_size(sim->sharers, 0);
    g_array_set_size(sim->sharer_vcpus, 0);
    for (guint i = 0; i < sim->vms->len; i++) {
        const SimVm *vm = sim_vm(sim, (int)i);

        for (int j = 0; vm->running && j < vm->n_vcpus; j++) {
            int v = vm->first_vcpu + j;
            SimVcpu *vcpu = sim_vcpu(sim, v);
            int load = sim_load_mean(&vcpu->load, sim->now_us, until_us);
            int64_t behind = vcpu->behind_us * SIM_WHOLE / us;
            Sharer sharer = {
                .mask = vcpu->mask,
                .vm = (int)i,
                .weight = vm->weight,
                .want = (int)MIN(load + behind, SIM_WHOLE),
                .limit = vm->quota > 0
                             ? MIN(vm->quota * (SIM_WHOLE / LOAD_FULL), SIM_WHOLE)
                             : SIM_WHOLE,
            };

            vcpu->wanted_us += time_of(MIN(load, sharer.limit), us);
            vcpu->behind_us += time_of(load, us);
            g_array_append_val(sim->sharers, sharer);
            g_array_append_val(sim->sharer_vcpus, v);
        }
    }
}

static void measure_cpus(Sim *sim, int64_t until_us)
{
    int64_t *capacity = amounts_of(sim->capacity);
    int64_t *taken = amounts_of(sim->taken);

    for (int p = 0; p < sim->topology->n_pcpus; p++) {
        const Pcpu *pcpu = &sim->topology->pcpus[p];

        capacity[p] = pcpu->online ? pcpu->capacity * (SIM_WHOLE / LOAD_FULL) : 0;
        taken[p] = 0;
    }
    for (guint i = 0; i < sim->foreign->len; i++) {
        SimForeign *foreign = &g_array_index(sim->foreign, SimForeign, i);

        taken[foreign->pcpu] += sim_load_mean(&foreign->load, sim->now_us, until_us);
    }
    for (int p = 0; p < sim->topology->n_pcpus; p++)
        taken[p] = MIN(taken[p], capacity[p]);
}

static void share_cpus_out(Sim *sim)
{
    Sharer *sharers = (Sharer *)(void *)sim->sharers->data;
    const int64_t *capacity = amounts_of(sim->capacity);
    const int64_t *taken = amounts_of(sim->taken);
    int n_sharers = (int)sim->sharers->len, n_pcpus = sim->topology->n_pcpus;

    if (sim->shares)
        share_make(sim->share, sharers, n_sharers, capacity, taken, n_pcpus);
    else
        share_make_roughly(sim->share, sharers, n_sharers, capacity, taken, n_pcpus);
}

/* Leaves in @idle what no CPU gave to anybody. */
static void count_cpus(Sim *sim, int64_t *idle, int64_t us)
{
    const int64_t *given = share_given(sim->share);
    const int64_t *taken = amounts_of(sim->taken);
    int64_t *busy_ns = amounts_of(sim->busy_ns);

    for (int p = 0; p < sim->topology->n_pcpus; p++) {
        busy_ns[p] += (given[p] + taken[p]) * us / 1000;
        idle[p] -= given[p] + taken[p];
    }
}

static void count_strands(Sim *sim, const int64_t *idle, int64_t us)
{
    strand_reset(sim->strand);
    for (guint i = 0; i < sim->sharers->len; i++) {
        const Sharer *sharer = &g_array_index(sim->sharers, Sharer, i);
        const SimVcpu *vcpu = sim_vcpu(sim, g_array_index(sim->sharer_vcpus, int, i));

        if (sharer->got < sharer->limit)
            strand_add(sim->strand, vcpu->mask, vcpu->widest, sharer->waited);
    }
    sim->stranded_us +=
        time_of(strand_sum(sim->strand, idle, sim->topology->n_pcpus), us);
}

/* A vCPU that has nothing to do may await work in a loop, while its CPU has nothing
 * better to do either.  That counts as running. */
static int64_t poll_on(const SimVm *vm, const Sharer *sharer, int64_t *idle)
{
    int64_t asleep = SIM_WHOLE - sharer->got - sharer->waited;
    int64_t polled = MIN(asleep * vm->polling / SIM_WHOLE, *idle);

    *idle -= polled;
    return polled;
}

static void count_vcpus(Sim *sim, int64_t *idle, int64_t us)
{
    int64_t *busy_ns = amounts_of(sim->busy_ns);

    for (guint i = 0; i < sim->sharers->len; i++) {
        const Sharer *sharer = &g_array_index(sim->sharers, Sharer, i);
        SimVcpu *vcpu = sim_vcpu(sim, g_array_index(sim->sharer_vcpus, int, i));
        const SimVm *vm = sim_vm(sim, vcpu->vm);
        int64_t polled = sim->shares ? poll_on(vm, sharer, &idle[vcpu->pcpu]) : 0;
        int64_t ran = (sim->shares ? sharer->got : sharer->want) + polled;

        vcpu->ran_ns += ran * us / 1000;
        vcpu->waited_ns += (int64_t)sharer->waited * us / 1000;
        vcpu->polled_ns += polled * us / 1000;
        vcpu->got_us += time_of(sharer->got, us);
        vcpu->behind_us -= time_of(sharer->got, us);
        vcpu->behind_us = CLAMP(vcpu->behind_us, 0, vm->patience_us);
        busy_ns[vcpu->pcpu] += polled * us / 1000;
    }
}

static void live_steadily(Sim *sim, int64_t until_us)
{
    int64_t *capacity = amounts_of(sim->capacity);
    int64_t us = until_us - sim->now_us;

    gather(sim, until_us);
    measure_cpus(sim, until_us);
    share_cpus_out(sim);
    count_cpus(sim, capacity, us);
    if (sim->shares)
        count_strands(sim, capacity, us);
    count_vcpus(sim, capacity, us);
    if (sim->shares)
        roam(sim);
    sim->now_us = until_us;
}

/* ── a period ─────────────────────────────────────────────────────────────── */

/* How long nothing changes by itself. */
static int64_t calm_until(Sim *sim)
{
    int64_t until = SIM_NEVER;

    for (guint i = 0; i < sim->vms->len; i++) {
        const SimVm *vm = sim_vm(sim, (int)i);

        for (int j = 0; vm->running && j < vm->n_vcpus; j++) {
            SimVcpu *vcpu = sim_vcpu(sim, vm->first_vcpu + j);

            if (vcpu->behind_us > 0)
                return sim->now_us;
            until = MIN(until, sim_load_steady_until(&vcpu->load, sim->now_us));
        }
    }
    for (guint i = 0; i < sim->foreign->len; i++)
        until = MIN(until,
                    sim_load_steady_until(
                        &g_array_index(sim->foreign, SimForeign, i).load, sim->now_us));
    return until;
}

void sim_live(Sim *sim)
{
    int64_t end = sim->now_us + sim->period_us;

    sim->stranded_us = 0;
    for (guint v = 0; v < sim->vcpus->len; v++)
        sim_vcpu(sim, (int)v)->wanted_us = sim_vcpu(sim, (int)v)->got_us = 0;
    sim->n_lived++;
    while (sim->now_us < end) {
        int64_t until = MAX(calm_until(sim), sim->now_us + sim->tick_us);

        until = MIN(until, MIN(end, sim_events_next(sim)));
        live_steadily(sim, until);
        sim_events_due(sim);
    }
}
