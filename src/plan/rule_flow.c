/*
 * rule_flow.c - our own rule.
 *
 * It asks three times.  Can anything be worth moving at all?  If not, the period
 * is calm, and that is a proof.  What is the least that any schedule could cost, and
 * which vCPUs does the flow send where?  And what do whole vCPUs on whole places come
 * to?  The search goes on from where it arrived for as long as it finds anything, so that
 * whoever carries the plan out and asks again hears that there is nothing left to do.
 *
 * What is pinned to no one place must be given one, whether that saves anything or not: a
 * place is what keeps its load apart from others'.  Everything else must pay.
 */
#include "berth.h"
#include "planner.h"

/* Imbalance weighs no more: then overload is nothing beside it. */
enum { WEIGHT_MOST = 1000000000 };

/* Steps that rounds may take together: on large hosts, of so many pieces, only as many as
 * take about as long as two rounds. */
enum {
    STEPS_MOST = 80000000,
    PIECES_LARGE = 8192,
    STEPS_LARGE = 20000000,
    STEPS_EACH = 500,
};

static bool any_floats(const Board *board)
{
    for (int i = 0; i < board->n_pieces; i++)
        if (board->pieces[i].floats)
            return true;
    return false;
}

/* Notes where the pieces of @board are. */
static void note_placement(const Board *board, const Position *position, int *placement)
{
    for (int i = 0; i < board->n_pieces; i++)
        placement[board->pieces[i].vcpu] =
            board->spots[position_spot(position, i)].place;
}

/* Gives what floats the place it is in. */
static void note_homes(const Board *board, int *placement)
{
    for (int i = 0; i < board->n_pieces; i++)
        placement[board->pieces[i].vcpu] = board->spots[board->pieces[i].home].place;
}

static int64_t least_gain(const Policy *policy)
{
    return policy->least_gain * (COST_CPU / 1000000);
}

/* Looks for a better position on @board.  True if one is found that saves enough; it is
 * noted in the plan, and the weight it pays by as another round.  The flow is a start
 * where chains may pay. */
static bool search(Planner *planner, const Board *board, Layout *layout,
                   const Policy *policy, Plan *plan)
{
    int weight = schedule_search(planner->scheduler, board, policy, layout,
                                 &plan->steps, planner->position);
    int64_t gain;

    if (position_n_moved(planner->position) == 0)
        return false;
    position_start(planner->walk, board, policy, weight);
    gain = cost_total(position_cost(planner->walk)) -
           cost_total(position_cost(planner->position));
    if (gain <= 0 || gain < least_gain(policy))
        return false;
    note_placement(board, planner->position, plan->placement);
    planner->weights[planner->n_rounds++] = weight;
    return true;
}

/* From where the plan has led so far. */
static bool search_on(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan)
{
    Board *board = &planner->next;

    board_make(snapshot, &plan->places, policy, plan->placement, board);
    position_start(planner->position, board, policy, policy->weight_imbalance);
    if (schedule_calm(board, policy, planner->position))
        return false;
    if (board->overlaps)
        layout_solve(planner->onward, board, policy, policy->weight_imbalance);
    return search(planner, board, planner->onward, policy, plan);
}

static void index_pieces(Planner *planner, int n_vcpus)
{
    for (int v = 0; v < n_vcpus; v++)
        planner->piece_of[v] = -1;
    for (int i = 0; i < planner->board.n_pieces; i++)
        planner->piece_of[planner->board.pieces[i].vcpu] = i;
}

/* Puts the position where @placement says. */
static void take_placement(const Planner *planner, const int *placement,
                           Position *position)
{
    const Board *board = &planner->board;

    for (int i = 0; i < board->n_pieces; i++)
        position_move(position, i,
                      board->spot_of_place[placement[board->pieces[i].vcpu]]);
}

/* Judges the plan by what it makes of things as they are.  True if what was found saves
 * enough, or nothing was. */
