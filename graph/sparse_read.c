/*
 * sparse_read.c - builds what sparse.h describes from a network, and writes it back.
 *
 * Rows are read first, and classed by hashing their columns; then the edges between
 * columns, which must lead nowhere in a circle; then the links, whose number is only
 * known by then.
 */
#include "sparse.h"

#include <assert.h>

/* So many options that their columns fit into one number. */
#define OPTIONS_FEW 4

/* What spreads numbers over all bits of a hash: 2^64 by the golden ratio. */
#define GOLDEN 0x9e3779b97f4a7c15u

/* No vector has more columns. */
#define LANES_MAX 8

/* No more edges out of one column. */
#define COLUMN_EDGES_MAX CONDENSED_COLUMNS_MAX

/* No more links than the network has arcs, but for a small one, */
#define LINKS_FREE (INT64_C(1) << 20)

/* nor more looks at rows, to know all links, than so many times that, */
#define LOOKS_PER_ARC 8
#define LOOKS_FREE (INT64_C(1) << 20)

/* nor more cells than this in the vectors of wide columns. */
#define WIDE_CELLS_MAX (INT64_C(1) << 24)

/* ── rows ─────────────────────────────────────────────────────────────────── */

static void carve_rows(Sparse *s, Block *block)
{
    size_t rows = (size_t)s->n_rows;

    s->options = block_carve(block, (size_t)s->n_options, sizeof *s->options);
    s->first_option = block_carve(block, rows + 1, sizeof *s->first_option);
    s->supply = block_carve(block, rows, sizeof *s->supply);
    s->supply_cost = block_carve(block, rows, sizeof *s->supply_cost);
    s->state = block_carve(block, rows, sizeof *s->state);
    s->touched_rows = block_carve(block, rows, sizeof *s->touched_rows);
    s->class_of = block_carve(block, rows, sizeof *s->class_of);
    s->members = block_carve(block, rows, sizeof *s->members);
    s->classes = block_carve(block, rows, sizeof *s->classes);
    s->buckets = block_carve(block, s->bucket_mask + 1, sizeof *s->buckets);
    s->column_edges = block_carve(block, s->column_edges_max, sizeof *s->column_edges);
    s->leavers = block_carve(block, rows, sizeof *s->leavers);
    s->degree = block_carve(block, (size_t)s->n_columns, sizeof *s->degree);
}

/* Reads the options of row i.  The highest column comes first, which tells rows with
 * the same columns, and which is how most lists of arcs run anyway.  False where they
 * do not suit. */
static bool read_options(Sparse *s, const Network *net, const Shape *shape, int32_t i)
{
    Option *options = s->options + s->first_option[i];
    int32_t n = 0, n_in = 0;

    for (ArcIx a = net->first[shape->row_node[i]]; a != ARC_NONE;
         a = net->arcs[a].next) {
        const Arc *arc = &net->arcs[a];
        int32_t column = shape->part[arc->to], at = n;

        if (a % 2) {
            n_in++;
            continue;
        }
        if (column < 0 || n == SPARSE_OPTIONS_MAX)
            return false;
        for (;
             at > 0 && (options[at - 1].column > column ||
                        (options[at - 1].column == column && options[at - 1].arc > a));
             at--)
            options[at] = options[at - 1];
        options[at] = (Option){ .column = column,
                                .arc = a,
                                .cost = arc->cost + s->supply_cost[i],
                                .capacity = network_capacity(net, a) };
        s->had_flow |= network_flow(net, a) != 0;
        n++;
    }
    if (s->overflow != NOBODY)
        options[n++] = (Option){ .column = s->overflow,
                                 .arc = ARC_NONE,
                                 .capacity = FLOW_UNLIMITED };
    s->first_option[i + 1] = s->first_option[i] + n;
    return n_in == 1;
}

static int32_t n_options_of(const Sparse *s, int32_t row)
{
    return s->first_option[row + 1] - s->first_option[row];
}

/* Tells the row's columns from others': for certain where they are few, else nearly. */
static uint64_t key_of(const Sparse *s, int32_t row)
{
    const Option *options = s->options + s->first_option[row];
    int32_t n = n_options_of(s, row);
    uint64_t key = 0;

    static_assert(CONDENSED_COLUMNS_MAX < 1 << 15, "four columns must fit into a key");
    for (int32_t o = 0; o < n; o++)
        key = (n <= OPTIONS_FEW ? key << 16 : key * GOLDEN) +
              (uint64_t)options[o].column + 1;
    return key;
}

