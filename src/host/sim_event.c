/* sim_event.c - things that happen, at their time. */
#include "sim_event.h"

/* Counters begin at zero.  What is not the VM's own is as it was. */
static void resume_vm(Sim *sim, int number)
{
    SimVm *vm = sim_vm(sim, number);

    vm->running = true;
    vm->busy_until_us = 0;
    for (int i = 0; i < vm->max_vcpus; i++) {
        SimVcpu *vcpu = sim_vcpu(sim, vm->first_vcpu + i);

        vcpu->ran_ns = vcpu->waited_ns = vcpu->polled_ns = vcpu->behind_us = 0;
    }
}

static void start_vm(Sim *sim, int number)
{
    SimVm *vm = sim_vm(sim, number);

    resume_vm(sim, number);
    for (int i = 0; i < vm->max_vcpus; i++) {
        SimVcpu *vcpu = sim_vcpu(sim, vm->first_vcpu + i);

        vcpu->pins = vcpu->start;
        sim_aim(sim, vcpu);
    }
}

/* What was left with it ends with it. */
static void stop_vm(Sim *sim, int number)
{
    sim_vm(sim, number)->running = false;
    g_clear_pointer(&sim_vm(sim, number)->state, g_free);
}

static void pin(Sim *sim, SimVm *vm, const CpuSet *cpus)
{
    for (int i = 0; i < vm->n_vcpus; i++) {
        SimVcpu *vcpu = sim_vcpu(sim, vm->first_vcpu + i);

        vcpu->pins = cpus;
        sim_aim(sim, vcpu);
    }
}

/* The last CPU stays, as it does on any host. */
static void switch_cpus(Sim *sim, const CpuSet *cpus, bool on)
{
    const CpuSet *all = cpusets_range(sim->sets, 0, sim->topology->n_pcpus);
    const CpuSet *online = sim->topology->online;
    const CpuSet *offline = cpusets_minus(sim->sets, all, online);

    if (on)
        offline = cpusets_minus(sim->sets, offline, cpus);
    else
        offline = cpusets_minus(sim->sets, all, cpusets_minus(sim->sets, online, cpus));
    online = cpusets_minus(sim->sets, all, offline);
    if (online->n_cpus > 0 && online != sim->topology->online)
        sim_change_topology(sim, topology_with_online(sim->topology, online));
}

static void happen(Sim *sim, const SimEvent *event)
{
    switch (event->kind) {
    case SIM_EVENT_START:
        if (!sim_vm(sim, event->vm)->running)
            start_vm(sim, event->vm);
        return;
    case SIM_EVENT_STOP:
        stop_vm(sim, event->vm);
        return;
    case SIM_EVENT_RESTART:
        if (!sim_vm(sim, event->vm)->running)
            return;
        stop_vm(sim, event->vm);
        start_vm(sim, event->vm);
        return;
    case SIM_EVENT_RESTORE:
        if (sim_vm(sim, event->vm)->running)
            resume_vm(sim, event->vm);
        return;
    case SIM_EVENT_BUSY:
        sim_vm(sim, event->vm)->busy_until_us = sim->now_us + event->lasts_us;
        return;
    case SIM_EVENT_REFUSE:
        sim_vm(sim, event->vm)->refuses = true;
        return;
    case SIM_EVENT_PLUG:
        sim_vm(sim, event->vm)->n_vcpus = event->number;
        return;
    case SIM_EVENT_WEIGHT:
        sim_vm(sim, event->vm)->weight = event->number;
        return;
    case SIM_EVENT_QUOTA:
        sim_vm(sim, event->vm)->quota = event->number;
        return;
    case SIM_EVENT_PIN:
        pin(sim, sim_vm(sim, event->vm), event->cpus);
        return;
    case SIM_EVENT_OFFLINE:
        switch_cpus(sim, event->cpus, false);
        return;
    case SIM_EVENT_ONLINE:
        switch_cpus(sim, event->cpus, true);
        return;
    case SIM_EVENT_LOST:
        sim->lost_until_us = sim->now_us + event->lasts_us;
        return;
    }
}

void sim_events_due(Sim *sim)
{
    while (sim_events_next(sim) <= sim->now_us)
        happen(sim, &g_array_index(sim->events, SimEvent, sim->next_event++));
}

int64_t sim_events_next(const Sim *sim)
{
    if ((guint)sim->next_event == sim->events->len)
        return SIM_NEVER;
    return g_array_index(sim->events, SimEvent, sim->next_event).at_us;
}

void sim_add_event(Sim *sim, SimEvent event)
{
    guint at = sim->events->len;

    while (at > 0 && g_array_index(sim->events, SimEvent, at - 1).at_us > event.at_us)
        at--;
    g_array_insert_val(sim->events, at, event);
}
