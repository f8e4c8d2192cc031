/*
 * instance.c - the networks of a scheduler, and three families of general ones.
 *
 * A scheduler's instance has vCPUs of random load on pCPUs that are fuller at one
 * end than at the other, so that there is something to mend.  Staying is free,
 * moving costs what that vCPU's memory and caches make it cost, and each pCPU leads
 * to the sink by parallel arcs of rising cost.  They are at least twice as wide in
 * all as the supplies need, and the dearest of each has room for everything.  Where
 * whole vCPUs flow, costs are for one vCPU; where load flows, they are for a
 * thousandth of a CPU, so the price of a move is spread over the load.
 *
 * Edges are added in a fixed order and found again by counting: first the source's,
 * one to a vCPU, then each vCPU's own.
 *
 * The general families follow the published descriptions of the classic generators:
 * NETGEN by Klingman, Napier and Stutz, GRIDGEN by Lee and Orlin, GOTO by Goldberg.
 * They are kin of those, not the same instances.
 */
#include "instance.h"

#include <stdio.h>
#include <stdlib.h>

#include "chance.h"

#define SEGMENTS 8
#define ONE_CPU 1000
#define CHANGED_ONE_IN 20

/* ── a scheduler's networks ───────────────────────────────────────────────── */

typedef struct {
    int32_t percent; /* of a CPU, from 1: what costs are in proportion to */
    int32_t supply;  /* what flows: 1, or thousandths of a CPU */
    int32_t pcpu;    /* where it is */
    int32_t move;    /* what it costs to move a unit of its flow */
} Vcpu;

/* Idle, light and heavy vCPUs, as hosts have them. */
static int32_t some_load(Chance *chance)
{
    static const struct {
        int32_t share, low, high; /* shares are percent */
    } mix[] = { { 50, 0, 50 }, { 35, 100, 400 }, { 15, 600, 1000 } };
    int32_t at = below(chance, 100);
    size_t kind = 0;

    while (at >= mix[kind].share)
        at -= mix[kind++].share;
    return between(chance, mix[kind].low, mix[kind].high);
}

/* Low pCPUs are likelier than high ones: one vCPU in three is drawn twice. */
static int32_t some_home(Chance *chance, int32_t n_pcpus)
{
    int32_t limit = n_pcpus;

    if (below(chance, 3) == 0)
        limit = 1 + below(chance, n_pcpus);
    return below(chance, limit);
}

static int32_t move_price(Chance *chance, const InstanceSpec *spec, int32_t supply)
{
    int32_t price = between(chance, 100, 999);

    if (spec->rank1)
        return 0;
    return spec->load ? price * 100 / (supply + ONE_CPU / 20) : price;
}

static Vcpu some_vcpu(Chance *chance, const InstanceSpec *spec)
{
    Vcpu vcpu = { .percent = between(chance, 1, 100), .supply = 1 };

    if (spec->load) {
        vcpu.supply = some_load(chance);
        vcpu.percent = 1 + vcpu.supply / (ONE_CPU / 100);
    }
    vcpu.pcpu = some_home(chance, spec->columns);
    vcpu.move = move_price(chance, spec, vcpu.supply);
    return vcpu;
}

static NodeIx vcpu_node(int32_t vcpu)
{
    return 1 + vcpu;
}

static NodeIx pcpu_node(const InstanceSpec *spec, int32_t pcpu)
{
    return 1 + spec->rows + pcpu;
}

static ArcIx source_arc(int32_t vcpu)
{
    return 2 * vcpu;
}

/* The arcs a vCPU has of its own, beside the one from the source. */
static int32_t arcs_per_vcpu(const InstanceSpec *spec)
{
    return spec->shape == SHAPE_FULL ? spec->columns : 1 + spec->hubs;
}

static ArcIx vcpu_arc(const InstanceSpec *spec, int32_t vcpu, int32_t which)
{
    return 2 * (spec->rows + vcpu * arcs_per_vcpu(spec) + which);
}

static int32_t vcpu_arc_room(const InstanceSpec *spec)
{
    return spec->load ? ONE_CPU : 1;
}

/* More than can ever flow, whatever is changed. */
static int64_t room_for_all(const InstanceSpec *spec)
{
    return (int64_t)spec->rows * vcpu_arc_room(spec);
}

/* How many pCPUs share a hub, from the narrowest level to the host. */
static int32_t hub_width(const InstanceSpec *spec, int level)
{
    static const int32_t widths[HUB_LEVELS_MAX] = { CACHE_PCPUS, CELL_PCPUS,
                                                    INT32_MAX };
    int32_t width = widths[HUB_LEVELS_MAX - spec->hubs + level];

    return width < spec->columns ? width : spec->columns;
}

