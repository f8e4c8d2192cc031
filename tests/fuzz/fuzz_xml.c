/*
 * fuzz_xml.c - any bytes at all, read as capabilities and as a domain.
 *
 * What must hold: the readers come to an end, and name document and line for each
 * complaint; a topology that was accepted can be recorded and read back; and wishes name
 * CPUs of the host, and some.
 */
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "host/libvirt_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_PCPUS = 70, N_VCPUS_MAX = 1 << 14 };

/* Unlike assert, also there where NDEBUG is. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_name_a_line(const GError *why, const char *document)
{
    must(why != NULL && why->domain == HOST_ERROR && why->code == HOST_ERROR_TEXT);
    must(g_str_has_prefix(why->message, document));
    must(g_ascii_strtoll(why->message + strlen(document), NULL, 10) > 0);
    must(strchr(why->message, '\n') == NULL);
}

static void read_capabilities(const char *text, CpuSets *sets)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(Topology) topology = topology_from_capabilities(text, 3, sets, &why);
    g_autoptr(Topology) again = NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    if (!topology) {
        must_name_a_line(why, "capabilities:");
        return;
    }
    topology_format(topology, out);
    again = topology_parse(out->str, sets, NULL);
    must(again != NULL && topology_equal(topology, again));
}

static void must_be_of_the_host(const CpuSet *cpus)
{
    must(cpus->n_cpus > 0 && cpus->span <= N_PCPUS);
}

static void read_domain(const char *text, const Topology *topology)
{
    g_autoptr(GError) why = NULL;
    VmWishes wishes;

    if (!vm_wishes_from_xml(text, topology, &wishes, &why)) {
        must_name_a_line(why, "domain:");
        return;
    }
    must_be_of_the_host(wishes.anywhere);
    must(wishes.allowed->len <= N_VCPUS_MAX);
    for (guint v = 0; v < wishes.allowed->len; v++)
        must_be_of_the_host(wishes.allowed->pdata[v]);
    must(wishes.quota >= 0 && wishes.quota < LOAD_FULL && wishes.weight >= 0);
    must(!wishes.state || wishes.state[0] != '\0');
    vm_wishes_clear(&wishes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = topology_new(sets, N_PCPUS, 2, 8, 16);
    g_autofree char *text = g_strndup((const char *)data, size);

    read_capabilities(text, sets);
    read_domain(text, topology);
    return 0;
}
