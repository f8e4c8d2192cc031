/*
 * test_local.c - does local.c read /proc and /sys as kernels write them?
 *
 * Each test lays out a small machine in a directory of its own.
 */
#include "host/local.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void remove_all(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        if (g_file_test(inner, G_FILE_TEST_IS_DIR))
            remove_all(inner);
        else
            g_remove(inner);
    }
    g_rmdir(path);
}

/* A directory, removed with all that is in it. */
typedef char Machine;

static Machine *a_machine(void)
{
    return g_dir_make_tmp("pinflow-machine-XXXXXX", NULL);
}

static void machine_free(Machine *root)
{
    remove_all(root);
    g_free(root);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Machine, machine_free)

static void write_file(const Machine *root, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(full);
    g_autoptr(GError) why = NULL;

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_file_set_contents(full, text, -1, &why);
    g_assert_no_error(why);
}

static GArray *busy_of(const Machine *root, int n_pcpus)
{
    GArray *busy = g_array_new(FALSE, FALSE, sizeof(int64_t));

    local_busy_in(root, n_pcpus, busy);
    return busy;
}

static void assert_busy(const GArray *busy, guint pcpu, int64_t ticks)
{
    g_assert_cmpuint(pcpu, <, busy->len);
    g_assert_cmpint(g_array_index(busy, int64_t, pcpu), ==,
                    ticks * (G_GINT64_CONSTANT(1000000000) / sysconf(_SC_CLK_TCK)));
}

/*       user nice system idle iowait irq softirq steal guest guest_nice */
static void a_guest_is_counted_once(void)
{
    g_autoptr(Machine) root = a_machine();
    g_autoptr(GArray) busy = NULL;

    write_file(root, "proc/stat",
               "cpu  1100 20 300 5000 60 7 8 9 1000 10\n"
               "cpu0 1000 20 300 4000 50 7 8 9 900 10\n"
               "cpu1 100 0 0 1000 10 0 0 0 100 0\n"
               "intr 12345 0 0\nctxt 1\n");
    busy = busy_of(root, 2);
    g_assert_cmpuint(busy->len, ==, 2);
    assert_busy(busy, 0, 1000 + 20 + 300 + 7 + 8 + 9);
    assert_busy(busy, 1, 100);
}

static void a_line_says_whose_it_is(void)
{
    g_autoptr(Machine) root = a_machine();
    g_autoptr(GArray) busy = NULL;

    write_file(root, "proc/stat",
               "cpu  60 0 0 0 0 0 0 0 0 0\n"
               "cpu1 10 0 0 0 0 0 0 0 0 0\n"
               "cpu3 20 0 0 0 0 0 0 0 0 0\n"
               "cpu10 30 0 0 0 0 0 0 0 0 0\n"
               "cpu4000 40 0 0 0 0 0 0 0 0 0\n");
    busy = busy_of(root, 12);
    g_assert_cmpuint(busy->len, ==, 12);
    for (guint p = 0; p < busy->len; p++)
        assert_busy(busy, p, p == 1 ? 10 : p == 3 ? 20 : p == 10 ? 30 : 0);
}

static void an_old_kernel_has_fewer_columns(void)
{
    g_autoptr(Machine) root = a_machine();
    g_autoptr(GArray) busy = NULL;

    write_file(root, "proc/stat", "cpu 1 2 3 4\ncpu0 1 2 3 4\ncpu1 5 6 7 8");
    busy = busy_of(root, 2);
    assert_busy(busy, 0, 6);
    assert_busy(busy, 1, 18);
}

static void where_nothing_is_told_nothing_is_said(void)
{
    g_autoptr(Machine) root = a_machine();
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(GArray) none = busy_of(root, 2);
    g_autoptr(GArray) odd = NULL;

    g_assert_cmpuint(none->len, ==, 0);
    write_file(root, "proc/stat", "cpu\ncpux 1 2 3\nintr 5\ncpu0 1 2 3\n");
    odd = busy_of(root, 2);
    g_assert_cmpuint(odd->len, ==, 0);
    g_assert_true(local_isolated_in(root, sets) == cpusets_none(sets));
    g_assert_cmpint(local_capacity_in(root, 0), ==, LOAD_FULL);
    g_assert_null(local_rival_in(root));
}

