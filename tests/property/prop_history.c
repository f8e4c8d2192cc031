/*
 * prop_history.c - the laws of model/history.h, on random lives of random hosts.
 *
 * Nasty hosts say anything, in any order, at any time: no load may come of it that a CPU
 * could not carry, and nobody may be permitted nothing.  Honest hosts have VMs that
 * come, go, reboot and change places, but counters that tell the truth: what is
 * concluded of each vCPU is then what a few lines of floating point say.
 */
#include <stdlib.h>

#include "model/history.h"
#include "support/watched.h"

enum { VMS = 12, VCPUS = 3, PCPUS = 70, STEPS = 120 };
enum { LIVES = WATCHED ? 50 : 1000 };

/* ── what must hold of every snapshot ─────────────────────────────────────── */

static void must_be_sound(const Snapshot *snapshot)
{
    int64_t weights = 0;

    g_assert_cmpint(snapshot->period_us, >, 0);
    for (int p = 0; p < snapshot->topology->n_pcpus; p++) {
        g_assert_cmpint(snapshot->foreign[p], >=, 0);
        g_assert_cmpint(snapshot->foreign[p], <=,
                        snapshot->topology->pcpus[p].capacity);
    }
    for (int t = 0; t < snapshot->n_moments; t++)
        weights += snapshot->moment_weights[t];
    g_assert_cmpint(weights, ==, FORECAST_WEIGHT_SUM);

    for (int i = 0; i < snapshot->n_vcpus; i++) {
        const Vcpu *vcpu = &snapshot->vcpus[i];
        int64_t mean = 0;

        g_assert_true(vcpu->ran >= 0 && vcpu->ran <= LOAD_FULL);
        g_assert_true(vcpu->waited >= -1 && vcpu->waited <= LOAD_FULL);
        g_assert_true(vcpu->load >= 0 && vcpu->load <= LOAD_FULL);
        g_assert_true(vcpu->mean >= 0 && vcpu->mean <= LOAD_FULL);
        g_assert_true(vcpu->variance >= 0);
        g_assert_true(vcpu->variance <= LOAD_FULL * LOAD_FULL);
        g_assert_true(!vcpu->censored || vcpu->load >= vcpu->ran);
        g_assert_true(vcpu->pcpu >= -1 && vcpu->pcpu < snapshot->topology->n_pcpus);
        g_assert_cmpint(vcpu->allowed->n_cpus, >, 0);
        g_assert_true(cpuset_within(vcpu->allowed, snapshot->topology->online));
        for (int t = 0; t < snapshot->n_moments; t++) {
            g_assert_cmpint(vcpu->past[t], <=, LOAD_FULL);
            mean += (int64_t)vcpu->past[t] * snapshot->moment_weights[t];
        }
        g_assert_cmpint(ABS(mean / FORECAST_WEIGHT_SUM - vcpu->mean), <=, 1);
    }
}

/* ── hosts that say anything ──────────────────────────────────────────────── */

/* A small step forward most of the time, and anything else else. */
static int64_t anything(int64_t last)
{
    static const int64_t odd[] = { 0,      1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1,
                                   1 << 30 };

    switch (g_test_rand_int_range(0, 8)) {
    case 0:
        return odd[g_test_rand_int_range(0, G_N_ELEMENTS(odd))];
    case 1:
        return last >> g_test_rand_int_range(0, 63);
    case 2:
        return (int64_t)((uint64_t)(uint32_t)g_test_rand_int() << 32);
    default:
        return (int64_t)((uint64_t)last + (uint32_t)g_test_rand_int());
    }
}

static const CpuSet *any_set(const Topology *topology)
{
    int first = g_test_rand_int_range(0, PCPUS);

    return cpusets_range(topology->sets, first,
                         MIN(g_test_rand_int_range(0, 9), PCPUS - first));
}

static void say_anything(const Topology *topology, SampleVcpu *last, Sample *out)
{
    int64_t busy_ns = 0;
    int n_vms = g_test_rand_int_range(0, VMS), n_busy = g_test_rand_int_range(0, 5);
    int first = g_test_rand_int_range(0, VMS), stride = 1 + g_test_rand_bit() * 4;

    for (int i = 0; i < n_vms; i++) {
        int who = (first + i * stride) % VMS;
        SampleVm vm = { .name = g_strdup("x"),
                        .first_vcpu = (int)out->vcpus->len,
                        .n_vcpus = g_test_rand_int_range(0, VCPUS + 1),
                        .weight = (int)anything(7),
                        .quota = (int)anything(500),
                        .busy = g_test_rand_bit() };

        g_snprintf(vm.uuid, UUID_SIZE, "%d", who);
        for (int v = 0; v < vm.n_vcpus; v++) {
            SampleVcpu *vcpu = &last[who * VCPUS + v];

            vcpu->vm = i;
            vcpu->number = v + 10 * (g_test_rand_int_range(0, 30) == 0);
            vcpu->ran_ns = anything(vcpu->ran_ns);
            vcpu->waited_ns = anything(vcpu->waited_ns);
            vcpu->polled_ns = anything(vcpu->polled_ns);
            vcpu->pcpu = g_test_rand_int_range(-3, PCPUS + 3);
            vcpu->allowed = any_set(topology);
            vcpu->pins = any_set(topology);
            g_array_append_val(out->vcpus, *vcpu);
        }
        g_array_append_val(out->vms, vm);
    }
    for (int p = 0; p < (n_busy ? PCPUS : PCPUS / 2); p++) {
        busy_ns = anything(busy_ns);
        g_array_append_val(out->busy_ns, busy_ns);
    }
}

