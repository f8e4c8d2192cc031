/*
 * prop_balloon.c - the laws of plan/balloon.h, on random hosts.
 *
 * Of any plan: nobody is taken below his floor, or too near to starving; nobody given
 * more than he may have; the host keeps its reserve if all that is granted is taken at
 * once; who starves gives nothing, and who is not trusted is left alone.  Of a host whose
 * guests are steady: every VM is resized in one direction only, and at last nobody is.
 */
#include <string.h>

#include "plan/balloon.h"
#include "support/watched.h"

#define MIB INT64_C(1024)

enum { VMS = 14, CELLS = 3, HOSTS = WATCHED ? 2000 : 20000, PERIODS_MAX = 400 };

typedef struct {
    GRand *chance;
    CpuSets *sets;
    Topology *topology;
    SampleCell cells[CELLS];
    VmMemory vms[VMS];
    Memory memory;
    BalloonPolicy policy;
} World;

static int64_t between(World *world, int64_t low, int64_t high)
{
    return low + (int64_t)(g_rand_double(world->chance) * (double)(high - low + 1));
}

static bool one_in(World *world, int n)
{
    return g_rand_int_range(world->chance, 0, n) == 0;
}

static void draw_policy(World *world)
{
    BalloonPolicy *policy = &world->policy;

    *policy = balloon_policy_default;
    policy->rule = one_in(world, 8) ? BALLOON_PAIR : BALLOON_FLOW;
    if (one_in(world, 2))
        return;
    policy->starved = between(world, 0, 400 * MIB);
    policy->wasteful = policy->starved + between(world, 1, 400 * MIB);
    policy->wasteful_share = (int)between(world, 0, 3000);
    policy->starved_share = (int)between(world, 0, MAX(policy->wasteful_share - 1, 0));
    policy->floor = between(world, 0, 600 * MIB);
    policy->left = between(world, 0, 300 * MIB);
    policy->reserve = between(world, 0, 900 * MIB);
    policy->reserve_share = (int)between(world, 0, 3000);
    policy->step_up = between(world, 1, 2000 * MIB);
    policy->step_down = between(world, 1, 600 * MIB);
    policy->least = between(world, 1, 50 * MIB);
    g_assert_null(balloon_policy_fault(policy));
}

static void draw_vm(World *world, VmMemory *vm)
{
    *vm = (VmMemory){ .home = (int)between(world, -1, world->topology->n_cells - 1) };
    vm->doubt = one_in(world, 8) ? (MemoryDoubt)between(world, 1, N_MEMORY_DOUBTS - 1)
                                 : MEMORY_TRUSTED;
    vm->most = between(world, 1, 4096 * MIB);
    vm->actual = between(world, 1, vm->most);
    vm->size = one_in(world, 4) ? between(world, 1, vm->most) : vm->actual;
    vm->used = between(world, 0, MIN(vm->actual, 1 + vm->actual * 5 / 4));
    vm->used_of_late = vm->used + (one_in(world, 3) ? between(world, 0, 300 * MIB) : 0);
    vm->growth = one_in(world, 4) ? between(world, 0, 400 * MIB) : 0;
    vm->hungry = one_in(world, 8);
    vm->priority = (int)between(world, 0, 12);
    vm->floor = one_in(world, 4) ? between(world, 0, vm->most) : 0;
    if (one_in(world, 4)) {
        int cell = (int)between(world, 0, world->topology->n_cells - 1);

        vm->cells = cpusets_range(
            world->sets, cell, (int)between(world, 1, world->topology->n_cells - cell));
    }
}

static void world_make(World *world, GRand *chance)
{
    int n_cells = g_rand_int_range(chance, 1, CELLS + 1);

    *world = (World){ .chance = chance, .sets = cpusets_new() };
    world->topology = topology_new(world->sets, n_cells, 1, 1, 1);
    for (int c = 0; c < n_cells; c++) {
        world->cells[c].total = between(world, 0, 16384 * MIB);
        world->cells[c].usable = between(world, 0, world->cells[c].total / 4);
    }
    draw_policy(world);
    world->memory = (Memory){ .period_us = 2000000,
                              .n_vms = (int)between(world, 0, VMS),
                              .vms = world->vms,
                              .topology = world->topology,
                              .n_cells = one_in(world, 20) ? 0 : n_cells,
                              .cells = world->cells };
    for (int v = 0; v < world->memory.n_vms; v++)
        draw_vm(world, &world->vms[v]);
}

static void world_clear(World *world)
{
    topology_free(world->topology);
    cpusets_free(world->sets);
}

/* ── what must hold of every plan ─────────────────────────────────────────── */

