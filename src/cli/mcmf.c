/*
 * mcmf.c - the flow engine on its own: reads a DIMACS problem, prints its answer.
 *
 * Nothing is printed to standard output before the whole answer is known, and an
 * answer that could not be written in full is a failure.  What goes wrong is one
 * line on standard error: exit code 2 where the question could not be understood,
 * 1 where it was and could not be answered.
 *
 * Memory is the network's, taken through malloc, so that running out of it can be
 * said; GLib, which would abort, is asked for options and the time only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "graph/flow.h"

enum { EXIT_WELL = 0, EXIT_FAILED = 1, EXIT_MISUSED = 2 };

/* The first three are answers, the others excuses. */
typedef enum {
    VERDICT_OPTIMAL,
    VERDICT_INFEASIBLE,
    VERDICT_UNBOUNDED,
    VERDICT_TOO_WIDE,
    VERDICT_UNFIT,
    VERDICT_NO_MEMORY,
} Verdict;

static const char *const verdicts[] = {
    [VERDICT_OPTIMAL] = "optimal",
    [VERDICT_INFEASIBLE] = "infeasible",
    [VERDICT_UNBOUNDED] = "unbounded",
    [VERDICT_TOO_WIDE] = "the cost may not fit in 64 bits",
    [VERDICT_UNFIT] = "not a network of rows and columns, which 'condensed' is for",
    [VERDICT_NO_MEMORY] = "out of memory",
};

static const char *const faults[] = {
    [FLOW_SOUND] = "sound",
    [FLOW_BAD_PAIR] = "bad pair of arcs",
    [FLOW_NOT_CONSERVED] = "not conserved",
    [FLOW_NOT_MAXIMUM] = "not maximum",
    [FLOW_NOT_CHEAPEST] = "not cheapest",
    [FLOW_BAD_PRICE] = "bad price",
    [FLOW_NO_MEMORY] = "out of memory",
};

typedef struct {
    char *algorithm; /* a name from the table, "auto", or NULL for that */
    gboolean verify, json, help, version;
    char **files;
} Options;

static void options_clear(Options *options)
{
    g_free(options->algorithm);
    g_strfreev(options->files);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

typedef struct {
    const char *name;
    McmfResult (*solve)(Network *net, NodeIx source, NodeIx sink);
} Algorithm;

typedef struct {
    Verdict verdict;
    const Algorithm *algorithm;
    McmfResult result; /* of the flow that the network now carries */
    int64_t cost;      /* lower bounds included */
    int64_t read_us, solve_us;
} Answer;

/* ── algorithms ───────────────────────────────────────────────────────────── */

static McmfResult solve_by_spfa(Network *net, NodeIx source, NodeIx sink)
{
    return mcmf_spfa(net, source, sink, INT64_MAX);
}

static const Algorithm condensed = { "condensed", mcmf_condensed };
static const Algorithm spfa = { "spfa", solve_by_spfa };
static const Algorithm simplex = { "simplex", mcmf_simplex };
static const Algorithm *const algorithms[] = { &condensed, &spfa, &simplex };

/* False where @name is none of ours.  *@out is NULL for "auto". */
static bool find_algorithm(const char *name, const Algorithm **out)
{
    *out = NULL;
    if (!name || strcmp(name, "auto") == 0)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms) && !*out; i++)
        if (strcmp(name, algorithms[i]->name) == 0)
            *out = algorithms[i];
    return *out != NULL;
}

/* Whether a network suits the condensed solver it finds out itself, in one pass.
 * On very small networks SPFA is done before simplex has begun, but for some in
 * which wide cycles pay, and on those it may take for ever. */
static McmfResult solve_by_any(Problem *problem, const Algorithm **used)
{
    const int32_t few_edges = 16;
    const int64_t few_steps = 10000;
    Network *net = &problem->net;
    McmfResult result;

    *used = &condensed;
    result = condensed.solve(net, problem->source, problem->sink);
    if (result.status != MCMF_UNFIT)
        return result;
    *used = &spfa;
    if (problem->n_edges <= few_edges)
        result = mcmf_spfa(net, problem->source, problem->sink, few_steps);
    if (result.status != MCMF_UNFIT && result.status != MCMF_CUT_SHORT)
        return result;
    *used = &simplex;
    return simplex.solve(net, problem->source, problem->sink);
}

static McmfResult solve(Problem *problem, const Algorithm **algorithm)
{
    if (!*algorithm)
        return solve_by_any(problem, algorithm);
    return (*algorithm)->solve(&problem->net, problem->source, problem->sink);
}

/* A cycle that pays for ever helps nobody where the supplies have no way: asks for
 * a flow at no cost.  The network is spoilt for anything else. */
