/* test_history.c - does history.c keep the word of model/history.h? */
#include <stdlib.h>
#include <string.h>

#include "model/history.h"
#include "support/watched.h"

#define SECOND G_TIME_SPAN_SECOND

/* ── a host of four CPUs whose counters we turn ourselves ─────────────────── */

typedef struct {
    CpuSets *sets;
    Topology *topology;
    History *history;
    Sample sample;
    Snapshot snapshot;
    int64_t taken_us;
} World;

static World a_world(void)
{
    World world = { .sets = cpusets_new(), .taken_us = 5 * SECOND };

    world.topology = topology_new(world.sets, 4, 2, 4, 4);
    world.history = history_new(forecast_default);
    sample_init(&world.sample);
    return world;
}

static void the_end(World *world)
{
    snapshot_clear(&world->snapshot);
    sample_clear(&world->sample);
    history_free(world->history);
    topology_free(world->topology);
    cpusets_free(world->sets);
}

/* A new sample, @us after the last. */
static void look(World *world, int64_t us)
{
    world->taken_us += us;
    sample_reset(&world->sample);
    world->sample.topology = world->topology;
    world->sample.taken_us = world->taken_us;
}

static SampleVm *add_vm(World *world, const char *uuid)
{
    GArray *vms = world->sample.vms;
    SampleVm fresh = { .first_vcpu = (int)world->sample.vcpus->len, .weight = 1024 };
    SampleVm *vm;

    g_array_append_val(vms, fresh);
    vm = &g_array_index(vms, SampleVm, vms->len - 1);
    g_strlcpy(vm->uuid, uuid, UUID_SIZE);
    vm->name = g_strdup_printf("VM %s", uuid);
    return vm;
}

static SampleVcpu *add_vcpu(World *world, int number, int64_t ran_ms, int64_t waited_ms)
{
    GArray *vcpus = world->sample.vcpus;
    SampleVcpu vcpu = { .vm = (int)world->sample.vms->len - 1,
                        .number = number,
                        .ran_ns = ran_ms * 1000000,
                        .waited_ns = waited_ms * 1000000,
                        .polled_ns = SAMPLE_UNKNOWN,
                        .pcpu = 0,
                        .allowed = world->topology->online,
                        .pins = world->topology->online };

    g_array_index(world->sample.vms, SampleVm, vcpu.vm).n_vcpus++;
    g_array_append_val(vcpus, vcpu);
    return &g_array_index(vcpus, SampleVcpu, vcpus->len - 1);
}

/* A VM of one vCPU. */
static SampleVcpu *add(World *world, const char *uuid, int64_t ran_ms,
                       int64_t waited_ms)
{
    add_vm(world, uuid);
    return add_vcpu(world, 0, ran_ms, waited_ms);
}

static bool derive(World *world)
{
    return history_derive(world->history, &world->sample, &world->snapshot);
}

static void assert_wants(const World *world, int vcpu, int load, int mean)
{
    g_assert_cmpint(vcpu, <, world->snapshot.n_vcpus);
    g_assert_cmpint(world->snapshot.vcpus[vcpu].load, ==, load);
    g_assert_cmpint(world->snapshot.vcpus[vcpu].mean, ==, mean);
}

/* ── two samples ──────────────────────────────────────────────────────────── */

static void one_sample_says_nothing(void)
{
    World world = a_world();

    look(&world, 0);
    add(&world, "a", 1000, 0);
    g_assert_false(derive(&world));
    look(&world, 3 * SECOND);
    add(&world, "a", 1600, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 200, 200);
    the_end(&world);
}

