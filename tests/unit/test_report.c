/* test_report.c - a period in words, and in JSON that says the same. */
#include "engine/report.h"
#include "support/scene.h"

#include <string.h>

/* Two CPUs; two vCPUs on the first, one of which is to go to the second. */
typedef struct {
    Scene *scene;
    Period period;
    Policy policy;
} World;

static void world_init(World *world, PlanVerdict verdict)
{
    static char awkward[] = "web \"1\"";
    Plan *plan = &world->period.plan;
    Snapshot *snapshot;

    *world = (World){ .scene = a_host(2), .policy = policy_default };
    a_vcpu(world->scene, 0, 900);
    a_vcpu(world->scene, 0, 300);
    snapshot = &world->scene->snapshot;
    snapshot->vms[0].name = awkward;
    world->period.number = 7;
    world->period.derived = true;
    world->period.snapshot = *snapshot;
    plan->verdict = verdict;
    places_make(world->scene->topology, (Granularity){ .level = LEVEL_PCPU },
                &plan->places);
    plan->n_vcpus = 2;
    plan->placement = g_new0(int, 2);
    plan->moves = g_array_new(FALSE, TRUE, sizeof(Move));
    if (verdict == PLAN_MOVES) {
        Move move = { .vcpu = 0, .to = 1, .before.overload = COST_CPU / 5 };

        move.cpus = plan->places.places[1].cpus;
        move.after.moving = COST_CPU / 100;
        g_array_append_val(plan->moves, move);
        plan->placement[0] = 1;
        world->period.outcome.done = 1;
    }
}

