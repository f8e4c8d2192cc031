/*
 * cases.c - laws, tried on many hosts that chance makes up.
 */
#include "support/cases.h"
#include "support/watched.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    SIZE_MAX_DRAWN = 8,
    EASE = WATCHED ? 8 : 1,
    PATIENCE_SECONDS = WATCHED ? 480 : 60, /* of the test's own time */
};

typedef struct {
    Law law;
    int n_cases;
} Trial;

void complain(Case *tried, const char *format, ...)
{
    va_list arguments;

    if (tried->wrong->len > 0)
        return;
    va_start(arguments, format);
    g_string_vprintf(tried->wrong, format, arguments);
    va_end(arguments);
}

/* Said of a case that does not end, by a signal. */
static char obituary[64];

static void give_up(int signal)
{
    (void)signal;
    if (write(STDOUT_FILENO, obituary, strlen(obituary)) >= 0)
        _exit(1);
    _exit(2);
}

static void set_patience(int seconds)
{
    setitimer(ITIMER_VIRTUAL, &(struct itimerval){ .it_value.tv_sec = seconds }, NULL);
}

static void watch(uint32_t seed, int size)
{
    g_snprintf(obituary, sizeof obituary, "Bail out! PLAN_CASE=%u/%d does not end\n",
               seed, size);
    signal(SIGVTALRM, give_up);
    set_patience(PATIENCE_SECONDS);
}

static bool holds(Case *tried, Law law, uint32_t seed, int size)
{
    g_rand_set_seed(tried->chance, seed);
    tried->size = size;
    watch(seed, size);
    law(tried);
    set_patience(0);
    if (tried->wrong->len == 0)
        return true;
    g_test_message("PLAN_CASE=%u/%d: %s", seed, size, tried->wrong->str);
    g_test_fail();
    return false;
}

static int asked_or(const char *variable, int usual)
{
    const char *asked = g_getenv(variable);

    return asked ? atoi(asked) : usual;
}

static void try_law(const void *argument)
{
    const Trial *trial = argument;
    const char *asked = g_getenv("PLAN_CASE");
    Case tried = { .chance = g_rand_new_with_seed(0),
                   .planner = planner_new(),
                   .wrong = g_string_new(NULL) };
    int n = asked_or("PLAN_CASES", MAX(trial->n_cases / EASE, 1)), size = 1;
    int largest = asked_or("PLAN_SIZE", SIZE_MAX_DRAWN);
    unsigned seed = 0;

    if (asked && sscanf(asked, "%u/%d", &seed, &size) == 2) {
        holds(&tried, trial->law, seed, size);
    } else {
        for (int64_t i = 0; i < n; i++)
            if (!holds(&tried, trial->law, (uint32_t)g_test_rand_int(),
                       (int)(1 + i * largest / n)))
                break;
    }
    plan_clear(&tried.plan);
    planner_free(tried.planner);
    g_rand_free(tried.chance);
    g_string_free(tried.wrong, TRUE);
}

void law_add(const char *path, Law law, int n_cases)
{
    Trial *trial = g_new(Trial, 1);

    *trial = (Trial){ law, n_cases };
    g_test_add_data_func_full(path, trial, try_law, g_free);
}

/* ── plans ────────────────────────────────────────────────────────────────── */

const Plan *plan_for(Case *tried, const Scene *scene, const Policy *policy)
{
    plan_make(tried->planner, &scene->snapshot, policy, &tried->plan);
    return &tried->plan;
}

int placed_before(const Plan *plan, int vcpu)
{
    for (guint i = 0; i < plan->moves->len; i++)
        if (plan_move(plan, i)->vcpu == vcpu)
            return plan_move(plan, i)->from;
    return plan->placement[vcpu];
}

void carry_out(Scene *scene, const Plan *plan)
{
    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = plan_move(plan, i);
        Vcpu *vcpu = &scene->snapshot.vcpus[move->vcpu];

        vcpu->pins = move->cpus;
        if (!cpuset_has(move->cpus, vcpu->pcpu))
            vcpu->pcpu = cpuset_next(move->cpus, 0);
    }
}

void give_places(Case *tried, Scene *scene, const Policy *policy)
{
    Policy none = *policy;

    none.rule = RULE_NONE;
    carry_out(scene, plan_for(tried, scene, &none));
}

bool anyone_floats(const Plan *plan)
{
    for (guint i = 0; i < plan->moves->len; i++)
        if (plan_move(plan, i)->from == FLOATING)
            return true;
    return false;
}

static void print_cost(const char *name, Cost cost, GString *out)
{
    g_string_append_printf(
        out,
        "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
        " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
        name, cost.overload, cost.imbalance, cost.sharing, cost.stacking, cost.moving);
}

void plan_print(const Plan *plan, GString *out)
{
    g_string_append_printf(out, "%s bound %" G_GINT64_FORMAT " weight %d left out %d\n",
                           plan_verdict_name(plan->verdict), plan->bound,
                           plan->weight_imbalance, plan->left_out);
    print_cost("stay", plan->stay, out);
    print_cost("then", plan->then, out);
    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = plan_move(plan, i);
        g_autofree char *cpus = cpuset_format(move->cpus);

        g_string_append_printf(out, "%d: %d > %d on %s\n", move->vcpu, move->from,
                               move->to, cpus);
        print_cost("before", move->before, out);
        print_cost("after", move->after, out);
    }
    for (int v = 0; v < plan->n_vcpus; v++)
        g_string_append_printf(out, "%d ", plan->placement[v]);
}
