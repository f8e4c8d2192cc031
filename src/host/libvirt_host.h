/*
 * libvirt_host.h - what is remembered of a host and its VMs between two periods.
 *
 * One thread touches it: the one that observes, which is also the one that runs the main
 * loop.  Hands get values of their own and give them back.
 */
#ifndef HOST_LIBVIRT_HOST_H
#define HOST_LIBVIRT_HOST_H

#include "host/libvirt.h"
#include "libvirt_asks.h"

enum { LIBVIRT_WEIGHT = 1024 }; /* of a VM where nobody said otherwise */

/* How long the first attempt to connect is waited for before there is another. */
enum { LIBVIRT_PATIENCE_US = 60 * G_USEC_PER_SEC };

typedef struct {
    char uuid[UUID_SIZE];
    char *name;
    virDomainPtr domain; /* of the connection there is, or was last */
    int id;              /* tells one life from the next */
    int seen;            /* number of the observation it was last seen in */
    bool known;          /* what follows was read in this life */
    bool polls;          /* its time in the halt loop is told */
    bool excused;        /* it was said why it is left alone */
    Stale stale;
    int weight, quota;
    bool hands_off;
    char *state;            /* or NULL */
    GPtrArray *allowed;     /* of CpuSet, by number of vCPU */
    const CpuSet *anywhere; /* what further vCPUs are allowed */
    GPtrArray *pins;        /* of CpuSet, by number of vCPU */
    GArray *last;           /* of SampleVcpu: as they were told last */
    GArray *pcpus;          /* of int, by number of vCPU: where it was last seen */
    Errand *out;            /* one about it that has not come back yet, or NULL */
} KnownVm;

typedef struct {
    Host host;
    char *uri;                         /* or NULL */
    const volatile sig_atomic_t *stop; /* or NULL */
    Hands *eyes;                       /* look at the host as a whole */
    Hands *hands;                      /* ask and tell VMs */
    int64_t n_calls;
    Errand *glancing;  /* at all VMs, or NULL; while it takes long */
    int64_t glance_us; /* how long that takes, of late */
    int64_t moment_us; /* how long one VM is waited for */

    Line *line; /* or NULL, and so is what belongs to it */
    Lines *lines;
    Ears *ears;
    bool local;
    bool hung_up;    /* the other side did */
    Errand *opening; /* under way, or NULL; and so are these ears */
    Ears *new_ears;
    int64_t opened_us, patience_us; /* since when it is under way, and until when */
    HostHint hint;
    void *hint_data;

    CpuSets *sets;
    GPtrArray *topologies; /* of Topology: all there ever were */
    const Topology *topology;
    const CpuSet *isolated;
    GByteArray *online; /* a map, as libvirt tells it */
    int map_len;        /* bytes */
    char *online_text;  /* the same as this machine's kernel tells it, or NULL */
    int64_t cpus_us;    /* when it was last asked */

    GHashTable *vms; /* of KnownVm, by UUID */
    int n_observed;
    guint turn; /* counts VMs that were looked at again, each in its turn */
    bool silence_said, delay_said;
} LibvirtHost;

/* Waits for an errand, but not past @until_us, nor when told to stop. */
bool libvirt_host_wait(LibvirtHost *host, Errand *errand, int64_t until_us);

/* Until when one VM is waited for: a moment, which is longer on a host that is slow. */
int64_t libvirt_host_moment(const LibvirtHost *host);

/* Connects, if it is not connected; answers of HOST_ERROR_LOST. */
bool libvirt_host_connect(LibvirtHost *host, GError **error);

/* Lets go of a connection, without waiting for it longer than a moment. */
void libvirt_host_disconnect(LibvirtHost *host);

/* ...and of one that is being opened. */
void libvirt_host_hang_up(LibvirtHost *host);

/* Finds out which CPUs there are, where they may have changed. */
bool libvirt_host_look_at_cpus(LibvirtHost *host, GError **error);

/* An errand that is done, and whose value is a Glance at all VMs; or NULL. */
Errand *libvirt_host_look(LibvirtHost *host, GError **error);

/* A set of CPUs from a map of libvirt's. */
const CpuSet *libvirt_host_set_of(LibvirtHost *host, const unsigned char *map);

/* ── known VMs ────────────────────────────────────────────────────────────── */

/* The one of that UUID, known or not. */
KnownVm *libvirt_host_vm(LibvirtHost *host, const char *uuid, virDomainPtr domain);
void known_vm_free(void *vm);

/* Asks a VM again what is stale of it.  It has @n_vcpus, by highest number.  Without an
 * answer the errand stays out. */
void libvirt_host_study(LibvirtHost *host, KnownVm *vm, int n_vcpus);

/* Takes in what came back late.  False while an errand about the VM is still out. */
bool known_vm_is_free(LibvirtHost *host, KnownVm *vm);

/* Says why it is left as it is, once in a life. */
void known_vm_excuse(KnownVm *vm, const char *why);

const CpuSet *known_vm_allowed(const LibvirtHost *host, const KnownVm *vm, int vcpu);
const CpuSet *known_vm_pins(const LibvirtHost *host, const KnownVm *vm, int vcpu);

bool libvirt_host_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                      GError **error);
bool libvirt_host_remember(Host *host, const char *uuid, const char *state,
                           GError **error);

#endif
