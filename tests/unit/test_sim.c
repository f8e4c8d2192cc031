/* test_sim.c - a simulated host counts, obeys, refuses and changes as a real one. */
#include "host/sim.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

typedef struct {
    Host *host;
    Sample sample;
} Life;

static Life live(const char *text)
{
    g_autoptr(GError) error = NULL;
    Life life = { .host = host_sim_open_text("test.conf", text, 1000000, 0, &error) };

    g_assert_no_error(error);
    sample_init(&life.sample);
    return life;
}

static void end(Life *life)
{
    host_close(life->host);
    sample_clear(&life->sample);
}

static void observe(Life *life, int n_times)
{
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < n_times; i++)
        life->host->ops->observe(life->host, &life->sample, &error);
    g_assert_no_error(error);
}

static const SampleVm *vm(const Life *life, guint i)
{
    g_assert_cmpuint(i, <, life->sample.vms->len);
    return &g_array_index(life->sample.vms, SampleVm, i);
}

static const SampleVcpu *vcpu(const Life *life, guint i)
{
    g_assert_cmpuint(i, <, life->sample.vcpus->len);
    return &g_array_index(life->sample.vcpus, SampleVcpu, i);
}

static int64_t busy(const Life *life, guint p)
{
    return g_array_index(life->sample.busy_ns, int64_t, p);
}

/* -1 where all is well. */
static int pin(Life *life, const char *uuid, int number, const char *list)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *cpus = cpusets_parse(sets, list, NULL);
    g_autoptr(GError) error = NULL;

    if (life->host->ops->pin(life->host, uuid, number, cpus, &error)) {
        g_assert_no_error(error);
        return -1;
    }
    g_assert_true(error->domain == HOST_ERROR);
    return error->code;
}

static int64_t ms(int64_t n)
{
    return n * 1000000;
}

/* ── counters ─────────────────────────────────────────────────────────────── */

static void test_the_first_answer_is_the_beginning(void)
{
    Life life = live("[host]\npcpus = 2\n[vm a]\nload = 50\n");
    SimTruth truth;

    observe(&life, 1);
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(life.sample.taken_us, ==, 0);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, 0);
    g_assert_cmpint(truth.wanted[0], ==, 0);
    g_assert_cmpint(truth.n_periods, ==, 0);
    observe(&life, 3);
    g_assert_cmpint(life.sample.taken_us, ==, 3000000);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(1500));
    end(&life);
}

static void test_what_cpus_gave_is_what_was_run(void)
{
    Life life = live("[host]\npcpus = 3\n[vm a]\nvcpus = 2\nstart = 0\nload = 70\n"
                     "[vm b]\nload = 90\nstart = 1-2\n[vm c]\nload = 60\n"
                     "[foreign irq]\ncpus = 2\nload = 25\n");
    int64_t ran = 0, gave = 0;

    observe(&life, 5);
    for (guint i = 0; i < 4; i++) {
        ran += vcpu(&life, i)->ran_ns;
        g_assert_cmpint(vcpu(&life, i)->ran_ns + vcpu(&life, i)->waited_ns, <=,
                        ms(4000));
    }
    for (guint p = 0; p < 3; p++) {
        g_assert_cmpint(busy(&life, p), <=, ms(4000));
        gave += busy(&life, p);
    }
    g_assert_cmpint(ABS(gave - ran - ms(1000)), <=, 1000);
    end(&life);
}

static void test_what_a_host_does_not_tell_is_unknown(void)
{
    Life life = live("[host]\npcpus = 1\nwait = hidden\ncounter-step = 10\n"
                     "[vm a]\nload = 12.3\n");

    observe(&life, 2);
    g_assert_cmpint(vcpu(&life, 0)->waited_ns, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(vcpu(&life, 0)->polled_ns, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(120));
    end(&life);
}

static void test_polling_is_told_and_counts_as_running(void)
{
    Life life = live("[host]\npcpus = 1\n[vm a]\nload = 20\npolling = 50\n");
    SimTruth truth;

    observe(&life, 2);
    g_assert_cmpint(vcpu(&life, 0)->polled_ns, ==, ms(400));
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(600));
    g_assert_cmpint(busy(&life, 0), ==, ms(600));
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(truth.wanted[0], ==, 200);
    g_assert_cmpint(truth.got[0], ==, 200);
    end(&life);
}

