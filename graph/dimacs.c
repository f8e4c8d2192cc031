/*
 * dimacs.c - minimum-cost flow problems as text, the way DIMACS writes them.
 *
 * The reader trusts nothing.  It takes the text through a callback and a buffer of
 * fixed size, one character after the other, so that a line may be of any length
 * and a piece may end anywhere.  It believes what the p line announces only as a
 * limit: arcs take memory as they come, a node takes memory once it is named, and
 * the network is joined up at the very end, when all of the text was found right.
 * Until then an edge lies in the network's arcs unjoined, as its two halves.
 *
 * A lower bound is flow that is certain.  It is taken off the edge's capacity and
 * handed to the nodes at its ends: the far one has that much more to give, the near
 * one that much less.  What a node has to give or to take once all the text was
 * read is its balance, and becomes an edge from the source or to the sink.
 *
 * Where something is wrong the first complaint is kept and everything after it
 * ignored, so that reading a line needs a single look at its end.
 */
#include "graph/flow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "torture.h"

#define PIECE (64 * 1024)
#define END (-1)
#define COLD __attribute__((cold, noinline))

/* ── text, character by character ─────────────────────────────────────────── */

typedef struct {
    DimacsRead read;
    void *from;
    DimacsResult result; /* the first complaint; line counts on until then */
    bool ended;
    const unsigned char *at, *end;
    unsigned char piece[PIECE + 1]; /* *end is '\0', which no number contains */
} Text;

static bool is_fine(const Text *text)
{
    return text->result.status == DIMACS_OK;
}

static COLD void complain(Text *text, DimacsStatus status, const char *what)
{
    if (!is_fine(text))
        return;
    text->result.status = status;
    text->result.what = what;
}

static COLD void refuse(Text *text, const char *what)
{
    complain(text, DIMACS_BAD_TEXT, what);
}

/* Fetches the next piece.  False at the end of the text. */
static COLD bool refill(Text *text)
{
    ptrdiff_t got;

    if (text->ended)
        return false;
    got = text->read(text->from, (char *)text->piece, TORTURED(PIECE, 61));
    assert(got <= PIECE);

    text->ended = got <= 0;
    if (got < 0)
        complain(text, DIMACS_IO, "cannot be read");
    if (text->ended)
        got = 0;
    text->at = text->piece;
    text->end = text->piece + got;
    text->piece[got] = '\0';
    return !text->ended;
}

/* The next character, which stays the next; or END. */
static inline int peek(Text *text)
{
    if (*text->at == '\0' && text->at == text->end && !refill(text))
        return END;
    return *text->at;
}

/* Leaves the character behind that peek returned. */
static inline int advance(Text *text)
{
    text->at++;
    return peek(text);
}

static inline bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static inline bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool ends_line(int c)
{
    return c == '\n' || c == END;
}

static inline int skip_blanks(Text *text)
{
    int c = peek(text);

    while (is_blank(c))
        c = advance(text);
    return c;
}

static void skip_line(Text *text)
{
    while (peek(text) != END) {
        const unsigned char *newline =
            memchr(text->at, '\n', (size_t)(text->end - text->at));

        text->at = newline ? newline + 1 : text->end;
        if (newline)
            return;
    }
}

/* A whole number of either sign that fits in 64 bits; anything where there is none. */
static int64_t read_number(Text *text)
{
    const uint64_t room_for_a_digit = (UINT64_MAX - 9) / 10;
    int c = skip_blanks(text);
    bool negative = c == '-';
    uint64_t size = 0;
    bool any = false;

    if (ends_line(c))
        refuse(text, "the line ends too early");
    if (c == '-' || c == '+')
        advance(text);
    do {
        const unsigned char *at = text->at;

        for (; is_digit(*at) && size <= room_for_a_digit; at++)
            size = 10 * size + (uint64_t)(*at - '0');
        any |= at != text->at;
        text->at = at;
    } while (text->at == text->end && refill(text));

    c = peek(text);
    if (size > (uint64_t)INT64_MAX + negative || is_digit(c))
        refuse(text, "a number does not fit in 64 bits");
    if (!any || !(is_blank(c) || ends_line(c)))
        refuse(text, "a whole number is wanted here");
    return (int64_t)(negative ? 0 - size : size);
}

