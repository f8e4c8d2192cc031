/*
 * sim_divide.c - fair division, exactly.
 *
 * Pretend that anybody could use any CPU: then fair shares are poured out like
 * water.  See by a flow from masks to CPUs whether they can be had.  If they can,
 * that was the answer.  If not, a smallest cut names the masks that together ask for
 * more than all their CPUs; those get their CPUs for themselves, since the rest has
 * less want for its CPUs than they, and each half is the same question again.
 *
 * A region is such a part: masks that hang together by the CPUs they share.
 */
#include "sim_divide.h"

#include <stdlib.h>

typedef struct {
    int crowds, n_crowds; /* in Workshop.crowd_order */
    int cpus, n_cpus;     /* in Workshop.cpu_order */
} Region;

typedef struct {
    int64_t weight, want;
    int claim;
} Ask;

/* What the pieces of work are laid out on; n_… of each is in Division. */
typedef struct Workshop {
    Claim *claims;
    int n_claims;
    const int64_t *capacity;
    GHashTable *crowd_of; /* mask to number */
    int n_regions;

    int *crowd_order, *cpu_order, *spare;
    int *claim_first, *claim_order; /* of each crowd */
    int *cpu_region;
    int *cpu_first, *edge_order, *edge_crowd; /* the edges into each CPU */
    int *queue, *via; /* crowds first, then CPUs; @via is the edge, or a mark */
    Ask *asks;
    int *level; /* CPUs of one crowd, the freest first */

    int max_claims, max_cpus, max_crowds, max_edges;
} Workshop;

enum { UNSEEN = -1, ROOT = -2 };

Division *division_new(void)
{
    Division *division = g_new0(Division, 1);

    division->workshop = g_new0(Workshop, 1);
    division->workshop->crowd_of = g_hash_table_new(NULL, NULL);
    return division;
}

void division_free(Division *division)
{
    Workshop *shop;

    if (!division)
        return;
    shop = division->workshop;
    g_hash_table_unref(shop->crowd_of);
    g_free(shop->crowd_order);
    g_free(shop->cpu_order);
    g_free(shop->spare);
    g_free(shop->claim_first);
    g_free(shop->claim_order);
    g_free(shop->cpu_region);
    g_free(shop->cpu_first);
    g_free(shop->edge_order);
    g_free(shop->edge_crowd);
    g_free(shop->queue);
    g_free(shop->via);
    g_free(shop->asks);
    g_free(shop->level);
    g_free(shop);
    g_free(division->crowds);
    g_free(division->edge_cpu);
    g_free(division->edge_got);
    g_free(division->given);
    g_free(division);
}

/* ── who belongs together ─────────────────────────────────────────────────── */

static void make_room(Division *d, int n_claims, int n_cpus)
{
    Workshop *shop = d->workshop;

    if (n_claims > shop->max_claims) {
        shop->max_claims = n_claims;
        shop->claim_order = g_renew(int, shop->claim_order, n_claims);
        shop->asks = g_renew(Ask, shop->asks, n_claims);
    }
    if (n_cpus > shop->max_cpus) {
        shop->max_cpus = n_cpus;
        shop->cpu_order = g_renew(int, shop->cpu_order, n_cpus);
        shop->cpu_region = g_renew(int, shop->cpu_region, n_cpus);
        shop->cpu_first = g_renew(int, shop->cpu_first, n_cpus + 1);
        shop->level = g_renew(int, shop->level, n_cpus);
        d->given = g_renew(int64_t, d->given, n_cpus);
    }
    d->n_cpus = n_cpus;
}

static int crowd_for(Division *d, const CpuSet *mask)
{
    Workshop *shop = d->workshop;
    int number = GPOINTER_TO_INT(g_hash_table_lookup(shop->crowd_of, mask)) - 1;

    if (number >= 0)
        return number;
    number = d->n_crowds++;
    if (number >= shop->max_crowds) {
        shop->max_crowds = MAX(2 * number, 64);
        d->crowds = g_renew(Crowd, d->crowds, shop->max_crowds);
    }
    d->crowds[number] = (Crowd){ .mask = mask };
    g_hash_table_insert(shop->crowd_of, (gpointer)mask, GINT_TO_POINTER(number + 1));
    return number;
}

