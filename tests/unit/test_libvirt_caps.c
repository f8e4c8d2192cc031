/*
 * test_libvirt_caps.c - is a host's topology what its capabilities say?
 *
 * The hosts lie in tests/libvirt/hosts, or are drawn where they are large.
 */
#include "host/libvirt_xml.h"

#include "host/host.h"
#include "plan/places.h"
#include "support/caps.h"

static Topology *read_text(const char *xml, int n_pcpus, CpuSets *sets)
{
    g_autoptr(GError) why = NULL;
    Topology *topology = topology_from_capabilities(xml, n_pcpus, sets, &why);

    g_assert_no_error(why);
    return topology;
}

static Topology *read_file(const char *name, int n_pcpus, CpuSets *sets)
{
    g_autofree char *xml = libvirt_fixture("hosts", name);

    return read_text(xml, n_pcpus, sets);
}

static Topology *read_drawn(const DrawnHost *host, CpuSets *sets)
{
    g_autofree char *xml = caps_of(host);

    return read_text(xml, host->n_cells * host->n_cores * host->n_threads, sets);
}

/* Which CPUs are of that core, cache or cell. */
#define MEMBERS(topology, what, number)                                                \
    members(topology, G_STRUCT_OFFSET(Pcpu, what), number)
static char *members(const Topology *topology, size_t offset, int number)
{
    g_autofree int *cpus = g_new(int, topology->n_pcpus);
    int n = 0;

    for (int p = 0; p < topology->n_pcpus; p++) {
        if (G_STRUCT_MEMBER(int, &topology->pcpus[p], offset) == number)
            cpus[n++] = p;
    }
    return cpuset_format(cpusets_list(topology->sets, cpus, n));
}

#define ASSERT_MEMBERS(topology, what, number, wanted)                                 \
    do {                                                                               \
        g_autofree char *found = MEMBERS(topology, what, number);                      \
        g_assert_cmpstr(found, ==, wanted);                                            \
    } while (0)

static void assert_sizes(const Topology *topology, int n_pcpus, int n_cores,
                         int n_caches, int n_cells)
{
    g_assert_cmpint(topology->n_pcpus, ==, n_pcpus);
    g_assert_cmpint(topology->n_cores, ==, n_cores);
    g_assert_cmpint(topology->n_caches, ==, n_caches);
    g_assert_cmpint(topology->n_cells, ==, n_cells);
}

static void assert_online(const Topology *topology, const char *wanted)
{
    g_autofree char *online = cpuset_format(topology->online);

    g_assert_cmpstr(online, ==, wanted);
    for (int p = 0; p < topology->n_pcpus; p++)
        g_assert_true(topology->pcpus[p].online == cpuset_has(topology->online, p));
}

/* A topology that is recorded is read again: so far must every number make sense. */
static void assert_can_be_recorded(const Topology *topology)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) why = NULL;
    g_autoptr(Topology) again = NULL;

    topology_format(topology, text);
    again = topology_parse(text->str, topology->sets, &why);
    g_assert_no_error(why);
    g_assert_true(topology_equal(topology, again));
}

static void two_sockets_in_eight_cells(void)
{
    const DrawnHost host = {
        .n_sockets = 2, .n_cells = 8, .n_cores = 16, .n_threads = 2, .per_cache = 8
    };
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_drawn(&host, sets);

    assert_sizes(topology, 256, 128, 16, 8);
    assert_online(topology, "0-255");
    ASSERT_MEMBERS(topology, cell, 0, "0-15,128-143");
    ASSERT_MEMBERS(topology, cell, 7, "112-127,240-255");
    ASSERT_MEMBERS(topology, cache, 3, "24-31,152-159");
    ASSERT_MEMBERS(topology, core, 0, "0,128");
    ASSERT_MEMBERS(topology, core, 127, "127,255");
    g_assert_cmpint(topology_distance(topology, 2, 2), ==, 10);
    g_assert_cmpint(topology_distance(topology, 2, 3), ==, 12);
    g_assert_cmpint(topology_distance(topology, 3, 4), ==, 32);
    assert_can_be_recorded(topology);
}

