/*
 * plan.c - from a snapshot to moves, by whichever rule.
 *
 * A rule says where every vCPU should be; what that takes, and in which order, is the
 * same for all.
 */
#include "plan/plan.h"
#include "baseline/baseline.h"
#include "planner.h"

#include <string.h>

const char *plan_verdict_name(PlanVerdict verdict)
{
    switch (verdict) {
    case PLAN_CALM:
        return "calm";
    case PLAN_NOT_WORTH_IT:
        return "not worth it";
    case PLAN_MOVES:
        return "moves";
    }
    return NULL;
}

Planner *planner_new(void)
{
    Planner *planner = g_new0(Planner, 1);

    planner->position = position_new();
    planner->walk = position_new();
    planner->scheduler = scheduler_new();
    planner->layout = layout_new();
    planner->onward = layout_new();
    planner->diff = diff_new();
    return planner;
}

void planner_free(Planner *planner)
{
    if (!planner)
        return;
    board_clear(&planner->board);
    board_clear(&planner->next);
    position_free(planner->position);
    position_free(planner->walk);
    scheduler_free(planner->scheduler);
    layout_free(planner->layout);
    layout_free(planner->onward);
    diff_free(planner->diff);
    g_free(planner->before);
    g_free(planner->kept);
    g_free(planner->piece_of);
    g_free(planner);
}

void plan_clear(Plan *plan)
{
    places_clear(&plan->places);
    g_free(plan->placement);
    if (plan->moves)
        g_array_unref(plan->moves);
    *plan = (Plan){ 0 };
}

static void make_room(Planner *planner, Plan *plan, int n_vcpus)
{
    int need = MAX(n_vcpus, 1);

    if (!plan->moves)
        plan->moves = g_array_new(FALSE, FALSE, sizeof(Move));
    if (need > plan->max_vcpus) {
        plan->max_vcpus = need;
        plan->placement = g_renew(int, plan->placement, need);
    }
    if (need > planner->max_vcpus) {
        planner->max_vcpus = need;
        planner->before = g_renew(int, planner->before, need);
        planner->kept = g_renew(int, planner->kept, need);
        planner->piece_of = g_renew(int, planner->piece_of, need);
    }
}

/* Where everything is pinned; who is pinned where it may not be, or to less of a place
 * than it may have, counts as floating. */
static void read_pins(const Snapshot *snapshot, const Places *places, int *out)
{
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &snapshot->vcpus[v];

        out[v] = places_holding(places, vcpu->pins);
        if (out[v] >= 0 && (places_stray(places, vcpu->pins, vcpu->allowed) ||
                            places_narrow(places, out[v], vcpu->pins, vcpu->allowed)))
            out[v] = FLOATING;
    }
}

/* ── the other rules ──────────────────────────────────────────────────────── */

/* The next place in turn that is allowed. */
static int allowed_from(const Places *places, const CpuSet *allowed, int turn)
{
    for (int n = 0; n < places->n_places; n++) {
        int place = (turn + n) % places->n_places;

        if (cpuset_meets(places->places[place].cpus, allowed))
            return place;
    }
    return FLOATING;
}

/* Pins what floats to where it is, once and for all. */
static void freeze(const Snapshot *snapshot, const Places *places, int *placement)
{
    int turn = 0;

    for (int v = 0; v < snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &snapshot->vcpus[v];
        int ran = vcpu->pcpu >= 0 && vcpu->pcpu < places->n_pcpus
                      ? places->of_pcpu[vcpu->pcpu]
                      : -1;

        if (placement[v] != FLOATING || snapshot->vms[vcpu->vm].busy)
            continue;
        if (ran >= 0 && cpuset_meets(places->places[ran].cpus, vcpu->allowed))
            placement[v] = ran;
        else
            placement[v] = allowed_from(places, vcpu->allowed, turn++);
    }
}

static void place(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                  Plan *plan)
{
    Table table = { .snapshot = snapshot,
                    .places = &plan->places,
                    .policy = policy,
                    .placement = plan->placement };

    switch (policy->rule) {
    case RULE_FLOW:
        rule_flow_place(planner, snapshot, policy, plan);
        break;
    case RULE_GREEDY:
        baseline_greedy(&table);
        break;
    case RULE_HOTCOLD:
        baseline_hotcold(&table);
        break;
    case RULE_AVERAGE:
        baseline_average(&table);
        break;
    case RULE_UNIT:
        baseline_unit(&table);
        break;
    case RULE_COUNT:
        baseline_count(&table);
        break;
    case RULE_NONE:
        freeze(snapshot, &plan->places, plan->placement);
        break;
    case RULE_KERNEL:
    case N_RULES:
        break;
    }
}

/* ── plans ────────────────────────────────────────────────────────────────── */

static void begin(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                  Plan *plan)
{
    make_room(planner, plan, snapshot->n_vcpus);
    places_make(snapshot->topology, policy->granularity, &plan->places);
    plan->verdict = PLAN_CALM;
    plan->n_vcpus = snapshot->n_vcpus;
    plan->stay = plan->then = (Cost){ 0 };
    plan->bound = plan->steps = 0;
    plan->weight_imbalance = policy->weight_imbalance;
    plan->solved = (McmfResult){ 0 };
    plan->left_out = 0;
    g_array_set_size(plan->moves, 0);
    planner->laid_out = false;
    read_pins(snapshot, &plan->places, planner->before);
    memcpy(plan->placement, planner->before, placement_size(plan));
}

void plan_make(Planner *planner, const Snapshot *snapshot, const Policy *policy,
               Plan *out)
{
    begin(planner, snapshot, policy, out);
    place(planner, snapshot, policy, out);
    diff_make(planner->diff, snapshot, &out->places, planner->before, out->placement,
              out->moves);
    if (policy->rule == RULE_FLOW && out->moves->len > 0)
        rule_flow_finish(planner, snapshot, policy, out);
    if (out->moves->len > 0)
        out->verdict = PLAN_MOVES;
}

int plan_gap(const Plan *plan)
{
    int64_t left = cost_total(plan->then) - plan->bound;
    int64_t gain = cost_total(plan->stay) - plan->bound;

    if (plan->verdict == PLAN_CALM || gain <= 0)
        return 0;
    return (int)((__int128)left * 10000 / gain);
}

/* ── its network ──────────────────────────────────────────────────────────── */

/* Plans again, which comes to the same, and lays out what that did not need. */
static void lay_out(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                    Plan *plan)
{
    Policy flow = *policy;

    flow.rule = RULE_FLOW;
    plan_make(planner, snapshot, &flow, plan);
    if (!planner->laid_out)
        layout_solve(planner->layout, &planner->board, &flow, flow.weight_imbalance);
}

void plan_dimacs(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                 GString *out)
{
    Plan plan = { 0 };

    lay_out(planner, snapshot, policy, &plan);
    layout_dimacs(planner->layout, snapshot, &plan.places, out);
    plan_clear(&plan);
}

void plan_dot(Planner *planner, const Snapshot *snapshot, const Policy *policy,
              GString *out)
{
    Plan plan = { 0 };

    lay_out(planner, snapshot, policy, &plan);
    layout_dot(planner->layout, snapshot, &plan.places, out);
    plan_clear(&plan);
}