static int32_t hubs_of_level(const InstanceSpec *spec, int level)
{
    int32_t width = hub_width(spec, level);

    return (spec->columns + width - 1) / width;
}

static int32_t hubs_below_level(const InstanceSpec *spec, int level)
{
    int32_t n = 0;

    for (int narrower = 0; narrower < level; narrower++)
        n += hubs_of_level(spec, narrower);
    return n;
}

static NodeIx hub_node(const InstanceSpec *spec, int level, int32_t pcpu)
{
    return pcpu_node(spec, spec->columns) + hubs_below_level(spec, level) +
           pcpu / hub_width(spec, level);
}

/* The wider the hub, the further a vCPU may have to go from it. */
static int32_t hub_price(int32_t move, int level)
{
    return move + move / 2 * level;
}

static int32_t pair_price(Chance *chance, const InstanceSpec *spec, const Vcpu *vcpu,
                          int32_t pcpu, int32_t pcpu_percent)
{
    int32_t price = vcpu->percent * pcpu_percent;

    if (spec->rank1)
        return price;
    price = price / 4 + below(chance, 256);
    if (pcpu != vcpu->pcpu)
        price += vcpu->move;
    if (pcpu / CACHE_PCPUS != vcpu->pcpu / CACHE_PCPUS)
        price += vcpu->move / 2;
    return price;
}

static void add_full_arcs(Instance *out, Chance *chance, const Vcpu *vcpus,
                          const int32_t *pcpu_percent)
{
    const InstanceSpec *spec = &out->spec;

    for (int32_t i = 0; i < spec->rows; i++) {
        for (int32_t j = 0; j < spec->columns; j++)
            network_add_edge(&out->net, vcpu_node(i), pcpu_node(spec, j),
                             vcpu_arc_room(spec),
                             pair_price(chance, spec, &vcpus[i], j, pcpu_percent[j]));
    }
}

static void add_compact_arcs(Instance *out, Chance *chance, const Vcpu *vcpus)
{
    const InstanceSpec *spec = &out->spec;

    for (int32_t i = 0; i < spec->rows; i++) {
        const Vcpu *vcpu = &vcpus[i];

        network_add_edge(&out->net, vcpu_node(i), pcpu_node(spec, vcpu->pcpu),
                         vcpu_arc_room(spec), 0);
        for (int level = 0; level < spec->hubs; level++)
            network_add_edge(&out->net, vcpu_node(i), hub_node(spec, level, vcpu->pcpu),
                             vcpu_arc_room(spec), hub_price(vcpu->move, level));
    }
    for (int level = 0; level < spec->hubs; level++) {
        for (int32_t j = 0; j < spec->columns; j++)
            network_add_edge(&out->net, hub_node(spec, level, j), pcpu_node(spec, j),
                             room_for_all(spec), spec->rank1 ? 0 : below(chance, 200));
    }
}

static void add_crowding_arcs(Instance *out, Chance *chance,
                              const int32_t *pcpu_percent)
{
    const InstanceSpec *spec = &out->spec;
    int64_t width = out->supply / (4 * (int64_t)spec->columns) + 1;

    for (int32_t j = 0; j < spec->columns; j++) {
        int32_t price = pcpu_percent[j] * 10 + (spec->rank1 ? 0 : below(chance, 50));

        for (int32_t k = 0; k < SEGMENTS; k++) {
            int64_t room = k == SEGMENTS - 1 ? room_for_all(spec) : width;

            network_add_edge(&out->net, pcpu_node(spec, j), out->sink, room, price);
            price += 200 + k * 60 + (spec->rank1 ? 0 : below(chance, 200));
        }
    }
}

