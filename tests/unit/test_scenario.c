/* test_scenario.c - scenarios: what they can say, and what they must not. */
#include "host/sim.h"
#include "support/scratch.h"

#include <glib.h>
#include <string.h>

#define HOST "[host]\npcpus = 4\n" /* lines 1 and 2 of most scenarios here */

/* ── bad input ────────────────────────────────────────────────────────────── */

static const struct {
    const char *text;
    int line;
    const char *what;
} wrong[] = {
    { "", 1, "no [host]" },
    { "pcpus = 4\n", 1, "before the first [group]" },
    { "[host]\n", 1, "how many" },
    { "[host\npcpus = 4\n", 1, "not a [group]" },
    { "[host]\npcpus 4\n", 2, "neither a [group] nor key = value" },
    { "[host]\npcpus = 0\n", 2, "0 is not between 1 and 65536" },
    { "[host]\npcpus = -1\n", 2, "-1 is not between" },
    { "[host]\npcpus = 65537\n", 2, "not between 1 and 65536" },
    { "[host]\npcpus = 4.5\n", 2, "not a whole number" },
    { "[host]\npcpus = four\n", 2, "'four' is not a whole number" },
    { "[host]\npcpus =\n", 2, "'' is not a whole number" },
    { "[host]\ncores = 60000\ncells = 2\n", 1, "1 to 65536 pCPUs, not 120000" },
    { "[host]\ncores = 65536\ncells = 65536\nsockets = 65536\n", 1, "1 to 65536" },
    { "[host]\npcpus = 60000\nscale = 2\n", 1, "not 120000" },
    { "[host]\npcpus = 4\ncores = 4\n", 3, "pcpus was said already" },
    { "[host]\npcpus = 4\npcpus = 4\n", 3, "already said, in line 2" },
    { "[host]\npcpus = 4\n[vm a]\n[host]\n", 4, "already there, in line 1" },
    { "[host]\npcpus = 4\nperiod = 0.009\n", 3, "not between 0.01 and 86400" },
    { "[host]\npcpus = 4\nperiods = 0\n", 3, "not between" },
    { "[host]\npcpus = 4\nperoids = 9\n", 3, "no key 'peroids'; it has pcpus, " },
    { "[host]\npcpus = 4\noffline = 0-3\n", 3, "one CPU has to stay" },
    { "[host]\npcpus = 4\noffline = 4\n", 3, "not a list of this host's CPUs, 0-3" },
    { "[host]\npcpus = 4\ncapacity = 0-1 150\n", 3, "not CPUS and a percentage" },
    { "[host]\npcpus = 4\ncapacity = 0-1\n", 3, "not CPUS and a percentage" },
    { "[host]\npcpus = 4\ncapacity = 0 50;\n", 3, "not CPUS and a percentage" },
    { "[host]\npcpus = 4\nwait = maybe\n", 3, "told or hidden" },
    { HOST "[vms web]\n", 3, "no group [vms web]" },
    { HOST "[vm]\n", 3, "no group [vm]" },
    { HOST "[vm a]\nwieght = 3\n", 4, "no key 'wieght'" },
    { HOST "[vm a]\nweight = 0\n", 4, "0 is not between 1 and" },
    { HOST "[vm a]\n\n# why\nvcpus = 1x\n", 6, "'1x'" },
    { HOST "[vm a]\nvcpus = 2\nplugged = 3\n", 5, "3 is not between 1 and 2" },
    { HOST "[vm a]\nquota = 101\n", 4, "not between 0.1 and 100" },
    { HOST "[vm a]\ncount = 65536\nvcpus = 4000\n", 4, "too many" },
    { HOST "[vm a]\nallowed = 2-7\n", 4, "not a list of this host's CPUs" },
    { HOST "[vm a]\nallowed = 2-\n", 4, "'2-'" },
    { HOST "[vm a]\nallowed =\n", 4, "not a list" },
    { HOST "[vm a]\nstart = anywhere\n", 4, "neither floating, round-robin nor" },
    { HOST "[vm a]\nstart = 9\n", 4, "neither floating, round-robin nor" },
    { HOST "[vm a]\nfrom = 9\nuntil = 9\n", 5, "9 is not between" },
    { HOST "[vm a]\nload =\n", 4, "there is no load" },
    { HOST "[vm a]\nload = 101\n", 4, "not between 0 and 100" },
    { HOST "[vm a]\nload = -1\n", 4, "not between 0 and 100" },
    { HOST "[vm a]\nload = 40 40\n", 4, "'40' means nothing here" },
    { HOST "[vm a]\nload = 40;\n", 4, "there is no load" },
    { HOST "[vm a]\nload = much\n", 4, "'much' is no kind of load" },
    { HOST "[vm a]\nload = 4 noise\n", 4, "'noise' wants a number" },
    { HOST "[vm a]\nload = phases\n", 4, "SECONDS:PERCENT" },
    { HOST "[vm a]\nload = phases 5:1 5:2\n", 4, "one after the other" },
    { HOST "[vm a]\nload = phases 5:\n", 4, "'' is not a number" },
    { HOST "[vm a]\nload = square low 90 high 10 down 1 up 1\n", 4,
      "low is above high" },
    { HOST "[vm a]\nload = square low 9 high 10 down 1\n", 4, "'up' is missing" },
    { HOST "[vm a]\nload = sine cycle 0\n", 4, "too few seconds" },
    { HOST "[vm a]\nload = walk step 5 every 1 up 3\n", 4, "'up' means nothing here" },
    { HOST "[vm a]\nload = trace\n", 4, "which trace" },
    { HOST "[vm a]\nload = trace nowhere.csv\n", 4, "nowhere.csv" },
    { HOST "[foreign x]\ncpus = 0\n", 3, "there is no load" },
    { HOST "[foreign x]\ncpus = 5\nload = 3\n", 4, "not a list" },
    { HOST "[faults]\nbusy = 101\n", 4, "not between 0 and 100" },
    { HOST "[faults]\nbored = 1\n", 4, "no key 'bored'" },
    { HOST "[event e]\nat = 3\n", 3, "do: what?" },
    { HOST "[event e]\nat = 3\ndo = sing\n", 5, "do: what?" },
    { HOST "[event e]\ndo = lost\nfor = 3\n", 3, "when?" },
    { HOST "[event e]\nat = 3\ndo = lost\n", 3, "'lost' needs it" },
    { HOST "[event e]\nat = 3\ndo = stop\nvm = x\n", 6, "no VM 'x'" },
    { HOST "[event e]\nat = 3\ndo = offline\ncpus = 1\nvm = x\n", 7, "no use for it" },
    { HOST "[vm a]\n[event e]\nat = 3\ndo = plug\nvm = a\nvcpus = 2\n", 8,
      "room for 1" },
    { HOST "\xff\n", 3, "not text" },
};

