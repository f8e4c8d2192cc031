/*
 * simplex.c - the cheapest maximum flow by the primal network simplex method.
 *
 * The problem is first made a circulation: what arrives at the sink returns to the
 * source, and is paid so much for it that every unit is worth any detour.  A basis
 * is a spanning tree, rooted at the sink; edges outside of it are empty or full.
 * Nodes are priced so that the edges of the tree cost nothing.  An edge outside that
 * still saves something closes a cycle with the tree, and flow is sent around it
 * until something blocks: that edge leaves the tree, the other enters.  This is a
 * pivot, and when no edge saves anything the flow is the cheapest.
 *
 * What must be true after each pivot: from every node something still fits up the
 * tree, all the way to the root (a strongly feasible tree).  So of several blocking
 * edges the one that leaves is the last on the way around, as seen from the node of
 * the cycle that is next to the root.  Without this rule pivots that move nothing
 * could go on for ever.
 *
 * An edge outside the tree has room in one direction only.  That residual arc is its
 * offer: from, to, cost.  The offer of a full edge is turned around, and so the
 * search for a pivot, where most of the time goes, is one plain loop over three
 * arrays.  Edges of the tree come out at nought there, and edges of no use are
 * stored as loops that cost nothing.  What flows in the tree is known at the nodes.
 *
 * Nodes that no edge joins to the tree yet hang from the root by makeshift arcs, too
 * dear for a cheapest flow to use.  They are no offers: once out, they are gone.
 */
#include "graph/flow.h"

#include <assert.h>
#include <stdlib.h>

#define NODE_NONE ((NodeIx)-1)
#define OFFER_NONE ((int32_t)-1)

/* What joins a node to its parent where no edge does. */
enum {
    MAKESHIFT_UP = -1,   /* carries flow to the root */
    MAKESHIFT_DOWN = -2, /* carries flow from the root */
    RETURN = -3,         /* from the sink to the source */
};

/* As much as fits into a makeshift arc, and the most that is put there at first.
 * Whoever needs more of the former has left 64 bits. */
#define BOUNDLESS (INT64_C(1) << 62)
#define START_MAX (INT64_C(1) << 61)

/* Offers are dealt out in packs, one cache line of nodes each. */
#define PACK 16

/* Where there are more edges to each node that could hang better from the start, that
 * costs more than it saves. */
#define FOREST_DEGREE 32

/* A search looks at about this many times the square root of the edges.  Long cycles
 * make the pivots of sparse networks slow, and better choices make cycles longer. */
#define SPARSE_DEGREE 6
#define BLOCK_SPARSE 1
#define BLOCK_DENSE 2

#define SPECIALISED static inline __attribute__((always_inline))

/* A node, and what joins it to its parent. */
typedef struct {
    int64_t up, down; /* what still fits to the parent, and back */
    NodeIx parent;
    NodeIx last;   /* of its subtree, in thread order */
    int32_t size;  /* of its subtree, itself included */
    int32_t offer; /* of the edge, or one of the above */
} Branch;

typedef struct {
    Network *net;
    NodeIx source, root;
    int32_t n_nodes;
    int64_t dear; /* more than any path costs */

    int32_t n_offers; /* a whole number of packs; the last ones may be empty */
    int32_t stride;
    NodeIx *from, *to;
    int32_t *narrow_cost; /* where costs fit, else NULL: less to read */
    int64_t *wide_cost;   /* where not, else NULL */

    /* The network's, modulo 2^64 until the end: differences are small, while what they
     * have in common may wander off. */
    uint64_t *price;
    Branch *branch;
    NodeIx *next, *prev; /* the thread: all nodes in preorder, in a ring */

    int32_t block, position; /* of the search */
    int64_t pivots;
} Simplex;

static void *new_array(int32_t count, size_t size, bool *ok)
{
    void *array = malloc((size_t)count * size);

    if (!array)
        *ok = false;
    return array;
}

/* ── offers ───────────────────────────────────────────────────────────────── */

/* Edges that were added together tend to resemble each other.  A block of offers is
 * a better sample of them all when they are dealt: packs 0, stride, 2 stride, …, then
 * 1, stride + 1, … */
