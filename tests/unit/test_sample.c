/* test_sample.c - do sample.c and the texts keep the word of model/sample.h? */
#include <string.h>

#include "model/sample.h"

/* ── samples and what they look like ──────────────────────────────────────── */

static Topology *a_host(CpuSets *sets)
{
    return topology_new(sets, 4, 2, 4, 4);
}

static void assert_topology_text(const Topology *topology, const char *text)
{
    g_autoptr(GString) said = g_string_new(NULL);

    topology_format(topology, said);
    g_assert_cmpstr(said->str, ==, text);
}

static void assert_sample_text(const Sample *sample, const char *text)
{
    g_autoptr(GString) said = g_string_new(NULL);

    sample_format(sample, said);
    g_assert_cmpstr(said->str, ==, text);
}

#define TOPOLOGY                                                                       \
    "topology 1\n"                                                                     \
    "pcpu 0 core 0 cache 0 cell 0 capacity 1000 online yes\n"                          \
    "pcpu 1 core 0 cache 0 cell 0 capacity 1000 online no\n"                           \
    "pcpu 2 core 1 cache 1 cell 1 capacity 600 online yes\n"                           \
    "cell 0 distance 10 21\n"                                                          \
    "cell 1 distance 22 10\n"                                                          \
    "end\n"

static void a_topology_is_a_line_per_cpu_and_cell(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(GError) why = NULL;
    g_autoptr(Topology) topology = topology_parse(TOPOLOGY, sets, &why);

    g_assert_no_error(why);
    g_assert_cmpint(topology->n_pcpus, ==, 3);
    g_assert_cmpint(topology->n_cores, ==, 2);
    g_assert_cmpint(topology->n_caches, ==, 2);
    g_assert_cmpint(topology->n_cells, ==, 2);
    g_assert_cmpint(topology->pcpus[2].capacity, ==, 600);
    g_assert_cmpint(topology_distance(topology, 0, 1), ==, 21);
    g_assert_cmpint(topology_distance(topology, 1, 0), ==, 22);
    g_assert_true(topology->online == cpusets_parse(sets, "0,2", NULL));
    assert_topology_text(topology, TOPOLOGY);
}

#define SAMPLE                                                                         \
    "sample 12000000\n"                                                                \
    "vm 11111111-2222-3333-4444-555555555555 weight 1024 quota 0 busy no name "        \
    "\"db 7\"\n"                                                                       \
    "vcpu 0 ran 81230000000 waited 120934 polled - pcpu 3 allowed 0-3 pins 1\n"        \
    "vcpu 2 ran 0 waited - polled 17 pcpu - allowed 0,2 pins -\n"                      \
    "vm 99999999-2222-3333-4444-555555555555 weight 2 quota 500 busy yes hands-off "   \
    "state \"pins 0 0-3\" name \"\"\n"                                                 \
    "pcpu 0 busy 1\n"                                                                  \
    "pcpu 1 busy 22\n"                                                                 \
    "pcpu 2 busy 333\n"                                                                \
    "pcpu 3 busy 9223372036854775807\n"                                                \
    "end\n"

