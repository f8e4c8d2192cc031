/*
 * sim_scenario_event.c - the events of a scenario, read.
 *
 * What an event does decides which keys it needs; a key that means nothing to it is
 * an error like a key that is missing.
 */
#include "sim_scenario.h"

#include <string.h>

enum { VM = 1, CPUS = 2, FOR = 4, VCPUS = 8, WEIGHT = 16, QUOTA = 32 };

static const struct {
    const char *name;
    SimEventKind kind;
    unsigned needs;
    bool then_stops;
} deeds[] = {
    { "stop", SIM_EVENT_STOP, VM, false },
    { "start", SIM_EVENT_START, VM, false },
    { "restart", SIM_EVENT_RESTART, VM, false },
    { "restore", SIM_EVENT_RESTORE, VM, false },
    { "busy", SIM_EVENT_BUSY, VM | FOR, false },
    { "migrate", SIM_EVENT_BUSY, VM | FOR, true },
    { "refuse", SIM_EVENT_REFUSE, VM, false },
    { "plug", SIM_EVENT_PLUG, VM | VCPUS, false },
    { "weight", SIM_EVENT_WEIGHT, VM | WEIGHT, false },
    { "quota", SIM_EVENT_QUOTA, VM | QUOTA, false },
    { "pin", SIM_EVENT_PIN, VM | CPUS, false },
    { "offline", SIM_EVENT_OFFLINE, CPUS, false },
    { "online", SIM_EVENT_ONLINE, CPUS, false },
    { "lost", SIM_EVENT_LOST, FOR, false },
};

static const char *const event_keys[] = {
    "at", "do", "vm", "cpus", "for", "vcpus", "weight", "quota", NULL,
};
enum { FIRST_OF_NEEDS = 2 }; /* "vm" is bit 0, and so on */

static int find_deed(const char *name)
{
    for (int i = 0; name && i < (int)G_N_ELEMENTS(deeds); i++)
        if (strcmp(deeds[i].name, name) == 0)
            return i;
    return -1;
}

/* A group's name means all its copies. */
static ScenarioVms find_vms(const Scenario *scenario, const char *name)
{
    for (guint i = 0; i < scenario->vms->len; i++) {
        ScenarioVms vms = g_array_index(scenario->vms, ScenarioVms, i);

        if (strcmp(vms.name, name) == 0)
            return vms;
    }
    for (guint i = 0; i < scenario->sim->vms->len; i++)
        if (strcmp(sim_vm(scenario->sim, (int)i)->name, name) == 0)
            return (ScenarioVms){ name, (int)i, 1 };
    return (ScenarioVms){ name, -1, 0 };
}

static bool check_needs(const Keys *keys, int g, int deed, GError **error)
{
    for (int i = FIRST_OF_NEEDS; event_keys[i]; i++) {
        bool needed = deeds[deed].needs >> (i - FIRST_OF_NEEDS) & 1;

        if (needed != keys_has(keys, g, event_keys[i]))
            return keys_wrong(keys, g, event_keys[i], error, "'%s' %s",
                              deeds[deed].name,
                              needed ? "needs it" : "has no use for it");
    }
    return true;
}

static bool read_numbers(const Scenario *scenario, int g, SimEvent *event,
                         GError **error)
{
    const Keys *keys = scenario->keys;
    int64_t number = 0;

    if (!keys_number(keys, g, "at", SECOND_PLACES, 0, SCENARIO_TIME_MAX, &event->at_us,
                     error) ||
        !keys_number(keys, g, "for", SECOND_PLACES, 1, SCENARIO_TIME_MAX,
                     &event->lasts_us, error) ||
        !keys_number(keys, g, "vcpus", 0, 1, SIM_VCPUS_OF_VM_MAX, &number, error) ||
        !keys_number(keys, g, "weight", 0, 1, SHARE_WEIGHT_MAX, &number, error) ||
        !keys_number(keys, g, "quota", THOUSANDTH_PLACES, 0, LOAD_FULL, &number,
                     error) ||
        !keys_cpus(keys, g, "cpus", scenario->sim->sets, scenario->n_pcpus,
                   &event->cpus, error))
        return false;
    event->number = (int)number;
    return true;
}

static bool add_for_vms(Scenario *scenario, int g, SimEvent event, bool then_stops,
                        GError **error)
{
    ScenarioVms vms = find_vms(scenario, keys_text(scenario->keys, g, "vm"));

    if (vms.n_vms == 0)
        return keys_wrong(scenario->keys, g, "vm", error, "there is no VM '%s'",
                          vms.name);
    for (int i = 0; i < vms.n_vms; i++) {
        event.vm = vms.first_vm + i;
        if (event.kind == SIM_EVENT_PLUG &&
            event.number > sim_vm(scenario->sim, event.vm)->max_vcpus)
            return keys_wrong(scenario->keys, g, "vcpus", error, "'%s' has room for %d",
                              vms.name, sim_vm(scenario->sim, event.vm)->max_vcpus);
        sim_add_event(scenario->sim, event);
        if (then_stops)
            sim_add_event(scenario->sim,
                          (SimEvent){ .kind = SIM_EVENT_STOP,
                                      .at_us = event.at_us + event.lasts_us,
                                      .vm = event.vm });
    }
    return true;
}

bool scenario_add_event(Scenario *scenario, int g, GError **error)
{
    const Keys *keys = scenario->keys;
    int deed = find_deed(keys_text(keys, g, "do"));
    SimEvent event = { .vm = -1 };

    if (!keys_check(keys, g, event_keys, error))
        return false;
    if (deed < 0)
        return keys_wrong(
            keys, g, "do", error,
            "what? There are stop, start, restart, restore, busy, migrate, refuse, "
            "plug, weight, quota, pin, offline, online and lost");
    if (!keys_has(keys, g, "at"))
        return keys_wrong(keys, g, "at", error, "when?");
    if (!check_needs(keys, g, deed, error) || !read_numbers(scenario, g, &event, error))
        return false;
    event.kind = deeds[deed].kind;
    if (deeds[deed].needs & VM)
        return add_for_vms(scenario, g, event, deeds[deed].then_stops, error);
    sim_add_event(scenario->sim, event);
    return true;
}
