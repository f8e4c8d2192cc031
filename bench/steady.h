/*
 * steady.h - hosts whose load never changes, to count moves on.
 *
 * There is nothing to forecast here and nothing to regret.  Every vCPU wants what it
 * wants, and the one question is how few have to move until all pCPUs are evenly
 * loaded: a standard deviation of at most SIGMA_EVEN.  It is asked in whole numbers,
 * so that every solver is judged by the same line.
 */
#ifndef BENCH_STEADY_H
#define BENCH_STEADY_H

#include <stdbool.h>
#include <stdint.h>

/* Five points, in thousandths of a CPU. */
#define SIGMA_EVEN 50

typedef enum {
    CPUSETS_NONE,    /* everybody may go anywhere */
    CPUSETS_LIMITED, /* 30 % may not: half of those stay in a cell, half in some range */
    CPUSETS_WINDOWS, /* everybody has a window of its own, which overlaps its neighbours' */
    N_CPUSETS,
} Cpusets;

/* What hosts have in common. */
typedef struct {
    Cpusets cpusets;
    int percent_changed; /* so many redrew their load on a balanced host; 0: everybody
                          * starts anywhere */
    int n_vcpus, n_pcpus;
} Family;

typedef struct {
    int n_vcpus, n_pcpus;
    int *load; /* thousandths of a CPU */
    int *home; /* the pCPU where it starts */
    struct Window {
        int first, n; /* pCPUs where it may be, past the last one comes the first */
    } * window;
} Steady;

/* The same family and seed give the same host on every machine. */
void steady_draw(const Family *family, uint64_t seed, Steady *out);
void steady_alloc(int n_vcpus, int n_pcpus, Steady *out); /* for hosts made by hand */
void steady_clear(Steady *host);

static inline bool steady_allows(const Steady *host, int vcpu, int pcpu)
{
    const struct Window *window = &host->window[vcpu];
    int step = pcpu - window->first;

    return (step < 0 ? step + host->n_pcpus : step) < window->n;
}

/* Of a placement, [n_vcpus] of pCPUs: the load of each pCPU; the square of the standard
 * deviation of that, times n_pcpus squared; whether that is even; and in points. */
void steady_loads(const Steady *host, const int *placement, int64_t *out);
int64_t steady_unevenness(const Steady *host, const int *placement);
bool steady_is_even(const Steady *host, const int *placement);
double steady_sigma(const Steady *host, const int *placement);

int steady_n_moved(const Steady *host, const int *placement);

#endif