static void a_small_cache_for_every_few_cores(void)
{
    const DrawnHost host = {
        .n_sockets = 1, .n_cells = 1, .n_cores = 96, .n_threads = 2, .per_cache = 4
    };
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_drawn(&host, sets);

    assert_sizes(topology, 192, 96, 24, 1);
    ASSERT_MEMBERS(topology, cache, 23, "92-95,188-191");
}

static void thousands_of_cpus(void)
{
    const DrawnHost host = {
        .n_sockets = 16, .n_cells = 16, .n_cores = 128, .n_threads = 2, .per_cache = 128
    };
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_drawn(&host, sets);

    assert_sizes(topology, 4096, 2048, 16, 16);
    assert_online(topology, "0-4095");
    ASSERT_MEMBERS(topology, core, 2047, "2047,4095");
    assert_can_be_recorded(topology);
}

static void caches_that_are_not_told_are_the_cells(void)
{
    const DrawnHost host = {
        .n_sockets = 2, .n_cells = 4, .n_cores = 6, .n_threads = 1
    };
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_drawn(&host, sets);

    assert_sizes(topology, 24, 24, 4, 4);
    ASSERT_MEMBERS(topology, cache, 2, "12-17");
}

static void one_cpu_is_a_host(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("single", 1, sets);

    assert_sizes(topology, 1, 1, 1, 1);
    assert_online(topology, "0");
}

static void small_cores_have_no_siblings(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("hybrid", 16, sets);

    assert_sizes(topology, 16, 12, 1, 1);
    ASSERT_MEMBERS(topology, core, 3, "6-7");
    ASSERT_MEMBERS(topology, core, 4, "8");
    assert_online(topology, "0-15");
}

static void cpus_that_are_not_mentioned_are_offline(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("offline", 14, sets);

    assert_sizes(topology, 14, 10, 2, 2);
    assert_online(topology, "0-2,5-8,10-11");
    ASSERT_MEMBERS(topology, cell, 1, "5,10-11");
    ASSERT_MEMBERS(topology, cache, 1, "5,10-11");
    g_assert_cmpint(topology->pcpus[5].core, ==, topology->pcpus[11].core);
    g_assert_cmpint(topology->pcpus[10].core, !=, topology->pcpus[4].core);
    assert_can_be_recorded(topology);
}

/* Cells 0 and 8 have CPUs, 252 and 253 memory alone; some cores have one thread left. */
static void numbers_may_have_gaps_and_cells_no_cpus(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("power", 32, sets);

    assert_sizes(topology, 32, 4 + 4 * 4, 2, 2);
    assert_online(topology, "0-4,8-12,16-20,24-28");
    ASSERT_MEMBERS(topology, cell, 1, "16-31");
    ASSERT_MEMBERS(topology, core, topology->pcpus[8].core, "8-11");
    ASSERT_MEMBERS(topology, core, topology->pcpus[5].core, "5");
    g_assert_cmpint(topology_distance(topology, 0, 1), ==, 40);
    g_assert_cmpint(topology_distance(topology, 1, 1), ==, 10);
    assert_can_be_recorded(topology);
}

static void a_cache_lies_within_a_cell(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("subnuma", 16, sets);

    assert_sizes(topology, 16, 16, 4, 4);
    for (int cell = 0; cell < 4; cell++) {
        g_autofree char *cpus = MEMBERS(topology, cell, cell);

        ASSERT_MEMBERS(topology, cache, cell, cpus);
    }
    ASSERT_MEMBERS(topology, cell, 1, "1,3,5,7");
    g_assert_cmpint(topology_distance(topology, 0, 1), ==, 11);
}

static void a_host_of_which_nothing_is_told_is_plain(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("no-topology", 4, sets);
    g_autoptr(Topology) plain = topology_new(sets, 4, 1, 4, 4);

    g_assert_true(topology_equal(topology, plain));
    assert_online(topology, "0-3");
}

static void where_no_siblings_are_told_all_are_online(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("old", 4, sets);

    assert_sizes(topology, 4, 4, 2, 2);
    assert_online(topology, "0-3");
    ASSERT_MEMBERS(topology, cell, 1, "1,3");
    g_assert_cmpint(topology_distance(topology, 0, 1), ==, 20);
}