static int by_width(const void *a, const void *b)
{
    const Crowd *x = a, *y = b;

    if (x->mask->n_cpus != y->mask->n_cpus)
        return x->mask->n_cpus - y->mask->n_cpus;
    return x->first_edge - y->first_edge; /* here: who was met first */
}

static void gather_crowds(Division *d)
{
    Workshop *shop = d->workshop;

    d->n_crowds = 0;
    g_hash_table_remove_all(shop->crowd_of);
    for (int i = 0; i < shop->n_claims; i++) {
        shop->claims[i].got = 0;
        shop->claims[i].crowd = -1;
        if (shop->claims[i].want > 0)
            crowd_for(d, shop->claims[i].mask);
    }
    for (int k = 0; k < d->n_crowds; k++)
        d->crowds[k].first_edge = k;
    if (d->n_crowds > 0)
        qsort(d->crowds, (size_t)d->n_crowds, sizeof *d->crowds, by_width);
    for (int k = 0; k < d->n_crowds; k++)
        g_hash_table_insert(shop->crowd_of, (gpointer)d->crowds[k].mask,
                            GINT_TO_POINTER(k + 1));
}

static void seat_claims(Division *d)
{
    Workshop *shop = d->workshop;
    int at = 0;

    shop->claim_first = g_renew(int, shop->claim_first, shop->max_crowds + 1);
    for (int i = 0; i < shop->n_claims; i++) {
        Claim *claim = &shop->claims[i];

        if (claim->want <= 0)
            continue;
        claim->crowd =
            GPOINTER_TO_INT(g_hash_table_lookup(shop->crowd_of, claim->mask)) - 1;
        d->crowds[claim->crowd].n_claims++;
    }
    for (int k = 0; k < d->n_crowds; k++) {
        shop->claim_first[k] = at;
        at += d->crowds[k].n_claims;
    }
    for (int i = 0; i < shop->n_claims; i++)
        if (shop->claims[i].crowd >= 0)
            shop->claim_order[shop->claim_first[shop->claims[i].crowd]++] = i;
    for (int k = 0; k < d->n_crowds; k++)
        shop->claim_first[k] -= d->crowds[k].n_claims;
}

static void draw_edges(Division *d)
{
    Workshop *shop = d->workshop;
    int64_t n_edges = 0;

    for (int k = 0; k < d->n_crowds; k++)
        n_edges += d->crowds[k].mask->n_cpus;
    if (n_edges > shop->max_edges) {
        shop->max_edges = (int)n_edges;
        d->edge_cpu = g_renew(int, d->edge_cpu, n_edges);
        d->edge_got = g_renew(int64_t, d->edge_got, n_edges);
        shop->edge_order = g_renew(int, shop->edge_order, n_edges);
        shop->edge_crowd = g_renew(int, shop->edge_crowd, n_edges);
    }
    d->n_edges = 0;
    for (int k = 0; k < d->n_crowds; k++) {
        const CpuSet *mask = d->crowds[k].mask;

        d->crowds[k].first_edge = d->n_edges;
        for (int p = cpuset_next(mask, 0); p >= 0; p = cpuset_next(mask, p + 1)) {
            d->edge_cpu[d->n_edges] = p;
            d->edge_got[d->n_edges] = 0;
            shop->edge_crowd[d->n_edges++] = k;
        }
        d->crowds[k].n_edges = d->n_edges - d->crowds[k].first_edge;
    }
}

