/*
 * loop.c - see daemon.h.
 *
 * Causes set flags or times, and one function turns.  Between two turns the main loop of
 * GLib sleeps, and with it everything of libvirt's; it is woken once a period, or by a
 * hint, or by a signal.
 */
#include "daemon/daemon.h"

#include <glib-unix.h>
#include <unistd.h>

#include "daemon/signals.h"
#include "notify.h"
#include "pace.h"
#include "status.h"

/* So many events are dealt with before one looks at the host all the same. */
enum { EVENTS_MAX = 1000 };

typedef struct {
    DaemonWishes *wishes; /* borrowed, as is the host */
    Host *host;
    Pace pace;
    Notify notify;
    GSource *alarm, *bell;
    Period period;
    int64_t n_turns;    /* that saw something */
    int64_t planned_us; /* when the last plan was made, */
    Outcome outcome;    /* and what became of it */
    int n_periods;      /* that could be compared with the one before */
    int64_t lost_us;    /* since when, or 0 */
    bool on_terminal;   /* at the start: a terminal that is gone since has hung up */
} Daemon;

/* ── what the main loop waits for ─────────────────────────────────────────── */

/* It has woken up, which was all. */
static gboolean be_quiet(GSource *alarm, GSourceFunc nothing, void *data)
{
    (void)nothing, (void)data;
    g_source_set_ready_time(alarm, -1);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs alarm_kind = { .dispatch = be_quiet };

static gboolean hear_bell(int fd, GIOCondition condition, void *data)
{
    uint64_t rung;
    ssize_t n = read(fd, &rung, sizeof rung);

    (void)n, (void)condition, (void)data;
    return G_SOURCE_CONTINUE;
}

static void take_hint(void *data)
{
    Daemon *daemon = data;

    pace_hint(&daemon->pace, g_get_monotonic_time());
}

static void daemon_init(Daemon *daemon, DaemonWishes *wishes, Host *host)
{
    *daemon = (Daemon){ .wishes = wishes, .host = host };
    daemon->on_terminal = isatty(STDERR_FILENO);
    daemon->alarm = g_source_new(&alarm_kind, sizeof(GSource));
    daemon->bell = g_unix_fd_source_new(signals_heed_all(), G_IO_IN);
    g_source_set_callback(daemon->bell, G_SOURCE_FUNC(hear_bell), NULL, NULL);
    g_source_attach(daemon->alarm, NULL);
    g_source_attach(daemon->bell, NULL);
    period_init(&daemon->period);
    notify_open(&daemon->notify);
    host_watch(host, take_hint, daemon);
    pace_start(&daemon->pace, wishes->period_us, g_get_monotonic_time());
}

static void daemon_clear(Daemon *daemon)
{
    host_watch(daemon->host, NULL, NULL);
    notify_tell(&daemon->notify, "STOPPING=1");
    notify_close(&daemon->notify);
    period_clear(&daemon->period);
    g_source_destroy(daemon->alarm);
    g_source_unref(daemon->alarm);
    g_source_destroy(daemon->bell);
    g_source_unref(daemon->bell);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Daemon, daemon_clear)

/* ── signals ──────────────────────────────────────────────────────────────── */

static bool ending(void)
{
    return *signals_end() != 0;
}

/* On a terminal that went away, HUP means what it meant first. */
static bool hung_up(const Daemon *daemon)
{
    return daemon->on_terminal && !isatty(STDERR_FILENO);
}

static void reload(Daemon *daemon)
{
    DaemonWishes *wishes = daemon->wishes;
    int64_t now_us = g_get_monotonic_time();

    if (!wishes->reload)
        return;
    notify_reloading(&daemon->notify, now_us);
    wishes->reload(wishes);
    if (wishes->period_us != daemon->pace.period_us)
        pace_change(&daemon->pace, wishes->period_us, now_us);
    notify_tell(&daemon->notify, "READY=1");
}

static void print_status(const Daemon *daemon)
{
    int64_t now_us = g_get_monotonic_time();
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;

    status_format(daemon->wishes->what, &daemon->period, &daemon->outcome,
                  now_us - daemon->planned_us, daemon->n_turns, text);
    if (daemon->lost_us != 0)
        g_string_append_printf(text, "lost for %d s\n",
                               (int)((now_us - daemon->lost_us) / G_USEC_PER_SEC));
    if (daemon->wishes->status)
        daemon->wishes->status(text, daemon->wishes->data);
    lines = g_strsplit(text->str, "\n", -1);
    for (int i = 0; lines[i]; i++)
        if (*lines[i] != '\0')
            g_message("%s", lines[i]);
}

/* False if it is time to go. */
static bool heed_signals(Daemon *daemon)
{
    if (signals_take(SIGHUP)) {
        if (hung_up(daemon))
            return false;
        reload(daemon);
    }
    if (signals_take(SIGUSR1))
        print_status(daemon);
    return !ending();
}

/* ── turning ──────────────────────────────────────────────────────────────── */

/* False if it is time to go. */
static bool wait_for_turn(Daemon *daemon)
{
    for (int i = 0; i < EVENTS_MAX && g_main_context_iteration(NULL, FALSE); i++)
        ;
    while (heed_signals(daemon)) {
        int64_t now_us = g_get_monotonic_time();
        int64_t alive_us = notify_alive(&daemon->notify, now_us);

        if (now_us >= daemon->pace.due_us)
            return true;
        g_source_set_ready_time(daemon->alarm, MIN(daemon->pace.due_us, alive_us));
        g_main_context_iteration(NULL, TRUE);
    }
    return false;
}

static bool turn(Daemon *daemon, GError **error)
{
    Period *period = &daemon->period;

    if (daemon->wishes->engine)
        return engine_step(daemon->wishes->engine, period, error);
    period->derived = false;
    return daemon->host->ops->observe(daemon->host, &period->sample, error);
}

/* Part of a plan may have been carried out when the host is lost. */
static bool tell(Daemon *daemon)
{
    const DaemonWishes *wishes = daemon->wishes;

    if (daemon->period.derived) {
        daemon->planned_us = daemon->pace.looked_us;
        daemon->outcome = daemon->period.outcome;
    }
    return !wishes->tell || wishes->tell(&daemon->period, wishes->data);
}

/* Without an engine, a period lies between two turns. */
static bool is_whole_period(const Daemon *daemon)
{
    return daemon->wishes->engine ? daemon->period.derived : daemon->n_turns > 0;
}

/* It answered.  False if that is enough. */
static bool see(Daemon *daemon)
{
    const DaemonWishes *wishes = daemon->wishes;
    int64_t now_us = g_get_monotonic_time();

    pace_seen(&daemon->pace, now_us);
    if (daemon->n_turns == 0)
        notify_tell(&daemon->notify, "READY=1");
    if (daemon->lost_us != 0)
        g_message("%s is back after %d s", wishes->what,
                  (int)((now_us - daemon->lost_us) / G_USEC_PER_SEC));
    if (daemon->n_turns == 0 || daemon->lost_us != 0)
        notify_status(&daemon->notify, wishes->what);
    daemon->lost_us = 0;
    if (is_whole_period(daemon))
        daemon->n_periods++;
    daemon->n_turns++;
    if (!tell(daemon))
        return false;
    return !(wishes->exit_when_idle && daemon->period.sample.vms->len == 0) &&
           !(wishes->cycles > 0 && daemon->n_periods >= wishes->cycles);
}

/* From the second turn on, whatever it is that the host says: it is asked again. */
static void miss(Daemon *daemon, const GError *why)
{
    if (daemon->period.derived)
        tell(daemon);
    pace_lost(&daemon->pace, g_get_monotonic_time());
    if (daemon->lost_us != 0)
        return;
    daemon->lost_us = daemon->pace.looked_us;
    g_warning("%s; asking again", why->message);
    notify_status(&daemon->notify, why->message);
}

bool daemon_run(DaemonWishes *wishes, Host *host, GError **error)
{
    g_auto(Daemon) daemon;

    daemon_init(&daemon, wishes, host);
    while (wait_for_turn(&daemon)) {
        g_autoptr(GError) why = NULL;

        pace_look(&daemon.pace, g_get_monotonic_time());
        if (turn(&daemon, &why)) {
            if (!see(&daemon))
                return true;
        } else if (ending()) {
            return true;
        } else if (daemon.n_turns == 0 || wishes->impatient) {
            g_propagate_error(error, g_steal_pointer(&why));
            return false;
        } else {
            miss(&daemon, why);
        }
    }
    return true;
}
