/*
 * ledger_meet.c - see ledger_book.h; the book, and a host as it is now.
 *
 * Pins in force that are neither what was found, nor what was seen last, nor what was
 * asked for are another hand's, unless the VM has begun anew: its counters say so, or
 * that it was away for a while, or that what was left with it is no more.
 *
 * What was asked for longer ago counts too.  A request may hang in the host and come true
 * after the next one was made, and a program may end between writing down and asking.
 */
#include "ledger_book.h"

#include <string.h>

/* Samples after which one that is missing is forgotten: a host that is asked while a VM
 * is busy may well leave it out. */
enum { ABSENT_MAX = 20 };

/* Of whatever pools. */
static bool same(const CpuSet *a, const CpuSet *b)
{
    if (a == b)
        return true;
    return a && b && a->n_cpus == b->n_cpus && a->span == b->span &&
           memcmp(a->words, b->words, (size_t)(a->span + 63) / 64 * sizeof *a->words) ==
               0;
}

static const SampleVcpu *vcpu_of(const Sample *sample, const SampleVm *vm, int nth)
{
    return &g_array_index(sample->vcpus, SampleVcpu, vm->first_vcpu + nth);
}

/* Its counters may not be told now and then. */
static int64_t ran_by(const Sample *sample, const SampleVm *vm)
{
    return vm->n_vcpus > 0 ? vcpu_of(sample, vm, 0)->ran_ns : 0;
}

/* ── what a host is asked ─────────────────────────────────────────────────── */

static Reply reply_to(bool well, GError *why, const char *name, GError **error)
{
    if (well)
        return REPLY_DONE;
    if (why->domain == HOST_ERROR)
        switch ((HostError)why->code) {
        case HOST_ERROR_BUSY:
            return REPLY_LATER;
        case HOST_ERROR_REFUSED:
            g_warning("giving up on %s: %s", name, why->message);
            return REPLY_NEVER;
        case HOST_ERROR_GONE:
            return REPLY_NEVER;
        case HOST_ERROR_LOST:
        case HOST_ERROR_ENDED:
        case HOST_ERROR_TEXT:
            break;
        }
    g_propagate_error(error, g_error_copy(why));
    return REPLY_LOST;
}

Reply book_return(Host *host, Sample *sample, int number, const CpuSet *found,
                  bool stale, GError **error)
{
    SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, number);
    const SampleVm *vm = &g_array_index(sample->vms, SampleVm, vcpu->vm);
    const Topology *topology = sample->topology;
    const CpuSet *here = cpusets_range(topology->sets, 0, topology->n_pcpus);
    const CpuSet *cpus =
        cpusets_and(topology->sets, cpusets_adopt(topology->sets, found), here);
    g_autoptr(GError) why = NULL;
    Reply reply;
    bool well;

    if (!cpuset_meets(cpus, topology->online))
        cpus = vcpu->allowed;
    if (!stale && same(cpus, vcpu->pins))
        return REPLY_DONE;
    well = host->ops->pin(host, vm->uuid, vcpu->number, cpus, &why);
    reply = reply_to(well, why, vm->name, error);
    if (reply == REPLY_DONE)
        vcpu->pins = cpus;
    return reply;
}

Reply book_mend(const Book *book, Host *host, BookVm *vm, GError **error)
{
    g_autofree char *state = book_owes(vm) ? book_state(book, vm) : NULL;
    g_autoptr(GError) why = NULL;
    Reply reply =
        reply_to(host_remember(host, vm->uuid, state, &why), why, vm->name, error);

    if (reply == REPLY_DONE || reply == REPLY_NEVER) {
        vm->left = reply == REPLY_DONE && state;
        vm->outdated = false;
    }
    return reply;
}

/* ── who is who ───────────────────────────────────────────────────────────── */

/* Whether the host alone made @pins of what was seen: CPUs went and came, and a kernel
 * lets nobody starve. */
