/*
 * scenario_cases.c - the seven cases that others examine CPU schedulers by.
 *
 * Eight VMs of one vCPU on four CPUs, stacked, half stacked, balanced, floating, unlike,
 * idle, and changing on the way; and the same with twice and eight times as many.  A
 * scheduler has three whole periods from when load begins or changes; from then on the host
 * is balanced and nobody is moved any more.  Nobody is moved who was in the right place.
 *
 * Judged by what was really wanted, which the scheduler is not told; and as a host tells
 * it that knows waiting times, and as one that does not.
 */
#include "engine/engine.h"
#include "engine/loads.h"
#include "host/sim.h"

#include <string.h>

enum { PERIODS_MAX = 64, SETTLED = 3 };

/* Thousandths of a point. */
enum { EVEN = 1200, BALANCED = 5000 };

typedef struct {
    const char *file;
    int begins, changes; /* the first period with the load, and with another; or 0 */
    int placed;          /* of every eight vCPUs, those that are in the right place, */
    int placed_anyway;   /* and those that are at any scale */
    int misplaced_then;  /* of every eight, when it changes */
    int sigma;           /* what it has to come to, on average */
} Case;

static const Case cases[] = {
    { "case1-stacked", .begins = 6, .placed_anyway = 2, .sigma = EVEN },
    { "case2-halves", .begins = 6, .placed_anyway = 4, .sigma = EVEN },
    { "case3-balanced", .begins = 1, .placed = 8, .sigma = EVEN },
    { "case4-floating", .begins = 6, .sigma = EVEN },
    { "case5-unlike", .begins = 6, .sigma = BALANCED },
    { "case6-idle", .begins = 1, .placed = 8, .sigma = BALANCED },
    { "case7-change", 6, 15, .misplaced_then = 4, .sigma = BALANCED },
};

static const int scales[] = { 1, 2, 8 };

/* What became of a host, period by period, counted from 1. */
typedef struct {
    int n_periods;
    int moves[PERIODS_MAX];
    int64_t sigma[PERIODS_MAX];
} Life;

static int64_t sigma_of(const Host *sim, const Period *period, Places *places,
                        Loads *loads)
{
    const GArray *vcpus = period->sample.vcpus;
    SimTruth truth;

    host_sim_truth(sim, &truth);
    places_make(period->sample.topology, (Granularity){ .level = LEVEL_PCPU }, places);
    loads_start(loads, places, NULL);
    for (guint i = 0; i < vcpus->len; i++)
        loads_add(loads, places, g_array_index(vcpus, SampleVcpu, i).pins,
                  truth.wanted[i]);
    return loads_sigma(loads, places);
}

static void live(Host *sim, Life *out)
{
    Policy policy = policy_default;
    g_autoptr(Engine) engine = NULL;
    g_auto(Period) period;
    Places places = { 0 };
    Loads loads = { 0 };

    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    engine = engine_new(sim, &policy, NULL);
    period_init(&period);
    while (engine_step(engine, &period, NULL)) {
        out->n_periods = period.number;
        g_assert_cmpint(period.number, <, PERIODS_MAX);
        out->sigma[period.number] = sigma_of(sim, &period, &places, &loads);
        out->moves[period.number] = period.outcome.done;
    }
    loads_clear(&loads);
    places_clear(&places);
}

/* The scenario, larger and with other wishes for the host. */
static Host *open_case(const char *file, int scale, const char *more)
{
    g_autofree char *path = g_strdup_printf("data/scenarios/%s.conf", file);
    g_autofree char *text = NULL,
                    *scaled = g_strdup_printf("scale = %d\n%s", scale, more);
    g_autofree char *changed = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) parts = NULL;
    Host *sim;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    parts = g_strsplit(text, "scale = 1\n", -1);
    g_assert_cmpint(g_strv_length(parts), ==, 2);
    changed = g_strjoinv(scaled, parts);
    sim = host_sim_open_text(file, changed, 0, 1, &error);
    g_assert_no_error(error);
    return sim;
}

static int moves_within(const Life *life, int first, int last)
{
    int moves = 0;

    for (int p = first; p <= last; p++)
        moves += life->moves[p];
    return moves;
}

/* From when a scheduler has had its time, up to @last. */
static void settled(const Life *life, int begins, int last, int sigma)
{
    int first = begins + SETTLED, n = last - first + 1;
    int64_t sum = 0, most = 0;

    for (int p = first; p <= last; p++) {
        most = MAX(most, life->sigma[p]);
        sum += life->sigma[p];
    }
    g_test_message("from %d on: sigma at most %d, on average %d; %d moves", first,
                   (int)most, (int)(sum / n), moves_within(life, first, last));
    g_assert_cmpint(most, <=, BALANCED);
    g_assert_cmpint(sum / n, <=, sigma);
    g_assert_cmpint(moves_within(life, first, last), ==, 0);
}

/* A case at one scale, on a host that tells waiting times or not. */
typedef struct {
    const Case *of;
    int scale;
    bool tells;
} Trial;

static void try_case(gconstpointer data)
{
    const Trial *trial = data;
    const Case *tried = trial->of;
    g_autoptr(Host) sim =
        open_case(tried->file, trial->scale, trial->tells ? "" : "wait = hidden\n");
    Life life = { 0 };
    int end;

    live(sim, &life);
    end = tried->changes ? tried->changes - 1 : life.n_periods;
    settled(&life, tried->begins, end, tried->sigma);
    g_assert_cmpint(moves_within(&life, 1, end), <=,
                    (8 - tried->placed) * trial->scale - tried->placed_anyway);
    if (!tried->changes)
        return;
    settled(&life, tried->changes, life.n_periods, tried->sigma);
    g_assert_cmpint(moves_within(&life, tried->changes, life.n_periods), <=,
                    tried->misplaced_then * trial->scale);
}

int main(int argc, char **argv)
{
    static Trial trials[G_N_ELEMENTS(cases) * G_N_ELEMENTS(scales) * 2];

    g_test_init(&argc, &argv, NULL);
    for (gsize t = 0; t < G_N_ELEMENTS(trials); t++) {
        Trial *trial = &trials[t];
        g_autofree char *path = NULL;

        trial->of = &cases[t / 2 / G_N_ELEMENTS(scales)];
        trial->scale = scales[t / 2 % G_N_ELEMENTS(scales)];
        trial->tells = t % 2 == 0;
        path = g_strdup_printf("/%s/%d/%s", trial->of->file, trial->scale,
                               trial->tells ? "told" : "hidden");
        g_test_add_data_func(path, trial, try_case);
    }
    return g_test_run();
}
