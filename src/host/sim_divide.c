/*
 * sim_divide.c - fair division, exactly.
 *
 * Pretend that anybody could use any CPU: then fair shares are poured out like
 * water.  See by a flow from masks to CPUs whether they can be had.  If they can,
 * that was the answer.  If not, a smallest cut names the masks that together ask for
 * more than all their CPUs; those get their CPUs for themselves, since the rest has
 * less want for its CPUs than they, and each half is the same question again.
 */
#include "sim_workshop.h"

#include <stdlib.h>

enum { UNSEEN = -1 };

/* Whether both ends are of one region. */
static bool is_live(const Division *d, int edge)
{
    const Workshop *shop = d->workshop;

    return shop->cpu_region[d->edge_cpu[edge]] ==
           d->crowds[shop->edge_crowd[edge]].region;
}

static int64_t room_on(const Division *d, int cpu)
{
    return d->workshop->capacity[cpu] - d->given[cpu];
}

static int by_modesty(const void *a, const void *b)
{
    const Ask *x = a, *y = b;
    int64_t left = x->want * y->weight, right = y->want * x->weight;

    return left != right ? (left < right ? -1 : 1) : x->claim - y->claim;
}

/* As if all CPUs were for all: the modest get what they want, the others the same
 * for the same weight. */
static void pour(Division *d, Region region, int64_t room)
{
    Workshop *shop = d->workshop;
    int64_t weight = 0;
    int n = 0;

    for (int c = 0; c < region.n_crowds; c++) {
        int k = shop->crowd_order[region.crowds + c];

        for (int i = 0; i < d->crowds[k].n_claims; i++) {
            int claim = shop->claim_order[shop->claim_first[k] + i];

            shop->asks[n++] =
                (Ask){ shop->claims[claim].weight, shop->claims[claim].want, claim };
            weight += shop->claims[claim].weight;
        }
    }
    qsort(shop->asks, (size_t)n, sizeof *shop->asks, by_modesty);
    for (int i = 0; i < n; i++) {
        const Ask *ask = &shop->asks[i];
        int64_t got = MIN(ask->want, room * ask->weight / weight);

        shop->claims[ask->claim].got = got;
        room -= got;
        weight -= ask->weight;
    }
}

/* Whether there is less than is wanted. */
static void offer(Division *d, Region region)
{
    Workshop *shop = d->workshop;
    int64_t room = 0, want = 0;

    for (int p = 0; p < region.n_cpus; p++)
        room += shop->capacity[shop->cpu_order[region.cpus + p]];
    for (int c = 0; c < region.n_crowds; c++) {
        int k = shop->crowd_order[region.crowds + c];

        for (int i = 0; i < d->crowds[k].n_claims; i++) {
            Claim *claim = &shop->claims[shop->claim_order[shop->claim_first[k] + i]];

            claim->got = claim->want;
            want += claim->want;
        }
    }
    if (want > room)
        pour(d, region, room);
    for (int c = 0; c < region.n_crowds; c++) {
        int k = shop->crowd_order[region.crowds + c];
        Crowd *crowd = &d->crowds[k];

        crowd->got = 0;
        for (int i = 0; i < crowd->n_claims; i++)
            crowd->got += shop->claims[shop->claim_order[shop->claim_first[k] + i]].got;
        crowd->lacks = crowd->got;
    }
}

static int by_room(gconstpointer a, gconstpointer b, gpointer data)
{
    const Division *d = data;
    int x = *(const int *)a, y = *(const int *)b;
    int64_t room_x = room_on(d, d->edge_cpu[x]), room_y = room_on(d, d->edge_cpu[y]);

    return room_x != room_y ? (room_x < room_y ? 1 : -1) : x - y;
}

static void give(Division *d, int edge, int64_t amount)
{
    d->edge_got[edge] += amount;
    d->given[d->edge_cpu[edge]] += amount;
}

/* Spreads what a crowd gets over its CPUs so that they have as much room left as
 * each other, which is how a kernel balances. */
