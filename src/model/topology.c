/* topology.c - hosts drawn with a ruler, and the same host with other CPUs online. */
#include "model/topology.h"

#include <string.h>

enum { DISTANCE_LOCAL = 10, DISTANCE_REMOTE = 20 };

static int n_groups(int n_pcpus, int per_group)
{
    return (n_pcpus + per_group - 1) / per_group;
}

static size_t n_distances(const Topology *topology)
{
    return (size_t)topology->n_cells * (size_t)topology->n_cells;
}

Topology *topology_new(CpuSets *sets, int n_pcpus, int per_core, int per_cache,
                       int per_cell)
{
    Topology *topology = g_new0(Topology, 1);

    g_assert(n_pcpus > 0 && n_pcpus <= CPUSET_SPAN_MAX);
    g_assert(per_core > 0 && per_cache > 0 && per_cell > 0);
    topology->sets = sets;
    topology->n_pcpus = n_pcpus;
    topology->n_cores = n_groups(n_pcpus, per_core);
    topology->n_caches = n_groups(n_pcpus, per_cache);
    topology->n_cells = n_groups(n_pcpus, per_cell);
    g_assert(topology->n_cells <= TOPOLOGY_CELLS_MAX);

    topology->pcpus = g_new(Pcpu, n_pcpus);
    for (int p = 0; p < n_pcpus; p++)
        topology->pcpus[p] =
            (Pcpu){ p / per_core, p / per_cache, p / per_cell, LOAD_FULL, true };
    topology->distance = g_new(int, n_distances(topology));
    for (int a = 0; a < topology->n_cells; a++) {
        for (int b = 0; b < topology->n_cells; b++)
            topology->distance[a * topology->n_cells + b] =
                a == b ? DISTANCE_LOCAL : DISTANCE_REMOTE;
    }
    topology->online = cpusets_range(sets, 0, n_pcpus);
    return topology;
}

Topology *topology_with_online(const Topology *topology, const CpuSet *online)
{
    Topology *other = g_memdup2(topology, sizeof *topology);

    other->pcpus =
        g_memdup2(topology->pcpus, (size_t)topology->n_pcpus * sizeof *topology->pcpus);
    other->distance = g_memdup2(topology->distance,
                                n_distances(topology) * sizeof *topology->distance);
    for (int p = 0; p < other->n_pcpus; p++)
        other->pcpus[p].online = cpuset_has(online, p);
    other->online =
        cpusets_and(other->sets, online, cpusets_range(other->sets, 0, other->n_pcpus));
    g_assert(other->online->n_cpus > 0);
    return other;
}

void topology_free(Topology *topology)
{
    if (!topology)
        return;
    g_free(topology->pcpus);
    g_free(topology->distance);
    g_free(topology);
}

static bool are_alike(const Pcpu *a, const Pcpu *b)
{
    return a->core == b->core && a->cache == b->cache && a->cell == b->cell &&
           a->capacity == b->capacity && a->online == b->online;
}

bool topology_equal(const Topology *a, const Topology *b)
{
    if (a->n_pcpus != b->n_pcpus || a->n_cells != b->n_cells)
        return false;
    for (int p = 0; p < a->n_pcpus; p++) {
        if (!are_alike(&a->pcpus[p], &b->pcpus[p]))
            return false;
    }
    return memcmp(a->distance, b->distance, n_distances(a) * sizeof *a->distance) == 0;
}
