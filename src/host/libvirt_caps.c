/*
 * libvirt_caps.c - the host's CPUs, from libvirt's capabilities.
 *
 *     <topology><cells num='1'><cell id='0'>
 *       <distances><sibling id='0' value='10'/></distances>
 *       <cpus num='2'>
 *         <cpu id='0' socket_id='0' die_id='0' core_id='0' siblings='0-1'/>
 *     ...
 *     <cache><bank level='3' cpus='0-1' .../></cache>
 *
 * Any of its numbers may have gaps, and cores are numbered anew in each socket and die;
 * what makes a core is therefore its siblings.  Here everything is numbered in the order of
 * the CPUs, and cells in that of their own numbers.
 *
 * A CPU without siblings is offline, unless none has any, as long ago.  A cell without
 * CPUs is memory, and of no interest.  A cache that spans cells counts as one in each,
 * whose slice of it is nearer than the others: a cache lies within a cell.
 */
#include "libvirt_xml.h"

#include "cpulist.h"
#include "host/host.h"
#include "xml.h"

/* Also what libvirt hands over at most. */
enum { CAPABILITIES_MAX = 32 << 20 };
enum { LEVEL_BEST = 3, DISTANCE_LOCAL = 10, DISTANCE_REMOTE = 20 };

typedef struct {
    bool mentioned, told; /* somewhere in a cell; and what it shares */
    int cell;             /* its id; once numbered, its number */
    int core;             /* the lowest CPU of it */
    int bank, level;      /* the cache, counted from 1, or 0; and its level */
} Cpu;

typedef struct {
    int id;
    int number;  /* in the topology, or -1 if there is no CPU in it */
    GArray *far; /* of Distance */
} Cell;

typedef struct {
    int id, value;
} Distance;

typedef struct {
    CpuSets *sets;
    GArray *cpus;  /* of Cpu, by number */
    GArray *cells; /* of Cell */
    int cell;      /* the one that is being read, or -1 */
    int n_banks;
} Caps;

static Cpu *cpu_at(const Caps *caps, int p)
{
    return &g_array_index(caps->cpus, Cpu, p);
}

static Cell *cell_at(const Caps *caps, int c)
{
    return &g_array_index(caps->cells, Cell, c);
}

/* ── what is written ──────────────────────────────────────────────────────── */

static int find_cell(const Caps *caps, int id)
{
    for (int c = 0; c < (int)caps->cells->len; c++) {
        if (cell_at(caps, c)->id == id)
            return c;
    }
    return -1;
}

static void begin_cell(Xml *xml, void *data)
{
    Caps *caps = data;
    Cell cell = { .id = xml_number(xml, "id", INT_MAX), .number = -1 };

    caps->cell = find_cell(caps, cell.id);
    if (cell.id < 0 || caps->cell >= 0)
        return;
    if (caps->cells->len == TOPOLOGY_CELLS_MAX) {
        xml_refuse(xml, "there are more than %d cells", TOPOLOGY_CELLS_MAX);
        return;
    }
    cell.far = g_array_new(FALSE, FALSE, sizeof(Distance));
    caps->cell = (int)caps->cells->len;
    g_array_append_val(caps->cells, cell);
}

static void begin_distance(Xml *xml, void *data)
{
    Caps *caps = data;
    Distance far = { xml_number(xml, "id", INT_MAX),
                     xml_number(xml, "value", DISTANCE_MAX) };

    if (caps->cell >= 0 && far.id >= 0 && far.value > 0)
        g_array_append_val(cell_at(caps, caps->cell)->far, far);
}

/* Of an attribute that lists CPUs; NULL where there is none. */
static const CpuSet *read_cpus(Xml *xml, const Caps *caps, const char *name)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *text = xml_attribute(xml, name);
    const CpuSet *cpus;

    if (!text)
        return NULL;
    cpus = cpulist_parse(caps->sets, text, CPUSET_SPAN_MAX, &why);
    if (!cpus)
        xml_refuse(xml, "%s", why->message);
    return cpus;
}

