/* test_diff.c - what is promised of moves and their order. */
#include "plan/diff.h"
#include "support/draw.h"
#include "support/scene.h"

typedef struct {
    Scene *scene;
    Places places;
    Diff *diff;
    GArray *moves;
} Fixture;

static Fixture set_up(Scene *scene, const char *granularity)
{
    Fixture f = { .scene = scene,
                  .diff = diff_new(),
                  .moves = g_array_new(FALSE, FALSE, sizeof(Move)) };
    Granularity parsed;

    g_assert_true(granularity_parse(granularity, &parsed));
    places_make(scene->topology, parsed, &f.places);
    return f;
}

static void tear_down(Fixture *f)
{
    diff_free(f->diff);
    g_array_unref(f->moves);
    places_clear(&f->places);
    scene_free(f->scene);
}

static void make(Fixture *f, const int *before, const int *after)
{
    g_array_set_size(f->moves, 0);
    diff_make(f->diff, &f->scene->snapshot, &f->places, before, after, f->moves);
}

static const Move *move_at(const Fixture *f, guint i)
{
    return &g_array_index(f->moves, Move, i);
}

static void assert_order(const Fixture *f, const int *vcpus, guint n)
{
    g_assert_cmpuint(f->moves->len, ==, n);
    for (guint i = 0; i < n; i++)
        g_assert_cmpint(move_at(f, i)->vcpu, ==, vcpus[i]);
}

static Scene *a_host_with(int n_pcpus, int n_vcpus)
{
    Scene *scene = a_host(n_pcpus);

    for (int v = 0; v < n_vcpus; v++)
        a_vcpu(scene, v % n_pcpus, 500);
    return scene;
}

static void test_nothing_changed_is_no_move(void)
{
    Fixture f = set_up(a_host_with(3, 3), "pcpu");
    const int where[] = { 0, FLOATING, 2 };

    make(&f, where, where);
    g_assert_cmpuint(f.moves->len, ==, 0);
    tear_down(&f);
}

static void test_a_chain_begins_at_its_free_end(void)
{
    Fixture f = set_up(a_host_with(4, 3), "pcpu");
    const int before[] = { 0, 1, 2 }, after[] = { 1, 2, 3 };

    make(&f, before, after);
    assert_order(&f, (const int[]){ 2, 1, 0 }, 3);
    tear_down(&f);
}

static void test_a_circle_goes_round(void)
{
    Fixture f = set_up(a_host_with(4, 4), "pcpu");
    const int before[] = { 0, 2, 1, 3 }, after[] = { 1, 0, 2, 3 };

    make(&f, before, after);
    assert_order(&f, (const int[]){ 0, 2, 1 }, 3);
    tear_down(&f);
}

static void test_what_is_pinned_is_allowed(void)
{
    Scene *scene = a_host_of(8, 1, 4, 8);
    Fixture f;
    const int before[] = { 0, 0, 1 }, after[] = { 1, FLOATING, 0 };
    const char *cpus[] = { "6-7", "2-7", "0-3" };

    allow(scene, a_vcpu(scene, 0, 10), "2,6-7");
    allow(scene, a_vcpu(scene, 0, 10), "2-7");
    a_vcpu(scene, 4, 10);
    f = set_up(scene, "cache");
    make(&f, before, after);
    g_assert_cmpuint(f.moves->len, ==, 3);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *text = cpuset_format(move_at(&f, i)->cpus);

        g_assert_cmpstr(text, ==, cpus[move_at(&f, i)->vcpu]);
    }
    tear_down(&f);
}

/* No place is sent anything while it has more to do than before and after. */
static void assert_relieved(const Fixture *f, const int *before, const int *after)
{
    const Snapshot *snapshot = &f->scene->snapshot;
    int n_places = f->places.n_places;
    g_autofree int *now = g_new0(int, n_places), *most = g_new0(int, n_places);

    for (int v = 0; v < snapshot->n_vcpus; v++) {
        if (before[v] != FLOATING)
            now[before[v]] += snapshot->vcpus[v].mean;
        if (after[v] != FLOATING)
            most[after[v]] += snapshot->vcpus[v].mean;
    }
    for (int p = 0; p < n_places; p++)
        most[p] = MAX(most[p], now[p]);
    for (guint i = 0; i < f->moves->len; i++) {
        const Move *move = move_at(f, i);

        if (move->to != FLOATING) {
            g_assert_cmpint(now[move->to], <=, most[move->to]);
            now[move->to] += snapshot->vcpus[move->vcpu].mean;
        }
        if (move->from != FLOATING)
            now[move->from] -= snapshot->vcpus[move->vcpu].mean;
    }
}

enum { MANY = 24 };

static void test_nothing_is_sent_where_it_is_crowded(void)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(g_test_rand_int() & 0x7fffffff);

    for (int n = 0; n < 2000; n++) {
        int n_pcpus = draw_between(chance, 1, 8),
            n_vcpus = draw_between(chance, 1, MANY);
        Fixture f = set_up(a_host_with(n_pcpus, n_vcpus), "pcpu");
        int before[MANY], after[MANY], now[MANY];

        for (int v = 0; v < n_vcpus; v++) {
            wants(f.scene, v, draw_between(chance, 0, 1000));
            now[v] = before[v] = draw_between(chance, FLOATING, n_pcpus - 1);
            after[v] = draw_between(chance, FLOATING, n_pcpus - 1);
        }
        make(&f, before, after);
        for (guint i = 0; i < f.moves->len; i++) {
            const Move *move = move_at(&f, i);

            g_assert_cmpint(move->from, ==, now[move->vcpu]);
            g_assert_cmpint(move->from, !=, move->to);
            now[move->vcpu] = move->to;
        }
        for (int v = 0; v < n_vcpus; v++)
            g_assert_cmpint(now[v], ==, after[v]);
        assert_relieved(&f, before, after);
        tear_down(&f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/diff/nothing-changed-is-no-move",
                    test_nothing_changed_is_no_move);
    g_test_add_func("/diff/a-chain-begins-at-its-free-end",
                    test_a_chain_begins_at_its_free_end);
    g_test_add_func("/diff/a-circle-goes-round", test_a_circle_goes_round);
    g_test_add_func("/diff/what-is-pinned-is-allowed", test_what_is_pinned_is_allowed);
    g_test_add_func("/diff/nothing-is-sent-where-it-is-crowded",
                    test_nothing_is_sent_where_it_is_crowded);
    return g_test_run();
}
