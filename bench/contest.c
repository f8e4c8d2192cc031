/* contest.c - one job is one host, and all entrants on it. */
#include "contest.h"

#include <string.h>

#include "crew.h"
#include "moveswap.h"
#include "optimum.h"
#include "plan/plan.h"
#include "steady_view.h"

enum {
    OPTIMUM_NODES_MAX = 2000000,

    /* In Policy's millionths: a tenth of a CPU.  What is beyond five points costs less
     * overload than that, so nobody moves for anything else. */
    PRICE_DEAR = 100000,
};

static const struct {
    const char *name;
    Rule rule; /* N_RULES where it is none */
    int price; /* of a move; 0 for the usual one */
} entrants[N_ENTRANTS] = {
    [ENTRANT_FLOW] = { "flow", RULE_FLOW, PRICE_DEAR },
    [ENTRANT_FLOW_USUAL] = { "flow, usual price", RULE_FLOW, 0 },
    [ENTRANT_MOVESWAP] = { "move+swap", N_RULES, 0 },
    [ENTRANT_MOVESWAP_DROP] = { "move+swap+drop", N_RULES, 0 },
    [ENTRANT_GREEDY] = { "greedy", RULE_GREEDY, 0 },
    [ENTRANT_AVERAGE] = { "average", RULE_AVERAGE, 0 },
    [ENTRANT_HOTCOLD] = { "hotcold", RULE_HOTCOLD, 0 },
    [ENTRANT_UNIT] = { "unit", RULE_UNIT, 0 },
    [ENTRANT_COUNT] = { "count", RULE_COUNT, 0 },
};

const char *entrant_name(Entrant entrant)
{
    return entrants[entrant].name;
}

/* ── one entrant on one host ──────────────────────────────────────────────── */

typedef struct {
    bool even;
    int n_moves;
    double ms, sigma;
} Showing;

typedef struct {
    const Family *family;
    uint64_t seed;
    bool seek_optimum;
    Optimum optimum;
    Showing showings[N_ENTRANTS];
} Match;

static void stand(const Steady *host, const int *placement, Showing *out)
{
    out->even = steady_is_even(host, placement);
    out->sigma = steady_sigma(host, placement);
}

/* Once everybody has been moved a few times over, it goes round in circles. */
static bool goes_on(const Steady *host, const Plan *plan, const Showing *showing)
{
    return plan->moves->len > 0 && !showing->even &&
           showing->n_moves < 4 * host->n_vcpus;
}

static void play_rule(const Steady *host, Entrant entrant, int *placement, Showing *out)
{
    g_autoptr(Planner) planner = planner_new();
    Policy policy = policy_default;
    Plan plan = { 0 };
    SteadyView view;

    policy.rule = entrants[entrant].rule;
    if (entrants[entrant].price > 0)
        policy.price_move = entrants[entrant].price;
    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    steady_view_make(host, &view);
    memcpy(placement, host->home, (size_t)host->n_vcpus * sizeof *placement);
    do {
        double start = crew_ms();

        plan_make(planner, &view.snapshot, &policy, &plan);
        out->ms += crew_ms() - start;
        out->n_moves += (int)plan.moves->len;
        for (int i = 0; i < host->n_vcpus; i++)
            placement[i] = cpuset_next(plan.places.places[plan.placement[i]].cpus, 0);
        steady_view_pin(&view, placement);
        stand(host, placement, out);
    } while (goes_on(host, &plan, out));
    plan_clear(&plan);
    steady_view_clear(&view);
}

static void play_moveswap(const Steady *host, bool drop, int *placement, Showing *out)
{
    double start = crew_ms();

    moveswap(host, placement);
    if (drop && steady_is_even(host, placement))
        moveswap_drop(host, placement);
    out->ms = crew_ms() - start;
    out->n_moves = steady_n_moved(host, placement);
    stand(host, placement, out);
}