static void begin_cpu(Xml *xml, void *data)
{
    Caps *caps = data;
    int id = xml_number(xml, "id", CPUSET_SPAN_MAX - 1);
    const CpuSet *siblings;
    Cpu *cpu;

    if (caps->cell < 0 || id < 0)
        return;
    if (id >= (int)caps->cpus->len)
        g_array_set_size(caps->cpus, (guint)id + 1);
    cpu = cpu_at(caps, id);
    if (cpu->mentioned)
        return;
    siblings = read_cpus(xml, caps, "siblings");
    *cpu = (Cpu){ .mentioned = true, .core = id };
    cpu->cell = cell_at(caps, caps->cell)->id;
    if (!siblings || siblings->n_cpus == 0)
        return;
    cpu->told = true;
    cpu->core = MIN(id, cpuset_next(siblings, 0));
}

static bool is_better(int level, int than)
{
    return than != LEVEL_BEST && (level == LEVEL_BEST || level > than);
}

static void begin_bank(Xml *xml, void *data)
{
    Caps *caps = data;
    int level = xml_number(xml, "level", INT_MAX);
    const CpuSet *cpus = read_cpus(xml, caps, "cpus");

    if (level <= 0 || !cpus)
        return;
    caps->n_banks++;
    for (int p = cpuset_next(cpus, 0); p >= 0 && p < (int)caps->cpus->len;
         p = cpuset_next(cpus, p + 1)) {
        if (!is_better(level, cpu_at(caps, p)->level))
            continue;
        cpu_at(caps, p)->level = level;
        cpu_at(caps, p)->bank = caps->n_banks;
    }
}

#define CELL "/capabilities/host/topology/cells/cell"
static const XmlRule rules[] = {
    { CELL, begin_cell, NULL },
    { CELL "/distances/sibling", begin_distance, NULL },
    { CELL "/cpus/cpu", begin_cpu, NULL },
    { "/capabilities/host/cache/bank", begin_bank, NULL },
    { NULL, NULL, NULL },
};

static void caps_clear(Caps *caps)
{
    for (int c = 0; c < (int)caps->cells->len; c++)
        g_array_unref(cell_at(caps, c)->far);
    g_array_unref(caps->cells);
    g_array_unref(caps->cpus);
    cpusets_free(caps->sets);
}

/* ── what it means ────────────────────────────────────────────────────────── */

static int by_id(const void *a, const void *b)
{
    const Cell *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* NULL where nothing is said of a cell of that id. */
static Cell *cell_of_id(const Caps *caps, int id)
{
    guint c;

    return g_array_binary_search(caps->cells, &(Cell){ .id = id }, by_id, &c)
               ? cell_at(caps, (int)c)
               : NULL;
}

/* How many cells have CPUs. */
static int number_cells(Caps *caps)
{
    int n_cells = 0;

    g_array_sort(caps->cells, by_id);
    for (int p = 0; p < (int)caps->cpus->len; p++) {
        if (cpu_at(caps, p)->mentioned)
            cell_of_id(caps, cpu_at(caps, p)->cell)->number = 0;
    }
    for (int c = 0; c < (int)caps->cells->len; c++) {
        if (cell_at(caps, c)->number == 0)
            cell_at(caps, c)->number = n_cells++;
    }
    return n_cells;
}

/* A CPU that no cache is told of shares the first that is in its cell.  One that is not
 * mentioned has to be somewhere: it is in the first cell. */
static void complete(const Caps *caps, int n_cells)
{
    g_autofree int *bank = g_new0(int, n_cells);

    for (int p = (int)caps->cpus->len - 1; p >= 0; p--) {
        Cpu *cpu = cpu_at(caps, p);

        if (!cpu->mentioned)
            cpu->core = p;
        cpu->cell = cpu->mentioned ? cell_of_id(caps, cpu->cell)->number : 0;
        if (cpu->bank > 0)
            bank[cpu->cell] = cpu->bank;
    }
    for (int p = 0; p < (int)caps->cpus->len; p++) {
        if (cpu_at(caps, p)->bank == 0)
            cpu_at(caps, p)->bank = bank[cpu_at(caps, p)->cell];
    }
}

/* Numbers things in the order in which they are first asked for. */
static int number_of(GHashTable *numbers, int thing)
{
    void *key = GINT_TO_POINTER(thing), *number;

    if (!g_hash_table_lookup_extended(numbers, key, NULL, &number)) {
        number = GUINT_TO_POINTER(g_hash_table_size(numbers));
        g_hash_table_insert(numbers, key, number);
    }
    return GPOINTER_TO_INT(number);
}

static void fill_pcpus(const Caps *caps, Topology *out)
{
    g_autoptr(GHashTable) cores = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) caches = g_hash_table_new(NULL, NULL);

    for (int p = 0; p < out->n_pcpus; p++) {
        const Cpu *cpu = cpu_at(caps, p);

        out->pcpus[p].core = number_of(cores, cpu->core);
        out->pcpus[p].cell = cpu->cell;
        out->pcpus[p].cache = number_of(caches, cpu->bank * out->n_cells + cpu->cell);
        out->pcpus[p].capacity = LOAD_FULL;
    }
    out->n_cores = (int)g_hash_table_size(cores);
    out->n_caches = (int)g_hash_table_size(caches);
}

