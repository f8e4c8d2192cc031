/* stage.c - see stage.h. */
#include "support/stage.h"

#include <glib/gstdio.h>
#include <string.h>

#include "host/sim.h"
#include "support/scratch.h"

static void employ(Stage *stage)
{
    g_autoptr(GError) error = NULL;

    stage->ledger = ledger_open(stage->path, &error);
    g_assert_no_error(error);
    stage->engine = engine_new(stage->host, &stage->policy, stage->ledger);
}

static void dismiss(Stage *stage)
{
    g_clear_pointer(&stage->engine, engine_free);
    g_clear_pointer(&stage->ledger, ledger_close);
}

void stage_open(Stage *stage, const char *scenario, bool kept)
{
    g_autoptr(GError) error = NULL;

    *stage = (Stage){ .policy = policy_default };
    if (kept) {
        stage->path = scratch_file("ledger", "");
        g_unlink(stage->path);
    }
    stage->policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    stage->host = host_sim_open_text("stage", scenario, 0, 0, &error);
    g_assert_no_error(error);
    period_init(&stage->period);
    employ(stage);
}

void stage_clear(Stage *stage)
{
    dismiss(stage);
    period_clear(&stage->period);
    host_close(stage->host);
    if (stage->path)
        scratch_remove(stage->path);
    g_free(stage->path);
}

void stage_change_manager(Stage *stage)
{
    dismiss(stage);
    employ(stage);
}

void stage_rule(Stage *stage, Rule rule)
{
    stage->policy.rule = rule;
    engine_free(stage->engine);
    stage->engine = engine_new(stage->host, &stage->policy, stage->ledger);
}

void stage_ledger(Stage *stage, Ledger *ledger)
{
    g_assert_nonnull(ledger);
    dismiss(stage);
    stage->ledger = ledger;
    stage_rule(stage, stage->policy.rule);
}

int stage_live(Stage *stage, int n_periods)
{
    int n_done = 0;

    for (int i = 0; i < n_periods; i++) {
        g_autoptr(GError) why = NULL;
        bool well = engine_step(stage->engine, &stage->period, &why);

        if (!well)
            g_assert_error(why, HOST_ERROR, HOST_ERROR_LOST);
        n_done += stage->period.outcome.done;
    }
    return n_done;
}

const SampleVm *stage_vm(const Stage *stage, const char *name)
{
    const GArray *vms = stage->period.sample.vms;

    for (guint i = 0; i < vms->len; i++)
        if (strcmp(g_array_index(vms, SampleVm, i).name, name) == 0)
            return &g_array_index(vms, SampleVm, i);
    return NULL;
}

char *stage_pins(const Stage *stage, const char *name, int vcpu)
{
    const SampleVm *vm = stage_vm(stage, name);

    if (!vm || vcpu >= vm->n_vcpus)
        return NULL;
    return cpuset_format(
        g_array_index(stage->period.sample.vcpus, SampleVcpu, vm->first_vcpu + vcpu)
            .pins);
}