/* Returns how many loads were concluded. */
static int live_nastily(CpuSets *sets)
{
    SampleVcpu last[VMS * VCPUS] = { 0 };
    g_autoptr(History) history = history_new(forecast_default);
    g_autoptr(Topology) topology = topology_new(sets, PCPUS, 2, 8, 16);
    Snapshot snapshot = { 0 };
    int64_t clock_us = 0;
    int n_loads = 0;
    Sample sample;

    sample_init(&sample);
    for (int step = 0; step < STEPS; step++) {
        g_autoptr(Topology) other = NULL;
        const CpuSet *online = any_set(topology);

        if (online->n_cpus > 0)
            other = topology_with_online(topology, online);
        sample_reset(&sample);
        clock_us =
            g_test_rand_int_range(0, 9) ? clock_us + 3000000 : anything(clock_us);
        clock_us = MIN(clock_us, INT64_MAX - 3000000);
        sample.taken_us = clock_us;
        sample.topology = other ? other : topology;
        say_anything(sample.topology, last, &sample);
        if (history_derive(history, &sample, &snapshot)) {
            must_be_sound(&snapshot);
            n_loads += snapshot.n_vcpus;
        }
    }
    snapshot_clear(&snapshot);
    sample_clear(&sample);
    return n_loads;
}

static void nothing_a_host_says_makes_an_absurd_load(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    int n_loads = 0;

    for (int life = 0; life < LIVES; life++)
        n_loads += live_nastily(sets);
    g_test_message("%d loads", n_loads);
    g_assert_cmpint(n_loads, >, 100 * LIVES);
}

/* ── hosts that tell the truth ────────────────────────────────────────────── */

typedef struct {
    double ran, waited, polled; /* shares of the period */
    int64_t ran_ns, waited_ns, polled_ns;
    bool told; /* anything was ever concluded of it */
} Worker;

typedef struct {
    bool there, was_there, rebooted;
    bool tells_waiting, tells_polling;
    int quota;
    int place; /* VMs are listed in the order of these */
    Worker vcpus[VCPUS];
} Guest;

static void draw_guest(Guest *guest)
{
    *guest = (Guest){ .there = g_test_rand_bit(),
                      .tells_waiting = g_test_rand_int_range(0, 4) > 0,
                      .tells_polling = g_test_rand_bit(),
                      .place = g_test_rand_int() };
    guest->quota = g_test_rand_bit() ? 0 : g_test_rand_int_range(50, 1500);
}

static void work(Worker *vcpu, bool rebooted, double lasted_ns)
{
    vcpu->ran = g_test_rand_double();
    vcpu->waited = (1 - vcpu->ran) * g_test_rand_double();
    if (g_test_rand_int_range(0, 3) == 0)
        vcpu->waited = 1 - vcpu->ran;
    vcpu->polled = vcpu->ran * g_test_rand_double();
    if (rebooted) {
        vcpu->ran_ns = vcpu->waited_ns = vcpu->polled_ns = 0;
        return;
    }
    vcpu->ran_ns += (int64_t)(vcpu->ran * lasted_ns);
    vcpu->waited_ns += (int64_t)(vcpu->waited * lasted_ns);
    vcpu->polled_ns += (int64_t)(vcpu->polled * lasted_ns);
}

static void live_on(Guest *guest, int64_t lasted_us)
{
    guest->was_there = guest->there;
    guest->rebooted = guest->vcpus[0].ran_ns > 0 && g_test_rand_int_range(0, 25) == 0;
    if (g_test_rand_int_range(0, 15) == 0)
        guest->there = !guest->there;
    if (g_test_rand_int_range(0, 15) == 0)
        guest->place = g_test_rand_int();
    for (int v = 0; v < VCPUS; v++)
        work(&guest->vcpus[v], guest->rebooted, (double)lasted_us * 1000);
}

