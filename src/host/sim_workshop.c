/*
 * sim_workshop.c - claims, crowds, CPUs, and the edges between them, laid out.
 *
 * Most vCPUs share their mask with others, so that a host of thousands has few crowds.
 * Crowds are numbered by the width of their masks: who has little choice is served first.
 */
#include "sim_workshop.h"

#include <stdlib.h>

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
    g_free(shop->depth);
    g_free(shop->next);
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

static void make_room_for_crowds(Division *d)
{
    Workshop *shop = d->workshop;
    int n_nodes = shop->max_crowds + shop->max_cpus;

    if (n_nodes == shop->max_nodes)
        return;
    shop->max_nodes = n_nodes;
    shop->claim_first = g_renew(int, shop->claim_first, shop->max_crowds);
    shop->crowd_order = g_renew(int, shop->crowd_order, shop->max_crowds);
    shop->queue = g_renew(int, shop->queue, shop->max_crowds);
    shop->depth = g_renew(int, shop->depth, n_nodes);
    shop->next = g_renew(int, shop->next, n_nodes);
    shop->spare = g_renew(int, shop->spare, n_nodes);
}

static void seat_claims(Division *d)
{
    Workshop *shop = d->workshop;
    int at = 0;

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

/* ── all that does not depend on what is wanted ───────────────────────────── */

void workshop_lay_out(Division *d, Claim *claims, int n_claims, const int64_t *capacity,
                      int n_cpus)
{
    Workshop *shop = d->workshop;

    shop->claims = claims;
    shop->n_claims = n_claims;
    shop->capacity = capacity;
    shop->n_regions = 0;
    make_room(d, n_claims, n_cpus);
    gather_crowds(d);
    make_room_for_crowds(d);
    seat_claims(d);
    draw_edges(d);
    sort_edges_by_cpu(d);
    for (int k = 0; k < d->n_crowds; k++)
        d->crowds[k].region = -1;
    for (int p = 0; p < n_cpus; p++) {
        shop->cpu_region[p] = -1;
        d->given[p] = 0;
    }
}

/* ── what hangs together ──────────────────────────────────────────────────── */

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

Region workshop_reach(Division *d, int start, int crowds, int cpus)
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
    qsort(shop->crowd_order + crowds, (size_t)region.n_crowds, sizeof(int), by_number);
    return region;
}
