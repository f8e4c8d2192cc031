/*
 * cpuset.h - sets of CPUs of any size, each of which exists only once.
 *
 * Hosts have thousands of CPUs and hundreds of thousands of vCPUs, but few
 * different sets among them.  A pool therefore keeps one copy of each: a set is a
 * pointer that never changes, two sets of one pool are equal exactly when their
 * pointers are, and a vCPU's mask costs eight bytes.
 */
#ifndef MODEL_CPUSET_H
#define MODEL_CPUSET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* CPUs are numbered from 0 and below this. */
enum { CPUSET_SPAN_MAX = 1 << 16 };

typedef struct {
    int n_cpus;       /* members */
    int span;         /* one more than the highest member; 0 for the empty set */
    uint64_t words[]; /* [(span + 63) / 64] */
} CpuSet;

/* Where sets live, and until when. */
typedef struct CpuSets CpuSets;

CpuSets *cpusets_new(void);
void cpusets_free(CpuSets *sets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CpuSets, cpusets_free)

/* Each returns the pool's one copy, which lives as long as the pool. */
const CpuSet *cpusets_none(CpuSets *sets);
const CpuSet *cpusets_range(CpuSets *sets, int first, int n_cpus);
const CpuSet *cpusets_list(CpuSets *sets, const int *cpus, int n_cpus);
const CpuSet *cpusets_or(CpuSets *sets, const CpuSet *a, const CpuSet *b);
const CpuSet *cpusets_and(CpuSets *sets, const CpuSet *a, const CpuSet *b);
const CpuSet *cpusets_minus(CpuSets *sets, const CpuSet *a, const CpuSet *b);
/* A set of this or another pool. */
const CpuSet *cpusets_adopt(CpuSets *sets, const CpuSet *set);

/* The kernel's list form, "0-3,8"; "" is the empty set.  A text that is none is
 * MODEL_ERROR_TEXT, and the message says where it went wrong. */
const CpuSet *cpusets_parse(CpuSets *sets, const char *text, GError **error);
char *cpuset_format(const CpuSet *set);

static inline bool cpuset_has(const CpuSet *set, int cpu)
{
    return cpu >= 0 && cpu < set->span && (set->words[cpu / 64] >> (cpu % 64) & 1);
}

/* The lowest member that is not below @cpu, or -1. */
int cpuset_next(const CpuSet *set, int cpu);

bool cpuset_within(const CpuSet *inner, const CpuSet *outer);
bool cpuset_meets(const CpuSet *a, const CpuSet *b);

/* What is wrong with a text that a person or an earlier program wrote. */
#define MODEL_ERROR (model_error_quark())
typedef enum {
    MODEL_ERROR_TEXT,    /* the message begins with the line, where there are lines */
    MODEL_ERROR_VERSION, /* written by a newer program */
} ModelError;
GQuark model_error_quark(void);

#endif