static int32_t edge_of(const Simplex *sx, int32_t offer)
{
    int32_t n_packs = sx->n_offers / PACK, place = offer / PACK;
    int32_t length = n_packs / sx->stride, n_longer = n_packs % sx->stride;
    int32_t in_longer = n_longer * (length + 1), pack;

    assert(length > 0);
    if (place < in_longer)
        pack = place / (length + 1) + place % (length + 1) * sx->stride;
    else
        pack = n_longer + (place - in_longer) / length +
               (place - in_longer) % length * sx->stride;
    return pack * PACK + offer % PACK;
}

/* The edge as an arc pair.  While solving, its forward room is its capacity. */
static Arc *arcs_of(const Simplex *sx, int32_t offer)
{
    return &sx->net->arcs[2 * edge_of(sx, offer)];
}

static void set_offer(Simplex *sx, int32_t offer, NodeIx from, NodeIx to, int64_t cost)
{
    sx->from[offer] = from;
    sx->to[offer] = to;
    if (sx->narrow_cost)
        sx->narrow_cost[offer] = (int32_t)cost;
    else
        sx->wide_cost[offer] = cost;
}

static int64_t cost_of(const Simplex *sx, int32_t offer)
{
    return sx->narrow_cost ? sx->narrow_cost[offer] : sx->wide_cost[offer];
}

static void turn_offer(Simplex *sx, int32_t offer)
{
    set_offer(sx, offer, sx->to[offer], sx->from[offer], -cost_of(sx, offer));
}

SPECIALISED int64_t saving(const Simplex *sx, int32_t offer, bool narrow)
{
    int64_t cost = narrow ? sx->narrow_cost[offer] : sx->wide_cost[offer];

    return (int64_t)(sx->price[sx->to[offer]] - sx->price[sx->from[offer]] -
                     (uint64_t)cost);
}

/* The first of the offers from @first to before @end that saves more than @least, or
 * @end. */
SPECIALISED int32_t find_saving(const Simplex *sx, int32_t first, int32_t end,
                                int64_t least, bool narrow)
{
    int32_t offer = first;

    while (offer < end && saving(sx, offer, narrow) <= least)
        offer++;
    return offer;
}

SPECIALISED int32_t search_offers(Simplex *sx, bool narrow)
{
    int32_t left = sx->n_offers, best = OFFER_NONE;
    int64_t most = 0;

    while (left > 0 && best == OFFER_NONE) {
        int32_t size = sx->n_offers - sx->position, end;

        if (size > sx->block)
            size = sx->block;
        left -= size;
        end = sx->position + size;
        for (int32_t offer = find_saving(sx, sx->position, end, most, narrow);
             offer < end; offer = find_saving(sx, offer + 1, end, most, narrow)) {
            most = saving(sx, offer, narrow);
            best = offer;
        }
        sx->position = end == sx->n_offers ? 0 : end;
    }
    return best;
}

/* The offer that saves most in the first block where any does, from where the last
 * search ended; OFFER_NONE when none does anywhere. */
static int32_t find_offer(Simplex *sx)
{
    return sx->narrow_cost ? search_offers(sx, true) : search_offers(sx, false);
}

/* ── the tree ─────────────────────────────────────────────────────────────── */

static void link_nodes(Simplex *sx, NodeIx first, NodeIx second)
{
    sx->next[first] = second;
    sx->prev[second] = first;
}

/* Takes the subtree of @cut out of the tree; within itself it stays as it is. */
static void unhook(Simplex *sx, NodeIx cut, NodeIx join)
{
    Branch *branch = sx->branch;
    NodeIx before = sx->prev[cut], last = branch[cut].last, v;

    for (v = branch[cut].parent; v != join; v = branch[v].parent)
        branch[v].size -= branch[cut].size;
    for (v = branch[cut].parent; v != NODE_NONE && branch[v].last == last;
         v = branch[v].parent)
        branch[v].last = before;
    link_nodes(sx, before, sx->next[last]);
}

/* Makes @top the root of the subtree of @cut, by turning around the edges on the way
 * from one to the other; @branch_top is what joins @top to its new parent.  In the
 * thread, each node on the way, with all that hangs from it elsewhere, now follows
 * behind the one before. */
