/* berth.h - a place for what has none. */
#ifndef BERTH_H
#define BERTH_H

#include "board.h"

/* Writes to @placement, [n_vcpus], a place for every piece of @board: its home, or for
 * one that floats where it ran last, unless that would be more than its share. */
void berth_all(const Board *board, int *placement);

#endif
