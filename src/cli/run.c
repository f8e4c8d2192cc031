/*
 * run.c - "pinflow run" and vcpu_scheduler: manage a host, period by period.
 *
 * They are one command.  vcpu_scheduler pins to single CPUs and insists on being told
 * how long a period is.
 */
#include "turns.h"
#include "wishes.h"

typedef struct {
    HostWishes host;
    PlanWishes plan;
    Turns turns;
    char **period; /* at most one */
} RunOptions;

static void run_options_clear(RunOptions *options)
{
    host_wishes_clear(&options->host);
    plan_wishes_clear(&options->plan);
    turns_clear(&options->turns);
    g_strfreev(options->period);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunOptions, run_options_clear)

static int manage(RunOptions *options, Policy policy, int64_t period_us)
{
    int code = EXIT_WELL;
    Host *host;

    if (!plan_wishes_grant(&options->plan, &policy, &code) ||
        !turns_grant(&options->turns, &code))
        return code;
    host = host_wishes_open(&options->host, period_us, &code);
    if (!host)
        return code;
    options->turns.cycles = options->host.cycles;
    return turns_run(&options->turns, host, host_wishes_replayed(&options->host),
                     &policy);
}

static bool parse(RunOptions *options, const char *arguments, const char *summary,
                  int argc, char **argv, int *code)
{
    const GOptionEntry entries[] = {
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->period, NULL,
          arguments },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(NULL, summary, entries);

    host_wishes_add(context, &options->host);
    plan_wishes_add(context, &options->plan);
    turns_add(context, &options->turns);
    return cli_parse(context, argc, argv, code);
}

/* What of PERIOD there is, 0 if there is none. */
static bool find_period(RunOptions *options, int64_t *out_us, int *code)
{
    const char *period = options->period ? options->period[0] : NULL;

    *out_us = 0;
    if (period && options->period[1])
        *code =
            cli_misused("one PERIOD is enough, so what is '%s'?", options->period[1]);
    else if (period && !period_parse(period, out_us))
        *code = cli_misused("'%s' is no period: seconds, from 0.01 to a day", period);
    else
        return true;
    return false;
}

int cli_run(int argc, char **argv)
{
    g_auto(RunOptions) options = { 0 };
    int code = EXIT_WELL;
    int64_t period_us;

    if (!parse(&options, "[PERIOD]", "Manages a host, every PERIOD seconds.", argc,
               argv, &code) ||
        !find_period(&options, &period_us, &code))
        return code;
    return manage(&options, policy_default, period_us);
}

int cli_vcpu_scheduler(int argc, char **argv)
{
    g_auto(RunOptions) options = { 0 };
    Policy policy = policy_default;
    int code = EXIT_WELL;
    int64_t period_us;

    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    if (!parse(
            &options, "PERIOD",
            "Every PERIOD seconds, looks at the virtual CPUs of a host and pins those "
            "to other CPUs\nthat it pays to move.",
            argc, argv, &code) ||
        !find_period(&options, &period_us, &code))
        return code;
    if (period_us == 0)
        return cli_misused("how many seconds is a PERIOD?  See --help");
    return manage(&options, policy, period_us);
}
