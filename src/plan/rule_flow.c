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
#include "planner.h"

#include <string.h>

/* How often the search may go on from where it arrived. */
enum { ROUNDS_MAX = 16 };

static bool any_floats(const Board *board)
{
    for (int i = 0; i < board->n_pieces; i++)
        if (board->pieces[i].floats)
            return true;
    return false;
}

/* Nothing can pay, and nothing is asked for that need not pay. */
static bool is_calm(const Board *board, const Policy *policy, const Position *position)
{
    return board->n_pieces == 0 ||
           (position_calm(position) &&
            position_sigma(position) <= schedule_target(board, policy));
}

/* Notes where the pieces of @board are. */
static void note_placement(const Board *board, const Position *position, int *placement)
{
    for (int i = 0; i < board->n_pieces; i++)
        placement[board->pieces[i].vcpu] =
            board->spots[position_spot(position, i)].place;
}

static void pin_floating(const Board *board, int *placement)
{
    for (int i = 0; i < board->n_pieces; i++)
        if (board->pieces[i].floats)
            placement[board->pieces[i].vcpu] =
                board->spots[board->pieces[i].home].place;
}

static int64_t least_gain(const Policy *policy)
{
    return policy->least_gain * (COST_CPU / 1000000);
}

/* Looks for a better position on @board, and says what it would save.  The flow is a
 * start where chains may pay. */
static int64_t search(Planner *planner, const Board *board, Layout *layout,
                      const Policy *policy, Plan *plan, int *weight)
{
    int64_t steps = 0, stay;

    if (board->overlaps)
        layout_start(layout, planner->start);
    *weight = schedule_search(planner->scheduler, board, policy,
                              board->overlaps ? planner->start : NULL, &steps,
                              planner->position);
    plan->steps += steps;
    position_start(planner->walk, board, policy, *weight);
    stay = cost_total(position_cost(planner->walk));
    return stay - cost_total(position_cost(planner->position));
}

