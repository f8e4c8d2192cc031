/*
 * flow.h - flow networks, and the cheapest maximum flow through one.
 *
 * This header is all that graph/ offers.  The engine knows nothing of hosts,
 * virtual machines or libvirt: it is handed nodes and edges and answers with a
 * flow.  It opens no file, reads no clock, draws no random number, and keeps no
 * state outside what it is given, so one network has one answer.
 *
 * An edge is stored as two neighbouring arcs, itself and its reverse: edge e is
 * arcs 2e and 2e+1, and flipping the lowest bit leads from one to the other.
 * The room on a reverse arc *is* the flow on its edge.  A flow therefore needs
 * no storage of its own, and pushing along an arc is two additions.
 *
 * Three solvers give the same answer.  SPFA is the plain one, and the only one
 * that can be stopped early; the condensed one is for networks of many rows and
 * few columns (vCPUs and pCPUs, say) and can solve again after a small change;
 * network simplex is for everything else.
 */
#ifndef PINFLOW_FLOW_H
#define PINFLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In object files every name bears the library's, so that it links beside anything. */
#define network_reset pinflow_network_reset
#define network_reserve pinflow_network_reserve
#define network_clear pinflow_network_clear
#define network_add_edge pinflow_network_add_edge
#define network_set_cost pinflow_network_set_cost
#define network_set_capacity pinflow_network_set_capacity
#define network_drop_flow pinflow_network_drop_flow
#define mcmf_spfa pinflow_mcmf_spfa
#define mcmf_simplex pinflow_mcmf_simplex
#define mcmf_condensed pinflow_mcmf_condensed
#define condensed_new pinflow_condensed_new
#define condensed_free pinflow_condensed_free
#define condensed_solve pinflow_condensed_solve
#define condensed_resolve pinflow_condensed_resolve
#define condensed_prove pinflow_condensed_prove
#define flow_verify pinflow_flow_verify
#define flow_certify pinflow_flow_certify
#define flow_cost pinflow_flow_cost
#define flow_value pinflow_flow_value
#define dimacs_read pinflow_dimacs_read
#define dimacs_write pinflow_dimacs_write
#define problem_clear pinflow_problem_clear

typedef int32_t NodeIx;
typedef int32_t ArcIx;

#define ARC_NONE ((ArcIx)-1)

/* An edge that never fills.  Every other capacity is at most FLOW_CAPACITY_MAX. */
#define FLOW_UNLIMITED (INT64_C(1) << 61)
#define FLOW_CAPACITY_MAX (INT64_C(1) << 60)

/* No edge costs more than FLOW_COST_MAX, and no network's nodes times its dearest
 * edge come to more than FLOW_PATH_MAX, so that no path can overflow. */
#define FLOW_COST_MAX (INT64_C(1) << 50)
#define FLOW_PATH_MAX (INT64_C(1) << 58)

typedef struct {
    NodeIx to;
    ArcIx next;   /* the next arc out of the same node, or ARC_NONE */
    int64_t cost; /* of one unit; the reverse arc costs its negative */
    int64_t room; /* capacity not yet used */
} Arc;

typedef struct {
    int32_t n_nodes;
    int32_t n_arcs;
    ArcIx *first; /* [n_nodes] the first arc out of each node */
    Arc *arcs;    /* [n_arcs] */

    /* What a unit costs by the time it is at each node: the certificate of the
     * last solve, where McmfResult says "priced". */
    int64_t *price; /* [n_nodes] */

    /* The rest is the solvers' and means nothing between calls. */
    int64_t *dist;
    ArcIx *via;
    NodeIx *queue;
    bool *queued;
    int64_t cost_max; /* the dearest edge so far, either sign */
    int32_t max_nodes, max_arcs;
} Network;

#define NETWORK_EMPTY ((Network){ 0 })

