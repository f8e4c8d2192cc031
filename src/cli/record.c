/* record.c - "pinflow record": write down what a host says, and change nothing. */
#include "daemon/signals.h"
#include "engine/engine.h"
#include "turns.h"
#include "wishes.h"

typedef struct {
    HostWishes host;
    char *period;
    char **files; /* at most one */
} RecordOptions;

static void record_options_clear(RecordOptions *options)
{
    host_wishes_clear(&options->host);
    g_free(options->period);
    g_strfreev(options->files);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecordOptions, record_options_clear)

/* A period lies between two samples.  There is no use in listening to what is not written
 * down. */
static int listen(Host *host, int cycles)
{
    g_autoptr(GError) error = NULL;
    Sample sample;

    sample_init(&sample);
    signals_heed_end();
    for (int n = 0; (cycles == 0 || n <= cycles) && !*signals_end(); n++)
        if (!host->ops->observe(host, &sample, &error) || !host_record_is_whole(host))
            break;
    sample_clear(&sample);
    if (error && !g_error_matches(error, HOST_ERROR, HOST_ERROR_ENDED))
        return cli_broken(error);
    return host_record_is_whole(host) ? EXIT_WELL : EXIT_FAILED;
}

static int record(const RecordOptions *options, int64_t period_us)
{
    int code = EXIT_WELL;
    Host *host = host_wishes_open(&options->host, period_us, &code);

    if (host)
        host =
            turns_record(host, options->files[0], host_wishes_replayed(&options->host),
                         &policy_default, &code);
    if (!host)
        return code;
    code = listen(host, options->host.cycles);
    host_close(host);
    return code;
}

int cli_record(int argc, char **argv)
{
    g_auto(RecordOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "period", 0, 0, G_OPTION_ARG_STRING, &options.period,
          "How often to observe (default: 3)", "SECONDS" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL,
          "FILE" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL, "Writes down in FILE what a host says, and changes nothing.", entries);
    int64_t period_us = 0;
    int code = EXIT_WELL;

    host_wishes_add(context, &options.host);
    if (!cli_parse(context, argc, argv, &code))
        return code;
    if (!options.files || options.files[1])
        return cli_misused("one FILE to write to is needed");
    if (options.period && !period_parse(options.period, &period_us))
        return cli_misused("--period %s: seconds, from 0.01 to a day", options.period);
    return record(&options, period_us);
}
