/* test_trial.c - a trial says what is better only when it is, and leaves a host in order. */
#include "engine/trial.h"
#include "host/sim.h"
#include "support/stage.h"

#include <string.h>

/* Three that want a CPU, and six that want little, all found on CPU 0. */
static const char *const busy = "[host]\n"
                                "pcpus = 4\n"
                                "period = 2\n"
                                "[vm heavy]\n"
                                "count = 3\n"
                                "start = 0\n"
                                "load = 90 noise 3\n"
                                "[vm light]\n"
                                "count = 6\n"
                                "start = 0-1\n"
                                "load = 15 noise 3\n";

/* ── a host whose kernel is not perfect ───────────────────────────────────── */

enum { VCPUS_MAX = 16 };

/* Who floats waits for a third of what he runs, for nothing. */
typedef struct {
    Host host;
    Host *inner;
    int64_t ran_ns[VCPUS_MAX], lost_ns[VCPUS_MAX];
    int n_silent; /* so many times more it does not answer */
} Restless;

static bool restless_observe(Host *host, Sample *out, GError **error)
{
    Restless *restless = (Restless *)host;

    if (restless->n_silent > 0) {
        restless->n_silent--;
        g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "it is away");
        return false;
    }
    if (!restless->inner->ops->observe(restless->inner, out, error))
        return false;
    for (guint i = 0; i < out->vcpus->len; i++) {
        SampleVcpu *vcpu = &g_array_index(out->vcpus, SampleVcpu, i);

        if (vcpu->pins->n_cpus > 1)
            restless->lost_ns[i] += (vcpu->ran_ns - restless->ran_ns[i]) / 3;
        restless->ran_ns[i] = vcpu->ran_ns;
        vcpu->waited_ns += restless->lost_ns[i];
    }
    return true;
}

static bool restless_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                         GError **error)
{
    Host *inner = ((Restless *)host)->inner;

    return inner->ops->pin(inner, uuid, vcpu, cpus, error);
}

static const HostOps restless_ops = { .kind = "restless",
                                      .observe = restless_observe,
                                      .pin = restless_pin };

/* ── trials ───────────────────────────────────────────────────────────────── */

/* So many turns, or until it is over.  Whether it is. */
static bool try_for(Trial *trial, Stage *stage, int n_turns)
{
    for (int i = 0; i < n_turns; i++) {
        stage_live(stage, 1);
        if (!trial_take(trial, &stage->period))
            return true;
    }
    return false;
}

static void all_are_pinned(Stage *stage, const char *vm, const char *cpus)
{
    g_autofree char *pins = NULL;

    stage_live(stage, 1);
    pins = stage_pins(stage, vm, 0);
    g_assert_cmpstr(pins, ==, cpus);
}

static void a_perfect_kernel_is_left_alone(void)
{
    g_auto(Stage) stage;
    g_autoptr(Trial) trial = NULL;
    TrialResult result;

    stage_open(&stage, busy, false);
    trial = trial_new(stage.host, stage.ledger, stage.engine, &stage.policy, 8, 8);
    g_assert_true(try_for(trial, &stage, 100));
    g_assert_true(trial_sum_up(trial, &result));
    g_assert_cmpint(result.n_pairs, ==, 4);
    g_assert_false(result.managed_is_better);
    g_assert_cmpint(result.difference[TRIAL_WAIT].mean, >,
                    result.difference[TRIAL_WAIT].give_or_take);
    g_assert_cmpint(result.repins, >, 0);
    g_assert_true(trial_let_float(trial, NULL));
    stage_rule(&stage, RULE_KERNEL);
    all_are_pinned(&stage, "heavy-1", "0-3");
    all_are_pinned(&stage, "light-6", "0-3");
}

static void what_is_managed_well_is_better(void)
{
    Restless restless = { .host.ops = &restless_ops };
    g_auto(Stage) stage;
    g_autoptr(Trial) trial = NULL;
    g_autoptr(Engine) engine = NULL;
    TrialResult result;

    stage_open(&stage,
               "[host]\npcpus = 4\nperiod = 2\n[vm a]\ncount = 4\nload = 80 noise 2\n",
               false);
    restless.inner = stage.host;
    engine = engine_new(&restless.host, &stage.policy, stage.ledger);
    trial = trial_new(&restless.host, stage.ledger, engine, &stage.policy, 8, 8);
    for (bool on = true; on;) {
        g_assert_true(engine_step(engine, &stage.period, NULL));
        on = trial_take(trial, &stage.period);
    }
    g_assert_true(trial_sum_up(trial, &result));
    g_assert_true(result.managed_is_better);
    g_assert_cmpint(result.difference[TRIAL_WAIT].mean, <, -500000);
}

