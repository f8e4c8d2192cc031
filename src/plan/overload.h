/*
 * overload.h - what it costs when more is wanted than there is, and when it is uneven.
 *
 * Costs are in COST_CPU's unit, loads and capacities in thousandths of a CPU.  All are
 * convex in the load, and no overload costs less than the load beyond capacity
 * itself: tangents of that are a bound for everything.
 */
#ifndef OVERLOAD_H
#define OVERLOAD_H

#include "plan/cost.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    OVERLOAD_UNIT = COST_CPU / 1000, /* a thousandth of a CPU */
    OVERLOAD_SOFT = 128, /* this near capacity a moment begins to count, and counts in
                          * full this far beyond */
    OVERLOAD_FAR = 1 << 21, /* what is further beyond counts no more */
    MOMENTS_BLOCK = 16,     /* the number of moments is a multiple */
};

/* Load beyond capacity to be expected of a normal law. */
int64_t overload_normal(int64_t load, int64_t variance, int64_t capacity);

/* What is beyond capacity at each moment, on average: of the moments @sums, [n_moments],
 * less one row and with another.  Rows of zeros stand for none. */
typedef struct {
    const int32_t *weights; /* [n_moments], in all FORECAST_WEIGHT_SUM */
    int n_moments;
    bool wide; /* the processor's vectors are, see overload_wide */
} Moments;

int64_t overload_moments(const Moments *moments, const int32_t *sums,
                         const uint16_t *less, const uint16_t *with, int64_t capacity);
bool overload_wide(void);

/* The same where every moment is beyond capacity by OVERLOAD_SOFT or more, and by
 * OVERLOAD_FAR or less: then it follows from the moments' weighted sum. */
int64_t overload_linear(int64_t weighted, int64_t capacity);

/* The largest whole number whose square is no larger. */
int64_t whole_root(int64_t square);

/* What a spot would carry if load were even. */
static inline int64_t imbalance_fair(int64_t total_load, int64_t total_capacity,
                                     int64_t capacity)
{
    return total_capacity > 0 ? total_load * capacity / total_capacity : 0;
}

/* The square of what it carries more or less than that, per CPU of capacity.  @weight
 * is in millionths; the rate is computed once a spot. */
enum { RATE_BITS = 20 };

/* The greatest rate with which no cost of @total_load leaves 64 bits, all of it on one
 * spot; and no more than that of a whole CPU at the greatest weight. */
int64_t imbalance_rate_most(int64_t total_load);

static inline int64_t imbalance_rate(int64_t weight, int64_t capacity, int64_t most)
{
    int64_t rate = capacity > 0 ? (weight << RATE_BITS) / capacity : 0;

    return rate < most ? rate : most;
}

static inline int64_t imbalance_cost(int64_t rate, int64_t off)
{
    return (int64_t)((__int128)(off * off) * rate >> RATE_BITS);
}

#endif
