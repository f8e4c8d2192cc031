/*
 * foreign.c - the bookkeeping of foreign.h.
 *
 * Accounts are in millionths of the period, which fit in 64 bits also when the
 * share of one CPU is multiplied by what all the others have.
 */
#include "foreign.h"

enum { MILLION = 1000 * 1000, BELIEVED = 3 };

struct Foreign {
    GArray *busy_ns;        /* of int64_t: the last sample's */
    GArray *room;           /* of int64_t, one a CPU: not accounted for yet */
    GHashTable *set_number; /* of CpuSet to its number plus one */
    GPtrArray *sets;        /* of CpuSet, by number */
    GArray *owed;           /* of int64_t, by number: ran somewhere in the set */
    GArray *last[BELIEVED]; /* of int, one a CPU: the rest of recent periods, in turn */
    int n_periods;          /* in @last, and all of them of as many CPUs */
    int64_t lasted_us;
};

Foreign *foreign_new(void)
{
    Foreign *foreign = g_new0(Foreign, 1);

    foreign->busy_ns = g_array_new(FALSE, TRUE, sizeof(int64_t));
    foreign->room = g_array_new(FALSE, TRUE, sizeof(int64_t));
    foreign->set_number = g_hash_table_new(NULL, NULL);
    foreign->sets = g_ptr_array_new();
    foreign->owed = g_array_new(FALSE, TRUE, sizeof(int64_t));
    for (int i = 0; i < BELIEVED; i++)
        foreign->last[i] = g_array_new(FALSE, TRUE, sizeof(int));
    return foreign;
}

void foreign_free(Foreign *foreign)
{
    g_array_unref(foreign->busy_ns);
    g_array_unref(foreign->room);
    g_hash_table_unref(foreign->set_number);
    g_ptr_array_unref(foreign->sets);
    g_array_unref(foreign->owed);
    for (int i = 0; i < BELIEVED; i++)
        g_array_unref(foreign->last[i]);
    g_free(foreign);
}

static int64_t *room_of(Foreign *foreign, int cpu)
{
    return &g_array_index(foreign->room, int64_t, cpu);
}

static int64_t millionths(const Foreign *foreign, int64_t part_us)
{
    return CLAMP(part_us, 0, foreign->lasted_us) * MILLION / foreign->lasted_us;
}

/* By how much a counter of nanoseconds rose, and nothing if it was set back. */
static int64_t rise_us(int64_t then_ns, int64_t now_ns)
{
    return then_ns < 0 || now_ns < then_ns ? 0 : (now_ns - then_ns) / 1000;
}

void foreign_start(Foreign *foreign, const Sample *sample, int64_t lasted_us)
{
    guint n_pcpus = (guint)sample->topology->n_pcpus;
    bool told = sample->busy_ns->len == n_pcpus && foreign->busy_ns->len == n_pcpus;

    foreign->lasted_us = lasted_us;
    g_array_set_size(foreign->room, n_pcpus);
    for (guint p = 0; p < n_pcpus; p++) {
        int64_t now = told ? g_array_index(sample->busy_ns, int64_t, p) : 0;
        int64_t then = told ? g_array_index(foreign->busy_ns, int64_t, p) : 0;

        *room_of(foreign, (int)p) = millionths(foreign, rise_us(then, now));
    }
}

/* ── our own work ─────────────────────────────────────────────────────────── */

/* Takes up to @amount off a CPU, and returns what there was too little of. */
static int64_t take_from(Foreign *foreign, int cpu, int64_t amount)
{
    int64_t *room = room_of(foreign, cpu);
    int64_t taken = MIN(*room, amount);

    *room -= taken;
    return amount - taken;
}

