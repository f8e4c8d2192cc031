/*
 * test_layout.c - what is promised of the network: that its cheapest flow is a bound.
 *
 * The bound is held against positions as they are costed elsewhere, and against an
 * objective of the test's own, which is too simple to be wrong: the load beyond
 * capacity, the square of what is off the fair share, and prices.
 */
#include "plan/layout.h"
#include "plan/overload.h"
#include "support/draw.h"
#include "support/scene.h"

#include <string.h>

typedef struct {
    Scene *scene;
    Policy policy;
    Places places;
    Board board;
    Layout *layout;
    Position *position;
} Fixture;

static Fixture set_up(Scene *scene, Policy policy)
{
    Fixture f = { .scene = scene,
                  .policy = policy,
                  .layout = layout_new(),
                  .position = position_new() };

    places_make(scene->topology, policy.granularity, &f.places);
    board_make(&scene->snapshot, &f.places, &f.policy, NULL, &f.board);
    return f;
}

static void tear_down(Fixture *f)
{
    layout_free(f->layout);
    position_free(f->position);
    board_clear(&f->board);
    places_clear(&f->places);
    scene_free(f->scene);
}

static Policy plain_policy(void)
{
    Policy policy = policy_default;

    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    return policy;
}

static int64_t solve(Fixture *f, int weight)
{
    McmfResult got = layout_solve(f->layout, &f->board, &f->policy, weight);

    g_assert_cmpint(got.status, ==, MCMF_OPTIMAL);
    return layout_bound(f->layout);
}

/* ── the bound ────────────────────────────────────────────────────────────── */

static double naive_cost(const Fixture *f, const int *spots, int weight)
{
    const Board *board = &f->board;
    double w = board_imbalance_weight(board, weight), cost = 0;
    g_autofree double *loads = g_new0(double, board->n_spots);
    g_autofree double *cores = g_new0(double, 2 * board->n_cores + 1);

    for (int i = 0; i < board->n_pieces; i++) {
        loads[spots[i]] += board->pieces[i].load;
        cost += (double)board_price(board, &f->policy, &board->pieces[i], spots[i]);
    }
    for (int s = 0; s < board->n_spots; s++) {
        const Spot *spot = &board->spots[s];
        double load = loads[s] + spot->load;
        double off =
            load - (double)imbalance_fair(board->total_load, board->total_capacity,
                                          spot->capacity);

        cost += 1e6 * MAX(load - spot->capacity, 0);
        cost += spot->capacity > 0 ? w * off * off / spot->capacity : 0;
        if (spot->core >= 0) {
            cores[2 * spot->core] += load;
            cores[2 * spot->core + 1] += spot->capacity;
        }
    }
    for (int c = 0; c < board->n_cores; c++) {
        int64_t capacity = (int64_t)cores[2 * c + 1] * board->core_capacity / LOAD_FULL;

        cost += 1e6 * MAX(cores[2 * c] - (double)capacity, 0);
    }
    return cost;
}

static void assert_bounds(Fixture *f, GRand *chance, int64_t bound, int weight)
{
    const Board *board = &f->board;
    g_autofree int *spots = g_new(int, board->n_pieces + 1);
    int often = draw_between(chance, 1, 8);

    position_start(f->position, board, &f->policy, weight);
    for (int i = 0; i < board->n_pieces; i++) {
        const Kind *kind = &board->kinds[board->pieces[i].kind];

        spots[i] = board->pieces[i].home;
        if (draw_one_in(chance, often))
            spots[i] = kind->spots[draw_between(chance, 0, kind->n_spots - 1)];
        position_move(f->position, i, spots[i]);
    }
    g_assert_cmpint(bound, <=, cost_total(position_cost(f->position)));
    g_assert_cmpfloat((double)bound, <=, naive_cost(f, spots, weight));
}

static void test_no_position_costs_less_than_the_bound(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(g_test_rand_int() & 0x7fffffff);

    for (int n = 0; n < 400; n++) {
        Fixture f =
            set_up(draw_scene(chance, draw_between(chance, 1, 8)), draw_policy(chance));
        int weight = f.policy.weight_imbalance * draw_between(chance, 1, 50);
        int64_t bound = solve(&f, f.policy.weight_imbalance);

        for (int k = 0; k < 20; k++)
            assert_bounds(&f, chance, bound, f.policy.weight_imbalance);
        bound = solve(&f, weight);
        for (int k = 0; k < 20; k++)
            assert_bounds(&f, chance, bound, weight);
        tear_down(&f);
    }
}

/* Loads so small beside what there is that a flow and a schedule are nearly the same. */
static void test_the_bound_is_near_where_loads_are_fine(void)
{
    Scene *scene = a_host(4);
    Fixture f;
    int64_t bound, even;

    for (int i = 0; i < 80; i++)
        a_vcpu(scene, 0, 30);
    f = set_up(scene, plain_policy());
    f.policy.price_move = 1;
    bound = solve(&f, 1000000);
    position_start(f.position, &f.board, &f.policy, 1000000);
    for (int i = 0; i < f.board.n_pieces; i++)
        position_move(f.position, i, i % 4);
    even = cost_total(position_cost(f.position));
    g_assert_cmpint(even - bound, <, COST_CPU / 1000);
    tear_down(&f);
}

static void test_staying_is_free_where_all_is_even(void)
{
    Scene *scene = a_host(8);
    Fixture f;
    int64_t stay;

    for (int i = 0; i < 32; i++)
        a_vcpu(scene, i % 8, 100 + i / 8);
    f = set_up(scene, plain_policy());
    position_start(f.position, &f.board, &f.policy, f.policy.weight_imbalance);
    stay = cost_total(position_cost(f.position));
    g_assert_cmpint(solve(&f, f.policy.weight_imbalance), <=, stay);
    g_assert_cmpint(layout_bound(f.layout), >=, stay - 8 * 32);
    tear_down(&f);
}

