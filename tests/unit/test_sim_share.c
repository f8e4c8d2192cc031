/*
 * test_sim_share.c - the fluid model shares CPUs as a real kernel was seen to.
 */
#include "host/sim_share.h"

#include <glib.h>

enum { POINT = SHARE_WHOLE / 100, MAX_SHARERS = 16, MAX_CPUS = 8 };

typedef struct {
    CpuSets *sets;
    Share *share;
    Sharer sharers[MAX_SHARERS];
    int64_t capacity[MAX_CPUS], foreign[MAX_CPUS];
    int n_sharers, n_cpus;
} World;

static void setup(World *world, gconstpointer data)
{
    (void)data;
    *world = (World){ .sets = cpusets_new(), .share = share_new(), .n_cpus = MAX_CPUS };
    for (int p = 0; p < MAX_CPUS; p++)
        world->capacity[p] = SHARE_WHOLE;
}

static void teardown(World *world, gconstpointer data)
{
    (void)data;
    share_free(world->share);
    cpusets_free(world->sets);
}

/* A vCPU that wants so many percent; of a VM of its own, unless told. */
static Sharer *add(World *world, int percent, const char *cpus)
{
    int i = world->n_sharers++;

    world->sharers[i] = (Sharer){
        .mask = cpusets_parse(world->sets, cpus, NULL),
        .vm = i,
        .weight = SHARE_WEIGHT_USUAL,
        .want = percent * POINT,
        .limit = SHARE_WHOLE,
    };
    g_assert_nonnull(world->sharers[i].mask);
    return &world->sharers[i];
}

static void divide(World *world)
{
    share_make(world->share, world->sharers, world->n_sharers, world->capacity,
               world->foreign, world->n_cpus);
}

/* ── what was measured ────────────────────────────────────────────────────── */

static const struct {
    const char *name;
    int n_light, light; /* so many vCPUs that want so much */
    int n_hogs;         /* and so many that want all they can get */
    int ran, waited_least,
        waited_most; /* a light one, in percent; as a kernel did it */
} measured[] = {
    { "20 % beside one hog", 1, 20, 1, 20, 20, 20 },
    { "20 % beside two hogs", 1, 20, 2, 20, 40, 40 },
    { "20 % beside three hogs", 1, 20, 3, 20, 60, 60 },
    { "three times 30 %", 3, 30, 0, 30, 46, 52 },
};

enum { TOLERANCE = 3 * POINT };

static void test_waits_as_was_measured(World *world, gconstpointer data)
{
    for (size_t row = 0; row < G_N_ELEMENTS(measured); row++) {
        g_test_message("%s", measured[row].name);
        world->n_sharers = 0;
        for (int i = 0; i < measured[row].n_light; i++)
            add(world, measured[row].light, "0");
        for (int i = 0; i < measured[row].n_hogs; i++)
            add(world, 100, "0");
        divide(world);
        for (int i = 0; i < measured[row].n_light; i++) {
            const Sharer *light = &world->sharers[i];

            g_assert_cmpint(ABS(light->got - measured[row].ran * POINT), <=, TOLERANCE);
            g_assert_cmpint(light->waited, >=,
                            measured[row].waited_least * POINT - TOLERANCE);
            g_assert_cmpint(light->waited, <=,
                            measured[row].waited_most * POINT + TOLERANCE);
        }
    }
    (void)data;
}

/* One thread of a two-vCPU VM beside a VM of one vCPU gets 33 %, not 50. */
static void test_a_weight_is_divided_over_the_vcpus_that_run(World *world,
                                                             gconstpointer data)
{
    Sharer *one = add(world, 100, "0");
    Sharer *here = add(world, 100, "0"), *there = add(world, 100, "1");

    (void)data;
    there->vm = here->vm;
    divide(world);
    g_assert_cmpint(ABS(one->got - 67 * POINT), <=, TOLERANCE);
    g_assert_cmpint(ABS(here->got - 33 * POINT), <=, TOLERANCE);
    g_assert_cmpint(there->got, ==, SHARE_WHOLE);
    there->want = 0;
    divide(world);
    g_assert_cmpint(ABS(here->got - 50 * POINT), <=, POINT);
}

/* ── what must be so ──────────────────────────────────────────────────────── */

static void test_alone_nobody_waits(World *world, gconstpointer data)
{
    Sharer *hog = add(world, 100, "0"), *light = add(world, 35, "1");

    (void)data;
    divide(world);
    g_assert_cmpint(hog->got, ==, SHARE_WHOLE);
    g_assert_cmpint(hog->waited, ==, 0);
    g_assert_cmpint(light->got, ==, 35 * POINT);
    g_assert_cmpint(light->waited, ==, 0);
}

