/*
 * libvirt_line.c - opening and closing a connection, and asking which CPUs are there.
 *
 * Everything here can take as long as it pleases the other side.
 */
#include "libvirt_asks.h"

#include <libvirt-glib/libvirt-glib-event.h>
#include <string.h>

#include "libvirt_error.h"

/* Seconds between signs of life over a wire, and how many may be missing. */
enum { KEEPALIVE_S = 5, KEEPALIVE_MISSING = 3 };

/* ── opening ──────────────────────────────────────────────────────────────── */

/* Events come through GLib's main loop from the first connection on. */
static void *register_events(void *data)
{
    (void)data;
    libvirt_errors_hush();
    gvir_event_register();
    return NULL;
}

Opening *opening_new(const char *uri, Ears *ears)
{
    static GOnce registered = G_ONCE_INIT;
    Opening *opening = g_new0(Opening, 1);

    g_once(&registered, register_events, NULL);
    opening->uri = g_strdup(uri);
    opening->ears = ears_share(ears);
    return opening;
}

/* A host of its own kind ("test") and one that is reached through anything but its own
 * socket is not this machine, as far as we can tell. */
static bool is_local(const char *text)
{
    g_autoptr(GUri) uri = text ? g_uri_parse(text, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : "test";
    const char *query = uri ? g_uri_get_query(uri) : NULL;

    return (!host || *host == '\0') && !strchr(scheme, '+') && !query &&
           strcmp(scheme, "test") != 0;
}

void opening_run(void *value, const Errand *errand)
{
    Opening *opening = value;
    char *uri;

    (void)errand;
    opening->n_calls = 2;
    opening->connection = virConnectOpen(opening->uri);
    if (!opening->connection) {
        opening->error = libvirt_error_lost();
        return;
    }
    uri = virConnectGetURI(opening->connection);
    opening->local = is_local(uri);
    free(uri);
    opening->n_calls += ears_tie(opening->ears, opening->connection);
    if (!opening->local)
        virConnectSetKeepAlive(opening->connection, KEEPALIVE_S, KEEPALIVE_MISSING);
}

void opening_free(void *value)
{
    Opening *opening = value;

    if (opening->connection)
        closing_run(&(Closing){ opening->connection, opening->ears }, NULL);
    ears_let_go(opening->ears);
    g_clear_error(&opening->error);
    g_free(opening->uri);
    g_free(opening);
}

/* ── closing ──────────────────────────────────────────────────────────────── */

Closing *closing_new(virConnectPtr connection, Ears *ears)
{
    Closing *closing = g_new0(Closing, 1);

    *closing = (Closing){ connection, ears_share(ears) };
    return closing;
}

void closing_run(void *value, const Errand *errand)
{
    Closing *closing = value;

    (void)errand;
    ears_untie(closing->ears, closing->connection);
    virConnectClose(closing->connection);
    closing->connection = NULL;
}

void closing_free(void *value)
{
    Closing *closing = value;

    if (closing->connection)
        closing_run(closing, NULL);
    ears_let_go(closing->ears);
    g_free(closing);
}

/* ── CPUs ─────────────────────────────────────────────────────────────────── */

CpusAsk *cpus_ask_new(virConnectPtr connection, const GByteArray *known)
{
    CpusAsk *ask = g_new0(CpusAsk, 1);

    virConnectRef(connection);
    ask->connection = connection;
    if (known)
        ask->known = g_byte_array_append(g_byte_array_new(), known->data, known->len);
    return ask;
}

/* A host that has no such map has all the CPUs it ever will. */
static bool look_at_map(CpusAsk *ask)
{
    unsigned char *map = NULL;
    unsigned n_online;

    ask->n_calls++;
    ask->n_pcpus = virNodeGetCPUMap(ask->connection, &map, &n_online, 0);
    if (ask->n_pcpus > 0)
        ask->online = g_byte_array_append(g_byte_array_new(), map,
                                          (guint)VIR_CPU_MAPLEN(ask->n_pcpus));
    free(map);
    return ask->online && ask->known && ask->online->len == ask->known->len &&
           memcmp(ask->online->data, ask->known->data, ask->known->len) == 0;
}

void cpus_ask_run(void *value, const Errand *errand)
{
    CpusAsk *ask = value;
    virNodeInfo info;
    char *text;

    (void)errand;
    if (look_at_map(ask))
        return;
    ask->n_calls += 2;
    if (virNodeGetInfo(ask->connection, &info) == 0)
        ask->n_pcpus = MAX(ask->n_pcpus, (int)VIR_NODEINFO_MAXCPUS(info));
    text = virConnectGetCapabilities(ask->connection);
    if (!text)
        ask->error = libvirt_error_lost();
    ask->capabilities = g_strdup(text);
    free(text);
}

void cpus_ask_free(void *value)
{
    CpusAsk *ask = value;

    virConnectClose(ask->connection);
    if (ask->known)
        g_byte_array_unref(ask->known);
    if (ask->online)
        g_byte_array_unref(ask->online);
    g_clear_error(&ask->error);
    g_free(ask->capabilities);
    g_free(ask);
}
