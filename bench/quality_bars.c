/*
 * quality_bars.c - what is wanted of a planner, in numbers, and whether it is so.
 *
 * The bars on real days were set by a throw-away planner before this one was written:
 * at so many repins a period, so much overload.  A price curve meets one if any point
 * of it does.
 */
#include <string.h>

#include "contest.h"
#include "days.h"
#include "lasting.h"
#include "quality.h"

static void set_bar(Quality *quality, bool goal, bool met, char *what, char *wanted,
                    char *found)
{
    Bar bar = { what, wanted, found, met, goal };

    g_array_append_val(quality->bars, bar);
}

/* ── real days ────────────────────────────────────────────────────────────── */

static const struct {
    const char *day;
    int n_pcpus, place_cpus;
    double overload, repins;
    bool goal;
} points[] = {
    { "2011-03-03", 192, 1, 1.60, 2.70, false },
    { "2011-03-06", 152, 1, 1.48, 2.50, false },
    { "2011-03-03", 160, 8, .120, .30, false },
    { "2011-03-06", 128, 8, .120, .30, false },
    { "2011-03-03", 192, 8, .020, .05, false },
    { "2011-03-06", 152, 8, .020, .05, false },
    { "2011-03-03", 192, 1, 1.63, 1.35, true },
    { "2011-03-06", 152, 1, 1.54, 1.16, true },
    { "2011-03-03", 192, 1, 1.28, 1.35, true },
    { "2011-03-06", 152, 1, 1.18, 1.25, true },
};

/* Of two points, that which misses the bar by less, in the worse of its numbers. */
static double excess(const Day *day, gsize i)
{
    return MAX(day_overload(day) / points[i].overload,
               day_repins(day) / points[i].repins);
}

static void judge_point(Quality *quality, gsize i)
{
    const Day *best = NULL;

    for (guint d = 0; d < quality->days->len; d++) {
        const Day *day = &g_array_index(quality->days, Day, d);

        if (day->real && day->rule == RULE_FLOW && day->order == 0 && !day->trouble &&
            day->n_pcpus == points[i].n_pcpus &&
            day->place_cpus == points[i].place_cpus &&
            strcmp(day->day, points[i].day) == 0 &&
            (!best || excess(day, i) < excess(best, i)))
            best = day;
    }
    if (best)
        set_bar(quality, points[i].goal, excess(best, i) <= 1,
                g_strdup_printf("%s on %d CPUs, places of %d", points[i].day,
                                points[i].n_pcpus, points[i].place_cpus),
                g_strdup_printf("%.3g CPUs at %.3g repins a period", points[i].overload,
                                points[i].repins),
                g_strdup_printf("%.3f at %.2f, price %.4g", day_overload(best),
                                day_repins(best), (double)best->price / 1e6));
}

static void judge_idle(Quality *quality)
{
    for (guint d = 0; d < quality->days->len; d++) {
        const Day *day = &g_array_index(quality->days, Day, d);

        if (day->rule == RULE_FLOW && strcmp(day->day, "idle") == 0 && !day->trouble)
            set_bar(quality, false, day->judged.repins == 0,
                    g_strdup_printf("idle host, places of %d", day->place_cpus),
                    g_strdup("no repin"),
                    g_strdup_printf("%" G_GINT64_FORMAT " in %d periods",
                                    day->judged.repins, day->judged.n_periods));
    }
}

/* ── steady loads ─────────────────────────────────────────────────────────── */

static const Standing *standing_of(const Quality *quality, Family family)
{
    for (guint i = 0; i < quality->standings->len; i++) {
        const Standing *standing = &g_array_index(quality->standings, Standing, i);

        if (memcmp(&standing->family, &family, sizeof family) == 0)
            return standing;
    }
    return NULL;
}

static const char *start_of(int percent_changed)
{
    return percent_changed ? "10 % changed" : "random start";
}

static void judge_optimum(Quality *quality, int percent_changed)
{
    const Standing *standing =
        standing_of(quality, (Family){ CPUSETS_NONE, percent_changed, 16, 4 });
    const Score *flow;
    double ratio;

    if (!standing)
        return;
    flow = &standing->scores[ENTRANT_FLOW];
    ratio = (double)flow->proved_moves / (double)MAX(1, flow->optimum_moves);
    set_bar(quality, false, ratio <= 1.02,
            g_strdup_printf("4 × 16, %s: moves over the optimum",
                            start_of(percent_changed)),
            g_strdup("at most 2 %"),
            g_strdup_printf("%+.1f %% on %d hosts", (ratio - 1) * 100, flow->n_proved));
}