/* ── work that is late ────────────────────────────────────────────────────── */

static void test_late_work_piles_up_if_somebody_waits_for_it(void)
{
    const char *text = "[host]\npcpus = 1\n[vm hog]\nload = phases 0:100 2:0\n"
                       "[vm a]\nbacklog = %s\nload = phases 0:80 2:0\n";
    g_autofree char *patient = g_strdup_printf(text, "10");
    g_autofree char *hasty = g_strdup_printf(text, "0");
    Life life = live(patient);
    SimTruth truth;

    observe(&life, 3);
    g_assert_cmpint(vcpu(&life, 1)->ran_ns, ==, ms(1000));
    observe(&life, 1);
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(vcpu(&life, 1)->ran_ns, ==, ms(1600));
    g_assert_cmpint(truth.wanted[1], ==, 0);
    g_assert_cmpint(truth.got[1], ==, 600);
    end(&life);
    life = live(hasty);
    observe(&life, 4);
    g_assert_cmpint(vcpu(&life, 1)->ran_ns, ==, ms(1000));
    end(&life);
}

static void test_patience_has_an_end(void)
{
    Life life = live("[host]\npcpus = 1\n[vm hog]\nload = phases 0:100 8:0\n"
                     "[vm a]\nbacklog = 0.2\nload = phases 0:100 8:0\n");

    observe(&life, 11);
    g_assert_cmpint(vcpu(&life, 1)->ran_ns, ==, ms(4200));
    end(&life);
}

/* ── pins ─────────────────────────────────────────────────────────────────── */

static void test_a_pin_holds_from_the_next_period_on(void)
{
    Life life = live("[host]\npcpus = 2\nstart = 0\n[vm a]\nload = 100\n"
                     "[vm b]\nload = 100\n");
    SimTruth truth;

    observe(&life, 2);
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(500));
    g_assert_cmpint(truth.stranded_wait_us, ==, 1000000);
    g_assert_cmpint(pin(&life, vm(&life, 0)->uuid, 0, "1"), ==, -1);
    observe(&life, 1);
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(1500));
    g_assert_cmpint(vcpu(&life, 0)->waited_ns, ==, ms(500));
    g_assert_cmpint(vcpu(&life, 0)->pcpu, ==, 1);
    g_assert_true(cpuset_has(vcpu(&life, 0)->pins, 1));
    g_assert_cmpint(vcpu(&life, 0)->pins->n_cpus, ==, 1);
    g_assert_cmpint(truth.stranded_wait_us, ==, 0);
    end(&life);
}

