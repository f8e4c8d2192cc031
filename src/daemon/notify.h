/*
 * notify.h - tells whoever started us how things are, as systemd wants to hear it.
 *
 * Where nobody wants to hear, nothing is said.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int socket;          /* -1 where nobody listens */
    int64_t watchdog_us; /* how often a sign of life is wanted; 0 for not at all */
    int64_t alive_us;    /* when one was given last */
} Notify;

/* Goes by NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. */
void notify_open(Notify *notify);
void notify_close(Notify *notify);

/* Lines of "NAME=value", such as "READY=1".  Never waits. */
void notify_tell(const Notify *notify, const char *lines);

/* What is going on, in a line for people. */
void notify_status(const Notify *notify, const char *status);

/* "The configuration is read again", at @now_us; "READY=1" says that this is over. */
void notify_reloading(const Notify *notify, int64_t now_us);

/* A sign of life, if half the time for one has gone by.  Returns when the next is due,
 * INT64_MAX for never. */
int64_t notify_alive(Notify *notify, int64_t now_us);

#endif
