/*
 * descend.c - the best step, again and again, until there is none.
 *
 * Steps are kept in rows, one per spot that something would leave.  What a row could
 * be worth at most is quickly said: what its spot's overload costs, and what there is
 * to gain between it and the emptiest spot.  Only rows for which that beats the best
 * known step are ever looked into; and a step changes two spots only, so that most of
 * what is known stays known.
 *
 * Steps are compared by what they save per move, so that a swap must be twice as good,
 * and taken if they save more than they cost.
 */
#include "search.h"

enum {
    TARGETS_MOST = 6,   /* where a piece might go, if moments must be asked */
    MISSES_MOST = 32,   /* spots in turn that are no better than what is known, */
    MISSES_KINDS = 128, /* ...where not everybody may go everywhere */
    STEPS_STRAINED = 6, /* a look at moments takes as long as so many at loads */
    ROUNDING = 8,       /* costs are rounded down, spot by spot */
};

/* ── what a step could save ───────────────────────────────────────────────── */

/* By evening out two spots, had one just the right load to give away. */
static int64_t evening_most(const Standing *from, const Standing *to)
{
    int64_t steep = from->rate * from->off - to->rate * to->off;
    int64_t apart = from->off - to->off;
    int64_t load;

    if (steep <= 0)
        return 0;
    if (from->rate == to->rate)
        return (int64_t)((__int128)(apart * apart) * from->rate >> (RATE_BITS + 1));
    load = steep / (from->rate + to->rate) + 1;
    return (int64_t)((__int128)load * steep >> RATE_BITS);
}

/* By giving away load: twice as steep at first, and then less and less. */
typedef struct {
    int64_t steep, bend;
} Slope;

static Slope slope_between(const Standing *from, const Standing *to)
{
    return (Slope){ 2 * (from->rate * from->off - to->rate * to->off),
                    from->rate + to->rate };
}

static int64_t evening_gain(Slope slope, int64_t load)
{
    return (int64_t)((__int128)load * (slope.steep - slope.bend * load) >> RATE_BITS) +
           ROUNDING;
}

/* A step that saves @gain and makes @n_more more pieces stray from home. */
static int64_t score_of(const Scheduler *search, int64_t gain, int n_more)
{
    if (n_more <= 0)
        return search->price + 2 * gain;
    return search->price + gain / n_more;
}

/* The gain from which on such a step would score more than @score. */
static int64_t least_gain(const Scheduler *search, int64_t score, int n_more)
{
    if (n_more <= 0)
        return (score - search->price) / 2;
    return (score - search->price) * n_more;
}

static int64_t price_of(const Scheduler *search, int piece, int spot)
{
    return board_price(search->board, search->policy, &search->board->pieces[piece],
                       spot);
}

/* By relieving two spots of overload: what both have too much stays with them. */
static int64_t relief_most(const Scheduler *search, int from, int to)
{
    int64_t stays = search->standings[from].over + search->standings[to].over;

    return search->strains[from] + search->strains[to] - MAX(stays, 0) * OVERLOAD_UNIT;
}

/* No step from one to the other scores more.  Not even the lightest piece may be as light
 * as would be best, and a swap counts as two moves. */
static int64_t pair_most(const Scheduler *search, int from, int to)
{
    const Standing *a = &search->standings[from], *b = &search->standings[to];
    int64_t relief = MIN(relief_most(search, from, to), search->strains[from]);
    int64_t even = evening_most(a, b), moved = even;

    if (search->lightest[from] * (a->rate + b->rate) >
        a->rate * a->off - b->rate * b->off)
        moved = evening_gain(slope_between(a, b), search->lightest[from]);
    return MAX(relief + moved, (relief + even) / 2);
}

static int64_t row_most(const Scheduler *search, int spot)
{
    int64_t most = pair_most(search, spot, search->order[0]);

    if (search->n_away[spot] > 0)
        most = search->price + 2 * (most + search->dearest);
    return most;
}

