/*
 * berth.c - gives what floats a place, all of it at once.
 *
 * The kernel moves what floats about as it likes, so where it ran last is no reason to
 * stay, only to prefer that to another spot just as good.  The heaviest choose first:
 * where they ran, if with them that spot carries no more than its share of all there is,
 * and else where there is least.
 */
#include "berth.h"

#include <stdlib.h>

/* Thousandths of the share that are no difference. */
enum { ALIKE = 20 };

typedef struct {
    int piece, load;
} Claim;

static int by_load(const void *a, const void *b)
{
    const Claim *x = a, *y = b;

    return x->load != y->load ? y->load - x->load : x->piece - y->piece;
}

/* How much of its share @spot would carry, in thousandths. */
static int64_t level_of(const Board *board, int spot, int64_t load)
{
    int64_t share =
        board->total_load * board->spots[spot].capacity / MAX(board->total_capacity, 1);

    return load * 1000 / MAX(share, 1);
}

static int choose(const Board *board, const Piece *piece, const int64_t *loads)
{
    const Kind *kind = &board->kinds[piece->kind];
    int best = piece->home;
    int64_t least = level_of(board, best, loads[best] + piece->load);

    if (least <= 1000 + ALIKE)
        return best;
    for (int i = 0; i < kind->n_spots; i++) {
        int spot = kind->spots[i];
        int64_t level = level_of(board, spot, loads[spot] + piece->load);

        if (level >= least)
            continue;
        best = spot;
        least = level;
    }
    return best;
}

void berth_all(const Board *board, int *placement)
{
    g_autofree int64_t *loads = g_new0(int64_t, board->n_spots);
    g_autofree Claim *claims = g_new(Claim, board->n_pieces);
    int n_claims = 0;

    for (int s = 0; s < board->n_spots; s++)
        loads[s] = board->spots[s].load;
    for (int i = 0; i < board->n_pieces; i++) {
        const Piece *piece = &board->pieces[i];

        placement[piece->vcpu] = board->spots[piece->home].place;
        if (piece->floats)
            claims[n_claims++] = (Claim){ i, piece->load };
        else
            loads[piece->home] += piece->load;
    }
    qsort(claims, (size_t)n_claims, sizeof *claims, by_load);
    for (int i = 0; i < n_claims; i++) {
        const Piece *piece = &board->pieces[claims[i].piece];
        int spot = choose(board, piece, loads);

        loads[spot] += piece->load;
        placement[piece->vcpu] = board->spots[spot].place;
    }
}
