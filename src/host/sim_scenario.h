/* sim_scenario.h - a scenario while it is read. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "keys.h"
#include "sim_event.h"
#include "sim_load_text.h"

typedef struct {
    const char *name; /* of the group; copies are NAME-1, NAME-2, … */
    int first_vm, n_vms;
} ScenarioVms;

typedef struct {
    const char *file;
    const Keys *keys;
    int n_pcpus;
    int64_t scale;
    GArray *vms; /* of ScenarioVms */
    SimLoadSource source;
    Sim *sim;
} Scenario;

bool scenario_add_event(Scenario *scenario, int g, const char *name, GError **error);

#endif
