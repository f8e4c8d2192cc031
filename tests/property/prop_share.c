/*
 * prop_share.c - laws of dividing CPUs, on thousands of random hosts.
 *
 * That a division is fair has a certificate: from whoever lacks something, follow what
 * his CPUs give to others, and where those could go instead.  Nowhere on that way may
 * there be a CPU with room or somebody who has more for his weight.
 */
#include "host/sim_share.h"
#include "support/watched.h"

#include <glib.h>
#include <string.h>

enum {
    HOSTS = 20000 / (WATCHED ? 10 : 1),
    MAX_CPUS = 9,
    MAX_CLAIMS = 24,
    MASK_KINDS = 4,
};

typedef struct {
    CpuSets *sets;
    Claim claims[MAX_CLAIMS];
    int64_t capacity[MAX_CPUS];
    int n_claims, n_cpus;
} Hall;

static const CpuSet *draw_mask(CpuSets *sets, int n_cpus)
{
    int cpus[MAX_CPUS], n = 0, first;

    switch (g_test_rand_int_range(0, MASK_KINDS)) {
    case 0:
        return cpusets_range(sets, g_test_rand_int_range(0, n_cpus), 1);
    case 1:
        return cpusets_range(sets, 0, n_cpus);
    case 2:
        first = g_test_rand_int_range(0, n_cpus);
        return cpusets_range(sets, first, MIN(n_cpus - first, 3));
    }
    for (int p = 0; p < n_cpus; p++)
        if (g_test_rand_bit())
            cpus[n++] = p;
    return n > 0 ? cpusets_list(sets, cpus, n) : cpusets_range(sets, 0, 1);
}

static void draw(Hall *hall)
{
    int largest = g_test_rand_bit() ? 1000000 : 10;

    hall->sets = cpusets_new();
    hall->n_cpus = g_test_rand_int_range(1, MAX_CPUS + 1);
    hall->n_claims = g_test_rand_int_range(0, MAX_CLAIMS + 1);
    for (int p = 0; p < hall->n_cpus; p++)
        hall->capacity[p] =
            g_test_rand_int_range(0, 8) ? largest : g_test_rand_int_range(0, largest);
    for (int i = 0; i < hall->n_claims; i++)
        hall->claims[i] = (Claim){
            .mask = draw_mask(hall->sets, hall->n_cpus),
            .weight = g_test_rand_bit() ? 1024 : g_test_rand_int_range(1, 5000),
            .want = g_test_rand_int_range(0, 3) ? g_test_rand_int_range(0, largest + 1)
                                                : largest,
        };
}

/* ── the certificate ──────────────────────────────────────────────────────── */

static unsigned bits_of(const CpuSet *mask)
{
    return (unsigned)mask->words[0];
}

static int64_t flow_on(const Division *d, const Crowd *crowd, int cpu)
{
    for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++)
        if (d->edge_cpu[e] == cpu)
            return d->edge_got[e];
    return 0;
}

static bool takes_from(const Division *d, const Crowd *crowd, unsigned cpus)
{
    for (int p = 0; p < d->n_cpus; p++)
        if (cpus >> p & 1 && flow_on(d, crowd, p) > 0)
            return true;
    return false;
}

/* All CPUs from which room could be passed on to @mask. */
static unsigned reach(const Division *d, const CpuSet *mask)
{
    unsigned cpus = bits_of(mask), before;

    do {
        before = cpus;
        for (int k = 0; k < d->n_crowds; k++)
            if (takes_from(d, &d->crowds[k], cpus))
                cpus |= bits_of(d->crowds[k].mask);
    } while (cpus != before);
    return cpus;
}

static void assert_fair_to(const Hall *hall, const Division *d, const Claim *poor)
{
    unsigned cpus = reach(d, poor->mask);
    int64_t slack = hall->n_claims + 1;

    for (int p = 0; p < hall->n_cpus; p++)
        if (cpus >> p & 1)
            g_assert_cmpint(d->given[p], ==, hall->capacity[p]);
    for (int i = 0; i < hall->n_claims; i++) {
        const Claim *other = &hall->claims[i];

        if (other->crowd < 0 || !takes_from(d, &d->crowds[other->crowd], cpus))
            continue;
        g_assert_cmpint((other->got - slack) * poor->weight, <=,
                        (poor->got + slack) * other->weight);
    }
}