static void a_snapshot_names_who_and_where(void)
{
    World world = a_world();
    const Snapshot *snapshot = &world.snapshot;

    for (int i = 0; i < 2; i++) {
        look(&world, 2 * SECOND);
        add_vm(&world, "a")->weight = 0;
        add_vcpu(&world, 0, 100, 7)->pcpu = 3;
        add_vcpu(&world, 2, 1000 * i, 300 * i)->pcpu = -1;
        add_vm(&world, "b")->busy = true;
        add(&world, "c", 0, 0)->pcpu = 4;
        derive(&world);
    }
    g_assert_cmpint(snapshot->taken_us, ==, 9 * SECOND);
    g_assert_cmpint(snapshot->period_us, ==, 2 * SECOND);
    g_assert_true(snapshot->topology == world.topology);
    g_assert_cmpint(snapshot->n_vms, ==, 3);
    g_assert_cmpint(snapshot->n_vcpus, ==, 3);
    g_assert_cmpstr(snapshot->vms[0].uuid, ==, "a");
    g_assert_cmpstr(snapshot->vms[0].name, ==, "VM a");
    g_assert_cmpint(snapshot->vms[0].n_vcpus, ==, 2);
    g_assert_cmpint(snapshot->vms[0].weight, ==, 1);
    g_assert_false(snapshot->vms[0].busy);
    g_assert_true(snapshot->vms[1].busy);
    g_assert_cmpint(snapshot->vms[1].n_vcpus, ==, 0);
    g_assert_cmpint(snapshot->vms[2].first_vcpu, ==, 2);

    g_assert_cmpint(snapshot->vcpus[0].pcpu, ==, 3);
    g_assert_cmpint(snapshot->vcpus[1].vm, ==, 0);
    g_assert_cmpint(snapshot->vcpus[1].number, ==, 2);
    g_assert_cmpint(snapshot->vcpus[1].pcpu, ==, -1);
    g_assert_cmpint(snapshot->vcpus[1].ran, ==, 500);
    g_assert_cmpint(snapshot->vcpus[1].waited, ==, 150);
    g_assert_cmpint(snapshot->vcpus[1].load, ==, 500);
    g_assert_true(snapshot->vcpus[1].pins == world.topology->online);
    g_assert_cmpint(snapshot->vcpus[2].pcpu, ==, -1);
    the_end(&world);
}

static void what_was_wanted_is_remembered_moment_by_moment(void)
{
    World world = a_world();
    int64_t sum = 0, weight = 0;

    look(&world, 0);
    add(&world, "a", 0, 0);
    derive(&world);
    for (int i = 1; i <= 10; i++) {
        look(&world, SECOND);
        add(&world, "a", i * 300 + i % 2 * 20, 0);
        g_assert_true(derive(&world));
    }
    g_assert_cmpint(world.snapshot.n_moments, ==, forecast_default.n_moments);
    for (int t = 0; t < world.snapshot.n_moments; t++) {
        weight += world.snapshot.moment_weights[t];
        sum += world.snapshot.moment_weights[t] * world.snapshot.vcpus[0].past[t];
    }
    g_assert_cmpint(weight, ==, FORECAST_WEIGHT_SUM);
    g_assert_cmpint(labs(sum / weight - world.snapshot.vcpus[0].mean), <=, 1);
    g_assert_cmpint(world.snapshot.vcpus[0].variance, >, 0);
    the_end(&world);
}

static void quota_and_polling_are_taken_off(void)
{
    World world = a_world();

    for (int i = 0; i < 2; i++) {
        look(&world, 3 * SECOND);
        add_vm(&world, "a")->quota = 250;
        add_vcpu(&world, 0, 750 * i, 2250 * i);
        add(&world, "b", 3000 * i, 0)->polled_ns = 2400 * 1000000L * i;
        derive(&world);
    }
    assert_wants(&world, 0, 250, 250);
    assert_wants(&world, 1, 200, 200);
    the_end(&world);
}

/* ── samples that do not fit together ─────────────────────────────────────── */

/* A vCPU that has wanted 300 for a while. */
static World a_settled_world(void)
{
    World world = a_world();

    for (int i = 0; i < 10; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", 900 * i, 0);
        g_assert_true(derive(&world) == (i > 0));
    }
    assert_wants(&world, 0, 300, 300);
    return world;
}

static void counters_set_back_leave_the_forecast(void)
{
    World world = a_settled_world();

    look(&world, 3 * SECOND);
    add(&world, "a", 50, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 300, 300);
    g_assert_cmpint(world.snapshot.vcpus[0].waited, ==, -1);
    g_assert_false(world.snapshot.vcpus[0].censored);

    look(&world, 3 * SECOND);
    add(&world, "a", 950, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 300, 300);
    g_assert_cmpint(world.snapshot.vcpus[0].waited, ==, 0);
    the_end(&world);
}

static void waiting_set_back_alone_is_enough(void)
{
    World world = a_world();

    look(&world, 3 * SECOND);
    add(&world, "a", 0, 1000);
    derive(&world);
    look(&world, 3 * SECOND);
    add(&world, "a", 3000, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 0, 0);
    the_end(&world);
}