/* Always between the two, so that what is wrong can be reckoned with as well. */
static int64_t read_between(Text *text, int64_t least, int64_t most,
                            const char *otherwise)
{
    int64_t number = read_number(text);

    if (number >= least && number <= most)
        return number;
    refuse(text, otherwise);
    return least;
}

static void read_word(Text *text, const char *word, const char *otherwise)
{
    int c = skip_blanks(text);

    for (; *word; word++) {
        if (c != *word)
            refuse(text, otherwise);
        if (ends_line(c))
            return;
        c = advance(text);
    }
    if (!is_blank(c) && !ends_line(c))
        refuse(text, otherwise);
}

static void read_line_end(Text *text)
{
    int c = skip_blanks(text);

    if (!ends_line(c))
        refuse(text, "the line goes on after its last field");
    if (c == '\n')
        text->at++;
}

/* ── a problem, line by line ──────────────────────────────────────────────── */

typedef struct {
    Text text;
    Problem *out;
    bool begun;         /* the p line was read */
    int32_t n_edges;    /* read so far */
    int32_t n_supplies; /* likewise */
    int32_t n_named;    /* nodes up to the last one named */
    int32_t n_balances; /* enough for all nodes whose balance is not 0 */
    int64_t *balance;   /* [n_balances] */
    bool *supplied;     /* [n_balances] had an n line */
    int64_t imbalance;  /* all supplies, either sign */
    int64_t dearest;    /* the greatest cost, either sign */
    int64_t dearest_at; /* its line */
} Reader;

/* Returns a longer copy of @array whose new part is 0, or NULL with @array kept. */
static void *lengthen(void *array, int32_t before, int32_t after, size_t size)
{
    void *longer = calloc((size_t)after, size);

    if (longer && array)
        memcpy(longer, array, (size_t)before * size);
    if (longer)
        free(array);
    return longer;
}

/* Makes @v one of the nodes that have a balance. */
static bool need_balance(Reader *reader, NodeIx v)
{
    int32_t n_nodes = reader->out->n_nodes;
    int32_t before = reader->n_balances;
    int32_t after = v >= n_nodes / 2 ? n_nodes : 2 * (v + 1);
    int64_t *balance;
    bool *supplied;

    if (v < before)
        return true;
    balance = lengthen(reader->balance, before, after, sizeof *balance);
    if (balance)
        reader->balance = balance;
    supplied = lengthen(reader->supplied, before, after, sizeof *supplied);
    if (supplied)
        reader->supplied = supplied;
    if (balance && supplied)
        reader->n_balances = after;
    else
        complain(&reader->text, DIMACS_NO_MEMORY, "out of memory");
    return balance && supplied;
}

static int32_t room_for_edges(const Reader *reader)
{
    return reader->out->net.max_arcs / 2;
}

static bool reserve_edges(Problem *out, int32_t n_edges)
{
    int64_t *low = out->low;

    if (low) {
        low = realloc(low, (size_t)n_edges * sizeof *low);
        if (!low)
            return false;
        out->low = low;
    }
    return network_reserve(&out->net, n_edges);
}

static bool need_edge(Reader *reader)
{
    Problem *out = reader->out;
    int32_t before = room_for_edges(reader);
    int32_t after = before == 0 ? TORTURED(1024, 1) : before;

    if (reader->n_edges < before)
        return true;
    after = after > out->n_edges / 2 ? out->n_edges : 2 * after;
    if (reserve_edges(out, after))
        return true;
    complain(&reader->text, DIMACS_NO_MEMORY, "out of memory");
    return false;
}

