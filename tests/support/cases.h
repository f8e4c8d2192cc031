/*
 * cases.h - laws, tried on many hosts that chance makes up.
 *
 * A law looks at one case and complains if it is broken; a case that does not end within
 * a minute of the processor's time has broken it too.  Cases grow from a handful of
 * CPUs to dozens, so that the first to break a law is about the smallest; it is named by
 * two numbers, and PLAN_CASE=SEED/SIZE tries it alone.  PLAN_CASES=1000000 tries each
 * law on so many, which takes a while; with PLAN_SIZE=2 they stay small.
 */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include "plan/plan.h"
#include "support/draw.h"

typedef struct {
    GRand *chance;
    int size;         /* for draw_scene */
    Planner *planner; /* used before, for other cases */
    Plan plan;        /* likewise */
    GString *wrong;   /* empty while the law holds */
} Case;

typedef void (*Law)(Case *tried);

/* @n_cases is how many are enough from day to day. */
void law_add(const char *path, Law law, int n_cases);

/* The law is broken, in this way; only the first complaint is heard. */
void complain(Case *tried, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Plans into @tried->plan. */
const Plan *plan_for(Case *tried, const Scene *scene, const Policy *policy);

static inline const Move *plan_move(const Plan *plan, guint i)
{
    return &g_array_index(plan->moves, Move, i);
}

/* Where @vcpu is before the plan: a place, or FLOATING. */
int placed_before(const Plan *plan, int vcpu);

/* Pins as the plan says. */
void carry_out(Scene *scene, const Plan *plan);

/* Pins to a place whatever floats and may be moved. */
void give_places(Case *tried, Scene *scene, const Policy *policy);

/* Does the plan give a place to something that floats? */
bool anyone_floats(const Plan *plan);

/* All that a plan says, for comparing. */
void plan_print(const Plan *plan, GString *out);

#endif
