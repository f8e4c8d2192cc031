/* boards.c - see the header. */
#include "support/boards.h"

#include <string.h>

static int by_chance(GRand *rand, int low, int high)
{
    return g_rand_int_range(rand, low, high + 1);
}

static int draw_load(GRand *rand)
{
    int kind = by_chance(rand, 0, 99);

    if (kind < 50)
        return by_chance(rand, 1, 50);
    return kind < 80 ? by_chance(rand, 100, 400) : by_chance(rand, 600, 1000);
}

static void draw_weights(GRand *rand, Board *board)
{
    int32_t *weights = g_new0(int32_t, board->n_moments + 1);
    int32_t rest = 1 << 16;

    for (int t = 0; t < board->n_moments; t++) {
        int weight = by_chance(rand, 0, 2 << 16) / board->n_moments;

        weights[t] = t + 1 < board->n_moments ? MIN(weight, rest) : rest;
        rest -= weights[t];
    }
    board->weights = weights;
}

static void draw_spots(GRand *rand, Board *board, BoardShape shape)
{
    for (int s = 0; s < board->n_spots; s++) {
        Spot *spot = &board->spots[s];

        *spot = (Spot){ .place = s,
                        .capacity = LOAD_FULL,
                        .core = shape.per_core > 1 ? s / shape.per_core : -1,
                        .cache = shape.per_cache > 0 ? s / shape.per_cache : -1,
                        .cell = shape.per_cache > 0 ? s / shape.per_cache / 2 : -1 };
        if (shape.odd) {
            spot->capacity = LOAD_FULL * by_chance(rand, 0, 4) / 2;
            spot->load = by_chance(rand, 0, 500);
            spot->variance = by_chance(rand, 0, 10000);
        }
        for (int t = 0; t < board->n_moments; t++)
            board->base[s * board->n_moments + t] =
                spot->load > 0 ? by_chance(rand, 0, 2 * spot->load) : 0;
        board->total_capacity += spot->capacity;
        board->total_load += spot->load;
        if (shape.per_core > 1)
            board->n_cores = s / shape.per_core + 1;
    }
}

static void draw_kinds(GRand *rand, Board *board)
{
    size_t n_words = (size_t)(board->n_spots + 63) / 64;

    for (int k = 0; k < board->n_kinds; k++) {
        Kind *kind = &board->kinds[k];
        int length = k > 0 ? by_chance(rand, 1, board->n_spots) : board->n_spots;
        int first = by_chance(rand, 0, board->n_spots - length);

        kind->spots = g_new(int, length);
        kind->bits = g_new0(uint64_t, n_words);
        kind->all = length == board->n_spots;
        kind->n_spots = length;
        for (int i = 0; i < length; i++) {
            kind->spots[i] = first + i;
            kind->bits[(first + i) / 64] |= UINT64_C(1) << ((first + i) % 64);
        }
    }
    board->overlaps = board->n_kinds > 1;
}

/* Rows whose weighted mean is the load, and their variance. */
static void draw_past(GRand *rand, Board *board, Piece *piece, int sway)
{
    uint16_t *past = g_new0(uint16_t, board->n_moments + 1);
    int64_t sum = 0, squares = 0;

    for (int t = 0; t < board->n_moments; t++) {
        int load = piece->load + by_chance(rand, -sway, sway);

        past[t] = (uint16_t)CLAMP(load, 0, LOAD_FULL);
        sum += (int64_t)board->weights[t] * past[t];
        squares += (int64_t)board->weights[t] * past[t] * past[t];
    }
    piece->past = past;
    if (board->n_moments == 0)
        return;
    piece->load = MAX((int)(sum >> 16), 1);
    piece->variance = MAX((squares >> 16) - (int64_t)piece->load * piece->load, 0);
}

static int least_loaded(const Board *board, const Kind *kind, const int64_t *loads)
{
    int least = kind->spots[0];

    for (int i = 1; i < kind->n_spots; i++) {
        int64_t a = loads[kind->spots[i]] * MAX(board->spots[least].capacity, 1);
        int64_t b = loads[least] * MAX(board->spots[kind->spots[i]].capacity, 1);

        if (a < b)
            least = kind->spots[i];
    }
    return least;
}

