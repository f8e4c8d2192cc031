/*
 * prop_position.c - gains are differences of costs, and calm hosts are calm.
 *
 * The account that a position keeps is checked against one that is drawn up afresh
 * after every move, and the proof of calm against every position there is.
 */
#include "plan/position.h"
#include "support/boards.h"

typedef struct {
    GRand *rand;
    Policy policy;
} World;

static int by_chance(World *world, int low, int high)
{
    return g_rand_int_range(world->rand, low, high + 1);
}

static BoardShape draw_shape(World *world)
{
    return (BoardShape){ .n_spots = by_chance(world, 1, 9),
                         .n_pieces = by_chance(world, 1, 30),
                         .n_moments = 16 * by_chance(world, 0, 3),
                         .n_kinds = by_chance(world, 0, 3),
                         .n_vms = by_chance(world, 0, 8),
                         .per_core = by_chance(world, 1, 3),
                         .per_cache = by_chance(world, 1, 4),
                         .load = by_chance(world, 1, 1500),
                         .sway = by_chance(world, 0, 1) * by_chance(world, 0, 600),
                         .even = by_chance(world, 0, 1),
                         .odd = by_chance(world, 0, 3) == 0 };
}

static void draw_policy(World *world)
{
    world->policy = policy_default;
    world->policy.price_move = by_chance(world, 0, 30000);
    world->policy.weight_stacking = by_chance(world, 0, 1) * 50000;
    world->policy.weight_imbalance = 1 << by_chance(world, 0, 24);
}

/* A position of the same placement, made by moving everybody there. */
static Position *afresh(const World *world, const Board *board, const Position *like)
{
    Position *position = position_new();

    position_start(position, board, &world->policy, world->policy.weight_imbalance);
    for (int i = board->n_pieces - 1; i >= 0; i--)
        position_move(position, i, position_spot(like, i));
    return position;
}

/* The same placement, with everybody at home in it, so that nothing is carried over. */
static Cost cost_at_home(const World *world, const Board *board, const Position *like)
{
    Board other = *board;
    Position *position = position_new();
    Cost cost;

    other.pieces = g_memdup2(board->pieces, (size_t)board->n_pieces * sizeof(Piece));
    for (int i = 0; i < board->n_pieces; i++)
        other.pieces[i].home = position_spot(like, i);
    position_start(position, &other, &world->policy, world->policy.weight_imbalance);
    cost = position_cost(position);
    position_free(position);
    g_free(other.pieces);
    return cost;
}

static void assert_same_cost(Cost a, Cost b)
{
    g_assert_cmpint(a.overload, ==, b.overload);
    g_assert_cmpint(a.imbalance, ==, b.imbalance);
    g_assert_cmpint(a.sharing, ==, b.sharing);
    g_assert_cmpint(a.stacking, ==, b.stacking);
}

static int64_t move_and_measure(Position *position, int piece, int spot)
{
    int64_t before = cost_total(position_cost(position));

    position_move(position, piece, spot);
    return before - cost_total(position_cost(position));
}

static void play(World *world, const Board *board, Position *position)
{
    for (int step = 0; step < 40; step++) {
        int a = by_chance(world, 0, board->n_pieces - 1);
        int b = by_chance(world, 0, board->n_pieces - 1);
        int spot = by_chance(world, 0, board->n_spots - 1);
        int64_t relief = position_relief(position, a), gain;

        if (by_chance(world, 0, 1)) {
            gain = position_gain(position, a, spot);
            g_assert_cmpint(move_and_measure(position, a, spot), ==, gain);
        } else {
            int from = position_spot(position, a), to = position_spot(position, b);

            gain = position_swap_gain(position, a, b);
            g_assert_cmpint(move_and_measure(position, a, to) +
                                move_and_measure(position, b, from),
                            ==, gain);
        }
        g_assert_cmpint(relief, >=, -8);
    }
}

static void test_gains_are_differences_of_costs(gconstpointer data)
{
    World world = { .rand = g_rand_new_with_seed(GPOINTER_TO_UINT(data)) };

    for (int run = 0; run < 400; run++) {
        g_autoptr(Board) board = boards_draw(world.rand, draw_shape(&world));
        Position *position = position_new(), *again;

        draw_policy(&world);
        position_start(position, board, &world.policy, world.policy.weight_imbalance);
        play(&world, board, position);
        again = afresh(&world, board, position);
        assert_same_cost(position_cost(position), position_cost(again));
        g_assert_cmpint(position_cost(position).moving, ==,
                        position_cost(again).moving);
        assert_same_cost(position_cost(position),
                         cost_at_home(&world, board, position));
        g_assert_cmpint(position_sigma(position), ==, position_sigma(again));
        g_assert_cmpint(position_n_moved(position), ==, position_n_moved(again));
        position_free(position);
        position_free(again);
    }
    g_rand_free(world.rand);
}

/* ── calm ─────────────────────────────────────────────────────────────────── */

/* The least cost of all positions in which the pieces from @first on may still move. */
static int64_t least_cost(const Board *board, Position *position, int first)
{
    const Kind *kind;
    int64_t least = INT64_MAX;

    if (first == board->n_pieces)
        return cost_total(position_cost(position));
    kind = &board->kinds[board->pieces[first].kind];
    for (int i = 0; i < kind->n_spots; i++) {
        position_move(position, first, kind->spots[i]);
        least = MIN(least, least_cost(board, position, first + 1));
    }
    return least;
}

static void test_calm_means_nothing_pays(gconstpointer data)
{
    World world = { .rand = g_rand_new_with_seed(GPOINTER_TO_UINT(data)) };
    int n_calm = 0;

    for (int run = 0; run < 1500; run++) {
        BoardShape shape = draw_shape(&world);
        Position *position = position_new();
        g_autoptr(Board) board = NULL;
        int64_t stay;

        shape.n_spots = by_chance(&world, 2, 4);
        shape.n_pieces = by_chance(&world, 1, 5);
        shape.n_moments = 16;
        shape.load = by_chance(&world, 100, 1100);
        board = boards_draw(world.rand, shape);
        draw_policy(&world);
        position_start(position, board, &world.policy, world.policy.weight_imbalance);
        stay = cost_total(position_cost(position));
        if (position_calm(position)) {
            n_calm++;
            g_assert_cmpint(least_cost(board, position, 0), >=, stay);
        }
        position_free(position);
    }
    g_test_message("%d of 1500 were calm", n_calm);
    g_assert_cmpint(n_calm, >, 200);
    g_rand_free(world.rand);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned seed = 1; seed <= 4; seed++) {
        g_autofree char *gains = g_strdup_printf("/position/gains/%u", seed);
        g_autofree char *calm = g_strdup_printf("/position/calm/%u", seed);

        g_test_add_data_func(gains, GUINT_TO_POINTER(seed),
                             test_gains_are_differences_of_costs);
        g_test_add_data_func(calm, GUINT_TO_POINTER(seed),
                             test_calm_means_nothing_pays);
    }
    return g_test_run();
}
