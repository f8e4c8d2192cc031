/*
 * bench_period.c - how long does a period take?
 *
 * Hosts from 16 vCPUs on 4 pCPUs to 65,536 on 2,048: what each stage takes, "flow"
 * beside "greedy" on the same snapshots, periods in which nothing is to be done, our
 * flow solvers beside LEMON's network simplex on the networks the planner drew, and
 * what all that asks of memory.
 */
#include <glib.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/json.h"
#include "period.h"
#include "sheet.h"

enum { EXIT_USAGE = 2, BYTES_PER_ARC_MAX = 200, CALM_PART = 10, TIMES_LEMON = 10 };

/* What is measured, and what a plan may take there, if anybody said so. */
static const struct {
    int n_vcpus, n_pcpus;
    double limit_ms;
    bool quick;
} sizes[] = {
    { 16, 4, 0, true },           { 64, 16, 0, true },     { 256, 64, 0, true },
    { 1024, 128, 5, true },       { 4096, 512, 50, true }, { 16384, 1024, 0, false },
    { 65536, 2048, 1000, false },
};

typedef struct {
    PeriodRun run;
    double limit_ms;
} Row;

static const char *const verdicts[] = { "calm", "not worth it", "moves" };

/* ── in tables ────────────────────────────────────────────────────────────── */

static void tell_size(Sheet *sheet, const PeriodRun *run)
{
    sheet_cell(sheet, "%d × %d", run->n_vcpus, run->n_pcpus);
}

static const char *yes_or_no(bool met)
{
    return met ? "yes" : "**no**";
}

/* The longest that a plan took, whatever came of it. */
static double longest_ms(const PeriodRun *run)
{
    double longest = run->first.flow.ms;

    for (int i = 0; i < N_WATCHES; i++)
        longest = MAX(longest, run->watches[i].worst_ms);
    return longest;
}

static double calm_ms(const PeriodRun *run)
{
    double longest = 0;

    for (int i = 0; i < N_WATCHES; i++)
        longest = MAX(longest, run->watches[i].ms[PLAN_CALM]);
    return longest;
}

static double times_lemon(const PlanNetwork *network)
{
    return network->ours_ms > 0 ? network->lemon_ms / network->ours_ms : 0;
}

static double bytes_per_arc(const PlanNetwork *network)
{
    return (double)network->peak_bytes / MAX(1, network->n_arcs);
}

static int64_t n_requests(const PeriodRun *run)
{
    int64_t n = 0;

    for (int i = 0; i < N_WATCHES; i++)
        n += run->watches[i].n_requests;
    return n;
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
                     row->limit_ms, longest_ms(run), longest_ms(run) <= row->limit_ms);
            tell_bar(&sheet, run, "a calm one, ms, at most", "%.3g",
                     row->limit_ms / CALM_PART, calm_ms(run),
                     calm_ms(run) <= row->limit_ms / CALM_PART);
        }
        if (run->n_pcpus >= 128)
            tell_bar(&sheet, run, "times as fast as LEMON's simplex", "%.1f",
                     TIMES_LEMON, times_lemon(&run->network),
                     times_lemon(&run->network) >= TIMES_LEMON);
        tell_bar(&sheet, run, "peak bytes per arc, at most", "%.0f", BYTES_PER_ARC_MAX,
                 bytes_per_arc(&run->network),
                 bytes_per_arc(&run->network) <= BYTES_PER_ARC_MAX);
        tell_bar(&sheet, run, "requests of memory once settled", "%.0f", 0,
                 (double)n_requests(run), n_requests(run) == 0);
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
        "A heavy host (85 % loaded) after twelve periods in which nobody looked after it: "
        "milliseconds\nfrom snapshot to moves, moves, and the σ (points) and overload "
        "(CPUs) of the placement, by the\nforecast means; first if everybody stayed.  "
        "The gap is what flow's bound leaves open.\n");
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
        "The same hosts while flow looks after them: how many of 24 periods were calm, not "
        "worth it, or\nhad moves; the median milliseconds from snapshot to moves of each "
        "kind; and how often memory\nwas asked for in the second half of them.\n");
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
        sheet_cell(&sheet, "**%.1f**", times_lemon(network));
        sheet_cell(&sheet, "%.2f", (double)network->peak_bytes / (1 << 20));
        sheet_cell(&sheet, "%.0f", bytes_per_arc(network));
    }
    sheet_end(&sheet);
}

static void tell(GArray *rows)
{
    puts("# How long a period takes\n");
    tell_bars(rows);
    tell_first(rows);
    tell_stages(rows);
    tell_watches(rows);
    tell_networks(rows);
}

