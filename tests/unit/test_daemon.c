/* test_daemon.c - the crank is turned by the clock, whatever the host or anybody says. */
#include "daemon/daemon.h"

#include <string.h>
#include <unistd.h>

#include "daemon/signals.h"

/* ── a host that does what a script says ──────────────────────────────────── */

enum { LOOKS_MAX = 64 };

/* One VM on two CPUs.  Each letter of the script is an answer: '.' well, 'x' lost, '0' no
 * VM; 'h' well, and a hint; 'T', 'U' and 'H' well, and a signal; '-' well, late.  The last
 * one is given from then on. */
typedef struct {
    Host host;
    const char *script;
    CpuSets *sets;
    Topology *topology;
    int64_t looked_us[LOOKS_MAX];
    int n_looks;
    const CpuSet *pins;
    HostHint hint;
    void *data;
} ScriptHost;

static void add_vm(const ScriptHost *script, Sample *out)
{
    SampleVm vm = { .name = g_strdup("a"), .n_vcpus = 1, .weight = 1024 };
    SampleVcpu vcpu = { .waited_ns = SAMPLE_UNKNOWN, .polled_ns = SAMPLE_UNKNOWN };

    g_strlcpy(vm.uuid, "00000000-0000-0000-0000-00000000000a", sizeof vm.uuid);
    vcpu.ran_ns = out->taken_us * 100;
    vcpu.allowed = script->topology->online;
    vcpu.pins = script->pins;
    g_array_append_val(out->vms, vm);
    g_array_append_val(out->vcpus, vcpu);
}

static gboolean hint_now(void *data)
{
    ScriptHost *script = data;

    if (script->hint)
        script->hint(script->data);
    return G_SOURCE_REMOVE;
}

static void happen(ScriptHost *script, char what)
{
    static const struct {
        char what;
        int number;
    } signals[] = { { 'T', SIGTERM }, { 'U', SIGUSR1 }, { 'H', SIGHUP } };

    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        if (signals[i].what == what)
            raise(signals[i].number);
    if (what == 'h')
        g_idle_add(hint_now, script);
    if (what == '-')
        g_usleep(30000);
}

static bool script_observe(Host *host, Sample *out, GError **error)
{
    ScriptHost *script = (ScriptHost *)host;
    size_t last = strlen(script->script) - 1;
    char what = script->script[MIN((size_t)script->n_looks, last)];

    sample_reset(out);
    g_assert_cmpint(script->n_looks, <, LOOKS_MAX);
    script->looked_us[script->n_looks++] = g_get_monotonic_time();
    happen(script, what);
    if (what == 'x') {
        g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "script: nobody is there");
        return false;
    }
    out->taken_us = g_get_monotonic_time();
    out->topology = script->topology;
    if (what != '0')
        add_vm(script, out);
    return true;
}

static bool script_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                       GError **error)
{
    (void)uuid, (void)vcpu, (void)error;
    ((ScriptHost *)host)->pins = cpus;
    return true;
}

static void script_watch(Host *host, HostHint hint, void *data)
{
    ScriptHost *script = (ScriptHost *)host;

    script->hint = hint;
    script->data = data;
}

static void script_close(Host *host)
{
    ScriptHost *script = (ScriptHost *)host;

    topology_free(script->topology);
    cpusets_free(script->sets);
}

static const HostOps script_ops = {
    .kind = "script",
    .observe = script_observe,
    .pin = script_pin,
    .watch = script_watch,
    .close = script_close,
};

/* ── a run, and what was said in it ───────────────────────────────────────── */

typedef struct {
    ScriptHost script;
    Engine *engine;
    DaemonWishes wishes;
    int n_told, n_reloads;
    Period last; /* borrowed things and all: for looking at numbers */
    int most_told;
} Run;

static GString *said;