static bool host_made(const Book *book, const Sample *sample, const CpuSet *seen,
                      const CpuSet *pins)
{
    CpuSets *sets = sample->topology->sets;
    const CpuSet *online = sample->topology->online;
    const CpuSet *both;

    if (same(online, book->online))
        return false;
    both = cpusets_and(sets, online, cpusets_adopt(sets, book->online));
    seen = cpusets_adopt(sets, seen);
    return !cpuset_meets(seen, online) ||
           cpusets_and(sets, seen, both) == cpusets_and(sets, pins, both);
}

static bool is_known(const Book *book, const Sample *sample, const BookVcpu *vcpu,
                     const CpuSet *pins)
{
    bool unmet = !vcpu->seen && !vcpu->found;

    if (unmet || same(pins, vcpu->seen) || same(pins, vcpu->found))
        return true;
    for (int i = 0; i < vcpu->n_asked; i++)
        if (same(pins, vcpu->asked[i]))
            return true;
    return vcpu->seen && host_made(book, sample, vcpu->seen, pins);
}

/* A vCPU that was unplugged and comes back is another one. */
static bool is_new(const Book *book, const BookVcpu *known, const SampleVcpu *vcpu)
{
    return known->met > 0 &&
           (known->met < book->n_met - 1 || vcpu->ran_ns < known->ran_ns);
}

static bool is_surprising(const Book *book, const Sample *sample, BookVm *known,
                          const SampleVcpu *vcpu)
{
    if ((guint)vcpu->number >= known->vcpus->len)
        return false;
    return !is_known(book, sample, book_vcpu(known, vcpu->number), vcpu->pins);
}

/* Whether this is not the VM that we know, but one that has begun anew or comes from
 * elsewhere. */
static bool is_another(const Book *book, const Sample *sample, BookVm *known,
                       const SampleVm *vm)
{
    bool was_away = known->met < book->n_met - 1;

    if (vm->n_vcpus == 0)
        return false;
    if (ran_by(sample, vm) < known->ran_ns || (was_away && vm->state && !known->left))
        return true;
    if (!was_away && !(known->carried && !vm->state))
        return false;
    for (int i = 0; i < vm->n_vcpus; i++)
        if (is_surprising(book, sample, known, vcpu_of(sample, vm, i)))
            return true;
    return false;
}

/* ── one that carries a state ─────────────────────────────────────────────── */

/* What is in force until its own pins are is no surprise. */
static void welcome(Book *book, BookVm *known, const Sample *sample, const SampleVm *vm)
{
    if (!book_read_state(book, known, vm->state)) {
        g_message("%s carries a state that cannot be understood; it is left alone "
                  "until it restarts",
                  vm->name);
        g_array_set_size(known->vcpus, 0);
        known->hands_off = book->unsaved = true;
        return;
    }
    for (int i = 0; i < vm->n_vcpus; i++) {
        const SampleVcpu *vcpu = vcpu_of(sample, vm, i);

        book_ask(book_vcpu(known, vcpu->number), cpusets_adopt(book->sets, vcpu->pins));
    }
    known->left = known->carried = book->trusting;
    known->arriving = !book->trusting;
}

static bool give_back(Book *book, Host *host, Sample *sample, BookVm *known,
                      SampleVm *vm, GError **error)
{
    vm->hands_off = true;
    for (int i = 0; i < vm->n_vcpus && !vm->busy; i++) {
        const SampleVcpu *vcpu = vcpu_of(sample, vm, i);
        BookVcpu *track = book_vcpu(known, vcpu->number);
        Reply reply = REPLY_DONE;

        if (track->found)
            reply = book_return(host, sample, vm->first_vcpu + i, track->found, false,
                                error);
        track->seen = cpusets_adopt(book->sets, vcpu->pins);
        if (reply == REPLY_LOST)
            return false;
        if (reply == REPLY_LATER)
            return true;
    }
    if (vm->busy)
        return true;
    for (guint i = 0; i < known->vcpus->len; i++)
        g_array_index(known->vcpus, BookVcpu, i).found = NULL;
    known->arriving = vm->hands_off = false;
    known->outdated = true;
    return true;
}

