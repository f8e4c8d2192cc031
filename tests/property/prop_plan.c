/*
 * prop_plan.c - laws that hold for the plan of every host.
 *
 * What a plan may touch, that it is worth what it says, and that it is at rest when it
 * has been carried out.
 */
#include "plan/board.h"
#include "plan/position.h"
#include "support/cases.h"

static Policy draw_policy_of_any_rule(GRand *chance)
{
    Policy policy = draw_policy(chance);

    if (draw_one_in(chance, 2))
        policy.rule = (Rule)draw_between(chance, 0, N_RULES - 1);
    return policy;
}

/* ── whom a plan may touch ────────────────────────────────────────────────── */

static void never_pins_outside_what_is_allowed(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy_of_any_rule(tried->chance);
    const Plan *plan = plan_for(tried, scene, &policy);

    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = plan_move(plan, i);
        const CpuSet *allowed = scene->snapshot.vcpus[move->vcpu].allowed;

        if (move->cpus->n_cpus == 0)
            complain(tried, "vCPU %d is pinned to nothing", move->vcpu);
        if (!cpuset_within(move->cpus, allowed))
            complain(tried, "vCPU %d may not run where it is pinned", move->vcpu);
        if (move->to != FLOATING &&
            !cpuset_within(move->cpus, plan->places.places[move->to].cpus))
            complain(tried, "vCPU %d is pinned outside its place", move->vcpu);
    }
}

static void never_touches_a_busy_vm(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy_of_any_rule(tried->chance);
    const Plan *plan;

    if (scene->snapshot.n_vcpus > 0)
        hold(scene, draw_between(tried->chance, 0, scene->snapshot.n_vcpus - 1));
    plan = plan_for(tried, scene, &policy);
    for (guint i = 0; i < plan->moves->len; i++) {
        int vm = scene->snapshot.vcpus[plan_move(plan, i)->vcpu].vm;

        if (scene->snapshot.vms[vm].busy)
            complain(tried, "VM %d is busy", vm);
    }
}

static void moves_nobody_twice_and_nobody_in_vain(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy_of_any_rule(tried->chance);
    const Plan *plan = plan_for(tried, scene, &policy);
    g_autofree bool *moved = g_new0(bool, plan->n_vcpus + 1);

    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = plan_move(plan, i);

        if (moved[move->vcpu])
            complain(tried, "vCPU %d moves twice", move->vcpu);
        if (move->from == move->to)
            complain(tried, "vCPU %d moves to where it is", move->vcpu);
        if (plan->placement[move->vcpu] != move->to)
            complain(tried, "vCPU %d is not where its move leads", move->vcpu);
        moved[move->vcpu] = true;
    }
    if ((plan->verdict == PLAN_MOVES) != (plan->moves->len > 0))
        complain(tried, "%u moves are \"%s\"", plan->moves->len,
                 plan_verdict_name(plan->verdict));
}

/* ── what it is worth ─────────────────────────────────────────────────────── */

static void costs_no_less_than_the_bound_and_no_more_than_staying(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    const Plan *plan = plan_for(tried, scene, &policy);
    int64_t stay = cost_total(plan->stay), then = cost_total(plan->then);

    if (plan->solved.status != MCMF_OPTIMAL)
        complain(tried, "the flow's answer is %d", plan->solved.status);
    if (then > stay)
        complain(tried, "it costs %" G_GINT64_FORMAT " more than staying", then - stay);
    if (plan->verdict != PLAN_CALM && then < plan->bound)
        complain(tried, "it costs %" G_GINT64_FORMAT " less than the bound",
                 plan->bound - then);
    if (plan->verdict != PLAN_MOVES && then != stay)
        complain(tried, "staying does not cost what staying costs");
    if (plan->moves->len > 0 && !anyone_floats(plan) &&
        stay - then < policy.least_gain * (COST_CPU / 1000000))
        complain(tried, "it saves less than is worth it");
    if (plan_gap(plan) < 0 || plan_gap(plan) > 10000)
        complain(tried, "the gap is %d", plan_gap(plan));
}

static Cost cost_less(Cost a, Cost b)
{
    return (Cost){ .overload = a.overload - b.overload,
                   .imbalance = a.imbalance - b.imbalance,
                   .sharing = a.sharing - b.sharing,
                   .stacking = a.stacking - b.stacking,
                   .moving = a.moving - b.moving };
}

static void saves_term_by_term_what_its_moves_save(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    const Plan *plan;
    Cost left;

    if (draw_one_in(tried->chance, 4))
        policy.max_moves = draw_between(tried->chance, 1, 5);
    plan = plan_for(tried, scene, &policy);
    left = cost_less(plan->stay, plan->then);
    for (guint i = 0; i < plan->moves->len; i++)
        left = cost_less(
            left, cost_less(plan_move(plan, i)->before, plan_move(plan, i)->after));
    if (left.overload != 0)
        complain(tried, "overload is off by %" G_GINT64_FORMAT, left.overload);
    if (left.imbalance != 0)
        complain(tried, "imbalance is off by %" G_GINT64_FORMAT, left.imbalance);
    if (left.sharing != 0)
        complain(tried, "sharing is off by %" G_GINT64_FORMAT, left.sharing);
    if (left.stacking != 0)
        complain(tried, "stacking is off by %" G_GINT64_FORMAT, left.stacking);
    if (left.moving != 0)
        complain(tried, "moving is off by %" G_GINT64_FORMAT, left.moving);
}

