/* test_schedule.c - what the search must find on hosts small enough to know better. */
#include "plan/schedule.h"
#include "support/boards.h"

#include <string.h>

typedef struct {
    Board *board;
    Policy policy;
    Scheduler *scheduler;
    Position *position;
    int weight;
    int64_t steps;
} Trial;

/* @n_spots CPUs and pieces that are steady; by default everybody is a VM of its own. */
static Trial host(int n_spots, int n_pieces, const int *loads, const int *homes)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    BoardShape shape = { .n_spots = n_spots, .n_pieces = n_pieces, .n_moments = 16 };
    Trial trial = { .board = boards_draw(rand, shape),
                    .policy = policy_default,
                    .scheduler = scheduler_new(),
                    .position = position_new() };

    trial.board->total_load = 0;
    for (int i = 0; i < n_pieces; i++) {
        Piece *piece = &trial.board->pieces[i];
        uint16_t *past = (uint16_t *)(uintptr_t)piece->past;

        piece->load = loads[i];
        piece->home = homes[i];
        piece->variance = 0;
        for (int t = 0; t < shape.n_moments; t++)
            past[t] = (uint16_t)loads[i];
        trial.board->total_load += loads[i];
    }
    return trial;
}

static void search(Trial *trial)
{
    trial->weight = schedule_search(trial->scheduler, trial->board, &trial->policy,
                                    NULL, &trial->steps, trial->position);
}

static void end(Trial *trial)
{
    boards_free(trial->board);
    scheduler_free(trial->scheduler);
    position_free(trial->position);
}

static void assert_sigma_within(const Trial *trial, int most)
{
    g_assert_cmpint(position_sigma(trial->position), <=, most);
}

/* Eight alike on four CPUs, all on the first: six are misplaced. */
static void test_alike_and_stacked_costs_one_move_a_misplaced(void)
{
    static const int loads[8] = { 450, 450, 450, 450, 450, 450, 450, 450 };
    static const int homes[8] = { 0 };
    Trial trial = host(4, 8, loads, homes);

    search(&trial);
    assert_sigma_within(&trial, 0);
    g_assert_cmpint(position_n_moved(trial.position), ==, 6);
    end(&trial);
}

static void test_large_and_alike_comes_out_even(void)
{
    int loads[64], homes[64];
    Trial trial;

    for (int i = 0; i < 64; i++) {
        loads[i] = 430;
        homes[i] = i % 8;
    }
    trial = host(32, 64, loads, homes);
    search(&trial);
    assert_sigma_within(&trial, 120);
    g_assert_cmpint(position_n_moved(trial.position), ==, 48);
    end(&trial);
}

/* Which counting heads cannot do. */
static void test_four_heavy_and_four_light_pair_up(void)
{
    static const int loads[8] = { 900, 900, 900, 900, 300, 300, 300, 300 };
    static const int homes[8] = { 0, 0, 1, 1, 2, 2, 3, 3 };
    Trial trial = host(4, 8, loads, homes);

    search(&trial);
    assert_sigma_within(&trial, 0);
    g_assert_cmpint(position_n_moved(trial.position), ==, 4);
    end(&trial);
}

static void test_what_is_even_is_calm(void)
{
    static const int loads[8] = { 450, 440, 460, 450, 450, 455, 445, 450 };
    static const int homes[8] = { 0, 1, 2, 3, 0, 1, 2, 3 };
    Trial trial = host(4, 8, loads, homes);

    position_start(trial.position, trial.board, &trial.policy,
                   trial.policy.weight_imbalance);
    g_assert_true(schedule_calm(trial.board, &trial.policy, trial.position));
    search(&trial);
    g_assert_cmpint(position_n_moved(trial.position), ==, 0);
    end(&trial);
}

static void test_lone_heavy_vcpus_are_calm(void)
{
    static const int loads[4] = { 1000, 1000, 1000, 1000 };
    static const int homes[4] = { 0, 1, 2, 3 };
    Trial trial = host(4, 4, loads, homes);

    position_start(trial.position, trial.board, &trial.policy,
                   trial.policy.weight_imbalance);
    g_assert_true(schedule_calm(trial.board, &trial.policy, trial.position));
    end(&trial);
}

/* Half of the CPUs have nothing to do, and nothing can be done about that. */
static void test_what_nobody_can_even_out_stays(void)
{
    static const int loads[3] = { 900, 800, 700 };
    static const int homes[3] = { 1, 3, 4 };
    Trial trial = host(6, 3, loads, homes);

    search(&trial);
    g_assert_cmpint(position_n_moved(trial.position), ==, 0);
    g_assert_cmpint(trial.weight, ==, trial.policy.weight_imbalance);
    end(&trial);
}

/* One heavier than everything else together gets a CPU to itself. */
static void test_giant_is_let_alone(void)
{
    static const int loads[7] = { 1000, 60, 60, 60, 60, 60, 60 };
    static const int homes[7] = { 0, 0, 0, 0, 0, 0, 0 };
    Trial trial = host(4, 7, loads, homes);

    search(&trial);
    for (int i = 1; i < 7; i++)
        g_assert_cmpint(position_spot(trial.position, i), !=,
                        position_spot(trial.position, 0));
    end(&trial);
}

/* More than the machine can carry is shared out evenly. */
static void test_too_much_is_spread(void)
{
    int loads[24], homes[24];
    Trial trial;

    for (int i = 0; i < 24; i++) {
        loads[i] = 900;
        homes[i] = i % 2;
    }
    trial = host(4, 24, loads, homes);
    search(&trial);
    assert_sigma_within(&trial, 0);
    g_assert_cmpint(position_n_moved(trial.position), ==, 12);
    end(&trial);
}

