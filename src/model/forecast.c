/*
 * forecast.c - rows of remembered moments, and when to stop believing them.
 *
 * Moments lie in a ring that all rows share, so that what several vCPUs wanted at one
 * moment is found at one index.  One set of weights gives everything: the mean is the
 * weighted mean of the very moments a plan is judged by, rounded down, and so what a
 * place is asked for on average is never less than the means on it add up to.
 *
 * What a vCPU wanted before it was first seen is taken to be what it wanted since.
 * When its last moments all lie on one side of everything older, and further off than
 * that ever swayed, it has changed for good, and the older moments move to the level
 * of the new ones; until it goes back, and all move back.  One that hardly swayed at all
 * is believed a moment sooner, if its last moments agree with each other.
 */
#include "model/forecast.h"
#include "model/topology.h"

#include <glib.h>

const ForecastRule forecast_default = { .n_moments = 144, .half_life = 1900 };

enum {
    RUN = 3,          /* moments of one opinion that make a lasting change */
    RUN_STEADY = 2,   /* ...for a vCPU that hardly swayed */
    SWAY_TIMES = 3,   /* standard deviations that are no accident */
    SWAY_LEAST = 100, /* thousandths of a CPU: less is no change of level */
    STEADY_SWAY = 15, /* a standard deviation below which a vCPU is steady */
    STEADY_LEAST = 30,
    RELAPSE = 48,   /* moments within which who goes back had not changed at all */
    YOUNG = 24,     /* moments until a row's own past stands for what came before */
    COPIES_MAX = 2, /* of a moment that lasted longer than usual */
    AGE_BITS = 31,  /* of the fraction in which weights by age are reckoned */
};

typedef struct {
    uint16_t *past; /* [n_moments] */
    int n_known;    /* moments since it was first told, up to n_moments */
    int moved_by;   /* what moments before moved_at were moved by, of late, or 0 */
    int64_t moved_at;
} Row;

struct Forecasts {
    ForecastRule rule;
    GArray *rows;      /* of Row */
    GArray *vacant;    /* of int: rows to be given out again */
    int32_t *weights;  /* [n_moments] by place in the ring */
    int64_t *by_age;   /* [n_moments] not yet normalised */
    int now;           /* place in the ring of the newest moment */
    int n_copies;      /* places the newest moment fills, up to and with now */
    int n_seen;        /* moments since the beginning, up to n_moments */
    int64_t n_ever;    /* ...and without limit */
    int64_t spread;    /* what is left of the weight when each moment loses its own
                        * share of it: variances are means by this, or few moments would
                        * seem to sway less than many */
    int n_recent[RUN]; /* places that the last moments fill, newest first, summed up */
};

/* base^exponent, for fractions below one. */
static int64_t power(int64_t base, int exponent)
{
    int64_t result = INT64_C(1) << AGE_BITS;

    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1)
            result = result * base >> AGE_BITS;
        base = base * base >> AGE_BITS;
    }
    return result;
}

/* What remains of a weight after a hundredth of a moment. */
static int64_t find_decay(int half_life)
{
    int64_t half = INT64_C(1) << (AGE_BITS - 1);
    int64_t low = 0, high = INT64_C(1) << AGE_BITS;

    while (high - low > 1) {
        int64_t middle = (low + high) / 2;

        if (power(middle, half_life) < half)
            low = middle;
        else
            high = middle;
    }
    return high;
}

Forecasts *forecasts_new(ForecastRule rule)
{
    Forecasts *forecasts = g_new0(Forecasts, 1);
    int64_t decay;

    g_assert(rule.n_moments > 0 && rule.n_moments % 16 == 0 && rule.half_life > 0);
    forecasts->rule = rule;
    forecasts->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    forecasts->vacant = g_array_new(FALSE, FALSE, sizeof(int));
    forecasts->weights = g_new0(int32_t, rule.n_moments);
    forecasts->by_age = g_new(int64_t, rule.n_moments);
    decay = find_decay(rule.half_life);
    for (int age = 0; age < rule.n_moments; age++)
        forecasts->by_age[age] = power(decay, 100 * age);
    forecasts->now = rule.n_moments - 1;
    return forecasts;
}

void forecasts_free(Forecasts *forecasts)
{
    if (forecasts == NULL)
        return;
    for (guint i = 0; i < forecasts->rows->len; i++)
        g_free(g_array_index(forecasts->rows, Row, i).past);
    g_array_unref(forecasts->rows);
    g_array_unref(forecasts->vacant);
    g_free(forecasts->weights);
    g_free(forecasts->by_age);
    g_free(forecasts);
}

