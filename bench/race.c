/*
 * race.c - how the runs are timed.
 *
 * A table says for each solver what is done off the clock and what on it.  A child
 * process goes through the rounds and writes each to a pipe as soon as it is over,
 * so that a child which is stopped loses only the round it was stopped in.
 *
 * What reading the clock costs is measured first and taken off every round: the
 * quickest solves take a few microseconds.
 */
#include "race.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "peers.h"

/* Rounds go on until there are enough and enough was spent on them; sooner where
 * there are very many, or they take very long. */
#define ROUNDS_MIN 5
#define SPENT_MS_MIN 150.0
#define ROUNDS_MAX 500
#define PATIENCE_MS 2500.0

#define CLOCK_STEP_MS 1e-6

typedef enum {
    SOLVED,
    UNFIT, /* not a network for this solver */
    AGAIN, /* the round does not count: it has to be done another way */
    WRONG, /* the reason has been said */
} Outcome;

/* What a child has while it runs. */
typedef struct {
    const char *solver;
    PeerKind kind;
    Instance *instance;
    Condensed *condensed;
    Peer *peer;
    bool wide; /* the peer was wrong with narrow numbers */
    ArcIx *changed;
    int64_t cost; /* of the last solve */
    bool priced;  /* and whether ours left prices that prove it */
    double clock_ms;
    int pipe;
} Lane;

typedef struct {
    const char *name;
    PeerKind kind; /* of a peer */

    Outcome (*load)(Lane *lane);     /* off the clock, before each solve from scratch */
    Outcome (*solve)(Lane *lane);    /* on the clock */
    Outcome (*judge)(Lane *lane);    /* off the clock, after each solve */
    Outcome (*remember)(Lane *lane); /* off the clock, before the warm rounds */
    Outcome (*resolve)(Lane *lane);  /* on the clock; NULL: load and solve again */
} Solver;

static Outcome complain(const Lane *lane, const char *why)
{
    fprintf(stderr, "%s: %s\n", lane->solver, why);
    return WRONG;
}

/* ── ours ─────────────────────────────────────────────────────────────────── */

static Outcome drop_flow(Lane *lane)
{
    network_drop_flow(&lane->instance->net);
    return SOLVED;
}

static Outcome take(Lane *lane, McmfResult result)
{
    switch (result.status) {
    case MCMF_OPTIMAL:
        break;
    case MCMF_UNFIT:
        return UNFIT;
    case MCMF_CUT_SHORT:
        return complain(lane, "cut short without a budget");
    case MCMF_UNBOUNDED:
        return complain(lane, "finds the problem unbounded");
    case MCMF_TOO_WIDE:
        return complain(lane, "cannot count that far");
    case MCMF_NO_MEMORY:
        return complain(lane, "out of memory");
    }
    if (result.flow != lane->instance->supply)
        return complain(lane, "the supplies do not fit through the network");
    lane->cost = result.cost + lane->instance->fixed_cost;
    lane->priced = result.priced;
    return SOLVED;
}

static Outcome solve_spfa(Lane *lane)
{
    Instance *instance = lane->instance;

    return take(lane,
                mcmf_spfa(&instance->net, instance->source, instance->sink, INT64_MAX));
}

/* Where a change left more flow on an edge than fits, only a fresh start is lawful. */
static Outcome resolve_spfa(Lane *lane)
{
    Network *net = &lane->instance->net;

    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        if (net->arcs[a].room < 0) {
            network_drop_flow(net);
            break;
        }
    }
    return solve_spfa(lane);
}

static Outcome solve_simplex(Lane *lane)
{
    Instance *instance = lane->instance;

    return take(lane, mcmf_simplex(&instance->net, instance->source, instance->sink));
}

static Outcome solve_condensed(Lane *lane)
{
    Instance *instance = lane->instance;

    return take(lane, mcmf_condensed(&instance->net, instance->source, instance->sink));
}

static Outcome remember_condensed(Lane *lane)
{
    Instance *instance = lane->instance;

    lane->condensed = condensed_new();
    if (!lane->condensed)
        return complain(lane, "out of memory");
    return take(lane, condensed_solve(lane->condensed, &instance->net, instance->source,
                                      instance->sink));
}

static Outcome resolve_condensed(Lane *lane)
{
    return take(lane,
                condensed_resolve(lane->condensed, &lane->instance->net, lane->changed,
                                  instance_n_changes(lane->instance)));
}