static void test_pins_are_refused_for_their_reasons(void)
{
    Life life = live("[host]\npcpus = 2\noffline = 1\n[vm a]\n[vm b]\n[vm c]\n"
                     "[event e1]\nat = 0\ndo = busy\nvm = b\nfor = 2\n"
                     "[event e2]\nat = 0\ndo = refuse\nvm = c\n"
                     "[event e3]\nat = 5\ndo = lost\nfor = 2\n");
    g_autoptr(GError) error = NULL;

    observe(&life, 1);
    g_assert_true(vm(&life, 1)->busy);
    g_assert_cmpint(pin(&life, "no-such-vm", 0, "0"), ==, HOST_ERROR_GONE);
    g_assert_cmpint(pin(&life, vm(&life, 0)->uuid, 1, "0"), ==, HOST_ERROR_REFUSED);
    g_assert_cmpint(pin(&life, vm(&life, 0)->uuid, -1, "0"), ==, HOST_ERROR_REFUSED);
    g_assert_cmpint(pin(&life, vm(&life, 0)->uuid, 0, "1"), ==, HOST_ERROR_REFUSED);
    g_assert_cmpint(pin(&life, vm(&life, 0)->uuid, 0, ""), ==, HOST_ERROR_REFUSED);
    g_assert_cmpint(pin(&life, vm(&life, 1)->uuid, 0, "0"), ==, HOST_ERROR_BUSY);
    g_assert_cmpint(pin(&life, vm(&life, 2)->uuid, 0, "0"), ==, HOST_ERROR_REFUSED);
    g_assert_cmpint(pin(&life, vm(&life, 0)->uuid, 0, "0-1"), ==, -1);
    observe(&life, 2);
    g_assert_false(vm(&life, 1)->busy);
    g_assert_cmpint(pin(&life, vm(&life, 1)->uuid, 0, "0"), ==, -1);
    observe(&life, 2);
    g_assert_false(life.host->ops->observe(life.host, &life.sample, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_LOST);
    g_assert_cmpint(pin(&life, "00000000-0000-4000-8000-000000000001", 0, "0"), ==,
                    HOST_ERROR_LOST);
    g_clear_error(&error);
    g_assert_false(life.host->ops->observe(life.host, &life.sample, &error));
    observe(&life, 1);
    g_assert_cmpint(life.sample.taken_us, ==, 7000000);
    end(&life);
}

static void test_calls_fail_as_often_as_they_should(void)
{
    Life life = live("[host]\npcpus = 2\n[vm a]\ncount = 500\n"
                     "[faults]\nbusy = 30\ngone = 10\nrefused = 20\n");
    int n[HOST_ERROR_TEXT + 2] = { 0 }, n_left;

    observe(&life, 1);
    for (guint i = 0; i < 500; i++)
        n[pin(&life, vm(&life, i)->uuid, 0, "1") + 1]++;
    g_assert_cmpint(ABS(n[HOST_ERROR_GONE + 1] - 50), <, 25);
    g_assert_cmpint(ABS(n[HOST_ERROR_REFUSED + 1] - 90), <, 35);
    g_assert_cmpint(ABS(n[HOST_ERROR_BUSY + 1] - 108), <, 40);
    n_left = 500 - n[HOST_ERROR_GONE + 1];
    observe(&life, 1);
    g_assert_cmpint(life.sample.vms->len, ==, n_left);
    end(&life);
}

/* ── what happens ─────────────────────────────────────────────────────────── */

static void test_vms_come_leave_and_begin_anew(void)
{
    Life life = live("[host]\npcpus = 2\n[vm a]\nload = 40\n"
                     "[vm late]\nload = 30\nfrom = 1.5\nuntil = 4\n"
                     "[vm c]\nload = 20\nstart = 0\n"
                     "[event e1]\nat = 2\ndo = migrate\nvm = a\nfor = 2\n"
                     "[event e2]\nat = 3.5\ndo = restart\nvm = c\n");

    observe(&life, 1);
    g_assert_cmpint(life.sample.vms->len, ==, 2);
    observe(&life, 2);
    g_assert_cmpint(life.sample.vms->len, ==, 3);
    g_assert_cmpstr(vm(&life, 1)->name, ==, "late");
    g_assert_cmpint(vcpu(&life, 1)->ran_ns, ==, ms(150));
    g_assert_true(vm(&life, 0)->busy);
    g_assert_cmpint(pin(&life, vm(&life, 2)->uuid, 0, "1"), ==, -1);
    observe(&life, 2);
    g_assert_cmpint(life.sample.vms->len, ==, 1);
    g_assert_cmpstr(vm(&life, 0)->name, ==, "c");
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(100));
    g_assert_cmpint(vcpu(&life, 0)->pcpu, ==, 0);
    end(&life);
}

