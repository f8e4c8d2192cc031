/* test_dimacs.c - does dimacs.c keep the word of graph/flow.h? */
#include <string.h>

#include <glib.h>

#include "graph/flow.h"

/* ── texts in memory, handed out in pieces ────────────────────────────────── */

typedef struct {
    const char *at;
    size_t left;
    size_t piece; /* at most so much at a time */
    bool broken;  /* fails in the end, instead of ending */
} Tape;

static ptrdiff_t read_tape(void *from, char *buffer, size_t size)
{
    Tape *tape = from;
    size_t n = MIN(MIN(size, tape->piece), tape->left);

    if (n == 0 && tape->broken)
        return -1;
    memcpy(buffer, tape->at, n);
    tape->at += n;
    tape->left -= n;
    return (ptrdiff_t)n;
}

static DimacsResult read_bytes(const char *bytes, size_t n, size_t piece, Problem *out)
{
    Tape tape = { .at = bytes, .left = n, .piece = piece };

    return dimacs_read(read_tape, &tape, out);
}

static DimacsResult read_text(const char *text, Problem *out)
{
    return read_bytes(text, strlen(text), SIZE_MAX, out);
}

/* Reads what has to be right. */
static Problem a_problem(const char *text)
{
    Problem problem;
    DimacsResult result = read_text(text, &problem);

    g_assert_cmpstr(result.what, ==, NULL);
    g_assert_cmpint(result.status, ==, DIMACS_OK);
    return problem;
}

static bool append(void *to, const char *bytes, size_t size)
{
    g_string_append_len(to, bytes, (gssize)size);
    return true;
}

static char *text_of(const Network *net, NodeIx source, NodeIx sink, int64_t supply)
{
    GString *text = g_string_new(NULL);

    g_assert_true(dimacs_write(net, source, sink, supply, append, text));
    return g_string_free(text, FALSE);
}

static void assert_edge(const Network *net, int32_t e, NodeIx from, NodeIx to,
                        int64_t capacity, int64_t cost)
{
    g_assert_cmpint(network_from(net, 2 * e), ==, from);
    g_assert_cmpint(net->arcs[2 * e].to, ==, to);
    g_assert_cmpint(network_flow(net, 2 * e), ==, 0);
    g_assert_cmpint(network_capacity(net, 2 * e), ==, capacity);
    g_assert_cmpint(net->arcs[2 * e].cost, ==, cost);
    g_assert_cmpint(net->arcs[2 * e + 1].cost, ==, -cost);
}

static void assert_same_network(const Network *a, const Network *b)
{
    g_assert_cmpint(a->n_nodes, ==, b->n_nodes);
    g_assert_cmpint(a->n_arcs, ==, b->n_arcs);
    for (NodeIx v = 0; v < a->n_nodes; v++)
        g_assert_cmpint(a->first[v], ==, b->first[v]);
    for (ArcIx arc = 0; arc < a->n_arcs; arc++) {
        g_assert_cmpint(a->arcs[arc].to, ==, b->arcs[arc].to);
        g_assert_cmpint(a->arcs[arc].next, ==, b->arcs[arc].next);
        g_assert_cmpint(a->arcs[arc].cost, ==, b->arcs[arc].cost);
        g_assert_cmpint(a->arcs[arc].room, ==, b->arcs[arc].room);
    }
}

/* ── what a right text becomes ────────────────────────────────────────────── */

static void test_text_becomes_network(void)
{
    Problem problem = a_problem("p min 4 3\nn 1 7\nn 2 3\nn 4 -10\n"
                                "a 1 3 0 5 -2\na 3 4 0 -1 6\na 2 2 0 0 0\n");

    g_assert_cmpint(problem.n_nodes, ==, 4);
    g_assert_cmpint(problem.n_edges, ==, 3);
    g_assert_cmpint(problem.shipped, ==, 10);
    g_assert_cmpint(problem.supply, ==, 10);
    g_assert_cmpint(problem.low_cost, ==, 0);
    g_assert_null(problem.low);
    g_assert_cmpint(problem.net.n_nodes, ==, 6);
    g_assert_cmpint(problem.net.n_arcs, ==, 2 * (3 + 3));
    g_assert_cmpint(problem.net.cost_max, ==, 6);
    assert_edge(&problem.net, 0, 0, 2, 5, -2);
    assert_edge(&problem.net, 1, 2, 3, FLOW_UNLIMITED, 6);
    assert_edge(&problem.net, 2, 1, 1, 0, 0);
    assert_edge(&problem.net, 3, problem.source, 0, 7, 0);
    assert_edge(&problem.net, 4, problem.source, 1, 3, 0);
    assert_edge(&problem.net, 5, 3, problem.sink, 10, 0);
    problem_clear(&problem);
    g_assert_null(problem.net.arcs);
}