/* From where the plan has led so far.  True if that led further. */
static bool search_on(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan)
{
    Board *board = &planner->next;
    int weight;
    int64_t gain;

    board_make(snapshot, &plan->places, policy, plan->placement, board);
    position_start(planner->position, board, policy, policy->weight_imbalance);
    if (is_calm(board, policy, planner->position))
        return false;
    if (board->overlaps)
        layout_solve(planner->onward, board, policy, policy->weight_imbalance);
    gain = search(planner, board, planner->onward, policy, plan, &weight);
    if (gain <= 0 || gain < least_gain(policy))
        return false;
    note_placement(board, planner->position, plan->placement);
    plan->weight_imbalance = MAX(plan->weight_imbalance, weight);
    return true;
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

/* Judges the plan by what it makes of things as they are.  True if it costs no more
 * than staying. */
static bool stands(Planner *planner, const Policy *policy, Plan *plan)
{
    position_start(planner->walk, &planner->board, policy, plan->weight_imbalance);
    plan->stay = position_cost(planner->walk);
    take_placement(planner, plan->placement, planner->walk);
    plan->then = position_cost(planner->walk);
    return cost_total(plan->then) <= cost_total(plan->stay);
}

/* What several rounds came to must stand up to the heaviest of their weights; else the
 * first round's will do. */
static void judge(Planner *planner, const Policy *policy, Plan *plan, int first_weight)
{
    if (stands(planner, policy, plan))
        return;
    plan->weight_imbalance = first_weight;
    memcpy(plan->placement, planner->found, placement_size(plan));
    stands(planner, policy, plan);
}

void rule_flow_place(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                     Plan *plan)
{
    const Board *board = &planner->board;
    int first_weight;
    int64_t gain;

    plan->weight_imbalance = first_weight = policy->weight_imbalance;
    board_make(snapshot, &plan->places, policy, NULL, &planner->board);
    position_start(planner->position, board, policy, policy->weight_imbalance);
    plan->stay = plan->then = position_cost(planner->position);
    if (!any_floats(board) && is_calm(board, policy, planner->position))
        return;

    plan->verdict = PLAN_NOT_WORTH_IT;
    plan->solved =
        layout_solve(planner->layout, board, policy, policy->weight_imbalance);
    planner->laid_out = true;
    pin_floating(board, plan->placement);
    gain = search(planner, board, planner->layout, policy, plan, &first_weight);
    if (gain > 0 && gain >= least_gain(policy)) {
        note_placement(board, planner->position, plan->placement);
        plan->weight_imbalance = first_weight;
        memcpy(planner->found, plan->placement, placement_size(plan));
        for (int round = 1; round < ROUNDS_MAX; round++)
            if (!search_on(planner, snapshot, policy, plan))
                break;
    }
    index_pieces(planner, plan->n_vcpus);
    judge(planner, policy, plan, first_weight);
    if (plan->weight_imbalance != policy->weight_imbalance)
        plan->solved = layout_resolve(planner->layout, plan->weight_imbalance);
    plan->bound = layout_bound(planner->layout);
}

/* ── moves ────────────────────────────────────────────────────────────────── */

/* Writes to each move what it costs and saves when all before it are done. */
static void price_moves(Planner *planner, const Policy *policy, Plan *plan)
{
    const Board *board = &planner->board;

    position_start(planner->walk, board, policy, plan->weight_imbalance);
    for (guint i = 0; i < plan->moves->len; i++) {
        Move *move = &g_array_index(plan->moves, Move, i);
        int piece = planner->piece_of[move->vcpu];

        move->before = position_share(planner->walk, piece);
        position_move(planner->walk, piece, board->spot_of_place[move->to]);
        move->after = position_share(planner->walk, piece);
    }
    plan->then = position_cost(planner->walk);
}

/* Who goes first when not all may: those that must be given a place, then those that
 * save most. */
static guint best_move(const Planner *planner, const Plan *plan)
{
    const Board *board = &planner->board;
    int64_t best_gain = 0;
    bool best_floats = false;
    guint best = G_MAXUINT;

    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = &g_array_index(plan->moves, Move, i);
        int piece = planner->piece_of[move->vcpu];
        bool floats = move->from == FLOATING;
        int64_t gain;

        if (planner->found[move->vcpu] == move->to)
            continue;
        gain = position_gain(planner->walk, piece, board->spot_of_place[move->to]);
        if (best != G_MAXUINT &&
            (floats != best_floats ? best_floats : gain <= best_gain))
            continue;
        best = i;
        best_gain = gain;
        best_floats = floats;
    }
    return best;
}

/* Keeps the best @policy->max_moves of the plan's moves, or as many of them as leave
 * things no worse than they are. */
static void leave_out(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan)
{
    int64_t least;
    guint n_moves = plan->moves->len, kept = 0;

    memcpy(planner->found, planner->before, placement_size(plan));
    memcpy(plan->placement, planner->before, placement_size(plan));
    position_start(planner->walk, &planner->board, policy, plan->weight_imbalance);
    least = cost_total(position_cost(planner->walk));
    for (guint n = 1; n <= (guint)policy->max_moves; n++) {
        const Move *move = &g_array_index(plan->moves, Move, best_move(planner, plan));

        position_move(planner->walk, planner->piece_of[move->vcpu],
                      planner->board.spot_of_place[move->to]);
        planner->found[move->vcpu] = move->to;
        if (cost_total(position_cost(planner->walk)) > least && move->from != FLOATING)
            continue;
        least = cost_total(position_cost(planner->walk));
        memcpy(plan->placement, planner->found, placement_size(plan));
        kept = n;
    }
    plan->left_out = (int)(n_moves - kept);
    g_array_set_size(plan->moves, 0);
    diff_make(planner->diff, snapshot, &plan->places, planner->before, plan->placement,
              plan->moves);
}

void rule_flow_finish(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan)
{
    if (policy->max_moves > 0 && plan->moves->len > (guint)policy->max_moves)
        leave_out(planner, snapshot, policy, plan);
    price_moves(planner, policy, plan);
}
