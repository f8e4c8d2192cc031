/*
 * balloon.c - who gets memory, who gives it, and how much.
 *
 * Two flows are solved where somebody starves.  One, of what those who waste could give
 * and the host could lend, says who gives.  The other, of what the host can lend alone,
 * says who gets it now: what a balloon releases arrives in its own time, and is handed on
 * when it is there.  So the host never has less than its reserve, whoever grows.
 */
#include "balloon_room.h"

#define MIB INT64_C(1024)

enum {
    SHARE_WHOLE = 10000,
    SURPLUS_PARTS = 4, /* of a surplus, one a period at most */
    LEAD = 2,          /* periods of growth to be ahead by */
};

const BalloonPolicy balloon_policy_default = {
    .rule = BALLOON_FLOW,
    .starved = 150 * MIB,
    .wasteful = 300 * MIB,
    .floor = 200 * MIB,
    .left = 100 * MIB,
    .reserve = 200 * MIB,
    .reserve_share = 500,
    .step_up = 4096 * MIB,
    .step_down = 512 * MIB,
    .least = 4 * MIB,
};

/* ── bounds ───────────────────────────────────────────────────────────────── */

static int64_t share_of(int64_t whole, int share)
{
    return (int64_t)((__int128)whole * share / SHARE_WHOLE);
}

static int64_t starved_below(const VmMemory *vm, const BalloonPolicy *policy)
{
    return MAX(policy->starved, share_of(vm->most, policy->starved_share));
}

static int64_t wasteful_above(const VmMemory *vm, const BalloonPolicy *policy)
{
    return MAX(policy->wasteful, share_of(vm->most, policy->wasteful_share));
}

/* What is left to those who gave, and given to those who starved: half way between. */
static int64_t middle(const VmMemory *vm, const BalloonPolicy *policy)
{
    return MAX((starved_below(vm, policy) + wasteful_above(vm, policy)) / 2,
               policy->left);
}

/* ── who takes part ───────────────────────────────────────────────────────── */

static bool starves(const VmMemory *vm, const BalloonPolicy *policy)
{
    int64_t available = vm_memory_available(vm);

    return available - vm->growth < starved_below(vm, policy) ||
           (vm->hungry && available < middle(vm, policy));
}

static void invite_starved(const VmMemory *vm, const BalloonPolicy *policy, Party *out)
{
    out->target = middle(vm, policy) + LEAD * vm->growth;
    out->most =
        MIN(MIN(out->target - out->available, vm->most - vm->size), policy->step_up);
}

static void invite_wasteful(const VmMemory *vm, const BalloonPolicy *policy, Party *out)
{
    int64_t idle = vm->size - vm->used_of_late;
    int64_t surplus = idle - middle(vm, policy);

    if (idle <= wasteful_above(vm, policy) || vm->growth >= policy->least)
        return;
    out->gives = true;
    out->most = MIN(MIN(surplus / SURPLUS_PARTS, policy->step_down),
                    vm->size - MAX(policy->floor, vm->floor));
}

static int find_pool(Ballooner *ballooner, const VmMemory *vm)
{
    Pool pool = { .cells = vm->cells, .home = vm->home, .priority = vm->priority };

    for (guint p = 0; p < ballooner->pools->len; p++) {
        const Pool *other = &g_array_index(ballooner->pools, Pool, p);

        if (other->cells == pool.cells && other->home == pool.home &&
            other->priority == pool.priority)
            return (int)p;
    }
    g_array_append_val(ballooner->pools, pool);
    return (int)ballooner->pools->len - 1;
}

static void invite(Ballooner *ballooner, const Memory *memory,
                   const BalloonPolicy *policy)
{
    g_array_set_size(ballooner->parties, 0);
    g_array_set_size(ballooner->pools, 0);
    for (int v = 0; v < memory->n_vms; v++) {
        const VmMemory *vm = &memory->vms[v];
        Party party = { .vm = v, .available = vm_memory_available(vm) };

        if (vm->doubt != MEMORY_TRUSTED)
            continue;
        if (starves(vm, policy))
            invite_starved(vm, policy, &party);
        else
            invite_wasteful(vm, policy, &party);
        if (party.most < policy->least)
            continue;
        party.pool = find_pool(ballooner, vm);
        g_array_append_val(ballooner->parties, party);
    }
}

/* ── what the host can lend ───────────────────────────────────────────────── */