static void test_lower_bounds_are_shipped_beforehand(void)
{
    Problem problem =
        a_problem("p min 3 4\nn 1 5\nn 3 -5\n"
                  "a 1 2 0 9 1\na 2 3 2 8 3\na 1 3 4 4 5\na 3 1 1 -1 7\n");

    g_assert_cmpint(problem.shipped, ==, 5);
    g_assert_cmpint(problem.low_cost, ==, 2 * 3 + 4 * 5 + 1 * 7);
    g_assert_cmpint(problem.low[0], ==, 0);
    g_assert_cmpint(problem.low[1], ==, 2);
    g_assert_cmpint(problem.low[2], ==, 4);
    g_assert_cmpint(problem.low[3], ==, 1);
    assert_edge(&problem.net, 0, 0, 1, 9, 1);
    assert_edge(&problem.net, 1, 1, 2, 6, 3);
    assert_edge(&problem.net, 2, 0, 2, 0, 5);
    assert_edge(&problem.net, 3, 2, 0, FLOW_UNLIMITED, 7);

    /* Node 1 has 5 - 4 + 1 left to give, 2 has to find 2, and 3 has all it wants. */
    g_assert_cmpint(problem.supply, ==, 2);
    g_assert_cmpint(problem.net.n_arcs, ==, 2 * (4 + 2));
    assert_edge(&problem.net, 4, problem.source, 0, 2, 0);
    assert_edge(&problem.net, 5, 1, problem.sink, 2, 0);
    problem_clear(&problem);
}

/* Also where the first lower bound comes late, and the arrays have grown since. */
static void test_each_arc_keeps_its_lower_bound(void)
{
    const int n = 5000;
    GString *text = g_string_new(NULL);
    Problem problem;

    g_string_printf(text, "p min 2 %d\n", n);
    for (int e = 0; e < n; e++)
        g_string_append_printf(text, "a 1 2 %d 9000 0\n", e < 3000 ? 0 : e);
    for (int e = 0; e < n; e++)
        g_string_append_c(text, '\n');
    problem = a_problem(text->str);
    for (int e = 0; e < n; e++)
        g_assert_cmpint(problem.low[e], ==, e < 3000 ? 0 : e);
    problem_clear(&problem);
    g_string_free(text, TRUE);
}

static void test_layout_does_not_matter(void)
{
    const char *untidy = "c a comment\r\ncomment\n\n \t \n  p\tmin   3  3 \r\n"
                         "a 1 2 0 +5 -0\t\nc\n\ta 2 3 000 0007 1\r\nc p min 9 9\n"
                         "a 1 3 0 -9223372036854775808 2\nn 3 -4\nn 1 4";
    Problem tidy = a_problem("p min 3 3\nn 1 4\nn 3 -4\n"
                             "a 1 2 0 5 0\na 2 3 0 7 1\na 1 3 0 -1 2\n");
    Problem problem = a_problem(untidy);

    assert_same_network(&tidy.net, &problem.net);
    problem_clear(&problem);
    problem_clear(&tidy);
}

