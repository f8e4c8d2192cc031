/* describe.h - the part of a snapshot that a sample gives by itself. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "model/snapshot.h"

/* Makes room in @out, and fills in who is there, where, and what is permitted.  What
 * anybody wants or wanted is left at nothing, and @out's foreign load undefined. */
void describe(const Sample *sample, int64_t lasted_us, Snapshot *out);

#endif
