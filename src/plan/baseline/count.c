/*
 * count.c - heads are evened out, whatever they want.
 *
 * Half the difference in number of vCPUs goes from the fullest place to the emptiest.
 * A place of more capacity is due as many more heads.
 */
#include "table.h"

/* Heads for each CPU's worth of @place, in thousandths. */
static int64_t density(const Table *table, const Tally *tally, int place)
{
    return use_of((int64_t)tally->count[place] * LOAD_FULL,
                  &table->places->places[place]);
}

static void find_ends(const Table *table, const Tally *tally, int *full, int *empty)
{
    *full = *empty = -1;
    for (int p = 0; p < table->places->n_places; p++) {
        if (table->places->places[p].capacity <= 0)
            continue;
        if (*full < 0 || density(table, tally, p) > density(table, tally, *full))
            *full = p;
        if (*empty < 0 || density(table, tally, p) < density(table, tally, *empty))
            *empty = p;
    }
}

void baseline_count(const Table *table)
{
    const Place *places = table->places->places;
    g_auto(Tally) tally = { 0 };
    int full, empty;
    int64_t left;

    tally_make(table, &tally);
    find_ends(table, &tally, &full, &empty);
    if (full < 0)
        return;
    left = ((int64_t)tally.count[full] * places[empty].capacity -
            (int64_t)tally.count[empty] * places[full].capacity) /
           (places[full].capacity + places[empty].capacity);
    for (int v = 0; v < table->snapshot->n_vcpus && left > 0; v++) {
        if (tally.at[v] != full || !may_move(table, v) ||
            !may_stand(table, table->snapshot->vcpus[v].allowed, empty))
            continue;
        table->placement[v] = empty;
        left--;
    }
}
