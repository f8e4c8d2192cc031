/*
 * period.c - a host that floats is watched for a while, has its vCPUs dealt out and is
 * planned for once, with a stopwatch at every door.  Then hosts that were never
 * balanced are looked after.
 */
#include "period.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "crew.h"
#include "heap.h"
#include "host/sim.h"
#include "model/history.h"
#include "period_network.h"
#include "plan/layout.h"
#include "plan/schedule.h"

enum { WARM = 12, LATER = 24, LATER_LARGE = 8, LARGE = 8192, SEED = 1 };

/* What takes longer than this is not done again only to be sure. */
static const double PATIENCE_MS = 5000;

/* A host and what is known of it. */
typedef struct {
    Host *host;
    History *history;
    Sample sample;
    Snapshot snapshot;
    double derive_ms;   /* of the last period */
    int64_t n_requests; /* of memory, while it was derived */
} Watched;

static bool watched_open(const char *mix, int n_vcpus, int n_pcpus, bool floating,
                         Watched *out)
{
    g_autoptr(GError) why = NULL;

    *out = (Watched){
        .host = host_sim_open_mix(mix, n_vcpus, n_pcpus, SEED, floating, &why),
        .history = history_new(policy_default.forecast),
    };
    sample_init(&out->sample);
    if (!out->host)
        fprintf(stderr, "bench_period: %s\n", why->message);
    return out->host;
}

static void watched_close(Watched *watched)
{
    history_free(watched->history);
    sample_clear(&watched->sample);
    snapshot_clear(&watched->snapshot);
    host_close(watched->host);
}

/* Lives through a period.  False if there is nothing to see yet. */
static bool look(Watched *watched)
{
    bool derived = false;

    if (watched->host->ops->observe(watched->host, &watched->sample, NULL)) {
        double start = crew_ms();

        derived =
            history_derive(watched->history, &watched->sample, &watched->snapshot);
        watched->derive_ms = crew_ms() - start;
    }
    return derived;
}

static void look_for(Watched *watched, int n_periods)
{
    while (n_periods > 0)
        n_periods -= look(watched);
}

static void apply(Watched *watched, const Plan *plan)
{
    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = &g_array_index(plan->moves, Move, i);
        const Vcpu *vcpu = &watched->snapshot.vcpus[move->vcpu];

        watched->host->ops->pin(watched->host, watched->snapshot.vms[vcpu->vm].uuid,
                                vcpu->number, move->cpus, NULL);
    }
}

static Policy policy_of(Rule rule)
{
    Policy policy = policy_default;

    policy.rule = rule;
    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    return policy;
}

static int by_size(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(GArray *times)
{
    if (times->len == 0)
        return 0;
    g_array_sort(times, by_size);
    return g_array_index(times, double, times->len / 2);
}

/* ── the first period ─────────────────────────────────────────────────────── */

/* Gives each vCPU a CPU, one after the other. */
static void deal_out(Watched *watched)
{
    const Topology *topology = watched->snapshot.topology;

    for (int i = 0; i < watched->snapshot.n_vcpus; i++) {
        const Vcpu *vcpu = &watched->snapshot.vcpus[i];

        watched->host->ops->pin(
            watched->host, watched->snapshot.vms[vcpu->vm].uuid, vcpu->number,
            cpusets_range(topology->sets, i % topology->n_pcpus, 1), NULL);
    }
}

static int n_runs(const Snapshot *snapshot)
{
    return snapshot->n_vcpus > LARGE ? 2 : 7;
}

/* By the forecast means, where everybody stays (@plan's places) or as @plan says. */
static void weigh(const Plan *plan, const Snapshot *snapshot, bool staying, Made *out)
{
    int n = plan->places.n_places;
    g_autofree double *loads = g_new0(double, n);
    double mean = 0, squares = 0;

    for (int i = 0; i < snapshot->n_vcpus; i++) {
        const Vcpu *vcpu = &snapshot->vcpus[i];
        int at = staying ? plan->places.of_pcpu[cpuset_next(vcpu->pins, 0)]
                         : plan->placement[i];

        loads[at] += vcpu->mean;
        mean += (double)vcpu->mean / n;
    }
    for (int p = 0; p < n; p++) {
        squares += (loads[p] - mean) * (loads[p] - mean);
        out->overload += MAX(0, loads[p] - plan->places.places[p].capacity) / 1000;
    }
    out->sigma = sqrt(squares / n) / 10;
}

/* The plan is left in @plan. */
static void make(const Snapshot *snapshot, Rule rule, Planner *planner, Plan *plan,
                 Made *out)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    Policy policy = policy_of(rule);

    for (int run = 0; run <= n_runs(snapshot); run++) {
        double start = crew_ms(), ms;

        plan_make(planner, snapshot, &policy, plan);
        ms = crew_ms() - start;
        if (run > 0 || ms > PATIENCE_MS) /* the first makes room */
            g_array_append_val(times, ms);
        if (ms > PATIENCE_MS)
            break;
    }
    *out = (Made){ .ms = median(times), .n_moves = (int)plan->moves->len };
    weigh(plan, snapshot, false, out);
}

