/* dry.c - a host that is only looked at: it agrees to everything and does nothing. */
#include "host/host.h"

typedef struct {
    Host host;
    Host *inner;
} DryHost;

static bool dry_observe(Host *host, Sample *out, GError **error)
{
    DryHost *dry = (DryHost *)host;

    return dry->inner->ops->observe(dry->inner, out, error);
}

static bool dry_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                    GError **error)
{
    (void)host, (void)uuid, (void)vcpu, (void)cpus, (void)error;
    return true;
}

static bool dry_remember(Host *host, const char *uuid, const char *state,
                         GError **error)
{
    (void)host, (void)uuid, (void)state, (void)error;
    return true;
}

static void dry_watch(Host *host, HostHint hint, void *data)
{
    DryHost *dry = (DryHost *)host;

    host_watch(dry->inner, hint, data);
}

static void dry_close(Host *host)
{
    DryHost *dry = (DryHost *)host;

    host_close(dry->inner);
    g_free(dry);
}

static const HostOps dry_ops = {
    .kind = "dry",
    .observe = dry_observe,
    .pin = dry_pin,
    .remember = dry_remember,
    .watch = dry_watch,
    .close = dry_close,
};

Host *host_dry_wrap(Host *inner)
{
    DryHost *dry = g_new0(DryHost, 1);

    dry->host = (Host){ &dry_ops, inner->live };
    dry->inner = inner;
    return &dry->host;
}
