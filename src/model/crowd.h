/*
 * crowd.h - which CPUs had nothing left to give.
 *
 * Where a host does not tell waiting, a vCPU that got a tenth of a CPU may have wanted no
 * more or may have fought for it with nine others.  The CPU knows: if those pinned to it
 * used it up, none of them is known to have had enough.
 */
#ifndef CROWD_H
#define CROWD_H

#include "model/sample.h"

typedef struct {
    GArray
        *used_us; /* of int64_t, one a CPU: by those who are pinned to just that one */
    int64_t lasted_us;
} Crowd;

void crowd_init(Crowd *crowd);
void crowd_clear(Crowd *crowd);

/* Takes in what each vCPU of @sample used, in its order. */
void crowd_count(Crowd *crowd, const Sample *sample, const GArray *ran_us,
                 int64_t lasted_us);

/* Is @pins one CPU, and that one used up? */
bool crowd_full(const Crowd *crowd, const CpuSet *pins);

#endif
