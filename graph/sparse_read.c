/*
 * sparse_read.c - builds what sparse.h describes from a network, and writes it back.
 *
 * Rows are read first, and classed by hashing their columns; then the edges between
 * columns, which must lead nowhere in a circle; then the links, whose number is only
 * known by then.
 */
#include "sparse.h"

#include <stdlib.h>

/* No more links than the network has arcs, but for a small one, */
#define LINKS_FREE (INT64_C(1) << 20)

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
    s->moved = block_carve(block, rows, sizeof *s->moved);
    s->moved_rows = block_carve(block, rows, sizeof *s->moved_rows);
    s->class_of = block_carve(block, rows, sizeof *s->class_of);
    s->members = block_carve(block, rows, sizeof *s->members);
    s->classes = block_carve(block, rows, sizeof *s->classes);
}

/* Counts the options of all rows; false where some row does not suit. */
static bool count_options(Sparse *s, const Network *net, const Shape *shape)
{
    int64_t total = 0;

    for (int32_t i = 0; i < s->n_rows; i++) {
        int32_t n_in = 0, n_out = 0;

        for (ArcIx a = net->first[shape->row_node[i]]; a != ARC_NONE;
             a = net->arcs[a].next) {
            n_in += a % 2;
            n_out += a % 2 == 0;
            if (n_in > 1 || n_out > SPARSE_OPTIONS_MAX ||
                (a % 2 == 0 && shape->part[net->arcs[a].to] < 0))
                return false;
        }
        total += n_out + (s->overflow != NOBODY);
    }
    s->n_options = (int32_t)total;
    return total <= INT32_MAX;
}

/* Options are sorted by column, so that rows with the same columns can be told. */
static void read_options(Sparse *s, const Network *net, const Shape *shape, int32_t i)
{
    Option *options = s->options + s->first_option[i];
    int32_t n = 0;

    for (ArcIx a = net->first[shape->row_node[i]]; a != ARC_NONE;
         a = net->arcs[a].next) {
        Option option = { .arc = a };
        int32_t at = n;

        if (a % 2)
            continue;
        option.column = shape->part[net->arcs[a].to];
        option.cost = net->arcs[a].cost + s->supply_cost[i];
        option.capacity = network_capacity(net, a);
        s->had_flow |= network_flow(net, a) != 0;
        for (; at > 0 &&
               (options[at - 1].column > option.column ||
                (options[at - 1].column == option.column && options[at - 1].arc > a));
             at--)
            options[at] = options[at - 1];
        options[at] = option;
        n++;
    }
    if (s->overflow != NOBODY)
        options[n++] = (Option){ .column = s->overflow,
                                 .arc = ARC_NONE,
                                 .capacity = FLOW_UNLIMITED };
    s->first_option[i + 1] = s->first_option[i] + n;
}

static int32_t n_options_of(const Sparse *s, int32_t row)
{
    return s->first_option[row + 1] - s->first_option[row];
}

static uint32_t hash_of(const Sparse *s, int32_t row)
{
    uint64_t hash = 14695981039346656037u;

    for (int32_t o = s->first_option[row]; o < s->first_option[row + 1]; o++)
        hash = (hash ^ (uint64_t)s->options[o].column) * 1099511628211u;
    return (uint32_t)(hash ^ hash >> 32);
}

static bool same_columns(const Sparse *s, int32_t a, int32_t b)
{
    int32_t n = n_options_of(s, a);

    if (n != n_options_of(s, b))
        return false;
    for (int32_t o = 0; o < n; o++)
        if (s->options[s->first_option[a] + o].column !=
            s->options[s->first_option[b] + o].column)
            return false;
    return true;
}

/* A class's first_member is, until all are counted, the first row found of it, and
 * its end_member their number.  The links' memory serves as the table. */
static bool find_classes(Sparse *s)
{
    size_t n_buckets = 16, need;
    int32_t start = 0;

    while (n_buckets < 2 * (size_t)s->n_rows)
        n_buckets *= 2;
    need = n_buckets * sizeof(int32_t);
    if (!block_renew(&s->graph, need))
        return false;
    s->buckets = block_carve(&s->graph, n_buckets, sizeof(int32_t));
    for (size_t b = 0; b < n_buckets; b++)
        s->buckets[b] = NOBODY;

    s->n_classes = 0;
    for (int32_t i = 0; i < s->n_rows; i++) {
        size_t b = hash_of(s, i) & (n_buckets - 1);

        while (s->buckets[b] != NOBODY &&
               !same_columns(s, s->classes[s->buckets[b]].first_member, i))
            b = (b + 1) & (n_buckets - 1);
        if (s->buckets[b] == NOBODY) {
            s->classes[s->n_classes] =
                (Class){ .first_member = i, .n_options = n_options_of(s, i) };
            s->buckets[b] = s->n_classes++;
        }
        s->class_of[i] = s->buckets[b];
        s->classes[s->buckets[b]].end_member++;
    }
    for (int32_t c = 0; c < s->n_classes; c++) {
        int32_t n = s->classes[c].end_member;

        s->classes[c].first_member = s->classes[c].end_member = start;
        start += n;
    }
    for (int32_t i = 0; i < s->n_rows; i++)
        s->members[s->classes[s->class_of[i]].end_member++] = i;
    return true;
}