static McmfResult solve_for_nothing(Problem *problem)
{
    Network *net = &problem->net;
    const Algorithm *algorithm = NULL;

    network_drop_flow(net);
    for (ArcIx a = 0; a < net->n_arcs; a += 2)
        network_set_cost(net, a, 0);
    return solve(problem, &algorithm);
}

static Verdict judge_solved(const Problem *problem, Answer *answer)
{
    if (answer->result.flow < problem->supply)
        return VERDICT_INFEASIBLE;
    if (__builtin_add_overflow(answer->result.cost, problem->low_cost, &answer->cost))
        return VERDICT_TOO_WIDE;
    return VERDICT_OPTIMAL;
}

static Verdict judge_unsolved(Problem *problem, Answer *answer, Verdict otherwise)
{
    answer->result = solve_for_nothing(problem);
    if (answer->result.status == MCMF_NO_MEMORY)
        return VERDICT_NO_MEMORY;
    return answer->result.flow < problem->supply ? VERDICT_INFEASIBLE : otherwise;
}

static Verdict judge(Problem *problem, Answer *answer)
{
    switch (answer->result.status) {
    case MCMF_OPTIMAL:
        return judge_solved(problem, answer);
    case MCMF_UNBOUNDED:
        return judge_unsolved(problem, answer, VERDICT_UNBOUNDED);
    case MCMF_TOO_WIDE:
        return judge_unsolved(problem, answer, VERDICT_TOO_WIDE);
    case MCMF_UNFIT:
        return VERDICT_UNFIT;
    case MCMF_NO_MEMORY:
        return VERDICT_NO_MEMORY;
    case MCMF_CUT_SHORT: /* the budget was without end */
        break;
    }
    g_assert_not_reached();
}

/* Where the verdict rests on a maximum flow, is it one?  No solver is believed, but
 * prices that prove their flow the cheapest make short work of it. */
static FlowFault verify(const Problem *problem, const Answer *answer)
{
    const Network *net = &problem->net;
    int64_t cost;

    if (answer->verdict > VERDICT_INFEASIBLE)
        return FLOW_SOUND;
    if (flow_value(net, problem->source) != answer->result.flow)
        return FLOW_NOT_CONSERVED;
    if (!flow_cost(net, &cost) || cost != answer->result.cost)
        return FLOW_NOT_CHEAPEST;
    if (answer->result.priced)
        return flow_certify(net, problem->source, problem->sink);
    return flow_verify(net, problem->source, problem->sink);
}

/* ── reading ──────────────────────────────────────────────────────────────── */

static ptrdiff_t read_some(void *from, char *buffer, size_t size)
{
    ssize_t got;

    do
        got = read(*(int *)from, buffer, size);
    while (got < 0 && errno == EINTR);
    return got;
}

static int read_problem(int fd, const char *name, Problem *out)
{
    DimacsResult result = dimacs_read(read_some, &fd, out);

    switch (result.status) {
    case DIMACS_OK:
        return EXIT_WELL;
    case DIMACS_BAD_TEXT:
        fprintf(stderr, "%s:%" G_GINT64_FORMAT ": %s\n", name, result.line,
                result.what);
        return EXIT_MISUSED;
    case DIMACS_IO:
        fprintf(stderr, "%s: %s\n", name, strerror(errno));
        return EXIT_MISUSED;
    case DIMACS_NO_MEMORY:
        fprintf(stderr, "%s: out of memory at line %" G_GINT64_FORMAT "\n", name,
                result.line);
        return EXIT_FAILED;
    }
    g_assert_not_reached();
}

/* @file may be NULL, for standard input. */
static int open_and_read(const char *file, const char *name, Problem *out)
{
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    int code;

    if (fd < 0) {
        fprintf(stderr, "%s: %s\n", name, strerror(errno));
        return EXIT_MISUSED;
    }
    code = read_problem(fd, name, out);
    if (file)
        close(fd);
    return code;
}

/* ── writing ──────────────────────────────────────────────────────────────── */

/* Standard output may be full, or closed, or a pipe nobody reads. */
static int finish_writing(void)
{
    if (ferror(stdout) == 0 && fclose(stdout) == 0)
        return EXIT_WELL;
    fprintf(stderr, "standard output: %s\n", strerror(errno));
    return EXIT_FAILED;
}

static void print_flow(const Problem *problem, const Answer *answer)
{
    const Network *net = &problem->net;

    printf("s %" G_GINT64_FORMAT "\n", answer->cost);
    for (int32_t e = 0; e < problem->n_edges; e++) {
        int64_t low = problem->low ? problem->low[e] : 0;
        int64_t flow = network_flow(net, 2 * e) + low;

        if (flow != 0)
            printf("f %d %d %" G_GINT64_FORMAT "\n", network_from(net, 2 * e) + 1,
                   net->arcs[2 * e].to + 1, flow);
    }
}

