/*
 * prop_repeat.c - laws that compare plans: the same host again, by other names, at
 * another price, on another day.
 */
#include "support/cases.h"
#include "support/watched.h"

#include "engine/report.h"
#include "plan/explain.h"

#include <string.h>

/* ── the same host again ──────────────────────────────────────────────────── */

static void gives_the_same_bytes_for_the_same_inputs(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    g_autoptr(Planner) fresh = planner_new();
    g_autoptr(GString) first = g_string_new(NULL), again = g_string_new(NULL);
    Policy policy = draw_policy(tried->chance);
    Plan plan = { 0 };

    plan_print(plan_for(tried, scene, &policy), first);
    plan_make(fresh, &scene->snapshot, &policy, &plan);
    plan_print(&plan, again);
    if (!g_string_equal(first, again))
        complain(tried, "a planner remembers:\n%s\n%s", first->str, again->str);
    plan_clear(&plan);
}

/* What all builds and machines must come to.  Whoever changes what plans look like
 * runs this test and writes down what it says. */
static const char recorded[] =
    "5d2dcd75761e15f15088ddb743569d1e302c6f66d185cfa7279e934452eb5356";

static void test_gives_the_same_bytes_in_every_build(void)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GRand) chance = g_rand_new_with_seed(20110303);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(Planner) planner = planner_new();
    Plan plan = { 0 };

    for (int i = 0; i < 200; i++) {
        g_autoptr(Scene) scene = draw_scene(chance, 1 + i % 6);
        Policy policy = draw_policy(chance);

        policy.rule =
            (Rule)(i % 4 == 0 ? draw_between(chance, 0, N_RULES - 1) : RULE_FLOW);
        plan_make(planner, &scene->snapshot, &policy, &plan);
        g_string_truncate(text, 0);
        plan_print(&plan, text);
        plan_dimacs(planner, &scene->snapshot, &policy, text);
        g_checksum_update(sum, (const guchar *)text->str, (gssize)text->len);
    }
    plan_clear(&plan);
    g_assert_cmpstr(g_checksum_get_string(sum), ==, recorded);
}

/* ── by other names ───────────────────────────────────────────────────────── */

typedef struct {
    Scene *scene;
    int *cpus, *vms, *vcpus;
} Renamed;

static void rename_at_random(GRand *chance, const Scene *scene, Renamed *out)
{
    out->cpus = draw_order(chance, scene->topology->n_pcpus);
    out->vms = draw_order(chance, scene->snapshot.n_vms);
    out->scene = scene_rename(scene, out->cpus, out->vms, &out->vcpus);
}

static void renamed_clear(Renamed *renamed)
{
    scene_free(renamed->scene);
    g_free(renamed->cpus);
    g_free(renamed->vms);
    g_free(renamed->vcpus);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Renamed, renamed_clear)

/* Consecutive CPUs are consecutive by one set of names only. */
static Policy draw_policy_without_runs(GRand *chance)
{
    Policy policy = draw_policy(chance);

    if (policy.granularity.level == LEVEL_RUN)
        policy.granularity.level = LEVEL_PCPU;
    return policy;
}

