/* test_memory.c - does memory.c keep the word of model/memory.h? */
#include "model/memory.h"

#define MIB INT64_C(1024)

enum { PERIOD_US = 2000000 };

/* ── a host with one VM, and what it says ─────────────────────────────────── */

typedef struct {
    CpuSets *sets;
    Topology *topology;
    Sample sample;
    MemoryHistory *history;
    Memory memory;
} World;

static SampleVm *the_vm(World *world)
{
    return &g_array_index(world->sample.vms, SampleVm, 0);
}

static SampleMemory *said(World *world)
{
    return &the_vm(world)->memory;
}

static World *a_world(void)
{
    World *world = g_new0(World, 1);
    SampleVm vm = { .uuid = "11111111-2222-3333-4444-555555555555",
                    .name = g_strdup("db"),
                    .weight = 1024,
                    .n_vcpus = 3,
                    .memory = { .most = 2048 * MIB,
                                .actual = 1000 * MIB,
                                .asked = SAMPLE_UNKNOWN,
                                .usable = 400 * MIB,
                                .stamp = 1 } };
    SampleCell cell = { 8192 * MIB, 4096 * MIB };

    world->sets = cpusets_new();
    world->topology = topology_new(world->sets, 4, 1, 2, 2);
    world->history = memory_history_new();
    sample_init(&world->sample);
    world->sample.topology = world->topology;
    g_array_append_val(world->sample.vms, vm);
    for (int v = 0; v < 3; v++) {
        SampleVcpu vcpu = { .number = v, .pcpu = v + 1 };

        vcpu.allowed = vcpu.pins = world->topology->online;
        g_array_append_val(world->sample.vcpus, vcpu);
    }
    for (int c = 0; c < 2; c++)
        g_array_append_val(world->sample.cells, cell);
    return world;
}

static void world_free(World *world)
{
    memory_clear(&world->memory);
    memory_history_free(world->history);
    sample_clear(&world->sample);
    topology_free(world->topology);
    cpusets_free(world->sets);
    g_free(world);
}

/* A period goes by; the guest speaks if @stamp is new. */
static const VmMemory *after(World *world, int64_t usable, int64_t stamp)
{
    said(world)->usable = usable;
    said(world)->stamp = stamp;
    world->sample.taken_us += PERIOD_US;
    memory_derive(world->history, &world->sample, &world->memory);
    return &world->memory.vms[0];
}

/* ── what is believed ─────────────────────────────────────────────────────── */

static void one_sample_is_none(void)
{
    World *world = a_world();

    world->sample.taken_us = 5;
    g_assert_false(memory_derive(world->history, &world->sample, &world->memory));
    g_assert_false(memory_derive(world->history, &world->sample, &world->memory));
    world->sample.taken_us += PERIOD_US;
    g_assert_true(memory_derive(world->history, &world->sample, &world->memory));
    g_assert_cmpint(world->memory.period_us, ==, PERIOD_US);
    g_assert_cmpint(world->memory.n_cells, ==, 2);
    world_free(world);
}

static void what_a_guest_uses_is_what_it_has_less_what_it_can_spare(void)
{
    World *world = a_world();
    const VmMemory *vm = after(world, 400 * MIB, 1);

    g_assert_cmpint(vm->doubt, ==, MEMORY_TRUSTED);
    g_assert_cmpint(vm->used, ==, 600 * MIB);
    g_assert_cmpint(vm->size, ==, 1000 * MIB);
    g_assert_cmpint(vm_memory_available(vm), ==, 400 * MIB);
    g_assert_cmpint(vm->home, ==, 1);

    said(world)->asked = 1200 * MIB;
    vm = after(world, 400 * MIB, 2);
    g_assert_cmpint(vm->actual, ==, 1000 * MIB);
    g_assert_cmpint(vm_memory_available(vm), ==, 600 * MIB);
    world_free(world);
}

static void growth_is_believed_at_once_and_forgotten_by_halves(void)
{
    World *world = a_world();

    after(world, 400 * MIB, 1);
    g_assert_cmpint(after(world, 400 * MIB, 2)->growth, ==, 0);
    g_assert_cmpint(after(world, 300 * MIB, 3)->growth, ==, 100 * MIB);
    g_assert_cmpint(after(world, 300 * MIB, 4)->growth, ==, 50 * MIB);
    g_assert_cmpint(after(world, 500 * MIB, 5)->growth, ==, 25 * MIB);
    world_free(world);
}

static void a_balloon_that_moves_is_no_growth(void)
{
    World *world = a_world();

    after(world, 400 * MIB, 1);
    said(world)->actual = 900 * MIB;
    g_assert_cmpint(after(world, 300 * MIB, 2)->growth, ==, 0);
    world_free(world);
}

