/*
 * libvirt_error.c - a hundred errors, four responses.
 *
 * What matters is not what went wrong but what is to be done: forget the VM, try later,
 * leave the VM alone, or connect again.  What nobody foresaw is a refusal: that is the
 * one answer after which nothing is insisted on, and the only one that is said aloud.
 */
#include "libvirt_error.h"

#include <errno.h>
#include <libxml/xmlerror.h>

#include "libvirt_words.h"

static void say_nothing(void *data, virErrorPtr why)
{
    (void)data, (void)why;
}

static void print_nothing(void *data, const char *format, ...)
{
    (void)data, (void)format;
}

/* libvirt lets libxml2 print what it cannot open; that goes by threads, of which the ones
 * that wait for libvirt are yet to come. */
void libvirt_errors_hush(void)
{
    virSetErrorFunc(NULL, say_nothing);
    xmlSetGenericErrorFunc(NULL, print_nothing);
    xmlThrDefSetGenericErrorFunc(NULL, print_nothing);
}

/* A system call on the host's side, or the wire to it. */
static HostError system_error_kind(const virError *why)
{
    switch (why->domain) {
    case VIR_FROM_RPC:
    case VIR_FROM_REMOTE: /* the wire itself is broken */
        return HOST_ERROR_LOST;
    default:
        break;
    }
    switch (why->int1) {
    case ESRCH: /* the thread of that vCPU is no more */
        return HOST_ERROR_GONE;
    case EBUSY:
    case EAGAIN:
    case EINTR:
    case ENOMEM: /* may pass */
        return HOST_ERROR_BUSY;
    default: /* EINVAL of a cpuset cgroup, EPERM: it is meant that way */
        return HOST_ERROR_REFUSED;
    }
}

HostError libvirt_error_kind(const virError *why, bool running)
{
    switch (why->code) {
    case VIR_ERR_NO_DOMAIN: /* it has ended, and was transient */
        return HOST_ERROR_GONE;

    case VIR_ERR_OPERATION_INVALID: /* it has ended; or it runs, and can never do that */
        return running ? HOST_ERROR_REFUSED : HOST_ERROR_GONE;

    case VIR_ERR_OPERATION_TIMEOUT: /* another job held it all the time */
    case VIR_ERR_OPERATION_FAILED:  /* too many wait for its job already */
    case VIR_ERR_OPERATION_ABORTED: /* somebody called off what we waited for */
    case VIR_ERR_RESOURCE_BUSY:
    case VIR_ERR_NO_MEMORY: /* may pass */
        return HOST_ERROR_BUSY;

    case VIR_ERR_NO_CONNECT: /* these are about connecting, or being connected */
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_RPC:
    case VIR_ERR_GNUTLS_ERROR:
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_NO_SERVER:
    case VIR_ERR_NO_CLIENT:
    case VIR_ERR_LIBSSH:
        return HOST_ERROR_LOST;

    case VIR_ERR_SYSTEM_ERROR:
        return system_error_kind(why);

    case VIR_ERR_INTERNAL_ERROR: /* a socket that was closed is one of these */
        return why->domain == VIR_FROM_RPC || why->domain == VIR_FROM_REMOTE
                   ? HOST_ERROR_LOST
                   : HOST_ERROR_REFUSED;

    default: /* no such vCPU, not supported, not permitted, and what nobody foresaw */
        return HOST_ERROR_REFUSED;
    }
}

static GError *make(const virError *why, HostError kind)
{
    g_autofree char *text =
        libvirt_words(why && why->message ? why->message : "no reason given");

    return g_error_new(HOST_ERROR, (int)kind, "%s", g_strchomp(text));
}

GError *libvirt_error_of(const virError *why, bool running)
{
    return make(why, why ? libvirt_error_kind(why, running) : HOST_ERROR_REFUSED);
}

GError *libvirt_error_last(void)
{
    return libvirt_error_of(virGetLastError(), true);
}

GError *libvirt_error_lost(void)
{
    return make(virGetLastError(), HOST_ERROR_LOST);
}
