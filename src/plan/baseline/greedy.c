/*
 * greedy.c - whenever load is uneven, deal everybody out anew.
 *
 * When the standard deviation of use exceeds five points, vCPUs are taken heaviest
 * first, and each goes to the place used least by then.  The result is about as even
 * as can be, and hardly anybody stays where he was.  The rule makes no exception for
 * those who want nothing at the moment: as they change nothing, they all end on one place.
 */
#include "freest.h"

enum { TOLERATED_POINTS = 5 };

void baseline_greedy(const Table *table)
{
    g_auto(Tally) tally = { 0 };
    g_auto(Freest) freest = { 0 };
    g_auto(Reaches) reaches = { 0 };
    g_autofree int *order = NULL;
    int n;

    reaches_init(&reaches, table);
    tally_make(table, &tally);
    if (!sigma_exceeds(table, &tally, TOLERATED_POINTS))
        return;

    order = heaviest_first(table, &n);
    for (int i = 0; i < n; i++)
        if (tally.at[order[i]] >= 0)
            tally.load[tally.at[order[i]]] -= table->snapshot->vcpus[order[i]].load;
    freest_init(&freest, table->places, tally.load);
    for (int i = 0; i < n; i++) {
        const Vcpu *vcpu = &table->snapshot->vcpus[order[i]];
        int place = freest_within(&freest, reaches_of(&reaches, vcpu->allowed));

        if (place < 0)
            continue;
        tally.load[place] += vcpu->load;
        freest_set(&freest, place, tally.load[place]);
        table->placement[order[i]] = place;
    }
}
