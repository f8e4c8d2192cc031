/* test_effect.c - moves that did not pay are told from those that did, and avoided. */
#include "engine/effect.h"
#include "host/sim.h"
#include "support/scene.h"
#include "support/stage.h"

/* ── one plan ─────────────────────────────────────────────────────────────── */

/* Two CPUs; two vCPUs on CPU 0, of which the second has been moved to CPU 1. */
typedef struct {
    Scene *scene;
    Effect effect;
    Period period;
    Policy policy;
    Help help;
} Moment;

static void moment_init(Moment *moment)
{
    Move move = { .vcpu = 1, .from = 0, .to = 1 };

    *moment = (Moment){ .scene = a_host(2), .policy = policy_default };
    moment->policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    effect_init(&moment->effect);
    a_vcpu(moment->scene, 0, 500);
    a_vcpu(moment->scene, 0, 500);
    move.cpus = cpusets_range(moment->scene->sets, 1, 1);
    moment->period.plan.moves = g_array_new(FALSE, FALSE, sizeof(Move));
    g_array_append_val(moment->period.plan.moves, move);
}

static void moment_clear(Moment *moment)
{
    effect_clear(&moment->effect);
    g_array_unref(moment->period.plan.moves);
    scene_free(moment->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Moment, moment_clear)

/* The move is made, and then the two want so much. */
static void move_and_want(Moment *moment, int first, int second)
{
    Scene *scene = moment->scene;

    pin(scene, 1, "0");
    moment->period.snapshot = scene->snapshot;
    effect_remember(&moment->effect, &moment->period);
    pin(scene, 1, "1");
    wants(scene, 0, first);
    wants(scene, 1, second);
    effect_judge(&moment->effect, &scene->snapshot, &moment->policy, &moment->help);
}

static void overload_that_was_avoided_is_help(void)
{
    g_auto(Moment) moment;

    moment_init(&moment);
    move_and_want(&moment, 800, 700);
    g_assert_true(moment.help.judged);
    g_assert_true(moment.help.paid);
    g_assert_cmpint(moment.help.avoided, ==, 500);
    g_assert_cmpint(moment.help.reluctance, ==, 1);
}

static void and_so_is_a_more_even_host(void)
{
    g_auto(Moment) moment;

    moment_init(&moment);
    move_and_want(&moment, 300, 300);
    g_assert_true(moment.help.paid);
    g_assert_cmpint(moment.help.avoided, ==, 0);
}

static void who_wants_nothing_any_more_was_moved_for_nothing(void)
{
    g_auto(Moment) moment;

    moment_init(&moment);
    for (int times = 2; times <= 8; times *= 2) {
        move_and_want(&moment, 500, 0);
        g_assert_true(moment.help.judged);
        g_assert_false(moment.help.paid);
        g_assert_cmpint(moment.help.reluctance, ==, times);
        g_assert_cmpint(effect_temper(&moment.effect, &moment.policy).price_move, ==,
                        times * moment.policy.price_move);
    }
    move_and_want(&moment, 300, 250);
    g_assert_true(moment.help.paid);
    g_assert_cmpint(moment.help.reluctance, ==, 4);
}

static void there_is_an_end_to_reluctance(void)
{
    g_auto(Moment) moment;

    moment_init(&moment);
    for (int i = 0; i < 100; i++)
        move_and_want(&moment, 500, 0);
    g_assert_cmpint(moment.help.reluctance, <=, 100);
    g_assert_cmpint(effect_temper(&moment.effect, &moment.policy).price_move, >, 0);
}

static void another_load_is_another_beginning(void)
{
    g_auto(Moment) moment;

    moment_init(&moment);
    move_and_want(&moment, 500, 0);
    g_assert_cmpint(moment.help.reluctance, ==, 2);
    wants(moment.scene, 0, 990);
    wants(moment.scene, 1, 600);
    effect_judge(&moment.effect, &moment.scene->snapshot, &moment.policy, &moment.help);
    g_assert_false(moment.help.judged);
    g_assert_cmpint(moment.help.reluctance, ==, 1);
}

static void what_was_not_carried_out_is_not_judged(void)
{
    g_auto(Moment) moment;

    moment_init(&moment);
    moment.period.snapshot = moment.scene->snapshot;
    effect_remember(&moment.effect, &moment.period);
    effect_judge(&moment.effect, &moment.scene->snapshot, &moment.policy, &moment.help);
    g_assert_false(moment.help.judged);
    g_assert_cmpint(moment.help.reluctance, ==, 1);
}

/* ── a host for a day ─────────────────────────────────────────────────────── */

/* Two CPUs and three vCPUs, of which those that share a CPU are always the heavy ones:
 * whoever is moved takes the trouble along. */
enum { N_VCPUS = 3, N_PCPUS = 2, PERIOD_US = 2000000 };

typedef struct {
    Host host;
    CpuSets *sets;
    Topology *topology;
    int64_t now_us;
    int at[N_VCPUS];
    int64_t ran_us[N_VCPUS], waited_us[N_VCPUS];
} Spiteful;

static void live_in_spite(Spiteful *spiteful)
{
    int n[N_PCPUS] = { 0 };

    for (int v = 0; v < N_VCPUS; v++)
        n[spiteful->at[v]]++;
    for (int v = 0; v < N_VCPUS; v++) {
        int there = n[spiteful->at[v]];
        int64_t wanted = PERIOD_US * (there > 1 ? 8 : 2) / 10;
        int64_t ran = MIN(wanted, PERIOD_US / there);

        spiteful->ran_us[v] += ran;
        spiteful->waited_us[v] += wanted - ran;
    }
    spiteful->now_us += PERIOD_US;
}

static bool spiteful_observe(Host *host, Sample *out, GError **error)
{
    Spiteful *spiteful = (Spiteful *)host;

    (void)error;
    live_in_spite(spiteful);
    sample_reset(out);
    out->taken_us = spiteful->now_us;
    out->topology = spiteful->topology;
    for (int v = 0; v < N_VCPUS; v++) {
        SampleVm vm = { .first_vcpu = v, .n_vcpus = 1, .weight = 1024 };
        SampleVcpu vcpu = { .vm = v,
                            .ran_ns = spiteful->ran_us[v] * 1000,
                            .waited_ns = spiteful->waited_us[v] * 1000,
                            .polled_ns = SAMPLE_UNKNOWN,
                            .pcpu = spiteful->at[v],
                            .allowed = spiteful->topology->online,
                            .pins = cpusets_range(spiteful->sets, spiteful->at[v], 1) };

        g_snprintf(vm.uuid, sizeof vm.uuid, "%d", v);
        vm.name = g_strdup(vm.uuid);
        g_array_append_val(out->vms, vm);
        g_array_append_val(out->vcpus, vcpu);
    }
    return true;
}

static bool spiteful_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                         GError **error)
{
    (void)vcpu, (void)error;
    ((Spiteful *)host)->at[*uuid - '0'] = cpuset_next(cpus, 0);
    return true;
}

