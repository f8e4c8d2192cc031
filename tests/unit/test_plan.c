/*
 * test_plan.c - what is promised of plans, by example.
 *
 * That plans keep the law on any host is tried elsewhere, on random ones.
 */
#include "engine/loads.h"
#include "plan/explain.h"
#include "plan/plan.h"
#include "support/scene.h"

#include <string.h>

typedef struct {
    Scene *scene;
    Planner *planner;
    Policy policy;
    Plan plan;
} Fixture;

static Fixture set_up(Scene *scene)
{
    Fixture f = { .scene = scene, .planner = planner_new(), .policy = policy_default };

    f.policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    return f;
}

static void tear_down(Fixture *f)
{
    plan_clear(&f->plan);
    planner_free(f->planner);
    scene_free(f->scene);
}

static void make(Fixture *f)
{
    plan_make(f->planner, &f->scene->snapshot, &f->policy, &f->plan);
}

static const Move *move_at(const Fixture *f, guint i)
{
    return &g_array_index(f->plan.moves, Move, i);
}

static void carry_out(Fixture *f)
{
    for (guint i = 0; i < f->plan.moves->len; i++) {
        Vcpu *vcpu = &f->scene->snapshot.vcpus[move_at(f, i)->vcpu];

        vcpu->pins = move_at(f, i)->cpus;
        vcpu->pcpu = cpuset_next(vcpu->pins, 0);
    }
}

static void assert_move(const Fixture *f, guint i, int vcpu, int from, int to)
{
    g_assert_cmpint(move_at(f, i)->vcpu, ==, vcpu);
    g_assert_cmpint(move_at(f, i)->from, ==, from);
    g_assert_cmpint(move_at(f, i)->to, ==, to);
}

/* Thousandths of a point, with everything where the plan has it. */
static int64_t sigma_then(const Fixture *f)
{
    const Snapshot *snapshot = &f->scene->snapshot;
    const Places *places = &f->plan.places;
    Loads loads = { 0 };
    int64_t sigma;

    loads_start(&loads, places, snapshot->foreign);
    for (int v = 0; v < snapshot->n_vcpus; v++)
        loads_add(&loads, places, places->places[f->plan.placement[v]].cpus,
                  snapshot->vcpus[v].mean);
    sigma = loads_sigma(&loads, places);
    loads_clear(&loads);
    return sigma;
}

/* Four full CPUs' worth on two of four CPUs. */
static Scene *a_crowded_host(void)
{
    Scene *scene = a_host(4);

    for (int v = 0; v < 4; v++)
        a_vcpu(scene, v / 2, 900);
    return scene;
}

static void test_a_host_in_order_is_calm(void)
{
    Fixture f = set_up(a_host(4));

    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    for (int v = 0; v < 4; v++)
        a_vcpu(f.scene, v, 600);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    g_assert_cmpuint(f.plan.moves->len, ==, 0);
    g_assert_cmpint(f.plan.bound, ==, 0);
    g_assert_cmpint(plan_gap(&f.plan), ==, 0);
    tear_down(&f);
}

static void test_a_crowded_host_is_relieved_and_then_calm(void)
{
    Fixture f = set_up(a_crowded_host());

    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_MOVES);
    g_assert_cmpuint(f.plan.moves->len, ==, 2);
    g_assert_cmpint(f.plan.solved.status, ==, MCMF_OPTIMAL);
    g_assert_cmpint(sigma_then(&f), ==, 0);
    carry_out(&f);
    make(&f);
    g_assert_cmpint(f.plan.verdict, !=, PLAN_MOVES);
    tear_down(&f);
}

static void assert_terms_equal(Cost a, Cost b)
{
    g_assert_cmpint(a.overload, ==, b.overload);
    g_assert_cmpint(a.imbalance, ==, b.imbalance);
    g_assert_cmpint(a.sharing, ==, b.sharing);
    g_assert_cmpint(a.stacking, ==, b.stacking);
    g_assert_cmpint(a.moving, ==, b.moving);
}

