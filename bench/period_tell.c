/* period_tell.c - times in tables, the bars first. */
#include "period_tell.h"

#include <stdio.h>

#include "period_sums.h"
#include "sheet.h"

enum { BYTES_PER_ARC_MAX = 200, CALM_PART = 10, TIMES_LEMON = 10 };

static void tell_size(Sheet *sheet, const PeriodRun *run)
{
    sheet_cell(sheet, "%d × %d", run->n_vcpus, run->n_pcpus);
}

static const char *yes_or_no(bool met)
{
    return met ? "yes" : "**no**";
}

static void tell_bar(Sheet *sheet, const PeriodRun *run, const char *what,
                     const char *format, double wanted, double found, bool met)
{
    sheet_cell(sheet, "%s", what);
    tell_size(sheet, run);
    sheet_cell(sheet, format, wanted);
    sheet_cell(sheet, format, found);
    sheet_cell(sheet, "%s", yes_or_no(met));
}

static void tell_bars(GArray *rows)
{
    Sheet sheet;

    puts("## The bars of speed\n");
    sheet_begin(&sheet, 2, "what|vCPUs × pCPUs|wanted|found|met");
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        const PeriodRun *run = &row->run;

        if (row->limit_ms > 0) {
            tell_bar(&sheet, run, "the longest plan, ms, at most", "%.3g",
                     row->limit_ms, period_longest_ms(run),
                     period_longest_ms(run) <= row->limit_ms);
            tell_bar(&sheet, run, "a calm one, ms, at most", "%.3g",
                     row->limit_ms / CALM_PART, period_calm_ms(run),
                     period_calm_ms(run) <= row->limit_ms / CALM_PART);
        }
        if (run->n_pcpus >= 128)
            tell_bar(&sheet, run, "times as fast as LEMON's simplex", "%.1f",
                     TIMES_LEMON, period_times_lemon(run),
                     period_times_lemon(run) >= TIMES_LEMON);
        tell_bar(&sheet, run, "peak bytes per arc, at most", "%.0f", BYTES_PER_ARC_MAX,
                 period_bytes_per_arc(run),
                 period_bytes_per_arc(run) <= BYTES_PER_ARC_MAX);
        tell_bar(&sheet, run, "requests of memory once settled", "%.0f", 0,
                 (double)period_n_requests(run), period_n_requests(run) == 0);
    }
    sheet_end(&sheet);
}

static void tell_made(Sheet *sheet, const Made *made)
{
    sheet_cell(sheet, "%.3g", made->ms);
    sheet_cell(sheet, "%d", made->n_moves);
    sheet_cell(sheet, "%.1f", made->sigma);
    sheet_cell(sheet, "%.2f", made->overload);
}

static void tell_first(GArray *rows)
{
    Sheet sheet;

    puts(
        "## Flow beside greedy\n\n"
        "A heavy host (85 % loaded) on which everybody floated for twelve periods and was "
        "then dealt out,\none CPU after the other: milliseconds from snapshot to moves, "
        "moves, and the σ (points) and\noverload (CPUs) of the placement, by the forecast "
        "means; first if everybody stayed.  The gap is\nwhat flow's bound leaves open.\n");
    sheet_begin(&sheet, 1,
                "vCPUs × pCPUs|stay: σ|overload|flow: ms|moves|σ|overload|gap %|"
                "greedy: ms|moves|σ|overload");
    for (guint i = 0; i < rows->len; i++) {
        const PeriodRun *run = &g_array_index(rows, Row, i).run;
        const FirstPeriod *first = &run->first;

        tell_size(&sheet, run);
        sheet_cell(&sheet, "%.1f", first->stay.sigma);
        sheet_cell(&sheet, "%.2f", first->stay.overload);
        tell_made(&sheet, &first->flow);
        sheet_cell(&sheet, "%.1f", first->gap);
        tell_made(&sheet, &first->greedy);
    }
    sheet_end(&sheet);
}

