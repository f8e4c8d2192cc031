/*
 * trial.c - "pinflow trial": does it help this host to be managed?
 *
 * However it ends, the host is left in order: as the trial says is better, or, when it is
 * interrupted or fails, as it was found.
 */
#include "engine/trial.h"

#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/lock.h"
#include "daemon/signals.h"
#include "engine/json.h"
#include "wishes.h"

/* A simulated host that has not answered for so many periods will not answer any more. */
enum { SILENCE_MAX = 1000 };

enum { BLOCKS_USUAL = 12, BLOCKS_MIN = 4, BLOCKS_MAX = 1000 };
enum { PERIODS_USUAL = 10, PERIODS_MIN = 2, PERIODS_MAX = 100000 };

typedef struct {
    HostWishes host;
    PlanWishes plan;
    int n_blocks, block_periods;
    gboolean json;
    char *period;
    char **rest;
} TrialOptions;

static void trial_options_clear(TrialOptions *options)
{
    host_wishes_clear(&options->host);
    plan_wishes_clear(&options->plan);
    g_free(options->period);
    g_strfreev(options->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrialOptions, trial_options_clear)

/* ── what came of it ──────────────────────────────────────────────────────── */

static const char *const measures[] = {
    [TRIAL_WORK] = "work", [TRIAL_WAIT] = "wait", [TRIAL_STRANDED] = "stranded_wait"
};
static const char *const kinds[] = {
    [TRIAL_FLOATING] = "floating", [TRIAL_MANAGED] = "managed"
};

enum { MEAN_PLACES = 6 };

static void write_guesses(Json *json, const char *key, const TrialResult *result,
                          const TrialGuess *guesses)
{
    json_begin_object(json, key);
    for (int m = 0; m < N_TRIAL_MEASURES; m++) {
        if (!result->known[m]) {
            json_null(json, measures[m]);
            continue;
        }
        json_begin_object(json, measures[m]);
        json_decimal(json, "mean", guesses[m].mean, MEAN_PLACES);
        json_decimal(json, "low", guesses[m].mean - guesses[m].give_or_take,
                     MEAN_PLACES);
        json_decimal(json, "high", guesses[m].mean + guesses[m].give_or_take,
                     MEAN_PLACES);
        json_end_object(json);
    }
    json_end_object(json);
}

static void tell_json(const TrialOptions *options, const TrialResult *result,
                      GString *out)
{
    Json json = { .out = out };

    json_begin_object(&json, NULL);
    json_int(&json, "blocks", 2 * result->n_pairs);
    json_int(&json, "block_periods", options->block_periods);
    for (int kind = 0; kind < N_TRIAL_KINDS; kind++)
        write_guesses(&json, kinds[kind], result, result->of[kind]);
    write_guesses(&json, "difference", result, result->difference);
    json_int(&json, "repins", result->repins);
    json_string(&json, "better", kinds[result->managed_is_better]);
    json_end_object(&json);
    g_string_append_c(out, '\n');
}

/* In thousandths, of a mean in millionths. */
static void append_guess(GString *out, TrialGuess guess, const char *plus)
{
    g_autoptr(GString) text = g_string_new(guess.mean < 0 ? "" : plus);

    decimal_format(guess.mean / 1000, 3, text);
    g_string_append(text, " ± ");
    decimal_format((guess.give_or_take + 999) / 1000, 3, text);
    g_string_append_printf(out, "  %20s", text->str);
}

static void tell_words(const TrialResult *result, GString *out)
{
    static const char *const names[] = { "work", "wait", "stranded wait" };

    g_string_append_printf(out, "%-14s  %19s  %19s  %19s\n", "CPUs", "floating",
                           "managed", "difference");
    for (int m = 0; m < N_TRIAL_MEASURES; m++) {
        g_string_append_printf(out, "%-14s", names[m]);
        if (!result->known[m]) {
            g_string_append(out, "  not told by this host\n");
            continue;
        }
        for (int kind = 0; kind < N_TRIAL_KINDS; kind++)
            append_guess(out, result->of[kind][m], "");
        append_guess(out, result->difference[m], "+");
        g_string_append_c(out, '\n');
    }
    g_string_append(out, result->managed_is_better
                             ? "managed is better, and the host stays pinned\n"
                             : "managed is not surely better, and the host floats\n");
}

/* ── living through it ────────────────────────────────────────────────────── */

typedef struct {
    Trial *trial;
    bool over;
} Tried;

static bool take(const Period *period, void *data)
{
    Tried *tried = data;

    tried->over = !trial_take(tried->trial, period);
    return !tried->over;
}

static bool wait_and_see(Tried *tried, Host *host, Engine *engine, const Conf *conf,
                         GError **error)
{
    DaemonWishes wishes = { .what = wishes_name(conf),
                            .engine = engine,
                            .period_us = wishes_period(conf),
                            .impatient = true,
                            .tell = take,
                            .data = tried };

    return daemon_run(&wishes, host, error);
}

static bool turn(Tried *tried, Engine *engine, GError **error)
{
    g_auto(Period) period;

    period_init(&period);
    signals_heed_end();
    for (int patience = SILENCE_MAX; patience > 0 && !*signals_end();) {
        g_clear_error(error);
        if (engine_step(engine, &period, error)) {
            patience = SILENCE_MAX;
            if (!take(&period, tried))
                return true;
        } else if (!g_error_matches(*error, HOST_ERROR, HOST_ERROR_LOST)) {
            return false;
        }
        patience--;
    }
    return *error == NULL;
}

/* The exit code; the host is in order again.  That is not left half done because somebody
 * wants it to end, unless he says so twice. */
static int conclude(const TrialOptions *options, const Tried *tried, Host *host,
                    const GError *why)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    TrialResult result;

    signals_reset();
    if (!tried->over || !trial_sum_up(tried->trial, &result)) {
        if (!g_error_matches(why, HOST_ERROR, HOST_ERROR_ENDED) &&
            !trial_restore(tried->trial, &error))
            cli_failed("the host is not as it was found: %s", error->message);
        return why ? cli_broken(why)
                   : cli_failed("interrupted, and the host left as it was found");
    }
    if (options->json)
        tell_json(options, &result, text);
    else
        tell_words(&result, text);
    cli_print(text->str);
    if (!result.managed_is_better && !trial_let_float(tried->trial, &error) &&
        (host->live || !g_error_matches(error, HOST_ERROR, HOST_ERROR_ENDED)))
        return cli_failed("the host does not float: %s", error->message);
    return cli_printed();
}

