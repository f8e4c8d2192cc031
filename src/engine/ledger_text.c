/*
 * ledger_text.c - see ledger_book.h; the book in words.
 *
 *     [ledger]
 *     version=1
 *     boot=8c5e…-1f
 *     cpus=0-7
 *
 *     [vm 3f2a…-9c]
 *     name=db-7
 *     ran=81230000000
 *     found=0-3:all 4:2
 *     asked=0:3 4:5
 *     left=true
 *
 * Pins are told as VCPUS:CPUS, where "all" are all CPUs of the host: a VM that floated
 * floats wherever it comes to.
 */
#include "ledger_book.h"

#include <string.h>

enum { VERSION = 1, VCPUS_MAX = 1 << 16, FOUND = -1 };

#define HEAD "ledger"
#define VM_PREFIX "vm "
#define ALL "all"

/* ── pins ─────────────────────────────────────────────────────────────────── */

/* What was found, or the nth that was asked for. */
static const CpuSet *pins_of(const BookVm *vm, guint number, int which)
{
    const BookVcpu *vcpu = &g_array_index(vm->vcpus, BookVcpu, number);

    if (which == FOUND)
        return vcpu->found;
    return which < vcpu->n_asked ? vcpu->asked[which] : NULL;
}

static void append_pins(const Book *book, guint first, guint last, const CpuSet *cpus,
                        GString *out)
{
    g_autofree char *list = cpus == book->all ? g_strdup(ALL) : cpuset_format(cpus);

    if (out->len > 0)
        g_string_append_c(out, ' ');
    g_string_append_printf(out, "%u", first);
    if (last > first)
        g_string_append_printf(out, "-%u", last);
    g_string_append_printf(out, ":%s", list);
}

static void append_all_pins(const Book *book, const BookVm *vm, int which, GString *out)
{
    guint last;

    for (guint first = 0; first < vm->vcpus->len; first = last + 1) {
        const CpuSet *cpus = pins_of(vm, first, which);

        last = first;
        if (!cpus)
            continue;
        while (last + 1 < vm->vcpus->len && pins_of(vm, last + 1, which) == cpus)
            last++;
        append_pins(book, first, last, cpus, out);
    }
}

static void set_pins(BookVm *vm, int number, int which, const CpuSet *cpus)
{
    BookVcpu *vcpu = book_vcpu(vm, number);

    if (which == FOUND)
        vcpu->found = cpus;
    else
        book_ask(vcpu, cpus);
}

/* "0-3": from and to.  Returns what follows, or NULL. */
static const char *read_range(const char *text, guint64 *first, guint64 *last)
{
    char *end;

    *first = *last = g_ascii_strtoull(text, &end, 10);
    if (end == text || !g_ascii_isdigit(*text))
        return NULL;
    if (*end == '-' && g_ascii_isdigit(end[1]))
        *last = g_ascii_strtoull(end + 1, &end, 10);
    return *end == ':' && *first <= *last && *last < VCPUS_MAX ? end + 1 : NULL;
}

static bool read_pins(Book *book, BookVm *vm, int which, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);

    for (int i = 0; words[i]; i++) {
        guint64 first, last;
        const char *list = read_range(words[i], &first, &last);
        const CpuSet *cpus = NULL;

        if (list && strcmp(list, ALL) == 0)
            cpus = book->all;
        else if (list)
            cpus = cpusets_parse(book->sets, list, NULL);
        if (!cpus || cpus->n_cpus == 0)
            return false;
        for (guint64 number = first; number <= last; number++)
            set_pins(vm, (int)number, which, cpus);
    }
    return true;
}

char *book_state(const Book *book, const BookVm *vm)
{
    g_autoptr(GString) pins = g_string_new(NULL);

    append_all_pins(book, vm, FOUND, pins);
    return g_strdup_printf("%d %s", VERSION, pins->str);
}

bool book_read_state(Book *book, BookVm *vm, const char *state)
{
    const char *pins = strchr(state, ' ');

    return pins && g_ascii_strtoull(state, NULL, 10) == VERSION &&
           read_pins(book, vm, FOUND, pins + 1);
}

/* ── the file ─────────────────────────────────────────────────────────────── */

static const struct {
    const char *key;
    size_t offset;
} flags[] = {
    { "hands-off", G_STRUCT_OFFSET(BookVm, hands_off) },
    { "left", G_STRUCT_OFFSET(BookVm, left) },
    { "carried", G_STRUCT_OFFSET(BookVm, carried) },
    { "outdated", G_STRUCT_OFFSET(BookVm, outdated) },
};

