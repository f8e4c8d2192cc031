/* test_replay.c - recordings, and the hosts that wrap other hosts. */
#include "host/sim.h"
#include "support/scratch.h"

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static const char *const day =
    "[host]\npcpus = 4\nseed = 3\nperiods = 8\n[vm a]\ncount = 3\nvcpus = 2\n"
    "start = 0; 1\nload = 40 noise 9\n[vm b]\nuntil = 12\nload = 70\n"
    "[event e1]\nat = 6\ndo = offline\ncpus = 3\n"
    "[event e2]\nat = 9\ndo = busy\nvm = a-1\nfor = 5\n";

static Host *open_day(void)
{
    Host *host = host_sim_open_text("day.conf", day, 0, 0, NULL);

    g_assert_nonnull(host);
    return host;
}

/* Everything it says, until it ends. */
static GString *listen(Host *host)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Sample sample;

    sample_init(&sample);
    while (host->ops->observe(host, &sample, &error)) {
        topology_format(sample.topology, text);
        sample_format(&sample, text);
    }
    g_assert_error(error, HOST_ERROR, HOST_ERROR_ENDED);
    sample_clear(&sample);
    return text;
}

/* A recording of the day; the path. */
static char *record_day(const char *preamble)
{
    char *path = scratch_file("day.rec", "");
    g_autoptr(GError) error = NULL;
    Host *host = host_record_wrap(open_day(), path, preamble, &error);

    g_assert_no_error(error);
    g_string_free(listen(host), TRUE);
    host_close(host);
    return path;
}

/* The same, of which every vCPU is pinned again and again, wherever it lets one. */
static char *record_pinned_day(void)
{
    char *path = scratch_file("pinned.rec", "");
    g_autoptr(Host) host = host_record_wrap(open_day(), path, "x=1\n", NULL);
    g_autoptr(CpuSets) sets = cpusets_new();
    Sample sample;

    sample_init(&sample);
    for (int n = 0; host->ops->observe(host, &sample, NULL); n++)
        for (guint v = 0; v < sample.vcpus->len; v++) {
            const SampleVcpu *vcpu = &g_array_index(sample.vcpus, SampleVcpu, v);
            const SampleVm *vm = &g_array_index(sample.vms, SampleVm, vcpu->vm);

            host->ops->pin(host, vm->uuid, vcpu->number, cpusets_range(sets, n % 4, 1),
                           NULL);
        }
    sample_clear(&sample);
    return path;
}

static const SampleVcpu *vcpu(const Sample *sample, guint i)
{
    return &g_array_index(sample->vcpus, SampleVcpu, i);
}

/* ── a day again ──────────────────────────────────────────────────────────── */

static void test_a_replay_says_what_was_said(void)
{
    g_autofree char *path = record_day("");
    g_autoptr(GError) error = NULL;
    g_autoptr(Host) replay = host_replay_open(path, &error);
    g_autoptr(Host) host = open_day();
    GString *said, *again;

    g_assert_no_error(error);
    said = listen(host);
    again = listen(replay);
    g_assert_cmpstr(said->str, ==, again->str);
    g_string_free(said, TRUE);
    g_string_free(again, TRUE);
    scratch_remove(path);
}

static void test_a_recording_opens_with_its_policy(void)
{
    const char *preambles[] = { "", "one=1\n", "one=1\n\npolicy two=2\n" };

    for (size_t i = 0; i < G_N_ELEMENTS(preambles); i++) {
        g_autofree char *path = record_day(preambles[i]);
        g_autofree char *preamble = host_replay_preamble(path, NULL);
        g_autoptr(Host) replay = host_replay_open(path, NULL);

        g_assert_cmpstr(preamble, ==, preambles[i]);
        g_assert_nonnull(replay);
        scratch_remove(path);
    }
}

static void test_a_recording_of_a_replay_is_the_same(void)
{
    g_autofree char *path = record_day("x=1\n");
    g_autofree char *copy = scratch_file("copy.rec", "");
    g_autofree char *first = NULL, *second = NULL;
    Host *host = host_record_wrap(host_replay_open(path, NULL), copy, "x=1\n", NULL);

    g_string_free(listen(host), TRUE);
    host_close(host);
    g_assert_true(g_file_get_contents(path, &first, NULL, NULL));
    g_assert_true(g_file_get_contents(copy, &second, NULL, NULL));
    g_assert_cmpstr(first, ==, second);
    scratch_remove(path);
    scratch_remove(copy);
}