static void isolated_cpus_are_of_two_kinds(void)
{
    g_autoptr(Machine) root = a_machine();
    g_autoptr(CpuSets) sets = cpusets_new();

    write_file(root, "sys/devices/system/cpu/isolated", "2-3\n");
    write_file(root, "sys/devices/system/cpu/nohz_full", "3,6-7\n");
    g_assert_true(local_isolated_in(root, sets) ==
                  cpusets_parse(sets, "2-3,6-7", NULL));
    write_file(root, "sys/devices/system/cpu/isolated", "\n");
    write_file(root, "sys/devices/system/cpu/nohz_full", "  (null)\n");
    g_assert_true(local_isolated_in(root, sets) == cpusets_none(sets));
}

static void small_cores_have_less(void)
{
    static const struct {
        const char *text;
        int capacity;
    } cases[] = {
        { "1024\n", LOAD_FULL }, { "512\n", 500 },
        { "446\n", 435 },        { "1\n", 1 },
        { "0\n", LOAD_FULL },    { "-5\n", LOAD_FULL },
        { "2048\n", LOAD_FULL }, { "much\n", LOAD_FULL },
    };
    g_autoptr(Machine) root = a_machine();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        write_file(root, "sys/devices/system/cpu/cpu12/cpu_capacity", cases[i].text);
        g_assert_cmpint(local_capacity_in(root, 12), ==, cases[i].capacity);
        g_assert_cmpint(local_capacity_in(root, 1), ==, LOAD_FULL);
    }
}

static void shares_are_counted_in_two_ways(void)
{
    g_autoptr(Machine) root = a_machine();

    g_assert_cmpint(local_usual_shares_in(root), ==, 1024);
    write_file(root, "sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
    g_assert_cmpint(local_usual_shares_in(root), ==, 100);
}

static void a_rival_is_known_by_its_name(void)
{
    static const char *const names[] = { "numad", "nova-compute", "vdsmd" };
    g_autoptr(Machine) root = a_machine();

    write_file(root, "proc/1/comm", "systemd\n");
    write_file(root, "proc/77/comm", "numad2\n");
    write_file(root, "proc/self/comm", "numad\n");
    g_assert_null(local_rival_in(root));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strconcat(names[i], "\n", NULL);
        g_autofree char *rival = NULL;

        write_file(root, "proc/4711/comm", line);
        rival = local_rival_in(root);
        g_assert_cmpstr(rival, ==, names[i]);
    }
}

static void this_machine_can_be_read_too(void)
{
    int n_pcpus = (int)sysconf(_SC_NPROCESSORS_CONF);
    g_autoptr(CpuSets) sets = cpusets_new();
    g_autoptr(GArray) busy = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t sum = 0;

    local_busy(n_pcpus, busy);
    g_assert_cmpint(busy->len, ==, n_pcpus);
    for (guint p = 0; p < busy->len; p++)
        sum += g_array_index(busy, int64_t, p);
    g_assert_cmpint(sum, >, 0);
    g_free(local_rival());
    g_assert_nonnull(local_isolated(sets));
    g_assert_cmpint(local_capacity(0), >, 0);
    g_assert_cmpint(local_usual_shares(), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/local/guest", a_guest_is_counted_once);
    g_test_add_func("/local/gaps", a_line_says_whose_it_is);
    g_test_add_func("/local/old", an_old_kernel_has_fewer_columns);
    g_test_add_func("/local/nothing", where_nothing_is_told_nothing_is_said);
    g_test_add_func("/local/isolated", isolated_cpus_are_of_two_kinds);
    g_test_add_func("/local/capacity", small_cores_have_less);
    g_test_add_func("/local/shares", shares_are_counted_in_two_ways);
    g_test_add_func("/local/rival", a_rival_is_known_by_its_name);
    g_test_add_func("/local/real", this_machine_can_be_read_too);
    return g_test_run();
}