static void test_bad_scenarios_are_refused_with_their_line(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *path = scratch_file("a.conf", wrong[i].text);
        g_autofree char *where = g_strdup_printf("%s:%d: ", path, wrong[i].line);
        g_autoptr(GError) error = NULL;

        g_assert_null(host_sim_open(path, 0, 0, &error));
        g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
        g_test_message("%s", error->message);
        g_assert_true(g_str_has_prefix(error->message, where));
        g_assert_nonnull(strstr(error->message, wrong[i].what));
        scratch_remove(path);
    }
}

static void test_an_error_in_a_trace_names_the_trace_too(void)
{
    g_autofree char *csv = scratch_file("t.csv", "vcpu,0,300\na,1,b\n");
    g_autofree char *text = g_strdup_printf(HOST "[vm a]\nload = trace %s\n", csv);
    g_autoptr(GError) error = NULL;

    g_assert_null(host_sim_open_text("s.conf", text, 0, 0, &error));
    g_assert_true(g_str_has_prefix(error->message, "s.conf:4: "));
    g_assert_nonnull(strstr(error->message, "t.csv:2: column 3"));
    scratch_remove(csv);
}

/* Whatever is done to a scenario, it is read or refused. */
static void test_mutilated_scenarios_do_no_harm(void)
{
    g_autofree char *text = NULL;
    gsize length;
    int n_read = 0;

    g_assert_true(
        g_file_get_contents("data/scenarios/every-key.conf", &text, &length, NULL));
    for (int n = 0; n < 3000; n++) {
        g_autofree char *bad = g_strdup(text);
        g_autoptr(GError) error = NULL;
        g_autoptr(Host) host = NULL;
        int32_t at = g_test_rand_int_range(0, (int)length - 40);

        switch (n % 3) {
        case 0:
            bad[at] = (char)g_test_rand_int_range(32, 127);
            break;
        case 1:
            memmove(bad + at, bad + at + 5, length - (gsize)at - 4);
            break;
        default:
            bad[at] = '\0';
        }
        host = host_sim_open_text("data/scenarios/bad.conf", bad, 0, 1, &error);
        g_assert_true((host != NULL) == (error == NULL));
        if (error)
            g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
        else
            n_read++;
    }
    g_assert_cmpint(n_read, >, 0);
    g_assert_cmpint(n_read, <, 3000);
}

