/*
 * lock.h - two of a kind shall not manage one host.
 */
#ifndef DAEMON_LOCK_H
#define DAEMON_LOCK_H

#include <glib.h>

/* Takes "@name.lock" in @directory, which is made where it is missing.  The lock dies with
 * whoever has it, or with the file descriptor that is returned; -1 if another has it. */
int lock_take(const char *directory, const char *name, GError **error);

#endif
