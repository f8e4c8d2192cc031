/* test_forecast.c - what is believed of a past, how fast, and what is not. */
#include "model/forecast.h"

#include <glib.h>

static const ForecastRule rule = { .n_moments = 96, .half_life = 1000 };

/* One row, told one load after another. */
typedef struct {
    Forecasts *forecasts;
    int row;
} Teller;

static Teller begin(void)
{
    Teller teller = { .forecasts = forecasts_new(rule) };

    teller.row = forecasts_add(teller.forecasts);
    return teller;
}

static Forecast tell(const Teller *teller, int load)
{
    forecasts_advance(teller->forecasts, 3000000, 3000000);
    return forecasts_tell(teller->forecasts, teller->row, load);
}

static Forecast tell_often(const Teller *teller, int load, int times)
{
    Forecast forecast = { 0 };

    for (int i = 0; i < times; i++)
        forecast = tell(teller, load);
    return forecast;
}

static void end(Teller *teller)
{
    forecasts_free(teller->forecasts);
}

static void test_steady_load_is_forecast_exactly(void)
{
    Teller teller = begin();

    for (int i = 0; i < 300; i++) {
        Forecast forecast = tell(&teller, 333);

        g_assert_cmpint(forecast.mean, ==, 333);
        g_assert_cmpint(forecast.variance, ==, 0);
    }
    end(&teller);
}

static void test_weights_sum_up_and_fall_with_age(void)
{
    Teller teller = begin();

    for (int seen = 1; seen <= 200; seen++) {
        const int32_t *weights;
        int64_t sum = 0;
        int n_weighty = 0;

        tell(&teller, 100);
        weights = forecasts_weights(teller.forecasts);
        for (int t = 0; t < rule.n_moments; t++) {
            g_assert_cmpint(weights[t], >=, 0);
            sum += weights[t];
            n_weighty += weights[t] > 0;
        }
        g_assert_cmpint(sum, ==, FORECAST_WEIGHT_SUM);
        g_assert_cmpint(n_weighty, ==, MIN(seen, rule.n_moments));
    }
    end(&teller);
}

/* Ten moments are a half-life here: the newest weighs twice what the eleventh does. */
static void test_half_life_is_what_it_says(void)
{
    Teller teller = begin();
    const int32_t *weights;
    int32_t newest = 0;

    tell_often(&teller, 100, rule.n_moments);
    weights = forecasts_weights(teller.forecasts);
    for (int t = 0; t < rule.n_moments; t++)
        newest = MAX(newest, weights[t]);
    /* The ring has come round: the newest lies last, older ones before it. */
    g_assert_cmpint(weights[rule.n_moments - 1], ==, newest);
    g_assert_cmpint(ABS(2 * weights[rule.n_moments - 11] - newest), <, newest / 20);
    end(&teller);
}

/* So that what a place is asked for on average is never less than its means. */
static void test_mean_is_that_of_the_moments_rounded_down(void)
{
    Teller teller = begin();
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (int i = 0; i < 400; i++) {
        Forecast forecast = tell(&teller, g_rand_int_range(rand, 0, 1001));
        const uint16_t *past = forecasts_row(teller.forecasts, teller.row);
        const int32_t *weights = forecasts_weights(teller.forecasts);
        int64_t sum = 0;

        for (int t = 0; t < rule.n_moments; t++)
            sum += (int64_t)weights[t] * past[t];
        g_assert_cmpint(forecast.mean, ==, sum / FORECAST_WEIGHT_SUM);
    }
    end(&teller);
}

static void test_one_spike_is_no_change(void)
{
    Teller teller = begin();
    Forecast forecast;

    tell_often(&teller, 100, 60);
    forecast = tell(&teller, 1000);
    g_assert_cmpint(forecast.mean, <, 180);
    forecast = tell_often(&teller, 100, 3);
    g_assert_cmpint(forecast.mean, <, 170);
    end(&teller);
}

static void test_steady_vcpu_that_turns_heavy_is_believed_in_two(void)
{
    Teller teller = begin();

    tell_often(&teller, 100, 60);
    g_assert_cmpint(tell(&teller, 900).mean, <, 300);
    g_assert_cmpint(tell(&teller, 905).mean, >, 880);
    end(&teller);
}