static bool stands(Planner *planner, const Policy *policy, Plan *plan)
{
    position_start(planner->walk, &planner->board, policy, plan->weight_imbalance);
    plan->stay = position_cost(planner->walk);
    take_placement(planner, plan->placement, planner->walk);
    plan->then = position_cost(planner->walk);
    return cost_total(plan->stay) - cost_total(plan->then) >=
           (planner->n_rounds > 0 ? least_gain(policy) : 0);
}

/* Each round pays by the weight it ended with, and what they all came to should pay by one
 * of these, or by more.  What nothing pays for is not done; it would not be done when asked
 * again either. */
static bool stand_together(Planner *planner, const Policy *policy, Plan *plan)
{
    int heaviest = MAX(policy->weight_imbalance, 1);

    if (planner->n_rounds == 0) {
        plan->weight_imbalance = policy->weight_imbalance;
        return stands(planner, policy, plan);
    }
    for (int round = planner->n_rounds - 1; round >= 0; round--) {
        plan->weight_imbalance = planner->weights[round];
        heaviest = MAX(heaviest, plan->weight_imbalance);
        if (stands(planner, policy, plan))
            return true;
    }
    for (; heaviest < WEIGHT_MOST / 2; heaviest *= 2) {
        plan->weight_imbalance = 2 * heaviest;
        if (stands(planner, policy, plan))
            return true;
    }
    return false;
}

/* Rounds end when they find nothing more; where that takes all too long, it is left to the
 * next period to go on. */
static bool may_go_on(const Planner *planner, const Plan *plan)
{
    int n_pieces = planner->board.n_pieces;
    int64_t most = n_pieces < PIECES_LARGE
                       ? STEPS_MOST
                       : STEPS_LARGE + STEPS_EACH * (int64_t)n_pieces;

    return planner->n_rounds < ROUNDS_MAX && plan->steps < most;
}

/* Searches from where things are, and on from there. */
static void search_all(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                       Plan *plan)
{
    const Board *board = &planner->board;

    planner->n_rounds = 0;
    note_homes(&planner->board, plan->placement);
    if (!search(planner, board, board->overlaps ? planner->layout : planner->onward,
                policy, plan))
        return;
    while (may_go_on(planner, plan) && search_on(planner, snapshot, policy, plan))
        ;
}

static void stay(Planner *planner, const Policy *policy, Plan *plan)
{
    planner->n_rounds = 0;
    note_homes(&planner->board, plan->placement);
    stand_together(planner, policy, plan);
}

/* The board as things are, but that everything is in some place. */
static bool make_board(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                       Plan *plan)
{
    Board *board = &planner->board;
    bool floats;

    board_make(snapshot, &plan->places, policy, NULL, board);
    floats = any_floats(board);
    if (floats) {
        berth_all(board, plan->placement);
        board_make(snapshot, &plan->places, policy, plan->placement, board);
    }
    index_pieces(planner, plan->n_vcpus);
    return floats;
}

void rule_flow_place(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                     Plan *plan)
{
    const Board *board = &planner->board;
    bool floats = make_board(planner, snapshot, policy, plan);
    int64_t toll;

    position_start(planner->position, board, policy, policy->weight_imbalance);
    plan->stay = plan->then = position_cost(planner->position);
    if (!floats && schedule_calm(board, policy, planner->position))
        return;

    plan->verdict = PLAN_NOT_WORTH_IT;
    toll = position_floor(planner->position);
    plan->solved =
        layout_solve(planner->layout, board, policy, policy->weight_imbalance);
    planner->laid_out = true;
    search_all(planner, snapshot, policy, plan);
    if (!stand_together(planner, policy, plan))
        stay(planner, policy, plan);
    if (plan->weight_imbalance != policy->weight_imbalance || board->overlaps)
        plan->solved = layout_resolve(planner->layout, plan->weight_imbalance);
    plan->bound = MAX(layout_bound(planner->layout), toll);
}
