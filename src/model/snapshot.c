/* snapshot.c - where a snapshot goes when it is done with. */
#include "model/snapshot.h"

void snapshot_clear(Snapshot *snapshot)
{
    for (int v = 0; v < MAX(snapshot->n_vms, snapshot->max_vms); v++)
        g_free(snapshot->vms[v].name);
    g_free(snapshot->vms);
    g_free(snapshot->vcpus);
    g_free(snapshot->foreign);
    *snapshot = (Snapshot){ 0 };
}