/* ── what they say ────────────────────────────────────────────────────────── */

static Host *open_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    Host *host = host_sim_open_text("test.conf", text, 0, 0, &error);

    g_assert_no_error(error);
    return host;
}

static void observe(Host *host, Sample *out)
{
    g_autoptr(GError) error = NULL;

    host->ops->observe(host, out, &error);
    g_assert_no_error(error);
}

static const SampleVm *vm_at(const Sample *sample, guint i)
{
    return &g_array_index(sample->vms, SampleVm, i);
}

static const SampleVcpu *vcpu_at(const Sample *sample, guint i)
{
    return &g_array_index(sample->vcpus, SampleVcpu, i);
}

static void assert_pins(const Sample *sample, guint i, const char *list)
{
    g_autofree char *pins = cpuset_format(vcpu_at(sample, i)->pins);

    g_assert_cmpstr(pins, ==, list);
}

static void test_a_host_has_the_shape_it_is_given(void)
{
    g_autoptr(Host) host = open_text("[host]\nsockets = 2\ncells = 2\ncaches = 2\n"
                                     "cores = 3\nthreads = 2\ncapacity = 5 50\n"
                                     "offline = 47\n");
    const Topology *topology;
    Sample sample;

    sample_init(&sample);
    observe(host, &sample);
    topology = sample.topology;
    g_assert_cmpint(topology->n_pcpus, ==, 48);
    g_assert_cmpint(topology->n_cores, ==, 24);
    g_assert_cmpint(topology->n_caches, ==, 8);
    g_assert_cmpint(topology->n_cells, ==, 4);
    g_assert_cmpint(topology->pcpus[1].core, ==, 0);
    g_assert_cmpint(topology->pcpus[6].cache, ==, 1);
    g_assert_cmpint(topology->pcpus[12].cell, ==, 1);
    g_assert_cmpint(topology->pcpus[5].capacity, ==, 500);
    g_assert_false(topology->pcpus[47].online);
    g_assert_cmpint(topology_distance(topology, 0, 1), <,
                    topology_distance(topology, 0, 2));
    sample_clear(&sample);
}

