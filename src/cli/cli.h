/*
 * cli.h - what commands share: how they are asked, how they answer, how they say no.
 *
 * A command is a main of its own.  It answers on standard output, and complains on
 * standard error in one line that begins with its name.
 */
#ifndef CLI_H
#define CLI_H

#include <glib.h>
#include <stdbool.h>

enum { EXIT_WELL = 0, EXIT_FAILED = 1, EXIT_MISUSED = 2 };

int cli_run(int argc, char **argv);
int cli_vcpu_scheduler(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_simulate(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_record(int argc, char **argv);
int cli_trial(int argc, char **argv);
int cli_check(int argc, char **argv);

/* ── being asked ──────────────────────────────────────────────────────────── */

/* --help and --version come by themselves. */
GOptionContext *cli_options(const char *arguments, const char *summary,
                            const GOptionEntry *entries);

/* False if there is no more to do than to exit with *@code. */
bool cli_parse(GOptionContext *options, int argc, char **argv, int *code);

/* ── saying no ────────────────────────────────────────────────────────────── */

/* Each says it, and returns the exit code that goes with it. */
int cli_misused(const char *format, ...) G_GNUC_PRINTF(1, 2);
int cli_failed(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Something could not be read, or went wrong later. */
int cli_unreadable(const GError *why);
int cli_broken(const GError *why);

/* g_warning and g_message in one line, as a complaint.  A warning is heard only once,
 * until there was a message.  Where standard error is the system's journal they become
 * entries in that, as does what else is told with g_log_structured. */
void cli_hear_warnings(void);
bool cli_to_journal(void);

/* ── answering ────────────────────────────────────────────────────────────── */

/* Standard output may be full, or closed, or a pipe nobody reads.  False if so. */
bool cli_print(const char *text);
/* Says so; to be returned from every command that has printed. */
int cli_printed(void);

#endif
