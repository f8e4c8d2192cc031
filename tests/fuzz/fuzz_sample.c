/*
 * fuzz_sample.c - any bytes at all, read as a topology and a sample that follows it.
 *
 * What must hold: the readers come to an end, and name a line for each complaint; what
 * they accept is written and reads back, and is then written in the same words; and
 * CPUs beyond the host's are in no set.
 */
#include <stdlib.h>
#include <string.h>

#include "model/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert, also there where NDEBUG is. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_name_a_line(const GError *why)
{
    must(why != NULL && why->domain == MODEL_ERROR);
    must(why->message[0] >= '1' && why->message[0] <= '9');
    must(strstr(why->message, ": ") != NULL);
}

static Topology *read_topology(const char *text, CpuSets *sets)
{
    g_autoptr(GError) why = NULL;
    Topology *topology = topology_parse(text, sets, &why);

    if (!topology)
        must_name_a_line(why);
    return topology;
}

static void must_write_the_same(const Topology *topology)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) twice = g_string_new(NULL);
    g_autoptr(Topology) again = NULL;

    topology_format(topology, text);
    again = read_topology(text->str, topology->sets);
    must(again != NULL && topology_equal(topology, again));
    must(again->online == topology->online);
    topology_format(again, twice);
    must(strcmp(text->str, twice->str) == 0);
}

static void must_lie_within(const Sample *sample, const Topology *topology)
{
    int n_vcpus = 0;

    for (guint i = 0; i < sample->vms->len; i++)
        n_vcpus += g_array_index(sample->vms, SampleVm, i).n_vcpus;
    must((guint)n_vcpus == sample->vcpus->len);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);

        must(vcpu->allowed->span <= topology->n_pcpus);
        must(vcpu->pins->span <= topology->n_pcpus);
        must(vcpu->pcpu >= -1 && vcpu->pcpu < topology->n_pcpus);
        must(vcpu->vm >= 0 && (guint)vcpu->vm < sample->vms->len);
    }
}

static void read_sample(const char *text, const Topology *topology)
{
    g_autoptr(GString) once = g_string_new(NULL);
    g_autoptr(GString) twice = g_string_new(NULL);
    g_autoptr(GError) why = NULL;
    Sample sample;

    sample_init(&sample);
    if (sample_parse(text, topology, &sample, &why)) {
        must_lie_within(&sample, topology);
        sample_format(&sample, once);
        must(sample_parse(once->str, topology, &sample, NULL));
        sample_format(&sample, twice);
        must(strcmp(once->str, twice->str) == 0);
    } else {
        must_name_a_line(why);
    }
    sample_clear(&sample);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    char *second = strstr(text, "\nsample ");

    if (second)
        *second++ = '\0';
    topology = read_topology(text, sets);
    if (topology)
        must_write_the_same(topology);
    else
        topology = topology_new(sets, 8, 2, 4, 8);
    read_sample(second ? second : text, topology);
    return 0;
}