static int try_out(const TrialOptions *options, Host *host, Ledger *ledger,
                   const Conf *conf)
{
    g_autoptr(Engine) engine = engine_new(host, &conf->policy, ledger);
    g_autoptr(Trial) trial = trial_new(host, ledger, engine, &conf->policy,
                                       options->n_blocks, options->block_periods);
    Tried tried = { .trial = trial };
    g_autoptr(GError) error = NULL;

    if (host->live)
        wait_and_see(&tried, host, engine, conf, &error);
    else
        turn(&tried, engine, &error);
    return conclude(options, &tried, host, error);
}

/* On a host that is real nobody else may be at work, and what is found is written down. */
static int try_with_ledger(const TrialOptions *options, Host *host, const Conf *conf)
{
    g_autofree char *directory = wishes_run_dir(&options->host);
    g_autofree char *path = host->live ? wishes_ledger(&options->host) : NULL;
    g_autoptr(Ledger) ledger = NULL;
    g_autoptr(GError) error = NULL;
    int lock = host->live ? lock_take(directory, "cpu", &error) : -1;
    int code;

    if (!error)
        ledger = ledger_open(path, &error);
    code = ledger ? try_out(options, host, ledger, conf)
                  : cli_failed("%s", error->message);
    if (lock >= 0)
        close(lock);
    return code;
}

/* ── being asked ──────────────────────────────────────────────────────────── */

static int check(const TrialOptions *options, Conf *conf)
{
    if (options->rest)
        return cli_misused("what is '%s'?", options->rest[0]);
    if (options->host.cycles != 0)
        return cli_misused("--cycles: a trial is as long as its blocks");
    if (options->n_blocks < BLOCKS_MIN || options->n_blocks > BLOCKS_MAX ||
        options->n_blocks % 2 != 0)
        return cli_misused("--blocks %d: an even number from %d to %d",
                           options->n_blocks, BLOCKS_MIN, BLOCKS_MAX);
    if (options->block_periods < PERIODS_MIN || options->block_periods > PERIODS_MAX)
        return cli_misused("--block-periods %d: from %d to %d", options->block_periods,
                           PERIODS_MIN, PERIODS_MAX);
    if (options->period && !period_parse(options->period, &conf->period_us))
        return cli_misused("--period %s: seconds, from 0.01 to a day", options->period);
    if (wishes_replayed(conf))
        return cli_misused("a recording cannot be tried: what it says has been said");
    return EXIT_WELL;
}

int cli_trial(int argc, char **argv)
{
    g_auto(TrialOptions)
        options = { .n_blocks = BLOCKS_USUAL, .block_periods = PERIODS_USUAL };
    const GOptionEntry entries[] = {
        { "blocks", 0, 0, G_OPTION_ARG_INT, &options.n_blocks,
          "How many, every second of them managed (default: 12)", "N" },
        { "block-periods", 0, 0, G_OPTION_ARG_INT, &options.block_periods,
          "How long each is (default: 10)", "N" },
        { "period", 0, 0, G_OPTION_ARG_STRING, &options.period,
          "How long a period is (default: 3)", "SECONDS" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "The result as JSON", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.rest, NULL,
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL,
        "Lets a host float and manages it in turn, says what is better, and leaves it "
        "floating\nunless being managed is.",
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
    return host ? try_with_ledger(&options, host, &conf) : code;
}