static void test_pieces_do_not_matter(void)
{
    const size_t pieces[] = { 1, 2, 3, 7, 13, 64, 1021, 65535 };
    GString *text = g_string_new("p min 50 4000\nn 1 5\nn 50 -5\n");
    Problem whole;

    for (int e = 0; e < 4000; e++)
        g_string_append_printf(text, "a %d %d %d %d %d\nc %d\n", 1 + e % 50,
                               1 + e * 7 % 50, e % 3, 3 + e * e % 1000, e % 99 - 40, e);
    whole = a_problem(text->str);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        Problem problem;
        DimacsResult result = read_bytes(text->str, text->len, pieces[i], &problem);

        g_assert_cmpint(result.status, ==, DIMACS_OK);
        g_assert_cmpint(problem.supply, ==, whole.supply);
        g_assert_cmpint(problem.low_cost, ==, whole.low_cost);
        for (int e = 0; e < 4000; e++)
            g_assert_cmpint(problem.low[e], ==, whole.low[e]);
        assert_same_network(&problem.net, &whole.net);
        problem_clear(&problem);
    }
    problem_clear(&whole);
    g_string_free(text, TRUE);
}

static void test_largest_numbers_fit(void)
{
    const int64_t most = FLOW_CAPACITY_MAX;
    Problem problem =
        a_problem("p min 2 3\nn 1 1152921504606846976\nn 2 -1152921504606846976\n"
                  "a 1 2 0 1152921504606846976 1125899906842624\n"
                  "a 1 2 1152921504606846976 1152921504606846976 -7\n"
                  "a 2 1 1152921504606846976 -1 -1\n");

    g_assert_cmpint(problem.shipped, ==, most);
    g_assert_cmpint(problem.low_cost, ==, -8 * most);
    assert_edge(&problem.net, 0, 0, 1, most, FLOW_COST_MAX);
    problem_clear(&problem);
}

static void test_unnamed_nodes_take_no_memory(void)
{
    Problem problem = a_problem("p min 2147483645 1\nn 2 0\na 1 3 0 1 1\n");

    g_assert_cmpint(problem.n_nodes, ==, 2147483645);
    g_assert_cmpint(problem.net.n_nodes, ==, 5);
    problem_clear(&problem);
}

/* ── what a wrong text is answered ────────────────────────────────────────── */

#define P "p min 3 2\n"
#define A "a 1 2 0 5 1\n"
#define TOO_BIG "a number does not fit in 64 bits"
#define NO_NUMBER "a whole number is wanted here"
#define NO_NODE "there is no node of that number"
#define NO_PROBLEM "the problem is not 'p min NODES ARCS'"
#define NO_LETTER "a line must begin with c, p, n or a"
#define TOO_SHORT "the line ends too early"
#define TOO_LONG "the line goes on after its last field"
#define TOO_FEW "the text ends with fewer arcs than the p line announced"
#define BAD_SUPPLY "a supply must be within 2^60 = 1152921504606846976"
#define BAD_COST "a cost must be within 2^50 = 1125899906842624"
#define BAD_LOW "a lower bound must be 0 to 2^60 = 1152921504606846976"
#define BAD_CAPACITY                                                                   \
    "a capacity must be at most 2^60 = 1152921504606846976, or negative for none"

