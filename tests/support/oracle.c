/*
 * oracle.c - tries everything.
 *
 * An edge without limit is tried up to the sum K of all limits: a flow is made of
 * paths and cycles, each unit of which either uses up a unit of some limit or can
 * be left out without loss.  (Flows from sink to source would need more, and are left
 * aside.)  If K + 1 gives more or cheaper flow all the same, then
 * there was a path or a cycle without any limit, and nothing is the best.
 */
#include "support/oracle.h"

#include <glib.h>

enum { WAYS_MAX = 6000 };

static int64_t limit_of(const Puzzle *puzzle, int e, int64_t unlimited)
{
    int64_t capacity = puzzle->edge[e].capacity;

    return capacity == FLOW_UNLIMITED ? unlimited : capacity;
}

static int64_t sum_of_limits(const Puzzle *puzzle)
{
    int64_t sum = 0;

    for (int e = 0; e < puzzle->n_edges; e++)
        sum += limit_of(puzzle, e, 0);
    return sum;
}

static bool small_enough(const Puzzle *puzzle)
{
    int64_t unlimited = sum_of_limits(puzzle) + 1, ways = 1, size = 0;

    for (int e = 0; e < puzzle->n_edges; e++) {
        ways *= limit_of(puzzle, e, unlimited) + 1;
        size += limit_of(puzzle, e, unlimited);
    }
    return ways <= WAYS_MAX && size <= PUZZLE_SIZE_MAX;
}

static int64_t draw_capacity(void)
{
    switch (g_test_rand_int_range(0, 10)) {
    case 0:
        return FLOW_UNLIMITED;
    case 1:
        return 0;
    default:
        return g_test_rand_int_range(1, 4);
    }
}

static Puzzle draw(void)
{
    Puzzle puzzle = { .n_nodes = g_test_rand_int_range(2, PUZZLE_NODES_MAX + 1),
                      .n_edges = PUZZLE_EDGES_MAX };
    bool forwards = g_test_rand_int_range(0, 2);
    int dearest = g_test_rand_int_range(0, 4) ? 10 : 1;
    int cheapest = g_test_rand_int_range(0, 3) ? -5 : 0;

    if (g_test_rand_int_range(0, 3) == 0)
        puzzle.n_edges = g_test_rand_int_range(0, PUZZLE_EDGES_MAX);
    for (int e = 0; e < puzzle.n_edges; e++) {
        NodeIx from = g_test_rand_int_range(0, puzzle.n_nodes);
        NodeIx to = g_test_rand_int_range(0, puzzle.n_nodes);

        puzzle.edge[e].from = forwards ? MIN(from, to) : from;
        puzzle.edge[e].to = forwards ? MAX(from, to) : to;
        puzzle.edge[e].capacity = draw_capacity();
        puzzle.edge[e].cost = g_test_rand_int_range(cheapest, dearest);
    }
    return puzzle;
}

Puzzle puzzle_random(void)
{
    Puzzle puzzle;

    do
        puzzle = draw();
    while (!small_enough(&puzzle));
    return puzzle;
}

void puzzle_lay_out(const Puzzle *puzzle, Network *out)
{
    g_assert_true(network_reset(out, puzzle->n_nodes, puzzle->n_edges));
    for (int e = 0; e < puzzle->n_edges; e++)
        network_add_edge(out, puzzle->edge[e].from, puzzle->edge[e].to,
                         puzzle->edge[e].capacity, puzzle->edge[e].cost);
}

void puzzle_start(const Answer *answer, Network *net)
{
    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        net->arcs[a].room -= answer->some[a / 2];
        net->arcs[a + 1].room += answer->some[a / 2];
    }
}

typedef struct {
    const Puzzle *puzzle;
    int64_t unlimited;
    int64_t filled[PUZZLE_EDGES_MAX];
    int64_t gain[PUZZLE_NODES_MAX];
    int n_lawful;
    Answer *out;
} Trial;

/* Of n lawful flows each is remembered with a chance of 1 in n. */
static void note_lawful(Trial *trial, int64_t cost)
{
    Answer *out = trial->out;
    int64_t size = -trial->gain[0];

    if (size < 0)
        return;
    for (NodeIx v = 1; v < trial->puzzle->n_nodes - 1; v++)
        if (trial->gain[v] != 0)
            return;
    out->cheapest[size] = MIN(out->cheapest[size], cost);
    if (size > out->flow || (size == out->flow && cost < out->cost)) {
        out->flow = size;
        out->cost = cost;
    }
    if (g_test_rand_int_range(0, ++trial->n_lawful) == 0)
        for (int e = 0; e < trial->puzzle->n_edges; e++)
            out->some[e] = trial->filled[e];
}

static void try_all(Trial *trial, int e, int64_t cost)
{
    const Puzzle *puzzle = trial->puzzle;

    if (e == puzzle->n_edges) {
        note_lawful(trial, cost);
        return;
    }
    for (int64_t f = 0; f <= limit_of(puzzle, e, trial->unlimited); f++) {
        trial->filled[e] = f;
        trial->gain[puzzle->edge[e].from] -= f;
        trial->gain[puzzle->edge[e].to] += f;
        try_all(trial, e + 1, cost + f * puzzle->edge[e].cost);
        trial->gain[puzzle->edge[e].from] += f;
        trial->gain[puzzle->edge[e].to] -= f;
    }
}

static Answer answer_up_to(const Puzzle *puzzle, int64_t unlimited)
{
    Answer out = { .cost = INT64_MAX };
    Trial trial = { .puzzle = puzzle, .unlimited = unlimited, .out = &out };

    for (int i = 0; i <= PUZZLE_SIZE_MAX; i++)
        out.cheapest[i] = INT64_MAX;
    try_all(&trial, 0, 0);
    return out;
}

Answer oracle_ask(const Puzzle *puzzle)
{
    int64_t limits = sum_of_limits(puzzle);
    Answer answer = answer_up_to(puzzle, limits);
    Answer beyond = answer_up_to(puzzle, limits + 1);

    answer.endless = beyond.flow > answer.flow;
    answer.bottomless = !answer.endless && beyond.cost < answer.cost;
    return answer;
}