/* Where loads do not sway moments need no look. */
static int steps_of(const Scheduler *search, int64_t relief)
{
    return relief > 0 && search->board->fluctuation > 0 ? STEPS_STRAINED : 1;
}

static void know_relief(Scheduler *search, int spot)
{
    const Standing *at = &search->standings[spot];
    if (search->relief_known[spot])
        return;
    search->relief_known[spot] = true;
    for (int i = 0; i < at->n_pieces; i++)
        search->relief[at->pieces[i]] =
            position_relief(search->position, at->pieces[i]);
    search->steps += at->n_pieces * steps_of(search, search->strains[spot]);
}

/* ── looking ──────────────────────────────────────────────────────────────── */

/* A piece on its way: what is known before anybody asks where to. */
typedef struct {
    int piece, spot;
    int64_t load, relief;
    int64_t price; /* of going there, less that of where it is */
    int n_more;
} Mover;

static Mover send(const Scheduler *search, int piece, int from, int to)
{
    const Piece *p = &search->board->pieces[piece];

    return (Mover){ .piece = piece,
                    .spot = to,
                    .load = p->load,
                    .relief = search->relief[piece],
                    .price =
                        price_of(search, piece, to) - price_of(search, piece, from),
                    .n_more = (p->home != to) - (p->home != from) };
}

/* Would sigma stay below the ceiling, or at least not rise? */
static bool permits(Scheduler *search, int piece, int spot, int other)
{
    int sigma;

    if (search->ceiling == G_MAXINT)
        return true;
    sigma = position_sigma_after(search->position, piece, spot, other);
    if (sigma <= MAX(search->ceiling, position_sigma(search->position)))
        return true;
    search->refused = true;
    return false;
}

static bool try_move(Scheduler *search, const Mover *mover, Step *best)
{
    int64_t gain = position_gain(search->position, mover->piece, mover->spot);
    int64_t score = score_of(search, gain, mover->n_more);

    search->steps += steps_of(search, mover->relief);
    if (score > best->score && permits(search, mover->piece, mover->spot, -1))
        *best = (Step){ mover->piece, mover->spot, -1, score };
    return mover->relief > 0;
}

static bool try_swap(Scheduler *search, const Mover *mover, const Mover *back,
                     Step *best)
{
    int64_t gain = position_swap_gain(search->position, mover->piece, back->piece);
    int64_t score = score_of(search, gain, mover->n_more + back->n_more);

    search->steps += 2 * steps_of(search, mover->relief + back->relief);
    if (score > best->score && permits(search, mover->piece, mover->spot, back->piece))
        *best = (Step){ mover->piece, mover->spot, back->piece, score };
    return mover->relief + back->relief > 0;
}

/* Lighter pieces come back.  What each would have to save is told apart by whether it
 * leaves its home or may be on its way there. */
static bool look_for_swaps(Scheduler *search, const Mover *mover, Slope slope,
                           int64_t relief, int from, int to, Step *best)
{
    const Standing *at = &search->standings[to];
    bool strained = false;

    search->steps += at->n_pieces / 2;
    for (int i = 0; i < at->n_pieces; i++) {
        int piece = at->pieces[i];
        int64_t less = mover->load - search->board->pieces[piece].load;
        int64_t most =
            MIN(mover->relief + search->relief[piece], relief) - mover->price;
        int n_more = mover->n_more + 1;
        Mover back;

        if (less < 0)
            continue;
        if (search->mover_at[piece] >= 0) {
            most += search->dearest;
            n_more -= 2;
        } else {
            most -= search->price;
        }
        if (most + evening_gain(slope, less) <=
                least_gain(search, best->score, n_more) ||
            !board_allows(search->board, &search->board->pieces[piece], from))
            continue;
        back = send(search, piece, to, from);
        most = MIN(mover->relief + back.relief, relief) - mover->price - back.price +
               evening_gain(slope, less);
        if (score_of(search, most, mover->n_more + back.n_more) > best->score)
            strained |= try_swap(search, mover, &back, best);
    }
    return strained;
}