static bool make_schedule(Instance *out)
{
    const InstanceSpec *spec = &out->spec;
    Chance chance = chance_of(spec->seed, (uint64_t)spec->shape);
    bool full = spec->shape == SHAPE_FULL;
    int32_t n_hubs = full ? 0 : hubs_below_level(spec, spec->hubs);
    int64_t n_edges = (int64_t)spec->rows * (1 + arcs_per_vcpu(spec)) +
                      (int64_t)spec->columns * ((full ? 0 : spec->hubs) + SEGMENTS);
    Vcpu *vcpus = calloc((size_t)spec->rows, sizeof *vcpus);
    int32_t *pcpu_percent = calloc((size_t)spec->columns, sizeof *pcpu_percent);
    bool ok = vcpus && pcpu_percent && n_edges <= INT32_MAX / 2;

    out->source = 0;
    out->sink = pcpu_node(spec, spec->columns) + n_hubs;
    ok = ok && network_reset(&out->net, out->sink + 1, (int32_t)n_edges);
    if (ok) {
        for (int32_t j = 0; j < spec->columns; j++)
            pcpu_percent[j] = below(&chance, 101);
        for (int32_t i = 0; i < spec->rows; i++) {
            vcpus[i] = some_vcpu(&chance, spec);
            out->supply += vcpus[i].supply;
            network_add_edge(&out->net, out->source, vcpu_node(i), vcpus[i].supply, 0);
        }
        if (full)
            add_full_arcs(out, &chance, vcpus, pcpu_percent);
        else
            add_compact_arcs(out, &chance, vcpus);
        add_crowding_arcs(out, &chance, pcpu_percent);
    }
    free(vcpus);
    free(pcpu_percent);
    return ok;
}

/* ── changes ──────────────────────────────────────────────────────────────── */

/* One of each twenty in a row, so that none is drawn twice. */
static int32_t one_of_block(Chance *chance, int32_t block, int32_t total)
{
    int32_t start = block * CHANGED_ONE_IN;
    int32_t end = total - start < CHANGED_ONE_IN ? total : start + CHANGED_ONE_IN;

    return between(chance, start, end - 1);
}

static int32_t n_blocks(int32_t total)
{
    return (total + CHANGED_ONE_IN - 1) / CHANGED_ONE_IN;
}

static void change_pair_costs(Instance *instance, Chance *chance, ArcIx *changed)
{
    const InstanceSpec *spec = &instance->spec;
    int32_t n_pairs = spec->rows * spec->columns;

    for (int32_t block = 0; block < n_blocks(n_pairs); block++) {
        ArcIx arc = vcpu_arc(spec, 0, one_of_block(chance, block, n_pairs));
        int64_t cost = instance->net.arcs[arc].cost + between(chance, -200, 200);

        network_set_cost(&instance->net, arc, cost > 0 ? cost : 0);
        changed[block] = arc;
    }
}

static ArcIx *change_vcpu(Instance *instance, Chance *chance, int32_t i, ArcIx *changed)
{
    const InstanceSpec *spec = &instance->spec;
    Network *net = &instance->net;
    int32_t supply = 1;
    int32_t move;

    if (spec->load) {
        supply = some_load(chance);
        instance->supply += supply - network_capacity(net, source_arc(i));
        network_set_capacity(net, source_arc(i), supply);
        *changed++ = source_arc(i);
    }
    move = move_price(chance, spec, supply);
    network_set_cost(net, vcpu_arc(spec, i, 0), spec->rank1 ? 0 : below(chance, 50));
    *changed++ = vcpu_arc(spec, i, 0);
    for (int level = 0; level < spec->hubs; level++) {
        network_set_cost(net, vcpu_arc(spec, i, 1 + level), hub_price(move, level));
        *changed++ = vcpu_arc(spec, i, 1 + level);
    }
    return changed;
}

int32_t instance_n_changes(const Instance *instance)
{
    const InstanceSpec *spec = &instance->spec;

    switch (spec->shape) {
    case SHAPE_FULL:
        return n_blocks(spec->rows * spec->columns);
    case SHAPE_COMPACT:
        return n_blocks(spec->rows) * (arcs_per_vcpu(spec) + spec->load);
    case SHAPE_GENERAL:
        return 0;
    }
    return 0;
}

void instance_change(Instance *instance, int round, ArcIx *changed)
{
    const InstanceSpec *spec = &instance->spec;
    Chance chance = chance_of(spec->seed, UINT64_C(1000) + (uint64_t)round);

    if (spec->shape == SHAPE_FULL) {
        change_pair_costs(instance, &chance, changed);
        return;
    }
    for (int32_t block = 0; block < n_blocks(spec->rows); block++) {
        int32_t i = one_of_block(&chance, block, spec->rows);

        changed = change_vcpu(instance, &chance, i, changed);
    }
}

/* ── general networks ─────────────────────────────────────────────────────── */

#define GENERAL_NODES_MIN 8
#define GENERAL_COST_MAX 10000
#define GENERAL_CAPACITY_MAX 1000

/* A general network while its arcs are drawn.  Every family has a skeleton that can
 * carry all supplies; what arcs are left go where the family wants them. */