static void format_vm(const Book *book, const BookVm *vm, GKeyFile *out)
{
    g_autofree char *group = g_strconcat(VM_PREFIX, vm->uuid, NULL);
    g_autoptr(GString) pins = g_string_new(NULL);

    g_key_file_set_string(out, group, "name", vm->name);
    g_key_file_set_int64(out, group, "ran", vm->ran_ns);
    append_all_pins(book, vm, FOUND, pins);
    g_key_file_set_value(out, group, "found", pins->str);
    g_string_truncate(pins, 0);
    for (int which = 0; which < ASKED_MAX; which++)
        append_all_pins(book, vm, which, pins);
    g_key_file_set_value(out, group, "asked", pins->str);
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        if (G_STRUCT_MEMBER(bool, vm, flags[i].offset))
            g_key_file_set_boolean(out, group, flags[i].key, TRUE);
}

static int by_uuid(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *book_format(const Book *book, const char *boot)
{
    g_autoptr(GKeyFile) out = g_key_file_new();
    g_autofree char *cpus = cpuset_format(book->all);
    guint n;
    g_autofree const char **uuids =
        (const char **)g_hash_table_get_keys_as_array(book->vms, &n);

    g_key_file_set_comment(out, NULL, NULL,
                           " What VMs had before Pinflow pinned them, and what it "
                           "asked for since.",
                           NULL);
    g_key_file_set_integer(out, HEAD, "version", VERSION);
    g_key_file_set_string(out, HEAD, "boot", boot);
    g_key_file_set_string(out, HEAD, "cpus", cpus);
    qsort(uuids, n, sizeof *uuids, by_uuid);
    for (guint i = 0; i < n; i++) {
        const BookVm *vm = book_find(book, uuids[i]);

        if (vm->hands_off || (!vm->arriving && book_owes(vm)))
            format_vm(book, vm, out);
    }
    return g_key_file_to_data(out, NULL, NULL);
}

static bool parse_vm(Book *book, GKeyFile *in, const char *group)
{
    const char *uuid = group + strlen(VM_PREFIX);
    g_autofree char *name = g_key_file_get_string(in, group, "name", NULL);
    g_autofree char *found = g_key_file_get_value(in, group, "found", NULL);
    g_autofree char *asked = g_key_file_get_value(in, group, "asked", NULL);
    BookVm *vm;

    if (!name || !found || !asked || !*uuid || strlen(uuid) >= UUID_SIZE)
        return false;
    vm = book_add(book, uuid, name);
    vm->ran_ns = g_key_file_get_int64(in, group, "ran", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        G_STRUCT_MEMBER(bool, vm, flags[i].offset) =
            g_key_file_get_boolean(in, group, flags[i].key, NULL);
    return (!*found || read_pins(book, vm, FOUND, found)) &&
           (!*asked || read_pins(book, vm, 0, asked));
}

static bool parse_head(Book *book, GKeyFile *in, GError **error)
{
    g_autofree char *cpus = g_key_file_get_string(in, HEAD, "cpus", NULL);
    int version = g_key_file_get_integer(in, HEAD, "version", NULL);

    if (version != VERSION) {
        g_set_error(error, MODEL_ERROR, MODEL_ERROR_VERSION,
                    "a ledger of version %d is wanted, not this", VERSION);
        return false;
    }
    book->all = cpusets_parse(book->sets, cpus ? cpus : "", error);
    return book->all != NULL;
}

bool book_parse(Book *book, const char *boot, const char *text, GError **error)
{
    g_autoptr(GKeyFile) in = g_key_file_new();
    g_autofree char *written = NULL;
    g_auto(GStrv) groups = NULL;

    if (!g_key_file_load_from_data(in, text, (gsize)-1, G_KEY_FILE_NONE, error))
        return false;
    written = g_key_file_get_string(in, HEAD, "boot", NULL);
    if (written && strcmp(written, boot) != 0)
        return true;
    if (!parse_head(book, in, error))
        return false;
    groups = g_key_file_get_groups(in, NULL);
    for (int i = 0; groups[i]; i++) {
        if (!g_str_has_prefix(groups[i], VM_PREFIX) || parse_vm(book, in, groups[i]))
            continue;
        g_set_error(error, MODEL_ERROR, MODEL_ERROR_TEXT, "[%s] cannot be understood",
                    groups[i]);
        return false;
    }
    return true;
}