static void test_vcpus_are_plugged_in(void)
{
    Life life = live("[host]\npcpus = 4\n[vm a]\nvcpus = 3\nplugged = 1\nload = 50\n"
                     "[event e]\nat = 1\ndo = plug\nvm = a\nvcpus = 3\n");
    SimTruth truth;

    observe(&life, 1);
    g_assert_cmpint(life.sample.vcpus->len, ==, 1);
    observe(&life, 1);
    g_assert_cmpint(life.sample.vcpus->len, ==, 3);
    g_assert_cmpint(vm(&life, 0)->n_vcpus, ==, 3);
    g_assert_cmpint(vcpu(&life, 2)->ran_ns, ==, 0);
    observe(&life, 1);
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(truth.n_vcpus, ==, 3);
    g_assert_cmpint(vcpu(&life, 2)->ran_ns, ==, ms(500));
    end(&life);
}

static void test_cpus_go_and_come(void)
{
    Life life = live("[host]\npcpus = 2\n[vm a]\nload = 100\nstart = 1\n"
                     "[event e1]\nat = 1\ndo = offline\ncpus = 1\n"
                     "[event e2]\nat = 2\ndo = online\ncpus = 1\n"
                     "[event e3]\nat = 3\ndo = offline\ncpus = 0-1\n");
    const Topology *first;

    observe(&life, 1);
    first = life.sample.topology;
    observe(&life, 1);
    g_assert_false(life.sample.topology->pcpus[1].online);
    g_assert_true(first->pcpus[1].online);
    observe(&life, 1);
    /* It ran all the time: where its pins are off line, it may use what else there is. */
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(2000));
    g_assert_cmpint(busy(&life, 0), ==, ms(1000));
    g_assert_true(topology_equal(life.sample.topology, first));
    observe(&life, 2);
    /* The last CPUs do not go. */
    g_assert_cmpint(life.sample.topology->online->n_cpus, ==, 2);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(4000));
    end(&life);
}

static void test_weights_and_quotas_change(void)
{
    Life life = live("[host]\npcpus = 1\n[vm a]\nload = 100\n[vm b]\nload = 100\n"
                     "[event e1]\nat = 1\ndo = weight\nvm = a\nweight = 3072\n"
                     "[event e2]\nat = 2\ndo = quota\nvm = a\nquota = 20\n"
                     "[event e3]\nat = 3\ndo = quota\nvm = a\nquota = 0\n");

    observe(&life, 2);
    g_assert_cmpint(vcpu(&life, 0)->ran_ns, ==, ms(500));
    observe(&life, 1);
    g_assert_cmpint(ABS(vcpu(&life, 0)->ran_ns - ms(1250)), <, ms(1));
    g_assert_cmpint(vm(&life, 0)->quota, ==, 200);
    observe(&life, 1);
    g_assert_cmpint(ABS(vcpu(&life, 0)->ran_ns - ms(1450)), <, ms(1));
    g_assert_cmpint(ABS(vcpu(&life, 1)->ran_ns - ms(1550)), <, ms(1));
    g_assert_cmpint(vm(&life, 0)->quota, ==, 0);
    end(&life);
}

/* ── stranded waiting ─────────────────────────────────────────────────────── */

static int64_t stranded(const char *vms)
{
    g_autofree char *text = g_strconcat("[host]\npcpus = 4\n", vms, NULL);
    Life life = live(text);
    SimTruth truth;

    observe(&life, 2);
    host_sim_truth(life.host, &truth);
    end(&life);
    return truth.stranded_wait_us;
}

static void test_stranded_is_who_waits_while_a_permitted_cpu_idles(void)
{
    /* Eight hogs on one CPU: three CPUs idle for the whole second. */
    g_assert_cmpint(stranded("[vm a]\ncount = 8\nstart = 0\nload = 100\n"), ==,
                    3000000);
    /* Free to go, they wait for want of CPUs. */
    g_assert_cmpint(stranded("[vm a]\ncount = 8\nload = 100\n"), ==, 0);
    /* Neither helps, where the owner permits no more. */
    g_assert_cmpint(stranded("[vm a]\ncount = 8\nallowed = 0\nload = 100\n"), ==, 0);
    /* Two hogs on a CPU wait a second together, and more idles. */
    g_assert_cmpint(stranded("[vm a]\ncount = 2\nstart = 0\nload = 100\n"), ==,
                    1000000);
    /* Throttling is waiting that no CPU would shorten. */
    g_assert_cmpint(stranded("[vm a]\nstart = 0\nquota = 30\nload = 100\n"), ==, 0);
}

