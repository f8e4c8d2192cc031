/*
 * places.c - cuts a host's CPUs into places.
 *
 * CPUs belong together if they have the level's number in common: that of their core,
 * cache or cell, their own, or how many runs of CPUs went before.  Places are numbered
 * by the first CPU of each.  A CPU that is offline is in none.
 */
#include "plan/places.h"

#include <string.h>

/* A cache is worth pinning to as a whole if this many CPUs can share its work. */
enum { CACHE_WIDE = 8 };

static const char *const level_names[] = {
    [LEVEL_AUTO] = "auto",   [LEVEL_PCPU] = "pcpu", [LEVEL_CORE] = "core",
    [LEVEL_CACHE] = "cache", [LEVEL_CELL] = "cell", [LEVEL_HOST] = "host",
};

bool granularity_parse(const char *text, Granularity *out)
{
    guint64 n_cpus;

    for (size_t level = 0; level < G_N_ELEMENTS(level_names); level++)
        if (strcmp(text, level_names[level]) == 0) {
            *out = (Granularity){ .level = (Level)level };
            return true;
        }
    if (!g_ascii_string_to_unsigned(text, 10, 1, CPUSET_SPAN_MAX, &n_cpus, NULL))
        return false;
    *out = (Granularity){ .level = LEVEL_RUN, .n_cpus = (int)n_cpus };
    return true;
}

char *granularity_format(Granularity granularity)
{
    if (granularity.level == LEVEL_RUN)
        return g_strdup_printf("%d", granularity.n_cpus);
    return g_strdup(level_names[granularity.level]);
}

/* @nth is how many CPUs online go before @cpu. */
static int group_of(const Topology *topology, Granularity granularity, int cpu, int nth)
{
    switch (granularity.level) {
    case LEVEL_PCPU:
        return cpu;
    case LEVEL_CORE:
        return topology->pcpus[cpu].core;
    case LEVEL_CACHE:
        return topology->pcpus[cpu].cache;
    case LEVEL_CELL:
        return topology->pcpus[cpu].cell;
    case LEVEL_RUN:
        return nth / granularity.n_cpus;
    case LEVEL_HOST:
    case LEVEL_AUTO:
        break;
    }
    return 0;
}

/* How many groups of a level have a CPU online; @is_seen has room for all. */
static int count_groups(const Topology *topology, Level level, int *is_seen)
{
    int n_groups = 0;

    memset(is_seen, 0, (size_t)topology->n_pcpus * sizeof *is_seen);
    for (int cpu = 0; cpu < topology->n_pcpus; cpu++) {
        int *seen =
            &is_seen[group_of(topology, (Granularity){ .level = level }, cpu, 0)];

        if (!topology->pcpus[cpu].online || *seen)
            continue;
        *seen = true;
        n_groups++;
    }
    return n_groups;
}

/* The widest level inside which it does not matter where work runs. */
static Level widest_level(const Topology *topology, int *is_seen)
{
    int n_caches = count_groups(topology, LEVEL_CACHE, is_seen);

    if (count_groups(topology, LEVEL_CELL, is_seen) > 1)
        return LEVEL_CELL;
    if (n_caches <= 1)
        return LEVEL_HOST;
    return topology->online->n_cpus >= CACHE_WIDE * n_caches ? LEVEL_CACHE : LEVEL_PCPU;
}

static void make_room(Places *places, int n_pcpus)
{
    if (n_pcpus <= places->max_pcpus)
        return;
    places->max_pcpus = n_pcpus;
    places->places = g_renew(Place, places->places, n_pcpus);
    places->of_pcpu = g_renew(int, places->of_pcpu, n_pcpus);
    places->of_group = g_renew(int, places->of_group, n_pcpus);
    places->cpus = g_renew(int, places->cpus, n_pcpus);
}

static int same_or_none(int a, int b)
{
    return a == b ? a : -1;
}

static void join(Place *place, const Pcpu *pcpu)
{
    place->n_cpus++;
    place->capacity += pcpu->capacity;
    place->core = same_or_none(place->core, pcpu->core);
    place->cache = same_or_none(place->cache, pcpu->cache);
    place->cell = same_or_none(place->cell, pcpu->cell);
}

