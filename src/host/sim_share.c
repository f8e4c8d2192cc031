/*
 * sim_share.c - weights, and waiting.
 *
 * What everybody gets is a fair division.  What is left is how long they were ready
 * and did not run.  Call a vCPU active while it is: then it runs at the pace its
 * weight gives it among those that are active with it, and
 *
 *     active = run * (1 + what the others' activity weighs, in its own weight)
 *
 * on one CPU, if they are active at times that have nothing to do with each other.
 * Beside k hogs, 20 % of work thus waits 20 k %; three times 30 % wait 45 % each.
 * Both are what a kernel was seen to do, within 3 points.  On m CPUs only what
 * exceeds m - 1 counts of the number of others, which is taken for normal; and it is
 * spread over m CPUs.
 *
 * A vCPU that did not get all it wanted was active all the time.
 */
#include "sim_share.h"

#include <glib.h>

enum {
    WEIGHT_GRAIN = 16, /* so that a share of a small weight is not nothing */
    MASS_SHIFT = 16,   /* masses are summed in units of this many bits */
    PART_SHIFT = 20,   /* of fractions */
    ROUNDS_MAX = 64,   /* until activities agree with each other */
    NEAR_ENOUGH = 200, /* millionths of a CPU */
    TAIL_STEPS = 8,    /* to one standard deviation */
    TAIL_END = 4,      /* standard deviations */
};

/* Who is so much lighter than the others gets nothing anyway. */
#define MASS_MAX INT64_C(1000000000000)
#define RATIO_MAX INT64_C(1000000)

/* What is active somewhere, added up. */
typedef struct {
    int64_t mass;   /* weight times activity */
    int64_t number; /* activity */
    int64_t spread; /* variance of the number */
    int64_t heads;  /* who can be active, in units of 2^-PART_SHIFT */
} Bustle;

struct Share {
    Division *division;
    Claim *claims;
    int *active;   /* [n_sharers] */
    int64_t *free; /* [n_cpus] without what is foreign */
    Bustle *of_crowd, *of_cpu, *around;
    int max_sharers, max_cpus, max_crowds;
};

/* E[(Z - z)+] of a standard normal Z, in millionths, for z in steps. */
static const int tails[TAIL_STEPS * TAIL_END + 1] = {
    398942, 339555, 286345, 239169, 197797, 161920, 131167, 105116, 83315, 65295, 50587,
    38734,  29307,  21906,  16174,  11793,  8491,   6035,   4235,   2933,  2004,  1352,
    899,    590,    382,    244,    154,    95,     58,     35,     21,    12,    7,
};

Share *share_new(void)
{
    Share *share = g_new0(Share, 1);

    share->division = division_new();
    return share;
}

void share_free(Share *share)
{
    if (!share)
        return;
    division_free(share->division);
    g_free(share->claims);
    g_free(share->active);
    g_free(share->free);
    g_free(share->of_crowd);
    g_free(share->of_cpu);
    g_free(share->around);
    g_free(share);
}

static void make_room(Share *share, int n_sharers, int n_cpus)
{
    if (n_sharers > share->max_sharers) {
        share->max_sharers = n_sharers;
        share->claims = g_renew(Claim, share->claims, n_sharers);
        share->active = g_renew(int, share->active, n_sharers);
    }
    if (n_cpus > share->max_cpus) {
        share->max_cpus = n_cpus;
        share->free = g_renew(int64_t, share->free, n_cpus);
        share->of_cpu = g_renew(Bustle, share->of_cpu, n_cpus);
    }
}

/* ── who gets what ────────────────────────────────────────────────────────── */

/* While a vCPU runs, its VM's weight is divided by it and those of its kin that are
 * active as well.  Whether that is news. */
static bool weigh(Share *share, const Sharer *sharers, int n_sharers)
{
    bool changed = false;

    for (int i = 0, end; i < n_sharers; i = end) {
        int64_t active = 0;

        for (end = i; end < n_sharers && sharers[end].vm == sharers[i].vm; end++)
            active += share->active[end];
        for (int j = i; j < end; j++) {
            int64_t weight = (int64_t)sharers[j].weight * WEIGHT_GRAIN * SHARE_WHOLE;

            weight /= SHARE_WHOLE + active - share->active[j];
            weight = MAX(weight, 1);
            changed = changed || weight != share->claims[j].weight;
            share->claims[j].weight = weight;
        }
    }
    return changed;
}