static void turn_stem(Simplex *sx, NodeIx cut, NodeIx top, Branch branch_top)
{
    Branch *branch = sx->branch, turned = branch_top;
    int32_t size = branch[cut].size, inner_size = 0;
    NodeIx before = NODE_NONE, after = NODE_NONE, inner_last = NODE_NONE;
    NodeIx end = NODE_NONE, v = top;

    /* @before and @after surround the subtree of the node before @v, which ended
     * with @inner_last. */
    for (;;) {
        Branch old = branch[v];
        NodeIx before_v = sx->prev[v];
        NodeIx after_v = old.last == inner_last ? after : sx->next[old.last];

        if (v != top)
            link_nodes(sx, end, v);
        if (v != top && old.last != inner_last)
            link_nodes(sx, before, after);
        end = old.last == inner_last ? before : old.last;

        branch[v] = turned;
        branch[v].size = size - inner_size;
        if (v == cut)
            break;
        turned =
            (Branch){ .up = old.down, .down = old.up, .parent = v, .offer = old.offer };
        before = before_v;
        after = after_v;
        inner_last = old.last;
        inner_size = old.size;
        v = old.parent;
    }
    for (; v != branch_top.parent; v = branch[v].parent)
        branch[v].last = end;
}

/* Hangs the subtree of @top from the parent it names. */
static void hook(Simplex *sx, NodeIx top, NodeIx join)
{
    Branch *branch = sx->branch;
    NodeIx onto = branch[top].parent, last = branch[top].last, v;

    link_nodes(sx, last, sx->next[onto]);
    link_nodes(sx, onto, top);
    for (v = onto; v != NODE_NONE && branch[v].last == onto; v = branch[v].parent)
        branch[v].last = last;
    for (v = onto; v != join; v = branch[v].parent)
        branch[v].size += branch[top].size;
}

/* Raises the prices of the subtree of @top above all others.  As only differences of
 * prices matter, this may be done by lowering the others.  Going there from both ends
 * hides half of the waiting for memory. */
static void raise_prices(Simplex *sx, NodeIx top, int64_t rise)
{
    NodeIx first = top, last = sx->branch[top].last;
    int32_t left = sx->branch[top].size;

    if (left > sx->n_nodes / 2) {
        first = sx->next[last];
        last = sx->prev[top];
        left = sx->n_nodes - left;
        rise = -rise;
    }
    for (; left > 1; left -= 2) {
        sx->price[first] += (uint64_t)rise;
        sx->price[last] += (uint64_t)rise;
        first = sx->next[first];
        last = sx->prev[last];
    }
    if (left == 1)
        sx->price[first] += (uint64_t)rise;
}

/* ── pivots ───────────────────────────────────────────────────────────────── */

/* The way an offer's flow takes: from the join down the tree to where the offer
 * begins, across, and from where it ends back up to the join. */
typedef struct {
    NodeIx join;
    NodeIx cut;     /* whose edge blocks, or NODE_NONE where the offer itself does */
    bool downwards; /* whether that is on the way down */
    int64_t amount; /* what fits */
} Cycle;

/* Of several that block, the last is the cut. */
static Cycle find_cycle(const Simplex *sx, int32_t offer)
{
    const Branch *branch = sx->branch;
    int64_t down_room = arcs_of(sx, offer)->room, up_room = down_room;
    NodeIx down_cut = NODE_NONE, up_cut = NODE_NONE;
    NodeIx u = sx->from[offer], v = sx->to[offer];

    /* Of two different nodes, the one with the smaller subtree is not the join. */
    while (u != v) {
        if (branch[u].size < branch[v].size) {
            if (branch[u].down < down_room) {
                down_room = branch[u].down;
                down_cut = u;
            }
            u = branch[u].parent;
        } else {
            if (branch[v].up <= up_room) {
                up_room = branch[v].up;
                up_cut = v;
            }
            v = branch[v].parent;
        }
    }
    assert(up_room > 0); /* strongly feasible */
    if (down_room < up_room)
        return (Cycle){ u, down_cut, true, down_room };
    return (Cycle){ u, up_cut, false, up_room };
}

/* Whether what joins @v to its parent takes flow without end. */
static bool never_fills(const Simplex *sx, NodeIx v, bool upwards)
{
    const Branch *branch = &sx->branch[v];
    const Arc *arcs;

    if (branch->offer < 0)
        return branch->offer == RETURN && !upwards;
    arcs = arcs_of(sx, branch->offer);
    return arcs->room == FLOW_UNLIMITED && arcs->to == (upwards ? branch->parent : v);
}

/* Whether all of a cycle, on which more fits than into any edge that has a limit, is
 * unlimited, and not the undoing of a great flow. */