static GLogWriterOutput hear(GLogLevelFlags level, const GLogField *fields,
                             gsize n_fields, void *nothing)
{
    (void)level, (void)nothing;
    for (gsize i = 0; i < n_fields; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            g_string_append_printf(said, "%s\n", (const char *)fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

static int times_said(const char *what)
{
    int n = 0;

    for (const char *at = said->str; (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

static bool tell(const Period *period, void *data)
{
    Run *run = data;

    run->last = *period;
    return ++run->n_told != run->most_told;
}

static void run_init(Run *run, const char *script, int period_ms)
{
    Policy policy = policy_default;

    *run = (Run){ .script.host = { &script_ops, true }, .script.script = script };
    run->script.sets = cpusets_new();
    run->script.topology = topology_new(run->script.sets, 2, 1, 2, 2);
    run->script.pins = run->script.topology->online;
    run->engine = engine_new(&run->script.host, &policy, NULL);
    run->wishes = (DaemonWishes){ .what = "script:",
                                  .engine = run->engine,
                                  .period_us = period_ms * G_TIME_SPAN_MILLISECOND,
                                  .tell = tell,
                                  .data = run };
    signals_reset();
    g_string_truncate(said, 0);
}

static void run_clear(Run *run)
{
    engine_free(run->engine);
    host_close(&run->script.host);
    signals_reset();
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static void runs_well(Run *run)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(daemon_run(&run->wishes, &run->script.host, &error));
    g_assert_no_error(error);
    g_assert_null(run->script.hint);
}

/* ── periods ──────────────────────────────────────────────────────────────── */

static void it_ends_after_so_many_periods(void)
{
    g_auto(Run) run;

    run_init(&run, ".", 40);
    run.wishes.cycles = 5;
    runs_well(&run);
    g_assert_cmpint(run.script.n_looks, ==, 6);
    g_assert_cmpint(run.n_told, ==, 6);
    g_assert_cmpint(run.last.number, ==, 5);
    g_assert_cmpstr(said->str, ==, "");
}

/* However late each look is, it is not before its time. */
static void looks_are_a_period_apart(void)
{
    g_auto(Run) run;

    run_init(&run, ".-..-.", 50);
    run.wishes.cycles = 7;
    runs_well(&run);
    for (int i = 1; i < run.script.n_looks; i++) {
        int64_t since = run.script.looked_us[i] - run.script.looked_us[0];

        g_assert_cmpint(since, >=, i * 50000 - 5000);
    }
}

static void it_ends_when_told_so(void)
{
    g_auto(Run) run;

    run_init(&run, ".", 40);
    run.most_told = 3;
    runs_well(&run);
    g_assert_cmpint(run.script.n_looks, ==, 3);
}

static void it_ends_when_there_is_nobody_if_so_wished(void)
{
    g_auto(Run) run;

    run_init(&run, "..0.", 40);
    run.wishes.exit_when_idle = true;
    runs_well(&run);
    g_assert_cmpint(run.script.n_looks, ==, 3);
}

static void without_an_engine_it_only_looks(void)
{
    g_auto(Run) run;

    run_init(&run, ".", 40);
    run.wishes.engine = NULL;
    run.wishes.cycles = 3;
    runs_well(&run);
    g_assert_cmpint(run.script.n_looks, ==, 4);
    g_assert_cmpint(run.n_told, ==, 4);
    g_assert_false(run.last.derived);
}

static void a_hint_has_it_look_sooner(void)
{
    g_auto(Run) run;
    int64_t waited;

    run_init(&run, "h.", 600000);
    run.wishes.cycles = 1;
    runs_well(&run);
    waited = run.script.looked_us[1] - run.script.looked_us[0];
    g_assert_cmpint(waited, >=, G_USEC_PER_SEC);
    g_assert_cmpint(waited, <, 60 * (int64_t)G_USEC_PER_SEC);
}

/* ── a host that is lost ──────────────────────────────────────────────────── */

static void who_is_not_there_at_the_start_is_an_error(void)
{
    g_auto(Run) run;
    g_autoptr(GError) error = NULL;

    run_init(&run, "x", 40);
    g_assert_false(daemon_run(&run.wishes, &run.script.host, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_LOST);
    g_assert_cmpint(run.script.n_looks, ==, 1);
    g_assert_cmpstr(said->str, ==, "");
}

static void who_is_lost_later_is_asked_again(void)
{
    g_auto(Run) run;

    run_init(&run, "..x.", 40);
    run.wishes.cycles = 3;
    runs_well(&run);
    g_assert_cmpint(run.script.looked_us[3] - run.script.looked_us[2], >=,
                    G_USEC_PER_SEC);
    g_assert_cmpint(times_said("script: nobody is there; asking again\n"), ==, 1);
    g_assert_cmpint(times_said("script: is back after 1 s\n"), ==, 1);
}

/* ── signals ──────────────────────────────────────────────────────────────── */

static void a_signal_ends_it_after_the_call(void)
{
    g_auto(Run) run;

    run_init(&run, "..T", 40);
    runs_well(&run);
    g_assert_cmpint(run.script.n_looks, ==, 3);
    g_assert_cmpint(run.n_told, ==, 3);
}

static gboolean terminate(void *nothing)
{
    (void)nothing;
    kill(getpid(), SIGTERM);
    return G_SOURCE_REMOVE;
}

static void a_signal_wakes_who_waits(void)
{
    g_auto(Run) run;

    run_init(&run, ".", 600000);
    g_timeout_add(20, terminate, NULL);
    runs_well(&run);
    g_assert_cmpint(run.script.n_looks, ==, 1);
}

/* The signal comes to another thread than that which waits. */
static void *terminate_from_elsewhere(void *nothing)
{
    (void)nothing;
    g_usleep(20000);
    raise(SIGTERM);
    return NULL;
}

static void a_signal_to_another_thread_does_too(void)
{
    g_auto(Run) run;
    GThread *thread;

    run_init(&run, ".", 600000);
    thread = g_thread_new("elsewhere", terminate_from_elsewhere, NULL);
    runs_well(&run);
    g_thread_join(thread);
    g_assert_cmpint(run.script.n_looks, ==, 1);
}

static void shorten_the_period(DaemonWishes *wishes)
{
    Run *run = wishes->data;

    run->n_reloads++;
    wishes->period_us = 20000;
}

/* Or else it would take hours. */
static void it_reads_its_wishes_again(void)
{
    g_auto(Run) run;

    run_init(&run, "H.", 3600000);
    run.wishes.reload = shorten_the_period;
    run.wishes.cycles = 4;
    runs_well(&run);
    g_assert_cmpint(run.n_reloads, ==, 1);
    g_assert_cmpint(run.script.n_looks, >=, 5);
}

static void add_a_line(GString *out, void *data)
{
    (void)data;
    g_string_append(out, "and all is well\n");
}

static void it_says_how_things_are(void)
{
    g_auto(Run) run;

    run_init(&run, "....U.", 40);
    run.wishes.status = add_a_line;
    run.wishes.cycles = 6;
    runs_well(&run);
    g_assert_cmpint(times_said("script:: 1 VM with 1 vCPU on 2 pCPUs\n"), ==, 1);
    g_assert_cmpint(times_said("last plan, 0 s ago: calm\n"), ==, 1);
    g_assert_cmpint(times_said("and all is well\n"), ==, 1);
}

/* Nobody answers and nobody looks whether one should go; and there is a second signal. */
static void a_hang_does_not_outlast_a_signal(gconstpointer twice)
{
    if (g_test_subprocess()) {
        signals_heed_end();
        raise(SIGTERM);
        if (twice)
            raise(SIGTERM);
        for (;;)
            pause();
    }
    g_test_trap_subprocess(NULL, 60 * (uint64_t)G_USEC_PER_SEC,
                           G_TEST_SUBPROCESS_DEFAULT);
    if (twice)
        g_test_trap_assert_failed();
    else
        g_test_trap_assert_passed();
    g_assert_false(g_test_trap_reached_timeout());
}

int main(int argc, char **argv)
{
    said = g_string_new(NULL);
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    g_log_set_writer_func(hear, NULL, NULL);
    g_test_add_func("/daemon/cycles", it_ends_after_so_many_periods);
    g_test_add_func("/daemon/period", looks_are_a_period_apart);
    g_test_add_func("/daemon/told", it_ends_when_told_so);
    g_test_add_func("/daemon/idle", it_ends_when_there_is_nobody_if_so_wished);
    g_test_add_func("/daemon/look", without_an_engine_it_only_looks);
    g_test_add_func("/daemon/hint", a_hint_has_it_look_sooner);
    g_test_add_func("/daemon/never-there", who_is_not_there_at_the_start_is_an_error);
    g_test_add_func("/daemon/lost", who_is_lost_later_is_asked_again);
    g_test_add_func("/daemon/term", a_signal_ends_it_after_the_call);
    g_test_add_func("/daemon/term-asleep", a_signal_wakes_who_waits);
    g_test_add_func("/daemon/term-thread", a_signal_to_another_thread_does_too);
    g_test_add_func("/daemon/reload", it_reads_its_wishes_again);
    g_test_add_func("/daemon/status", it_says_how_things_are);
    g_test_add_data_func("/daemon/hang", NULL, a_hang_does_not_outlast_a_signal);
    g_test_add_data_func("/daemon/hang-twice", "", a_hang_does_not_outlast_a_signal);
    return g_test_run();
}
