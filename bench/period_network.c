/*
 * period_network.c - the network goes out as DIMACS text and comes back as an instance,
 * so that every solver gets exactly what anybody could be given.
 */
#include "period_network.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "race.h"

static const char *const ours[] = { "pinflow-condensed", "pinflow-simplex" };
static const char theirs[] = "lemon-ns";

static double best_ms(const RaceResult *result)
{
    double best = INFINITY;

    for (guint i = 0; i < result->rounds->len; i++)
        best = MIN(best, g_array_index(result->rounds, RaceRound, i).ms);
    return best;
}

/* Its best time, or 0 where there is none.  What the flow costs is for @cost, if that is
 * still open, or else must be it. */
static double race(const char *solver, Instance *instance, int64_t *cost, bool *agree)
{
    const RaceRules rules = { .limit_seconds = 30 };
    RaceResult result;
    double ms = 0;

    race_run(solver, instance, &rules, &result);
    if (result.failed)
        *agree = false;
    if (result.rounds->len > 0) {
        int64_t found = g_array_index(result.rounds, RaceRound, 0).cost;

        if (*cost == INT64_MIN)
            *cost = found;
        if (*cost != found)
            *agree = false;
        ms = best_ms(&result);
    }
    race_result_clear(&result);
    return ms;
}

static void race_all(Instance *instance, PlanNetwork *out)
{
    int64_t cost = INT64_MIN;

    out->agree = true;
    for (gsize i = 0; i < G_N_ELEMENTS(ours); i++) {
        double ms = race(ours[i], instance, &cost, &out->agree);

        if (ms > 0 && (out->ours_ms == 0 || ms < out->ours_ms)) {
            out->ours_ms = ms;
            out->ours = ours[i];
        }
    }
    out->lemon_ms = race(theirs, instance, &cost, &out->agree);
}

void network_race(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                  PlanNetwork *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Instance instance;
    DimacsResult result;
    FILE *file;

    plan_dimacs(planner, snapshot, policy, text);
    file = fmemopen(text->str, text->len, "r");
    result = instance_read(file, &instance);
    fclose(file);
    if (result.status != DIMACS_OK) {
        fprintf(stderr, "bench_period: the network's line %" G_GINT64_FORMAT ": %s\n",
                result.line, result.what);
        return;
    }
    out->n_nodes = instance.net.n_nodes;
    out->n_arcs = instance.net.n_arcs / 2;
    race_all(&instance, out);
    instance_clear(&instance);
}