static void test_savings_of_moves_are_the_plans(void)
{
    Scene *scene = a_host_of(8, 2, 4, 8);
    Fixture f;
    Cost cost;
    int vm = a_vm(scene, 3);

    for (int v = 0; v < 24; v++)
        a_vcpu(scene, v % 3, 60 + v * 11);
    for (int v = 0; v < 3; v++) {
        wants(scene, vm + v, 300);
        pin(scene, vm + v, "0");
    }
    f = set_up(scene);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_MOVES);
    cost = f.plan.stay;
    for (guint i = 0; i < f.plan.moves->len; i++) {
        const Move *move = move_at(&f, i);

        cost.overload += move->after.overload - move->before.overload;
        cost.imbalance += move->after.imbalance - move->before.imbalance;
        cost.sharing += move->after.sharing - move->before.sharing;
        cost.stacking += move->after.stacking - move->before.stacking;
        cost.moving += move->after.moving - move->before.moving;
    }
    assert_terms_equal(cost, f.plan.then);
    g_assert_cmpint(f.plan.bound, <=, cost_total(f.plan.then));
    g_assert_cmpint(cost_total(f.plan.then), <, cost_total(f.plan.stay));
    g_assert_cmpint(plan_gap(&f.plan), >=, 0);
    g_assert_cmpint(plan_gap(&f.plan), <=, 10000);
    tear_down(&f);
}

static void test_what_floats_is_given_a_place(void)
{
    Scene *scene = a_host(4);
    Fixture f;
    int floating = a_vcpu(scene, NOWHERE, 500);

    runs_on(scene, floating, 2);
    a_vcpu(scene, NOWHERE, 0);
    f = set_up(scene);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_MOVES);
    g_assert_cmpuint(f.plan.moves->len, ==, 1);
    assert_move(&f, 0, floating, FLOATING, 2);
    carry_out(&f);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_NOT_WORTH_IT);
    tear_down(&f);
}

static void test_what_is_idle_stays_but_where_it_may_not(void)
{
    Scene *scene = a_crowded_host();
    Fixture f;
    int idle = a_vcpu(scene, 0, 0), stray = a_vcpu(scene, 0, 0);

    allow(scene, stray, "3");
    f = set_up(scene);
    make(&f);
    g_assert_cmpint(f.plan.placement[idle], ==, 0);
    g_assert_cmpint(f.plan.placement[stray], ==, 3);
    f.policy.granularity.level = LEVEL_HOST;
    make(&f);
    g_assert_cmpint(f.plan.placement[idle], ==, FLOATING);
    g_assert_cmpint(f.plan.placement[stray], ==, 0);
    tear_down(&f);
}

static void test_pins_too_narrow_for_their_place_are_widened(void)
{
    Fixture f = set_up(a_crowded_host());
    const CpuSet *host = f.scene->snapshot.topology->online;

    f.policy.granularity.level = LEVEL_HOST;
    make(&f);
    g_assert_cmpuint(f.plan.moves->len, >, 0);
    for (guint i = 0; i < f.plan.moves->len; i++)
        g_assert_true(move_at(&f, i)->cpus == host);
    carry_out(&f);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    tear_down(&f);
}

static void test_a_busy_vm_is_let_be(void)
{
    Fixture f = set_up(a_crowded_host());

    for (int v = 0; v < 4; v++)
        hold(f.scene, v);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    tear_down(&f);
}

static void test_a_small_gain_is_not_worth_it(void)
{
    Fixture f = set_up(a_crowded_host());

    f.policy.least_gain = 100000000;
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_NOT_WORTH_IT);
    g_assert_cmpuint(f.plan.moves->len, ==, 0);
    g_assert_cmpint(f.plan.bound, <=, cost_total(f.plan.then));
    tear_down(&f);
}

static void test_few_moves_are_the_best_ones(void)
{
    Scene *scene = a_host(4);
    Fixture f;

    a_vcpu(scene, 0, 1000);
    a_vcpu(scene, 0, 950);
    a_vcpu(scene, 1, 600);
    a_vcpu(scene, 1, 550);
    f = set_up(scene);
    make(&f);
    g_assert_cmpuint(f.plan.moves->len, ==, 2);
    g_assert_cmpint(f.plan.left_out, ==, 0);
    f.policy.max_moves = 1;
    make(&f);
    g_assert_cmpuint(f.plan.moves->len, ==, 1);
    g_assert_cmpint(f.plan.left_out, ==, 1);
    g_assert_cmpint(move_at(&f, 0)->from, ==, 0);
    g_assert_cmpint(cost_total(f.plan.then), <, cost_total(f.plan.stay));
    tear_down(&f);
}

static void test_frozen_is_pinned_once(void)
{
    Scene *scene = a_crowded_host();
    Fixture f;
    int floating = a_vcpu(scene, NOWHERE, 0);

    runs_on(scene, floating, 3);
    f = set_up(scene);
    f.policy.rule = RULE_NONE;
    make(&f);
    g_assert_cmpuint(f.plan.moves->len, ==, 1);
    assert_move(&f, 0, floating, FLOATING, 3);
    carry_out(&f);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    tear_down(&f);
}