static void test_small_but_lasting_change_of_a_steady_vcpu_is_believed(void)
{
    Teller teller = begin();
    Forecast forecast;

    tell_often(&teller, 300, 60);
    forecast = tell_often(&teller, 360, 2);
    g_assert_cmpint(forecast.mean, ==, 360);
    g_assert_cmpint(forecast.variance, ==, 0);
    end(&teller);
}

static void test_unsteady_vcpu_that_turns_heavy_is_believed_in_three(void)
{
    Teller teller = begin();
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    Forecast forecast = { 0 };

    for (int i = 0; i < 80; i++)
        forecast = tell(&teller, g_rand_int_range(rand, 100, 300));
    g_assert_cmpint(forecast.mean, <, 240);
    for (int i = 0; i < 3; i++)
        forecast = tell(&teller, g_rand_int_range(rand, 700, 900));
    g_assert_cmpint(forecast.mean, >, 650);
    end(&teller);
}

/* Three in a row on one side happen to whoever wants two things by turns. */
static void test_who_always_swayed_does_not_change(void)
{
    Teller teller = begin();
    Forecast forecast = { 0 };

    for (int i = 0; i < 90; i++)
        forecast = tell(&teller, i / 4 % 2 == 0 ? 100 : 500);
    g_assert_cmpint(forecast.mean, >, 230);
    g_assert_cmpint(forecast.mean, <, 370);
    g_assert_cmpint(forecast.variance, >, 150 * 150);
    end(&teller);
}

static void test_newcomer_is_taken_for_what_it_shows(void)
{
    Teller teller = begin();
    int late;
    Forecast forecast = { 0 };

    tell_often(&teller, 100, 60);
    late = forecasts_add(teller.forecasts);
    for (int i = 0; i < 4; i++) {
        tell(&teller, 100);
        forecast = forecasts_tell(teller.forecasts, late, i == 0 ? 1000 : 400);
    }
    g_assert_cmpint(forecast.mean, <, 600);
    g_assert_cmpint(forecast.mean, >, 390);
    end(&teller);
}

static void test_row_that_is_given_out_again_remembers_nothing(void)
{
    Teller teller = begin();

    tell_often(&teller, 900, 60);
    forecasts_drop(teller.forecasts, teller.row);
    g_assert_cmpint(forecasts_add(teller.forecasts), ==, teller.row);
    g_assert_cmpint(tell(&teller, 50).mean, ==, 50);
    end(&teller);
}

/* As if it had been told twice. */
static void test_period_twice_as_long_counts_twice(void)
{
    Teller once = begin(), twice = begin();
    Forecast by_two, by_one = { 0 };

    tell_often(&once, 200, 40);
    tell_often(&twice, 200, 40);
    for (int i = 0; i < 2; i++) {
        forecasts_advance(once.forecasts, 3000000, 3000000);
        by_one = forecasts_tell(once.forecasts, once.row, 220);
    }
    forecasts_advance(twice.forecasts, 6100000, 3000000);
    by_two = forecasts_tell(twice.forecasts, twice.row, 220);
    g_assert_cmpint(by_one.mean, ==, by_two.mean);
    g_assert_cmpint(by_one.variance, ==, by_two.variance);
    end(&once);
    end(&twice);
}

/* Two moments that differ sway as much as many that do. */
static void test_few_moments_sway_as_much_as_many(void)
{
    Teller teller = begin();
    Forecast two, many = { 0 };

    tell(&teller, 100);
    two = tell(&teller, 300);
    for (int i = 0; i < 94; i++)
        many = tell(&teller, i % 2 == 0 ? 100 : 300);
    g_assert_cmpint(two.variance, >, 3 * many.variance / 2);
    g_assert_cmpint(two.variance, <, 3 * many.variance);
    end(&teller);
}

