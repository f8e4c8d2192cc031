/*
 * subsets.c - takes a few spots apart and puts them together better.
 *
 * What a descent has built can be better only if several pieces move at once.  So a few
 * spots are picked, around somebody who moved more often than not; all who belong
 * there are sent home; and they are put right again by the best moves and swaps among
 * these spots, with some chance in what is called best.  All this happens on a sketch
 * that knows loads and a price and nothing else; what looks better there is then
 * tried in earnest, and undone if it was not.
 */
#include "search.h"

enum {
    SPOTS_MOST = 5,
    PIECES_MOST = 64, /* of a spot; who is beyond stays where it is */
    CHANCE_BITS = 10,
    RATE_SHIFT = 10, /* sketches reckon in coarser rates, to fit 64 bits */
    UNIT_BITS = RATE_BITS - RATE_SHIFT,
};

/* Of one spot's square; all of them, and the gain of a step, are a few times this. */
#define SQUARES_MOST (INT64_C(1) << 60)

typedef struct {
    int piece;
    int home;      /* in the sketch, or -1 */
    bool anywhere; /* it may stand on all spots */
    int64_t load;
} Sketched;

typedef struct {
    int spot, n_pieces;
    int64_t rate, off;
    Sketched pieces[PIECES_MOST];
} SketchSpot;

/* Costs are in 2^UNIT_BITS parts of COST_CPU's unit. */
typedef struct Sketch {
    int n_spots;
    int64_t price, cost;
    SketchSpot spots[SPOTS_MOST];
} Sketch;

struct Sketch *sketch_new(void)
{
    return g_new0(Sketch, 1);
}

/* ── which spots ──────────────────────────────────────────────────────────── */

static int find_spot(const Sketch *sketch, int spot)
{
    for (int b = 0; b < sketch->n_spots; b++)
        if (sketch->spots[b].spot == spot)
            return b;
    return -1;
}

static void add_spot(Sketch *sketch, int spot)
{
    if (find_spot(sketch, spot) < 0)
        sketch->spots[sketch->n_spots++].spot = spot;
}

static int some_mover(Scheduler *search)
{
    return search->movers[search_chance(search, search->n_movers)];
}

/* A spot that has to do with @spot: where one of its pieces comes from or may go. */
static int related_spot(Scheduler *search, int spot)
{
    const Standing *at = &search->standings[spot];
    const Piece *piece;
    const Kind *kind;

    if (at->n_pieces == 0)
        return search_chance(search, search->board->n_spots);
    piece = &search->board->pieces[at->pieces[search_chance(search, at->n_pieces)]];
    if (piece->home != spot)
        return piece->home;
    kind = &search->board->kinds[piece->kind];
    if (!kind->all)
        return kind->spots[search_chance(search, kind->n_spots)];
    if (search->n_movers > 0)
        return position_spot(search->position, some_mover(search));
    return search_chance(search, search->board->n_spots);
}

/* One of the fullest or the emptiest eighth. */
static int extreme_spot(Scheduler *search)
{
    int n_spots = search->board->n_spots;
    int rank = search_chance(search, MAX(n_spots / 8, 1));

    return search->order[search_chance(search, 2) ? rank : n_spots - 1 - rank];
}

static void pick_spots(Scheduler *search, Sketch *sketch)
{
    int n_spots = search->board->n_spots;
    int wanted = MIN(2 + search_chance(search, SPOTS_MOST - 1), n_spots);

    sketch->n_spots = 0;
    if (search->n_movers > 0 && search_chance(search, 8) > 0) {
        int piece = some_mover(search);

        add_spot(sketch, search->board->pieces[piece].home);
        add_spot(sketch, position_spot(search->position, piece));
    } else {
        add_spot(sketch, search_chance(search, n_spots));
    }
    for (int tries = 0; sketch->n_spots < wanted && tries < 30; tries++) {
        int known = sketch->spots[search_chance(search, sketch->n_spots)].spot;

        switch (search_chance(search, 4)) {
        case 0:
        case 1:
            add_spot(sketch, related_spot(search, known));
            break;
        case 2:
            add_spot(sketch, extreme_spot(search));
            break;
        case 3:
            add_spot(sketch, search_chance(search, n_spots));
            break;
        }
    }
}

/* ── the sketch ───────────────────────────────────────────────────────────── */

static int64_t square_costs(const Sketch *sketch)
{
    int64_t cost = 0;

    for (int b = 0; b < sketch->n_spots; b++)
        cost += sketch->spots[b].off * sketch->spots[b].off * sketch->spots[b].rate;
    return cost;
}

