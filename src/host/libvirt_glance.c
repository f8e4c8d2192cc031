/*
 * libvirt_glance.c - one call tells how all VMs are.
 *
 * A VM that another job holds is told of without waiting for it: what would have needed
 * that job is missing then, and that is how we know.  Hosts that tell too little that way
 * are asked VM by VM.
 */
#include "libvirt_asks.h"

#include <stdlib.h>
#include <string.h>

#include "libvirt_error.h"
#include "libvirt_words.h"

/* The most vCPUs that libvirt tells of. */
enum { VCPUS_MAX = 16384 };

static Glance *make(void)
{
    Glance *glance = g_new0(Glance, 1);

    glance->domains = g_ptr_array_new();
    glance->vms = g_array_new(FALSE, TRUE, sizeof(SampleVm));
    glance->vcpus = g_array_new(FALSE, TRUE, sizeof(SampleVcpu));
    return glance;
}

Glance *glance_new(Line *line)
{
    Glance *glance = make();

    glance->line = line_share(line);
    return glance;
}

Glance *glance_new_only(Lines *lines, GPtrArray *only)
{
    Glance *glance = make();

    glance->lines = lines_share(lines);
    glance->only = g_ptr_array_new();
    for (guint i = 0; i < only->len; i++) {
        virDomainRef(g_ptr_array_index(only, i));
        g_ptr_array_add(glance->only, g_ptr_array_index(only, i));
    }
    return glance;
}

static void let_go(GPtrArray *domains)
{
    for (guint i = 0; domains && i < domains->len; i++)
        virDomainFree(g_ptr_array_index(domains, i));
    if (domains)
        g_ptr_array_unref(domains);
}

void glance_free(void *value)
{
    Glance *glance = value;

    let_go(glance->only);
    let_go(glance->domains);
    for (guint i = 0; i < glance->vms->len; i++)
        g_free(g_array_index(glance->vms, SampleVm, i).name);
    g_array_unref(glance->vms);
    g_array_unref(glance->vcpus);
    g_clear_pointer(&glance->line, line_let_go);
    g_clear_pointer(&glance->lines, lines_let_go);
    g_clear_error(&glance->error);
    g_free(glance);
}

/* ── one VM ───────────────────────────────────────────────────────────────── */

/* Why a VM is as it is, where that is because of a job. */
static bool holds_a_job(int state, int reason)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
        return reason == VIR_DOMAIN_RUNNING_POSTCOPY;
    case VIR_DOMAIN_PAUSED:
        return reason == VIR_DOMAIN_PAUSED_MIGRATION ||
               reason == VIR_DOMAIN_PAUSED_SAVE || reason == VIR_DOMAIN_PAUSED_DUMP ||
               reason == VIR_DOMAIN_PAUSED_SNAPSHOT ||
               reason == VIR_DOMAIN_PAUSED_STARTING_UP ||
               reason == VIR_DOMAIN_PAUSED_POSTCOPY ||
               reason == VIR_DOMAIN_PAUSED_POSTCOPY_FAILED ||
               reason == VIR_DOMAIN_PAUSED_SHUTTING_DOWN;
    case VIR_DOMAIN_SHUTDOWN:
        return true;
    default:
        return false;
    }
}

static SampleVcpu *add_vcpu(Glance *glance, int number)
{
    SampleVcpu vcpu = { .vm = (int)glance->vms->len - 1,
                        .number = number,
                        .waited_ns = SAMPLE_UNKNOWN,
                        .polled_ns = SAMPLE_UNKNOWN,
                        .pcpu = -1 };

    g_array_append_val(glance->vcpus, vcpu);
    g_array_index(glance->vms, SampleVm, vcpu.vm).n_vcpus++;
    return &g_array_index(glance->vcpus, SampleVcpu, glance->vcpus->len - 1);
}

/* libvirt tells all of one vCPU before it tells of the next. */
static SampleVcpu *vcpu_of_number(Glance *glance, int number)
{
    const SampleVm *vm = &g_array_index(glance->vms, SampleVm, glance->vms->len - 1);
    SampleVcpu *last = vm->n_vcpus > 0 ? &g_array_index(glance->vcpus, SampleVcpu,
                                                        glance->vcpus->len - 1)
                                       : NULL;

    return last && last->number == number ? last : add_vcpu(glance, number);
}

static int64_t whole(unsigned long long value)
{
    return (int64_t)MIN(value, (unsigned long long)G_MAXINT64);
}

/* @what is the rest of "vcpu.N.what". */
static void read_vcpu(SampleVcpu *vcpu, const char *what, unsigned long long value)
{
    if (strcmp(what, "time") == 0)
        vcpu->ran_ns = whole(value);
    else if (strcmp(what, "delay") == 0)
        vcpu->waited_ns = whole(value);
    else if (strcmp(what, "halt_poll_success_ns.sum") == 0 ||
             strcmp(what, "halt_poll_fail_ns.sum") == 0)
        vcpu->polled_ns = MAX(vcpu->polled_ns, 0) + whole(value);
}

