/* cli.c - see cli.h. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "host/host.h"

/* ── being asked ──────────────────────────────────────────────────────────── */

GOptionContext *cli_options(const char *arguments, const char *summary,
                            const GOptionEntry *entries)
{
    GOptionContext *options = g_option_context_new(arguments);

    g_option_context_set_summary(options, summary);
    g_option_context_set_help_enabled(options, FALSE);
    g_option_context_add_main_entries(options, entries, NULL);
    return options;
}

static int print_help(GOptionContext *options)
{
    g_autofree char *help = g_option_context_get_help(options, TRUE, NULL);

    cli_print(help);
    return cli_printed();
}

static int print_version(void)
{
    g_autofree char *line =
        g_strdup_printf("%s (Pinflow) " PINFLOW_VERSION "\n", g_get_prgname());

    cli_print(line);
    return cli_printed();
}

bool cli_parse(GOptionContext *options, int argc, char **argv, int *code)
{
    gboolean help = FALSE, version = FALSE;
    const GOptionEntry entries[] = {
        { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Print this and stop", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and stop",
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(options, entries, NULL);
    if (!g_option_context_parse(options, &argc, &argv, &error))
        *code = cli_misused("%s", error->message);
    else if (help)
        *code = print_help(options);
    else if (version)
        *code = print_version();
    else
        return true;
    return false;
}

/* ── saying no ────────────────────────────────────────────────────────────── */

static void G_GNUC_PRINTF(1, 0) complain(const char *format, va_list what)
{
    fprintf(stderr, "%s: ", g_get_prgname());
    vfprintf(stderr, format, what);
    fputc('\n', stderr);
}

int cli_misused(const char *format, ...)
{
    va_list what;

    va_start(what, format);
    complain(format, what);
    va_end(what);
    return EXIT_MISUSED;
}

int cli_failed(const char *format, ...)
{
    va_list what;

    va_start(what, format);
    complain(format, what);
    va_end(what);
    return EXIT_FAILED;
}

/* A text that is wrong is named with its line first, as compilers do. */
int cli_unreadable(const GError *why)
{
    if (!g_error_matches(why, HOST_ERROR, HOST_ERROR_TEXT) && why->domain != CONF_ERROR)
        return cli_misused("%s", why->message);
    fprintf(stderr, "%s\n", why->message);
    return EXIT_MISUSED;
}

int cli_broken(const GError *why)
{
    if (g_error_matches(why, HOST_ERROR, HOST_ERROR_TEXT))
        return cli_unreadable(why);
    return cli_failed("%s", why->message);
}

/* Of as many warnings as this it is known that they were heard. */
enum { HEARD_MAX = 1000 };

/* Whatever it is, hearing of it once is enough, until something has changed. */
static bool is_news(GLogLevelFlags level, const char *message)
{
    static GHashTable *heard;

    if (!heard)
        heard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (level & G_LOG_LEVEL_MESSAGE || g_hash_table_size(heard) >= HEARD_MAX)
        g_hash_table_remove_all(heard);
    return !(level & G_LOG_LEVEL_WARNING) || g_hash_table_add(heard, g_strdup(message));
}

bool cli_to_journal(void)
{
    static int is = -1;

    if (is < 0)
        is = g_log_writer_is_journald(fileno(stderr));
    return is;
}

static const char *message_in(const GLogField *fields, gsize n_fields)
{
    for (gsize i = 0; i < n_fields; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            return fields[i].value;
    return "";
}

static GLogWriterOutput hear(GLogLevelFlags level, const GLogField *fields,
                             gsize n_fields, void *nothing)
{
    const char *message = message_in(fields, n_fields);

    (void)nothing;
    if (!is_news(level, message))
        return G_LOG_WRITER_HANDLED;
    if (cli_to_journal() && !(level & G_LOG_LEVEL_DEBUG) &&
        g_log_writer_journald(level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
        return G_LOG_WRITER_HANDLED;
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return g_log_writer_standard_streams(level, fields, n_fields, NULL);
    if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE))
        fprintf(stderr, "%s: %s\n", g_get_prgname(), message);
    return G_LOG_WRITER_HANDLED;
}

void cli_hear_warnings(void)
{
    g_log_set_writer_func(hear, NULL, NULL);
}

/* ── answering ────────────────────────────────────────────────────────────── */

static int why_unprinted;

bool cli_print(const char *text)
{
    if (!why_unprinted && (fputs(text, stdout) == EOF || fflush(stdout) == EOF))
        why_unprinted = errno;
    return !why_unprinted;
}

int cli_printed(void)
{
    if (!why_unprinted)
        return EXIT_WELL;
    return cli_failed("standard output: %s", g_strerror(why_unprinted));
}