static void must_be_lawful(const World *world, const VmMemory *vm, const Resize *resize)
{
    const BalloonPolicy *policy = &world->policy;

    g_assert_cmpint(vm->doubt, ==, MEMORY_TRUSTED);
    g_assert_cmpint(resize->from, ==, vm->size);
    if (resize->reason == RESIZE_STARVED) {
        g_assert_cmpint(resize->to, >, vm->size);
        g_assert_cmpint(resize->to, <=, vm->most);
        return;
    }
    g_assert_cmpint(resize->to, <, vm->size);
    g_assert_cmpint(resize->to, >=, MAX(policy->floor, vm->floor));
    g_assert_cmpint(resize->to - vm->used, >=, policy->left);
    g_assert_cmpint(vm->size - vm->used, >=, policy->starved);
    if (policy->rule == BALLOON_FLOW)
        g_assert_cmpint(vm->size - resize->to, <=,
                        MIN(policy->step_down, (vm->size - vm->used) / 4));
}

/* What is granted, in all and to those bound to the memory of one cell, and what was
 * granted before and may still be taken. */
static void must_keep_the_reserve(const World *world, int64_t granted)
{
    const Memory *memory = &world->memory;
    int64_t total = 0, usable = 0, outstanding = 0;

    for (int c = 0; c < memory->n_cells; c++) {
        total += memory->cells[c].total;
        usable += memory->cells[c].usable;
    }
    for (int v = 0; v < memory->n_vms; v++)
        if (memory->vms[v].doubt == MEMORY_TRUSTED)
            outstanding += MAX(memory->vms[v].size - memory->vms[v].actual, 0);
    if (granted > 0)
        g_assert_cmpint(
            usable - outstanding - granted, >=,
            MAX(world->policy.reserve, total * world->policy.reserve_share / 10000));
}

static void a_plan_is_lawful(void)
{
    Ballooner *ballooner = ballooner_new();
    BalloonPlan plan = { 0 };
    World world;

    for (int i = 0; i < HOSTS; i++) {
        bool seen[VMS] = { false };
        int64_t granted = 0;
        g_autoptr(GRand) chance = g_rand_new_with_seed((guint32)g_test_rand_int());

        world_make(&world, chance);
        balloon_make(ballooner, &world.memory, &world.policy, &plan);
        for (guint r = 0; r < plan.resizes->len; r++) {
            const Resize *resize = &g_array_index(plan.resizes, Resize, r);

            g_assert_false(seen[resize->vm]);
            seen[resize->vm] = true;
            must_be_lawful(&world, &world.vms[resize->vm], resize);
            granted += MAX(resize->to - resize->from, 0);
        }
        g_assert_cmpint(granted, <=, plan.lent);
        must_keep_the_reserve(&world, granted);
        world_clear(&world);
    }
    balloon_plan_clear(&plan);
    ballooner_free(ballooner);
}

/* ── steady guests ────────────────────────────────────────────────────────── */

/* Takes memory from @cell, or from wherever there is most, and gives it back. */
static void move_memory(World *world, const VmMemory *vm, int64_t amount)
{
    SampleCell *from = NULL;

    for (int c = 0; c < world->memory.n_cells; c++) {
        SampleCell *cell = &world->cells[c];

        if ((!vm->cells || cpuset_has(vm->cells, c)) &&
            (!from || cell->usable > from->usable))
            from = cell;
    }
    if (from)
        from->usable -= amount;
}

static void steady_guests_come_to_rest(void)
{
    Ballooner *ballooner = ballooner_new();
    BalloonPlan plan = { 0 };
    World world;

    for (int i = 0; i < HOSTS / 20; i++) {
        int direction[VMS] = { 0 }, n = 0;
        g_autoptr(GRand) chance = g_rand_new_with_seed((guint32)g_test_rand_int());

        world_make(&world, chance);
        world.policy.rule = BALLOON_FLOW;
        for (int v = 0; v < world.memory.n_vms; v++) {
            VmMemory *vm = &world.vms[v];

            vm->size = vm->actual;
            vm->used_of_late = vm->used;
            vm->growth = 0;
            vm->hungry = false;
        }
        do {
            g_assert_cmpint(++n, <=, PERIODS_MAX);
            balloon_make(ballooner, &world.memory, &world.policy, &plan);
            for (guint r = 0; r < plan.resizes->len; r++) {
                const Resize *resize = &g_array_index(plan.resizes, Resize, r);
                VmMemory *vm = &world.vms[resize->vm];
                int way = resize->to > resize->from ? 1 : -1;

                g_assert_cmpint(direction[resize->vm], !=, -way);
                direction[resize->vm] = way;
                move_memory(&world, vm, resize->to - vm->size);
                vm->size = vm->actual = resize->to;
            }
        } while (plan.resizes->len > 0);
        world_clear(&world);
    }
    balloon_plan_clear(&plan);
    ballooner_free(ballooner);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/balloon/lawful", a_plan_is_lawful);
    g_test_add_func("/balloon/steady", steady_guests_come_to_rest);
    return g_test_run();
}