static const struct {
    const char *text;
    int64_t line;
    const char *what;
} wrong[] = {
    /* no problem */
    { "", 1, "the text ends without a p line" },
    { "\n\n", 2, "the text ends without a p line" },
    { "c only\nc talk", 2, "the text ends without a p line" },
    { "c\n" A P, 2, "'p min NODES ARCS' must come first" },
    { "n 1 1\n" P, 1, "'p min NODES ARCS' must come first" },
    { "p\n", 1, NO_PROBLEM },
    { "p max 3 2\n", 1, NO_PROBLEM },
    { "p mini 3 2\n", 1, NO_PROBLEM },
    { "p mi\n", 1, NO_PROBLEM },
    { "p min", 1, TOO_SHORT },
    { "p min 3\n", 1, TOO_SHORT },
    { "p min 3 2 1\n", 1, TOO_LONG },
    { "p min -1 2\n", 1, "nodes must be 0 to 2147483645" },
    { "p min 2147483646 2\n", 1, "nodes must be 0 to 2147483645" },
    { "p min 3 -2\n", 1, "arcs must be 0 to 1073741823" },
    { "p min 3 1073741824\n", 1, "arcs must be 0 to 1073741823" },
    { P P, 2, "a second p line" },
    { P A A "\np min 3 2\n", 5, "a second p line" },

    /* no line of ours */
    { "hello\n", 1, NO_LETTER },
    { P "x 1 2\n", 2, NO_LETTER },
    { P "a1 2 0 5 1\n", 2, NO_LETTER },
    { P "arc 1 2 0 5 1\n", 2, NO_LETTER },
    { P "A 1 2 0 5 1\n", 2, NO_LETTER },
    { P "\f\n", 2, NO_LETTER },
    { P "1 2 0 5 1\n", 2, NO_LETTER },
    { "\x7f"
      "ELF\x02\x01\x01",
      1, NO_LETTER },
    { "\xef\xbb\xbfp min 3 2\n", 1, NO_LETTER },

    /* no number */
    { P "a 1 two 0 5 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 5.5 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 5e3 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 0x5 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 - 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 +-5 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 5- 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 -\n", 2, NO_NUMBER },
    { P "a 1 2 0 5 1c\n", 2, NO_NUMBER },
    { P "a 1 2 0 \xc2\xb2 1\n", 2, NO_NUMBER },
    { P "a 1 2 0 9223372036854775808 1\n", 2, TOO_BIG },
    { P "a 1 2 0 18446744073709551621 1\n", 2, TOO_BIG },
    { P "a 1 2 0 -9223372036854775809 1\n", 2, TOO_BIG },
    { P "a 1 2 0 99999999999999999999999999999999999 1\n", 2, TOO_BIG },

    /* lines too short and too long */
    { P "a\n", 2, TOO_SHORT },
    { P "a 1 2 0 5\n", 2, TOO_SHORT },
    { P A "a 1 2 0", 3, TOO_SHORT },
    { P "n 1", 2, TOO_SHORT },
    { P "a 1 2 0 5 1 1\n", 2, TOO_LONG },
    { P "a 1 2 0 5 1 c no comment\n", 2, TOO_LONG },
    { P "n 1 0 0\n", 2, TOO_LONG },

    /* nodes */
    { P "a 0 2 0 5 1\n", 2, NO_NODE },
    { P "a 1 4 0 5 1\n", 2, NO_NODE },
    { P "a -1 2 0 5 1\n", 2, NO_NODE },
    { P "a 2147483648 2 0 5 1\n", 2, NO_NODE },
    { P "a 1 -9223372036854775808 0 5 1\n", 2, NO_NODE },
    { P "a 4294967297 2 0 5 1\n", 2, NO_NODE },
    { P "n 4 1\n", 2, NO_NODE },
    { "p min 0 0\nn 1 0\n", 2, NO_NODE },
    { P "n 2 1\nn 1 -1\nn 2 1\n", 4, "the supply of this node was given before" },
    { P "n 2 0\nn 2 0\n", 3, "the supply of this node was given before" },

    /* arcs */
    { P A A A, 4, "more arcs than the p line announced" },
    { "p min 1 0\na 1 1 0 0 0\n", 2, "more arcs than the p line announced" },
    { P A, 2, TOO_FEW },
    { P A "\nc", 4, TOO_FEW },
    { "p min 2000000000 1000000000\n", 1, TOO_FEW },
    { P "a 1 2 6 5 1\n", 2, "the lower bound is above the capacity" },
    { P "a 1 2 1 0 1\n", 2, "the lower bound is above the capacity" },
    { P "a 1 2 -1 5 1\n", 2, BAD_LOW },
    { P "a 1 2 1152921504606846977 -1 1\n", 2, BAD_LOW },
    { P "a 1 2 0 1152921504606846977 1\n", 2, BAD_CAPACITY },
    { P "a 1 2 0 5 1125899906842625\n", 2, BAD_COST },
    { P "a 1 2 0 5 -1125899906842625\n", 2, BAD_COST },

    /* supplies, and what lower bounds make of them */
    { P "n 1 5\n" A A, 4, "the text ends and its supplies do not add up to zero" },
    { P "n 1 -5\nn 3 4\n" A A "c\n", 6,
      "the text ends and its supplies do not add up to zero" },
    { P "n 1 1152921504606846977\n", 2, BAD_SUPPLY },
    { P "n 1 -1152921504606846977\n", 2, BAD_SUPPLY },
    { P "n 1 1152921504606846976\nn 2 1\n", 3,
      "the supplies come to more than 2^60 = 1152921504606846976" },
    { P "n 1 1\nn 2 -1\na 1 3 0 1 1\na 2 3 1152921504606846976 -1 0\n", 5,
      "supplies and lower bounds come to more than 2^60" },
    { P "a 1 2 1024 -1 1125899906842624\na 1 2 8192 -1 1125899906842624\n", 3,
      "what the lower bounds cost does not fit in 64 bits" },
    { "p min 3 9\n"
      "a 1 2 1152921504606846976 -1 0\na 1 2 1152921504606846976 -1 0\n"
      "a 1 2 1152921504606846976 -1 0\na 1 2 1152921504606846976 -1 0\n"
      "a 1 2 1152921504606846976 -1 0\na 1 2 1152921504606846976 -1 0\n"
      "a 1 2 1152921504606846976 -1 0\na 1 2 1152921504606846976 -1 0\n"
      "a 1 2 1152921504606846976 -1 0\n",
      9, "the lower bounds up to here do not fit in 64 bits" },

    /* the whole */
    { "p min 300 3\na 1 2 0 1 5\na 2 3 0 1 -1125899906842624\na 3 300 0 1 9\n", 3,
      "too dear: nodes times the greatest cost exceed 2^58" },
    { "p min 2147483645 1\na 1 2147483645 0 1 1\n", 2,
      "so few arcs and supplies for such high node numbers" },
    { "p min 2147483645 0\nn 8000000 0\n\n", 3,
      "so few arcs and supplies for such high node numbers" },
};