static void test_hogs_share_by_weight_and_wait_the_rest(World *world,
                                                        gconstpointer data)
{
    Sharer *heavy = add(world, 100, "2"), *light = add(world, 100, "2");

    (void)data;
    heavy->weight = 3 * SHARE_WEIGHT_USUAL;
    divide(world);
    g_assert_cmpint(ABS(heavy->got - 75 * POINT), <=, 1);
    g_assert_cmpint(heavy->got + light->got, ==, SHARE_WHOLE);
    g_assert_cmpint(heavy->got + heavy->waited, ==, SHARE_WHOLE);
    g_assert_cmpint(light->got + light->waited, ==, SHARE_WHOLE);
}

static void test_a_floating_vcpu_goes_where_there_is_room(World *world,
                                                          gconstpointer data)
{
    Sharer *floating;

    (void)data;
    add(world, 100, "0");
    add(world, 60, "1");
    floating = add(world, 100, "0-1");
    divide(world);
    /* 2 CPUs for 2.6: the modest one gets its 60, the others 70 each. */
    g_assert_cmpint(world->sharers[0].got, ==, 70 * POINT);
    g_assert_cmpint(world->sharers[1].got, ==, 60 * POINT);
    g_assert_cmpint(floating->got, ==, 70 * POINT);
    g_assert_cmpint(share_given(world->share)[0], ==, SHARE_WHOLE);
    g_assert_cmpint(share_given(world->share)[1], ==, SHARE_WHOLE);
}

/* The tightest mask of a chain of overlapping ones does not starve the others. */
static void test_a_crowded_mask_keeps_its_crowd_to_itself(World *world,
                                                          gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 3; i++)
        add(world, 100, "0");
    add(world, 100, "0-1");
    add(world, 50, "1-2");
    divide(world);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(ABS(world->sharers[i].got - 100 * POINT / 3), <=, 1);
    g_assert_cmpint(world->sharers[3].got, ==, 100 * POINT);
    g_assert_cmpint(world->sharers[4].got, ==, 50 * POINT);
}

static void test_floating_vcpus_wait_only_for_want_of_cpus(World *world,
                                                           gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 4; i++)
        add(world, 90, "0-3");
    divide(world);
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(world->sharers[i].waited, ==, 0);
    for (int i = 0; i < 4; i++)
        add(world, 90, "0-3");
    divide(world);
    for (int i = 0; i < 8; i++) {
        g_assert_cmpint(world->sharers[i].got, ==, 50 * POINT);
        g_assert_cmpint(world->sharers[i].waited, ==, 50 * POINT);
    }
}

static void test_one_that_is_throttled_waits(World *world, gconstpointer data)
{
    Sharer *throttled = add(world, 80, "0"), *other = add(world, 60, "0");

    (void)data;
    throttled->limit = 30 * POINT;
    divide(world);
    g_assert_cmpint(throttled->got, ==, 30 * POINT);
    g_assert_cmpint(throttled->waited, ==, 70 * POINT);
    g_assert_cmpint(other->got, ==, 60 * POINT);
}

static void test_the_host_comes_first(World *world, gconstpointer data)
{
    Sharer *hog = add(world, 100, "0"), *light = add(world, 10, "1");

    (void)data;
    world->foreign[0] = 40 * POINT;
    world->foreign[1] = SHARE_WHOLE / 2;
    divide(world);
    g_assert_cmpint(hog->got, ==, 60 * POINT);
    g_assert_cmpint(light->got, ==, 10 * POINT);
    g_assert_cmpint(light->waited, >, 0);
}

static void test_nobody_wants_anything(World *world, gconstpointer data)
{
    int n;

    (void)data;
    divide(world);
    add(world, 0, "0-3");
    divide(world);
    g_assert_cmpint(world->sharers[0].got, ==, 0);
    g_assert_cmpint(world->sharers[0].waited, ==, 0);
    g_assert_null(share_cpus(world->share, 0, &n));
    g_assert_cmpint(n, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name)                                                                     \
    g_test_add("/share/" #name, World, NULL, setup, test_##name, teardown)
    TEST(waits_as_was_measured);
    TEST(a_weight_is_divided_over_the_vcpus_that_run);
    TEST(alone_nobody_waits);
    TEST(hogs_share_by_weight_and_wait_the_rest);
    TEST(a_floating_vcpu_goes_where_there_is_room);
    TEST(a_crowded_mask_keeps_its_crowd_to_itself);
    TEST(floating_vcpus_wait_only_for_want_of_cpus);
    TEST(one_that_is_throttled_waits);
    TEST(the_host_comes_first);
    TEST(nobody_wants_anything);
#undef TEST
    return g_test_run();
}
