/*
 * sim_mix.c - hosts made up by chance, of a kind that has a name.
 *
 * A host is so full on average, whatever the number of its vCPUs: their loads are
 * drawn unlike each other and then scaled.  VMs have one, two, four or eight vCPUs;
 * eight pCPUs share a cache and 64 a cell.
 */
#include "sim_world.h"

#include "input.h"

#include <string.h>

typedef struct {
    int constant, walk, wave, bursts; /* how many of a hundred vCPUs are so */
} Temper;

static const struct {
    const char *name;
    int fullness; /* of the host, or of a vCPU where @each; percent */
    bool each;
    int noise; /* percent of a CPU */
    Temper temper;
} mixes[] = {
    { "heavy", 85, false, 3, { 50, 25, 15, 10 } },
    { "steady", 65, false, 1, { 100, 0, 0, 0 } },
    { "bursty", 55, false, 2, { 10, 20, 10, 60 } },
    { "idle", 1, true, 2, { 100, 0, 0, 0 } },
};

enum { PERCENT = SIM_WHOLE / 100, PER_CACHE = 8, PER_CELL = 64 };

/* From a few much to many little: the square of an even chance. */
static int draw_level(SimRandom *random)
{
    int64_t even = sim_random_between(random, 0, 1000);

    return (int)(even * even * SIM_WHOLE / 1000000);
}

/* A load of @level on average, though none wants more than a CPU. */
static SimLoad draw_load(SimRandom *random, Temper temper, int level)
{
    int kind = (int)sim_random_below(random, 100);
    int swing = MIN(MIN(level, SIM_WHOLE - level),
                    (int)sim_random_between(random, 5, 30) * PERCENT);
    int64_t minute = 60 * SIM_SECOND;

    if (kind < temper.constant)
        return sim_load_constant(level);
    kind -= temper.constant;
    if (kind < temper.walk)
        return (SimLoad){
            .kind = SIM_LOAD_WALK,
            .low = level - swing,
            .high = level + swing,
            .step = swing / 4,
            .low_us = sim_random_between(random, 5, 20) * SIM_SECOND,
        };
    kind -= temper.walk;
    if (kind < temper.wave)
        return (SimLoad){
            .kind = SIM_LOAD_SINE,
            .low = level - swing,
            .high = level + swing,
            .low_us = sim_random_between(random, 5, 60) * minute,
            .lead_us = sim_random_between(random, 0, 5) * minute,
        };
    return (SimLoad){
        .kind = SIM_LOAD_BURSTS,
        .low = level / 2,
        .high = MIN(level / 2 + 2 * level, SIM_WHOLE),
        .low_us = sim_random_between(random, 15, 90) * SIM_SECOND,
        .high_us = sim_random_between(random, 5, 30) * SIM_SECOND,
    };
}

static int draw_size(SimRandom *random, int n_left)
{
    static const int sizes[] = { 1, 1, 1, 1, 2, 2, 4, 8 };

    return MIN(sizes[sim_random_below(random, G_N_ELEMENTS(sizes))], n_left);
}

/* Levels that sum to about what the host should carry. */
static int *draw_levels(SimRandom *random, int n_vcpus, int64_t total)
{
    int *levels = g_new(int, n_vcpus);
    int64_t sum = 1;

    for (int i = 0; i < n_vcpus; i++)
        sum += levels[i] = draw_level(random);
    for (int i = 0; i < n_vcpus; i++)
        levels[i] = (int)MIN(levels[i] * total / sum, SIM_WHOLE);
    return levels;
}

static int find_mix(const char *name)
{
    for (int i = 0; i < (int)G_N_ELEMENTS(mixes); i++)
        if (strcmp(mixes[i].name, name) == 0)
            return i;
    return -1;
}

Host *host_sim_open_mix(const char *mix, int n_vcpus, int n_pcpus, uint32_t seed,
                        bool floating, GError **error)
{
    int m = find_mix(mix);
    SimRandom random = sim_random_stream(seed, UINT32_MAX - 1);
    g_autofree int *levels = NULL;
    CpuSets *sets;
    const CpuSet *all;
    Sim *sim;

    if (m < 0) {
        input_wrong(error, mix, 0,
                    "no such mix; there are heavy, steady, bursty, idle");
        return NULL;
    }
    if (!sim_check_pcpus(mix, 0, n_pcpus, error))
        return NULL;
    if (n_vcpus < 1 || n_vcpus > SIM_VCPUS_MAX) {
        input_wrong(error, mix, 0, "a host needs 1 to %d vCPUs, not %d", SIM_VCPUS_MAX,
                    n_vcpus);
        return NULL;
    }
    sets = cpusets_new();
    sim = sim_new(mix, seed, sets, topology_new(sets, n_pcpus, 1, PER_CACHE, PER_CELL));
    all = cpusets_range(sets, 0, n_pcpus);
    levels = draw_levels(&random, n_vcpus,
                         (int64_t)mixes[m].fullness * PERCENT *
                             (mixes[m].each ? n_vcpus : n_pcpus));
    for (int i = 0, left = 0; i < n_vcpus; i++) {
        SimLoad load = draw_load(&random, mixes[m].temper, levels[i]);

        load.noise = mixes[m].noise * PERCENT;
        if (left == 0) {
            sim_add_vm(sim, g_strdup_printf("%s-%u", mix, sim->vms->len + 1));
            left = draw_size(&random, n_vcpus - i);
        }
        left--;
        sim_add_vcpu(sim, &load, all,
                     floating ? all : cpusets_range(sets, i % n_pcpus, 1));
    }
    return sim_begin(sim);
}
