/*
 * contest.h - who evens steady hosts out, and with how few moves?
 *
 * Every entrant gets the same hosts.  A policy that does not finish in one period is
 * given more, and its repins add up.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include <glib.h>

#include "steady.h"

typedef enum {
    ENTRANT_FLOW,       /* for which a move is so dear that only the target counts */
    ENTRANT_FLOW_USUAL, /* ...at the usual price, which also buys less overload */
    ENTRANT_MOVESWAP,
    ENTRANT_MOVESWAP_DROP,
    ENTRANT_GREEDY,
    ENTRANT_AVERAGE,
    ENTRANT_HOTCOLD,
    ENTRANT_UNIT,
    ENTRANT_COUNT,
    N_ENTRANTS,
} Entrant;

const char *entrant_name(Entrant entrant);

typedef struct {
    int n_even;   /* hosts it evened out */
    double ms;    /* it took, mean */
    double sigma; /* it ended with, points, mean */
    /* Where both it and move+swap did: hosts, and moves of either in all. */
    int n_both;
    int64_t moves, moveswap_moves;
    int n_more; /* ...of which it took more moves */
    /* Where it did and the optimum is proved. */
    int n_proved;
    int64_t proved_moves, optimum_moves;
} Score;

typedef struct {
    Family family;
    int n_hosts;
    bool optimum_sought;
    int n_proved, n_impossible, n_timed_out;
    int n_missed; /* hosts which flow did not even out and some other entrant did */
    Score scores[N_ENTRANTS];
} Standing;

/* What is drawn: [n_families] of @families, each @n_hosts[i] times.  The optimum is
 * sought for hosts of up to @optimum_pcpus. */
GArray *contest_hold(const Family *families, const int *n_hosts, int n_families,
                     int optimum_pcpus); /* of Standing */

#endif
