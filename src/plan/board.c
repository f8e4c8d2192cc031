/*
 * board.c - reads a snapshot as spots and pieces.
 *
 * First every vCPU is given a seat: the place it is in, whether it is pinned to that one,
 * and whether the planner may and need touch it.  Then spots are put in order, by what
 * they carry; then the sets of spots that owners allow; then the pieces of each spot.
 * Sets that mean the same places are one kind, whatever CPUs they name.
 */
#include "board.h"
#include "order.h"
#include "overload.h"

#include <string.h>

/* Who wants less than this, and steadily, is left where it is: thousandths of a CPU,
 * and their square. */
enum { LOAD_SMALL = 5, VARIANCE_SMALL = 20 * 20 };

/* Who floats is given a place from this load on, if it is known to within as much. */
enum { LOAD_SETTLED = 30 };

/* Loads that fluctuate by this much, in thousandths, let imbalance weigh half. */
enum { FLUCTUATION_HALF = 20 };

enum { NOWHERE = -1 };

typedef struct {
    int home; /* a place */
    int wish;
    bool floats;
    bool movable; /* becomes a piece */
} Seat;

/* What some owners allow, in places. */
typedef struct {
    const CpuSet *allowed;
    int n_places;
    int kind;
} Wish;

/* What spots are ordered by; n_pieces and squares are of those that become pieces. */
typedef struct {
    int64_t load, variance, squares;
    int base, capacity, n_pieces;
} Weight;

struct Making {
    const Snapshot *snapshot;
    const Places *places;
    const int *placement; /* or NULL */
    Board *board;
    int n_words; /* of a set of places, or of spots */
    int n_wishes;

    Seat *seats; /* [n_vcpus] */
    int *table;  /* [table_mask + 1] wishes by their sets' addresses, or NOWHERE */
    size_t table_mask;
    Wish *wishes;        /* [n_vcpus] */
    uint64_t *wish_bits; /* [n_wishes * n_words] */
    Weight *weights;     /* [n_places] */
    int *order;          /* [n_vcpus or n_places or n_wishes + 1] being sorted */
    int *renumbered;     /* [n_pcpus] cores, caches or cells */
    Kind *raw_kinds;     /* [n_wishes + 1] as they come */
    int *kind_spots;
    uint64_t *kind_bits;

    size_t max_vcpus, max_places, max_kinds, max_numbers, max_wish_bits, max_kind_spots,
        max_kind_bits, max_base;
};

/* ── memory ───────────────────────────────────────────────────────────────── */

#define GROW(array, need, room)                                                        \
    do {                                                                               \
        if ((size_t)(need) > (room)) {                                                 \
            (room) = MAX((size_t)(need), 2 * (room));                                  \
            (array) = g_realloc_n((array), (room), sizeof *(array));                   \
        }                                                                              \
    } while (0)

static void make_vcpu_room(struct Making *m, Board *board)
{
    size_t need = (size_t)MAX(m->snapshot->n_vcpus, m->places->n_places) + 1, slots = 4;

    if (need <= m->max_vcpus)
        return;
    while (slots < 2 * need)
        slots *= 2;
    m->max_vcpus = need;
    m->table_mask = slots - 1;
    m->seats = g_renew(Seat, m->seats, need);
    m->wishes = g_renew(Wish, m->wishes, need);
    m->order = g_renew(int, m->order, need);
    m->table = g_renew(int, m->table, slots);
    board->pieces = g_renew(Piece, board->pieces, need);
}

static void make_place_room(struct Making *m, Board *board)
{
    size_t need = (size_t)m->places->n_places;
    const Topology *topology = m->snapshot->topology;

    if (need > m->max_places) {
        m->max_places = need;
        m->weights = g_renew(Weight, m->weights, need);
        board->spots = g_renew(Spot, board->spots, need);
        board->spot_of_place = g_renew(int, board->spot_of_place, need);
    }
    GROW(m->renumbered, topology->n_pcpus, m->max_numbers);
    GROW(board->base, need * (size_t)m->snapshot->n_moments + 1, m->max_base);
}

/* ── what owners allow ────────────────────────────────────────────────────── */

