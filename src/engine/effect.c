/*
 * effect.c - see effect.h.
 *
 * Waiting goes down after many a plan whose moves did nothing, since plans are made when
 * much is waited for and that seldom lasts; and it goes up after good ones.  So what was
 * wanted in the period after the plan is laid out twice, as everybody is pinned now and
 * as if the moves had not been made: both live through the same period, and what is
 * between them is the moves' work.  They pay if that is as much overload avoided as they
 * cost, or else, where nothing is overloaded, a host that is surely more even.  How a
 * kernel would have done with one that floated nobody knows: that is what trials are for.
 *
 * Moves that do not pay double the price of the next ones, and with it what a plan has to
 * gain and how uneven a host may be, up to a limit; those that do halve them again, and
 * all is forgotten when the host has other things to do.
 */
#include "effect.h"

#include <string.h>

enum { LEVEL_MAX = 6 };

/* No reluctance raises anything beyond a CPU, or fifty points. */
enum { PRICE_MAX = 1000000, SIGMA_MAX = 5000 };

/* Thousandths of a point by which a host is more even, at least, and parts of what it
 * would have been. */
enum { EVENER = 1000, EVENER_PART = 10 };

typedef struct {
    char uuid[UUID_SIZE];
    int number;
    const CpuSet *from, *to; /* the topology's, which outlives us */
} Moved;

void effect_init(Effect *effect)
{
    *effect = (Effect){ .moved = g_array_new(FALSE, FALSE, sizeof(Moved)) };
}

void effect_clear(Effect *effect)
{
    g_array_unref(effect->moved);
    places_clear(&effect->places);
    loads_clear(&effect->with);
    loads_clear(&effect->without);
}

static int64_t total_wanted(const Snapshot *snapshot)
{
    int64_t wanted = 0;

    for (int v = 0; v < snapshot->n_vcpus; v++)
        wanted += snapshot->vcpus[v].load;
    return wanted;
}

/* In the order of a snapshot: VMs by UUID, and their vCPUs by number. */
static int in_order(const void *a, const void *b)
{
    const Moved *left = a, *right = b;
    int order = strcmp(left->uuid, right->uuid);

    return order != 0 ? order : left->number - right->number;
}

/* Where it would be, had it not been moved.  *@next is where to look for it among the
 * moved ones, of which those before it have had their turn. */
static const CpuSet *unmoved(const Effect *effect, const Snapshot *snapshot,
                             const Vcpu *vcpu, guint *next)
{
    Moved key = { .number = vcpu->number };

    if (*next == effect->moved->len)
        return vcpu->pins;
    memcpy(key.uuid, snapshot->vms[vcpu->vm].uuid, UUID_SIZE);
    for (; *next < effect->moved->len; ++*next) {
        const Moved *moved = &g_array_index(effect->moved, Moved, *next);
        int order = in_order(moved, &key);

        if (order == 0 && moved->to == vcpu->pins)
            return moved->from;
        if (order >= 0)
            break;
    }
    return vcpu->pins;
}

/* Returns how many moves are in force. */
static int lay_out(Effect *effect, const Snapshot *snapshot)
{
    int n_moved = 0;
    guint next = 0;

    loads_start(&effect->with, &effect->places, snapshot->foreign);
    loads_start(&effect->without, &effect->places, snapshot->foreign);
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &snapshot->vcpus[v];
        const CpuSet *from = unmoved(effect, snapshot, vcpu, &next);

        n_moved += from != vcpu->pins;
        loads_add(&effect->with, &effect->places, vcpu->pins, vcpu->load);
        loads_add(&effect->without, &effect->places, from, vcpu->load);
    }
    return n_moved;
}

static bool have_paid(const Effect *effect, int n_moved, const Policy *policy,
                      int64_t avoided)
{
    int64_t before = loads_sigma(&effect->without, &effect->places);
    int64_t after = loads_sigma(&effect->with, &effect->places);

    if (avoided * 1000 >= (int64_t)n_moved * policy->price_move)
        return true;
    return avoided >= 0 && before - after >= MAX(EVENER, before / EVENER_PART);
}

static void relax_with_load(Effect *effect, int64_t wanted)
{
    if (effect->level > 0 &&
        ABS(wanted - effect->strained) > LOAD_FULL / 4 + effect->strained / 4)
        effect->level = 0;
}

static void learn(Effect *effect, bool paid, int64_t wanted)
{
    if (paid) {
        effect->level -= effect->level > 0;
        return;
    }
    effect->level += effect->level < LEVEL_MAX;
    effect->strained = wanted;
}

void effect_judge(Effect *effect, const Snapshot *snapshot, const Policy *policy,
                  Help *out)
{
    int64_t wanted = total_wanted(snapshot);
    int n_moved;

    *out = (Help){ 0 };
    relax_with_load(effect, wanted);
    if (effect->moved->len > 0) {
        places_make(snapshot->topology, policy->granularity, &effect->places);
        n_moved = lay_out(effect, snapshot);
        out->judged = n_moved > 0;
        out->avoided = loads_overload(&effect->without, &effect->places) -
                       loads_overload(&effect->with, &effect->places);
        out->paid = out->judged && have_paid(effect, n_moved, policy, out->avoided);
        if (out->judged)
            learn(effect, out->paid, wanted);
        g_array_set_size(effect->moved, 0);
    }
    out->reluctance = 1 << effect->level;
}

static void scale(int *what, int level, int most)
{
    *what = (int)MIN((int64_t)*what << level, MAX(most, *what));
}

/* Who is content with less evenness is spared the moves that only serve it. */
Policy effect_temper(const Effect *effect, const Policy *policy)
{
    Policy tempered = *policy;

    scale(&tempered.price_move, effect->level, PRICE_MAX);
    scale(&tempered.least_gain, effect->level, PRICE_MAX);
    scale(&tempered.target_sigma, effect->level, SIGMA_MAX);
    return tempered;
}

void effect_remember(Effect *effect, const Period *period)
{
    const GArray *moves = period->plan.moves;
    const Snapshot *snapshot = &period->snapshot;

    g_array_set_size(effect->moved, 0);
    for (guint i = 0; moves && i < moves->len; i++) {
        const Move *move = &g_array_index(moves, Move, i);
        const Vcpu *vcpu = &snapshot->vcpus[move->vcpu];
        Moved moved = { .number = vcpu->number, .from = vcpu->pins, .to = move->cpus };

        if (move->from == FLOATING)
            continue;
        memcpy(moved.uuid, snapshot->vms[vcpu->vm].uuid, UUID_SIZE);
        g_array_append_val(effect->moved, moved);
    }
    g_array_sort(effect->moved, in_order);
}
