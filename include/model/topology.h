/* topology.h - which CPUs a host has and which of them share what.  A value that
 * does not change: after a hotplug there is another one. */
#ifndef MODEL_TOPOLOGY_H
#define MODEL_TOPOLOGY_H

#include "model/cpuset.h"

enum { LOAD_FULL = 1000 }; /* one CPU's worth of work, in thousandths */

/* A kernel numbers no more cells; a firmware's distances are bytes. */
enum { TOPOLOGY_CELLS_MAX = 1024, DISTANCE_MAX = 255 };
enum { PCPU_CAPACITY_MAX = 10 * LOAD_FULL };

typedef struct {
    int core, cache, cell; /* numbered from 0 without a gap */
    int capacity; /* thousandths of a CPU, at least 1; LOAD_FULL unless CPUs differ */
    bool online;
} Pcpu;

typedef struct {
    CpuSets *sets; /* borrowed; where the sets of this host live */
    int n_pcpus, n_cores, n_caches, n_cells;
    Pcpu *pcpus;          /* [n_pcpus] */
    int *distance;        /* [n_cells * n_cells], 10 is local, as the firmware says */
    const CpuSet *online; /* those that are */
} Topology;

/* A host of @n_pcpus alike, of which consecutive ones share: @per_core a core,
 * @per_cache a cache, @per_cell a cell; each a multiple of the one before, or the
 * last of a kind is smaller.  Remote cells are at distance 20. */
Topology *topology_new(CpuSets *sets, int n_pcpus, int per_core, int per_cache,
                       int per_cell);

/* The same host with other CPUs online, at least one. */
Topology *topology_with_online(const Topology *topology, const CpuSet *online);

void topology_free(Topology *topology);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Topology, topology_free)

bool topology_equal(const Topology *a, const Topology *b);

static inline int topology_distance(const Topology *topology, int a, int b)
{
    return topology->distance[a * topology->n_cells + b];
}

#endif