/* ── columns ──────────────────────────────────────────────────────────────── */

/* Counts edges between columns and the links there will be. */
static bool count_links(Sparse *s, const Network *net, const Shape *shape)
{
    int64_t n_links = 0, n_class_links = 0;

    s->n_edges = s->overflow != NOBODY;
    for (int32_t j = 0; j < shape->n_columns; j++)
        for (ArcIx a = net->first[shape->column_node[j]]; a != ARC_NONE;
             a = net->arcs[a].next) {
            int32_t to = shape->part[net->arcs[a].to];

            if (to == PART_SOURCE && j == s->sink)
                continue; /* peeled */
            if (a % 2 == 0 && (to < 0 || j == s->sink))
                return false;
            s->n_edges += a % 2 == 0;
        }
    for (int32_t c = 0; c < s->n_classes; c++) {
        int64_t n = s->classes[c].n_options;

        s->classes[c].first_link = (int32_t)n_class_links;
        n_class_links += n * n;
    }
    n_links = n_class_links + 2 * (int64_t)s->n_edges;
    if (s->n_edges > SPARSE_EDGES_MAX || n_links > net->n_arcs + LINKS_FREE)
        return false;
    s->n_links = (int32_t)n_links;
    s->n_class_links = (int32_t)n_class_links;
    return true;
}

static void carve_columns(Sparse *s, Block *block)
{
    size_t columns = (size_t)s->n_columns, width = (size_t)s->width;

    s->edges = block_carve(block, (size_t)s->n_edges, sizeof *s->edges);
    s->bundles = block_carve(block, (size_t)s->n_edges, sizeof *s->bundles);
    s->first_bundle = block_carve(block, columns + 1, sizeof *s->first_bundle);
    s->order = block_carve(block, columns, sizeof *s->order);
    s->links = block_carve(block, (size_t)s->n_links, sizeof *s->links);
    s->first_link = block_carve(block, columns + 1, sizeof *s->first_link);
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
    s->path = block_carve(block, columns, sizeof *s->path);
}

/* While a column's edges are read they are kept sorted, each in a bundle of its own. */
static void insert_edge(Sparse *s, int32_t first, int32_t n, int32_t to, Edge edge)
{
    int32_t at = first + n;

    for (; at > first &&
           (s->bundles[at - 1].to > to ||
            (s->bundles[at - 1].to == to && edge_before(&edge, &s->edges[at - 1])));
         at--) {
        s->edges[at] = s->edges[at - 1];
        s->bundles[at].to = s->bundles[at - 1].to;
    }
    s->edges[at] = edge;
    s->bundles[at].to = to;
}