static void sketch_piece(const Scheduler *search, Sketch *sketch, int b, int piece,
                         int64_t lightest)
{
    const Piece *p = &search->board->pieces[piece];
    bool away = search->mover_at[piece] >= 0;
    int home = away ? find_spot(sketch, p->home) : b;
    SketchSpot *to = &sketch->spots[home >= 0 ? home : b];

    if ((!away && p->load <= lightest) || to->n_pieces == PIECES_MOST)
        return;
    if (away)
        sketch->cost += sketch->price;
    sketch->spots[b].off -= p->load;
    to->off += p->load;
    to->pieces[to->n_pieces++] =
        (Sketched){ piece, home, search->board->kinds[p->kind].all, p->load };
}

/* The furthest that a load may be off at which a sketch's squares add up. */
static int64_t off_most(const Sketch *sketch)
{
    int64_t rate = 1;

    for (int b = 0; b < sketch->n_spots; b++)
        rate = MAX(rate, sketch->spots[b].rate);
    return whole_root(SQUARES_MOST / rate);
}

/* Is nothing in the sketch too large for it? */
static bool fits(const Sketch *sketch)
{
    int64_t most = off_most(sketch);

    for (int b = 0; b < sketch->n_spots; b++) {
        const SketchSpot *spot = &sketch->spots[b];

        if (ABS(spot->off) > most)
            return false;
        for (int i = 0; i < spot->n_pieces; i++)
            if (spot->pieces[i].load > most)
                return false;
    }
    return true;
}

/* Everybody whose home is there goes home.  Leaves in the sketch's cost what would be
 * saved so far: below 0 if it got worse.  False where it is too crowded for a sketch:
 * that is for descents. */
static bool draw(const Scheduler *search, Sketch *sketch, int64_t lightest)
{
    sketch->price = search->price << UNIT_BITS;
    for (int b = 0; b < sketch->n_spots; b++) {
        SketchSpot *spot = &sketch->spots[b];
        const Standing *at = &search->standings[spot->spot];

        spot->n_pieces = 0;
        spot->rate = at->rate >> RATE_SHIFT;
        spot->off = at->off;
    }
    if (!fits(sketch))
        return false;
    sketch->cost = square_costs(sketch);
    for (int b = 0; b < sketch->n_spots; b++) {
        const Standing *at = &search->standings[sketch->spots[b].spot];

        for (int i = 0; i < at->n_pieces; i++)
            sketch_piece(search, sketch, b, at->pieces[i], lightest);
    }
    if (!fits(sketch))
        return false;
    sketch->cost -= square_costs(sketch);
    for (int b = 0; b < sketch->n_spots; b++)
        for (int i = 0; i < sketch->spots[b].n_pieces; i++)
            if (sketch->spots[b].pieces[i].home < 0)
                sketch->cost -= sketch->price;
    return true;
}

typedef struct {
    int from, to;
    int piece, other; /* indices in the sketch; other may be -1 */
    int64_t gain, chanced;
} SketchStep;

/* What a gain looks like to one who is not quite sober. */
static int64_t by_chance(Scheduler *search, int64_t gain)
{
    int64_t whole = INT64_C(2) << CHANCE_BITS;

    return (gain >> (CHANCE_BITS + 1)) *
           (whole - search_chance(search, 1 << CHANCE_BITS));
}

static bool may_stand(const Scheduler *search, const Sketched *piece,
                      const SketchSpot *spot)
{
    return piece->anywhere ||
           board_allows(search->board, &search->board->pieces[piece->piece],
                        spot->spot);
}

static void note(Scheduler *search, SketchStep step, SketchStep *best)
{
    step.chanced = by_chance(search, step.gain);
    if (step.chanced > best->chanced)
        *best = step;
}

static int64_t toll(const Sketch *sketch, const Sketched *piece, int from, int to)
{
    return sketch->price * ((piece->home != to) - (piece->home != from));
}

