/*
 * peers.cpp - LEMON's three solvers and GLPK's one, stated as their manuals would.
 *
 * LEMON takes supplies at any node.  On demand, where all that can leave the source
 * must leave it, the source's arcs become supplies of the nodes behind them, and the
 * sink's likewise: a problem that was born with supplies at nodes is told as such.
 *
 * LEMON is compiled for int wherever that may do, as that is what it is fastest with,
 * and for long long.  Nothing in it notices when an int was too narrow, so its prices
 * are asked afterwards, in wide arithmetic, whether they prove the flow.
 */
#include "peers.h"

#include <climits>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include <glpk.h>
#include <lemon/capacity_scaling.h>
#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

struct Peer {
    virtual ~Peer() = default;
    virtual PeerAnswer solve() = 0;
    virtual int64_t flow(int32_t edge) const = 0;
    virtual bool proven() const = 0;
};

namespace
{

int64_t capacity_out_of(const Network *net, NodeIx v)
{
    int64_t sum = 0;

    for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next) {
        if (a % 2 == 1 || network_capacity(net, a) > FLOW_CAPACITY_MAX)
            return -1;
        sum += network_capacity(net, a);
    }
    return sum;
}

int64_t capacity_into(const Network *net, NodeIx v)
{
    int64_t sum = 0;

    for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next) {
        if (a % 2 == 0 || network_capacity(net, arc_reverse(a)) > FLOW_CAPACITY_MAX)
            return -1;
        sum += network_capacity(net, arc_reverse(a));
    }
    return sum;
}

/* The network as peers are told it: which of its edges are full whatever happens,
 * and what every node supplies when those are taken out. */
struct Statement {
    const Network *net;
    NodeIx source, sink;
    bool full_source, full_sink;
    std::vector<int64_t> supply;

    Statement(const Network *n, NodeIx from, NodeIx to, int64_t value,
              bool supplies_at_nodes)
        : net(n), source(from), sink(to),
          full_source(supplies_at_nodes && capacity_out_of(n, from) == value),
          full_sink(supplies_at_nodes && capacity_into(n, to) == value),
          supply(static_cast<size_t>(n->n_nodes))
    {
        at(source) = value;
        at(sink) = -value;
        for (ArcIx a = 0; a < net->n_arcs; a += 2) {
            if (!forced(a))
                continue;
            at(network_from(net, a)) -= network_capacity(net, a);
            at(net->arcs[a].to) += network_capacity(net, a);
        }
    }

    int64_t &at(NodeIx v) { return supply[static_cast<size_t>(v)]; }

    bool forced(ArcIx a) const
    {
        return (full_source && network_from(net, a) == source) ||
               (full_sink && net->arcs[a].to == sink);
    }
};

/* Paths longer than this, of nothing but the dearest arcs, are not expected. */
constexpr int64_t LONG_PATH = 4096;

bool fits_int(const Network *net, int64_t supply)
{
    const int64_t limit = INT_MAX / 4;

    if (supply > limit || net->cost_max > limit / LONG_PATH)
        return false;
    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        int64_t capacity = network_capacity(net, a);

        if (capacity > limit && capacity < FLOW_UNLIMITED)
            return false;
    }
    return true;
}

template <typename Solver> class LemonPeer : public Peer
{
    using Graph = lemon::SmartDigraph;
    using Value = typename Solver::Value;
    using Cost = typename Solver::Cost;

    Graph graph;
    Graph::ArcMap<Value> capacities{ graph };
    Graph::ArcMap<Cost> costs{ graph };
    Graph::NodeMap<Value> supplies{ graph };
    std::unique_ptr<Solver> solver;
    std::vector<Value> flows; /* by edge; forced ones from the start */
    std::vector<bool> forced;

  public:
    explicit LemonPeer(const Statement &problem)
        : flows(static_cast<size_t>(problem.net->n_arcs / 2)),
          forced(static_cast<size_t>(problem.net->n_arcs / 2))
    {
        const Network *net = problem.net;

        graph.reserveNode(net->n_nodes);
        graph.reserveArc(net->n_arcs / 2);
        for (NodeIx v = 0; v < net->n_nodes; v++)
            graph.addNode();
        for (ArcIx a = 0; a < net->n_arcs; a += 2)
            add_edge(problem, a);
        for (NodeIx v = 0; v < net->n_nodes; v++)
            supplies[graph.nodeFromId(v)] =
                static_cast<Value>(problem.supply[static_cast<size_t>(v)]);

        solver = std::make_unique<Solver>(graph);
        for (int arc = 0; arc <= graph.maxArcId(); arc++) {
            if (capacities[graph.arcFromId(arc)] < 0)
                capacities[graph.arcFromId(arc)] = solver->INF;
        }
        solver->upperMap(capacities).costMap(costs).supplyMap(supplies);
    }

    PeerAnswer solve() override
    {
        int arc = 0;

        if (solver->run() != Solver::OPTIMAL)
            return PEER_FINDS_NOTHING;
        for (size_t edge = 0; edge < flows.size(); edge++) {
            if (!forced[edge])
                flows[edge] = solver->flow(graph.arcFromId(arc++));
        }
        return PEER_SOLVED;
    }

    int64_t flow(int32_t edge) const override
    {
        return flows[static_cast<size_t>(edge)];
    }

    /* No arc with room left may lead to where it is cheaper to be, and none that
     * carries flow come from there. */
    bool proven() const override
    {
        for (int id = 0; id <= graph.maxArcId(); id++) {
            Graph::Arc arc = graph.arcFromId(id);
            int64_t gain = int64_t{ costs[arc] } +
                           solver->potential(graph.source(arc)) -
                           solver->potential(graph.target(arc));

            if (gain < 0 && solver->flow(arc) < capacities[arc])
                return false;
            if (gain > 0 && solver->flow(arc) > 0)
                return false;
        }
        return true;
    }

  private:
    void add_edge(const Statement &problem, ArcIx a)
    {
        const Network *net = problem.net;
        size_t edge = static_cast<size_t>(a / 2);
        int64_t capacity = network_capacity(net, a);

        if (problem.forced(a)) {
            forced[edge] = true;
            flows[edge] = static_cast<Value>(capacity);
            return;
        }
        Graph::Arc arc = graph.addArc(graph.nodeFromId(network_from(net, a)),
                                      graph.nodeFromId(net->arcs[a].to));
        capacities[arc] = capacity < FLOW_UNLIMITED ? static_cast<Value>(capacity) : -1;
        costs[arc] = static_cast<Cost>(net->arcs[a].cost);
    }
};