static void a_missing_period_does_not_dilute(void)
{
    World world = a_settled_world();

    look(&world, 6 * SECOND);
    add(&world, "a", 8100 + 1800, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 300, 300);
    g_assert_cmpint(world.snapshot.period_us, ==, 6 * SECOND);
    the_end(&world);
}

static void a_clock_that_jumps_begins_anew(void)
{
    static const int64_t jumps[] = { 0,
                                     1,
                                     -1,
                                     -3 * SECOND,
                                     -1000000 * SECOND,
                                     31 * SECOND,
                                     7 * 3600 * SECOND,
                                     INT64_MAX / 2 };

    for (size_t i = 0; i < G_N_ELEMENTS(jumps); i++) {
        World world = a_settled_world();

        look(&world, jumps[i]);
        add(&world, "a", 8100 + 3000, 0);
        g_assert_false(derive(&world));
        if (jumps[i] > INT64_MAX / 4)
            world.taken_us = INT64_MIN / 2;
        look(&world, 3 * SECOND);
        add(&world, "a", 11100 + 900, 0);
        g_assert_true(derive(&world) == (jumps[i] < INT64_MAX / 4));
        assert_wants(&world, 0, 300, 300);
        the_end(&world);
    }
}

static void another_period_is_soon_the_usual_one(void)
{
    World world = a_settled_world();
    int64_t ran = 8100;
    int n_derived = 0;

    for (int i = 0; i < 10; i++) {
        look(&world, 300 * SECOND);
        add(&world, "a", ran += 90000, 0);
        n_derived += derive(&world);
    }
    g_assert_cmpint(n_derived, >=, 7);
    assert_wants(&world, 0, 300, 300);
    the_end(&world);
}

/* ── those that never slept ───────────────────────────────────────────────── */

static void who_is_kept_from_running_wants_what_it_used_to(void)
{
    static const struct {
        int ran_ms, waited_ms, load;
    } cases[] = {
        { 900, 2100, 300 },   /* as ever */
        { 890, 2100, 300 },   /* a tick less */
        { 930, 2070, 310 },   /* a little more */
        { 100, 2900, 300 },   /* hardly anything */
        { 990, 2010, 1000 },  /* more than it ever wanted */
        { 1500, 1500, 1000 }, /* much more */
        { 1380, 1560, 958 },  /* much more, though it slept for a moment */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        World world = a_settled_world();

        look(&world, 3 * SECOND);
        add(&world, "a", 8100 + cases[i].ran_ms, cases[i].waited_ms);
        g_assert_true(derive(&world));
        g_assert_cmpint(world.snapshot.vcpus[0].load, ==, cases[i].load);
        g_assert_true(world.snapshot.vcpus[0].censored);
        the_end(&world);
    }
}

/* What is concluded of one that ran half of a period and waited for the other, having
 * wanted 900 instead of 300 every so many moments. */
static int load_of_half(int every)
{
    World world = a_world();
    int64_t ran = 0;
    int load;

    for (int i = 0; i < 40; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", ran, 0);
        derive(&world);
        ran += i % every == every - 3 ? 2700 : 900;
    }
    look(&world, 3 * SECOND);
    add(&world, "a", ran - 900 + 1500, 1500);
    g_assert_true(derive(&world));
    load = world.snapshot.vcpus[0].load;
    the_end(&world);
    return load;
}

static void what_was_wanted_once_is_no_precedent(void)
{
    g_assert_cmpint(load_of_half(5), ==, 900);
    g_assert_cmpint(load_of_half(40), ==, 1000);
}

static void who_turns_heavy_on_a_crowded_cpu_is_believed(void)
{
    World world = a_settled_world();

    for (int i = 1; i <= 3; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", 8100 + 1500 * i, 1500 * i);
        g_assert_true(derive(&world));
        g_assert_cmpint(world.snapshot.vcpus[0].load, ==, 1000);
    }
    assert_wants(&world, 0, 1000, 1000);
    the_end(&world);
}

static void who_always_had_too_little_is_taken_to_want_a_cpu(void)
{
    World world = a_world();

    for (int i = 0; i < 30; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", 300 * i, 2700 * i);
        derive(&world);
        if (i > 0)
            assert_wants(&world, 0, 1000, 1000);
    }
    the_end(&world);
}

