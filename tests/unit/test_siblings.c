/* test_siblings.c - are vCPUs of a VM counted where they are? */
#include "plan/siblings.h"
#include <glib.h>

enum { PIECES = 300, SPOTS = 40, VMS = 9, NOWHERE = -1 };

typedef struct {
    Board board;
    Siblings siblings;
    int *spots;
} World;

/* The first VM has every other piece, and the last has one. */
static World set_up(GRand *chance)
{
    World world = { .board = { .n_pieces = PIECES, .n_spots = SPOTS } };

    world.board.pieces = g_new0(Piece, PIECES);
    world.spots = g_new(int, PIECES);
    for (int i = 0; i < PIECES; i++) {
        world.board.pieces[i].vm = i == 0  ? VMS
                                   : i % 2 ? 0
                                           : g_rand_int_range(chance, 1, VMS);
        world.spots[i] = NOWHERE;
    }
    siblings_start(&world.siblings, &world.board);
    return world;
}

static void tear_down(World *world)
{
    siblings_clear(&world->siblings);
    g_free(world->board.pieces);
    g_free(world->spots);
}

static void go(World *world, int piece, int spot)
{
    if (world->spots[piece] != NOWHERE)
        siblings_rise(&world->siblings, piece, world->spots[piece]);
    if (spot != NOWHERE)
        siblings_sit(&world->siblings, piece, spot);
    world->spots[piece] = spot;
}

static int count(const World *world, int piece, int spot)
{
    int n = 0;

    for (int i = 0; i < PIECES; i++)
        n += world->board.pieces[i].vm == world->board.pieces[piece].vm &&
             world->spots[i] == spot;
    return n;
}

static void test_those_on_a_spot_are_counted(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(11);
    World world = set_up(chance);

    for (int step = 0; step < 20000; step++) {
        int piece = g_rand_int_range(chance, 0, PIECES);
        int spot = g_rand_int_range(chance, 0, SPOTS);

        go(&world, piece, g_rand_int_range(chance, 0, 9) == 0 ? NOWHERE : spot);
        piece = g_rand_int_range(chance, 1, PIECES);
        spot = g_rand_int_range(chance, 0, SPOTS);
        g_assert_cmpint(siblings_on(&world.siblings, piece, spot), ==,
                        count(&world, piece, spot));
    }
    tear_down(&world);
}

static void test_one_that_is_alone_has_no_siblings(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(12);
    World world = set_up(chance);

    g_assert_true(siblings_none(&world.siblings, 0));
    g_assert_false(siblings_none(&world.siblings, 1));
    g_assert_true(siblings_are(&world.siblings, 1, 3));
    g_assert_false(siblings_are(&world.siblings, 1, 1));
    g_assert_false(siblings_are(&world.siblings, 1, 2));
    g_assert_false(siblings_are(&world.siblings, 0, 1));
    go(&world, 0, 3);
    go(&world, 0, NOWHERE);
    tear_down(&world);
}

static void test_they_can_be_counted_anew(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(13);
    World world = set_up(chance);

    for (int i = 1; i < PIECES; i++)
        go(&world, i, i % SPOTS);
    siblings_start(&world.siblings, &world.board);
    for (int s = 0; s < SPOTS; s++)
        g_assert_cmpint(siblings_on(&world.siblings, 1, s), ==, 0);
    tear_down(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/siblings/those-on-a-spot-are-counted",
                    test_those_on_a_spot_are_counted);
    g_test_add_func("/siblings/one-that-is-alone-has-no-siblings",
                    test_one_that_is_alone_has_no_siblings);
    g_test_add_func("/siblings/they-can-be-counted-anew",
                    test_they_can_be_counted_anew);
    return g_test_run();
}
