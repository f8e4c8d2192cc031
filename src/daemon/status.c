/* status.c - see status.h. */
#include "status.h"

#include <inttypes.h>

static void append_host(const char *what, const Sample *sample, GString *out)
{
    g_string_append_printf(out, "%s: %u VM%s with %u vCPU%s on %d pCPUs\n", what,
                           sample->vms->len, sample->vms->len == 1 ? "" : "s",
                           sample->vcpus->len, sample->vcpus->len == 1 ? "" : "s",
                           sample->topology->online->n_cpus);
}

static void append_deeds(const Plan *plan, const Outcome *outcome, GString *out)
{
    switch (plan->verdict) {
    case PLAN_CALM:
        g_string_append(out, "calm");
        return;
    case PLAN_NOT_WORTH_IT:
        g_string_append(out, "not worth a move");
        return;
    case PLAN_MOVES:
        g_string_append_printf(
            out, "%u move%s: %d done, %d put off, %d refused, %d gone",
            plan->moves->len, plan->moves->len == 1 ? "" : "s", outcome->done,
            outcome->deferred + plan->left_out, outcome->barred, outcome->gone);
        return;
    }
    g_assert_not_reached();
}

static void append_plan(const Plan *plan, const Outcome *outcome, int64_t ago_us,
                        GString *out)
{
    g_string_append_printf(out,
                           "last plan, %" PRId64 " s ago: ", ago_us / G_USEC_PER_SEC);
    append_deeds(plan, outcome, out);
    g_string_append_c(out, '\n');
}

static void append_known(GString *out, int64_t value, const char *what)
{
    if (value >= 0)
        g_string_append_printf(out, ", %" PRId64 ".%03d %s", value / 1000,
                               (int)(value % 1000), what);
}

static void append_strain(const Strain *strain, GString *out)
{
    g_string_append_printf(out, "in CPUs: %" PRId64 ".%03d run", strain->work / 1000,
                           (int)(strain->work % 1000));
    append_known(out, strain->wait, "waited for");
    append_known(out, strain->stranded, "of it while CPUs idled");
    g_string_append_c(out, '\n');
}

static void append_help(const Help *help, GString *out)
{
    if (help->judged)
        g_string_append_printf(out, "the last moves %s\n",
                               help->paid ? "helped" : "did not help");
    if (help->reluctance > 1)
        g_string_append_printf(out,
                               "moves cost %d times their price, as others did not "
                               "help\n",
                               help->reluctance);
}

/* Names those VMs of @snapshot that hold a job, or were found to be busy before. */
static void append_busy(const Snapshot *snapshot, GString *out)
{
    int n = 0;

    for (int i = 0; i < snapshot->n_vms; i++)
        if (snapshot->vms[i].busy)
            g_string_append_printf(out, "%s%s",
                                   n++ > 0 ? ", " : "not now: ", snapshot->vms[i].name);
    if (n > 0)
        g_string_append_c(out, '\n');
}

static void append_hands_off(const Sample *sample, GString *out)
{
    int n = 0;

    for (guint i = 0; i < sample->vms->len; i++) {
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, i);

        if (vm->hands_off)
            g_string_append_printf(out, "%s%s",
                                   n++ > 0 ? ", " : "hands off: ", vm->name);
    }
    if (n > 0)
        g_string_append_c(out, '\n');
}

void status_format(const char *what, const Period *period, const Outcome *outcome,
                   int64_t ago_us, int64_t n_turns, GString *out)
{
    if (period->sample.topology)
        append_host(what, &period->sample, out);
    else
        g_string_append_printf(out, "%s: no answer\n", what);
    g_string_append_printf(out, "seen %" PRId64 " times\n", n_turns);
    if (period->plan.moves)
        append_plan(&period->plan, outcome, ago_us, out);
    if (period->derived)
        append_strain(&period->strain, out);
    append_help(&period->help, out);
    append_busy(&period->snapshot, out);
    append_hands_off(&period->sample, out);
}
