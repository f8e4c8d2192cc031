/*
 * libvirt_cpus.c - which CPUs a host has, as it is now.
 *
 * A CPU that comes or goes makes another topology.  Earlier ones are kept, since samples
 * and histories refer to them, and come back into use where they fit again.  This
 * machine's own kernel says in a line of text which CPUs are online; of another machine
 * it is asked once a minute.
 */
#include "libvirt_host.h"

#include <string.h>

#include "libvirt_xml.h"
#include "local.h"

enum { LOOK_US = 2 * G_USEC_PER_SEC, LOOK_AGAIN_US = 60 * G_USEC_PER_SEC };

const CpuSet *libvirt_host_set_of(LibvirtHost *host, const unsigned char *map)
{
    g_autofree int *cpus = g_new(int, host->map_len * 8);
    int n_cpus = 0;

    for (int cpu = 0; cpu < host->map_len * 8; cpu++)
        if (VIR_CPU_USED(map, cpu))
            cpus[n_cpus++] = cpu;
    return cpusets_list(host->sets, cpus, n_cpus);
}

/* ── whether to ask ───────────────────────────────────────────────────────── */

/* Whether this machine's kernel says something else than last time. */
static bool kernel_says_otherwise(LibvirtHost *host)
{
    char *text = NULL;
    bool other;

    g_file_get_contents("/sys/devices/system/cpu/online", &text, NULL, NULL);
    other = g_strcmp0(text, host->online_text) != 0;
    g_free(host->online_text);
    host->online_text = text;
    return other;
}

static bool is_due(LibvirtHost *host)
{
    bool other = host->local && kernel_says_otherwise(host);

    return other || host->cpus_us == 0 ||
           g_get_monotonic_time() >= host->cpus_us + LOOK_AGAIN_US;
}

/* ── the answer ───────────────────────────────────────────────────────────── */

/* One of before that is equal, or else the new one. */
static const Topology *keep(LibvirtHost *host, Topology *topology)
{
    for (guint i = 0; i < host->topologies->len; i++) {
        const Topology *before = g_ptr_array_index(host->topologies, i);

        if (topology_equal(before, topology)) {
            topology_free(topology);
            return before;
        }
    }
    g_ptr_array_add(host->topologies, topology);
    return topology;
}

static void set_capacities(const LibvirtHost *host, Topology *topology)
{
    for (int cpu = 0; host->local && cpu < topology->n_pcpus; cpu++)
        topology->pcpus[cpu].capacity = local_capacity(cpu);
}

static const CpuSet *online_of(LibvirtHost *host, const Topology *topology)
{
    g_autofree unsigned char *map = NULL;

    if (!host->online)
        return topology->online;
    map = g_malloc0((gsize)host->map_len);
    memcpy(map, host->online->data, MIN(host->online->len, (guint)host->map_len));
    return cpusets_and(host->sets, libvirt_host_set_of(host, map),
                       cpusets_range(host->sets, 0, topology->n_pcpus));
}

static bool adopt(LibvirtHost *host, CpusAsk *ask, GError **error)
{
    g_autoptr(Topology) told = NULL;
    g_autoptr(GError) why = NULL;
    const CpuSet *online;

    told =
        topology_from_capabilities(ask->capabilities, ask->n_pcpus, host->sets, &why);
    if (!told) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "the host's capabilities: %s",
                    why->message);
        return false;
    }
    set_capacities(host, told);
    g_clear_pointer(&host->online, g_byte_array_unref);
    host->online = g_steal_pointer(&ask->online);
    host->map_len = (int)VIR_CPU_MAPLEN(told->n_pcpus);
    online = online_of(host, told);
    host->topology = keep(host, online->n_cpus > 0 ? topology_with_online(told, online)
                                                   : g_steal_pointer(&told));
    host->isolated =
        host->local ? local_isolated(host->sets) : cpusets_none(host->sets);
    return true;
}

static bool answer(LibvirtHost *host, CpusAsk *ask, GError **error)
{
    host->n_calls += ask->n_calls;
    if (ask->error) {
        g_propagate_error(error, g_steal_pointer(&ask->error));
        return false;
    }
    if (ask->capabilities && !adopt(host, ask, error))
        return false;
    host->cpus_us = g_get_monotonic_time();
    return true;
}

bool libvirt_host_look_at_cpus(LibvirtHost *host, GError **error)
{
    Errand *look;
    bool well = false;

    if (!is_due(host))
        return true;
    look = hands_send(host->eyes, cpus_ask_run, cpus_ask_new(host->lines, host->online),
                      cpus_ask_free);
    if (libvirt_host_wait(host, look, g_get_monotonic_time() + LOOK_US))
        well = answer(host, errand_value(look), error);
    else
        g_set_error(error, HOST_ERROR, HOST_ERROR_LOST,
                    "no answer to which CPUs there are");
    errand_drop(look);
    return well;
}
