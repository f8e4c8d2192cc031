/*
 * prop_solvers.c - laws that hold for every solver on every network.
 *
 * On small networks the oracle knows the answer.  On larger ones the solvers must
 * agree with one another, and the judges with each of them.
 */
#include "graph/flow.h"
#include "support/oracle.h"
#include "support/watched.h"
#include "support/world.h"

#include <glib.h>

enum {
    EASE = WATCHED ? 4 : 1,
    PUZZLES = 30000 / EASE,
    PUZZLES_CUT_SHORT = 5000 / EASE,
    WORLDS = 2000 / EASE, /* of each shape */
};

/* ── the solvers ──────────────────────────────────────────────────────────── */

static McmfResult spfa(Network *net, NodeIx source, NodeIx sink)
{
    return mcmf_spfa(net, source, sink, INT64_MAX);
}

typedef struct {
    const char *name;
    McmfResult (*solve)(Network *net, NodeIx source, NodeIx sink);
    bool choosy; /* may answer MCMF_UNFIT where a world is not columnar */
} Solver;

static const Solver solvers[] = {
    { "spfa", spfa, false },
    { "simplex", mcmf_simplex, false },
    { "condensed", mcmf_condensed, true },
};

/* What must hold after any solve that ended well. */
static void assert_optimal(const Network *net, NodeIx source, NodeIx sink,
                           McmfResult got)
{
    int64_t cost;

    g_assert_cmpint(got.status, ==, MCMF_OPTIMAL);
    g_assert_true(got.cheapest);
    g_assert_true(flow_cost(net, &cost));
    g_assert_cmpint(got.cost, ==, cost);
    g_assert_cmpint(got.flow, ==, flow_value(net, source));
    g_assert_cmpint(flow_verify(net, source, sink), ==, FLOW_SOUND);
    if (got.priced)
        g_assert_cmpint(flow_certify(net, source, sink), ==, FLOW_SOUND);
}

/* ── against the oracle ───────────────────────────────────────────────────── */

static void assert_agrees(const Network *net, McmfResult got, const Answer *answer)
{
    if (answer->bottomless) {
        g_assert_cmpint(got.status, ==, MCMF_UNBOUNDED);
        return;
    }
    assert_optimal(net, 0, net->n_nodes - 1, got);
    g_assert_cmpint(got.flow, ==, answer->flow);
    g_assert_cmpint(got.cost, ==, answer->cost);
}

/* A puzzle whose largest flow is a number. */
static Puzzle finite_puzzle(Answer *answer)
{
    Puzzle puzzle;

    do {
        puzzle = puzzle_random();
        *answer = oracle_ask(&puzzle);
    } while (answer->endless);
    return puzzle;
}

static void test_agrees_with_the_oracle(gconstpointer data)
{
    const Solver *solver = data;
    Network net = NETWORK_EMPTY;
    int n_solved = 0;

    for (int round = 0; round < PUZZLES; round++) {
        Answer answer;
        Puzzle puzzle = finite_puzzle(&answer);
        McmfResult got;

        puzzle_lay_out(&puzzle, &net);
        got = solver->solve(&net, 0, net.n_nodes - 1);
        if (solver->choosy && got.status == MCMF_UNFIT)
            continue;
        assert_agrees(&net, got, &answer);
        n_solved++;
    }
    g_test_message("solved %d of %d", n_solved, PUZZLES);
    g_assert_cmpint(n_solved, >, PUZZLES / 100);
    network_clear(&net);
}

static void test_starts_from_any_lawful_flow(void)
{
    Network net = NETWORK_EMPTY;

    for (int round = 0; round < PUZZLES; round++) {
        Answer answer;
        Puzzle puzzle = finite_puzzle(&answer);

        puzzle_lay_out(&puzzle, &net);
        puzzle_start(&answer, &net);
        assert_agrees(&net, mcmf_spfa(&net, 0, net.n_nodes - 1, INT64_MAX), &answer);
    }
    network_clear(&net);
}