static void test_another_policys_pins_are_laid_over(void)
{
    g_autofree char *path = record_day("");
    g_autoptr(Host) host = host_replay_open(path, NULL);
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *two = cpusets_range(sets, 2, 1);
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = NULL;
    int64_t ran;
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    uuid = g_strdup(g_array_index(sample.vms, SampleVm, 1).uuid);
    ran = vcpu(&sample, 3)->ran_ns;
    g_assert_true(host->ops->pin(host, uuid, 1, two, &error));
    g_assert_no_error(error);
    for (int n = 0; n < 3; n++) {
        g_assert_true(host->ops->observe(host, &sample, NULL));
        g_assert_cmpint(vcpu(&sample, 3)->pins->n_cpus, ==, 1);
        g_assert_true(cpuset_has(vcpu(&sample, 3)->pins, 2));
        g_assert_cmpint(vcpu(&sample, 3)->pcpu, ==, 2);
        g_assert_false(cpuset_has(vcpu(&sample, 2)->pins, 2));
        g_assert_cmpint(vcpu(&sample, 3)->ran_ns, >, ran);
        ran = vcpu(&sample, 3)->ran_ns;
    }
    sample_clear(&sample);
    scratch_remove(path);
}

static int pin(Host *host, const char *uuid, int number)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(GError) error = NULL;

    if (host->ops->pin(host, uuid, number, cpusets_range(sets, 0, 1), &error))
        return -1;
    return error->code;
}

static void test_a_replay_refuses_what_the_host_would_have(void)
{
    g_autofree char *path = record_day("");
    g_autoptr(Host) host = host_replay_open(path, NULL);
    g_autofree char *a = NULL, *b = NULL;
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    a = g_strdup(g_array_index(sample.vms, SampleVm, 0).uuid);
    b = g_strdup(g_array_index(sample.vms, SampleVm, 3).uuid);
    g_assert_cmpint(pin(host, a, 0), ==, -1);
    g_assert_cmpint(pin(host, b, 0), ==, -1);
    g_assert_cmpint(pin(host, a, 2), ==, HOST_ERROR_REFUSED);
    g_assert_cmpint(pin(host, "nobody", 0), ==, HOST_ERROR_GONE);
    for (int n = 0; n < 4; n++)
        g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, a, 0), ==, HOST_ERROR_BUSY);
    g_assert_cmpint(pin(host, b, 0), ==, HOST_ERROR_GONE);
    sample_clear(&sample);
    scratch_remove(path);
}

/* One that is unplugged from the middle leaves its number free. */
static void test_vcpus_with_gaps_between_their_numbers_can_be_pinned(void)
{
    g_autofree char *path = scratch_file(
        "gaps.rec",
        "pinflow-recording 1\n"
        "topology 1\npcpu 0 core 0 cache 0 cell 0 capacity 1000 online yes\n"
        "cell 0 distance 10\nend\n"
        "sample 0\nvm a weight 1024 quota 0 busy no name \"a\"\n"
        "vcpu 0 ran 0 waited 0 polled - pcpu 0 allowed 0 pins 0\n"
        "vcpu 5 ran 0 waited 0 polled - pcpu 0 allowed 0 pins 0\nend\n");
    g_autoptr(Host) host = host_replay_open(path, NULL);
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, "a", 5), ==, -1);
    g_assert_cmpint(pin(host, "a", 6), ==, HOST_ERROR_REFUSED);
    sample_clear(&sample);
    scratch_remove(path);
}

/* A VM of two vCPUs on two CPUs, seen thrice, and what became of pins in between. */
static Host *open_answers(void)
{
    static const char *const sample =
        "vm a weight 1024 quota 0 busy yes name \"a\"\n"
        "vcpu 0 ran 0 waited 0 polled - pcpu 0 allowed 0-1 pins 0\n"
        "vcpu 1 ran 0 waited 0 polled - pcpu 0 allowed 0-1 pins 0-1\nend\n";
    g_autofree char *text = g_strdup_printf(
        "pinflow-recording 2\n"
        "topology 1\npcpu 0 core 0 cache 0 cell 0 capacity 1000 online yes\n"
        "pcpu 1 core 1 cache 0 cell 0 capacity 1000 online yes\ncell 0 distance 10\nend\n"
        "sample 0\n%sanswers\npin a vcpu 0 cpus 1 done\n"
        "pin a vcpu 1 cpus 0 gone a has left  us\npin b vcpu 7 cpus 1 refused\n"
        "end\nsample 3000000\n%ssample 6000000\n%sanswers\nend\n",
        sample, sample, sample);
    g_autofree char *path = scratch_file("answers.rec", text);
    g_autoptr(GError) error = NULL;
    Host *host = host_replay_open(path, &error);

    g_assert_no_error(error);
    scratch_remove(path);
    return host;
}

