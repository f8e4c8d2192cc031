/*
 * plot.h - overload against repins, as a picture.
 *
 * One panel for each real day, at that load at which policies differ most.  Both axes
 * are logarithmic, with a lane for what is nought, and everything is labelled where
 * it stands; shapes tell places of one CPU from places of eight, so that nothing
 * hangs on colour.
 */
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include <glib.h>
#include <stdbool.h>

/* @days is of Day; those of about @percent load are drawn. */
bool plot_write(GArray *days, int percent, const char *path, GError **error);

#endif
