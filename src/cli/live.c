/*
 * live.c - see live.h.
 *
 * Whether one acts may change while one runs.  So there is always the host and, around
 * it, one that only pretends; which of them the engine deals with is the mode.
 */
#include "live.h"

#include <inttypes.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/lock.h"
#include "host/libvirt.h"
#include "telling.h"

/* How often one looks who else pins VMs. */
#define RIVALS_US (5 * G_TIME_SPAN_MINUTE)

typedef struct {
    const LiveWishes *wishes;
    Conf *conf;
    Host *bare, *real, *dry; /* each wraps the one before; the last owns them */
    bool recorded;           /* real is bare with a recorder around it */
    bool met;                /* it has answered */
    int lock;                /* -1 where nobody else is to be kept out */
    Ledger *ledger;
    Engine *engine;
    Telling telling;
    int64_t rivals_us; /* when one looked for them last, by the host's clock; or 0 */
} Live;

static void live_clear(Live *live)
{
    telling_close(&live->telling);
    engine_free(live->engine);
    if (live->ledger)
        ledger_close(live->ledger);
    host_close(live->dry);
    if (live->lock >= 0)
        close(live->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static bool acts(const Conf *conf)
{
    return conf->mode == MODE_MANAGE;
}

/* ── who decides ──────────────────────────────────────────────────────────── */

static void dismiss(Live *live)
{
    g_clear_pointer(&live->engine, engine_free);
    g_clear_pointer(&live->ledger, ledger_close);
    if (live->lock >= 0)
        close(live->lock);
    live->lock = -1;
}

static void have_observed(Live *live)
{
    g_autofree char *path = wishes_ledger(live->wishes->host);

    live->ledger = ledger_read(path);
    live->engine = engine_new(live->dry, &live->conf->policy, live->ledger);
}

static bool have_managed(Live *live, GError **error)
{
    g_autofree char *directory = wishes_run_dir(live->wishes->host);
    g_autofree char *path = wishes_ledger(live->wishes->host);

    live->lock = lock_take(directory, "cpu", error);
    if (live->lock < 0)
        return false;
    live->ledger = ledger_open(path, error);
    if (!live->ledger)
        return false;
    live->engine = engine_new(live->real, &live->conf->policy, live->ledger);
    return true;
}

/* Who only observes should know why nothing happens. */
static void say_mode(const Live *live)
{
    if (!acts(live->conf) && !live->wishes->turns->dry_run)
        g_message("only observing; to have it act, say --mode manage, or mode = manage "
                  "in [run] of the configuration");
}

/* ── reading the configuration again ──────────────────────────────────────── */

static void change_mode(Live *live)
{
    g_autoptr(GError) error = NULL;

    dismiss(live);
    if (acts(live->conf) && !have_managed(live, &error)) {
        g_message("only observing: %s", error->message);
        dismiss(live);
        live->conf->mode = MODE_OBSERVE;
    } else {
        say_mode(live);
    }
    if (!live->engine)
        have_observed(live);
}

static void reload(DaemonWishes *daemon)
{
    Live *live = daemon->data;
    g_auto(Conf) before = *live->conf;
    int code;

    live->conf->connect = g_strdup(before.connect);
    if (!live->wishes->settle(live->wishes->options, live->conf, &code)) {
        g_message("the configuration stays as it was");
        return;
    }
    g_message("the configuration was read again");
    if (g_strcmp0(before.connect, live->conf->connect) != 0)
        g_message("another host is for the next start; this one stays %s",
                  daemon->what);
    if (acts(&before) != acts(live->conf))
        change_mode(live);
    else
        engine_reconsider(live->engine, &live->conf->policy);
    daemon->engine = live->engine;
    daemon->period_us = wishes_period(live->conf);
}

/* ── running ──────────────────────────────────────────────────────────────── */

static void look_for_rivals(Live *live, int64_t now_us)
{
    g_autofree char *rival = NULL;

    if (live->rivals_us != 0 && now_us - live->rivals_us < RIVALS_US)
        return;
    live->rivals_us = MAX(now_us, 1);
    rival = host_libvirt_rival(live->bare);
    if (rival)
        g_warning("%s runs on this host, and pins VMs as well: one of us is too many",
                  rival);
}

static bool tell(const Period *period, void *data)
{
    Live *live = data;

    if (!live->met)
        say_mode(live);
    live->met = true;
    live->telling.dry = !acts(live->conf);
    look_for_rivals(live, period->sample.taken_us);
    return !period->derived || telling_tell(&live->telling, period);
}

static void add_status(GString *out, void *data)
{
    const Live *live = data;

    g_string_append_printf(out, "%s; policy %s, a period every %g s\n",
                           acts(live->conf) ? "managing" : "only observing",
                           rule_name(live->conf->policy.rule),
                           (double)wishes_period(live->conf) / G_USEC_PER_SEC);
    g_string_append_printf(out, "%" PRId64 " calls of libvirt\n",
                           host_libvirt_calls(live->bare));
}

/* False, with *@code, after saying why. */
static bool live_init(Live *live, const LiveWishes *wishes, Host *host, Conf *conf,
                      int *code)
{
    const Turns *turns = wishes->turns;
    g_autoptr(GError) error = NULL;
    bool heard;

    *live = (Live){ .wishes = wishes, .conf = conf, .bare = host, .lock = -1 };
    heard =
        telling_open(&live->telling, &conf->policy, turns->json, true, turns->journal);
    live->recorded = turns->record != NULL;
    live->real = turns->record
                     ? turns_record(host, turns->record, NULL, &conf->policy, code)
                     : host;
    if (!live->real)
        return false;
    live->dry = host_dry_wrap(live->real);
    if (!heard) {
        *code = EXIT_FAILED;
    } else if (acts(conf) && !have_managed(live, &error)) {
        *code = cli_failed("%s", error->message);
    } else {
        if (!live->engine)
            have_observed(live);
        return true;
    }
    return false;
}

static int end(const Live *live)
{
    if (live->telling.journal.failed ||
        (live->recorded && !host_record_is_whole(live->real)))
        return EXIT_FAILED;
    return cli_printed();
}

int live_run(const LiveWishes *wishes, Host *host, Conf *conf)
{
    DaemonWishes daemon = { .cycles = wishes->turns->cycles,
                            .exit_when_idle = wishes->turns->exit_when_idle,
                            .tell = tell,
                            .reload = reload,
                            .status = add_status };
    g_autofree char *what = g_strdup(wishes_name(conf));
    g_autoptr(GError) error = NULL;
    g_auto(Live) live;
    int code = EXIT_WELL;

    if (!live_init(&live, wishes, host, conf, &code))
        return code;
    daemon.what = what;
    daemon.engine = live.engine;
    daemon.period_us = wishes_period(conf);
    daemon.data = &live;
    if (!daemon_run(&daemon, live.dry, &error))
        return cli_broken(error);
    return end(&live);
}