static void assert_places(const Topology *topology, Level level, int n_places)
{
    Places places = { 0 };

    places_make(topology, (Granularity){ .level = LEVEL_AUTO }, &places);
    g_assert_cmpint(places.level, ==, level);
    g_assert_cmpint(places.n_places, ==, n_places);
    places_clear(&places);
}

static void real_hosts_fall_into_places(void)
{
    static const struct {
        const char *name;
        int n_pcpus;
        Level level;
        int n_places;
    } files[] = {
        { "single", 1, LEVEL_HOST, 1 },      { "hybrid", 16, LEVEL_HOST, 1 },
        { "offline", 12, LEVEL_CELL, 2 },    { "power", 32, LEVEL_CELL, 2 },
        { "subnuma", 16, LEVEL_CELL, 4 },    { "old", 4, LEVEL_CELL, 2 },
        { "no-topology", 4, LEVEL_HOST, 1 },
    };
    static const struct {
        DrawnHost host;
        Level level;
        int n_places;
    } drawn[] = {
        { { 2, 8, 16, 2, 8 }, LEVEL_CELL, 8 }, /* sockets, cells, cores, threads, cache */
        { { 1, 1, 96, 2, 4 }, LEVEL_CACHE, 24 }, { { 1, 1, 96, 1, 4 }, LEVEL_PCPU, 96 },
        { { 1, 1, 64, 1, 0 }, LEVEL_HOST, 1 },   { { 2, 2, 64, 2, 8 }, LEVEL_CELL, 2 },
    };
    g_autoptr(CpuSets) sets = cpusets_new();

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(Topology) topology = read_file(files[i].name, files[i].n_pcpus, sets);

        assert_places(topology, files[i].level, files[i].n_places);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(drawn); i++) {
        g_autoptr(Topology) topology = read_drawn(&drawn[i].host, sets);

        assert_places(topology, drawn[i].level, drawn[i].n_places);
    }
}

#define HOST(cells, banks)                                                             \
    "<capabilities><host><topology><cells num='1'>" cells                              \
    "</cells></topology><cache>" banks "</cache></host></capabilities>"
#define CELL(id, cpus) "<cell id='" #id "'><cpus>" cpus "</cpus></cell>"
#define CPU(id, siblings) "<cpu id='" #id "' siblings='" siblings "'/>"
#define FOUR_CPUS CELL(0, CPU(0, "0") CPU(1, "1") CPU(2, "2") CPU(3, "3"))

static void the_third_level_is_the_cache(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) three = NULL;
    g_autoptr(Topology) two = NULL;

    three = read_text(HOST(FOUR_CPUS,
                           "<bank level='2' cpus='0'/><bank level='4' cpus='0-3'/>"
                           "<bank level='3' cpus='0-1'/><bank level='3' cpus='2-3'/>"
                           "<bank level='2' cpus='1'/>"),
                      4, sets);
    ASSERT_MEMBERS(three, cache, 0, "0-1");
    ASSERT_MEMBERS(three, cache, 1, "2-3");
    two = read_text(
        HOST(FOUR_CPUS, "<bank level='1' cpus='0'/><bank level='2' cpus='0-2'/>"), 4,
        sets);
    ASSERT_MEMBERS(two, cache, 0, "0-3");
}

/* More CPUs than the host says to have came between the two questions. */
static void a_cpu_may_be_newer_than_their_number(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_text(HOST(FOUR_CPUS, ""), 2, sets);
    g_autoptr(Topology) unknown = read_text(HOST(FOUR_CPUS, ""), -1, sets);

    assert_sizes(topology, 4, 4, 1, 1);
    g_assert_true(topology_equal(topology, unknown));
}

/* Two cells of one number, a CPU in two cells, siblings that no CPU is, and numbers that
 * are none. */
static void nonsense_is_passed_over(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_text(
        HOST(
            CELL(0, CPU(0, "0,9") CPU(1, "9")) CELL(0, CPU(2, "2")) CELL(
                1, CPU(2, "0-2") CPU(3, "3") CPU(-4, "4") CPU(70000, "5") CPU(0x6, "6"))
                CELL(
                    minus,
                    CPU(5,
                        "5")) "<cell id='1'><distances><sibling id='0' value='999'/><sibling id='7' value='9'/>"
                              "<sibling value='11'/></distances></cell>",
            "<bank level='three' cpus='0'/><bank level='3'/><bank level='3' cpus='60000'/>"),
        4, sets);

    assert_sizes(topology, 4, 4, 2, 2);
    assert_online(topology, "0-3");
    ASSERT_MEMBERS(topology, cell, 0, "0-2");
    g_assert_cmpint(topology_distance(topology, 1, 0), ==, 20);
    assert_can_be_recorded(topology);
}

