/*
 * libvirt_asks.h - errands to libvirt: what is asked, and what was answered.
 *
 * Each is a value that a hand fills by itself.  Nothing in it is shared but counted
 * lines; what it owns is freed with it.
 */
#ifndef LIBVIRT_ASKS_H
#define LIBVIRT_ASKS_H

#include "hands.h"
#include "host/host.h"
#include "libvirt_lines.h"

/* Opens a line with ears, and a spare one. */
typedef struct {
    char *uri; /* or NULL */
    Ears *ears;
    int n_calls;
    GError *error;
    Line *line; /* both are taken by whoever wants to keep them */
    Lines *lines;
    bool local; /* it is of this very machine */
} Opening;

Opening *opening_new(const char *uri, Ears *ears);
void opening_run(void *opening, const Errand *errand);
void opening_free(void *opening);

/* Lets go of lines, which it takes over. */
typedef struct {
    Line *line;
    Lines *lines;
} Closing;

Closing *closing_new(Line *line, Lines *lines);
void closing_run(void *closing, const Errand *errand);
void closing_free(void *closing);

/* Which CPUs the host has.  The capabilities are told only where the CPUs are other ones
 * than those that are known. */
typedef struct {
    Lines *lines;
    GByteArray *known; /* a map of those online, or NULL */
    int n_calls;
    GError *error;
    int n_pcpus;
    GByteArray *online;
    char *capabilities; /* or NULL */
} CpusAsk;

CpusAsk *cpus_ask_new(Lines *lines, const GByteArray *known);
void cpus_ask_run(void *ask, const Errand *errand);
void cpus_ask_free(void *ask);

/* How running VMs are: everything of a sample that changes by itself. */
typedef struct {
    Line *line;      /* for all of them */
    Lines *lines;    /* or for some, */
    GPtrArray *only; /* ...of virDomain, of whatever line */
    int n_calls;
    GError *error;
    int64_t taken_us, lasted_us;
    GPtrArray *domains; /* of virDomain */
    GArray *vms;        /* of SampleVm, in that order */
    GArray *vcpus;      /* of SampleVcpu */
    int n_silent;       /* VMs that had to be asked one by one */
} Glance;

Glance *glance_new(Line *line);
Glance *glance_new_only(Lines *lines, GPtrArray *only);
void glance_run(void *glance, const Errand *errand);

/* Reads what was told. */
void glance_read(Glance *glance, virDomainStatsRecordPtr *records, int n_records);
void glance_free(void *glance);

/* What all errands about one VM begin with. */
typedef struct {
    Lines *lines;
    virConnectPtr connection; /* of those, while the errand is run; and so is */
    virDomainPtr domain;
    unsigned char uuid[VIR_UUID_BUFLEN];
    int n_calls;
    GError *error;
} VmAsk;

/* @domain may be of any line. */
void vm_ask_init(VmAsk *ask, Lines *lines, virDomainPtr domain);
void vm_ask_clear(VmAsk *ask);

/* Takes a line and finds the VM there; false, with the error, where that fails. */
bool vm_ask_begin(VmAsk *ask);
void vm_ask_end(VmAsk *ask);

/* Whether it is there at all. */
VmAsk *probe_new(Lines *lines, virDomainPtr domain);
void probe_run(void *probe, const Errand *errand);
void probe_free(void *probe);

/* What of one VM does not change by itself. */
typedef struct {
    VmAsk ask;
    Stale stale;
    bool floats;                   /* where it last ran is wanted too */
    int n_vcpus;                   /* the highest number, and one */
    int map_len;                   /* bytes */
    char *live_xml, *inactive_xml; /* the latter only of a persistent one */
    unsigned char *pins;           /* [n_maps * map_len] */
    int n_maps;
    virVcpuInfo *running; /* [n_running] */
    int n_running;
} Study;

Study *study_new(Lines *lines, virDomainPtr domain, Stale stale, int n_vcpus,
                 int map_len);
void study_run(void *study, const Errand *errand);
void study_free(void *study);

/* Pins a vCPU from what it is taken to have to something else. */
typedef struct {
    VmAsk ask;
    int vcpu, map_len;
    unsigned char *from, *to; /* [map_len] */
    bool done;
} PinAsk;

PinAsk *pin_ask_new(Lines *lines, virDomainPtr domain, int vcpu, int map_len,
                    const CpuSet *from, const CpuSet *to);
void pin_ask_run(void *pin, const Errand *errand);
void pin_ask_free(void *pin);

/* Leaves a text with a VM, or takes it away. */
typedef struct {
    VmAsk ask;
    char *xml; /* or NULL */
    bool done;
} NoteAsk;

NoteAsk *note_ask_new(Lines *lines, virDomainPtr domain, const char *state);
void note_ask_run(void *note, const Errand *errand);
void note_ask_free(void *note);

#endif
