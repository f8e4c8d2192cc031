/*
 * ledger.c - see ledger.h; the book, and the file it is kept in.
 *
 * The file is written before anything is done that it should tell of, so it may tell of
 * things that were never done, and never the other way round.  It is whole at any moment:
 * a new one takes the place of the old one when every byte of it is on the disk.
 *
 * What another program can see for itself is written down when there is need to write
 * anyway, or in the end.
 */
#include "ledger_book.h"

#include <glib/gstdio.h>
#include <string.h>

struct Ledger {
    Book book;
    char *path; /* NULL where it is not written */
    char *boot;
};

static Ledger *ledger_new(const char *path)
{
    Ledger *ledger = g_new0(Ledger, 1);

    book_init(&ledger->book);
    ledger->path = g_strdup(path);
    if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &ledger->boot, NULL,
                            NULL))
        g_strstrip(ledger->boot);
    else
        ledger->boot = g_strdup("unknown");
    return ledger;
}

static void ledger_free(Ledger *ledger)
{
    book_clear(&ledger->book);
    g_free(ledger->path);
    g_free(ledger->boot);
    g_free(ledger);
}

static bool is_understood(Ledger *ledger, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) why = NULL;

    if (!g_file_get_contents(path, &text, NULL, &why)) {
        if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return true;
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (book_parse(&ledger->book, ledger->boot, text, error))
        return true;
    g_prefix_error(error, "%s: ", path);
    return false;
}

Ledger *ledger_open(const char *path, GError **error)
{
    Ledger *ledger = ledger_new(path);

    if (!path || is_understood(ledger, path, error))
        return ledger;
    ledger_free(ledger);
    return NULL;
}

Ledger *ledger_read(const char *path)
{
    Ledger *ledger = ledger_new(NULL);

    if (is_understood(ledger, path, NULL))
        return ledger;
    ledger_free(ledger);
    return ledger_new(NULL);
}

void ledger_close(Ledger *ledger)
{
    g_autoptr(GError) why = NULL;

    if (!ledger)
        return;
    if (!ledger_save(ledger, &why))
        g_warning("%s", why->message);
    ledger_free(ledger);
}

void ledger_trust(Ledger *ledger)
{
    ledger->book.trusting = true;
}

bool ledger_meet(Ledger *ledger, Host *host, Sample *sample, GError **error)
{
    return book_meet(&ledger->book, host, sample, error);
}

/* What a VM had is remembered of all its vCPUs at once: it is left with it only once. */
static void remember(Book *book, BookVm *vm, const Sample *sample, const SampleVm *seen)
{
    for (int i = 0; i < seen->n_vcpus; i++) {
        const SampleVcpu *vcpu =
            &g_array_index(sample->vcpus, SampleVcpu, seen->first_vcpu + i);
        BookVcpu *track = book_vcpu(vm, vcpu->number);

        if (track->found)
            continue;
        track->found = cpusets_adopt(book->sets, vcpu->pins);
        track->n_asked = 0;
        vm->left = vm->carried = false;
    }
}

void ledger_intend(Ledger *ledger, const Sample *sample, int number, const CpuSet *cpus)
{
    const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, number);
    const SampleVm *seen = &g_array_index(sample->vms, SampleVm, vcpu->vm);
    BookVm *vm = book_find(&ledger->book, seen->uuid);

    g_assert(vm);
    remember(&ledger->book, vm, sample, seen);
    book_ask(book_vcpu(vm, vcpu->number), cpusets_adopt(ledger->book.sets, cpus));
    ledger->book.unsaved = true;
}

bool ledger_save(Ledger *ledger, GError **error)
{
    g_autofree char *text = NULL;

    if (!ledger->path || !ledger->book.unsaved)
        return true;
    text = book_format(&ledger->book, ledger->boot);
    if (!g_file_set_contents_full(
            ledger->path, text, -1,
            G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error))
        return false;
    ledger->book.unsaved = false;
    return true;
}

bool ledger_leave(Ledger *ledger, Host *host, const char *uuid, GError **error)
{
    BookVm *vm = book_find(&ledger->book, uuid);
    g_autofree char *state = NULL;

    g_assert(vm);
    if (vm->left)
        return true;
    state = book_state(&ledger->book, vm);
    vm->left = host_remember(host, uuid, state, error);
    vm->outdated &= !vm->left;
    ledger->book.unsaved |= vm->left;
    return vm->left;
}

/* ── giving back ──────────────────────────────────────────────────────────── */

/* What was asked for, and not seen in force yet. */
static bool has_been_asked(const BookVcpu *vcpu)
{
    return vcpu->n_asked > 0 && vcpu->asked[vcpu->n_asked - 1] != vcpu->seen;
}

static Reply give_back(Ledger *ledger, Host *host, Sample *sample, const SampleVm *seen,
                       BookVm *vm, GError **error)
{
    for (int i = 0; i < seen->n_vcpus; i++) {
        const SampleVcpu *vcpu =
            &g_array_index(sample->vcpus, SampleVcpu, seen->first_vcpu + i);
        BookVcpu *track = book_vcpu(vm, vcpu->number);
        Reply reply;

        if (!track->found)
            continue;
        reply = book_return(host, sample, seen->first_vcpu + i, track->found,
                            has_been_asked(track), error);
        if (reply == REPLY_LATER || reply == REPLY_LOST)
            return reply;
        track->found = NULL;
        track->seen = cpusets_adopt(ledger->book.sets, vcpu->pins);
        ledger->book.unsaved = true;
    }
    for (guint i = 0; i < vm->vcpus->len; i++)
        g_array_index(vm->vcpus, BookVcpu, i).found = NULL;
    vm->arriving = false;
    vm->outdated = true;
    return book_mend(&ledger->book, host, vm, error);
}

int ledger_give_back(Ledger *ledger, Host *host, Sample *sample, GError **error)
{
    g_autoptr(GError) why = NULL;
    int n_busy = 0;

    for (guint i = 0; i < sample->vms->len; i++) {
        const SampleVm *seen = &g_array_index(sample->vms, SampleVm, i);
        BookVm *vm = book_find(&ledger->book, seen->uuid);
        Reply reply = REPLY_LATER;

        if (!vm || !(book_owes(vm) || vm->outdated))
            continue;
        if (!seen->busy)
            reply = give_back(ledger, host, sample, seen, vm, error);
        if (reply == REPLY_LOST)
            return -1;
        n_busy += reply == REPLY_LATER;
    }
    if (!ledger_save(ledger, &why))
        g_warning("%s", why->message);
    return n_busy;
}