static bool is_endless(const Simplex *sx, int32_t offer, NodeIx join)
{
    const Arc *arcs = arcs_of(sx, offer);
    NodeIx v;

    if (arcs->to != sx->to[offer])
        return false;
    for (v = sx->from[offer]; v != join; v = sx->branch[v].parent)
        if (!never_fills(sx, v, false))
            return false;
    for (v = sx->to[offer]; v != join; v = sx->branch[v].parent)
        if (!never_fills(sx, v, true))
            return false;
    return true;
}

static void push_around(Simplex *sx, int32_t offer, const Cycle *cycle)
{
    Branch *branch = sx->branch;
    NodeIx v;

    for (v = sx->from[offer]; v != cycle->join; v = branch[v].parent) {
        branch[v].down -= cycle->amount;
        branch[v].up += cycle->amount;
    }
    for (v = sx->to[offer]; v != cycle->join; v = branch[v].parent) {
        branch[v].up -= cycle->amount;
        branch[v].down += cycle->amount;
    }
}

/* The edge at the cut becomes an offer again.  False where a makeshift arc is full:
 * amounts have left 64 bits. */
static bool release_cut(Simplex *sx, const Cycle *cycle)
{
    const Branch *branch = &sx->branch[cycle->cut];
    NodeIx blocked_from = cycle->downwards ? branch->parent : cycle->cut;

    if (branch->offer < 0)
        return branch->offer == (cycle->downwards ? MAKESHIFT_UP : MAKESHIFT_DOWN);
    if (sx->from[branch->offer] == blocked_from)
        turn_offer(sx, branch->offer);
    return true;
}

/* What was cut off now hangs from the other end of the offer. */
static void rehang(Simplex *sx, int32_t offer, const Cycle *cycle)
{
    NodeIx from = sx->from[offer], to = sx->to[offer];
    NodeIx top = cycle->downwards ? from : to;
    int64_t left = arcs_of(sx, offer)->room - cycle->amount;
    int64_t saved = saving(sx, offer, sx->narrow_cost != NULL);
    Branch branch_top = { .offer = offer };

    branch_top.parent = cycle->downwards ? to : from;
    branch_top.up = cycle->downwards ? left : cycle->amount;
    branch_top.down = cycle->downwards ? cycle->amount : left;

    unhook(sx, cycle->cut, cycle->join);
    turn_stem(sx, cycle->cut, top, branch_top);
    hook(sx, top, cycle->join);
    raise_prices(sx, top, cycle->downwards ? saved : -saved);
}

static McmfStatus pivot(Simplex *sx, int32_t offer)
{
    Cycle cycle = find_cycle(sx, offer);

    sx->pivots++;
    if (cycle.amount > FLOW_CAPACITY_MAX && is_endless(sx, offer, cycle.join))
        return MCMF_UNBOUNDED;
    if (cycle.amount > 0)
        push_around(sx, offer, &cycle);
    if (cycle.cut == NODE_NONE)
        turn_offer(sx, offer);
    else if (release_cut(sx, &cycle))
        rehang(sx, offer, &cycle);
    else
        return MCMF_TOO_WIDE;
    return MCMF_OPTIMAL;
}

/* ── the first tree ───────────────────────────────────────────────────────── */

/* What the edges out of the source, or into the sink, hold in all; START_MAX where it
 * is that or more. */
static int64_t capacity_at(const Network *net, NodeIx node, bool is_sink)
{
    int64_t total = 0;

    for (ArcIx a = net->first[node]; a != ARC_NONE; a = net->arcs[a].next)
        if (a % 2 == is_sink && net->arcs[a].to != node && total < START_MAX)
            total += network_capacity(net, a);
    return total < START_MAX ? total : START_MAX;
}

/* Makes every edge an offer and takes all flow off the network, with one exception.
 * Where the edges at source and sink hold the same in all, the problem was told in
 * supplies and demands: they will be full in the end, and are so from the start.
 * Net.dist says what each node has too much of then. */