static void a_sample_is_a_line_per_thing(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = a_host(sets);
    g_autoptr(GError) why = NULL;
    const SampleVm *vm;
    const SampleVcpu *vcpu;
    Sample sample;

    sample_init(&sample);
    g_assert_true(sample_parse(SAMPLE, topology, &sample, &why));
    g_assert_no_error(why);
    g_assert_cmpint(sample.taken_us, ==, 12000000);
    g_assert_cmpint(sample.vms->len, ==, 2);
    g_assert_cmpint(sample.vcpus->len, ==, 2);
    g_assert_cmpint(sample.busy_ns->len, ==, 4);
    g_assert_cmpint(g_array_index(sample.busy_ns, int64_t, 3), ==, INT64_MAX);

    vm = &g_array_index(sample.vms, SampleVm, 0);
    g_assert_cmpstr(vm->name, ==, "db 7");
    g_assert_cmpint(vm->first_vcpu, ==, 0);
    g_assert_cmpint(vm->n_vcpus, ==, 2);
    g_assert_false(vm->busy);
    g_assert_false(vm->hands_off);
    g_assert_null(vm->state);
    vm = &g_array_index(sample.vms, SampleVm, 1);
    g_assert_cmpint(vm->first_vcpu, ==, 2);
    g_assert_cmpint(vm->n_vcpus, ==, 0);
    g_assert_cmpint(vm->quota, ==, 500);
    g_assert_true(vm->busy);
    g_assert_true(vm->hands_off);
    g_assert_cmpstr(vm->state, ==, "pins 0 0-3");

    vcpu = &g_array_index(sample.vcpus, SampleVcpu, 1);
    g_assert_cmpint(vcpu->vm, ==, 0);
    g_assert_cmpint(vcpu->number, ==, 2);
    g_assert_cmpint(vcpu->waited_ns, ==, SAMPLE_UNKNOWN);
    g_assert_cmpint(vcpu->polled_ns, ==, 17);
    g_assert_cmpint(vcpu->pcpu, ==, -1);
    g_assert_true(vcpu->allowed == cpusets_parse(sets, "0,2", NULL));
    g_assert_true(vcpu->pins == cpusets_none(sets));
    assert_sample_text(&sample, SAMPLE);
    sample_clear(&sample);
}

static void names_may_be_anything(void)
{
    static const char *const names[] = {
        "",
        " ",
        "db-7",
        "two words ",
        "\"",
        "\\",
        "\\x41",
        "line\nbreak",
        "\t\r\x01\x7f",
        "#",
        "Käse\xff\x80",
        "name \"x\"",
    };
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = a_host(sets);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        SampleVm vm = { .uuid = "a", .name = g_strdup(names[i]) };
        Sample sample, again;

        sample_init(&sample);
        sample_init(&again);
        g_array_append_val(sample.vms, vm);
        sample_format(&sample, text);
        g_assert_true(sample_parse(text->str, topology, &again, NULL));
        g_assert_cmpstr(g_array_index(again.vms, SampleVm, 0).name, ==, names[i]);
        sample_clear(&sample);
        sample_clear(&again);
    }
}

static void blank_lines_and_remarks_are_passed_over(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = a_host(sets);
    Sample sample;

    sample_init(&sample);
    g_assert_true(sample_parse("\n# a day in May\n\n  sample \t 5 \r\n#vm\nend",
                               topology, &sample, NULL));
    assert_sample_text(&sample, "sample 5\nend\n");
    sample_clear(&sample);
}

static void a_sample_can_be_emptied_and_filled_again(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = a_host(sets);
    Sample sample;

    sample_init(&sample);
    sample.topology = topology;
    for (int i = 0; i < 3; i++) {
        g_assert_true(sample_parse(SAMPLE, topology, &sample, NULL));
        assert_sample_text(&sample, SAMPLE);
    }
    sample_reset(&sample);
    g_assert_null(sample.topology);
    assert_sample_text(&sample, "sample 0\nend\n");
    sample_clear(&sample);
    sample_clear(&sample);
}

/* ── what is refused, and where ───────────────────────────────────────────── */

#define VM "vm a weight 1 quota 0 busy no name \"a\"\n"
#define VCPU(number) "vcpu " number " ran 0 waited 0 polled 0 pcpu 0 allowed 0 pins 0\n"