typedef enum {
    MCMF_OPTIMAL,   /* a maximum flow, and none is cheaper */
    MCMF_CUT_SHORT, /* the budget ran out; see McmfResult.cheapest */
    MCMF_UNBOUNDED, /* an unlimited cycle costs less than nothing, or an unlimited
                     * path leads to the sink */
    MCMF_TOO_WIDE,  /* path or total cost may leave 64 bits; flow unspecified */
    MCMF_UNFIT,     /* not of the shape this solver is for; network untouched */
    MCMF_NO_MEMORY, /* flow unspecified */
} McmfStatus;

typedef struct {
    McmfStatus status;
    int64_t flow, cost; /* of the whole flow, also of what was there before */
    int64_t augmentations;
    int64_t relaxations; /* SPFA: labels improved; simplex: pivots */
    bool cheapest;       /* no flow of this size costs less */
    bool priced;         /* Network.price certifies it: flow_certify */
} McmfResult;

typedef enum {
    FLOW_SOUND,
    FLOW_BAD_PAIR,      /* an arc and its reverse disagree, or a room is negative */
    FLOW_NOT_CONSERVED, /* some node gains or loses */
    FLOW_NOT_MAXIMUM,   /* the sink can still be reached */
    FLOW_NOT_CHEAPEST,  /* rerouting around a cycle would save */
    FLOW_BAD_PRICE,     /* the prices do not prove what they should */
    FLOW_NO_MEMORY,     /* not judged */
} FlowFault;

/* ── networks ─────────────────────────────────────────────────────────────── */

/* Makes @net an edgeless network of @n_nodes with room for @n_edges.  Memory is
 * kept from call to call, so a network rebuilt every period soon stops growing.
 * False when out of memory. */
bool network_reset(Network *net, int32_t n_nodes, int32_t n_edges);

/* Makes room for @n_edges in all; nodes and edges stay.  False when out of memory. */
bool network_reserve(Network *net, int32_t n_edges);

void network_clear(Network *net);

/* Cannot fail: the room was reserved.  Returns the forward arc, always even. */
ArcIx network_add_edge(Network *net, NodeIx from, NodeIx to, int64_t capacity,
                       int64_t cost);

/* Change an edge by its forward arc.  The flow on it stays; where that is more than
 * the new capacity, condensed_resolve mends it and every other solver needs
 * network_drop_flow first. */
void network_set_cost(Network *net, ArcIx arc, int64_t cost);
void network_set_capacity(Network *net, ArcIx arc, int64_t capacity);

/* Takes all flow off the network. */
void network_drop_flow(Network *net);

static inline ArcIx arc_reverse(ArcIx arc)
{
    return arc ^ 1;
}

/* The node an arc leaves. */
static inline NodeIx network_from(const Network *net, ArcIx arc)
{
    return net->arcs[arc_reverse(arc)].to;
}

static inline int64_t network_flow(const Network *net, ArcIx arc)
{
    return net->arcs[arc_reverse(arc)].room;
}

static inline int64_t network_capacity(const Network *net, ArcIx arc)
{
    return net->arcs[arc].room + net->arcs[arc_reverse(arc)].room;
}

/* Might a path cost more than FLOW_PATH_MAX?  Solvers answer MCMF_TOO_WIDE then. */
static inline bool network_too_wide(const Network *net)
{
    return net->cost_max > FLOW_PATH_MAX / net->n_nodes;
}

/* ── solvers ──────────────────────────────────────────────────────────────── */

/* Sends as much as fits from @source to @sink, as cheaply as possible, starting
 * from whatever lawful flow the network carries.  Negative cycles are emptied
 * first; from then on every flow, also one cut short, is the cheapest of its
 * size.  The @budget is counted in relaxations, not seconds: a slow machine gives
 * the same answer as a fast one. */
McmfResult mcmf_spfa(Network *net, NodeIx source, NodeIx sink, int64_t budget);

/* The same by network simplex.  What flow there was is forgotten. */
McmfResult mcmf_simplex(Network *net, NodeIx source, NodeIx sink);

/* The same for networks of rows and columns.  A row is a node whose only arc in
 * comes from the source; the other nodes are columns, and lead to one another
 * without a cycle.  Few columns make it fast; more than CONDENSED_COLUMNS_MAX,
 * or another shape, are answered MCMF_UNFIT, and so is what would take it long: rows
 * of large supply and very many edges, thousands of parallel edges, a load of more
 * than 2^40 or paths that may cost more than 2^55.  What flow there was is forgotten. */
