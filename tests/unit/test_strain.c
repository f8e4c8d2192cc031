/* test_strain.c - what is waited for in vain is told from what there is no CPU for. */
#include "engine/strain.h"
#include "support/scene.h"

enum { PERIOD_US = 1000000 };

typedef struct {
    Scene *scene;
    Meter meter;
    Sample sample;
    Strain strain;
} World;

/* Two CPUs, and as many vCPUs on the first as will be asked for. */
static void world_init(World *world, int n_vcpus, bool tells_busy)
{
    int64_t nothing = 0;

    *world = (World){ .scene = a_host(2) };
    for (int i = 0; i < n_vcpus; i++)
        a_vcpu(world->scene, 0, 0);
    world->scene->snapshot.period_us = PERIOD_US;
    meter_init(&world->meter);
    sample_init(&world->sample);
    for (int p = 0; p < 2 && tells_busy; p++)
        g_array_append_val(world->sample.busy_ns, nothing);
    meter_read(&world->meter, &world->sample, NULL, &world->strain);
}

static void world_clear(World *world)
{
    meter_clear(&world->meter);
    sample_clear(&world->sample);
    scene_free(world->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void ran(World *world, int vcpu, int ran, int waited)
{
    world->scene->snapshot.vcpus[vcpu].ran = ran;
    world->scene->snapshot.vcpus[vcpu].waited = waited;
}

/* In thousandths of a CPU. */
static void was_busy(World *world, int pcpu, int64_t busy)
{
    g_array_index(world->sample.busy_ns, int64_t, pcpu) += busy * PERIOD_US;
}

static void strain_is(World *world, int64_t work, int64_t wait, int64_t stranded)
{
    meter_read(&world->meter, &world->sample, &world->scene->snapshot, &world->strain);
    g_assert_cmpint(world->strain.work, ==, work);
    g_assert_cmpint(world->strain.wait, ==, wait);
    g_assert_cmpint(world->strain.stranded, ==, stranded);
}

static void who_waits_beside_an_idle_cpu_is_stranded(void)
{
    g_auto(World) world;

    world_init(&world, 2, true);
    ran(&world, 0, 500, 500);
    ran(&world, 1, 500, 300);
    was_busy(&world, 0, 1000);
    was_busy(&world, 1, 350);
    strain_is(&world, 1000, 800, 650);
    was_busy(&world, 0, 1000);
    was_busy(&world, 1, 1000);
    strain_is(&world, 1000, 800, 0);
}

static void but_not_where_its_owner_keeps_it(void)
{
    g_auto(World) world;

    world_init(&world, 2, true);
    ran(&world, 0, 500, 500);
    ran(&world, 1, 500, 300);
    allow(world.scene, 0, "0");
    was_busy(&world, 0, 1000);
    strain_is(&world, 1000, 800, 300);
}

/* Who may go anywhere leaves room to those who may not. */
static void idle_time_is_not_given_twice(void)
{
    g_auto(World) world;

    world_init(&world, 2, true);
    ran(&world, 0, 500, 600);
    ran(&world, 1, 500, 600);
    allow(world.scene, 1, "1");
    was_busy(&world, 0, 800);
    was_busy(&world, 1, 400);
    strain_is(&world, 1000, 1200, 800);
}

static void where_cpus_are_not_counted_vcpus_are(void)
{
    g_auto(World) world;

    world_init(&world, 2, false);
    ran(&world, 0, 500, 500);
    ran(&world, 1, 500, 300);
    foreign_load(world.scene, 1, 400);
    strain_is(&world, 1000, 800, 600);
}

static void what_is_not_told_is_not_known(void)
{
    g_auto(World) world;

    world_init(&world, 2, true);
    ran(&world, 0, 500, -1);
    ran(&world, 1, 200, -1);
    strain_is(&world, 700, SAMPLE_UNKNOWN, SAMPLE_UNKNOWN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/strain/stranded", who_waits_beside_an_idle_cpu_is_stranded);
    g_test_add_func("/strain/allowed", but_not_where_its_owner_keeps_it);
    g_test_add_func("/strain/once", idle_time_is_not_given_twice);
    g_test_add_func("/strain/uncounted", where_cpus_are_not_counted_vcpus_are);
    g_test_add_func("/strain/unknown", what_is_not_told_is_not_known);
    return g_test_run();
}
