/*
 * sample.h - what the host said when asked, word for word.
 *
 * A sample holds counters as they were read and draws no conclusion from them.
 * Everything the program decides follows from its policy and a series of samples;
 * write those down and the whole day can be played again.
 */
#ifndef MODEL_SAMPLE_H
#define MODEL_SAMPLE_H

#include "model/topology.h"

enum { UUID_SIZE = 37 };

/* The least time between two samples in which there is something to see, since run time
 * is counted in ticks; and the longest that is still one period. */
#define PERIOD_MIN_US (10 * G_TIME_SPAN_MILLISECOND)
#define PERIOD_MAX_US (24 * 3600 * G_TIME_SPAN_SECOND)

/* For counters and limits that a host does not tell or that are not set. */
#define SAMPLE_UNKNOWN INT64_C(-1)

/* KiB, and SAMPLE_UNKNOWN where not told. */
typedef struct {
    int64_t most;       /* what it may have: its maximum; 0 if nothing at all is told */
    int64_t actual;     /* what its balloon leaves it */
    int64_t asked;      /* what it was last told to have */
    int64_t usable;     /* what it could use without swapping, as it says itself */
    int64_t swapped_in; /* since it started, and so are */
    int64_t faults;     /* page faults that had to read a disk */
    int64_t stamp;      /* changes when the guest says something new */
    int64_t floor;      /* its owner's wish: never less */
    int priority;       /* likewise: more is served first; 0 is usual */
    bool fixed;         /* no balloon, or one that would help nobody */
    const CpuSet *cells; /* whose memory it must use; NULL for any */
} SampleMemory;

/* Of a cell of the host, KiB. */
typedef struct {
    int64_t total, usable;
} SampleCell;

typedef struct {
    char uuid[UUID_SIZE]; /* one word */
    char *name;           /* any text; never NULL */
    int first_vcpu, n_vcpus;
    int weight;     /* cpu_shares; 1024 where nobody said otherwise */
    int quota;      /* of each vCPU, thousandths of a CPU; 0 for none */
    bool busy;      /* holds a job (it migrates, or is being saved): do not touch */
    bool hands_off; /* its owner wants it left as it is */
    char *state;    /* what was left with it (Host.remember), a line of text; or NULL */
    SampleMemory memory;
} SampleVm;

typedef struct {
    int vm, number;
    int64_t ran_ns;    /* since the VM started */
    int64_t waited_ns; /* ready to run and not let; or SAMPLE_UNKNOWN */
    int64_t polled_ns; /* of ran_ns, in the halt loop; or SAMPLE_UNKNOWN */
    int pcpu;          /* where it last ran, or -1 */
    const CpuSet *allowed, *pins;
} SampleVcpu;

typedef struct {
    int64_t taken_us;         /* on the host's own clock */
    const Topology *topology; /* the host's; lives as long as the host */
    GArray *vms;              /* of SampleVm, sorted by uuid */
    GArray *vcpus;            /* of SampleVcpu, in the order of their VMs */
    GArray *busy_ns;          /* of int64_t, one a pCPU, whoever ran; or empty */
    GArray *cells;            /* of SampleCell, one a cell; or empty */
} Sample;

void sample_init(Sample *sample);
void sample_reset(Sample *sample); /* empties it and keeps the memory */
void sample_clear(Sample *sample);

/* One line per thing, readable in a diff; what is written reads back equal.  The
 * last line is "end".  The topology is a text of its own, since it seldom changes. */
void sample_format(const Sample *sample, GString *out);
void topology_format(const Topology *topology, GString *out);

/* Read what was written: sets are those of the topology's pool, whose CPUs are all that
 * there are, and the sample's topology stays the caller's to set.  MODEL_ERROR with
 * "LINE: what", lines counted from 1 in @text; @out is then empty. */
bool sample_parse(const char *text, const Topology *topology, Sample *out,
                  GError **error);
Topology *topology_parse(const char *text, CpuSets *sets, GError **error);

#endif
