/*
 * libvirt_lines.h - connections, each of which one thread at a time talks over.
 *
 * libvirt allows more, but its client has a fault in releases that are in use
 * (CVE-2024-4418): a thread that comes while another waits for an answer on the same
 * connection leaves a wake-up call behind that may bring the program down.  So the line by
 * which events come, and by which all VMs are looked at together, is for one hand alone;
 * other hands take a spare one for as long as they need it.
 */
#ifndef LIBVIRT_LINES_H
#define LIBVIRT_LINES_H

#include "libvirt_ears.h"

/* The one with ears; counted. */
typedef struct Line Line;

/* Takes both over; the ears are tied to the connection. */
Line *line_new(virConnectPtr connection, Ears *ears);
Line *line_share(Line *line);

/* The last to let go unties and closes, which may take long: a hand. */
void line_let_go(Line *line);

virConnectPtr line_connection(const Line *line);

/* Spare ones to the same host; counted. */
typedef struct Lines Lines;

/* Of @uri, NULL for libvirt's default.  A host inside this program has no client that
 * could fail: any number of threads share the connection @inside, which is NULL for any
 * other.  It is not taken over. */
Lines *lines_new(const char *uri, virConnectPtr inside);
Lines *lines_share(Lines *lines);

/* The last to let go closes them: a hand. */
void lines_let_go(Lines *lines);

/* For a hand: one that is nobody else's until it is given back, opened if there is none;
 * NULL, with libvirt's last error, if that fails. */
virConnectPtr lines_take(Lines *lines, int *n_calls);
void lines_give(Lines *lines, virConnectPtr connection);

#endif