static Outcome judge_flow(Lane *lane)
{
    const Instance *instance = lane->instance;
    int64_t cost;

    if (!flow_cost(&instance->net, &cost) || cost + instance->fixed_cost != lane->cost)
        return complain(lane, "the flow does not cost what the solver says");
    if (lane->priced &&
        flow_certify(&instance->net, instance->source, instance->sink) != FLOW_SOUND)
        return complain(lane, "its prices do not prove its flow");
    return SOLVED;
}

/* ── peers ────────────────────────────────────────────────────────────────── */

static Outcome load_peer(Lane *lane)
{
    Instance *instance = lane->instance;

    if (lane->peer)
        peer_free(lane->peer);
    lane->peer = peer_load(lane->kind, &instance->net, instance->source, instance->sink,
                           instance->supply, instance->supplies_at_nodes, lane->wide);
    return lane->peer ? SOLVED : UNFIT;
}

static Outcome solve_peer(Lane *lane)
{
    switch (peer_solve(lane->peer)) {
    case PEER_SOLVED:
        return SOLVED;
    case PEER_REFUSES:
        return UNFIT;
    case PEER_FINDS_NOTHING:
        break;
    }
    return complain(lane, "found no answer");
}

static Outcome judge_peer(Lane *lane)
{
    if (!peer_proven(lane->peer)) {
        if (lane->wide)
            return complain(lane, "its prices do not prove its flow");
        lane->wide = true;
        return AGAIN;
    }
    lane->cost =
        peer_cost(lane->peer, &lane->instance->net) + lane->instance->fixed_cost;
    return SOLVED;
}

static const Solver solvers[] = {
    { .name = "pinflow-spfa",
      .load = drop_flow,
      .solve = solve_spfa,
      .judge = judge_flow,
      .resolve = resolve_spfa },
    { .name = "pinflow-condensed",
      .load = drop_flow,
      .solve = solve_condensed,
      .judge = judge_flow,
      .remember = remember_condensed,
      .resolve = resolve_condensed },
    { .name = "pinflow-simplex",
      .load = drop_flow,
      .solve = solve_simplex,
      .judge = judge_flow },
    { .name = "lemon-ns",
      .kind = PEER_LEMON_NETWORK_SIMPLEX,
      .load = load_peer,
      .solve = solve_peer,
      .judge = judge_peer },
    { .name = "lemon-cost-scaling",
      .kind = PEER_LEMON_COST_SCALING,
      .load = load_peer,
      .solve = solve_peer,
      .judge = judge_peer },
    { .name = "lemon-capacity-scaling",
      .kind = PEER_LEMON_CAPACITY_SCALING,
      .load = load_peer,
      .solve = solve_peer,
      .judge = judge_peer },
    { .name = "glpk-okalg",
      .kind = PEER_GLPK_OKALG,
      .load = load_peer,
      .solve = solve_peer,
      .judge = judge_peer },
};

/* ── the clock ────────────────────────────────────────────────────────────── */

/* The thread's clock, which is the process's as there is but one thread; the
 * kernel keeps the process's own clock only roughly while a timer runs on it. */
static double cpu_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static double price_of_clock(void)
{
    double cheapest = INFINITY;

    for (int i = 0; i < 1000; i++) {
        double start = cpu_ms();

        cheapest = MIN(cheapest, cpu_ms() - start);
    }
    return cheapest;
}

/* The signal that ends the process comes when this much CPU time has been used;
 * never when it is 0. */
static void stop_after(double seconds)
{
    struct itimerval timer = { 0 };

    timer.it_value.tv_sec = (time_t)seconds;
    timer.it_value.tv_usec = (suseconds_t)((seconds - floor(seconds)) * 1e6);
    setitimer(ITIMER_PROF, &timer, NULL);
}

static Outcome time_it(Lane *lane, Outcome (*work)(Lane *), double *ms)
{
    double start = cpu_ms();
    Outcome outcome = work(lane);

    *ms = MAX(cpu_ms() - start - lane->clock_ms, CLOCK_STEP_MS);
    return outcome;
}

/* ── rounds ───────────────────────────────────────────────────────────────── */

static bool enough(const RaceRules *rules, int rounds, double spent_ms)
{
    if (rules->rounds > 0)
        return rounds >= rules->rounds;
    if (spent_ms >= PATIENCE_MS || rounds >= ROUNDS_MAX)
        return rounds > 0;
    return rounds >= ROUNDS_MIN && spent_ms >= SPENT_MS_MIN;
}

