/*
 * scenario_rest.c - hosts come to rest, and stay so for thousands of periods.
 *
 * Fewer vCPUs than CPUs, as many, and more; one that is heavier than all others together;
 * more than the machine can carry; and hosts where nothing ever was wrong.  Everyone
 * begins on one CPU unless a world says otherwise, and has three whole periods; or four
 * where the host does not tell waiting, and who wants how much must first be found out.
 */
#include "engine/engine.h"
#include "host/sim.h"

#include <string.h>

enum { SETTLED = 3, PERIODS = 2000, PCPUS_MAX = 64 };

typedef struct {
    const char *name, *text;
    int n_pcpus;
    int moves;      /* at most, if one is told who wants how much */
    int most_there; /* loaded vCPUs on any CPU in the end, at most */
} World;

static const World worlds[] = {
    { "fewer-than-cpus", "[host]\npcpus = 8\nstart = 0\n[vm a]\ncount = 3\nload = 80\n",
      8, 2, 1 },
    { "as-many-as-cpus",
      "[host]\npcpus = 8\nstart = 0\n[vm a]\ncount = 8\nload = 70 noise 1\n", 8, 7, 1 },
    { "more-than-cpus",
      "[host]\npcpus = 8\nstart = 0\n[vm a]\ncount = 24\nload = 20; 30; 25 noise 1\n",
      8, 24, 3 },
    { "one-heavier-than-all",
      "[host]\npcpus = 4\nstart = 0\n[vm a]\nload = 95\n"
      "[vm b]\ncount = 9\nload = 6 noise 1\n",
      4, 9, 9 },
    { "more-than-it-can-carry",
      "[host]\npcpus = 4\nstart = 0\n[vm a]\ncount = 12\nload = 100\n", 4, 9, 3 },
    { "overfull-and-uneven",
      "[host]\npcpus = 4\nstart = 0; 1\n[vm a]\ncount = 12\nload = 90; 60; 75 noise 2\n",
      4, 8, 3 },
    { "balanced",
      "[host]\npcpus = 8\nstart = round-robin\n[vm a]\ncount = 16\nload = 40 noise 2\n",
      8, 0, 2 },
    { "balanced-with-siblings",
      "[host]\ncores = 4\nthreads = 2\nstart = round-robin\n"
      "[vm a]\ncount = 16\nload = 20 noise 2\n",
      8, 0, 2 },
    { "idle",
      "[host]\npcpus = 8\nstart = 0; 1\n[vm a]\ncount = 16\nload = 1.5 noise 1.5\n", 8,
      0, 8 },
};

/* A world on a host that tells waiting times or not. */
typedef struct {
    const World *world;
    bool tells;
} Trial;

static Host *open_world(const Trial *trial)
{
    g_autofree char *text = g_strdup_printf(
        "[host]\nperiod = 1\nperiods = %d\n%s%s", PERIODS,
        trial->tells ? "" : "wait = hidden\n", trial->world->text + strlen("[host]\n"));
    g_autoptr(GError) why = NULL;
    Host *sim = host_sim_open_text(trial->world->name, text, 0, 1, &why);

    g_assert_no_error(why);
    return sim;
}

static int most_there(const Period *period)
{
    int count[PCPUS_MAX] = { 0 }, most = 0;

    for (int v = 0; v < period->snapshot.n_vcpus; v++) {
        const CpuSet *pins = period->snapshot.vcpus[v].pins;

        g_assert_cmpint(pins->n_cpus, ==, 1);
        count[cpuset_next(pins, 0)]++;
    }
    for (int p = 0; p < PCPUS_MAX; p++)
        most = MAX(most, count[p]);
    return most;
}

static void comes_to_rest(const void *argument)
{
    const Trial *trial = argument;
    const World *world = trial->world;
    g_autoptr(Host) sim = open_world(trial);
    Policy policy = policy_default;
    g_autoptr(Engine) engine = NULL;
    g_auto(Period) period;
    int n_moves = 0, last = 0;

    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    engine = engine_new(sim, &policy, NULL);
    period_init(&period);
    while (engine_step(engine, &period, NULL)) {
        n_moves += period.outcome.done;
        if (period.outcome.done > 0)
            last = period.number;
    }
    g_test_message("%d moves, the last in period %d; at most %d on a CPU", n_moves,
                   last, most_there(&period));
    g_assert_cmpint(period.number, >=, PERIODS - 2);
    g_assert_cmpint(last, <=, trial->tells ? SETTLED : SETTLED + 1);
    g_assert_cmpint(n_moves, <=, trial->tells ? world->moves : 2 * world->moves);
    g_assert_cmpint(most_there(&period), <=, world->most_there);
}

int main(int argc, char **argv)
{
    static Trial trials[2 * G_N_ELEMENTS(worlds)];

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(trials); i++) {
        g_autofree char *path = NULL;

        trials[i] = (Trial){ &worlds[i / 2], i % 2 == 0 };
        path = g_strdup_printf("/rest/%s/%s", worlds[i / 2].name,
                               trials[i].tells ? "told" : "hidden");
        g_test_add_data_func(path, &trials[i], comes_to_rest);
    }
    return g_test_run();
}