/* Its reserve, in parts as large as its cells are. */
static int64_t reserve_of(const Memory *memory, int cell, const BalloonPolicy *policy)
{
    int64_t total = 0, reserve;

    for (int c = 0; c < memory->n_cells; c++)
        total += memory->cells[c].total;
    reserve = MAX(policy->reserve, share_of(total, policy->reserve_share));
    return cell < 0 ? reserve
                    : (int64_t)((__int128)reserve * memory->cells[cell].total /
                                MAX(total, 1));
}

/* What has been granted and not yet been taken up is as good as gone. */
static int64_t outstanding(const VmMemory *vm)
{
    return vm->doubt == MEMORY_TRUSTED ? MAX(vm->size - vm->actual, 0) : 0;
}

static void find_spare(Ballooner *ballooner, const Memory *memory,
                       const BalloonPolicy *policy)
{
    int64_t spare_in_all = -reserve_of(memory, -1, policy);

    g_array_set_size(ballooner->spare, (guint)memory->n_cells);
    for (int c = 0; c < memory->n_cells; c++) {
        g_array_index(ballooner->spare, int64_t, c) =
            memory->cells[c].usable - reserve_of(memory, c, policy);
        spare_in_all += memory->cells[c].usable;
    }
    for (int v = 0; v < memory->n_vms; v++) {
        const VmMemory *vm = &memory->vms[v];

        spare_in_all -= outstanding(vm);
        if (vm->home >= 0 && vm->home < memory->n_cells)
            g_array_index(ballooner->spare, int64_t, vm->home) -= outstanding(vm);
    }
    ballooner->spare_in_all = MAX(spare_in_all, 0);
}

/* ── levels ───────────────────────────────────────────────────────────────── */

/* Where slice @level of what is available to those who get begins: even steps on the way
 * to the middle, then parts of what they may grow by. */
static int64_t level_at(const Party *party, const VmMemory *vm,
                        const BalloonPolicy *policy, int level)
{
    int64_t steady = middle(vm, policy);

    if (level <= 0)
        return -(INT64_C(1) << 60);
    if (level <= NEED_STEADY)
        return steady * level / NEED_STEADY;
    return steady + MAX(party->target - steady, 0) * (level - NEED_STEADY) /
                        (NEED_LEVELS - NEED_STEADY);
}

/* How much of what @party could get lies in slice @level. */
static int64_t need_in(const Party *party, const VmMemory *vm,
                       const BalloonPolicy *policy, int level)
{
    int64_t top = party->available + party->most;
    int64_t low = MAX(level_at(party, vm, policy, level), party->available);
    int64_t high = level + 1 < NEED_LEVELS
                       ? MIN(level_at(party, vm, policy, level + 1), top)
                       : top;

    return MAX(high - low, 0);
}

static int idle_level(const VmMemory *vm)
{
    int64_t idle = vm->size - vm->used_of_late;

    return (int)CLAMP(idle * IDLE_LEVELS / MAX(vm->size, 1), 0, IDLE_LEVELS - 1);
}

static void fill_pools(Ballooner *ballooner, const Memory *memory,
                       const BalloonPolicy *policy)
{
    for (guint i = 0; i < ballooner->parties->len; i++) {
        const Party *party = &g_array_index(ballooner->parties, Party, i);
        const VmMemory *vm = &memory->vms[party->vm];
        Pool *pool = &g_array_index(ballooner->pools, Pool, party->pool);

        if (party->gives)
            pool->idle[idle_level(vm)] += party->most;
        else
            for (int level = 0; level < NEED_LEVELS; level++)
                pool->need[level] += need_in(party, vm, policy, level);
    }
}

/* ── sharing out ──────────────────────────────────────────────────────────── */

/* @part of what @whole of its kind got; in turn, so that nothing is lost to rounding. */
static int64_t take_share(int64_t part, int64_t *whole, int64_t *got)
{
    int64_t share = *whole > 0 ? (int64_t)((__int128)part * *got / *whole) : 0;

    *whole -= part;
    *got -= share;
    return share;
}

static void share_needs(Ballooner *ballooner, const Memory *memory,
                        const BalloonPolicy *policy)
{
    for (guint i = 0; i < ballooner->parties->len; i++) {
        Party *party = &g_array_index(ballooner->parties, Party, i);
        Pool *pool = &g_array_index(ballooner->pools, Pool, party->pool);

        if (party->gives)
            continue;
        for (int level = 0; level < NEED_LEVELS; level++)
            party->amount +=
                take_share(need_in(party, &memory->vms[party->vm], policy, level),
                           &pool->need[level], &pool->filled[level]);
    }
}