/* ── every other placement ────────────────────────────────────────────────── */

/* Costs of all placements there are, of which there must be few. */
static int64_t least_cost(const Board *board, Position *position, int piece)
{
    int64_t least = INT64_MAX;

    if (piece == board->n_pieces)
        return cost_total(position_cost(position));
    for (int spot = 0; spot < board->n_spots; spot++) {
        if (!board_allows(board, &board->pieces[piece], spot))
            continue;
        position_move(position, piece, spot);
        least = MIN(least, least_cost(board, position, piece + 1));
    }
    return least;
}

static int64_t least_of_all(const Scene *scene, const Policy *policy, const Plan *plan)
{
    Board board = { 0 };
    Position *position = position_new();
    int64_t least;

    board_make(&scene->snapshot, &plan->places, policy, NULL, &board);
    position_start(position, &board, policy, plan->weight_imbalance);
    least = least_cost(&board, position, 0);
    position_free(position);
    board_clear(&board);
    return least;
}

static bool has_few_placements(const Scene *scene)
{
    double n = 1;

    for (int v = 0; v < scene->snapshot.n_vcpus; v++)
        n *= scene->topology->online->n_cpus;
    return n <= 1024;
}

static void no_placement_costs_less_than_the_bound(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, 1);
    Policy policy = draw_policy(tried->chance);
    const Plan *plan;
    int64_t least;

    if (!has_few_placements(scene))
        return;
    give_places(tried, scene, &policy);
    plan = plan_for(tried, scene, &policy);
    least = least_of_all(scene, &policy, plan);
    if (plan->verdict == PLAN_CALM && least < cost_total(plan->stay))
        complain(tried, "calm, where %" G_GINT64_FORMAT " could be saved",
                 cost_total(plan->stay) - least);
    if (plan->verdict != PLAN_CALM && least < plan->bound)
        complain(tried, "the bound is %" G_GINT64_FORMAT " too high",
                 plan->bound - least);
}

/* ── what comes after it ──────────────────────────────────────────────────── */

static void is_at_rest_when_carried_out(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    const Plan *plan = plan_for(tried, scene, &policy);

    carry_out(scene, plan);
    plan = plan_for(tried, scene, &policy);
    if (plan->moves->len > 0)
        complain(tried, "seen again it makes %u moves that save %" G_GINT64_FORMAT,
                 plan->moves->len, cost_total(plan->stay) - cost_total(plan->then));
}

static void makes_at_most_max_moves_and_is_no_worse_for_it(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    guint n_wanted;
    const Plan *plan;

    n_wanted = plan_for(tried, scene, &policy)->moves->len;
    policy.max_moves = draw_between(tried->chance, 1, 6);
    plan = plan_for(tried, scene, &policy);
    if (plan->moves->len > (guint)policy.max_moves)
        complain(tried, "%u moves where %d may be made", plan->moves->len,
                 policy.max_moves);
    if (cost_total(plan->then) > cost_total(plan->stay))
        complain(tried, "part of a plan costs more than none");
    if ((guint)plan->left_out + plan->moves->len != n_wanted)
        complain(tried, "%d of %u moves are left out, and %u are made", plan->left_out,
                 n_wanted, plan->moves->len);
}

static void comes_to_rest_a_few_moves_at_a_time(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    int n_periods = 10 + 4 * scene->snapshot.n_vcpus;

    policy.max_moves = draw_between(tried->chance, 1, 6);
    for (int n = 0; n < n_periods; n++) {
        const Plan *plan = plan_for(tried, scene, &policy);

        if (plan->moves->len == 0)
            return;
        carry_out(scene, plan);
    }
    complain(tried, "it still moves after %d periods", n_periods);
}

/* ── in which order ───────────────────────────────────────────────────────── */

/* Never is a place fuller than before and after by more than the heaviest that comes
 * to it: who comes next does so when somebody has left. */
