/* report.c - see report.h; the words. */
#include "engine/report.h"

#include "engine/json.h"
#include "plan/explain.h"
#include "view.h"

/* How wide a bar is, and how much is told at most: of many places, those with moves. */
enum { BAR_WIDTH = 24, PLACES_DRAWN = 32, MOVES_TOLD = 40 };

#define INDENT "         "

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

/* Help is what is expected; only its absence is news. */
static void append_help(GString *out, const Help *help)
{
    if (help->judged && !help->paid)
        g_string_append(out, ", the last moves did not help");
    if (help->reluctance > 1)
        g_string_append_printf(out, ", reluctant ×%d", help->reluctance);
}

void report_heading(bool colour, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, "%6s %6s %6s %9s  %-18s %-18s %s", "period", "VMs",
                           "vCPUs", "wanted", " busiest, %", "  spread, %", "what");
    paint(out, colour, BOLD, line->str);
    g_string_append_c(out, '\n');
}

static void append_line(GString *out, const View *view, bool colour)
{
    const Snapshot *snapshot = &view->period->snapshot;
    g_autoptr(GString) wanted = g_string_new(NULL);

    decimal_format(view->wanted / 10, 2, wanted);
    g_string_append_printf(out, "%6d %6d %6d %9s  ", view->period->number,
                           snapshot->n_vms, snapshot->n_vcpus, wanted->str);
    append_change(out, view, 19, view_busiest(view, &view->before),
                  view_busiest(view, &view->after));
    append_change(out, view, 19, loads_sigma(&view->before, view->places) / 100,
                  loads_sigma(&view->after, view->places) / 100);
    append_deed(out, view, colour);
    append_help(out, &view->period->help);
    g_string_append_c(out, '\n');
}

/* ── what is below it ─────────────────────────────────────────────────────── */

/* Other rules have no reasons that could be told. */
void report_move(const Period *period, const Policy *policy, const Move *move,
                 GString *out)
{
    const Snapshot *snapshot = &period->snapshot;
    const Vcpu *vcpu = &snapshot->vcpus[move->vcpu];

    if (policy->rule == RULE_FLOW) {
        explain_move(&period->plan, snapshot, move, out);
        return;
    }
    g_string_append_printf(out, "%s/%d: ", snapshot->vms[vcpu->vm].name, vcpu->number);
    places_name(&period->plan.places, move->from, out);
    g_string_append(out, " → ");
    places_name(&period->plan.places, move->to, out);
}

static void append_moves(GString *out, const View *view)
{
    const GArray *moves = view->period->plan.moves;
    guint told = MIN(moves->len, MOVES_TOLD);

    for (guint i = 0; i < told; i++) {
        g_string_append(out, INDENT);
        report_move(view->period, view->policy, &g_array_index(moves, Move, i), out);
        g_string_append_c(out, '\n');
    }
    if (told < moves->len)
        g_string_append_printf(out, INDENT "and %u more\n", moves->len - told);
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
    int64_t longest =
        MAX(view_busiest(view, &view->before), view_busiest(view, &view->after));
    int drawn = 0;

    longest = MAX(longest, 1000);
    g_string_append_printf(out, "\n" INDENT "%-7s %-*s         after\n",
                           level_words[places->level], BAR_WIDTH, "before");
    for (int p = 0; p < places->n_places && drawn < PLACES_DRAWN; p++) {
        g_autofree char *cpus = NULL;

        if (!few && !touched(&view->period->plan, p))
            continue;
        cpus = cpuset_format(places->places[p].cpus);
        g_string_append_printf(out, INDENT "%-7s ", cpus);
        append_bar(out, view_busy(view, &view->before, p), longest, colour);
        g_string_append(out, "  ");
        append_bar(out, view_busy(view, &view->after, p), longest, colour);
        g_string_append_c(out, '\n');
        drawn++;
    }
    if (drawn < places->n_places)
        g_string_append_printf(out, INDENT "and %d more\n", places->n_places - drawn);
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

/* ── the sentences ────────────────────────────────────────────────────────── */

static void append_numbers(GString *out, const View *view, int64_t before,
                           int64_t after)
{
    decimal_format(before, 1, out);
    if (view->moving) {
        g_string_append(out, " → ");
        decimal_format(after, 1, out);
    }
}

void report_sentence(const Period *period, const Policy *policy, GString *out)
{
    const Snapshot *snapshot = &period->snapshot;
    g_auto(View) view;

    view_init(&view, period, policy);
    append_deed(out, &view, false);
    g_string_append(out, "; wanted ");
    decimal_format(view.wanted / 10, 2, out);
    g_string_append_printf(out, " of %d CPUs, busiest ",
                           snapshot->topology->online->n_cpus);
    append_numbers(out, &view, view_busiest(&view, &view.before),
                   view_busiest(&view, &view.after));
    g_string_append(out, " %, spread ");
    append_numbers(out, &view, loads_sigma(&view.before, view.places) / 100,
                   loads_sigma(&view.after, view.places) / 100);
    g_string_append(out, " %");
}
