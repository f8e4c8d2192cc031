/*
 * memory.h - from what guests say of their memory to what can be relied on.
 *
 * A guest is believed as far as it makes sense: what it freed a moment ago it may want
 * back, what it took lately it will take again, and of one that has not spoken for a
 * while, or whose balloon does not do as it was told, nothing is concluded.
 */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include "model/sample.h"

/* Why a VM's memory is left alone. */
typedef enum {
    MEMORY_TRUSTED,
    MEMORY_BUSY,     /* it holds a job, or its owner wants it left as it is */
    MEMORY_FIXED,    /* ballooning it would help nobody */
    MEMORY_UNTOLD,   /* its guest says nothing: there is no driver, or it still boots */
    MEMORY_STALE,    /* ...or nothing any more */
    MEMORY_STUCK,    /* its balloon does not do as it was told */
    MEMORY_NONSENSE, /* what it says cannot be */
    N_MEMORY_DOUBTS,
} MemoryDoubt;

/* All KiB. */
typedef struct {
    MemoryDoubt doubt; /* unless MEMORY_TRUSTED, the rest means nothing */
    int64_t most, floor;
    int64_t size;         /* what it has, or is just being given or relieved of */
    int64_t actual;       /* what it has */
    int64_t used;         /* by the guest, without what it could do without */
    int64_t used_of_late; /* the most of that */
    int64_t growth;       /* of it, in one period */
    bool hungry;          /* it swaps in, or reads back pages that it had to drop */
    int priority;
    const CpuSet *cells; /* whose memory it must use; NULL for any */
    int home;            /* the cell where most of its vCPUs run, or -1 */
} VmMemory;

typedef struct {
    int64_t period_us;
    int n_vms; /* those of the sample, in its order */
    VmMemory *vms;
    const Topology *topology; /* the sample's */
    int n_cells;              /* 0 where the host does not tell */
    const SampleCell *cells;  /* the sample's */
    int max_vms;              /* room */
} Memory;

static inline int64_t vm_memory_available(const VmMemory *vm)
{
    return vm->size - vm->used;
}

void memory_clear(Memory *memory);

const char *memory_doubt_text(MemoryDoubt doubt);

typedef struct MemoryHistory MemoryHistory;

MemoryHistory *memory_history_new(void);
void memory_history_free(MemoryHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MemoryHistory, memory_history_free)

/* False where no time has passed since the last sample, or there was none; @out is then
 * as it was.  @out starts out as zeros and borrows from @sample. */
bool memory_derive(MemoryHistory *history, const Sample *sample, Memory *out);

#endif
