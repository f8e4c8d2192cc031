/*
 * prop_baseline.c - laws of other people's rules, on random hosts.
 */
#include "plan/baseline/baseline.h"
#include "support/cases.h"

#include <string.h>

/* ── greedy, too simple to be wrong ───────────────────────────────────────── */

typedef struct {
    const Scene *scene;
    const Plan *plan;
    int *to;     /* [n_vcpus] */
    double *use; /* [n_places] of what it has */
} Plain;

static double share(const Plain *plain, int vcpu, int place)
{
    return (double)plain->scene->snapshot.vcpus[vcpu].load /
           plain->plan->places.places[place].capacity;
}

static bool may_move(const Plain *plain, int vcpu)
{
    const Snapshot *snapshot = &plain->scene->snapshot;

    return !snapshot->vms[snapshot->vcpus[vcpu].vm].busy;
}

static void fill_in_what_stays(Plain *plain)
{
    const Places *places = &plain->plan->places;
    const Snapshot *snapshot = &plain->scene->snapshot;

    for (int p = 0; p < places->n_pcpus; p++)
        if (places->of_pcpu[p] >= 0)
            plain->use[places->of_pcpu[p]] +=
                (double)snapshot->foreign[p] /
                places->places[places->of_pcpu[p]].capacity;
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        int at = placed_before(plain->plan, v);

        if (at == FLOATING && snapshot->vcpus[v].pcpu >= 0)
            at = places->of_pcpu[snapshot->vcpus[v].pcpu];
        if (!may_move(plain, v) && at >= 0)
            plain->use[at] += share(plain, v, at);
    }
}

static int next_heaviest(const Plain *plain)
{
    int found = -1;

    for (int v = 0; v < plain->plan->n_vcpus; v++)
        if (plain->to[v] == FLOATING && may_move(plain, v) &&
            (found < 0 || plain->scene->snapshot.vcpus[v].load >
                              plain->scene->snapshot.vcpus[found].load))
            found = v;
    return found;
}

static int freest_for(const Plain *plain, int vcpu)
{
    const CpuSet *allowed = plain->scene->snapshot.vcpus[vcpu].allowed;
    int found = -1;

    for (int p = 0; p < plain->plan->places.n_places; p++)
        if (cpuset_meets(allowed, plain->plan->places.places[p].cpus) &&
            (found < 0 || plain->use[p] < plain->use[found] - 1e-9))
            found = p;
    return found;
}

static void greedy_is_what_its_rule_says(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    const Plan *plan;
    g_autofree int *to = NULL;
    g_autofree double *use = NULL;
    Plain plain;

    policy.rule = RULE_GREEDY;
    plan = plan_for(tried, scene, &policy);
    if (plan->moves->len == 0)
        return;
    to = g_new(int, plan->n_vcpus);
    use = g_new0(double, plan->places.n_places);
    plain = (Plain){ scene, plan, to, use };
    for (int v = 0; v < plan->n_vcpus; v++)
        to[v] = FLOATING;
    fill_in_what_stays(&plain);
    for (int v = next_heaviest(&plain); v >= 0; v = next_heaviest(&plain)) {
        to[v] = freest_for(&plain, v);
        use[to[v]] += share(&plain, v, to[v]);
        if (plan->placement[v] != to[v])
            complain(tried, "vCPU %d goes to %d instead of %d", v, plan->placement[v],
                     to[v]);
    }
}

/* ── coming to rest ───────────────────────────────────────────────────────── */

static void comes_to_rest(Case *tried, Rule rule)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);
    int n_periods = 10 + 4 * scene->snapshot.n_vcpus;

    policy.rule = rule;
    for (int n = 0; n < n_periods; n++) {
        const Plan *plan = plan_for(tried, scene, &policy);

        if (plan->moves->len == 0)
            return;
        carry_out(scene, plan);
    }
    complain(tried, "%s still moves after %d periods", rule_name(rule), n_periods);
}

static void greedy_comes_to_rest(Case *tried)
{
    comes_to_rest(tried, RULE_GREEDY);
}

static void hotcold_comes_to_rest(Case *tried)
{
    comes_to_rest(tried, RULE_HOTCOLD);
}

static void average_comes_to_rest(Case *tried)
{
    comes_to_rest(tried, RULE_AVERAGE);
}

static void count_comes_to_rest(Case *tried)
{
    comes_to_rest(tried, RULE_COUNT);
}

static void none_freezes_after_one_period(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);

    policy.rule = RULE_NONE;
    carry_out(scene, plan_for(tried, scene, &policy));
    if (plan_for(tried, scene, &policy)->moves->len > 0)
        complain(tried, "it moves again");
}

static void kernel_pins_nothing(Case *tried)
{
    g_autoptr(Scene) scene = draw_scene(tried->chance, tried->size);
    Policy policy = draw_policy(tried->chance);

    policy.rule = RULE_KERNEL;
    if (plan_for(tried, scene, &policy)->moves->len > 0)
        complain(tried, "it moves");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    law_add("/baseline/greedy/is-what-its-rule-says", greedy_is_what_its_rule_says,
            500);
    law_add("/baseline/greedy/comes-to-rest", greedy_comes_to_rest, 100);
    law_add("/baseline/hotcold/comes-to-rest", hotcold_comes_to_rest, 100);
    law_add("/baseline/average/comes-to-rest", average_comes_to_rest, 100);
    law_add("/baseline/count/comes-to-rest", count_comes_to_rest, 100);
    law_add("/baseline/none/freezes-after-one-period", none_freezes_after_one_period,
            100);
    law_add("/baseline/kernel/pins-nothing", kernel_pins_nothing, 100);
    return g_test_run();
}
