/*
 * sim_strand.c - waiting meets idling.
 *
 * Inside its pins a vCPU waits only while no CPU idles: the kernel sees to that.  What
 * counts is what idles outside.  Those with the same pins wait together; the idle CPUs
 * are then divided among them as among any who want them.
 */
#include "sim_strand.h"

typedef struct {
    const CpuSet *mask, *widest;
} Tether;

struct Strand {
    Division *division;
    GHashTable *number_of; /* tether to 1 + number */
    GPtrArray *tethers;    /* owned; kept for ever, as there are few */
    GArray *waited;        /* of int64_t, by number */
    GArray *claims;        /* of Claim */
};

static guint tether_hash(gconstpointer key)
{
    const Tether *tether = key;

    return g_direct_hash(tether->mask) * 31 + g_direct_hash(tether->widest);
}

static gboolean tether_equal(gconstpointer a, gconstpointer b)
{
    const Tether *x = a, *y = b;

    return x->mask == y->mask && x->widest == y->widest;
}

Strand *strand_new(void)
{
    Strand *strand = g_new0(Strand, 1);

    strand->division = division_new();
    strand->number_of = g_hash_table_new(tether_hash, tether_equal);
    strand->tethers = g_ptr_array_new_with_free_func(g_free);
    strand->waited = g_array_new(FALSE, TRUE, sizeof(int64_t));
    strand->claims = g_array_new(FALSE, FALSE, sizeof(Claim));
    return strand;
}

void strand_free(Strand *strand)
{
    if (!strand)
        return;
    division_free(strand->division);
    g_hash_table_unref(strand->number_of);
    g_ptr_array_unref(strand->tethers);
    g_array_unref(strand->waited);
    g_array_unref(strand->claims);
    g_free(strand);
}

void strand_reset(Strand *strand)
{
    for (guint i = 0; i < strand->waited->len; i++)
        g_array_index(strand->waited, int64_t, i) = 0;
}

void strand_add(Strand *strand, const CpuSet *mask, const CpuSet *widest, int waited)
{
    Tether tether = { mask, widest };
    guint number;

    if (waited == 0 || mask == widest)
        return;
    number = GPOINTER_TO_UINT(g_hash_table_lookup(strand->number_of, &tether));
    if (number == 0) {
        Tether *kept = g_memdup2(&tether, sizeof tether);

        g_ptr_array_add(strand->tethers, kept);
        number = strand->tethers->len;
        g_array_set_size(strand->waited, number);
        g_hash_table_insert(strand->number_of, kept, GUINT_TO_POINTER(number));
    }
    g_array_index(strand->waited, int64_t, number - 1) += waited;
}

static int64_t idle_within(const CpuSet *set, const CpuSet *other, const int64_t *idle)
{
    int64_t sum = 0;

    for (int p = cpuset_next(set, 0); p >= 0; p = cpuset_next(set, p + 1))
        if (!other || cpuset_has(other, p))
            sum += idle[p];
    return sum;
}

int64_t strand_sum(Strand *strand, const int64_t *idle, int n_cpus)
{
    const CpuSet *widest = NULL;
    int64_t around = 0, sum = 0;

    g_array_set_size(strand->claims, 0);
    for (guint i = 0; i < strand->tethers->len; i++) {
        const Tether *tether = strand->tethers->pdata[i];
        int64_t waited = g_array_index(strand->waited, int64_t, i);
        Claim claim = { .mask = tether->widest, .weight = 1 };

        if (waited == 0)
            continue;
        if (tether->widest != widest) {
            widest = tether->widest;
            around = idle_within(widest, NULL, idle);
        }
        claim.want = MIN(waited, around - idle_within(tether->mask, widest, idle));
        g_array_append_val(strand->claims, claim);
    }
    division_make(strand->division, (Claim *)(void *)strand->claims->data,
                  (int)strand->claims->len, idle, n_cpus);
    for (guint i = 0; i < strand->claims->len; i++)
        sum += g_array_index(strand->claims, Claim, i).got;
    return sum;
}
