/* test_loads.c - who asks what of which place, and how uneven that is. */
#include "engine/loads.h"
#include "support/scene.h"

typedef struct {
    Scene *scene;
    Places places;
    Loads loads;
} World;

static void world_init(World *world, int n_pcpus, Granularity granularity)
{
    *world = (World){ .scene = a_host(n_pcpus) };
    places_make(world->scene->topology, granularity, &world->places);
    loads_start(&world->loads, &world->places, NULL);
}

static void world_clear(World *world)
{
    loads_clear(&world->loads);
    places_clear(&world->places);
    scene_free(world->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void add(World *world, const char *cpus, int load)
{
    loads_add(&world->loads, &world->places,
              cpusets_parse(world->scene->sets, cpus, NULL), load);
}

static void asked(const World *world, int place, int64_t load)
{
    g_assert_cmpint(world->loads.asked[place], ==, load);
}

static const Granularity single = { .level = LEVEL_PCPU };
static const Granularity pairs = { .level = LEVEL_RUN, .n_cpus = 2 };

static void one_that_is_pinned_loads_its_place(void)
{
    g_auto(World) world;

    world_init(&world, 4, pairs);
    add(&world, "3", 500);
    add(&world, "2-3", 400);
    asked(&world, 0, 0);
    asked(&world, 1, 900);
}

static void one_that_floats_goes_where_it_is_emptiest(void)
{
    g_auto(World) world;

    world_init(&world, 3, single);
    add(&world, "0", 300);
    add(&world, "2", 200);
    add(&world, "0-2", 500);
    add(&world, "0,2", 100);
    asked(&world, 0, 300);
    asked(&world, 1, 500);
    asked(&world, 2, 300);
}

static void sigma_is_of_cpus(void)
{
    g_auto(World) world;

    world_init(&world, 2, single);
    add(&world, "0", 1000);
    g_assert_cmpint(loads_sigma(&world.loads, &world.places), ==, 50000);
    add(&world, "1", 1000);
    g_assert_cmpint(loads_sigma(&world.loads, &world.places), ==, 0);
}

/* Two CPUs at 50 % and one at 0: a mean of a third and a deviation of 23.570 points. */
static void a_place_counts_as_many_times_as_it_has_cpus(void)
{
    g_auto(World) world;

    world_init(&world, 3, pairs);
    add(&world, "0-1", 1000);
    g_assert_cmpint(loads_sigma(&world.loads, &world.places), ==, 23570);
}

static void overload_is_what_is_asked_beyond_capacity(void)
{
    g_auto(World) world;

    world_init(&world, 4, pairs);
    add(&world, "0-1", 2300);
    add(&world, "2-3", 1900);
    g_assert_cmpint(loads_overload(&world.loads, &world.places), ==, 300);
}

static void foreign_load_counts(void)
{
    static const int foreign[] = { 0, 700 };
    g_auto(World) world;

    world_init(&world, 2, single);
    loads_start(&world.loads, &world.places, foreign);
    add(&world, "1", 500);
    asked(&world, 1, 1200);
    g_assert_cmpint(loads_overload(&world.loads, &world.places), ==, 200);
}

static void enormous_loads_are_measured_too(void)
{
    g_auto(World) world;

    world_init(&world, 2, single);
    add(&world, "0", 1 << 30);
    g_assert_cmpint(loads_sigma(&world.loads, &world.places), ==,
                    INT64_C(100) * (1 << 30) / 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loads/pinned", one_that_is_pinned_loads_its_place);
    g_test_add_func("/loads/floating", one_that_floats_goes_where_it_is_emptiest);
    g_test_add_func("/loads/sigma", sigma_is_of_cpus);
    g_test_add_func("/loads/sigma-wide", a_place_counts_as_many_times_as_it_has_cpus);
    g_test_add_func("/loads/overload", overload_is_what_is_asked_beyond_capacity);
    g_test_add_func("/loads/foreign", foreign_load_counts);
    g_test_add_func("/loads/enormous", enormous_loads_are_measured_too);
    return g_test_run();
}
