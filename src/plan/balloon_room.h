/*
 * balloon_room.h - what the parts of the memory planner share: who takes part, with how
 * much, and what became of it.
 */
#ifndef BALLOON_ROOM_H
#define BALLOON_ROOM_H

#include "plan/balloon.h"

enum {
    NEED_LEVELS = 20, /* of what is available to those who get, in slices: */
    NEED_STEADY = 16, /* ...of the way to the target, and then of what it may grow by */
    IDLE_LEVELS = 16, /* of how idle the memory of those who give is */
};

/* One that gets or gives. */
typedef struct {
    int vm;
    int pool;
    bool gives;
    int64_t available, target;
    int64_t most;   /* that it could get, or give, in this period */
    int64_t amount; /* what it does */
} Party;

/* VMs that may use the memory of the same cells, run in one, and have one priority: they
 * are one to the network. */
typedef struct {
    const CpuSet *cells;
    int home, priority;
    int64_t need[NEED_LEVELS], idle[IDLE_LEVELS];    /* sums */
    int64_t filled[NEED_LEVELS], drawn[IDLE_LEVELS]; /* of them, by the flow */
} Pool;

struct Ballooner {
    GArray *parties; /* of Party, in order of VMs */
    GArray *pools;   /* of Pool */
    GArray *spare;   /* of int64_t, a cell each */
    int64_t spare_in_all;
    Network net;
};

/* Sends memory from those who give, if @donors, and from the host to those who get;
 * pools tell who was filled and drawn upon. */
McmfResult balloon_flow(Ballooner *ballooner, const Memory *memory, bool donors);

/* The seed's own rule, for one that starves and one that wastes. */
void balloon_pair(Ballooner *ballooner, const Memory *memory,
                  const BalloonPolicy *policy, BalloonPlan *out);

#endif
