/*
 * layout_curve.c - what a spot costs, as edges of rising cost.
 *
 * Why the cheapest flow is a bound.  Overload is expected of a load that fluctuates,
 * and to expect the excess of X over c is never less than the excess of what X is
 * expected to be: so M - c, where that is positive, is below both of a spot's
 * overload terms.  Imbalance is a parabola, and lies above all its tangents.  The sum of
 * both is convex and made of straight pieces, so that parallel edges of rising cost
 * carry it.  Every rounding is downwards.
 *
 * Tangents touch where loads are likely: close together near the fair load, further
 * apart outward, and at the load that each spot has; and the closer, the more imbalance
 * weighs.
 */
#include "layout_inside.h"
#include "overload.h"

/* Tangents lie at least so far apart, in thousandths of a CPU, and further out by parts of
 * the distance; unless less would do to keep below part of the price of a move. */
enum { APART_LEAST = 8, WIDEN_PARTS = 4, GAP_PARTS = 128 };

/* No load is further off the fair one. */
enum { OFF_MOST = 1 << 26 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* How far apart tangents may touch where what lies between them is to be no more than a
 * small part of a move's price.  Half way between two of a parabola's tangents it is a
 * quarter of its curvature times the square of their distance. */
static int tangents_apart(const Layout *layout)
{
    int64_t gap = board_price_of(&layout->policy, WITHIN_CACHE) / GAP_PARTS;
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
static void lay_spot(Layout *layout, int s)
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
    return imbalance_rate(layout->weight, layout->board->spots[spot].capacity,
                          imbalance_rate_most(layout->board->total_load));
}

int64_t layout_slope(const Layout *layout, const Step *step)
{
    __int128 rise =
        (__int128)(2 * step->off) * rate_of(layout, step->spot) >> RATE_BITS;

    return (int64_t)MIN(rise, COST_MOST) + (step->over ? OVERLOAD_UNIT : 0);
}

int64_t layout_floor(const Layout *layout, int s)
{
    const Spot *spot = &layout->board->spots[s];

    return imbalance_cost(rate_of(layout, s),
                          spot->load - fair_load(layout->board, spot)) +
           (int64_t)MAX(spot->load - spot->capacity, 0) * OVERLOAD_UNIT;
}

void layout_lay_steps(Layout *layout)
{
    list_touches(layout);
    layout->n_steps = 0;
    for (int s = 0; s < layout->board->n_spots; s++)
        lay_spot(layout, s);
}