static void read_problem_line(Reader *reader)
{
    Text *text = &reader->text;
    int64_t n_nodes, n_edges;

    if (reader->begun)
        refuse(text, "a second p line");
    read_word(text, "min", "the problem is not 'p min NODES ARCS'");
    n_nodes = read_between(text, 0, INT32_MAX - 2, "nodes must be 0 to 2147483645");
    n_edges = read_between(text, 0, INT32_MAX / 2, "arcs must be 0 to 1073741823");
    read_line_end(text);
    if (!is_fine(text))
        return;

    reader->begun = true;
    reader->out->n_nodes = (int32_t)n_nodes;
    reader->out->n_edges = (int32_t)n_edges;
}

static void expect_problem_line(Reader *reader)
{
    if (!reader->begun)
        refuse(&reader->text, "'p min NODES ARCS' must come first");
}

static NodeIx read_node(Reader *reader)
{
    return (NodeIx)read_between(&reader->text, 1, reader->out->n_nodes,
                                "there is no node of that number") -
           1;
}

static void name_node(Reader *reader, NodeIx v)
{
    if (reader->n_named <= v)
        reader->n_named = v + 1;
}

static void read_supply_line(Reader *reader)
{
    Text *text = &reader->text;
    NodeIx v;
    int64_t supply;

    expect_problem_line(reader);
    v = read_node(reader);
    supply = read_between(text, -FLOW_CAPACITY_MAX, FLOW_CAPACITY_MAX,
                          "a supply must be within 2^60 = 1152921504606846976");
    read_line_end(text);
    if (!is_fine(text) || !need_balance(reader, v))
        return;

    if (reader->supplied[v])
        refuse(text, "the supply of this node was given before");
    reader->supplied[v] = true;
    reader->n_supplies++;
    if (__builtin_add_overflow(reader->balance[v], supply, &reader->balance[v]) ||
        __builtin_add_overflow(reader->imbalance, supply, &reader->imbalance))
        refuse(text, "the supplies up to here do not fit in 64 bits");
    if (supply > FLOW_CAPACITY_MAX - reader->out->shipped)
        refuse(text, "the supplies come to more than 2^60 = 1152921504606846976");
    else if (supply > 0)
        reader->out->shipped += supply;
    name_node(reader, v);
}

/* Lower bounds are kept from the first one on that is not 0. */
static bool need_low(Reader *reader)
{
    Problem *out = reader->out;
    int32_t room = room_for_edges(reader);

    assert(reader->n_edges < room);
    if (!out->low)
        out->low = calloc((size_t)room, sizeof *out->low);
    if (!out->low)
        complain(&reader->text, DIMACS_NO_MEMORY, "out of memory");
    return out->low != NULL;
}

/* Ships @low from @from to @to for certain. */
static void settle(Reader *reader, NodeIx from, NodeIx to, int64_t low, int64_t cost)
{
    int64_t *balance = reader->balance;
    int64_t *low_cost = &reader->out->low_cost;
    int64_t price;

    if (__builtin_sub_overflow(balance[from], low, &balance[from]) ||
        __builtin_add_overflow(balance[to], low, &balance[to]))
        refuse(&reader->text, "the lower bounds up to here do not fit in 64 bits");
    if (__builtin_mul_overflow(low, cost, &price) ||
        __builtin_add_overflow(*low_cost, price, low_cost))
        refuse(&reader->text, "what the lower bounds cost does not fit in 64 bits");
}

static void note_cost(Reader *reader, int64_t cost)
{
    int64_t size = cost < 0 ? -cost : cost;

    if (size <= reader->dearest)
        return;
    reader->dearest = size;
    reader->dearest_at = reader->text.result.line;
}