/* The lawful flow that a budget of @budget leads to is what it is said to be. */
static McmfResult assert_cut_short_well(Network *net, const Answer *answer,
                                        int64_t budget)
{
    NodeIx sink = net->n_nodes - 1;
    int64_t before, after;
    McmfResult got;
    FlowFault fault;

    g_assert_true(flow_cost(net, &before));
    got = mcmf_spfa(net, 0, sink, budget);
    g_assert_cmpint(got.relaxations, <=, budget);
    if (got.status == MCMF_UNBOUNDED)
        return got;

    fault = flow_verify(net, 0, sink);
    g_assert_true(fault == FLOW_SOUND || fault == FLOW_NOT_MAXIMUM ||
                  fault == FLOW_NOT_CHEAPEST);
    g_assert_true(flow_cost(net, &after));
    g_assert_cmpint(got.cost, ==, after);
    g_assert_cmpint(got.flow, ==, flow_value(net, 0));
    if (got.cheapest) {
        g_assert_cmpint(fault, !=, FLOW_NOT_CHEAPEST);
        g_assert_cmpint(got.cost, ==, answer->cheapest[got.flow]);
    } else {
        g_assert_cmpint(got.cost, <=, before);
    }
    if (got.priced)
        g_assert_cmpint(flow_certify(net, 0, sink), ==, fault);
    return got;
}

static void assert_every_budget(const Puzzle *puzzle, const Answer *answer,
                                bool from_zero)
{
    Network net = NETWORK_EMPTY;
    McmfResult got = { .status = MCMF_CUT_SHORT };
    int64_t flow = 0;

    for (int64_t budget = 0; got.status == MCMF_CUT_SHORT; budget++) {
        puzzle_lay_out(puzzle, &net);
        if (!from_zero)
            puzzle_start(answer, &net);
        got = assert_cut_short_well(&net, answer, budget);
        if (got.status != MCMF_UNBOUNDED)
            g_assert_cmpint(got.flow, >=, flow);
        flow = got.flow;
    }
    assert_agrees(&net, got, answer);
    network_clear(&net);
}

static void test_cut_short_is_the_cheapest_of_its_size(void)
{
    for (int round = 0; round < PUZZLES_CUT_SHORT; round++) {
        Answer answer;
        Puzzle puzzle = finite_puzzle(&answer);

        assert_every_budget(&puzzle, &answer, true);
        assert_every_budget(&puzzle, &answer, false);
    }
}

/* ── against one another ──────────────────────────────────────────────────── */

typedef struct {
    const Solver *solver;
    const WorldShape *shape;
} Match;

/* The same flow as SPFA's at the same cost, though perhaps by other ways. */
static void test_agrees_with_spfa(gconstpointer data)
{
    const Match *match = data;
    bool may_decline = match->solver->choosy && !match->shape->columnar;
    World world = WORLD_EMPTY, copy = WORLD_EMPTY;

    for (int round = 0; round < WORLDS; round++) {
        McmfResult got, expected;

        match->shape->draw(&world);
        world_copy(&world, &copy);
        got = match->solver->solve(&world.net, world.source, world.sink);
        if (may_decline && got.status == MCMF_UNFIT)
            continue;
        assert_optimal(&world.net, world.source, world.sink, got);
        expected = spfa(&copy.net, copy.source, copy.sink);
        g_assert_cmpint(got.flow, ==, expected.flow);
        g_assert_cmpint(got.cost, ==, expected.cost);
    }
    world_clear(&world);
    world_clear(&copy);
}

static void change_some_costs(Network *net)
{
    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        int64_t rise = g_test_rand_int_range(-50, 51);
        int64_t cost = net->arcs[a].cost + rise;

        if (g_test_rand_int_range(0, 10) != 0)
            continue;
        if (network_capacity(net, a) == FLOW_UNLIMITED && cost < 0)
            cost = 0;
        network_set_cost(net, a, cost);
    }
}

/* A flow that was the cheapest before costs changed is as good a start as none. */
static void test_spfa_mends_what_it_solved(gconstpointer data)
{
    const WorldShape *shape = data;
    World world = WORLD_EMPTY, copy = WORLD_EMPTY;

    for (int round = 0; round < WORLDS / 2; round++) {
        shape->draw(&world);
        spfa(&world.net, world.source, world.sink);
        for (int step = 0; step < 3; step++) {
            McmfResult mended, fresh;

            change_some_costs(&world.net);
            world_copy(&world, &copy);
            network_drop_flow(&copy.net);
            fresh = spfa(&copy.net, copy.source, copy.sink);
            mended = spfa(&world.net, world.source, world.sink);
            assert_optimal(&world.net, world.source, world.sink, mended);
            g_assert_cmpint(mended.flow, ==, fresh.flow);
            g_assert_cmpint(mended.cost, ==, fresh.cost);
        }
    }
    world_clear(&world);
    world_clear(&copy);
}