/* ── the start ────────────────────────────────────────────────────────────── */

static void test_a_start_keeps_to_what_is_allowed(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(g_test_rand_int() & 0x7fffffff);

    for (int n = 0; n < 200; n++) {
        Fixture f = set_up(draw_scene(chance, 6), draw_policy(chance));
        g_autofree int *start = g_new(int, f.board.n_pieces + 1);

        solve(&f, 1000000);
        layout_start(f.layout, start);
        for (int i = 0; i < f.board.n_pieces; i++)
            g_assert_true(board_allows(&f.board, &f.board.pieces[i], start[i]));
        tear_down(&f);
    }
}

/* CPU 0 is overfull, its vCPUs may only go to CPU 1, and those of CPU 1 only to 2. */
static void test_a_start_follows_chains(void)
{
    Scene *scene = a_host(3);
    Fixture f;
    int start[6], moved[6];

    for (int i = 0; i < 3; i++)
        allow(scene, a_vcpu(scene, 0, 500), "0-1");
    for (int i = 0; i < 2; i++)
        allow(scene, a_vcpu(scene, 1, 500), "1-2");
    allow(scene, a_vcpu(scene, 2, 400), "2");
    f = set_up(scene, plain_policy());
    g_assert_true(f.board.overlaps);
    g_assert_cmpint(f.board.n_pieces, ==, 5);
    solve(&f, f.policy.weight_imbalance);
    layout_start(f.layout, start);
    for (int i = 0; i < f.board.n_pieces; i++)
        moved[f.board.pieces[i].vcpu] = f.board.spots[start[i]].place;
    g_assert_cmpint((moved[0] == 1) + (moved[1] == 1) + (moved[2] == 1), ==, 1);
    g_assert_cmpint((moved[3] == 2) + (moved[4] == 2), ==, 1);
    tear_down(&f);
}

/* ── in words ─────────────────────────────────────────────────────────────── */

typedef struct {
    const GString *text;
    size_t at;
} Reader;

static ptrdiff_t read_text(void *from, char *buffer, size_t size)
{
    Reader *reader = from;
    size_t n = MIN(size, reader->text->len - reader->at);

    memcpy(buffer, reader->text->str + reader->at, n);
    reader->at += n;
    return (ptrdiff_t)n;
}

static void test_the_text_is_the_problem(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(g_test_rand_int() & 0x7fffffff);

    for (int n = 0; n < 50; n++) {
        Fixture f = set_up(draw_scene(chance, 3), draw_policy(chance));
        g_autoptr(GString) text = g_string_new(NULL);
        Reader reader = { .text = text };
        Problem problem = PROBLEM_EMPTY;
        McmfResult solved = layout_solve(f.layout, &f.board, &f.policy, 100000), again;

        layout_dimacs(f.layout, &f.scene->snapshot, &f.places, text);
        g_assert_cmpint(dimacs_read(read_text, &reader, &problem).status, ==,
                        DIMACS_OK);
        again = mcmf_simplex(&problem.net, problem.source, problem.sink);
        g_assert_cmpint(again.flow, ==, problem.supply);
        g_assert_cmpint(again.cost, ==, solved.cost);
        problem_clear(&problem);
        tear_down(&f);
    }
}

static void test_the_text_says_what_each_node_is(void)
{
    const char *lines[] = {
        "c node 1: source\n",
        "c node 2: vm-0/0\n",
        "c node 4: pCPU 2\n",
        ": core of pCPU 2 and pCPU 3\n",
        ": any of the host\n",
        ": any of 2 allowed, as pCPU 2\n",
        ": any of 4 in the cell of pCPU 2\n",
        ": sink\n",
    };
    Scene *scene = a_host_of(8, 2, 2, 4);
    g_autoptr(GString) text = g_string_new(NULL), dot = g_string_new(NULL);
    Fixture f;

    a_vcpu(scene, 2, 700);
    allow(scene, a_vcpu(scene, 2, 600), "2,4");
    f = set_up(scene, plain_policy());
    solve(&f, 100000);
    layout_dimacs(f.layout, &scene->snapshot, &f.places, text);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        g_assert_nonnull(strstr(text->str, lines[i]));
    layout_dot(f.layout, &scene->snapshot, &f.places, dot);
    g_assert_true(g_str_has_prefix(dot->str, "digraph network {\n"));
    g_assert_true(g_str_has_suffix(dot->str, "}\n"));
    g_assert_nonnull(strstr(dot->str, "[label=\"vm-0/0\"]"));
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layout/no-position-costs-less-than-the-bound",
                    test_no_position_costs_less_than_the_bound);
    g_test_add_func("/layout/the-bound-is-near-where-loads-are-fine",
                    test_the_bound_is_near_where_loads_are_fine);
    g_test_add_func("/layout/staying-is-free-where-all-is-even",
                    test_staying_is_free_where_all_is_even);
    g_test_add_func("/layout/a-start-keeps-to-what-is-allowed",
                    test_a_start_keeps_to_what_is_allowed);
    g_test_add_func("/layout/a-start-follows-chains", test_a_start_follows_chains);
    g_test_add_func("/layout/the-text-is-the-problem", test_the_text_is_the_problem);
    g_test_add_func("/layout/the-text-says-what-each-node-is",
                    test_the_text_says_what_each_node_is);
    return g_test_run();
}