static void read_arc_line(Reader *reader)
{
    Text *text = &reader->text;
    Network *net = &reader->out->net;
    NodeIx from, to;
    int64_t low, capacity, cost;

    expect_problem_line(reader);
    if (reader->begun && reader->n_edges == reader->out->n_edges)
        refuse(text, "more arcs than the p line announced");
    from = read_node(reader);
    to = read_node(reader);
    low = read_between(text, 0, FLOW_CAPACITY_MAX,
                       "a lower bound must be 0 to 2^60 = 1152921504606846976");
    capacity = read_between(text, INT64_MIN, FLOW_CAPACITY_MAX,
                            "a capacity must be at most 2^60 = 1152921504606846976, "
                            "or negative for none");
    cost = read_between(text, -FLOW_COST_MAX, FLOW_COST_MAX,
                        "a cost must be within 2^50 = 1125899906842624");
    read_line_end(text);
    if (capacity < 0)
        capacity = FLOW_UNLIMITED;
    if (low > capacity)
        refuse(text, "the lower bound is above the capacity");
    if (!is_fine(text) || !need_edge(reader))
        return;

    if (low > 0 && need_balance(reader, from > to ? from : to) && need_low(reader))
        settle(reader, from, to, low, cost);
    if (reader->out->low)
        reader->out->low[reader->n_edges] = low;
    if (capacity != FLOW_UNLIMITED)
        capacity -= low;
    net->arcs[2 * reader->n_edges] = (Arc){ .to = to, .room = capacity, .cost = cost };
    net->arcs[2 * reader->n_edges + 1] = (Arc){ .to = from };
    reader->n_edges++;
    name_node(reader, from > to ? from : to);
    note_cost(reader, cost);
}

static void read_line(Reader *reader)
{
    Text *text = &reader->text;
    int letter = skip_blanks(text);
    int c;

    if (letter == 'c') {
        skip_line(text);
        return;
    }
    if (ends_line(letter)) {
        read_line_end(text);
        return;
    }
    c = advance(text);
    if (!is_blank(c) && !ends_line(c))
        letter = '?';

    switch (letter) {
    case 'a':
        read_arc_line(reader);
        return;
    case 'n':
        read_supply_line(reader);
        return;
    case 'p':
        read_problem_line(reader);
        return;
    default:
        refuse(text, "a line must begin with c, p, n or a");
        return;
    }
}

static void read_lines(Reader *reader)
{
    Text *text = &reader->text;

    while (is_fine(text) && peek(text) != END) {
        text->result.line++;
        read_line(reader);
    }
}

/* ── the whole ────────────────────────────────────────────────────────────── */

/* What is left to ship, and over how many edges. */
static int32_t count_supplies(Reader *reader)
{
    Problem *out = reader->out;
    int32_t n_edges = 0;

    for (NodeIx v = 0; v < reader->n_balances; v++) {
        int64_t balance = reader->balance[v];

        n_edges += balance != 0;
        if (balance <= 0)
            continue;
        if (balance > FLOW_CAPACITY_MAX - out->supply) {
            refuse(&reader->text, "supplies and lower bounds come to more than 2^60");
            return 0;
        }
        out->supply += balance;
    }
    return n_edges;
}

/* A network takes memory for each of its nodes, so a text of three lines must not
 * name node two thousand million. */
static bool is_sparse(const Reader *reader)
{
    const int32_t few = 1 << 22;
    const int32_t nodes_per_line = 16;

    return reader->n_named > few &&
           reader->n_named / nodes_per_line - reader->n_edges > reader->n_supplies;
}

static void judge_whole(Reader *reader)
{
    Text *text = &reader->text;

    if (text->result.line == 0)
        text->result.line = 1;
    if (!reader->begun)
        refuse(text, "the text ends without a p line");
    if (reader->n_edges < reader->out->n_edges)
        refuse(text, "the text ends with fewer arcs than the p line announced");
    if (reader->imbalance != 0)
        refuse(text, "the text ends and its supplies do not add up to zero");
    if (is_sparse(reader))
        refuse(text, "so few arcs and supplies for such high node numbers");
    if (is_fine(text) && reader->dearest > FLOW_PATH_MAX / (reader->n_named + 2)) {
        text->result.line = reader->dearest_at;
        refuse(text, "too dear: nodes times the greatest cost exceed 2^58");
    }
}

/* Joins the edges that lie about in the arcs, each where it lies. */
static void join_edges(Network *net, int32_t n_edges)
{
    for (int32_t e = 0; e < n_edges; e++) {
        Arc arc = net->arcs[2 * e];

        network_add_edge(net, net->arcs[2 * e + 1].to, arc.to, arc.room, arc.cost);
    }
}

