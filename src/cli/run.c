/*
 * run.c - "pinflow run" and vcpu_scheduler: manage a host, period by period.
 *
 * They are one command.  vcpu_scheduler pins to single CPUs, insists on being told how
 * long a period is, and acts at once; "run" only observes a real host until it is told to
 * manage it.
 */
#include "live.h"

typedef struct {
    HostWishes host;
    PlanWishes plan;
    Turns turns;
    Policy policy; /* where nobody wishes otherwise */
    bool at_once;  /* it acts, whatever the configuration's mode */
    char *mode;
    char **periods; /* at most one */
} RunOptions;

static void run_options_clear(RunOptions *options)
{
    host_wishes_clear(&options->host);
    plan_wishes_clear(&options->plan);
    turns_clear(&options->turns);
    g_free(options->mode);
    g_strfreev(options->periods);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunOptions, run_options_clear)

/* ── what holds ───────────────────────────────────────────────────────────── */

static bool settle_period(const RunOptions *options, Conf *out, int *code)
{
    const char *period = options->periods ? options->periods[0] : NULL;

    if (period && options->periods[1])
        *code =
            cli_misused("one PERIOD is enough, so what is '%s'?", options->periods[1]);
    else if (period && !period_parse(period, &out->period_us))
        *code = cli_misused("'%s' is no period: seconds, from 0.01 to a day", period);
    else
        return true;
    return false;
}

static bool settle_mode(const RunOptions *options, Conf *out, int *code)
{
    if (options->mode && !mode_parse(options->mode, &out->mode)) {
        *code = cli_misused("--mode %s: it is observe or manage", options->mode);
        return false;
    }
    if (options->at_once)
        out->mode = MODE_MANAGE;
    if (options->turns.dry_run)
        out->mode = MODE_OBSERVE;
    return true;
}

static bool settle(const void *data, Conf *out, int *code)
{
    const RunOptions *options = data;
    g_auto(Conf) conf = { 0 };

    if (!wishes_settle(&options->host, &options->plan, &options->policy, &conf, code) ||
        !settle_period(options, &conf, code) || !settle_mode(options, &conf, code))
        return false;
    conf_clear(out);
    *out = conf;
    conf.connect = NULL;
    return true;
}

/* ── the command ──────────────────────────────────────────────────────────── */

/* Nothing can be broken on a host that is not real: it is managed unless told otherwise. */
static int run_virtual(RunOptions *options, Host *host, const Conf *conf)
{
    if (conf->mode == MODE_OBSERVE)
        options->turns.dry_run = true;
    return turns_run(&options->turns, host, wishes_replayed(conf), &conf->policy);
}

static int manage(RunOptions *options)
{
    const LiveWishes wishes = { .turns = &options->turns,
                                .host = &options->host,
                                .settle = settle,
                                .options = options };
    g_auto(Conf) conf = { 0 };
    int code = EXIT_WELL;
    Host *host;

    if (!settle(options, &conf, &code) || !turns_grant(&options->turns, &code))
        return code;
    host = host_wishes_open(&options->host, &conf, &code);
    if (!host)
        return code;
    options->turns.cycles = options->host.cycles;
    return host->live ? live_run(&wishes, host, &conf)
                      : run_virtual(options, host, &conf);
}

static bool parse(RunOptions *options, const char *arguments, const char *summary,
                  int argc, char **argv, int *code)
{
    const GOptionEntry mode[] = {
        { "mode", 0, 0, G_OPTION_ARG_STRING, &options->mode,
          "observe, or manage (default: observe a real host, manage another)", "MODE" },
        G_OPTION_ENTRY_NULL,
    };
    const GOptionEntry entries[] = {
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->periods, NULL,
          arguments },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(NULL, summary, entries);

    if (!options->at_once)
        g_option_context_add_main_entries(context, mode, NULL);
    host_wishes_add(context, &options->host);
    plan_wishes_add(context, &options->plan);
    turns_add(context, &options->turns);
    return cli_parse(context, argc, argv, code);
}

int cli_run(int argc, char **argv)
{
    g_auto(RunOptions) options = { .policy = policy_default };
    int code = EXIT_WELL;

    if (!parse(&options, "[PERIOD]", "Manages a host, every PERIOD seconds.", argc,
               argv, &code))
        return code;
    return manage(&options);
}

int cli_vcpu_scheduler(int argc, char **argv)
{
    g_auto(RunOptions) options = { .policy = policy_default, .at_once = true };
    int code = EXIT_WELL;

    options.policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    if (!parse(
            &options, "PERIOD",
            "Every PERIOD seconds, looks at the virtual CPUs of a host and pins those "
            "to other CPUs\nthat it pays to move.",
            argc, argv, &code))
        return code;
    if (!options.periods)
        return cli_misused("how many seconds is a PERIOD?  See --help");
    return manage(&options);
}
