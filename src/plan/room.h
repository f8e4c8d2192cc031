/* room.h - arrays that grow and are kept, so that a period soon asks for no memory. */
#ifndef ROOM_H
#define ROOM_H

#include <glib.h>

/* @old, or a longer array in its place, of at least @need elements; @room is how many it
 * has. */
static inline void *room_for(void *old, size_t need, size_t size, size_t *room)
{
    if (need <= *room)
        return old;
    *room = MAX(need, 2 * *room);
    return g_realloc_n(old, *room, size);
}

#endif
