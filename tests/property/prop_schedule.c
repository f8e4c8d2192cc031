/*
 * prop_schedule.c - whatever the board, the search stays within what is allowed and below
 * what staying costs, is never more uneven than it need be, and does the same twice.
 */
#include "plan/schedule.h"
#include "support/boards.h"

typedef struct {
    GRand *rand;
    Policy policy;
    Scheduler *scheduler;
    Position *position, *stay;
} World;

static int by_chance(World *world, int low, int high)
{
    return g_rand_int_range(world->rand, low, high + 1);
}

static World begin(gconstpointer seed)
{
    return (World){ .rand = g_rand_new_with_seed(GPOINTER_TO_UINT(seed)),
                    .scheduler = scheduler_new(),
                    .position = position_new(),
                    .stay = position_new() };
}

static void end(World *world)
{
    g_rand_free(world->rand);
    scheduler_free(world->scheduler);
    position_free(world->position);
    position_free(world->stay);
}

static BoardShape draw_shape(World *world)
{
    return (BoardShape){ .n_spots = by_chance(world, 1, 12),
                         .n_pieces = by_chance(world, 0, 40),
                         .n_moments = 16 * by_chance(world, 0, 2),
                         .n_kinds = by_chance(world, 0, 3),
                         .n_vms = by_chance(world, 0, 8),
                         .per_core = by_chance(world, 1, 2),
                         .per_cache = by_chance(world, 1, 4),
                         .load = by_chance(world, 1, 1500),
                         .sway = by_chance(world, 0, 1) * by_chance(world, 0, 600),
                         .even = by_chance(world, 0, 1),
                         .odd = by_chance(world, 0, 3) == 0 };
}

static Board *draw_of(World *world, BoardShape shape)
{
    world->policy = policy_default;
    world->policy.price_move = by_chance(world, 0, 3) * 10000;
    world->policy.target_sigma = by_chance(world, 0, 3) * 300;
    world->policy.search_steps = by_chance(world, 0, 2) * 10000;
    return boards_draw(world->rand, shape);
}

static Board *draw(World *world)
{
    return draw_of(world, draw_shape(world));
}

static int search(World *world, const Board *board, Position *position)
{
    int64_t steps = 0;

    return schedule_search(world->scheduler, board, &world->policy, NULL, &steps,
                           position);
}

static void assert_allowed(const Board *board, const Position *position)
{
    for (int i = 0; i < board->n_pieces; i++)
        g_assert_true(
            board_allows(board, &board->pieces[i], position_spot(position, i)));
}

static void test_stays_within_what_is_allowed_and_what_staying_costs(gconstpointer data)
{
    World world = begin(data);

    for (int run = 0; run < 300; run++) {
        g_autoptr(Board) board = draw(&world);
        int weight = search(&world, board, world.position);

        g_assert_cmpint(weight, >=, world.policy.weight_imbalance);
        assert_allowed(board, world.position);
        position_start(world.stay, board, &world.policy, weight);
        g_assert_cmpint(cost_total(position_cost(world.position)), <=,
                        cost_total(position_cost(world.stay)));
    }
    end(&world);
}

static void test_finds_the_same_twice(gconstpointer data)
{
    World world = begin(data);

    for (int run = 0; run < 100; run++) {
        g_autoptr(Board) board = draw(&world);

        search(&world, board, world.position);
        search(&world, board, world.stay);
        for (int i = 0; i < board->n_pieces; i++)
            g_assert_cmpint(position_spot(world.position, i), ==,
                            position_spot(world.stay, i));
    }
    end(&world);
}

static void test_stays_where_it_is_calm(gconstpointer data)
{
    World world = begin(data);

    for (int run = 0; run < 300; run++) {
        g_autoptr(Board) board = draw(&world);

        position_start(world.stay, board, &world.policy, world.policy.weight_imbalance);
        if (!schedule_calm(board, &world.policy, world.stay))
            continue;
        search(&world, board, world.position);
        g_assert_cmpint(position_n_moved(world.position), ==, 0);
    }
    end(&world);
}

/* On a host of CPUs alike, whose loads are steady, no single move is left that would
 * save more than it costs.  Elsewhere the search does not look at everything. */
static void test_leaves_no_move_that_pays(gconstpointer data)
{
    World world = begin(data);

    for (int run = 0; run < 200; run++) {
        BoardShape shape = draw_shape(&world);
        g_autoptr(Board) board = NULL;

        shape.sway = shape.n_kinds = 0;
        shape.odd = false;
        shape.per_core = 1;
        board = draw_of(&world, shape);
        world.policy.target_sigma = 100000;
        search(&world, board, world.position);
        for (int i = 0; i < board->n_pieces; i++)
            for (int s = 0; s < board->n_spots; s++)
                g_assert_cmpint(position_gain(world.position, i, s), <=, 0);
    }
    end(&world);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc test;
    } laws[] = {
        { "allowed-and-no-dearer",
          test_stays_within_what_is_allowed_and_what_staying_costs },
        { "same-twice", test_finds_the_same_twice },
        { "stays-where-calm", test_stays_where_it_is_calm },
        { "leaves-nothing", test_leaves_no_move_that_pays },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(laws); i++)
        for (unsigned seed = 1; seed <= 3; seed++) {
            g_autofree char *name =
                g_strdup_printf("/schedule/%s/%u", laws[i].name, seed);

            g_test_add_data_func(name, GUINT_TO_POINTER(seed), laws[i].test);
        }
    return g_test_run();
}