static const struct {
    const char *text, *complaint;
} bad_samples[] = {
    { "", "1: the text ends too early" },
    { "\n\n", "2: the text ends too early" },
    { "vm\n", "1: 'sample' is wanted here, not 'vm'" },
    { "sample\n", "1: sample is a whole number" },
    { "sample -5\n", "1: sample is a whole number" },
    { "sample 9223372036854775808\n", "1: sample is a whole number" },
    { "sample 1 2\nend\n", "1: the line goes on" },
    { "sample 1\n", "1: the text ends too early" },
    { "sample 1\nen", "2: 'end' is wanted here, not 'en'" },
    { "sample 1\nend\nsample 2\nend\n", "3: the text goes on" },
    { "sample 1\nend 2\n", "2: the line goes on" },
    { "sample 1\nhost\nend\n", "2: 'end' is wanted here, not 'host'" },
    { "sample 1\n" VCPU("0") "end\n", "2: a vCPU follows its VM" },
    { "sample 1\n" VM VM "end\n", "3: VM a comes after a" },
    { "sample 1\n" VM VCPU("1") VCPU("1") "end\n", "4: the vCPUs of a VM" },
    { "sample 1\n" VM VCPU("1") VCPU("0") "end\n", "4: the vCPUs of a VM" },
    { "sample 1\n" VM VCPU("-1") "end\n", "3: vcpu is a whole number" },
    { "sample 1\n" VM VCPU("2147483648") "end\n", "3: vcpu is a whole number" },
    { "sample 1\n" VM "vcpu 0 ran 1.5\n", "3: ran is a whole number" },
    { "sample 1\n" VM "vcpu 0 ran 1 waited 0 polled 0 pcpu 4 ", "3: pcpu is a whole" },
    { "sample 1\n" VM "vcpu 0 ran 1 waited x", "3: waited is a whole number" },
    { "sample 1\n" VM "vcpu 0 ran -\n", "3: ran is a whole number" },
    { "sample 1\n" VM "vcpu 0 ran 1 waited 0 polled 0 pcpu - allowed 0-4 pins 0\n",
      "3: allowed: the host has no CPU 4" },
    { "sample 1\n" VM "vcpu 0 ran 1 waited 0 polled 0 pcpu - allowed 0 pins 3-1\n",
      "3: pins: '3-1' is no set of CPUs" },
    { "sample 1\nvm a weight 1 quota 0 busy maybe", "2: busy is yes or no" },
    { "sample 1\nvm a weight 1 quota 0 busy no name a\n", "2: name is wanted between" },
    { "sample 1\nvm a weight 1 quota 0 busy no name \"a\n", "2: name holds" },
    { "sample 1\nvm a weight 1 quota 0 busy no name \"\\x0\"\n", "2: name holds" },
    { "sample 1\nvm a weight 1 quota 0 busy no name \"\\x00\"\n", "2: name holds" },
    { "sample 1\nvm a weight 1 quota 0 busy no name \"a\"b\n", "2: the line goes on" },
    { "sample 1\nvm 1234567890123456789012345678901234567 weight", "2: '1234567890" },
    { "sample 1\nvm", "2: '' is no UUID" },
    { "sample 1\nvm a weight 2147483648", "2: weight is a whole number" },
    { "sample 1\npcpu 1 busy 0\nend\n", "2: pcpu 0 is wanted here" },
    { "sample 1\npcpu 0 busy 0\nend\n", "3: pcpu 1 is missing" },
    { "sample 1\npcpu 0 busy 0\npcpu 0 busy 0\nend\n", "3: pcpu 1 is wanted here" },
    { "sample 1\npcpu 0 busy 0\n" VM "end\n", "3: 'end' is wanted here, not 'vm'" },
};

static void what_is_wrong_with_a_sample_is_said_with_its_line(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = a_host(sets);
    Sample sample;

    sample_init(&sample);
    for (size_t i = 0; i < G_N_ELEMENTS(bad_samples); i++) {
        g_autoptr(GError) why = NULL;

        g_assert_false(sample_parse(bad_samples[i].text, topology, &sample, &why));
        g_assert_error(why, MODEL_ERROR, MODEL_ERROR_TEXT);
        if (!g_str_has_prefix(why->message, bad_samples[i].complaint))
            g_error("'%s', not '%s'", why->message, bad_samples[i].complaint);
        g_assert_cmpint(sample.vms->len, ==, 0);
        g_assert_cmpint(sample.vcpus->len, ==, 0);
        g_assert_false(sample_parse(bad_samples[i].text, topology, &sample, NULL));
    }
    sample_clear(&sample);
}

