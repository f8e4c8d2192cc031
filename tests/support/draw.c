/*
 * draw.c - hosts and policies as chance has them.
 *
 * What makes a host hard to plan for is how its loads, sets and pins go together, so
 * the kind of each is drawn once a scene and the details by the vCPU.
 */
#include "support/draw.h"

#include "model/forecast.h"

int draw_between(GRand *chance, int low, int high)
{
    return low == high ? low : g_rand_int_range(chance, low, high + 1);
}

bool draw_one_in(GRand *chance, int n)
{
    return g_rand_int_range(chance, 0, n) == 0;
}

int *draw_order(GRand *chance, int n)
{
    int *order = g_new(int, n);

    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int j = draw_between(chance, 0, i), swapped = order[i];

        order[i] = order[j];
        order[j] = swapped;
    }
    return order;
}

/* ── the host ─────────────────────────────────────────────────────────────── */

static Scene *draw_machine(GRand *chance, int size)
{
    int n_pcpus = draw_between(chance, 1, 4 * size);
    int per_core = 1 << (draw_one_in(chance, 3) ? draw_between(chance, 1, 2) : 0);
    int per_cache = per_core * draw_between(chance, 1, 4);
    int per_cell = per_cache * draw_between(chance, 1, 4);
    Scene *scene = a_host_of(n_pcpus, per_core, per_cache, per_cell);

    if (draw_one_in(chance, 4))
        for (int p = 0; p < n_pcpus; p += per_core) {
            int capacity = draw_between(chance, 250, LOAD_FULL);

            for (int sibling = p; sibling < MIN(p + per_core, n_pcpus); sibling++)
                scene->topology->pcpus[sibling].capacity = capacity;
        }
    if (draw_one_in(chance, 4))
        for (int p = 0; p < n_pcpus; p++)
            if (draw_one_in(chance, 3))
                foreign_load(scene, p, draw_between(chance, 0, LOAD_FULL));
    return scene;
}

static void draw_memory(GRand *chance, Scene *scene)
{
    int n_moments = 16 * draw_between(chance, 1, 3);
    int n_told = draw_one_in(chance, 3) ? draw_between(chance, 1, 3) : n_moments;
    g_autofree int32_t *weights = g_new0(int32_t, n_moments);
    int32_t left = FORECAST_WEIGHT_SUM;

    for (int t = n_told - 1; t > 0; t--) {
        weights[t] = draw_one_in(chance, 2) ? left / (t + 1) : left / 8;
        left -= weights[t];
    }
    weights[0] = left;
    remember(scene, n_moments, weights);
}

static void draw_offline(GRand *chance, Scene *scene)
{
    int n_pcpus = scene->topology->n_pcpus;

    if (n_pcpus == 1 || !draw_one_in(chance, 5))
        return;
    for (int n = draw_between(chance, 1, n_pcpus - 1); n > 0; n--) {
        g_autofree char *cpu =
            g_strdup_printf("%d", draw_between(chance, 0, n_pcpus - 1));

        if (scene->topology->online->n_cpus > 1)
            take_offline(scene, cpu);
    }
}

/* ── what vCPUs want ──────────────────────────────────────────────────────── */

typedef enum {
    MIX_IDLE,
    MIX_EQUAL,
    MIX_HEAVY_AND_LIGHT,
    MIX_ANY,
    MIX_GIANT,
    MIX_OVERFULL,
    MIX_FLUCTUATING,
    MIX_TOGETHER, /* all rise and fall as one */
    N_MIXES,
} Mix;

static int draw_level(GRand *chance, Mix mix, int vcpu)
{
    switch (mix) {
    case MIX_IDLE:
        return draw_one_in(chance, 2) ? 0 : draw_between(chance, 0, 20);
    case MIX_EQUAL:
        return 400;
    case MIX_HEAVY_AND_LIGHT:
        return vcpu % 2 == 0 ? LOAD_FULL : 500;
    case MIX_GIANT:
        return vcpu == 0 ? LOAD_FULL : draw_between(chance, 0, 30);
    case MIX_OVERFULL:
        return draw_between(chance, 600, LOAD_FULL);
    case MIX_ANY:
    case MIX_FLUCTUATING:
    case MIX_TOGETHER:
    case N_MIXES:
        break;
    }
    return draw_one_in(chance, 5) ? 0 : draw_between(chance, 0, LOAD_FULL);
}

static int draw_moment(GRand *chance, Mix mix, int level, int moment)
{
    switch (mix) {
    case MIX_FLUCTUATING:
        return draw_between(chance, 0, 2 * level);
    case MIX_TOGETHER:
        return moment % 4 < 2 ? level : level / 4;
    case MIX_IDLE:
    case MIX_EQUAL:
    case MIX_HEAVY_AND_LIGHT:
    case MIX_ANY:
    case MIX_GIANT:
    case MIX_OVERFULL:
    case N_MIXES:
        break;
    }
    return draw_one_in(chance, 20) ? draw_between(chance, 0, LOAD_FULL) : level;
}