/* What could come of @from and @to; true if moments had to be looked at. */
static bool look_at_pair(Scheduler *search, int from, int to, Step *best)
{
    const Standing *a = &search->standings[from], *b = &search->standings[to];
    Slope slope = slope_between(a, b);
    int64_t even = evening_most(a, b), relief = relief_most(search, from, to), swapped;
    bool strained = false;

    know_relief(search, from);
    know_relief(search, to);
    swapped = even + (search->n_away[to] > 0 ? search->dearest : -search->price);
    for (int i = 0; i < a->n_pieces && !search_tired(search); i++) {
        int piece = a->pieces[i];
        Mover mover;
        int64_t most;

        search->steps++;
        if (!board_allows(search->board, &search->board->pieces[piece], to))
            continue;
        mover = send(search, piece, from, to);
        most =
            MIN(mover.relief, relief) + evening_gain(slope, mover.load) - mover.price;
        if (score_of(search, most, mover.n_more) > best->score)
            strained |= try_move(search, &mover, best);
        most = MIN(mover.relief + search->strains[to], relief) + swapped - mover.price;
        if (most >
            least_gain(search, best->score,
                       search->n_away[to] > 0 ? mover.n_more - 1 : mover.n_more + 1))
            strained |= look_for_swaps(search, &mover, slope, relief, from, to, best);
    }
    return strained;
}

static void try_elsewhere(Scheduler *search, int piece, int from, int to, Step *best)
{
    Slope slope = slope_between(&search->standings[from], &search->standings[to]);
    Mover mover;
    int64_t most;

    if (to == from || !board_allows(search->board, &search->board->pieces[piece], to))
        return;
    mover = send(search, piece, from, to);
    most = mover.relief + evening_gain(slope, mover.load) - mover.price;
    if (score_of(search, most, mover.n_more) > best->score)
        try_move(search, &mover, best);
}

/* Those who strayed to @spot may go home, wherever that is; and to go elsewhere instead
 * costs them no more than they have paid. */
static void look_for_strays(Scheduler *search, int spot, Step *best)
{
    const Standing *at = &search->standings[spot];
    int n_spots = MIN(search->board->n_spots, MISSES_MOST);

    for (int i = 0; i < at->n_pieces && search->n_away[spot] > 0; i++) {
        int piece = at->pieces[i], home = search->board->pieces[piece].home;

        if (home == spot)
            continue;
        try_elsewhere(search, piece, spot, home, best);
        for (int r = 0; r < n_spots; r++)
            try_elsewhere(search, piece, spot, search->order[r], best);
        search->steps += n_spots;
    }
}

/* What of @from and @to has become better. */
static void look_again_at(Scheduler *search, int from, int to, Step *best)
{
    const Standing *at = &search->standings[from];

    if (pair_most(search, from, to) > best->score)
        look_at_pair(search, from, to, best);
    for (int i = 0; i < at->n_pieces && search->n_away[from] > 0; i++)
        if (search->board->pieces[at->pieces[i]].home != from)
            try_elsewhere(search, at->pieces[i], from, to, best);
}

static void look_along_row(Scheduler *search, int spot)
{
    Row *row = &search->rows[spot];
    int n_strained = search->board->fluctuation > 0 ? 0 : INT_MIN, n_misses = 0;
    int misses_most = search->board->n_kinds > 1 ? MISSES_KINDS : MISSES_MOST;

    row->best = (Step){ .piece = -1, .score = search->price };
    know_relief(search, spot);
    look_for_strays(search, spot, &row->best);
    for (int r = 0; r < search->board->n_spots; r++) {
        int to = search->order[r];
        int64_t score;

        search->steps++;
        if (n_strained == TARGETS_MOST || n_misses == misses_most)
            break;
        if (to == spot)
            continue;
        score = row->best.score;
        if (pair_most(search, spot, to) > score)
            n_strained += look_at_pair(search, spot, to, &row->best);
        n_misses = row->best.score > score ? 0 : n_misses + 1;
    }
    search->bounds[spot] = row->best.score;
    row->known = true;
}

