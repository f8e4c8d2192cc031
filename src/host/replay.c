/*
 * replay.c - a host that already was.
 *
 * What was recorded happened under the pins of its day.  Who asks for the same again gets
 * the same answer, and later samples show what came of it.  Another policy's pins are
 * laid over: samples tell those pins from then on, and a vCPU that ran elsewhere is told
 * to be on the first CPU of them.  What it ran and waited stays what it was.
 */
#include "host/host.h"
#include "recording.h"

/* A VM as last seen.  Its vCPUs are numbered with gaps where some are unplugged. */
typedef struct {
    int last_vcpu; /* the highest number, or -1 */
    bool busy;
} Seen;

typedef struct {
    Host host;
    char *name; /* of the file, for messages */
    Recording *recording;
    int next;
    GHashTable *seen;    /* uuid to Seen */
    GHashTable *pins;    /* by answer_key: a set, laid over */
    GHashTable *answers; /* what was answered after the sample told last */
} ReplayHost;

static int last_vcpu_of(const Sample *sample, const SampleVm *vm)
{
    if (vm->n_vcpus == 0)
        return -1;
    return g_array_index(sample->vcpus, SampleVcpu, vm->first_vcpu + vm->n_vcpus - 1)
        .number;
}

/* A VM that is gone takes its pins with it. */
static gboolean is_forgotten(gpointer key, gpointer set, gpointer data)
{
    const ReplayHost *replay = data;
    g_autofree char *uuid = g_strndup(key, UUID_SIZE - 1);

    (void)set;
    return !g_hash_table_contains(replay->seen, uuid);
}

static void lay_pins_over(ReplayHost *replay, Sample *sample)
{
    g_hash_table_remove_all(replay->seen);
    for (guint i = 0; i < sample->vms->len; i++) {
        const SampleVm *vm = &g_array_index(sample->vms, SampleVm, i);
        Seen *seen = g_new(Seen, 1);

        *seen = (Seen){ last_vcpu_of(sample, vm), vm->busy };
        g_hash_table_insert(replay->seen, g_strdup(vm->uuid), seen);
    }
    if (g_hash_table_size(replay->pins) == 0)
        return;
    g_hash_table_foreach_remove(replay->pins, is_forgotten, replay);
    for (guint v = 0; v < sample->vcpus->len; v++) {
        SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, v);
        g_autofree char *key = answer_key(
            g_array_index(sample->vms, SampleVm, vcpu->vm).uuid, vcpu->number);
        const CpuSet *pins = g_hash_table_lookup(replay->pins, key);

        if (!pins)
            continue;
        vcpu->pins = pins;
        if (vcpu->pcpu >= 0 && !cpuset_has(pins, vcpu->pcpu))
            vcpu->pcpu = cpuset_next(pins, 0);
    }
}

static bool replay_observe(Host *host, Sample *out, GError **error)
{
    ReplayHost *replay = (ReplayHost *)host;

    if (replay->next == recording_length(replay->recording)) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_ENDED, "%s: the recording is over",
                    replay->name);
        return false;
    }
    if (!recording_sample(replay->recording, replay->next, out, error) ||
        !recording_answers(replay->recording, replay->next, replay->answers, error))
        return false;
    replay->next++;
    lay_pins_over(replay, out);
    return true;
}

/* What a host says of a question that nobody asked it that day. */
static bool would_agree(const ReplayHost *replay, const char *uuid, int vcpu,
                        GError **error)
{
    const Seen *seen = g_hash_table_lookup(replay->seen, uuid);

    if (!seen)
        g_set_error(error, HOST_ERROR, HOST_ERROR_GONE, "no domain with uuid '%s'",
                    uuid);
    else if (seen->busy)
        g_set_error(error, HOST_ERROR, HOST_ERROR_BUSY, "%s: another job holds it",
                    uuid);
    else if (vcpu < 0 || vcpu > seen->last_vcpu)
        g_set_error(error, HOST_ERROR, HOST_ERROR_REFUSED,
                    "%s: requested vcpu '%d' is not present in the domain", uuid, vcpu);
    else
        return true;
    return false;
}

static bool replay_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                       GError **error)
{
    ReplayHost *replay = (ReplayHost *)host;
    const CpuSet *set = cpusets_adopt(recording_sets(replay->recording), cpus);
    g_autofree char *key = answer_key(uuid, vcpu);
    const Answer *answer = g_hash_table_lookup(replay->answers, key);

    if (answer && answer->code != ANSWER_DONE) {
        g_set_error_literal(error, HOST_ERROR, answer->code, answer->why);
        return false;
    }
    if (!answer && !would_agree(replay, uuid, vcpu, error))
        return false;
    if (answer && answer->cpus == set)
        g_hash_table_remove(replay->pins, key);
    else
        g_hash_table_insert(replay->pins, g_steal_pointer(&key), (gpointer)set);
    return true;
}

/* What was left with VMs that day comes with the samples. */
static bool replay_remember(Host *host, const char *uuid, const char *state,
                            GError **error)
{
    ReplayHost *replay = (ReplayHost *)host;
    g_autofree char *key = answer_key(uuid, ANSWER_KEEP);
    const Answer *answer = g_hash_table_lookup(replay->answers, key);

    (void)state;
    if (answer && answer->code != ANSWER_DONE) {
        g_set_error_literal(error, HOST_ERROR, answer->code, answer->why);
        return false;
    }
    return true;
}

static void replay_close(Host *host)
{
    ReplayHost *replay = (ReplayHost *)host;

    g_hash_table_unref(replay->seen);
    g_hash_table_unref(replay->pins);
    g_hash_table_unref(replay->answers);
    recording_close(replay->recording);
    g_free(replay->name);
    g_free(replay);
}

static const HostOps replay_ops = {
    .kind = "replay",
    .observe = replay_observe,
    .pin = replay_pin,
    .remember = replay_remember,
    .close = replay_close,
};

Host *host_replay_open(const char *path, GError **error)
{
    g_autoptr(Recording) recording = recording_open(path, error);
    ReplayHost *replay;

    if (!recording || !recording_read(recording, error))
        return NULL;
    replay = g_new0(ReplayHost, 1);
    replay->host.ops = &replay_ops;
    replay->name = g_strdup(path);
    replay->recording = g_steal_pointer(&recording);
    replay->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    replay->pins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    replay->answers = answers_new();
    return &replay->host;
}

char *host_replay_preamble(const char *path, GError **error)
{
    g_autoptr(Recording) recording = recording_open(path, error);

    return recording ? g_strdup(recording_preamble(recording)) : NULL;
}
