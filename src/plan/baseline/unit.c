/*
 * unit.c - min-cost max-flow with one unit per vCPU.
 *
 *     source → vCPU → where it is (free)                → place → sink
 *                   → a hub for its set (a penalty) → place
 *
 * A place takes as many units as are its due of all of them, rounded up, and more only
 * where owners' wishes leave no other way.  What a unit costs there comes from the
 * place's use, and it is blind to who wants how much: all it can see of a vCPU is the
 * mean of its place.  The k-th unit costs what use would be with k of these; if each
 * cost what use is now, all would leave the fullest place at once, and be back a period
 * later.
 */
#include "reach.h"

#include "graph/flow.h"

enum {
    MOVE_PENALTY = 10 * POINT,
    OVERFULL = 1000 * LOAD_FULL, /* dearer than any use and penalty worth the name */
    USE_MAX = OVERFULL / 2,
};

typedef struct {
    const Table *table;
    Tally tally;
    Reaches reaches;
    Network net;
    int n_units;
    int *units;      /* [n_units] vCPUs */
    ArcIx *stay;     /* [n_units] the arc of the unit to where it is, or ARC_NONE */
    int *fixed;      /* [n_places] vCPUs there that must not be moved */
    ArcIx *hubs;     /* [n_hubs] the first arc out of each */
    int64_t *seated; /* [n_hubs] units that went by that arc and have been placed */
} Units;

/* ── nodes ────────────────────────────────────────────────────────────────── */

enum { SOURCE = 0, SINK = 1, FIRST_UNIT = 2 };

static NodeIx place_node(const Units *units, int place)
{
    return FIRST_UNIT + units->n_units + place;
}

static NodeIx hub_node(const Units *units, const Reach *reach)
{
    return place_node(units, units->table->places->n_places) + reach->number;
}

static const Reach *reach_of(Units *units, int unit)
{
    int vcpu = units->units[unit];

    return reaches_of(&units->reaches, units->table->snapshot->vcpus[vcpu].allowed);
}

static void find_units(Units *units)
{
    const Table *table = units->table;

    units->units = g_new(int, table->snapshot->n_vcpus);
    units->fixed = g_new0(int, table->places->n_places);
    for (int v = 0; v < table->snapshot->n_vcpus; v++) {
        const CpuSet *allowed = table->snapshot->vcpus[v].allowed;

        if (may_move(table, v) && reaches_of(&units->reaches, allowed)->n_runs > 0)
            units->units[units->n_units++] = v;
        else if (units->tally.at[v] >= 0)
            units->fixed[units->tally.at[v]]++;
    }
    units->stay = g_new(ArcIx, units->n_units);
    units->hubs = g_new(ArcIx, units->reaches.all->len);
    units->seated = g_new0(int64_t, units->reaches.all->len);
}

/* ── edges ────────────────────────────────────────────────────────────────── */

static int64_t total_of(const Table *table, int64_t *capacity)
{
    int64_t load = 0;

    *capacity = 0;
    for (int p = 0; p < table->places->n_places; p++)
        *capacity += MAX(table->places->places[p].capacity, 0);
    for (int v = 0; v < table->snapshot->n_vcpus; v++)
        load += table->snapshot->vcpus[v].load;
    return load;
}

/* Three for each unit, one for each seat, and a place has up to two more than seats. */
static int32_t count_edges(const Units *units)
{
    const Table *table = units->table;
    int64_t n = 3 * (int64_t)units->n_units + table->snapshot->n_vcpus +
                2 * (int64_t)table->places->n_places;

    for (guint h = 0; h < units->reaches.all->len; h++) {
        const Reach *reach = units->reaches.all->pdata[h];

        for (int r = 0; r < reach->n_runs; r++)
            n += reach->runs[r].n_places;
    }
    return (int32_t)n;
}