/* ── the same life everywhere ─────────────────────────────────────────────── */

static void note_down(const Life *life, GString *out)
{
    for (guint i = 0; i < life->sample.vcpus->len; i++) {
        const SampleVcpu *told = vcpu(life, i);

        g_string_append_printf(out, "%s/%d %" PRId64 " %" PRId64 " %d\n",
                               vm(life, (guint)told->vm)->name, told->number,
                               told->ran_ns, told->waited_ns, told->pcpu);
    }
    for (guint p = 0; p < life->sample.busy_ns->len; p++)
        g_string_append_printf(out, "%" PRId64 "\n", busy(life, p));
}

/* All that is told, moving things about in between where @meddle. */
static char *diary(const char *path, uint32_t seed, bool meddle, GArray *wanted)
{
    g_autoptr(Host) host = host_sim_open(path, 0, seed, NULL);
    Life life = { .host = host };
    GString *text = g_string_new(NULL);

    g_assert_nonnull(host);
    sample_init(&life.sample);
    for (int n = 0; n < 25; n++) {
        SimTruth truth;

        observe(&life, 1);
        note_down(&life, text);
        host_sim_truth(host, &truth);
        for (int i = 0; i < truth.n_vcpus; i++)
            g_array_append_val(wanted, truth.wanted[i]);
        if (meddle)
            pin(&life, vm(&life, (guint)n % life.sample.vms->len)->uuid, 0, "0");
    }
    sample_clear(&life.sample);
    return g_string_free(text, FALSE);
}

static bool equal(const GArray *a, const GArray *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len * sizeof(int)) == 0;
}

static void test_the_same_seed_lives_the_same_life(void)
{
    const char *path = "data/scenarios/every-key.conf";
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GArray) unlike = g_array_new(FALSE, FALSE, sizeof(int));
    g_autofree char *told = diary(path, 11, false, wanted);
    g_autofree char *told_again = diary(path, 11, false, again);
    g_autofree char *told_unlike = diary(path, 12, false, unlike);

    g_assert_cmpstr(told, ==, told_again);
    g_assert_true(equal(wanted, again));
    g_assert_cmpstr(told, !=, told_unlike);
    g_assert_false(equal(wanted, unlike));
}

static void test_what_is_wanted_does_not_depend_on_pins(void)
{
    const char *path = "data/scenarios/bursts.conf";
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GArray) meddled = g_array_new(FALSE, FALSE, sizeof(int));
    g_autofree char *told = diary(path, 3, false, wanted);
    g_autofree char *other = diary(path, 3, true, meddled);

    g_assert_true(equal(wanted, meddled));
    g_assert_cmpstr(told, !=, other);
}

/* A number from all that a day told, which is the same on every machine. */
static void test_a_known_day_is_as_it_always_was(void)
{
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(int));
    g_autofree char *told = diary("data/scenarios/bursts.conf", 7, true, wanted);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, told, -1);

    g_test_message("%s", sum);
    g_assert_true(g_str_has_prefix(sum, "455b0fa2a3d20cbb"));
}

/* ── mixes ────────────────────────────────────────────────────────────────── */

