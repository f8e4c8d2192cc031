/*
 * report.c - see report.h.
 *
 * Loads are told as the plan saw them: forecasts for the rule that makes forecasts, and
 * what the last period wanted for the others.
 */
#include "engine/report.h"

#include "engine/json.h"
#include "loads.h"
#include "plan/explain.h"

/* How wide a bar is, and how many places are drawn: those with moves, if there are more. */
enum { BAR_WIDTH = 24, PLACES_DRAWN = 32 };

/* A period as both reports tell it. */
typedef struct {
    const Period *period;
    const Policy *policy;
    const Places *places;
    bool moving;
    Loads before, after;
    int64_t wanted; /* thousandths of a CPU */
} View;

/* ── looking ──────────────────────────────────────────────────────────────── */

static int load_of(const View *view, const Vcpu *vcpu)
{
    return view->policy->rule == RULE_FLOW ? vcpu->mean : vcpu->load;
}

static void view_init(View *view, const Period *period, const Policy *policy)
{
    const Snapshot *snapshot = &period->snapshot;
    const Plan *plan = &period->plan;

    *view = (View){ .period = period, .policy = policy, .places = &plan->places };
    view->moving = plan->verdict == PLAN_MOVES;
    loads_start(&view->before, view->places, snapshot->foreign);
    loads_start(&view->after, view->places, snapshot->foreign);
    for (int i = 0; i < snapshot->n_vcpus; i++) {
        const Vcpu *vcpu = &snapshot->vcpus[i];
        int to = plan->placement[i], load = load_of(view, vcpu);

        loads_add(&view->before, view->places, vcpu->pins, load);
        loads_add(&view->after, view->places,
                  to == FLOATING ? vcpu->allowed : view->places->places[to].cpus, load);
        view->wanted += load;
    }
}

static void view_clear(View *view)
{
    loads_clear(&view->before);
    loads_clear(&view->after);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, view_clear)

/* Per CPU, in tenths of a percent. */
static int64_t permille(const View *view, const Loads *loads, int place)
{
    int64_t capacity = view->places->places[place].capacity;

    return loads->asked[place] * 1000 / MAX(capacity, 1);
}

static int64_t busiest(const View *view, const Loads *loads)
{
    int64_t most = 0;

    for (int p = 0; p < view->places->n_places; p++)
        most = MAX(most, permille(view, loads, p));
    return most;
}

/* ── the line ─────────────────────────────────────────────────────────────── */

enum { BOLD = 1, RED = 31, GREEN = 32, YELLOW = 33 };

static void paint(GString *out, bool colour, int which, const char *text)
{
    if (colour)
        g_string_append_printf(out, "\033[%dm%s\033[0m", which, text);
    else
        g_string_append(out, text);
}

/* Fills @width columns with @before, and @after if that is another matter. */
static void append_change(GString *out, const View *view, int width, int64_t before,
                          int64_t after)
{
    g_autoptr(GString) text = g_string_new(NULL);

    decimal_format(before, 1, text);
    g_string_append_printf(out, "%8s", text->str);
    if (!view->moving) {
        g_string_append_printf(out, "%*s", width - 8, "");
        return;
    }
    g_string_truncate(text, 0);
    decimal_format(after, 1, text);
    g_string_append_printf(out, " → %-*s", width - 11, text->str);
}

static void append_count(GString *out, int n, const char *what)
{
    if (n > 0)
        g_string_append_printf(out, ", %d %s", n, what);
}

static void append_deed(GString *out, const View *view, bool colour)
{
    const Plan *plan = &view->period->plan;
    const Outcome *outcome = &view->period->outcome;
    g_autofree char *moves = NULL;

    switch (plan->verdict) {
    case PLAN_CALM:
        paint(out, colour, GREEN, "calm");
        return;
    case PLAN_NOT_WORTH_IT:
        g_string_append(out, "not worth a move");
        return;
    case PLAN_MOVES:
        moves = g_strdup_printf("%u move%s", plan->moves->len,
                                plan->moves->len == 1 ? "" : "s");
        paint(out, colour, YELLOW, moves);
        append_count(out, plan->left_out, "put off");
        append_count(out, outcome->deferred, "busy");
        append_count(out, outcome->barred, "refused");
        append_count(out, outcome->gone, "gone");
        return;
    }
    g_assert_not_reached();
}

