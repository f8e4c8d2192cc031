/*
 * history.c - one vCPU through many samples.
 *
 * A vCPU is known by its VM's UUID and its own number, and by nothing that may
 * change: not by where it stands in a sample, since VMs come and go.  What is
 * remembered of it is its track.  Samples resemble each other, so that the next
 * vCPU's track is looked for behind the one just found, and only then by its key.
 *
 * Where counters leave open what a vCPU wanted, its own past decides.  Taking everybody
 * on a crowded CPU to want a whole one empties that CPU, crowds another, and goes on so
 * for ever; and one that wants more than before gets more than before, unless its CPU
 * was too small already.
 *
 * Nothing is concluded of a vCPU that was not there last time, or whose counters run
 * backwards: it is taken to want what it was thought to want.  One that is missing is
 * remembered for a while, since a host that is asked while a VM is busy may well leave it
 * out.
 */
#include "model/history.h"

#include <string.h>

#include "crowd.h"
#include "demand.h"
#include "describe.h"
#include "foreign.h"

enum {
    ABSENT_MAX = 20, /* samples a track outlives its vCPU */
    RECENT = 5,      /* gaps between samples that make the usual one */
    ALIKE = 20,      /* thousandths of a CPU that are no difference */
    LITTLE = 50,     /* who gets less may want anything but to be idle */
    PRECEDENT = FORECAST_WEIGHT_SUM / 16, /* weight of moments that are not just one */
    GAP_TIMES = 10, /* usual ones that are too long for a rate to mean anything */
};

typedef struct {
    char uuid[UUID_SIZE];
    int number;
    int place;         /* among the vCPUs of the sample it was last seen in */
    int row;           /* in the forecasts; -1 until anything could be told */
    int mean;          /* what it was last thought to want */
    int64_t seen;      /* number of the sample it was last seen in */
    Counters counters; /* as they were then */
} Track;

struct History {
    Forecasts *forecasts;
    Foreign *foreign;
    Crowd crowd;
    GHashTable *all;      /* of Track, which is its own key */
    GPtrArray *now;       /* of Track, in the order of the sample's vCPUs */
    GPtrArray *before;    /* the same of the sample before */
    GPtrArray *absent;    /* of Track */
    GArray *ran_us;       /* of int64_t: what each vCPU used, in their order */
    uint16_t *nothing;    /* [n_moments] the past of one that has none */
    int64_t n_samples;    /* until now */
    int64_t taken_us;     /* the last of them */
    int64_t gaps[RECENT]; /* between the last ones, in turn */
    int n_gaps;
};

/* ── tracks ───────────────────────────────────────────────────────────────── */

static guint hash_track(gconstpointer key)
{
    const Track *track = key;

    return g_str_hash(track->uuid) * 31 + (guint)track->number;
}

static gboolean is_track(gconstpointer a, gconstpointer b)
{
    const Track *left = a, *right = b;

    return left->number == right->number && strcmp(left->uuid, right->uuid) == 0;
}

History *history_new(ForecastRule rule)
{
    History *history = g_new0(History, 1);

    history->forecasts = forecasts_new(rule);
    history->foreign = foreign_new();
    crowd_init(&history->crowd);
    history->all = g_hash_table_new_full(hash_track, is_track, g_free, NULL);
    history->now = g_ptr_array_new();
    history->before = g_ptr_array_new();
    history->absent = g_ptr_array_new();
    history->ran_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    history->nothing = g_new0(uint16_t, rule.n_moments);
    return history;
}

void history_free(History *history)
{
    if (!history)
        return;
    forecasts_free(history->forecasts);
    foreign_free(history->foreign);
    crowd_clear(&history->crowd);
    g_hash_table_unref(history->all);
    g_ptr_array_unref(history->now);
    g_ptr_array_unref(history->before);
    g_ptr_array_unref(history->absent);
    g_array_unref(history->ran_us);
    g_free(history->nothing);
    g_free(history);
}

/* The track of a vCPU, perhaps the one @guess among those of the sample before. */
static Track *find_track(History *history, const char *uuid, int number, guint guess)
{
    Track key = { .number = number };
    Track *track;

    if (guess < history->before->len) {
        track = g_ptr_array_index(history->before, guess);
        if (track->number == number && strcmp(track->uuid, uuid) == 0)
            return track;
    }
    g_strlcpy(key.uuid, uuid, UUID_SIZE);
    track = g_hash_table_lookup(history->all, &key);
    if (track)
        return track;
    key.row = key.place = -1;
    track = g_memdup2(&key, sizeof key);
    g_hash_table_add(history->all, track);
    return track;
}

