/*
 * bench_flow.c - our solvers and other people's on one network, side by side.
 *
 * Makes an instance, or reads one, lets every solver at it in turn, compares what
 * they say it costs, and prints how long each took: a table for people, or one JSON
 * object.  A solver that takes too long is left out; solvers that disagree make the
 * whole run fail.
 */
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "race.h"

#define EXIT_USAGE 2
#define LIMIT_SECONDS 5.0

static const char *const phase_names[N_PHASES] = { "cold", "warm" };
static const char *const shape_names[] = { "full", "compact", "general", NULL };
static const char *const default_sizes[] = { "1024x128", "1024x128", "10000x100000" };
static const char *const flow_names[] = { "unit", "load", NULL };
static const char *const family_names[] = { "netgen", "grid", "goto", NULL };
static const char *const costs_names[] = { "random", "rank1", NULL };

typedef struct {
    InstanceSpec spec;
    RaceRules rules;
    char **only;      /* solvers; NULL for all */
    const char *file; /* DIMACS; NULL for an instance made by the spec */
    bool json;
    bool supplies; /* peers are told of supplies, not of a source */
} Wishes;

/* ── numbers of a row ─────────────────────────────────────────────────────── */

/* What there is to say about one phase of one solver. */
typedef struct {
    guint runs;                            /* where there are none, the rest is void */
    double ms, median_ms, max_ms, load_ms; /* ms and load_ms are the best */
    int64_t cost;                          /* of the first round */
} Row;

static int compare_ms(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static Row row_of(const RaceResult *result, Phase phase)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    Row row = { .load_ms = INFINITY };

    for (guint i = 0; i < result->rounds->len; i++) {
        const RaceRound *round = &g_array_index(result->rounds, RaceRound, i);

        if (round->phase != phase)
            continue;
        if (times->len == 0)
            row.cost = round->cost;
        row.load_ms = MIN(row.load_ms, round->load_ms);
        g_array_append_val(times, round->ms);
    }
    if (times->len == 0)
        return row;
    g_array_sort(times, compare_ms);
    row.runs = times->len;
    row.ms = g_array_index(times, double, 0);
    row.median_ms = g_array_index(times, double, times->len / 2);
    row.max_ms = g_array_index(times, double, times->len - 1);
    return row;
}

/* ── what is printed ──────────────────────────────────────────────────────── */

static int64_t arcs_kib(const Instance *instance)
{
    return (int64_t)instance->net.n_arcs * (int64_t)sizeof(Arc) / 1024;
}

static void print_head(const Instance *instance)
{
    const InstanceSpec *spec = &instance->spec;

    printf("%s %dx%d, %s flow, seed %" PRIu64 ": %d nodes, %d edges, arcs of %" PRId64
           " KiB\n",
           shape_names[spec->shape], spec->rows, spec->columns, flow_names[spec->load],
           spec->seed, instance->net.n_nodes, instance->net.n_arcs / 2,
           arcs_kib(instance));
    printf("%-23s %-5s %12s %12s %12s %5s %10s %9s %16s\n", "solver", "phase", "ms",
           "median", "max", "runs", "load_ms", "peak_kib", "cost");
}

static void print_rows(const RaceResult *result)
{
    for (Phase phase = PHASE_COLD; phase < N_PHASES; phase++) {
        Row row = row_of(result, phase);

        if (row.runs > 0)
            printf("%-23s %-5s %12.6f %12.6f %12.6f %5u %10.3f %9" PRId64 " %16" PRId64
                   "\n",
                   result->solver, phase_names[phase], row.ms, row.median_ms,
                   row.max_ms, row.runs, row.load_ms, result->peak_kib, row.cost);
    }
}

static void print_json_head(const Wishes *wishes, const Instance *instance)
{
    const InstanceSpec *spec = &instance->spec;

    printf("{\"size\":\"%dx%d\",\"shape\":\"%s\",\"flow\":\"%s\",\"seed\":%" PRIu64,
           spec->rows, spec->columns, shape_names[spec->shape], flow_names[spec->load],
           spec->seed);
    if (spec->shape == SHAPE_COMPACT)
        printf(",\"hubs\":%d", spec->hubs);
    if (spec->shape == SHAPE_GENERAL && !wishes->file)
        printf(",\"family\":\"%s\"", family_names[spec->family]);
    printf(",\"costs\":\"%s\",\"nodes\":%d,\"edges\":%d,\"arcs_kib\":%" PRId64
           ",\"results\":[",
           costs_names[spec->rank1], instance->net.n_nodes, instance->net.n_arcs / 2,
           arcs_kib(instance));
}