static void divide(Share *share, Sharer *sharers, int n_sharers, int n_cpus)
{
    for (int i = 0; i < n_sharers; i++) {
        share->claims[i].mask = sharers[i].mask;
        share->claims[i].want = MIN(sharers[i].want, sharers[i].limit);
    }
    division_make(share->division, share->claims, n_sharers, share->free, n_cpus);
    for (int i = 0; i < n_sharers; i++)
        sharers[i].got = (int)share->claims[i].got;
}

/* ── who waited ───────────────────────────────────────────────────────────── */

static int64_t variance_of(int active)
{
    return (int64_t)active * (SHARE_WHOLE - active) / SHARE_WHOLE;
}

static void add_active(Bustle *bustle, int64_t weight, int active)
{
    bustle->mass += weight * active >> MASS_SHIFT;
    bustle->number += active;
    bustle->spread += variance_of(active);
    bustle->heads += INT64_C(1) << PART_SHIFT;
}

static void add_part(Bustle *sum, const Bustle *bustle, int64_t part)
{
    sum->mass += bustle->mass * part >> PART_SHIFT;
    sum->number += bustle->number * part >> PART_SHIFT;
    sum->spread += bustle->spread * part >> PART_SHIFT;
    sum->heads += (bustle->heads >> PART_SHIFT) * part;
}

/* A crowd is active on each of its CPUs in proportion to what it got there. */
static int64_t part_on(const Division *d, const Crowd *crowd, int edge)
{
    if (crowd->got == 0)
        return (INT64_C(1) << PART_SHIFT) / crowd->n_edges;
    return (d->edge_got[edge] << PART_SHIFT) / crowd->got;
}

/* What goes on around each crowd, itself included: on all the CPUs it may use. */
static void look_around(Share *share, int n_sharers, const int64_t *foreign, int n_cpus)
{
    const Division *d = share->division;

    if (d->n_crowds > share->max_crowds) {
        share->max_crowds = d->n_crowds;
        share->of_crowd = g_renew(Bustle, share->of_crowd, d->n_crowds);
        share->around = g_renew(Bustle, share->around, d->n_crowds);
    }
    for (int k = 0; k < d->n_crowds; k++)
        share->of_crowd[k] = share->around[k] = (Bustle){ 0 };
    for (int i = 0; i < n_sharers; i++)
        if (share->claims[i].crowd >= 0)
            add_active(&share->of_crowd[share->claims[i].crowd],
                       share->claims[i].weight, share->active[i]);
    for (int p = 0; p < n_cpus; p++) {
        share->of_cpu[p] = (Bustle){ 0 };
        if (foreign[p] > 0)
            add_active(&share->of_cpu[p], SHARE_WEIGHT_USUAL * WEIGHT_GRAIN,
                       (int)MIN(foreign[p], SHARE_WHOLE));
    }
    for (int k = 0; k < d->n_crowds; k++) {
        const Crowd *crowd = &d->crowds[k];

        for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++)
            add_part(&share->of_cpu[d->edge_cpu[e]], &share->of_crowd[k],
                     part_on(d, crowd, e));
    }
    for (int k = 0; k < d->n_crowds; k++) {
        const Crowd *crowd = &d->crowds[k];

        for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++)
            add_part(&share->around[k], &share->of_cpu[d->edge_cpu[e]],
                     INT64_C(1) << PART_SHIFT);
    }
}

static int64_t square_root(int64_t n)
{
    int64_t root = 0;

    for (int64_t bit = INT64_C(1) << 30; bit > 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= n)
            root += bit;
    return root;
}

/* E[(N - c)+] for N of this mean and variance; all in millionths. */
static int64_t excess(int64_t mean, int64_t variance, int64_t c)
{
    int64_t sd = square_root(variance * SHARE_WHOLE);
    int64_t over = mean - c;
    int64_t z, step, rest;

    if (sd == 0)
        return MAX(over, 0);
    z = ABS(over) * TAIL_STEPS / sd;
    if (z >= TAIL_STEPS * TAIL_END)
        return MAX(over, 0);
    step = ABS(over) * TAIL_STEPS - z * sd;
    rest = tails[z] - (tails[z] - tails[z + 1]) * step / sd;
    return MAX(over, 0) + sd * rest / SHARE_WHOLE;
}

/* By how much work takes longer than on a CPU of one's own, in millionths.  How often
 * there is a CPU too few is a matter of heads; who then has to wait, of weights. */
