/* test_board.c - what is promised of boards. */
#include "plan/board.h"
#include "support/draw.h"
#include "support/scene.h"

#include <string.h>

typedef struct {
    Scene *scene;
    Places places;
    Board board;
} Fixture;

static void make(Fixture *f, const char *granularity, const int *placement)
{
    Granularity parsed;

    g_assert_true(granularity_parse(granularity, &parsed));
    places_make(f->scene->topology, parsed, &f->places);
    board_make(&f->scene->snapshot, &f->places, &policy_default, placement, &f->board);
}

static Fixture set_up(Scene *scene, const char *granularity)
{
    Fixture f = { .scene = scene };

    make(&f, granularity, NULL);
    return f;
}

static void tear_down(Fixture *f)
{
    board_clear(&f->board);
    places_clear(&f->places);
    scene_free(f->scene);
}

/* NULL where the vCPU is no piece. */
static const Piece *piece_of(const Fixture *f, int vcpu)
{
    for (int i = 0; i < f->board.n_pieces; i++)
        if (f->board.pieces[i].vcpu == vcpu)
            return &f->board.pieces[i];
    return NULL;
}

static int home_of(const Fixture *f, int vcpu)
{
    return f->board.spots[piece_of(f, vcpu)->home].place;
}

static const Spot *spot_at(const Fixture *f, int place)
{
    return &f->board.spots[f->board.spot_of_place[place]];
}

static void test_what_carries_most_comes_first(void)
{
    Scene *scene = a_host(3);
    Fixture f;
    const int vcpus[] = { 1, 2, 0, 3 }, places[] = { 2, 0, 1 };

    a_vcpu(scene, 0, 300);
    a_vcpu(scene, 2, 500);
    a_vcpu(scene, 2, 100);
    a_vcpu(scene, 0, 200);
    foreign_load(scene, 1, 50);
    f = set_up(scene, "pcpu");
    g_assert_cmpint(f.board.n_pieces, ==, 4);
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(f.board.pieces[i].vcpu, ==, vcpus[i]);
    for (int s = 0; s < 3; s++)
        g_assert_cmpint(f.board.spots[s].place, ==, places[s]);
    g_assert_cmpint(f.board.spots[1].first, ==, 2);
    g_assert_cmpint(f.board.spots[1].n_pieces, ==, 2);
    g_assert_cmpint(f.board.total_load, ==, 1150);
    g_assert_cmpint(f.board.total_capacity, ==, 3000);
    g_assert_true(f.board.cpu_spots);
    tear_down(&f);
}

static void test_what_does_not_move_is_part_of_its_spot(void)
{
    const uint16_t past[16] = { 400, 0, 400, 0, 400, 0, 400, 0,
                                400, 0, 400, 0, 400, 0, 400, 0 };
    Scene *scene = a_host(2);
    Fixture f;
    int idle, busy, bound;

    idle = a_vcpu(scene, 0, 2);
    busy = a_vcpu(scene, 0, 0);
    wanted(scene, busy, past);
    hold(scene, busy);
    bound = a_vcpu(scene, 0, 300);
    allow(scene, bound, "0");
    foreign_load(scene, 0, 70);
    f = set_up(scene, "pcpu");
    g_assert_cmpint(f.board.n_pieces, ==, 0);
    g_assert_null(piece_of(&f, idle));
    g_assert_cmpint(spot_at(&f, 0)->load, ==, 2 + 200 + 300 + 70);
    g_assert_cmpint(spot_at(&f, 0)->variance, ==, 200 * 200);
    g_assert_cmpint(f.board.base[f.board.spot_of_place[0] * 16], ==, 772);
    g_assert_cmpint(f.board.base[f.board.spot_of_place[0] * 16 + 1], ==, 372);
    g_assert_cmpint(spot_at(&f, 1)->load, ==, 0);
    tear_down(&f);
}