static void tell_stages(GArray *rows)
{
    Sheet sheet;

    puts(
        "## Stages of that period\n\n"
        "Milliseconds.  *Derive* is from sample to snapshot, forecasts included; *board*, "
        "*flow* (drawing\nand solving the network) and *search* are one pass each; the plan "
        "goes on until nothing more moves.\n");
    sheet_begin(&sheet, 1, "vCPUs × pCPUs|derive|board|flow|search|plan in all");
    for (guint i = 0; i < rows->len; i++) {
        const PeriodRun *run = &g_array_index(rows, Row, i).run;
        const FirstPeriod *first = &run->first;

        tell_size(&sheet, run);
        sheet_cell(&sheet, "%.3g", first->derive_ms);
        sheet_cell(&sheet, "%.3g", first->board_ms);
        sheet_cell(&sheet, "%.3g", first->solve_ms);
        sheet_cell(&sheet, "%.3g", first->search_ms);
        sheet_cell(&sheet, "%.3g", first->flow.ms);
    }
    sheet_end(&sheet);
}

static void tell_watches(GArray *rows)
{
    Sheet sheet;

    puts(
        "## Periods after\n\n"
        "Hosts that flow looks after from their twelfth period on: how many periods were "
        "calm, not worth it,\nor had moves; the median milliseconds from snapshot to moves "
        "of each kind; and how often memory\nwas asked for in the second half of them.\n");
    sheet_begin(
        &sheet, 2,
        "vCPUs × pCPUs|mix|calm|ms|not worth it|ms|moves|ms|worst ms|repins|requests");
    for (guint i = 0; i < rows->len; i++) {
        const PeriodRun *run = &g_array_index(rows, Row, i).run;

        for (int w = 0; w < N_WATCHES; w++) {
            const Watch *watch = &run->watches[w];

            tell_size(&sheet, run);
            sheet_cell(&sheet, "%s", watch->mix);
            for (int v = 0; v < 3; v++) {
                sheet_cell(&sheet, "%d", watch->n[v]);
                sheet_cell(&sheet, watch->n[v] ? "%.3g" : "-", watch->ms[v]);
            }
            sheet_cell(&sheet, "%.3g", watch->worst_ms);
            sheet_cell(&sheet, "%.1f", watch->repins);
            sheet_cell(&sheet, "%" G_GINT64_FORMAT, watch->n_requests);
        }
    }
    sheet_end(&sheet);
}

static void tell_networks(GArray *rows)
{
    Sheet sheet;

    puts(
        "## The planner's networks\n\n"
        "Written as DIMACS, read back, and solved from scratch by the faster of our solvers "
        "and by LEMON's\nnetwork simplex; the most memory a planner had in use while it "
        "made its first plan.\n");
    sheet_begin(
        &sheet, 1,
        "vCPUs × pCPUs|nodes|arcs|ours: ms|solver|LEMON: ms|ratio|peak MiB|bytes an arc");
    for (guint i = 0; i < rows->len; i++) {
        const PeriodRun *run = &g_array_index(rows, Row, i).run;
        const PlanNetwork *network = &run->network;

        tell_size(&sheet, run);
        sheet_cell(&sheet, "%d", network->n_nodes);
        sheet_cell(&sheet, "%d", network->n_arcs);
        sheet_cell(&sheet, "%.3g", network->ours_ms);
        sheet_cell(&sheet, "%s", network->ours ? network->ours : "-");
        sheet_cell(&sheet, "%.3g", network->lemon_ms);
        sheet_cell(&sheet, "**%.1f**", period_times_lemon(run));
        sheet_cell(&sheet, "%.2f", (double)network->peak_bytes / (1 << 20));
        sheet_cell(&sheet, "%.0f", period_bytes_per_arc(run));
    }
    sheet_end(&sheet);
}

void period_tell(GArray *rows)
{
    puts("# How long a period takes\n");
    tell_bars(rows);
    tell_first(rows);
    tell_stages(rows);
    tell_watches(rows);
    tell_networks(rows);
}