static void assert_wrong(const char *text, size_t piece, int64_t line, const char *what)
{
    Problem problem;
    DimacsResult result = read_bytes(text, strlen(text), piece, &problem);

    g_assert_cmpstr(result.what, ==, what);
    g_assert_cmpint(result.line, ==, line);
    g_assert_cmpint(result.status, ==, DIMACS_BAD_TEXT);
    g_assert_null(problem.net.arcs);
    g_assert_null(problem.low);
    g_assert_cmpint(problem.n_edges, ==, 0);
}

static void test_wrong_texts_are_told_where_and_why(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_wrong(wrong[i].text, SIZE_MAX, wrong[i].line, wrong[i].what);
        assert_wrong(wrong[i].text, 1, wrong[i].line, wrong[i].what);
    }
}

static void test_nul_is_a_character_like_others(void)
{
    const char in_comment[] = "c \0 \0\np min 1 0\n";
    const char in_number[] = "p min 1\0 0\n";
    Problem problem;

    g_assert_cmpint(read_bytes(in_comment, sizeof in_comment - 1, 3, &problem).status,
                    ==, DIMACS_OK);
    problem_clear(&problem);
    g_assert_cmpstr(read_bytes(in_number, sizeof in_number - 1, 8, &problem).what, ==,
                    NO_NUMBER);
}

/* Cutting it short anywhere is noticed, but for the last newline. */
static void test_truncated_texts_are_wrong(void)
{
    const char *text = "p min 2 2\nn 1 5\nn 2 -5\na 1 2 0 5 1\na 1 2 0 5 1\n";

    for (size_t n = 0; n < strlen(text) - 2; n++) {
        Problem problem;

        g_assert_cmpint(read_bytes(text, n, SIZE_MAX, &problem).status, ==,
                        DIMACS_BAD_TEXT);
    }
}

static void test_failure_to_read_is_told_apart(void)
{
    const char *text = "p min 2 1\na 1 2 0 5 1\n";

    for (size_t n = 0; n <= strlen(text); n++) {
        Tape tape = { .at = text, .left = n, .piece = 5, .broken = true };
        Problem problem;
        DimacsResult result = dimacs_read(read_tape, &tape, &problem);

        g_assert_cmpint(result.status, ==, DIMACS_IO);
        g_assert_null(problem.net.arcs);
    }
}

/* ── lines without end ────────────────────────────────────────────────────── */

typedef struct {
    Tape before;
    char filling;
    int64_t left;
    Tape after;
} LongTape;