static void owe(Foreign *foreign, const CpuSet *set, int64_t amount)
{
    int number = GPOINTER_TO_INT(g_hash_table_lookup(foreign->set_number, set)) - 1;

    if (number < 0) {
        number = (int)foreign->sets->len;
        g_ptr_array_add(foreign->sets, (gpointer)set);
        g_array_set_size(foreign->owed, (guint)number + 1);
        g_hash_table_insert(foreign->set_number, (gpointer)set,
                            GINT_TO_POINTER(number + 1));
    }
    g_array_index(foreign->owed, int64_t, number) += amount;
}

void foreign_take(Foreign *foreign, const SampleVcpu *vcpu, int64_t ran_us)
{
    bool pinned = vcpu->pins->n_cpus == 1;
    int cpu = pinned ? vcpu->pins->span - 1 : vcpu->pcpu;
    int64_t rest = millionths(foreign, ran_us);

    if (cpu >= 0 && cpu < (int)foreign->room->len)
        rest = take_from(foreign, cpu, rest);
    if (rest > 0 && !pinned)
        owe(foreign, vcpu->pins, rest);
}

static int64_t room_in(Foreign *foreign, const CpuSet *set)
{
    int64_t sum = 0;

    for (int cpu = cpuset_next(set, 0); cpu >= 0 && cpu < (int)foreign->room->len;
         cpu = cpuset_next(set, cpu + 1))
        sum += *room_of(foreign, cpu);
    return sum;
}

/* What ran somewhere in a set comes off each of its CPUs, the more the more is left. */
static void settle(Foreign *foreign, const CpuSet *set, int64_t owed)
{
    int64_t sum = owed > 0 ? room_in(foreign, set) : 0;

    if (sum == 0)
        return;
    owed = MIN(owed, sum);
    for (int cpu = cpuset_next(set, 0); cpu >= 0 && cpu < (int)foreign->room->len;
         cpu = cpuset_next(set, cpu + 1))
        *room_of(foreign, cpu) -= *room_of(foreign, cpu) * owed / sum;
}

/* ── the rest ─────────────────────────────────────────────────────────────── */

static void settle_all(Foreign *foreign)
{
    for (guint i = 0; i < foreign->sets->len; i++) {
        int64_t *owed = &g_array_index(foreign->owed, int64_t, i);

        settle(foreign, g_ptr_array_index(foreign->sets, i), *owed);
        *owed = 0;
    }
}

static void write_down(Foreign *foreign, const Topology *topology)
{
    GArray *last = foreign->last[foreign->n_periods % BELIEVED];

    if (foreign->n_periods > 0 && foreign->last[0]->len != (guint)topology->n_pcpus) {
        foreign->n_periods = 0;
        last = foreign->last[0];
    }
    foreign->n_periods++;
    g_array_set_size(last, (guint)topology->n_pcpus);
    for (int p = 0; p < topology->n_pcpus; p++) {
        const Pcpu *pcpu = &topology->pcpus[p];
        int64_t load = *room_of(foreign, p) * LOAD_FULL / MILLION;

        g_array_index(last, int, p) = pcpu->online ? (int)MIN(load, pcpu->capacity) : 0;
    }
}

/* The middle one of the last three; of two the lower. */
static int believe(const Foreign *foreign, int cpu)
{
    int a = g_array_index(foreign->last[0], int, cpu), b, c;

    if (foreign->n_periods == 1)
        return a;
    b = g_array_index(foreign->last[1], int, cpu);
    if (foreign->n_periods == 2)
        return MIN(a, b);
    c = g_array_index(foreign->last[2], int, cpu);
    return MAX(MIN(a, b), MIN(MAX(a, b), c));
}

void foreign_finish(Foreign *foreign, const Topology *topology, int *out)
{
    settle_all(foreign);
    write_down(foreign, topology);
    for (int p = 0; p < topology->n_pcpus; p++)
        out[p] = believe(foreign, p);
}

void foreign_remember(Foreign *foreign, const Sample *sample)
{
    g_array_set_size(foreign->busy_ns, 0);
    g_array_append_vals(foreign->busy_ns, sample->busy_ns->data, sample->busy_ns->len);
}