static void a_text_cut_anywhere_is_refused(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = a_host(sets);
    Sample sample;

    sample_init(&sample);
    for (size_t n = 0; n < strlen(SAMPLE) - 1; n++) {
        g_autofree char *half = g_strndup(SAMPLE, n);

        g_assert_false(sample_parse(half, topology, &sample, NULL));
    }
    sample_clear(&sample);
    for (size_t n = 0; n < strlen(TOPOLOGY) - 1; n++) {
        g_autofree char *half = g_strndup(TOPOLOGY, n);

        g_assert_null(topology_parse(half, sets, NULL));
    }
}

#define PCPU(number, core, cell)                                                       \
    "pcpu " number " core " core " cache 0 cell " cell " capacity 1000 online yes\n"

static const struct {
    const char *text, *complaint;
} bad_topologies[] = {
    { "", "1: the text ends too early" },
    { "topology 0\n", "1: topology is a whole number" },
    { "topology 1\nend\n", "2: a host has a CPU that is online" },
    { "topology 1\n" PCPU("1", "0", "0"), "2: pcpu 0 is wanted here" },
    { "topology 1\n" PCPU("0", "1", "0") "cell 0 distance 10\nend\n",
      "3: there is a core 1, but no core 0" },
    { "topology 1\n" PCPU("0", "0", "0") PCPU("1", "2", "0"), "3: the text ends" },
    { "topology 1\n" PCPU("0", "0", "0") PCPU("1", "2", "0") "end",
      "4: there is a core 2, but no core 1" },
    { "topology 1\n" PCPU("0", "0", "1023") "cell 0", "3: there is a cell 1023" },
    { "topology 1\n" PCPU("0", "0", "1024") "cell 0", "2: cell is a whole number" },
    { "topology 1\n" PCPU("0", "65536", "0") "cell 0", "2: core is a whole number" },
    { "topology 1\n" PCPU("0", "0", "0") "end\n", "3: 'cell' is wanted here" },
    { "topology 1\n" PCPU("0", "0", "0") "cell 1 distance 10\nend\n", "3: cell 0 is" },
    { "topology 1\n" PCPU("0", "0", "0") "cell 0 distance 256\n", "3: distance is" },
    { "topology 1\n" PCPU("0", "0", "0") "cell 0 distance\n", "3: distance is" },
    { "topology 1\n" PCPU("0", "0", "0") "cell 0 distance 10 20\n",
      "3: the line goes" },
    { "topology 1\npcpu 0 core 0 cache 0 cell 0 capacity 0", "2: capacity is a whole" },
    { "topology 1\npcpu 0 core 0 cache 0 cell 0 capacity 10001", "2: capacity is a" },
    { "topology 1\npcpu 0 core 0 cache 0 cell 0 capacity 1 online no\ncell 0 distance 1\n"
      "end\n",
      "3: a host has a CPU that is online" },
};

static void what_is_wrong_with_a_topology_is_said_with_its_line(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();

    for (size_t i = 0; i < G_N_ELEMENTS(bad_topologies); i++) {
        g_autoptr(GError) why = NULL;

        g_assert_null(topology_parse(bad_topologies[i].text, sets, &why));
        g_assert_error(why, MODEL_ERROR, MODEL_ERROR_TEXT);
        if (!g_str_has_prefix(why->message, bad_topologies[i].complaint))
            g_error("'%s', not '%s'", why->message, bad_topologies[i].complaint);
    }
}

static void a_newer_text_is_known_as_one(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(GError) why = NULL;

    g_assert_null(topology_parse("topology 2\nsomething else\n", sets, &why));
    g_assert_error(why, MODEL_ERROR, MODEL_ERROR_VERSION);
    g_assert_true(g_str_has_prefix(why->message, "1: written by a newer program"));
}