static ptrdiff_t read_long_tape(void *from, char *buffer, size_t size)
{
    LongTape *tape = from;
    int64_t n = MIN((int64_t)size, tape->left);

    if (tape->before.left > 0)
        return read_tape(&tape->before, buffer, size);
    if (n == 0)
        return read_tape(&tape->after, buffer, size);
    memset(buffer, tape->filling, (size_t)n);
    tape->left -= n;
    return (ptrdiff_t)n;
}

static DimacsResult read_long(const char *before, char filling, const char *after,
                              Problem *out)
{
    LongTape tape = {
        .before = { .at = before, .left = strlen(before), .piece = SIZE_MAX },
        .filling = filling,
        .left = 20 * 1000 * 1000,
        .after = { .at = after, .left = strlen(after), .piece = SIZE_MAX },
    };

    return dimacs_read(read_long_tape, &tape, out);
}

static void test_lines_may_have_any_length(void)
{
    const struct {
        const char *before, *after;
        char filling;
    } texts[] = {
        { "c ", "\np min 2 1\na 1 2 0 5 1\n", 'x' },
        { "p min 2 1\na 1 ", "2 0 5 1\n", ' ' },
        { "p min 2 1\na 1 ", "2 0 5 1\n", '0' },
        { "p min 2 1\na 1 2 0 5 1\n", "", '\n' },
    };
    DimacsResult result;
    Problem problem;

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        result = read_long(texts[i].before, texts[i].filling, texts[i].after, &problem);
        g_assert_cmpstr(result.what, ==, NULL);
        assert_edge(&problem.net, 0, 0, 1, 5, 1);
        problem_clear(&problem);
    }
    result = read_long("p min 2 1\na 1 ", '2', " 0 5 1\n", &problem);
    g_assert_cmpstr(result.what, ==, TOO_BIG);
    g_assert_cmpint(result.line, ==, 2);
}

/* ── writing ──────────────────────────────────────────────────────────────── */

static void a_random_network(GRand *rand, Network *net)
{
    int32_t n_nodes = g_rand_int_range(rand, 2, 12);
    int32_t n_edges = g_rand_int_range(rand, 0, 40);

    g_assert_true(network_reset(net, n_nodes, n_edges));
    for (int32_t e = 0; e < n_edges; e++) {
        NodeIx from = g_rand_int_range(rand, 0, n_nodes);
        NodeIx to = g_rand_int_range(rand, 0, n_nodes);
        int64_t wide = (int64_t)g_rand_int(rand) << 28;

        switch (g_rand_int_range(rand, 0, 3)) {
        case 0:
            network_add_edge(net, from, to, FLOW_UNLIMITED, -(wide >> 10));
            break;
        case 1:
            network_add_edge(net, from, to, wide, wide >> 10);
            break;
        case 2:
            network_add_edge(net, from, to, g_rand_int_range(rand, 0, 9),
                             g_rand_int_range(rand, -9, 9));
            break;
        }
    }
}

/* Reads back as the same edges in the same order, and one supply at either end. */
static void assert_reads_back(const Network *net, NodeIx source, NodeIx sink,
                              int64_t supply)
{
    g_autofree char *text = text_of(net, source, sink, supply);
    Problem problem = a_problem(text);

    g_assert_cmpint(problem.n_nodes, ==, net->n_nodes);
    g_assert_cmpint(problem.n_edges, ==, net->n_arcs / 2);
    g_assert_cmpint(problem.supply, ==, supply);
    for (int32_t e = 0; e < problem.n_edges; e++)
        assert_edge(&problem.net, e, network_from(net, 2 * e), net->arcs[2 * e].to,
                    network_capacity(net, 2 * e), net->arcs[2 * e].cost);
    g_assert_cmpint(problem.net.n_arcs, ==, net->n_arcs + (supply > 0 ? 4 : 0));
    if (supply > 0) {
        NodeIx first = MIN(source, sink);
        int32_t e = problem.n_edges;

        assert_edge(&problem.net, e + (first != source), problem.source, source, supply,
                    0);
        assert_edge(&problem.net, e + (first == source), sink, problem.sink, supply, 0);
    }
    problem_clear(&problem);
}

