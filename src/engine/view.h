/*
 * view.h - private to the engine: a period as reports tell it.
 *
 * Loads are told as the plan saw them: forecasts for the rule that makes forecasts, and
 * what the last period wanted for the others.
 */
#ifndef VIEW_H
#define VIEW_H

#include "engine/engine.h"
#include "loads.h"

typedef struct {
    const Period *period;
    const Policy *policy;
    const Places *places;
    bool moving;
    Loads before, after; /* the plan */
    int64_t wanted;      /* by all vCPUs, thousandths of a CPU */
} View;

/* Of a derived period; borrows both. */
void view_init(View *view, const Period *period, const Policy *policy);
void view_clear(View *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, view_clear)

/* Thousandths of a CPU. */
int view_load_of(const View *view, const Vcpu *vcpu);

/* Of one place, and of the busiest: load per CPU, in tenths of a percent. */
int64_t view_busy(const View *view, const Loads *loads, int place);
int64_t view_busiest(const View *view, const Loads *loads);

#endif
