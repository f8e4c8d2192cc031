/* test_dry.c - whoever only pretends never touches the host, whatever is decided. */
#include "engine/engine.h"
#include "host/sim.h"

static const char *const crowded = "[host]\n"
                                   "pcpus = 4\n"
                                   "period = 2\n"
                                   "periods = 12\n"
                                   "[vm a]\n"
                                   "count = 4\n"
                                   "start = 0\n"
                                   "load = 60\n";

/* A host that may be looked at, and fails the test when touched. */
typedef struct {
    Host host;
    Host *inner;
} TouchyHost;

static bool touchy_observe(Host *host, Sample *out, GError **error)
{
    TouchyHost *touchy = (TouchyHost *)host;

    return touchy->inner->ops->observe(touchy->inner, out, error);
}

static bool touchy_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                       GError **error)
{
    (void)host, (void)uuid, (void)vcpu, (void)cpus, (void)error;
    g_error("pinned");
    return false;
}

static bool touchy_remember(Host *host, const char *uuid, const char *state,
                            GError **error)
{
    (void)host, (void)uuid, (void)state, (void)error;
    g_error("made to remember");
    return false;
}

static void touchy_close(Host *host)
{
    TouchyHost *touchy = (TouchyHost *)host;

    host_close(touchy->inner);
    g_free(touchy);
}

static const HostOps touchy_ops = {
    .kind = "touchy",
    .observe = touchy_observe,
    .pin = touchy_pin,
    .remember = touchy_remember,
    .close = touchy_close,
};

static Host *a_touchy_host(void)
{
    TouchyHost *touchy = g_new0(TouchyHost, 1);
    g_autoptr(GError) error = NULL;

    touchy->host = (Host){ &touchy_ops, true };
    touchy->inner = host_sim_open_text("test", crowded, 0, 1, &error);
    g_assert_no_error(error);
    return &touchy->host;
}

/* How many pins were said to be changed in all. */
static int live_it_through(Host *host, Ledger *ledger, Rule rule)
{
    Policy policy = policy_default;
    g_autoptr(Engine) engine = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Period) period;
    int done = 0;

    policy.rule = rule;
    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    engine = engine_new(host, &policy, ledger);
    period_init(&period);
    while (engine_step(engine, &period, &error))
        done += period.outcome.done;
    g_assert_error(error, HOST_ERROR, HOST_ERROR_ENDED);
    return done;
}

static void nothing_is_touched(void)
{
    static const Rule rules[] = { RULE_FLOW, RULE_GREEDY, RULE_HOTCOLD, RULE_UNIT };

    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autoptr(Host) host = host_dry_wrap(a_touchy_host());
        g_autoptr(Ledger) ledger = ledger_read("/nowhere/at/all");

        g_assert_true(host->live);
        g_assert_cmpint(live_it_through(host, ledger, rules[i]), >, 0);
    }
}

/* And if it were, this test would notice. */
static void a_touch_is_noticed(void)
{
    if (g_test_subprocess()) {
        g_autoptr(Host) host = a_touchy_host();

        live_it_through(host, NULL, RULE_FLOW);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*pinned*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dry/untouched", nothing_is_touched);
    g_test_add_func("/dry/touched", a_touch_is_noticed);
    return g_test_run();
}
