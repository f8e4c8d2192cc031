/*
 * fuzz_dimacs.c - any bytes at all, read as a DIMACS problem.
 *
 * What must hold: the reader comes to an end and names a line for each complaint;
 * the same bytes in odd pieces are the same problem; what is written reads back;
 * and where the problem is small, every solver that answers gives the same answer,
 * and gives it right.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "graph/flow.h"

#define NODES_MAX 64
#define EDGES_MAX 256
#define NUMBER_MAX 100000
#define BUDGET 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert, also there where NDEBUG is. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

/* ── reading and writing ──────────────────────────────────────────────────── */

typedef struct {
    const uint8_t *at;
    size_t left;
    size_t piece;
} Tape;

static ptrdiff_t read_tape(void *from, char *buffer, size_t size)
{
    Tape *tape = from;
    size_t n = size < tape->piece ? size : tape->piece;

    if (n > tape->left)
        n = tape->left;
    memcpy(buffer, tape->at, n);
    tape->at += n;
    tape->left -= n;
    return (ptrdiff_t)n;
}

static DimacsResult read_in_pieces(const uint8_t *data, size_t size, size_t piece,
                                   Problem *out)
{
    Tape tape = { .at = data, .left = size, .piece = piece };

    return dimacs_read(read_tape, &tape, out);
}

typedef struct {
    uint8_t *bytes;
    size_t size;
} Text;

static bool append(void *to, const char *bytes, size_t size)
{
    Text *text = to;

    text->bytes = realloc(text->bytes, text->size + size);
    must(text->bytes != NULL);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return true;
}

/* ── what must hold ───────────────────────────────────────────────────────── */

static bool is_same_edge(const Network *a, const Network *b, ArcIx arc)
{
    return a->arcs[arc].to == b->arcs[arc].to &&
           a->arcs[arc].cost == b->arcs[arc].cost &&
           a->arcs[arc].room == b->arcs[arc].room &&
           network_from(a, arc) == network_from(b, arc);
}

static void must_be_same(const Problem *a, const Problem *b)
{
    must(a->n_nodes == b->n_nodes && a->n_edges == b->n_edges);
    must(a->supply == b->supply && a->shipped == b->shipped);
    must(a->low_cost == b->low_cost && !a->low == !b->low);
    must(a->net.n_nodes == b->net.n_nodes && a->net.n_arcs == b->net.n_arcs);
    for (ArcIx arc = 0; arc < a->net.n_arcs; arc++)
        must(is_same_edge(&a->net, &b->net, arc));
    for (int32_t e = 0; a->low && e < a->n_edges; e++)
        must(a->low[e] == b->low[e]);
}

static void must_read_back(const Problem *problem)
{
    const Network *net = &problem->net;
    Text text = { 0 };
    Problem again;

    must(dimacs_write(net, problem->source, problem->sink, problem->supply, append,
                      &text));
    if (read_in_pieces(text.bytes, text.size, 100, &again).status == DIMACS_OK) {
        must(again.n_nodes == net->n_nodes && again.n_edges == net->n_arcs / 2);
        must(again.supply == problem->supply);
        for (ArcIx arc = 0; arc < net->n_arcs; arc++)
            must(is_same_edge(net, &again.net, arc));
        problem_clear(&again);
    } else {
        /* Two nodes more made its paths too long. */
        must(net->cost_max > FLOW_PATH_MAX / (net->n_nodes + 2));
    }
    free(text.bytes);
}

static McmfResult solve_by_spfa(Network *net, NodeIx source, NodeIx sink)
{
    return mcmf_spfa(net, source, sink, BUDGET);
}

/* Whether there was an answer; it is right. */
static bool answers(Problem *problem,
                    McmfResult (*solve)(Network *net, NodeIx source, NodeIx sink),
                    McmfResult *out)
{
    Network *net = &problem->net;
    int64_t cost;

    network_drop_flow(net);
    *out = solve(net, problem->source, problem->sink);
    if (out->status != MCMF_OPTIMAL)
        return out->status == MCMF_UNBOUNDED;
    must(flow_verify(net, problem->source, problem->sink) == FLOW_SOUND);
    must(!out->priced ||
         flow_certify(net, problem->source, problem->sink) == FLOW_SOUND);
    must(flow_cost(net, &cost) && cost == out->cost);
    must(flow_value(net, problem->source) == out->flow && out->flow <= problem->supply);
    return true;
}

static void must_agree(Problem *problem)
{
    McmfResult (*const solvers[])(Network *, NodeIx, NodeIx) = {
        mcmf_simplex,
        mcmf_condensed,
        solve_by_spfa,
    };
    McmfResult results[3];
    int n = 0;

    for (int i = 0; i < 3; i++)
        n += answers(problem, solvers[i], &results[n]);
    for (int i = 1; i < n; i++) {
        must(results[i].status == results[0].status);
        if (results[0].status == MCMF_OPTIMAL)
            must(results[i].cost == results[0].cost &&
                 results[i].flow == results[0].flow);
    }
}

static bool is_skipped(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '+';
}

/* Only the number behind "min" decides how high a node's may be, and a network has
 * arrays for its nodes.  A fuzzer has little memory. */
static bool wants_much(const uint8_t *data, size_t size)
{
    for (size_t i = 3; i < size; i++) {
        int64_t number = 0;

        if (memcmp(data + i - 3, "min", 3) != 0)
            continue;
        while (i < size && is_skipped(data[i]))
            i++;
        for (; i < size && data[i] >= '0' && data[i] <= '9'; i++)
            number = number < NUMBER_MAX ? 10 * number + data[i] - '0' : number;
        if (number >= NUMBER_MAX)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Problem problem, again;
    DimacsResult result, same;

    if (wants_much(data, size))
        return 0;
    result = read_in_pieces(data, size, SIZE_MAX, &problem);
    same = read_in_pieces(data, size, 1 + size % 7, &again);
    must(result.status == same.status && result.line == same.line);
    must(result.what == same.what && result.line >= 1);
    must((result.status == DIMACS_OK) == (result.what == NULL));
    if (result.status == DIMACS_OK) {
        must_be_same(&problem, &again);
        must_read_back(&problem);
        if (problem.net.n_nodes <= NODES_MAX && problem.n_edges <= EDGES_MAX)
            must_agree(&problem);
    }
    problem_clear(&problem);
    problem_clear(&again);
    return 0;
}