static void crowds_no_place_by_more_than_one_call(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy_of_any_rule(tried->chance);
    const Plan *plan = plan_for(tried, scene, &policy);
    int n_places = plan->places.n_places;
    g_autofree int64_t *load = g_new0(int64_t, n_places);
    g_autofree int64_t *limit = g_new0(int64_t, n_places);
    g_autofree int64_t *heaviest = g_new0(int64_t, n_places);

    for (int v = 0; v < plan->n_vcpus; v++) {
        int from = placed_before(plan, v), to = plan->placement[v];
        int want = scene->snapshot.vcpus[v].mean;

        if (from != FLOATING)
            load[from] += want;
        if (to != FLOATING)
            limit[to] += want;
        if (to != FLOATING && to != from)
            heaviest[to] = MAX(heaviest[to], want);
    }
    for (int p = 0; p < n_places; p++)
        limit[p] = MAX(limit[p], load[p]) + heaviest[p];
    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = plan_move(plan, i);
        int want = scene->snapshot.vcpus[move->vcpu].mean;

        if (move->from != FLOATING)
            load[move->from] -= want;
        if (move->to == FLOATING)
            continue;
        load[move->to] += want;
        if (load[move->to] > limit[move->to])
            complain(tried, "after move %u place %d has %" G_GINT64_FORMAT " too much",
                     i, move->to, load[move->to] - limit[move->to]);
    }
}

/* ── vCPUs of one VM ──────────────────────────────────────────────────────── */

/* Steady loads on CPUs all alike, where nothing but load and company tells one CPU from
 * another. */
static Scene *draw_alike(Case *tried)
{
    GRand *chance = tried->chance;
    int n_pcpus = draw_between(chance, 2, 4 * tried->size);
    Scene *scene = a_host(n_pcpus);

    while (scene->snapshot.n_vcpus < 2 * n_pcpus) {
        int n = draw_between(chance, 1, 4), first = a_vm(scene, n);

        for (int v = first; v < first + n; v++) {
            wants(scene, v, draw_between(chance, 50, 600));
            scene->snapshot.vcpus[v].pcpu = draw_between(chance, 0, n_pcpus - 1);
            scene->snapshot.vcpus[v].pins =
                cpusets_range(scene->sets, scene->snapshot.vcpus[v].pcpu, 1);
            if (draw_one_in(chance, 8))
                scene->snapshot.vcpus[v].allowed = scene->snapshot.vcpus[v].pins;
        }
    }
    return scene;
}

static bool has_company(const Scene *scene, const Plan *plan, int vcpu, int place)
{
    const Vm *vm = &scene->snapshot.vms[scene->snapshot.vcpus[vcpu].vm];

    for (int v = vm->first_vcpu; v < vm->first_vcpu + vm->n_vcpus; v++)
        if (v != vcpu && plan->placement[v] == place)
            return true;
    return false;
}

static void stacks_no_vm_while_another_cpu_is_as_good(Case *tried)
{
    g_autoptr(Scene) scene = draw_alike(tried);
    Policy policy = policy_default;
    const Plan *plan;
    g_autofree int *load = NULL;

    policy.granularity.level = LEVEL_PCPU;
    plan = plan_for(tried, scene, &policy);
    load = g_new0(int, plan->places.n_places);
    for (int v = 0; v < plan->n_vcpus; v++)
        load[plan->placement[v]] += scene->snapshot.vcpus[v].mean;
    for (int v = 0; v < plan->n_vcpus; v++) {
        int at = plan->placement[v];

        if (!has_company(scene, plan, v, at) ||
            scene->snapshot.vcpus[v].allowed->n_cpus == 1)
            continue;
        for (int p = 0; p < plan->places.n_places; p++)
            if (p != at && load[p] <= load[at] - scene->snapshot.vcpus[v].mean &&
                !has_company(scene, plan, v, p))
                complain(tried, "vCPU %d is stacked on CPU %d, CPU %d is as good", v,
                         at, p);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    law_add("/plan/never-pins-outside-what-is-allowed",
            never_pins_outside_what_is_allowed, 400);
    law_add("/plan/never-touches-a-busy-vm", never_touches_a_busy_vm, 400);
    law_add("/plan/moves-nobody-twice-and-nobody-in-vain",
            moves_nobody_twice_and_nobody_in_vain, 400);
    law_add("/plan/costs-no-less-than-the-bound-and-no-more-than-staying",
            costs_no_less_than_the_bound_and_no_more_than_staying, 400);
    law_add("/plan/saves-term-by-term-what-its-moves-save",
            saves_term_by_term_what_its_moves_save, 400);
    law_add("/plan/no-placement-costs-less-than-the-bound",
            no_placement_costs_less_than_the_bound, 1000);
    law_add("/plan/is-at-rest-when-carried-out", is_at_rest_when_carried_out, 400);
    law_add("/plan/makes-at-most-max-moves-and-is-no-worse-for-it",
            makes_at_most_max_moves_and_is_no_worse_for_it, 200);
    law_add("/plan/comes-to-rest-a-few-moves-at-a-time",
            comes_to_rest_a_few_moves_at_a_time, 50);
    law_add("/plan/crowds-no-place-by-more-than-one-call",
            crowds_no_place_by_more_than_one_call, 400);
    law_add("/plan/stacks-no-vm-while-another-cpu-is-as-good",
            stacks_no_vm_while_another_cpu_is_as_good, 200);
    return g_test_run();
}