int forecasts_add(Forecasts *forecasts)
{
    Row fresh = { 0 };
    int row;

    if (forecasts->vacant->len > 0) {
        row = g_array_index(forecasts->vacant, int, forecasts->vacant->len - 1);
        g_array_set_size(forecasts->vacant, forecasts->vacant->len - 1);
        g_array_index(forecasts->rows, Row, row).n_known = 0;
        g_array_index(forecasts->rows, Row, row).moved_by = 0;
        return row;
    }
    fresh.past = g_new0(uint16_t, forecasts->rule.n_moments);
    g_array_append_val(forecasts->rows, fresh);
    return (int)forecasts->rows->len - 1;
}

void forecasts_drop(Forecasts *forecasts, int row)
{
    g_array_append_val(forecasts->vacant, row);
}

static int place_of(const Forecasts *forecasts, int age)
{
    int place = forecasts->now - age;

    return place >= 0 ? place : place + forecasts->rule.n_moments;
}

/* Only moments that have been weigh; what rounding leaves over goes to the newest. */
static void weigh(Forecasts *forecasts)
{
    int64_t sum = 0;
    int32_t rest = FORECAST_WEIGHT_SUM;

    for (int age = 0; age < forecasts->n_seen; age++)
        sum += forecasts->by_age[age];
    for (int age = forecasts->n_seen - 1; age >= 0; age--) {
        int64_t part = forecasts->by_age[age] * FORECAST_WEIGHT_SUM / sum;

        forecasts->weights[place_of(forecasts, age)] = (int32_t)part;
        rest -= (int32_t)part;
    }
    forecasts->weights[forecasts->now] += rest;

    sum = 0;
    for (int age = 0; age < forecasts->n_seen; age++) {
        int64_t weight = forecasts->weights[place_of(forecasts, age)];

        sum += weight * weight;
    }
    forecasts->spread = FORECAST_WEIGHT_SUM - sum / FORECAST_WEIGHT_SUM;
}

void forecasts_advance(Forecasts *forecasts, int64_t lasted_us, int64_t usual_us)
{
    int n_moments = forecasts->rule.n_moments;
    int64_t times = usual_us > 0 ? (lasted_us + usual_us / 2) / usual_us : 1;

    forecasts->n_copies = (int)CLAMP(times, 1, COPIES_MAX);
    forecasts->now = (forecasts->now + forecasts->n_copies) % n_moments;
    forecasts->n_seen = MIN(forecasts->n_seen + forecasts->n_copies, n_moments);
    forecasts->n_ever += forecasts->n_copies;
    for (int i = RUN - 1; i > 0; i--)
        forecasts->n_recent[i] = forecasts->n_recent[i - 1] + forecasts->n_copies;
    forecasts->n_recent[0] = forecasts->n_copies;
    weigh(forecasts);
}

/* Before a vCPU was first seen, it wanted what it has wanted since. */
static void imagine(const Forecasts *forecasts, const Row *row)
{
    int n_moments = forecasts->rule.n_moments;
    int sum = 0;

    for (int age = 0; age < row->n_known; age++)
        sum += row->past[place_of(forecasts, age)];
    for (int age = row->n_known; age < n_moments; age++)
        row->past[place_of(forecasts, age)] = (uint16_t)(sum / row->n_known);
}

/* What weighted moments sum up to, seen from their mean. */
typedef struct {
    int mean; /* rounded down */
    int64_t weight, off, squares;
} Sums;

static Sums sum_up(const uint16_t *past, const int32_t *weights, int n_moments)
{
    Sums sums = { .weight = FORECAST_WEIGHT_SUM };
    uint32_t loads = 0;

    for (int i = 0; i < n_moments; i++)
        loads += (uint32_t)weights[i] * past[i];
    sums.mean = (int)(loads / FORECAST_WEIGHT_SUM);
    sums.off = loads % FORECAST_WEIGHT_SUM;
    for (int i = 0; i < n_moments; i++) {
        uint32_t off =
            past[i] - (uint32_t)sums.mean; /* wraps, and squares all the same */

        sums.squares += (int64_t)((uint64_t)(off * off) * (uint32_t)weights[i]);
    }
    return sums;
}

static Forecast conclude(const Sums *sums)
{
    int64_t weight = MAX(sums->weight, 1);
    __int128 squares =
        (__int128)sums->squares * weight - (__int128)sums->off * sums->off;

    return (Forecast){ .mean = (int)(sums->mean + sums->off / weight),
                       .variance = (int64_t)MAX(squares / weight / weight, 0) };
}

