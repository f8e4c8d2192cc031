/*
 * memory_text.c - memory as text.
 *
 *     memory most 2097152 actual 524288 asked - usable 180000 swapped 0 faults 12
 *            stamp 1700000000 floor 0 priority 0 fixed no cells -
 *     cell 0 memory 16777216 usable 9000000
 *
 * The first, on one line, follows that of its VM; there is one of the second for each
 * cell of the host or for none.
 */
#include "memory_text.h"

void memory_format(const SampleMemory *memory, GString *out)
{
    g_autofree char *cells = memory->cells ? cpuset_format(memory->cells) : NULL;

    if (memory->most <= 0)
        return;
    g_string_append_printf(out, "memory most %" G_GINT64_FORMAT, memory->most);
    text_put_if_any(out, "actual", memory->actual);
    text_put_if_any(out, "asked", memory->asked);
    text_put_if_any(out, "usable", memory->usable);
    text_put_if_any(out, "swapped", memory->swapped_in);
    text_put_if_any(out, "faults", memory->faults);
    text_put_if_any(out, "stamp", memory->stamp);
    text_put_if_any(out, "floor", memory->floor);
    g_string_append_printf(out, " priority %d fixed %s cells %s\n", memory->priority,
                           memory->fixed ? "yes" : "no", cells ? cells : "-");
}

void cells_format(const GArray *cells, GString *out)
{
    for (guint c = 0; c < cells->len; c++) {
        const SampleCell *cell = &g_array_index(cells, SampleCell, c);

        g_string_append_printf(
            out, "cell %u memory %" G_GINT64_FORMAT " usable %" G_GINT64_FORMAT "\n", c,
            cell->total, cell->usable);
    }
}

void memory_read(Text *text, const Topology *topology, SampleMemory *out)
{
    const CpuSet *cells;

    text_expect(text, "memory");
    out->most = text_number(text, "most", 1, INT64_MAX);
    out->actual = text_number_if_any(text, "actual", INT64_MAX);
    out->asked = text_number_if_any(text, "asked", INT64_MAX);
    out->usable = text_number_if_any(text, "usable", INT64_MAX);
    out->swapped_in = text_number_if_any(text, "swapped", INT64_MAX);
    out->faults = text_number_if_any(text, "faults", INT64_MAX);
    out->stamp = text_number_if_any(text, "stamp", INT64_MAX);
    out->floor = text_number_if_any(text, "floor", INT64_MAX);
    out->priority = (int)text_number(text, "priority", 0, INT_MAX);
    out->fixed = text_yes_or_no(text, "fixed");
    cells = text_set(text, "cells", topology->sets, topology->n_cells);
    out->cells = cells->n_cpus > 0 ? cells : NULL;
    text_end_line(text);
    text_need_line(text);
}

void cell_read(Text *text, const Topology *topology, GArray *cells)
{
    SampleCell cell;

    if (text_number(text, "cell", 0, topology->n_cells - 1) != cells->len)
        text_refuse(text, MODEL_ERROR_TEXT, "cell %u is wanted here", cells->len);
    cell.total = text_number(text, "memory", 0, INT64_MAX);
    cell.usable = text_number(text, "usable", 0, INT64_MAX);
    text_end_line(text);
    g_array_append_val(cells, cell);
}