static void test_what_is_written_reads_back(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)g_test_rand_int());
    Network net = NETWORK_EMPTY;

    for (int i = 0; i < 2000; i++) {
        NodeIx source, sink;

        a_random_network(rand, &net);
        source = g_rand_int_range(rand, 0, net.n_nodes);
        sink = (source + g_rand_int_range(rand, 1, net.n_nodes)) % net.n_nodes;
        assert_reads_back(&net, source, sink, g_rand_int_range(rand, 0, 3));
    }
    network_clear(&net);
}

static void test_flow_is_not_written(void)
{
    g_autofree char *before = NULL, *after = NULL;
    Network net = NETWORK_EMPTY;

    g_assert_true(network_reset(&net, 2, 2));
    network_add_edge(&net, 0, 1, 3, 4);
    network_add_edge(&net, 0, 1, FLOW_UNLIMITED, -5);
    before = text_of(&net, 0, 1, 7);
    net.arcs[0].room -= 2;
    net.arcs[1].room += 2;
    net.arcs[2].room -= 5;
    net.arcs[3].room += 5;
    after = text_of(&net, 0, 1, 7);
    g_assert_cmpstr(before, ==,
                    "p min 2 2\nn 1 7\nn 2 -7\na 1 2 0 3 4\na 1 2 0 -1 -5\n");
    g_assert_cmpstr(before, ==, after);
    network_clear(&net);
}

static bool append_a_little(void *to, const char *bytes, size_t size)
{
    size_t *left = to;

    (void)bytes;
    if (size > *left)
        return false;
    *left -= size;
    return true;
}

static void test_failure_to_write_is_told(void)
{
    const int32_t many = 20000;
    Network net = NETWORK_EMPTY;
    size_t written = SIZE_MAX;
    size_t room;

    g_assert_true(network_reset(&net, 2, many));
    for (int32_t e = 0; e < many; e++)
        network_add_edge(&net, 0, 1, e, e);
    g_assert_true(dimacs_write(&net, 0, 1, 1, append_a_little, &written));
    written = SIZE_MAX - written;
    for (room = 0; room < written; room += written / 7) {
        size_t left = room;

        g_assert_false(dimacs_write(&net, 0, 1, 1, append_a_little, &left));
    }
    g_assert_true(dimacs_write(&net, 0, 1, 1, append_a_little, &written));
    g_assert_cmpuint(written, ==, 0);
    network_clear(&net);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dimacs/text-becomes-network", test_text_becomes_network);
    g_test_add_func("/dimacs/lower-bounds-are-shipped-beforehand",
                    test_lower_bounds_are_shipped_beforehand);
    g_test_add_func("/dimacs/each-arc-keeps-its-lower-bound",
                    test_each_arc_keeps_its_lower_bound);
    g_test_add_func("/dimacs/layout-does-not-matter", test_layout_does_not_matter);
    g_test_add_func("/dimacs/pieces-do-not-matter", test_pieces_do_not_matter);
    g_test_add_func("/dimacs/largest-numbers-fit", test_largest_numbers_fit);
    g_test_add_func("/dimacs/unnamed-nodes-take-no-memory",
                    test_unnamed_nodes_take_no_memory);
    g_test_add_func("/dimacs/wrong-texts-are-told-where-and-why",
                    test_wrong_texts_are_told_where_and_why);
    g_test_add_func("/dimacs/nul-is-a-character-like-others",
                    test_nul_is_a_character_like_others);
    g_test_add_func("/dimacs/truncated-texts-are-wrong",
                    test_truncated_texts_are_wrong);
    g_test_add_func("/dimacs/failure-to-read-is-told-apart",
                    test_failure_to_read_is_told_apart);
    g_test_add_func("/dimacs/lines-may-have-any-length",
                    test_lines_may_have_any_length);
    g_test_add_func("/dimacs/what-is-written-reads-back",
                    test_what_is_written_reads_back);
    g_test_add_func("/dimacs/flow-is-not-written", test_flow_is_not_written);
    g_test_add_func("/dimacs/failure-to-write-is-told", test_failure_to_write_is_told);
    return g_test_run();
}