static void spread(Division *d, Crowd *crowd)
{
    Workshop *shop = d->workshop;
    int64_t sum = 0, level = 0;
    int n = 0, n_used = 0;

    for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++)
        if (is_live(d, e) && room_on(d, d->edge_cpu[e]) > 0)
            shop->level[n++] = e;
    if (n > 1)
        g_qsort_with_data(shop->level, n, sizeof *shop->level, by_room, d);
    while (n_used < n &&
           (n_used == 0 ||
            sum - crowd->lacks < n_used * room_on(d, d->edge_cpu[shop->level[n_used]])))
        sum += room_on(d, d->edge_cpu[shop->level[n_used++]]);
    if (n_used == 0)
        return;
    level = MAX((sum - crowd->lacks + n_used - 1) / n_used, 0);
    for (int i = 0; i < n_used; i++) {
        int64_t amount = MAX(room_on(d, d->edge_cpu[shop->level[i]]) - level, 0);

        amount = MIN(amount, crowd->lacks);
        give(d, shop->level[i], amount);
        crowd->lacks -= amount;
    }
    for (int i = 0; i < n && crowd->lacks > 0; i++) {
        int64_t amount = MIN(room_on(d, d->edge_cpu[shop->level[i]]), crowd->lacks);

        amount = MIN(amount, 1);
        give(d, shop->level[i], amount);
        crowd->lacks -= amount;
    }
}

static int node_of_cpu(const Division *d, int cpu)
{
    return d->n_crowds + cpu;
}

/* How far each node is from the crowds that lack something: from a crowd one gets to its
 * CPUs, and from a CPU to the crowds that got some of it.  Whether one meets room. */
static bool measure(Division *d, Region region)
{
    Workshop *shop = d->workshop;
    int head = 0, tail = 0;
    bool room = false;

    for (int p = 0; p < region.n_cpus; p++)
        shop->depth[node_of_cpu(d, shop->cpu_order[region.cpus + p])] = UNSEEN;
    for (int c = 0; c < region.n_crowds; c++) {
        int k = shop->crowd_order[region.crowds + c];

        shop->depth[k] = d->crowds[k].lacks > 0 ? 0 : UNSEEN;
        if (shop->depth[k] == 0)
            shop->queue[tail++] = k;
    }
    while (head < tail) {
        int k = shop->queue[head++];
        const Crowd *crowd = &d->crowds[k];

        shop->next[k] = crowd->first_edge;
        for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++) {
            int p = d->edge_cpu[e], v = node_of_cpu(d, p);

            if (!is_live(d, e) || shop->depth[v] != UNSEEN)
                continue;
            shop->depth[v] = shop->depth[k] + 1;
            shop->next[v] = shop->cpu_first[p];
            room = room || room_on(d, p) > 0;
            for (int i = shop->cpu_first[p]; i < shop->cpu_first[p + 1]; i++) {
                int out = shop->edge_order[i], other = shop->edge_crowd[out];

                if (!is_live(d, out) || d->edge_got[out] == 0 ||
                    shop->depth[other] != UNSEEN)
                    continue;
                shop->depth[other] = shop->depth[v] + 1;
                shop->queue[tail++] = other;
            }
        }
    }
    return room;
}

static int64_t find_room(Division *d, int crowd, int64_t amount);

/* How much of @amount a CPU can take: into its room, or by sending others on. */
static int64_t make_way(Division *d, int cpu, int64_t amount)
{
    Workshop *shop = d->workshop;
    int v = node_of_cpu(d, cpu);
    int64_t taken = MIN(room_on(d, cpu), amount);

    for (; taken < amount && shop->next[v] < shop->cpu_first[cpu + 1];
         shop->next[v]++) {
        int e = shop->edge_order[shop->next[v]], k = shop->edge_crowd[e];
        int64_t sent;

        if (!is_live(d, e) || shop->depth[k] != shop->depth[v] + 1)
            continue;
        sent = find_room(d, k, MIN(amount - taken, d->edge_got[e]));
        give(d, e, -sent);
        taken += sent;
        if (taken == amount)
            break;
    }
    return taken;
}

/* How much of @amount a crowd could give to CPUs further away; it is given.  Depth only
 * grows on the way, so that nobody is met twice. */
