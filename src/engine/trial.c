/*
 * trial.c - see trial.h.
 *
 * The difference within a pair is taken as one observation, and Student's t says how sure
 * one can be of their mean.  Whole numbers all the way: a trial on a simulated host comes
 * out the same everywhere.
 */
#include "engine/trial.h"

/* How often those that hold a job are asked again before one gives up; and how long a
 * host may be lost. */
enum { ATTEMPTS = 20, ATTEMPT_US = G_USEC_PER_SEC / 2, LOST_US = 10 * G_USEC_PER_SEC };

/* Periods in which a block settles: the plan of its first one is carried out after it. */
enum { SETTLING = 3 };

typedef struct {
    int64_t sum[N_TRIAL_MEASURES]; /* thousandths of a CPU */
    int n_periods;                 /* that count */
    bool untold;                   /* waiting was not, in one of them */
} Block;

struct Trial {
    Host *host;
    Ledger *ledger;
    Engine *engine;
    Policy floating, managed;
    int n_blocks, block_periods;
    GArray *blocks; /* of Block; the last is not complete, until all are */
    int n_periods;  /* of the last */
    int64_t repins;
};

static TrialKind kind_of(guint block)
{
    return block % 2 == 0 ? TRIAL_FLOATING : TRIAL_MANAGED;
}

Trial *trial_new(Host *host, Ledger *ledger, Engine *engine, const Policy *policy,
                 int n_blocks, int block_periods)
{
    Trial *trial = g_new0(Trial, 1);

    trial->host = host;
    trial->ledger = ledger;
    trial->engine = engine;
    trial->floating = trial->managed = *policy;
    trial->floating.rule = RULE_KERNEL;
    trial->n_blocks = n_blocks;
    trial->block_periods = block_periods;
    trial->blocks = g_array_new(FALSE, TRUE, sizeof(Block));
    engine_reconsider(engine, &trial->floating);
    return trial;
}

void trial_free(Trial *trial)
{
    if (!trial)
        return;
    g_array_unref(trial->blocks);
    g_free(trial);
}

/* ── letting float ────────────────────────────────────────────────────────── */

static bool is_to_float(const Sample *sample, const SampleVcpu *vcpu)
{
    const SampleVm *vm = &g_array_index(sample->vms, SampleVm, vcpu->vm);

    return vcpu->pins != vcpu->allowed && !vm->busy && !vm->hands_off &&
           cpuset_meets(vcpu->allowed, sample->topology->online);
}

/* Who cannot be pinned now is asked again in the next period.  False if the host is
 * lost. */
static bool let_float(Trial *trial, const Sample *sample, int *n_left, GError **error)
{
    Host *host = trial->host;

    *n_left = 0;
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);

        if (is_to_float(sample, vcpu))
            ledger_intend(trial->ledger, sample, (int)i, vcpu->allowed);
    }
    if (!ledger_save(trial->ledger, error))
        return false;
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, i);
        const char *uuid = g_array_index(sample->vms, SampleVm, vcpu->vm).uuid;
        g_autoptr(GError) why = NULL;

        if (!is_to_float(sample, vcpu) ||
            (ledger_leave(trial->ledger, host, uuid, &why) &&
             host->ops->pin(host, uuid, vcpu->number, vcpu->allowed, &why)))
            continue;
        *n_left += g_error_matches(why, HOST_ERROR, HOST_ERROR_BUSY);
        if (!g_error_matches(why, HOST_ERROR, HOST_ERROR_LOST))
            continue;
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    return true;
}

/* ── block by block ───────────────────────────────────────────────────────── */

static void count(Trial *trial, const Period *period)
{
    Block *block = &g_array_index(trial->blocks, Block, trial->blocks->len - 1);
    const Strain *strain = &period->strain;

    trial->repins += period->outcome.done;
    if (trial->n_periods++ < MIN(SETTLING, trial->block_periods / 2))
        return;
    block->n_periods++;
    block->sum[TRIAL_WORK] += strain->work;
    block->sum[TRIAL_WAIT] += strain->wait;
    block->sum[TRIAL_STRANDED] += strain->stranded;
    block->untold |= strain->wait < 0;
}

static void begin_block(Trial *trial)
{
    g_array_set_size(trial->blocks, trial->blocks->len + 1);
    trial->n_periods = 0;
    engine_reconsider(trial->engine, kind_of(trial->blocks->len - 1) == TRIAL_FLOATING
                                         ? &trial->floating
                                         : &trial->managed);
}

bool trial_take(Trial *trial, const Period *period)
{
    g_autoptr(GError) why = NULL;
    int n_left;

    if (period->derived && trial->blocks->len > 0)
        count(trial, period);
    if (trial->blocks->len == 0 || trial->n_periods == trial->block_periods) {
        if (trial->blocks->len == (guint)trial->n_blocks)
            return false;
        begin_block(trial);
    }
    if (kind_of(trial->blocks->len - 1) == TRIAL_FLOATING &&
        !let_float(trial, &period->sample, &n_left, &why))
        g_warning("%s", why->message);
    return true;
}

/* ── how sure one can be ──────────────────────────────────────────────────── */

/* Student's t for 95 %, in thousandths, by degrees of freedom from 1 on. */
static const int students_t[] = {
    12706, 4303, 3182, 2776, 2571, 2447, 2365, 2306, 2262, 2228,
    2201,  2179, 2160, 2145, 2131, 2120, 2110, 2101, 2093, 2086,
    2080,  2074, 2069, 2064, 2060, 2056, 2052, 2048, 2045, 2042,
};

