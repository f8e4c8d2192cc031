/*
 * telling.h - what becomes of a host, for whoever wants to know.
 *
 * For people there is text on standard output; where standard error is the system's
 * journal, there are entries in that instead.  For programs there are lines of JSON.  Of a
 * simulated host every period is told; of one that is real, those in which something is
 * done, and now and then one in which nothing was.  Where one only observes, what would be
 * done is the same until it is done, and told when it changes.
 */
#ifndef TELLING_H
#define TELLING_H

#include "engine/engine.h"
#include "journal.h"

typedef struct {
    const Policy *policy; /* borrowed */
    bool json, live, colour;
    bool dry; /* what is told is not done */
    Journal journal;
    int64_t told_us; /* when a period was told last, by the host's clock; or 0 */
    char *moves;     /* and what was moved in it, or NULL */
    GString *words, *lines;
} Telling;

/* @journal is a file to add to, or NULL.  False, after saying why. */
bool telling_open(Telling *telling, const Policy *policy, bool json, bool live,
                  const char *journal);
void telling_close(Telling *telling);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Telling, telling_close)

/* False when nobody can hear it. */
bool telling_tell(Telling *telling, const Period *period);

/* Whether a terminal that shows colours reads standard output. */
bool telling_in_colour(void);

#endif
