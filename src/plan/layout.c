/*
 * layout.c - draws a board as a network, and reads the flow.
 *
 * Why the cheapest flow is a bound.  Overload is expected of a load that fluctuates,
 * and to expect the excess of X over c is never less than the excess of what X is
 * expected to be: so M - c, where that is positive, is below both of a spot's
 * overload terms.  Imbalance is a parabola, and lies above all its tangents.  The sum of
 * both is convex and made of straight pieces, so that parallel edges of rising cost
 * carry it.  A piece that moves pays its price here by the unit, rounded down; a hub
 * leads nowhere dearer than its own price says.  VMs that queue for themselves pay
 * nothing.  Every rounding is downwards.
 *
 * Tangents touch where loads are likely: close together near the fair load, further
 * apart outward, and at the load that each spot has; and the closer, the more imbalance
 * weighs.
 */
#include "layout_inside.h"
#include "order.h"
#include "overload.h"

#include <string.h>

/* Tangents lie at least so far apart, in thousandths of a CPU, and further out by parts of
 * the distance; unless less would do to keep below part of the price of a move. */
enum { APART_LEAST = 8, WIDEN_PARTS = 4, GAP_PARTS = 128 };

/* No load is further off the fair one. */
enum { OFF_MOST = 1 << 26 };

/* A steeper slope is said to be this. */
#define SLOPE_MAX (INT64_C(1) << 40)

/* What a position's cost of a spot may have lost to rounding. */
enum { ROUNDING = 16 };

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

/* ── hubs ─────────────────────────────────────────────────────────────────── */

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
    row->prices[row->n_hubs++] = board_price_of(layout->policy, distance);
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
        const Group *group = &layout->groups[group_at[at]];
        int n;

        if (group_at[at] < 0)
            continue;
        n = n_common(group, kind);
        if (n > covered && n < group->n_spots)
            break;
        if (n > covered)
            add_hub(layout, row, group_at[at], next);
        covered = n;
        next = at + 1;
    }
    if (kind->n_spots > covered)
        add_hub(layout, row, own, next);
}

/* ── tangents ─────────────────────────────────────────────────────────────── */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* How far apart tangents may touch where what lies between them is to be no more than a
 * small part of a move's price.  Half way between two of a parabola's tangents it is a
 * quarter of its curvature times the square of their distance. */
static int tangents_apart(const Layout *layout)
{
    int64_t gap = board_price_of(layout->policy, WITHIN_CACHE) / GAP_PARTS;
    int64_t weight = MAX(layout->weight, 1);

    return (int)CLAMP(whole_root(4 * LOAD_FULL * gap / weight), APART_LEAST, LOAD_FULL);
}

/* Where tangents touch if no spot has a say, rising. */
static void list_touches(Layout *layout)
{
    int *middle = &layout->touches[N_TOUCHES / 2], apart = tangents_apart(layout);

    for (int i = 0; i < N_TOUCHES / 2; i++) {
        int step = MAX(apart, middle[i] / WIDEN_PARTS);

        middle[i + 1] = MIN(middle[i] + step, OFF_MOST);
        middle[-i - 1] = -middle[i + 1];
    }
}

Layout *layout_new(void)
{
    Layout *layout = g_new0(Layout, 1);

    layout->condensed = condensed_new();
    g_assert(layout->condensed);
    return layout;
}

static void add_step(Layout *layout, int spot, int64_t off, bool over, int64_t capacity)
{
    layout->steps = room_for(layout->steps, (size_t)layout->n_steps + 1,
                             sizeof *layout->steps, &layout->max_steps);
    layout->steps[layout->n_steps++] =
        (Step){ .spot = spot, .off = off, .over = over, .capacity = capacity };
}

/* A tangent's part of the way, in two where the spot is full on it.  The last goes on for
 * ever. */
static void add_tangent(Layout *layout, int s, int64_t off, int64_t from, int64_t to)
{
    int64_t full = layout->board->spots[s].capacity;

    if (from < full && full < to) {
        add_step(layout, s, off, false, full - from);
        from = full;
    }
    if (from < to)
        add_step(layout, s, off, from >= full,
                 to == FLOW_UNLIMITED ? FLOW_UNLIMITED : to - from);
}

static int64_t fair_load(const Board *board, const Spot *spot)
{
    return imbalance_fair(board->total_load, board->total_capacity, spot->capacity);
}