static void group_cpus(Places *places, const Topology *topology,
                       Granularity granularity)
{
    int nth = 0;

    for (int group = 0; group < topology->n_pcpus; group++)
        places->of_group[group] = -1;
    for (int cpu = 0; cpu < topology->n_pcpus; cpu++) {
        const Pcpu *pcpu = &topology->pcpus[cpu];
        int *place = &places->of_group[group_of(topology, granularity, cpu, nth)];

        places->of_pcpu[cpu] = -1;
        if (!pcpu->online)
            continue;
        if (*place < 0) {
            *place = places->n_places++;
            places->places[*place] =
                (Place){ .core = pcpu->core, .cache = pcpu->cache, .cell = pcpu->cell };
        }
        places->of_pcpu[cpu] = *place;
        join(&places->places[*place], pcpu);
        nth++;
    }
}

/* Lists CPUs place by place, and makes sets of the lists. */
static void name_cpus(Places *places, const Topology *topology)
{
    int *end = places->of_group; /* of each place's list; groups are done with */
    int listed = 0;

    for (int p = 0; p < places->n_places; p++) {
        end[p] = listed;
        listed += places->places[p].n_cpus;
    }
    for (int cpu = 0; cpu < topology->n_pcpus; cpu++)
        if (places->of_pcpu[cpu] >= 0)
            places->cpus[end[places->of_pcpu[cpu]]++] = cpu;
    for (int p = 0; p < places->n_places; p++) {
        Place *place = &places->places[p];

        place->cpus = cpusets_list(
            topology->sets, &places->cpus[end[p] - place->n_cpus], place->n_cpus);
    }
}

void places_make(const Topology *topology, Granularity granularity, Places *out)
{
    make_room(out, topology->n_pcpus);
    if (granularity.level == LEVEL_AUTO)
        granularity.level = widest_level(topology, out->of_group);
    out->level = granularity.level;
    out->n_pcpus = topology->n_pcpus;
    out->n_places = 0;
    group_cpus(out, topology, granularity);
    name_cpus(out, topology);
}

void places_clear(Places *places)
{
    g_free(places->places);
    g_free(places->of_pcpu);
    g_free(places->of_group);
    g_free(places->cpus);
    *places = (Places){ 0 };
}

static int place_of(const Places *places, int cpu)
{
    return cpu < places->n_pcpus ? places->of_pcpu[cpu] : -1;
}

int places_holding(const Places *places, const CpuSet *pins)
{
    int cpu = cpuset_next(pins, 0), holding;

    while (cpu >= 0 && place_of(places, cpu) < 0)
        cpu = cpuset_next(pins, cpu + 1);
    if (cpu < 0)
        return -1;
    holding = place_of(places, cpu);
    if (cpuset_within(pins, places->places[holding].cpus))
        return holding;
    while ((cpu = cpuset_next(pins, cpu + 1)) >= 0)
        if (place_of(places, cpu) >= 0 && place_of(places, cpu) != holding)
            return -1;
    return holding;
}

bool places_stray(const Places *places, const CpuSet *pins, const CpuSet *allowed)
{
    bool somewhere = false;

    if (cpuset_within(pins, allowed) && pins->n_cpus > 0)
        return false;
    for (int cpu = cpuset_next(pins, 0); cpu >= 0; cpu = cpuset_next(pins, cpu + 1)) {
        if (place_of(places, cpu) < 0)
            continue;
        if (!cpuset_has(allowed, cpu))
            return true;
        somewhere = true;
    }
    return !somewhere;
}

bool places_narrow(const Places *places, int place, const CpuSet *pins,
                   const CpuSet *allowed)
{
    const CpuSet *cpus = places->places[place].cpus;

    if (pins == cpus || pins == allowed)
        return false;
    for (int cpu = cpuset_next(cpus, 0); cpu >= 0; cpu = cpuset_next(cpus, cpu + 1))
        if (cpuset_has(allowed, cpu) && !cpuset_has(pins, cpu))
            return true;
    return false;
}

void places_name(const Places *places, int place, GString *out)
{
    g_autofree char *cpus = NULL;

    if (place < 0) {
        g_string_append(out, "anywhere");
        return;
    }
    cpus = cpuset_format(places->places[place].cpus);
    g_string_append_printf(
        out, places->places[place].n_cpus == 1 ? "pCPU %s" : "pCPUs %s", cpus);
}
