/* sim_scenario.h - a scenario while it is read. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "keys.h"
#include "sim_event.h"
#include "sim_load_text.h"

/* How many decimals of a number count. */
enum {
    SECOND_PLACES = 6,     /* microseconds */
    PERCENT_PLACES = 4,    /* millionths of a CPU */
    THOUSANDTH_PLACES = 1, /* thousandths of a CPU */
};

#define SCENARIO_TIME_MAX (INT64_C(1000000) * SIM_SECOND)

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

/* Makes the world, with nothing in it. */
bool scenario_read_host(Scenario *scenario, GError **error);

bool scenario_add_event(Scenario *scenario, int g, GError **error);

#endif
