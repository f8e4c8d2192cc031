/*
 * board_kinds.c - sets of spots that owners allow, each of them once and in order.
 */
#include "board_making.h"
#include "order.h"

#include <string.h>

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
    m->kind_spots =
        room_for(m->kind_spots, n_spots, sizeof *m->kind_spots, &m->max_kind_spots);
    m->kind_bits = room_for(m->kind_bits, n_kinds * (size_t)m->n_words,
                            sizeof *m->kind_bits, &m->max_kind_bits);
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
        if (w >= 0 && !has_bit(places_of_wish(m, w), m->board->spots[s].place))
            continue;
        kind.spots[kind.n_spots++] = s;
        set_bit(kind.bits, s);
    }
    kind.all = kind.n_spots == m->board->n_spots;
    *used += kind.n_spots;
    return kind;
}

void making_lay_kinds(struct Making *m)
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

bool making_kinds_meet(struct Making *m)
{
    const Board *board = m->board;
    int *kind_at = m->order;

    for (int s = 0; s < board->n_spots; s++)
        kind_at[s] = NO_PLACE;
    for (int k = 0; k < board->n_kinds; k++) {
        const Kind *kind = &board->kinds[k];

        if (kind->n_pieces == 0)
            continue;
        for (int i = 0; i < kind->n_spots; i++) {
            if (kind_at[kind->spots[i]] != NO_PLACE)
                return true;
            kind_at[kind->spots[i]] = k;
        }
    }
    return false;
}