static void draw_wish(GRand *chance, Scene *scene, Mix mix, int vcpu)
{
    int level = draw_level(chance, mix, vcpu);
    bool steady = draw_one_in(chance, 2) && mix != MIX_FLUCTUATING;
    g_autofree uint16_t *past = g_new(uint16_t, scene->snapshot.n_moments);

    for (int t = 0; t < scene->snapshot.n_moments; t++) {
        int moment = steady ? level : draw_moment(chance, mix, level, t);

        past[t] = (uint16_t)MIN(moment, LOAD_FULL);
    }
    wanted(scene, vcpu, past);
}

/* ── where they may be, and are ───────────────────────────────────────────── */

typedef enum {
    WISHES_NONE,
    WISHES_HALVES,
    WISHES_WINDOWS, /* overlapping ones, the hard case */
    WISHES_ANY,
    N_WISHES,
} Wishes;

static const CpuSet *draw_set(GRand *chance, Scene *scene)
{
    int n_pcpus = scene->topology->n_pcpus, n = draw_between(chance, 1, n_pcpus);
    g_autofree int *order = draw_order(chance, n_pcpus);

    return cpusets_list(scene->sets, order, n);
}

static const CpuSet *draw_allowed(GRand *chance, Scene *scene, Wishes wishes)
{
    int n_pcpus = scene->topology->n_pcpus, half = (n_pcpus + 1) / 2;
    int first, last;

    switch (wishes) {
    case WISHES_NONE:
        break;
    case WISHES_HALVES:
        return draw_one_in(chance, 2) || half == n_pcpus
                   ? cpusets_range(scene->sets, 0, half)
                   : cpusets_range(scene->sets, half, n_pcpus - half);
    case WISHES_WINDOWS:
        first = draw_between(chance, 0, n_pcpus - 1);
        last = draw_between(chance, first, MIN(first + half, n_pcpus) - 1);
        return cpusets_range(scene->sets, first, last - first + 1);
    case WISHES_ANY:
        return draw_one_in(chance, 2) ? draw_set(chance, scene)
                                      : scene->topology->online;
    case N_WISHES:
        break;
    }
    return scene->topology->online;
}

typedef enum {
    START_CROWDED,
    START_DEALT_OUT,
    START_ANYWHERE,
    START_FLOATING,
    START_ODD,
    N_STARTS,
} Start;

/* The @n-th allowed CPU, and from the first on again. */
static int allowed_cpu(const CpuSet *allowed, int n)
{
    int cpu = cpuset_next(allowed, 0);

    for (n %= allowed->n_cpus; n > 0; n--)
        cpu = cpuset_next(allowed, cpu + 1);
    return cpu;
}

static void draw_place(GRand *chance, Scene *scene, Start start, int number)
{
    Vcpu *vcpu = &scene->snapshot.vcpus[number];
    int n = 0;

    switch (start) {
    case START_CROWDED:
        break;
    case START_DEALT_OUT:
        n = number;
        break;
    case START_ODD:
        if (draw_one_in(chance, 3)) {
            vcpu->pins = draw_set(chance, scene);
            vcpu->pcpu = draw_one_in(chance, 3) ? NOWHERE : allowed_cpu(vcpu->pins, 0);
            return;
        }
        n = draw_between(chance, 0, vcpu->allowed->n_cpus - 1);
        break;
    case START_ANYWHERE:
    case START_FLOATING:
    case N_STARTS:
        n = draw_between(chance, 0, vcpu->allowed->n_cpus - 1);
        break;
    }
    vcpu->pcpu = allowed_cpu(vcpu->allowed, n);
    vcpu->pins = start == START_FLOATING ? vcpu->allowed
                                         : cpusets_range(scene->sets, vcpu->pcpu, 1);
}

/* What cannot be moved is somewhere: where, is no guess that another plan may make
 * otherwise. */
static void place_busy(Scene *scene)
{
    for (int v = 0; v < scene->snapshot.n_vcpus; v++) {
        Vcpu *vcpu = &scene->snapshot.vcpus[v];

        if (!scene->snapshot.vms[vcpu->vm].busy ||
            (vcpu->pcpu != NOWHERE && cpuset_within(vcpu->pins, vcpu->allowed)))
            continue;
        vcpu->pcpu = allowed_cpu(vcpu->allowed, 0);
        vcpu->pins = cpusets_range(scene->sets, vcpu->pcpu, 1);
    }
}

Scene *draw_scene(GRand *chance, int size)
{
    Scene *scene = draw_machine(chance, size);
    Mix mix = (Mix)draw_between(chance, 0, N_MIXES - 1);
    Wishes wishes = (Wishes)draw_between(chance, 0, N_WISHES - 1);
    Start start = (Start)draw_between(chance, 0, N_STARTS - 1);
    int n_vcpus = draw_between(chance, 0, 4 * scene->topology->n_pcpus);
    bool some_are_busy = draw_one_in(chance, 3);

    draw_memory(chance, scene);
    while (scene->snapshot.n_vcpus < n_vcpus) {
        int n = draw_one_in(chance, 2) ? 1 : draw_between(chance, 1, 8);
        int first = a_vm(scene, n);
        const CpuSet *allowed = draw_allowed(chance, scene, wishes);

        if (some_are_busy && draw_one_in(chance, 4))
            hold(scene, first);
        for (int v = first; v < first + n; v++) {
            scene->snapshot.vcpus[v].allowed = allowed;
            draw_wish(chance, scene, mix, v);
            draw_place(chance, scene, start, v);
        }
    }
    draw_offline(chance, scene);
    place_busy(scene);
    return scene;
}

