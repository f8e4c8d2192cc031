/* status.h - private to the daemon: how things are, in a few lines. */
#ifndef STATUS_H
#define STATUS_H

#include "engine/engine.h"

/* @period is what was seen last, @ago_us ago; @n_turns how often something was seen. */
void status_format(const char *what, const Period *period, int64_t ago_us,
                   int64_t n_turns, GString *out);

#endif