static void find_tracks(History *history, const Sample *sample)
{
    GPtrArray *before = history->now;
    int guess = 0;

    history->now = history->before;
    history->before = before;
    g_ptr_array_set_size(history->now, 0);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, vcpu->vm);
        Track *track = find_track(history, vm->uuid, vcpu->number, (guint)guess);

        g_ptr_array_add(history->now, track);
        guess = track->place >= 0 ? track->place + 1 : guess;
    }
}

/* ── time ─────────────────────────────────────────────────────────────────── */

/* The middle one of the last gaps, which a single odd one does not impress; 0 before
 * the first. */
static int64_t usual_gap(const History *history)
{
    int n = MIN(history->n_gaps, RECENT);

    for (int i = 0; i < n; i++) {
        int n_below = 0, n_equal = 0;

        for (int j = 0; j < n; j++) {
            n_below += history->gaps[j] < history->gaps[i];
            n_equal += history->gaps[j] == history->gaps[i];
        }
        if (n_below <= (n - 1) / 2 && (n - 1) / 2 < n_below + n_equal)
            return history->gaps[i];
    }
    return 0;
}

/* How long the period was that ends with @sample, or 0 if it is none: the first
 * sample, a clock that stood still or jumped. */
static int64_t find_lasted(History *history, const Sample *sample)
{
    int64_t usual = usual_gap(history);
    int64_t gap;

    if (history->n_samples == 0 ||
        __builtin_sub_overflow(sample->taken_us, history->taken_us, &gap) ||
        gap < TICK_US || gap > PERIOD_MAX_US)
        return 0;
    history->gaps[history->n_gaps++ % RECENT] = gap;
    return usual > 0 && gap > GAP_TIMES * usual ? 0 : gap;
}

/* ── what is seen now ─────────────────────────────────────────────────────── */

static Counters counters_of(const SampleVcpu *vcpu)
{
    return (Counters){ vcpu->ran_ns, vcpu->waited_ns, vcpu->polled_ns };
}

static void tell(History *history, Track *track, int load, Vcpu *out)
{
    Forecast forecast = forecasts_tell(history->forecasts, track->row, load);

    track->mean = out->mean = forecast.mean;
    out->variance = forecast.variance;
}

/* What a censored vCPU wanted: what it used to want when that was between the bounds
 * of now; or, if it hardly ever was, the upper one. */
static int learned(const History *history, const Track *track, const Demand *demand)
{
    const int32_t *weights = forecasts_weights(history->forecasts);
    const uint16_t *past;
    int least = demand->ran < LITTLE ? LITTLE : demand->ran - ALIKE;
    int64_t sum = 0, weight = 0;

    if (track->row < 0)
        return demand->load;
    past = forecasts_row(history->forecasts, track->row);
    for (int t = 0; t < forecasts_n_moments(history->forecasts); t++) {
        if (past[t] < least || past[t] > demand->load)
            continue;
        sum += (int64_t)weights[t] * past[t];
        weight += weights[t];
    }
    return weight < PRECEDENT ? demand->load : MAX((int)(sum / weight), demand->ran);
}

/* What it wanted.  Returns how long it kept a CPU busy. */
static int64_t judge(History *history, Track *track, const SampleVcpu *vcpu, int quota,
                     int64_t lasted_us, Vcpu *out)
{
    Counters now = counters_of(vcpu);
    Demand demand;

    if (track->seen < history->n_samples ||
        !demand_between(&track->counters, &now, lasted_us, quota, &demand)) {
        out->ran = out->load = track->mean;
        return track->mean * lasted_us / LOAD_FULL;
    }
    out->ran = demand.ran;
    out->waited = demand.waited;
    out->censored = demand.censored;
    out->load = demand.censored ? learned(history, track, &demand) : demand.load;
    if (track->row < 0)
        track->row = forecasts_add(history->forecasts);
    return (now.ran_ns - track->counters.ran_ns) / 1000;
}

static void judge_all(History *history, const Sample *sample, int64_t lasted_us,
                      Snapshot *out)
{
    g_array_set_size(history->ran_us, sample->vcpus->len);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, vcpu->vm);

        g_array_index(history->ran_us, int64_t, i) =
            judge(history, g_ptr_array_index(history->now, i), vcpu, vm->quota,
                  lasted_us, &out->vcpus[i]);
    }
}

