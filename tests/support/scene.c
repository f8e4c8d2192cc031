/*
 * scene.c - snapshots for tests, said in a few words.
 */
#include "support/scene.h"

#include "model/forecast.h"

#include <string.h>

enum { MOMENTS = 16 };

static void *keep(Scene *scene, void *what)
{
    g_ptr_array_add(scene->kept, what);
    return what;
}

static Scene *scene_new(CpuSets *sets, Topology *topology)
{
    Scene *scene = g_new0(Scene, 1);
    Snapshot *snapshot = &scene->snapshot;

    scene->sets = sets;
    scene->topology = topology;
    scene->kept = g_ptr_array_new_with_free_func(g_free);
    *snapshot = (Snapshot){ .taken_us = 6000000,
                            .period_us = 3000000,
                            .topology = topology,
                            .foreign = g_new0(int, topology->n_pcpus) };
    return scene;
}

static void remember_alike(Scene *scene)
{
    int32_t weights[MOMENTS];

    for (int t = 0; t < MOMENTS; t++)
        weights[t] = FORECAST_WEIGHT_SUM / MOMENTS;
    remember(scene, MOMENTS, weights);
}

Scene *a_host_of(int n_pcpus, int per_core, int per_cache, int per_cell)
{
    CpuSets *sets = cpusets_new();
    Scene *scene =
        scene_new(sets, topology_new(sets, n_pcpus, per_core, per_cache, per_cell));

    remember_alike(scene);
    return scene;
}

Scene *a_host(int n_pcpus)
{
    return a_host_of(n_pcpus, 1, n_pcpus, n_pcpus);
}

void scene_free(Scene *scene)
{
    if (!scene)
        return;
    g_free(scene->snapshot.vms);
    g_free(scene->snapshot.vcpus);
    g_free(scene->snapshot.foreign);
    g_ptr_array_unref(scene->kept);
    topology_free(scene->topology);
    if (!scene->is_copy)
        cpusets_free(scene->sets);
    g_free(scene);
}

/* ── vCPUs ────────────────────────────────────────────────────────────────── */

static Vm *add_vm(Scene *scene)
{
    Snapshot *snapshot = &scene->snapshot;
    int number = snapshot->n_vms++;
    Vm *vm;

    snapshot->vms = g_renew(Vm, snapshot->vms, snapshot->n_vms);
    vm = &snapshot->vms[number];
    *vm = (Vm){ .name = keep(scene, g_strdup_printf("vm-%d", number)),
                .first_vcpu = snapshot->n_vcpus,
                .weight = 1024 };
    g_snprintf(vm->uuid, sizeof vm->uuid, "00000000-0000-4000-8000-%012x",
               (unsigned)number);
    return vm;
}

int a_vm(Scene *scene, int n_vcpus)
{
    Snapshot *snapshot = &scene->snapshot;
    int first = snapshot->n_vcpus;

    add_vm(scene)->n_vcpus = n_vcpus;
    snapshot->n_vcpus += n_vcpus;
    snapshot->vcpus = g_renew(Vcpu, snapshot->vcpus, snapshot->n_vcpus);
    for (int i = 0; i < n_vcpus; i++) {
        snapshot->vcpus[first + i] = (Vcpu){ .vm = snapshot->n_vms - 1,
                                             .number = i,
                                             .pcpu = NOWHERE,
                                             .allowed = scene->topology->online,
                                             .pins = scene->topology->online };
        wants(scene, first + i, 0);
    }
    return first;
}

static void pin_to(Scene *scene, int vcpu, const CpuSet *cpus)
{
    Vcpu *pinned = &scene->snapshot.vcpus[vcpu];

    pinned->pins = cpus;
    if (cpus->n_cpus == 1)
        pinned->pcpu = cpuset_next(cpus, 0);
}

int a_vcpu(Scene *scene, int pcpu, int load)
{
    int vcpu = a_vm(scene, 1);

    wants(scene, vcpu, load);
    if (pcpu != NOWHERE)
        pin_to(scene, vcpu, cpusets_range(scene->sets, pcpu, 1));
    return vcpu;
}

/* ── what they want ───────────────────────────────────────────────────────── */

void remember(Scene *scene, int n_moments, const int32_t *weights)
{
    g_assert_cmpint(scene->snapshot.n_vcpus, ==, 0);
    scene->snapshot.n_moments = n_moments;
    scene->snapshot.moment_weights =
        keep(scene, g_memdup2(weights, (size_t)n_moments * sizeof *weights));
}

