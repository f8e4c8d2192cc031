/* period_network.h - solvers on the very network that a plan was made with. */
#ifndef BENCH_PERIOD_NETWORK_H
#define BENCH_PERIOD_NETWORK_H

#include "period.h"

/* Of the last plan of @planner; fills all of @out but for the memory. */
void network_race(Planner *planner, const Snapshot *snapshot, const Policy *policy,
                  PlanNetwork *out);

#endif