static McmfStatus load_offers(Simplex *sx)
{
    Network *net = sx->net;
    int64_t *excess = net->dist;
    int64_t supply = capacity_at(net, sx->source, false);
    bool balanced = supply < START_MAX && supply == capacity_at(net, sx->root, true);

    for (NodeIx v = 0; v < net->n_nodes; v++)
        excess[v] = 0;
    for (int32_t offer = 0, edge = 0; offer < sx->n_offers; offer++, edge++) {
        Arc *arcs;
        NodeIx from, to;

        if (offer % PACK == 0)
            edge = edge_of(sx, offer);
        set_offer(sx, offer, sx->root, sx->root, 0);
        if (edge >= net->n_arcs / 2)
            continue;
        arcs = &net->arcs[2 * edge];
        from = arcs[1].to;
        to = arcs[0].to;
        arcs[0].room += arcs[1].room;
        arcs[1].room = 0;
        if (from == to && arcs->cost < 0 && arcs->room == FLOW_UNLIMITED)
            return MCMF_UNBOUNDED;
        if (from == to || arcs->room == 0)
            continue;
        if (balanced && (from == sx->source || to == sx->root)) {
            set_offer(sx, offer, to, from, -arcs->cost);
            excess[from] -= arcs->room;
            excess[to] += arcs->room;
        } else {
            set_offer(sx, offer, from, to, arcs->cost);
        }
    }
    return MCMF_OPTIMAL;
}

static Branch makeshift_branch(const Simplex *sx, NodeIx v)
{
    int64_t excess = sx->net->dist[v];
    Branch branch = { .parent = sx->root };

    if (v == sx->source) {
        branch.offer = RETURN;
        branch.up = START_MAX - excess;
        branch.down = BOUNDLESS + excess;
    } else if (excess < 0) {
        branch.offer = MAKESHIFT_DOWN;
        branch.up = -excess;
        branch.down = BOUNDLESS + excess;
    } else {
        branch.offer = MAKESHIFT_UP;
        branch.up = BOUNDLESS - excess;
        branch.down = excess;
    }
    return branch;
}

/* Puts @v behind its parent in the thread. */
static void thread_in(Simplex *sx, NodeIx v)
{
    NodeIx parent = sx->branch[v].parent;

    if (v == sx->root)
        return;
    link_nodes(sx, v, sx->next[parent]);
    link_nodes(sx, parent, v);
}

/* A binary heap of nodes by net->price, in net->queue; net->via knows where in the
 * heap each node is. */
enum { NOT_YET = -1, SETTLED = -2 };

static void heap_put(Network *net, int32_t slot, NodeIx v)
{
    net->queue[slot] = v;
    net->via[v] = slot;
}