/* ── whatever is written reads back ───────────────────────────────────────── */

static int64_t random_counter(int64_t least)
{
    uint64_t bits = (uint64_t)(uint32_t)g_test_rand_int() << 32;

    bits |= (uint32_t)g_test_rand_int();
    return g_test_rand_int_range(0, 5) == 0
               ? least
               : (int64_t)(bits >> g_test_rand_int_range(1, 64));
}

static const CpuSet *random_set(const Topology *topology)
{
    int first = g_test_rand_int_range(0, topology->n_pcpus);
    int n_cpus = g_test_rand_int_range(0, topology->n_pcpus - first + 1);
    int other = g_test_rand_int_range(0, topology->n_pcpus);

    return cpusets_minus(topology->sets, cpusets_range(topology->sets, first, n_cpus),
                         cpusets_list(topology->sets, &other, 1));
}

static char *random_name(void)
{
    GString *name = g_string_new(NULL);

    for (int n = g_test_rand_int_range(0, 12); n > 0; n--)
        g_string_append_c(name, (char)g_test_rand_int_range(1, 256));
    return g_string_free(name, FALSE);
}

static Topology *random_topology(CpuSets *sets)
{
    int n_pcpus = g_test_rand_int_range(1, 200);
    g_autoptr(Topology) topology =
        topology_new(sets, n_pcpus, g_test_rand_int_range(1, 4),
                     g_test_rand_int_range(1, 20), g_test_rand_int_range(1, 40));
    const CpuSet *some = random_set(topology);

    for (int p = 0; p < n_pcpus; p++)
        topology->pcpus[p].capacity = g_test_rand_int_range(1, PCPU_CAPACITY_MAX + 1);
    for (int i = 0; i < topology->n_cells * topology->n_cells; i++)
        topology->distance[i] = g_test_rand_int_range(0, DISTANCE_MAX + 1);
    return topology_with_online(topology, some->n_cpus > 0 ? some : topology->online);
}

static void random_vm(int number, const Topology *topology, Sample *out)
{
    SampleVm vm = { .first_vcpu = (int)out->vcpus->len,
                    .n_vcpus = g_test_rand_int_range(0, 5),
                    .weight = (int)random_counter(1) & INT_MAX,
                    .quota = (int)random_counter(0) & INT_MAX,
                    .busy = g_test_rand_bit(),
                    .name = random_name() };

    g_snprintf(vm.uuid, UUID_SIZE, "%08x-vm", number);
    for (int v = 0; v < vm.n_vcpus; v++) {
        SampleVcpu vcpu = { .vm = (int)out->vms->len,
                            .number = 3 * v + g_test_rand_int_range(0, 3),
                            .ran_ns = random_counter(0),
                            .waited_ns = random_counter(SAMPLE_UNKNOWN),
                            .polled_ns = random_counter(SAMPLE_UNKNOWN),
                            .pcpu = g_test_rand_int_range(-1, topology->n_pcpus),
                            .allowed = random_set(topology),
                            .pins = random_set(topology) };

        g_array_append_val(out->vcpus, vcpu);
    }
    g_array_append_val(out->vms, vm);
}

static void random_sample(const Topology *topology, Sample *out)
{
    int n_vms = g_test_rand_int_range(0, 12);

    out->taken_us = random_counter(0);
    for (int i = 0; i < n_vms; i++)
        random_vm(i, topology, out);
    for (int p = 0; p < topology->n_pcpus && n_vms % 2; p++) {
        int64_t busy_ns = random_counter(0);

        g_array_append_val(out->busy_ns, busy_ns);
    }
}