static int heavier(const void *a, const void *b)
{
    return ((const Piece *)b)->load - ((const Piece *)a)->load;
}

static void draw_pieces(GRand *rand, Board *board, BoardShape shape)
{
    g_autofree int64_t *loads = g_new0(int64_t, board->n_spots);
    int64_t total = 0, wanted = (int64_t)shape.load * board->n_spots;

    for (int i = 0; i < board->n_pieces; i++)
        total += board->pieces[i].load = draw_load(rand);
    for (int i = 0; i < board->n_pieces; i++) {
        Piece *piece = &board->pieces[i];

        piece->vcpu = i;
        piece->vm = shape.n_vms > 0 ? by_chance(rand, 0, shape.n_vms - 1) : i;
        piece->kind =
            by_chance(rand, 0, 1) ? by_chance(rand, 0, board->n_kinds - 1) : 0;
        if (wanted > 0)
            piece->load = (int)CLAMP(piece->load * wanted / total, 1, 1000);
        draw_past(rand, board, piece, shape.sway);
    }
    qsort(board->pieces, (size_t)board->n_pieces, sizeof(Piece), heavier);
    for (int i = 0; i < board->n_pieces; i++) {
        Piece *piece = &board->pieces[i];
        const Kind *kind = &board->kinds[piece->kind];

        piece->home = shape.even ? least_loaded(board, kind, loads)
                                 : kind->spots[by_chance(rand, 0, kind->n_spots - 1)];
        loads[piece->home] += piece->load;
        board->total_load += piece->load;
    }
}

static int64_t deviation(int64_t variance)
{
    int64_t root = 0;

    while ((root + 1) * (root + 1) <= variance)
        root++;
    return root;
}

static void measure(Board *board)
{
    g_autofree int64_t *variances = g_new0(int64_t, board->n_spots);
    int64_t sum = 0;

    for (int i = 0; i < board->n_pieces; i++) {
        board->spots[board->pieces[i].home].n_pieces++;
        variances[board->pieces[i].home] += board->pieces[i].variance;
    }
    for (int s = 0; s < board->n_spots; s++)
        sum += deviation(variances[s] + board->spots[s].variance);
    board->fluctuation = (int)(sum / board->n_spots);
}

static int by_home(const void *a, const void *b)
{
    const Piece *x = a, *y = b;

    return x->home != y->home ? x->home - y->home : y->load - x->load;
}

Board *boards_draw(GRand *rand, BoardShape shape)
{
    Board *board = g_new0(Board, 1);
    int first = 0;

    board->n_spots = shape.n_spots;
    board->n_pieces = shape.n_pieces;
    board->n_moments = shape.n_moments;
    board->n_kinds = shape.n_kinds + 1;
    board->cpu_spots = true;
    board->core_capacity = 650;
    board->spots = g_new0(Spot, board->n_spots);
    board->pieces = g_new0(Piece, board->n_pieces + 1);
    board->kinds = g_new0(Kind, board->n_kinds);
    board->base = g_new0(int32_t, board->n_spots * board->n_moments + 1);
    draw_weights(rand, board);
    draw_spots(rand, board, shape);
    draw_kinds(rand, board);
    draw_pieces(rand, board, shape);
    qsort(board->pieces, (size_t)board->n_pieces, sizeof(Piece), by_home);
    measure(board);
    for (int s = 0; s < board->n_spots; s++) {
        board->spots[s].first = first;
        first += board->spots[s].n_pieces;
    }
    return board;
}

void boards_free(Board *board)
{
    if (board == NULL)
        return;
    for (int i = 0; i < board->n_pieces; i++)
        g_free((void *)(uintptr_t)board->pieces[i].past);
    for (int k = 0; k < board->n_kinds; k++) {
        g_free(board->kinds[k].spots);
        g_free(board->kinds[k].bits);
    }
    g_free((void *)(uintptr_t)board->weights);
    g_free(board->spots);
    g_free(board->pieces);
    g_free(board->kinds);
    g_free(board->base);
    g_free(board);
}
