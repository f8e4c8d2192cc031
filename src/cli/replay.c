/*
 * replay.c - "pinflow replay": live a recording again.
 *
 * The policy is that of the recording, which it begins with, but for what one asks to be
 * different.  What is decided then has no effect on what happens next: it has happened.
 */
#include <stdlib.h>

#include "turns.h"
#include "wishes.h"

typedef struct {
    PlanWishes plan;
    Turns turns;
    char **files; /* at most one */
} ReplayOptions;

static void replay_options_clear(ReplayOptions *options)
{
    plan_wishes_clear(&options->plan);
    turns_clear(&options->turns);
    g_strfreev(options->files);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReplayOptions, replay_options_clear)

/* A preamble begins in the second line; the first says that it is a recording. */
static bool recorded_policy(const char *recording, Policy *policy, GError **error)
{
    g_autofree char *preamble = host_replay_preamble(recording, error);
    g_autoptr(GError) why = NULL;
    char *what;
    long line;

    if (!preamble)
        return false;
    if (policy_parse(preamble, policy, &why))
        return true;
    line = strtol(why->message, &what, 10) + 1;
    g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT, "%s:%ld%s", recording, line, what);
    return false;
}

static int replay(const ReplayOptions *options)
{
    const char *recording = options->files[0];
    Policy policy = policy_default;
    g_autoptr(GError) error = NULL;
    Host *host;
    int code = EXIT_WELL;

    if (!recorded_policy(recording, &policy, &error))
        return cli_unreadable(error);
    if (!plan_wishes_grant(&options->plan, &policy, &code))
        return code;
    host = host_replay_open(recording, &error);
    if (!host)
        return cli_unreadable(error);
    return turns_run(&options->turns, host, recording, &policy);
}

int cli_replay(int argc, char **argv)
{
    g_auto(ReplayOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "cycles", 0, 0, G_OPTION_ARG_INT, &options.turns.cycles,
          "Stop after N periods", "N" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL,
          "FILE" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL, "Lives the recording in FILE again, with the same or another policy.",
        entries);
    int code = EXIT_WELL;

    plan_wishes_add(context, &options.plan);
    turns_add(context, &options.turns);
    if (!cli_parse(context, argc, argv, &code) || !turns_grant(&options.turns, &code))
        return code;
    if (!options.files || options.files[1])
        return cli_misused("one FILE to replay is needed");
    if (options.turns.cycles < 0)
        return cli_misused("--cycles %d: there is no such number of periods",
                           options.turns.cycles);
    return replay(&options);
}