#define CONDENSED_COLUMNS_MAX 8192
McmfResult mcmf_condensed(Network *net, NodeIx source, NodeIx sink);

/* The same, remembered: after condensed_solve, and after costs or capacities of
 * some edges were changed with network_set_…, condensed_resolve mends the flow.
 * @changed names their forward arcs, in any order; naming one that did not change
 * is harmless.  The network must not have been changed in any other way, flow
 * included. */
typedef struct Condensed Condensed;

Condensed *condensed_new(void); /* NULL when out of memory */
void condensed_free(Condensed *condensed);
McmfResult condensed_solve(Condensed *condensed, Network *net, NodeIx source,
                           NodeIx sink);
McmfResult condensed_resolve(Condensed *condensed, Network *net, const ArcIx *changed,
                             int32_t n_changed);

/* Writes the prices that certify the last of these, if that was optimal; they would
 * take longer than a small change does. */
void condensed_prove(const Condensed *condensed, Network *net);

/* ── judges ───────────────────────────────────────────────────────────────── */

/* Judges the flow @net now carries from first principles, sharing nothing with
 * the solvers.  Tests ask after every solve; so does the daemon in debug builds. */
FlowFault flow_verify(const Network *net, NodeIx source, NodeIx sink);

/* The same in one pass, from the prices of a solver that left some. */
FlowFault flow_certify(const Network *net, NodeIx source, NodeIx sink);

/* What the flow costs.  False where that leaves 64 bits. */
bool flow_cost(const Network *net, int64_t *out);

/* What leaves @source less what enters it. */
int64_t flow_value(const Network *net, NodeIx source);

/* ── DIMACS ───────────────────────────────────────────────────────────────── */

/* A minimum-cost flow problem as DIMACS states it, made ready for a solver: node v
 * of the text is node v-1 of the network, and arc e of the text (from 0) is edge e
 * of the network, less its lower bound.  Supplies hang from two nodes and some
 * edges more, behind the others.  Nodes beyond the last one that an arc or a supply
 * names are counted in n_nodes and otherwise left out. */
typedef struct {
    Network net;
    NodeIx source, sink;
    int32_t n_nodes, n_edges; /* as in the text */
    int64_t *low;             /* [n_edges] lower bounds, or NULL where all are 0 */
    int64_t shipped;          /* all that the text's sources send out */
    int64_t supply;           /* solved where the flow's value is this; else infeasible.
                               * Where there are lower bounds it differs from shipped */
    int64_t low_cost;         /* what the lower bounds cost, on top of the flow */
} Problem;

#define PROBLEM_EMPTY ((Problem){ 0 })

typedef enum {
    DIMACS_OK,
    DIMACS_BAD_TEXT,
    DIMACS_NO_MEMORY,
    DIMACS_IO, /* the callback failed */
} DimacsStatus;

typedef struct {
    DimacsStatus status;
    int64_t line;     /* from 1 */
    const char *what; /* one line for people; static */
} DimacsResult;

/* Fills @buffer with at most @size bytes and returns how many: 0 at the end,
 * negative on failure. */
typedef ptrdiff_t (*DimacsRead)(void *from, char *buffer, size_t size);

/* Takes all @size bytes, or returns false. */
typedef bool (*DimacsWrite)(void *to, const char *bytes, size_t size);

/* Reads a problem, piece by piece.  @out is empty before, and after any failure. */
DimacsResult dimacs_read(DimacsRead read, void *from, Problem *out);

/* Writes the network, from @source to @sink with @supply units, as a problem that
 * dimacs_read reads.  Flow is not written.  False when @write says so. */
bool dimacs_write(const Network *net, NodeIx source, NodeIx sink, int64_t supply,
                  DimacsWrite write, void *to);

void problem_clear(Problem *problem);

#ifdef __cplusplus
}
#endif

#endif
