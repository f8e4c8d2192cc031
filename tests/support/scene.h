/*
 * scene.h - snapshots for tests, said in a few words.
 *
 *     g_autoptr(Scene) scene = a_host(4);
 *
 *     a_vcpu(scene, 0, 700);             // on CPU 0, wants 700 thousandths of a CPU
 *     allow(scene, a_vcpu(scene, 0, 300), "0-1");
 *     plan_make(planner, &scene->snapshot, &policy_default, &plan);
 *
 * Nothing else is behind it: no history, no forecast, no host.  What a vCPU wants it
 * wants at every moment, until a test says otherwise.
 */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "model/snapshot.h"

typedef struct {
    Snapshot snapshot; /* read it, and change what no function here does */
    Topology *topology;
    CpuSets *sets;
    GPtrArray *kept; /* what the snapshot borrows */
    bool is_copy;    /* borrows sets, and more, from the one it is a copy of */
} Scene;

/* CPUs alike that share one cache and no core; or share as topology_new has it. */
Scene *a_host(int n_pcpus);
Scene *a_host_of(int n_pcpus, int per_core, int per_cache, int per_cell);
void scene_free(Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

enum { NOWHERE = -1 };

/* A VM of its own, pinned to @pcpu, or NOWHERE; it wants @load.  Returns the vCPU. */
int a_vcpu(Scene *scene, int pcpu, int load);

/* A VM whose vCPUs are idle and pinned nowhere.  Returns the first vCPU. */
int a_vm(Scene *scene, int n_vcpus);

/* From now on, and at every moment remembered. */
void wants(Scene *scene, int vcpu, int load);

/* What it wanted, [n_moments]; mean and variance follow, and the last moment of any
 * weight is now. */
void wanted(Scene *scene, int vcpu, const uint16_t *past);

/* To be called before there are vCPUs; 16 moments of one weight where nobody does.
 * @weights sum to FORECAST_WEIGHT_SUM. */
void remember(Scene *scene, int n_moments, const int32_t *weights);

/* Sets in the kernel's list form.  What is pinned to one CPU ran there. */
void pin(Scene *scene, int vcpu, const char *cpus);
void allow(Scene *scene, int vcpu, const char *cpus);
void runs_on(Scene *scene, int vcpu, int pcpu);

/* The VM of this vCPU holds a job. */
void hold(Scene *scene, int vcpu);

void foreign_load(Scene *scene, int pcpu, int load);

/* Whoever was allowed nothing else is then allowed everything. */
void take_offline(Scene *scene, const char *cpus);

/* The same, to be changed; does not outlive what it is a copy of. */
Scene *scene_copy(const Scene *scene);

#endif
