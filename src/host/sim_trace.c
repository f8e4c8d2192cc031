/*
 * sim_trace.c - a host that wants what somebody measured.
 *
 *     vcpu,0,300,600
 *     db-1,12,40.5,8
 *
 * The header is seconds, evenly spaced, and a column lasts until the next one; a
 * single column lasts five minutes.  Cells are percent of one CPU.  Some monitors
 * count what a guest's helper threads ran as the vCPU's own: more than 100 is taken
 * for 100, and said once.
 */
#include "sim_trace.h"

#include "sim_world.h"

#include "input.h"

#include <string.h>

enum { LONE_COLUMN_S = 300, PERCENT_PLACES = 4 }; /* a CPU is 100 * 10^4 millionths */

/* Cuts the first cell off @rest; NULL after the last. */
static char *next_cell(char **rest)
{
    char *cell = *rest, *comma;

    if (!cell)
        return NULL;
    comma = strchr(cell, ',');
    *rest = comma ? comma + 1 : NULL;
    if (comma)
        *comma = '\0';
    return g_strstrip(cell);
}

static bool read_header(SimTrace *trace, char *line, GError **error)
{
    char *cell = next_cell(&line);
    int64_t last = 0, step = LONE_COLUMN_S * SIM_SECOND, time;

    if (!cell || strcmp(cell, "vcpu") != 0)
        return input_wrong(
            error, trace->file, trace->line,
            "a trace begins with 'vcpu,0,300,...', the seconds of its columns");
    while ((cell = next_cell(&line))) {
        int n = trace->n_columns++;

        if (!input_number(cell, 6, &time) || time < 0)
            return input_wrong(error, trace->file, trace->line,
                               "column %d: '%s' is not a number of seconds", n + 2,
                               cell);
        if (n == 1)
            step = time - last;
        if (n > 0 && (step <= 0 || time - last != step))
            return input_wrong(error, trace->file, trace->line,
                               "column %d: times must rise by the same step", n + 2);
        last = time;
    }
    if (step < PERIOD_MIN_US || step > PERIOD_MAX_US)
        return input_wrong(error, trace->file, trace->line,
                           "columns must be 0.01 to 86400 seconds apart");
    trace->step_us = step;
    return trace->n_columns > 0 ||
           input_wrong(error, trace->file, trace->line, "there are no columns");
}

static bool read_level(SimTrace *trace, const char *cell, int column, GError **error)
{
    int64_t level;
    int kept;

    if (!input_number(cell, PERCENT_PLACES, &level))
        return input_wrong(error, trace->file, trace->line,
                           "column %d: '%s' is not a number", column, cell);
    if (*cell == '-')
        return input_wrong(error, trace->file, trace->line,
                           "column %d: %s is negative; a load is not", column, cell);
    if (level > SIM_WHOLE && trace->n_clamped++ == 0)
        trace->first_clamped = trace->line;
    kept = (int)MIN(level, SIM_WHOLE);
    g_array_append_val(trace->levels, kept);
    return true;
}

static bool read_row(SimTrace *trace, char *line, GError **error)
{
    char *cell = next_cell(&line);
    int n = 0;

    g_ptr_array_add(trace->names, g_strdup(cell));
    while ((cell = next_cell(&line)))
        if (n++ < trace->n_columns && !read_level(trace, cell, n + 1, error))
            return false;
    return n == trace->n_columns ||
           input_wrong(error, trace->file, trace->line,
                       "%d columns, where the header has %d", n, trace->n_columns);
}

static bool read_trace(SimTrace *trace, char *text, GError **error)
{
    for (char *line; (line = input_line(&text));) {
        trace->line++;
        if (*g_strchug(line) == '\0')
            continue;
        if (trace->n_columns == 0 ? !read_header(trace, line, error)
                                  : !read_row(trace, line, error))
            return false;
    }
    trace->n_rows = (int)trace->names->len;
    if (trace->n_rows == 0)
        return input_wrong(error, trace->file, MAX(trace->line, 1),
                           "there are no rows");
    if (trace->n_clamped > 0)
        g_warning("%s:%d: more than 100 %% of a CPU, taken for 100; %d such cells",
                  trace->file, trace->first_clamped, trace->n_clamped);
    return true;
}

void sim_trace_free(SimTrace *trace)
{
    if (!trace)
        return;
    g_ptr_array_unref(trace->names);
    g_array_unref(trace->levels);
    g_free(trace);
}

SimTrace *sim_trace_read(const char *file, GError **error)
{
    g_autofree char *text = input_read(file, error);
    g_autoptr(SimTrace) trace = NULL;

    if (!text)
        return NULL;
    trace = g_new0(SimTrace, 1);
    trace->file = file;
    trace->names = g_ptr_array_new_with_free_func(g_free);
    trace->levels = g_array_new(FALSE, FALSE, sizeof(int));
    return read_trace(trace, text, error) ? g_steal_pointer(&trace) : NULL;
}

const SimPhase *sim_trace_row(const SimTrace *trace, int row, int64_t step_us,
                              GPtrArray *series)
{
    SimPhase *phases = g_new(SimPhase, trace->n_columns);

    for (int i = 0; i < trace->n_columns; i++)
        phases[i] =
            (SimPhase){ i * step_us,
                        g_array_index(trace->levels, int, row * trace->n_columns + i) };
    g_ptr_array_add(series, phases);
    return phases;
}

Host *host_sim_open_trace(const char *path, int n_pcpus, bool floating, GError **error)
{
    g_autoptr(SimTrace) trace = NULL;
    CpuSets *sets;
    const CpuSet *all;
    Sim *sim;

    if (!sim_check_pcpus(path, 0, n_pcpus, error))
        return NULL;
    trace = sim_trace_read(path, error);
    if (!trace)
        return NULL;
    sets = cpusets_new();
    sim = sim_new(path, 0, sets, topology_new(sets, n_pcpus, 1, 1, n_pcpus));
    all = cpusets_range(sets, 0, n_pcpus);
    for (int i = 0; i < trace->n_rows; i++) {
        SimLoad load = {
            .kind = SIM_LOAD_PHASES,
            .phases = sim_trace_row(trace, i, trace->step_us, sim->series),
            .n_phases = trace->n_columns,
        };

        sim_add_vm(sim, g_strdup(trace->names->pdata[i]));
        sim_add_vcpu(sim, &load, all,
                     floating ? all : cpusets_range(sets, i % n_pcpus, 1));
    }
    sim->shares = false;
    sim->period_us = sim->tick_us = trace->step_us;
    sim->n_periods = trace->n_columns;
    return sim_begin(sim);
}