/* The changed edges are named in any order, some more than once, and beside them
 * some that did not change. */
static int32_t name_changes(World *world, ArcIx *out)
{
    int32_t n_changed = world_change_rows(world, out);
    int32_t n_edges = world->net.n_arcs / 2;

    for (int32_t i = 0; i < 3 && n_edges > 0 && n_changed < n_edges; i++)
        out[n_changed++] = 2 * g_test_rand_int_range(0, n_edges);
    for (int32_t i = n_changed - 1; i > 0; i--) {
        int32_t k = g_test_rand_int_range(0, i + 1);
        ArcIx kept = out[i];

        out[i] = out[k];
        out[k] = kept;
    }
    return n_changed;
}

static void assert_mends_changes(Condensed *condensed, World *world, World *copy)
{
    g_autofree ArcIx *changed = g_new(ArcIx, world->net.n_arcs / 2 + 1);
    McmfResult mended =
        condensed_solve(condensed, &world->net, world->source, world->sink);

    assert_optimal(&world->net, world->source, world->sink, mended);
    for (int step = 0; step < 8; step++) {
        int32_t n_changed = step == 7 ? 0 : name_changes(world, changed);
        McmfResult fresh;

        world_copy(world, copy);
        network_drop_flow(&copy->net);
        fresh = (step % 2 ? spfa : mcmf_simplex)(&copy->net, copy->source, copy->sink);
        assert_optimal(&copy->net, copy->source, copy->sink, fresh);
        mended = condensed_resolve(condensed, &world->net, changed, n_changed);
        assert_optimal(&world->net, world->source, world->sink, mended);
        g_assert_cmpint(mended.flow, ==, fresh.flow);
        g_assert_cmpint(mended.cost, ==, fresh.cost);
    }
}

static void test_condensed_mends_what_changed(gconstpointer data)
{
    const WorldShape *shape = data;
    World world = WORLD_EMPTY, copy = WORLD_EMPTY;
    Condensed *condensed = condensed_new();

    g_assert_nonnull(condensed);
    for (int round = 0; round < WORLDS / 4; round++) {
        shape->draw(&world);
        assert_mends_changes(condensed, &world, &copy);
    }
    condensed_free(condensed);
    world_clear(&world);
    world_clear(&copy);
}

/* ── one test for each solver and each shape, so that -p can choose ───────── */

static void add_for_solvers(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(solvers); i++) {
        g_autofree char *path =
            g_strdup_printf("/solvers/%s/agrees-with-the-oracle", solvers[i].name);

        g_test_add_data_func(path, &solvers[i], test_agrees_with_the_oracle);
    }
}

static void add_for_matches(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(solvers); i++)
        for (int k = 0; k < n_world_shapes; k++) {
            Match match = { .solver = &solvers[i], .shape = &world_shapes[k] };
            g_autofree char *path =
                g_strdup_printf("/solvers/%s/agrees-with-spfa/%s", match.solver->name,
                                match.shape->name);

            g_test_add_data_func_full(path, g_memdup2(&match, sizeof match),
                                      test_agrees_with_spfa, g_free);
        }
}

static void add_for_shapes(const char *claim, bool only_columnar, GTestDataFunc test)
{
    for (int i = 0; i < n_world_shapes; i++) {
        g_autofree char *path =
            g_strdup_printf("/solvers/%s/%s", claim, world_shapes[i].name);

        if (!only_columnar || world_shapes[i].columnar)
            g_test_add_data_func(path, &world_shapes[i], test);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_for_solvers();
    add_for_matches();
    g_test_add_func("/solvers/spfa/starts-from-any-lawful-flow",
                    test_starts_from_any_lawful_flow);
    g_test_add_func("/solvers/spfa/cut-short-is-the-cheapest-of-its-size",
                    test_cut_short_is_the_cheapest_of_its_size);
    add_for_shapes("spfa/mends-what-it-solved", false, test_spfa_mends_what_it_solved);
    add_for_shapes("condensed/mends-what-changed", true,
                   test_condensed_mends_what_changed);
    return g_test_run();
}