static bool same_columns(const Sparse *s, int32_t a, int32_t b)
{
    const Option *x = s->options + s->first_option[a],
                 *y = s->options + s->first_option[b];
    int32_t n = n_options_of(s, a);

    if (n != n_options_of(s, b))
        return false;
    while (n > 0 && x[n - 1].column == y[n - 1].column)
        n--;
    return n == 0;
}

/* Until all are counted a class's first_member is the first row found of it, and its
 * end_member their number. */
static void find_class(Sparse *s, int32_t row)
{
    uint64_t key = key_of(s, row);
    uint32_t b = (uint32_t)(key * GOLDEN >> 32) & s->bucket_mask;
    int32_t n = n_options_of(s, row), c;

    for (; (c = s->buckets[b]) != NOBODY; b = (b + 1) & s->bucket_mask)
        if (s->classes[c].key == key && s->classes[c].n_options == n &&
            (n <= OPTIONS_FEW || same_columns(s, s->classes[c].first_member, row)))
            break;
    if (c == NOBODY) {
        c = s->buckets[b] = s->n_classes++;
        s->classes[c] = (Class){ .first_member = row, .n_options = n, .key = key };
    }
    s->class_of[row] = c;
    s->classes[c].end_member++;
}

static void group_members(Sparse *s)
{
    int32_t start = 0;

    for (int32_t c = 0; c < s->n_classes; c++) {
        int32_t n = s->classes[c].end_member;

        s->classes[c].first_member = s->classes[c].end_member = start;
        start += n;
    }
    for (int32_t i = 0; i < s->n_rows; i++)
        s->members[s->classes[s->class_of[i]].end_member++] = i;
}

static bool read_rows(Sparse *s, const Network *net, const Shape *shape)
{
    s->load = 0;
    s->n_touched = 0;
    s->n_classes = 0;
    s->first_option[0] = 0;
    for (uint32_t b = 0; b <= s->bucket_mask; b++)
        s->buckets[b] = NOBODY;
    for (int32_t i = 0; i < s->n_rows; i++) {
        const Arc *supply = &net->arcs[shape->supply[i]];

        s->supply[i] = network_capacity(net, shape->supply[i]);
        s->supply_cost[i] = supply->cost;
        s->load += s->supply[i];
        s->state[i] = ROW_STAYS;
        s->had_flow |= network_flow(net, shape->supply[i]) != 0;
        if (s->supply[i] > SPARSE_LOAD_MAX || s->load > SPARSE_LOAD_MAX ||
            !read_options(s, net, shape, i))
            return false;
        find_class(s, i);
    }
    s->n_options = s->first_option[s->n_rows];
    group_members(s);
    return true;
}

/* ── columns ──────────────────────────────────────────────────────────────── */

/* Lists the edges between columns, and counts where parallel ones are neighbours as one.
 * All others must be those of the rows, so that no row has an edge in but its supply. */
static bool find_edges(Sparse *s, const Network *net, const Shape *shape)
{
    int64_t n_others =
        s->n_rows + s->n_options - (s->overflow == NOBODY ? 0 : s->n_rows);

    int32_t last_from = NOBODY, last_to = NOBODY;

    s->n_edges = s->n_bundles = 0;
    for (int32_t j = 0; j < s->n_columns; j++)
        s->degree[j] = 0;
    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        int32_t from = shape->part[net->arcs[a + 1].to],
                to = shape->part[net->arcs[a].to];

        if (from < 0)
            continue;
        if (from == s->sink && to == PART_SOURCE)
            continue; /* peeled */
        if (from == s->sink || to < 0 || s->n_edges == SPARSE_EDGES_MAX)
            return false;
        s->column_edges[s->n_edges++] = a;
        if (from == last_from && to == last_to)
            continue;
        last_from = from;
        last_to = to;
        s->degree[from]++;
        s->degree[to]++;
        s->n_bundles++;
    }
    return n_others + s->n_edges + s->n_peeled == net->n_arcs / 2;
}

/* How many links there will be at most, and how many columns with many.  False where they are too many, or where it takes too
 * long to look through the rows of the classes for each: many rows with many options,
 * a full network say, but with loads. */
