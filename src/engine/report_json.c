/* report_json.c - see report.h; the JSON. */
#include "engine/json.h"
#include "engine/report.h"
#include "view.h"

/* Costs are thousandths of millionths of a CPU. */
enum { COST_PLACES = 9 };

static void write_cost(Json *json, const char *key, Cost cost)
{
    json_begin_object(json, key);
    json_decimal(json, "overload", cost.overload, COST_PLACES);
    json_decimal(json, "imbalance", cost.imbalance, COST_PLACES);
    json_decimal(json, "sharing", cost.sharing, COST_PLACES);
    json_decimal(json, "stacking", cost.stacking, COST_PLACES);
    json_decimal(json, "moving", cost.moving, COST_PLACES);
    json_end_object(json);
}

static void write_cpus(Json *json, const char *key, const CpuSet *cpus)
{
    g_autofree char *text = cpuset_format(cpus);

    json_string(json, key, text);
}

static void write_place(Json *json, const char *key, const Places *places, int place)
{
    if (place == FLOATING)
        json_null(json, key);
    else
        write_cpus(json, key, places->places[place].cpus);
}

static void write_move(Json *json, const View *view, const Move *move)
{
    const Snapshot *snapshot = &view->period->snapshot;
    const Vcpu *vcpu = &snapshot->vcpus[move->vcpu];
    const Vm *vm = &snapshot->vms[vcpu->vm];

    json_begin_object(json, NULL);
    json_string(json, "vm", vm->name);
    json_string(json, "uuid", vm->uuid);
    json_int(json, "vcpu", vcpu->number);
    write_place(json, "from", view->places, move->from);
    write_place(json, "to", view->places, move->to);
    write_cpus(json, "cpus", move->cpus);
    json_decimal(json, "load", view_load_of(view, vcpu), 3);
    if (view->policy->rule == RULE_FLOW) {
        json_decimal(json, "saves", cost_total(move->before) - cost_total(move->after),
                     COST_PLACES);
        write_cost(json, "before", move->before);
        write_cost(json, "after", move->after);
    }
    json_end_object(json);
}

static void write_moves(Json *json, const View *view)
{
    const GArray *moves = view->period->plan.moves;

    json_begin_array(json, "moves");
    for (guint i = 0; view->moving && i < moves->len; i++)
        write_move(json, view, &g_array_index(moves, Move, i));
    json_end_array(json);
}

static void write_places(Json *json, const View *view)
{
    json_begin_array(json, "places");
    for (int p = 0; view->moving && p < view->places->n_places; p++) {
        json_begin_object(json, NULL);
        write_cpus(json, "cpus", view->places->places[p].cpus);
        json_decimal(json, "capacity", view->places->places[p].capacity, 3);
        json_decimal(json, "before", view->before.asked[p], 3);
        json_decimal(json, "after", view->after.asked[p], 3);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_reckoning(Json *json, const Plan *plan)
{
    write_cost(json, "stay", plan->stay);
    write_cost(json, "then", plan->then);
    if (plan->verdict == PLAN_CALM)
        return;
    json_decimal(json, "bound", plan->bound, COST_PLACES);
    json_decimal(json, "gap", plan_gap(plan), 4);
    json_int(json, "steps", plan->steps);
}

static void write_loads(Json *json, const View *view, const char *key,
                        const Loads *loads)
{
    json_begin_object(json, key);
    json_decimal(json, "busiest", view_busiest(view, loads), 1);
    json_decimal(json, "sigma", loads_sigma(loads, view->places), 3);
    json_decimal(json, "overload", loads_overload(loads, view->places), 3);
    json_end_object(json);
}

static void write_known(Json *json, const char *key, int64_t value)
{
    if (value < 0)
        json_null(json, key);
    else
        json_decimal(json, key, value, 3);
}

static void write_strain(Json *json, const Strain *strain)
{
    json_decimal(json, "work", strain->work, 3);
    write_known(json, "wait", strain->wait);
    write_known(json, "stranded_wait", strain->stranded);
}

/* Nothing can be said of moves that were not made. */
static void write_help(Json *json, const Help *help)
{
    if (help->judged) {
        json_bool(json, "helped", help->paid);
        json_decimal(json, "avoided", help->avoided, 3);
    } else {
        json_null(json, "helped");
        json_null(json, "avoided");
    }
    json_int(json, "reluctance", help->reluctance);
}

static void write_outcome(Json *json, const Plan *plan, const Outcome *outcome)
{
    json_int(json, "done", outcome->done);
    json_int(json, "gone", outcome->gone);
    json_int(json, "deferred", outcome->deferred);
    json_int(json, "barred", outcome->barred);
    json_int(json, "left_out", plan->left_out);
}

void report_json(const Period *period, const Policy *policy, GString *out)
{
    const Snapshot *snapshot = &period->snapshot;
    Json json = { .out = out };
    g_auto(View) view;

    view_init(&view, period, policy);
    json_begin_object(&json, NULL);
    json_int(&json, "period", period->number);
    json_decimal(&json, "taken", snapshot->taken_us, 6);
    json_decimal(&json, "lasted", snapshot->period_us, 6);
    json_string(&json, "policy", rule_name(policy->rule));
    json_int(&json, "vms", snapshot->n_vms);
    json_int(&json, "vcpus", snapshot->n_vcpus);
    json_int(&json, "pcpus", snapshot->topology->online->n_cpus);
    json_decimal(&json, "wanted", view.wanted, 3);
    write_strain(&json, &period->strain);
    write_help(&json, &period->help);
    json_string(&json, "verdict", plan_verdict_name(period->plan.verdict));
    write_loads(&json, &view, "before", &view.before);
    write_loads(&json, &view, "after", &view.after);
    write_moves(&json, &view);
    write_places(&json, &view);
    write_outcome(&json, &period->plan, &period->outcome);
    if (policy->rule == RULE_FLOW)
        write_reckoning(&json, &period->plan);
    json_decimal(&json, "plan_ms", period->plan_us, 3);
    json_end_object(&json);
    g_string_append_c(out, '\n');
}
