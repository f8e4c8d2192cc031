/*
 * libvirt.c - a host that is real, observed.
 *
 * One call a period tells of all VMs.  What it does not tell is remembered from before,
 * and asked again of a few VMs: those that are new, those of which an event said that
 * something changed, and one more, in turn.
 */
#include "libvirt_host.h"

#include <string.h>

#include "local.h"

enum {
    STUDIES_US = 2 * G_USEC_PER_SEC,
    FIRST_STUDIES_US = 10 * G_USEC_PER_SEC,
    MOMENT_US = 3 * G_USEC_PER_SEC / 10,
    N_EYES = 16,
    N_HANDS = 8,
};

static SampleVm *vm_of(GArray *vms, guint i)
{
    return &g_array_index(vms, SampleVm, i);
}

static void say_what_is_missing(LibvirtHost *host, const Glance *glance)
{
    if (glance->n_silent > 0 && !host->silence_said) {
        g_message(
            "this host does not tell of all VMs at once; each is asked by itself");
        host->silence_said = true;
    }
    if (host->delay_said || glance->vcpus->len == 0 ||
        g_array_index(glance->vcpus, SampleVcpu, 0).waited_ns != SAMPLE_UNKNOWN)
        return;
    g_message("this host does not tell how long vCPUs wait; their run time has to do");
    host->delay_said = true;
}

/* ── what is known besides ────────────────────────────────────────────────── */

/* By the highest number, which there may be gaps below. */
static int n_vcpus_of(const Glance *glance, const SampleVm *vm)
{
    int last = vm->first_vcpu + vm->n_vcpus - 1;

    return vm->n_vcpus == 0 ? 0
                            : g_array_index(glance->vcpus, SampleVcpu, last).number + 1;
}

/* A VM whose polling is told only when nobody else holds it, and now is not. */
static bool is_held(KnownVm *known, const Glance *glance, const SampleVm *vm)
{
    bool polls = vm->n_vcpus > 0 &&
                 g_array_index(glance->vcpus, SampleVcpu, vm->first_vcpu).polled_ns !=
                     SAMPLE_UNKNOWN;
    bool held = known->polls && !polls;

    known->polls = known->polls || polls;
    return held;
}

/* There is time for what is new, of which nothing could be said otherwise, and less for
 * what may have changed. */
static bool is_time_left(const LibvirtHost *host, const KnownVm *vm, int64_t begun_us)
{
    int64_t lasted_us = g_get_monotonic_time() - begun_us;

    return lasted_us < (vm->known ? STUDIES_US : FIRST_STUDIES_US) &&
           !(host->stop && *host->stop);
}

static void know(LibvirtHost *host, Glance *glance, const GPtrArray *order)
{
    int64_t begun_us = g_get_monotonic_time();
    guint turn = order->len > 0 ? host->turn++ % order->len : 0;

    for (guint i = 0; i < order->len; i++) {
        SampleVm *vm = g_ptr_array_index(order, i);
        guint at = (guint)(vm - vm_of(glance->vms, 0));
        KnownVm *known =
            libvirt_host_vm(host, vm->uuid, g_ptr_array_index(glance->domains, at));
        int n_vcpus = n_vcpus_of(glance, vm);

        known->seen = host->n_observed;
        vm->busy = is_held(known, glance, vm) || vm->busy;
        g_array_set_size(known->last, 0);
        if (vm->n_vcpus > 0)
            g_array_append_vals(
                known->last, &g_array_index(glance->vcpus, SampleVcpu, vm->first_vcpu),
                (guint)vm->n_vcpus);
        if (n_vcpus > (int)known->pins->len)
            known->stale |= STALE_PINS;
        if (i == turn)
            known->stale = STALE_ALL;
        if (known_vm_is_free(host, known) && known->stale &&
            is_time_left(host, known, begun_us))
            libvirt_host_study(host, known, n_vcpus);
    }
}

static gboolean is_gone(gpointer key, gpointer value, gpointer host)
{
    (void)key;
    return ((KnownVm *)value)->seen < ((LibvirtHost *)host)->n_observed;
}

/* ── a sample ─────────────────────────────────────────────────────────────── */

static void write_vcpu(LibvirtHost *host, const KnownVm *known, SampleVcpu *vcpu)
{
    vcpu->allowed = known_vm_allowed(host, known, vcpu->number);
    vcpu->pins = known_vm_pins(host, known, vcpu->number);
    if (vcpu->pins->n_cpus == 1)
        vcpu->pcpu = vcpu->pins->span - 1;
    else if (vcpu->pcpu < 0 && vcpu->number < (int)known->pcpus->len)
        vcpu->pcpu = g_array_index(known->pcpus, int, vcpu->number);
}

/* Where none of the CPUs that an owner allows is online, the kernel takes another: it is not
 * for us to choose one that is not allowed. */
static bool is_homeless(const LibvirtHost *host, const SampleVcpu *vcpu)
{
    return !cpuset_meets(vcpu->allowed, host->topology->online);
}

