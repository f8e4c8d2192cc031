/*
 * sim.c - a simulated host, seen from outside.
 *
 * What a host is asked and told, answered from a world (sim_world.h).  How that world
 * goes on is in sim_live.c.
 */
#include "sim_world.h"

#include "sim_event.h"
#include "sim_strand.h"
#include "input.h"

#include <inttypes.h>
#include <string.h>

static const HostOps sim_ops;

/* ── made and unmade ──────────────────────────────────────────────────────── */

static void clear_vm(gpointer vm)
{
    g_free(((SimVm *)vm)->name);
    g_free(((SimVm *)vm)->state);
}

static void free_topology(gpointer topology)
{
    topology_free(topology);
}

bool sim_check_pcpus(const char *file, int line, int64_t n_pcpus, GError **error)
{
    if (n_pcpus >= 1 && n_pcpus <= CPUSET_SPAN_MAX)
        return true;
    return input_wrong(error, file, line, "a host has 1 to %d pCPUs, not %" PRId64,
                       CPUSET_SPAN_MAX, n_pcpus);
}

Sim *sim_new(const char *name, uint32_t seed, CpuSets *sets, Topology *topology)
{
    Sim *sim = g_new0(Sim, 1);

    sim->host.ops = &sim_ops;
    sim->name = g_strdup(name);
    sim->seed = seed;
    sim->sets = sets;
    sim->topologies = g_ptr_array_new_with_free_func(free_topology);
    g_ptr_array_add(sim->topologies, topology);
    sim->topology = topology;
    sim->vms = g_array_new(FALSE, FALSE, sizeof(SimVm));
    g_array_set_clear_func(sim->vms, clear_vm);
    sim->vcpus = g_array_new(FALSE, FALSE, sizeof(SimVcpu));
    sim->foreign = g_array_new(FALSE, FALSE, sizeof(SimForeign));
    sim->series = g_ptr_array_new_with_free_func(g_free);
    sim->events = g_array_new(FALSE, FALSE, sizeof(SimEvent));
    sim->shares = true;
    sim->counter_step_ns = 1;
    sim->period_us = 3 * SIM_SECOND;
    sim->share = share_new();
    sim->sharers = g_array_new(FALSE, FALSE, sizeof(Sharer));
    sim->sharer_vcpus = g_array_new(FALSE, FALSE, sizeof(int));
    sim->capacity = g_array_new(FALSE, TRUE, sizeof(int64_t));
    sim->taken = g_array_new(FALSE, TRUE, sizeof(int64_t));
    sim->busy_ns = g_array_new(FALSE, TRUE, sizeof(int64_t));
    sim->strand = strand_new();
    sim->wanted = g_array_new(FALSE, FALSE, sizeof(int));
    sim->got = g_array_new(FALSE, FALSE, sizeof(int));
    return sim;
}

void sim_free(Sim *sim)
{
    if (!sim)
        return;
    g_array_unref(sim->vms);
    g_array_unref(sim->vcpus);
    g_array_unref(sim->foreign);
    g_ptr_array_unref(sim->series);
    g_array_unref(sim->events);
    g_array_unref(sim->sharers);
    g_array_unref(sim->sharer_vcpus);
    g_array_unref(sim->capacity);
    g_array_unref(sim->taken);
    g_array_unref(sim->busy_ns);
    g_array_unref(sim->wanted);
    g_array_unref(sim->got);
    share_free(sim->share);
    strand_free(sim->strand);
    g_ptr_array_unref(sim->topologies);
    cpusets_free(sim->sets);
    g_free(sim->name);
    g_free(sim);
}

SimVm *sim_add_vm(Sim *sim, char *name)
{
    SimVm vm = {
        .name = name,
        .first_vcpu = (int)sim->vcpus->len,
        .weight = SHARE_WEIGHT_USUAL,
        .running = true,
    };

    g_snprintf(vm.uuid, sizeof vm.uuid, "00000000-0000-4000-8000-%012x",
               sim->vms->len + 1);
    g_array_append_val(sim->vms, vm);
    return sim_vm(sim, (int)sim->vms->len - 1);
}

