/* test_trace.c - traces: what is read, what is refused, and how a host lives them. */
#include "host/sim.h"
#include "support/scratch.h"

#include <glib.h>

static void assert_refused(const char *text, int line, const char *what)
{
    g_autofree char *path = scratch_file("trace.csv", text);
    g_autofree char *where = g_strdup_printf("%s:%d: ", path, line);
    g_autoptr(GError) error = NULL;

    g_assert_null(host_sim_open_trace(path, 4, false, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, where));
    g_assert_nonnull(strstr(error->message, what));
    scratch_remove(path);
}

static void test_bad_traces_are_refused_with_their_line(void)
{
    assert_refused("", 1, "no rows");
    assert_refused("vcpu,0,300\n", 1, "no rows");
    assert_refused("cpu,0,300\na,1,1\n", 1, "begins with");
    assert_refused("vcpu\na\n", 1, "no columns");
    assert_refused("vcpu,0,300,500\na,1,1,1\n", 1, "same step");
    assert_refused("vcpu,300,0\na,1,1\n", 1, "same step");
    assert_refused("vcpu,0,0\na,1,1\n", 1, "same step");
    assert_refused("vcpu,0,x\na,1,1\n", 1, "'x'");
    assert_refused("\nvcpu,0,0.009\na,1,1\n", 2, "0.01 to 86400 seconds apart");
    assert_refused("vcpu,0,86401\na,1,1\n", 1, "0.01 to 86400 seconds apart");
    assert_refused("vcpu,0,1000000000000\na,1,1\n", 1, "seconds apart");
    assert_refused("vcpu,0,300\na,1\n", 2, "1 columns, where the header has 2");
    assert_refused("vcpu,0,300\na,1,2\n\nb,1,2,3\n", 4, "3 columns");
    assert_refused("vcpu,0,300\na,1,2\nb,1,two\n", 3, "'two' is not a number");
    assert_refused("vcpu,0,300\na,1,\n", 2, "not a number");
    assert_refused("vcpu,0,300\na,1,nan\n", 2, "not a number");
    assert_refused("vcpu,0,300\na,1,1e1\n", 2, "not a number");
    assert_refused("vcpu,0,300\na,1,0x10\n", 2, "not a number");
    assert_refused("vcpu,0,300\na,1,.\n", 2, "not a number");
    assert_refused("vcpu,0,300\na,1,99999999999999999999\n", 2, "not a number");
    assert_refused("vcpu,0,300\na,-3,1\n", 2, "negative");
    assert_refused("vcpu,0,300\na,1,1\n\xff\xfe,1,1\n", 3, "not text");
}

static void test_there_are_as_many_pcpus_as_a_host_can_have(void)
{
    g_autofree char *path = scratch_file("trace.csv", "vcpu,0,300\na,1,1\n");
    const int wrong[] = { 0, -3, CPUSET_SPAN_MAX + 1 };
    g_autoptr(Host) host = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(host_sim_open_trace(path, wrong[i], false, &error));
        g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    }
    host = host_sim_open_trace(path, CPUSET_SPAN_MAX, true, NULL);
    g_assert_nonnull(host);
    scratch_remove(path);
}