static void share_burden(Ballooner *ballooner, const Memory *memory)
{
    for (guint i = 0; i < ballooner->parties->len; i++) {
        Party *party = &g_array_index(ballooner->parties, Party, i);
        Pool *pool = &g_array_index(ballooner->pools, Pool, party->pool);
        int level = idle_level(&memory->vms[party->vm]);

        if (party->gives)
            party->amount =
                take_share(party->most, &pool->idle[level], &pool->drawn[level]);
    }
}

/* ── the plan ─────────────────────────────────────────────────────────────── */

static void write_resizes(const Ballooner *ballooner, const Memory *memory,
                          const BalloonPolicy *policy, bool gives, ResizeReason reason,
                          BalloonPlan *out)
{
    for (guint i = 0; i < ballooner->parties->len; i++) {
        const Party *party = &g_array_index(ballooner->parties, Party, i);
        int64_t size = memory->vms[party->vm].size;
        Resize resize = { .vm = party->vm,
                          .reason = reason,
                          .from = size,
                          .to = gives ? size - party->amount : size + party->amount,
                          .available = party->available,
                          .wanted = party->most };

        if (party->gives == gives && party->amount >= policy->least)
            g_array_append_val(out->resizes, resize);
    }
}

static void return_waste(Ballooner *ballooner)
{
    for (guint i = 0; i < ballooner->parties->len; i++) {
        Party *party = &g_array_index(ballooner->parties, Party, i);

        party->amount = party->most;
    }
}

static int64_t count_wanted(const Ballooner *ballooner)
{
    int64_t wanted = 0;

    for (guint i = 0; i < ballooner->parties->len; i++) {
        const Party *party = &g_array_index(ballooner->parties, Party, i);

        wanted += party->gives ? 0 : party->most;
    }
    return wanted;
}

static void make_by_flow(Ballooner *ballooner, const Memory *memory,
                         const BalloonPolicy *policy, BalloonPlan *out)
{
    ResizeReason reason = out->wanted > 0 ? RESIZE_GIVES : RESIZE_RETURNS;

    if (out->wanted > 0) {
        fill_pools(ballooner, memory, policy);
        out->solved = balloon_flow(ballooner, memory, true);
        share_burden(ballooner, memory);
        out->lent = balloon_flow(ballooner, memory, false).flow;
        share_needs(ballooner, memory, policy);
    } else
        return_waste(ballooner);
    write_resizes(ballooner, memory, policy, true, reason, out);
    write_resizes(ballooner, memory, policy, false, RESIZE_STARVED, out);
}

void balloon_make(Ballooner *ballooner, const Memory *memory,
                  const BalloonPolicy *policy, BalloonPlan *out)
{
    if (!out->resizes)
        out->resizes = g_array_new(FALSE, FALSE, sizeof(Resize));
    g_array_set_size(out->resizes, 0);
    *out = (BalloonPlan){ .resizes = out->resizes };
    if (policy->rule == BALLOON_NONE || memory->n_cells == 0)
        return; /* a host that does not tell what it has, has nothing to lend */
    invite(ballooner, memory, policy);
    find_spare(ballooner, memory, policy);
    out->wanted = count_wanted(ballooner);
    out->spare = ballooner->spare_in_all;
    if (policy->rule == BALLOON_FLOW)
        make_by_flow(ballooner, memory, policy, out);
    else
        balloon_pair(ballooner, memory, policy, out);
}

Ballooner *ballooner_new(void)
{
    Ballooner *ballooner = g_new0(Ballooner, 1);

    ballooner->parties = g_array_new(FALSE, FALSE, sizeof(Party));
    ballooner->pools = g_array_new(FALSE, FALSE, sizeof(Pool));
    ballooner->spare = g_array_new(FALSE, TRUE, sizeof(int64_t));
    return ballooner;
}

void ballooner_free(Ballooner *ballooner)
{
    if (!ballooner)
        return;
    g_array_unref(ballooner->parties);
    g_array_unref(ballooner->pools);
    g_array_unref(ballooner->spare);
    network_clear(&ballooner->net);
    g_free(ballooner);
}

void balloon_plan_clear(BalloonPlan *plan)
{
    g_clear_pointer(&plan->resizes, g_array_unref);
    *plan = (BalloonPlan){ 0 };
}