static int64_t root_of(uint64_t square)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= square)
            root += bit;
    return (int64_t)root;
}

static TrialGuess guess(const int64_t *values, int n)
{
    int t = students_t[MIN(n - 1, (int)G_N_ELEMENTS(students_t)) - 1];
    int64_t sum = 0;
    __int128 squares = 0;
    TrialGuess out;

    for (int i = 0; i < n; i++)
        sum += values[i];
    out.mean = sum / n;
    for (int i = 0; i < n; i++)
        squares += (__int128)(values[i] - out.mean) * (values[i] - out.mean);
    out.give_or_take =
        t * root_of((uint64_t)(squares / ((__int128)n * (n - 1)))) / 1000;
    return out;
}

static int64_t mean_of(const Trial *trial, int block, TrialMeasure measure)
{
    const Block *one = &g_array_index(trial->blocks, Block, block);

    return one->sum[measure] * 1000 / one->n_periods;
}

static bool is_known(const Trial *trial, int n_pairs, TrialMeasure measure)
{
    if (measure == TRIAL_WORK)
        return true;
    for (int b = 0; b < 2 * n_pairs; b++)
        if (g_array_index(trial->blocks, Block, b).untold)
            return false;
    return true;
}

static void compare(const Trial *trial, TrialMeasure measure, TrialResult *out)
{
    g_autofree int64_t *values = g_new(int64_t, out->n_pairs);

    for (int kind = 0; kind < N_TRIAL_KINDS; kind++) {
        for (int pair = 0; pair < out->n_pairs; pair++)
            values[pair] = mean_of(trial, 2 * pair + kind, measure);
        out->of[kind][measure] = guess(values, out->n_pairs);
    }
    for (int pair = 0; pair < out->n_pairs; pair++)
        values[pair] = mean_of(trial, 2 * pair + TRIAL_MANAGED, measure) -
                       mean_of(trial, 2 * pair, measure);
    out->difference[measure] = guess(values, out->n_pairs);
}

static bool is_surely_less(TrialGuess guess)
{
    return guess.mean + guess.give_or_take < 0;
}

static bool is_surely_more(TrialGuess guess)
{
    return guess.mean - guess.give_or_take > 0;
}

bool trial_sum_up(const Trial *trial, TrialResult *out)
{
    guint n_complete = trial->blocks->len;
    const TrialGuess *difference = out->difference;

    if (n_complete > 0 && trial->n_periods < trial->block_periods)
        n_complete--;
    *out = (TrialResult){ .n_pairs = (int)n_complete / 2, .repins = trial->repins };
    if (out->n_pairs < 2)
        return false;
    for (int measure = 0; measure < N_TRIAL_MEASURES; measure++) {
        out->known[measure] = is_known(trial, out->n_pairs, measure);
        if (out->known[measure])
            compare(trial, measure, out);
    }
    out->managed_is_better =
        is_surely_more(difference[TRIAL_WORK]) ||
        (out->known[TRIAL_WAIT] && is_surely_less(difference[TRIAL_WAIT]) &&
         !is_surely_less(difference[TRIAL_WORK]));
    return true;
}

/* ── how it is left ───────────────────────────────────────────────────────── */

typedef int (*Leaving)(Trial *trial, Sample *sample, GError **error);

static int give_back(Trial *trial, Sample *sample, GError **error)
{
    return ledger_give_back(trial->ledger, trial->host, sample, error);
}

static int set_afloat(Trial *trial, Sample *sample, GError **error)
{
    int n_left;

    return let_float(trial, sample, &n_left, error) ? n_left : -1;
}

/* What is in force is looked up once more: moves may have been made since.  Returns how
 * many are left, or -1. */
static int try_to_leave(Trial *trial, Leaving how, Sample *sample, GError **error)
{
    Host *host = trial->host;

    if (!host->ops->observe(host, sample, error) ||
        !ledger_meet(trial->ledger, host, sample, error))
        return -1;
    return how(trial, sample, error);
}

/* A host that is lost just now may be back soon: libvirtd is started anew now and then. */
static bool leave(Trial *trial, Leaving how, GError **error)
{
    int64_t until_us = g_get_monotonic_time() + LOST_US;
    g_autoptr(GError) why = NULL;
    int n_left = -1;
    Sample sample;

    sample_init(&sample);
    for (int attempt = 0; attempt < ATTEMPTS && n_left != 0; attempt++) {
        if (attempt > 0 && trial->host->live)
            g_usleep(ATTEMPT_US);
        g_clear_error(&why);
        n_left = try_to_leave(trial, how, &sample, &why);
        if (n_left < 0 && (!g_error_matches(why, HOST_ERROR, HOST_ERROR_LOST) ||
                           g_get_monotonic_time() >= until_us))
            break;
    }
    sample_clear(&sample);
    if (why)
        g_propagate_error(error, g_steal_pointer(&why));
    if (n_left > 0)
        g_set_error(error, HOST_ERROR, HOST_ERROR_BUSY,
                    "%d VMs or vCPUs stay busy, and as they are", n_left);
    return n_left == 0;
}

bool trial_let_float(Trial *trial, GError **error)
{
    return leave(trial, set_afloat, error);
}

bool trial_restore(Trial *trial, GError **error)
{
    return trial->blocks->len == 0 || leave(trial, give_back, error);
}
