/* libvirt_error.h - what libvirt says when it does not do as it was told. */
#ifndef LIBVIRT_ERROR_H
#define LIBVIRT_ERROR_H

#include <libvirt/virterror.h>

#include "host/host.h"

/* Keeps libvirt from printing errors of its own accord. */
void libvirt_errors_hush(void);

/* Which of the four ways of saying no this is; the domain it is about, if any, was
 * @running a moment later. */
HostError libvirt_error_kind(const virError *why, bool running);

/* That, of that kind; @why may be NULL. */
GError *libvirt_error_of(const virError *why, bool running);

/* Of the last call of this thread. */
GError *libvirt_error_last(void);

/* The same, but whatever it is, it means that nobody is there. */
GError *libvirt_error_lost(void);

#endif