static void read_bundles(Sparse *s, const Network *net, const Shape *shape)
{
    int32_t n_edges = 0;

    s->n_bundles = 0;
    for (int32_t j = 0; j < s->n_columns; j++) {
        int32_t first = n_edges, n = 0;

        s->first_bundle[j] = s->n_bundles;
        if (j == s->overflow)
            insert_edge(s, first, n++, s->sink,
                        (Edge){ s->dear, SPARSE_LOAD_MAX, ARC_NONE });
        else if (j != s->sink)
            for (ArcIx a = net->first[shape->column_node[j]]; a != ARC_NONE;
                 a = net->arcs[a].next) {
                s->had_flow |= network_flow(net, a & ~1) != 0;
                if (a % 2 == 0)
                    insert_edge(s, first, n++, shape->part[net->arcs[a].to],
                                sparse_edge(net, a));
            }
        for (int32_t e = first; e < first + n; e++) {
            int32_t to = s->bundles[e].to;

            if (e == first || to != s->bundles[s->n_bundles - 1].to)
                s->bundles[s->n_bundles++] =
                    (Bundle){ .from = j, .to = to, .first_edge = e };
            s->bundles[s->n_bundles - 1].end_edge = e + 1;
        }
        n_edges += n;
    }
    s->first_bundle[s->n_columns] = s->n_bundles;
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

/* Makes a link, or while they are counted only its place. */
static int32_t make_link(Sparse *s, bool count, Link link)
{
    int32_t at = s->first_link[link.from + count]++;

    link.cost = OUT_OF_REACH;
    if (!count)
        s->links[at] = link;
    return at;
}

static void make_each_link(Sparse *s, bool count)
{
    for (int32_t b = 0; b < s->n_bundles; b++) {
        Bundle *bundle = &s->bundles[b];

        bundle->there = make_link(
            s, count, (Link){ .from = bundle->from, .to = bundle->to, .bundle = b });
        bundle->back = make_link(
            s, count, (Link){ .from = bundle->to, .to = bundle->from, .bundle = b });
    }
    for (int32_t c = 0; c < s->n_classes; c++) {
        const Class *class = &s->classes[c];
        int32_t *links = s->class_links + class->first_link;

        for (int32_t x = 0; x < class->n_options; x++)
            for (int32_t y = 0; y < class->n_options; y++) {
                Link link = { .from = class_column(s, class, x),
                              .to = class_column(s, class, y),
                              .bundle = NOBODY,
                              .row = NOBODY,
                              .from_option = (int16_t)x,
                              .to_option = (int16_t)y };

                *links++ = link.from == link.to ? NOBODY : make_link(s, count, link);
            }
    }
}

static void make_links(Sparse *s)
{
    for (int32_t j = 0; j <= s->n_columns; j++)
        s->first_link[j] = 0;
    make_each_link(s, true);
    for (int32_t j = 0; j < s->n_columns; j++)
        s->first_link[j + 1] += s->first_link[j];
    make_each_link(s, false);
    for (int32_t j = s->n_columns; j > 0; j--)
        s->first_link[j] = s->first_link[j - 1];
    s->first_link[0] = 0;
}

/* Gives columns with many links a vector of them. */
static void widen(Sparse *s)
{
    for (int32_t j = 0, n = 0; j < s->n_columns; j++) {
        int32_t n_links = s->first_link[j + 1] - s->first_link[j];

        s->wide[j] = n_links > LINKS_FEW && n < s->n_wide ? n++ : NOBODY;
        if (s->wide[j] == NOBODY)
            continue;
        for (int32_t k = 0; k < s->width; k++) {
            s->shift[s->wide[j] * (int64_t)s->width + k] = OUT_OF_REACH;
            s->ways[s->wide[j] * (int64_t)s->width + k] = NOBODY;
        }
        for (int32_t l = s->first_link[j]; l < s->first_link[j + 1]; l++) {
            int32_t *way = &s->ways[s->wide[j] * (int64_t)s->width + s->links[l].to];

            s->links[l].same_way = *way;
            *way = l;
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
    s->width = (s->n_columns + 7) / 8 * 8;
    s->had_flow = false;
    if (net->cost_max > 0 && net->n_nodes > SPARSE_PATH_MAX / net->cost_max)
        return ENGINE_UNFIT;
    s->dear = 4 * net->n_nodes * net->cost_max + 1;
    if (!count_options(s, net, shape))
        return ENGINE_UNFIT;
    carve_rows(s, &need);
    if (!block_renew(&s->rows, need.used))
        return ENGINE_NO_MEMORY;
    carve_rows(s, &s->rows);

    s->load = 0;
    s->n_moved = 0;
    s->first_option[0] = 0;
    for (int32_t i = 0; i < s->n_rows; i++) {
        s->supply[i] = network_capacity(net, shape->supply[i]);
        s->supply_cost[i] = net->arcs[shape->supply[i]].cost;
        s->load += s->supply[i];
        s->moved[i] = false;
        s->had_flow |= network_flow(net, shape->supply[i]) != 0;
        if (s->supply[i] > SPARSE_LOAD_MAX || s->load > SPARSE_LOAD_MAX)
            return ENGINE_UNFIT;
        read_options(s, net, shape, i);
    }
    if (!find_classes(s))
        return ENGINE_NO_MEMORY;
    if (!count_links(s, net, shape))
        return ENGINE_UNFIT;

    s->n_wide = s->n_links / LINKS_FEW + 1;
    s->n_wide =
        (int32_t)least(least(s->n_wide, s->n_columns), WIDE_CELLS_MAX / s->width);
    need = (Block){ 0 };
    carve_columns(s, &need);
    if (!block_renew(&s->graph, need.used))
        return ENGINE_NO_MEMORY;
    carve_columns(s, &s->graph);
    read_bundles(s, net, shape);
    if (!find_order(s))
        return ENGINE_UNFIT;
    make_links(s);
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

void sparse_write(Sparse *s, Network *net, const Shape *shape)
{
    if (s->had_flow)
        network_drop_flow(net);
    s->had_flow = false;
    for (int32_t m = 0; m < s->n_moved; m++) {
        int32_t i = s->moved_rows[m];
        int64_t served = s->supply[i];

        s->moved[i] = false;
        for (int32_t o = s->first_option[i]; o < s->first_option[i + 1]; o++)
            if (s->options[o].arc == ARC_NONE)
                served -= s->options[o].flow;
            else
                put_flow(net, s->options[o].arc, s->options[o].flow);
        put_flow(net, shape->supply[i], served);
    }
    s->n_moved = 0;
    for (int32_t b = 0; b < s->n_bundles; b++)
        if (s->bundles[b].flow != s->bundles[b].written)
            write_bundle(s, net, &s->bundles[b]);
}
