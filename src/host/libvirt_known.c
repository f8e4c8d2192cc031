/*
 * libvirt_known.c - what is known of a VM from one period to the next.
 *
 * It is read when the VM is first seen in a life, when an event said that it may have
 * changed, and in turn, a VM a period, in case an event was lost.
 */
#include "libvirt_host.h"

#include <string.h>

#include "libvirt_words.h"
#include "libvirt_xml.h"
#include "local.h"

void known_vm_free(void *value)
{
    KnownVm *vm = value;

    if (vm->out)
        errand_drop(vm->out);
    if (vm->domain)
        virDomainFree(vm->domain);
    g_ptr_array_unref(vm->allowed);
    g_ptr_array_unref(vm->pins);
    g_array_unref(vm->last);
    g_array_unref(vm->pcpus);
    g_free(vm->state);
    g_free(vm->name);
    g_free(vm);
}

static KnownVm *add_vm(LibvirtHost *host, const char *uuid)
{
    KnownVm *vm = g_new0(KnownVm, 1);

    g_strlcpy(vm->uuid, uuid, UUID_SIZE);
    vm->id = -1;
    vm->allowed = g_ptr_array_new();
    vm->pins = g_ptr_array_new();
    vm->last = g_array_new(FALSE, FALSE, sizeof(SampleVcpu));
    vm->pcpus = g_array_new(FALSE, FALSE, sizeof(int));
    g_hash_table_insert(host->vms, vm->uuid, vm);
    return vm;
}

/* Each life has an ID of its own.  Over another connection all of it is to be looked at
 * again, but is taken to be as it was. */
static void greet(KnownVm *vm, virDomainPtr domain)
{
    int id = (int)virDomainGetID(domain);

    if (vm->domain && vm->id == id)
        return;
    vm->known = vm->known && vm->id == id;
    vm->excused = vm->excused && vm->known;
    vm->stale = STALE_ALL;
    vm->id = id;
    virDomainRef(domain);
    g_clear_pointer(&vm->domain, virDomainFree);
    vm->domain = domain;
    g_free(vm->name);
    vm->name = libvirt_words(virDomainGetName(domain));
}

KnownVm *libvirt_host_vm(LibvirtHost *host, const char *uuid, virDomainPtr domain)
{
    KnownVm *vm = g_hash_table_lookup(host->vms, uuid);

    if (!vm)
        vm = add_vm(host, uuid);
    greet(vm, domain);
    return vm;
}

/* ── what was found out ───────────────────────────────────────────────────── */

void known_vm_excuse(KnownVm *vm, const char *why)
{
    if (!vm->excused)
        g_message("%s is left as it is: %s", vm->name, why);
    vm->excused = true;
}

/* A definition that makes no sense is nobody's wish: hands off. */
static bool read_xml(LibvirtHost *host, KnownVm *vm, const char *xml, VmWishes *out)
{
    g_autoptr(GError) why = NULL;

    if (vm_wishes_from_xml(xml, host->topology, out, &why))
        return true;
    known_vm_excuse(vm, why->message);
    return false;
}

/* Shares, where 1024 are usual. */
static int weight_of(const LibvirtHost *host, int shares)
{
    int usual = host->local ? local_usual_shares() : LIBVIRT_WEIGHT;
    int64_t weight = (int64_t)shares * LIBVIRT_WEIGHT / usual;

    return shares > 0 ? (int)CLAMP(weight, 1, G_MAXINT) : LIBVIRT_WEIGHT;
}

static void take_hands_off(KnownVm *vm, const char *why)
{
    if (why)
        known_vm_excuse(vm, why);
    vm->hands_off = why != NULL;
}

/* Of a VM that is not persistent, the definition has our own pins in it: what it says of
 * all vCPUs is the owner's. */
static void take_wishes(LibvirtHost *host, KnownVm *vm, const Study *study)
{
    VmWishes live = { 0 }, owner = { 0 };
    bool sound =
        read_xml(host, vm, study->live_xml, &live) &&
        (!study->inactive_xml || read_xml(host, vm, study->inactive_xml, &owner));
    const VmWishes *wishes = study->inactive_xml ? &owner : &live;

    g_ptr_array_set_size(vm->allowed, 0);
    for (guint i = 0; sound && study->inactive_xml && i < owner.allowed->len; i++)
        g_ptr_array_add(vm->allowed, g_ptr_array_index(owner.allowed, i));
    vm->anywhere = sound ? wishes->anywhere : NULL;
    vm->weight = weight_of(host, live.weight);
    vm->quota = live.quota;
    take_hands_off(vm, live.hands_off ? live.hands_off : wishes->hands_off);
    vm->hands_off = vm->hands_off || !sound;
    g_free(vm->state);
    vm->state = g_steal_pointer(&live.state);
    vm_wishes_clear(&live);
    vm_wishes_clear(&owner);
}