/* ── as JSON ──────────────────────────────────────────────────────────────── */

static void json_real(Json *json, const char *key, double value)
{
    json_decimal(json, key, (int64_t)llround(value * 1e6), 6);
}

static void json_made(Json *json, const char *key, const Made *made)
{
    json_begin_object(json, key);
    json_real(json, "ms", made->ms);
    json_int(json, "moves", made->n_moves);
    json_real(json, "sigma", made->sigma);
    json_real(json, "overload", made->overload);
    json_end_object(json);
}

static void json_watch(Json *json, const Watch *watch)
{
    json_begin_object(json, NULL);
    json_string(json, "mix", watch->mix);
    for (int v = 0; v < 3; v++) {
        json_begin_object(json, verdicts[v]);
        json_int(json, "periods", watch->n[v]);
        json_real(json, "ms", watch->ms[v]);
        json_end_object(json);
    }
    json_real(json, "worst_ms", watch->worst_ms);
    json_real(json, "repins_per_period", watch->repins);
    json_int(json, "memory_requests", watch->n_requests);
    json_end_object(json);
}

static void json_row(Json *json, const Row *row)
{
    const PeriodRun *run = &row->run;

    json_begin_object(json, NULL);
    json_int(json, "vcpus", run->n_vcpus);
    json_int(json, "pcpus", run->n_pcpus);
    if (row->limit_ms > 0)
        json_real(json, "limit_ms", row->limit_ms);
    json_real(json, "longest_ms", longest_ms(run));
    json_real(json, "calm_ms", calm_ms(run));
    json_real(json, "derive_ms", run->first.derive_ms);
    json_real(json, "board_ms", run->first.board_ms);
    json_real(json, "solve_ms", run->first.solve_ms);
    json_real(json, "search_ms", run->first.search_ms);
    json_made(json, "stay", &run->first.stay);
    json_made(json, "flow", &run->first.flow);
    json_made(json, "greedy", &run->first.greedy);
    json_real(json, "gap_percent", run->first.gap);
    json_begin_array(json, "watches");
    for (int i = 0; i < N_WATCHES; i++)
        json_watch(json, &run->watches[i]);
    json_end_array(json);
    json_int(json, "nodes", run->network.n_nodes);
    json_int(json, "arcs", run->network.n_arcs);
    json_real(json, "ours_ms", run->network.ours_ms);
    json_string(json, "ours", run->network.ours ? run->network.ours : "");
    json_real(json, "lemon_ms", run->network.lemon_ms);
    json_bool(json, "agree", run->network.agree);
    json_int(json, "peak_bytes", run->network.peak_bytes);
    json_end_object(json);
}

static void tell_json(GArray *rows)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };

    json_begin_object(&json, NULL);
    json_begin_array(&json, "sizes");
    for (guint i = 0; i < rows->len; i++)
        json_row(&json, &g_array_index(rows, Row, i));
    json_end_array(&json);
    json_end_object(&json);
    puts(out->str);
}

/* ── running ──────────────────────────────────────────────────────────────── */

/* False where a host could not be made, or solvers disagreed. */
static bool run_all(bool quick, const char *only, GArray *rows)
{
    bool ok = true;

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *size =
            g_strdup_printf("%dx%d", sizes[i].n_vcpus, sizes[i].n_pcpus);
        Row row = { .limit_ms = sizes[i].limit_ms };

        if (only ? !g_str_equal(only, size) : quick && !sizes[i].quick)
            continue;
        if (!period_run(sizes[i].n_vcpus, sizes[i].n_pcpus, &row.run))
            return false;
        if (!row.run.network.agree) {
            fprintf(stderr, "bench_period: %s: solvers disagree, or failed\n", size);
            ok = false;
        }
        g_array_append_val(rows, row);
    }
    return ok;
}

int main(int argc, char **argv)
{
    gboolean quick = FALSE, json = FALSE;
    char *size = NULL;
    const GOptionEntry entries[] = {
        { "size", 0, 0, G_OPTION_ARG_STRING, &size, "this one only", "VxP" },
        { "quick", 0, 0, G_OPTION_ARG_NONE, &quick, "up to 4096x512", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "one JSON object", NULL },
        { 0 },
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- time the stages of a period");
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_autoptr(GError) error = NULL;
    bool ok;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        fprintf(stderr, "bench_period: %s\n", error ? error->message : "what else?");
        return EXIT_USAGE;
    }
    ok = run_all(quick, size, rows);
    if (json)
        tell_json(rows);
    else
        tell(rows);
    g_free(size);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
