/* plan.c - "pinflow plan": observe, say what would be moved and why, move nothing. */
#include "daemon/daemon.h"
#include "engine/report.h"
#include "telling.h"
#include "wishes.h"

typedef struct {
    HostWishes host;
    PlanWishes plan;
    gboolean json, dot, dimacs;
    gboolean dry_run; /* which it is anyway */
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

/* ── who waits for the period to go by ────────────────────────────────────── */

typedef struct {
    const PlanOptions *options;
    const Policy *policy;
    Engine *engine;
    GString *text; /* the answer, once there is one */
} Asked;

static bool is_time(const Asked *asked, const Period *period)
{
    return period->derived && period->number >= MAX(asked->options->host.cycles, 1);
}

static bool look_on(const Period *period, void *data)
{
    Asked *asked = data;

    if (is_time(asked, period))
        answer(asked->options, asked->engine, period, asked->policy, asked->text);
    return asked->text->len == 0;
}

/* An end before it is time is an error. */
static bool turn(Asked *asked, GError **error)
{
    g_auto(Period) period;

    period_init(&period);
    do {
        if (!engine_step(asked->engine, &period, error))
            return false;
    } while (look_on(&period, asked));
    return true;
}

static bool wait_and_see(Asked *asked, Host *host, const Conf *conf, GError **error)
{
    DaemonWishes wishes = { .what = wishes_name(conf),
                            .engine = asked->engine,
                            .period_us = wishes_period(conf),
                            .impatient = true,
                            .tell = look_on,
                            .data = asked };

    return daemon_run(&wishes, host, error);
}

static int plan(const PlanOptions *options, Host *host, const Conf *conf)
{
    g_autofree char *path = wishes_ledger(&options->host);
    g_autoptr(Ledger) ledger = host->live ? ledger_read(path) : NULL;
    g_autoptr(Engine) engine = engine_new(host, &conf->policy, ledger);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Asked asked = { options, &conf->policy, engine, text };

    if (!(host->live ? wait_and_see(&asked, host, conf, &error) : turn(&asked, &error)))
        return cli_broken(error);
    if (text->len == 0)
        return cli_failed("interrupted");
    cli_print(text->str);
    return cli_printed();
}

static int check(const PlanOptions *options, Conf *conf)
{
    if (options->rest)
        return cli_misused("what is '%s'?", options->rest[0]);
    if (options->json + options->dot + options->dimacs > 1)
        return cli_misused("one of --json, --dot and --dimacs at a time");
    if (options->period && !period_parse(options->period, &conf->period_us))
        return cli_misused("--period %s: seconds, from 0.01 to a day", options->period);
    return EXIT_WELL;
}

int cli_plan(int argc, char **argv)
{
    g_auto(PlanOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "period", 0, 0, G_OPTION_ARG_STRING, &options.period,
          "How long to observe (default: 3)", "SECONDS" },
        { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
          "Change nothing, as ever", NULL },
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
    g_auto(Conf) conf = { 0 };
    int code = EXIT_WELL;
    g_autoptr(Host) host = NULL;

    host_wishes_add(context, &options.host);
    plan_wishes_add(context, &options.plan);
    if (!cli_parse(context, argc, argv, &code) ||
        !wishes_settle(&options.host, &options.plan, &policy_default, &conf, &code))
        return code;
    code = check(&options, &conf);
    if (code == EXIT_WELL)
        host = host_wishes_open(&options.host, &conf, &code);
    if (!host)
        return code;
    host = host_dry_wrap(g_steal_pointer(&host));
    return plan(&options, host, &conf);
}
