/* test_topology.c - does topology.c keep the word of model/topology.h? */
#include "model/topology.h"

static void consecutive_cpus_share(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = topology_new(sets, 16, 2, 4, 8);

    g_assert_cmpint(topology->n_cores, ==, 8);
    g_assert_cmpint(topology->n_caches, ==, 4);
    g_assert_cmpint(topology->n_cells, ==, 2);
    for (int p = 0; p < 16; p++) {
        const Pcpu *pcpu = &topology->pcpus[p];

        g_assert_cmpint(pcpu->core, ==, p / 2);
        g_assert_cmpint(pcpu->cache, ==, p / 4);
        g_assert_cmpint(pcpu->cell, ==, p / 8);
        g_assert_cmpint(pcpu->capacity, ==, LOAD_FULL);
        g_assert_true(pcpu->online);
    }
    g_assert_true(topology->online == cpusets_range(sets, 0, 16));
    g_assert_cmpint(topology_distance(topology, 1, 1), ==, 10);
    g_assert_cmpint(topology_distance(topology, 0, 1), ==, 20);
    g_assert_cmpint(topology_distance(topology, 1, 0), ==, 20);
}

static void the_last_of_a_kind_may_be_smaller(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = topology_new(sets, 7, 2, 4, 4);

    g_assert_cmpint(topology->n_cores, ==, 4);
    g_assert_cmpint(topology->n_caches, ==, 2);
    g_assert_cmpint(topology->n_cells, ==, 2);
    g_assert_cmpint(topology->pcpus[6].core, ==, 3);
    g_assert_cmpint(topology->pcpus[6].cell, ==, 1);
}

static void a_host_may_be_one_cpu_or_as_many_as_a_set_holds(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) one = topology_new(sets, 1, 1, 1, 1);
    g_autoptr(Topology) all = topology_new(sets, CPUSET_SPAN_MAX, 2, 16, 64);

    g_assert_cmpint(one->n_cells, ==, 1);
    g_assert_cmpint(all->n_cells, ==, TOPOLOGY_CELLS_MAX);
    g_assert_cmpint(all->online->n_cpus, ==, CPUSET_SPAN_MAX);
}

static void other_cpus_online_is_another_host(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) all = topology_new(sets, 4, 1, 2, 4);
    g_autoptr(Topology) some = NULL;
    g_autoptr(Topology) back = NULL;

    some = topology_with_online(all, cpusets_parse(sets, "0,2-3,9", NULL));
    g_assert_false(topology_equal(all, some));
    g_assert_true(some->online == cpusets_parse(sets, "0,2-3", NULL));
    g_assert_false(some->pcpus[1].online);
    g_assert_true(some->pcpus[2].online);
    g_assert_cmpint(some->n_pcpus, ==, 4);
    g_assert_true(all->pcpus[1].online);

    back = topology_with_online(some, all->online);
    g_assert_true(topology_equal(all, back));
    g_assert_true(back->online == all->online);
}

static void every_field_makes_a_difference(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(CpuSets) others = cpusets_new();
    g_autoptr(Topology) one = topology_new(sets, 8, 2, 4, 4);
    g_autoptr(Topology) two = topology_new(others, 8, 2, 4, 4);
    g_autoptr(Topology) more = topology_new(sets, 9, 2, 4, 8);
    g_autoptr(Topology) wider = topology_new(sets, 8, 2, 4, 8);
    int *const fields[] = { &two->pcpus[7].core, &two->pcpus[7].cache,
                            &two->pcpus[7].cell, &two->pcpus[7].capacity,
                            &two->distance[3] };

    g_assert_true(topology_equal(one, two));
    g_assert_false(topology_equal(one, more));
    g_assert_false(topology_equal(one, wider));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        ++*fields[i];
        g_assert_false(topology_equal(one, two));
        --*fields[i];
    }
    two->pcpus[7].online = false;
    g_assert_false(topology_equal(one, two));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/topology/share", consecutive_cpus_share);
    g_test_add_func("/topology/remainder", the_last_of_a_kind_may_be_smaller);
    g_test_add_func("/topology/sizes", a_host_may_be_one_cpu_or_as_many_as_a_set_holds);
    g_test_add_func("/topology/online", other_cpus_online_is_another_host);
    g_test_add_func("/topology/equal", every_field_makes_a_difference);
    return g_test_run();
}
