/*
 * sim_scenario.c - a host and its day, as somebody wrote them down.
 *
 * A scenario is a key file with a group for the host and one for every kind of VM,
 * of host process and of event.  data/scenarios/ shows every key.
 */
#include "sim_scenario.h"

#include "input.h"

#include <inttypes.h>
#include <string.h>

enum {
    SECOND_PLACES = 6,
    PERCENT_PLACES = 4,    /* millionths of a CPU */
    THOUSANDTH_PLACES = 1, /* thousandths of a CPU */
    SECONDS_MAX = 1000000, /* no scenario is longer */
    DISTANCE_IN_SOCKET = 12,
};

#define TIME_MAX (SECONDS_MAX * SIM_SECOND)

static const char *const host_keys[] = {
    "pcpus", "sockets",  "cells",   "caches",       "cores", "threads",
    "scale", "capacity", "offline", "period",       "tick",  "periods",
    "seed",  "start",    "wait",    "counter-step", NULL,
};
static const char *const vm_keys[] = {
    "count",   "vcpus", "plugged", "weight", "quota", "polling", "backlog",
    "allowed", "start", "load",    "from",   "until", NULL,
};
static const char *const foreign_keys[] = { "cpus", "load", NULL };
static const char *const fault_keys[] = { "busy", "refused", "gone", "lost", NULL };

/* ── the host ─────────────────────────────────────────────────────────────── */

static int find_group(const Keys *keys, const char *name)
{
    for (int g = 0; g < keys_n_groups(keys); g++)
        if (strcmp(keys_group(keys, g), name) == 0)
            return g;
    return -1;
}

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