static void print_json_rows(const RaceResult *result, bool *first)
{
    for (Phase phase = PHASE_COLD; phase < N_PHASES; phase++) {
        Row row = row_of(result, phase);

        if (row.runs == 0)
            continue;
        printf("%s\n{\"solver\":\"%s\",\"phase\":\"%s\",\"ms\":%.6f,\"cost\":%" PRId64
               ",\"median_ms\":%.6f,\"max_ms\":%.6f,\"runs\":%u,\"load_ms\":%.6f"
               ",\"peak_kib\":%" PRId64 "}",
               *first ? "" : ",", result->solver, phase_names[phase], row.ms, row.cost,
               row.median_ms, row.max_ms, row.runs, row.load_ms, result->peak_kib);
        *first = false;
    }
}

/* ── do they agree? ───────────────────────────────────────────────────────── */

static guint n_rounds(const RaceResult *result, Phase phase)
{
    guint n = 0;

    for (guint i = 0; i < result->rounds->len; i++)
        n += g_array_index(result->rounds, RaceRound, i).phase == phase;
    return n;
}

static const RaceRound *round_at(const RaceResult *result, Phase phase, guint i)
{
    guint skip = phase == PHASE_WARM ? n_rounds(result, PHASE_COLD) : 0;

    return &g_array_index(result->rounds, RaceRound, skip + i);
}

/* Round for round, as far as both got: the same round is the same problem. */
static bool agree(const RaceResult *a, const RaceResult *b)
{
    for (Phase phase = PHASE_COLD; phase < N_PHASES; phase++) {
        guint n = MIN(n_rounds(a, phase), n_rounds(b, phase));

        for (guint i = 0; i < n; i++) {
            int64_t ours = round_at(a, phase, i)->cost;
            int64_t theirs = round_at(b, phase, i)->cost;

            if (ours == theirs)
                continue;
            fprintf(stderr,
                    "%s round %u: %s finds a cost of %" PRId64 ", %s one of %" PRId64
                    "\n",
                    phase_names[phase], i, a->solver, ours, b->solver, theirs);
            return false;
        }
    }
    return true;
}

static bool all_agree(GArray *results)
{
    bool ok = true;

    for (guint i = 0; i < results->len; i++) {
        const RaceResult *one = &g_array_index(results, RaceResult, i);

        ok = ok && !one->failed;
        for (guint j = 0; j < i; j++)
            ok = agree(&g_array_index(results, RaceResult, j), one) && ok;
    }
    return ok;
}

/* ── running ──────────────────────────────────────────────────────────────── */

static bool wanted(const Wishes *wishes, const char *solver)
{
    return !wishes->only || g_strv_contains((const char *const *)wishes->only, solver);
}

static bool race_all(const Wishes *wishes, Instance *instance)
{
    g_autoptr(GArray) results = g_array_new(FALSE, FALSE, sizeof(RaceResult));
    bool first = true;

    g_array_set_clear_func(results, (GDestroyNotify)race_result_clear);
    if (wishes->json)
        print_json_head(wishes, instance);
    else
        print_head(instance);

    for (const char *const *name = race_solvers(); *name; name++) {
        RaceResult result;

        if (!wanted(wishes, *name))
            continue;
        race_run(*name, instance, &wishes->rules, &result);
        g_array_append_val(results, result);
        if (wishes->json)
            print_json_rows(&result, &first);
        else
            print_rows(&result);
    }
    if (wishes->json)
        printf("]}\n");
    return all_agree(results);
}

/* ── options ──────────────────────────────────────────────────────────────── */

/* Options as they were written. */
typedef struct {
    char *shape, *flow, *family, *costs, *size, *only; /* NULL where not given */
    gint64 seed;
    int hubs, rounds;
    double limit;
    gboolean supplies, json;
} Words;

/* The place of @word among @names, or -1. */
static int place_of(const char *word, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(word, names[i]) == 0)
            return i;
    }
    return -1;
}

/* The place of @word among @names, the first where it is NULL. */
static bool choose(const char *option, const char *word, const char *const *names,
                   int *out)
{
    *out = word ? place_of(word, names) : 0;
    if (*out >= 0)
        return true;
    fprintf(stderr, "bench_flow: --%s cannot be '%s'\n", option, word);
    return false;
}

static bool parse_size(const char *text, InstanceSpec *spec)
{
    char *end;
    gint64 rows = g_ascii_strtoll(text, &end, 10), columns = 0;

    if (*end == 'x')
        columns = g_ascii_strtoll(end + 1, &end, 10);
    if (*end || rows < 1 || columns < 1 || rows > INT32_MAX / 4 ||
        columns > INT32_MAX / 4) {
        fprintf(stderr, "bench_flow: --size cannot be '%s'\n", text);
        return false;
    }
    spec->rows = (int32_t)rows;
    spec->columns = (int32_t)columns;
    return true;
}

static bool known_solvers(char *const *names)
{
    int place;

    for (; names && *names; names++) {
        if (!choose("only", *names, race_solvers(), &place))
            return false;
    }
    return true;
}

