/*
 * balloon_pair.c - a simple rule for memory, to compare with.
 *
 * Each period it looks at two VMs: the one that has least available, if that is too
 * little, and the one that has most, if that is too much.  Who wastes is left with half of
 * what it has, and the other half goes to the one that starves; without the one, the host
 * gives as much as is too much, and without the other it gets what is.
 */
#include "balloon_room.h"

static const VmMemory *of(const Memory *memory, const Party *party)
{
    return &memory->vms[party->vm];
}

/* Those that starve have least available, and those that waste most. */
static void find_pair(const Ballooner *ballooner, const Party **starved,
                      const Party **wasteful)
{
    *starved = *wasteful = NULL;
    for (guint i = 0; i < ballooner->parties->len; i++) {
        const Party *party = &g_array_index(ballooner->parties, Party, i);

        if (party->gives) {
            if (!*wasteful || party->available > (*wasteful)->available)
                *wasteful = party;
        } else if (!*starved || party->available < (*starved)->available)
            *starved = party;
    }
}

static void add(const Memory *memory, const Party *party, ResizeReason reason,
                int64_t to, BalloonPlan *out)
{
    const VmMemory *vm = of(memory, party);
    Resize resize = { .vm = party->vm,
                      .reason = reason,
                      .from = vm->size,
                      .to = to,
                      .available = party->available,
                      .wanted = party->most };

    if (resize.to != resize.from)
        g_array_append_val(out->resizes, resize);
}

void balloon_pair(Ballooner *ballooner, const Memory *memory,
                  const BalloonPolicy *policy, BalloonPlan *out)
{
    const Party *starved, *wasteful;
    int64_t gift = policy->wasteful;

    find_pair(ballooner, &starved, &wasteful);
    if (wasteful) {
        const VmMemory *vm = of(memory, wasteful);
        int64_t waste = wasteful->available - policy->wasteful;
        int64_t least = MAX(MAX(policy->floor, vm->floor), vm->used + policy->left);

        gift = MIN(starved ? vm->size / 2 : waste, MAX(vm->size - least, 0));
        add(memory, wasteful, starved ? RESIZE_GIVES : RESIZE_RETURNS, vm->size - gift,
            out);
    }
    if (starved) {
        const VmMemory *vm = of(memory, starved);
        int64_t room = MIN(vm->most - vm->size, ballooner->spare_in_all);

        out->lent = CLAMP(gift, 0, MAX(room, 0));
        add(memory, starved, RESIZE_STARVED, vm->size + out->lent, out);
    }
}
