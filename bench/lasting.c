/*
 * lasting.c - a day on which one thing happens.
 *
 * The day is written as a trace.  Loads are three quarters of what the host has, so that
 * they can be carried; they tremble by a percent of a CPU about a level.  How
 * balanced a period was is told by who was pinned where in it, and by the levels: the
 * trembling is nobody's to balance.  It is also why a policy cannot know the
 * levels exactly, so a tenth more than five points will do.
 */
#include "lasting.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "engine/engine.h"
#include "host/sim.h"
#include "steady.h"

enum {
    N_PCPUS = 64,
    N_VCPUS = 256,
    SETTLE = 24, /* periods in which a policy may still find out */
    STILL = 2000,
    AFTER = 24,
    N_HOSTS = 6,
    PERCENT_CARRIED = 75,
};

static const double BALANCED = 5.5; /* points */

/* ── the trace ────────────────────────────────────────────────────────────── */

/* What each vCPU wants, but for the trembling: percent of a CPU. */
typedef struct {
    int before[N_VCPUS], after[N_VCPUS];
} Levels;

static void draw_levels(uint64_t seed, Chance *chance, Levels *out)
{
    const Family family = { CPUSETS_NONE, 0, N_VCPUS, N_PCPUS };
    Steady before, other;

    steady_draw(&family, seed, &before);
    steady_draw(&family, seed + 1000, &other);
    for (int i = 0; i < N_VCPUS; i++) {
        const Steady *after = below(chance, 10) == 0 ? &other : &before;

        out->before[i] = before.load[i] * PERCENT_CARRIED / 1000;
        out->after[i] = after->load[i] * PERCENT_CARRIED / 1000;
    }
    steady_clear(&before);
    steady_clear(&other);
}

/* The host starts as it comes; evening it out is what the first periods are for. */
static void write_trace(Chance *chance, const Levels *levels, int n_before,
                        GString *out)
{
    g_string_append(out, "vcpu");
    for (int t = 0; t < n_before + AFTER; t++)
        g_string_append_printf(out, ",%d", 300 * t);
    for (int i = 0; i < N_VCPUS; i++) {
        g_string_append_printf(out, "\nvm%d", i);
        for (int t = 0; t < n_before + AFTER; t++) {
            int level = t < n_before ? levels->before[i] : levels->after[i];
            int trembling = level + between(chance, -1, 1);

            g_string_append_printf(out, ",%d", CLAMP(trembling, 0, 100));
        }
    }
    g_string_append_c(out, '\n');
}

static Host *open_host(uint64_t seed, int n_before, Levels *levels, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Chance chance = chance_of(seed, 7);
    g_autofree char *path = NULL;
    Host *host = NULL;
    int fd = g_file_open_tmp("lasting-XXXXXX.csv", &path, error);

    if (fd < 0)
        return NULL;
    g_close(fd, NULL);
    draw_levels(seed, &chance, levels);
    write_trace(&chance, levels, n_before, text);
    if (g_file_set_contents(path, text->str, (gssize)text->len, error))
        host = host_sim_open_trace(path, N_PCPUS, false, error);
    g_unlink(path);
    return host;
}

/* ── one period, in the light of what was wanted ──────────────────────────── */

typedef struct {
    double sigma, overload; /* points, CPUs */
} Truth;

static double spread(const double *loads)
{
    double mean = 0, squares = 0;

    for (int p = 0; p < N_PCPUS; p++)
        mean += loads[p] / N_PCPUS;
    for (int p = 0; p < N_PCPUS; p++)
        squares += (loads[p] - mean) * (loads[p] - mean);
    return sqrt(squares / N_PCPUS);
}

static Truth look_back(const Host *host, const Sample *sample, const Levels *levels)
{
    double wanted[N_PCPUS] = { 0 }, level[N_PCPUS] = { 0 };
    Truth truth = { 0 };
    SimTruth told;

    host_sim_truth(host, &told);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, vcpu->vm);
        int at = cpuset_next(vcpu->pins, 0);

        wanted[at] += told.wanted[i];
        level[at] += levels->after[atoi(vm->name + strlen("vm"))];
    }
    for (int p = 0; p < N_PCPUS; p++)
        truth.overload += MAX(0, wanted[p] - 1000) / 1000;
    truth.sigma = spread(level);
    return truth;
}

/* ── a whole day ──────────────────────────────────────────────────────────── */

/* @since counts periods since the change, from 0: the first in which loads are new. */
static void note_after(int since, Truth truth, bool *balanced, Lasting *out)
{
    if (since < LASTING_SHOWN) {
        out->overload[since] += truth.overload / N_HOSTS;
        out->sigma[since] += truth.sigma / N_HOSTS;
    }
    if (*balanced || truth.sigma > BALANCED)
        return;
    *balanced = true;
    out->n_balanced++;
    out->periods_to_balance += since;
    out->periods_at_worst = MAX(out->periods_at_worst, since);
}

static bool live_one(Host *host, const Levels *levels, const Policy *policy,
                     int n_before, Lasting *out, GError **error)
{
    g_autoptr(Engine) engine = engine_new(host, policy, NULL);
    g_autoptr(GError) why = NULL;
    g_auto(Period) period;
    bool balanced = false;

    period_init(&period);
    for (int t = 0; engine_step(engine, &period, &why); t++) {
        double repins = (double)period.outcome.done / N_HOSTS;

        /* The first step only starts to count, so step t looks back on column t - 1. */
        if (t - 1 >= n_before)
            note_after(t - 1 - n_before, look_back(host, &period.sample, levels),
                       &balanced, out);
        if (t - 1 < SETTLE)
            out->repins_settling += repins;
        else if (t - 1 < n_before)
            out->repins_still += repins;
        else
            out->repins_after += repins;
    }
    if (g_error_matches(why, HOST_ERROR, HOST_ERROR_ENDED))
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

bool lasting_live(Rule rule, bool quick, Lasting *out)
{
    int n_before = SETTLE + (quick ? STILL / 10 : STILL);
    Policy policy = policy_default;

    policy.rule = rule;
    policy.granularity = (Granularity){ .level = LEVEL_PCPU };
    *out = (Lasting){ .rule = rule,
                      .n_hosts = N_HOSTS,
                      .n_still_periods = n_before - SETTLE };
    for (uint64_t seed = 1; seed <= N_HOSTS; seed++) {
        Levels levels;
        g_autoptr(GError) why = NULL;
        g_autoptr(Host) host = open_host(seed, n_before, &levels, &why);

        if (!host || !live_one(host, &levels, &policy, n_before, out, &why)) {
            fprintf(stderr, "bench_quality: %s\n", why->message);
            return false;
        }
    }
    if (out->n_balanced > 0)
        out->periods_to_balance /= out->n_balanced;
    return true;
}
