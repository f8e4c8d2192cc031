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

static const char *const vm_keys[] = {
    "count",   "vcpus", "plugged", "weight", "quota", "polling", "backlog",
    "allowed", "start", "load",    "from",   "until", "state",   NULL,
};
static const char *const foreign_keys[] = { "cpus", "load", NULL };
static const char *const fault_keys[] = { "busy", "refused", "gone", "lost", NULL };

/* ── VMs ──────────────────────────────────────────────────────────────────── */

/* What all copies of a VM have in common, and its lists that are taken in turn. */
typedef struct {
    int group;
    int64_t count, n_vcpus, plugged, weight, quota, polling, patience_us;
    int64_t from_us, until_us;
    const CpuSet *allowed;
    const char *state;
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
        vm->state = g_strdup(kind->state);
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
        !keys_number(keys, g, "backlog", SECOND_PLACES, 0, SCENARIO_TIME_MAX,
                     &kind->patience_us, error) ||
        !keys_number(keys, g, "from", SECOND_PLACES, 0, SCENARIO_TIME_MAX,
                     &kind->from_us, error) ||
        !keys_number(keys, g, "until", SECOND_PLACES, kind->from_us + 1,
                     SCENARIO_TIME_MAX, &kind->until_us, error) ||
        !keys_cpus(keys, g, "allowed", scenario->sim->sets, scenario->n_pcpus,
                   &kind->allowed, error))
        return false;
    kind->count *= scenario->scale;
    return scenario->sim->vcpus->len + kind->count * kind->n_vcpus <= SIM_VCPUS_MAX ||
           keys_wrong(keys, g, "count", error, "more than %d vCPUs are too many",
                      SIM_VCPUS_MAX);
}

static bool add_kind(Scenario *scenario, int g, GError **error)
{
    const char *name = keys_group(scenario->keys, g) + strlen("vm ");
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
        .state = keys_text(keys, g, "state"),
        .loads = loads,
    };
    ScenarioVms vms = { name, (int)scenario->sim->vms->len, 0 };

    if (!start)
        start = keys_text(keys, keys_find(keys, "host"), "start");
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

static bool add_foreign(Scenario *scenario, int g, GError **error)
{
    Sim *sim = scenario->sim;
    const char *text = keys_text(scenario->keys, g, "load");
    const CpuSet *cpus = sim->topology->online;
    int turn = 0;

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

static bool read_faults(Scenario *scenario, int g, GError **error)
{
    SimFaults *faults = &scenario->sim->faults;
    int *const rates[] = { &faults->busy, &faults->refused, &faults->gone,
                           &faults->lost };

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

static const struct {
    const char *title; /* of the group; a name follows what ends with a blank */
    bool late;         /* to be read when all VMs are known */
    bool (*read)(Scenario *scenario, int g, GError **error); /* NULL: read already */
} group_kinds[] = {
    { "host", false, NULL },
    { "vm ", false, add_kind },
    { "foreign ", false, add_foreign },
    { "faults", false, read_faults },
    { "event ", true, scenario_add_event },
};

static bool is_titled(const char *group, const char *title)
{
    if (!g_str_has_suffix(title, " "))
        return strcmp(group, title) == 0;
    return g_str_has_prefix(group, title) && strlen(group) > strlen(title);
}

static bool read_group(Scenario *scenario, int g, bool late, GError **error)
{
    const char *group = keys_group(scenario->keys, g);

    for (int i = 0; i < (int)G_N_ELEMENTS(group_kinds); i++)
        if (is_titled(group, group_kinds[i].title))
            return late != group_kinds[i].late || !group_kinds[i].read ||
                   group_kinds[i].read(scenario, g, error);
    return input_wrong(error, scenario->file, keys_group_line(scenario->keys, g),
                       "there is no group [%s]; there are [host], [vm NAME], "
                       "[foreign NAME], [event NAME] and [faults]",
                       group);
}

static bool read_all(Scenario *scenario, GError **error)
{
    if (!scenario_read_host(scenario, error))
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
