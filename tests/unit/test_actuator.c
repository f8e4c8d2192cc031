/* test_actuator.c - the actuator takes no for an answer, and the right one for each no. */
#include "engine/actuator.h"
#include "support/scene.h"

#include <string.h>

/* A host that does as it is told, but for what it is told to answer to one VM. */
typedef struct {
    Host host;
    const char *stubborn; /* a VM's uuid */
    HostError answer;
    GString *pinned; /* "VM:CPUS " for each call that went well */
    int n_calls;
} CueHost;

static bool cue_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                    GError **error)
{
    CueHost *cue = (CueHost *)host;
    g_autofree char *text = cpuset_format(cpus);

    cue->n_calls++;
    if (g_strcmp0(uuid, cue->stubborn) == 0) {
        g_set_error(error, HOST_ERROR, (int)cue->answer, "it is like that");
        return false;
    }
    g_string_append_printf(cue->pinned, "%d:%s ", vcpu, text);
    return true;
}

static const HostOps cue_ops = { .kind = "cue", .pin = cue_pin };

/* Two VMs of one vCPU on CPU 0 of two, and a plan to move both to CPU 1. */
typedef struct {
    Scene *scene;
    CueHost cue;
    Actuator actuator;
    Period period;
} World;

static void world_init(World *world)
{
    *world = (World){ .scene = a_host(2), .cue = { .host.ops = &cue_ops } };
    world->cue.pinned = g_string_new(NULL);
    a_vcpu(world->scene, 0, 500);
    a_vcpu(world->scene, 0, 500);
    actuator_init(&world->actuator, &world->cue.host, NULL);
    world->period.plan.moves = g_array_new(FALSE, TRUE, sizeof(Move));
    for (int i = 0; i < 2; i++) {
        Move move = { .vcpu = i, .from = 0, .to = 1 };

        move.cpus = cpusets_range(world->scene->sets, 1, 1);
        g_array_append_val(world->period.plan.moves, move);
    }
}

static void world_clear(World *world)
{
    actuator_clear(&world->actuator);
    g_array_unref(world->period.plan.moves);
    g_string_free(world->cue.pinned, TRUE);
    scene_free(world->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static const char *uuid_of(const World *world, int vm)
{
    return world->scene->snapshot.vms[vm].uuid;
}

static void answer(World *world, int vm, HostError code)
{
    world->cue.stubborn = uuid_of(world, vm);
    world->cue.answer = code;
}

/* A period goes by: seen afresh, and the same plan again. */
static bool turns(World *world, GError **error)
{
    for (int i = 0; i < world->scene->snapshot.n_vms; i++)
        world->scene->snapshot.vms[i].busy = false;
    world->period.snapshot = world->scene->snapshot;
    world->period.outcome = (Outcome){ 0 };
    world->cue.n_calls = 0;
    actuator_excuse(&world->actuator, &world->period.snapshot);
    return actuator_apply(&world->actuator, &world->period, error);
}

static void turn(World *world)
{
    bool well = turns(world, NULL);

    g_assert_true(well);
}

static void outcome_is(const World *world, int done, int gone, int deferred, int barred)
{
    const Outcome *outcome = &world->period.outcome;

    g_assert_cmpint(outcome->done, ==, done);
    g_assert_cmpint(outcome->gone, ==, gone);
    g_assert_cmpint(outcome->deferred, ==, deferred);
    g_assert_cmpint(outcome->barred, ==, barred);
}

static void moves_are_carried_out_in_order(void)
{
    g_auto(World) world;

    world_init(&world);
    g_array_index(world.period.plan.moves, Move, 1).cpus =
        cpusets_range(world.scene->sets, 0, 2);
    turn(&world);
    outcome_is(&world, 2, 0, 0, 0);
    g_assert_cmpstr(world.cue.pinned->str, ==, "0:1 0:0-1 ");
}

static void nothing_is_written_that_is_so(void)
{
    g_auto(World) world;

    world_init(&world);
    pin(world.scene, 0, "1");
    turn(&world);
    outcome_is(&world, 1, 0, 0, 0);
    g_assert_cmpint(world.cue.n_calls, ==, 1);
}

static void one_that_is_gone_stops_nobody(void)
{
    g_auto(World) world;

    world_init(&world);
    answer(&world, 0, HOST_ERROR_GONE);
    turn(&world);
    outcome_is(&world, 1, 1, 0, 0);
}

static void one_that_is_busy_is_left_in_peace_for_a_while(void)
{
    g_auto(World) world;
    int periods = 0;

    world_init(&world);
    answer(&world, 0, HOST_ERROR_BUSY);
    turn(&world);
    outcome_is(&world, 1, 0, 1, 0);
    world.cue.stubborn = NULL;
    do {
        periods++;
        g_assert_cmpint(periods, <, 100);
        turn(&world);
        g_assert_cmpint(world.cue.n_calls, ==, world.period.outcome.done);
        g_assert_cmpint(world.period.snapshot.vms[0].busy, ==, world.cue.n_calls == 1);
    } while (world.cue.n_calls == 1);
    g_assert_cmpint(periods, >, 2);
    outcome_is(&world, 2, 0, 0, 0);
}

static void one_that_refuses_is_asked_once_and_told_of_once(void)
{
    g_auto(World) world;

    world_init(&world);
    answer(&world, 1, HOST_ERROR_REFUSED);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "giving up on *: it is like that");
    turn(&world);
    g_test_assert_expected_messages();
    outcome_is(&world, 1, 0, 0, 1);
    for (int period = 0; period < 1000; period++) {
        turn(&world);
        outcome_is(&world, 1, 0, 0, 1);
        g_assert_cmpint(world.cue.n_calls, ==, 1);
        g_assert_true(world.period.snapshot.vms[1].busy);
        g_assert_false(world.period.snapshot.vms[0].busy);
    }
}

static void a_host_that_is_lost_is_an_end(void)
{
    g_auto(World) world;
    g_autoptr(GError) error = NULL;
    bool well;

    world_init(&world);
    answer(&world, 0, HOST_ERROR_LOST);
    well = turns(&world, &error);
    g_assert_false(well);
    g_assert_error(error, HOST_ERROR, HOST_ERROR_LOST);
    outcome_is(&world, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/actuator/order", moves_are_carried_out_in_order);
    g_test_add_func("/actuator/so-already", nothing_is_written_that_is_so);
    g_test_add_func("/actuator/gone", one_that_is_gone_stops_nobody);
    g_test_add_func("/actuator/busy", one_that_is_busy_is_left_in_peace_for_a_while);
    g_test_add_func("/actuator/refused",
                    one_that_refuses_is_asked_once_and_told_of_once);
    g_test_add_func("/actuator/lost", a_host_that_is_lost_is_an_end);
    return g_test_run();
}
