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
static void take_no(VmAsk *ask)
{
    virErrorPtr why = virSaveLastError();
    bool running = true;

    if (why && why->code == VIR_ERR_OPERATION_INVALID) {
        ask->n_calls++;
        running = virDomainIsActive(ask->domain) != 0;
    }
    ask->error = libvirt_error_of(why, running);
    virFreeError(why);
}

/* Whether nobody holds it.  Hosts that know no jobs have none; one that cannot tell of the
 * job of an arriving VM calls that an invalid operation. */
static bool is_free(VmAsk *ask)
{
    virDomainJobInfo job;

    ask->n_calls++;
    if (virDomainGetJobInfo(ask->domain, &job) == 0) {
        if (job.type != VIR_DOMAIN_JOB_NONE)
            ask->error = busy("another job holds it");
        return !ask->error;
    }
    if (virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
        return true;
    take_no(ask);
    if (ask->error->code == HOST_ERROR_REFUSED)
        ask->error->code = HOST_ERROR_BUSY;
    return false;
}

/* ── pins ─────────────────────────────────────────────────────────────────── */

static unsigned char *map_of(const CpuSet *set, int map_len)
{
    unsigned char *map = g_malloc0((gsize)map_len);

    for (int cpu = cpuset_next(set, 0); cpu >= 0 && cpu < map_len * 8;
         cpu = cpuset_next(set, cpu + 1))
        map[cpu / 8] = (unsigned char)(map[cpu / 8] | 1 << cpu % 8);
    return map;
}

PinAsk *pin_ask_new(Lines *lines, virDomainPtr domain, int vcpu, int map_len,
                    const CpuSet *from, const CpuSet *to)
{
    PinAsk *pin = g_new0(PinAsk, 1);

    *pin = (PinAsk){ .vcpu = vcpu,
                     .map_len = map_len,
                     .from = map_of(from, map_len),
                     .to = map_of(to, map_len) };
    vm_ask_init(&pin->ask, lines, domain);
    return pin;
}

void pin_ask_free(void *value)
{
    PinAsk *pin = value;

    vm_ask_clear(&pin->ask);
    g_free(pin->from);
    g_free(pin->to);
    g_free(pin);
}

/* Whether there is anything to write, and it is ours to write. */
static bool read_back(PinAsk *pin)
{
    size_t map_len = (size_t)pin->map_len;
    g_autofree unsigned char *maps = g_malloc0(map_len * (size_t)(pin->vcpu + 1));
    const unsigned char *now = maps + map_len * (size_t)pin->vcpu;
    int n_maps = virDomainGetVcpuPinInfo(pin->ask.domain, pin->vcpu + 1, maps,
                                         pin->map_len, VIR_DOMAIN_AFFECT_CURRENT);

    pin->ask.n_calls++;
    if (n_maps < 0)
        take_no(&pin->ask);
    if (n_maps <= pin->vcpu)
        return n_maps >= 0;
    pin->done = memcmp(now, pin->to, map_len) == 0;
    if (!pin->done && memcmp(now, pin->from, map_len) != 0)
        pin->ask.error = busy("somebody else has just pinned it");
    return !pin->done && !pin->ask.error;
}

static void write_pin(PinAsk *pin, const Errand *errand)
{
    if (!is_free(&pin->ask) || !read_back(pin) || !errand_is_wanted(errand))
        return;
    pin->ask.n_calls++;
    pin->done = virDomainPinVcpu(pin->ask.domain, (unsigned)pin->vcpu, pin->to,
                                 pin->map_len) == 0;
    if (!pin->done)
        take_no(&pin->ask);
}

void pin_ask_run(void *value, const Errand *errand)
{
    PinAsk *pin = value;

    if (vm_ask_begin(&pin->ask))
        write_pin(pin, errand);
    vm_ask_end(&pin->ask);
}

/* ── notes ────────────────────────────────────────────────────────────────── */

NoteAsk *note_ask_new(Lines *lines, virDomainPtr domain, const char *state)
{
    NoteAsk *note = g_new0(NoteAsk, 1);

    vm_ask_init(&note->ask, lines, domain);
    note->xml = state ? vm_state_to_xml(state) : NULL;
    return note;
}

void note_ask_free(void *value)
{
    NoteAsk *note = value;

    vm_ask_clear(&note->ask);
    g_free(note->xml);
    g_free(note);
}

static void write_note(NoteAsk *note, const Errand *errand)
{
    if (!is_free(&note->ask) || !errand_is_wanted(errand))
        return;
    note->ask.n_calls++;
    note->done = virDomainSetMetadata(note->ask.domain, VIR_DOMAIN_METADATA_ELEMENT,
                                      note->xml, note->xml ? "pinflow" : NULL,
                                      vm_state_uri, VIR_DOMAIN_AFFECT_LIVE) == 0;
    if (!note->done)
        take_no(&note->ask);
}

void note_ask_run(void *value, const Errand *errand)
{
    NoteAsk *note = value;

    if (vm_ask_begin(&note->ask))
        write_note(note, errand);
    vm_ask_end(&note->ask);
}