static void test_the_kernel_is_left_alone(void)
{
    Fixture f = set_up(a_crowded_host());

    a_vcpu(f.scene, NOWHERE, 700);
    f.policy.rule = RULE_KERNEL;
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    g_assert_cmpuint(f.plan.moves->len, ==, 0);
    tear_down(&f);
}

/* Planner and plan keep memory, and nothing else. */
static void test_what_was_planned_before_does_not_matter(void)
{
    Fixture f = set_up(a_crowded_host()), g = set_up(a_host_of(16, 2, 4, 8));
    Plan fresh = { 0 };

    for (int v = 0; v < 50; v++)
        a_vcpu(g.scene, v % 5, 10 + v * 5);
    make(&f);
    plan_make(f.planner, &g.scene->snapshot, &g.policy, &f.plan);
    plan_make(g.planner, &g.scene->snapshot, &g.policy, &fresh);
    g_assert_cmpint(f.plan.bound, ==, fresh.bound);
    g_assert_cmpint(f.plan.steps, ==, fresh.steps);
    g_assert_cmpuint(f.plan.moves->len, ==, fresh.moves->len);
    for (int v = 0; v < 50; v++)
        g_assert_cmpint(f.plan.placement[v], ==, fresh.placement[v]);
    plan_clear(&fresh);
    tear_down(&g);
    tear_down(&f);
}

static void test_a_calm_network_can_be_seen_too(void)
{
    Fixture f = set_up(a_host(2));
    g_autoptr(GString) dimacs = g_string_new(NULL), dot = g_string_new(NULL);

    a_vcpu(f.scene, 0, 500);
    a_vcpu(f.scene, 1, 500);
    make(&f);
    g_assert_cmpint(f.plan.verdict, ==, PLAN_CALM);
    plan_dimacs(f.planner, &f.scene->snapshot, &f.policy, dimacs);
    g_assert_nonnull(strstr(dimacs->str, "c node 2: vm-0/0\n"));
    g_assert_nonnull(strstr(dimacs->str, "\np min "));
    f.policy.rule = RULE_GREEDY;
    plan_dot(f.planner, &f.scene->snapshot, &f.policy, dot);
    g_assert_nonnull(strstr(dot->str, "pCPU 1"));
    tear_down(&f);
}

/* ── in words ─────────────────────────────────────────────────────────────── */

static void assert_formatted(int64_t cost, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    cost_format(cost, out);
    g_assert_cmpstr(out->str, ==, text);
}

/* Half of the CPUs have just come online: nobody is there, and one by one it would take
 * long to look everywhere for everybody. */
static void test_a_crowd_disperses_without_looking_for_long(void)
{
    Fixture f = set_up(a_host(128));

    for (int v = 0; v < 1024; v++)
        a_vcpu(f.scene, v % 64, 100);
    make(&f);
    g_assert_cmpint(sigma_then(&f), <=, 5000);
    g_assert_cmpuint(f.plan.moves->len, <, 512);
    g_assert_cmpint(f.plan.steps, <, 20 * 1000 * 1000);
    g_assert_cmpint(f.plan.bound, <=, cost_total(f.plan.then));
    tear_down(&f);
}

/* Everybody has everybody for a sibling, so that who asks around does not come to an end;
 * the crowd is larger than a sketch can hold. */
static void test_one_vm_on_one_cpu_is_spread_over_all(void)
{
    Fixture f = set_up(a_host(64));
    int first = a_vm(f.scene, 2048);

    for (int v = first; v < first + 2048; v++) {
        wants(f.scene, v, 20);
        f.scene->snapshot.vcpus[v].pins = cpusets_range(f.scene->sets, 0, 1);
    }
    make(&f);
    g_assert_cmpint(sigma_then(&f), <=, 5000);
    g_assert_cmpint(cost_total(f.plan.then), <, cost_total(f.plan.stay));
    g_assert_cmpint(f.plan.bound, <=, cost_total(f.plan.then));
    tear_down(&f);
}

/* CPUs of a thousandth, and five hundred vCPUs that each want a whole one. */
static void test_cpus_that_are_next_to_nothing_do_no_harm(void)
{
    for (int capacity = 1; capacity <= 5; capacity += 4) {
        Fixture f = set_up(a_host(16));

        for (int p = 0; p < 16; p++)
            f.scene->topology->pcpus[p].capacity = capacity;
        for (int v = 0; v < 500; v++)
            a_vcpu(f.scene, v % capacity, 1000);
        make(&f);
        g_assert_cmpint(f.plan.verdict, ==, PLAN_MOVES);
        g_assert_cmpint(cost_total(f.plan.then), <, cost_total(f.plan.stay));
        g_assert_cmpint(f.plan.bound, <=, cost_total(f.plan.then));
        tear_down(&f);
    }
}