/* ── who comes and goes ───────────────────────────────────────────────────── */

static void vms_that_change_places_keep_what_is_theirs(void)
{
    World world = a_world();

    for (int i = 0; i < 6; i++) {
        look(&world, 3 * SECOND);
        if (i % 2 == 0)
            add(&world, "a", 300 * i, 0);
        add_vm(&world, "b");
        add_vcpu(&world, i % 2, i % 2 ? 2700 * i : 1500 * i, 0);
        add_vcpu(&world, 1 - i % 2, i % 2 ? 1500 * i : 2700 * i, 0);
        if (i % 2 == 1)
            add(&world, "a", 300 * i, 0);
        g_assert_true(derive(&world) == (i > 0));
    }
    g_assert_cmpstr(world.snapshot.vms[0].name, ==, "VM b");
    assert_wants(&world, 0, 900, 900);
    assert_wants(&world, 1, 500, 500);
    assert_wants(&world, 2, 100, 100);
    the_end(&world);
}

static void a_vm_that_comes_wants_nothing_at_first(void)
{
    World world = a_settled_world();
    const uint16_t *past;

    look(&world, 3 * SECOND);
    add(&world, "0", 999999, 0);
    add(&world, "a", 9000, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 0, 0);
    assert_wants(&world, 1, 300, 300);
    past = world.snapshot.vcpus[0].past;
    for (int t = 0; t < world.snapshot.n_moments; t++)
        g_assert_cmpint(past[t], ==, 0);

    look(&world, 3 * SECOND);
    add(&world, "0", 999999 + 2100, 0);
    add(&world, "a", 9900, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 700, 700);
    assert_wants(&world, 1, 300, 300);
    the_end(&world);
}

static void a_vcpu_plugged_in_leaves_the_others_alone(void)
{
    World world = a_settled_world();

    for (int i = 0; i < 3; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", 9000 + 900 * i, 0);
        add_vcpu(&world, 1, 600 * i, 0);
        g_assert_true(derive(&world));
        assert_wants(&world, 0, 300, 300);
        assert_wants(&world, 1, i ? 200 : 0, i ? 200 : 0);
    }
    the_end(&world);
}

static void look_and_miss(World *world, int n_times)
{
    for (int i = 0; i < n_times; i++) {
        look(world, 3 * SECOND);
        g_assert_true(derive(world));
        g_assert_cmpint(world->snapshot.n_vcpus, ==, 0);
    }
}

static void who_is_missing_for_a_moment_is_remembered(void)
{
    World world = a_settled_world();

    look_and_miss(&world, 5);
    look(&world, 3 * SECOND);
    add(&world, "a", 40000, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 300, 300);
    the_end(&world);
}

static void who_is_missing_is_told_what_it_was_thought_to_want(void)
{
    World world = a_world();
    int64_t ran = 0, variance;

    history_free(world.history);
    world.history = history_new((ForecastRule){ .n_moments = 16, .half_life = 800 });
    for (int i = 0; i < 40; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", ran += i % 2 ? 300 : 1500, 0);
        derive(&world);
    }
    variance = world.snapshot.vcpus[0].variance;
    look_and_miss(&world, 8);
    look(&world, 3 * SECOND);
    add(&world, "a", ran, 0);
    g_assert_true(derive(&world));
    g_assert_cmpint(world.snapshot.vcpus[0].variance, <, variance / 2);
    the_end(&world);
}

static void who_is_gone_for_long_is_forgotten(void)
{
    World world = a_settled_world();

    look_and_miss(&world, 50);
    look(&world, 3 * SECOND);
    add(&world, "a", 40000, 0);
    g_assert_true(derive(&world));
    assert_wants(&world, 0, 0, 0);
    the_end(&world);
}

/* ── where one may be ─────────────────────────────────────────────────────── */