static bool read_host(Scenario *scenario, GError **error)
{
    const Keys *keys = scenario->keys;
    int g = find_group(keys, "host");
    int64_t n_periods = 0, seed = 0, step_ms = 0;
    Sim *sim;

    if (g < 0)
        return input_wrong(error, scenario->file, 1, "there is no [host]");
    if (!keys_check(keys, g, host_keys, error) || !make_topology(scenario, g, error))
        return false;
    sim = scenario->sim;
    if (!keys_number(keys, g, "period", SECOND_PLACES, SIM_SECOND / 1000, TIME_MAX,
                     &sim->period_us, error) ||
        !keys_number(keys, g, "tick", SECOND_PLACES, SIM_SECOND / 1000, TIME_MAX,
                     &sim->tick_us, error) ||
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

/* ── VMs ──────────────────────────────────────────────────────────────────── */

/* What all copies of a VM have in common, and its lists that are taken in turn. */
typedef struct {
    int group;
    int64_t count, n_vcpus, plugged, weight, quota, polling, patience_us;
    int64_t from_us, until_us;
    const CpuSet *allowed;
    const char *start;
    char **loads, **starts;
} Kind;

/* "0; 2-3" is taken in turn, "round-robin" goes over all allowed CPUs. */
static bool find_start(Scenario *scenario, const Kind *kind, int turn, int vcpu,
                       const CpuSet **out, GError **error)
{
    guint n = g_strv_length(kind->starts);
    char *text = n > 0 ? g_strstrip(kind->starts[(guint)turn % n]) : NULL;
    CpuSets *sets = scenario->sim->sets;
    const Keys *keys = scenario->keys;
    g_autoptr(GError) why = NULL;

    *out = kind->allowed;
    if (!text || strcmp(text, "floating") == 0)
        return true;
    if (strcmp(text, "round-robin") == 0) {
        int cpu = -1;

        for (int nth = vcpu % kind->allowed->n_cpus; nth >= 0; nth--)
            cpu = cpuset_next(kind->allowed, cpu + 1);
        *out = cpusets_range(sets, cpu, 1);
        return true;
    }
    *out = cpusets_parse(sets, text, &why);
    if (*out && (*out)->n_cpus > 0 && (*out)->span <= scenario->n_pcpus)
        return true;
    return keys_wrong(keys, kind->group, "start", error,
                      "'%s' is neither floating, round-robin nor a list of CPUs", text);
}

static bool find_load(Scenario *scenario, const Kind *kind, int turn, SimLoad *out,
                      GError **error)
{
    guint n = g_strv_length(kind->loads);
    const char *text = n > 0 ? kind->loads[(guint)turn % n] : "";
    g_autofree char *why = NULL;

    return sim_load_parse(text, &scenario->source, turn / (int)MAX(n, 1), out, &why) ||
           keys_wrong(scenario->keys, kind->group, "load", error, "%s", why);
}

/* What has its turn too late to be used is checked all the same. */
static bool check_turns(Scenario *scenario, const Kind *kind, GError **error)
{
    const CpuSet *start;
    SimLoad load;

    for (int turn = 0; turn < (int)g_strv_length(kind->loads); turn++)
        if (!find_load(scenario, kind, turn, &load, error))
            return false;
    for (int turn = 0; turn < (int)g_strv_length(kind->starts); turn++)
        if (!find_start(scenario, kind, turn, 0, &start, error))
            return false;
    return true;
}

static bool add_vcpus(Scenario *scenario, const Kind *kind, int copy, GError **error)
{
    for (int i = 0; i < kind->n_vcpus; i++) {
        int turn = copy * (int)kind->n_vcpus + i;
        const CpuSet *start;
        SimLoad load;

        if (!find_load(scenario, kind, turn, &load, error) ||
            !find_start(scenario, kind, turn, (int)scenario->sim->vcpus->len, &start,
                        error))
            return false;
        sim_add_vcpu(scenario->sim, &load, kind->allowed, start);
    }
    return true;
}

static void plan_life(Sim *sim, const Kind *kind, int number)
{
    SimVm *vm = sim_vm(sim, number);

    if (kind->from_us > 0) {
        vm->running = false;
        sim_add_event(sim, (SimEvent){ .kind = SIM_EVENT_START,
                                       .at_us = kind->from_us,
                                       .vm = number });
    }
    if (kind->until_us > 0)
        sim_add_event(sim, (SimEvent){ .kind = SIM_EVENT_STOP,
                                       .at_us = kind->until_us,
                                       .vm = number });
}

static bool add_copies(Scenario *scenario, const Kind *kind, const char *name,
                       GError **error)
{
    Sim *sim = scenario->sim;

    for (int copy = 0; copy < kind->count; copy++) {
        int number = (int)sim->vms->len;
        SimVm *vm =
            sim_add_vm(sim, kind->count > 1 ? g_strdup_printf("%s-%d", name, copy + 1)
                                            : g_strdup(name));

        vm->weight = (int)kind->weight;
        vm->quota = (int)kind->quota;
        vm->polling = (int)kind->polling;
        vm->patience_us = kind->patience_us;
        if (!add_vcpus(scenario, kind, copy, error))
            return false;
        sim_vm(sim, number)->n_vcpus = (int)MIN(kind->plugged, kind->n_vcpus);
        plan_life(sim, kind, number);
    }
    return true;
}

static bool read_kind(Scenario *scenario, Kind *kind, GError **error)
{
    const Keys *keys = scenario->keys;
    int g = kind->group;

    if (!keys_check(keys, g, vm_keys, error) ||
        !keys_number(keys, g, "count", 0, 1, CPUSET_SPAN_MAX, &kind->count, error) ||
        !keys_number(keys, g, "vcpus", 0, 1, SIM_VCPUS_OF_VM_MAX, &kind->n_vcpus,
                     error) ||
        !keys_number(keys, g, "plugged", 0, 1, kind->n_vcpus, &kind->plugged, error) ||
        !keys_number(keys, g, "weight", 0, 1, SHARE_WEIGHT_MAX, &kind->weight, error) ||
        !keys_number(keys, g, "quota", THOUSANDTH_PLACES, 1, LOAD_FULL, &kind->quota,
                     error) ||
        !keys_number(keys, g, "polling", PERCENT_PLACES, 0, SIM_WHOLE, &kind->polling,
                     error) ||
        !keys_number(keys, g, "backlog", SECOND_PLACES, 0, TIME_MAX, &kind->patience_us,
                     error) ||
        !keys_number(keys, g, "from", SECOND_PLACES, 0, TIME_MAX, &kind->from_us,
                     error) ||
        !keys_number(keys, g, "until", SECOND_PLACES, kind->from_us + 1, TIME_MAX,
                     &kind->until_us, error) ||
        !keys_cpus(keys, g, "allowed", scenario->sim->sets, scenario->n_pcpus,
                   &kind->allowed, error))
        return false;
    kind->count *= scenario->scale;
    return scenario->sim->vcpus->len + kind->count * kind->n_vcpus <= SIM_VCPUS_MAX ||
           keys_wrong(keys, g, "count", error, "more than %d vCPUs are too many",
                      SIM_VCPUS_MAX);
}

static bool add_kind(Scenario *scenario, int g, const char *name, GError **error)
{
    const Keys *keys = scenario->keys;
    const char *load = keys_text(keys, g, "load"), *start = keys_text(keys, g, "start");
    g_auto(GStrv) loads = g_strsplit(load ? load : "0", ";", -1);
    g_auto(GStrv) starts = NULL;
    Kind kind = {
        .group = g,
        .count = 1,
        .n_vcpus = 1,
        .plugged = SIM_VCPUS_OF_VM_MAX,
        .weight = SHARE_WEIGHT_USUAL,
        .allowed = cpusets_range(scenario->sim->sets, 0, scenario->n_pcpus),
        .loads = loads,
    };
    ScenarioVms vms = { name, (int)scenario->sim->vms->len, 0 };

    if (!start)
        start = keys_text(keys, find_group(keys, "host"), "start");
    starts = g_strsplit(start ? start : "", ";", -1);
    kind.starts = starts;
    if (!read_kind(scenario, &kind, error) || !check_turns(scenario, &kind, error) ||
        !add_copies(scenario, &kind, name, error))
        return false;
    vms.n_vms = (int)kind.count;
    g_array_append_val(scenario->vms, vms);
    return true;
}

/* ── host processes and faults ────────────────────────────────────────────── */

static bool add_foreign(Scenario *scenario, int g, const char *name, GError **error)
{
    Sim *sim = scenario->sim;
    const char *text = keys_text(scenario->keys, g, "load");
    const CpuSet *cpus = sim->topology->online;
    int turn = 0;

    (void)name;
    if (!keys_check(scenario->keys, g, foreign_keys, error) ||
        !keys_cpus(scenario->keys, g, "cpus", sim->sets, scenario->n_pcpus, &cpus,
                   error))
        return false;
    for (int p = cpuset_next(cpus, 0); p >= 0; p = cpuset_next(cpus, p + 1)) {
        g_autofree char *why = NULL;
        SimForeign foreign = { .pcpu = p };

        if (!sim_load_parse(text ? text : "", &scenario->source, turn++, &foreign.load,
                            &why))
            return keys_wrong(scenario->keys, g, "load", error, "%s", why);
        g_array_append_val(sim->foreign, foreign);
    }
    return true;
}

static bool read_faults(Scenario *scenario, int g, const char *name, GError **error)
{
    SimFaults *faults = &scenario->sim->faults;
    int *const rates[] = { &faults->busy, &faults->refused, &faults->gone,
                           &faults->lost };

    (void)name;
    if (!keys_check(scenario->keys, g, fault_keys, error))
        return false;
    for (int i = 0; fault_keys[i]; i++) {
        int64_t rate = 0;

        if (!keys_number(scenario->keys, g, fault_keys[i], PERCENT_PLACES, 0, SIM_WHOLE,
                         &rate, error))
            return false;
        *rates[i] = (int)rate;
    }
    return true;
}

/* ── the file ─────────────────────────────────────────────────────────────── */

typedef bool ReadGroup(Scenario *scenario, int g, const char *name, GError **error);

static bool skip_host(Scenario *scenario, int g, const char *name, GError **error)
{
    (void)scenario, (void)g, (void)name, (void)error;
    return true;
}

static const struct {
    const char *title; /* of the group: alone, or with a name after it */
    bool named;
    bool late; /* to be read when all VMs are known */
    ReadGroup *read;
} group_kinds[] = {
    { "host", false, false, skip_host },
    { "vm", true, false, add_kind },
    { "foreign", true, false, add_foreign },
    { "faults", false, false, read_faults },
    { "event", true, true, scenario_add_event },
};

/* The name in "vm db", or "" for what has none; NULL when it is another kind. */
static const char *name_in(const char *group, const char *title, bool named)
{
    size_t length = strlen(title);

    if (strncmp(group, title, length) != 0)
        return NULL;
    if (!named)
        return group[length] == '\0' ? "" : NULL;
    return group[length] == ' ' && group[length + 1] != '\0' ? group + length + 1
                                                             : NULL;
}

static bool read_group(Scenario *scenario, int g, bool late, GError **error)
{
    const char *group = keys_group(scenario->keys, g);

    for (int i = 0; i < (int)G_N_ELEMENTS(group_kinds); i++) {
        const char *name = name_in(group, group_kinds[i].title, group_kinds[i].named);

        if (name)
            return late != group_kinds[i].late ||
                   group_kinds[i].read(scenario, g, name, error);
    }
    return input_wrong(error, scenario->file, keys_group_line(scenario->keys, g),
                       "there is no group [%s]; there are [host], [vm NAME], "
                       "[foreign NAME], [event NAME] and [faults]",
                       group);
}

static bool read_all(Scenario *scenario, GError **error)
{
    if (!read_host(scenario, error))
        return false;
    scenario->source.series = scenario->sim->series;
    for (int late = 0; late < 2; late++)
        for (int g = 0; g < keys_n_groups(scenario->keys); g++)
            if (!read_group(scenario, g, late, error))
                return false;
    return true;
}

Host *host_sim_open_text(const char *name, const char *text, int64_t period_us,
                         uint32_t seed, GError **error)
{
    g_autoptr(Keys) keys = keys_new(name, text, error);
    g_autofree char *directory = g_path_get_dirname(name);
    g_autoptr(GArray) vms = g_array_new(FALSE, FALSE, sizeof(ScenarioVms));
    Scenario scenario = { .file = name, .keys = keys, .scale = 1, .vms = vms };
    bool well;

    if (!keys)
        return NULL;
    scenario.source.directory = directory;
    well = read_all(&scenario, error);
    sim_load_source_clear(&scenario.source);
    if (!well) {
        sim_free(scenario.sim);
        return NULL;
    }
    if (period_us > 0)
        scenario.sim->period_us = period_us;
    if (seed > 0)
        scenario.sim->seed = seed;
    return sim_begin(scenario.sim);
}

Host *host_sim_open(const char *path, int64_t period_us, uint32_t seed, GError **error)
{
    g_autofree char *text = input_read(path, error);

    return text ? host_sim_open_text(path, text, period_us, seed, error) : NULL;
}
