/*
 * schedule.c - the plan of campaign.
 *
 * First by the policy's own weights: the best steps from where everybody is, and where
 * allowed sets overlap also from the flow, because chains are what single steps cannot
 * find; and from the flow where steps would take too long to disperse a crowd.  None of
 * these may make an even host uneven, or an uneven one more so.  On hosts whose loads
 * fluctuate that is all; a better search would gain nothing there.
 *
 * If sigma is too far above its target, a candidate goes straight for the target from
 * where everybody is, at no price at all: that is what the plain rule of moves and swaps
 * would do, and so the result is never worse than it.  How near it comes also says how
 * near one can come; what nobody can even out is no reason to move.  Then imbalance is
 * given more and more weight, as if the price fell.  At each weight the position is
 * improved; and once the target is in reach, one copy is taken all the way, relieved of
 * moves it can do without, and compared with the best so far.  In the end whatever pays by
 * the policy is done that keeps the target, so that nobody is left stacked or crowded for
 * the sake of evenness who need not be.
 *
 * So every search leads down a ladder: either sigma falls that was too high, or the
 * policy's cost falls and sigma does not rise beyond what is even.  What sigma is too high,
 * and what imbalance weighs, depends on the host but not on who is where; hence whoever
 * searches on from each result comes to an end, and never round in a circle.
 */
#include "schedule.h"
#include "search.h"

enum {
    WEIGHT_FREE = 1000000000, /* of imbalance: a price is nothing beside it */
    WEIGHT_LEAST = 1000,
    STEPS_EACH = 4000,      /* a descent may take per piece, */
    STEPS_LEAST = 1000000,  /* ...but never less than so many, */
    STEPS_MOST = 200000000, /* ...nor more */
    LEVELS_MOST = 60,
    LEVELS_BLIND = 8, /* after so many the target is tried for in any case */
    SLICES = 12,      /* of the budget, one a level */
    SIGHT = 150,      /* hundredths of the target from which slices are whole */
    NEAR = 107,       /* ...and from which it is worth going all the way */
    POINTS = 10,      /* hundredths of a point in a thousandth of a CPU */
    MILLIONTH = COST_CPU / 1000000,
    CROWD_STEPS = 64, /* of a slice, for each piece, on top of the budget */
    SLICES_AT_FIRST = 4,
    SLICES_TO_TARGET = 32,
};

/* The sigma to reach: the policy's, or what loads that fluctuate let one know. */
static int target_of(const Board *board, const Policy *policy)
{
    return MAX(policy->target_sigma, POINTS * board->fluctuation);
}

/* A position that goes for the target. */
typedef struct {
    int sigma, n_moved;
    int64_t cost; /* imbalance aside */
} Candidate;

static Candidate judge(const Scheduler *search)
{
    Cost cost = position_cost(search->position);

    return (Candidate){ .sigma = position_sigma(search->position),
                        .n_moved = position_n_moved(search->position),
                        .cost = cost_total(cost) - cost.imbalance };
}

static bool better(const Candidate *a, const Candidate *b, int target)
{
    bool a_meets = a->sigma <= target, b_meets = b->sigma <= target;

    if (a_meets != b_meets)
        return a_meets;
    if (!a_meets)
        return a->sigma < b->sigma;
    if (a->cost != b->cost)
        return a->cost < b->cost;
    return a->sigma < b->sigma;
}

static void note(Scheduler *search, int target, Candidate *best)
{
    Candidate candidate = judge(search);

    if (!better(&candidate, best, target))
        return;
    *best = candidate;
    search_keep(search, search->best_spots);
}

/* Where places are large and all of them crowded, every pair of pieces might be worth
 * swapping, and almost none is: that cannot be looked into to the end. */
static void take_breath(Scheduler *search)
{
    int64_t steps = (int64_t)search->board->n_pieces * STEPS_EACH;

    search->most_steps = search->steps + CLAMP(steps, STEPS_LEAST, STEPS_MOST);
}

/* ── dropping ─────────────────────────────────────────────────────────────── */

static bool costs_less(const Loss *a, const Loss *b)
{
    return a->cost != b->cost ? a->cost < b->cost : a->piece < b->piece;
}

/* Shell's way, which needs no memory. */
static void sort_losses(Loss *losses, int n)
{
    for (int gap = n / 2; gap > 0; gap = gap > 2 ? gap * 5 / 11 : gap / 2)
        for (int i = gap; i < n; i++) {
            Loss moving = losses[i];
            int at = i;

            for (; at >= gap && costs_less(&moving, &losses[at - gap]); at -= gap)
                losses[at] = losses[at - gap];
            losses[at] = moving;
        }
}

static int list_losses(Scheduler *search)
{
    for (int i = 0; i < search->n_movers; i++) {
        int piece = search->movers[i], home = search->board->pieces[piece].home;

        search->losses[i] =
            (Loss){ piece, -position_gain(search->position, piece, home) };
        search->steps++;
    }
    sort_losses(search->losses, search->n_movers);
    return search->n_movers;
}