static void what_does_not_vary_is_sure(void)
{
    g_auto(Stage) stage;
    g_autoptr(Trial) trial = NULL;
    TrialResult result;

    stage_open(&stage, "[host]\npcpus = 2\nperiod = 2\n[vm a]\ncount = 3\nload = 50\n",
               false);
    trial = trial_new(stage.host, stage.ledger, stage.engine, &stage.policy, 4, 6);
    g_assert_true(try_for(trial, &stage, 100));
    g_assert_true(trial_sum_up(trial, &result));
    g_assert_cmpint(result.of[TRIAL_FLOATING][TRIAL_WORK].mean, ==, 1500000);
    g_assert_cmpint(result.of[TRIAL_FLOATING][TRIAL_WORK].give_or_take, ==, 0);
}

static void where_waiting_is_hidden_work_decides(void)
{
    g_autofree char *text =
        g_strconcat("[host]\nwait = hidden\n", strchr(busy, '\n') + 1, NULL);
    g_auto(Stage) stage;
    g_autoptr(Trial) trial = NULL;
    TrialResult result;

    stage_open(&stage, text, false);
    trial = trial_new(stage.host, stage.ledger, stage.engine, &stage.policy, 4, 6);
    g_assert_true(try_for(trial, &stage, 100));
    g_assert_true(trial_sum_up(trial, &result));
    g_assert_true(result.known[TRIAL_WORK]);
    g_assert_false(result.known[TRIAL_WAIT]);
    g_assert_false(result.known[TRIAL_STRANDED]);
}

static void one_that_is_interrupted_leaves_what_it_found(void)
{
    for (int turns = 1; turns < 40; turns += 5) {
        g_auto(Stage) stage;
        g_autoptr(Trial) trial = NULL;
        TrialResult result;

        stage_open(&stage, busy, false);
        trial = trial_new(stage.host, stage.ledger, stage.engine, &stage.policy, 8, 8);
        g_assert_false(try_for(trial, &stage, turns));
        g_assert_cmpint(trial_sum_up(trial, &result), ==, turns > 32);
        g_assert_true(trial_restore(trial, NULL));
        stage_rule(&stage, RULE_KERNEL);
        all_are_pinned(&stage, "heavy-1", "0");
        all_are_pinned(&stage, "heavy-3", "0");
        all_are_pinned(&stage, "light-2", "0-1");
    }
}

static void a_host_that_is_lost_for_a_while_is_waited_for(void)
{
    Restless restless = { .host.ops = &restless_ops, .n_silent = 3 };
    g_auto(Stage) stage;
    g_autoptr(Trial) trial = NULL;
    g_autoptr(GError) error = NULL;

    stage_open(&stage, busy, false);
    restless.inner = stage.host;
    trial = trial_new(&restless.host, stage.ledger, stage.engine, &stage.policy, 8, 8);
    g_assert_false(try_for(trial, &stage, 12));
    g_assert_true(trial_restore(trial, &error));
    g_assert_no_error(error);
    stage_rule(&stage, RULE_KERNEL);
    all_are_pinned(&stage, "heavy-1", "0");
    all_are_pinned(&stage, "light-2", "0-1");
    restless.n_silent = G_MAXINT;
    g_assert_false(trial_restore(trial, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_LOST);
}

static void a_host_that_never_answered_is_as_it_was(void)
{
    Restless restless = { .host.ops = &restless_ops, .n_silent = G_MAXINT };
    g_auto(Stage) stage;
    g_autoptr(Trial) trial = NULL;

    stage_open(&stage, busy, false);
    trial = trial_new(&restless.host, stage.ledger, stage.engine, &stage.policy, 8, 8);
    g_assert_true(trial_restore(trial, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trial/floating", a_perfect_kernel_is_left_alone);
    g_test_add_func("/trial/managed", what_is_managed_well_is_better);
    g_test_add_func("/trial/sure", what_does_not_vary_is_sure);
    g_test_add_func("/trial/hidden", where_waiting_is_hidden_work_decides);
    g_test_add_func("/trial/interrupted", one_that_is_interrupted_leaves_what_it_found);
    g_test_add_func("/trial/lost", a_host_that_is_lost_for_a_while_is_waited_for);
    g_test_add_func("/trial/never", a_host_that_never_answered_is_as_it_was);
    return g_test_run();
}