static void only_cpus_that_are_online_are_allowed(void)
{
    World world = a_world();
    g_autoptr(Topology) all = world.topology;
    const CpuSet *pair = cpusets_range(world.sets, 1, 2);
    const CpuSet *last = cpusets_range(world.sets, 3, 1);

    world.topology = topology_with_online(all, cpusets_range(world.sets, 0, 2));
    for (int i = 0; i < 2; i++) {
        look(&world, 3 * SECOND);
        add(&world, "a", 0, 0)->allowed = all->online;
        add(&world, "b", 0, 0)->allowed = pair;
        add(&world, "c", 0, 0)->allowed = last;
        add(&world, "d", 0, 0)->allowed = cpusets_none(world.sets);
        add(&world, "e", 0, 0)->pins = last;
        derive(&world);
    }
    g_assert_true(world.snapshot.vcpus[0].allowed == world.topology->online);
    g_assert_true(world.snapshot.vcpus[1].allowed == cpusets_range(world.sets, 1, 1));
    g_assert_true(world.snapshot.vcpus[2].allowed == world.topology->online);
    g_assert_true(world.snapshot.vcpus[3].allowed == world.topology->online);
    g_assert_true(world.snapshot.vcpus[4].pins == last);
    the_end(&world);
}

/* ── work that is not ours ────────────────────────────────────────────────── */

static void busy(World *world, const int64_t *busy_ms)
{
    for (int p = 0; p < 4; p++) {
        int64_t busy_ns = busy_ms[p] * 1000000;

        g_array_append_val(world->sample.busy_ns, busy_ns);
    }
}

static void assert_foreign(const World *world, const int *want)
{
    for (int p = 0; p < 4; p++)
        g_assert_cmpint(world->snapshot.foreign[p], ==, want[p]);
}

static void foreign_load_is_what_no_vcpu_ran(void)
{
    World world = a_world();

    for (int i = 0; i < 2; i++) {
        look(&world, SECOND);
        add(&world, "a", 300 * i, 0)->pins = cpusets_range(world.sets, 0, 1);
        add(&world, "b", 200 * i, 0)->pins = cpusets_range(world.sets, 0, 1);
        add(&world, "c", 900 * i, 0)->pins = cpusets_range(world.sets, 1, 1);
        busy(&world, (int64_t[]){ 700 * i, 850 * i, 0, 1020 * i });
        derive(&world);
    }
    assert_foreign(&world, (int[]){ 200, 0, 0, 1000 });
    the_end(&world);
}

static void who_floats_ran_where_it_was_seen_or_near(void)
{
    World world = a_world();
    const CpuSet *low = cpusets_range(world.sets, 0, 2);

    for (int i = 0; i < 4; i++) {
        look(&world, SECOND);
        add(&world, "a", 600 * i, 0)->pins = low;
        add(&world, "b", 600 * i, 0)->pins = low;
        add(&world, "c", 500 * i, 0)->pcpu = 3;
        add(&world, "d", 100 * i, 0)->pins = cpusets_range(world.sets, 0, 1);
        busy(&world, (int64_t[]){ 800 * i, 800 * i, 400 * i, 500 * i });
        derive(&world);
    }
    /* Of the 1200 of a and b, 700 were on CPU 0 and 500 of the 800 on CPU 1. */
    assert_foreign(&world, (int[]){ 0, 300, 400, 0 });
    the_end(&world);
}

static void a_host_full_of_floaters_does_nothing_else(void)
{
    World world = a_world();

    for (int i = 0; i < 2; i++) {
        look(&world, SECOND);
        for (int v = 0; v < 8; v++)
            add(&world, (char[]){ (char)('a' + v), 0 }, 250 * i, 0)->pcpu = v % 3;
        busy(&world, (int64_t[]){ 500 * i, 500 * i, 500 * i, 500 * i });
        derive(&world);
    }
    assert_foreign(&world, (int[]){ 0, 0, 0, 0 });
    the_end(&world);
}

static void foreign_load_of_one_period_is_not_believed(void)
{
    static const int said[] = { 200, 700, 200, 200, 900, 200, 0, 200, 600, 600 };
    static const int want[] = { 200, 200, 200, 200, 200, 200, 200, 200, 200, 600 };
    World world = a_world();
    int64_t ms = 0;

    look(&world, SECOND);
    busy(&world, (int64_t[]){ 0, 0, 0, 0 });
    derive(&world);
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        look(&world, SECOND);
        busy(&world, (int64_t[]){ 0, 0, ms += said[i], 0 });
        g_assert_true(derive(&world));
        assert_foreign(&world, (int[]){ 0, 0, want[i], 0 });
    }
    the_end(&world);
}

