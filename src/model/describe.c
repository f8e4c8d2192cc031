/*
 * describe.c - from the VMs and vCPUs of a sample to those of a snapshot.
 *
 * A snapshot is used again and again: its arrays only grow, and the name of a VM is
 * copied only where another one stood before.
 */
#include "describe.h"

#include <string.h>

static void make_room(const Sample *sample, Snapshot *out)
{
    out->n_vms = (int)sample->vms->len;
    out->n_vcpus = (int)sample->vcpus->len;
    if (out->n_vms > out->max_vms) {
        out->vms = g_renew(Vm, out->vms, out->n_vms);
        for (int i = out->max_vms; i < out->n_vms; i++)
            out->vms[i].name = NULL;
        out->max_vms = out->n_vms;
    }
    if (out->n_vcpus > out->max_vcpus) {
        out->max_vcpus = out->n_vcpus;
        out->vcpus = g_renew(Vcpu, out->vcpus, out->max_vcpus);
    }
    if (sample->topology->n_pcpus > out->max_pcpus) {
        out->max_pcpus = sample->topology->n_pcpus;
        out->foreign = g_renew(int, out->foreign, out->max_pcpus);
    }
}

/* A kernel lets what may run nowhere run anywhere. */
static const CpuSet *what_is_allowed(const Topology *topology, const CpuSet *wish)
{
    const CpuSet *set = cpusets_and(topology->sets, wish, topology->online);

    return set->n_cpus > 0 ? set : topology->online;
}

static void describe_vms(const Sample *sample, Snapshot *out)
{
    for (int i = 0; i < out->n_vms; i++) {
        const SampleVm *seen = &g_array_index(sample->vms, SampleVm, i);
        Vm *vm = &out->vms[i];

        memcpy(vm->uuid, seen->uuid, UUID_SIZE);
        if (g_strcmp0(vm->name, seen->name) != 0) {
            g_free(vm->name);
            vm->name = g_strdup(seen->name);
        }
        vm->first_vcpu = seen->first_vcpu;
        vm->n_vcpus = seen->n_vcpus;
        vm->weight = MAX(seen->weight, 1);
        vm->busy = seen->busy || seen->hands_off;
    }
}

static void describe_vcpus(const Sample *sample, Snapshot *out)
{
    const Topology *topology = sample->topology;
    const CpuSet *wish = NULL, *allowed = NULL;

    for (int i = 0; i < out->n_vcpus; i++) {
        const SampleVcpu *seen = &g_array_index(sample->vcpus, SampleVcpu, i);
        bool placed = seen->pcpu >= 0 && seen->pcpu < topology->n_pcpus;

        if (seen->allowed != wish)
            allowed = what_is_allowed(topology, seen->allowed);
        wish = seen->allowed;
        out->vcpus[i] = (Vcpu){
            .vm = seen->vm,
            .number = seen->number,
            .waited = -1,
            .pcpu = placed ? seen->pcpu : -1,
            .allowed = allowed,
            .pins = seen->pins,
        };
    }
}

void describe(const Sample *sample, int64_t lasted_us, Snapshot *out)
{
    make_room(sample, out);
    out->taken_us = sample->taken_us;
    out->period_us = lasted_us;
    out->topology = sample->topology;
    describe_vms(sample, out);
    describe_vcpus(sample, out);
}