static void join_supplies(const Reader *reader)
{
    Problem *out = reader->out;

    for (NodeIx v = 0; v < reader->n_balances; v++) {
        int64_t balance = reader->balance[v];

        if (balance > 0)
            network_add_edge(&out->net, out->source, v, balance, 0);
        if (balance < 0)
            network_add_edge(&out->net, v, out->sink, -balance, 0);
    }
}

/* network_reset keeps what is in the arcs. */
static void build(Reader *reader)
{
    Problem *out = reader->out;
    int32_t n_supplies = count_supplies(reader);

    if (n_supplies > INT32_MAX / 2 - out->n_edges)
        refuse(&reader->text, "arcs and supplies are more than 1073741823");
    if (!is_fine(&reader->text))
        return;
    if (!network_reset(&out->net, reader->n_named + 2, out->n_edges + n_supplies)) {
        complain(&reader->text, DIMACS_NO_MEMORY, "out of memory");
        return;
    }
    out->source = reader->n_named;
    out->sink = reader->n_named + 1;
    join_edges(&out->net, out->n_edges);
    join_supplies(reader);
}

DimacsResult dimacs_read(DimacsRead read, void *from, Problem *out)
{
    Reader reader = { .text = { .read = read, .from = from }, .out = out };

    reader.text.at = reader.text.end = reader.text.piece;
    *out = PROBLEM_EMPTY;
    read_lines(&reader);
    judge_whole(&reader);
    if (is_fine(&reader.text))
        build(&reader);
    free(reader.balance);
    free(reader.supplied);
    if (!is_fine(&reader.text))
        problem_clear(out);
    return reader.text.result;
}

void problem_clear(Problem *problem)
{
    network_clear(&problem->net);
    free(problem->low);
    *problem = PROBLEM_EMPTY;
}

/* ── writing ──────────────────────────────────────────────────────────────── */

typedef struct {
    DimacsWrite write;
    void *to;
    bool ok;
    size_t used;
    char bytes[PIECE];
} Sheet;

static void hand_over(Sheet *sheet)
{
    sheet->ok = sheet->ok && sheet->write(sheet->to, sheet->bytes, sheet->used);
    sheet->used = 0;
}

static void put_char(Sheet *sheet, char c)
{
    if (sheet->used == sizeof sheet->bytes)
        hand_over(sheet);
    sheet->bytes[sheet->used++] = c;
}

static void put_word(Sheet *sheet, const char *word)
{
    while (*word)
        put_char(sheet, *word++);
}

static void put_number(Sheet *sheet, int64_t number)
{
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char digits[20];
    int n = 0;

    put_word(sheet, number < 0 ? " -" : " ");
    do
        digits[n++] = (char)('0' + size % 10);
    while (size /= 10);
    while (n > 0)
        put_char(sheet, digits[--n]);
}

static void put_line(Sheet *sheet, const char *begin, const int64_t *numbers, int count)
{
    put_word(sheet, begin);
    for (int i = 0; i < count; i++)
        put_number(sheet, numbers[i]);
    put_char(sheet, '\n');
}

#define PUT_LINE(sheet, begin, ...)                                                    \
    put_line(sheet, begin, (const int64_t[]){ __VA_ARGS__ },                           \
             sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

bool dimacs_write(const Network *net, NodeIx source, NodeIx sink, int64_t supply,
                  DimacsWrite write, void *to)
{
    Sheet sheet = { .write = write, .to = to, .ok = true };

    assert(source != sink && supply >= 0);

    PUT_LINE(&sheet, "p min", net->n_nodes, net->n_arcs / 2);
    PUT_LINE(&sheet, "n", source + 1, supply);
    PUT_LINE(&sheet, "n", sink + 1, -supply);
    for (ArcIx a = 0; a < net->n_arcs && sheet.ok; a += 2) {
        int64_t capacity = network_capacity(net, a);

        PUT_LINE(&sheet, "a", network_from(net, a) + 1, net->arcs[a].to + 1, 0,
                 capacity == FLOW_UNLIMITED ? -1 : capacity, net->arcs[a].cost);
    }
    hand_over(&sheet);
    return sheet.ok;
}