static void test_nothing_makes_it_absurd(void)
{
    Teller teller = begin();
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    static const int loads[] = { 0, 1, 1000, 65535, 1 << 20, -5, 500 };

    for (int i = 0; i < 3000; i++) {
        int load = loads[g_rand_int_range(rand, 0, G_N_ELEMENTS(loads))];
        Forecast forecast;

        forecasts_advance(teller.forecasts, g_rand_int(rand),
                          g_rand_int_range(rand, 0, 9));
        forecast = forecasts_tell(teller.forecasts, teller.row, load);
        g_assert_cmpint(forecast.mean, >=, 0);
        g_assert_cmpint(forecast.mean, <=, UINT16_MAX);
        g_assert_cmpint(forecast.variance, >=, 0);
    }
    end(&teller);
}

/* Believed to want a whole CPU while it fought for one, it turns out to want less. */
static void test_who_was_overrated_is_corrected_and_not_set_back(void)
{
    Teller teller = begin();
    Forecast forecast;

    tell_often(&teller, 150, 20);
    forecast = tell_often(&teller, 1000, 3);
    g_assert_cmpint(forecast.mean, >=, 990);
    forecast = tell_often(&teller, 700, 3);
    g_assert_cmpint(ABS(forecast.mean - 700), <=, 10);
    g_assert_cmpint(forecast.variance, <=, 100 * 100);
    end(&teller);
}

/* As exact far from the mean as near it. */
static void test_low_past_of_one_that_turned_heavy_is_known_to_be_steady(void)
{
    static const int idle[] = { 2, 4, 0, 0, 9 };
    Teller teller = begin();

    for (gsize i = 0; i < G_N_ELEMENTS(idle); i++)
        tell(&teller, idle[i]);
    tell(&teller, 400);
    g_assert_cmpint(ABS(tell(&teller, 395).mean - 397), <=, 4);
    end(&teller);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forecast/steady-load-is-forecast-exactly",
                    test_steady_load_is_forecast_exactly);
    g_test_add_func("/forecast/weights-sum-up-and-fall-with-age",
                    test_weights_sum_up_and_fall_with_age);
    g_test_add_func("/forecast/half-life-is-what-it-says",
                    test_half_life_is_what_it_says);
    g_test_add_func("/forecast/mean-is-that-of-the-moments-rounded-down",
                    test_mean_is_that_of_the_moments_rounded_down);
    g_test_add_func("/forecast/one-spike-is-no-change", test_one_spike_is_no_change);
    g_test_add_func("/forecast/steady-vcpu-that-turns-heavy-is-believed-in-two",
                    test_steady_vcpu_that_turns_heavy_is_believed_in_two);
    g_test_add_func("/forecast/small-but-lasting-change-of-a-steady-vcpu-is-believed",
                    test_small_but_lasting_change_of_a_steady_vcpu_is_believed);
    g_test_add_func("/forecast/unsteady-vcpu-that-turns-heavy-is-believed-in-three",
                    test_unsteady_vcpu_that_turns_heavy_is_believed_in_three);
    g_test_add_func("/forecast/who-always-swayed-does-not-change",
                    test_who_always_swayed_does_not_change);
    g_test_add_func("/forecast/newcomer-is-taken-for-what-it-shows",
                    test_newcomer_is_taken_for_what_it_shows);
    g_test_add_func("/forecast/row-that-is-given-out-again-remembers-nothing",
                    test_row_that_is_given_out_again_remembers_nothing);
    g_test_add_func("/forecast/period-twice-as-long-counts-twice",
                    test_period_twice_as_long_counts_twice);
    g_test_add_func("/forecast/few-moments-sway-as-much-as-many",
                    test_few_moments_sway_as_much_as_many);
    g_test_add_func("/forecast/who-was-overrated-is-corrected-and-not-set-back",
                    test_who_was_overrated_is_corrected_and_not_set_back);
    g_test_add_func("/forecast/low-past-of-one-that-turned-heavy-is-known-to-be-steady",
                    test_low_past_of_one_that_turned_heavy_is_known_to_be_steady);
    g_test_add_func("/forecast/nothing-makes-it-absurd", test_nothing_makes_it_absurd);
    return g_test_run();
}
