/*
 * libvirt_look.c - looking at all VMs, and around those that do not answer.
 *
 * A VM may keep libvirt waiting even for how it is: one that is saved into a pipe that
 * nobody reads does, and with it every call that is about all VMs.  Then each is asked
 * whether it is there; those that say so are looked at by themselves, and of the others we
 * keep what was told last.  The call that is stuck is waited for meanwhile: once it
 * returns, all is as before.
 *
 * If all say that they are there, nobody is stuck: the host is slow, and gets its time.
 */
#include "libvirt_host.h"

enum {
    ALL_US = 4 * G_USEC_PER_SEC,
    SOON_US = 4 * G_USEC_PER_SEC / 10,
    PROBE_US = 15 * G_USEC_PER_SEC / 100,
    USUAL_TIMES = 4,
    STUCK_MAX = 3, /* as many hands can be missed */
};

static void be_lost(GError **error)
{
    g_set_error(error, HOST_ERROR, HOST_ERROR_LOST, "libvirt does not answer");
}

/* Somewhat longer than it took lately. */
static int64_t patience(const LibvirtHost *host)
{
    return CLAMP(USUAL_TIMES * host->glance_us, SOON_US, ALL_US);
}

static Errand *send(LibvirtHost *host, Glance *glance)
{
    return hands_send(host->eyes, glance_run, glance, glance_free);
}

/* What was told, if it was. */
static Errand *answer(LibvirtHost *host, Errand *errand, GError **error)
{
    Glance *glance = errand_value(errand);

    host->n_calls += glance->n_calls;
    host->glance_us = MAX(glance->lasted_us, host->glance_us * 7 / 8);
    if (!glance->error)
        return errand;
    g_propagate_error(error, g_steal_pointer(&glance->error));
    errand_drop(errand);
    return NULL;
}

/* ── around those that are stuck ──────────────────────────────────────────── */

/* Whether it answers; where it does not, the errand stays out. */
static bool probe(LibvirtHost *host, KnownVm *vm)
{
    Errand *errand;

    if (!known_vm_is_free(host, vm))
        return false;
    errand = hands_send(host->hands, probe_run, probe_new(host->lines, vm->domain),
                        probe_free);
    if (libvirt_host_wait(host, errand, g_get_monotonic_time() + PROBE_US)) {
        host->n_calls++;
        errand_drop(errand);
        return true;
    }
    errand_recall(errand);
    vm->out = errand;
    return false;
}

/* Those that answer; NULL if it is not a few of them that are stuck. */
static GPtrArray *find_answering(LibvirtHost *host)
{
    g_autoptr(GPtrArray) answering = g_ptr_array_new();
    GHashTableIter iter;
    int n_stuck = 0;
    void *vm;

    g_hash_table_iter_init(&iter, host->vms);
    while (g_hash_table_iter_next(&iter, NULL, &vm) && n_stuck <= STUCK_MAX) {
        if (!((KnownVm *)vm)->domain)
            continue;
        if (probe(host, vm))
            g_ptr_array_add(answering, ((KnownVm *)vm)->domain);
        else
            n_stuck++;
    }
    return n_stuck > 0 && n_stuck <= STUCK_MAX ? g_steal_pointer(&answering) : NULL;
}

static void add_vcpus(Glance *glance, const KnownVm *vm)
{
    for (guint i = 0; i < vm->last->len; i++) {
        SampleVcpu vcpu = g_array_index(vm->last, SampleVcpu, i);

        vcpu.vm = (int)glance->vms->len - 1;
        g_array_append_val(glance->vcpus, vcpu);
    }
}

/* As they were told last. */
static void add_stuck(LibvirtHost *host, Glance *glance)
{
    GHashTableIter iter;
    void *value;

    g_hash_table_iter_init(&iter, host->vms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const KnownVm *known = value;
        SampleVm vm = { .first_vcpu = (int)glance->vcpus->len, .busy = true };

        if (!known->out || !known->domain)
            continue;
        g_strlcpy(vm.uuid, known->uuid, UUID_SIZE);
        vm.name = g_strdup(known->name);
        vm.n_vcpus = (int)known->last->len;
        virDomainRef(known->domain);
        g_ptr_array_add(glance->domains, known->domain);
        g_array_append_val(glance->vms, vm);
        add_vcpus(glance, known);
    }
}

static Errand *look_around(LibvirtHost *host, GPtrArray *answering, GError **error)
{
    Errand *errand = send(host, glance_new_only(host->lines, answering));

    if (!libvirt_host_wait(host, errand, g_get_monotonic_time() + patience(host))) {
        errand_drop(errand);
        be_lost(error);
        return NULL;
    }
    errand = answer(host, errand, error);
    if (errand)
        add_stuck(host, errand_value(errand));
    return errand;
}

/* ── all of them ──────────────────────────────────────────────────────────── */

static bool all_answer(LibvirtHost *host, int64_t within_us)
{
    if (!host->glancing)
        host->glancing = send(host, glance_new(host->line));
    return libvirt_host_wait(host, host->glancing, g_get_monotonic_time() + within_us);
}

Errand *libvirt_host_look(LibvirtHost *host, GError **error)
{
    g_autoptr(GPtrArray) answering = NULL;
    bool stale = host->glancing != NULL;

    if (stale && errand_wait(host->glancing, 0, NULL)) {
        g_clear_pointer(&host->glancing, errand_drop);
        stale = false;
    }
    if (!all_answer(host, stale ? 0 : patience(host))) {
        answering = find_answering(host);
        if (answering)
            return look_around(host, answering, error);
        if (!all_answer(host, ALL_US)) {
            be_lost(error);
            return NULL;
        }
    }
    return answer(host, g_steal_pointer(&host->glancing), error);
}
