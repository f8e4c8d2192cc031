/*
 * strain.h - private to the engine: how much was run in a period, and how much waited for.
 */
#ifndef STRAIN_H
#define STRAIN_H

#include "engine/engine.h"

/* Memory from period to period, and how busy the CPUs had been at the last sample. */
typedef struct {
    GArray *busy_ns; /* of int64_t; empty where that is not told */
    GArray *idle;    /* of int64_t, thousandths of a CPU */
    GArray *waiting; /* vCPUs, by what they are allowed */
} Meter;

void meter_init(Meter *meter);
void meter_clear(Meter *meter);

/* To be called with every sample, and the snapshot that was derived from it, if one was. */
void meter_read(Meter *meter, const Sample *sample, const Snapshot *snapshot,
                Strain *out);

#endif
