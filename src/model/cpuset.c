/*
 * cpuset.c - sets of CPUs, one copy of each.
 *
 * Every operation writes its result into the pool's scratch set, as wide as a set can
 * be, and then asks for the copy of it.  Only a set never seen before takes memory,
 * so that operations on the sets of a settled host take none.
 *
 * A set has no words above its span, the word of the highest member is the last:
 * equal sets are equal word by word.
 */
#include "model/cpuset.h"

#include <string.h>

enum { WORDS_MAX = CPUSET_SPAN_MAX / 64 };

G_DEFINE_QUARK(model_error_quark, model_error)

struct CpuSets {
    GHashTable *all; /* of CpuSet to itself */
    CpuSet *scratch; /* with room for WORDS_MAX */
};

static int n_words_of(int span)
{
    return (span + 63) / 64;
}

static size_t size_of(int span)
{
    return sizeof(CpuSet) + (size_t)n_words_of(span) * sizeof(uint64_t);
}

/* ── one copy of each ─────────────────────────────────────────────────────── */

static guint hash_set(gconstpointer key)
{
    const CpuSet *set = key;
    uint64_t hash = (uint64_t)set->span;

    for (int w = 0; w < n_words_of(set->span); w++) {
        hash = (hash ^ set->words[w]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (guint)hash;
}

static gboolean are_equal(gconstpointer a, gconstpointer b)
{
    const CpuSet *left = a, *right = b;

    return left->span == right->span &&
           memcmp(left->words, right->words,
                  (size_t)n_words_of(left->span) * sizeof(uint64_t)) == 0;
}

CpuSets *cpusets_new(void)
{
    CpuSets *sets = g_new(CpuSets, 1);

    sets->all = g_hash_table_new_full(hash_set, are_equal, g_free, NULL);
    sets->scratch = g_malloc0(size_of(CPUSET_SPAN_MAX));
    return sets;
}

void cpusets_free(CpuSets *sets)
{
    if (!sets)
        return;
    g_hash_table_unref(sets->all);
    g_free(sets->scratch);
    g_free(sets);
}

static const CpuSet *the_copy(CpuSets *sets, const CpuSet *set)
{
    CpuSet *copy = g_hash_table_lookup(sets->all, set);

    if (copy)
        return copy;
    copy = g_memdup2(set, size_of(set->span));
    g_hash_table_add(sets->all, copy);
    return copy;
}

/* ── the scratch set ──────────────────────────────────────────────────────── */

/* Empty, with @n_words to write on. */
static uint64_t *wipe(CpuSets *sets, int n_words)
{
    g_assert(n_words <= WORDS_MAX);
    memset(sets->scratch->words, 0, (size_t)n_words * sizeof(uint64_t));
    return sets->scratch->words;
}

/* The pool's copy of what the first @n_words of the scratch set say. */
static const CpuSet *keep(CpuSets *sets, int n_words)
{
    CpuSet *scratch = sets->scratch;

    scratch->n_cpus = 0;
    scratch->span = 0;
    for (int w = 0; w < n_words; w++) {
        if (scratch->words[w] == 0)
            continue;
        scratch->n_cpus += __builtin_popcountll(scratch->words[w]);
        scratch->span = 64 * w + 64 - __builtin_clzll(scratch->words[w]);
    }
    return the_copy(sets, scratch);
}

static void set_bit(uint64_t *words, int cpu)
{
    words[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

const CpuSet *cpusets_none(CpuSets *sets)
{
    return keep(sets, 0);
}

const CpuSet *cpusets_range(CpuSets *sets, int first, int n_cpus)
{
    int n_words = n_words_of(first + n_cpus);
    uint64_t *words;

    g_assert(first >= 0 && n_cpus >= 0 && n_cpus <= CPUSET_SPAN_MAX - first);
    words = wipe(sets, n_words);
    for (int cpu = first; cpu < first + n_cpus; cpu++)
        set_bit(words, cpu);
    return keep(sets, n_words);
}

const CpuSet *cpusets_list(CpuSets *sets, const int *cpus, int n_cpus)
{
    int span = 0;
    uint64_t *words;

    for (int i = 0; i < n_cpus; i++) {
        g_assert(cpus[i] >= 0 && cpus[i] < CPUSET_SPAN_MAX);
        span = MAX(span, cpus[i] + 1);
    }
    words = wipe(sets, n_words_of(span));
    for (int i = 0; i < n_cpus; i++)
        set_bit(words, cpus[i]);
    return keep(sets, n_words_of(span));
}

const CpuSet *cpusets_or(CpuSets *sets, const CpuSet *a, const CpuSet *b)
{
    const CpuSet *wide = a->span > b->span ? a : b, *other = wide == a ? b : a;
    int n_words = n_words_of(wide->span);
    uint64_t *words = wipe(sets, n_words);

    for (int w = 0; w < n_words; w++)
        words[w] = wide->words[w];
    for (int w = 0; w < n_words_of(other->span); w++)
        words[w] |= other->words[w];
    return keep(sets, n_words);
}

const CpuSet *cpusets_and(CpuSets *sets, const CpuSet *a, const CpuSet *b)
{
    int n_words = n_words_of(MIN(a->span, b->span));
    uint64_t *words = wipe(sets, n_words);

    for (int w = 0; w < n_words; w++)
        words[w] = a->words[w] & b->words[w];
    return keep(sets, n_words);
}

const CpuSet *cpusets_minus(CpuSets *sets, const CpuSet *a, const CpuSet *b)
{
    int n_words = n_words_of(a->span);
    int n_common = n_words_of(MIN(a->span, b->span));
    uint64_t *words = wipe(sets, n_words);

    for (int w = 0; w < n_common; w++)
        words[w] = a->words[w] & ~b->words[w];
    for (int w = n_common; w < n_words; w++)
        words[w] = a->words[w];
    return keep(sets, n_words);
}

const CpuSet *cpusets_adopt(CpuSets *sets, const CpuSet *set)
{
    return the_copy(sets, set);
}

/* ── sets as text ─────────────────────────────────────────────────────────── */

typedef struct {
    const char *text, *at;
    const char *wrong; /* the first complaint, about what is at @at; or NULL */
    int n_words;       /* of the scratch set, in use so far */
} Reader;

/* Something below CPUSET_SPAN_MAX in any case. */
static int read_cpu(Reader *reader)
{
    const char *first = reader->at;
    int cpu = 0;

    if (reader->wrong)
        return 0;
    for (; g_ascii_isdigit(*reader->at) && cpu < CPUSET_SPAN_MAX; reader->at++)
        cpu = 10 * cpu + *reader->at - '0';
    if (reader->at == first)
        reader->wrong = "a CPU number is wanted";
    if (cpu < CPUSET_SPAN_MAX)
        return cpu;
    reader->at = first;
    reader->wrong = "no host has a CPU of that number";
    return 0;
}

static bool skip(Reader *reader, char what)
{
    if (reader->wrong || *reader->at != what)
        return false;
    reader->at++;
    return true;
}

static void read_range(Reader *reader, CpuSets *sets)
{
    const char *begin = reader->at;
    int first = read_cpu(reader);
    int last = skip(reader, '-') ? read_cpu(reader) : first;

    if (!reader->wrong && last < first) {
        reader->at = begin;
        reader->wrong = "a range runs from the lower CPU to the higher";
    }
    for (; reader->n_words <= last / 64; reader->n_words++)
        sets->scratch->words[reader->n_words] = 0;
    for (int cpu = first; cpu <= last; cpu++)
        set_bit(sets->scratch->words, cpu);
}

static void skip_blanks(Reader *reader)
{
    while (g_ascii_isspace(*reader->at))
        reader->at++;
}

const CpuSet *cpusets_parse(CpuSets *sets, const char *text, GError **error)
{
    Reader reader = { .text = text, .at = text };

    skip_blanks(&reader);
    if (*reader.at != '\0') {
        do
            read_range(&reader, sets);
        while (skip(&reader, ','));
        if (!reader.wrong)
            skip_blanks(&reader);
        if (!reader.wrong && *reader.at != '\0')
            reader.wrong = "a comma or the end is wanted";
    }
    if (!reader.wrong)
        return keep(sets, reader.n_words);

    g_set_error(error, MODEL_ERROR, MODEL_ERROR_TEXT,
                "'%s' is no set of CPUs: %s at character %td", text, reader.wrong,
                reader.at - reader.text + 1);
    return NULL;
}

char *cpuset_format(const CpuSet *set)
{
    GString *out = g_string_new(NULL);

    for (int first = cpuset_next(set, 0); first >= 0;) {
        int last = first;

        while (cpuset_has(set, last + 1))
            last++;
        g_string_append_printf(out, out->len == 0 ? "%d" : ",%d", first);
        if (last > first)
            g_string_append_printf(out, "-%d", last);
        first = cpuset_next(set, last + 1);
    }
    return g_string_free(out, FALSE);
}

/* ── questions ────────────────────────────────────────────────────────────── */

int cpuset_next(const CpuSet *set, int cpu)
{
    cpu = MAX(cpu, 0);
    if (cpu >= set->span)
        return -1;
    for (int w = cpu / 64; w < n_words_of(set->span); w++) {
        uint64_t rest = set->words[w];

        if (w == cpu / 64)
            rest &= UINT64_MAX << (cpu % 64);
        if (rest != 0)
            return 64 * w + __builtin_ctzll(rest);
    }
    return -1;
}

bool cpuset_within(const CpuSet *inner, const CpuSet *outer)
{
    if (inner == outer)
        return true;
    if (inner->span > outer->span)
        return false;
    for (int w = 0; w < n_words_of(inner->span); w++) {
        if (inner->words[w] & ~outer->words[w])
            return false;
    }
    return true;
}

bool cpuset_meets(const CpuSet *a, const CpuSet *b)
{
    for (int w = 0; w < n_words_of(MIN(a->span, b->span)); w++) {
        if (a->words[w] & b->words[w])
            return true;
    }
    return false;
}
