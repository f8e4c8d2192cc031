/*
 * judge.c - see judge.h.
 *
 * A period is judged when it has come to pass: by where everybody was pinned in it, and
 * what they wanted in it.  Both are in its sample, and the pins are those of the plan
 * before.  So the first period says nothing, and the last plan is never judged.
 *
 * A kernel that balances freely makes one place of the whole host, whatever the
 * granularity, and is judged so.
 */
#include "engine/judge.h"

#include "host/sim.h"
#include "loads.h"

enum { MILLION = 1000000 };

/* Balanced: a standard deviation of no more than five points. */
enum { BALANCED_MILLIPOINTS = 5000 };

/* A host that has not answered for so many periods will not answer any more. */
enum { SILENCE_MAX = 1000 };

typedef struct {
    Host *sim;
    const Policy *policy;
    Places places;
    Loads loads;
    SimTruth truth;
    GArray *plan_us; /* of int64_t */
    int n_realised, n_balanced, n_solved;
    /* Sums of what becomes means. */
    int64_t sigma_planned, sigma_realised, overload, stranded_us, lived_us, gap;
} Judge;

static void judge_init(Judge *judge, Host *sim, const Policy *policy)
{
    *judge = (Judge){ .sim = sim, .policy = policy };
    judge->plan_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
}

static void judge_clear(Judge *judge)
{
    places_clear(&judge->places);
    loads_clear(&judge->loads);
    g_array_unref(judge->plan_us);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Judge, judge_clear)

/* ── how the host is set up ───────────────────────────────────────────────── */

/* Where it is to be when the first period begins. */
static const CpuSet *start_of(const Judge *judge, const Topology *topology,
                              const SampleVcpu *vcpu)
{
    const Places *places = &judge->places;
    int place = places_holding(places, vcpu->pins);
    const CpuSet *cpus;

    if (judge->policy->rule == RULE_KERNEL)
        return vcpu->allowed;
    if (place < 0 && judge->policy->rule == RULE_NONE && vcpu->pcpu >= 0)
        place = places->of_pcpu[vcpu->pcpu];
    if (place < 0)
        return vcpu->pins;
    cpus = cpusets_and(topology->sets, places->places[place].cpus, vcpu->allowed);
    return cpus->n_cpus > 0 ? cpus : vcpu->pins;
}

/* A host that cannot be set up for one VM is judged as it is. */
static void set_up(Judge *judge, const Sample *sample)
{
    Host *sim = judge->sim;

    places_make(sample->topology, judge->policy->granularity, &judge->places);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, vcpu->vm);
        const CpuSet *cpus = start_of(judge, sample->topology, vcpu);

        if (cpus != vcpu->pins)
            (void)sim->ops->pin(sim, vm->uuid, vcpu->number, cpus, NULL);
    }
}

/* Before the first period; where those float that are to be frozen is known after it. */
static bool is_setting_up(const Judge *judge, const Period *period)
{
    return period->number == 0 ||
           (period->number == 1 && judge->policy->rule == RULE_NONE);
}

/* ── one period ───────────────────────────────────────────────────────────── */

static void realise(Judge *judge, const Period *period)
{
    const Sample *sample = &period->sample;
    int64_t sigma;

    loads_start(&judge->loads, &judge->places, period->snapshot.foreign);
    for (guint i = 0; i < sample->vcpus->len; i++)
        loads_add(&judge->loads, &judge->places,
                  g_array_index(sample->vcpus, SampleVcpu, i).pins,
                  judge->truth.wanted[i]);
    sigma = loads_sigma(&judge->loads, &judge->places);
    judge->n_realised++;
    judge->n_balanced += sigma <= BALANCED_MILLIPOINTS;
    judge->sigma_realised += sigma;
    judge->overload += loads_overload(&judge->loads, &judge->places);
}

/* Rules that do not look ahead are held to what they looked at. */
static int load_seen_by(Rule rule, const Vcpu *vcpu)
{
    return rule == RULE_FLOW ? vcpu->mean : vcpu->load;
}

static void plan_seen(Judge *judge, const Period *period)
{
    const Snapshot *snapshot = &period->snapshot;
    const Plan *plan = &period->plan;

    loads_start(&judge->loads, &judge->places, snapshot->foreign);
    for (int i = 0; i < snapshot->n_vcpus; i++) {
        const Vcpu *vcpu = &snapshot->vcpus[i];
        int place = plan->placement[i];

        loads_add(&judge->loads, &judge->places,
                  place == FLOATING ? vcpu->allowed : plan->places.places[place].cpus,
                  load_seen_by(judge->policy->rule, vcpu));
    }
    judge->sigma_planned += loads_sigma(&judge->loads, &judge->places);
    g_array_append_val(judge->plan_us, period->plan_us);
    if (plan->verdict == PLAN_CALM)
        return;
    judge->n_solved++;
    judge->gap += plan_gap(plan);
}

