/* explain.c - says in words what a plan's numbers say. */
#include "plan/explain.h"

#include <stdlib.h>

/* Cost units in a ten-thousandth of a CPU. */
enum { TEN_THOUSANDTH = COST_CPU / 10000 };

void cost_format(int64_t cost, GString *out)
{
    int64_t parts = (llabs(cost) + TEN_THOUSANDTH / 2) / TEN_THOUSANDTH;

    g_string_append_printf(out, "%s%" G_GINT64_FORMAT ".%04d",
                           cost < 0 && parts > 0 ? "-" : "", parts / 10000,
                           (int)(parts % 10000));
}

/* A move that costs, all in all, is part of a plan that saves: somebody else needs the
 * room.  What had no place yet must be given one, at any cost. */
static void explain_change(const Move *move, int64_t saved, GString *out)
{
    if (saved > 0 || (saved == 0 && move->from != FLOATING))
        g_string_append(out, "saves ");
    else if (move->from == FLOATING)
        g_string_append(out, "is given a place, costs ");
    else
        g_string_append(out, "makes room, costs ");
    cost_format(llabs(saved), out);
}

/* The terms add up to what is saved, or to what it costs. */
static void explain_terms(Cost before, Cost after, bool costs, GString *out)
{
    const struct {
        const char *name;
        int64_t saved;
    } terms[] = {
        { "overload", before.overload - after.overload },
        { "imbalance", before.imbalance - after.imbalance },
        { "sharing", before.sharing - after.sharing },
        { "stacking", before.stacking - after.stacking },
        { "move", before.moving - after.moving },
    };
    const char *between = " (";

    for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
        if (terms[i].saved == 0)
            continue;
        g_string_append_printf(out, "%s%s ", between, terms[i].name);
        cost_format(costs ? -terms[i].saved : terms[i].saved, out);
        between = ", ";
    }
    if (between[0] == ',')
        g_string_append_c(out, ')');
}

/* Pinned to several places or to part of one, it is in none; say what it is pinned to. */
static void name_origin(const Plan *plan, const Vcpu *vcpu, int from, GString *out)
{
    g_autofree char *pins = NULL;

    if (from != FLOATING || cpuset_within(vcpu->allowed, vcpu->pins)) {
        places_name(&plan->places, from, out);
        return;
    }
    pins = cpuset_format(vcpu->pins);
    g_string_append_printf(out, "CPUs %s", pins);
}

void explain_move(const Plan *plan, const Snapshot *snapshot, const Move *move,
                  GString *out)
{
    const Vcpu *vcpu = &snapshot->vcpus[move->vcpu];
    int64_t saved = cost_total(move->before) - cost_total(move->after);

    g_string_append_printf(out, "%s/%d: ", snapshot->vms[vcpu->vm].name, vcpu->number);
    name_origin(plan, vcpu, move->from, out);
    g_string_append(out, " → ");
    places_name(&plan->places, move->to, out);
    g_string_append_c(out, ' ');
    explain_change(move, saved, out);
    explain_terms(move->before, move->after, saved < 0, out);
}