static bool count_links(Sparse *s, const Network *net)
{
    int64_t n_class_links = 0, n_links, n_looks = 0;

    for (int32_t c = 0; c < s->n_classes; c++) {
        int64_t n = s->classes[c].n_options;
        int64_t n_members = s->classes[c].end_member - s->classes[c].first_member;
        int32_t row = s->members[s->classes[c].first_member];

        for (int64_t o = 0; o < n; o++)
            s->degree[s->options[s->first_option[row] + o].column] += (int32_t)n - 1;
        s->classes[c].first_link = (int32_t)n_class_links;
        n_class_links += n * n;
        n_looks += n * n * n_members;
        if (n_class_links > net->n_arcs + LINKS_FREE ||
            n_looks > LOOKS_PER_ARC * (int64_t)net->n_arcs + LOOKS_FREE)
            return false;
    }
    n_links = n_class_links + 2 * ((int64_t)s->n_bundles + 1);
    s->n_wide = 0;
    for (int32_t j = 0; j < s->n_columns; j++)
        s->n_wide += s->degree[j] + 1 > LINKS_FEW; /* with one to the overflow */
    s->n_links = (int32_t)n_links;
    s->n_class_links = (int32_t)n_class_links;
    return true;
}

static void carve_columns(Sparse *s, Block *block)
{
    size_t columns = (size_t)s->n_columns, width = (size_t)s->width;
    size_t links = (size_t)s->n_links;
    size_t edges = (size_t)s->n_edges + 1; /* one may lead to the overflow */

    s->edges = block_carve(block, edges, sizeof *s->edges);
    s->targets = block_carve(block, edges, sizeof *s->targets);
    s->bundles = block_carve(block, (size_t)s->n_bundles + 1, sizeof *s->bundles);
    s->first_bundle = block_carve(block, columns + 1, sizeof *s->first_bundle);
    s->order = block_carve(block, columns, sizeof *s->order);
    s->links = block_carve(block, links, sizeof *s->links);
    s->first_out = block_carve(block, columns + 1, sizeof *s->first_out);
    s->out_link = block_carve(block, links, sizeof *s->out_link);
    s->out_to = block_carve(block, links, sizeof *s->out_to);
    s->out_cost = block_carve(block, links, sizeof *s->out_cost);
    s->class_links =
        block_carve(block, (size_t)s->n_class_links, sizeof *s->class_links);
    s->wide = block_carve(block, columns, sizeof *s->wide);
    s->shift = block_carve(block, (size_t)s->n_wide * width, sizeof *s->shift);
    s->ways = block_carve(block, (size_t)s->n_wide * width, sizeof *s->ways);
    s->price = block_carve(block, width, sizeof *s->price);
    s->label = block_carve(block, width, sizeof *s->label);
    s->parent = block_carve(block, width, sizeof *s->parent);
    s->wants = block_carve(block, width, sizeof *s->wants);
    s->excess = block_carve(block, width, sizeof *s->excess);
    s->active = block_carve(block, width / 64 + 1, sizeof *s->active);
    s->places = block_carve(block, columns, sizeof *s->places);
    s->path = block_carve(block, 2 * columns, sizeof *s->path);
}

/* Sorts an edge in among those of its column, whose bundles' targets stand beside. */
static inline void insert_edge(Sparse *s, int32_t first, int32_t at, int32_t to,
                               Edge edge)
{
    for (; at > first &&
           (s->targets[at - 1] > to ||
            (s->targets[at - 1] == to && edge_before(&edge, &s->edges[at - 1])));
         at--) {
        s->edges[at] = s->edges[at - 1];
        s->targets[at] = s->targets[at - 1];
    }
    s->edges[at].cost = edge.cost;
    s->edges[at].capacity = edge.capacity;
    s->edges[at].arc = edge.arc;
    s->targets[at] = to;
}

/* Sorts edges by the column they leave, then where to, then by cost.  False if some
 * column has so many that it would take long. */
static bool read_edges(Sparse *s, const Network *net, const Shape *shape)
{
    int32_t *end = s->first_bundle; /* means something else later */
    int32_t start = 0;

    for (int32_t j = 0; j < s->n_columns; j++)
        end[j] = 0;
    for (int32_t e = 0; e < s->n_edges; e++)
        end[shape->part[network_from(net, s->column_edges[e])]]++;
    for (int32_t j = 0; j < s->n_columns; j++) {
        int32_t n = end[j];

        if (n > COLUMN_EDGES_MAX)
            return false;
        s->order[j] = end[j] = start;
        start += n;
    }
    for (int32_t e = 0; e < s->n_edges; e++) {
        ArcIx arc = s->column_edges[e];
        int32_t from = shape->part[network_from(net, arc)];

        insert_edge(s, s->order[from], end[from]++, shape->part[net->arcs[arc].to],
                    sparse_edge(net, arc));
        s->had_flow |= network_flow(net, arc) != 0;
    }
    if (s->overflow == NOBODY)
        return true;
    insert_edge(s, start, start, s->sink, (Edge){ s->dear, SPARSE_LOAD_MAX, ARC_NONE });
    s->n_edges++;
    end[s->overflow] = s->n_edges;
    return true;
}

