/*
 * layout.c - draws a board as a network, and solves it.
 *
 * A piece that moves pays its price by the unit here, rounded down, so that who goes as a
 * whole pays no more than it should; VMs that queue for themselves pay nothing.  With what
 * layout_curve.c and layout_hubs.c say of theirs, no schedule costs less than the cheapest
 * flow.
 */
#include "layout_inside.h"
#include "overload.h"

/* What a position's cost of a spot may have lost to rounding. */
enum { ROUNDING = 16 };

/* Mending whatever was guessed of so many spots does not take long. */
enum { SPOTS_MENDED = 256 };

Layout *layout_new(void)
{
    Layout *layout = g_new0(Layout, 1);

    layout->condensed = condensed_new();
    g_assert(layout->condensed);
    return layout;
}

void layout_free(Layout *layout)
{
    if (!layout)
        return;
    network_clear(&layout->net);
    condensed_free(layout->condensed);
    g_free(layout->groups);
    g_free(layout->hubs);
    g_free(layout->rows);
    g_free(layout->steps);
    g_free(layout->members);
    g_free(layout->cores);
    g_free(layout->inflow);
    g_free(layout->order);
    g_free(layout);
}

/* ── drawing ──────────────────────────────────────────────────────────────── */

/* What siblings of a core bear in any case, and what they are worth together. */
static void find_cores(Layout *layout)
{
    const Board *board = layout->board;

    if ((size_t)board->n_cores > layout->max_cores) {
        layout->max_cores = (size_t)board->n_cores;
        layout->cores = g_renew(Core, layout->cores, board->n_cores);
    }
    for (int c = 0; c < board->n_cores; c++)
        layout->cores[c] = (Core){ 0 };
    for (int s = 0; s < board->n_spots; s++) {
        const Spot *spot = &board->spots[s];

        if (spot->core < 0)
            continue;
        layout->cores[spot->core].base += spot->load;
        layout->cores[spot->core].capacity += spot->capacity;
    }
    for (int c = 0; c < board->n_cores; c++)
        layout->cores[c].capacity =
            layout->cores[c].capacity * board->core_capacity / LOAD_FULL;
}

static void number_nodes(Layout *layout)
{
    const Board *board = layout->board;
    int n_edges = 2 * board->n_pieces + layout->n_steps + 2 * board->n_cores;

    for (int i = 0; i < board->n_pieces; i++)
        n_edges += layout->rows[i].n_hubs;
    for (int h = 0; h < layout->n_hubs; h++)
        n_edges += layout->groups[layout->hubs[h].group].n_spots;
    layout->first_piece = SOURCE + 1;
    layout->first_spot = layout->first_piece + board->n_pieces;
    layout->first_core = layout->first_spot + board->n_spots;
    layout->first_hub = layout->first_core + board->n_cores;
    layout->sink = layout->first_hub + layout->n_hubs;
    if (!network_reset(&layout->net, layout->sink + 1, n_edges))
        g_error("out of memory for a network of %d edges", n_edges);
}

static void draw_rows(Layout *layout)
{
    const Board *board = layout->board;
    Network *net = &layout->net;

    for (int i = 0; i < board->n_pieces; i++) {
        const Piece *piece = &board->pieces[i];
        Row *row = &layout->rows[i];
        NodeIx node = layout->first_piece + i;

        row->supply = network_add_edge(net, SOURCE, node, piece->load, 0);
        network_add_edge(net, node, layout->first_spot + piece->home, piece->load, 0);
        for (int h = 0; h < row->n_hubs; h++)
            network_add_edge(net, node, layout->first_hub + row->hubs[h], piece->load,
                             row->prices[h] / piece->load);
    }
}

static void draw_hubs(Layout *layout)
{
    for (int h = 0; h < layout->n_hubs; h++) {
        const Group *group = &layout->groups[layout->hubs[h].group];

        layout->hubs[h].first = layout->net.n_arcs;
        for (int i = 0; i < group->n_spots; i++)
            network_add_edge(&layout->net, layout->first_hub + h,
                             layout->first_spot + group->spots[i], FLOW_UNLIMITED, 0);
    }
}

static void draw_spots(Layout *layout)
{
    for (int i = 0; i < layout->n_steps; i++) {
        const Step *step = &layout->steps[i];
        int core = layout->board->spots[step->spot].core;

        network_add_edge(&layout->net, layout->first_spot + step->spot,
                         core < 0 ? layout->sink : layout->first_core + core,
                         step->capacity, layout_slope(layout, step));
    }
}

static void draw_cores(Layout *layout)
{
    for (int c = 0; c < layout->board->n_cores; c++) {
        const Core *core = &layout->cores[c];
        NodeIx node = layout->first_core + c;

        network_add_edge(&layout->net, node, layout->sink,
                         MAX(core->capacity - core->base, 0), 0);
        network_add_edge(&layout->net, node, layout->sink, FLOW_UNLIMITED,
                         OVERLOAD_UNIT);
    }
}

/* What spots and cores cost before any piece stands there, rounding taken off. */
static void find_constant(Layout *layout)
{
    const Board *board = layout->board;
    int64_t constant = -ROUNDING * (int64_t)(board->n_spots + board->n_cores);

    for (int s = 0; s < board->n_spots; s++)
        constant += layout_floor(layout, s);
    for (int c = 0; c < board->n_cores; c++)
        constant +=
            MAX(layout->cores[c].base - layout->cores[c].capacity, 0) * OVERLOAD_UNIT;
    layout->constant = constant;
}

static void draw(Layout *layout)
{
    layout_find_rows(layout);
    layout_lay_steps(layout);
    find_cores(layout);
    number_nodes(layout);
    draw_rows(layout);
    draw_hubs(layout);
    draw_spots(layout);
    draw_cores(layout);
    find_constant(layout);
}

/* ── solving ──────────────────────────────────────────────────────────────── */

/* The condensed solver mends what it guessed, and guesses badly what load costs behind
 * cores.  On large hosts that takes it longer than the simplex, which takes memory every
 * time. */
static bool is_guessable(const Layout *layout)
{
    const Board *board = layout->board;

    return board->n_cores == 0 || layout->n_hubs == 1 || board->n_spots <= SPOTS_MENDED;
}

static McmfResult solve(Layout *layout)
{
    McmfResult result = { .status = MCMF_UNFIT };

    if (is_guessable(layout))
        result = condensed_solve(layout->condensed, &layout->net, SOURCE, layout->sink);
    if (result.status == MCMF_UNFIT)
        result = mcmf_simplex(&layout->net, SOURCE, layout->sink);
    return result;
}

McmfResult layout_solve(Layout *layout, const Board *board, const Policy *policy,
                        int weight_imbalance)
{
    layout->board = board;
    layout->policy = *policy;
    layout->weight = board_imbalance_weight(board, weight_imbalance);
    draw(layout);
    return layout->solved = solve(layout);
}

McmfResult layout_resolve(Layout *layout, int weight_imbalance)
{
    return layout_solve(layout, layout->board, &layout->policy, weight_imbalance);
}

int64_t layout_bound(const Layout *layout)
{
    if (layout->solved.status != MCMF_OPTIMAL) /* no cost is below nothing */
        return 0;
    return MAX(layout->solved.cost + layout->constant, 0);
}