static void test_a_replay_answers_as_was_answered(void)
{
    g_autoptr(Host) host = open_answers();
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *any = cpusets_range(sets, 0, 1);
    g_autoptr(GError) error = NULL;
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, "a", 0), ==, -1);
    g_assert_false(host->ops->pin(host, "a", 1, any, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_GONE);
    g_assert_cmpstr(error->message, ==, "a has left  us");
    g_assert_cmpint(pin(host, "b", 7), ==, HOST_ERROR_REFUSED);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, "a", 0), ==, HOST_ERROR_BUSY);
    g_assert_cmpint(pin(host, "b", 7), ==, HOST_ERROR_GONE);
    sample_clear(&sample);
}

/* The samples show what came of it: here, that somebody took the pin back. */
static void test_pins_that_were_made_that_day_are_not_laid_over(void)
{
    g_autoptr(Host) host = open_answers();
    g_autoptr(CpuSets) sets = cpusets_new();
    const CpuSet *one = cpusets_range(sets, 1, 1);
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_true(host->ops->pin(host, "a", 0, cpusets_range(sets, 0, 2), NULL));
    g_assert_true(host->ops->pin(host, "a", 0, one, NULL));
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(vcpu(&sample, 0)->pins->n_cpus, ==, 1);
    g_assert_true(cpuset_has(vcpu(&sample, 0)->pins, 0));
    sample_clear(&sample);
}

static void test_what_was_answered_is_written_down(void)
{
    g_autofree char *path = scratch_file("day.rec", "");
    g_autofree char *text = NULL;
    Host *host = host_record_wrap(open_day(), path, NULL, NULL);
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, g_array_index(sample.vms, SampleVm, 0).uuid, 1), ==, -1);
    g_assert_cmpint(pin(host, "nobody", 3), ==, HOST_ERROR_GONE);
    host_close(host);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "\nend\nanswers\npin "));
    g_assert_nonnull(
        strstr(text, " vcpu 1 cpus 0 done\npin nobody vcpu 3 cpus 0 gone "));
    host = host_replay_open(path, NULL);
    g_assert_nonnull(host);
    host_close(host);
    sample_clear(&sample);
    scratch_remove(path);
}

/* ── bad recordings ───────────────────────────────────────────────────────── */

static void assert_refused(const char *text, int line, const char *what)
{
    g_autofree char *path = scratch_file("bad.rec", text);
    g_autofree char *where = g_strdup_printf("%s:%d: ", path, line);
    g_autoptr(GError) error = NULL;

    g_assert_null(host_replay_open(path, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, where));
    g_assert_nonnull(strstr(error->message, what));
    scratch_remove(path);
}

#define TITLE "pinflow-recording 2\n"
#define TOPOLOGY                                                                       \
    "topology 1\npcpu 0 core 0 cache 0 cell 0 capacity 1000 online yes\n"              \
    "cell 0 distance 10\nend\n" /* 4 lines */

static void test_bad_recordings_are_refused_with_their_line(void)
{
    assert_refused("", 1, "no recording");
    assert_refused("vcpu,0,300\n", 1, "no recording");
    assert_refused("pinflow-recording\n", 1, "no recording");
    assert_refused("pinflow-recording x\n", 1, "'x' is no version");
    assert_refused("pinflow-recording 3\nwhatever\n", 1, "newer version wrote it: 3");
    assert_refused(TITLE, 1, "no samples");
    assert_refused(TITLE "policy x=1\n" TOPOLOGY, 6, "no samples");
    assert_refused(TITLE "hello\n", 2, "a sample or answers are wanted");
    assert_refused(TITLE "sample 0\nend\n", 2, "before the first topology");
    assert_refused(TITLE TOPOLOGY "sample 0\nnonsense\nend\n", 7, "");
    assert_refused(TITLE TOPOLOGY "sample 0\nend\n\nsample 9\n", 9, "cut short");
    assert_refused(TITLE "topology 99\nend\n", 2, "");
    assert_refused(TITLE TOPOLOGY "sample 0\nend\ntopology 1\npcpu 0 core x\nend\n", 9,
                   "");
}