static void test_one_place_leaves_only_pins_too_narrow_for_it(void)
{
    Scene *scene = a_host(4);
    int narrow = a_vcpu(scene, 0, 900), wide = a_vcpu(scene, NOWHERE, 900);
    int idle = a_vcpu(scene, 0, 0), bound = a_vcpu(scene, 1, 300);
    Fixture f;

    allow(scene, bound, "1");
    f = set_up(scene, "host");
    g_assert_cmpint(f.board.n_pieces, ==, 1);
    g_assert_true(piece_of(&f, narrow)->floats);
    g_assert_null(piece_of(&f, wide));
    g_assert_null(piece_of(&f, idle));
    g_assert_null(piece_of(&f, bound));
    g_assert_cmpint(f.board.spots[0].load, ==, 1200);
    tear_down(&f);
}

static void test_what_floats_is_left_to_the_kernel_until_it_is_known(void)
{
    Scene *scene = a_host(4);
    int sudden = a_vcpu(scene, NOWHERE, 300), light = a_vcpu(scene, NOWHERE, 20);
    int steady = a_vcpu(scene, NOWHERE, 300);
    Fixture f;

    scene->snapshot.vcpus[sudden].mean = 60;
    scene->snapshot.vcpus[sudden].variance = 100 * 100;
    f = set_up(scene, "pcpu");
    g_assert_null(piece_of(&f, sudden));
    g_assert_null(piece_of(&f, light));
    g_assert_nonnull(piece_of(&f, steady));
    tear_down(&f);
}

static void test_what_floats_is_where_it_ran(void)
{
    Scene *scene = a_host(4);
    Fixture f;
    int ran, elsewhere, unknown;

    a_vcpu(scene, 0, 900);
    a_vcpu(scene, 1, 100);
    ran = a_vcpu(scene, NOWHERE, 500);
    runs_on(scene, ran, 2);
    elsewhere = a_vcpu(scene, NOWHERE, 500);
    runs_on(scene, elsewhere, 3);
    allow(scene, elsewhere, "0-1");
    unknown = a_vcpu(scene, NOWHERE, 300);
    f = set_up(scene, "pcpu");
    g_assert_true(piece_of(&f, ran)->floats);
    g_assert_cmpint(home_of(&f, ran), ==, 2);
    g_assert_true(piece_of(&f, elsewhere)->floats);
    g_assert_cmpint(home_of(&f, elsewhere), ==, 1);
    g_assert_cmpint(home_of(&f, unknown), ==, 3);
    g_assert_false(piece_of(&f, 0)->floats);
    tear_down(&f);
}

static void test_what_strays_must_move_even_idle(void)
{
    Scene *scene = a_host(4);
    Fixture f;
    int stray, gone, held;

    stray = a_vcpu(scene, 0, 0);
    allow(scene, stray, "2");
    gone = a_vcpu(scene, 3, 0);
    held = a_vcpu(scene, 0, 500);
    allow(scene, held, "2");
    hold(scene, held);
    take_offline(scene, "3");
    f = set_up(scene, "pcpu");
    g_assert_cmpint(f.board.n_pieces, ==, 2);
    g_assert_true(piece_of(&f, stray)->floats);
    g_assert_cmpint(home_of(&f, stray), ==, 2);
    g_assert_cmpint(piece_of(&f, stray)->load, ==, 1);
    g_assert_true(piece_of(&f, gone)->floats);
    g_assert_cmpint(f.board.spot_of_place[2], >=, 0);
    make(&f, "host", NULL);
    g_assert_cmpint(f.board.n_pieces, ==, 2);
    tear_down(&f);
}

static void test_a_placement_stands_for_the_pins(void)
{
    const int placement[] = { 1, -1, 0 };
    Scene *scene = a_host(2);
    Fixture f;
    int stray;

    a_vcpu(scene, 0, 400);
    a_vcpu(scene, 0, 300);
    stray = a_vcpu(scene, 1, 0);
    allow(scene, stray, "0");
    f = set_up(scene, "pcpu");
    g_assert_cmpint(f.board.n_pieces, ==, 3);
    make(&f, "pcpu", placement);
    g_assert_cmpint(home_of(&f, 0), ==, 1);
    g_assert_false(piece_of(&f, 0)->floats);
    g_assert_true(piece_of(&f, 1)->floats);
    g_assert_null(piece_of(&f, stray));
    tear_down(&f);
}

