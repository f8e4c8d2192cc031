/*
 * draw.h - hosts and policies as chance has them.
 *
 * A drawn scene is lawful, and else as odd as a host can be: CPUs of several kinds,
 * some offline, some busy with work that is not ours; VMs that hold jobs; vCPUs that
 * are pinned nowhere, or where they may not be, or to half a core; owners whose wishes
 * overlap.  The same chance draws the same scene on every machine.
 */
#ifndef TESTS_DRAW_H
#define TESTS_DRAW_H

#include "plan/policy.h"
#include "support/scene.h"

/* @size is 1 for a handful of CPUs and grows from there: about four CPUs and sixteen vCPUs
 * each. */
Scene *draw_scene(GRand *chance, int size);

/* Of rule "flow", with everything that is a wish drawn and no limit on moves. */
Policy draw_policy(GRand *chance);

/* Whole numbers, ends included. */
int draw_between(GRand *chance, int low, int high);
bool draw_one_in(GRand *chance, int n);

/* Numbers from 0 to @n - 1, shuffled; to be freed with g_free. */
int *draw_order(GRand *chance, int n);

/* The same host with CPU p called cpu_names[p] and VM m called vm_names[m].  vCPU v of
 * @scene becomes (*vcpu_names)[v], to be freed with g_free.  Like any copy, it does not
 * outlive @scene. */
Scene *scene_rename(const Scene *scene, const int *cpu_names, const int *vm_names,
                    int **vcpu_names);

#endif
