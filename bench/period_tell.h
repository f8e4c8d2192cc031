/* period_tell.h - what bench_period measured, for people and for programs. */
#ifndef BENCH_PERIOD_TELL_H
#define BENCH_PERIOD_TELL_H

#include <glib.h>

#include "period.h"

typedef struct {
    PeriodRun run;
    double limit_ms; /* what a plan may take; 0 where nobody said */
} Row;

/* @rows is of Row. */
void period_tell(GArray *rows);
void period_tell_json(GArray *rows);

#endif
