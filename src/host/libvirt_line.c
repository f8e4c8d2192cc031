/*
 * libvirt_line.c - opening and closing a connection, and asking which CPUs are there.
 *
 * Everything here can take as long as it pleases the other side.
 */
#include "libvirt_asks.h"

#include <libvirt-glib/libvirt-glib-event.h>
#include <string.h>

#include "libvirt_error.h"

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

/* One that is not at the other end of anything, but in libvirt's own pretence of a host. */
static bool is_inside(const char *uri)
{
    return uri && g_str_has_prefix(uri, "test:///");
}

/* Whoever asks first had better not wait for it. */
static void open_spare(Opening *opening)
{
    virConnectPtr spare = lines_take(opening->lines, &opening->n_calls);

    lines_give(opening->lines, spare);
}

void opening_run(void *value, const Errand *errand)
{
    Opening *opening = value;
    virConnectPtr connection = virConnectOpen(opening->uri);
    char *uri;

    (void)errand;
    opening->n_calls = 2;
    if (!connection) {
        opening->error = libvirt_error_lost();
        return;
    }
    uri = virConnectGetURI(connection);
    opening->local = is_local(uri);
    opening->n_calls += ears_tie(opening->ears, connection);
    opening->line = line_new(connection, ears_share(opening->ears));
    opening->lines = lines_new(opening->uri, is_inside(uri) ? connection : NULL);
    open_spare(opening);
    free(uri);
}

void opening_free(void *value)
{
    Opening *opening = value;

    g_clear_pointer(&opening->line, line_let_go);
    g_clear_pointer(&opening->lines, lines_let_go);
    ears_let_go(opening->ears);
    g_clear_error(&opening->error);
    g_free(opening->uri);
    g_free(opening);
}

/* ── closing ──────────────────────────────────────────────────────────────── */

Closing *closing_new(Line *line, Lines *lines)
{
    Closing *closing = g_new0(Closing, 1);

    *closing = (Closing){ line, lines };
    return closing;
}

void closing_run(void *value, const Errand *errand)
{
    Closing *closing = value;

    (void)errand;
    g_clear_pointer(&closing->line, line_let_go);
    g_clear_pointer(&closing->lines, lines_let_go);
}

void closing_free(void *value)
{
    closing_run(value, NULL);
    g_free(value);
}

/* ── CPUs ─────────────────────────────────────────────────────────────────── */

CpusAsk *cpus_ask_new(Lines *lines, const GByteArray *known)
{
    CpusAsk *ask = g_new0(CpusAsk, 1);

    ask->lines = lines_share(lines);
    if (known)
        ask->known = g_byte_array_append(g_byte_array_new(), known->data, known->len);
    return ask;
}

/* A host that has no such map has all the CPUs it ever will. */
static bool look_at_map(CpusAsk *ask, virConnectPtr connection)
{
    unsigned char *map = NULL;
    unsigned n_online;

    ask->n_calls++;
    ask->n_pcpus = virNodeGetCPUMap(connection, &map, &n_online, 0);
    if (ask->n_pcpus > 0)
        ask->online = g_byte_array_append(g_byte_array_new(), map,
                                          (guint)VIR_CPU_MAPLEN(ask->n_pcpus));
    free(map);
    return ask->online && ask->known && ask->online->len == ask->known->len &&
           memcmp(ask->online->data, ask->known->data, ask->known->len) == 0;
}

static void look_at_all(CpusAsk *ask, virConnectPtr connection)
{
    virNodeInfo info;
    char *text;

    if (look_at_map(ask, connection))
        return;
    ask->n_calls += 2;
    if (virNodeGetInfo(connection, &info) == 0)
        ask->n_pcpus = MAX(ask->n_pcpus, (int)VIR_NODEINFO_MAXCPUS(info));
    text = virConnectGetCapabilities(connection);
    if (!text)
        ask->error = libvirt_error_lost();
    ask->capabilities = g_strdup(text);
    free(text);
}

void cpus_ask_run(void *value, const Errand *errand)
{
    CpusAsk *ask = value;
    virConnectPtr connection = lines_take(ask->lines, &ask->n_calls);

    (void)errand;
    if (connection)
        look_at_all(ask, connection);
    else
        ask->error = libvirt_error_lost();
    lines_give(ask->lines, connection);
}

void cpus_ask_free(void *value)
{
    CpusAsk *ask = value;

    lines_let_go(ask->lines);
    if (ask->known)
        g_byte_array_unref(ask->known);
    if (ask->online)
        g_byte_array_unref(ask->online);
    g_clear_error(&ask->error);
    g_free(ask->capabilities);
    g_free(ask);
}
