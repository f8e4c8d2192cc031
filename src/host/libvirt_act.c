/*
 * libvirt_act.c - telling a VM what it may run on, and what to carry with it.
 *
 * Nobody waits for a VM that is busy longer than a moment.  What was told it is then
 * called off; if it was too late for that, it is found out by looking.
 */
#include "libvirt_host.h"

#include "libvirt_xml.h"

static bool say_no(GError **error, HostError kind, const char *why)
{
    g_set_error_literal(error, HOST_ERROR, (int)kind, why);
    return false;
}

/* The VM, where it may be told something just now.  Where as many are stuck as there are
 * hands, it is libvirt that is, and waiting once more for each VM would take for ever. */
static KnownVm *find(LibvirtHost *host, const char *uuid, GError **error)
{
    KnownVm *vm = g_hash_table_lookup(host->vms, uuid);

    if (!host->line || host->hung_up)
        say_no(error, HOST_ERROR_LOST, "the connection is closed");
    else if (!vm || !vm->domain || vm->seen < host->n_observed)
        say_no(error, HOST_ERROR_GONE, "it runs no more");
    else if (!known_vm_is_free(host, vm))
        say_no(error, HOST_ERROR_BUSY, "it has not answered yet");
    else if (hands_are_all_out(host->hands))
        say_no(error, HOST_ERROR_BUSY, "too many have not answered yet");
    else
        return vm;
    return NULL;
}

/* Whether the VM did as it was told.  An errand that takes too long stays with the VM. */
static bool tell(LibvirtHost *host, KnownVm *vm, Errand *errand, const bool *done,
                 GError **error)
{
    VmAsk *ask;

    if (!libvirt_host_wait(host, errand, libvirt_host_moment(host))) {
        errand_recall(errand);
        vm->out = errand;
        return say_no(error, HOST_ERROR_BUSY, "it does not answer");
    }
    ask = errand_value(errand);
    host->n_calls += ask->n_calls;
    if (!*done)
        g_propagate_error(error, g_steal_pointer(&ask->error));
    return *done;
}

static void pinned(LibvirtHost *host, KnownVm *vm, int vcpu, const CpuSet *cpus)
{
    if ((guint)vcpu < vm->pins->len)
        vm->pins->pdata[vcpu] = (gpointer)cpusets_adopt(host->sets, cpus);
}

bool libvirt_host_pin(Host *base, const char *uuid, int vcpu, const CpuSet *cpus,
                      GError **error)
{
    LibvirtHost *host = (LibvirtHost *)base;
    KnownVm *vm = find(host, uuid, error);
    Errand *errand;
    PinAsk *pin;
    bool done;

    if (!vm)
        return false;
    pin = pin_ask_new(host->lines, vm->domain, vcpu, host->map_len,
                      known_vm_pins(host, vm, vcpu), cpus);
    errand = hands_send(host->hands, pin_ask_run, pin, pin_ask_free);
    done = tell(host, vm, errand, &pin->done, error);
    if (done)
        pinned(host, vm, vcpu, cpus);
    else
        vm->stale |= STALE_PINS;
    if (errand != vm->out)
        errand_drop(errand);
    return done;
}

bool libvirt_host_remember(Host *base, const char *uuid, const char *state,
                           GError **error)
{
    LibvirtHost *host = (LibvirtHost *)base;
    KnownVm *vm = find(host, uuid, error);
    Errand *errand;
    NoteAsk *note;
    bool done;

    if (!vm)
        return false;
    note = note_ask_new(host->lines, vm->domain, state);
    errand = hands_send(host->hands, note_ask_run, note, note_ask_free);
    done = tell(host, vm, errand, &note->done, error);
    if (done) {
        g_free(vm->state);
        vm->state = g_strdup(state);
    }
    if (errand != vm->out)
        errand_drop(errand);
    return done;
}
