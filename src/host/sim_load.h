/*
 * sim_load.h - how much something wants, as time goes by.
 *
 * A load is a series of pieces, each of which has a level and an end.  Levels are
 * millionths of a CPU, so that a percent of a percent is still a whole number.
 */
#ifndef SIM_LOAD_H
#define SIM_LOAD_H

#include "sim_random.h"

#include <glib.h>
#include <stdbool.h>

enum { SIM_WHOLE = 1000000 }; /* one CPU */

#define SIM_SECOND INT64_C(1000000)
#define SIM_NEVER INT64_MAX

typedef struct {
    int64_t from_us;
    int level;
} SimPhase;

typedef enum {
    SIM_LOAD_CONSTANT, /* low */
    SIM_LOAD_PHASES,   /* what @phases say; 0 before the first, the last for ever */
    SIM_LOAD_SQUARE,   /* low for low_us, high for high_us */
    SIM_LOAD_SINE,     /* from low to high and back in low_us, beginning half-way */
    SIM_LOAD_WALK,     /* up or down by up to @step every low_us, within low and high */
    SIM_LOAD_BURSTS,   /* as square, but each time is half to one and a half as long */
} SimLoadKind;

typedef struct {
    SimLoadKind kind;
    int low, high, step;
    int64_t low_us, high_us;
    int64_t lead_us;        /* how far into its first cycle a square or sine begins */
    const SimPhase *phases; /* borrowed */
    int n_phases;
    int noise; /* every second another, from -noise to noise, is added */

    SimRandom random; /* its own; to be set before it is first asked */
    int64_t until_us; /* of the piece it is in, 0 before the first */
    int64_t noise_until_us;
    int number, level, stir;
} SimLoad;

static inline SimLoad sim_load_constant(int level)
{
    return (SimLoad){ .kind = SIM_LOAD_CONSTANT, .low = level };
}

/* What it wants on average.  Time is not to be asked for backwards. */
int sim_load_mean(SimLoad *load, int64_t from_us, int64_t to_us);

/* Until when it is what it is at @at_us, which was not before the last question. */
int64_t sim_load_steady_until(SimLoad *load, int64_t at_us);

#endif