static void more_cpus_than_a_set_holds_are_not_believed(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(Topology) topology = read_file("no-topology", INT_MAX, sets);

    g_assert_cmpint(topology->n_pcpus, ==, CPUSET_SPAN_MAX);
}

static void what_cannot_be_read_is_told_by_its_line(void)
{
    static const struct {
        const char *xml, *why;
    } cases[] = {
        { "", "capabilities:1: it is empty" },
        { "capabilities", "capabilities:1: *" },
        { "<capabilities>\n<host>\n", "capabilities:3: Premature end of data *" },
        { "<domain/>", "capabilities:1: it begins with <domain>, *" },
        { "<capabilities/>", "capabilities:1: it does not say what CPUs *" },
        { "<!DOCTYPE capabilities [<!ENTITY a 'b'>]>\n<capabilities/>",
          "capabilities:1: it declares a document type, *" },
        { "<!DOCTYPE capabilities SYSTEM 'file:///etc/passwd'>\n<capabilities/>",
          "capabilities:1: it declares a document type, *" },
        { HOST("\n" CELL(0, CPU(0, "0-")), ""),
          "capabilities:2: '0-' is no set of CPUs*" },
    };
    g_autoptr(CpuSets) sets = cpusets_new();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) why = NULL;

        g_assert_null(topology_from_capabilities(cases[i].xml, 0, sets, &why));
        g_assert_error(why, HOST_ERROR, HOST_ERROR_TEXT);
        if (!g_pattern_match_simple(cases[i].why, why->message))
            g_error("\"%s\" is not \"%s\"", why->message, cases[i].why);
    }
}

static void more_cells_than_a_kernel_numbers_are_refused(void)
{
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(GString) cells = g_string_new("<capabilities><host><topology><cells>");
    g_autoptr(GError) why = NULL;

    for (int cell = 0; cell <= TOPOLOGY_CELLS_MAX; cell++)
        g_string_append_printf(cells, "<cell id='%d'/>", cell);
    g_string_append(cells, "</cells></topology></host></capabilities>");
    g_assert_null(topology_from_capabilities(cells->str, 8, sets, &why));
    g_assert_error(why, HOST_ERROR, HOST_ERROR_TEXT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/caps/cells", two_sockets_in_eight_cells);
    g_test_add_func("/caps/caches", a_small_cache_for_every_few_cores);
    g_test_add_func("/caps/large", thousands_of_cpus);
    g_test_add_func("/caps/no-caches", caches_that_are_not_told_are_the_cells);
    g_test_add_func("/caps/single", one_cpu_is_a_host);
    g_test_add_func("/caps/hybrid", small_cores_have_no_siblings);
    g_test_add_func("/caps/offline", cpus_that_are_not_mentioned_are_offline);
    g_test_add_func("/caps/gaps", numbers_may_have_gaps_and_cells_no_cpus);
    g_test_add_func("/caps/wide-cache", a_cache_lies_within_a_cell);
    g_test_add_func("/caps/plain", a_host_of_which_nothing_is_told_is_plain);
    g_test_add_func("/caps/old", where_no_siblings_are_told_all_are_online);
    g_test_add_func("/caps/places", real_hosts_fall_into_places);
    g_test_add_func("/caps/level", the_third_level_is_the_cache);
    g_test_add_func("/caps/newer", a_cpu_may_be_newer_than_their_number);
    g_test_add_func("/caps/nonsense", nonsense_is_passed_over);
    g_test_add_func("/caps/limit", more_cpus_than_a_set_holds_are_not_believed);
    g_test_add_func("/caps/wrong", what_cannot_be_read_is_told_by_its_line);
    g_test_add_func("/caps/many-cells", more_cells_than_a_kernel_numbers_are_refused);
    return g_test_run();
}