typedef struct {
    Network *net;
    Chance chance;
    int32_t n_nodes;
    int32_t n_left;   /* arcs still to be drawn */
    int64_t *supply;  /* [n_nodes], negative where it is a demand */
    int32_t *scratch; /* [n_nodes] */
} Draft;

static int32_t root_of(int32_t square)
{
    int32_t root = 1;

    while ((int64_t)(root + 1) * (root + 1) <= square)
        root++;
    return root;
}

static void draw_arc(Draft *draft, NodeIx from, NodeIx to, int64_t capacity,
                     int32_t cost)
{
    network_add_edge(draft->net, from, to, capacity, cost);
    draft->n_left--;
}

static void draw_random_arc(Draft *draft, NodeIx from, NodeIx to)
{
    draw_arc(draft, from, to, between(&draft->chance, 1, GENERAL_CAPACITY_MAX),
             between(&draft->chance, 1, GENERAL_COST_MAX));
}

/* Half of the skeleton is as dear as anything, so that it is worth leaving. */
static void draw_skeleton_arc(Draft *draft, NodeIx from, NodeIx to, int64_t capacity)
{
    int32_t cost = GENERAL_COST_MAX;

    if (below(&draft->chance, 2) == 0)
        cost = between(&draft->chance, 1, GENERAL_COST_MAX);
    draw_arc(draft, from, to, capacity, cost);
}

static void ship(Draft *draft, NodeIx from, NodeIx to, int64_t amount)
{
    draft->supply[from] += amount;
    draft->supply[to] -= amount;
}

/* The first nodes are sources, the next ones as many sinks.  From each source a
 * chain of nodes, which share all the others out among them, leads to two sinks. */
static void draw_netgen(Draft *draft)
{
    int32_t n_sources = root_of(draft->n_nodes) / 2 + 1;
    int32_t n_others = draft->n_nodes - 2 * n_sources;
    NodeIx *end = draft->scratch;

    for (NodeIx source = 0; source < n_sources; source++) {
        NodeIx near = n_sources + source;
        NodeIx far = n_sources + (source + 1) % n_sources;

        ship(draft, source, near, between(&draft->chance, 1, GENERAL_CAPACITY_MAX));
        ship(draft, source, far, between(&draft->chance, 1, GENERAL_CAPACITY_MAX));
        end[source] = source;
    }
    for (NodeIx v = 2 * n_sources; v < draft->n_nodes; v++) {
        NodeIx source = below(&draft->chance, n_sources);

        draw_skeleton_arc(draft, end[source], v, draft->supply[source]);
        end[source] = v;
    }
    for (NodeIx source = 0; source < n_sources; source++) {
        int64_t enough = draft->supply[source];

        draw_skeleton_arc(draft, end[source], n_sources + source, enough);
        draw_skeleton_arc(draft, end[source], n_sources + (source + 1) % n_sources,
                          enough);
    }
    while (draft->n_left > 0) {
        NodeIx from = below(&draft->chance, n_sources + n_others);
        NodeIx to = n_sources + below(&draft->chance, n_sources + n_others);

        if (from >= n_sources)
            from += n_sources;
        if (from != to)
            draw_random_arc(draft, from, to);
    }
}

/* A street from every node to the one @step further on, or back; across the end of
 * a row only where @step is a whole row. */
static void draw_streets(Draft *draft, int32_t width, int32_t step, bool back)
{
    for (NodeIx v = 0; v + step < draft->n_nodes && draft->n_left > 0; v++) {
        if (step < width && v % width == width - 1)
            continue;
        draw_random_arc(draft, back ? v + step : v, back ? v : v + step);
    }
}

/* Each row ships from its left end to its right end.  Streets down, up, left and a
 * second lane to the right follow while there are arcs left; then shortcuts. */
static void draw_grid(Draft *draft)
{
    int32_t width = root_of(draft->n_nodes);

    for (NodeIx left = 0; left + 1 < draft->n_nodes; left += width) {
        NodeIx right = left + width < draft->n_nodes ? left + width : draft->n_nodes;
        int32_t amount = between(&draft->chance, 1, GENERAL_CAPACITY_MAX);

        ship(draft, left, right - 1, amount);
        for (NodeIx v = left; v + 1 < right; v++)
            draw_skeleton_arc(draft, v, v + 1, amount);
    }
    draw_streets(draft, width, width, false);
    draw_streets(draft, width, width, true);
    draw_streets(draft, width, 1, true);
    draw_streets(draft, width, 1, false);
    while (draft->n_left > 0) {
        NodeIx from = below(&draft->chance, draft->n_nodes);
        NodeIx to = below(&draft->chance, draft->n_nodes);

        if (from != to)
            draw_random_arc(draft, from, to);
    }
}

