/* plan.c - "pinflow plan": observe, say what would be moved and why, move nothing. */
#include "engine/report.h"
#include "telling.h"
#include "wishes.h"

typedef struct {
    HostWishes host;
    PlanWishes plan;
    gboolean json, dot, dimacs;
    char *period;
    char **rest;
} PlanOptions;

static void plan_options_clear(PlanOptions *options)
{
    host_wishes_clear(&options->host);
    plan_wishes_clear(&options->plan);
    g_free(options->period);
    g_strfreev(options->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlanOptions, plan_options_clear)

/* Looks on until there have been @cycles periods.  An end before that is an error. */
static bool look_on(Engine *engine, int cycles, Period *period, GError **error)
{
    do {
        if (!engine_step(engine, period, error))
            return false;
    } while (period->number < cycles);
    return true;
}

static void answer(const PlanOptions *options, Engine *engine, const Period *period,
                   const Policy *policy, GString *out)
{
    if (options->dimacs)
        plan_dimacs(engine_planner(engine), &period->snapshot, policy, out);
    else if (options->dot)
        plan_dot(engine_planner(engine), &period->snapshot, policy, out);
    else if (options->json)
        report_json(period, policy, out);
    else {
        report_heading(telling_in_colour(), out);
        report_period(period, policy, telling_in_colour(), out);
    }
}

static int plan(const PlanOptions *options, Host *host, const Policy *policy)
{
    g_autoptr(Engine) engine = engine_new(host, policy, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_auto(Period) period;

    period_init(&period);
    if (!look_on(engine, MAX(options->host.cycles, 1), &period, &error))
        return cli_broken(error);
    answer(options, engine, &period, policy, text);
    cli_print(text->str);
    return cli_printed();
}

static int check(const PlanOptions *options, int64_t *out_us)
{
    *out_us = 0;
    if (options->rest)
        return cli_misused("what is '%s'?", options->rest[0]);
    if (options->json + options->dot + options->dimacs > 1)
        return cli_misused("one of --json, --dot and --dimacs at a time");
    if (options->period && !period_parse(options->period, out_us))
        return cli_misused("--period %s: seconds, from 0.01 to a day", options->period);
    return EXIT_WELL;
}

int cli_plan(int argc, char **argv)
{
    g_auto(PlanOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "period", 0, 0, G_OPTION_ARG_STRING, &options.period,
          "How long to observe (default: 3)", "SECONDS" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "The plan as JSON", NULL },
        { "dot", 0, 0, G_OPTION_ARG_NONE, &options.dot,
          "The network that was solved, for Graphviz", NULL },
        { "dimacs", 0, 0, G_OPTION_ARG_NONE, &options.dimacs,
          "The network that was solved, as a DIMACS problem", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.rest, NULL,
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL, "Observes a period, says what it would move and why, and moves nothing.",
        entries);
    Policy policy = policy_default;
    int64_t period_us;
    int code = EXIT_WELL;
    g_autoptr(Host) host = NULL;

    host_wishes_add(context, &options.host);
    plan_wishes_add(context, &options.plan);
    if (!cli_parse(context, argc, argv, &code) ||
        !plan_wishes_grant(&options.plan, &policy, &code))
        return code;
    code = check(&options, &period_us);
    if (code == EXIT_WELL)
        host = host_wishes_open(&options.host, period_us, &code);
    if (!host)
        return code;
    host = host_dry_wrap(g_steal_pointer(&host));
    return plan(&options, host, &policy);
}
