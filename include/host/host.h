/*
 * host.h - the only door to the outside.
 *
 * A Host can be observed and, within limits, told what to do.  One is a machine and
 * speaks through libvirt, one is simulated, one replays a recording.  Others wrap a Host
 * and are one themselves: one that writes down what it sees, one that only pretends to
 * act, and, in the tests, one that fails on cue.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "model/sample.h"

typedef struct Host Host;

/* Why a host did not do as it was told.  Each calls for its own response. */
#define HOST_ERROR (host_error_quark())
typedef enum {
    HOST_ERROR_GONE,    /* the VM ended meanwhile: forget it */
    HOST_ERROR_BUSY,    /* something else has hold of it: try again later */
    HOST_ERROR_REFUSED, /* it will never work: leave this VM alone */
    HOST_ERROR_LOST,    /* nobody is there: reconnect */
    HOST_ERROR_ENDED,   /* a recording or a trace is over */
    HOST_ERROR_TEXT,    /* "FILE:LINE: what": a scenario, trace or recording is wrong */
} HostError;
GQuark host_error_quark(void);

/* Something has happened: it is worth observing soon.  That is all it says, so that a hint
 * that is lost, or comes twice, does no harm. */
typedef void (*HostHint)(void *data);

typedef struct {
    const char *kind;
    /* Fills @out, which is reset; a simulated host lives through a period first, but
     * for its first answer. */
    bool (*observe)(Host *host, Sample *out, GError **error);
    bool (*pin)(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                GError **error);
    /* Leaves @state with a VM, to travel with it wherever it goes and come back as its
     * SampleVm.state; NULL takes it away again.  Optional. */
    bool (*remember)(Host *host, const char *uuid, const char *state, GError **error);
    /* Has @hint called from now on, by the main loop of this thread; NULL for no more.
     * Optional. */
    void (*watch)(Host *host, HostHint hint, void *data);
    void (*close)(Host *host);
} HostOps;

struct Host {
    const HostOps *ops;
    bool live; /* its time passes by itself, so that a period has to be waited for */
};

/* An answer of HOST_ERROR_ENDED to observe means that all was well until here.  Whoever
 * decides as was decided that day sees that day again, refusals and all.  Other pins than
 * those are told from then on, but what ran and waited stays as it was. */
Host *host_replay_open(const char *path, GError **error);

/* What a recording says of the policy it was made under; free with g_free. */
char *host_replay_preamble(const char *path, GError **error);

/* Both take @inner over: closing the wrapper closes what it wraps, and so does failing
 * to make one.  A recording opens with @preamble, which is the policy in words; it means
 * nothing here.  Samples, and answers to pins, go to it until it can no longer be
 * written. */
Host *host_dry_wrap(Host *inner);
Host *host_record_wrap(Host *inner, const char *path, const char *preamble,
                       GError **error);

/* Whether all of what @host, a recording one, has seen is written down. */
bool host_record_is_whole(const Host *host);

static inline bool host_remember(Host *host, const char *uuid, const char *state,
                                 GError **error)
{
    return !host->ops->remember || host->ops->remember(host, uuid, state, error);
}

static inline void host_watch(Host *host, HostHint hint, void *data)
{
    if (host->ops->watch)
        host->ops->watch(host, hint, data);
}

static inline void host_close(Host *host)
{
    if (host)
        host->ops->close(host);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_close)

#endif
