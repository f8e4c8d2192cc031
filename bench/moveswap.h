/*
 * moveswap.h - the reference that plans are held to: best move or swap, step by step.
 *
 * It is what one would write first, done without shortcuts: of all moves and swaps
 * between two pCPUs that make load more even, always the one that does most for
 * each vCPU that has to leave home for it, until the host is even or nothing helps.
 */
#ifndef BENCH_MOVESWAP_H
#define BENCH_MOVESWAP_H

#include "steady.h"

/* Fills @placement, [n_vcpus]; everybody starts at home. */
void moveswap(const Steady *host, int *placement);

/* Takes vCPUs home, the least useful first, while the host stays even without. */
void moveswap_drop(const Steady *host, int *placement);

#endif