/* One source and one sink, half a turn apart on a ring that can carry everything
 * and is dear.  What else there is leads a little way onward, around the torus one
 * way or along it the other; the longer, the narrower and, by the step, cheaper. */
static void draw_goto(Draft *draft)
{
    int32_t around = root_of(draft->n_nodes);
    int64_t amount = (int64_t)around * GENERAL_CAPACITY_MAX / 4;

    ship(draft, 0, draft->n_nodes / 2, amount);
    for (NodeIx v = 0; v < draft->n_nodes; v++)
        draw_arc(draft, v, (v + 1) % draft->n_nodes, amount, GENERAL_COST_MAX);

    for (NodeIx v = 0; draft->n_left > 0; v = (v + 1) % draft->n_nodes) {
        int32_t steps = between(&draft->chance, 1, around);
        int32_t width = 1 + GENERAL_CAPACITY_MAX / steps;

        if (below(&draft->chance, 2) == 0)
            steps *= around;
        draw_arc(draft, v, (NodeIx)(((int64_t)v + steps) % draft->n_nodes),
                 between(&draft->chance, 1, width),
                 between(&draft->chance, 1, GENERAL_COST_MAX));
    }
}

static void draw_family(Draft *draft, Family family)
{
    switch (family) {
    case FAMILY_NETGEN:
        draw_netgen(draft);
        return;
    case FAMILY_GRID:
        draw_grid(draft);
        return;
    case FAMILY_GOTO:
        draw_goto(draft);
        return;
    }
}

/* Nodes that supply hang from one source, nodes that demand from one sink. */
static void hang_supplies(Instance *out, const Draft *draft)
{
    for (NodeIx v = 0; v < draft->n_nodes; v++) {
        int64_t supply = draft->supply[v];

        if (supply > 0)
            network_add_edge(&out->net, out->source, v, supply, 0);
        if (supply < 0)
            network_add_edge(&out->net, v, out->sink, -supply, 0);
        out->supply += supply > 0 ? supply : 0;
    }
}

static bool make_general(Instance *out)
{
    const InstanceSpec *spec = &out->spec;
    int32_t n_ends = 2 * (root_of(spec->rows) + 3);
    Draft draft = {
        .net = &out->net,
        .chance = chance_of(spec->seed, UINT64_C(100) + (uint64_t)spec->family),
        .n_nodes = spec->rows,
        .n_left = spec->columns,
        .supply = calloc((size_t)spec->rows, sizeof *draft.supply),
        .scratch = calloc((size_t)spec->rows, sizeof *draft.scratch),
    };
    bool ok = draft.supply && draft.scratch && spec->rows >= GENERAL_NODES_MIN &&
              spec->columns >= spec->rows && spec->columns <= INT32_MAX / 2 - n_ends &&
              network_reset(&out->net, spec->rows + 2, spec->columns + n_ends);

    if (ok) {
        out->source = spec->rows;
        out->sink = spec->rows + 1;
        out->supplies_at_nodes = true;
        draw_family(&draft, spec->family);
        hang_supplies(out, &draft);
    }
    free(draft.supply);
    free(draft.scratch);
    return ok;
}

/* ── all of them ──────────────────────────────────────────────────────────── */

bool instance_make(const InstanceSpec *spec, Instance *out)
{
    *out = (Instance){ .spec = *spec, .net = NETWORK_EMPTY };
    return spec->shape == SHAPE_GENERAL ? make_general(out) : make_schedule(out);
}

static ptrdiff_t read_stream(void *from, char *buffer, size_t size)
{
    size_t n = fread(buffer, 1, size, from);

    return ferror((FILE *)from) ? -1 : (ptrdiff_t)n;
}

DimacsResult instance_read(FILE *from, Instance *out)
{
    Problem problem = PROBLEM_EMPTY;
    DimacsResult result = dimacs_read(read_stream, from, &problem);

    if (result.status != DIMACS_OK)
        return result;
    *out = (Instance){
        .spec = { .shape = SHAPE_GENERAL,
                  .rows = problem.n_nodes,
                  .columns = problem.n_edges },
        .net = problem.net,
        .source = problem.source,
        .sink = problem.sink,
        .supply = problem.supply,
        .fixed_cost = problem.low_cost,
        .supplies_at_nodes = true,
    };
    problem.net = NETWORK_EMPTY;
    problem_clear(&problem);
    return result;
}

void instance_clear(Instance *instance)
{
    network_clear(&instance->net);
}
