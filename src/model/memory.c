/*
 * memory.c - one guest's memory through many samples.
 *
 * What a guest uses is what its balloon leaves it less what it says it could do without:
 * that stays the same while the balloon moves, and so can be compared from one moment to
 * the next.  Growth is believed at once and forgotten by halves; of what was used of
 * late, the most counts, so that a guest which frees memory for a moment keeps it.
 */
#include "model/memory.h"

#include <string.h>

enum {
    WORDS = 5,          /* of a guest that count as "of late" */
    SILENCE = 3,        /* periods after which what it said means nothing */
    PATIENCE = 5,       /* periods that a balloon may stand still short of its target */
    RETRY = 60,         /* periods after which it is given another chance */
    ABSENT_MAX = 20,    /* samples a track outlives its VM */
    FAULTS_HUNGRY = 100 /* in a second: more than a program being started */
};

#define SLACK INT64_C(4096)         /* that balloons may differ by, */
#define SLACK_PART 64               /* ...or so much of their size */
#define SENSIBLE (INT64_C(1) << 50) /* more is nonsense */
#define SECOND INT64_C(1000000)

typedef struct {
    char uuid[UUID_SIZE];
    int64_t seen;                    /* number of the sample it was last seen in */
    int64_t stamp, stamped_us;       /* when it last said something */
    int64_t actual, asked, still_us; /* since when neither has changed */
    int64_t used[WORDS];
    int n_words;
    int64_t rate; /* of growth, KiB a second */
    int64_t swapped_in, faults;
    bool hungry;
} Track;

struct MemoryHistory {
    GHashTable *tracks; /* of Track, by the UUID in it */
    int64_t n_samples, taken_us;
};

static const char *const doubt_texts[N_MEMORY_DOUBTS] = {
    [MEMORY_TRUSTED] = "trusted",
    [MEMORY_BUSY] = "busy",
    [MEMORY_FIXED] = "its memory is fixed",
    [MEMORY_UNTOLD] = "its guest tells nothing",
    [MEMORY_STALE] = "its guest tells nothing any more",
    [MEMORY_STUCK] = "its balloon does not move",
    [MEMORY_NONSENSE] = "what its guest tells cannot be",
};

const char *memory_doubt_text(MemoryDoubt doubt)
{
    return doubt_texts[doubt];
}

void memory_clear(Memory *memory)
{
    g_free(memory->vms);
    *memory = (Memory){ 0 };
}

MemoryHistory *memory_history_new(void)
{
    MemoryHistory *history = g_new0(MemoryHistory, 1);

    history->tracks = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    return history;
}

void memory_history_free(MemoryHistory *history)
{
    if (!history)
        return;
    g_hash_table_unref(history->tracks);
    g_free(history);
}

static Track *find_track(MemoryHistory *history, const char *uuid)
{
    Track *track = g_hash_table_lookup(history->tracks, uuid);

    if (track)
        return track;
    track = g_new0(Track, 1);
    g_strlcpy(track->uuid, uuid, UUID_SIZE);
    track->stamp = track->asked = SAMPLE_UNKNOWN;
    g_hash_table_insert(history->tracks, track->uuid, track);
    return track;
}

static gboolean is_forgotten(void *uuid, void *track, void *history)
{
    (void)uuid;
    return ((MemoryHistory *)history)->n_samples - ((Track *)track)->seen > ABSENT_MAX;
}

/* ── what can be believed ─────────────────────────────────────────────────── */

static bool is_sensible(const SampleMemory *said)
{
    return said->most <= SENSIBLE && said->actual > 0 && said->actual <= said->most &&
           said->usable <= said->actual;
}

static bool is_near(int64_t a, int64_t b)
{
    return ABS(a - b) <= MAX(SLACK, MAX(a, b) / SLACK_PART);
}

/* One that stood still for long is given another chance from time to time. */
static bool is_stuck(const Track *track, int64_t now_us, int64_t period_us)
{
    if (track->asked < 0 || is_near(track->asked, track->actual))
        return false;
    return (now_us - track->still_us) / period_us % RETRY >= PATIENCE;
}

static MemoryDoubt doubt(const Track *track, const SampleVm *vm, int64_t now_us,
                         int64_t period_us)
{
    const SampleMemory *said = &vm->memory;

    if (vm->busy || vm->hands_off)
        return MEMORY_BUSY;
    if (said->fixed)
        return MEMORY_FIXED;
    if (said->most <= 0 || said->actual < 0 || said->usable < 0)
        return MEMORY_UNTOLD;
    if (!is_sensible(said))
        return MEMORY_NONSENSE;
    if (now_us - track->stamped_us > SILENCE * period_us)
        return MEMORY_STALE;
    if (is_stuck(track, now_us, period_us))
        return MEMORY_STUCK;
    return MEMORY_TRUSTED;
}