static void heap_rise(Network *net, int32_t slot, NodeIx v)
{
    while (slot > 0 && net->price[v] < net->price[net->queue[(slot - 1) / 2]]) {
        heap_put(net, slot, net->queue[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    heap_put(net, slot, v);
}

static NodeIx heap_take(Network *net, int32_t size)
{
    NodeIx first = net->queue[0], v = net->queue[size - 1];
    int32_t slot = 0, child;

    while ((child = 2 * slot + 1) < size - 1) {
        if (child + 1 < size - 1 &&
            net->price[net->queue[child + 1]] < net->price[net->queue[child]])
            child++;
        if (net->price[net->queue[child]] >= net->price[v])
            break;
        heap_put(net, slot, net->queue[child]);
        slot = child;
    }
    heap_put(net, slot, v);
    net->via[first] = SETTLED;
    return first;
}

/* The offers into each node, those into v from begin[v] up to begin[v + 1]. */
typedef struct {
    int32_t *begin, *offers;
} InLists;

static InLists list_offers(const Simplex *sx, bool *ok)
{
    InLists in = { new_array(sx->n_nodes + 1, sizeof *in.begin, ok),
                   new_array(sx->n_offers, sizeof *in.offers, ok) };

    if (!*ok)
        return in;
    for (NodeIx v = 0; v <= sx->n_nodes; v++)
        in.begin[v] = 0;
    for (int32_t offer = 0; offer < sx->n_offers; offer++)
        in.begin[sx->to[offer]]++;
    for (NodeIx v = 0; v < sx->n_nodes; v++)
        in.begin[v + 1] += in.begin[v];
    for (int32_t offer = 0; offer < sx->n_offers; offer++)
        in.offers[--in.begin[sx->to[offer]]] = offer;
    return in;
}

/* Nodes through which flow merely passes need not hang from the root: each may hang
 * from the next on its cheapest way to where flow is lacking, which is where its flow
 * would go.  That saves most pivots of sparse networks.  Where costs are negative the
 * ways are not the cheapest, but still form a forest. */
static void plant_forest(Simplex *sx, const InLists *in)
{
    Network *net = sx->net;
    int32_t waiting = 0;

    for (NodeIx v = 0; v < sx->n_nodes; v++) {
        net->via[v] = NOT_YET;
        if (sx->branch[v].offer == MAKESHIFT_DOWN || v == sx->root) {
            net->price[v] = 0;
            heap_put(net, waiting++, v);
        }
    }
    net->via[sx->source] = SETTLED;

    while (waiting > 0) {
        NodeIx to = heap_take(net, waiting--);

        if (sx->branch[to].offer >= 0)
            sx->branch[to].up = arcs_of(sx, sx->branch[to].offer)->room;
        thread_in(sx, to);
        for (int32_t i = in->begin[to]; i < in->begin[to + 1]; i++) {
            int32_t offer = in->offers[i];
            NodeIx v = sx->from[offer];
            int64_t price = net->price[to] + cost_of(sx, offer);
            int32_t slot = net->via[v];

            if (slot == SETTLED || (slot != NOT_YET && price >= net->price[v]))
                continue;
            net->price[v] = price;
            if (net->dist[v] == 0 && v != sx->root)
                sx->branch[v] = (Branch){ .parent = to, .offer = offer };
            heap_rise(net, slot == NOT_YET ? waiting++ : slot, v);
        }
    }
}

static void measure_tree(Simplex *sx)
{
    Branch *branch = sx->branch;

    for (NodeIx v = 0; v < sx->n_nodes; v++) {
        branch[v].size = 1;
        branch[v].last = v;
    }
    for (NodeIx v = sx->prev[sx->root]; v != sx->root; v = sx->prev[v]) {
        Branch *parent = &branch[branch[v].parent];

        parent->size += branch[v].size;
        if (parent->last == branch[v].parent)
            parent->last = branch[v].last;
    }
}

/* Prices the nodes so that the tree costs nothing.  A makeshift arc up and the return
 * must not pay together, and so the former costs twice of what the latter pays. */
static void price_nodes(Simplex *sx)
{
    int64_t *price = sx->net->price;

    price[sx->root] = 0;
    for (NodeIx v = sx->next[sx->root]; v != sx->root; v = sx->next[v]) {
        const Branch *branch = &sx->branch[v];

        if (branch->offer == RETURN)
            price[v] = -sx->dear;
        else if (branch->offer == MAKESHIFT_UP)
            price[v] = -2 * sx->dear;
        else if (branch->offer == MAKESHIFT_DOWN)
            price[v] = sx->dear;
        else
            price[v] = price[branch->parent] - cost_of(sx, branch->offer);
    }
}

/* False when out of memory. */
static bool plant_tree(Simplex *sx)
{
    NodeIx root = sx->root;
    int64_t n_idle = 0;
    bool ok = true;

    for (NodeIx v = 0; v < sx->n_nodes; v++) {
        sx->branch[v] = makeshift_branch(sx, v);
        sx->next[v] = NODE_NONE;
        n_idle += sx->net->dist[v] == 0;
    }
    sx->branch[root] = (Branch){ .parent = NODE_NONE, .offer = OFFER_NONE };
    link_nodes(sx, root, root);

    if (sx->n_offers <= n_idle * FOREST_DEGREE) {
        InLists in = list_offers(sx, &ok);

        if (ok)
            plant_forest(sx, &in);
        free(in.begin);
        free(in.offers);
    }
    for (NodeIx v = 0; v < sx->n_nodes; v++)
        if (sx->next[v] == NODE_NONE)
            thread_in(sx, v);
    measure_tree(sx);
    price_nodes(sx);
    return ok;
}

/* ── the whole ────────────────────────────────────────────────────────────── */

static bool is_full(const Simplex *sx, int32_t offer, const Arc *arcs)
{
    if (arcs[0].to == arcs[1].to)
        return arcs->cost < 0;
    return sx->from[offer] == arcs->to && sx->to[offer] != arcs->to;
}

static void write_flow(const Simplex *sx)
{
    Network *net = sx->net;

    for (int32_t offer = 0, edge = 0; offer < sx->n_offers; offer++, edge++) {
        Arc *arcs;

        if (offer % PACK == 0)
            edge = edge_of(sx, offer);
        if (edge >= net->n_arcs / 2)
            continue;
        arcs = &net->arcs[2 * edge];
        if (is_full(sx, offer, arcs)) {
            arcs[1].room = arcs[0].room;
            arcs[0].room = 0;
        }
    }
    for (NodeIx v = 0; v < sx->n_nodes; v++) {
        const Branch *branch = &sx->branch[v];
        Arc *arcs;

        if (branch->offer < 0)
            continue;
        arcs = arcs_of(sx, branch->offer);
        arcs[0].room = arcs->to == v ? branch->down : branch->up;
        arcs[1].room = arcs->to == v ? branch->up : branch->down;
    }
}

/* Prices count from the sink. */
static void write_prices(const Simplex *sx)
{
    uint64_t at_root = sx->price[sx->root];

    for (NodeIx v = 0; v < sx->n_nodes; v++)
        sx->net->price[v] = (int64_t)(sx->price[v] - at_root);
}

/* False where the cost leaves 64 bits, or an edge that never fills is full. */
static bool sum_cost(const Network *net, int64_t *out)
{
    __int128 sum = 0;

    for (ArcIx a = 0; a < net->n_arcs; a += 2) {
        int64_t flow = network_flow(net, a);

        if (flow == FLOW_UNLIMITED ||
            __builtin_add_overflow(sum, (__int128)net->arcs[a].cost * flow, &sum))
            return false;
    }
    *out = (int64_t)sum;
    return *out == sum;
}

static int32_t square_root(int32_t n)
{
    int32_t root = 1;

    while ((int64_t)(root + 1) * (root + 1) <= n)
        root++;
    return root;
}

static bool open_simplex(Simplex *sx, Network *net, NodeIx source, NodeIx sink)
{
    int32_t n_packs = (net->n_arcs / 2 + PACK - 1) / PACK + (net->n_arcs == 0);
    bool ok = true;

    *sx = (Simplex){
        .net = net,
        .source = source,
        .root = sink,
        .n_nodes = net->n_nodes,
        .n_offers = n_packs * PACK,
        .stride = square_root(n_packs),
        .dear = net->n_nodes * net->cost_max + 1,
        .price = (uint64_t *)net->price,
    };
    sx->block = square_root(sx->n_offers);
    sx->block *=
        sx->n_offers / sx->n_nodes < SPARSE_DEGREE ? BLOCK_SPARSE : BLOCK_DENSE;
    if (sx->block < PACK)
        sx->block = PACK;
    sx->from = new_array(sx->n_offers, sizeof *sx->from, &ok);
    sx->to = new_array(sx->n_offers, sizeof *sx->to, &ok);
    if (net->cost_max <= INT32_MAX)
        sx->narrow_cost = new_array(sx->n_offers, sizeof *sx->narrow_cost, &ok);
    else
        sx->wide_cost = new_array(sx->n_offers, sizeof *sx->wide_cost, &ok);
    sx->branch = new_array(sx->n_nodes, sizeof *sx->branch, &ok);
    sx->next = new_array(sx->n_nodes, sizeof *sx->next, &ok);
    sx->prev = new_array(sx->n_nodes, sizeof *sx->prev, &ok);
    return ok;
}

static void close_simplex(Simplex *sx)
{
    free(sx->from);
    free(sx->to);
    free(sx->narrow_cost);
    free(sx->wide_cost);
    free(sx->branch);
    free(sx->next);
    free(sx->prev);
}

static McmfStatus search(Simplex *sx)
{
    McmfStatus status = load_offers(sx);
    int32_t offer;

    if (status != MCMF_OPTIMAL)
        return status;
    if (!plant_tree(sx))
        return MCMF_NO_MEMORY;
    while (status == MCMF_OPTIMAL && (offer = find_offer(sx)) != OFFER_NONE)
        status = pivot(sx, offer);
    return status;
}

McmfResult mcmf_simplex(Network *net, NodeIx source, NodeIx sink)
{
    McmfResult result = { .status = MCMF_TOO_WIDE };
    Simplex sx;

    assert(source >= 0 && source < net->n_nodes);
    assert(sink >= 0 && sink < net->n_nodes && sink != source);

    if (network_too_wide(net))
        return result;

    result.status = open_simplex(&sx, net, source, sink) ? search(&sx) : MCMF_NO_MEMORY;
    result.relaxations = sx.pivots;
    if (result.status == MCMF_OPTIMAL) {
        write_flow(&sx);
        write_prices(&sx);
        result.flow = BOUNDLESS - sx.branch[source].down;
        if (!sum_cost(net, &result.cost))
            result.status = MCMF_TOO_WIDE;
    } else {
        network_drop_flow(net);
    }
    result.cheapest = result.priced = result.status == MCMF_OPTIMAL;
    close_simplex(&sx);
    return result;
}
