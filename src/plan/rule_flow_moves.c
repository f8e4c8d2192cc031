/*
 * rule_flow_moves.c - which of a plan's moves are made in this period, and what each is
 * worth.
 *
 * Where not all may be made, those that save most are; but part of a plan may be worse
 * than none, as half an exchange is, and part after part may lead nowhere.  So as many
 * are made as leave things better by the measure that every search goes by.
 */
#include "planner.h"

#include <string.h>

/* Who goes first when not all may: those that must be given a place, then those that
 * save most. */
static const Move *best_move(const Planner *planner, const Plan *plan)
{
    const Move *best = NULL;
    int64_t best_gain = 0;

    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = &g_array_index(plan->moves, Move, i);
        int64_t gain;

        if (planner->kept[move->vcpu] != planner->before[move->vcpu])
            continue;
        if (move->from == FLOATING)
            return move;
        gain = position_gain(planner->walk, planner->piece_of[move->vcpu],
                             planner->board.spot_of_place[move->to]);
        if (best && gain <= best_gain)
            continue;
        best = move;
        best_gain = gain;
    }
    return best;
}

/* Where the move should lead.  Who must be given a place cannot wait for others to make
 * room where it was to go, but stays where it is while that is better. */
static int destination(const Planner *planner, const Move *move)
{
    const Board *board = &planner->board;
    int piece = planner->piece_of[move->vcpu];

    if (move->from != FLOATING || piece < 0 ||
        position_gain(planner->walk, piece, board->spot_of_place[move->to]) >= 0)
        return move->to;
    return board->spots[board->pieces[piece].home].place;
}

static void walk_to(Planner *planner, int vcpu, int place)
{
    int piece = planner->piece_of[vcpu];

    if (piece >= 0)
        position_move(planner->walk, piece, planner->board.spot_of_place[place]);
}

/* A rung of the ladder that every search leads down: the lower, the better. */
typedef struct {
    int sigma;    /* where it is too high */
    int64_t cost; /* by the policy */
} Rung;

static Rung find_rung(Planner *planner, const Policy *policy, int weight)
{
    Rung rung = { .sigma = MAX(position_sigma(planner->walk),
                               schedule_even(&planner->board, policy)) };

    position_reweigh(planner->walk, policy->weight_imbalance);
    rung.cost = cost_total(position_cost(planner->walk));
    position_reweigh(planner->walk, weight);
    return rung;
}

static bool is_above(Rung a, Rung b)
{
    return a.sigma != b.sigma ? a.sigma > b.sigma : a.cost > b.cost;
}

/* Keeps the best @policy->max_moves of the plan's moves, or as many of them as leave
 * things no worse than they are, and lead down some rung, if it were only that somebody
 * has a place: or the next periods would go round in a circle. */
static void leave_out(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan)
{
    int64_t least;
    guint n_moves = plan->moves->len, kept = 0;
    Rung start;
    bool places = false;

    memcpy(planner->kept, planner->before, placement_size(plan));
    memcpy(plan->placement, planner->before, placement_size(plan));
    position_start(planner->walk, &planner->board, policy, plan->weight_imbalance);
    least = cost_total(position_cost(planner->walk));
    start = find_rung(planner, policy, plan->weight_imbalance);
    for (guint n = 1; n <= (guint)policy->max_moves; n++) {
        const Move *move = best_move(planner, plan);
        Rung rung;

        places |= move->from == FLOATING;
        planner->kept[move->vcpu] = destination(planner, move);
        walk_to(planner, move->vcpu, planner->kept[move->vcpu]);
        rung = find_rung(planner, policy, plan->weight_imbalance);
        if (cost_total(position_cost(planner->walk)) > least || is_above(rung, start) ||
            !(places || is_above(start, rung)))
            continue;
        least = cost_total(position_cost(planner->walk));
        memcpy(plan->placement, planner->kept, placement_size(plan));
        kept = n;
    }
    plan->left_out = (int)(n_moves - kept);
    g_array_set_size(plan->moves, 0);
    diff_make(planner->diff, snapshot, &plan->places, planner->before, plan->placement,
              plan->moves);
}

/* Writes to each move what it costs and saves when all before it are done.  An idle vCPU
 * that may not stay where it is neither costs nor saves anything. */
static void price_moves(Planner *planner, const Policy *policy, Plan *plan)
{
    position_start(planner->walk, &planner->board, policy, plan->weight_imbalance);
    for (guint i = 0; i < plan->moves->len; i++) {
        Move *move = &g_array_index(plan->moves, Move, i);
        int piece = planner->piece_of[move->vcpu];

        if (piece < 0)
            continue;
        move->before = position_share(planner->walk, piece);
        walk_to(planner, move->vcpu, move->to);
        move->after = position_share(planner->walk, piece);
    }
    plan->then = position_cost(planner->walk);
}

void rule_flow_finish(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                      Plan *plan)
{
    if (policy->max_moves > 0 && plan->moves->len > (guint)policy->max_moves)
        leave_out(planner, snapshot, policy, plan);
    price_moves(planner, policy, plan);
}
