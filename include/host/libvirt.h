/*
 * libvirt.h - a host that is real, as libvirt tells of it.
 *
 * It is connected to when it is first observed, and again when it was lost; so opening
 * never fails and never waits.  Calls that may wait are made by hands of its own: what
 * has not answered in time counts as busy, and a host that has not answered as lost.
 * Pins are changed on running VMs only; what their owners wrote down is never touched.
 */
#ifndef HOST_LIBVIRT_H
#define HOST_LIBVIRT_H

#include <signal.h>

#include "host/host.h"

/* @uri is libvirt's, or NULL for its own default. */
Host *host_libvirt_open(const char *uri);

/* From then on, what waits for an answer gives up soon after *@stop is not 0.  It is
 * borrowed. */
void host_libvirt_heed(Host *host, const volatile sig_atomic_t *stop);

/* The name of another program on that host that pins VMs, or NULL where there is none, or
 * nobody can tell; free with g_free. */
char *host_libvirt_rival(const Host *host);

/* How often libvirt was asked or told something, for measuring. */
int64_t host_libvirt_calls(const Host *host);

#endif
