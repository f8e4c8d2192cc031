/* quality_days.c - tables of days: real ones, shuffled ones, made-up ones. */
#include <stdio.h>
#include <string.h>

#include "days.h"
#include "quality_tell.h"
#include "sheet.h"

static const Day *day_at(const Quality *quality, guint i)
{
    return &g_array_index(quality->days, Day, i);
}

/* What became of @like's policy on a host like its, on the @same day or another. */
static const Day *find(const Quality *quality, const Day *like, bool same,
                       int place_cpus, int order)
{
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = day_at(quality, i);

        if (day->real == like->real && day->order == order && day->rule == like->rule &&
            day->price == like->price && (strcmp(day->day, like->day) == 0) == same &&
            day->place_cpus == place_cpus &&
            (same ? day->n_pcpus == like->n_pcpus
                  : ABS(day->percent - like->percent) <= 2))
            return day;
    }
    return NULL;
}

static void tell_label(Sheet *sheet, const Day *day)
{
    g_autofree char *label = day_label(day);

    sheet_cell(sheet, day->usual ? "**%s**" : "%s", label);
}

/* Four cells about a day, or about none. */
static void tell_numbers(Sheet *sheet, const Day *day)
{
    if (!day || day->trouble) {
        for (int i = 0; i < 4; i++)
            sheet_cell(sheet, "-");
        return;
    }
    sheet_cell(sheet, "%.2f", day_repins(day));
    sheet_cell(sheet, "%.1f", (double)day->judged.sigma_realised / 1e6);
    sheet_cell(sheet, "%.3f", day_overload(day));
    if (day->rule == RULE_FLOW && day->judged.gap >= 0)
        sheet_cell(sheet, "%.1f", (double)day->judged.gap / 1e4);
    else
        sheet_cell(sheet, "-");
}

/* ── real days, both side by side ─────────────────────────────────────────── */

static void tell_load(const Quality *quality, const Day *first, int place_cpus)
{
    const Day *other = find(quality, first, false, place_cpus, 0);
    Sheet sheet;

    if (!other)
        return;
    printf("### Places of %d, load of %d and %d %%\n\n%s on %d CPUs, %s on %d.\n\n",
           place_cpus, first->percent, other->percent, first->day, first->n_pcpus,
           other->day, other->n_pcpus);
    sheet_begin(&sheet, 1, "policy|repins|σ|overload|gap %|repins|σ|overload|gap %");
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = day_at(quality, i);

        if (find(quality, day, true, place_cpus, 0) != day || !day->real ||
            day->n_pcpus != first->n_pcpus || strcmp(day->day, first->day) != 0)
            continue;
        tell_label(&sheet, day);
        tell_numbers(&sheet, day);
        tell_numbers(&sheet, find(quality, day, false, place_cpus, 0));
    }
    sheet_end(&sheet);
}

static void tell_loads(const Quality *quality, int place_cpus)
{
    int n_pcpus = 0;

    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = day_at(quality, i);

        if (day->real && day->usual && day->place_cpus == place_cpus &&
            day->n_pcpus != n_pcpus && strcmp(day->day, day_at(quality, 0)->day) == 0) {
            n_pcpus = day->n_pcpus;
            tell_load(quality, day, place_cpus);
        }
    }
}

/* ── other orders, other worlds ───────────────────────────────────────────── */

static void tell_orders(const Quality *quality)
{
    bool any = false;
    Sheet sheet;

    sheet_begin(&sheet, 3, "day|places of|start|repins|σ|overload|gap %");
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *shuffled = day_at(quality, i);

        if (shuffled->order != 1)
            continue;
        if (!any)
            puts("### The usual price, where VMs start in another order\n");
        any = true;
        for (int order = 0; order <= 2; order++) {
            sheet_cell(&sheet, "%s on %d CPUs", shuffled->day, shuffled->n_pcpus);
            sheet_cell(&sheet, "%d", shuffled->place_cpus);
            sheet_cell(&sheet, "%s", order == 0 ? "as recorded" : "shuffled");
            tell_numbers(&sheet,
                         find(quality, shuffled, true, shuffled->place_cpus, order));
        }
    }
    sheet_end(&sheet);
}

static void tell_mix(const Quality *quality, const Day *first)
{
    Sheet sheet;

    printf("### The mix \"%s\": %d vCPUs on %d CPUs, %d periods\n\n", first->day,
           first->n_vcpus, first->n_pcpus, first->judged.n_periods);
    sheet_begin(
        &sheet, 1,
        "policy|places of 1: repins|σ|overload|gap %|of 8: repins|σ|overload|gap %");
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = day_at(quality, i);

        if (day->real || day->place_cpus != 1 || strcmp(day->day, first->day) != 0)
            continue;
        tell_label(&sheet, day);
        tell_numbers(&sheet, day);
        tell_numbers(&sheet, find(quality, day, true, 8, 0));
    }
    sheet_end(&sheet);
}

static void tell_trouble(const Quality *quality)
{
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = day_at(quality, i);
        g_autofree char *label = day_label(day);

        if (day->trouble)
            printf("**%s, %s: %s**\n\n", day->day, label, day->trouble);
    }
}

void quality_tell_days(const Quality *quality)
{
    if (quality->days->len == 0)
        return;
    puts(
        "## Days\n\n"
        "Each policy sees the periods so far, and its placement is judged by what was "
        "wanted in the\nnext.  Repins are per period, σ is realised, in points, overload "
        "in CPUs; the gap is what the\nflow's bound leaves open of the gain over staying.  "
        "*kernel* is the fluid ideal: it moves\neverybody everywhere at all times, at no "
        "cost.  *none* is pinned where it starts.  Prices are\nin CPUs of overload per "
        "move; the usual one is in bold.\n\n"
        "*greedy* deals out those who want nothing, too, as its rule says, and so all of "
        "them to one\nCPU, where they wake up together.  It need not: left where they "
        "are, with places of 1 at\n81 and 80 %, it would come to 3.53 CPUs of overload at "
        "886 repins on the first day and 3.16\nat 752 on the second.\n");
    tell_trouble(quality);
    tell_loads(quality, 1);
    tell_loads(quality, 8);
    tell_orders(quality);
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = day_at(quality, i);

        if (!day->real && day->place_cpus == 1 && day->usual)
            tell_mix(quality, day);
    }
}
