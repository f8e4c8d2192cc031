/*
 * libvirt_ears.c - events of libvirt, and what each may have changed.
 *
 * What we change ourselves comes back as an event too.  So pins and metadata are looked
 * at again, but not sooner for it: only a VM that comes, goes or wakes is news.
 */
#include "libvirt_ears.h"

#include <glib.h>

enum { N_EVENTS = 5 };

struct Ears {
    EarsHeard heard; /* NULL when closed */
    void *data;
    int n_owners; /* changed by several threads */
    int ids[N_EVENTS];
};

Ears *ears_new(EarsHeard heard, void *data)
{
    Ears *ears = g_new0(Ears, 1);

    *ears = (Ears){ .heard = heard, .data = data, .n_owners = 1 };
    for (int i = 0; i < N_EVENTS; i++)
        ears->ids[i] = -1;
    return ears;
}

Ears *ears_share(Ears *ears)
{
    __atomic_add_fetch(&ears->n_owners, 1, __ATOMIC_RELAXED);
    return ears;
}

void ears_let_go(Ears *ears)
{
    if (__atomic_sub_fetch(&ears->n_owners, 1, __ATOMIC_ACQ_REL) == 0)
        g_free(ears);
}

static void let_go(void *data)
{
    ears_let_go(data);
}

void ears_close(Ears *ears)
{
    ears->heard = NULL;
    ears_let_go(ears);
}

static void hear(const Ears *ears, virDomainPtr domain, Stale stale)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = "";

    if (ears->heard && virDomainGetUUIDString(domain, uuid) == 0)
        ears->heard(ears->data, uuid, stale);
}

/* ── events ───────────────────────────────────────────────────────────────── */

static void on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event,
                         int detail, void *data)
{
    bool written =
        event == VIR_DOMAIN_EVENT_DEFINED || event == VIR_DOMAIN_EVENT_UNDEFINED;

    (void)connection, (void)detail;
    if (event == VIR_DOMAIN_EVENT_STARTED)
        hear(data, domain, STALE_ALL | STALE_SOON);
    else
        hear(data, domain, written ? STALE_XML : STALE_SOON);
}

static void on_reboot(virConnectPtr connection, virDomainPtr domain, void *data)
{
    (void)connection;
    hear(data, domain, STALE_SOON);
}

#define VCPUPIN "cputune.vcpupin" /* and its number */

/* Pins, shares, quota: some in what is in force, some in the XML. */
static void on_tunable(virConnectPtr connection, virDomainPtr domain,
                       virTypedParameterPtr params, int n_params, void *data)
{
    Stale stale = STALE_NOTHING;

    (void)connection;
    for (int i = 0; i < n_params; i++)
        stale |= g_str_has_prefix(params[i].field, VCPUPIN) ? STALE_PINS : STALE_XML;
    hear(data, domain, stale);
}

static void on_metadata(virConnectPtr connection, virDomainPtr domain, int type,
                        const char *uri, void *data)
{
    (void)connection, (void)type, (void)uri;
    hear(data, domain, STALE_XML);
}

static void on_device(virConnectPtr connection, virDomainPtr domain, const char *alias,
                      void *data)
{
    bool vcpu = g_str_has_prefix(alias, "vcpu");

    (void)connection;
    hear(data, domain, vcpu ? STALE_PINS | STALE_SOON : STALE_NOTHING);
}

static void on_close(virConnectPtr connection, int reason, void *data)
{
    const Ears *ears = data;

    (void)connection, (void)reason;
    if (ears->heard)
        ears->heard(ears->data, NULL, STALE_LINE | STALE_SOON);
}

/* ── tied to a connection ─────────────────────────────────────────────────── */

/* libvirt takes functions of all kinds by one type. */
#define ANY(function) ((virConnectDomainEventGenericCallback)(void (*)(void))(function))

static const struct {
    int id;
    virConnectDomainEventGenericCallback told;
} events[N_EVENTS] = {
    { VIR_DOMAIN_EVENT_ID_LIFECYCLE, ANY(on_lifecycle) },
    { VIR_DOMAIN_EVENT_ID_REBOOT, ANY(on_reboot) },
    { VIR_DOMAIN_EVENT_ID_TUNABLE, ANY(on_tunable) },
    { VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, ANY(on_metadata) },
    { VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, ANY(on_device) },
};

/* An event that a host does not know is looked for instead, now and then.  Some hosts
 * agree to tell when they hang up, and forget that they did; so no share of ours is left
 * with them for it.  Who ties ears has one until they are untied. */
int ears_tie(Ears *ears, virConnectPtr connection)
{
    for (int i = 0; i < N_EVENTS; i++) {
        ears->ids[i] = virConnectDomainEventRegisterAny(
            connection, NULL, events[i].id, events[i].told, ears_share(ears), let_go);
        if (ears->ids[i] < 0)
            ears_let_go(ears);
    }
    virConnectRegisterCloseCallback(connection, on_close, ears, NULL);
    return N_EVENTS + 1;
}

int ears_untie(Ears *ears, virConnectPtr connection)
{
    for (int i = 0; i < N_EVENTS; i++)
        if (ears->ids[i] >= 0)
            virConnectDomainEventDeregisterAny(connection, ears->ids[i]);
    virConnectUnregisterCloseCallback(connection, on_close);
    return N_EVENTS + 1;
}