static void test_copies_take_turns(void)
{
    g_autoptr(Host) host =
        open_text(HOST "start = 3\n[vm web]\ncount = 2\nvcpus = 2\nstart = 0; 1-2\n"
                       "load = 40; 10; 20\nweight = 512\nquota = 50\n[vm db]\n"
                       "[vm free]\nstart = floating\nallowed = 1-2\n"
                       "[vm rr]\nvcpus = 2\nstart = round-robin\n");
    Sample sample;
    SimTruth truth;

    sample_init(&sample);
    observe(host, &sample);
    g_assert_cmpint(sample.vms->len, ==, 5);
    g_assert_cmpstr(vm_at(&sample, 0)->name, ==, "web-1");
    g_assert_cmpstr(vm_at(&sample, 1)->name, ==, "web-2");
    g_assert_cmpstr(vm_at(&sample, 2)->name, ==, "db");
    g_assert_cmpint(vm_at(&sample, 1)->weight, ==, 512);
    g_assert_cmpint(vm_at(&sample, 1)->quota, ==, 500);
    g_assert_cmpint(vm_at(&sample, 2)->weight, ==, 1024);
    assert_pins(&sample, 0, "0");
    assert_pins(&sample, 1, "1-2");
    assert_pins(&sample, 2, "0");
    assert_pins(&sample, 4, "3");
    assert_pins(&sample, 5, "1-2");
    assert_pins(&sample, 6, "2");
    assert_pins(&sample, 7, "3");
    observe(host, &sample);
    host_sim_truth(host, &truth);
    g_assert_cmpint(truth.wanted[0], ==, 400);
    g_assert_cmpint(truth.wanted[1], ==, 100);
    g_assert_cmpint(truth.wanted[2], ==, 200);
    g_assert_cmpint(truth.wanted[3], ==, 400);
    sample_clear(&sample);
}

static void test_a_scale_multiplies_cpus_and_vms(void)
{
    g_autoptr(Host) host =
        open_text("[host]\npcpus = 4\nscale = 8\n[vm a]\ncount = 8\n");
    Sample sample;

    sample_init(&sample);
    observe(host, &sample);
    g_assert_cmpint(sample.topology->n_pcpus, ==, 32);
    g_assert_cmpint(sample.vms->len, ==, 64);
    sample_clear(&sample);
}