static void has_the_same_bound_by_any_names(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    g_auto(Renamed) renamed = { 0 };
    Policy policy = draw_policy_without_runs(tried->chance);
    const Plan *plan;
    int64_t bound, stay;
    int weight;
    bool calm;

    give_places(tried, scene, &policy);
    plan = plan_for(tried, scene, &policy);
    bound = plan->bound;
    stay = cost_total(plan->stay);
    weight = plan->weight_imbalance;
    calm = plan->verdict == PLAN_CALM;
    rename_at_random(tried->chance, scene, &renamed);
    plan = plan_for(tried, renamed.scene, &policy);
    if (calm != (plan->verdict == PLAN_CALM))
        complain(tried, "it is calm by one set of names only");
    if (weight == plan->weight_imbalance && stay != cost_total(plan->stay))
        complain(tried, "staying costs %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                 stay, cost_total(plan->stay));
    if (weight == plan->weight_imbalance && bound != plan->bound)
        complain(tried, "the bound is %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                 bound, plan->bound);
}

/* No two CPUs carry the same, and no two vCPUs. */
static void tell_all_apart(GRand *chance, Scene *scene)
{
    const Snapshot *snapshot = &scene->snapshot;
    g_autofree int *cpus = draw_order(chance, scene->topology->n_pcpus);
    g_autofree int *vcpus = draw_order(chance, snapshot->n_vcpus);

    for (int p = 0; p < scene->topology->n_pcpus; p++)
        foreign_load(scene, p, 3 * cpus[p] + 1);
    for (int v = 0; v < snapshot->n_vcpus; v++)
        wants(scene, v, 100 + 7 * vcpus[v] % 800 + 1);
}

static int renamed_place(const Plan *plan, const Places *renamed, const int *cpus,
                         int place)
{
    if (place == FLOATING)
        return FLOATING;
    return renamed->of_pcpu[cpus[cpuset_next(plan->places.places[place].cpus, 0)]];
}

static void is_the_same_plan_by_any_names_where_nothing_ties(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    g_auto(Renamed) renamed = { 0 };
    Policy policy = draw_policy(tried->chance);
    g_autoptr(Planner) planner = planner_new();
    const Plan *plan;
    Plan other = { 0 };

    policy.granularity.level = LEVEL_PCPU;
    tell_all_apart(tried->chance, scene);
    give_places(tried, scene, &policy);
    plan = plan_for(tried, scene, &policy);
    rename_at_random(tried->chance, scene, &renamed);
    plan_make(planner, &renamed.scene->snapshot, &policy, &other);
    for (int v = 0; v < plan->n_vcpus; v++)
        if (other.placement[renamed.vcpus[v]] !=
            renamed_place(plan, &other.places, renamed.cpus, plan->placement[v]))
            complain(tried, "vCPU %d goes elsewhere", v);
    if (plan->bound != other.bound || plan->verdict != other.verdict)
        complain(tried, "it is judged otherwise");
    plan_clear(&other);
}

/* ── at another price ─────────────────────────────────────────────────────── */

static int64_t moves_at(Planner *planner, Plan *plan, uint32_t family, int price)
{
    int64_t n_moves = 0;

    for (uint32_t i = 0; i < (WATCHED ? 20 : 100); i++) {
        g_autoptr(GRand) chance = g_rand_new_with_seed(family + i);
        g_autoptr(Scene) scene = draw_scene(chance, 4);
        Policy policy = policy_default;

        policy.granularity.level = LEVEL_PCPU;
        policy.price_move = price;
        plan_make(planner, &scene->snapshot, &policy, plan);
        n_moves += plan->moves->len;
    }
    return n_moves;
}

static void moves_no_more_when_moving_costs_more(Case *tried)
{
    static const int prices[] = { 0, 1000, 3000, 10000, 30000, 100000, 1000000 };
    uint32_t family = g_rand_int(tried->chance);
    int64_t before = INT64_MAX;

    for (size_t i = 0; i < G_N_ELEMENTS(prices); i++) {
        int64_t n = moves_at(tried->planner, &tried->plan, family, prices[i]);

        if (n > before)
            complain(tried,
                     "%" G_GINT64_FORMAT " moves at price %d, %" G_GINT64_FORMAT
                     " at the price before",
                     n, prices[i], before);
        before = n;
    }
}

/* ── on any day ───────────────────────────────────────────────────────────── */

/* More on one CPU than any host has on all of its own. */
static void crowd(GRand *chance, Scene *scene)
{
    int pcpu = draw_between(chance, 0, scene->topology->n_pcpus - 1);
    int n = draw_between(chance, 100, WATCHED ? 400 : 1200), load = UINT16_MAX;

    if (draw_one_in(chance, 2))
        load = draw_between(chance, 1, LOAD_FULL);
    for (int v = 0; v < n; v++)
        a_vcpu(scene, pcpu, load);
}

/* What no host has, but a snapshot can hold. */
static void make_absurd(GRand *chance, Scene *scene)
{
    Snapshot *snapshot = &scene->snapshot;
    int least = draw_one_in(chance, 2) ? 0 : 1, most = draw_one_in(chance, 2) ? 3 : 1;

    for (int p = 0; p < scene->topology->n_pcpus; p++) {
        if (draw_one_in(chance, 4))
            scene->topology->pcpus[p].capacity = draw_between(chance, least, most);
        if (draw_one_in(chance, 4))
            foreign_load(scene, p, draw_between(chance, 0, 5000 * LOAD_FULL));
    }
    if (draw_one_in(chance, 8))
        crowd(chance, scene);
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        if (draw_one_in(chance, 3))
            wants(scene, v, draw_between(chance, 0, UINT16_MAX));
        if (draw_one_in(chance, 8))
            snapshot->vcpus[v].variance =
                g_rand_int(chance) % (UINT16_MAX * INT64_C(65535));
        if (draw_one_in(chance, 8))
            snapshot->vcpus[v].pcpu =
                draw_between(chance, 0, scene->topology->n_pcpus + 3);
    }
}

static Policy draw_absurd_policy(GRand *chance)
{
    Policy policy = draw_policy(chance);
    const struct {
        int *number, most;
    } numbers[] = {
        { &policy.price_move, 1000000000 },
        { &policy.price_cell_times, 100000 },
        { &policy.price_host_times, 100000 },
        { &policy.weight_imbalance, 1000000000 },
        { &policy.weight_stacking, 1000000000 },
        { &policy.target_sigma, 1000000 },
        { &policy.least_gain, G_MAXINT },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (draw_one_in(chance, 4))
            *numbers[i].number = draw_one_in(chance, 2) ? 0 : numbers[i].most;
    policy.core_capacity = draw_between(chance, 1, LOAD_FULL);
    policy.max_moves = draw_one_in(chance, 4) ? draw_between(chance, 1, 3) : 0;
    return policy;
}

/* What is told of a plan has to be reckoned too. */
static void tell(const Scene *scene, const Plan *plan, const Policy *policy)
{
    const Period period = {
        .number = 1, .derived = true, .snapshot = scene->snapshot, .plan = *plan
    };
    g_autoptr(GString) text = g_string_new(NULL);

    report_period(&period, policy, true, text);
    report_json(&period, policy, text);
}

static void fails_on_no_input(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    g_autoptr(GString) text = g_string_new(NULL);
    Policy policy = draw_absurd_policy(tried->chance);
    const Plan *plan;

    make_absurd(tried->chance, scene);
    for (int rule = 0; rule < N_RULES; rule++) {
        policy.rule = (Rule)rule;
        plan = plan_for(tried, scene, &policy);
        tell(scene, plan, &policy);
        if (rule == RULE_FLOW && plan->verdict != PLAN_CALM &&
            plan->solved.status != MCMF_OPTIMAL)
            complain(tried, "its network is not solved: %d", (int)plan->solved.status);
        for (guint i = 0; i < plan->moves->len; i++) {
            const Move *move = plan_move(plan, i);

            explain_move(plan, &scene->snapshot, move, text);
            if (!cpuset_within(move->cpus, scene->snapshot.vcpus[move->vcpu].allowed))
                complain(tried, "vCPU %d may not run there", move->vcpu);
        }
    }
    policy.rule = RULE_FLOW;
    plan_dimacs(tried->planner, &scene->snapshot, &policy, text);
    plan_dot(tried->planner, &scene->snapshot, &policy, text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    law_add("/repeat/gives-the-same-bytes-for-the-same-inputs",
            gives_the_same_bytes_for_the_same_inputs, 200);
    g_test_add_func("/repeat/gives-the-same-bytes-in-every-build",
                    test_gives_the_same_bytes_in_every_build);
    law_add("/repeat/has-the-same-bound-by-any-names", has_the_same_bound_by_any_names,
            200);
    law_add("/repeat/is-the-same-plan-by-any-names-where-nothing-ties",
            is_the_same_plan_by_any_names_where_nothing_ties, 200);
    law_add("/repeat/moves-no-more-when-moving-costs-more",
            moves_no_more_when_moving_costs_more, 1);
    law_add("/repeat/fails-on-no-input", fails_on_no_input, 200);
    return g_test_run();
}