static bool understand(const Words *words, Wishes *out)
{
    InstanceSpec *spec = &out->spec;
    int shape, flow, family, costs;

    if (!choose("shape", words->shape, shape_names, &shape) ||
        !choose("flow", words->flow, flow_names, &flow) ||
        !choose("family", words->family, family_names, &family) ||
        !choose("costs", words->costs, costs_names, &costs) ||
        !parse_size(words->size ? words->size : default_sizes[shape], spec))
        return false;
    if (words->hubs < 1 || words->hubs > HUB_LEVELS_MAX || words->rounds < 0 ||
        !(words->limit > 0)) {
        fprintf(stderr, "bench_flow: --hubs, --rounds or --limit is out of range\n");
        return false;
    }
    spec->shape = (Shape)shape;
    spec->load = flow == 1;
    spec->family = (Family)family;
    spec->rank1 = costs == 1;
    spec->seed = (uint64_t)words->seed;
    spec->hubs = words->hubs;
    out->rules = (RaceRules){ .limit_seconds = words->limit, .rounds = words->rounds };
    out->only = words->only ? g_strsplit(words->only, ",", -1) : NULL;
    out->json = words->json;
    out->supplies = words->supplies;
    return known_solvers(out->only);
}

static bool read_words(int *argc, char ***argv, Words *out)
{
    const GOptionEntry entries[] = {
        { "shape", 0, 0, G_OPTION_ARG_STRING, &out->shape, "full, compact or general",
          "SHAPE" },
        { "flow", 0, 0, G_OPTION_ARG_STRING, &out->flow, "unit or load", "FLOW" },
        { "size", 0, 0, G_OPTION_ARG_STRING, &out->size,
          "vCPUs x pCPUs; nodes x arcs where general", "NxM" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &out->seed, "which of the instances", "N" },
        { "hubs", 0, 0, G_OPTION_ARG_INT, &out->hubs,
          "levels of hubs, where compact: 1 host, 2 and cells, 3 and caches", "N" },
        { "family", 0, 0, G_OPTION_ARG_STRING, &out->family,
          "netgen, grid or goto, where general", "NAME" },
        { "costs", 0, 0, G_OPTION_ARG_STRING, &out->costs,
          "random, or rank1: load times load and nothing else", "KIND" },
        { "rounds", 0, 0, G_OPTION_ARG_INT, &out->rounds,
          "runs of each solver and phase", "N" },
        { "limit", 0, 0, G_OPTION_ARG_DOUBLE, &out->limit,
          "leave out what takes longer for one solve (5)", "SECONDS" },
        { "only", 0, 0, G_OPTION_ARG_STRING, &out->only, "these solvers", "NAME,..." },
        { "supplies", 0, 0, G_OPTION_ARG_NONE, &out->supplies,
          "tell LEMON of supplies at the vCPUs, not of a source", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &out->json, "one JSON object", NULL },
        { 0 },
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("[FILE.min] - time the flow solvers side by side");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse(context, argc, argv, &error) && *argc <= 2)
        return true;
    fprintf(stderr, "bench_flow: %s\n", error ? error->message : "one file at a time");
    return false;
}

static void words_clear(Words *words)
{
    g_free(words->shape);
    g_free(words->flow);
    g_free(words->family);
    g_free(words->costs);
    g_free(words->size);
    g_free(words->only);
}

static bool parse(int *argc, char ***argv, Wishes *out)
{
    Words words = { .seed = 1, .hubs = 1, .limit = LIMIT_SECONDS };
    bool ok = read_words(argc, argv, &words) && understand(&words, out);

    if (ok && *argc == 2)
        out->file = (*argv)[1];
    words_clear(&words);
    return ok;
}

/* 0 when all is well, like the next; otherwise what to exit with. */
static int make_instance(const Wishes *wishes, Instance *out)
{
    if (instance_make(&wishes->spec, out))
        return 0;
    fprintf(stderr, "bench_flow: no such instance: too large, or too few arcs\n");
    return EXIT_FAILURE;
}

static int read_instance(const Wishes *wishes, Instance *out)
{
    FILE *file = fopen(wishes->file, "r");
    DimacsResult result;

    if (!file) {
        fprintf(stderr, "%s: %s\n", wishes->file, g_strerror(errno));
        return EXIT_USAGE;
    }
    result = instance_read(file, out);
    fclose(file);
    if (result.status == DIMACS_OK)
        return 0;
    fprintf(stderr, "%s:%" PRId64 ": %s\n", wishes->file, result.line, result.what);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    Wishes wishes = { 0 };
    Instance instance;
    int trouble;
    bool ok;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    if (!parse(&argc, &argv, &wishes))
        return EXIT_USAGE;
    trouble = wishes.file ? read_instance(&wishes, &instance)
                          : make_instance(&wishes, &instance);
    if (trouble)
        return trouble;
    instance.supplies_at_nodes |= wishes.supplies;
    ok = race_all(&wishes, &instance);
    instance_clear(&instance);
    g_strfreev(wishes.only);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