static void test_a_file_that_is_not_there_is_an_error(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(host_sim_open_trace("/nowhere/at/all.csv", 4, false, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    g_assert_nonnull(strstr(error->message, "/nowhere/at/all.csv"));
}

/* ── living ───────────────────────────────────────────────────────────────── */

typedef struct {
    Host *host;
    Sample sample;
} Life;

static Life live(const char *text, int n_pcpus, bool floating)
{
    g_autofree char *path = scratch_file("trace.csv", text);
    g_autoptr(GError) error = NULL;
    Life life = { .host = host_sim_open_trace(path, n_pcpus, floating, &error) };

    g_assert_no_error(error);
    sample_init(&life.sample);
    scratch_remove(path);
    return life;
}

static void end(Life *life)
{
    host_close(life->host);
    sample_clear(&life->sample);
}

static const SampleVcpu *seen(const Life *life, guint i)
{
    return &g_array_index(life->sample.vcpus, SampleVcpu, i);
}

static void observe(Life *life)
{
    g_autoptr(GError) error = NULL;

    life->host->ops->observe(life->host, &life->sample, &error);
    g_assert_no_error(error);
}

static void test_a_column_is_a_period(void)
{
    Life life = live("vcpu,0,60,120\na,10,20,30\nb,1.5,0.25,100\n", 2, false);
    g_autoptr(GError) error = NULL;
    SimTruth truth;

    observe(&life);
    g_assert_cmpint(life.sample.taken_us, ==, 0);
    g_assert_cmpint(seen(&life, 0)->ran_ns, ==, 0);
    observe(&life);
    g_assert_cmpint(life.sample.taken_us, ==, 60000000);
    g_assert_cmpint(seen(&life, 0)->ran_ns, ==, INT64_C(6000000000));
    g_assert_cmpint(seen(&life, 1)->ran_ns, ==, INT64_C(900000000));
    observe(&life);
    g_assert_cmpint(seen(&life, 0)->ran_ns, ==, INT64_C(18000000000));
    g_assert_cmpint(seen(&life, 1)->ran_ns, ==, INT64_C(1050000000));
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(truth.n_periods, ==, 3);
    g_assert_cmpint(truth.n_vcpus, ==, 2);
    g_assert_cmpint(truth.wanted[0], ==, 200);
    g_assert_cmpint(truth.wanted[1], ==, 3);
    observe(&life);
    g_assert_false(life.host->ops->observe(life.host, &life.sample, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_ENDED);
    end(&life);
}

static void test_vcpus_start_on_one_pcpu_after_the_other(void)
{
    Life life = live("vcpu,0,300\na,1,1\nb,1,1\nc,1,1\n", 2, false);

    observe(&life);
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpint(seen(&life, i)->vm, ==, i);
        g_assert_cmpint(seen(&life, i)->pcpu, ==, i % 2);
        g_assert_cmpint(seen(&life, i)->pins->n_cpus, ==, 1);
        g_assert_true(cpuset_has(seen(&life, i)->pins, (int)i % 2));
        g_assert_cmpint(seen(&life, i)->allowed->n_cpus, ==, 2);
    }
    g_assert_cmpstr(g_array_index(life.sample.vms, SampleVm, 2).name, ==, "c");
    g_assert_cmpstr(g_array_index(life.sample.vms, SampleVm, 0).uuid, <,
                    g_array_index(life.sample.vms, SampleVm, 1).uuid);
    end(&life);
    life = live("vcpu,0,300\na,1,1\n", 2, true);
    observe(&life);
    g_assert_cmpint(seen(&life, 0)->pins->n_cpus, ==, 2);
    end(&life);
}

static void test_what_is_wanted_is_reported_as_run_even_where_it_cannot_be(void)
{
    Life life = live("vcpu,0,1\na,90,90\nb,70,70\n", 1, false);
    SimTruth truth;

    observe(&life);
    observe(&life);
    g_assert_cmpint(seen(&life, 0)->ran_ns, ==, 900000000);
    g_assert_cmpint(seen(&life, 1)->ran_ns, ==, 700000000);
    g_assert_cmpint(seen(&life, 1)->waited_ns, ==, 0);
    host_sim_truth(life.host, &truth);
    g_assert_cmpint(truth.got[0] + truth.got[1], ==, LOAD_FULL);
    g_assert_cmpint(truth.stranded_wait_us, ==, 0);
    end(&life);
}

static void test_more_than_a_cpu_is_clamped_and_said_once(void)
{
    Life life;

    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING,
                          "*trace.csv:2: more than 100*3 such*");
    life = live("vcpu,0,1\r\na,100,130\r\nb,100.5,250\r\n", 1, false);
    g_test_assert_expected_messages();
    observe(&life);
    observe(&life);
    observe(&life);
    g_assert_cmpint(seen(&life, 0)->ran_ns, ==, INT64_C(2000000000));
    g_assert_cmpint(seen(&life, 1)->ran_ns, ==, INT64_C(2000000000));
    end(&life);
}

static void test_blank_lines_and_spaces_do_no_harm(void)
{
    Life life = live("\nvcpu , 0 , 1 \n\n a , 12 , 13 \n\n", 1, false);

    observe(&life);
    g_assert_cmpint(life.sample.vcpus->len, ==, 1);
    g_assert_cmpstr(g_array_index(life.sample.vms, SampleVm, 0).name, ==, "a");
    end(&life);
}

static void test_a_byte_order_mark_does_no_harm(void)
{
    Life life = live("\xef\xbb\xbfvcpu,0,1\na,12,13\n", 1, false);

    observe(&life);
    g_assert_cmpint(life.sample.vcpus->len, ==, 1);
    end(&life);
    assert_refused("vcpu,0,1\n\xef\xbb\xbf"
                   "a,12\n",
                   2, "1 columns");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trace/bad-traces-are-refused-with-their-line",
                    test_bad_traces_are_refused_with_their_line);
    g_test_add_func("/trace/there-are-as-many-pcpus-as-a-host-can-have",
                    test_there_are_as_many_pcpus_as_a_host_can_have);
    g_test_add_func("/trace/a-file-that-is-not-there-is-an-error",
                    test_a_file_that_is_not_there_is_an_error);
    g_test_add_func("/trace/a-column-is-a-period", test_a_column_is_a_period);
    g_test_add_func("/trace/vcpus-start-on-one-pcpu-after-the-other",
                    test_vcpus_start_on_one_pcpu_after_the_other);
    g_test_add_func("/trace/what-is-wanted-is-reported-as-run-even-where-it-cannot-be",
                    test_what_is_wanted_is_reported_as_run_even_where_it_cannot_be);
    g_test_add_func("/trace/more-than-a-cpu-is-clamped-and-said-once",
                    test_more_than_a_cpu_is_clamped_and_said_once);
    g_test_add_func("/trace/blank-lines-and-spaces-do-no-harm",
                    test_blank_lines_and_spaces_do_no_harm);
    g_test_add_func("/trace/a-byte-order-mark-does-no-harm",
                    test_a_byte_order_mark_does_no_harm);
    return g_test_run();
}