/* Sends home whom it saves most to send, while sigma stays @target or less. */
static void drop_needless(Scheduler *search, int target)
{
    int n_losses = position_sigma(search->position) <= target ? list_losses(search) : 0;

    for (int i = 0; i < n_losses && search->losses[i].cost < 0; i++) {
        int piece = search->losses[i].piece;
        int spot = position_spot(search->position, piece);

        search_move(search, piece, search->board->pieces[piece].home);
        if (position_sigma(search->position) <= target)
            continue;
        search_move(search, piece, spot);
        break;
    }
}

/* ── descending ───────────────────────────────────────────────────────────── */

/* False if it takes more than @slices.  A crowd that has to leave one by one looks
 * everywhere for each of its own; the flow disperses it at once, and the rest is quick
 * from there. */
static bool descend(Scheduler *search, int target, int most_moved, int slices)
{
    int64_t slice =
        search->policy->search_steps + CROWD_STEPS * (int64_t)search->board->n_pieces;
    int64_t most_steps = search->most_steps;
    bool tired;

    if (search->layout)
        search->most_steps = MIN(most_steps, search->steps + slices * slice);
    search_descend(search, target, most_moved);
    tired = search_tired(search);
    search->most_steps = most_steps;
    return !tired;
}

/* ── reaching the target ──────────────────────────────────────────────────── */

/* False if it did not get there for want of steps. */
static bool go_all_the_way(Scheduler *search, int target, Candidate *best)
{
    bool arrived;

    search_reweigh(search, WEIGHT_FREE);
    arrived = descend(search, target,
                      best->sigma <= target ? best->n_moved : search->board->n_pieces,
                      SLICES_TO_TARGET);
    search_reweigh(search, search->policy->weight_imbalance);
    drop_needless(search, target);
    note(search, target, best);
    return arrived;
}

/* From where the position is, with imbalance at @weight and what follows from it. */
static void sweep(Scheduler *search, int target, int64_t weight, Candidate *best)
{
    int64_t slice = (search->most_steps - search->steps) / SLICES;
    bool reached = position_sigma(search->position) <= target;

    for (int level = 0; level < LEVELS_MOST && !search_tired(search); level++) {
        int64_t sigma;

        search_reweigh(search, (int)weight);
        search_descend(search, target, search->board->n_pieces);
        sigma = position_sigma(search->position);
        search_subsets(search, search->steps +
                                   (100 * sigma > SIGHT * target ? slice / 4 : slice));
        sigma = position_sigma(search->position);
        if (100 * sigma <= NEAR * target || reached || level > LEVELS_BLIND) {
            search_keep(search, search->kept_spots);
            go_all_the_way(search, target, best);
            search_restore(search, search->kept_spots);
        }
        reached |= sigma <= target;
        if (100 * sigma > 101 * target)
            weight = reached ? weight * 100 / 85 : weight * 100 / 60;
        else if (100 * sigma < 95 * target)
            weight = weight * 100 / 120;
        weight = CLAMP(weight, WEIGHT_LEAST, WEIGHT_FREE);
    }
}

/* ── the weight that tells why ────────────────────────────────────────────── */

static int64_t staying_cost(const Scheduler *search, Cost stay)
{
    int64_t cost = cost_total(stay) - stay.imbalance;

    for (int s = 0; s < search->board->n_spots; s++)
        cost += imbalance_cost(search->standings[s].rate, search->home_off[s]);
    return cost;
}

static bool pays(const Scheduler *search, Cost stay)
{
    if (cost_total(position_cost(search->position)) > staying_cost(search, stay))
        return false;
    for (int i = 0; i < search->n_movers; i++) {
        int piece = search->movers[i];

        if (position_gain(search->position, piece, search->board->pieces[piece].home) >
            0)
            return false;
    }
    return true;
}

/* The least weight by which none of the moves would better be undone. */
static int find_weight(Scheduler *search, Cost stay)
{
    int64_t weight = MAX(search->policy->weight_imbalance, WEIGHT_LEAST);

    search_reweigh(search, search->policy->weight_imbalance);
    if (pays(search, stay))
        return search->policy->weight_imbalance;
    for (; weight < WEIGHT_FREE; weight += weight / 2) {
        search_reweigh(search, (int)weight);
        if (pays(search, stay))
            return (int)weight;
    }
    return -1;
}

static int root_of_squares(int64_t a, int64_t b)
{
    return (int)whole_root(a * a + b * b);
}

/* By which a pair of spots that are as uneven as the target allows, a dozen times over,
 * pays for a move: flows by less leave too much as it is. */
enum { TARGETS_PAID = 12 };

