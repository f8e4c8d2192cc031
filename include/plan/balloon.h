/*
 * balloon.h - from what guests use to what each of them should have.
 *
 * A guest starves below one bound of what is available to it, and wastes above another.
 * Memory flows from those who waste, and from the host, to those who starve; when nobody
 * does, what is wasted goes back to the host, in small steps.  Between the bounds nothing
 * happens, and nobody is taken so near to the lower one that he could starve of it.
 */
#ifndef PLAN_BALLOON_H
#define PLAN_BALLOON_H

#include "graph/flow.h"
#include "model/memory.h"

typedef enum {
    BALLOON_FLOW,
    BALLOON_PAIR, /* each time, the one that starves most from the one that wastes most */
    BALLOON_NONE,
    N_BALLOON_RULES,
} BalloonRule;

/* KiB, and shares in hundredths of a percent of a VM's maximum or of the host. */
typedef struct {
    BalloonRule rule;
    int64_t starved, wasteful;         /* bounds of what is available to a guest, */
    int starved_share, wasteful_share; /* ...or of its maximum, whichever is more */
    int64_t floor;              /* of the whole of a VM, if its owner says no more */
    int64_t left;               /* available to a guest when we have taken from it */
    int64_t reserve;            /* of the host, */
    int reserve_share;          /* ...or of all it has, whichever is more */
    int64_t step_up, step_down; /* the most that a VM gets or gives in a period */
    int64_t least;              /* less is not worth disturbing anyone */
} BalloonPolicy;

extern const BalloonPolicy balloon_policy_default;

const char *balloon_rule_name(BalloonRule rule);
bool balloon_rule_parse(const char *text, BalloonRule *out);

/* NULL if it makes sense, or what does not. */
const char *balloon_policy_fault(const BalloonPolicy *policy);

typedef enum {
    RESIZE_STARVED, /* it gets: too little is available to it, or soon will be */
    RESIZE_GIVES,   /* it gives what it wastes to one that starves */
    RESIZE_RETURNS, /* ...or back to the host, since nobody does */
} ResizeReason;

const char *resize_reason_text(ResizeReason reason);

typedef struct {
    int vm; /* in the sample */
    ResizeReason reason;
    int64_t from, to;  /* KiB */
    int64_t available; /* before */
    int64_t wanted;    /* to get, or that it could give in this period */
} Resize;

typedef struct {
    GArray
        *resizes;   /* of Resize: those who give, then those who get, in order of VMs */
    int64_t wanted; /* by all who starve, KiB */
    int64_t lent;   /* of that, what the host can do without at once */
    int64_t spare;  /* what it could */
    McmfResult solved; /* who gives to whom; of rule "flow" */
} BalloonPlan;

void balloon_plan_clear(BalloonPlan *plan);

typedef struct Ballooner
    Ballooner; /* memory from period to period; holds no information */

Ballooner *ballooner_new(void);
void ballooner_free(Ballooner *ballooner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ballooner, ballooner_free)

/* @out starts out as zeros. */
void balloon_make(Ballooner *ballooner, const Memory *memory,
                  const BalloonPolicy *policy, BalloonPlan *out);

#endif
