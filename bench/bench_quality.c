/*
 * bench_quality.c - how good are the plans?
 *
 * Lives through real and made-up days under every policy, evens steady hosts out
 * beside the optimum and beside everybody else, waits whether anything moves while
 * nothing happens, and holds what it found against what is wanted.  It prints tables or
 * one JSON object, and draws overload against repins.  What is measured is the same
 * on every machine, but for times.
 */
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contest.h"
#include "days.h"
#include "lasting.h"
#include "plot.h"
#include "quality.h"

enum { EXIT_USAGE = 2, PLOTTED_PERCENT = 80, OPTIMUM_PCPUS = 8 };

/* Options as they were written. */
typedef struct {
    char *parts, *traces, *plot;
    gboolean quick, json;
} Words;

/* ── which steady hosts ───────────────────────────────────────────────────── */

/* Sizes, and how many hosts of each: all in all, and in a quick run. */
static const struct {
    int n_pcpus, n_vcpus, n_hosts, n_quick;
} sizes[] = {
    { 4, 16, 200, 60 },  { 4, 32, 60, 0 },    { 4, 64, 60, 0 },    { 8, 32, 30, 6 },
    { 8, 64, 30, 6 },    { 16, 64, 20, 6 },   { 16, 128, 20, 0 },  { 16, 256, 20, 0 },
    { 64, 256, 10, 3 },  { 64, 512, 10, 0 },  { 64, 1024, 10, 0 }, { 128, 512, 8, 0 },
    { 128, 1024, 8, 3 }, { 128, 2048, 4, 0 }, { 256, 1024, 4, 0 }, { 256, 2048, 4, 0 },
};

static GArray *hold_contest(bool quick)
{
    Family families[G_N_ELEMENTS(sizes) * N_CPUSETS * 2];
    int n_hosts[G_N_ELEMENTS(families)], n = 0;

    memset(families, 0, sizeof families);
    for (int cpusets = 0; cpusets < N_CPUSETS; cpusets++) {
        for (int changed = 0; changed <= 10; changed += 10) {
            for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
                if (quick && sizes[i].n_quick == 0)
                    continue;
                families[n].cpusets = (Cpusets)cpusets;
                families[n].percent_changed = changed;
                families[n].n_vcpus = sizes[i].n_vcpus;
                families[n].n_pcpus = sizes[i].n_pcpus;
                n_hosts[n++] = quick ? sizes[i].n_quick : sizes[i].n_hosts;
            }
        }
    }
    return contest_hold(families, n_hosts, n, OPTIMUM_PCPUS);
}

/* ── the parts ────────────────────────────────────────────────────────────── */

static bool wants(const Words *words, const char *part)
{
    g_auto(GStrv) parts = words->parts ? g_strsplit(words->parts, ",", -1) : NULL;

    return !parts || g_strv_contains((const char *const *)parts, part);
}

static bool live_lasting(bool quick, GArray *out)
{
    static const Rule rules[] = { RULE_FLOW,    RULE_GREEDY, RULE_HOTCOLD,
                                  RULE_AVERAGE, RULE_UNIT,   RULE_COUNT };

    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        Lasting lasting;

        if (!lasting_live(rules[i], quick, &lasting))
            return false;
        g_array_append_val(out, lasting);
    }
    return true;
}

static void bar_clear(gpointer data)
{
    Bar *bar = data;

    g_free(bar->what);
    g_free(bar->wanted);
    g_free(bar->found);
}

static bool find_out(const Words *words, Quality *out)
{
    const DaysWishes wishes = { words->traces, words->quick };

    *out = (Quality){
        .days = wants(words, "days") ? days_live(&wishes)
                                     : g_array_new(FALSE, FALSE, sizeof(Day)),
        .standings = wants(words, "steady")
                         ? hold_contest(words->quick)
                         : g_array_new(FALSE, FALSE, sizeof(Standing)),
        .lasting = g_array_new(FALSE, FALSE, sizeof(Lasting)),
        .bars = g_array_new(FALSE, FALSE, sizeof(Bar)),
    };
    g_array_set_clear_func(out->bars, bar_clear);
    return !wants(words, "lasting") || live_lasting(words->quick, out->lasting);
}

static void quality_clear(Quality *quality)
{
    g_array_unref(quality->days);
    g_array_unref(quality->standings);
    g_array_unref(quality->lasting);
    g_array_unref(quality->bars);
}

/* A day that could not be lived is in the tables; it is also the caller's to know of. */
static bool all_lived(const Quality *quality)
{
    for (guint i = 0; i < quality->days->len; i++) {
        const Day *day = &g_array_index(quality->days, Day, i);

        if (day->trouble) {
            fprintf(stderr, "bench_quality: %s: %s\n", day->day, day->trouble);
            return false;
        }
    }
    return true;
}

static bool draw(const Words *words, const Quality *quality)
{
    g_autoptr(GError) why = NULL;

    if (!words->plot || quality->days->len == 0 ||
        plot_write(quality->days, PLOTTED_PERCENT, words->plot, &why))
        return true;
    fprintf(stderr, "bench_quality: %s\n", why->message);
    return false;
}

/* ── options ──────────────────────────────────────────────────────────────── */

static bool read_words(int *argc, char ***argv, Words *out)
{
    const GOptionEntry entries[] = {
        { "only", 0, 0, G_OPTION_ARG_STRING, &out->parts, "of days, steady, lasting",
          "PART,..." },
        { "traces", 0, 0, G_OPTION_ARG_FILENAME, &out->traces,
          "where the real days are (bench/traces)", "FOLDER" },
        { "plot", 0, 0, G_OPTION_ARG_FILENAME, &out->plot,
          "draw overload against repins", "FILE.svg" },
        { "quick", 0, 0, G_OPTION_ARG_NONE, &out->quick, "a part of it, in a minute",
          NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &out->json, "one JSON object", NULL },
        { 0 },
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- judge policies by what happened next");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse(context, argc, argv, &error) && *argc == 1)
        return true;
    fprintf(stderr, "bench_quality: %s\n", error ? error->message : "what else?");
    return false;
}

int main(int argc, char **argv)
{
    Words words = { .traces = g_strdup("bench/traces") };
    Quality quality;
    bool ok;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    if (!read_words(&argc, &argv, &words))
        return EXIT_USAGE;
    ok = find_out(&words, &quality);
    quality_judge(&quality);
    if (words.json)
        quality_tell_json(&quality);
    else
        quality_tell(&quality);
    ok = draw(&words, &quality) && all_lived(&quality) && ok;
    quality_clear(&quality);
    g_free(words.parts);
    g_free(words.traces);
    g_free(words.plot);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