void sim_add_vcpu(Sim *sim, const SimLoad *load, const CpuSet *allowed,
                  const CpuSet *start)
{
    int vm = (int)sim->vms->len - 1;
    SimVcpu vcpu = {
        .vm = vm,
        .number = sim_vm(sim, vm)->max_vcpus++,
        .load = *load,
        .allowed = allowed,
        .start = start,
        .pins = start,
    };

    sim_vm(sim, vm)->n_vcpus++;
    g_array_append_val(sim->vcpus, vcpu);
}

/* Everybody has luck of his own. */
static void seed_loads(Sim *sim)
{
    uint32_t stream = 0;

    sim->chance = sim_random_stream(sim->seed, UINT32_MAX);
    for (guint v = 0; v < sim->vcpus->len; v++)
        sim_vcpu(sim, (int)v)->load.random = sim_random_stream(sim->seed, stream++);
    for (guint i = 0; i < sim->foreign->len; i++)
        g_array_index(sim->foreign, SimForeign, i).load.random =
            sim_random_stream(sim->seed, stream++);
}

Host *sim_begin(Sim *sim)
{
    guint n_pcpus = (guint)sim->topology->n_pcpus;

    g_array_set_size(sim->busy_ns, n_pcpus);
    g_array_set_size(sim->taken, n_pcpus);
    g_array_set_size(sim->capacity, n_pcpus);
    if (sim->tick_us == 0)
        sim->tick_us = MAX(sim->period_us / 4, 1);
    seed_loads(sim);
    for (guint v = 0; v < sim->vcpus->len; v++) {
        sim_vcpu(sim, (int)v)->pcpu = -1;
        sim_aim(sim, sim_vcpu(sim, (int)v));
    }
    sim_events_due(sim);
    return &sim->host;
}

static void sim_close(Host *host)
{
    sim_free((Sim *)host);
}

/* ── asked ────────────────────────────────────────────────────────────────── */

static int64_t as_counted(const Sim *sim, int64_t ns)
{
    return ns - ns % sim->counter_step_ns;
}

static void tell_vm(const Sim *sim, const SimVm *vm, Sample *out)
{
    SampleVm seen = {
        .name = g_strdup(vm->name),
        .first_vcpu = (int)out->vcpus->len,
        .n_vcpus = vm->n_vcpus,
        .weight = vm->weight,
        .quota = vm->quota,
        .busy = vm->busy_until_us > sim->now_us,
        .state = g_strdup(vm->state),
    };

    memcpy(seen.uuid, vm->uuid, sizeof seen.uuid);
    for (int i = 0; i < vm->n_vcpus; i++) {
        const SimVcpu *vcpu = sim_vcpu(sim, vm->first_vcpu + i);
        SampleVcpu told = {
            .vm = (int)out->vms->len,
            .number = i,
            .ran_ns = as_counted(sim, vcpu->ran_ns),
            .waited_ns =
                sim->hides_waiting ? SAMPLE_UNKNOWN : as_counted(sim, vcpu->waited_ns),
            .polled_ns = vm->polling > 0 ? vcpu->polled_ns : SAMPLE_UNKNOWN,
            .pcpu = vcpu->pcpu,
            .allowed = vcpu->allowed,
            .pins = vcpu->pins,
        };

        g_array_append_val(out->vcpus, told);
    }
    g_array_append_val(out->vms, seen);
}

static int in_thousandths(int64_t amount_us, int64_t period_us)
{
    return (int)((amount_us * LOAD_FULL + period_us / 2) / period_us);
}

/* What was, in the order in which it is told. */
static void judge_vm(Sim *sim, const SimVm *vm)
{
    for (int i = 0; i < vm->n_vcpus; i++) {
        const SimVcpu *vcpu = sim_vcpu(sim, vm->first_vcpu + i);
        int wanted = in_thousandths(vcpu->wanted_us, sim->period_us);
        int got = in_thousandths(vcpu->got_us, sim->period_us);

        g_array_append_val(sim->wanted, wanted);
        g_array_append_val(sim->got, got);
    }
}

static void tell(Sim *sim, Sample *out)
{
    sample_reset(out);
    out->taken_us = sim->now_us;
    out->topology = sim->topology;
    g_array_set_size(sim->wanted, 0);
    g_array_set_size(sim->got, 0);
    for (guint i = 0; i < sim->vms->len; i++) {
        const SimVm *vm = sim_vm(sim, (int)i);

        if (!vm->running)
            continue;
        tell_vm(sim, vm, out);
        judge_vm(sim, vm);
    }
    if (sim->shares)
        g_array_append_vals(out->busy_ns, sim->busy_ns->data, sim->busy_ns->len);
}