/* False if more edges are parallel than is good. */
static bool find_bundles(Sparse *s)
{
    int32_t e = 0;

    s->n_bundles = 0;
    for (int32_t j = 0; j < s->n_columns; j++) {
        int32_t end = s->first_bundle[j];

        s->first_bundle[j] = s->n_bundles;
        while (e < end) {
            Bundle bundle = { .from = j, .to = s->targets[e], .first_edge = e };

            while (e < end && s->targets[e] == bundle.to)
                e++;
            bundle.end_edge = e;
            if (e - bundle.first_edge > PARALLEL_MAX)
                return false;
            s->bundles[s->n_bundles++] = bundle;
        }
    }
    s->first_bundle[s->n_columns] = s->n_bundles;
    return true;
}

static int32_t n_led_to(const Sparse *s, int32_t column)
{
    return s->first_bundle[column + 1] - s->first_bundle[column];
}

/* Columns that lead to few others come first, by Shell's way. */
static void sort_by_width(Sparse *s, int32_t n)
{
    for (int32_t gap = n / 2; gap > 0; gap = gap > 2 ? gap * 5 / 11 : gap / 2)
        for (int32_t i = gap; i < n; i++) {
            int32_t column = s->order[i], at = i;

            for (; at >= gap && n_led_to(s, s->order[at - gap]) > n_led_to(s, column);
                 at -= gap)
                s->order[at] = s->order[at - gap];
            s->order[at] = column;
        }
}

/* False if bundles lead in a circle. */
static bool find_order(Sparse *s)
{
    int64_t *n_in = s->label; /* means nothing yet */
    int32_t n_ordered = 0;

    for (int32_t j = 0; j < s->n_columns; j++)
        n_in[j] = 0;
    for (int32_t b = 0; b < s->n_bundles; b++)
        n_in[s->bundles[b].to]++;
    for (int32_t j = 0; j < s->n_columns; j++)
        if (n_in[j] == 0)
            s->order[n_ordered++] = j;
    sort_by_width(s, n_ordered);
    for (int32_t at = 0; at < n_ordered; at++)
        for (int32_t b = s->first_bundle[s->order[at]];
             b < s->first_bundle[s->order[at] + 1]; b++)
            if (--n_in[s->bundles[b].to] == 0)
                s->order[n_ordered++] = s->bundles[b].to;
    return n_ordered == s->n_columns;
}

static int32_t class_column(const Sparse *s, const Class *class, int32_t option)
{
    return s->options[s->first_option[s->members[class->first_member]] + option].column;
}

static inline int32_t make_link(Sparse *s, int32_t from, int32_t to, int32_t bundle)
{
    Link *link = &s->links[s->n_links];

    link->from = from;
    link->to = to;
    link->bundle = bundle;
    link->cost = OUT_OF_REACH;
    return s->n_links++;
}

static void make_class_links(Sparse *s, const Class *class)
{
    int32_t *at = s->class_links + class->first_link;

    for (int32_t x = 0; x < class->n_options; x++)
        for (int32_t y = 0; y < class->n_options; y++, at++) {
            int32_t from = class_column(s, class, x), to = class_column(s, class, y);

            *at = NOBODY;
            if (from == to)
                continue;
            *at = make_link(s, from, to, NOBODY);
            s->links[*at].row = NOBODY;
            s->links[*at].from_option = (int16_t)x;
            s->links[*at].to_option = (int16_t)y;
        }
}

static void make_links(Sparse *s)
{
    s->n_links = 0;
    for (int32_t c = 0; c < s->n_classes; c++)
        make_class_links(s, &s->classes[c]);
    for (int32_t b = 0; b < s->n_bundles; b++) {
        Bundle *bundle = &s->bundles[b];

        bundle->there = make_link(s, bundle->from, bundle->to, b);
        bundle->back = make_link(s, bundle->to, bundle->from, b);
    }
}

/* Lays the links that leave a column side by side. */
static void sort_links(Sparse *s)
{
    int32_t start = 0;

    for (int32_t j = 0; j <= s->n_columns; j++)
        s->first_out[j] = 0;
    for (int32_t l = 0; l < s->n_links; l++)
        s->first_out[s->links[l].from]++;
    for (int32_t j = 0; j <= s->n_columns; j++) {
        start += s->first_out[j];
        s->first_out[j] = start;
    }
    for (int32_t l = s->n_links - 1; l >= 0; l--) {
        int32_t out = --s->first_out[s->links[l].from];

        s->links[l].out = out;
        s->out_link[out] = l;
        s->out_to[out] = s->links[l].to;
        s->out_cost[out] = OUT_OF_REACH;
    }
}