/* The last moments of a row: their range and mean, and what all older ones say. */
typedef struct {
    int low, high, mean, n_places;
    Forecast older;
} Opinion;

static Opinion hear(const Forecasts *forecasts, const Row *row, Sums sums, int run)
{
    Opinion said = { .low = UINT16_MAX, .n_places = forecasts->n_recent[run - 1] };
    int64_t total = 0;

    for (int age = 0; age < said.n_places; age++) {
        int place = place_of(forecasts, age), load = row->past[place];
        int64_t weight = forecasts->weights[place], off = load - sums.mean;

        said.low = MIN(said.low, load);
        said.high = MAX(said.high, load);
        total += load;
        sums.weight -= weight;
        sums.off -= weight * off;
        sums.squares -= weight * off * off;
    }
    said.mean = (int)(total / said.n_places);
    said.older = conclude(&sums);
    return said;
}

static bool beyond(const Opinion *said, int least)
{
    int64_t off = MAX(said->low - said->older.mean, said->older.mean - said->high);

    return off > least && off * off > SWAY_TIMES * SWAY_TIMES * said->older.variance;
}

static bool has_changed(const Forecasts *forecasts, const Row *row, Sums sums,
                        Opinion *out)
{
    if (row->n_known > forecasts->n_recent[RUN_STEADY - 1]) {
        *out = hear(forecasts, row, sums, RUN_STEADY);
        if (out->older.variance <= STEADY_SWAY * STEADY_SWAY &&
            out->high - out->low <= STEADY_LEAST && beyond(out, STEADY_LEAST))
            return true;
    }
    if (row->n_known <= forecasts->n_recent[RUN - 1])
        return false;
    *out = hear(forecasts, row, sums, RUN);
    return beyond(out, SWAY_LEAST);
}

static void move_older(const Forecasts *forecasts, const Row *row, int first_age,
                       int by, int most)
{
    for (int age = first_age; age < forecasts->rule.n_moments; age++) {
        uint16_t *load = &row->past[place_of(forecasts, age)];

        *load = (uint16_t)CLAMP(*load + by, 0, most);
    }
}

/* Who goes back to where it came from, or most of the way, sways; what was moved is moved
 * back, and then it shows.  Who goes back a little was only overrated. */
static bool relapses(const Forecasts *forecasts, const Row *row, int by)
{
    return row->moved_by != 0 && forecasts->n_ever - row->moved_at < RELAPSE &&
           (by > 0) != (row->moved_by > 0) && 4 * ABS(by) >= 3 * ABS(row->moved_by);
}

static void take_note(const Forecasts *forecasts, Row *row, const Opinion *said)
{
    int by = said->mean - said->older.mean;
    int most = MAX(LOAD_FULL, said->high);

    if (relapses(forecasts, row, by)) {
        move_older(forecasts, row, (int)(forecasts->n_ever - row->moved_at),
                   -row->moved_by, most);
        row->moved_by = 0;
        return;
    }
    move_older(forecasts, row, said->n_places, by, most);
    row->moved_by = by;
    row->moved_at = forecasts->n_ever - said->n_places;
}

Forecast forecasts_tell(Forecasts *forecasts, int row_index, int load)
{
    Row *row = &g_array_index(forecasts->rows, Row, row_index);
    int n_moments = forecasts->rule.n_moments;
    Forecast forecast;
    Opinion said;
    Sums sums;

    load = CLAMP(load, 0, UINT16_MAX);
    for (int age = 0; age < forecasts->n_copies; age++)
        row->past[place_of(forecasts, age)] = (uint16_t)load;
    row->n_known = MIN(row->n_known + forecasts->n_copies, n_moments);
    if (row->n_known <= YOUNG)
        imagine(forecasts, row);

    sums = sum_up(row->past, forecasts->weights, n_moments);
    if (has_changed(forecasts, row, sums, &said)) {
        take_note(forecasts, row, &said);
        sums = sum_up(row->past, forecasts->weights, n_moments);
    }
    forecast = conclude(&sums);
    forecast.variance =
        forecast.variance * FORECAST_WEIGHT_SUM / MAX(forecasts->spread, 1);
    return forecast;
}

const uint16_t *forecasts_row(const Forecasts *forecasts, int row)
{
    return g_array_index(forecasts->rows, Row, row).past;
}

const int32_t *forecasts_weights(const Forecasts *forecasts)
{
    return forecasts->weights;
}

int forecasts_n_moments(const Forecasts *forecasts)
{
    return forecasts->rule.n_moments;
}
