/* steady_view.c - a snapshot without a host behind it. */
#include "steady_view.h"

#include <stdio.h>

#include "model/forecast.h"

enum { N_MOMENTS = 16 };

static const CpuSet *allowed_of(CpuSets *sets, const Steady *host, int vcpu)
{
    g_autofree int *cpus = g_new(int, host->n_pcpus);
    int n = 0;

    for (int p = 0; p < host->n_pcpus; p++) {
        if (steady_allows(host, vcpu, p))
            cpus[n++] = p;
    }
    return cpusets_list(sets, cpus, n);
}

static void see_vcpu(const Steady *host, int i, SteadyView *view)
{
    Vm *vm = &view->snapshot.vms[i];
    uint16_t *past = &view->past[i * N_MOMENTS];

    *vm = (Vm){ .first_vcpu = i, .n_vcpus = 1, .weight = 1024 };
    snprintf(vm->uuid, sizeof vm->uuid, "%08x-0000-4000-8000-000000000000", (guint)i);
    vm->name = g_strdup_printf("vm%d", i);
    for (int m = 0; m < N_MOMENTS; m++)
        past[m] = (uint16_t)host->load[i];
    view->snapshot.vcpus[i] = (Vcpu){
        .vm = i,
        .ran = host->load[i],
        .waited = -1,
        .load = host->load[i],
        .mean = host->load[i],
        .past = past,
        .allowed = allowed_of(view->sets, host, i),
    };
}

void steady_view_make(const Steady *host, SteadyView *out)
{
    int n = host->n_pcpus;

    *out = (SteadyView){
        .sets = cpusets_new(),
        .single = g_new(const CpuSet *, n),
        .past = g_new(uint16_t, host->n_vcpus * N_MOMENTS),
        .weights = g_new(int32_t, N_MOMENTS),
    };
    out->topology = topology_new(out->sets, n, 1, n, n);
    for (int p = 0; p < n; p++)
        out->single[p] = cpusets_range(out->sets, p, 1);
    for (int m = 0; m < N_MOMENTS; m++)
        out->weights[m] = FORECAST_WEIGHT_SUM / N_MOMENTS;
    out->snapshot = (Snapshot){
        .taken_us = 2 * G_USEC_PER_SEC,
        .period_us = G_USEC_PER_SEC,
        .topology = out->topology,
        .n_vms = host->n_vcpus,
        .n_vcpus = host->n_vcpus,
        .vms = g_new(Vm, host->n_vcpus),
        .vcpus = g_new(Vcpu, host->n_vcpus),
        .foreign = g_new0(int, n),
        .n_moments = N_MOMENTS,
        .moment_weights = out->weights,
    };
    for (int i = 0; i < host->n_vcpus; i++)
        see_vcpu(host, i, out);
    steady_view_pin(out, host->home);
}

void steady_view_pin(SteadyView *view, const int *placement)
{
    for (int i = 0; i < view->snapshot.n_vcpus; i++) {
        view->snapshot.vcpus[i].pins = view->single[placement[i]];
        view->snapshot.vcpus[i].pcpu = placement[i];
    }
}

void steady_view_clear(SteadyView *view)
{
    snapshot_clear(&view->snapshot);
    g_free(view->single);
    g_free(view->past);
    g_free(view->weights);
    topology_free(view->topology);
    cpusets_free(view->sets);
}