static void sort_edges_by_cpu(Division *d)
{
    Workshop *shop = d->workshop;

    for (int p = 0; p <= d->n_cpus; p++)
        shop->cpu_first[p] = 0;
    for (int e = 0; e < d->n_edges; e++)
        shop->cpu_first[d->edge_cpu[e] + 1]++;
    for (int p = 0; p < d->n_cpus; p++)
        shop->cpu_first[p + 1] += shop->cpu_first[p];
    for (int e = 0; e < d->n_edges; e++)
        shop->edge_order[shop->cpu_first[d->edge_cpu[e]]++] = e;
    for (int p = d->n_cpus; p > 0; p--)
        shop->cpu_first[p] = shop->cpu_first[p - 1];
    shop->cpu_first[0] = 0;
}

/* ── one region ───────────────────────────────────────────────────────────── */

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

/* Looks from the crowds that lack something for a CPU with room, through crowds that
 * could make some; the node found, or -1 when all there is has been seen. */
static int look_for_room(Division *d, Region region)
{
    Workshop *shop = d->workshop;
    int head = 0, tail = 0;

    for (int c = 0; c < region.n_crowds; c++) {
        int k = shop->crowd_order[region.crowds + c];

        shop->via[k] = d->crowds[k].lacks > 0 ? ROOT : UNSEEN;
        if (shop->via[k] == ROOT)
            shop->queue[tail++] = k;
    }
    for (int p = 0; p < region.n_cpus; p++)
        shop->via[d->n_crowds + shop->cpu_order[region.cpus + p]] = UNSEEN;
    while (head < tail) {
        int v = shop->queue[head++];

        if (v >= d->n_crowds) {
            int p = v - d->n_crowds;

            if (room_on(d, p) > 0)
                return v;
            for (int i = shop->cpu_first[p]; i < shop->cpu_first[p + 1]; i++) {
                int e = shop->edge_order[i], k = shop->edge_crowd[e];

                if (!is_live(d, e) || d->edge_got[e] == 0 || shop->via[k] != UNSEEN)
                    continue;
                shop->via[k] = e;
                shop->queue[tail++] = k;
            }
            continue;
        }
        for (int e = d->crowds[v].first_edge;
             e < d->crowds[v].first_edge + d->crowds[v].n_edges; e++) {
            int w = d->n_crowds + d->edge_cpu[e];

            if (!is_live(d, e) || shop->via[w] != UNSEEN)
                continue;
            shop->via[w] = e;
            shop->queue[tail++] = w;
        }
    }
    return -1;
}

/* The way back from a CPU with room: edges into CPUs can take any amount, edges out
 * of them give back what they carry. */
static void send_along(Division *d, int found)
{
    Workshop *shop = d->workshop;
    int64_t amount = room_on(d, found - d->n_crowds);
    int v = found;

    while (shop->via[v] != ROOT) {
        int e = shop->via[v];

        if (v < d->n_crowds)
            amount = MIN(amount, d->edge_got[e]);
        v = v < d->n_crowds ? d->n_crowds + d->edge_cpu[e] : shop->edge_crowd[e];
    }
    amount = MIN(amount, d->crowds[v].lacks);
    d->crowds[v].lacks -= amount;
    for (v = found; shop->via[v] != ROOT;) {
        int e = shop->via[v];

        give(d, e, v < d->n_crowds ? -amount : amount);
        v = v < d->n_crowds ? d->n_crowds + d->edge_cpu[e] : shop->edge_crowd[e];
    }
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
        int found = look_for_room(d, region);

        if (found < 0)
            return false;
        send_along(d, found);
        lacks = false;
        for (int c = 0; c < region.n_crowds; c++)
            lacks = lacks || d->crowds[shop->crowd_order[region.crowds + c]].lacks > 0;
    }
    return true;
}

/* Moves what the last search saw to the front of @order; how many those are. */
static int seen_first(Division *d, int *order, int n, int first_node)
{
    Workshop *shop = d->workshop;
    int n_seen = 0, n_rest = 0;

    for (int i = 0; i < n; i++)
        if (shop->via[first_node + order[i]] != UNSEEN)
            order[n_seen++] = order[i];
        else
            shop->spare[n_rest++] = order[i];
    for (int i = 0; i < n_rest; i++)
        order[n_seen + i] = shop->spare[i];
    return n_seen;
}

