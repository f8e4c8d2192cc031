/*
 * layout_text.c - the network in words.
 *
 * As a DIMACS problem any solver reads it, and solving it gives the flow again; a comment
 * says of every node what it stands for.  For Graphviz, what flows is drawn bold, and a
 * spot's many parallel edges are drawn as the one step that the last unit took.
 */
#include "layout_inside.h"
#include "plan/explain.h"

static void name_piece(const Layout *layout, const Snapshot *snapshot, int i,
                       GString *out)
{
    const Piece *piece = &layout->board->pieces[i];

    g_string_append_printf(out, "%s/%d", snapshot->vms[piece->vm].name,
                           snapshot->vcpus[piece->vcpu].number);
}

static void name_core(const Layout *layout, const Places *places, int core,
                      GString *out)
{
    const char *between = "core of ";

    for (int s = 0; s < layout->board->n_spots; s++) {
        if (layout->board->spots[s].core != core)
            continue;
        g_string_append(out, between);
        places_name(places, layout->board->spots[s].place, out);
        between = " and ";
    }
}

/* After one of its places, since caches and cells are not numbered alike everywhere. */
static void name_hub(const Layout *layout, const Places *places, int h, GString *out)
{
    const Board *board = layout->board;
    int group = layout->hubs[h].group;
    const Group *spots = &layout->groups[group];
    const Kind *kind = group < board->n_caches + board->n_cells
                           ? NULL
                           : &board->kinds[group - board->n_caches - board->n_cells];

    if (kind && kind->all) {
        g_string_append(out, "any of the host");
        return;
    }
    g_string_append_printf(out, "any of %d %s ", spots->n_spots,
                           kind                      ? "allowed, as"
                           : group < board->n_caches ? "in the cache of"
                                                     : "in the cell of");
    places_name(places, board->spots[spots->spots[0]].place, out);
}

static void name_node(const Layout *layout, const Snapshot *snapshot,
                      const Places *places, NodeIx node, GString *out)
{
    if (node == SOURCE)
        g_string_append(out, "source");
    else if (node == layout->sink)
        g_string_append(out, "sink");
    else if (node >= layout->first_hub)
        name_hub(layout, places, node - layout->first_hub, out);
    else if (node >= layout->first_core)
        name_core(layout, places, node - layout->first_core, out);
    else if (node >= layout->first_spot)
        places_name(places, layout->board->spots[node - layout->first_spot].place, out);
    else
        name_piece(layout, snapshot, node - layout->first_piece, out);
}

static int64_t total_supply(const Layout *layout)
{
    int64_t supply = 0;

    for (int i = 0; i < layout->board->n_pieces; i++)
        supply += layout->board->pieces[i].load;
    return supply;
}

/* ── DIMACS ───────────────────────────────────────────────────────────────── */

static bool write_text(void *to, const char *bytes, size_t size)
{
    g_string_append_len(to, bytes, (gssize)size);
    return true;
}

void layout_dimacs(const Layout *layout, const Snapshot *snapshot, const Places *places,
                   GString *out)
{
    g_string_append(out,
                    "c The flow is load, in thousandths of a CPU; costs are in CPUs "
                    "of overload, 10^-9.\n");
    g_string_append_printf(
        out,
        "c No schedule costs less than the cheapest flow and %" G_GINT64_FORMAT
        ", or less than 0.\n",
        layout->constant);
    for (NodeIx node = 0; node < layout->net.n_nodes; node++) {
        g_string_append_printf(out, "c node %d: ", node + 1);
        name_node(layout, snapshot, places, node, out);
        g_string_append_c(out, '\n');
    }
    dimacs_write(&layout->net, SOURCE, layout->sink, total_supply(layout), write_text,
                 out);
}

/* ── Graphviz ─────────────────────────────────────────────────────────────── */

static void dot_nodes(const Layout *layout, const Snapshot *snapshot,
                      const Places *places, const char *shape, NodeIx first, NodeIx end,
                      GString *out)
{
    g_autoptr(GString) name = g_string_new(NULL);

    g_string_append_printf(out, "    { rank=same; node [shape=%s];\n", shape);
    for (NodeIx node = first; node < end; node++) {
        g_string_truncate(name, 0);
        name_node(layout, snapshot, places, node, name);
        g_string_append_printf(out, "        n%d [label=\"", node);
        for (const char *c = name->str; *c; c++) {
            if (*c == '"' || *c == '\\')
                g_string_append_c(out, '\\');
            g_string_append_c(out, *c);
        }
        g_string_append(out, "\"];\n");
    }
    g_string_append(out, "    }\n");
}

static void dot_edge(NodeIx from, NodeIx to, int64_t flow, int64_t capacity,
                     int64_t cost, GString *out)
{
    g_string_append_printf(out, "    n%d -> n%d [", from, to);
    if (flow == 0) {
        g_string_append(out, "color=gray80];\n");
        return;
    }
    g_string_append_printf(out, "penwidth=2, label=\"%" G_GINT64_FORMAT, flow);
    if (capacity != flow && capacity < FLOW_UNLIMITED)
        g_string_append_printf(out, " of %" G_GINT64_FORMAT, capacity);
    if (cost != 0) {
        g_string_append(out, "\\n");
        cost_format(cost * LOAD_FULL, out);
    }
    g_string_append(out, "\"];\n");
}

/* Parallel edges as one: all that flows, and what the last unit of it costs. */
static void dot_edges(const Layout *layout, GString *out)
{
    const Network *net = &layout->net;

    for (ArcIx a = 0; a < net->n_arcs;) {
        NodeIx from = network_from(net, a), to = net->arcs[a].to;
        int64_t flow = 0, capacity = 0, cost = net->arcs[a].cost;

        for (; a < net->n_arcs && network_from(net, a) == from && net->arcs[a].to == to;
             a += 2) {
            if (network_flow(net, a) > 0)
                cost = net->arcs[a].cost;
            flow += network_flow(net, a);
            capacity = MIN(capacity + network_capacity(net, a), FLOW_UNLIMITED);
        }
        dot_edge(from, to, flow, capacity, cost, out);
    }
}

void layout_dot(const Layout *layout, const Snapshot *snapshot, const Places *places,
                GString *out)
{
    g_string_append(
        out,
        "digraph network {\n"
        "    rankdir=LR; ranksep=1.2; nodesep=0.1;\n"
        "    node [fontname=\"sans\", fontsize=11, height=0.3];\n"
        "    edge [fontname=\"sans\", fontsize=8, arrowsize=0.5];\n"
        "    // Thousandths of a CPU, and what a CPU's worth of the last costs.\n");
    dot_nodes(layout, snapshot, places, "circle", SOURCE, SOURCE + 1, out);
    dot_nodes(layout, snapshot, places, "box", layout->first_piece, layout->first_spot,
              out);
    dot_nodes(layout, snapshot, places, "diamond", layout->first_hub, layout->sink,
              out);
    dot_nodes(layout, snapshot, places, "ellipse", layout->first_spot,
              layout->first_core, out);
    dot_nodes(layout, snapshot, places, "hexagon", layout->first_core,
              layout->first_hub, out);
    dot_nodes(layout, snapshot, places, "circle", layout->sink, layout->sink + 1, out);
    dot_edges(layout, out);
    g_string_append(out, "}\n");
}