/* GLPK keeps what belongs to a vertex or an arc behind it in memory. */
struct GlpkVertex {
    double supply;
};

struct GlpkArc {
    double low, capacity, cost, flow;
};

class GlpkPeer : public Peer
{
    glp_graph *graph = glp_create_graph(sizeof(GlpkVertex), sizeof(GlpkArc));
    std::vector<glp_arc *> arcs; /* by edge */

  public:
    GlpkPeer(const Network *net, NodeIx source, NodeIx sink, int64_t supply)
    {
        glp_term_out(GLP_OFF);
        glp_add_vertices(graph, net->n_nodes);
        for (NodeIx v = 0; v < net->n_nodes; v++)
            vertex(v)->supply = 0;
        vertex(source)->supply = static_cast<double>(supply);
        vertex(sink)->supply = -static_cast<double>(supply);

        arcs.reserve(static_cast<size_t>(net->n_arcs / 2));
        for (ArcIx a = 0; a < net->n_arcs; a += 2) {
            int64_t capacity = network_capacity(net, a);
            glp_arc *arc =
                glp_add_arc(graph, 1 + network_from(net, a), 1 + net->arcs[a].to);

            *static_cast<GlpkArc *>(arc->data) = {
                0, static_cast<double>(capacity < INT_MAX ? capacity : INT_MAX),
                static_cast<double>(net->arcs[a].cost), 0
            };
            arcs.push_back(arc);
        }
    }

    ~GlpkPeer() override { glp_delete_graph(graph); }

    GlpkPeer(const GlpkPeer &) = delete;
    GlpkPeer &operator=(const GlpkPeer &) = delete;

    PeerAnswer solve() override
    {
        double cost;

        switch (glp_mincost_okalg(graph, offsetof(GlpkVertex, supply),
                                  offsetof(GlpkArc, low), offsetof(GlpkArc, capacity),
                                  offsetof(GlpkArc, cost), &cost,
                                  offsetof(GlpkArc, flow), -1)) {
        case 0:
            return PEER_SOLVED;
        case GLP_EDATA:
        case GLP_ERANGE:
            return PEER_REFUSES;
        default:
            return PEER_FINDS_NOTHING;
        }
    }

    int64_t flow(int32_t edge) const override
    {
        const void *data = arcs[static_cast<size_t>(edge)]->data;

        return static_cast<int64_t>(static_cast<const GlpkArc *>(data)->flow);
    }

    /* okalg counts in ints as well, but tells when they are too narrow. */
    bool proven() const override { return true; }

  private:
    GlpkVertex *vertex(NodeIx v)
    {
        return static_cast<GlpkVertex *>(graph->v[1 + v]->data);
    }
};

template <typename Number> Peer *load_lemon(PeerKind kind, const Statement &problem)
{
    using Graph = lemon::SmartDigraph;

    switch (kind) {
    case PEER_LEMON_NETWORK_SIMPLEX:
        return new LemonPeer<lemon::NetworkSimplex<Graph, Number, Number>>(problem);
    case PEER_LEMON_COST_SCALING:
        return new LemonPeer<lemon::CostScaling<Graph, Number, Number>>(problem);
    case PEER_LEMON_CAPACITY_SCALING:
        return new LemonPeer<lemon::CapacityScaling<Graph, Number, Number>>(problem);
    case PEER_GLPK_OKALG:
        break;
    }
    return nullptr;
}

} // namespace

Peer *peer_load(PeerKind kind, const Network *net, NodeIx source, NodeIx sink,
                int64_t supply, bool supplies_at_nodes, bool wide)
{
    bool narrow = !wide && fits_int(net, supply);

    if (kind == PEER_GLPK_OKALG)
        return narrow ? new GlpkPeer(net, source, sink, supply) : nullptr;

    Statement problem(net, source, sink, supply, supplies_at_nodes);
    return narrow ? load_lemon<int>(kind, problem)
                  : load_lemon<long long>(kind, problem);
}

PeerAnswer peer_solve(Peer *peer)
{
    return peer->solve();
}

bool peer_proven(const Peer *peer)
{
    return peer->proven();
}

int64_t peer_cost(const Peer *peer, const Network *net)
{
    int64_t cost = 0;

    for (int32_t edge = 0; edge < net->n_arcs / 2; edge++)
        cost += peer->flow(edge) * net->arcs[2 * edge].cost;
    return cost;
}

void peer_free(Peer *peer)
{
    delete peer;
}