/* Gives columns with many links a vector of them. */
static void widen(Sparse *s)
{
    int32_t n = 0;

    for (int32_t j = 0; j < s->n_columns; j++) {
        int64_t cells = n * (int64_t)s->width;
        bool many = s->first_out[j + 1] - s->first_out[j] > LINKS_FEW;

        s->wide[j] = many && n < s->n_wide ? n++ : NOBODY;
        if (s->wide[j] == NOBODY)
            continue;
        for (int32_t k = 0; k < s->width; k++) {
            s->shift[cells + k] = OUT_OF_REACH;
            s->ways[cells + k] = NOBODY;
        }
        for (int32_t out = s->first_out[j]; out < s->first_out[j + 1]; out++) {
            int32_t *way = &s->ways[cells + s->out_to[out]];

            s->links[s->out_link[out]].same_way = *way;
            *way = s->out_link[out];
        }
    }
}

/* ── the whole ────────────────────────────────────────────────────────────── */

EngineAnswer sparse_read(Sparse *s, const Network *net, const Shape *shape,
                         bool overflow)
{
    Block need = { 0 };

    s->n_rows = shape->n_rows;
    s->n_columns = shape->n_columns + overflow;
    s->sink = shape->n_columns - 1;
    s->overflow = overflow ? shape->n_columns : NOBODY;
    s->width = (s->n_columns + LANES_MAX - 1) / LANES_MAX * LANES_MAX;
    s->had_flow = false;
    if (net->cost_max > 0 && net->n_nodes > SPARSE_PATH_MAX / net->cost_max)
        return ENGINE_UNFIT;
    s->dear = sparse_dear(net);
    s->n_options = net->n_arcs / 2 + (overflow ? s->n_rows : 0);
    s->column_edges_max = (size_t)least(net->n_arcs / 2, SPARSE_EDGES_MAX);
    s->n_peeled = net->n_nodes - s->n_rows - shape->n_columns - 1;
    s->bucket_mask = 15;
    while (s->bucket_mask < 2 * (uint32_t)s->n_rows)
        s->bucket_mask = 2 * s->bucket_mask + 1;
    carve_rows(s, &need);
    if (!block_renew(&s->rows, need.used))
        return ENGINE_NO_MEMORY;
    carve_rows(s, &s->rows);
    if (!read_rows(s, net, shape) || !find_edges(s, net, shape) || !count_links(s, net))
        return ENGINE_UNFIT;

    s->n_wide = (int32_t)least(s->n_wide, WIDE_CELLS_MAX / s->width);
    need = (Block){ 0 };
    carve_columns(s, &need);
    if (!block_renew(&s->graph, need.used))
        return ENGINE_NO_MEMORY;
    carve_columns(s, &s->graph);
    if (!read_edges(s, net, shape) || !find_bundles(s) || !find_order(s))
        return ENGINE_UNFIT;
    make_links(s);
    sort_links(s);
    widen(s);
    return ENGINE_DONE;
}

static void write_bundle(Sparse *s, Network *net, Bundle *bundle)
{
    int64_t flow = bundle->flow;

    for (int32_t e = bundle->first_edge; e < bundle->end_edge; e++) {
        const Edge *edge = &s->edges[e];
        int64_t here = least(flow, edge->capacity);

        flow -= here;
        if (edge->arc != ARC_NONE)
            put_flow(net, edge->arc, here);
    }
    bundle->written = bundle->flow;
}

static void write_row(const Sparse *s, Network *net, const Shape *shape, int32_t i)
{
    int64_t served = s->supply[i];

    for (int32_t o = s->first_option[i]; o < s->first_option[i + 1]; o++)
        if (s->options[o].arc == ARC_NONE)
            served -= s->options[o].flow;
        else
            put_flow(net, s->options[o].arc, s->options[o].flow);
    put_flow(net, shape->supply[i], served);
}

void sparse_write(Sparse *s, Network *net, const Shape *shape)
{
    if (s->had_flow)
        network_drop_flow(net);
    s->had_flow = false;
    for (int32_t m = 0; m < s->n_touched; m++) {
        int32_t i = s->touched_rows[m];

        if (s->state[i] == ROW_MOVED)
            write_row(s, net, shape, i);
        s->state[i] = ROW_STAYS;
    }
    s->n_touched = 0;
    for (int32_t b = 0; b < s->n_bundles; b++)
        if (s->bundles[b].flow != s->bundles[b].written)
            write_bundle(s, net, &s->bundles[b]);
}