static int weight_for_target(const Scheduler *search, int target)
{
    int64_t capacity = search->board->total_capacity / search->board->n_spots;
    __int128 square = (__int128)target * target * TARGETS_PAID * capacity / LOAD_FULL;

    /* Targets are in 1e-4 of capacity; weights and prices both in 1e-6. */
    return (int)CLAMP(search->price / MILLIONTH * 100000000 / MAX(square, 1),
                      MAX(search->policy->weight_imbalance, WEIGHT_LEAST), WEIGHT_FREE);
}

/* Where there is a flow to be had that nobody has asked for yet. */
static bool solve_flow(Scheduler *search)
{
    if (!search->layout || search->from_flow)
        return false;
    layout_solve(search->layout, search->board, search->policy,
                 search->policy->weight_imbalance);
    return search->from_flow = true;
}

/* Chains are what single steps cannot find, and crowds what they take long for. */
static void try_flow(Scheduler *search, int target, int weight, Candidate *best)
{
    layout_resolve(search->layout, weight);
    layout_start(search->layout, search->flow_spots);
    search_restore(search, search->flow_spots);
    take_breath(search);
    go_all_the_way(search, target, best);
}

/* Whatever pays by the policy, and leaves sigma below @target. */
static void finish(Scheduler *search, int target)
{
    search_reweigh(search, search->policy->weight_imbalance);
    search->ceiling = target;
    take_breath(search);
    search_descend(search, -1, search->board->n_pieces);
}

/* Leaves the position that best meets the target, and returns the weight of imbalance
 * by which it is worth while; or the policy's weight and the position as it was, if
 * there is none. */
static int reach(Scheduler *search, Cost stay)
{
    int target = target_of(search->board, search->policy);
    int weight = weight_for_target(search, target);
    Candidate best = judge(search);
    int sigma = best.sigma;

    search->ceiling = G_MAXINT;
    search_keep(search, search->policy_spots);
    search_keep(search, search->best_spots);
    if (search->from_flow)
        try_flow(search, target, weight, &best);
    search_go_home(search);
    take_breath(search);
    if (!go_all_the_way(search, target, &best) && solve_flow(search))
        try_flow(search, target, weight, &best);
    if (best.sigma > target) {
        target = root_of_squares(target, best.sigma);
        search_go_home(search);
        take_breath(search);
        go_all_the_way(search, target, &best);
    }
    if (sigma > target) {
        search_restore(search,
                       search->from_flow ? search->flow_spots : search->policy_spots);
        search->most_steps = search->steps + search->policy->search_steps;
        sweep(search, target, weight, &best);
        search_restore(search, search->best_spots);
        finish(search, target);
        weight = find_weight(search, stay);
        if (weight >= 0)
            return weight;
    }
    search_restore(search, search->policy_spots);
    search_reweigh(search, search->policy->weight_imbalance);
    return search->policy->weight_imbalance;
}

/* ── the whole ────────────────────────────────────────────────────────────── */

/* After one moment nobody knows what fluctuates. */
static bool is_seen_once(const Board *board)
{
    int n_seen = 0;

    for (int t = 0; t < board->n_moments; t++)
        n_seen += board->weights[t] > 0;
    return n_seen == 1;
}

/* What fluctuates leaves a margin. */
int schedule_even(const Board *board, const Policy *policy)
{
    return is_seen_once(board) ? G_MAXINT
                               : policy->target_sigma + POINTS * board->fluctuation;
}

bool schedule_calm(const Board *board, const Policy *policy, const Position *position)
{
    return board->n_pieces == 0 ||
           (position_sigma(position) <= schedule_even(board, policy) &&
            position_calm(position));
}

/* Tries from the flow, too, and stays with what is cheaper. */
static void descend_from_flow(Scheduler *search)
{
    int64_t cost = cost_total(position_cost(search->position));

    search_keep(search, search->kept_spots);
    layout_start(search->layout, search->flow_spots);
    search_restore(search, search->flow_spots);
    take_breath(search);
    descend(search, -1, search->board->n_pieces, SLICES_AT_FIRST);
    if (cost_total(position_cost(search->position)) >= cost ||
        position_sigma(search->position) > search->ceiling)
        search_restore(search, search->kept_spots);
}

int schedule_search(Scheduler *search, const Board *board, const Policy *policy,
                    Layout *layout, int64_t *steps, Position *position)
{
    int weight = policy->weight_imbalance, even = schedule_even(board, policy);
    Cost stay;

    search_begin(search, board, policy, position);
    search->layout = layout;
    search->from_flow = layout && board->overlaps;
    search->ceiling = MAX(even, position_sigma(position));
    stay = position_cost(position);
    take_breath(search);
    if (!descend(search, -1, board->n_pieces, SLICES_AT_FIRST))
        solve_flow(search);
    if (search->from_flow)
        descend_from_flow(search);
    if (position_sigma(position) > even)
        weight = reach(search, stay);
    *steps += search->steps;
    return weight;
}