static int64_t find_room(Division *d, int crowd, int64_t amount)
{
    Workshop *shop = d->workshop;
    const Crowd *who = &d->crowds[crowd];
    int64_t given = 0;

    for (; given < amount && shop->next[crowd] < who->first_edge + who->n_edges;
         shop->next[crowd]++) {
        int e = shop->next[crowd], p = d->edge_cpu[e];
        int64_t taken;

        if (!is_live(d, e) || shop->depth[node_of_cpu(d, p)] != shop->depth[crowd] + 1)
            continue;
        taken = make_way(d, p, amount - given);
        give(d, e, taken);
        given += taken;
        if (given == amount)
            break;
    }
    return given;
}

/* Whether everybody can have what was offered. */
static bool place(Division *d, Region region)
{
    Workshop *shop = d->workshop;
    bool lacks = false;

    for (int p = 0; p < region.n_cpus; p++)
        d->given[shop->cpu_order[region.cpus + p]] = 0;
    for (int c = 0; c < region.n_crowds; c++) {
        Crowd *crowd = &d->crowds[shop->crowd_order[region.crowds + c]];

        for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++)
            d->edge_got[e] = 0;
    }
    for (int c = 0; c < region.n_crowds; c++) {
        Crowd *crowd = &d->crowds[shop->crowd_order[region.crowds + c]];

        spread(d, crowd);
        lacks = lacks || crowd->lacks > 0;
    }
    while (lacks) {
        if (!measure(d, region))
            return false;
        lacks = false;
        for (int c = 0; c < region.n_crowds; c++) {
            int k = shop->crowd_order[region.crowds + c];

            d->crowds[k].lacks -= find_room(d, k, d->crowds[k].lacks);
            lacks = lacks || d->crowds[k].lacks > 0;
        }
    }
    return true;
}

/* Moves what the last search saw to the front of @order; how many those are. */
static int seen_first(Division *d, int *order, int n, int first_node)
{
    Workshop *shop = d->workshop;
    int n_seen = 0, n_rest = 0;

    for (int i = 0; i < n; i++)
        if (shop->depth[first_node + order[i]] != UNSEEN)
            order[n_seen++] = order[i];
        else
            shop->spare[n_rest++] = order[i];
    for (int i = 0; i < n_rest; i++)
        order[n_seen + i] = shop->spare[i];
    return n_seen;
}

/* Cuts @region in two where the last search ended.  What it saw is the first part and
 * has a number of its own from now on; the rest is left in @rest. */
static Region split(Division *d, Region region, Region *rest)
{
    Workshop *shop = d->workshop;
    int *crowds = shop->crowd_order + region.crowds;
    int *cpus = shop->cpu_order + region.cpus;
    int n_crowds = seen_first(d, crowds, region.n_crowds, 0);
    int n_cpus = seen_first(d, cpus, region.n_cpus, d->n_crowds);

    for (int c = 0; c < n_crowds; c++)
        d->crowds[crowds[c]].region = shop->n_regions;
    for (int p = 0; p < n_cpus; p++)
        shop->cpu_region[cpus[p]] = shop->n_regions;
    shop->n_regions++;
    *rest = (Region){ region.crowds + n_crowds, region.n_crowds - n_crowds,
                      region.cpus + n_cpus, region.n_cpus - n_cpus };
    return (Region){ region.crowds, n_crowds, region.cpus, n_cpus };
}

static void settle(Division *d, Region region)
{
    Region crowded, rest;

    offer(d, region);
    if (place(d, region))
        return;
    crowded = split(d, region, &rest);
    settle(d, crowded);
    settle(d, rest);
}

void division_make(Division *d, Claim *claims, int n_claims, const int64_t *capacity,
                   int n_cpus)
{
    int crowds = 0, cpus = 0;

    workshop_lay_out(d, claims, n_claims, capacity, n_cpus);
    for (int k = 0; k < d->n_crowds; k++) {
        Region region;

        if (d->crowds[k].region >= 0)
            continue;
        region = workshop_reach(d, k, crowds, cpus);
        crowds += region.n_crowds;
        cpus += region.n_cpus;
        settle(d, region);
    }
}
