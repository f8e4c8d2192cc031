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

/* A host that has not answered for so many periods will not answer any more. */
enum { SILENCE_MAX = 1000 };

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

int turns_run(const Turns *turns, Host *host, const Policy *policy)
{
    g_auto(Telling) telling = { .turns = turns,
                                .policy = policy,
                                .colour = turns_in_colour(),
                                .words = g_string_new(NULL),
                                .json = g_string_new(NULL) };
    g_autoptr(Engine) engine = engine_new(host, policy);
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