static void set_bit(uint64_t *bits, int i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool has_bit(const uint64_t *bits, int i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

static const uint64_t *bits_of(const struct Making *m, int wish)
{
    return &m->wish_bits[(size_t)wish * (size_t)m->n_words];
}

static int new_wish(struct Making *m, const CpuSet *allowed)
{
    size_t at = (size_t)m->n_wishes * (size_t)m->n_words;
    Wish *wish = &m->wishes[m->n_wishes];
    uint64_t *bits;

    GROW(m->wish_bits, at + (size_t)m->n_words, m->max_wish_bits);
    bits = memset(&m->wish_bits[at], 0, (size_t)m->n_words * sizeof *bits);
    *wish = (Wish){ .allowed = allowed };
    for (int cpu = cpuset_next(allowed, 0); cpu >= 0;
         cpu = cpuset_next(allowed, cpu + 1)) {
        int place = cpu < m->places->n_pcpus ? m->places->of_pcpu[cpu] : NOWHERE;

        if (place == NOWHERE || has_bit(bits, place))
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

        if (*wish == NOWHERE)
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

static int load_of(const Vcpu *vcpu)
{
    return MAX(vcpu->mean, 1);
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

/* Finds the place that @vcpu is in, or ran in last; NOWHERE if that is not allowed. */
static Seat find_seat(struct Making *m, int v)
{
    const Vcpu *vcpu = &m->snapshot->vcpus[v];
    Seat seat = { .wish = wish_of(m, vcpu->allowed) };
    const uint64_t *allowed = bits_of(m, seat.wish);
    int n_places = m->wishes[seat.wish].n_places;
    bool must = !m->placement && must_be_pinned(m->places, vcpu);
    int ran = vcpu->pcpu >= 0 && vcpu->pcpu < m->places->n_pcpus
                  ? m->places->of_pcpu[vcpu->pcpu]
                  : NOWHERE;

    seat.home = m->placement ? m->placement[v] : places_holding(m->places, vcpu->pins);
    seat.floats = must || seat.home == NOWHERE || !has_bit(allowed, seat.home);
    if (seat.home == NOWHERE)
        seat.home = ran;
    if (seat.home != NOWHERE && !has_bit(allowed, seat.home))
        seat.home = NOWHERE;
    seat.movable =
        !m->snapshot->vms[vcpu->vm].busy &&
        (must || (n_places > 1 && (seat.floats ? is_settled(vcpu) : is_loaded(vcpu))));
    return seat;
}

/* Where there is least to do. */
static int freest_allowed(const struct Making *m, int wish)
{
    const uint64_t *allowed = bits_of(m, wish);
    int freest = NOWHERE;

    for (int p = 0; p < m->places->n_places; p++)
        if (has_bit(allowed, p) &&
            (freest == NOWHERE || m->weights[p].load < m->weights[freest].load))
            freest = p;
    return freest;
}

static void seat_all(struct Making *m)
{
    const Snapshot *snapshot = m->snapshot;

    m->n_wishes = 0;
    for (size_t i = 0; i <= m->table_mask; i++)
        m->table[i] = NOWHERE;
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        m->seats[v] = find_seat(m, v);
        if (m->seats[v].home != NOWHERE)
            weigh(m, m->seats[v].home, &snapshot->vcpus[v], m->seats[v].movable);
    }
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        Seat *seat = &m->seats[v];

        if (seat->home != NOWHERE)
            continue;
        seat->home = freest_allowed(m, seat->wish);
        weigh(m, seat->home, &snapshot->vcpus[v], seat->movable);
    }
}

/* ── spots ────────────────────────────────────────────────────────────────── */

static void weigh_foreign(struct Making *m)
{
    memset(m->weights, 0, (size_t)m->places->n_places * sizeof *m->weights);
    for (int cpu = 0; cpu < m->places->n_pcpus; cpu++) {
        int place = m->places->of_pcpu[cpu];

        if (place == NOWHERE)
            continue;
        m->weights[place].load += m->snapshot->foreign[cpu];
        m->weights[place].base += m->snapshot->foreign[cpu];
    }
}

static bool place_before(const void *making, int a, int b)
{
    const struct Making *m = making;
    const Weight *x = &m->weights[a], *y = &m->weights[b];
    int xs = m->places->places[a].capacity, ys = m->places->places[b].capacity;

    if (x->load != y->load)
        return x->load > y->load;
    if (x->variance != y->variance)
        return x->variance > y->variance;
    if (x->squares != y->squares)
        return x->squares > y->squares;
    if (x->n_pieces != y->n_pieces)
        return x->n_pieces > y->n_pieces;
    if (xs != ys)
        return xs > ys;
    if (x->base != y->base)
        return x->base > y->base;
    return a < b;
}

static void lay_spots(struct Making *m)
{
    Board *board = m->board;

    board->n_spots = m->places->n_places;
    board->total_load = board->total_capacity = 0;
    board->cpu_spots = true;
    for (int p = 0; p < board->n_spots; p++)
        m->order[p] = p;
    order_sort(m->order, board->n_spots, place_before, m);
    for (int s = 0; s < board->n_spots; s++) {
        int p = m->order[s];
        const Place *place = &m->places->places[p];

        board->spot_of_place[p] = s;
        board->spots[s] = (Spot){
            .place = p,
            .capacity = place->capacity,
            .core = place->core,
            .cache = place->cache,
            .cell = place->cell,
            .load = m->weights[p].base,
            .n_pieces = m->weights[p].n_pieces,
        };
        board->total_load += m->weights[p].load;
        board->total_capacity += place->capacity;
        board->cpu_spots = board->cpu_spots && place->n_cpus == 1;
    }
}

/* Cores, caches and cells are numbered in the order in which spots come to them.  What
 * holds but one CPU, or @by_spots but one spot, is none. */
static int renumber(struct Making *m, size_t field, bool by_spots)
{
    Board *board = m->board;
    int n_numbers = 0;

    memset(m->renumbered, 0, m->max_numbers * sizeof *m->renumbered);
    for (int s = 0; s < board->n_spots; s++) {
        int number = *(int *)(void *)((char *)&board->spots[s] + field);

        if (number >= 0)
            m->renumbered[number] +=
                by_spots ? 1 : m->places->places[board->spots[s].place].n_cpus;
    }
    for (size_t i = 0; i < m->max_numbers; i++)
        m->renumbered[i] = m->renumbered[i] > 1 ? 0 : -1;
    for (int s = 0; s < board->n_spots; s++) {
        int *number = (int *)(void *)((char *)&board->spots[s] + field);

        if (*number < 0)
            continue;
        if (m->renumbered[*number] == 0)
            m->renumbered[*number] = ++n_numbers;
        *number = m->renumbered[*number] < 0 ? -1 : m->renumbered[*number] - 1;
    }
    return n_numbers;
}

static void lay_topology(struct Making *m)
{
    m->board->n_cores = renumber(m, offsetof(Spot, core), true);
    m->board->n_caches = renumber(m, offsetof(Spot, cache), false);
    m->board->n_cells = renumber(m, offsetof(Spot, cell), false);
}

/* ── kinds ────────────────────────────────────────────────────────────────── */

/* Kind 0 comes first in any case, and as it holds all spots, also by this order. */
static int compare_kinds(const struct Making *m, int a, int b)
{
    const Kind *x = &m->raw_kinds[a], *y = &m->raw_kinds[b];

    if (x->n_spots != y->n_spots)
        return x->n_spots > y->n_spots ? -1 : 1;
    for (int i = 0; i < x->n_spots; i++)
        if (x->spots[i] != y->spots[i])
            return x->spots[i] < y->spots[i] ? -1 : 1;
    return 0;
}

static bool kind_before(const void *making, int a, int b)
{
    const struct Making *m = making;
    int order = compare_kinds(m, a, b);

    return order < 0 || (order == 0 && a < b);
}

static void make_kind_room(struct Making *m)
{
    size_t n_kinds = (size_t)m->n_wishes + 1, n_spots = (size_t)m->board->n_spots;

    for (int w = 0; w < m->n_wishes; w++)
        n_spots += (size_t)m->wishes[w].n_places;
    GROW(m->kind_spots, n_spots, m->max_kind_spots);
    GROW(m->kind_bits, n_kinds * (size_t)m->n_words, m->max_kind_bits);
    if (n_kinds > m->max_kinds) {
        m->max_kinds = n_kinds;
        m->raw_kinds = g_renew(Kind, m->raw_kinds, n_kinds);
        m->board->kinds = g_renew(Kind, m->board->kinds, n_kinds);
    }
}

/* Writes wish @w in spots, or all spots for -1, behind what is at @used already. */
static Kind spell_kind(struct Making *m, int w, int *used)
{
    Kind kind = { .spots = &m->kind_spots[*used],
                  .bits = &m->kind_bits[(size_t)(w + 1) * (size_t)m->n_words] };

    memset(kind.bits, 0, (size_t)m->n_words * sizeof *kind.bits);
    for (int s = 0; s < m->board->n_spots; s++) {
        if (w >= 0 && !has_bit(bits_of(m, w), m->board->spots[s].place))
            continue;
        kind.spots[kind.n_spots++] = s;
        set_bit(kind.bits, s);
    }
    kind.all = kind.n_spots == m->board->n_spots;
    *used += kind.n_spots;
    return kind;
}

static void lay_kinds(struct Making *m)
{
    Board *board = m->board;
    int used = 0;

    make_kind_room(m);
    for (int w = -1; w < m->n_wishes; w++) {
        m->raw_kinds[w + 1] = spell_kind(m, w, &used);
        m->order[w + 1] = w + 1;
    }
    order_sort(m->order, m->n_wishes + 1, kind_before, m);
    board->n_kinds = 0;
    for (int i = 0; i <= m->n_wishes; i++) {
        if (i == 0 || compare_kinds(m, m->order[i - 1], m->order[i]) != 0)
            board->kinds[board->n_kinds++] = m->raw_kinds[m->order[i]];
        if (m->order[i] > 0)
            m->wishes[m->order[i] - 1].kind = board->n_kinds - 1;
    }
}

/* Does a spot belong to two kinds that pieces are of? */
static bool find_overlap(struct Making *m)
{
    const Board *board = m->board;
    int *kind_at = m->order;

    for (int s = 0; s < board->n_spots; s++)
        kind_at[s] = NOWHERE;
    for (int k = 0; k < board->n_kinds; k++) {
        const Kind *kind = &board->kinds[k];

        if (kind->n_pieces == 0)
            continue;
        for (int i = 0; i < kind->n_spots; i++) {
            if (kind_at[kind->spots[i]] != NOWHERE)
                return true;
            kind_at[kind->spots[i]] = k;
        }
    }
    return false;
}

/* ── pieces ───────────────────────────────────────────────────────────────── */

static bool vcpu_before(const void *making, int a, int b)
{
    const struct Making *m = making;
    const Vcpu *x = &m->snapshot->vcpus[a], *y = &m->snapshot->vcpus[b];
    int x_kind = m->wishes[m->seats[a].wish].kind,
        y_kind = m->wishes[m->seats[b].wish].kind;

    if (load_of(x) != load_of(y))
        return load_of(x) > load_of(y);
    if (x->variance != y->variance)
        return x->variance > y->variance;
    if (x_kind != y_kind)
        return x_kind < y_kind;
    return a < b;
}

/* Lists movable vCPUs spot by spot, and those of each in order. */
static void order_pieces(struct Making *m)
{
    Board *board = m->board;
    int listed = 0;

    for (int s = 0; s < board->n_spots; s++) {
        board->spots[s].first = listed;
        listed += board->spots[s].n_pieces;
        board->spots[s].n_pieces = 0;
    }
    board->n_pieces = listed;
    for (int v = 0; v < m->snapshot->n_vcpus; v++) {
        Spot *spot = &board->spots[board->spot_of_place[m->seats[v].home]];

        if (m->seats[v].movable)
            m->order[spot->first + spot->n_pieces++] = v;
    }
    for (int s = 0; s < board->n_spots; s++)
        order_sort(&m->order[board->spots[s].first], board->spots[s].n_pieces,
                   vcpu_before, m);
}

static void lay_pieces(struct Making *m)
{
    Board *board = m->board;

    order_pieces(m);
    for (int k = 0; k < board->n_kinds; k++)
        board->kinds[k].n_pieces = 0;
    for (int i = 0; i < board->n_pieces; i++) {
        const Vcpu *vcpu = &m->snapshot->vcpus[m->order[i]];
        const Seat *seat = &m->seats[m->order[i]];
        int kind = m->wishes[seat->wish].kind;

        board->kinds[kind].n_pieces++;
        board->pieces[i] = (Piece){
            .vcpu = m->order[i],
            .vm = vcpu->vm,
            .home = board->spot_of_place[seat->home],
            .floats = seat->floats,
            .kind = kind,
            .load = load_of(vcpu),
            .variance = vcpu->variance,
            .past = vcpu->past,
        };
    }
    board->overlaps = find_overlap(m);
}

/* ── what does not move ───────────────────────────────────────────────────── */

static void add_row(int32_t *base, const uint16_t *past, int n_moments)
{
    for (int t = 0; t < n_moments; t++)
        base[t] += past[t];
}

static void lay_base(struct Making *m)
{
    const Snapshot *snapshot = m->snapshot;
    Board *board = m->board;
    size_t n_moments = (size_t)snapshot->n_moments;

    board->n_moments = snapshot->n_moments;
    board->weights = snapshot->moment_weights;
    memset(board->base, 0, (size_t)board->n_spots * n_moments * sizeof *board->base);
    for (int cpu = 0; cpu < m->places->n_pcpus; cpu++) {
        int place = m->places->of_pcpu[cpu];

        if (place == NOWHERE || snapshot->foreign[cpu] == 0)
            continue;
        for (size_t t = 0; t < n_moments; t++)
            board->base[(size_t)board->spot_of_place[place] * n_moments + t] +=
                snapshot->foreign[cpu];
    }
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &snapshot->vcpus[v];
        int spot = board->spot_of_place[m->seats[v].home];

        if (m->seats[v].movable || (vcpu->mean == 0 && vcpu->variance == 0))
            continue;
        board->spots[spot].variance += vcpu->variance;
        add_row(&board->base[(size_t)spot * n_moments], vcpu->past,
                snapshot->n_moments);
    }
}

static int measure_fluctuation(const struct Making *m)
{
    int64_t sum = 0;
    int n_spots = 0;

    for (int p = 0; p < m->places->n_places; p++) {
        int capacity = m->places->places[p].capacity;

        if (capacity == 0)
            continue;
        sum += whole_root(m->weights[p].variance) * LOAD_FULL / capacity;
        n_spots++;
    }
    return n_spots > 0 ? (int)(sum / n_spots) : 0;
}

/* ── the board ────────────────────────────────────────────────────────────── */

void board_make(const Snapshot *snapshot, const Places *places, const Policy *policy,
                const int *placement, Board *out)
{
    struct Making *m = out->making;

    if (!m)
        m = out->making = g_new0(struct Making, 1);
    m->snapshot = snapshot;
    m->places = places;
    m->placement = placement;
    m->board = out;
    m->n_words = (places->n_places + 63) / 64;
    make_vcpu_room(m, out);
    make_place_room(m, out);
    weigh_foreign(m);
    seat_all(m);
    lay_spots(m);
    lay_topology(m);
    lay_kinds(m);
    lay_pieces(m);
    lay_base(m);
    out->core_capacity = policy->core_capacity;
    out->fluctuation = measure_fluctuation(m);
}

void board_clear(Board *board)
{
    struct Making *m = board->making;

    if (m) {
        g_free(m->seats);
        g_free(m->table);
        g_free(m->wishes);
        g_free(m->wish_bits);
        g_free(m->weights);
        g_free(m->order);
        g_free(m->renumbered);
        g_free(m->raw_kinds);
        g_free(m->kind_spots);
        g_free(m->kind_bits);
        g_free(m);
    }
    g_free(board->spots);
    g_free(board->pieces);
    g_free(board->kinds);
    g_free(board->base);
    g_free(board->spot_of_place);
    *board = (Board){ 0 };
}

int board_imbalance_weight(const Board *board, int weight_imbalance)
{
    int64_t half = FLUCTUATION_HALF * FLUCTUATION_HALF,
            square = (int64_t)board->fluctuation * board->fluctuation;

    return (int)(weight_imbalance * half / (half + square));
}

int64_t board_price_of(const Policy *policy, Distance distance)
{
    const int64_t times[] = { [WITHIN_CACHE] = 100,
                              [WITHIN_CELL] = policy->price_cell_times,
                              [BEYOND_CELL] = policy->price_host_times };

    return policy->price_move * times[distance] * (COST_CPU / 1000000) / 100;
}

int64_t board_price(const Board *board, const Policy *policy, const Piece *piece,
                    int spot)
{
    if (spot == piece->home)
        return 0;
    return board_price_of(
        policy, board_distance(&board->spots[piece->home], &board->spots[spot]));
}