static void judge_moveswap(Quality *quality, Cpusets cpusets, int percent_changed,
                           double most)
{
    const Standing *standing =
        standing_of(quality, (Family){ cpusets, percent_changed, 1024, 128 });
    const Score *flow;
    double ratio;

    if (!standing)
        return;
    flow = &standing->scores[ENTRANT_FLOW];
    ratio = (double)flow->moves / (double)MAX(1, flow->moveswap_moves);
    set_bar(quality, false, flow->n_both > 0 && ratio <= most,
            g_strdup_printf("128 × 1024, %s%s: moves beside move+swap's",
                            cpusets == CPUSETS_NONE ? "" : "overlapping cpusets, ",
                            start_of(percent_changed)),
            g_strdup_printf("at most %.2f", most),
            g_strdup_printf("%.2f on %d of %d hosts", ratio, flow->n_both,
                            standing->n_hosts));
    if (cpusets != CPUSETS_NONE)
        set_bar(quality, false, flow->n_even == standing->n_hosts,
                g_strdup_printf("the same, %s: hosts evened out",
                                start_of(percent_changed)),
                g_strdup("all"),
                g_strdup_printf("%d of %d", flow->n_even, standing->n_hosts));
}

static void judge_all_families(Quality *quality)
{
    int n_more = 0, n_missed = 0, n_hosts = 0, n_families = 0;

    for (guint i = 0; i < quality->standings->len; i++) {
        const Standing *standing = &g_array_index(quality->standings, Standing, i);
        const Score *flow = &standing->scores[ENTRANT_FLOW];

        n_hosts += standing->n_hosts;
        n_more += flow->n_more;
        n_missed += standing->n_missed;
        n_families += flow->moves > flow->moveswap_moves;
    }
    if (n_hosts == 0)
        return;
    set_bar(quality, false, n_families == 0,
            g_strdup("families with more moves than move+swap's"), g_strdup("none"),
            g_strdup_printf("%d of %u", n_families, quality->standings->len));
    set_bar(quality, false, n_more == 0,
            g_strdup("hosts with more moves than move+swap's"), g_strdup("none"),
            g_strdup_printf("%d of %d", n_more, n_hosts));
    set_bar(quality, false, n_missed == 0,
            g_strdup("hosts not evened out which some other could"), g_strdup("none"),
            g_strdup_printf("%d of %d", n_missed, n_hosts));
}

/* ── a lasting change ─────────────────────────────────────────────────────── */

static void judge_lasting(Quality *quality)
{
    for (guint i = 0; i < quality->lasting->len; i++) {
        const Lasting *lasting = &g_array_index(quality->lasting, Lasting, i);

        if (lasting->rule != RULE_FLOW)
            continue;
        set_bar(quality, false, lasting->repins_still == 0,
                g_strdup_printf("balanced host, %d periods", lasting->n_still_periods),
                g_strdup("no repin"),
                g_strdup_printf("%.2f a host", lasting->repins_still));
        set_bar(
            quality, false,
            lasting->n_balanced == lasting->n_hosts && lasting->periods_at_worst <= 3,
            g_strdup("a tenth changes for good: balanced again"),
            g_strdup("within 3 periods, always"),
            g_strdup_printf("%d of %d hosts, %.1f periods, %d at worst",
                            lasting->n_balanced, lasting->n_hosts,
                            lasting->periods_to_balance, lasting->periods_at_worst));
    }
}

void quality_judge(Quality *quality)
{
    for (gsize i = 0; i < G_N_ELEMENTS(points); i++)
        judge_point(quality, i);
    judge_idle(quality);
    judge_lasting(quality);
    judge_optimum(quality, 0);
    judge_optimum(quality, 10);
    for (int changed = 0; changed <= 10; changed += 10) {
        judge_moveswap(quality, CPUSETS_NONE, changed, .90);
        judge_moveswap(quality, CPUSETS_WINDOWS, changed, 1.0 / 3);
    }
    judge_all_families(quality);
}
