/*
 * search.c - what every part of the search leans on: the position and what is known of
 * it, kept in step.
 */
#include "schedule.h"
#include "search.h"

Scheduler *scheduler_new(void)
{
    Scheduler *search = g_new0(Scheduler, 1);

    search->sketch = sketch_new();
    return search;
}

void scheduler_free(Scheduler *search)
{
    if (search == NULL)
        return;
    g_free(search->standings);
    g_free(search->lightest);
    g_free(search->brims);
    g_free(search->strains);
    g_free(search->bounds);
    g_free(search->home_off);
    g_free(search->order);
    g_free(search->rank);
    g_free(search->n_away);
    g_free(search->relief_known);
    g_free(search->relief);
    g_free(search->rows);
    g_free(search->movers);
    g_free(search->mover_at);
    g_free(search->policy_spots);
    g_free(search->flow_spots);
    g_free(search->best_spots);
    g_free(search->kept_spots);
    g_free(search->losses);
    g_free(search->sketch);
    g_free(search);
}

static void make_room(Scheduler *search, const Board *board)
{
    if (board->n_spots > search->max_spots) {
        search->max_spots = board->n_spots;
        search->standings = g_renew(Standing, search->standings, board->n_spots);
        search->lightest = g_renew(int64_t, search->lightest, board->n_spots);
        search->brims = g_renew(int64_t, search->brims, board->n_spots);
        search->strains = g_renew(int64_t, search->strains, board->n_spots);
        search->bounds = g_renew(int64_t, search->bounds, board->n_spots);
        search->home_off = g_renew(int64_t, search->home_off, board->n_spots);
        search->order = g_renew(int, search->order, board->n_spots);
        search->rank = g_renew(int, search->rank, board->n_spots);
        search->n_away = g_renew(int, search->n_away, board->n_spots);
        search->relief_known = g_renew(bool, search->relief_known, board->n_spots);
        search->rows = g_renew(Row, search->rows, board->n_spots);
    }
    if (board->n_pieces > search->max_pieces) {
        search->max_pieces = board->n_pieces;
        search->relief = g_renew(int64_t, search->relief, board->n_pieces);
        search->movers = g_renew(int, search->movers, board->n_pieces);
        search->mover_at = g_renew(int, search->mover_at, board->n_pieces);
        search->policy_spots = g_renew(int, search->policy_spots, board->n_pieces);
        search->flow_spots = g_renew(int, search->flow_spots, board->n_pieces);
        search->best_spots = g_renew(int, search->best_spots, board->n_pieces);
        search->kept_spots = g_renew(int, search->kept_spots, board->n_pieces);
        search->losses = g_renew(Loss, search->losses, board->n_pieces);
    }
}

int search_chance(Scheduler *search, int n)
{
    search->chance ^= search->chance << 13;
    search->chance ^= search->chance >> 7;
    search->chance ^= search->chance << 17;
    return (int)((search->chance >> 32) * (uint64_t)n >> 32);
}

/* Finds the place of @spot in the order again, after its brim changed. */
static void reorder(Scheduler *search, int spot)
{
    int r = search->rank[spot], n_spots = search->board->n_spots;
    int64_t brim = search->brims[spot];

    for (; r > 0 && search->brims[search->order[r - 1]] > brim; r--) {
        search->order[r] = search->order[r - 1];
        search->rank[search->order[r]] = r;
    }
    for (; r + 1 < n_spots && search->brims[search->order[r + 1]] < brim; r++) {
        search->order[r] = search->order[r + 1];
        search->rank[search->order[r]] = r;
    }
    search->order[r] = spot;
    search->rank[spot] = r;
}

static int64_t find_lightest(const Scheduler *search, int spot)
{
    const Standing *at = &search->standings[spot];
    int64_t lightest = at->n_pieces > 0 ? INT_MAX : 0;

    for (int i = 0; i < at->n_pieces; i++)
        lightest = MIN(lightest, search->board->pieces[at->pieces[i]].load);
    return lightest;
}

static void look_again(Scheduler *search, int spot)
{
    search->standings[spot] = position_standing(search->position, spot);
    search->lightest[spot] = find_lightest(search, spot);
    search->brims[spot] = position_brim(search->position, spot);
    search->strains[spot] = position_strain(search->position, spot);
    search->relief_known[spot] = false;
}

static void look_at_siblings(Scheduler *search, int spot)
{
    int core = search->board->spots[spot].core;

    for (int s = 0; core >= 0 && s < search->board->n_spots; s++)
        if (search->board->spots[s].core == core && s != spot)
            look_again(search, s);
}

static void count_mover(Scheduler *search, int piece)
{
    int home = search->board->pieces[piece].home;
    bool away = position_spot(search->position, piece) != home;
    int at = search->mover_at[piece];

    if (away == (at >= 0))
        return;
    if (away) {
        search->mover_at[piece] = search->n_movers;
        search->movers[search->n_movers++] = piece;
        return;
    }
    search->movers[at] = search->movers[--search->n_movers];
    search->mover_at[search->movers[at]] = at;
    search->mover_at[piece] = -1;
}

void search_move(Scheduler *search, int piece, int spot)
{
    int from = position_spot(search->position, piece);
    int home = search->board->pieces[piece].home;

    if (from == spot)
        return;
    search->n_away[from] -= from != home;
    search->n_away[spot] += spot != home;
    position_move(search->position, piece, spot);
    count_mover(search, piece);
    look_again(search, from);
    look_again(search, spot);
    look_at_siblings(search, from);
    look_at_siblings(search, spot);
    reorder(search, from);
    reorder(search, spot);
}

void search_restore(Scheduler *search, const int *spots)
{
    for (int i = 0; i < search->board->n_pieces; i++)
        search_move(search, i, spots[i]);
}

void search_keep(const Scheduler *search, int *spots)
{
    for (int i = 0; i < search->board->n_pieces; i++)
        spots[i] = position_spot(search->position, i);
}

void search_go_home(Scheduler *search)
{
    while (search->n_movers > 0) {
        int piece = search->movers[search->n_movers - 1];

        search_move(search, piece, search->board->pieces[piece].home);
    }
}

void search_reweigh(Scheduler *search, int weight)
{
    position_reweigh(search->position, weight);
    for (int s = 0; s < search->board->n_spots; s++)
        search->standings[s] = position_standing(search->position, s);
}

void search_begin(Scheduler *search, const Board *board, const Policy *policy,
                  Position *position)
{
    make_room(search, board);
    search->board = board;
    search->policy = policy;
    search->position = position;
    search->price = board_least_price(policy);
    search->dearest = board_most_price(policy);
    search->steps = 0;
    search->most_steps = INT64_MAX;
    search->ceiling = G_MAXINT;
    search->chance = UINT64_C(88172645463325252);
    search->n_movers = 0;
    position_start(position, board, policy, policy->weight_imbalance);
    for (int i = 0; i < board->n_pieces; i++)
        search->mover_at[i] = -1;
    for (int s = 0; s < board->n_spots; s++) {
        search->n_away[s] = 0;
        search->order[s] = search->rank[s] = s;
        look_again(search, s);
        search->home_off[s] = search->standings[s].off;
    }
    for (int s = 0; s < board->n_spots; s++)
        reorder(search, s);
}
