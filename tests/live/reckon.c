/*
 * reckon.c - what our program makes of what it saw.
 *
 *   reckon RECORDING
 *
 * Prints what each vCPU was taken to want, in percents of a CPU: in the last period
 * ("load"), and from what is remembered of all ("mean").
 *
 *   a/0 load 20.1 mean 20.3
 */
#include <stdio.h>

#include "host/host.h"
#include "model/history.h"

static void tell(const Snapshot *snapshot)
{
    for (int v = 0; v < snapshot->n_vcpus; v++) {
        const Vcpu *vcpu = &snapshot->vcpus[v];

        printf("%s/%d load %.1f mean %.1f\n", snapshot->vms[vcpu->vm].name,
               vcpu->number, vcpu->load / 10.0, vcpu->mean / 10.0);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Host) host = argc == 2 ? host_replay_open(argv[1], &error) : NULL;
    g_autoptr(History) history = history_new(forecast_default);
    Snapshot snapshot = { 0 };
    Sample sample;

    if (!host) {
        fprintf(stderr, "%s\n", error ? error->message : "usage: reckon RECORDING");
        return 2;
    }
    sample_init(&sample);
    while (host->ops->observe(host, &sample, &error))
        history_derive(history, &sample, &snapshot);
    tell(&snapshot);
    snapshot_clear(&snapshot);
    sample_clear(&sample);
    return 0;
}
