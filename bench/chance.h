/*
 * chance.h - random numbers that are the same on every machine.
 *
 * A splitmix generator: small, quick, and every state will do.
 */
#ifndef BENCH_CHANCE_H
#define BENCH_CHANCE_H

#include <stdint.h>

typedef struct {
    uint64_t state;
} Chance;

/* One stream for each purpose of a seed. */
static inline Chance chance_of(uint64_t seed, uint64_t purpose)
{
    return (Chance){ seed * UINT64_C(0x9e3779b97f4a7c15) + (purpose << 32) };
}

static inline uint64_t draw(Chance *chance)
{
    uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number from 0 to @limit - 1. */
static inline int32_t below(Chance *chance, int32_t limit)
{
    return (int32_t)(((draw(chance) >> 32) * (uint64_t)limit) >> 32);
}

/* A number from @low to @high. */
static inline int32_t between(Chance *chance, int32_t low, int32_t high)
{
    return low + below(chance, high - low + 1);
}

#endif