static int64_t delay(const Bustle *around, int n_cpus, int64_t weight, int active)
{
    int64_t mass = ((around->mass << MASS_SHIFT) - weight * active) / weight;
    int64_t number = around->number - active;
    int64_t spread = around->spread - variance_of(active);
    int64_t over;

    mass = CLAMP(mass, 0, MASS_MAX);
    if (n_cpus == 1)
        return mass;
    if (around->heads <= (int64_t)n_cpus << PART_SHIFT || number <= 0)
        return 0;
    over = excess(number, MAX(spread, 0), (int64_t)(n_cpus - 1) * SHARE_WHOLE);
    return over / n_cpus * MIN(mass * 1000 / number, RATIO_MAX) / 1000;
}

/* Whether anybody's activity changed by much. */
static bool grow_active(Share *share, int n_sharers)
{
    const Division *d = share->division;
    bool grew = false;

    for (int i = 0; i < n_sharers; i++) {
        const Claim *claim = &share->claims[i];
        int64_t active;

        if (claim->crowd < 0 || claim->got < claim->want)
            continue;
        active = claim->got + claim->got *
                                  delay(&share->around[claim->crowd],
                                        d->crowds[claim->crowd].n_edges, claim->weight,
                                        share->active[i]) /
                                  SHARE_WHOLE;
        active = MIN(active, SHARE_WHOLE);
        grew = grew || ABS(active - share->active[i]) > NEAR_ENOUGH;
        share->active[i] = (int)active;
    }
    return grew;
}

static void find_active(Share *share, int n_sharers, const int64_t *foreign, int n_cpus)
{
    for (int i = 0; i < n_sharers; i++) {
        const Claim *claim = &share->claims[i];

        if (claim->got < claim->want)
            share->active[i] = SHARE_WHOLE;
        else if (share->active[i] == SHARE_WHOLE)
            share->active[i] = (int)claim->got;
        else
            share->active[i] = MAX(share->active[i], (int)claim->got);
    }
    for (int round = 0; round < ROUNDS_MAX; round++) {
        look_around(share, n_sharers, foreign, n_cpus);
        if (!grow_active(share, n_sharers))
            return;
    }
}

/* ── both ─────────────────────────────────────────────────────────────────── */

static void begin(Share *share, const Sharer *sharers, int n_sharers,
                  const int64_t *capacity, const int64_t *foreign, int n_cpus)
{
    make_room(share, n_sharers, n_cpus);
    for (int p = 0; p < n_cpus; p++)
        share->free[p] = MAX(capacity[p] - foreign[p], 0);
    for (int i = 0; i < n_sharers; i++) {
        share->active[i] = MIN(sharers[i].want, sharers[i].limit);
        share->claims[i].weight = 0;
    }
    weigh(share, sharers, n_sharers);
}

void share_make_roughly(Share *share, Sharer *sharers, int n_sharers,
                        const int64_t *capacity, const int64_t *foreign, int n_cpus)
{
    begin(share, sharers, n_sharers, capacity, foreign, n_cpus);
    divide(share, sharers, n_sharers, n_cpus);
    for (int i = 0; i < n_sharers; i++)
        sharers[i].waited = 0;
}

void share_make(Share *share, Sharer *sharers, int n_sharers, const int64_t *capacity,
                const int64_t *foreign, int n_cpus)
{
    begin(share, sharers, n_sharers, capacity, foreign, n_cpus);
    divide(share, sharers, n_sharers, n_cpus);
    find_active(share, n_sharers, foreign, n_cpus);
    if (weigh(share, sharers, n_sharers)) {
        divide(share, sharers, n_sharers, n_cpus);
        find_active(share, n_sharers, foreign, n_cpus);
    }
    for (int i = 0; i < n_sharers; i++) {
        Sharer *sharer = &sharers[i];

        if (sharer->got < sharer->want)
            sharer->waited = SHARE_WHOLE - sharer->got;
        else
            sharer->waited = share->active[i] - sharer->got;
    }
}

const int64_t *share_given(const Share *share)
{
    return share->division->given;
}

const int *share_cpus(const Share *share, int i, int *n_out)
{
    const Division *d = share->division;
    const Crowd *crowd;

    *n_out = 0;
    if (share->claims[i].crowd < 0)
        return NULL;
    crowd = &d->crowds[share->claims[i].crowd];
    *n_out = crowd->n_edges;
    return d->edge_cpu + crowd->first_edge;
}
