/*
 * layout_hubs.c - how pieces leave home.
 *
 * A hub stands for all spots of a cache, a cell or a kind, so that a piece needs a few
 * edges and not one for each spot.  What a hub leads to is never nearer than its price
 * says, which keeps the flow a bound: a move may turn out dearer than it was drawn, but
 * not cheaper.
 */
#include "layout_inside.h"

static int cache_of(const Spot *spot)
{
    return spot->cache;
}

static int cell_of(const Spot *spot)
{
    return spot->cell;
}

/* Makes groups of the spots that have a number in common.  Returns how many members
 * they have. */
static int group_spots(Layout *layout, int first_group, int n_groups, int *members,
                       int (*number_of)(const Spot *))
{
    const Board *board = layout->board;
    Group *groups = &layout->groups[first_group];
    int n_members = 0;

    for (int g = 0; g < n_groups; g++)
        groups[g] = (Group){ .hub = -1 };
    for (int s = 0; s < board->n_spots; s++)
        if (number_of(&board->spots[s]) >= 0)
            groups[number_of(&board->spots[s])].n_spots++;
    for (int g = 0; g < n_groups; g++) {
        n_members += groups[g].n_spots;
        groups[g].spots = &members[n_members]; /* its end, for now */
    }
    for (int s = board->n_spots - 1; s >= 0; s--)
        if (number_of(&board->spots[s]) >= 0) {
            Group *group = &groups[number_of(&board->spots[s])];

            members[--group->spots - members] = s;
        }
    return n_members;
}

static bool is_nested(const Layout *layout)
{
    const Board *board = layout->board;

    for (int c = 0; c < board->n_caches; c++) {
        const Group *cache = &layout->groups[c];

        for (int i = 1; i < cache->n_spots; i++)
            if (board->spots[cache->spots[i]].cell != board->spots[*cache->spots].cell)
                return false;
    }
    return true;
}

static void find_groups(Layout *layout)
{
    const Board *board = layout->board;
    int first_kind = board->n_caches + board->n_cells, n_members;

    layout->n_groups = first_kind + board->n_kinds;
    if ((size_t)layout->n_groups > layout->max_groups) {
        layout->max_groups = (size_t)layout->n_groups;
        layout->groups = g_renew(Group, layout->groups, layout->n_groups);
        layout->hubs = g_renew(Hub, layout->hubs, layout->n_groups);
    }
    layout->members = room_for(layout->members, 2 * (size_t)board->n_spots + 1,
                               sizeof *layout->members, &layout->max_members);
    n_members = group_spots(layout, 0, board->n_caches, layout->members, cache_of);
    group_spots(layout, board->n_caches, board->n_cells, layout->members + n_members,
                cell_of);
    for (int k = 0; k < board->n_kinds; k++)
        layout->groups[first_kind + k] = (Group){ .spots = board->kinds[k].spots,
                                                  .n_spots = board->kinds[k].n_spots,
                                                  .hub = -1 };
    layout->nested = is_nested(layout);
}

static void add_hub(Layout *layout, Row *row, int group, Distance distance)
{
    int *hub = &layout->groups[group].hub;

    if (*hub < 0) {
        *hub = layout->n_hubs++;
        layout->hubs[*hub] = (Hub){ .group = group };
    }
    row->hubs[row->n_hubs] = *hub;
    row->prices[row->n_hubs++] = board_price_of(&layout->policy, distance);
}

/* How many spots of a group @kind has. */
static int n_common(const Group *group, const Kind *kind)
{
    int n = 0;

    if (kind->all)
        return group->n_spots;
    for (int i = 0; i < group->n_spots; i++)
        n += (int)(kind->bits[group->spots[i] / 64] >> (group->spots[i] % 64) & 1);
    return n;
}

/* From near to far: where a group holds spots that a piece may go to and no others,
 * its hub leads there; as soon as it holds others, the hub of the piece's own kind leads to
 * all that is left, at the price of the nearest of it. */
static void find_hubs(Layout *layout, const Piece *piece, Row *row)
{
    const Board *board = layout->board;
    const Kind *kind = &board->kinds[piece->kind];
    const Spot *home = &board->spots[piece->home];
    const int group_at[] = {
        [WITHIN_CACHE] = home->cache,
        [WITHIN_CELL] = home->cell < 0 ? -1 : board->n_caches + home->cell,
    };
    int covered = 1, own = board->n_caches + board->n_cells + piece->kind;
    Distance next = WITHIN_CACHE; /* how near what is not covered may be */

    row->n_hubs = 0;
    for (Distance at = WITHIN_CACHE; at < BEYOND_CELL && layout->nested; at++) {
        int n;

        if (group_at[at] < 0)
            continue;
        n = n_common(&layout->groups[group_at[at]], kind);
        if (n > covered && n < layout->groups[group_at[at]].n_spots)
            break;
        if (n > covered)
            add_hub(layout, row, group_at[at], next);
        covered = n;
        next = at + 1;
    }
    if (kind->n_spots > covered)
        add_hub(layout, row, own, next);
}

void layout_find_rows(Layout *layout)
{
    const Board *board = layout->board;

    find_groups(layout);
    layout->n_hubs = 0;
    if ((size_t)board->n_pieces > layout->max_pieces) {
        layout->max_pieces = (size_t)board->n_pieces;
        layout->rows = g_renew(Row, layout->rows, board->n_pieces);
        layout->order = g_renew(int, layout->order, board->n_pieces);
    }
    for (int i = 0; i < board->n_pieces; i++)
        find_hubs(layout, &board->pieces[i], &layout->rows[i]);
}
