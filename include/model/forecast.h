/*
 * forecast.h - what a vCPU will want, from what it wanted.
 *
 * A forecast is a function of remembered moments.  Each vCPU has a row that says what
 * it wanted at each of them, and a moment weighs less the older it is.  Mean and
 * variance follow from the row, and so does something no mean can tell: what several
 * vCPUs wanted *together*.
 *
 * A lasting change is noticed as one (several moments in a row on one side of the
 * mean, further off than chance would have it), and the older moments of that row are
 * then moved to the new level, so that the past stops arguing with the present.
 */
#ifndef MODEL_FORECAST_H
#define MODEL_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int n_moments; /* remembered; a multiple of 16 */
    int half_life; /* moments until one weighs half of the newest, in hundredths */
} ForecastRule;

extern const ForecastRule forecast_default;

typedef struct Forecasts Forecasts;

Forecasts *forecasts_new(ForecastRule rule);
void forecasts_free(Forecasts *forecasts);

/* A row for a vCPU that has just appeared, and back again. */
int forecasts_add(Forecasts *forecasts);
void forecasts_drop(Forecasts *forecasts, int row);

/* Time goes by: from here on rows are told what was wanted at a new moment.
 * @lasted_us is how long that moment was, @usual_us how long moments are. */
void forecasts_advance(Forecasts *forecasts, int64_t lasted_us, int64_t usual_us);

typedef struct {
    int mean;         /* thousandths of a CPU */
    int64_t variance; /* thousandths squared */
} Forecast;

/* To be called once for every row after forecasts_advance.  @load is thousandths of a
 * CPU; a vCPU that was not seen this time is told what it was thought to want. */
Forecast forecasts_tell(Forecasts *forecasts, int row, int load);

/* The row itself, [n_moments] in no order but the same for all rows, and what
 * each moment weighs; weights sum to FORECAST_WEIGHT_SUM.  Good until the next
 * forecasts_advance. */
enum { FORECAST_WEIGHT_SUM = 1 << 16 };
const uint16_t *forecasts_row(const Forecasts *forecasts, int row);
const int32_t *forecasts_weights(const Forecasts *forecasts);
int forecasts_n_moments(const Forecasts *forecasts);

#endif