static void assert_same_vm(const SampleVm *a, const SampleVm *b)
{
    g_assert_cmpstr(a->uuid, ==, b->uuid);
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpint(a->first_vcpu, ==, b->first_vcpu);
    g_assert_cmpint(a->n_vcpus, ==, b->n_vcpus);
    g_assert_cmpint(a->weight, ==, b->weight);
    g_assert_cmpint(a->quota, ==, b->quota);
    g_assert_true(a->busy == b->busy);
}

static void assert_same_vcpu(const SampleVcpu *a, const SampleVcpu *b)
{
    g_assert_cmpint(a->vm, ==, b->vm);
    g_assert_cmpint(a->number, ==, b->number);
    g_assert_cmpint(a->ran_ns, ==, b->ran_ns);
    g_assert_cmpint(a->waited_ns, ==, b->waited_ns);
    g_assert_cmpint(a->polled_ns, ==, b->polled_ns);
    g_assert_cmpint(a->pcpu, ==, b->pcpu);
    g_assert_true(a->allowed == b->allowed);
    g_assert_true(a->pins == b->pins);
}

static void assert_same_sample(const Sample *a, const Sample *b)
{
    g_assert_cmpint(a->taken_us, ==, b->taken_us);
    g_assert_cmpint(a->vms->len, ==, b->vms->len);
    g_assert_cmpint(a->vcpus->len, ==, b->vcpus->len);
    g_assert_cmpint(a->busy_ns->len, ==, b->busy_ns->len);
    for (guint i = 0; i < a->vms->len; i++)
        assert_same_vm(&g_array_index(a->vms, SampleVm, i),
                       &g_array_index(b->vms, SampleVm, i));
    for (guint i = 0; i < a->vcpus->len; i++)
        assert_same_vcpu(&g_array_index(a->vcpus, SampleVcpu, i),
                         &g_array_index(b->vcpus, SampleVcpu, i));
    for (guint i = 0; i < a->busy_ns->len; i++)
        g_assert_cmpint(g_array_index(a->busy_ns, int64_t, i), ==,
                        g_array_index(b->busy_ns, int64_t, i));
}

static void random_samples_read_back_equal(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    Sample sample, again;

    sample_init(&sample);
    sample_init(&again);
    for (int round = 0; round < 1000; round++) {
        g_autoptr(GString) host_text = g_string_new(NULL);
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(Topology) topology = random_topology(sets);
        g_autoptr(Topology) same = NULL;
        g_autoptr(GError) why = NULL;

        topology_format(topology, host_text);
        same = topology_parse(host_text->str, sets, &why);
        g_assert_no_error(why);
        g_assert_true(topology_equal(topology, same));
        g_assert_true(topology->online == same->online);
        g_assert_cmpint(topology->n_cores, ==, same->n_cores);
        g_assert_cmpint(topology->n_caches, ==, same->n_caches);

        sample_reset(&sample);
        random_sample(topology, &sample);
        sample_format(&sample, text);
        g_assert_true(sample_parse(text->str, same, &again, &why));
        g_assert_no_error(why);
        assert_same_sample(&sample, &again);
    }
    sample_clear(&sample);
    sample_clear(&again);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/topology-text/lines", a_topology_is_a_line_per_cpu_and_cell);
    g_test_add_func("/topology-text/wrong",
                    what_is_wrong_with_a_topology_is_said_with_its_line);
    g_test_add_func("/topology-text/newer", a_newer_text_is_known_as_one);
    g_test_add_func("/sample/lines", a_sample_is_a_line_per_thing);
    g_test_add_func("/sample/names", names_may_be_anything);
    g_test_add_func("/sample/remarks", blank_lines_and_remarks_are_passed_over);
    g_test_add_func("/sample/reset", a_sample_can_be_emptied_and_filled_again);
    g_test_add_func("/sample/wrong", what_is_wrong_with_a_sample_is_said_with_its_line);
    g_test_add_func("/sample/cut", a_text_cut_anywhere_is_refused);
    g_test_add_func("/sample/random", random_samples_read_back_equal);
    return g_test_run();
}