/* ── stepping ─────────────────────────────────────────────────────────────── */

static void forget_row(Scheduler *search, int spot)
{
    search->rows[spot].known = false;
    search->bounds[spot] = row_most(search, spot);
}

/* The row with the best step, or -1. */
static int find_best_row(Scheduler *search)
{
    for (;;) {
        int best = 0;

        for (int s = 1; s < search->board->n_spots; s++)
            if (search->bounds[s] > search->bounds[best])
                best = s;
        if (search->bounds[best] <= search->price || search_tired(search))
            return -1;
        if (search->rows[best].known)
            return best;
        look_along_row(search, best);
    }
}

static bool aims_at(const Scheduler *search, const Row *row, int spot)
{
    return row->known && row->best.piece >= 0 &&
           search_touches(search, row->best.spot, spot);
}

/* After something went from @a to @b.  Where loads sway only what became emptier, and is
 * empty, is worth another look. */
static void review(Scheduler *search, int a, int b)
{
    bool sways = search->board->fluctuation > 0;

    for (int s = 0; s < search->board->n_spots; s++) {
        Row *row = &search->rows[s];

        if (search_touches(search, s, a) || search_touches(search, s, b)) {
            forget_row(search, s);
            continue;
        }
        if (aims_at(search, row, a) || aims_at(search, row, b))
            row->known = false;
        if (!row->known) {
            search->bounds[s] = MAX(search->bounds[s], pair_most(search, s, a));
            search->bounds[s] = MAX(search->bounds[s], pair_most(search, s, b));
            continue;
        }
        if (!sways || search->rank[a] < TARGETS_MOST)
            look_again_at(search, s, a, &row->best);
        if (!sways)
            look_again_at(search, s, b, &row->best);
        search->bounds[s] = row->best.score;
    }
}

/* As many more steps as there are pieces, each as good as @step, would not be enough. */
static bool is_hopeless(const Scheduler *search, int target, const Step *step)
{
    int64_t sigma = position_sigma(search->position);
    int64_t imbalance = position_cost(search->position).imbalance;
    __int128 missing = (__int128)imbalance * (sigma * sigma - (int64_t)target * target);

    return target >= 0 && missing > (__int128)(step->score - search->price) *
                                        search->board->n_pieces * (sigma * sigma);
}

/* What was the best of a row may meanwhile leave sigma too high. */
static int find_row_to_take(Scheduler *search)
{
    int row = find_best_row(search);

    for (; row >= 0; row = find_best_row(search)) {
        const Step *step = &search->rows[row].best;

        if (permits(search, step->piece, step->spot, step->other))
            return row;
        forget_row(search, row);
    }
    return row;
}

static bool take_best_step(Scheduler *search, int target)
{
    int row = find_row_to_take(search);
    Step step;

    if (row < 0)
        return false;
    step = search->rows[row].best;
    if (is_hopeless(search, target, &step))
        return false;
    search_move(search, step.piece, step.spot);
    if (step.other >= 0)
        search_move(search, step.other, row);
    review(search, row, step.spot);
    return true;
}

void search_descend(Scheduler *search, int target, int most_moved)
{
    bool stepped = search->board->n_spots > 1;

    search->refused = true;
    while (stepped && search->refused) { /* what was refused before a step may do now */
        for (int s = 0; s < search->board->n_spots; s++)
            forget_row(search, s);
        search->refused = stepped = false;
        while (position_sigma(search->position) > target &&
               position_n_moved(search->position) <= most_moved &&
               take_best_step(search, target))
            stepped = true;
    }
}