/* Cut at any byte, a recording is refused, or ends with a whole sample. */
static void test_a_recording_cut_anywhere_is_refused_or_whole(void)
{
    g_autofree char *path = record_pinned_day();
    g_autofree char *text = NULL;
    int n_whole = 0;
    gsize length;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (gsize cut = 0; cut < length; cut += (gsize)g_test_rand_int_range(1, 40)) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Host) host = NULL;
        bool at_end;

        g_assert_true(g_file_set_contents(path, text, (gssize)cut, NULL));
        at_end = cut >= 3 && memcmp(text + cut - 3, "end", 3) == 0;
        at_end = at_end || (cut >= 4 && memcmp(text + cut - 4, "end\n", 4) == 0);
        host = host_replay_open(path, &error);
        g_assert_true((host != NULL) == (error == NULL));
        g_assert_true(!host || at_end);
        n_whole += host != NULL;
    }
    g_assert_cmpint(n_whole, <, 30);
    scratch_remove(path);
}

static void test_mutilated_recordings_do_no_harm(void)
{
    g_autofree char *path = record_pinned_day();
    g_autofree char *text = NULL;
    gsize length;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    for (int n = 0; n < 400; n++) {
        g_autofree char *bad = g_memdup2(text, length);
        g_autoptr(GError) error = NULL;
        g_autoptr(Host) host = NULL;

        for (int i = n % 4; i >= 0; i--)
            bad[g_test_rand_int_range(0, (int)length)] =
                (char)g_test_rand_int_range(0, 256);
        g_assert_true(g_file_set_contents(path, bad, (gssize)length, NULL));
        host = host_replay_open(path, &error);
        g_assert_true((host != NULL) == (error == NULL));
        if (host)
            g_string_free(listen(host), TRUE);
        else
            g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    }
    scratch_remove(path);
}

#define ANSWERS TITLE TOPOLOGY "sample 0\nend\nanswers\n" /* 8 lines */

static void test_bad_answers_are_refused_with_their_line(void)
{
    const char *nonsense = "'pin UUID vcpu N cpus SET ANSWER' is wanted";

    assert_refused(TITLE TOPOLOGY "answers\nend\nsample 0\nend\n", 6,
                   "follow a sample");
    assert_refused(ANSWERS "end\nanswers\nend\n", 10, "follow a sample");
    assert_refused(ANSWERS "pin a vcpu 0 cpus 0 done\n", 9, "cut short");
    assert_refused(ANSWERS "\nend\n", 9, nonsense);
    assert_refused(ANSWERS "pin a vcpu 0 cpus 0\nend\n", 9, nonsense);
    assert_refused(ANSWERS "pin a vcpu 0 pins 0 done\nend\n", 9, nonsense);
    assert_refused(ANSWERS "pin a vcpu -1 cpus 0 done\nend\n", 9, "'-1' is no vCPU");
    assert_refused(ANSWERS "pin a vcpu 3000000000 cpus 0 done\nend\n", 9, "no vCPU");
    assert_refused(ANSWERS "pin a vcpu 0 cpus x done\nend\n", 9, "cpus: ");
    assert_refused(ANSWERS "pin a vcpu 0 cpus 1 done\nend\n", 9, "of this host");
    assert_refused(ANSWERS "pin a vcpu 0 cpus  done\nend\n", 9, "of this host");
    assert_refused(ANSWERS "pin a vcpu 0 cpus 0 done\npin a vcpu 0 cpus 0 maybe\nend\n",
                   10, "not 'maybe'");
}

