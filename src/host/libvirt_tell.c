/*
 * libvirt_tell.c - what is told to a VM: pins, and a note to carry.
 *
 * Both take the VM's job, and wait for whoever has it; so it is first looked whether
 * somebody does.  What is already so is not told, and what is not as it was thought to be
 * has been changed by somebody else just now: that is for the next period to judge.
 *
 * Only what is in force is changed.  virDomainPinVcpu() is the call that means that on
 * every kind of host.
 */
#include "libvirt_asks.h"

#include <string.h>

#include "libvirt_error.h"
#include "libvirt_xml.h"

static GError *busy(const char *why)
{
    return g_error_new_literal(HOST_ERROR, HOST_ERROR_BUSY, why);
}

/* What the last call was told, where it failed. */
static GError *why_not(virDomainPtr domain, int *n_calls)
{
    virErrorPtr why = virSaveLastError();
    bool running = true;
    GError *error;

    if (why && why->code == VIR_ERR_OPERATION_INVALID) {
        ++*n_calls;
        running = virDomainIsActive(domain) != 0;
    }
    error = libvirt_error_of(why, running);
    virFreeError(why);
    return error;
}

/* NULL when it is free.  Hosts that know no jobs have none; one that cannot tell of the
 * job of an arriving VM calls that an invalid operation. */
static GError *who_holds(virDomainPtr domain, int *n_calls)
{
    virDomainJobInfo job;
    GError *error;

    ++*n_calls;
    if (virDomainGetJobInfo(domain, &job) == 0)
        return job.type == VIR_DOMAIN_JOB_NONE ? NULL : busy("another job holds it");
    if (virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
        return NULL;
    error = why_not(domain, n_calls);
    if (error->code == HOST_ERROR_REFUSED)
        error->code = HOST_ERROR_BUSY;
    return error;
}

/* ── pins ─────────────────────────────────────────────────────────────────── */

static unsigned char *map_of(const CpuSet *set, int map_len)
{
    unsigned char *map = g_malloc0((gsize)map_len);

    for (int cpu = cpuset_next(set, 0); cpu >= 0 && cpu < map_len * 8;
         cpu = cpuset_next(set, cpu + 1))
        VIR_USE_CPU(map, cpu);
    return map;
}

PinAsk *pin_ask_new(virDomainPtr domain, int vcpu, int map_len, const CpuSet *from,
                    const CpuSet *to)
{
    PinAsk *ask = g_new0(PinAsk, 1);

    virDomainRef(domain);
    *ask = (PinAsk){ .domain = domain,
                     .vcpu = vcpu,
                     .map_len = map_len,
                     .from = map_of(from, map_len),
                     .to = map_of(to, map_len) };
    return ask;
}

void pin_ask_free(void *value)
{
    PinAsk *ask = value;

    virDomainFree(ask->domain);
    g_clear_error(&ask->error);
    g_free(ask->from);
    g_free(ask->to);
    g_free(ask);
}

/* Whether there is anything to write, and it is ours to write. */
static bool read_back(PinAsk *ask)
{
    size_t map_len = (size_t)ask->map_len;
    g_autofree unsigned char *maps = g_malloc0(map_len * (size_t)(ask->vcpu + 1));
    const unsigned char *now = maps + map_len * (size_t)ask->vcpu;
    int n_maps = virDomainGetVcpuPinInfo(ask->domain, ask->vcpu + 1, maps, ask->map_len,
                                         VIR_DOMAIN_AFFECT_CURRENT);

    ask->n_calls++;
    if (n_maps < 0) {
        ask->error = why_not(ask->domain, &ask->n_calls);
        return false;
    }
    if (n_maps <= ask->vcpu)
        return true;
    ask->done = memcmp(now, ask->to, map_len) == 0;
    if (!ask->done && memcmp(now, ask->from, map_len) != 0)
        ask->error = busy("somebody else has just pinned it");
    return !ask->done && !ask->error;
}

void pin_ask_run(void *value, const Errand *errand)
{
    PinAsk *ask = value;

    ask->error = who_holds(ask->domain, &ask->n_calls);
    if (ask->error || !read_back(ask) || !errand_is_wanted(errand))
        return;
    ask->n_calls++;
    ask->done =
        virDomainPinVcpu(ask->domain, (unsigned)ask->vcpu, ask->to, ask->map_len) == 0;
    if (!ask->done)
        ask->error = why_not(ask->domain, &ask->n_calls);
}

/* ── notes ────────────────────────────────────────────────────────────────── */

NoteAsk *note_ask_new(virDomainPtr domain, const char *state)
{
    NoteAsk *ask = g_new0(NoteAsk, 1);

    virDomainRef(domain);
    ask->domain = domain;
    ask->xml = state ? vm_state_to_xml(state) : NULL;
    return ask;
}

void note_ask_free(void *value)
{
    NoteAsk *ask = value;

    virDomainFree(ask->domain);
    g_clear_error(&ask->error);
    g_free(ask->xml);
    g_free(ask);
}

void note_ask_run(void *value, const Errand *errand)
{
    NoteAsk *ask = value;

    ask->error = who_holds(ask->domain, &ask->n_calls);
    if (ask->error || !errand_is_wanted(errand))
        return;
    ask->n_calls++;
    ask->done = virDomainSetMetadata(ask->domain, VIR_DOMAIN_METADATA_ELEMENT, ask->xml,
                                     ask->xml ? "pinflow" : NULL, vm_state_uri,
                                     VIR_DOMAIN_AFFECT_LIVE) == 0;
    if (!ask->done)
        ask->error = why_not(ask->domain, &ask->n_calls);
}