static void foreign_load_fits_its_cpu(void)
{
    World world = a_world();
    g_autoptr(Topology) all = world.topology;

    world.topology = topology_with_online(all, cpusets_range(world.sets, 0, 3));
    world.topology->pcpus[1].capacity = 600;
    for (int i = 0; i < 3; i++) {
        look(&world, SECOND);
        busy(&world, (int64_t[]){ 5000 - 100 * i, 1000 * i, 9999 * i, 1000 * i });
        derive(&world);
    }
    assert_foreign(&world, (int[]){ 0, 600, 1000, 0 });
    the_end(&world);
}

static void a_host_that_does_not_tell_has_no_foreign_load(void)
{
    World world = a_world();

    for (int i = 0; i < 3; i++) {
        look(&world, SECOND);
        if (i == 1)
            busy(&world, (int64_t[]){ 1, 2, 3, 4 });
        derive(&world);
    }
    assert_foreign(&world, (int[]){ 0, 0, 0, 0 });
    the_end(&world);
}

/* ── and it costs nothing ─────────────────────────────────────────────────── */

#if !WATCHED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static int n_allocations;

void *malloc(size_t size)
{
    n_allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
    n_allocations++;
    return __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
    n_allocations++;
    return __libc_realloc(ptr, size);
}

static void a_settled_host_takes_no_memory(void)
{
    World world = a_world();
    g_autofree char *uuid = g_strdup("a");

    for (int i = 0; i < 30; i++) {
        int n_before;

        look(&world, SECOND);
        for (*uuid = 'a'; *uuid <= 'z'; ++*uuid)
            add(&world, uuid, 100 * i + *uuid, 0)->pins =
                cpusets_range(world.sets, *uuid % 3, 1 + *uuid % 2);
        busy(&world, (int64_t[]){ 500 * i, 500 * i, 500 * i, 500 * i });
        n_before = n_allocations;
        derive(&world);
        g_assert_true(i < 5 || n_allocations == n_before);
    }
    the_end(&world);
}
#endif

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/first", one_sample_says_nothing);
    g_test_add_func("/history/who-and-where", a_snapshot_names_who_and_where);
    g_test_add_func("/history/moments", what_was_wanted_is_remembered_moment_by_moment);
    g_test_add_func("/history/quota-and-polling", quota_and_polling_are_taken_off);
    g_test_add_func("/history/set-back", counters_set_back_leave_the_forecast);
    g_test_add_func("/history/waiting-set-back", waiting_set_back_alone_is_enough);
    g_test_add_func("/history/missing-period", a_missing_period_does_not_dilute);
    g_test_add_func("/history/clock", a_clock_that_jumps_begins_anew);
    g_test_add_func("/history/other-period", another_period_is_soon_the_usual_one);
    g_test_add_func("/history/learned", who_is_kept_from_running_wants_what_it_used_to);
    g_test_add_func("/history/precedent", what_was_wanted_once_is_no_precedent);
    g_test_add_func("/history/heavy", who_turns_heavy_on_a_crowded_cpu_is_believed);
    g_test_add_func("/history/starved",
                    who_always_had_too_little_is_taken_to_want_a_cpu);
    g_test_add_func("/history/places", vms_that_change_places_keep_what_is_theirs);
    g_test_add_func("/history/comes", a_vm_that_comes_wants_nothing_at_first);
    g_test_add_func("/history/plugged", a_vcpu_plugged_in_leaves_the_others_alone);
    g_test_add_func("/history/missing", who_is_missing_for_a_moment_is_remembered);
    g_test_add_func("/history/missing-told",
                    who_is_missing_is_told_what_it_was_thought_to_want);
    g_test_add_func("/history/gone", who_is_gone_for_long_is_forgotten);
    g_test_add_func("/history/online", only_cpus_that_are_online_are_allowed);
    g_test_add_func("/foreign/rest", foreign_load_is_what_no_vcpu_ran);
    g_test_add_func("/foreign/floats", who_floats_ran_where_it_was_seen_or_near);
    g_test_add_func("/foreign/full", a_host_full_of_floaters_does_nothing_else);
    g_test_add_func("/foreign/spike", foreign_load_of_one_period_is_not_believed);
    g_test_add_func("/foreign/fits", foreign_load_fits_its_cpu);
    g_test_add_func("/foreign/untold", a_host_that_does_not_tell_has_no_foreign_load);
#if !WATCHED
    g_test_add_func("/history/memory", a_settled_host_takes_no_memory);
#endif
    return g_test_run();
}