static int64_t load_at_home(const Board *board, const Spot *spot)
{
    int64_t load = spot->load;

    for (int i = spot->first; i < spot->first + spot->n_pieces; i++)
        load += board->pieces[i].load;
    return load;
}

/* Tangents of a spot touch, from what it bears in any case upwards, wherever they do
 * elsewhere, and at what it bears if all stay.  Each is laid as far as half the way to
 * the next. */
static void lay_tangents(Layout *layout, int s)
{
    const Board *board = layout->board;
    const Spot *spot = &board->spots[s];
    int64_t fair = fair_load(board, spot), from = spot->load, off = from - fair;
    int64_t stay = load_at_home(board, spot) - fair;
    int64_t last = MAX(stay, 2 * MAX(spot->capacity, fair) - fair);
    int touch = 0;

    while (touch < N_TOUCHES && layout->touches[touch] <= off)
        touch++;
    while (off < last && touch < N_TOUCHES) {
        bool at_stay = off < stay && stay < layout->touches[touch];
        int64_t next = at_stay ? stay : layout->touches[touch++];
        int64_t to = fair - floor_div(-off - next, 2);

        add_tangent(layout, s, off, from, to);
        from = to;
        off = next;
    }
    add_tangent(layout, s, off, from, FLOW_UNLIMITED);
}

static int64_t rate_of(const Layout *layout, int spot)
{
    return imbalance_rate(layout->weight, layout->board->spots[spot].capacity);
}

static int64_t slope(const Layout *layout, const Step *step)
{
    __int128 rise =
        (__int128)(2 * step->off) * rate_of(layout, step->spot) >> RATE_BITS;

    return (int64_t)MIN(rise, SLOPE_MAX) + (step->over ? OVERLOAD_UNIT : 0);
}

/* ── drawing ──────────────────────────────────────────────────────────────── */

static void find_rows(Layout *layout)
{
    const Board *board = layout->board;

    layout->n_hubs = 0;
    if ((size_t)board->n_pieces > layout->max_pieces) {
        layout->max_pieces = (size_t)board->n_pieces;
        layout->rows = g_renew(Row, layout->rows, board->n_pieces);
        layout->order = g_renew(int, layout->order, board->n_pieces);
    }
    for (int i = 0; i < board->n_pieces; i++)
        find_hubs(layout, &board->pieces[i], &layout->rows[i]);
}

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
                         step->capacity, slope(layout, step));
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
    int64_t constant = 0;

    for (int s = 0; s < board->n_spots; s++) {
        const Spot *spot = &board->spots[s];

        constant +=
            imbalance_cost(rate_of(layout, s), spot->load - fair_load(board, spot)) +
            MAX(spot->load - spot->capacity, 0) * OVERLOAD_UNIT;
    }
    for (int c = 0; c < board->n_cores; c++)
        constant +=
            MAX(layout->cores[c].base - layout->cores[c].capacity, 0) * OVERLOAD_UNIT;
    layout->constant = constant - ROUNDING * (int64_t)(board->n_spots + board->n_cores);
}

static void draw(Layout *layout)
{
    layout->n_steps = 0;
    list_touches(layout);
    find_groups(layout);
    find_rows(layout);
    find_cores(layout);
    for (int s = 0; s < layout->board->n_spots; s++)
        lay_tangents(layout, s);
    number_nodes(layout);
    draw_rows(layout);
    draw_hubs(layout);
    draw_spots(layout);
    draw_cores(layout);
    find_constant(layout);
}

/* ── solving ──────────────────────────────────────────────────────────────── */

/* The condensed solver says no to what would take it long. */
static McmfResult or_by_simplex(Layout *layout, McmfResult result)
{
    if (result.status != MCMF_OPTIMAL && result.status != MCMF_TOO_WIDE)
        result = mcmf_simplex(&layout->net, SOURCE, layout->sink);
    return layout->solved = result;
}

McmfResult layout_solve(Layout *layout, const Board *board, const Policy *policy,
                        int weight_imbalance)
{
    layout->board = board;
    layout->policy = policy;
    layout->weight = board_imbalance_weight(board, weight_imbalance);
    draw(layout);
    return or_by_simplex(
        layout, condensed_solve(layout->condensed, &layout->net, SOURCE, layout->sink));
}

int64_t layout_bound(const Layout *layout)
{
    if (layout->solved.status != MCMF_OPTIMAL) /* no cost is below nothing */
        return 0;
    return MAX(layout->solved.cost + layout->constant, 0);
}

/* ── whole pieces of the flow ─────────────────────────────────────────────── */

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
