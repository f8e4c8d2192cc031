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
#include <stdio.h>
#include <stdlib.h>

#include "period_tell.h"

enum { EXIT_USAGE = 2 };

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
        period_tell_json(rows);
    else
        period_tell(rows);
    g_free(size);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
