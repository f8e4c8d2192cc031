/*
 * sim_scenario_host.c - the host of a scenario, read.
 *
 * CPUs are given as a number of them, all alike, or by what they share: so many threads
 * to a core, cores to a cache, caches to a cell, cells to a socket.
 */
#include "sim_scenario.h"

#include <string.h>

enum { DISTANCE_IN_SOCKET = 12 };

static const char *const host_keys[] = {
    "pcpus", "sockets",  "cells",   "caches",       "cores", "threads",
    "scale", "capacity", "offline", "period",       "tick",  "periods",
    "seed",  "start",    "wait",    "counter-step", NULL,
};

/* How many of each there are in one of the next larger. */
typedef struct {
    int64_t sockets, cells, caches, cores, threads;
} Shape;

static bool read_shape(Scenario *scenario, int g, Shape *out, GError **error)
{
    const struct {
        const char *key;
        int64_t *number;
    } parts[] = {
        { "threads", &out->threads }, { "cores", &out->cores },
        { "caches", &out->caches },   { "cells", &out->cells },
        { "sockets", &out->sockets },
    };
    const Keys *keys = scenario->keys;
    bool flat = keys_has(keys, g, "pcpus");

    *out = (Shape){ 1, 1, 1, 1, 1 };
    if (!flat && !keys_has(keys, g, "cores"))
        return keys_wrong(keys, g, "pcpus", error,
                          "how many? Or say cores, and what they are part of");
    for (int i = 0; i < (int)G_N_ELEMENTS(parts); i++) {
        if (flat && keys_has(keys, g, parts[i].key))
            return keys_wrong(keys, g, parts[i].key, error, "pcpus was said already");
        if (!keys_number(keys, g, parts[i].key, 0, 1, CPUSET_SPAN_MAX, parts[i].number,
                         error))
            return false;
    }
    return keys_number(keys, g, "pcpus", 0, 1, CPUSET_SPAN_MAX, &out->cores, error) &&
           keys_number(keys, g, "scale", 0, 1, CPUSET_SPAN_MAX, &scenario->scale,
                       error);
}

/* Cells of one socket are nearer to each other than to those of others. */
static void bring_sockets_near(Topology *topology, int64_t per_socket)
{
    for (int a = 0; a < topology->n_cells; a++)
        for (int b = 0; b < topology->n_cells; b++)
            if (a != b && a / per_socket == b / per_socket &&
                per_socket < topology->n_cells)
                topology->distance[a * topology->n_cells + b] = DISTANCE_IN_SOCKET;
}

static bool make_topology(Scenario *scenario, int g, GError **error)
{
    CpuSets *sets;
    Topology *topology;
    int64_t n;
    Shape shape;

    if (!read_shape(scenario, g, &shape, error))
        return false;
    shape.cores *= scenario->scale;
    n = shape.threads * shape.cores;
    for (int i = 0; i < 3 && n <= CPUSET_SPAN_MAX; i++)
        n *= i == 0 ? shape.caches : i == 1 ? shape.cells : shape.sockets;
    if (!sim_check_pcpus(scenario->file, keys_group_line(scenario->keys, g), n, error))
        return false;
    sets = cpusets_new();
    topology = topology_new(sets, (int)n, (int)shape.threads,
                            (int)(shape.threads * shape.cores),
                            (int)(shape.threads * shape.cores * shape.caches));
    bring_sockets_near(topology, shape.cells);
    scenario->n_pcpus = (int)n;
    scenario->sim = sim_new(scenario->file, 0, sets, topology);
    return true;
}

/* "0-3 60; 4-7 80": what those CPUs have, in percent of a whole one. */
static bool read_capacity(Scenario *scenario, int g, GError **error)
{
    const char *text = keys_text(scenario->keys, g, "capacity");
    g_auto(GStrv) items = g_strsplit(text ? text : "", ";", -1);
    Topology *topology = scenario->sim->topologies->pdata[0];

    for (int i = 0; items[i] && text; i++) {
        g_auto(GStrv) words = g_strsplit(g_strstrip(items[i]), " ", 2);
        const CpuSet *cpus =
            cpusets_parse(scenario->sim->sets, words[0] ? words[0] : "", NULL);
        int64_t capacity;

        if (!cpus || cpus->n_cpus == 0 || cpus->span > scenario->n_pcpus || !words[1] ||
            !input_number(words[1], THOUSANDTH_PLACES, &capacity) || capacity < 1 ||
            capacity > LOAD_FULL)
            return keys_wrong(scenario->keys, g, "capacity", error,
                              "'%s' is not CPUS and a percentage", items[i]);
        for (int p = cpuset_next(cpus, 0); p >= 0; p = cpuset_next(cpus, p + 1))
            topology->pcpus[p].capacity = (int)capacity;
    }
    return true;
}

static bool read_offline(Scenario *scenario, int g, GError **error)
{
    Sim *sim = scenario->sim;
    const CpuSet *offline = cpusets_none(sim->sets);
    const CpuSet *online;

    if (!keys_cpus(scenario->keys, g, "offline", sim->sets, scenario->n_pcpus, &offline,
                   error))
        return false;
    if (offline->n_cpus == 0)
        return true;
    online = cpusets_minus(sim->sets, sim->topology->online, offline);
    if (online->n_cpus == 0)
        return keys_wrong(scenario->keys, g, "offline", error, "one CPU has to stay");
    sim_change_topology(sim, topology_with_online(sim->topology, online));
    return true;
}

static bool read_wait(Scenario *scenario, int g, GError **error)
{
    const char *text = keys_text(scenario->keys, g, "wait");

    if (text && strcmp(text, "told") != 0 && strcmp(text, "hidden") != 0)
        return keys_wrong(scenario->keys, g, "wait", error, "it is told or hidden");
    scenario->sim->hides_waiting = text && strcmp(text, "hidden") == 0;
    return true;
}

bool scenario_read_host(Scenario *scenario, GError **error)
{
    const Keys *keys = scenario->keys;
    int g = keys_find(keys, "host");
    int64_t n_periods = 0, seed = 0, step_ms = 0;
    Sim *sim;

    if (g < 0)
        return input_wrong(error, scenario->file, 1, "there is no [host]");
    if (!keys_check(keys, g, host_keys, error) || !make_topology(scenario, g, error))
        return false;
    sim = scenario->sim;
    if (!keys_number(keys, g, "period", SECOND_PLACES, PERIOD_MIN_US, PERIOD_MAX_US,
                     &sim->period_us, error) ||
        !keys_number(keys, g, "tick", SECOND_PLACES, SIM_SECOND / 1000,
                     SCENARIO_TIME_MAX, &sim->tick_us, error) ||
        !keys_number(keys, g, "periods", 0, 1, INT32_MAX, &n_periods, error) ||
        !keys_number(keys, g, "seed", 0, 0, UINT32_MAX, &seed, error) ||
        !keys_number(keys, g, "counter-step", 3, 0, 1000000, &step_ms, error))
        return false;
    sim->n_periods = (int)n_periods;
    sim->seed = (uint32_t)seed;
    sim->counter_step_ns = MAX(step_ms * 1000, 1);
    return read_capacity(scenario, g, error) && read_offline(scenario, g, error) &&
           read_wait(scenario, g, error);
}
