/*
 * overload.c - the two curves of overload, in whole numbers.
 *
 * For a normal law with mean M and deviation s, the load to be expected beyond c is
 * s G((M - c) / s), where G(z) = phi(z) + z Phi(z).  G is tabulated for z <= 0, and
 * G(z) = z + G(-z).  Lines between the points of a convex table lie above the curve.
 *
 * For remembered moments it is a mean of maxima, softened at the knee by a parabola
 * that touches both arms.
 */
#include "overload.h"
#include "model/forecast.h"

#include <glib.h>

enum {
    STEPS = 32,  /* per standard deviation, in the table */
    Z_MOST = 6,  /* standard deviations beyond which nothing is left */
    G_BITS = 24, /* of the fraction in the table */
    ROOT_BITS = 4,
    POSITION_BITS = 8, /* between two points of the table */
};

/* G(-i / STEPS) * 2^G_BITS, rounded up: exp(-z*z/2) / sqrt(2*pi) + z * erfc(-z / sqrt(2)) / 2
 * with z = -i / 32. */
static const int32_t table[Z_MOST * STEPS + 1] = {
    6693141, 6434265, 6181922, 5936101, 5696787, 5463959, 5237587, 5017636, 4804067,
    4596833, 4395881, 4201153, 4012586, 3830112, 3653655, 3483138, 3318476, 3159582,
    3006365, 2858726, 2716568, 2579785, 2448273, 2321920, 2200616, 2084246, 1972692,
    1865838, 1763561, 1665742, 1572258, 1482986, 1397802, 1316583, 1239204, 1165542,
    1095474, 1028878, 965631,  905614,  848707,  794793,  743756,  695481,  649856,
    606771,  566118,  527791,  491687,  457705,  425748,  395719,  367525,  341078,
    316289,  293074,  271352,  251043,  232073,  214367,  197856,  182472,  168151,
    154830,  142451,  130956,  120293,  110408,  101255,  92784,   84954,   77720,
    71045,   64890,   59219,   54000,   49200,   44790,   40741,   37027,   33624,
    30509,   27658,   25054,   22675,   20505,   18527,   16726,   15087,   13597,
    12244,   11016,   9903,    8895,    7982,    7157,    6412,    5739,    5133,
    4587,    4095,    3653,    3256,    2899,    2579,    2293,    2037,    1807,
    1602,    1419,    1256,    1111,    982,     867,     764,     674,     593,
    522,     459,     403,     353,     310,     271,     237,     208,     181,
    158,     138,     120,     105,     91,      79,      69,      60,      52,
    45,      39,      34,      29,      25,      22,      19,      16,      14,
    12,      10,      9,       8,       7,       6,       5,       4,       4,
    3,       3,       3,       2,       2,       2,       2,       1,       1,
    1,       1,       1,       1,       1,       1,       1,       1,       1,
    1,       1,       1,       1,       1,       1,       1,       1,       1,
    1,       1,       1,       1,       1,       1,       1,       1,       1,
    1,       1,       1,       0
};

/* Newton's way, from above. */
int64_t whole_root(int64_t square)
{
    int64_t guess, next;

    if (square < 2)
        return square;
    next = INT64_C(1) << ((65 - __builtin_clzll((uint64_t)square)) / 2);
    do {
        guess = next;
        next = (guess + square / guess) / 2;
    } while (next < guess);
    return guess;
}

/* Slopes, which are twice a rate times a load, then keep below COST_MOST; and a rate times
 * the square of a load below 2^78, so that costs, in 2^RATE_BITS parts, add up. */
int64_t imbalance_rate_most(int64_t total_load)
{
    int64_t load = MAX(total_load, 1);
    int64_t by_slope = (COST_MOST << (RATE_BITS - 1)) / load;

    return CLAMP(by_slope / ((load >> 20) + 1), 1, INT64_C(1) << 40);
}

int64_t overload_normal(int64_t load, int64_t variance, int64_t capacity)
{
    int64_t over = load - capacity, away = ABS(over);
    int64_t surely = MAX(over, 0) * OVERLOAD_UNIT;
    int64_t deviation, at, low, high, g;

    if (away * away >= Z_MOST * Z_MOST * variance)
        return surely;
    deviation = whole_root(variance << (2 * ROOT_BITS));
    at = (away << (ROOT_BITS + POSITION_BITS)) * STEPS / deviation;
    if (at >> POSITION_BITS >= Z_MOST * STEPS)
        return surely;
    low = table[at >> POSITION_BITS];
    high = table[(at >> POSITION_BITS) + 1];
    g = low - ((low - high) * (at & ((1 << POSITION_BITS) - 1)) >> POSITION_BITS);
    return surely + (deviation * g * (OVERLOAD_UNIT >> ROOT_BITS) >> G_BITS);
}

/* ── moments ──────────────────────────────────────────────────────────────── */

/* 4 * OVERLOAD_SOFT times the thousandths beyond capacity, each times its weight. */
static inline __attribute__((always_inline)) uint64_t
sum_up(const Moments *moments, const int32_t *sums, const uint16_t *less,
       const uint16_t *with, int32_t knee)
{
    uint64_t sum = 0;

    for (int block = 0; block < moments->n_moments; block += MOMENTS_BLOCK)
        for (int i = block; i < block + MOMENTS_BLOCK; i++) {
            int32_t past = CLAMP(sums[i] - less[i] + with[i] - knee, 0, OVERLOAD_FAR);
            int32_t soft = MIN(past, 2 * OVERLOAD_SOFT);
            int32_t hard = past - soft;

            sum += (uint64_t)(uint32_t)(soft * soft + hard * (4 * OVERLOAD_SOFT)) *
                   (uint32_t)moments->weights[i];
        }
    return sum;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static uint64_t
sum_up_wide(const Moments *moments, const int32_t *sums, const uint16_t *less,
            const uint16_t *with, int32_t knee)
{
    return sum_up(moments, sums, less, with, knee);
}

bool overload_wide(void)
{
    return __builtin_cpu_supports("avx2");
}
#else
#define sum_up_wide sum_up

bool overload_wide(void)
{
    return false;
}
#endif

/* 2^9 for 4 * OVERLOAD_SOFT, 2^16 for the weights; OVERLOAD_UNIT has 2^6 of them. */
static int64_t cost_of_sum(uint64_t sum)
{
    return (int64_t)(sum / (1 << 19) * (OVERLOAD_UNIT >> 6) +
                     sum % (1 << 19) * (OVERLOAD_UNIT >> 6) / (1 << 19));
}

int64_t overload_moments(const Moments *moments, const int32_t *sums,
                         const uint16_t *less, const uint16_t *with, int64_t capacity)
{
    int32_t knee = (int32_t)capacity - OVERLOAD_SOFT;

    return cost_of_sum(moments->wide ? sum_up_wide(moments, sums, less, with, knee)
                                     : sum_up(moments, sums, less, with, knee));
}

int64_t overload_linear(int64_t weighted, int64_t capacity)
{
    return cost_of_sum((uint64_t)(weighted - capacity * FORECAST_WEIGHT_SUM) *
                       (4 * OVERLOAD_SOFT));
}