static void test_mixes_are_as_full_as_their_names(void)
{
    const struct {
        const char *name;
        int least, most; /* of the host, in percent */
    } mixes[] = { { "heavy", 75, 92 },
                  { "steady", 60, 70 },
                  { "bursty", 45, 65 },
                  { "idle", 2, 12 } };

    for (size_t m = 0; m < G_N_ELEMENTS(mixes); m++) {
        Life life = { .host =
                          host_sim_open_mix(mixes[m].name, 256, 64, 3, false, NULL) };
        int64_t wanted = 0;

        g_assert_nonnull(life.host);
        sample_init(&life.sample);
        observe(&life, 1);
        g_assert_cmpint(life.sample.vcpus->len, ==, 256);
        g_assert_cmpint(vcpu(&life, 65)->pcpu, ==, 1);
        for (int n = 0; n < 100; n++) {
            SimTruth truth;

            observe(&life, 1);
            host_sim_truth(life.host, &truth);
            for (int i = 0; i < truth.n_vcpus; i++)
                wanted += truth.wanted[i];
        }
        wanted /= 64 * 100 * 10;
        g_test_message("%s: %d %%", mixes[m].name, (int)wanted);
        g_assert_cmpint(wanted, >=, mixes[m].least);
        g_assert_cmpint(wanted, <=, mixes[m].most);
        end(&life);
    }
}

static void test_there_is_no_mix_of_nothing(void)
{
    const struct {
        const char *name;
        int n_vcpus, n_pcpus;
    } wrong[] = { { "hectic", 4, 4 },
                  { "heavy", 0, 4 },
                  { "heavy", 4, 0 },
                  { "heavy", 4, CPUSET_SPAN_MAX + 1 } };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(host_sim_open_mix(wrong[i].name, wrong[i].n_vcpus,
                                        wrong[i].n_pcpus, 1, false, &error));
        g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/the-first-answer-is-the-beginning",
                    test_the_first_answer_is_the_beginning);
    g_test_add_func("/sim/what-cpus-gave-is-what-was-run",
                    test_what_cpus_gave_is_what_was_run);
    g_test_add_func("/sim/what-a-host-does-not-tell-is-unknown",
                    test_what_a_host_does_not_tell_is_unknown);
    g_test_add_func("/sim/polling-is-told-and-counts-as-running",
                    test_polling_is_told_and_counts_as_running);
    g_test_add_func("/sim/late-work-piles-up-if-somebody-waits-for-it",
                    test_late_work_piles_up_if_somebody_waits_for_it);
    g_test_add_func("/sim/patience-has-an-end", test_patience_has_an_end);
    g_test_add_func("/sim/a-pin-holds-from-the-next-period-on",
                    test_a_pin_holds_from_the_next_period_on);
    g_test_add_func("/sim/pins-are-refused-for-their-reasons",
                    test_pins_are_refused_for_their_reasons);
    g_test_add_func("/sim/calls-fail-as-often-as-they-should",
                    test_calls_fail_as_often_as_they_should);
    g_test_add_func("/sim/vms-come-leave-and-begin-anew",
                    test_vms_come_leave_and_begin_anew);
    g_test_add_func("/sim/vcpus-are-plugged-in", test_vcpus_are_plugged_in);
    g_test_add_func("/sim/cpus-go-and-come", test_cpus_go_and_come);
    g_test_add_func("/sim/weights-and-quotas-change", test_weights_and_quotas_change);
    g_test_add_func("/sim/stranded-is-who-waits-while-a-permitted-cpu-idles",
                    test_stranded_is_who_waits_while_a_permitted_cpu_idles);
    g_test_add_func("/sim/the-same-seed-lives-the-same-life",
                    test_the_same_seed_lives_the_same_life);
    g_test_add_func("/sim/what-is-wanted-does-not-depend-on-pins",
                    test_what_is_wanted_does_not_depend_on_pins);
    g_test_add_func("/sim/a-known-day-is-as-it-always-was",
                    test_a_known_day_is_as_it_always_was);
    g_test_add_func("/sim/mixes-are-as-full-as-their-names",
                    test_mixes_are_as_full_as_their_names);
    g_test_add_func("/sim/there-is-no-mix-of-nothing", test_there_is_no_mix_of_nothing);
    return g_test_run();
}
