/* ledger_book.c - see ledger_book.h; what is in the book. */
#include "ledger_book.h"

static void free_vm(gpointer data)
{
    BookVm *vm = data;

    g_free(vm->name);
    g_array_unref(vm->vcpus);
    g_free(vm);
}

void book_init(Book *book)
{
    *book = (Book){ .sets = cpusets_new() };
    book->vms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_vm);
    book->all = book->online = cpusets_none(book->sets);
}

void book_clear(Book *book)
{
    g_hash_table_unref(book->vms);
    cpusets_free(book->sets);
}

BookVm *book_add(Book *book, const char *uuid, const char *name)
{
    BookVm *vm = g_new0(BookVm, 1);

    g_strlcpy(vm->uuid, uuid, sizeof vm->uuid);
    vm->name = g_strdup(name);
    vm->vcpus = g_array_new(FALSE, TRUE, sizeof(BookVcpu));
    g_hash_table_replace(book->vms, vm->uuid, vm);
    return vm;
}

BookVm *book_find(const Book *book, const char *uuid)
{
    return g_hash_table_lookup(book->vms, uuid);
}

BookVcpu *book_vcpu(BookVm *vm, int number)
{
    if ((guint)number >= vm->vcpus->len)
        g_array_set_size(vm->vcpus, (guint)number + 1);
    return &g_array_index(vm->vcpus, BookVcpu, number);
}

/* What is asked for again may come into force last.  Of too many, the oldest is past. */
void book_ask(BookVcpu *vcpu, const CpuSet *cpus)
{
    int n = 0;

    for (int i = 0; i < vcpu->n_asked; i++)
        if (vcpu->asked[i] != cpus)
            vcpu->asked[n++] = vcpu->asked[i];
    if (n == ASKED_MAX) {
        for (int i = 1; i < n; i++)
            vcpu->asked[i - 1] = vcpu->asked[i];
        n--;
    }
    vcpu->asked[n++] = cpus;
    vcpu->n_asked = n;
}

bool book_owes(const BookVm *vm)
{
    for (guint i = 0; i < vm->vcpus->len; i++)
        if (g_array_index(vm->vcpus, BookVcpu, i).found)
            return true;
    return false;
}