void report_heading(bool colour, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, "%6s %6s %6s %9s  %-18s %-18s %s\n", "period", "VMs",
                           "vCPUs", "wanted", " busiest, %", "  spread, %", "what");
    paint(out, colour, BOLD, line->str);
}

static void append_line(GString *out, const View *view, bool colour)
{
    const Snapshot *snapshot = &view->period->snapshot;
    g_autoptr(GString) wanted = g_string_new(NULL);

    decimal_format(view->wanted / 10, 2, wanted);
    g_string_append_printf(out, "%6d %6d %6d %9s  ", view->period->number,
                           snapshot->n_vms, snapshot->n_vcpus, wanted->str);
    append_change(out, view, 19, busiest(view, &view->before),
                  busiest(view, &view->after));
    append_change(out, view, 19, loads_sigma(&view->before, view->places) / 100,
                  loads_sigma(&view->after, view->places) / 100);
    append_deed(out, view, colour);
    g_string_append_c(out, '\n');
}

/* ── what is below it ─────────────────────────────────────────────────────── */

static void append_moves(GString *out, const View *view)
{
    const Plan *plan = &view->period->plan;

    for (guint i = 0; i < plan->moves->len; i++) {
        g_string_append(out, "         ");
        explain_move(plan, &view->period->snapshot,
                     &g_array_index(plan->moves, Move, i), out);
        if (out->str[out->len - 1] != '\n')
            g_string_append_c(out, '\n');
    }
}

static void append_bar(GString *out, int64_t permille, int64_t longest, bool colour)
{
    int length = (int)((permille * BAR_WIDTH + longest - 1) / longest);
    g_autoptr(GString) bar = g_string_new(NULL);

    for (int i = 0; i < length; i++)
        g_string_append(bar, "█");
    paint(out, colour, permille > 1000 ? RED : GREEN, bar->str);
    g_string_append_printf(out, "%*s %4d %%", BAR_WIDTH - length, "",
                           (int)MIN((permille + 5) / 10, 9999));
}

static const char *const level_words[] = {
    [LEVEL_AUTO] = "place",  [LEVEL_PCPU] = "pCPU", [LEVEL_CORE] = "core",
    [LEVEL_CACHE] = "cache", [LEVEL_CELL] = "cell", [LEVEL_HOST] = "host",
    [LEVEL_RUN] = "pCPUs",
};

static bool touched(const Plan *plan, int place)
{
    for (guint i = 0; i < plan->moves->len; i++) {
        const Move *move = &g_array_index(plan->moves, Move, i);

        if (move->from == place || move->to == place)
            return true;
    }
    return false;
}

static void append_bars(GString *out, const View *view, bool colour)
{
    const Places *places = view->places;
    bool few = places->n_places <= PLACES_DRAWN;
    int64_t longest = MAX(busiest(view, &view->before), busiest(view, &view->after));
    int drawn = 0;

    longest = MAX(longest, 1000);
    g_string_append_printf(out, "\n         %-7s %-*s         after\n",
                           level_words[places->level], BAR_WIDTH, "before");
    for (int p = 0; p < places->n_places && drawn < PLACES_DRAWN; p++) {
        g_autofree char *cpus = NULL;

        if (!few && !touched(&view->period->plan, p))
            continue;
        cpus = cpuset_format(places->places[p].cpus);
        g_string_append_printf(out, "         %-7s ", cpus);
        append_bar(out, permille(view, &view->before, p), longest, colour);
        g_string_append(out, "  ");
        append_bar(out, permille(view, &view->after, p), longest, colour);
        g_string_append_c(out, '\n');
        drawn++;
    }
    if (drawn < places->n_places)
        g_string_append_printf(out, "         and %d more\n", places->n_places - drawn);
    g_string_append_c(out, '\n');
}

void report_period(const Period *period, const Policy *policy, bool colour,
                   GString *out)
{
    g_auto(View) view;

    view_init(&view, period, policy);
    append_line(out, &view, colour);
    if (!view.moving)
        return;
    append_moves(out, &view);
    append_bars(out, &view, colour);
}

/* ── JSON ─────────────────────────────────────────────────────────────────── */

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
    json_decimal(json, "load", load_of(view, vcpu), 3);
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
    json_decimal(json, "busiest", busiest(view, loads), 1);
    json_decimal(json, "sigma", loads_sigma(loads, view->places), 3);
    json_decimal(json, "overload", loads_overload(loads, view->places), 3);
    json_end_object(json);
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
