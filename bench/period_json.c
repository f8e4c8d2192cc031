/* period_json.c - the same as one JSON object. */
#include <math.h>
#include <stdio.h>

#include "engine/json.h"
#include "period_sums.h"
#include "period_tell.h"

static const char *const verdicts[] = { "calm", "not worth it", "moves" };

static void json_real(Json *json, const char *key, double value)
{
    json_decimal(json, key, (int64_t)llround(value * 1e6), 6);
}

static void json_made(Json *json, const char *key, const Made *made)
{
    json_begin_object(json, key);
    json_real(json, "ms", made->ms);
    json_int(json, "moves", made->n_moves);
    json_real(json, "sigma", made->sigma);
    json_real(json, "overload", made->overload);
    json_end_object(json);
}

static void json_watch(Json *json, const Watch *watch)
{
    json_begin_object(json, NULL);
    json_string(json, "mix", watch->mix);
    for (int v = 0; v < 3; v++) {
        json_begin_object(json, verdicts[v]);
        json_int(json, "periods", watch->n[v]);
        json_real(json, "ms", watch->ms[v]);
        json_end_object(json);
    }
    json_real(json, "worst_ms", watch->worst_ms);
    json_real(json, "repins_per_period", watch->repins);
    json_int(json, "memory_requests", watch->n_requests);
    json_end_object(json);
}

static void json_row(Json *json, const Row *row)
{
    const PeriodRun *run = &row->run;

    json_begin_object(json, NULL);
    json_int(json, "vcpus", run->n_vcpus);
    json_int(json, "pcpus", run->n_pcpus);
    if (row->limit_ms > 0)
        json_real(json, "limit_ms", row->limit_ms);
    json_real(json, "longest_ms", period_longest_ms(run));
    json_real(json, "calm_ms", period_calm_ms(run));
    json_real(json, "derive_ms", run->first.derive_ms);
    json_real(json, "board_ms", run->first.board_ms);
    json_real(json, "solve_ms", run->first.solve_ms);
    json_real(json, "search_ms", run->first.search_ms);
    json_made(json, "stay", &run->first.stay);
    json_made(json, "flow", &run->first.flow);
    json_made(json, "greedy", &run->first.greedy);
    json_real(json, "gap_percent", run->first.gap);
    json_begin_array(json, "watches");
    for (int i = 0; i < N_WATCHES; i++)
        json_watch(json, &run->watches[i]);
    json_end_array(json);
    json_int(json, "nodes", run->network.n_nodes);
    json_int(json, "arcs", run->network.n_arcs);
    json_real(json, "ours_ms", run->network.ours_ms);
    json_string(json, "ours", run->network.ours ? run->network.ours : "");
    json_real(json, "lemon_ms", run->network.lemon_ms);
    json_bool(json, "agree", run->network.agree);
    json_int(json, "peak_bytes", run->network.peak_bytes);
    json_end_object(json);
}

void period_tell_json(GArray *rows)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };

    json_begin_object(&json, NULL);
    json_begin_array(&json, "sizes");
    for (guint i = 0; i < rows->len; i++)
        json_row(&json, &g_array_index(rows, Row, i));
    json_end_array(&json);
    json_end_object(&json);
    puts(out->str);
}
