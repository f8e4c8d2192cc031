/* quality_steady.c - tables of steady hosts, and of those on which one thing happens. */
#include <stdio.h>

#include "contest.h"
#include "lasting.h"
#include "quality_tell.h"
#include "sheet.h"

static const char *const cpuset_names[N_CPUSETS] = {
    [CPUSETS_NONE] = "none",
    [CPUSETS_LIMITED] = "30 % limited",
    [CPUSETS_WINDOWS] = "overlapping",
};

static const Standing *standing_at(const Quality *quality, guint i)
{
    return &g_array_index(quality->standings, Standing, i);
}

static void tell_family(Sheet *sheet, const Standing *standing)
{
    const Family *family = &standing->family;

    sheet_cell(sheet, "%s", cpuset_names[family->cpusets]);
    sheet_cell(sheet, "%s", family->percent_changed ? "changed" : "random");
    sheet_cell(sheet, "%d × %d", family->n_pcpus, family->n_vcpus);
    sheet_cell(sheet, "%d", standing->n_hosts);
}

/* ── against the optimum ──────────────────────────────────────────────────── */

static void tell_excess(Sheet *sheet, const Score *score)
{
    if (score->n_proved == 0)
        sheet_cell(sheet, "-");
    else if (score->optimum_moves == 0)
        sheet_cell(sheet, "%" G_GINT64_FORMAT " (%d)", score->proved_moves,
                   score->n_proved);
    else
        sheet_cell(sheet, "%+.1f (%d)",
                   100.0 * (double)score->proved_moves / (double)score->optimum_moves -
                       100,
                   score->n_proved);
}

static void tell_optimum(const Quality *quality)
{
    Sheet sheet;

    sheet_begin(
        &sheet, 2,
        "cpusets|start|size|hosts|proved|impossible|timed out|flow|usual price|move+swap|"
        "…+drop|greedy|average|hotcold|unit|count");
    for (guint i = 0; i < quality->standings->len; i++) {
        const Standing *standing = standing_at(quality, i);

        if (!standing->optimum_sought)
            continue;
        tell_family(&sheet, standing);
        sheet_cell(&sheet, "%d", standing->n_proved);
        sheet_cell(&sheet, "%d", standing->n_impossible);
        sheet_cell(&sheet, "%d", standing->n_timed_out);
        for (int e = 0; e < N_ENTRANTS; e++)
            tell_excess(&sheet, &standing->scores[e]);
    }
    sheet_end(&sheet);
}

/* ── against each other ───────────────────────────────────────────────────── */

static void tell_moves(Sheet *sheet, const Score *score)
{
    if (score->n_both == 0)
        sheet_cell(sheet, "- (%d)", score->n_even);
    else
        sheet_cell(sheet, "%.1f (%d)", (double)score->moves / score->n_both,
                   score->n_even);
}

static void tell_families(const Quality *quality)
{
    Sheet sheet;

    sheet_begin(
        &sheet, 2,
        "cpusets|start|size|hosts|flow|move+swap|ratio|more|usual price|…+drop|greedy|average|"
        "hotcold|unit|count|flow's σ|flow's ms");
    for (guint i = 0; i < quality->standings->len; i++) {
        const Standing *standing = standing_at(quality, i);
        const Score *flow = &standing->scores[ENTRANT_FLOW];

        tell_family(&sheet, standing);
        tell_moves(&sheet, flow);
        tell_moves(&sheet, &standing->scores[ENTRANT_MOVESWAP]);
        if (flow->moveswap_moves > 0)
            sheet_cell(&sheet, "**%.2f**",
                       (double)flow->moves / (double)flow->moveswap_moves);
        else
            sheet_cell(&sheet, "-");
        sheet_cell(&sheet, "%d", flow->n_more);
        tell_moves(&sheet, &standing->scores[ENTRANT_FLOW_USUAL]);
        for (int e = ENTRANT_MOVESWAP_DROP; e < N_ENTRANTS; e++)
            tell_moves(&sheet, &standing->scores[e]);
        sheet_cell(&sheet, "%.1f", flow->sigma);
        sheet_cell(&sheet, "%.2f", flow->ms);
    }
    sheet_end(&sheet);
}

void quality_tell_steady(const Quality *quality)
{
    if (quality->standings->len == 0)
        return;
    puts(
        "## Steady loads\n\n"
        "Loads do not change, and everybody knows them: how few vCPUs have to move until "
        "the standard\ndeviation of pCPU load is at most five points?  Sizes are pCPUs × "
        "vCPUs.  *Random*: everybody\nstarts anywhere; *changed*: on a balanced host, one "
        "load in ten was drawn anew.  *Flow*\nhere finds a move so dear (a tenth of a CPU of "
        "overload) that only the target is worth any; at the\n*usual price* it also moves to "
        "have less overload, where these very full hosts have some.\n*Move+swap* takes the "
        "best move or swap per vCPU disturbed until done; *drop* then takes home\nwhom it "
        "can.\n");
    puts(
        "### Beside the optimum\n\n"
        "Branch and bound proves the fewest moves, or that no number would do, or gives up. "
        " Then, in\npercent, how many more are made where the optimum is proved, on the "
        "hosts in parentheses, which\nare those that were evened out.\n");
    tell_optimum(quality);
    puts(
        "### Beside each other\n\n"
        "Moves, mean over the hosts that move+swap evened out too, and how many hosts were "
        "evened out in\nall; *ratio* is flow's to move+swap's, *more* the hosts on which "
        "flow took more.\n");
    tell_families(quality);
}

/* ── a lasting change ─────────────────────────────────────────────────────── */

void quality_tell_lasting(const Quality *quality)
{
    Sheet sheet;

    if (quality->lasting->len == 0)
        return;
    puts(
        "## Nothing happens, and then something does\n\n"
        "Loads of 256 vCPUs on 64 pCPUs tremble by a point for a long time; then one in "
        "ten changes for\ngood.  Repins are per host: while settling in, while nothing "
        "happens, and after the change.\nThen, on how many hosts σ came down to five "
        "points again (the tremble left out, and a tenth allowed)\nand after how many "
        "whole periods; and the overload, in CPUs, of the period of the change and of\nthose "
        "after it.\n");
    sheet_begin(
        &sheet, 1,
        "policy|settling|still|after|balanced|periods|worst|overload|+1|+2|+3|+4|+5");
    for (guint i = 0; i < quality->lasting->len; i++) {
        const Lasting *lasting = &g_array_index(quality->lasting, Lasting, i);

        sheet_cell(&sheet, "%s", rule_name(lasting->rule));
        sheet_cell(&sheet, "%.1f", lasting->repins_settling);
        sheet_cell(&sheet, "%.2f", lasting->repins_still);
        sheet_cell(&sheet, "%.1f", lasting->repins_after);
        sheet_cell(&sheet, "%d of %d", lasting->n_balanced, lasting->n_hosts);
        sheet_cell(&sheet, "%.1f", lasting->periods_to_balance);
        sheet_cell(&sheet, "%d", lasting->periods_at_worst);
        for (int t = 0; t < 6; t++)
            sheet_cell(&sheet, "%.2f", lasting->overload[t]);
    }
    sheet_end(&sheet);
}
