/*
 * libvirt_ears.h - what libvirt tells without being asked.
 *
 * Events come by the main loop, which is also where ears are made and closed; a hand
 * only ties them to a connection and takes them off again.  They carry no information
 * but that something known may not be so any more.
 */
#ifndef LIBVIRT_EARS_H
#define LIBVIRT_EARS_H

#include <libvirt/libvirt.h>
#include <stdbool.h>

/* What may not be so any more. */
typedef enum {
    STALE_NOTHING = 0,
    STALE_XML = 1 << 0,  /* what is written of the VM */
    STALE_PINS = 1 << 1, /* its pins in force */
    STALE_ALL = STALE_XML | STALE_PINS,
    STALE_LINE = 1 << 2, /* the connection is no more */
    STALE_SOON = 1 << 3, /* and it is worth looking soon */
} Stale;

typedef struct Ears Ears;

/* @uuid is NULL when it is not about a VM. */
typedef void (*EarsHeard)(void *data, const char *uuid, Stale stale);

Ears *ears_new(EarsHeard heard, void *data);

/* Nothing is heard from then on.  They are freed once nobody is tied to them. */
void ears_close(Ears *ears);

/* For a hand.  Ears that another one might close meanwhile are shared beforehand, and
 * let go of afterwards.  Each returns how many calls it made. */
Ears *ears_share(Ears *ears);
void ears_let_go(Ears *ears);
int ears_tie(Ears *ears, virConnectPtr connection);
int ears_untie(Ears *ears, virConnectPtr connection);

#endif
