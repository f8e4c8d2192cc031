/*
 * local.c - reading /proc and /sys.
 *
 * In /proc/stat a guest's time is already in that of the user it runs as, and adding its
 * column would count it twice.  CPUs that are offline have no line, so that a line's
 * place says nothing about whose it is.
 */
#include "local.h"

#include <string.h>
#include <unistd.h>

#include "cpulist.h"

#define CPUS_DIR "/sys/devices/system/cpu/"

enum { NS_PER_S = 1000 * 1000 * 1000, CAPACITY_FULL = 1024 };
enum { USUAL_SHARES_1 = 1024, USUAL_SHARES_2 = 100 };

/* NULL where there is no such file. */
static char *read_file(const char *root, const char *path)
{
    g_autofree char *full = g_strconcat(root, path, NULL);
    char *text = NULL;

    g_file_get_contents(full, &text, NULL, NULL);
    return text;
}

/* ── what kept CPUs busy ──────────────────────────────────────────────────── */

/* The columns of a CPU, in ticks, as far as they are of interest. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, N_COLUMNS };

/* Columns that an old kernel has not got count nothing. */
static int64_t busy_ticks(const char *columns)
{
    int64_t sum = 0;

    for (int column = 0; column < N_COLUMNS && *columns != '\n'; column++) {
        char *end;
        int64_t ticks = g_ascii_strtoll(columns, &end, 10);

        if (end == columns)
            break;
        columns = end;
        if (column != IDLE && column != IOWAIT)
            sum += ticks;
    }
    return sum;
}

/* The line "cpuN ..." at @line. */
static void read_cpu_line(const char *line, int n_pcpus, GArray *out)
{
    char *columns;
    guint64 pcpu = g_ascii_strtoull(line + strlen("cpu"), &columns, 10);

    if (pcpu >= (guint64)n_pcpus)
        return;
    if (out->len == 0) {
        g_array_set_size(out, (guint)n_pcpus);
        memset(out->data, 0, (size_t)n_pcpus * sizeof(int64_t));
    }
    g_array_index(out, int64_t, pcpu) =
        busy_ticks(columns) * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

void local_busy_in(const char *root, int n_pcpus, GArray *out)
{
    g_autofree char *text = read_file(root, "/proc/stat");
    const char *line = text;

    g_array_set_size(out, 0);
    while (line && g_str_has_prefix(line, "cpu")) {
        const char *next = strchr(line, '\n');

        if (g_ascii_isdigit(line[strlen("cpu")]))
            read_cpu_line(line, n_pcpus, out);
        line = next ? next + 1 : NULL;
    }
}

/* ── what CPUs are ────────────────────────────────────────────────────────── */

/* Some kernels write "(null)" where there are none. */
static const CpuSet *read_list(const char *root, const char *path, CpuSets *sets)
{
    g_autofree char *text = read_file(root, path);
    const CpuSet *list = text ? cpusets_parse(sets, text, NULL) : NULL;

    return list ? list : cpusets_none(sets);
}

const CpuSet *local_isolated_in(const char *root, CpuSets *sets)
{
    const CpuSet *isolated = read_list(root, CPUS_DIR "isolated", sets);
    const CpuSet *tickless = read_list(root, CPUS_DIR "nohz_full", sets);

    return cpusets_or(sets, isolated, tickless);
}

int local_capacity_in(const char *root, int pcpu)
{
    g_autofree char *path = g_strdup_printf(CPUS_DIR "cpu%d/cpu_capacity", pcpu);
    g_autofree char *text = read_file(root, path);
    int64_t capacity = text ? g_ascii_strtoll(text, NULL, 10) : 0;

    if (capacity <= 0 || capacity > CAPACITY_FULL)
        return LOAD_FULL;
    return (int)MAX(capacity * LOAD_FULL / CAPACITY_FULL, 1);
}

int local_usual_shares_in(const char *root)
{
    g_autofree char *second = read_file(root, "/sys/fs/cgroup/cgroup.controllers");

    return second ? USUAL_SHARES_2 : USUAL_SHARES_1;
}

/* ── who else is here ─────────────────────────────────────────────────────── */

/* As the kernel cuts them off. */
static const char *const rivals[] = { "numad", "nova-compute", "vdsmd", "vdsm" };

static bool is_rival(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rivals); i++) {
        if (strcmp(name, rivals[i]) == 0)
            return true;
    }
    return false;
}

char *local_rival_in(const char *root)
{
    g_autofree char *proc = g_strconcat(root, "/proc", NULL);
    g_autoptr(GDir) dir = g_dir_open(proc, 0, NULL);
    const char *process;

    while (dir && (process = g_dir_read_name(dir))) {
        g_autofree char *path = g_strdup_printf("/proc/%s/comm", process);
        g_autofree char *name =
            g_ascii_isdigit(process[0]) ? read_file(root, path) : NULL;

        if (name && is_rival(g_strchomp(name)))
            return g_steal_pointer(&name);
    }
    return NULL;
}
