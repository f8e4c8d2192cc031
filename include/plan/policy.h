/*
 * policy.h - what is wanted of a plan, in whole numbers.
 *
 * All discomfort is measured in one unit, CPUs of overload to be expected in the next
 * period, and written in millionths of it.
 */
#ifndef PLAN_POLICY_H
#define PLAN_POLICY_H

#include "model/forecast.h"
#include "plan/places.h"

typedef enum {
    RULE_FLOW,
    RULE_GREEDY,
    RULE_HOTCOLD,
    RULE_AVERAGE,
    RULE_UNIT,
    RULE_COUNT,
    RULE_NONE,
    RULE_KERNEL,
    N_RULES,
} Rule;

typedef struct {
    Rule rule;
    Granularity granularity;
    ForecastRule forecast;

    /* rule "flow" */
    int price_move;       /* of moving one vCPU within its cache */
    int price_cell_times; /* a move to another cache costs this many times that, */
    int price_host_times; /* and one to another cell this many; in hundredths */
    int weight_imbalance; /* of (1 CPU)² of deviation from the fair load, on a host whose
                           * loads are steady; less where they fluctuate */
    int weight_stacking;  /* of one more vCPU of the same VM on the same CPU */
    int target_sigma;     /* hundredths of a point: imbalance weighs more until this is
                           * met, or as near as fluctuation lets one know */
    int core_capacity;    /* thousandths: of a core whose siblings are all busy, for each
                           * CPU's worth of capacity of one of them */
    int least_gain;       /* a plan that saves less is not worth it */
    int max_moves;        /* per period, 0 for no limit */
    int64_t search_steps; /* how long to look: steps, not seconds */

    /* rule "average" */
    int average_threshold; /* points above the average that are let be */
} Policy;

extern const Policy policy_default;

const char *rule_name(Rule rule);
bool rule_parse(const char *text, Rule *out);

/* As text, one "key value" per line: what a recording begins with.  Parsing starts
 * from *@out and says "LINE: what" about the first line it cannot take. */
void policy_format(const Policy *policy, GString *out);
bool policy_parse(const char *text, Policy *out, GError **error);

#endif