/* ── policies ─────────────────────────────────────────────────────────────── */

Policy draw_policy(GRand *chance)
{
    static const Level levels[] = { LEVEL_PCPU, LEVEL_PCPU,  LEVEL_PCPU,
                                    LEVEL_CORE, LEVEL_CACHE, LEVEL_CELL,
                                    LEVEL_HOST, LEVEL_AUTO,  LEVEL_RUN };
    static const int prices[] = { 0, 1000, 3000, 10000, 30000, 100000, 1000000 };
    Policy policy = policy_default;

    policy.granularity = (Granularity){
        .level = levels[draw_between(chance, 0, G_N_ELEMENTS(levels) - 1)],
        .n_cpus = draw_between(chance, 1, 8),
    };
    policy.max_moves = 0;
    if (draw_one_in(chance, 2))
        policy.price_move = prices[draw_between(chance, 0, G_N_ELEMENTS(prices) - 1)];
    if (draw_one_in(chance, 4))
        policy.weight_imbalance = draw_between(chance, 0, 1000000);
    if (draw_one_in(chance, 4))
        policy.weight_stacking = draw_between(chance, 0, 1000000);
    if (draw_one_in(chance, 4))
        policy.target_sigma = draw_between(chance, 0, 10000);
    if (draw_one_in(chance, 4))
        policy.least_gain = draw_between(chance, 0, 100000);
    if (draw_one_in(chance, 8))
        policy.search_steps = draw_between(chance, 0, 1000);
    return policy;
}

/* ── other names ──────────────────────────────────────────────────────────── */

static const CpuSet *rename_cpus(const Scene *scene, const CpuSet *set,
                                 const int *names)
{
    g_autofree int *renamed = g_new(int, set->n_cpus + 1);
    int n = 0;

    for (int p = cpuset_next(set, 0); p >= 0; p = cpuset_next(set, p + 1))
        renamed[n++] = names[p];
    return cpusets_list(scene->sets, renamed, n);
}

static void rename_machine(const Scene *from, Scene *to, const int *names)
{
    for (int p = 0; p < from->topology->n_pcpus; p++) {
        to->topology->pcpus[names[p]] = from->topology->pcpus[p];
        to->snapshot.foreign[names[p]] = from->snapshot.foreign[p];
    }
    to->topology->online = rename_cpus(from, from->topology->online, names);
}

/* VMs in the order of their new names, each with its vCPUs behind it. */
static void rename_vms(const Scene *from, Scene *to, const int *names, int *vcpu_names)
{
    int next = 0;

    for (int m = 0; m < from->snapshot.n_vms; m++) {
        const Vm *vm = &from->snapshot.vms[m];
        Vm *renamed = &to->snapshot.vms[names[m]];

        renamed->n_vcpus = vm->n_vcpus;
        renamed->weight = vm->weight;
        renamed->busy = vm->busy;
    }
    for (int m = 0; m < to->snapshot.n_vms; m++) {
        to->snapshot.vms[m].first_vcpu = next;
        next += to->snapshot.vms[m].n_vcpus;
    }
    for (int v = 0; v < from->snapshot.n_vcpus; v++) {
        const Vcpu *vcpu = &from->snapshot.vcpus[v];
        int first = to->snapshot.vms[names[vcpu->vm]].first_vcpu;

        vcpu_names[v] = first + v - from->snapshot.vms[vcpu->vm].first_vcpu;
    }
}

Scene *scene_rename(const Scene *scene, const int *cpu_names, const int *vm_names,
                    int **vcpu_names)
{
    Scene *renamed = scene_copy(scene);
    const Snapshot *from = &scene->snapshot;

    *vcpu_names = g_new(int, from->n_vcpus + 1);
    rename_machine(scene, renamed, cpu_names);
    rename_vms(scene, renamed, vm_names, *vcpu_names);
    for (int v = 0; v < from->n_vcpus; v++) {
        Vcpu *vcpu = &renamed->snapshot.vcpus[(*vcpu_names)[v]];

        *vcpu = from->vcpus[v];
        vcpu->vm = vm_names[vcpu->vm];
        vcpu->pcpu = vcpu->pcpu < 0 ? vcpu->pcpu : cpu_names[vcpu->pcpu];
        vcpu->allowed = rename_cpus(scene, vcpu->allowed, cpu_names);
        vcpu->pins = rename_cpus(scene, vcpu->pins, cpu_names);
    }
    return renamed;
}
