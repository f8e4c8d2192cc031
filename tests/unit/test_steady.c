/*
 * test_steady.c - once everything has found its size, a period allocates nothing.
 *
 * Counts what a whole turn of the crank asks of malloc, on a host that asks for nothing
 * itself.
 */
#include "engine/engine.h"
#include "support/watched.h"

#include <stdlib.h>

enum { N_PCPUS = 8, N_VCPUS = 48, PERIOD_US = 3000000, WARM_UP = 200, STEADY = 50 };

#if !WATCHED && !defined TORTURE
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

/* ── a host that is no burden ─────────────────────────────────────────────── */

typedef struct {
    Host host;
    CpuSets *sets;
    Topology *topology;
    int64_t now_us;
    int64_t ran_ns[N_VCPUS];
    const CpuSet *pins[N_VCPUS];
    bool restless; /* what a vCPU wants is another thing each period */
} QuietHost;

static void tell_names(const QuietHost *quiet, Sample *out)
{
    for (int i = 0; i < N_VCPUS; i++) {
        SampleVm vm = { .name = g_strdup_printf("vm-%d", i),
                        .first_vcpu = i,
                        .n_vcpus = 1,
                        .weight = 1024 };
        SampleVcpu vcpu = { .vm = i,
                            .polled_ns = SAMPLE_UNKNOWN,
                            .pcpu = -1,
                            .allowed = quiet->topology->online };

        g_snprintf(vm.uuid, sizeof vm.uuid, "00000000-0000-4000-8000-%012d", i);
        g_array_append_val(out->vms, vm);
        g_array_append_val(out->vcpus, vcpu);
    }
}

/* In thousandths. */
static int wants(const QuietHost *quiet, int vcpu)
{
    int64_t period = quiet->now_us / PERIOD_US;

    return quiet->restless ? (int)((period * 37 + vcpu * 11) % 13 * 30) : 100;
}

static bool quiet_observe(Host *host, Sample *out, GError **error)
{
    QuietHost *quiet = (QuietHost *)host;

    (void)error;
    quiet->now_us += PERIOD_US;
    out->taken_us = quiet->now_us;
    out->topology = quiet->topology;
    if (out->vms->len == 0)
        tell_names(quiet, out);
    for (int i = 0; i < N_VCPUS; i++) {
        SampleVcpu *vcpu = &g_array_index(out->vcpus, SampleVcpu, i);

        quiet->ran_ns[i] += wants(quiet, i) * (int64_t)PERIOD_US;
        vcpu->ran_ns = quiet->ran_ns[i];
        vcpu->pins = quiet->pins[i];
    }
    return true;
}

static bool quiet_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                      GError **error)
{
    QuietHost *quiet = (QuietHost *)host;

    (void)vcpu, (void)error;
    quiet->pins[atoi(uuid + 24)] = cpus;
    return true;
}

static const HostOps quiet_ops = {
    .kind = "quiet",
    .observe = quiet_observe,
    .pin = quiet_pin,
};

static void quiet_init(QuietHost *quiet, bool restless)
{
    *quiet = (QuietHost){ .host.ops = &quiet_ops, .restless = restless };
    quiet->sets = cpusets_new();
    quiet->topology = topology_new(quiet->sets, N_PCPUS, 2, 4, N_PCPUS);
    for (int i = 0; i < N_VCPUS; i++)
        quiet->pins[i] = cpusets_range(quiet->sets, i % 2, 1);
}

static void quiet_clear(QuietHost *quiet)
{
    topology_free(quiet->topology);
    cpusets_free(quiet->sets);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QuietHost, quiet_clear)

/* ── the claim ────────────────────────────────────────────────────────────── */

/* Turns, and says how many of the turns had something to solve. */
static int turn(Engine *engine, Period *period, int times)
{
    int n_solved = 0;

    for (int i = 0; i < times; i++) {
        bool well = engine_step(engine, period, NULL);

        g_assert_true(well);
        n_solved += period->derived && period->plan.verdict != PLAN_CALM;
    }
    return n_solved;
}

static void allocates_nothing(bool restless)
{
    g_auto(QuietHost) quiet;
    Policy policy = policy_default;
    g_autoptr(Engine) engine = NULL;
    g_auto(Period) period;
    int before, n_solved;

    quiet_init(&quiet, restless);
    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    engine = engine_new(&quiet.host, &policy, NULL);
    period_init(&period);
    turn(engine, &period, WARM_UP);
    before = n_allocations;
    n_solved = turn(engine, &period, STEADY);
    g_assert_cmpint(n_allocations, ==, before);
    g_assert_cmpint(n_solved > 0, ==, restless);
}

static void a_calm_period_allocates_nothing(void)
{
    allocates_nothing(false);
}

static void a_period_with_moves_allocates_nothing(void)
{
    allocates_nothing(true);
}
#endif

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#if !WATCHED && !defined TORTURE
    g_test_add_func("/steady/calm", a_calm_period_allocates_nothing);
    g_test_add_func("/steady/moves", a_period_with_moves_allocates_nothing);
#endif
    return g_test_run();
}
