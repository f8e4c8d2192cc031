/*
 * turns.c - see turns.h.
 *
 * A simulated or recorded host has its own time, which passes as fast as one turns; so
 * nothing waits here, unless a person wants to watch.
 */
#include "turns.h"

#include <sys/stat.h>

#include "daemon/signals.h"
#include "telling.h"
#include "wishes.h"

/* A host that has not answered for so many periods will not answer any more. */
enum { SILENCE_MAX = 1000 };

/* ── being asked ──────────────────────────────────────────────────────────── */

void turns_add(GOptionContext *options, Turns *turns)
{
    const GOptionEntry entries[] = {
        { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &turns->dry_run,
          "Decide and say, and change nothing", NULL },
        { "exit-when-idle", 0, 0, G_OPTION_ARG_NONE, &turns->exit_when_idle,
          "Stop in the first period without a running VM", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &turns->json, "A line of JSON per period",
          NULL },
        { "journal", 0, 0, G_OPTION_ARG_FILENAME, &turns->journal,
          "Add a line of JSON per period to FILE", "FILE" },
        { "record", 0, 0, G_OPTION_ARG_FILENAME, &turns->record,
          "Write down in FILE what the host says", "FILE" },
        { "pace", 0, 0, G_OPTION_ARG_STRING, &turns->pace,
          "Wait after each period of a simulated host, to watch", "SECONDS" },
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(options, entries, NULL);
}

void turns_clear(Turns *turns)
{
    g_free(turns->journal);
    g_free(turns->record);
    g_free(turns->pace);
}

bool turns_grant(Turns *turns, int *code)
{
    if (!turns->pace || seconds_parse(turns->pace, &turns->pace_us))
        return true;
    *code = cli_misused("--pace %s: seconds, above 0 and up to a day", turns->pace);
    return false;
}

/* ── the recording ────────────────────────────────────────────────────────── */

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

Host *turns_record(Host *host, const char *file, const char *replayed,
                   const Policy *policy, int *code)
{
    g_autoptr(GString) preamble = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (replayed && is_same_file(file, replayed)) {
        *code =
            cli_misused("%s: this is what is replayed; write to another file", file);
        host_close(host);
        return NULL;
    }
    policy_format(policy, preamble);
    host = host_record_wrap(host, file, preamble->str, &error);
    if (!host)
        *code = cli_failed("%s", error->message);
    return host;
}

/* ── turning ──────────────────────────────────────────────────────────────── */

/* A host that does not answer is asked again: its time goes on meanwhile.  False when it
 * has ended, or is silent for good. */
static bool turn(Engine *engine, Period *period, GError **error)
{
    for (int patience = SILENCE_MAX; patience > 0 && !*signals_end(); patience--) {
        if (*error && patience == SILENCE_MAX - 1)
            cli_failed("%s; asking again", (*error)->message);
        g_clear_error(error);
        if (engine_step(engine, period, error))
            return true;
        if (!g_error_matches(*error, HOST_ERROR, HOST_ERROR_LOST))
            return false;
    }
    return false;
}

static bool enough(const Turns *turns, const Period *period)
{
    return *signals_end() != 0 ||
           (turns->exit_when_idle && period->sample.vms->len == 0) ||
           (turns->cycles > 0 && period->number >= turns->cycles);
}

static int turn_on(const Turns *turns, Host *host, const char *replayed,
                   const Policy *policy)
{
    g_auto(Telling) telling;
    g_autoptr(Ledger) ledger = turns->dry_run ? NULL : ledger_open(NULL, NULL);
    g_autoptr(Engine) engine = engine_new(host, policy, ledger);
    g_auto(Period) period;
    g_autoptr(GError) error = NULL;

    if (ledger && replayed)
        ledger_trust(ledger);
    period_init(&period);
    if (!telling_open(&telling, policy, turns->json, false, turns->journal))
        return EXIT_FAILED;
    signals_heed_end();
    while (turn(engine, &period, &error)) {
        if (period.derived && !telling_tell(&telling, &period))
            break;
        if (enough(turns, &period))
            break;
        if (turns->pace_us > 0)
            g_usleep((gulong)turns->pace_us);
    }
    if (error && !g_error_matches(error, HOST_ERROR, HOST_ERROR_ENDED))
        return cli_broken(error);
    return telling.journal.failed ? EXIT_FAILED : cli_printed();
}

/* A host that cannot be written down any more is managed all the same, to its end; but
 * not all that was asked has then been done. */
int turns_run(const Turns *turns, Host *host, const char *replayed,
              const Policy *policy)
{
    g_autoptr(Host) outermost = NULL;
    const Host *recorder = NULL;
    int code = EXIT_WELL;

    if (turns->record) {
        recorder = host = turns_record(host, turns->record, replayed, policy, &code);
        if (!host)
            return code;
    }
    outermost = turns->dry_run ? host_dry_wrap(host) : host;
    code = turn_on(turns, outermost, replayed, policy);
    if (code == EXIT_WELL && recorder && !host_record_is_whole(recorder))
        return EXIT_FAILED;
    return code;
}
