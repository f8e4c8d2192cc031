/* sim_trace.h - a trace in memory. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "host/host.h"
#include "sim_load.h"

typedef struct SimTrace {
    const char *file;
    int line; /* that is being read */
    int n_columns, n_rows;
    int64_t step_us;
    GPtrArray *names; /* of the rows */
    GArray *levels;   /* of int, millionths of a CPU, row by row */
    int n_clamped, first_clamped;
} SimTrace;

SimTrace *sim_trace_read(const char *file, GError **error);
void sim_trace_free(SimTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimTrace, sim_trace_free)

/* A row as phases, which @series keeps, that last @step_us each. */
const SimPhase *sim_trace_row(const SimTrace *trace, int row, int64_t step_us,
                              GPtrArray *series);

#endif