/* Light as they are, they would wait for each other. */
static void test_vcpus_of_a_vm_are_not_stacked(void)
{
    static const int loads[4] = { 200, 200, 200, 200 };
    static const int homes[4] = { 0, 0, 1, 1 };
    Trial trial = host(2, 4, loads, homes);

    trial.board->pieces[0].vm = trial.board->pieces[1].vm = 0;
    trial.board->pieces[2].vm = trial.board->pieces[3].vm = 1;
    search(&trial);
    g_assert_cmpint(position_cost(trial.position).stacking, ==, 0);
    g_assert_cmpint(position_n_moved(trial.position), ==, 2);
    end(&trial);
}

/* A is full of what only A and B allow, B of what only B and C do, and C has room: no
 * single step helps. */
static void test_chain_is_found_by_the_flow(void)
{
    static const int loads[6] = { 500, 500, 500, 500, 500, 500 };
    static const int homes[6] = { 0, 0, 0, 1, 1, 2 };
    Trial trial = host(3, 6, loads, homes);
    Board *board = trial.board;
    Kind kinds[3] = { board->kinds[0] };
    uint64_t bits[2] = { 3, 6 };
    int spots[2][2] = { { 0, 1 }, { 1, 2 } };
    Layout *layout = layout_new();

    for (int k = 0; k < 2; k++)
        kinds[k + 1] =
            (Kind){ .n_spots = 2, .n_pieces = 3, .spots = spots[k], .bits = &bits[k] };
    board->kinds = memcpy(g_renew(Kind, board->kinds, 3), kinds, sizeof kinds);
    board->n_kinds = 3;
    board->overlaps = true;
    for (int i = 0; i < 6; i++)
        board->pieces[i].kind = i < 3 ? 1 : 2;

    layout_solve(layout, board, &trial.policy, trial.policy.weight_imbalance);
    schedule_search(trial.scheduler, board, &trial.policy, layout, &trial.steps,
                    trial.position);
    assert_sigma_within(&trial, 0);
    g_assert_cmpint(position_n_moved(trial.position), ==, 2);
    layout_free(layout);
    board->n_kinds = 1;
    end(&trial);
}

/* A few large places, all crowded, and many that sway in each: any two of them could be
 * swapped, and hardly a swap pays. */
static void test_large_and_crowded_comes_to_an_end(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    BoardShape shape = { .n_spots = 8, .n_pieces = 4000, .n_moments = 16, .sway = 30 };
    Trial trial = { .board = boards_draw(rand, shape),
                    .policy = policy_default,
                    .scheduler = scheduler_new(),
                    .position = position_new() };
    int64_t capacity = trial.board->total_load / shape.n_spots;

    for (int s = 0; s < shape.n_spots; s++)
        trial.board->spots[s].capacity = (int)capacity;
    trial.board->total_capacity = capacity * shape.n_spots;
    search(&trial);
    g_assert_cmpint(trial.steps, <, 20000 * (int64_t)shape.n_pieces);
    end(&trial);
}

static void test_dearer_moves_are_fewer(void)
{
    int moves[4] = { 0 };
    static const int prices[4] = { 1000, 10000, 50000, 300000 };

    for (unsigned seed = 1; seed <= 30; seed++)
        for (int p = 0; p < 4; p++) {
            g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
            BoardShape shape = { 8, 32, 16, .load = 850, .sway = 300 };
            Trial trial = { .board = boards_draw(rand, shape),
                            .policy = policy_default,
                            .scheduler = scheduler_new(),
                            .position = position_new() };

            trial.policy.price_move = prices[p];
            search(&trial);
            moves[p] += position_n_moved(trial.position);
            end(&trial);
        }
    for (int p = 1; p < 4; p++)
        g_assert_cmpint(moves[p], <, moves[p - 1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule/alike-and-stacked-costs-one-move-a-misplaced",
                    test_alike_and_stacked_costs_one_move_a_misplaced);
    g_test_add_func("/schedule/large-and-alike-comes-out-even",
                    test_large_and_alike_comes_out_even);
    g_test_add_func("/schedule/four-heavy-and-four-light-pair-up",
                    test_four_heavy_and_four_light_pair_up);
    g_test_add_func("/schedule/what-is-even-is-calm", test_what_is_even_is_calm);
    g_test_add_func("/schedule/lone-heavy-vcpus-are-calm",
                    test_lone_heavy_vcpus_are_calm);
    g_test_add_func("/schedule/what-nobody-can-even-out-stays",
                    test_what_nobody_can_even_out_stays);
    g_test_add_func("/schedule/giant-is-let-alone", test_giant_is_let_alone);
    g_test_add_func("/schedule/too-much-is-spread", test_too_much_is_spread);
    g_test_add_func("/schedule/vcpus-of-a-vm-are-not-stacked",
                    test_vcpus_of_a_vm_are_not_stacked);
    g_test_add_func("/schedule/chain-is-found-by-the-flow",
                    test_chain_is_found_by_the_flow);
    g_test_add_func("/schedule/large-and-crowded-comes-to-an-end",
                    test_large_and_crowded_comes_to_an_end);
    g_test_add_func("/schedule/dearer-moves-are-fewer", test_dearer_moves_are_fewer);
    return g_test_run();
}
