/*
 * sim_load_text.h - loads as words.
 *
 *     40                               percent of a CPU, always
 *     phases 0:20 42:80 60:0           from second 0 on 20, from 42 on 80, …
 *     square low 10 high 90 down 20 up 5 lead 3
 *     sine low 10 high 60 cycle 120 lead 30
 *     walk low 10 high 80 step 5 every 10
 *     bursts low 5 high 90 down 60 up 10
 *     trace FILE.csv row 3 every 3     row 3, then 4, … for one vCPU after the other
 *
 * "noise 3" after any of them adds another number from -3 to 3 each second.
 */
#ifndef SIM_LOAD_TEXT_H
#define SIM_LOAD_TEXT_H

#include "sim_load.h"

/* Where loads come from, and what keeps what they borrow. */
typedef struct {
    const char *directory; /* of traces */
    GPtrArray *series;
    struct SimTrace *trace; /* the last one read */
    char *trace_path;
} SimLoadSource;

void sim_load_source_clear(SimLoadSource *source);

/* @turn tells which row of a trace.  False, and what is wrong in @why. */
bool sim_load_parse(const char *text, SimLoadSource *source, int turn, SimLoad *out,
                    char **why);

#endif
