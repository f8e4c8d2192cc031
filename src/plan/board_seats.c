/*
 * board_seats.c - gives every vCPU a seat.
 *
 * A vCPU sits in the place it is pinned to.  One that is pinned to no one place, or where
 * it may not be, sits where it ran last, if that is allowed, and else in the allowed
 * place with least to do.  A few vCPUs share most sets of CPUs, so each set is translated
 * to places once.
 */
#include "board_making.h"
#include "order.h"

#include <string.h>

/* Who wants less than this, and steadily, is left where it is: thousandths of a CPU,
 * and their square. */
enum { LOAD_SMALL = 5, VARIANCE_SMALL = 20 * 20 };

/* Who floats is given a place from this load on, if it is known to within as much. */
enum { LOAD_SETTLED = 30 };

/* ── what owners allow ────────────────────────────────────────────────────── */

static int new_wish(struct Making *m, const CpuSet *allowed)
{
    size_t at = (size_t)m->n_wishes * (size_t)m->n_words;
    Wish *wish = &m->wishes[m->n_wishes];
    uint64_t *bits;

    m->wish_bits = room_for(m->wish_bits, at + (size_t)m->n_words, sizeof *m->wish_bits,
                            &m->max_wish_bits);
    bits = memset(&m->wish_bits[at], 0, (size_t)m->n_words * sizeof *bits);
    *wish = (Wish){ .allowed = allowed };
    for (int cpu = cpuset_next(allowed, 0); cpu >= 0;
         cpu = cpuset_next(allowed, cpu + 1)) {
        int place = cpu < m->places->n_pcpus ? m->places->of_pcpu[cpu] : NO_PLACE;

        if (place == NO_PLACE || has_bit(bits, place))
            continue;
        set_bit(bits, place);
        wish->n_places++;
    }
    return m->n_wishes++;
}

/* Sets exist only once, so that their addresses tell them apart. */
static int wish_of(struct Making *m, const CpuSet *allowed)
{
    size_t slot = ((uintptr_t)allowed >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20;

    for (;; slot++) {
        int *wish = &m->table[slot & m->table_mask];

        if (*wish == NO_PLACE)
            return *wish = new_wish(m, allowed);
        if (m->wishes[*wish].allowed == allowed)
            return *wish;
    }
}

/* ── seats ────────────────────────────────────────────────────────────────── */

static bool is_loaded(const Vcpu *vcpu)
{
    return vcpu->mean >= LOAD_SMALL || vcpu->variance >= VARIANCE_SMALL;
}

static void weigh(struct Making *m, int place, const Vcpu *vcpu, bool movable)
{
    Weight *weight = &m->weights[place];
    int load = movable ? load_of(vcpu) : vcpu->mean;

    weight->load += load;
    weight->variance += vcpu->variance;
    weight->n_pieces += movable;
    weight->squares += movable ? (int64_t)load * load : 0;
    weight->base += movable ? 0 : load;
}

/* Is it worth giving a place to, and known well enough to choose one?  Of one whose last
 * moment says otherwise than its past, the next will tell; while it floats, the kernel
 * takes care of it. */
static bool is_settled(const Vcpu *vcpu)
{
    int64_t off = ABS(vcpu->load - vcpu->mean);

    return vcpu->mean >= LOAD_SETTLED &&
           (off < LOAD_SETTLED || off * off < vcpu->variance);
}

/* Whatever that costs: its pins are not what they should be wherever it goes. */
static bool must_be_pinned(const Places *places, const Vcpu *vcpu)
{
    int place = places_holding(places, vcpu->pins);

    return places_stray(places, vcpu->pins, vcpu->allowed) ||
           (place >= 0 && is_loaded(vcpu) &&
            places_narrow(places, place, vcpu->pins, vcpu->allowed));
}

/* Finds the place that @vcpu is in, or ran in last; NO_PLACE if that is not allowed. */
static Seat find_seat(struct Making *m, int v)
{
    const Vcpu *vcpu = &m->snapshot->vcpus[v];
    Seat seat = { .wish = wish_of(m, vcpu->allowed) };
    const uint64_t *allowed = places_of_wish(m, seat.wish);
    int n_places = m->wishes[seat.wish].n_places;
    bool must = !m->placement && must_be_pinned(m->places, vcpu);
    int ran = vcpu->pcpu >= 0 && vcpu->pcpu < m->places->n_pcpus
                  ? m->places->of_pcpu[vcpu->pcpu]
                  : NO_PLACE;

    seat.home = m->placement ? m->placement[v] : places_holding(m->places, vcpu->pins);
    seat.floats = must || seat.home == NO_PLACE || !has_bit(allowed, seat.home);
    if (seat.home == NO_PLACE)
        seat.home = ran;
    if (seat.home != NO_PLACE && !has_bit(allowed, seat.home))
        seat.home = NO_PLACE;
    seat.movable =
        !m->snapshot->vms[vcpu->vm].busy &&
        (must || (n_places > 1 && (seat.floats ? is_settled(vcpu) : is_loaded(vcpu))));
    seat.stuck = !seat.movable && n_places == 1 && is_loaded(vcpu);
    return seat;
}

/* What a guess goes by.  Who stays there is counted in what does not move, and no plan
 * should have to guess again because others did. */
static int64_t busyness(const struct Making *m, int place, const Seat *seat)
{
    const Weight *weight = &m->weights[place];

    return seat->movable ? weight->load : weight->base;
}

/* Where there is least to do. */
static int freest_allowed(const struct Making *m, const Seat *seat)
{
    const uint64_t *allowed = places_of_wish(m, seat->wish);
    int freest = NO_PLACE;

    for (int p = 0; p < m->places->n_places; p++)
        if (has_bit(allowed, p) &&
            (freest == NO_PLACE || busyness(m, p, seat) < busyness(m, freest, seat)))
            freest = p;
    return freest;
}

static bool heavier(const void *making, int a, int b)
{
    const struct Making *m = making;
    const Vcpu *x = &m->snapshot->vcpus[a], *y = &m->snapshot->vcpus[b];

    if (x->mean != y->mean)
        return x->mean > y->mean;
    if (x->variance != y->variance)
        return x->variance > y->variance;
    return a < b;
}

/* Those of whom nobody knows where they ran: the heaviest first, so that it does not
 * matter which VM has which number. */
static void seat_strangers(struct Making *m)
{
    const Snapshot *snapshot = m->snapshot;
    int n = 0;

    for (int v = 0; v < snapshot->n_vcpus; v++)
        if (m->seats[v].home == NO_PLACE)
            m->order[n++] = v;
    order_sort(m->order, n, heavier, m);
    for (int i = 0; i < n; i++) {
        Seat *seat = &m->seats[m->order[i]];

        seat->home = freest_allowed(m, seat);
        weigh(m, seat->home, &snapshot->vcpus[m->order[i]], seat->movable);
    }
}

void making_seat(struct Making *m)
{
    const Snapshot *snapshot = m->snapshot;

    m->n_wishes = 0;
    for (size_t i = 0; i <= m->table_mask; i++)
        m->table[i] = NO_PLACE;
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        m->seats[v] = find_seat(m, v);
        if (m->seats[v].home != NO_PLACE)
            weigh(m, m->seats[v].home, &snapshot->vcpus[v], m->seats[v].movable);
    }
    seat_strangers(m);
}