static void play(int job, void *data)
{
    Match *match = (Match *)data + job;
    g_autofree int *placement = g_new(int, match->family->n_vcpus);
    Steady host;

    steady_draw(match->family, match->seed, &host);
    for (int e = 0; e < N_ENTRANTS; e++) {
        if (entrants[e].rule != N_RULES)
            play_rule(&host, (Entrant)e, placement, &match->showings[e]);
        else
            play_moveswap(&host, e == ENTRANT_MOVESWAP_DROP, placement,
                          &match->showings[e]);
    }
    if (match->seek_optimum)
        match->optimum =
            optimum_find(&host, host.n_vcpus, OPTIMUM_NODES_MAX, placement);
    steady_clear(&host);
}

/* ── adding up ────────────────────────────────────────────────────────────── */

static void count_optimum(const Match *match, Standing *out)
{
    switch (match->optimum.verdict) {
    case OPTIMUM_PROVED:
        out->n_proved++;
        return;
    case OPTIMUM_NONE:
        out->n_impossible++;
        return;
    case OPTIMUM_TIMED_OUT:
        out->n_timed_out++;
        return;
    }
}

static void count_showing(const Match *match, Entrant entrant, Score *out)
{
    const Showing *own = &match->showings[entrant];
    const Showing *reference = &match->showings[ENTRANT_MOVESWAP];

    out->ms += own->ms;
    out->sigma += own->sigma;
    if (!own->even)
        return;
    out->n_even++;
    if (reference->even) {
        out->n_both++;
        out->moves += own->n_moves;
        out->moveswap_moves += reference->n_moves;
        out->n_more += own->n_moves > reference->n_moves;
    }
    if (match->seek_optimum && match->optimum.verdict == OPTIMUM_PROVED) {
        out->n_proved++;
        out->proved_moves += own->n_moves;
        out->optimum_moves += match->optimum.n_moves;
    }
}

static void count_match(const Match *match, Standing *out)
{
    bool some = false;

    out->n_hosts++;
    for (int e = 0; e < N_ENTRANTS; e++) {
        count_showing(match, (Entrant)e, &out->scores[e]);
        some |= match->showings[e].even;
    }
    out->n_missed += some && !match->showings[ENTRANT_FLOW].even;
    out->optimum_sought = match->seek_optimum;
    if (match->seek_optimum)
        count_optimum(match, out);
}

static GArray *draw_matches(const Family *families, const int *n_hosts, int n_families,
                            int optimum_pcpus)
{
    GArray *matches = g_array_new(FALSE, TRUE, sizeof(Match));

    for (int f = 0; f < n_families; f++) {
        for (int k = 1; k <= n_hosts[f]; k++) {
            Match match = {
                .family = &families[f],
                .seed = (uint64_t)k,
                .seek_optimum = families[f].n_pcpus <= optimum_pcpus,
            };

            g_array_append_val(matches, match);
        }
    }
    return matches;
}

GArray *contest_hold(const Family *families, const int *n_hosts, int n_families,
                     int optimum_pcpus)
{
    g_autoptr(GArray) matches =
        draw_matches(families, n_hosts, n_families, optimum_pcpus);
    GArray *standings =
        g_array_sized_new(FALSE, TRUE, sizeof(Standing), (guint)n_families);

    crew_work(play, matches->data, (int)matches->len);
    g_array_set_size(standings, (guint)n_families);
    for (guint i = 0; i < matches->len; i++) {
        const Match *match = &g_array_index(matches, Match, i);

        count_match(match,
                    &g_array_index(standings, Standing, match->family - families));
    }
    for (int f = 0; f < n_families; f++) {
        Standing *standing = &g_array_index(standings, Standing, f);

        standing->family = families[f];
        for (int e = 0; e < N_ENTRANTS; e++) {
            standing->scores[e].ms /= MAX(1, standing->n_hosts);
            standing->scores[e].sigma /= MAX(1, standing->n_hosts);
        }
    }
    return standings;
}
