/*
 * history.h - from counters to demand.
 *
 * What a vCPU wanted lies between what it ran and run / (1 - wait).  One that
 * still slept got all it wanted: it wanted what it ran.  One that hardly slept is
 * censored: it is taken to want what it used to want when that lay between the two,
 * and if it seldom did, the upper one, or a whole CPU where that cannot be told either.
 * Where waiting is not told, all on a CPU that is used up are censored.
 * No vCPU wants more than a CPU, or than its quota.  Waiting is delay, not demand, and
 * is never added to it.
 *
 * vCPUs are known by UUID and number, whatever their order.  One that has just
 * appeared, or whose counters were set back, is taken to want what it was thought to
 * want, which is nothing at first.  Load of the host's own is what kept a CPU busy and
 * was no vCPU; it is believed when two periods of three say so.
 */
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include "model/forecast.h"
#include "model/snapshot.h"

typedef struct History History;

History *history_new(ForecastRule rule);
void history_free(History *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)

/* False where there is nothing to compare @sample with: for the first one, for one that
 * is no later than the last, or so much later (ten usual periods) that the clock
 * must have jumped.  The next one is then compared with it.  @out starts out as zeros and
 * keeps its memory from call to call; it borrows from @sample's topology and from the
 * history, until the next call. */
bool history_derive(History *history, const Sample *sample, Snapshot *out);

#endif