static void world_clear(World *world)
{
    plan_clear(&world->period.plan);
    scene_free(world->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static char *in_words(const World *world, bool colour)
{
    GString *out = g_string_new(NULL);

    report_period(&world->period, &world->policy, colour, out);
    return g_string_free(out, FALSE);
}

static char *in_json(const World *world)
{
    GString *out = g_string_new(NULL);

    report_json(&world->period, &world->policy, out);
    return g_string_free(out, FALSE);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        g_error("'%s' is not in '%s'", part, text);
}

static int n_lines(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void calm_is_one_line(void)
{
    g_auto(World) world;
    g_autofree char *words = NULL;

    world_init(&world, PLAN_CALM);
    words = in_words(&world, false);
    g_assert_cmpint(n_lines(words), ==, 1);
    has(words, " 1.20 ");
    has(words, " 120.0 ");
    has(words, " 60.0 ");
    has(words, " calm\n");
    g_assert_null(strchr(words, '\033'));
}

static void not_worth_it_is_one_line_too(void)
{
    g_auto(World) world;
    g_autofree char *words = NULL;

    world_init(&world, PLAN_NOT_WORTH_IT);
    words = in_words(&world, false);
    g_assert_cmpint(n_lines(words), ==, 1);
    has(words, " not worth a move\n");
}

static void moves_come_with_reasons_and_bars(void)
{
    g_auto(World) world;
    g_autofree char *words = NULL;

    world_init(&world, PLAN_MOVES);
    words = in_words(&world, false);
    has(words, " 120.0 → 90.0 ");
    has(words, " 60.0 → 30.0 ");
    has(words, " 1 move\n");
    has(words, "web \"1\"/0: ");
    has(words, "0.1900");
    has(words, "█  120 %  ");
    has(words, "█                     30 %\n");
    has(words, "   0 %  ");
    has(words, "   90 %\n");
}

static void what_did_not_happen_is_told(void)
{
    g_auto(World) world;
    g_autofree char *words = NULL;

    world_init(&world, PLAN_MOVES);
    world.period.outcome = (Outcome){ .gone = 1, .deferred = 2, .barred = 3 };
    world.period.plan.left_out = 4;
    words = in_words(&world, false);
    has(words, " 1 move, 4 put off, 2 busy, 3 refused, 1 gone\n");
}

static void other_rules_give_no_reasons(void)
{
    g_auto(World) world;
    g_autofree char *words = NULL, *json = NULL;

    world_init(&world, PLAN_MOVES);
    world.policy.rule = RULE_GREEDY;
    words = in_words(&world, false);
    json = in_json(&world);
    has(words, "web \"1\"/0: pCPU 0 → pCPU 1\n");
    g_assert_null(strstr(words, "saves"));
    g_assert_null(strstr(json, "saves"));
    g_assert_null(strstr(json, "bound"));
}

static void terminals_get_colours(void)
{
    g_auto(World) world;
    g_autofree char *words = NULL;

    world_init(&world, PLAN_MOVES);
    words = in_words(&world, true);
    has(words, "\033[31m█");
    has(words, "\033[32m█");
    has(words, "\033[0m");
}

static void json_is_one_line_and_says_the_same(void)
{
    g_auto(World) world;
    g_autofree char *json = NULL;

    world_init(&world, PLAN_MOVES);
    json = in_json(&world);
    g_assert_cmpint(n_lines(json), ==, 1);
    has(json, "{\"period\": 7, ");
    has(json, "\"verdict\": \"moves\"");
    has(json, "\"wanted\": 1.200");
    has(json,
        "\"before\": {\"busiest\": 120.0, \"sigma\": 60.000, \"overload\": 0.200}");
    has(json, "\"after\": {\"busiest\": 90.0, \"sigma\": 30.000, \"overload\": 0.000}");
    has(json, "{\"vm\": \"web \\\"1\\\"\", ");
    has(json, "\"from\": \"0\", \"to\": \"1\", \"cpus\": \"1\"");
    has(json, "\"saves\": 0.190000000");
    has(json,
        "{\"cpus\": \"1\", \"capacity\": 1.000, \"before\": 0.000, \"after\": 0.900}");
}

static void a_log_has_sentences(void)
{
    g_auto(World) moving, calm;
    g_autoptr(GString) out = g_string_new(NULL);

    world_init(&moving, PLAN_MOVES);
    report_sentence(&moving.period, &moving.policy, out);
    g_assert_cmpstr(out->str, ==,
                    "1 move; wanted 1.20 of 2 CPUs, busiest 120.0 → 90.0 %, "
                    "spread 60.0 → 30.0 %");
    world_init(&calm, PLAN_CALM);
    g_string_truncate(out, 0);
    report_sentence(&calm.period, &calm.policy, out);
    g_assert_true(g_str_has_prefix(out->str, "calm; wanted 1.20 of 2 CPUs, busiest "));
}

static void so_has_a_move(void)
{
    g_auto(World) world;
    g_autoptr(GString) out = g_string_new(NULL);

    world_init(&world, PLAN_MOVES);
    report_move(&world.period, &world.policy,
                &g_array_index(world.period.plan.moves, Move, 0), out);
    g_assert_true(g_str_has_prefix(out->str, "web \"1\"/0: "));
    g_assert_null(strchr(out->str, '\n'));
}

static void moves_that_did_not_help_are_told(void)
{
    g_auto(World) world;
    g_autofree char *before = NULL, *after = NULL;

    world_init(&world, PLAN_CALM);
    world.period.help = (Help){ .judged = true, .paid = true, .reluctance = 1 };
    before = in_words(&world, false);
    g_assert_null(strstr(before, "help"));
    g_assert_null(strstr(before, "reluctant"));
    world.period.help = (Help){ .judged = true, .reluctance = 4 };
    after = in_words(&world, false);
    g_assert_nonnull(
        strstr(after, "calm, the last moves did not help, reluctant ×4\n"));
}

static void what_the_host_does_not_tell_is_null(void)
{
    g_auto(World) world;
    g_autoptr(GString) out = g_string_new(NULL);

    world_init(&world, PLAN_CALM);
    world.period.strain = (Strain){ 1500, SAMPLE_UNKNOWN, SAMPLE_UNKNOWN };
    report_json(&world.period, &world.policy, out);
    g_assert_nonnull(strstr(out->str, "\"work\": 1.500, \"wait\": null, "
                                      "\"stranded_wait\": null, \"helped\": null"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/calm", calm_is_one_line);
    g_test_add_func("/report/not-worth-it", not_worth_it_is_one_line_too);
    g_test_add_func("/report/moves", moves_come_with_reasons_and_bars);
    g_test_add_func("/report/outcome", what_did_not_happen_is_told);
    g_test_add_func("/report/other-rules", other_rules_give_no_reasons);
    g_test_add_func("/report/sentence", a_log_has_sentences);
    g_test_add_func("/report/move", so_has_a_move);
    g_test_add_func("/report/colours", terminals_get_colours);
    g_test_add_func("/report/json", json_is_one_line_and_says_the_same);
    g_test_add_func("/report/help", moves_that_did_not_help_are_told);
    g_test_add_func("/report/untold", what_the_host_does_not_tell_is_null);
    return g_test_run();
}
