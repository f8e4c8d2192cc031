/*
 * average.c - what is above the average goes to what is below.
 *
 * The target is the same use for every place.  While a place exceeds it by more than
 * the threshold, its vCPUs go to the place furthest below, heaviest first: to begin
 * with, those that fit there; then also those that do not, while the fuller of the two
 * comes out at least a point better.  Those whose going would change less stay.
 */
#include "freest.h"

typedef struct {
    const Table *table;
    Tally tally;
    Freest freest;
    Reaches reaches;
    int64_t load, capacity; /* of all places together */
} Average;

/* A point is what makes a change dramatic. */
enum { DRAMATIC = POINT };

static int64_t use_with(const Average *average, int place, int64_t more)
{
    return use_of(average->tally.load[place] + more,
                  &average->table->places->places[place]);
}

/* How far @place, with so much more on it, is above the target's threshold. */
static int64_t above(const Average *average, int place, int64_t more)
{
    int64_t target = average->load * LOAD_FULL / average->capacity;

    return use_with(average, place, more) - target -
           (int64_t)average->table->policy->average_threshold * POINT;
}

static void send(Average *average, int vcpu, int to)
{
    Tally *tally = &average->tally;
    int from = tally->at[vcpu], load = average->table->snapshot->vcpus[vcpu].load;

    tally->load[from] -= load;
    tally->load[to] += load;
    tally->at[vcpu] = to;
    freest_set(&average->freest, from, tally->load[from]);
    freest_set(&average->freest, to, tally->load[to]);
    average->table->placement[vcpu] = to;
}

static bool narrows(const Average *average, int from, int to, int64_t load)
{
    int64_t fuller = MAX(use_with(average, from, -load), use_with(average, to, load));

    return use_with(average, from, 0) - fuller >= DRAMATIC;
}

static bool fits(const Average *average, int from, int to, int64_t load)
{
    return above(average, to, load) <= 0 && narrows(average, from, to, load);
}

typedef bool (*Condition)(const Average *average, int from, int to, int64_t load);

static void send_if(Average *average, const int *order, int n, Condition condition)
{
    for (int i = 0; i < n; i++) {
        const Vcpu *vcpu = &average->table->snapshot->vcpus[order[i]];
        int from = average->tally.at[order[i]], to;

        if (from < 0 || above(average, from, 0) <= 0)
            continue;
        to = freest_within(&average->freest,
                           reaches_of(&average->reaches, vcpu->allowed));
        if (to >= 0 && to != from && condition(average, from, to, vcpu->load))
            send(average, order[i], to);
    }
}

void baseline_average(const Table *table)
{
    const Places *places = table->places;
    Average average = { .table = table };
    g_autofree int *order = NULL;
    int n;

    tally_make(table, &average.tally);
    reaches_init(&average.reaches, table);
    freest_init(&average.freest, places, average.tally.load);
    for (int p = 0; p < places->n_places; p++) {
        average.load += average.tally.load[p];
        average.capacity += places->places[p].capacity;
    }
    order = heaviest_first(table, &n);
    if (average.capacity > 0) {
        send_if(&average, order, n, fits);
        send_if(&average, order, n, narrows);
    }
    freest_clear(&average.freest);
    reaches_clear(&average.reaches);
    tally_clear(&average.tally);
}