/* A VM of which nothing is known yet is left out: it is seen as soon as it is. */
static void write_vm(LibvirtHost *host, const Glance *glance, SampleVm *vm, Sample *out)
{
    KnownVm *known = g_hash_table_lookup(host->vms, vm->uuid);
    SampleVm copy = *vm;

    if (!known->known)
        return;
    copy.name = g_steal_pointer(&vm->name);
    copy.first_vcpu = (int)out->vcpus->len;
    copy.weight = known->weight;
    copy.quota = known->quota;
    copy.busy = copy.busy || known->out;
    copy.hands_off = known->hands_off;
    copy.state = g_strdup(known->state);
    for (int i = 0; i < vm->n_vcpus; i++) {
        SampleVcpu vcpu = g_array_index(glance->vcpus, SampleVcpu, vm->first_vcpu + i);

        vcpu.vm = (int)out->vms->len;
        write_vcpu(host, known, &vcpu);
        g_array_append_val(out->vcpus, vcpu);
        if (!is_homeless(host, &vcpu))
            continue;
        known_vm_excuse(known, "no CPU that its owner allows is online");
        copy.hands_off = true;
    }
    g_array_append_val(out->vms, copy);
}

static gint by_uuid(gconstpointer a, gconstpointer b)
{
    const SampleVm *const *left = a, *const *right = b;

    return strcmp((*left)->uuid, (*right)->uuid);
}

static GPtrArray *in_order(const Glance *glance)
{
    GPtrArray *order = g_ptr_array_sized_new(glance->vms->len);

    for (guint i = 0; i < glance->vms->len; i++)
        g_ptr_array_add(order, vm_of(glance->vms, i));
    g_ptr_array_sort(order, by_uuid);
    return order;
}

static void write_down(LibvirtHost *host, Glance *glance, Sample *out)
{
    g_autoptr(GPtrArray) order = in_order(glance);

    out->taken_us = glance->taken_us;
    out->topology = host->topology;
    if (host->local)
        local_busy(host->topology->n_pcpus, out->busy_ns);
    know(host, glance, order);
    for (guint i = 0; i < order->len; i++)
        write_vm(host, glance, g_ptr_array_index(order, i), out);
    g_hash_table_foreach_remove(host->vms, is_gone, host);
}

static bool observe(Host *base, Sample *out, GError **error)
{
    LibvirtHost *host = (LibvirtHost *)base;
    g_autoptr(GError) why = NULL;
    Errand *errand = NULL;

    sample_reset(out);
    host->n_observed++;
    if (libvirt_host_connect(host, &why) && libvirt_host_look_at_cpus(host, &why))
        errand = libvirt_host_look(host, &why);
    if (!errand) {
        libvirt_host_disconnect(host);
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    say_what_is_missing(host, errand_value(errand));
    write_down(host, errand_value(errand), out);
    errand_drop(errand);
    return true;
}

/* ── life ─────────────────────────────────────────────────────────────────── */

static void watch(Host *base, HostHint hint, void *data)
{
    LibvirtHost *host = (LibvirtHost *)base;

    host->hint = hint;
    host->hint_data = data;
}

static void close_host(Host *base)
{
    LibvirtHost *host = (LibvirtHost *)base;

    libvirt_host_hang_up(host);
    g_hash_table_unref(host->vms);
    hands_free(host->hands);
    hands_free(host->eyes);
    g_ptr_array_unref(host->topologies);
    cpusets_free(host->sets);
    if (host->online)
        g_byte_array_unref(host->online);
    g_free(host->online_text);
    g_free(host->uri);
    g_free(host);
}

static const HostOps libvirt_ops = {
    .kind = "libvirt",
    .observe = observe,
    .pin = libvirt_host_pin,
    .remember = libvirt_host_remember,
    .watch = watch,
    .close = close_host,
};

static void free_topology(void *topology)
{
    topology_free(topology);
}

Host *host_libvirt_open(const char *uri)
{
    LibvirtHost *host = g_new0(LibvirtHost, 1);

    host->host = (Host){ &libvirt_ops, true };
    host->uri = g_strdup(uri);
    host->patience_us = LIBVIRT_PATIENCE_US;
    host->moment_us = MOMENT_US;
    host->eyes = hands_new(N_EYES);
    host->hands = hands_new(N_HANDS);
    host->sets = cpusets_new();
    host->topologies = g_ptr_array_new_with_free_func(free_topology);
    host->vms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, known_vm_free);
    return &host->host;
}

void host_libvirt_heed(Host *host, const volatile sig_atomic_t *stop)
{
    ((LibvirtHost *)host)->stop = stop;
}

char *host_libvirt_rival(const Host *host)
{
    return ((const LibvirtHost *)host)->local ? local_rival() : NULL;
}

int64_t host_libvirt_calls(const Host *host)
{
    return ((const LibvirtHost *)host)->n_calls;
}