static void take_in(Judge *judge, const Period *period, Judgement *out)
{
    const Snapshot *snapshot = &period->snapshot;
    Granularity granularity = judge->policy->granularity;

    if (judge->policy->rule == RULE_KERNEL)
        granularity.level = LEVEL_HOST;
    places_make(snapshot->topology, granularity, &judge->places);
    host_sim_truth(judge->sim, &judge->truth);
    if (period->number > 1)
        realise(judge, period);
    plan_seen(judge, period);
    judge->stranded_us += judge->truth.stranded_wait_us;
    judge->lived_us += snapshot->period_us;

    out->n_vcpus = MAX(out->n_vcpus, snapshot->n_vcpus);
    out->n_pcpus = MAX(out->n_pcpus, snapshot->topology->n_pcpus);
    out->n_periods++;
    out->repins += period->outcome.done;
}

/* ── all of them ──────────────────────────────────────────────────────────── */

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* The smallest that @percent of all do not exceed. */
static int64_t percentile(GArray *sorted, int64_t percent)
{
    if (sorted->len == 0)
        return JUDGED_NEVER;
    return g_array_index(sorted, int64_t, (percent * sorted->len + 99) / 100 - 1);
}

/* In millionths, of which @each is how many one counts for. */
static int64_t mean(int64_t sum, int64_t n, int64_t each)
{
    if (n == 0)
        return JUDGED_NEVER;
    return (int64_t)(((__int128)sum * each + n / 2) / n);
}

static void sum_up(Judge *judge, Judgement *out)
{
    out->rule = judge->policy->rule;
    out->granularity = judge->policy->granularity;
    if (out->granularity.level == LEVEL_AUTO)
        out->granularity.level = judge->places.level;
    out->sigma_planned = mean(judge->sigma_planned, out->n_periods, 1000);
    out->sigma_realised = mean(judge->sigma_realised, judge->n_realised, 1000);
    out->overload = mean(judge->overload, judge->n_realised, 1000);
    out->stranded_wait = mean(judge->stranded_us, judge->lived_us, MILLION);
    out->balanced = mean(judge->n_balanced, judge->n_realised, MILLION);
    out->gap = mean(judge->gap, judge->n_solved, 100);
    g_array_sort(judge->plan_us, by_size);
    out->plan_us_p50 = percentile(judge->plan_us, 50);
    out->plan_us_p99 = percentile(judge->plan_us, 99);
}

/* A host that does not answer is asked again; it has lived through a period meanwhile.
 * False when it has ended, or is silent for good. */
static bool live_on(Engine *engine, Period *period, GError **error)
{
    for (int patience = SILENCE_MAX; patience > 0; patience--) {
        g_clear_error(error);
        if (engine_step(engine, period, error))
            return true;
        if (!g_error_matches(*error, HOST_ERROR, HOST_ERROR_LOST))
            return false;
    }
    return false;
}

bool judge_run(Host *sim, const Policy *policy, int n_periods, Judgement *out,
               GError **error)
{
    g_autoptr(Engine) engine = engine_new(sim, policy, NULL);
    g_auto(Period) period;
    g_auto(Judge) judge;
    g_autoptr(GError) why = NULL;

    *out = (Judgement){ 0 };
    period_init(&period);
    judge_init(&judge, sim, policy);
    while (live_on(engine, &period, &why)) {
        if (period.derived)
            take_in(&judge, &period, out);
        if (is_setting_up(&judge, &period))
            set_up(&judge, &period.sample);
        if (n_periods > 0 && out->n_periods == n_periods)
            break;
    }
    if (why && !g_error_matches(why, HOST_ERROR, HOST_ERROR_ENDED)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    sum_up(&judge, out);
    return true;
}

/* ── in words ─────────────────────────────────────────────────────────────── */

static void judged(Json *out, const char *key, int64_t value, int places)
{
    if (value == JUDGED_NEVER)
        json_null(out, key);
    else
        json_decimal(out, key, value, places);
}

void judgement_json(const Judgement *judgement, bool shares, Json *out)
{
    g_autofree char *granularity = granularity_format(judgement->granularity);

    json_begin_object(out, NULL);
    json_string(out, "policy", rule_name(judgement->rule));
    json_string(out, "granularity", granularity);
    json_int(out, "vcpus", judgement->n_vcpus);
    json_int(out, "pcpus", judgement->n_pcpus);
    json_int(out, "periods", judgement->n_periods);
    json_int(out, "repins", judgement->repins);
    judged(out, "repins_per_period",
           mean(judgement->repins, judgement->n_periods, MILLION), 6);
    judged(out, "sigma_planned_mean", judgement->sigma_planned, 6);
    judged(out, "sigma_realised_mean", judgement->sigma_realised, 6);
    judged(out, "overload_mean", judgement->overload, 6);
    if (shares)
        judged(out, "stranded_wait_mean", judgement->stranded_wait, 6);
    judged(out, "balanced_fraction", judgement->balanced, 6);
    judged(out, "plan_ms_p50", judgement->plan_us_p50, 3);
    judged(out, "plan_ms_p99", judgement->plan_us_p99, 3);
    if (judgement->rule == RULE_FLOW)
        judged(out, "gap_mean", judgement->gap, 6);
    json_end_object(out);
}
