/*
 * verify.c - is this flow what the solver says it is?
 *
 * Two theorems make the question easy, and independent of how the flow was
 * found.  A flow is maximum exactly when its residual network has no path from
 * source to sink; it is then cheapest exactly when its residual network has no
 * cycle of negative cost.  Prices settle the second at a glance: where no arc with
 * room leads to a node dearer than itself and where it comes from together, the
 * costs around any cycle add up to nothing less than 0.
 *
 * Faults are looked for in the order pairs, conservation, cost, size.  A flow that
 * is merely FLOW_NOT_MAXIMUM is therefore the cheapest of its size.
 *
 * Nothing here may be shared with a solver, and nothing a solver noted down is
 * believed but the prices, and those only after looking.  Sums are 128 bits wide,
 * so that a network no solver would take can be judged like any other.
 */
#include "graph/flow.h"

#include <assert.h>
#include <stdlib.h>

/* ── pairs and conservation ───────────────────────────────────────────────── */

static bool pair_agrees(const Network *net, ArcIx forward)
{
    const Arc *there = &net->arcs[forward], *back = &net->arcs[forward + 1];

    return there->room >= 0 && back->room >= 0 && there->cost == -back->cost;
}

/* True where rerouting a unit from one end of the edge to the other, forwards or
 * backwards, saves nothing at the prices of the two. */
static bool price_holds(const Network *net, ArcIx forward)
{
    const Arc *there = &net->arcs[forward], *back = &net->arcs[forward + 1];
    __int128 slack =
        (__int128)net->price[back->to] - net->price[there->to] + there->cost;

    return (there->room == 0 || slack >= 0) && (back->room == 0 || slack <= 0);
}

static void carry(const Network *net, ArcIx forward, __int128 *gain)
{
    int64_t flow = network_flow(net, forward);

    gain[network_from(net, forward)] -= flow;
    gain[net->arcs[forward].to] += flow;
}

static bool balanced(const Network *net, const __int128 *gain, NodeIx source,
                     NodeIx sink)
{
    for (NodeIx v = 0; v < net->n_nodes; v++)
        if (gain[v] != 0 && v != source && v != sink)
            return false;
    return true;
}

static void *zeros(const Network *net, size_t size)
{
    assert(net->n_nodes > 0);
    return calloc((size_t)net->n_nodes, size);
}

static FlowFault judge_edges(const Network *net, NodeIx source, NodeIx sink)
{
    __int128 *gain = zeros(net, sizeof *gain);
    FlowFault fault = FLOW_SOUND;

    if (!gain)
        return FLOW_NO_MEMORY;
    for (ArcIx a = 0; a < net->n_arcs && fault == FLOW_SOUND; a += 2) {
        if (!pair_agrees(net, a))
            fault = FLOW_BAD_PAIR;
        carry(net, a, gain);
    }
    if (fault == FLOW_SOUND && !balanced(net, gain, source, sink))
        fault = FLOW_NOT_CONSERVED;
    free(gain);
    return fault;
}

static FlowFault judge_priced_edges(const Network *net, NodeIx source, NodeIx sink)
{
    __int128 *gain = zeros(net, sizeof *gain);
    FlowFault fault = FLOW_SOUND;
    bool prices_hold = true;

    if (!gain)
        return FLOW_NO_MEMORY;
    for (ArcIx a = 0; a < net->n_arcs && fault == FLOW_SOUND; a += 2) {
        if (!pair_agrees(net, a))
            fault = FLOW_BAD_PAIR;
        prices_hold = prices_hold && price_holds(net, a);
        carry(net, a, gain);
    }
    if (fault == FLOW_SOUND && !balanced(net, gain, source, sink))
        fault = FLOW_NOT_CONSERVED;
    if (fault == FLOW_SOUND && !prices_hold)
        fault = FLOW_BAD_PRICE;
    free(gain);
    return fault;
}

/* ── maximum ──────────────────────────────────────────────────────────────── */

static FlowFault judge_size(const Network *net, NodeIx source, NodeIx sink)
{
    bool *reached = zeros(net, sizeof *reached);
    NodeIx *found = zeros(net, sizeof *found);
    int32_t n_found = 0;
    FlowFault fault = FLOW_SOUND;

    if (!reached || !found) {
        free(reached);
        free(found);
        return FLOW_NO_MEMORY;
    }
    reached[source] = true;
    found[n_found++] = source;
    for (int32_t i = 0; i < n_found; i++)
        for (ArcIx a = net->first[found[i]]; a != ARC_NONE; a = net->arcs[a].next) {
            NodeIx to = net->arcs[a].to;

            if (net->arcs[a].room == 0 || reached[to])
                continue;
            reached[to] = true;
            found[n_found++] = to;
        }
    if (reached[sink])
        fault = FLOW_NOT_MAXIMUM;
    free(reached);
    free(found);
    return fault;
}