/* Looks at what may go from @from to @to, and what may come back. */
static void look(Scheduler *search, const Sketch *sketch, int from, int to,
                 SketchStep *best)
{
    const SketchSpot *a = &sketch->spots[from], *b = &sketch->spots[to];
    int64_t steep = 2 * (a->rate * a->off - b->rate * b->off);
    int64_t bend = a->rate + b->rate;

    search->steps += 1 + a->n_pieces;
    for (int i = 0; i < a->n_pieces; i++) {
        const Sketched *piece = &a->pieces[i];
        int64_t paid = toll(sketch, piece, from, to);
        int64_t gain = piece->load * (steep - bend * piece->load) - paid;

        if (!may_stand(search, piece, b))
            continue;
        if (gain > best->chanced)
            note(search, (SketchStep){ from, to, i, -1, gain, 0 }, best);
        if (steep <= 0)
            continue;
        search->steps += b->n_pieces;
        for (int j = 0; j < b->n_pieces; j++) {
            const Sketched *other = &b->pieces[j];
            int64_t less = piece->load - other->load;

            gain = less * (steep - bend * less) - paid;
            if (less <= 0 || gain + sketch->price <= best->chanced)
                continue;
            gain -= toll(sketch, other, to, from);
            if (gain > best->chanced && may_stand(search, other, a))
                note(search, (SketchStep){ from, to, i, j, gain, 0 }, best);
        }
    }
}

static bool look_everywhere(Scheduler *search, const Sketch *sketch, bool first,
                            SketchStep *best)
{
    *best = (SketchStep){ .piece = -1 };
    for (int a = 0; a < sketch->n_spots; a++)
        for (int b = 0; b < sketch->n_spots; b++) {
            const SketchSpot *from = &sketch->spots[a], *to = &sketch->spots[b];
            int64_t apart = from->off - to->off;
            int64_t most = apart > 0 && from->rate == to->rate
                               ? apart * apart * from->rate / 2
                           : apart > 0 ? INT64_MAX / 4
                                       : 0;

            if (a != b && most + (first ? 0 : 2 * sketch->price) > best->chanced)
                look(search, sketch, a, b, best);
        }
    return best->piece >= 0;
}

static void take(Sketch *sketch, const SketchStep *step)
{
    SketchSpot *a = &sketch->spots[step->from], *b = &sketch->spots[step->to];
    Sketched piece = a->pieces[step->piece];

    a->off -= piece.load;
    b->off += piece.load;
    sketch->cost += step->gain;
    if (step->other >= 0) {
        a->off += b->pieces[step->other].load;
        b->off -= b->pieces[step->other].load;
        a->pieces[step->piece] = b->pieces[step->other];
        b->pieces[step->other] = piece;
        return;
    }
    a->pieces[step->piece] = a->pieces[--a->n_pieces];
    b->pieces[b->n_pieces++] = piece;
}

/* ── in earnest ───────────────────────────────────────────────────────────── */

typedef struct {
    int piece, spot;
} Undo;

static void carry_out(Scheduler *search, const Sketch *sketch)
{
    int64_t before = cost_total(position_cost(search->position));
    Undo undo[SPOTS_MOST * PIECES_MOST];
    int n_undo = 0;

    for (int b = 0; b < sketch->n_spots; b++)
        for (int i = 0; i < sketch->spots[b].n_pieces; i++) {
            int piece = sketch->spots[b].pieces[i].piece;
            int from = position_spot(search->position, piece);

            if (from == sketch->spots[b].spot)
                continue;
            undo[n_undo++] = (Undo){ piece, from };
            search_move(search, piece, sketch->spots[b].spot);
        }
    if (cost_total(position_cost(search->position)) < before)
        return;
    while (n_undo-- > 0)
        search_move(search, undo[n_undo].piece, undo[n_undo].spot);
}

/* Who is lighter than this is not worth a price by itself. */
static int64_t lightest_of_interest(const Scheduler *search)
{
    int64_t rate = search->standings[0].rate;

    if (rate == 0)
        return 0;
    return whole_root((search->price << RATE_BITS) / rate / 2) / 2;
}

void search_subsets(Scheduler *search, int64_t until)
{
    int64_t lightest = lightest_of_interest(search);

    if (search->board->n_spots < 2)
        return;
    while (search->steps < until) {
        Sketch *sketch = search->sketch;
        SketchStep step;

        search->steps++; /* also where there is nothing to look at */
        pick_spots(search, sketch);
        if (!draw(search, sketch, lightest))
            continue;
        for (int taken = 0; taken < 3 * sketch->n_spots + 4; taken++) {
            if (!look_everywhere(search, sketch, taken == 0, &step) ||
                (step.other < 0 && sketch->spots[step.to].n_pieces == PIECES_MOST))
                break;
            take(sketch, &step);
        }
        if (sketch->cost > 0)
            carry_out(search, sketch);
    }
}