static void test_sets_that_mean_the_same_places_are_one_kind(void)
{
    Scene *scene = a_host_of(8, 1, 2, 8);
    Fixture f;

    allow(scene, a_vcpu(scene, 0, 400), "0-3");
    allow(scene, a_vcpu(scene, 0, 300), "1-2");
    allow(scene, a_vcpu(scene, 4, 300), "4-7");
    f = set_up(scene, "cache");
    g_assert_cmpint(f.board.n_kinds, ==, 3);
    g_assert_true(f.board.kinds[0].all);
    g_assert_cmpint(f.board.kinds[0].n_pieces, ==, 0);
    g_assert_cmpint(piece_of(&f, 0)->kind, ==, piece_of(&f, 1)->kind);
    g_assert_cmpint(f.board.kinds[piece_of(&f, 0)->kind].n_spots, ==, 2);
    g_assert_true(board_allows(&f.board, piece_of(&f, 0), f.board.spot_of_place[1]));
    g_assert_false(board_allows(&f.board, piece_of(&f, 0), f.board.spot_of_place[2]));
    g_assert_false(f.board.overlaps);
    tear_down(&f);
}

static void test_kinds_that_meet_overlap(void)
{
    Scene *scene = a_host(4);
    Fixture f;

    allow(scene, a_vcpu(scene, 0, 400), "0-1");
    allow(scene, a_vcpu(scene, 1, 300), "1-2");
    f = set_up(scene, "pcpu");
    g_assert_true(f.board.overlaps);
    allow(scene, 1, "0-1");
    make(&f, "pcpu", NULL);
    g_assert_false(f.board.overlaps);
    a_vcpu(scene, 3, 300);
    make(&f, "pcpu", NULL);
    g_assert_true(f.board.overlaps);
    tear_down(&f);
}

static void test_only_what_is_shared_is_a_core_or_cache(void)
{
    Fixture f = set_up(a_host_of(8, 2, 4, 8), "pcpu");

    g_assert_cmpint(f.board.n_cores, ==, 4);
    g_assert_cmpint(f.board.n_caches, ==, 2);
    g_assert_cmpint(f.board.n_cells, ==, 1);
    make(&f, "core", NULL);
    g_assert_cmpint(f.board.n_cores, ==, 0);
    g_assert_cmpint(f.board.spots[0].core, ==, -1);
    g_assert_cmpint(f.board.n_caches, ==, 2);
    tear_down(&f);
    f = set_up(a_host_of(8, 1, 1, 8), "pcpu");
    g_assert_cmpint(f.board.n_caches, ==, 0);
    tear_down(&f);
}

static void test_the_price_grows_with_the_distance(void)
{
    Scene *scene = a_host_of(8, 1, 2, 4);
    Policy policy = policy_default;
    const Piece *piece;
    Fixture f;

    a_vcpu(scene, 0, 500);
    policy.price_move = 1000;
    policy.price_cell_times = 150;
    policy.price_host_times = 300;
    f = set_up(scene, "pcpu");
    piece = piece_of(&f, 0);
    g_assert_cmpint(board_price(&f.board, &policy, piece, f.board.spot_of_place[0]), ==,
                    0);
    g_assert_cmpint(board_price(&f.board, &policy, piece, f.board.spot_of_place[1]), ==,
                    1000000);
    g_assert_cmpint(board_price(&f.board, &policy, piece, f.board.spot_of_place[2]), ==,
                    1500000);
    g_assert_cmpint(board_price(&f.board, &policy, piece, f.board.spot_of_place[4]), ==,
                    3000000);
    tear_down(&f);
}

