/* view.c - see view.h. */
#include "view.h"

int view_load_of(const View *view, const Vcpu *vcpu)
{
    return view->policy->rule == RULE_FLOW ? vcpu->mean : vcpu->load;
}

void view_init(View *view, const Period *period, const Policy *policy)
{
    const Snapshot *snapshot = &period->snapshot;
    const Plan *plan = &period->plan;

    *view = (View){ .period = period, .policy = policy, .places = &plan->places };
    view->moving = plan->verdict == PLAN_MOVES;
    loads_start(&view->before, view->places, snapshot->foreign);
    loads_start(&view->after, view->places, snapshot->foreign);
    for (int i = 0; i < snapshot->n_vcpus; i++) {
        const Vcpu *vcpu = &snapshot->vcpus[i];
        int to = plan->placement[i], load = view_load_of(view, vcpu);

        loads_add(&view->before, view->places, vcpu->pins, load);
        loads_add(&view->after, view->places,
                  to == FLOATING ? vcpu->allowed : view->places->places[to].cpus, load);
        view->wanted += load;
    }
}

void view_clear(View *view)
{
    loads_clear(&view->before);
    loads_clear(&view->after);
}

int64_t view_busy(const View *view, const Loads *loads, int place)
{
    int64_t capacity = view->places->places[place].capacity;

    return loads->asked[place] * 1000 / MAX(capacity, 1);
}

int64_t view_busiest(const View *view, const Loads *loads)
{
    int64_t most = 0;

    for (int p = 0; p < view->places->n_places; p++)
        most = MAX(most, view_busy(view, loads, p));
    return most;
}
