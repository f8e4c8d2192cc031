/* period_sums.c - see period_sums.h. */
#include "period_sums.h"

#include <glib.h>

double period_longest_ms(const PeriodRun *run)
{
    double longest = run->first.flow.ms;

    for (int i = 0; i < N_WATCHES; i++)
        longest = MAX(longest, run->watches[i].worst_ms);
    return longest;
}

double period_calm_ms(const PeriodRun *run)
{
    double longest = 0;

    for (int i = 0; i < N_WATCHES; i++)
        longest = MAX(longest, run->watches[i].ms[PLAN_CALM]);
    return longest;
}

double period_times_lemon(const PeriodRun *run)
{
    return run->network.ours_ms > 0 ? run->network.lemon_ms / run->network.ours_ms : 0;
}

double period_bytes_per_arc(const PeriodRun *run)
{
    return (double)run->network.peak_bytes / MAX(1, run->network.n_arcs);
}

int64_t period_n_requests(const PeriodRun *run)
{
    int64_t n = 0;

    for (int i = 0; i < N_WATCHES; i++)
        n += run->watches[i].n_requests;
    return n;
}