static void tell_the_truth(const Guest *guest, int number, Sample *out)
{
    SampleVm vm = { .name = g_strdup_printf("guest %d", number),
                    .first_vcpu = (int)out->vcpus->len,
                    .n_vcpus = VCPUS,
                    .weight = 1024,
                    .quota = guest->quota };

    g_snprintf(vm.uuid, UUID_SIZE, "%d", number);
    for (int v = 0; v < VCPUS; v++) {
        const Worker *worker = &guest->vcpus[v];
        SampleVcpu vcpu = {
            .vm = (int)out->vms->len,
            .number = v,
            .ran_ns = worker->ran_ns,
            .waited_ns = guest->tells_waiting ? worker->waited_ns : SAMPLE_UNKNOWN,
            .polled_ns = guest->tells_polling ? worker->polled_ns : SAMPLE_UNKNOWN,
            .allowed = out->topology->online,
            .pins = out->topology->online,
        };

        g_array_append_val(out->vcpus, vcpu);
    }
    g_array_append_val(out->vms, vm);
}

/* The most it can have wanted, in shares; false where it lies on an edge, and rounding
 * decides. */
static bool oracle(const Guest *guest, const Worker *vcpu, double *out)
{
    const double nap = 0.05, edge = 1e-6;
    double ran = vcpu->ran - (guest->tells_polling ? vcpu->polled : 0);
    double own = 1 - (guest->tells_waiting ? vcpu->waited : 0);
    double slept = own - ran;

    if (slept > nap)
        *out = ran;
    else
        *out = !guest->tells_waiting || own < nap ? 1 : ran / own;
    if (guest->quota > 0)
        *out = MIN(*out, guest->quota / 1000.0);
    return ABS(slept - nap) > edge && ABS(own - nap) > edge;
}

/* Returns 1 if the vCPU's load is worth counting. */
static int must_be_true(const Guest *guest, Worker *worker, bool continues,
                        const Vcpu *vcpu)
{
    bool told = worker->told;
    double most;

    if (!continues) {
        g_assert_cmpint(vcpu->waited, ==, -1);
        g_assert_false(vcpu->censored);
        g_assert_true(worker->told || vcpu->load == 0);
        return 0;
    }
    worker->told = true;
    if (!oracle(guest, worker, &most))
        return 0;
    g_assert_cmpfloat(vcpu->load, <, 1000 * most + 0.51);
    if (told && vcpu->censored)
        g_assert_cmpint(vcpu->load, >=, vcpu->ran);
    else
        g_assert_cmpfloat(vcpu->load, >, 1000 * most - 0.51);
    return 1;
}

static int compare_places(const void *a, const void *b)
{
    const Guest *left = *(Guest *const *)a, *right = *(Guest *const *)b;

    return (left->place > right->place) - (left->place < right->place);
}

/* Returns how many loads were compared. */
static int live_honestly(const Topology *topology)
{
    g_autoptr(History) history = history_new(forecast_default);
    Guest guests[VMS], *order[VMS];
    Snapshot snapshot = { 0 };
    int64_t clock_us = 0;
    int n_compared = 0;
    Sample sample;

    sample_init(&sample);
    for (int i = 0; i < VMS; i++) {
        draw_guest(&guests[i]);
        order[i] = &guests[i];
    }
    for (int step = 0; step < STEPS; step++) {
        int64_t lasted_us = g_test_rand_int_range(1000000, 6000000);
        bool jumped = g_test_rand_int_range(0, 20) == 0, derived;
        int n = 0;

        clock_us += jumped ? -lasted_us : lasted_us;
        sample_reset(&sample);
        sample.topology = topology;
        sample.taken_us = clock_us;
        for (int i = 0; i < VMS; i++)
            live_on(&guests[i], lasted_us);
        qsort(order, VMS, sizeof(Guest *), compare_places);
        for (int i = 0; i < VMS; i++) {
            if (order[i]->there)
                tell_the_truth(order[i], (int)(order[i] - guests), &sample);
        }
        derived = history_derive(history, &sample, &snapshot);
        g_assert_true(derived == (step > 0 && !jumped));
        if (!derived)
            continue;
        must_be_sound(&snapshot);
        for (int i = 0; i < VMS; i++) {
            Guest *guest = order[i];

            for (int v = 0; v < VCPUS && guest->there; v++)
                n_compared += must_be_true(guest, &guest->vcpus[v],
                                           guest->was_there && !guest->rebooted,
                                           &snapshot.vcpus[n++]);
        }
        g_assert_cmpint(n, ==, snapshot.n_vcpus);
    }
    snapshot_clear(&snapshot);
    sample_clear(&sample);
    return n_compared;
}

static void an_honest_host_is_understood(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = topology_new(sets, PCPUS, 2, 8, 16);
    int n_compared = 0;

    for (int life = 0; life < LIVES; life++)
        n_compared += live_honestly(topology);
    g_test_message("%d loads compared", n_compared);
    g_assert_cmpint(n_compared, >, 500 * LIVES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/nasty", nothing_a_host_says_makes_an_absurd_load);
    g_test_add_func("/history/honest", an_honest_host_is_understood);
    return g_test_run();
}
