/*
 * table.c - what the rules read off a table.
 */
#include "table.h"

#include "model/topology.h"

/* ── who is where ─────────────────────────────────────────────────────────── */

static int place_of(const Table *table, int vcpu)
{
    int pcpu = table->snapshot->vcpus[vcpu].pcpu;

    if (table->placement[vcpu] >= 0 || pcpu < 0 || pcpu >= table->places->n_pcpus)
        return table->placement[vcpu];
    return table->places->of_pcpu[pcpu];
}

void tally_make(const Table *table, Tally *out)
{
    const Snapshot *snapshot = table->snapshot;
    const Places *places = table->places;

    *out = (Tally){ .at = g_new(int, snapshot->n_vcpus),
                    .load = g_new0(int64_t, places->n_places),
                    .count = g_new0(int, places->n_places) };
    for (int p = 0; p < snapshot->topology->n_pcpus; p++)
        if (places->of_pcpu[p] >= 0)
            out->load[places->of_pcpu[p]] += snapshot->foreign[p];
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        int place = place_of(table, v);

        out->at[v] = place;
        if (place < 0)
            continue;
        out->load[place] += snapshot->vcpus[v].load;
        out->count[place]++;
    }
}

void tally_clear(Tally *tally)
{
    g_free(tally->at);
    g_free(tally->load);
    g_free(tally->count);
}

/* ── how full, and how evenly ─────────────────────────────────────────────── */

int64_t use_of(int64_t load, const Place *place)
{
    return load * LOAD_FULL / MAX(place->capacity, 1);
}

int fullest(const Table *table, const Tally *tally)
{
    const Places *places = table->places;
    int64_t most = -1;
    int found = -1;

    for (int p = 0; p < places->n_places; p++) {
        int64_t use = use_of(tally->load[p], &places->places[p]);

        if (use <= most)
            continue;
        most = use;
        found = p;
    }
    return found;
}

bool sigma_exceeds(const Table *table, const Tally *tally, int points)
{
    const Places *places = table->places;
    int64_t n = places->n_places, sum = 0, rest = 0, mean;
    __int128 squares = 0; /* of CPUs that are next to nothing the use is huge */
    int64_t limit = (int64_t)points * POINT;

    for (int p = 0; p < n; p++)
        sum += use_of(tally->load[p], &places->places[p]);
    mean = sum / MAX(n, 1);
    for (int p = 0; p < n; p++) {
        int64_t off = use_of(tally->load[p], &places->places[p]) - mean;

        squares += (__int128)off * off;
        rest += off;
    }
    return n > 0 && squares - (__int128)rest * rest / n > n * limit * limit;
}

/* ── by weight ────────────────────────────────────────────────────────────── */

/* No load is more than a remembered one can be. */
static int weight_of(const Table *table, int vcpu)
{
    return MIN(table->snapshot->vcpus[vcpu].load, UINT16_MAX);
}

/* There are many vCPUs and few different loads: they are counted, not compared. */
int *heaviest_first(const Table *table, int *n)
{
    int n_vcpus = table->snapshot->n_vcpus, heaviest = 0;
    int *order = g_new(int, n_vcpus);
    g_autofree int *next = NULL;

    for (int v = 0; v < n_vcpus; v++)
        heaviest = MAX(heaviest, weight_of(table, v));
    next = g_new0(int, heaviest + 1);
    for (int v = 0; v < n_vcpus; v++)
        if (may_move(table, v))
            next[weight_of(table, v)]++;
    *n = 0;
    for (int weight = heaviest; weight >= 0; weight--) {
        int n_alike = next[weight];

        next[weight] = *n;
        *n += n_alike;
    }
    for (int v = 0; v < n_vcpus; v++)
        if (may_move(table, v))
            order[next[weight_of(table, v)]++] = v;
    return order;
}