/* ── listening ────────────────────────────────────────────────────────────── */

static void watch_balloon(Track *track, const SampleMemory *said, int64_t now_us)
{
    if (track->actual != said->actual || track->asked != said->asked)
        track->still_us = now_us;
    track->actual = said->actual;
    track->asked = said->asked;
}

static int64_t per_second(int64_t amount, int64_t us)
{
    return (int64_t)((__int128)amount * SECOND / MAX(us, 1));
}

static bool has_risen(int64_t before, int64_t now, int64_t least)
{
    return before >= 0 && now > before && now - before >= least;
}

/* The guest has said something new. */
static void listen(Track *track, const SampleMemory *said, int64_t now_us)
{
    int64_t used = said->actual - said->usable;
    int64_t us = now_us - track->stamped_us;

    track->hungry = false;
    if (track->n_words > 0) {
        int64_t before = track->used[(track->n_words - 1) % WORDS];

        track->rate = MAX(per_second(used - before, us), track->rate / 2);
        track->hungry =
            has_risen(track->swapped_in, said->swapped_in, 1) ||
            has_risen(track->faults, said->faults, FAULTS_HUNGRY * us / SECOND);
    }
    track->used[track->n_words++ % WORDS] = used;
    track->swapped_in = said->swapped_in;
    track->faults = said->faults;
    track->stamp = said->stamp;
    track->stamped_us = now_us;
}

static void start_over(Track *track)
{
    track->n_words = 0;
    track->rate = 0;
    track->hungry = false;
}

static int64_t most_used(const Track *track)
{
    int64_t most = 0;

    for (int i = 0; i < MIN(track->n_words, WORDS); i++)
        most = MAX(most, track->used[i]);
    return most;
}

static void judge(Track *track, const SampleVm *vm, int64_t now_us, int64_t period_us,
                  VmMemory *out)
{
    const SampleMemory *said = &vm->memory;
    bool told = said->usable >= 0 && is_sensible(said);

    watch_balloon(track, said, now_us);
    if (!told)
        start_over(track);
    else if (said->stamp != track->stamp || said->stamp < 0)
        listen(track, said, now_us);
    *out = (VmMemory){ .doubt = doubt(track, vm, now_us, period_us) };
    if (out->doubt != MEMORY_TRUSTED)
        return;
    out->most = said->most;
    out->floor = MAX(said->floor, 0);
    out->actual = said->actual;
    out->size =
        said->asked >= 0 && said->asked <= said->most ? said->asked : said->actual;
    out->used = said->actual - said->usable;
    out->used_of_late = most_used(track);
    out->growth = (int64_t)((__int128)track->rate * period_us / SECOND);
    out->hungry = track->hungry;
    out->priority = said->priority;
    out->cells = said->cells;
}

/* The cell that outvotes all others, if one does. */
static int find_home(const Sample *sample, const SampleVm *vm)
{
    int home = -1, votes = 0;

    for (int v = vm->first_vcpu; v < vm->first_vcpu + vm->n_vcpus; v++) {
        int pcpu = g_array_index(sample->vcpus, SampleVcpu, v).pcpu;

        if (pcpu < 0 || pcpu >= sample->topology->n_pcpus)
            continue;
        if (votes == 0)
            home = sample->topology->pcpus[pcpu].cell;
        votes += sample->topology->pcpus[pcpu].cell == home ? 1 : -1;
    }
    return votes > 0 ? home : -1;
}

static void make_room(Memory *memory, int n_vms)
{
    if (n_vms > memory->max_vms) {
        memory->vms = g_renew(VmMemory, memory->vms, n_vms);
        memory->max_vms = n_vms;
    }
    memory->n_vms = n_vms;
}

bool memory_derive(MemoryHistory *history, const Sample *sample, Memory *out)
{
    int64_t lasted_us = sample->taken_us - history->taken_us;
    bool derived = history->n_samples > 0 && lasted_us > 0;

    history->n_samples++;
    history->taken_us = sample->taken_us;
    make_room(out, (int)sample->vms->len);
    out->period_us = lasted_us;
    out->topology = sample->topology;
    out->n_cells = (int)sample->cells->len;
    out->cells = (const SampleCell *)(void *)sample->cells->data;
    for (guint i = 0; i < sample->vms->len; i++) {
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, i);
        Track *track = find_track(history, vm->uuid);

        if (history->n_samples - track->seen > 1)
            start_over(track);
        track->seen = history->n_samples;
        judge(track, vm, sample->taken_us, MAX(lasted_us, 1), &out->vms[i]);
        out->vms[i].home = find_home(sample, vm);
    }
    g_hash_table_foreach_remove(history->tracks, is_forgotten, history);
    return derived;
}