/* The stages, one by one, as plan_make goes through them the first time. */
static void time_stages(const Snapshot *snapshot, FirstPeriod *out)
{
    Policy policy = policy_of(RULE_FLOW);
    Layout *layout = layout_new();
    Scheduler *scheduler = scheduler_new();
    Position *position = position_new();
    Places places = { 0 };
    Board board = { 0 };

    for (int run = 0; run < 2 && out->search_ms < PATIENCE_MS; run++) {
        double began = crew_ms(), read, solved;
        int64_t steps = 0;

        places_make(snapshot->topology, policy.granularity, &places);
        board_make(snapshot, &places, &policy, NULL, &board);
        read = crew_ms();
        layout_solve(layout, &board, &policy, policy.weight_imbalance);
        solved = crew_ms();
        schedule_search(scheduler, &board, &policy, layout, &steps, position);
        out->board_ms = read - began;
        out->solve_ms = solved - read;
        out->search_ms = crew_ms() - solved;
    }
    position_free(position);
    scheduler_free(scheduler);
    layout_free(layout);
    board_clear(&board);
    places_clear(&places);
}

static bool run_first(int n_vcpus, int n_pcpus, PeriodRun *out)
{
    Policy policy = policy_of(RULE_FLOW);
    FirstPeriod *first = &out->first;
    int64_t before;
    Watched watched;
    Planner *planner;
    Plan flow = { 0 }, greedy = { 0 };

    if (!watched_open("heavy", n_vcpus, n_pcpus, true, &watched))
        return false;
    look_for(&watched, WARM - 1);
    deal_out(&watched);
    look(&watched);
    first->derive_ms = watched.derive_ms;

    before = heap_in_use();
    heap_forget_peak();
    planner = planner_new();
    plan_make(planner, &watched.snapshot, &policy, &flow);
    out->network.peak_bytes = heap_peak() - before;

    make(&watched.snapshot, RULE_GREEDY, planner, &greedy, &first->greedy);
    make(&watched.snapshot, RULE_FLOW, planner, &flow, &first->flow);
    weigh(&flow, &watched.snapshot, true, &first->stay);
    first->gap = plan_gap(&flow) / 100.0;
    time_stages(&watched.snapshot, first);
    network_race(planner, &watched.snapshot, &policy, &out->network);

    plan_clear(&flow);
    plan_clear(&greedy);
    planner_free(planner);
    watched_close(&watched);
    return true;
}

/* ── the periods after ────────────────────────────────────────────────────── */

static bool run_watch(const char *mix, int n_vcpus, int n_pcpus, Watch *out)
{
    int n_later = n_vcpus > LARGE ? LATER_LARGE : LATER;
    Policy policy = policy_of(RULE_FLOW);
    GArray *times[3];
    Planner *planner;
    Plan plan = { 0 };
    Watched watched;

    *out = (Watch){ .mix = mix };
    if (!watched_open(mix, n_vcpus, n_pcpus, false, &watched))
        return false;
    planner = planner_new();
    for (int v = 0; v < 3; v++)
        times[v] = g_array_new(FALSE, FALSE, sizeof(double));
    look_for(&watched, WARM);
    for (int t = 0; t < n_later && out->worst_ms < PATIENCE_MS; t++) {
        int64_t requests;
        double start, ms;

        look(&watched);
        requests = heap_n_requests();
        start = crew_ms();
        plan_make(planner, &watched.snapshot, &policy, &plan);
        ms = crew_ms() - start;
        if (t >= n_later / 2)
            out->n_requests += watched.n_requests + heap_n_requests() - requests;
        g_array_append_val(times[plan.verdict], ms);
        out->n[plan.verdict]++;
        out->worst_ms = MAX(out->worst_ms, ms);
        out->repins += plan.moves->len;
        apply(&watched, &plan);
    }
    out->repins /= MAX(1, out->n[0] + out->n[1] + out->n[2]);
    for (int v = 0; v < 3; v++) {
        out->ms[v] = median(times[v]);
        g_array_unref(times[v]);
    }
    plan_clear(&plan);
    planner_free(planner);
    watched_close(&watched);
    return true;
}

bool period_run(int n_vcpus, int n_pcpus, PeriodRun *out)
{
    static const char *const mixes[N_WATCHES] = { "heavy", "steady", "idle" };

    *out = (PeriodRun){ .n_vcpus = n_vcpus, .n_pcpus = n_pcpus };
    if (!run_first(n_vcpus, n_pcpus, out))
        return false;
    for (int i = 0; i < N_WATCHES; i++) {
        if (!run_watch(mixes[i], n_vcpus, n_pcpus, &out->watches[i]))
            return false;
    }
    return true;
}