static bool strikes(Sim *sim, int fault)
{
    return fault > 0 && sim_random_below(&sim->chance, SIM_WHOLE) < fault;
}

static bool sim_observe(Host *host, Sample *out, GError **error)
{
    Sim *sim = (Sim *)host;

    if (sim->begun && sim->n_periods > 0 && sim->n_lived == sim->n_periods) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_ENDED, "%s: all %d periods are over",
                    sim->name, sim->n_periods);
        return false;
    }
    if (sim->begun)
        sim_live(sim);
    sim->begun = true;
    if (sim->now_us < sim->lost_until_us || strikes(sim, sim->faults.lost)) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "%s: nobody answers",
                    sim->name);
        return false;
    }
    tell(sim, out);
    return true;
}

/* ── told ─────────────────────────────────────────────────────────────────── */

/* Pins come in the order of a sample, mostly. */
static int find_vm(Sim *sim, const char *uuid)
{
    guint n = sim->vms->len;

    for (guint i = 0; i < n; i++) {
        int vm = (int)((sim->asked_for + i) % n);

        if (strcmp(sim_vm(sim, vm)->uuid, uuid) == 0) {
            sim->asked_for = (guint)vm;
            return vm;
        }
    }
    return -1;
}

/* What stands against telling this VM anything. */
static bool objects(Sim *sim, SimVm *vm, const char *uuid, GError **error)
{
    if (sim->now_us < sim->lost_until_us || strikes(sim, sim->faults.lost)) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "nobody answers");
        return true;
    }
    if (vm && vm->running && strikes(sim, sim->faults.gone))
        vm->running = false;
    if (!vm || !vm->running) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_GONE, "no domain with uuid '%s'",
                    uuid);
        return true;
    }
    if (vm->refuses || strikes(sim, sim->faults.refused)) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_REFUSED,
                    "%s: it is not to be changed", vm->name);
        return true;
    }
    if (vm->busy_until_us > sim->now_us || strikes(sim, sim->faults.busy)) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_BUSY, "%s: another job holds it",
                    vm->name);
        return true;
    }
    return false;
}

static bool sim_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                    GError **error)
{
    Sim *sim = (Sim *)host;
    int number = find_vm(sim, uuid);
    SimVm *vm = number >= 0 ? sim_vm(sim, number) : NULL;
    SimVcpu *which;

    if (objects(sim, vm, uuid, error))
        return false;
    if (vcpu < 0 || vcpu >= vm->n_vcpus) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_REFUSED,
                    "%s: requested vcpu '%d' is not present in the domain", vm->name,
                    vcpu);
        return false;
    }
    if (!cpuset_meets(cpus, sim->topology->online)) {
        g_autofree char *list = cpuset_format(cpus);

        g_set_error(error, HOST_ERROR, HOST_ERROR_REFUSED,
                    "%s: no CPU of '%s' is online", vm->name, list);
        return false;
    }
    which = sim_vcpu(sim, vm->first_vcpu + vcpu);
    which->pins = cpusets_adopt(sim->sets, cpus);
    sim_aim(sim, which);
    return true;
}

static bool sim_remember(Host *host, const char *uuid, const char *state,
                         GError **error)
{
    Sim *sim = (Sim *)host;
    int number = find_vm(sim, uuid);
    SimVm *vm = number >= 0 ? sim_vm(sim, number) : NULL;

    if (objects(sim, vm, uuid, error))
        return false;
    g_free(vm->state);
    vm->state = g_strdup(state);
    return true;
}

/* ── judged ───────────────────────────────────────────────────────────────── */

void host_sim_truth(const Host *host, SimTruth *out)
{
    const Sim *sim = (const Sim *)host;

    *out = (SimTruth){
        .n_vcpus = (int)sim->wanted->len,
        .wanted = (const int *)(const void *)sim->wanted->data,
        .got = (const int *)(const void *)sim->got->data,
        .stranded_wait_us = sim->stranded_us,
        .n_periods = sim->n_periods,
    };
}

static const HostOps sim_ops = {
    .kind = "sim",
    .observe = sim_observe,
    .pin = sim_pin,
    .remember = sim_remember,
    .close = sim_close,
};
