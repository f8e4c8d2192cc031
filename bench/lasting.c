/*
 * lasting.c - a day on which one thing happens.
 *
 * The day is written as a trace.  Loads are three quarters of what the host has, so that
 * they can be carried; they tremble by a percent of a CPU.  How balanced a period was is
 * told by who was pinned where in it and what was wanted in it, and is known when it is
 * over.
 */
#include "lasting.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>

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
};

/* ── the trace ────────────────────────────────────────────────────────────── */

/* Percent of a CPU; of all that is drawn, three quarters. */
static int level_of(const Steady *host, int vcpu)
{
    return host->load[vcpu] * 3 / 40;
}

static void write_row(Chance *chance, const Steady *host, int was, int n_before,
                      int vcpu, GString *out)
{
    g_string_append_printf(out, "vm%d", vcpu);
    for (int t = 0; t < n_before + AFTER; t++) {
        int level = t < n_before ? was : level_of(host, vcpu);
        int trembling = level + between(chance, -1, 1);

        g_string_append_printf(out, ",%d", CLAMP(trembling, 0, 100));
    }
    g_string_append_c(out, '\n');
}

/* The host starts as it comes; evening it out is what the first periods are for. */
static void write_trace(uint64_t seed, int n_before, GString *out)
{
    const Family family = { CPUSETS_NONE, 0, N_VCPUS, N_PCPUS };
    Chance chance = chance_of(seed, 7);
    Steady before, after;

    steady_draw(&family, seed, &before);
    steady_draw(&family, seed + 1000, &after);
    g_string_append(out, "vcpu");
    for (int t = 0; t < n_before + AFTER; t++)
        g_string_append_printf(out, ",%d", 300 * t);
    g_string_append_c(out, '\n');
    for (int i = 0; i < N_VCPUS; i++)
        write_row(&chance, below(&chance, 10) == 0 ? &after : &before,
                  level_of(&before, i), n_before, i, out);
    steady_clear(&before);
    steady_clear(&after);
}

static Host *open_host(uint64_t seed, int n_before, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *path = NULL;
    Host *host = NULL;
    int fd = g_file_open_tmp("lasting-XXXXXX.csv", &path, error);

    if (fd < 0)
        return NULL;
    g_close(fd, NULL);
    write_trace(seed, n_before, text);
    if (g_file_set_contents(path, text->str, (gssize)text->len, error))
        host = host_sim_open_trace(path, N_PCPUS, false, error);
    g_unlink(path);
    return host;
}

/* ── one period, in the light of what was wanted ──────────────────────────── */

typedef struct {
    double sigma, overload; /* points, CPUs */
} Truth;

static Truth look_back(const Host *host, const Sample *sample)
{
    double loads[N_PCPUS] = { 0 }, mean = 0, squares = 0;
    Truth truth = { 0 };
    SimTruth told;

    host_sim_truth(host, &told);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        int at = cpuset_next(g_array_index(sample->vcpus, SampleVcpu, i).pins, 0);

        loads[at] += told.wanted[i];
        mean += (double)told.wanted[i] / N_PCPUS;
    }
    for (int p = 0; p < N_PCPUS; p++) {
        squares += (loads[p] - mean) * (loads[p] - mean);
        truth.overload += MAX(0, loads[p] - 1000) / 1000;
    }
    truth.sigma = sqrt(squares / N_PCPUS) / 10;
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
    if (*balanced || truth.sigma > (double)SIGMA_EVEN / 10)
        return;
    *balanced = true;
    out->n_balanced++;
    out->periods_to_balance += since;
    out->periods_at_worst = MAX(out->periods_at_worst, since);
}

static bool live_one(Host *host, const Policy *policy, int n_before, Lasting *out,
                     GError **error)
{
    g_autoptr(Engine) engine = engine_new(host, policy);
    g_autoptr(GError) why = NULL;
    g_auto(Period) period;
    bool balanced = false;

    period_init(&period);
    for (int t = 0; engine_step(engine, &period, &why); t++) {
        double repins = (double)period.outcome.done / N_HOSTS;

        /* The first step only starts to count, so step t looks back on column t - 1. */
        if (t - 1 >= n_before)
            note_after(t - 1 - n_before, look_back(host, &period.sample), &balanced,
                       out);
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
        g_autoptr(GError) why = NULL;
        g_autoptr(Host) host = open_host(seed, n_before, &why);

        if (!host || !live_one(host, &policy, n_before, out, &why)) {
            fprintf(stderr, "bench_quality: %s\n", why->message);
            return false;
        }
    }
    if (out->n_balanced > 0)
        out->periods_to_balance /= out->n_balanced;
    return true;
}
