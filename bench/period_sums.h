/* period_sums.h - what a run comes down to. */
#ifndef BENCH_PERIOD_SUMS_H
#define BENCH_PERIOD_SUMS_H

#include "period.h"

double
period_longest_ms(const PeriodRun *run);     /* that a plan took, whatever came of it */
double period_calm_ms(const PeriodRun *run); /* of the mix where calm takes longest */
double period_times_lemon(const PeriodRun *run);
double period_bytes_per_arc(const PeriodRun *run);
int64_t period_n_requests(const PeriodRun *run); /* of memory, once settled */

#endif
