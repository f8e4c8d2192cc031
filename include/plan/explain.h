/* explain.h - a move in words, from the numbers that decided it. */
#ifndef PLAN_EXPLAIN_H
#define PLAN_EXPLAIN_H

#include "plan/plan.h"

/* One line: who, from where to where, and what it saves or costs, term by term. */
void explain_move(const Plan *plan, const Snapshot *snapshot, const Move *move,
                  GString *out);

/* A cost as people read it: CPUs with four decimals. */
void cost_format(int64_t cost, GString *out);

#endif
