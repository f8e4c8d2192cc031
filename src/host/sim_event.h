/*
 * sim_event.h - what happens to a simulated host besides its loads.
 */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "sim_world.h"

typedef enum {
    SIM_EVENT_START,   /* a VM that does not run begins to; from zero */
    SIM_EVENT_STOP,    /* it ends */
    SIM_EVENT_RESTART, /* its counters begin anew, and its pins as at first */
    SIM_EVENT_RESTORE, /* its counters do, and pins and state stay: it was saved */
    SIM_EVENT_BUSY,    /* it is busy for @lasts_us */
    SIM_EVENT_REFUSE,  /* it can never be pinned again */
    SIM_EVENT_PLUG,    /* it has @number vCPUs now */
    SIM_EVENT_WEIGHT,  /* its weight is @number now */
    SIM_EVENT_QUOTA,   /* its quota is @number now */
    SIM_EVENT_PIN,     /* somebody else pins all its vCPUs to @cpus */
    SIM_EVENT_OFFLINE, /* @cpus */
    SIM_EVENT_ONLINE,  /* @cpus */
    SIM_EVENT_LOST,    /* nobody answers for @lasts_us */
} SimEventKind;

typedef struct {
    SimEventKind kind;
    int64_t at_us, lasts_us;
    int vm;
    int number;
    const CpuSet *cpus;
} SimEvent;

/* Does what is due by now. */
void sim_events_due(Sim *sim);

/* When the next is due, SIM_NEVER for none. */
int64_t sim_events_next(const Sim *sim);

/* In the order of their times; those of the same time in the order of adding. */
void sim_add_event(Sim *sim, SimEvent event);

#endif