static void test_imbalance_weighs_less_where_loads_fluctuate(void)
{
    uint16_t past[16];
    Scene *scene = a_host(2);
    Fixture f;

    for (int t = 0; t < 16; t++)
        past[t] = t % 2 ? 524 : 476;
    wanted(scene, a_vcpu(scene, 0, 0), past);
    wanted(scene, a_vcpu(scene, 1, 0), past);
    f = set_up(scene, "pcpu");
    g_assert_cmpint(f.board.fluctuation, ==, 24);
    g_assert_cmpint(board_imbalance_weight(&f.board, 1000), ==, 500);
    tear_down(&f);
}

/* Else plans that move what fluctuates would change what is wanted of plans. */
static void test_fluctuation_does_not_depend_on_who_is_where(void)
{
    int fluctuation[2];

    for (int crowded = 0; crowded < 2; crowded++) {
        uint16_t past[16];
        Scene *scene = a_host(2);
        Fixture f;

        for (int t = 0; t < 16; t++)
            past[t] = t % 2 ? 550 : 450;
        wanted(scene, a_vcpu(scene, 0, 0), past);
        wanted(scene, a_vcpu(scene, !crowded, 0), past);
        f = set_up(scene, "pcpu");
        fluctuation[crowded] = f.board.fluctuation;
        tear_down(&f);
    }
    g_assert_cmpint(fluctuation[0], ==, fluctuation[1]);
}

/* ── names do not matter ──────────────────────────────────────────────────── */

static void assert_same(const Board *a, const Board *b)
{
    g_assert_cmpint(a->n_spots, ==, b->n_spots);
    g_assert_cmpint(a->n_pieces, ==, b->n_pieces);
    g_assert_cmpint(a->n_kinds, ==, b->n_kinds);
    g_assert_cmpint(a->overlaps, ==, b->overlaps);
    g_assert_cmpint(a->fluctuation, ==, b->fluctuation);
    for (int s = 0; s < a->n_spots; s++) {
        g_assert_cmpint(a->spots[s].core, ==, b->spots[s].core);
        g_assert_cmpint(a->spots[s].cache, ==, b->spots[s].cache);
        g_assert_cmpint(a->spots[s].cell, ==, b->spots[s].cell);
        g_assert_cmpint(a->spots[s].load, ==, b->spots[s].load);
        g_assert_cmpint(a->spots[s].n_pieces, ==, b->spots[s].n_pieces);
    }
    for (int i = 0; i < a->n_pieces; i++) {
        g_assert_cmpint(a->pieces[i].home, ==, b->pieces[i].home);
        g_assert_cmpint(a->pieces[i].load, ==, b->pieces[i].load);
        g_assert_cmpint(a->pieces[i].variance, ==, b->pieces[i].variance);
        g_assert_cmpint(a->pieces[i].kind, ==, b->pieces[i].kind);
        g_assert_cmpint(a->pieces[i].floats, ==, b->pieces[i].floats);
    }
    for (int k = 0; k < a->n_kinds; k++) {
        g_assert_cmpint(a->kinds[k].n_spots, ==, b->kinds[k].n_spots);
        g_assert_cmpint(memcmp(a->kinds[k].spots, b->kinds[k].spots,
                               (size_t)a->kinds[k].n_spots * sizeof(int)),
                        ==, 0);
    }
    g_assert_cmpint(
        memcmp(a->base, b->base, (size_t)(a->n_spots * a->n_moments) * sizeof *a->base),
        ==, 0);
}

/* Everything carries something else, so that nothing ties. */
static Scene *a_host_without_ties(GRand *chance)
{
    const char *wishes[] = { "0-11", "0-11", "0-5", "4-9", "2,3,7" };
    Scene *scene = a_host_of(12, 2, 4, 12);

    for (int v = 0; v < 40; v++) {
        const char *wish = wishes[draw_between(chance, 0, 4)];
        const CpuSet *allowed = cpusets_parse(scene->sets, wish, NULL);
        int cpu = draw_between(chance, 0, 11), vcpu;

        while (!cpuset_has(allowed, cpu))
            cpu = draw_between(chance, 0, 11);
        vcpu = a_vcpu(scene, cpu, (v + 1) * 17 + draw_between(chance, 0, 15));
        allow(scene, vcpu, wish);
    }
    for (int p = 0; p < 12; p++)
        foreign_load(scene, p, (p + 1) * 1000 + draw_between(chance, 0, 200));
    return scene;
}