static void settle(Division *d, Region region)
{
    Workshop *shop = d->workshop;
    Region rest = region;

    offer(d, region);
    if (place(d, region))
        return;
    region.n_crowds =
        seen_first(d, shop->crowd_order + region.crowds, region.n_crowds, 0);
    region.n_cpus =
        seen_first(d, shop->cpu_order + region.cpus, region.n_cpus, d->n_crowds);
    rest.crowds += region.n_crowds;
    rest.n_crowds -= region.n_crowds;
    rest.cpus += region.n_cpus;
    rest.n_cpus -= region.n_cpus;
    for (int c = 0; c < region.n_crowds; c++)
        d->crowds[shop->crowd_order[region.crowds + c]].region = shop->n_regions;
    for (int p = 0; p < region.n_cpus; p++)
        shop->cpu_region[shop->cpu_order[region.cpus + p]] = shop->n_regions;
    shop->n_regions++;
    settle(d, region);
    settle(d, rest);
}

/* ── all of it ────────────────────────────────────────────────────────────── */

/* Everything that can be reached from @start over masks is one region. */
static Region reach(Division *d, int start, int crowds, int cpus)
{
    Workshop *shop = d->workshop;
    Region region = { .crowds = crowds, .cpus = cpus };

    shop->crowd_order[crowds + region.n_crowds++] = start;
    d->crowds[start].region = shop->n_regions;
    for (int c = 0; c < region.n_crowds; c++) {
        const Crowd *crowd = &d->crowds[shop->crowd_order[crowds + c]];

        for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++) {
            int p = d->edge_cpu[e];

            if (shop->cpu_region[p] >= 0)
                continue;
            shop->cpu_region[p] = shop->n_regions;
            shop->cpu_order[cpus + region.n_cpus++] = p;
            for (int i = shop->cpu_first[p]; i < shop->cpu_first[p + 1]; i++) {
                int k = shop->edge_crowd[shop->edge_order[i]];

                if (d->crowds[k].region >= 0)
                    continue;
                d->crowds[k].region = shop->n_regions;
                shop->crowd_order[crowds + region.n_crowds++] = k;
            }
        }
    }
    shop->n_regions++;
    return region;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

void division_make(Division *d, Claim *claims, int n_claims, const int64_t *capacity,
                   int n_cpus)
{
    Workshop *shop = d->workshop;
    int crowds = 0, cpus = 0;

    shop->claims = claims;
    shop->n_claims = n_claims;
    shop->capacity = capacity;
    shop->n_regions = 0;
    make_room(d, n_claims, n_cpus);
    gather_crowds(d);
    seat_claims(d);
    draw_edges(d);
    sort_edges_by_cpu(d);
    shop->crowd_order = g_renew(int, shop->crowd_order, shop->max_crowds);
    shop->queue = g_renew(int, shop->queue, shop->max_crowds + shop->max_cpus);
    shop->via = g_renew(int, shop->via, shop->max_crowds + shop->max_cpus);
    shop->spare = g_renew(int, shop->spare, shop->max_crowds + shop->max_cpus);
    for (int k = 0; k < d->n_crowds; k++)
        d->crowds[k].region = -1;
    for (int p = 0; p < n_cpus; p++) {
        shop->cpu_region[p] = -1;
        d->given[p] = 0;
    }
    for (int k = 0; k < d->n_crowds; k++) {
        Region region;

        if (d->crowds[k].region >= 0)
            continue;
        region = reach(d, k, crowds, cpus);
        qsort(shop->crowd_order + crowds, (size_t)region.n_crowds, sizeof(int),
              by_number);
        crowds += region.n_crowds;
        cpus += region.n_cpus;
        settle(d, region);
    }
}
