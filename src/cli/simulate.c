/*
 * simulate.c - "pinflow simulate": what would a policy, or each of them, have made of it?
 *
 * Every policy gets a host of its own, in which the same things happen.
 */
#include <string.h>

#include "engine/judge.h"
#include "host/sim.h"
#include "wishes.h"

enum { MIX_PERIODS = 100, VCPUS_MAX = 1 << 20 };

typedef struct {
    char *trace, *scenario, *mix, *period;
    int n_pcpus, n_vcpus, n_periods, seed;
    gboolean json;
    PlanWishes plan;
    char **rest;
} SimulateOptions;

static void simulate_options_clear(SimulateOptions *options)
{
    g_free(options->trace);
    g_free(options->scenario);
    g_free(options->mix);
    g_free(options->period);
    g_strfreev(options->rest);
    plan_wishes_clear(&options->plan);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SimulateOptions, simulate_options_clear)

/* ── what is asked for ────────────────────────────────────────────────────── */

typedef struct {
    const SimulateOptions *options;
    Policy policy;
    bool all; /* of the rules, one after the other */
    int64_t period_us;
} Question;

static int check_sources(const SimulateOptions *options)
{
    bool mix = options->mix || options->n_vcpus != 0;

    if ((options->trace != NULL) + (options->scenario != NULL) + mix != 1)
        return cli_misused("one of --trace, --scenario, or --vcpus is needed");
    if (options->scenario)
        return options->n_pcpus == 0
                   ? EXIT_WELL
                   : cli_misused("--pcpus is for --trace and --vcpus: a scenario says "
                                 "which it has");
    if (options->n_pcpus < 1 || options->n_pcpus > CPUSET_SPAN_MAX)
        return cli_misused("--pcpus %d: there must be 1 to %d", options->n_pcpus,
                           CPUSET_SPAN_MAX);
    if (mix && (options->n_vcpus < 1 || options->n_vcpus > VCPUS_MAX))
        return cli_misused("--vcpus %d: there must be 1 to %d", options->n_vcpus,
                           VCPUS_MAX);
    return EXIT_WELL;
}

static int understand(const SimulateOptions *options, Question *out)
{
    PlanWishes wishes = options->plan;
    int code = check_sources(options);

    *out = (Question){ .options = options, .policy = policy_default };
    if (code != EXIT_WELL)
        return code;
    if (options->rest)
        return cli_misused("what is '%s'?", options->rest[0]);
    if (options->n_periods < 0)
        return cli_misused("--periods %d: there is no such number", options->n_periods);
    if (options->period && !period_parse(options->period, &out->period_us))
        return cli_misused("--period %s: seconds, from 0.01 to a day", options->period);
    out->all = wishes.policy && strcmp(wishes.policy, "all") == 0;
    if (out->all)
        wishes.policy = NULL;
    plan_wishes_grant(&wishes, &out->policy, &code);
    return code;
}

/* ── trying ───────────────────────────────────────────────────────────────── */

static Host *open_host(const Question *question, Rule rule, GError **error)
{
    const SimulateOptions *options = question->options;
    uint32_t seed = (uint32_t)options->seed;
    bool floating = rule == RULE_KERNEL;

    if (options->trace)
        return host_sim_open_trace(options->trace, options->n_pcpus, floating, error);
    if (options->scenario)
        return host_sim_open(options->scenario, question->period_us, seed, error);
    return host_sim_open_mix(options->mix ? options->mix : "heavy", options->n_vcpus,
                             options->n_pcpus, seed, floating, error);
}

/* Where a host that has no end of its own is left. */
static int last_period(const Question *question, const Host *host)
{
    SimTruth truth;

    if (question->options->n_periods > 0)
        return question->options->n_periods;
    host_sim_truth(host, &truth);
    return truth.n_periods > 0 ? 0 : MIX_PERIODS;
}

static int try_one(const Question *question, Rule rule, Judgement *out)
{
    Policy policy = question->policy;
    g_autoptr(GError) error = NULL;
    g_autoptr(Host) host = open_host(question, rule, &error);

    if (!host)
        return cli_unreadable(error);
    policy.rule = rule;
    if (!judge_run(host, &policy, last_period(question, host), out, &error))
        return cli_broken(error);
    return EXIT_WELL;
}

static int try_all(const Question *question, GArray *judgements)
{
    Rule first = question->all ? (Rule)0 : question->policy.rule;
    Rule last = question->all ? (Rule)(N_RULES - 1) : question->policy.rule;

    for (Rule rule = first; rule <= last; rule++) {
        Judgement judgement;
        int code = try_one(question, rule, &judgement);

        if (code != EXIT_WELL)
            return code;
        g_array_append_val(judgements, judgement);
    }
    return EXIT_WELL;
}

/* ── telling ──────────────────────────────────────────────────────────────── */

