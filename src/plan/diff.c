/*
 * diff.c - lists moves, and puts them in order.
 *
 * Places are nodes and moves lead from one to another.  A place that nobody has yet to
 * leave is free: all who come there may come.  What is left when no place is free any
 * more goes round in circles, or waits for one; such moves are done one after the
 * other, each from where the last one went, and none to a place that already has more to
 * do than before and after.  There is always one such: if all that is left led to places
 * that have more than after, then all that leaves these would come to them as well, and
 * they could never get rid of it.
 */
#include "diff.h"

#include <string.h>

enum { NOTHING = -1 };

/* Moves that leave a place, or come to it, in a list. */
typedef struct {
    int leaving, coming;
    int n_leaving;  /* that are not done */
    int64_t excess; /* its load, less what it had or will have, whichever is more */
} Stop;

typedef struct {
    int vcpu, from, to;
    int load;
    int next_leaving, next_coming;
    bool done;
} Step;

struct Diff {
    const Snapshot *snapshot;
    const Places *places;
    GArray *moves;
    Step *steps; /* [n_steps] by vCPU */
    Stop *stops; /* [n_places] */
    int *free;   /* [n_free] places still to be looked at */
    int n_steps, n_left, n_free, max_steps, max_stops;
};

Diff *diff_new(void)
{
    return g_new0(Diff, 1);
}

void diff_free(Diff *diff)
{
    if (!diff)
        return;
    g_free(diff->steps);
    g_free(diff->stops);
    g_free(diff->free);
    g_free(diff);
}

static void make_room(Diff *diff)
{
    if (diff->snapshot->n_vcpus > diff->max_steps) {
        diff->max_steps = diff->snapshot->n_vcpus;
        diff->steps = g_renew(Step, diff->steps, diff->max_steps);
    }
    if (diff->places->n_places > diff->max_stops) {
        diff->max_stops = diff->places->n_places;
        diff->stops = g_renew(Stop, diff->stops, diff->max_stops);
        diff->free = g_renew(int, diff->free, diff->max_stops);
    }
}

static void list_steps(Diff *diff, const int *before, const int *after)
{
    diff->n_steps = 0;
    for (int v = 0; v < diff->snapshot->n_vcpus; v++)
        if (before[v] != after[v])
            diff->steps[diff->n_steps++] =
                (Step){ .vcpu = v,
                        .from = before[v],
                        .to = after[v],
                        .load = diff->snapshot->vcpus[v].mean };
}

static void link_steps(Diff *diff)
{
    for (int p = 0; p < diff->places->n_places; p++)
        diff->stops[p] = (Stop){ .leaving = NOTHING, .coming = NOTHING };
    for (int i = diff->n_steps - 1; i >= 0; i--) {
        Step *step = &diff->steps[i];

        if (step->from != FLOATING) {
            Stop *from = &diff->stops[step->from];

            step->next_leaving = from->leaving;
            from->leaving = i;
            from->n_leaving++;
            from->excess += step->load;
        }
        if (step->to != FLOATING) {
            Stop *to = &diff->stops[step->to];

            step->next_coming = to->coming;
            to->coming = i;
            to->excess -= step->load;
        }
    }
    for (int p = 0; p < diff->places->n_places; p++)
        diff->stops[p].excess = MIN(diff->stops[p].excess, 0);
}

static void take(Diff *diff, Step *step)
{
    const Vcpu *vcpu = &diff->snapshot->vcpus[step->vcpu];
    Move move = {
        .vcpu = step->vcpu, .from = step->from, .to = step->to, .cpus = vcpu->allowed
    };

    if (step->to != FLOATING)
        move.cpus = cpusets_and(diff->snapshot->topology->sets,
                                diff->places->places[step->to].cpus, vcpu->allowed);
    g_array_append_val(diff->moves, move);
    step->done = true;
    diff->n_left--;
    if (step->to != FLOATING)
        diff->stops[step->to].excess += step->load;
    if (step->from != FLOATING)
        diff->stops[step->from].excess -= step->load;
    if (step->from != FLOATING && --diff->stops[step->from].n_leaving == 0)
        diff->free[diff->n_free++] = step->from;
}

/* Lets everyone come who comes to a free place. */
static void take_chains(Diff *diff)
{
    while (diff->n_free > 0) {
        int place = diff->free[--diff->n_free];

        for (int i = diff->stops[place].coming; i != NOTHING;
             i = diff->steps[i].next_coming)
            if (!diff->steps[i].done)
                take(diff, &diff->steps[i]);
    }
}

static bool has_room(const Diff *diff, const Step *step)
{
    return step->to == FLOATING || diff->stops[step->to].excess <= 0;
}

/* The heaviest who is still to leave @place, and may go. */
static int next_leaving(const Diff *diff, int place)
{
    int heaviest = NOTHING;

    for (int i = diff->stops[place].leaving; i != NOTHING;
         i = diff->steps[i].next_leaving)
        if (!diff->steps[i].done && has_room(diff, &diff->steps[i]) &&
            (heaviest == NOTHING || diff->steps[i].load > diff->steps[heaviest].load))
            heaviest = i;
    return heaviest;
}

/* Starts with a step that no free place waits for, and goes on from where it led. */
static void take_circle(Diff *diff, int i)
{
    while (i != NOTHING) {
        Step *step = &diff->steps[i];

        take(diff, step);
        i = step->to == FLOATING ? NOTHING : next_leaving(diff, step->to);
    }
}

void diff_make(Diff *diff, const Snapshot *snapshot, const Places *places,
               const int *before, const int *after, GArray *moves)
{
    diff->snapshot = snapshot;
    diff->places = places;
    diff->moves = moves;
    make_room(diff);
    list_steps(diff, before, after);
    link_steps(diff);
    diff->n_free = 0;
    diff->n_left = diff->n_steps;
    for (int i = 0; i < diff->n_steps; i++) /* who is let float is in nobody's way */
        if (diff->steps[i].to == FLOATING)
            take(diff, &diff->steps[i]);
    diff->n_free = 0;
    for (int p = 0; p < places->n_places; p++)
        if (diff->stops[p].n_leaving == 0)
            diff->free[diff->n_free++] = p;
    take_chains(diff);
    while (diff->n_left > 0)
        for (int i = 0; i < diff->n_steps; i++) {
            if (diff->steps[i].done || !has_room(diff, &diff->steps[i]))
                continue;
            take_circle(diff, i);
            take_chains(diff);
        }
}
