/* caps.c - hosts as capabilities, and documents that lie ready as files. */
#include "support/caps.h"

#include <glib.h>

/* All threads of @n cores from @first on, as a list. */
static char *threads_of(const DrawnHost *host, int first, int n)
{
    GString *out = g_string_new(NULL);
    int all = host->n_cells * host->n_cores;

    for (int t = 0; t < host->n_threads; t++) {
        int low = t * all + first, high = low + n - 1;

        g_string_append_printf(out, low < high ? "%s%d-%d" : "%s%d", t > 0 ? "," : "",
                               low, high);
    }
    return g_string_free(out, FALSE);
}

static void write_distances(const DrawnHost *host, int cell, GString *out)
{
    int per_socket = host->n_cells / host->n_sockets;

    g_string_append(out, "<distances>\n");
    for (int other = 0; other < host->n_cells; other++) {
        int distance = other == cell                             ? 10
                       : other / per_socket == cell / per_socket ? 12
                                                                 : 32;

        g_string_append_printf(out, "<sibling id='%d' value='%d'/>\n", other, distance);
    }
    g_string_append(out, "</distances>\n");
}

static void write_cell(const DrawnHost *host, int cell, GString *out)
{
    int n_cores = host->n_cells * host->n_cores;

    g_string_append_printf(
        out, "<cell id='%d'>\n<memory unit='KiB'>65764552</memory>\n", cell);
    write_distances(host, cell, out);
    g_string_append_printf(out, "<cpus num='%d'>\n", host->n_cores * host->n_threads);
    for (int i = 0; i < host->n_cores * host->n_threads; i++) {
        int core = cell * host->n_cores + i % host->n_cores;
        g_autofree char *siblings = threads_of(host, core, 1);

        g_string_append_printf(
            out,
            "<cpu id='%d' socket_id='%d' die_id='%d' core_id='%d' siblings='%s'/>\n",
            core + i / host->n_cores * n_cores, cell * host->n_sockets / host->n_cells,
            cell, i % host->n_cores, siblings);
    }
    g_string_append(out, "</cpus>\n</cell>\n");
}

static void write_caches(const DrawnHost *host, GString *out)
{
    int n_cores = host->n_cells * host->n_cores;

    g_string_append(out, "<cache>\n");
    for (int core = 0; core < n_cores; core += host->per_cache) {
        g_autofree char *cpus = threads_of(host, core, host->per_cache);

        g_string_append_printf(
            out,
            "<bank id='%d' level='3' type='both' size='32' unit='MiB' cpus='%s'/>\n",
            core / host->per_cache, cpus);
    }
    g_string_append(out, "</cache>\n");
}

char *caps_of(const DrawnHost *host)
{
    GString *out = g_string_new("<capabilities>\n<host>\n<cpu>\n<arch>x86_64</arch>\n"
                                "</cpu>\n<topology>\n");

    g_string_append_printf(out, "<cells num='%d'>\n", host->n_cells);
    for (int cell = 0; cell < host->n_cells; cell++)
        write_cell(host, cell, out);
    g_string_append(out, "</cells>\n</topology>\n");
    if (host->per_cache > 0)
        write_caches(host, out);
    g_string_append(out, "</host>\n</capabilities>\n");
    return g_string_free(out, FALSE);
}

char *libvirt_fixture(const char *folder, const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/libvirt/%s/%s.xml", folder, name);
    g_autoptr(GError) why = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &why);
    g_assert_no_error(why);
    return text;
}
