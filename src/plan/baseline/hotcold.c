/*
 * hotcold.c - one vCPU a period from the busiest place to the freest.
 *
 * When they differ by more than ten points, and unless it is alone there.  Of those on
 * the busiest place the one goes that leaves the two closest together; if none brings
 * them closer, none goes.  Where owners forbid the freest, it is the freest of what
 * they allow.
 */
#include "table.h"

enum { TOLERATED_POINTS = 10 };

static int freest_for(const Table *table, const Tally *tally, const CpuSet *allowed)
{
    const Places *places = table->places;
    int64_t least = INT64_MAX;
    int found = -1;

    for (int p = 0; p < places->n_places; p++) {
        int64_t use = use_of(tally->load[p], &places->places[p]);

        if (use >= least || !may_stand(table, allowed, p))
            continue;
        least = use;
        found = p;
    }
    return found;
}

/* How many points, in thousandths, @from is still off @to when @load has moved. */
static int64_t gap_after(const Table *table, const Tally *tally, int from, int to,
                         int64_t load)
{
    const Place *places = table->places->places;

    return ABS(use_of(tally->load[from] - load, &places[from]) -
               use_of(tally->load[to] + load, &places[to]));
}

static bool is_alone(const Table *table, const Tally *tally, int place)
{
    int n_loaded = 0;

    for (int v = 0; v < table->snapshot->n_vcpus; v++)
        n_loaded += tally->at[v] == place && table->snapshot->vcpus[v].load > 0;
    return n_loaded <= 1;
}

void baseline_hotcold(const Table *table)
{
    g_auto(Tally) tally = { 0 };
    int64_t least = INT64_MAX;
    int hot, goes = -1, to = -1, cold = -1;
    const CpuSet *allowed = NULL;

    tally_make(table, &tally);
    hot = fullest(table, &tally);
    if (hot < 0 || is_alone(table, &tally, hot))
        return;
    for (int v = 0; v < table->snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &table->snapshot->vcpus[v];
        int64_t before, after;

        if (tally.at[v] != hot || !may_move(table, v))
            continue;
        if (vcpu->allowed != allowed)
            cold = freest_for(table, &tally, vcpu->allowed);
        allowed = vcpu->allowed;
        if (cold < 0)
            continue;
        before = gap_after(table, &tally, hot, cold, 0);
        after = gap_after(table, &tally, hot, cold, vcpu->load);
        if (before <= TOLERATED_POINTS * POINT || after >= MIN(before, least))
            continue;
        least = after;
        goes = v;
        to = cold;
    }
    if (goes >= 0)
        table->placement[goes] = to;
}
