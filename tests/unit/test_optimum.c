/*
 * test_optimum.c - may the judges of bench_quality be believed?
 *
 * On hosts so small that every placement there is can be looked at.
 */
#include <glib.h>

#include "bench/moveswap.h"
#include "bench/optimum.h"

enum { N_PCPUS = 3, N_VCPUS = 7, N_HOSTS = 2000, NO_LIMIT = 1 << 30 };

/* Loads are coarse, so that many of these hosts can be made even. */
static void draw_tiny(bool limited, Steady *out)
{
    steady_alloc(N_VCPUS, N_PCPUS, out);
    for (int i = 0; i < N_VCPUS; i++) {
        out->load[i] = 60 * g_test_rand_int_range(0, 5);
        if (limited)
            out->window[i] = (struct Window){ g_test_rand_int_range(0, N_PCPUS),
                                              g_test_rand_int_range(1, N_PCPUS + 1) };
        out->home[i] =
            (out->window[i].first + g_test_rand_int_range(0, out->window[i].n)) %
            N_PCPUS;
    }
}

static bool is_lawful(const Steady *host, const int *placement)
{
    for (int i = 0; i < host->n_vcpus; i++) {
        if (!steady_allows(host, i, placement[i]))
            return false;
    }
    return true;
}

/* The next one, counting with a digit for each vCPU; false after the last. */
static bool next_placement(int *placement)
{
    for (int i = 0; i < N_VCPUS; i++) {
        if (++placement[i] < N_PCPUS)
            return true;
        placement[i] = 0;
    }
    return false;
}

static int fewest_of_all(const Steady *host)
{
    int placement[N_VCPUS] = { 0 }, fewest = NO_LIMIT;

    do {
        if (is_lawful(host, placement) && steady_is_even(host, placement))
            fewest = MIN(fewest, steady_n_moved(host, placement));
    } while (next_placement(placement));
    return fewest;
}

static void check_optimum(bool limited)
{
    int n_even = 0, n_impossible = 0;

    for (int k = 0; k < N_HOSTS; k++) {
        int placement[N_VCPUS], fewest;
        Steady host;
        Optimum found;

        draw_tiny(limited, &host);
        fewest = fewest_of_all(&host);
        found = optimum_find(&host, N_VCPUS, NO_LIMIT, placement);
        if (fewest == NO_LIMIT) {
            n_impossible++;
            g_assert_cmpint(found.verdict, ==, OPTIMUM_NONE);
        } else {
            n_even++;
            g_assert_cmpint(found.verdict, ==, OPTIMUM_PROVED);
            g_assert_cmpint(found.n_moves, ==, fewest);
            g_assert_cmpint(steady_n_moved(&host, placement), ==, fewest);
            g_assert_true(is_lawful(&host, placement));
            g_assert_true(steady_is_even(&host, placement));
        }
        steady_clear(&host);
    }
    g_assert_cmpint(n_even, >, N_HOSTS / 10);
    g_assert_cmpint(n_impossible, >, N_HOSTS / 20);
}

static void test_finds_what_looking_at_all_placements_finds(void)
{
    check_optimum(false);
}

static void test_so_it_does_where_owners_forbid(void)
{
    check_optimum(true);
}

static void test_says_when_it_gave_up(void)
{
    const Family family = { CPUSETS_NONE, 0, 32, 8 };
    int placement[32];
    Optimum found;
    Steady host;

    steady_draw(&family, 6, &host);
    found = optimum_find(&host, 32, 10, placement);
    g_assert_cmpint(found.verdict, ==, OPTIMUM_TIMED_OUT);
    g_assert_cmpint(found.n_nodes, ==, 10);
    g_assert_cmpint(found.n_moves, <,
                    optimum_find(&host, 32, NO_LIMIT, placement).n_moves);
    steady_clear(&host);
}

static void test_moves_and_swaps_are_lawful_and_no_fewer(void)
{
    int n_even = 0;

    for (int k = 0; k < N_HOSTS; k++) {
        int placement[N_VCPUS], best[N_VCPUS], before;
        Steady host;

        draw_tiny(k % 2, &host);
        moveswap(&host, placement);
        g_assert_true(is_lawful(&host, placement));
        g_assert_cmpint(steady_unevenness(&host, placement), <=,
                        steady_unevenness(&host, host.home));
        before = steady_n_moved(&host, placement);
        if (steady_is_even(&host, placement)) {
            n_even++;
            moveswap_drop(&host, placement);
            g_assert_true(steady_is_even(&host, placement));
            g_assert_cmpint(steady_n_moved(&host, placement), <=, before);
            g_assert_cmpint(steady_n_moved(&host, placement), >=,
                            optimum_find(&host, N_VCPUS, NO_LIMIT, best).n_moves);
        }
        steady_clear(&host);
    }
    g_assert_cmpint(n_even, >, N_HOSTS / 10);
}

/* True if some lawful move or swap makes @host more even. */
static bool can_improve(const Steady *host, int *placement)
{
    int64_t now = steady_unevenness(host, placement);

    for (int i = 0; i < host->n_vcpus; i++) {
        for (int k = 0; k < host->n_vcpus + host->n_pcpus; k++) {
            int was_i = placement[i];
            int j = k < host->n_vcpus ? k : i, was_j = placement[j];
            bool better;

            placement[i] = k < host->n_vcpus ? was_j : k - host->n_vcpus;
            if (j != i)
                placement[j] = was_i;
            better =
                is_lawful(host, placement) && steady_unevenness(host, placement) < now;
            placement[j] = was_j;
            placement[i] = was_i;
            if (better)
                return true;
        }
    }
    return false;
}

/* What is remembered of one step to the next hides nothing. */
static void test_moves_and_swaps_go_on_while_any_helps(void)
{
    for (int cpusets = 0; cpusets < N_CPUSETS; cpusets++) {
        for (uint64_t seed = 0; seed < 40; seed++) {
            const Family family = { (Cpusets)cpusets, 0, 24, 8 };
            int placement[24];
            Steady host;

            steady_draw(&family, seed, &host);
            moveswap(&host, placement);
            g_assert_true(steady_is_even(&host, placement) ||
                          !can_improve(&host, placement));
            steady_clear(&host);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/optimum/finds-what-looking-at-all-placements-finds",
                    test_finds_what_looking_at_all_placements_finds);
    g_test_add_func("/optimum/so-it-does-where-owners-forbid",
                    test_so_it_does_where_owners_forbid);
    g_test_add_func("/optimum/says-when-it-gave-up", test_says_when_it_gave_up);
    g_test_add_func("/moveswap/moves-and-swaps-are-lawful-and-no-fewer",
                    test_moves_and_swaps_are_lawful_and_no_fewer);
    g_test_add_func("/moveswap/moves-and-swaps-go-on-while-any-helps",
                    test_moves_and_swaps_go_on_while_any_helps);
    return g_test_run();
}