static void test_a_recording_that_is_not_there_is_an_error(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(host_replay_open("/nowhere/day.rec", &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
    g_assert_nonnull(strstr(error->message, "/nowhere/day.rec"));
    g_clear_error(&error);
    g_assert_null(host_replay_preamble("/nowhere/day.rec", &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_TEXT);
}

/* ── wrappers ─────────────────────────────────────────────────────────────── */

static void test_a_recording_that_cannot_begin_is_an_error(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(host_record_wrap(open_day(), "/nowhere/day.rec", "", &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "/nowhere/day.rec"));
}

/* No file grows beyond @bytes from now on; as was before, for 0. */
static void limit_files(rlim_t bytes)
{
    static struct rlimit before;
    struct rlimit now;

    if (bytes == 0) {
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
        return;
    }
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    now = (struct rlimit){ bytes, before.rlim_max };
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &now), ==, 0);
}

static void test_a_full_disk_ends_the_recording_and_not_the_host(void)
{
    g_autofree char *path = scratch_file("day.rec", "");
    Host *host = host_record_wrap(open_day(), path, "", NULL);
    GString *told, *kept;

    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*the recording ends here*");
    limit_files(3000);
    told = listen(host);
    limit_files(0);
    g_test_assert_expected_messages();
    host_close(host);
    host = host_replay_open(path, NULL);
    g_assert_nonnull(host);
    kept = listen(host);
    g_assert_cmpuint(kept->len, >, 0);
    g_assert_cmpuint(kept->len, <, told->len);
    g_assert_true(g_str_has_prefix(told->str, kept->str));
    host_close(host);
    g_string_free(told, TRUE);
    g_string_free(kept, TRUE);
    scratch_remove(path);
}

static void test_a_dry_host_agrees_and_does_nothing(void)
{
    g_autoptr(Host) host = host_dry_wrap(open_day());
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, g_array_index(sample.vms, SampleVm, 0).uuid, 1), ==, -1);
    g_assert_cmpint(pin(host, "nobody", 7), ==, -1);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_true(cpuset_has(vcpu(&sample, 1)->pins, 1));
    g_assert_false(cpuset_has(vcpu(&sample, 1)->pins, 0));
    sample_clear(&sample);
}

static void test_a_recorded_host_can_be_pinned(void)
{
    g_autofree char *path = scratch_file("day.rec", "");
    g_autoptr(Host) host = host_record_wrap(open_day(), path, NULL, NULL);
    Sample sample;

    sample_init(&sample);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_cmpint(pin(host, g_array_index(sample.vms, SampleVm, 0).uuid, 1), ==, -1);
    g_assert_cmpint(pin(host, "nobody", 0), ==, HOST_ERROR_GONE);
    g_assert_true(host->ops->observe(host, &sample, NULL));
    g_assert_true(cpuset_has(vcpu(&sample, 1)->pins, 0));
    sample_clear(&sample);
    scratch_remove(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/a-replay-says-what-was-said",
                    test_a_replay_says_what_was_said);
    g_test_add_func("/replay/a-recording-opens-with-its-policy",
                    test_a_recording_opens_with_its_policy);
    g_test_add_func("/replay/a-recording-of-a-replay-is-the-same",
                    test_a_recording_of_a_replay_is_the_same);
    g_test_add_func("/replay/another-policys-pins-are-laid-over",
                    test_another_policys_pins_are_laid_over);
    g_test_add_func("/replay/a-replay-refuses-what-the-host-would-have",
                    test_a_replay_refuses_what_the_host_would_have);
    g_test_add_func("/replay/vcpus-with-gaps-between-their-numbers-can-be-pinned",
                    test_vcpus_with_gaps_between_their_numbers_can_be_pinned);
    g_test_add_func("/replay/bad-recordings-are-refused-with-their-line",
                    test_bad_recordings_are_refused_with_their_line);
    g_test_add_func("/replay/a-recording-cut-anywhere-is-refused-or-whole",
                    test_a_recording_cut_anywhere_is_refused_or_whole);
    g_test_add_func("/replay/mutilated-recordings-do-no-harm",
                    test_mutilated_recordings_do_no_harm);
    g_test_add_func("/replay/a-recording-that-is-not-there-is-an-error",
                    test_a_recording_that_is_not_there_is_an_error);
    g_test_add_func("/replay/a-recording-that-cannot-begin-is-an-error",
                    test_a_recording_that_cannot_begin_is_an_error);
    g_test_add_func("/replay/a-full-disk-ends-the-recording-and-not-the-host",
                    test_a_full_disk_ends_the_recording_and_not_the_host);
    g_test_add_func("/replay/a-dry-host-agrees-and-does-nothing",
                    test_a_dry_host_agrees_and_does_nothing);
    g_test_add_func("/replay/a-recorded-host-can-be-pinned",
                    test_a_recorded_host_can_be_pinned);
    g_test_add_func("/replay/a-replay-answers-as-was-answered",
                    test_a_replay_answers_as_was_answered);
    g_test_add_func("/replay/pins-that-were-made-that-day-are-not-laid-over",
                    test_pins_that_were_made_that_day_are_not_laid_over);
    g_test_add_func("/replay/what-was-answered-is-written-down",
                    test_what_was_answered_is_written_down);
    g_test_add_func("/replay/bad-answers-are-refused-with-their-line",
                    test_bad_answers_are_refused_with_their_line);
    return g_test_run();
}
