/* quality_json.c - the same for programs: one object, an array for each part. */
#include <math.h>
#include <stdio.h>

#include "contest.h"
#include "days.h"
#include "lasting.h"
#include "quality.h"

static void json_real(Json *json, const char *key, double value)
{
    json_decimal(json, key, (int64_t)llround(value * 1e6), 6);
}

static void tell_bar(const Bar *bar, Json *json)
{
    json_begin_object(json, NULL);
    json_string(json, "what", bar->what);
    json_string(json, "wanted", bar->wanted);
    json_string(json, "found", bar->found);
    json_bool(json, "met", bar->met);
    json_bool(json, "goal", bar->goal);
    json_end_object(json);
}

static void tell_day(const Day *day, Json *json)
{
    json_begin_object(json, NULL);
    json_string(json, "day", day->day);
    json_bool(json, "real", day->real);
    if (day->real)
        json_int(json, "load_percent", day->percent);
    json_int(json, "order", day->order);
    json_int(json, "place_cpus", day->place_cpus);
    if (day->rule == RULE_FLOW)
        json_decimal(json, "price", day->price, 6);
    if (day->trouble) {
        json_string(json, "trouble", day->trouble);
    } else {
        json_begin_array(json, "results");
        judgement_json(&day->judged, !day->real, json);
        json_end_array(json);
    }
    json_end_object(json);
}

static void tell_score(const Score *score, Entrant entrant, Json *json)
{
    json_begin_object(json, NULL);
    json_string(json, "policy", entrant_name(entrant));
    json_int(json, "evened_out", score->n_even);
    json_real(json, "sigma_mean", score->sigma);
    json_real(json, "ms_mean", score->ms);
    json_int(json, "hosts_beside_moveswap", score->n_both);
    json_int(json, "moves", score->moves);
    json_int(json, "moveswap_moves", score->moveswap_moves);
    json_int(json, "hosts_with_more_moves", score->n_more);
    json_int(json, "hosts_beside_optimum", score->n_proved);
    json_int(json, "moves_beside_optimum", score->proved_moves);
    json_int(json, "optimum_moves", score->optimum_moves);
    json_end_object(json);
}

static void tell_standing(const Standing *standing, Json *json)
{
    static const char *const names[N_CPUSETS] = {
        [CPUSETS_NONE] = "none",
        [CPUSETS_LIMITED] = "limited",
        [CPUSETS_WINDOWS] = "overlapping",
    };

    json_begin_object(json, NULL);
    json_string(json, "cpusets", names[standing->family.cpusets]);
    json_int(json, "percent_changed", standing->family.percent_changed);
    json_int(json, "vcpus", standing->family.n_vcpus);
    json_int(json, "pcpus", standing->family.n_pcpus);
    json_int(json, "hosts", standing->n_hosts);
    if (standing->optimum_sought) {
        json_int(json, "optimum_proved", standing->n_proved);
        json_int(json, "optimum_impossible", standing->n_impossible);
        json_int(json, "optimum_timed_out", standing->n_timed_out);
    }
    json_int(json, "missed", standing->n_missed);
    json_begin_array(json, "results");
    for (int e = 0; e < N_ENTRANTS; e++)
        tell_score(&standing->scores[e], (Entrant)e, json);
    json_end_array(json);
    json_end_object(json);
}

static void tell_lasting(const Lasting *lasting, Json *json)
{
    json_begin_object(json, NULL);
    json_string(json, "policy", rule_name(lasting->rule));
    json_int(json, "hosts", lasting->n_hosts);
    json_int(json, "still_periods", lasting->n_still_periods);
    json_real(json, "repins_settling", lasting->repins_settling);
    json_real(json, "repins_still", lasting->repins_still);
    json_real(json, "repins_after", lasting->repins_after);
    json_int(json, "balanced_again", lasting->n_balanced);
    json_real(json, "periods_to_balance", lasting->periods_to_balance);
    json_int(json, "periods_at_worst", lasting->periods_at_worst);
    json_begin_array(json, "overload");
    for (int t = 0; t < LASTING_SHOWN; t++)
        json_real(json, NULL, lasting->overload[t]);
    json_end_array(json);
    json_begin_array(json, "sigma");
    for (int t = 0; t < LASTING_SHOWN; t++)
        json_real(json, NULL, lasting->sigma[t]);
    json_end_array(json);
    json_end_object(json);
}

void quality_tell_json(const Quality *quality)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };

    json_begin_object(&json, NULL);
    json_begin_array(&json, "bars");
    for (guint i = 0; i < quality->bars->len; i++)
        tell_bar(&g_array_index(quality->bars, Bar, i), &json);
    json_end_array(&json);
    json_begin_array(&json, "days");
    for (guint i = 0; i < quality->days->len; i++)
        tell_day(&g_array_index(quality->days, Day, i), &json);
    json_end_array(&json);
    json_begin_array(&json, "lasting");
    for (guint i = 0; i < quality->lasting->len; i++)
        tell_lasting(&g_array_index(quality->lasting, Lasting, i), &json);
    json_end_array(&json);
    json_begin_array(&json, "steady");
    for (guint i = 0; i < quality->standings->len; i++)
        tell_standing(&g_array_index(quality->standings, Standing, i), &json);
    json_end_array(&json);
    json_end_object(&json);
    puts(out->str);
}