static void test_a_relabelled_host_is_the_same_board(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(g_test_rand_int() & 0x7fffffff);

    for (int n = 0; n < 200; n++) {
        Fixture f = set_up(a_host_without_ties(chance), "pcpu"), g;
        g_autofree int *cpu_names = draw_order(chance, 12);
        g_autofree int *vm_names = draw_order(chance, 40);
        g_autofree int *vcpu_names = NULL;

        g = set_up(scene_rename(f.scene, cpu_names, vm_names, &vcpu_names), "pcpu");
        assert_same(&f.board, &g.board);
        for (int i = 0; i < f.board.n_pieces; i++)
            g_assert_cmpint(g.board.pieces[i].vcpu, ==,
                            vcpu_names[f.board.pieces[i].vcpu]);
        tear_down(&g);
        tear_down(&f);
    }
}

/* Whichever comes first: three that nobody may touch, where only one way is even. */
static void test_strangers_are_spread_by_what_they_carry(void)
{
    const int orders[][3] = { { 600, 300, 300 }, { 300, 600, 300 }, { 300, 300, 600 } };

    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        Scene *scene = a_host(2);
        Fixture f;

        for (int v = 0; v < 3; v++)
            hold(scene, a_vcpu(scene, NOWHERE, orders[i][v]));
        f = set_up(scene, "pcpu");
        g_assert_cmpint(spot_at(&f, 0)->load, ==, 600);
        g_assert_cmpint(spot_at(&f, 1)->load, ==, 600);
        tear_down(&f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/board/what-carries-most-comes-first",
                    test_what_carries_most_comes_first);
    g_test_add_func("/board/what-does-not-move-is-part-of-its-spot",
                    test_what_does_not_move_is_part_of_its_spot);
    g_test_add_func("/board/one-place-leaves-only-pins-too-narrow-for-it",
                    test_one_place_leaves_only_pins_too_narrow_for_it);
    g_test_add_func("/board/what-floats-is-left-to-the-kernel-until-it-is-known",
                    test_what_floats_is_left_to_the_kernel_until_it_is_known);
    g_test_add_func("/board/what-floats-is-where-it-ran",
                    test_what_floats_is_where_it_ran);
    g_test_add_func("/board/what-strays-must-move-even-idle",
                    test_what_strays_must_move_even_idle);
    g_test_add_func("/board/a-placement-stands-for-the-pins",
                    test_a_placement_stands_for_the_pins);
    g_test_add_func("/board/sets-that-mean-the-same-places-are-one-kind",
                    test_sets_that_mean_the_same_places_are_one_kind);
    g_test_add_func("/board/kinds-that-meet-overlap", test_kinds_that_meet_overlap);
    g_test_add_func("/board/only-what-is-shared-is-a-core-or-cache",
                    test_only_what_is_shared_is_a_core_or_cache);
    g_test_add_func("/board/the-price-grows-with-the-distance",
                    test_the_price_grows_with_the_distance);
    g_test_add_func("/board/imbalance-weighs-less-where-loads-fluctuate",
                    test_imbalance_weighs_less_where_loads_fluctuate);
    g_test_add_func("/board/fluctuation-does-not-depend-on-who-is-where",
                    test_fluctuation_does_not_depend_on_who_is_where);
    g_test_add_func("/board/a-relabelled-host-is-the-same-board",
                    test_a_relabelled_host_is_the_same_board);
    g_test_add_func("/board/strangers-are-spread-by-what-they-carry",
                    test_strangers_are_spread_by_what_they_carry);
    return g_test_run();
}