static Outcome one_round(Lane *lane, const Solver *solver, const RaceRules *rules,
                         bool remembers, RaceRound *round)
{
    Outcome outcome = SOLVED;

    if (!remembers)
        outcome = time_it(lane, solver->load, &round->load_ms);
    if (outcome != SOLVED)
        return outcome;

    stop_after(rules->limit_seconds);
    outcome = time_it(lane, remembers ? solver->resolve : solver->solve, &round->ms);
    stop_after(0);
    if (outcome == SOLVED)
        outcome = solver->judge(lane);
    round->cost = lane->cost;
    return outcome;
}

static Outcome run_phase(Lane *lane, const Solver *solver, const RaceRules *rules,
                         Phase phase)
{
    double spent_ms = 0;

    for (int i = 0; !enough(rules, i, spent_ms); i++) {
        RaceRound round = { .phase = phase };
        Outcome outcome;

        if (phase == PHASE_WARM)
            instance_change(lane->instance, i, lane->changed);
        do
            outcome = one_round(lane, solver, rules,
                                phase == PHASE_WARM && solver->resolve, &round);
        while (outcome == AGAIN);
        if (outcome != SOLVED)
            return outcome;
        if (write(lane->pipe, &round, sizeof round) != sizeof round)
            return complain(lane, "lost its pipe");
        spent_ms += round.ms;
    }
    return SOLVED;
}

static Outcome run_lane(Lane *lane, const Solver *solver, const RaceRules *rules)
{
    int32_t n_changes = instance_n_changes(lane->instance);
    Outcome outcome = run_phase(lane, solver, rules, PHASE_COLD);

    if (outcome != SOLVED || n_changes == 0)
        return outcome;
    lane->changed = g_new(ArcIx, (gsize)n_changes);
    if (solver->remember)
        outcome = solver->remember(lane);
    if (outcome != SOLVED)
        return outcome;
    return run_phase(lane, solver, rules, PHASE_WARM);
}

G_NORETURN static void be_child(const Solver *solver, Instance *instance,
                                const RaceRules *rules, int pipe)
{
    Lane lane = {
        .solver = solver->name,
        .kind = solver->kind,
        .instance = instance,
        .clock_ms = price_of_clock(),
        .pipe = pipe,
    };

    _exit(run_lane(&lane, solver, rules) == WRONG ? 1 : 0);
}

/* ── the parent ───────────────────────────────────────────────────────────── */

static void read_rounds(int pipe, GArray *rounds)
{
    RaceRound round;

    for (;;) {
        ssize_t n = read(pipe, &round, sizeof round);

        if (n == sizeof round)
            g_array_append_val(rounds, round);
        else if (n >= 0 || errno != EINTR)
            return;
    }
}

static void await(pid_t child, RaceResult *out)
{
    struct rusage usage;
    int status;

    if (wait4(child, &status, 0, &usage) < 0)
        g_error("wait4: %s", g_strerror(errno));
    out->peak_kib = usage.ru_maxrss;
    out->stopped = WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
    out->failed = !out->stopped && status != 0;
    if (WIFSIGNALED(status) && !out->stopped)
        fprintf(stderr, "%s: died: %s\n", out->solver, g_strsignal(WTERMSIG(status)));
}

const char *const *race_solvers(void)
{
    static const char *names[G_N_ELEMENTS(solvers) + 1];

    for (gsize i = 0; i < G_N_ELEMENTS(solvers); i++)
        names[i] = solvers[i].name;
    return names;
}

static const Solver *solver_named(const char *name)
{
    const Solver *solver = solvers;

    while (strcmp(solver->name, name) != 0)
        solver++;
    return solver;
}

void race_run(const char *solver_name, Instance *instance, const RaceRules *rules,
              RaceResult *out)
{
    const Solver *solver = solver_named(solver_name);
    int ends[2];
    pid_t child;

    *out = (RaceResult){ .solver = solver->name };
    out->rounds = g_array_new(FALSE, FALSE, sizeof(RaceRound));
    if (pipe(ends) < 0)
        g_error("pipe: %s", g_strerror(errno));
    fflush(NULL);
    child = fork();
    if (child < 0)
        g_error("fork: %s", g_strerror(errno));
    if (child == 0) {
        close(ends[0]);
        be_child(solver, instance, rules, ends[1]);
    }
    close(ends[1]);
    read_rounds(ends[0], out->rounds);
    close(ends[0]);
    await(child, out);
}

void race_result_clear(RaceResult *result)
{
    g_array_unref(result->rounds);
}
