/*
 * board.c - reads a snapshot as spots and pieces.
 *
 * First every vCPU is given a seat: the place it is in, whether it is pinned to that one,
 * and whether the planner may and need touch it.  Then spots are put in order, by what
 * they carry; then the sets of spots that owners allow; then the pieces of each spot.
 * Sets that mean the same places are one kind, whatever CPUs they name.
 */
#include "board_making.h"
#include "order.h"
#include "overload.h"

#include <string.h>

/* Loads that fluctuate by this much, in thousandths, let imbalance weigh half. */
enum { FLUCTUATION_HALF = 24 };

/* More is no news, and its square is a number. */
enum { FLUCTUATION_MOST = 1000 * LOAD_FULL };

/* ── memory ───────────────────────────────────────────────────────────────── */

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
    board->anchors = g_renew(Anchor, board->anchors, need);
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
    m->renumbered = room_for(m->renumbered, (size_t)topology->n_pcpus,
                             sizeof *m->renumbered, &m->max_numbers);
    board->base = room_for(board->base, need * (size_t)m->snapshot->n_moments + 1,
                           sizeof *board->base, &m->max_base);
}

/* ── spots ────────────────────────────────────────────────────────────────── */

static void weigh_foreign(struct Making *m)
{
    memset(m->weights, 0, (size_t)m->places->n_places * sizeof *m->weights);
    for (int cpu = 0; cpu < m->places->n_pcpus; cpu++) {
        int place = m->places->of_pcpu[cpu];

        if (place == NO_PLACE)
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
    board->overlaps = making_kinds_meet(m);
}

static void lay_anchors(struct Making *m)
{
    Board *board = m->board;

    board->n_anchors = 0;
    for (int v = 0; v < m->snapshot->n_vcpus; v++) {
        int vm = m->snapshot->vcpus[v].vm;

        if (m->seats[v].stuck && m->snapshot->vms[vm].n_vcpus > 1)
            board->anchors[board->n_anchors++] =
                (Anchor){ vm, board->spot_of_place[m->seats[v].home] };
    }
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

        if (place == NO_PLACE || snapshot->foreign[cpu] == 0)
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

/* As if it were spread evenly: who is where now must change neither what imbalance
 * weighs nor which target is set, or plans would go round in circles. */
static int measure_fluctuation(const struct Making *m)
{
    int64_t variance = 0, capacity = 0;
    int n_spots = 0;

    for (int p = 0; p < m->places->n_places; p++) {
        variance += m->weights[p].variance;
        capacity += m->places->places[p].capacity;
        n_spots += m->places->places[p].capacity > 0;
    }
    if (capacity == 0)
        return 0;
    return (int)MIN(whole_root(variance * n_spots) * LOAD_FULL / capacity,
                    FLUCTUATION_MOST);
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
    making_seat(m);
    lay_spots(m);
    lay_topology(m);
    making_lay_kinds(m);
    lay_pieces(m);
    lay_anchors(m);
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
    g_free(board->anchors);
    g_free(board->kinds);
    g_free(board->base);
    g_free(board->spot_of_place);
    *board = (Board){ 0 };
}

int board_imbalance_weight(const Board *board, int weight_imbalance)
{
    int64_t half = FLUCTUATION_HALF * FLUCTUATION_HALF,
            square = (int64_t)board->fluctuation * board->fluctuation,
            most = imbalance_rate_most(board->total_load) * LOAD_FULL >> RATE_BITS;

    return (int)MIN(weight_imbalance * half / (half + square), most);
}

int64_t board_price_of(const Policy *policy, Distance distance)
{
    const int64_t times[] = { [WITHIN_CACHE] = 100,
                              [WITHIN_CELL] = policy->price_cell_times,
                              [BEYOND_CELL] = policy->price_host_times };
    int64_t price = policy->price_move * times[distance] * (COST_CPU / 1000000) / 100;

    return MIN(price, COST_MOST);
}

int64_t board_least_price(const Policy *policy)
{
    return MIN(
        board_price_of(policy, WITHIN_CACHE),
        MIN(board_price_of(policy, WITHIN_CELL), board_price_of(policy, BEYOND_CELL)));
}

int64_t board_most_price(const Policy *policy)
{
    return MAX(
        board_price_of(policy, WITHIN_CACHE),
        MAX(board_price_of(policy, WITHIN_CELL), board_price_of(policy, BEYOND_CELL)));
}

int64_t board_price(const Board *board, const Policy *policy, const Piece *piece,
                    int spot)
{
    if (spot == piece->home)
        return 0;
    return board_price_of(
        policy, board_distance(&board->spots[piece->home], &board->spots[spot]));
}
