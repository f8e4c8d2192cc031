/*
 * topology_text.c - topologies as text.
 *
 *     topology 1
 *     pcpu 0 core 0 cache 0 cell 0 capacity 1000 online yes
 *     cell 0 distance 10 20
 *     end
 *
 * The number behind "topology" is the version of this text, and of that of the samples
 * which follow it in a recording.
 */
#include "text.h"

enum { VERSION = 1 };

void topology_format(const Topology *topology, GString *out)
{
    g_string_append_printf(out, "topology %d\n", VERSION);
    for (int p = 0; p < topology->n_pcpus; p++) {
        const Pcpu *pcpu = &topology->pcpus[p];

        g_string_append_printf(
            out, "pcpu %d core %d cache %d cell %d capacity %d online %s\n", p,
            pcpu->core, pcpu->cache, pcpu->cell, pcpu->capacity,
            pcpu->online ? "yes" : "no");
    }
    for (int a = 0; a < topology->n_cells; a++) {
        g_string_append_printf(out, "cell %d distance", a);
        for (int b = 0; b < topology->n_cells; b++)
            g_string_append_printf(out, " %d", topology_distance(topology, a, b));
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "end\n");
}

static void read_version(Text *text)
{
    int64_t version = text_number(text, "topology", 1, INT_MAX);

    if (version > VERSION)
        text_refuse(text, MODEL_ERROR_VERSION,
                    "written by a newer program: version %" G_GINT64_FORMAT
                    ", and %d is the newest known here",
                    version, VERSION);
}

static void read_pcpu(Text *text, GArray *pcpus)
{
    Pcpu pcpu = { 0 };

    if (pcpus->len == CPUSET_SPAN_MAX)
        text_refuse(text, MODEL_ERROR_TEXT, "there are more CPUs than a set can hold");
    if (text_number(text, "pcpu", 0, CPUSET_SPAN_MAX - 1) != pcpus->len)
        text_refuse(text, MODEL_ERROR_TEXT, "pcpu %u is wanted here", pcpus->len);
    pcpu.core = (int)text_number(text, "core", 0, CPUSET_SPAN_MAX - 1);
    pcpu.cache = (int)text_number(text, "cache", 0, CPUSET_SPAN_MAX - 1);
    pcpu.cell = (int)text_number(text, "cell", 0, TOPOLOGY_CELLS_MAX - 1);
    pcpu.capacity = (int)text_number(text, "capacity", 1, PCPU_CAPACITY_MAX);
    pcpu.online = text_yes_or_no(text, "online");
    text_end_line(text);
    g_array_append_val(pcpus, pcpu);
}

/* How many of @what there are, whose numbers are at @offset in each Pcpu. */
static int count(Text *text, const GArray *pcpus, size_t offset, const char *what)
{
    g_autofree bool *is_there = g_new0(bool, CPUSET_SPAN_MAX);
    int n = 0;

    for (guint p = 0; p < pcpus->len; p++) {
        const char *pcpu = (const char *)&g_array_index(pcpus, Pcpu, p);
        int number = *(const int *)(pcpu + offset);

        is_there[number] = true;
        n = MAX(n, number + 1);
    }
    for (int number = 0; number < n; number++) {
        if (!is_there[number])
            text_refuse(text, MODEL_ERROR_TEXT, "there is a %s %d, but no %s %d", what,
                        n - 1, what, number);
    }
    return n;
}

static void read_cell(Text *text, int cell, Topology *topology)
{
    int *row = &topology->distance[cell * topology->n_cells];

    if (text_number(text, "cell", 0, TOPOLOGY_CELLS_MAX - 1) != cell)
        text_refuse(text, MODEL_ERROR_TEXT, "cell %d is wanted here", cell);
    text_expect(text, "distance");
    for (int other = 0; other < topology->n_cells; other++)
        row[other] = (int)text_value(text, "distance", 0, DISTANCE_MAX);
    text_end_line(text);
}

static const CpuSet *those_online(CpuSets *sets, const Topology *topology)
{
    g_autofree int *cpus = g_new(int, topology->n_pcpus);
    int n = 0;

    for (int p = 0; p < topology->n_pcpus; p++) {
        if (topology->pcpus[p].online)
            cpus[n++] = p;
    }
    return cpusets_list(sets, cpus, n);
}

static void read_topology(Text *text, Topology *out)
{
    GArray *pcpus = g_array_new(FALSE, FALSE, sizeof(Pcpu));

    text_need_line(text);
    read_version(text);
    text_end_line(text);
    for (text_need_line(text); text_is(text, "pcpu"); text_need_line(text))
        read_pcpu(text, pcpus);

    out->n_cores = count(text, pcpus, G_STRUCT_OFFSET(Pcpu, core), "core");
    out->n_caches = count(text, pcpus, G_STRUCT_OFFSET(Pcpu, cache), "cache");
    out->n_cells = count(text, pcpus, G_STRUCT_OFFSET(Pcpu, cell), "cell");
    out->n_pcpus = (int)pcpus->len;
    out->pcpus = (Pcpu *)(void *)g_array_free(pcpus, FALSE);
    out->online = those_online(out->sets, out);
    if (out->online->n_cpus == 0)
        text_refuse(text, MODEL_ERROR_TEXT, "a host has a CPU that is online");

    out->distance = g_new0(int, (size_t)out->n_cells *(size_t)out->n_cells);
    for (int cell = 0; cell < out->n_cells && !text->why; cell++) {
        read_cell(text, cell, out);
        text_need_line(text);
    }
    text_expect(text, "end");
    text_end(text);
}

Topology *topology_parse(const char *text, CpuSets *sets, GError **error)
{
    g_autoptr(Topology) topology = g_new0(Topology, 1);
    Text lines;

    topology->sets = sets;
    text_start(&lines, text);
    read_topology(&lines, topology);
    return text_finish(&lines, error) ? g_steal_pointer(&topology) : NULL;
}
