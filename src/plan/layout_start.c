/*
 * layout_start.c - whole pieces of a flow that may split them.
 */
#include "layout_inside.h"
#include "order.h"

static bool heavier(const void *board, int a, int b)
{
    const Piece *pieces = ((const Board *)board)->pieces;

    return pieces[a].load != pieces[b].load ? pieces[a].load > pieces[b].load : a < b;
}

/* Lists those of which more than half leaves, heaviest first. */
static int list_leavers(Layout *layout)
{
    const Board *board = layout->board;
    int n = 0;

    for (int i = 0; i < board->n_pieces; i++) {
        int64_t stays = network_flow(&layout->net, layout->rows[i].supply + 2);

        if (2 * stays < board->pieces[i].load)
            layout->order[n++] = i;
    }
    order_sort(layout->order, n, heavier, board);
    return n;
}

/* Notes what flows from each hub to each spot. */
static void list_inflow(Layout *layout)
{
    size_t n = 0;

    for (int h = 0; h < layout->n_hubs; h++) {
        Hub *hub = &layout->hubs[h];
        int n_spots = layout->groups[hub->group].n_spots;

        layout->inflow = room_for(layout->inflow, n + (size_t)n_spots,
                                  sizeof *layout->inflow, &layout->max_inflow);
        hub->inflow = n;
        for (int i = 0; i < n_spots; i++)
            layout->inflow[n++] = network_flow(&layout->net, hub->first + 2 * i);
    }
}

/* The hub that most of a piece goes to. */
static const Hub *hub_taken(const Layout *layout, const Row *row)
{
    ArcIx first = row->supply + 4; /* behind supply and home */
    int most = 0;

    for (int h = 1; h < row->n_hubs; h++)
        if (network_flow(&layout->net, first + 2 * h) >
            network_flow(&layout->net, first + 2 * most))
            most = h;
    return &layout->hubs[row->hubs[most]];
}

/* Sends a piece where most is still to arrive from its hub. */
static int send(Layout *layout, int i)
{
    const Piece *piece = &layout->board->pieces[i];
    const Hub *hub = hub_taken(layout, &layout->rows[i]);
    const Group *group = &layout->groups[hub->group];
    int64_t *inflow = &layout->inflow[hub->inflow];
    int to = 0;

    for (int k = 1; k < group->n_spots; k++)
        if (inflow[k] > inflow[to])
            to = k;
    if (inflow[to] <= 0)
        return piece->home;
    inflow[to] -= piece->load;
    return group->spots[to];
}

void layout_start(Layout *layout, int *start)
{
    const Board *board = layout->board;
    int n_leavers;

    for (int i = 0; i < board->n_pieces; i++)
        start[i] = board->pieces[i].home;
    if (layout->solved.status != MCMF_OPTIMAL)
        return;
    n_leavers = list_leavers(layout);
    list_inflow(layout);
    for (int n = 0; n < n_leavers; n++)
        start[layout->order[n]] = send(layout, layout->order[n]);
}
