/* crew.h - many independent pieces of work, and as many hands as there are CPUs. */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

/* Calls @work for each job from 0 to @n_jobs - 1, in any order, several at a time. */
void crew_work(void (*work)(int job, void *data), void *data, int n_jobs);

/* CPU time of the calling thread, in milliseconds. */
double crew_ms(void);

#endif
