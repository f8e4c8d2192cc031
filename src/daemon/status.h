/* status.h - private to the daemon: how things are, in a few lines. */
#ifndef STATUS_H
#define STATUS_H

#include "engine/engine.h"

/* @period is what was seen last, and @outcome what became of its plan, which is the last
 * there was, made @ago_us ago; @n_turns how often something was seen. */
void status_format(const char *what, const Period *period, const Outcome *outcome,
                   int64_t ago_us, int64_t n_turns, GString *out);

#endif