static const HostOps spiteful_ops = { .kind = "spiteful",
                                      .observe = spiteful_observe,
                                      .pin = spiteful_pin };

/* How many moves are made in the second half of so many periods. */
static int moves_in_spite(bool heeding, int n_periods)
{
    CpuSets *sets = cpusets_new();
    Spiteful spiteful = { .host.ops = &spiteful_ops,
                          .sets = sets,
                          .topology = topology_new(sets, N_PCPUS, 1, N_PCPUS, N_PCPUS),
                          .at = { 0, 0, 1 } };
    g_autoptr(Ledger) ledger = heeding ? ledger_open(NULL, NULL) : NULL;
    Policy policy = policy_default;
    g_autoptr(Engine) engine = NULL;
    g_auto(Period) period;
    int n_moves = 0;

    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    engine = engine_new(&spiteful.host, &policy, ledger);
    period_init(&period);
    for (int i = 0; i < n_periods; i++) {
        g_assert_true(engine_step(engine, &period, NULL));
        if (i >= n_periods / 2)
            n_moves += period.outcome.done;
    }
    g_test_message("%d moves, reluctance %d", n_moves, period.help.reluctance);
    g_clear_pointer(&engine, engine_free);
    g_clear_pointer(&ledger, ledger_close);
    topology_free(spiteful.topology);
    cpusets_free(sets);
    return n_moves;
}

static void a_host_where_moves_cannot_pay_ends_in_silence(void)
{
    g_assert_cmpint(moves_in_spite(false, 400), >, 0);
    g_assert_cmpint(moves_in_spite(true, 400), ==, 0);
}

/* The same, managed by one who does not look back. */
static void open_heedless(Stage *stage, const char *scenario)
{
    stage_open(stage, scenario, false);
    engine_free(stage->engine);
    stage->engine = engine_new(stage->host, &stage->policy, NULL);
}

/* Two are heavy together for a minute, then two others: moves pay each time. */
#define TURNS                                                                          \
    "[host]\npcpus = 2\nperiod = 2\nstart = 0; 0; 1; 1\n"                              \
    "[vm a]\ncount = 2\nload = square low 10 high 85 down 60 up 60\n"                  \
    "[vm b]\ncount = 2\nload = square low 10 high 85 down 60 up 60 lead 60\n"

static void a_host_where_moves_pay_is_not_slowed(void)
{
    g_auto(Stage) heeding, heedless;
    int n_moves = 0;

    stage_open(&heeding, TURNS, false);
    open_heedless(&heedless, TURNS);
    for (int turn = 0; turn < 6; turn++) {
        int n_heeding = stage_live(&heeding, 60);

        g_assert_cmpint(n_heeding, ==, stage_live(&heedless, 60));
        g_assert_cmpint(heeding.period.help.reluctance, ==, 1);
        n_moves += n_heeding;
    }
    g_assert_cmpint(n_moves, >, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/effect/avoided", overload_that_was_avoided_is_help);
    g_test_add_func("/effect/even", and_so_is_a_more_even_host);
    g_test_add_func("/effect/nothing",
                    who_wants_nothing_any_more_was_moved_for_nothing);
    g_test_add_func("/effect/end", there_is_an_end_to_reluctance);
    g_test_add_func("/effect/another", another_load_is_another_beginning);
    g_test_add_func("/effect/not-done", what_was_not_carried_out_is_not_judged);
    g_test_add_func("/effect/silence", a_host_where_moves_cannot_pay_ends_in_silence);
    g_test_add_func("/effect/pays", a_host_where_moves_pay_is_not_slowed);
    return g_test_run();
}
