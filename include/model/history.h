/*
 * history.h - from counters to demand.
 *
 * What a vCPU wanted lies between what it ran and run / (1 - wait).  One that
 * still slept got all it wanted: it wanted what it ran.  One that never slept is
 * censored: it wanted anything from what it ran to a whole CPU, and is taken to want
 * the CPU.  Waiting is delay, not demand, and is never added to it.
 */
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include "model/forecast.h"
#include "model/snapshot.h"

typedef struct History History;

History *history_new(ForecastRule rule);
void history_free(History *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)

/* False for the first sample and for one that is no later than the last: there is
 * nothing to compare it with.  @out borrows from @sample's topology and from the
 * history, until the next call. */
bool history_derive(History *history, const Sample *sample, Snapshot *out);

#endif