static void assert_adds_up(const Hall *hall, const Division *d)
{
    int64_t given[MAX_CPUS] = { 0 };

    for (int k = 0; k < d->n_crowds; k++) {
        const Crowd *crowd = &d->crowds[k];
        int64_t from_cpus = 0, to_claims = 0;

        for (int e = crowd->first_edge; e < crowd->first_edge + crowd->n_edges; e++) {
            g_assert_true(cpuset_has(crowd->mask, d->edge_cpu[e]));
            g_assert_cmpint(d->edge_got[e], >=, 0);
            from_cpus += d->edge_got[e];
            given[d->edge_cpu[e]] += d->edge_got[e];
        }
        for (int i = 0; i < hall->n_claims; i++)
            if (hall->claims[i].crowd == k)
                to_claims += hall->claims[i].got;
        g_assert_cmpint(from_cpus, ==, to_claims);
    }
    for (int p = 0; p < hall->n_cpus; p++) {
        g_assert_cmpint(given[p], ==, d->given[p]);
        g_assert_cmpint(given[p], <=, hall->capacity[p]);
    }
}

static void test_a_division_is_fair_and_wastes_nothing(void)
{
    Division *d = division_new();

    for (int n = 0; n < HOSTS; n++) {
        Hall hall;

        draw(&hall);
        division_make(d, hall.claims, hall.n_claims, hall.capacity, hall.n_cpus);
        assert_adds_up(&hall, d);
        for (int i = 0; i < hall.n_claims; i++) {
            g_assert_cmpint(hall.claims[i].got, >=, 0);
            g_assert_cmpint(hall.claims[i].got, <=, hall.claims[i].want);
            if (hall.claims[i].got < hall.claims[i].want)
                assert_fair_to(&hall, d, &hall.claims[i]);
        }
        cpusets_free(hall.sets);
    }
    division_free(d);
}

/* ── sharing ──────────────────────────────────────────────────────────────── */

static int draw_sharers(const Hall *hall, Sharer *out)
{
    for (int i = 0, vm = 0; i < hall->n_claims; i++) {
        vm += g_test_rand_bit();
        out[i] = (Sharer){
            .mask = hall->claims[i].mask,
            .vm = vm,
            .weight = g_test_rand_int_range(0, 9)
                          ? SHARE_WEIGHT_USUAL
                          : g_test_rand_int_range(1, SHARE_WEIGHT_MAX + 1),
            .want = (int)MIN(hall->claims[i].want, SHARE_WHOLE),
            .limit = g_test_rand_int_range(0, 5)
                         ? SHARE_WHOLE
                         : g_test_rand_int_range(1, SHARE_WHOLE),
        };
    }
    return hall->n_claims;
}

static void test_waiting_is_time_that_was_there_to_wait(void)
{
    Share *share = share_new(), *other = share_new();

    for (int n = 0; n < HOSTS; n++) {
        int64_t foreign[MAX_CPUS];
        Sharer sharers[MAX_CLAIMS], again[MAX_CLAIMS];
        Hall hall;

        draw(&hall);
        for (int p = 0; p < hall.n_cpus; p++)
            foreign[p] = g_test_rand_int_range(0, 4) ? 0 : hall.capacity[p] / 3;
        draw_sharers(&hall, sharers);
        memcpy(again, sharers, sizeof again);
        share_make(share, sharers, hall.n_claims, hall.capacity, foreign, hall.n_cpus);
        for (int i = 0; i < hall.n_claims; i++) {
            g_assert_cmpint(sharers[i].got, <=, MIN(sharers[i].want, sharers[i].limit));
            g_assert_cmpint(sharers[i].waited, >=, 0);
            g_assert_cmpint(sharers[i].got + sharers[i].waited, <=, SHARE_WHOLE);
            if (sharers[i].got < sharers[i].want)
                g_assert_cmpint(sharers[i].got + sharers[i].waited, ==, SHARE_WHOLE);
        }
        if (n % 10 == 0) {
            share_make(other, again, hall.n_claims, hall.capacity, foreign,
                       hall.n_cpus);
            for (int i = 0; i < hall.n_claims; i++) {
                g_assert_cmpint(again[i].got, ==, sharers[i].got);
                g_assert_cmpint(again[i].waited, ==, sharers[i].waited);
            }
        }
        cpusets_free(hall.sets);
    }
    share_free(share);
    share_free(other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/share/a-division-is-fair-and-wastes-nothing",
                    test_a_division_is_fair_and_wastes_nothing);
    g_test_add_func("/share/waiting-is-time-that-was-there-to-wait",
                    test_waiting_is_time_that_was_there_to_wait);
    return g_test_run();
}
