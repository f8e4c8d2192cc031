/*
 * turns.c - see turns.h.
 *
 * A simulated or recorded host has its own time, which passes as fast as one turns; so
 * nothing waits here, unless a person wants to watch.
 */
#include "turns.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ── who reads ────────────────────────────────────────────────────────────── */

bool turns_in_colour(void)
{
    const char *terminal = g_getenv("TERM"), *no_colour = g_getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 &&
           !(no_colour && *no_colour);
}

static volatile sig_atomic_t interrupted;

static void note(int number)
{
    interrupted = 1;
    signal(number, SIG_DFL);
}

void turns_heed_signals(void)
{
    signal(SIGINT, note);
    signal(SIGTERM, note);
}

bool turns_interrupted(void)
{
    return interrupted;
}

/* ── the journal ──────────────────────────────────────────────────────────── */

typedef struct {
    const char *path;
    FILE *file; /* NULL where there is none, or it could not be written to */
    bool failed;
} Journal;

static bool journal_open(Journal *journal, const char *path)
{
    *journal = (Journal){ .path = path };
    if (!path)
        return true;
    journal->file = fopen(path, "ae");
    if (journal->file) {
        setvbuf(journal->file, NULL, _IONBF, 0);
        return true;
    }
    cli_failed("%s: %s", path, g_strerror(errno));
    return false;
}

static void journal_close(Journal *journal)
{
    if (journal->file)
        fclose(journal->file);
    journal->file = NULL;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Journal, journal_close)

/* A journal that cannot be kept is no reason to stop managing the host.  It ends with a
 * whole line, unless it is no file that could be cut. */
static void journal_add(Journal *journal, const char *line)
{
    struct stat whole;

    if (!journal->file)
        return;
    if (fstat(fileno(journal->file), &whole) < 0)
        whole = (struct stat){ 0 };
    if (fputs(line, journal->file) != EOF)
        return;
    cli_failed("no more journal: %s: %s", journal->path, g_strerror(errno));
    if (S_ISREG(whole.st_mode) && ftruncate(fileno(journal->file), whole.st_size) < 0)
        cli_failed("%s: its end is cut short: %s", journal->path, g_strerror(errno));
    journal->failed = true;
    journal_close(journal);
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

typedef struct {
    const Turns *turns;
    const Policy *policy;
    bool colour;
    Journal journal;
    GString *words, *json;
} Telling;

static void telling_clear(Telling *telling)
{
    journal_close(&telling->journal);
    g_string_free(telling->words, TRUE);
    g_string_free(telling->json, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Telling, telling_clear)

/* False when nobody can hear it. */
static bool tell(Telling *telling, const Period *period)
{
    const GString *said = telling->turns->json ? telling->json : telling->words;

    g_string_truncate(telling->words, 0);
    g_string_truncate(telling->json, 0);
    if (telling->turns->json || telling->journal.file)
        report_json(period, telling->policy, telling->json);
    if (!telling->turns->json) {
        if (period->number == 1)
            report_heading(telling->colour, telling->words);
        report_period(period, telling->policy, telling->colour, telling->words);
    }
    journal_add(&telling->journal, telling->json->str);
    return cli_print(said->str);
}

/* A host that does not answer is asked again: its time goes on meanwhile.  False when it
 * has ended, or is silent for good. */
static bool turn(Engine *engine, Period *period, GError **error)
{
    for (int patience = SILENCE_MAX; patience > 0 && !interrupted; patience--) {
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
    return turns_interrupted() ||
           (turns->exit_when_idle && period->sample.vms->len == 0) ||
           (turns->cycles > 0 && period->number >= turns->cycles);
}

static int turn_on(const Turns *turns, Host *host, const Policy *policy)
{
    g_auto(Telling) telling = { .turns = turns,
                                .policy = policy,
                                .colour = turns_in_colour(),
                                .words = g_string_new(NULL),
                                .json = g_string_new(NULL) };
    g_autoptr(Engine) engine = engine_new(host, policy, NULL);
    g_auto(Period) period;
    g_autoptr(GError) error = NULL;

    period_init(&period);
    if (!journal_open(&telling.journal, turns->journal))
        return EXIT_FAILED;
    turns_heed_signals();
    while (turn(engine, &period, &error)) {
        if (period.derived && !tell(&telling, &period))
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
    code = turn_on(turns, outermost, policy);
    if (code == EXIT_WELL && recorder && !host_record_is_whole(recorder))
        return EXIT_FAILED;
    return code;
}
