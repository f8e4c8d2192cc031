/* engine.c - the period: observe, understand, plan, act. */
#include "engine/engine.h"

#include "actuator.h"
#include "effect.h"
#include "model/history.h"
#include "strain.h"

struct Engine {
    Host *host;     /* borrowed */
    Ledger *ledger; /* borrowed; or NULL */
    Policy policy;
    History *history;
    Meter meter;
    Effect effect;
    Planner *planner;
    Actuator actuator;
    int n_periods;
};

void period_init(Period *period)
{
    *period = (Period){ 0 };
    sample_init(&period->sample);
}

void period_clear(Period *period)
{
    plan_clear(&period->plan);
    snapshot_clear(&period->snapshot);
    sample_clear(&period->sample);
}

Engine *engine_new(Host *host, const Policy *policy, Ledger *ledger)
{
    Engine *engine = g_new0(Engine, 1);

    engine->host = host;
    engine->ledger = ledger;
    engine->policy = *policy;
    engine->history = history_new(policy->forecast);
    meter_init(&engine->meter);
    effect_init(&engine->effect);
    engine->planner = planner_new();
    actuator_init(&engine->actuator, host, ledger);
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine)
        return;
    actuator_clear(&engine->actuator);
    planner_free(engine->planner);
    effect_clear(&engine->effect);
    meter_clear(&engine->meter);
    history_free(engine->history);
    g_free(engine);
}

void engine_reconsider(Engine *engine, const Policy *policy)
{
    const ForecastRule *was = &engine->policy.forecast, *is = &policy->forecast;

    if (was->n_moments != is->n_moments || was->half_life != is->half_life) {
        history_free(engine->history);
        engine->history = history_new(*is);
    }
    engine->policy = *policy;
}

Planner *engine_planner(Engine *engine)
{
    return engine->planner;
}

static void think(Engine *engine, Period *out)
{
    int64_t begun = g_get_monotonic_time();
    Policy policy = engine->policy;

    if (engine->ledger)
        policy = effect_temper(&engine->effect, &policy);
    plan_make(engine->planner, &out->snapshot, &policy, &out->plan);
    out->plan_us = g_get_monotonic_time() - begun;
}

bool engine_step(Engine *engine, Period *out, GError **error)
{
    Host *host = engine->host;

    out->number = engine->n_periods;
    out->derived = false;
    out->outcome = (Outcome){ 0 };
    if (!host->ops->observe(host, &out->sample, error))
        return false;
    if (engine->ledger && !ledger_meet(engine->ledger, host, &out->sample, error))
        return false;
    out->derived = history_derive(engine->history, &out->sample, &out->snapshot);
    meter_read(&engine->meter, &out->sample, out->derived ? &out->snapshot : NULL,
               &out->strain);
    if (!out->derived)
        return true;

    out->number = ++engine->n_periods;
    actuator_excuse(&engine->actuator, &out->snapshot);
    effect_judge(&engine->effect, &out->snapshot, &engine->policy, &out->help);
    think(engine, out);
    effect_remember(&engine->effect, out);
    return actuator_apply(&engine->actuator, out, error);
}