static void what_was_freed_a_moment_ago_is_still_counted(void)
{
    World *world = a_world();
    const VmMemory *vm = NULL;

    after(world, 300 * MIB, 1);
    for (int stamp = 2; stamp <= 5; stamp++) {
        vm = after(world, 600 * MIB, stamp);
        g_assert_cmpint(vm->used, ==, 400 * MIB);
        g_assert_cmpint(vm->used_of_late, ==, 700 * MIB);
    }
    g_assert_cmpint(after(world, 600 * MIB, 6)->used_of_late, ==, 400 * MIB);
    world_free(world);
}

static void swapping_in_is_hunger(void)
{
    World *world = a_world();

    after(world, 400 * MIB, 1);
    said(world)->swapped_in = 4;
    g_assert_true(after(world, 400 * MIB, 2)->hungry);
    g_assert_false(after(world, 400 * MIB, 3)->hungry);
    said(world)->faults = 150;
    g_assert_false(after(world, 400 * MIB, 4)->hungry);
    said(world)->faults = 400;
    g_assert_true(after(world, 400 * MIB, 5)->hungry);
    world_free(world);
}

/* ── what is doubted ──────────────────────────────────────────────────────── */

static void assert_doubt(World *world, MemoryDoubt doubt)
{
    static int64_t stamp = 100;

    g_assert_cmpint(after(world, said(world)->usable, stamp++)->doubt, ==, doubt);
}

static void nonsense_is_not_believed(void)
{
    World *world = a_world();
    const SampleMemory sense = *said(world);

    assert_doubt(world, MEMORY_TRUSTED);
    said(world)->usable = 1001 * MIB;
    assert_doubt(world, MEMORY_NONSENSE);
    *said(world) = sense;
    said(world)->actual = 0;
    assert_doubt(world, MEMORY_NONSENSE);
    said(world)->actual = said(world)->most = INT64_MAX;
    assert_doubt(world, MEMORY_NONSENSE);
    *said(world) = sense;
    said(world)->actual = 3000 * MIB;
    assert_doubt(world, MEMORY_NONSENSE);
    *said(world) = sense;
    assert_doubt(world, MEMORY_TRUSTED);
    world_free(world);
}

static void who_says_nothing_is_left_alone(void)
{
    World *world = a_world();

    said(world)->usable = SAMPLE_UNKNOWN;
    assert_doubt(world, MEMORY_UNTOLD);
    said(world)->usable = 400 * MIB;
    assert_doubt(world, MEMORY_TRUSTED);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(after(world, 400 * MIB, 7)->doubt, ==, MEMORY_TRUSTED);
    g_assert_cmpint(after(world, 400 * MIB, 7)->doubt, ==, MEMORY_TRUSTED);
    g_assert_cmpint(after(world, 400 * MIB, 7)->doubt, ==, MEMORY_STALE);
    assert_doubt(world, MEMORY_TRUSTED);
    said(world)->fixed = true;
    assert_doubt(world, MEMORY_FIXED);
    the_vm(world)->busy = true;
    assert_doubt(world, MEMORY_BUSY);
    world_free(world);
}

static void a_balloon_that_stands_still_is_stuck_but_not_for_ever(void)
{
    World *world = a_world();
    int n_trusted = 0;

    assert_doubt(world, MEMORY_TRUSTED);
    said(world)->asked = 500 * MIB;
    for (int i = 0; i < 5; i++)
        assert_doubt(world, MEMORY_TRUSTED);
    assert_doubt(world, MEMORY_STUCK);
    for (int i = 0; i < 60; i++)
        n_trusted += after(world, 400 * MIB, 1000 + i)->doubt == MEMORY_TRUSTED;
    g_assert_cmpint(n_trusted, ==, 5);
    said(world)->actual = 500 * MIB;
    said(world)->usable = 0;
    assert_doubt(world, MEMORY_TRUSTED);
    world_free(world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/memory/one-sample", one_sample_is_none);
    g_test_add_func("/memory/used",
                    what_a_guest_uses_is_what_it_has_less_what_it_can_spare);
    g_test_add_func("/memory/growth",
                    growth_is_believed_at_once_and_forgotten_by_halves);
    g_test_add_func("/memory/balloon", a_balloon_that_moves_is_no_growth);
    g_test_add_func("/memory/of-late", what_was_freed_a_moment_ago_is_still_counted);
    g_test_add_func("/memory/hunger", swapping_in_is_hunger);
    g_test_add_func("/memory/nonsense", nonsense_is_not_believed);
    g_test_add_func("/memory/silence", who_says_nothing_is_left_alone);
    g_test_add_func("/memory/stuck",
                    a_balloon_that_stands_still_is_stuck_but_not_for_ever);
    return g_test_run();
}