static void write_json(const GArray *judgements, bool all, bool shares, GString *out)
{
    Json json = { .out = out };

    if (all)
        json_begin_array(&json, NULL);
    for (guint i = 0; i < judgements->len; i++)
        judgement_json(&g_array_index(judgements, Judgement, i), shares, &json);
    if (all)
        json_end_array(&json);
    g_string_append_c(out, '\n');
}

/* A value in units of 10^-from, shown in as many decimals as one reads at a glance. */
static void write_cell(int64_t value, int from, int places, GString *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int64_t unit = 1;

    for (int i = places; i < from; i++)
        unit *= 10;
    if (value == JUDGED_NEVER)
        g_string_append(text, "-");
    else
        decimal_format((value + unit / 2) / unit, places, text);
    g_string_append_printf(out, " %9s", text->str);
}

static void write_row(const Judgement *judgement, bool shares, GString *out)
{
    int64_t per_period = judgement->n_periods == 0
                             ? JUDGED_NEVER
                             : judgement->repins * 1000000 / judgement->n_periods;

    g_string_append_printf(out, "%-8s %8" G_GINT64_FORMAT, rule_name(judgement->rule),
                           judgement->repins);
    write_cell(per_period, 6, 2, out);
    write_cell(judgement->sigma_planned, 6, 1, out);
    write_cell(judgement->sigma_realised, 6, 1, out);
    write_cell(judgement->balanced, 4, 0, out);
    write_cell(judgement->overload, 6, 3, out);
    if (shares)
        write_cell(judgement->stranded_wait, 6, 3, out);
    write_cell(judgement->rule == RULE_FLOW ? judgement->gap : JUDGED_NEVER, 4, 1, out);
    write_cell(judgement->plan_us_p50, 3, 2, out);
    write_cell(judgement->plan_us_p99, 3, 2, out);
    g_string_append_c(out, '\n');
}

static void write_table(const GArray *judgements, bool shares, GString *out)
{
    const Judgement *first = &g_array_index(judgements, Judgement, 0);
    g_autofree char *granularity = granularity_format(first->granularity);

    g_string_append_printf(out, "%d vCPUs on %d pCPUs, %d periods, places: %s\n\n",
                           first->n_vcpus, first->n_pcpus, first->n_periods,
                           granularity);
    g_string_append_printf(out, "%-8s %8s %9s %9s %9s %9s %9s", "policy", "repins",
                           "a period", "sigma", "sigma", "balanced", "overload");
    if (shares)
        g_string_append_printf(out, " %9s", "stranded");
    g_string_append_printf(out, " %9s %9s %9s\n", "gap", "plan p50", "plan p99");
    g_string_append_printf(out, "%-8s %8s %9s %9s %9s %9s %9s", "", "", "", "planned",
                           "came", "% of time", "CPUs");
    if (shares)
        g_string_append_printf(out, " %9s", "wait CPUs");
    g_string_append_printf(out, " %9s %9s %9s\n", "%", "ms", "ms");
    for (guint i = 0; i < judgements->len; i++)
        write_row(&g_array_index(judgements, Judgement, i), shares, out);
}

static int simulate(const Question *question)
{
    g_autoptr(GArray) judgements = g_array_new(FALSE, FALSE, sizeof(Judgement));
    g_autoptr(GString) text = g_string_new(NULL);
    bool shares = !question->options->trace;
    int code = try_all(question, judgements);

    if (code != EXIT_WELL)
        return code;
    if (question->options->json)
        write_json(judgements, question->all, shares, text);
    else
        write_table(judgements, shares, text);
    cli_print(text->str);
    return cli_printed();
}

int cli_simulate(int argc, char **argv)
{
    g_auto(SimulateOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace,
          "Loads from a CSV file, a row per vCPU", "FILE" },
        { "scenario", 0, 0, G_OPTION_ARG_FILENAME, &options.scenario,
          "A host and its VMs from a file", "FILE" },
        { "vcpus", 0, 0, G_OPTION_ARG_INT, &options.n_vcpus, "A host with V vCPUs...",
          "V" },
        { "pcpus", 0, 0, G_OPTION_ARG_INT, &options.n_pcpus, "...on P CPUs", "P" },
        { "mix", 0, 0, G_OPTION_ARG_STRING, &options.mix,
          "...that are heavy (default), steady, bursty or idle", "MIX" },
        { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed,
          "The chance in the host (default: its own)", "S" },
        { "periods", 0, 0, G_OPTION_ARG_INT, &options.n_periods,
          "How many to live through (default: all there are, or 100)", "N" },
        { "period", 0, 0, G_OPTION_ARG_STRING, &options.period,
          "How long one is, in a scenario", "SECONDS" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
          "One JSON object, or an array for --policy all", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.rest, NULL,
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL,
        "Runs a policy, or --policy all, on a host that does not exist, and judges each "
        "plan\nby what was wanted in the period after it.",
        entries);
    Question question;
    int code = EXIT_WELL;

    plan_wishes_add(context, &options.plan);
    if (!cli_parse(context, argc, argv, &code))
        return code;
    code = understand(&options, &question);
    return code == EXIT_WELL ? simulate(&question) : code;
}