static void take_pins(LibvirtHost *host, KnownVm *vm, const Study *study)
{
    g_ptr_array_set_size(vm->pins, 0);
    for (int i = 0; i < study->n_maps; i++)
        g_ptr_array_add(vm->pins,
                        (gpointer)libvirt_host_set_of(
                            host, study->pins + (gsize)i * (gsize)host->map_len));
}

static void take_running(KnownVm *vm, const Study *study)
{
    g_array_set_size(vm->pcpus, 0);
    for (int i = 0; i < study->n_running; i++) {
        int at = (int)study->running[i].number, cpu = study->running[i].cpu, none = -1;

        while ((int)vm->pcpus->len <= at)
            g_array_append_val(vm->pcpus, none);
        g_array_index(vm->pcpus, int, at) = cpu;
    }
}

/* A VM that may not be read is one that may not be touched. */
static void take_refusal(KnownVm *vm, const GError *why)
{
    if (why->code != HOST_ERROR_REFUSED)
        return;
    known_vm_excuse(vm, why->message);
    vm->hands_off = vm->known = true;
    vm->stale = STALE_NOTHING;
}

static void take_study(LibvirtHost *host, KnownVm *vm, Study *study)
{
    host->n_calls += study->ask.n_calls;
    if (study->ask.error) {
        take_refusal(vm, study->ask.error);
        return;
    }
    if (study->live_xml)
        take_wishes(host, vm, study);
    if (study->pins && study->map_len == host->map_len)
        take_pins(host, vm, study);
    take_running(vm, study);
    vm->stale &= ~study->stale;
    vm->known = vm->known || study->stale == STALE_ALL;
}

/* ── asking ───────────────────────────────────────────────────────────────── */

static bool floats(const KnownVm *vm)
{
    for (guint i = 0; i < vm->pins->len; i++)
        if (((const CpuSet *)g_ptr_array_index(vm->pins, i))->n_cpus > 1)
            return true;
    return vm->pins->len == 0;
}

void libvirt_host_study(LibvirtHost *host, KnownVm *vm, int n_vcpus)
{
    Study *study =
        study_new(host->lines, vm->domain, vm->stale, n_vcpus, host->map_len);
    Errand *errand;

    study->floats = floats(vm);
    errand = hands_send(host->hands, study_run, study, study_free);
    if (libvirt_host_wait(host, errand, libvirt_host_moment(host))) {
        take_study(host, vm, study);
        errand_drop(errand);
        return;
    }
    errand_recall(errand);
    vm->out = errand;
}

bool known_vm_is_free(LibvirtHost *host, KnownVm *vm)
{
    if (!vm->out)
        return true;
    if (!errand_wait(vm->out, 0, NULL))
        return false;
    host->n_calls += ((VmAsk *)errand_value(vm->out))->n_calls;
    g_clear_pointer(&vm->out, errand_drop);
    vm->stale = STALE_ALL;
    return true;
}

/* ── telling ──────────────────────────────────────────────────────────────── */

/* CPUs that the kernel keeps out of balancing are for those only whose owners chose them
 * and no others. */
const CpuSet *known_vm_allowed(const LibvirtHost *host, const KnownVm *vm, int vcpu)
{
    const CpuSet *wish = (guint)vcpu < vm->allowed->len
                             ? g_ptr_array_index(vm->allowed, vcpu)
                             : vm->anywhere;
    const CpuSet *rest;

    if (!wish)
        wish = cpusets_range(host->sets, 0, host->topology->n_pcpus);
    rest = cpusets_minus(host->sets, wish, host->isolated);
    return rest->n_cpus > 0 ? rest : wish;
}

const CpuSet *known_vm_pins(const LibvirtHost *host, const KnownVm *vm, int vcpu)
{
    if ((guint)vcpu < vm->pins->len)
        return g_ptr_array_index(vm->pins, vcpu);
    return cpusets_range(host->sets, 0, host->topology->n_pcpus);
}