static void print_ms(const char *key, int64_t us)
{
    printf(", \"%s\": %d.%03d", key, (int)(us / 1000), (int)(us % 1000));
}

static void print_json(const Problem *problem, const Answer *answer)
{
    printf("{\"status\": \"%s\"", verdicts[answer->verdict]);
    if (answer->verdict == VERDICT_OPTIMAL)
        printf(", \"cost\": %" G_GINT64_FORMAT ", \"flow\": %" G_GINT64_FORMAT,
               answer->cost, problem->shipped);
    else
        printf(", \"cost\": null, \"flow\": null");
    printf(", \"algorithm\": \"%s\", \"nodes\": %d, \"arcs\": %d",
           answer->algorithm->name, problem->n_nodes, problem->n_edges);
    print_ms("read_ms", answer->read_us);
    print_ms("solve_ms", answer->solve_us);
    printf("}\n");
}

static int print_answer(const Problem *problem, const Answer *answer,
                        const Options *options)
{
    if (options->json)
        print_json(problem, answer);
    else
        print_flow(problem, answer);
    return finish_writing();
}

/* That there is no flow is an answer too, but only JSON has a place for it. */
static int tell(const Problem *problem, const Answer *answer, const Options *options,
                const char *name)
{
    int code;

    if (answer->verdict == VERDICT_OPTIMAL)
        return print_answer(problem, answer, options);
    if (options->json && answer->verdict <= VERDICT_UNBOUNDED) {
        code = print_answer(problem, answer, options);
        if (code != EXIT_WELL)
            return code;
    }
    fprintf(stderr, "%s: %s\n", name, verdicts[answer->verdict]);
    return EXIT_FAILED;
}

/* ── the program ──────────────────────────────────────────────────────────── */

static int solve_and_print(Problem *problem, Answer *answer, const Options *options,
                           const char *name)
{
    int64_t begun = g_get_monotonic_time();
    FlowFault fault = FLOW_SOUND;

    answer->result = solve(problem, &answer->algorithm);
    answer->verdict = judge(problem, answer);
    answer->solve_us = g_get_monotonic_time() - begun;
    if (options->verify)
        fault = verify(problem, answer);
    if (fault == FLOW_SOUND)
        return tell(problem, answer, options, name);

    fprintf(stderr, "%s: the answer by '%s' cannot be verified: %s\n", name,
            answer->algorithm->name, faults[fault]);
    return EXIT_FAILED;
}

static int run(const Options *options, const Algorithm *algorithm)
{
    const char *file = options->files ? options->files[0] : "-";
    bool is_stdin = strcmp(file, "-") == 0;
    const char *name = is_stdin ? "<stdin>" : file;
    int64_t begun = g_get_monotonic_time();
    Answer answer = { .algorithm = algorithm };
    Problem problem = PROBLEM_EMPTY;
    int code = open_and_read(is_stdin ? NULL : file, name, &problem);

    answer.read_us = g_get_monotonic_time() - begun;
    if (code == EXIT_WELL)
        code = solve_and_print(&problem, &answer, options, name);
    problem_clear(&problem);
    return code;
}

static int print_help(GOptionContext *context)
{
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);

    fputs(help, stdout);
    return finish_writing();
}

static int print_version(void)
{
    puts("mcmf (Pinflow) " PINFLOW_VERSION);
    return finish_writing();
}

static int G_GNUC_PRINTF(1, 2) misuse(const char *format, ...)
{
    va_list what;

    fputs("mcmf: ", stderr);
    va_start(what, format);
    vfprintf(stderr, format, what);
    va_end(what);
    fputs("\n", stderr);
    return EXIT_MISUSED;
}

int main(int argc, char **argv)
{
    g_auto(Options) options = { 0 };
    const GOptionEntry entries[] = {
        { "algorithm", 'a', 0, G_OPTION_ARG_STRING, &options.algorithm,
          "auto, spfa, condensed or simplex (default: auto)", "NAME" },
        { "verify", 0, 0, G_OPTION_ARG_NONE, &options.verify,
          "Prove the answer right before printing it", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
          "Print one JSON object instead of the flow", NULL },
        { "help", 'h', 0, G_OPTION_ARG_NONE, &options.help, "Print this and stop",
          NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options.version,
          "Print the version and stop", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL,
          "[FILE]" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    const Algorithm *algorithm;

    g_option_context_set_summary(
        context, "Solves the minimum-cost flow problem in FILE, or on standard input.");
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return misuse("%s", error->message);
    if (options.help)
        return print_help(context);
    if (options.version)
        return print_version();
    if (!find_algorithm(options.algorithm, &algorithm))
        return misuse(
            "no algorithm is called '%s', only auto, spfa, condensed, simplex",
            options.algorithm);
    if (options.files && options.files[1])
        return misuse("one problem at a time, so what is '%s'?", options.files[1]);
    return run(&options, algorithm);
}