static int64_t mean_of(const Snapshot *snapshot, const uint16_t *past)
{
    int64_t sum = FORECAST_WEIGHT_SUM / 2;

    for (int t = 0; t < snapshot->n_moments; t++)
        sum += (int64_t)snapshot->moment_weights[t] * past[t];
    return sum / FORECAST_WEIGHT_SUM;
}

static int64_t variance_of(const Snapshot *snapshot, const uint16_t *past, int64_t mean)
{
    int64_t sum = 0;

    for (int t = 0; t < snapshot->n_moments; t++)
        sum += snapshot->moment_weights[t] * (past[t] - mean) * (past[t] - mean);
    return sum / FORECAST_WEIGHT_SUM;
}

static int now(const Snapshot *snapshot)
{
    int t = snapshot->n_moments - 1;

    while (t > 0 && snapshot->moment_weights[t] == 0)
        t--;
    return t;
}

void wanted(Scene *scene, int vcpu, const uint16_t *past)
{
    const Snapshot *snapshot = &scene->snapshot;
    Vcpu *wanting = &snapshot->vcpus[vcpu];

    wanting->past =
        keep(scene, g_memdup2(past, (size_t)snapshot->n_moments * sizeof *past));
    wanting->mean = (int)mean_of(snapshot, past);
    wanting->variance = variance_of(snapshot, past, wanting->mean);
    wanting->load = past[now(snapshot)];
    wanting->ran = wanting->load;
}

void wants(Scene *scene, int vcpu, int load)
{
    g_autofree uint16_t *past = g_new(uint16_t, scene->snapshot.n_moments);

    for (int t = 0; t < scene->snapshot.n_moments; t++)
        past[t] = (uint16_t)load;
    wanted(scene, vcpu, past);
}

void foreign_load(Scene *scene, int pcpu, int load)
{
    scene->snapshot.foreign[pcpu] = load;
}

/* ── where they are, and may be ───────────────────────────────────────────── */

static const CpuSet *parse(Scene *scene, const char *cpus)
{
    g_autoptr(GError) why = NULL;
    const CpuSet *set = cpusets_parse(scene->sets, cpus, &why);

    g_assert_no_error(why);
    return set;
}

void pin(Scene *scene, int vcpu, const char *cpus)
{
    pin_to(scene, vcpu, parse(scene, cpus));
}

void allow(Scene *scene, int vcpu, const char *cpus)
{
    scene->snapshot.vcpus[vcpu].allowed = parse(scene, cpus);
}

void runs_on(Scene *scene, int vcpu, int pcpu)
{
    scene->snapshot.vcpus[vcpu].pcpu = pcpu;
}

void hold(Scene *scene, int vcpu)
{
    Snapshot *snapshot = &scene->snapshot;

    snapshot->vms[snapshot->vcpus[vcpu].vm].busy = true;
}

void take_offline(Scene *scene, const char *cpus)
{
    Snapshot *snapshot = &scene->snapshot;
    Topology *before = scene->topology;
    const CpuSet *online =
        cpusets_minus(scene->sets, before->online, parse(scene, cpus));

    scene->topology = topology_with_online(before, online);
    snapshot->topology = scene->topology;
    topology_free(before);
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        Vcpu *vcpu = &snapshot->vcpus[v];

        vcpu->allowed = cpusets_and(scene->sets, vcpu->allowed, online);
        if (vcpu->allowed->n_cpus == 0)
            vcpu->allowed = online;
        if (!cpuset_has(online, vcpu->pcpu))
            vcpu->pcpu = NOWHERE;
    }
}

/* ── the same again ───────────────────────────────────────────────────────── */

Scene *scene_copy(const Scene *scene)
{
    const Topology *topology = scene->topology;
    Scene *copy =
        scene_new(scene->sets, topology_with_online(topology, topology->online));
    const Snapshot *from = &scene->snapshot;
    Snapshot *to = &copy->snapshot;
    Topology *own = copy->topology;
    int *foreign = to->foreign;

    copy->is_copy = true;
    *to = *from;
    to->topology = own;
    to->foreign = foreign;
    to->vms = g_memdup2(from->vms, (size_t)from->n_vms * sizeof *to->vms);
    to->vcpus = g_memdup2(from->vcpus, (size_t)from->n_vcpus * sizeof *to->vcpus);
    memcpy(foreign, from->foreign, (size_t)topology->n_pcpus * sizeof *foreign);
    return copy;
}