/* Whether it is told which vCPUs there are. */
static bool read_params(Glance *glance, const virDomainStatsRecord *record)
{
    bool told = false;
    int state = 0, reason = 0;

    for (int i = 0; i < record->nparams; i++) {
        const virTypedParameter *param = &record->params[i];
        const char *field = param->field;
        char *what;
        long number;

        if (strcmp(field, "state.state") == 0)
            state = param->value.i;
        else if (strcmp(field, "state.reason") == 0)
            reason = param->value.i;
        else if (strcmp(field, "vcpu.current") == 0)
            told = true;
        if (!g_str_has_prefix(field, "vcpu.") || !g_ascii_isdigit(field[5]))
            continue;
        number = strtol(field + 5, &what, 10);
        if (*what == '.' && number >= 0 && number < VCPUS_MAX)
            read_vcpu(vcpu_of_number(glance, (int)number), what + 1,
                      param->type == VIR_TYPED_PARAM_ULLONG ? param->value.ul : 0);
    }
    g_array_index(glance->vms, SampleVm, glance->vms->len - 1).busy =
        holds_a_job(state, reason);
    return told;
}

/* The vCPUs of one VM, by a call of its own.  Some hosts leave room where one is missing,
 * which looks like another first one. */
static void ask_alone(Glance *glance, virDomainPtr domain)
{
    g_autofree virVcpuInfo *infos = g_new0(virVcpuInfo, VCPUS_MAX);
    int n_infos = virDomainGetVcpus(domain, infos, VCPUS_MAX, NULL, 0);
    int next = 0;

    glance->n_calls++;
    glance->n_silent++;
    for (int i = 0; i < n_infos; i++) {
        SampleVcpu *vcpu;

        if ((int)infos[i].number < next)
            continue;
        next = (int)infos[i].number + 1;
        vcpu = add_vcpu(glance, (int)infos[i].number);
        vcpu->ran_ns = whole(infos[i].cpuTime);
        vcpu->pcpu = infos[i].cpu;
    }
}

static void add_vm(Glance *glance, virDomainPtr domain)
{
    SampleVm vm = { .first_vcpu = (int)glance->vcpus->len };
    const char *name = virDomainGetName(domain);

    virDomainRef(domain);
    g_ptr_array_add(glance->domains, domain);
    virDomainGetUUIDString(domain, vm.uuid);
    vm.name = libvirt_words(name ? name : vm.uuid);
    g_array_append_val(glance->vms, vm);
}

/* ── all of them ──────────────────────────────────────────────────────────── */

/* For hosts that know no bulk statistics. */
static void look_one_by_one(Glance *glance, virConnectPtr connection)
{
    virDomainPtr *domains = NULL;
    int n_domains =
        virConnectListAllDomains(connection, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);

    glance->n_calls++;
    if (n_domains < 0) {
        glance->error = libvirt_error_lost();
        return;
    }
    for (int i = 0; i < n_domains; i++) {
        add_vm(glance, domains[i]);
        ask_alone(glance, domains[i]);
        virDomainFree(domains[i]);
    }
    free(domains);
}

void glance_read(Glance *glance, virDomainStatsRecordPtr *records, int n_records)
{
    for (int i = 0; i < n_records; i++) {
        add_vm(glance, records[i]->dom);
        if (!read_params(glance, records[i]))
            ask_alone(glance, records[i]->dom);
    }
}

enum {
    STATS = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_VCPU,
    FLAGS = VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE |
            VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT,
};

/* The same VMs on another line; those that are gone are left out. */
static GPtrArray *find_on(virConnectPtr connection, Glance *glance)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < glance->only->len; i++) {
        unsigned char uuid[VIR_UUID_BUFLEN];
        virDomainPtr domain;

        virDomainGetUUID(g_ptr_array_index(glance->only, i), uuid);
        domain = virDomainLookupByUUID(connection, uuid);
        glance->n_calls++;
        if (domain)
            g_ptr_array_add(found, domain);
    }
    return found;
}

/* The answer of one call; its number of records, or -1. */
static int ask_some(Glance *glance, virConnectPtr connection,
                    virDomainStatsRecordPtr **out)
{
    GPtrArray *domains = find_on(connection, glance);
    guint n_domains = domains->len;
    int n_records;

    g_ptr_array_add(domains, NULL);
    n_records = n_domains == 0 ? 0
                               : virDomainListGetStats((virDomainPtr *)domains->pdata,
                                                       STATS, out, FLAGS);
    g_ptr_array_set_size(domains, (int)n_domains);
    let_go(domains);
    return n_records;
}

static void look(Glance *glance, virConnectPtr connection)
{
    int64_t begun = g_get_monotonic_time();
    virDomainStatsRecordPtr *records = NULL;
    int n_records =
        glance->only ? ask_some(glance, connection, &records)
                     : virConnectGetAllDomainStats(connection, STATS, &records, FLAGS);

    glance->n_calls++;
    glance->taken_us = g_get_monotonic_time();
    glance->lasted_us = glance->taken_us - begun;
    if (n_records >= 0)
        glance_read(glance, records, n_records);
    else if (virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
        look_one_by_one(glance, connection);
    else
        glance->error = libvirt_error_lost();
    if (records)
        virDomainStatsRecordListFree(records);
}

void glance_run(void *value, const Errand *errand)
{
    Glance *glance = value;
    virConnectPtr spare;

    (void)errand;
    if (glance->line) {
        look(glance, line_connection(glance->line));
        return;
    }
    spare = lines_take(glance->lines, &glance->n_calls);
    if (spare)
        look(glance, spare);
    else
        glance->error = libvirt_error_lost();
    lines_give(glance->lines, spare);
}
