/* balloon_text.c - the memory planner's words. */
#include "plan/balloon.h"

#include <string.h>

static const char *const rule_names[N_BALLOON_RULES] = {
    [BALLOON_FLOW] = "flow",
    [BALLOON_PAIR] = "pair",
    [BALLOON_NONE] = "none",
};

const char *balloon_rule_name(BalloonRule rule)
{
    return rule_names[rule];
}

bool balloon_rule_parse(const char *text, BalloonRule *out)
{
    for (int rule = 0; rule < N_BALLOON_RULES; rule++)
        if (strcmp(text, rule_names[rule]) == 0) {
            *out = (BalloonRule)rule;
            return true;
        }
    return false;
}

const char *resize_reason_text(ResizeReason reason)
{
    switch (reason) {
    case RESIZE_STARVED:
        return "starves, or soon would";
    case RESIZE_GIVES:
        return "wastes what another starves for";
    case RESIZE_RETURNS:
        break;
    }
    return "wastes what the host could use";
}

const char *balloon_policy_fault(const BalloonPolicy *policy)
{
    if (policy->starved < 0 || policy->floor < 0 || policy->left < 0 ||
        policy->reserve < 0 || policy->least < 1 || policy->step_up < 1 ||
        policy->step_down < 1)
        return "an amount of memory is not positive";
    if (policy->starved_share < 0 || policy->starved_share > 10000 ||
        policy->wasteful_share < 0 || policy->wasteful_share > 10000 ||
        policy->reserve_share < 0 || policy->reserve_share > 10000)
        return "a share is not between 0 and 100 %";
    if (policy->starved >= policy->wasteful)
        return "nobody can starve and waste at the same time: 'starved' has to be less "
               "than 'wasteful'";
    if (policy->wasteful_share > 0 && policy->starved_share >= policy->wasteful_share)
        return "the share of those who starve has to be less than of those who waste";
    return NULL;
}