static void fill_distances(const Caps *caps, Topology *out)
{
    int n = out->n_cells;

    for (int i = 0; i < n * n; i++)
        out->distance[i] = i % (n + 1) == 0 ? DISTANCE_LOCAL : DISTANCE_REMOTE;
    for (int c = 0; c < (int)caps->cells->len; c++) {
        const Cell *cell = cell_at(caps, c);

        for (guint i = 0; i < cell->far->len && cell->number >= 0; i++) {
            const Distance *far = &g_array_index(cell->far, Distance, i);
            const Cell *other = cell_of_id(caps, far->id);

            if (other && other->number >= 0)
                out->distance[cell->number * n + other->number] = far->value;
        }
    }
}

static const CpuSet *mark_online(const Caps *caps, Topology *out)
{
    g_autofree int *online = g_new(int, out->n_pcpus);
    int n_told = 0, n_online = 0;

    for (int p = 0; p < out->n_pcpus; p++)
        n_told += cpu_at(caps, p)->told;
    for (int p = 0; p < out->n_pcpus; p++) {
        const Cpu *cpu = cpu_at(caps, p);

        out->pcpus[p].online = n_told > 0 ? cpu->told : cpu->mentioned;
        if (out->pcpus[p].online)
            online[n_online++] = p;
    }
    return cpusets_list(out->sets, online, n_online);
}

static Topology *make_topology(Caps *caps, CpuSets *sets)
{
    Topology *topology = g_new0(Topology, 1);

    topology->sets = sets;
    topology->n_pcpus = (int)caps->cpus->len;
    topology->n_cells = number_cells(caps);
    topology->pcpus = g_new0(Pcpu, topology->n_pcpus);
    topology->distance = g_new0(int, topology->n_cells * topology->n_cells);
    complete(caps, topology->n_cells);
    fill_pcpus(caps, topology);
    fill_distances(caps, topology);
    topology->online = mark_online(caps, topology);
    return topology;
}

static Topology *topology_of(Caps *caps, int n_pcpus, CpuSets *sets, GError **error)
{
    bool plain = caps->cpus->len == 0;

    n_pcpus = MIN(n_pcpus, CPUSET_SPAN_MAX);
    if (plain && n_pcpus > 0)
        return topology_new(sets, n_pcpus, 1, n_pcpus, n_pcpus);
    if (!plain) {
        g_array_set_size(caps->cpus, MAX(caps->cpus->len, (guint)MAX(n_pcpus, 0)));
        return make_topology(caps, sets);
    }
    g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT,
                "capabilities:1: it does not say what CPUs the host has");
    return NULL;
}

Topology *topology_from_capabilities(const char *xml, int n_pcpus, CpuSets *sets,
                                     GError **error)
{
    Topology *topology = NULL;
    Caps caps = {
        .sets = cpusets_new(),
        .cpus = g_array_new(FALSE, TRUE, sizeof(Cpu)),
        .cells = g_array_new(FALSE, FALSE, sizeof(Cell)),
        .cell = -1,
    };

    if (xml_read(xml, CAPABILITIES_MAX, "capabilities", rules, &caps, error))
        topology = topology_of(&caps, n_pcpus, sets, error);
    caps_clear(&caps);
    return topology;
}