/* ── another hand ─────────────────────────────────────────────────────────── */

static void let_go(Book *book, BookVm *known, BookVcpu *vcpu)
{
    if (vcpu->found)
        known->outdated = true;
    vcpu->found = NULL;
    vcpu->n_asked = 0;
    book->unsaved = true;
}

static void notice_hand(BookVm *known, const SampleVm *vm, const SampleVcpu *vcpu)
{
    g_autofree char *list = cpuset_format(vcpu->pins);

    if (!known->hands_off)
        g_message("another hand has pinned vCPU %d of %s to %s; it is left alone until "
                  "it restarts",
                  vcpu->number, vm->name, list);
    known->hands_off = true;
}

static void look_at(Book *book, const Sample *sample, BookVm *known, const SampleVm *vm,
                    const SampleVcpu *vcpu)
{
    BookVcpu *track = book_vcpu(known, vcpu->number);

    if (!is_known(book, sample, track, vcpu->pins)) {
        if (!is_new(book, track, vcpu))
            notice_hand(known, vm, vcpu);
        let_go(book, known, track);
    }
    if (track->n_asked > 1 && same(vcpu->pins, track->asked[track->n_asked - 1])) {
        track->asked[0] = track->asked[track->n_asked - 1];
        track->n_asked = 1;
    }
    if (!same(track->seen, vcpu->pins))
        track->seen = cpusets_adopt(book->sets, vcpu->pins);
    track->met = book->n_met;
    track->ran_ns = vcpu->ran_ns;
}

/* ── all of them ──────────────────────────────────────────────────────────── */

/* Pins that were asked for on the way here are in force, as far as @sample tells. */
static bool meet(Book *book, Host *host, Sample *sample, SampleVm *vm, GError **error)
{
    BookVm *known = book_find(book, vm->uuid);

    if (known && is_another(book, sample, known, vm)) {
        book->unsaved |= known->left || known->hands_off;
        g_hash_table_remove(book->vms, vm->uuid);
        known = NULL;
    }
    if (!known) {
        known = book_add(book, vm->uuid, vm->name);
        if (vm->state)
            welcome(book, known, sample, vm);
    }
    if (known->arriving && !give_back(book, host, sample, known, vm, error))
        return false;
    for (int i = 0; i < vm->n_vcpus; i++)
        look_at(book, sample, known, vm, vcpu_of(sample, vm, i));
    if (known->left && vm->state && !known->carried)
        known->carried = book->unsaved = true;
    vm->hands_off |= known->hands_off;
    known->met = book->n_met;
    known->ran_ns = MAX(known->ran_ns, ran_by(sample, vm));
    return vm->busy || !known->outdated ||
           book_mend(book, host, known, error) != REPLY_LOST;
}

static gboolean has_ended(gpointer uuid, gpointer data, gpointer into)
{
    const BookVm *vm = data;
    Book *book = into;

    (void)uuid;
    if (book->n_met - vm->met <= ABSENT_MAX)
        return FALSE;
    book->unsaved |= vm->hands_off || book_owes(vm);
    return TRUE;
}

bool book_meet(Book *book, Host *host, Sample *sample, GError **error)
{
    const Topology *topology = sample->topology;

    book->n_met++;
    if (book->all->n_cpus != topology->n_pcpus)
        book->all = cpusets_range(book->sets, 0, topology->n_pcpus);
    for (guint i = 0; i < sample->vms->len; i++)
        if (!meet(book, host, sample, &g_array_index(sample->vms, SampleVm, i), error))
            return false;
    if (!same(book->online, topology->online))
        book->online = cpusets_adopt(book->sets, topology->online);
    if (g_hash_table_size(book->vms) > sample->vms->len)
        g_hash_table_foreach_remove(book->vms, has_ended, book);
    book->trusting = false;
    return true;
}