/* ── cheapest ─────────────────────────────────────────────────────────────── */

/* Bellman-Ford from all nodes at once, in rounds.  Only nodes lowered in one round
 * are looked at in the next. */
typedef struct {
    const Network *net;
    __int128 *label;
    ArcIx *via;         /* the arc that lowered a node last */
    NodeIx *now, *then; /* who is looked at in this round and in the next */
    int32_t n_now, n_then;
    bool *listed; /* for the next round */
    NodeIx *walk; /* whose walk came by, while looking for a ring */
    int64_t lowered;
} Descent;

/* Labels settle unless a negative cycle lowers them for ever, and then the arcs
 * that lowered them last close a ring before long. */
static bool has_ring(const Descent *d)
{
    for (NodeIx v = 0; v < d->net->n_nodes; v++)
        d->walk[v] = -1;
    for (NodeIx start = 0; start < d->net->n_nodes; start++) {
        NodeIx v = start;

        while (d->walk[v] < 0 && d->via[v] != ARC_NONE) {
            d->walk[v] = start;
            v = network_from(d->net, d->via[v]);
        }
        if (d->walk[v] == start)
            return true;
    }
    return false;
}

static void look_from(Descent *d, NodeIx v)
{
    const Network *net = d->net;

    for (ArcIx a = net->first[v]; a != ARC_NONE; a = net->arcs[a].next) {
        NodeIx to = net->arcs[a].to;
        __int128 label = d->label[v] + net->arcs[a].cost;

        if (net->arcs[a].room == 0 || label >= d->label[to])
            continue;
        d->label[to] = label;
        d->via[to] = a;
        d->lowered++;
        if (!d->listed[to]) {
            d->listed[to] = true;
            d->then[d->n_then++] = to;
        }
    }
}

/* Looks for a ring whenever as many labels were lowered as there are nodes, which
 * keeps the looking cheaper than the lowering. */
static bool settles(Descent *d)
{
    while (d->n_now > 0) {
        NodeIx *now = d->now;

        for (int32_t i = 0; i < d->n_now; i++)
            look_from(d, now[i]);
        if (d->lowered >= d->net->n_nodes) {
            if (has_ring(d))
                return false;
            d->lowered = 0;
        }
        d->now = d->then;
        d->then = now;
        d->n_now = d->n_then;
        d->n_then = 0;
        for (int32_t i = 0; i < d->n_now; i++)
            d->listed[d->now[i]] = false;
    }
    return true;
}

static FlowFault judge_cost(const Network *net)
{
    Descent d = { .net = net,
                  .label = zeros(net, sizeof *d.label),
                  .via = zeros(net, sizeof *d.via),
                  .now = zeros(net, sizeof *d.now),
                  .then = zeros(net, sizeof *d.then),
                  .listed = zeros(net, sizeof *d.listed),
                  .walk = zeros(net, sizeof *d.walk),
                  .n_now = net->n_nodes };
    FlowFault fault = FLOW_NO_MEMORY;

    if (d.label && d.via && d.now && d.then && d.listed && d.walk) {
        for (NodeIx v = 0; v < net->n_nodes; v++) {
            d.via[v] = ARC_NONE;
            d.now[v] = v;
        }
        fault = settles(&d) ? FLOW_SOUND : FLOW_NOT_CHEAPEST;
    }
    free(d.label);
    free(d.via);
    free(d.now);
    free(d.then);
    free(d.listed);
    free(d.walk);
    return fault;
}

/* ── verdicts ─────────────────────────────────────────────────────────────── */

FlowFault flow_verify(const Network *net, NodeIx source, NodeIx sink)
{
    FlowFault fault = judge_edges(net, source, sink);

    if (fault == FLOW_SOUND)
        fault = judge_cost(net);
    if (fault == FLOW_SOUND)
        fault = judge_size(net, source, sink);
    return fault;
}

FlowFault flow_certify(const Network *net, NodeIx source, NodeIx sink)
{
    FlowFault fault = judge_priced_edges(net, source, sink);

    return fault == FLOW_SOUND ? judge_size(net, source, sink) : fault;
}

bool flow_cost(const Network *net, int64_t *out)
{
    __int128 cost = 0;

    for (ArcIx a = 0; a < net->n_arcs; a += 2)
        if (__builtin_add_overflow(
                cost, (__int128)network_flow(net, a) * net->arcs[a].cost, &cost))
            return false;
    *out = (int64_t)cost;
    return *out == cost;
}

int64_t flow_value(const Network *net, NodeIx source)
{
    __int128 value = 0;

    for (ArcIx a = net->first[source]; a != ARC_NONE; a = net->arcs[a].next)
        value += a % 2 ? -(__int128)net->arcs[a].room : network_flow(net, a);
    assert((int64_t)value == value);
    return (int64_t)value;
}
