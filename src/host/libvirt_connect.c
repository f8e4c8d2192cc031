/*
 * libvirt_connect.c - coming by a connection, and being rid of one.
 *
 * Opening can wait for ever: for a password, a firewall, a libvirtd that was stopped in
 * its tracks.  So nobody waits for it longer than a while; the same attempt is waited for
 * again next time, until it has had its chance, and then another one is begun.  Each gets
 * twice the time of the one before it, so that never many are under way.
 */
#include "libvirt_host.h"

enum {
    OPEN_US = 5 * G_USEC_PER_SEC,
    CLOSE_US = G_USEC_PER_SEC / 4,
    MOMENT_MAX_US = 15 * G_USEC_PER_SEC / 10,
    PATIENCE_TIMES = 512,
};

static bool told_to_stop(const LibvirtHost *host)
{
    return host->stop && *host->stop;
}

bool libvirt_host_wait(LibvirtHost *host, Errand *errand, int64_t until_us)
{
    return errand_wait(errand, until_us, host->stop);
}

int64_t libvirt_host_moment(const LibvirtHost *host)
{
    int64_t slow_us = MIN(2 * host->glance_us, MOMENT_MAX_US);

    return g_get_monotonic_time() + MAX(host->moment_us, slow_us);
}

/* ── events ───────────────────────────────────────────────────────────────── */

static void mark(LibvirtHost *host, const char *uuid, Stale stale)
{
    KnownVm *vm = uuid ? g_hash_table_lookup(host->vms, uuid) : NULL;

    if (vm)
        vm->stale |= stale & STALE_ALL;
}

static void heard(void *data, const char *uuid, Stale stale)
{
    LibvirtHost *host = data;

    mark(host, uuid, stale);
    if (stale & STALE_LINE)
        host->hung_up = true;
    if ((stale & STALE_SOON) && host->hint)
        host->hint(host->hint_data);
}

/* ── closing ──────────────────────────────────────────────────────────────── */

/* What belongs to a connection holds it open. */
static void let_go_of_domains(LibvirtHost *host)
{
    GHashTableIter iter;
    void *vm;

    g_hash_table_iter_init(&iter, host->vms);
    while (g_hash_table_iter_next(&iter, NULL, &vm))
        g_clear_pointer(&((KnownVm *)vm)->domain, virDomainFree);
}

void libvirt_host_disconnect(LibvirtHost *host)
{
    Errand *closing;

    if (!host->line)
        return;
    g_clear_pointer(&host->glancing, errand_drop);
    let_go_of_domains(host);
    closing = hands_send(host->eyes, closing_run, closing_new(host->line, host->lines),
                         closing_free);
    errand_wait(closing, g_get_monotonic_time() + CLOSE_US, NULL);
    errand_leave(closing);
    ears_close(host->ears);
    host->line = NULL;
    host->lines = NULL;
    host->ears = NULL;
}

/* ── opening ──────────────────────────────────────────────────────────────── */

static void begin(LibvirtHost *host)
{
    host->new_ears = ears_new(heard, host);
    host->opening = hands_send(host->eyes, opening_run,
                               opening_new(host->uri, host->new_ears), opening_free);
    host->opened_us = g_get_monotonic_time();
}

static void let_go_of_opening(LibvirtHost *host)
{
    g_clear_pointer(&host->opening, errand_drop);
    g_clear_pointer(&host->new_ears, ears_close);
}

/* One that has had its chance makes room for another. */
static void give_up_in_time(LibvirtHost *host)
{
    int64_t until_us = host->opened_us + host->patience_us;

    if (!host->opening || g_get_monotonic_time() < until_us ||
        errand_wait(host->opening, 0, NULL))
        return;
    let_go_of_opening(host);
    host->patience_us =
        MIN(2 * host->patience_us, PATIENCE_TIMES * (int64_t)LIBVIRT_PATIENCE_US);
}

/* VMs are as they were, for all we know: which is to be looked at. */
static void adopt(LibvirtHost *host, Opening *opening)
{
    GHashTableIter iter;
    void *vm;

    host->line = g_steal_pointer(&opening->line);
    host->lines = g_steal_pointer(&opening->lines);
    host->ears = g_steal_pointer(&host->new_ears);
    host->local = opening->local;
    host->hung_up = false;
    host->cpus_us = 0;
    host->patience_us = LIBVIRT_PATIENCE_US;
    g_hash_table_iter_init(&iter, host->vms);
    while (g_hash_table_iter_next(&iter, NULL, &vm))
        ((KnownVm *)vm)->stale = STALE_ALL;
}

static bool answer(LibvirtHost *host, GError **error)
{
    Opening *opening = errand_value(host->opening);

    host->n_calls += opening->n_calls;
    if (opening->line)
        adopt(host, opening);
    else
        g_propagate_error(error, g_steal_pointer(&opening->error));
    let_go_of_opening(host);
    return host->line != NULL;
}

void libvirt_host_hang_up(LibvirtHost *host)
{
    if (host->opening && errand_wait(host->opening, 0, NULL))
        answer(host, NULL);
    let_go_of_opening(host);
    libvirt_host_disconnect(host);
}

bool libvirt_host_connect(LibvirtHost *host, GError **error)
{
    if (host->line && !host->hung_up &&
        virConnectIsAlive(line_connection(host->line)) == 1)
        return true;
    libvirt_host_disconnect(host);
    give_up_in_time(host);
    if (!host->opening)
        begin(host);
    if (libvirt_host_wait(host, host->opening, g_get_monotonic_time() + OPEN_US))
        return answer(host, error);
    g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "%s: %s",
                host->uri ? host->uri : "libvirt",
                told_to_stop(host) ? "told to stop while connecting"
                                   : "no answer to a connection");
    return false;
}
