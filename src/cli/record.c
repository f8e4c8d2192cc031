/* record.c - "pinflow record": write down what a host says, and change nothing. */
#include "daemon/daemon.h"
#include "daemon/signals.h"
#include "engine/engine.h"
#include "turns.h"
#include "wishes.h"

typedef struct {
    HostWishes host;
    gboolean dry_run; /* which it is anyway */
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

/* There is no use in listening to what is not written down. */
static bool go_on(const Period *period, void *recorder)
{
    (void)period;
    return host_record_is_whole(recorder);
}

static bool listen(Host *host, const HostWishes *wishes, const Conf *conf,
                   GError **error)
{
    DaemonWishes daemon = { .what = wishes_name(conf),
                            .period_us = wishes_period(conf),
                            .cycles = wishes->cycles,
                            .tell = go_on,
                            .data = host };

    return daemon_run(&daemon, host, error);
}

/* A period lies between two samples. */
static void listen_on(Host *host, int cycles, GError **error)
{
    bool well = true;
    Sample sample;

    sample_init(&sample);
    signals_heed_end();
    for (int n = 0; well && (cycles == 0 || n <= cycles) && !*signals_end(); n++)
        well = host->ops->observe(host, &sample, error) && host_record_is_whole(host);
    sample_clear(&sample);
}

static int record(const RecordOptions *options, const Conf *conf)
{
    g_autoptr(GError) error = NULL;
    int code = EXIT_WELL;
    Host *host = host_wishes_open(&options->host, conf, &code);

    if (host)
        host = turns_record(host, options->files[0], wishes_replayed(conf),
                            &conf->policy, &code);
    if (!host)
        return code;
    if (host->live)
        listen(host, &options->host, conf, &error);
    else
        listen_on(host, options->host.cycles, &error);
    if (error && !g_error_matches(error, HOST_ERROR, HOST_ERROR_ENDED))
        code = cli_broken(error);
    else if (!host_record_is_whole(host))
        code = EXIT_FAILED;
    host_close(host);
    return code;
}

int cli_record(int argc, char **argv)
{
    g_auto(RecordOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "period", 0, 0, G_OPTION_ARG_STRING, &options.period,
          "How often to observe (default: 3)", "SECONDS" },
        { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
          "Change nothing, as ever", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL,
          "FILE" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL, "Writes down in FILE what a host says, and changes nothing.", entries);
    g_auto(Conf) conf = { 0 };
    int code = EXIT_WELL;

    host_wishes_add(context, &options.host);
    if (!cli_parse(context, argc, argv, &code) ||
        !wishes_settle(&options.host, NULL, &policy_default, &conf, &code))
        return code;
    if (!options.files || options.files[1])
        return cli_misused("one FILE to write to is needed");
    if (options.period && !period_parse(options.period, &conf.period_us))
        return cli_misused("--period %s: seconds, from 0.01 to a day", options.period);
    return record(&options, &conf);
}