static void add_units(Units *units)
{
    Network *net = &units->net;

    for (int u = 0; u < units->n_units; u++) {
        int vcpu = units->units[u], at = units->tally.at[vcpu];
        const CpuSet *allowed = units->table->snapshot->vcpus[vcpu].allowed;
        NodeIx node = FIRST_UNIT + u;

        network_add_edge(net, SOURCE, node, 1, 0);
        units->stay[u] = ARC_NONE;
        if (at >= 0 && may_stand(units->table, allowed, at))
            units->stay[u] = network_add_edge(net, node, place_node(units, at), 1, 0);
        network_add_edge(net, node, hub_node(units, reach_of(units, u)), 1,
                         MOVE_PENALTY);
    }
}

/* Arcs out of a hub are neighbours, in the order of its places. */
static void add_hubs(Units *units)
{
    for (guint h = 0; h < units->reaches.all->len; h++) {
        const Reach *reach = units->reaches.all->pdata[h];

        units->hubs[h] = units->net.n_arcs;
        for (int r = 0; r < reach->n_runs; r++)
            for (int i = 0; i < reach->runs[r].n_places; i++)
                network_add_edge(&units->net, hub_node(units, reach),
                                 place_node(units, reach->runs[r].first + i),
                                 FLOW_UNLIMITED, 0);
    }
}

static void add_places(Units *units)
{
    const Table *table = units->table;
    int64_t n = table->snapshot->n_vcpus, capacity;
    int64_t mean_load = total_of(table, &capacity) / n;

    for (int p = 0; p < table->places->n_places; p++) {
        const Place *place = &table->places->places[p];
        int64_t count = units->tally.count[p];
        int64_t per_head =
            use_of(count > 0 ? units->tally.load[p] / count : mean_load, place);
        int64_t due =
            place->capacity <= 0 ? 0 : (n * place->capacity + capacity - 1) / capacity;
        NodeIx node = place_node(units, p);

        for (int64_t k = units->fixed[p] + 1; k <= due; k++)
            network_add_edge(&units->net, node, SINK, 1, MIN(k * per_head, USE_MAX));
        network_add_edge(&units->net, node, SINK, FLOW_UNLIMITED, OVERFULL);
    }
}

/* ── there and back ───────────────────────────────────────────────────────── */

static bool solve(Units *units)
{
    McmfResult result = mcmf_condensed(&units->net, SOURCE, SINK);

    if (result.status == MCMF_UNFIT)
        result = mcmf_simplex(&units->net, SOURCE, SINK);
    return result.status == MCMF_OPTIMAL;
}

/* Units of one hub are alike: the next one gets the next seat. */
static int next_seat(Units *units, const Reach *reach)
{
    ArcIx *arc = &units->hubs[reach->number];
    int64_t *seated = &units->seated[reach->number];

    while (network_flow(&units->net, *arc) == *seated) {
        *arc += 2;
        *seated = 0;
    }
    ++*seated;
    return units->net.arcs[*arc].to - place_node(units, 0);
}

static void seat(Units *units)
{
    for (int u = 0; u < units->n_units; u++) {
        int vcpu = units->units[u];
        bool stays =
            units->stay[u] != ARC_NONE && network_flow(&units->net, units->stay[u]) > 0;

        units->table->placement[vcpu] =
            stays ? units->tally.at[vcpu] : next_seat(units, reach_of(units, u));
    }
}

static void units_clear(Units *units)
{
    tally_clear(&units->tally);
    reaches_clear(&units->reaches);
    network_clear(&units->net);
    g_free(units->units);
    g_free(units->stay);
    g_free(units->fixed);
    g_free(units->hubs);
    g_free(units->seated);
}

void baseline_unit(const Table *table)
{
    Units units = { .table = table };
    int32_t n_nodes;

    tally_make(table, &units.tally);
    reaches_init(&units.reaches, table);
    find_units(&units);
    n_nodes = place_node(&units, table->places->n_places) + (int)units.reaches.all->len;
    if (units.n_units > 0 && network_reset(&units.net, n_nodes, count_edges(&units))) {
        add_units(&units);
        add_hubs(&units);
        add_places(&units);
        if (solve(&units))
            seat(&units);
    }
    units_clear(&units);
}
