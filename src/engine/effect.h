/*
 * effect.h - private to the engine: did the last moves help?
 */
#ifndef EFFECT_H
#define EFFECT_H

#include "engine/engine.h"
#include "loads.h"

typedef struct {
    GArray *moved; /* the moves of the last plan */
    Places places;
    Loads with, without;
    int64_t strained; /* what was wanted when the last moves did not pay */
    int level;        /* of reluctance */
} Effect;

void effect_init(Effect *effect);
void effect_clear(Effect *effect);

/* A period has gone by since the last plan. */
void effect_judge(Effect *effect, const Snapshot *snapshot, const Policy *policy,
                  Help *out);

/* The policy of somebody so reluctant. */
Policy effect_temper(const Effect *effect, const Policy *policy);

/* A plan was carried out, more or less. */
void effect_remember(Effect *effect, const Period *period);

#endif
