/*
 * sim_random.h - chance that repeats itself.
 *
 * A counter, scrambled.  Whoever needs chance of its own takes a stream of its own,
 * so that one more VM does not change the luck of the others.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

typedef struct {
    uint64_t state;
} SimRandom;

static inline uint64_t sim_random_next(SimRandom *random)
{
    uint64_t x = random->state += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* From 0 and below @n, which is positive and at most 2^32. */
static inline int64_t sim_random_below(SimRandom *random, int64_t n)
{
    return (int64_t)((sim_random_next(random) >> 32) * (uint64_t)n >> 32);
}

/* Both ends can come. */
static inline int64_t sim_random_between(SimRandom *random, int64_t low, int64_t high)
{
    return low + sim_random_below(random, high - low + 1);
}

static inline SimRandom sim_random_stream(uint32_t seed, uint32_t number)
{
    SimRandom stream = { (uint64_t)seed << 32 | number };

    return (SimRandom){ sim_random_next(&stream) };
}

#endif