/* Where nobody tells who waited, all on a CPU that is used up are censored. */
static void doubt_all(History *history, const Sample *sample, int64_t lasted_us,
                      Snapshot *out)
{
    crowd_count(&history->crowd, sample, history->ran_us, lasted_us);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *seen = &g_array_index(sample->vcpus, SampleVcpu, i);
        const Track *track = g_ptr_array_index(history->now, i);
        Vcpu *vcpu = &out->vcpus[i];
        int quota = g_array_index(sample->vms, SampleVm, seen->vm).quota;
        Demand most = { .ran = vcpu->ran,
                        .load = quota > 0 ? MIN(quota, LOAD_FULL) : LOAD_FULL };

        if (seen->waited_ns != SAMPLE_UNKNOWN || track->row < 0 || vcpu->censored ||
            vcpu->ran >= most.load || !crowd_full(&history->crowd, seen->pins))
            continue;
        vcpu->censored = true;
        vcpu->load = learned(history, track, &most);
    }
}

/* Everybody's row hears of this moment, and is lent to the snapshot. */
static void forecast_all(History *history, int64_t lasted_us, Snapshot *out)
{
    Forecasts *forecasts = history->forecasts;

    forecasts_advance(forecasts, lasted_us, usual_gap(history));
    for (int i = 0; i < out->n_vcpus; i++) {
        Track *track = g_ptr_array_index(history->now, i);
        Vcpu *vcpu = &out->vcpus[i];

        vcpu->past = history->nothing;
        if (track->row < 0)
            continue;
        tell(history, track, vcpu->load, vcpu);
        vcpu->past = forecasts_row(forecasts, track->row);
    }
    out->n_moments = forecasts_n_moments(forecasts);
    out->moment_weights = forecasts_weights(forecasts);
}

static void account_for_the_rest(History *history, const Sample *sample,
                                 int64_t lasted_us, int *out)
{
    foreign_start(history->foreign, sample, lasted_us);
    for (int pinned = 1; pinned >= 0; pinned--) {
        for (guint i = 0; i < sample->vcpus->len; i++) {
            const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);

            if ((vcpu->pins->n_cpus == 1) == pinned)
                foreign_take(history->foreign, vcpu,
                             g_array_index(history->ran_us, int64_t, i));
        }
    }
    foreign_finish(history->foreign, sample->topology, out);
}

/* ── what is kept ─────────────────────────────────────────────────────────── */

static void remember(History *history, const Sample *sample)
{
    history->taken_us = sample->taken_us;
    history->n_samples++;
    for (guint i = 0; i < sample->vcpus->len; i++) {
        Track *track = g_ptr_array_index(history->now, i);

        track->place = (int)i;
        track->seen = history->n_samples;
        track->counters = counters_of(&g_array_index(sample->vcpus, SampleVcpu, i));
    }
    foreign_remember(history->foreign, sample);
}

static void forget(History *history, Track *track)
{
    if (track->row >= 0)
        forecasts_drop(history->forecasts, track->row);
    g_hash_table_remove(history->all, track);
}

/* Who has gone this time joins the absent; who came back, or will not, leaves them.
 * Where a period went by, the others are told of it. */
static void call_the_roll(History *history, bool period)
{
    guint n_left = 0;

    for (guint i = 0; i < history->before->len; i++) {
        Track *track = g_ptr_array_index(history->before, i);

        if (track->seen < history->n_samples && track->place == (int)i)
            g_ptr_array_add(history->absent, track);
    }
    for (guint i = 0; i < history->absent->len; i++) {
        Track *track = g_ptr_array_index(history->absent, i);
        Vcpu nobody;

        if (track->seen == history->n_samples)
            continue;
        if (history->n_samples - track->seen > ABSENT_MAX) {
            forget(history, track);
            continue;
        }
        if (period && track->row >= 0)
            tell(history, track, track->mean, &nobody);
        history->absent->pdata[n_left++] = track;
    }
    g_ptr_array_set_size(history->absent, (int)n_left);
}

/* ── one sample after the other ───────────────────────────────────────────── */

bool history_derive(History *history, const Sample *sample, Snapshot *out)
{
    int64_t lasted_us = find_lasted(history, sample);

    find_tracks(history, sample);
    if (lasted_us > 0) {
        describe(sample, lasted_us, out);
        judge_all(history, sample, lasted_us, out);
        doubt_all(history, sample, lasted_us, out);
        account_for_the_rest(history, sample, lasted_us, out->foreign);
        forecast_all(history, lasted_us, out);
    }
    remember(history, sample);
    call_the_roll(history, lasted_us > 0);
    return lasted_us > 0;
}