static void test_time_is_the_callers_or_the_scenarios(void)
{
    const char *text = HOST "period = 1.5\nperiods = 2\n";
    g_autoptr(Host) host = open_text(text);
    g_autoptr(Host) other = host_sim_open_text("t", text, 4000000, 0, NULL);
    g_autoptr(GError) error = NULL;
    Sample sample;

    sample_init(&sample);
    observe(host, &sample);
    observe(host, &sample);
    g_assert_cmpint(sample.taken_us, ==, 1500000);
    observe(host, &sample);
    g_assert_false(host->ops->observe(host, &sample, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_ENDED);
    observe(other, &sample);
    observe(other, &sample);
    g_assert_cmpint(sample.taken_us, ==, 4000000);
    sample_clear(&sample);
}

/* ── loads ────────────────────────────────────────────────────────────────── */

/* What the one vCPU of a one-CPU host wants, period by period of a second. */
static void assert_wants(const char *load, const int *wanted, int n)
{
    g_autofree char *text =
        g_strdup_printf("[host]\npcpus = 1\nperiod = 1\n[vm a]\nload = %s\n", load);
    g_autoptr(Host) host = open_text(text);
    Sample sample;

    sample_init(&sample);
    observe(host, &sample);
    for (int i = 0; i < n; i++) {
        SimTruth truth;

        observe(host, &sample);
        host_sim_truth(host, &truth);
        g_assert_cmpint(truth.wanted[0], ==, wanted[i]);
    }
    sample_clear(&sample);
}

static void test_loads_follow_their_words(void)
{
    assert_wants("12.5", (int[]){ 125, 125 }, 2);
    assert_wants("phases 1:20 2.5:80 4:0", (int[]){ 0, 200, 500, 800, 0, 0 }, 6);
    assert_wants("square low 10 high 50 down 2 up 1",
                 (int[]){ 100, 100, 500, 100, 100, 500 }, 6);
    assert_wants("square low 10 high 50 down 2 up 1 lead 1.5",
                 (int[]){ 300, 300, 100, 300 }, 4);
    assert_wants("sine low 20 high 60 cycle 2", (int[]){ 527, 273, 527, 273 }, 4);
    assert_wants("sine low 20 high 60 cycle 4 lead 1", (int[]){ 527, 273, 273, 527 },
                 4);
}

static void test_chance_stays_within_its_bounds(void)
{
    const char *loads[] = {
        "30 noise 4",
        "walk low 26 high 34 step 3 every 0.5",
        "bursts low 26 high 34 down 3 up 2",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
        g_autofree char *text = g_strdup_printf(
            "[host]\npcpus = 1\nperiod = 1\nseed = 5\n[vm a]\nload = %s\n", loads[i]);
        g_autoptr(Host) host = open_text(text);
        int least = LOAD_FULL, most = 0;
        Sample sample;

        sample_init(&sample);
        for (int n = 0; n < 300; n++) {
            SimTruth truth;

            observe(host, &sample);
            host_sim_truth(host, &truth);
            if (n == 0)
                continue;
            least = MIN(least, truth.wanted[0]);
            most = MAX(most, truth.wanted[0]);
        }
        g_assert_cmpint(least, >=, 260);
        g_assert_cmpint(least, <=, 275);
        g_assert_cmpint(most, >=, 325);
        g_assert_cmpint(most, <=, 340);
        sample_clear(&sample);
    }
}

/* All that is in data/ can be lived to its end. */
static void test_our_own_scenarios_are_well(void)
{
    g_autoptr(GDir) directory = g_dir_open("data/scenarios", 0, NULL);
    const char *name;
    int n = 0;

    g_assert_nonnull(directory);
    while ((name = g_dir_read_name(directory))) {
        g_autofree char *path = g_build_filename("data/scenarios", name, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(Host) host = NULL;
        Sample sample;

        if (!g_str_has_suffix(name, ".conf"))
            continue;
        host = host_sim_open(path, 0, 0, &error);
        g_assert_no_error(error);
        sample_init(&sample);
        while (host->ops->observe(host, &sample, &error))
            g_assert_nonnull(sample.topology);
        g_assert_error(error, HOST_ERROR, HOST_ERROR_ENDED);
        sample_clear(&sample);
        n++;
    }
    g_assert_cmpint(n, >=, 20);
}

static void test_a_byte_order_mark_does_no_harm(void)
{
    g_autofree char *path = scratch_file(
        "marked.conf", "\xef\xbb\xbf[host]\npcpus = 2\n[vm a]\nload = 10\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Host) host = host_sim_open(path, 0, 0, &error);

    g_assert_no_error(error);
    g_assert_nonnull(host);
    scratch_remove(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/bad-scenarios-are-refused-with-their-line",
                    test_bad_scenarios_are_refused_with_their_line);
    g_test_add_func("/scenario/an-error-in-a-trace-names-the-trace-too",
                    test_an_error_in_a_trace_names_the_trace_too);
    g_test_add_func("/scenario/mutilated-scenarios-do-no-harm",
                    test_mutilated_scenarios_do_no_harm);
    g_test_add_func("/scenario/a-host-has-the-shape-it-is-given",
                    test_a_host_has_the_shape_it_is_given);
    g_test_add_func("/scenario/copies-take-turns", test_copies_take_turns);
    g_test_add_func("/scenario/a-scale-multiplies-cpus-and-vms",
                    test_a_scale_multiplies_cpus_and_vms);
    g_test_add_func("/scenario/time-is-the-callers-or-the-scenarios",
                    test_time_is_the_callers_or_the_scenarios);
    g_test_add_func("/scenario/loads-follow-their-words",
                    test_loads_follow_their_words);
    g_test_add_func("/scenario/chance-stays-within-its-bounds",
                    test_chance_stays_within_its_bounds);
    g_test_add_func("/scenario/our-own-scenarios-are-well",
                    test_our_own_scenarios_are_well);
    g_test_add_func("/scenario/a-byte-order-mark-does-no-harm",
                    test_a_byte_order_mark_does_no_harm);
    return g_test_run();
}