static void test_costs_read_as_cpus(void)
{
    assert_formatted(0, "0.0000");
    assert_formatted(COST_CPU, "1.0000");
    assert_formatted(231049999, "0.2310");
    assert_formatted(231050000, "0.2311");
    assert_formatted(-12 * COST_CPU - COST_CPU / 2, "-12.5000");
    assert_formatted(-49999, "0.0000");
}

static void assert_explained(const Move *move, const char *words)
{
    Fixture f = set_up(a_host(8));
    g_autoptr(GString) out = g_string_new(NULL);

    a_vcpu(f.scene, 2, 500);
    make(&f);
    explain_move(&f.plan, &f.scene->snapshot, move, out);
    g_assert_cmpstr(out->str, ==, words);
    tear_down(&f);
}

static void test_a_move_says_why(void)
{
    const Move move = { .from = 2,
                        .to = 5,
                        .before = { .overload = 250000000, .imbalance = 3000000 },
                        .after = { .imbalance = 2000000, .moving = 10000000 } };

    assert_explained(&move, "vm-0/0: pCPU 2 → pCPU 5 saves 0.2410 (overload 0.2500, "
                            "imbalance 0.0010, move -0.0100)");
}

static void test_a_move_that_costs_says_what_for(void)
{
    Move move = { .from = 2,
                  .to = 5,
                  .before = { .overload = 5000000 },
                  .after = { .imbalance = 9000000, .moving = 10000000 } };

    assert_explained(&move,
                     "vm-0/0: pCPU 2 → pCPU 5 makes room, costs 0.0140 (overload "
                     "-0.0050, imbalance 0.0090, move 0.0100)");
    move.from = FLOATING;
    assert_explained(&move,
                     "vm-0/0: CPUs 2 → pCPU 5 is given a place, costs 0.0140 (overload "
                     "-0.0050, imbalance 0.0090, move 0.0100)");
    move.after = move.before;
    assert_explained(&move, "vm-0/0: CPUs 2 → pCPU 5 is given a place, costs 0.0000");
    move.from = 2;
    assert_explained(&move, "vm-0/0: pCPU 2 → pCPU 5 saves 0.0000");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/a-host-in-order-is-calm", test_a_host_in_order_is_calm);
    g_test_add_func("/plan/a-crowded-host-is-relieved-and-then-calm",
                    test_a_crowded_host_is_relieved_and_then_calm);
    g_test_add_func("/plan/savings-of-moves-are-the-plans",
                    test_savings_of_moves_are_the_plans);
    g_test_add_func("/plan/pins-too-narrow-for-their-place-are-widened",
                    test_pins_too_narrow_for_their_place_are_widened);
    g_test_add_func("/plan/what-floats-is-given-a-place",
                    test_what_floats_is_given_a_place);
    g_test_add_func("/plan/what-is-idle-stays-but-where-it-may-not",
                    test_what_is_idle_stays_but_where_it_may_not);
    g_test_add_func("/plan/a-busy-vm-is-let-be", test_a_busy_vm_is_let_be);
    g_test_add_func("/plan/a-small-gain-is-not-worth-it",
                    test_a_small_gain_is_not_worth_it);
    g_test_add_func("/plan/few-moves-are-the-best-ones",
                    test_few_moves_are_the_best_ones);
    g_test_add_func("/plan/frozen-is-pinned-once", test_frozen_is_pinned_once);
    g_test_add_func("/plan/the-kernel-is-left-alone", test_the_kernel_is_left_alone);
    g_test_add_func("/plan/what-was-planned-before-does-not-matter",
                    test_what_was_planned_before_does_not_matter);
    g_test_add_func("/plan/a-calm-network-can-be-seen-too",
                    test_a_calm_network_can_be_seen_too);
    g_test_add_func("/plan/a-crowd-disperses-without-looking-for-long",
                    test_a_crowd_disperses_without_looking_for_long);
    g_test_add_func("/plan/one-vm-on-one-cpu-is-spread-over-all",
                    test_one_vm_on_one_cpu_is_spread_over_all);
    g_test_add_func("/plan/cpus-that-are-next-to-nothing-do-no-harm",
                    test_cpus_that_are_next_to_nothing_do_no_harm);
    g_test_add_func("/plan/costs-read-as-cpus", test_costs_read_as_cpus);
    g_test_add_func("/plan/a-move-says-why", test_a_move_says_why);
    g_test_add_func("/plan/a-move-that-costs-says-what-for",
                    test_a_move_that_costs_says_what_for);
    return g_test_run();
}
