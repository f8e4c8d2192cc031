/*
 * replay.c - a host that already was.
 *
 * A recording is read to its end before anything is answered from it, so that one that
 * is cut short or wrong is refused as a whole.  It may be larger than memory: it is
 * mapped, and a sample is read when its turn comes.
 *
 * What was recorded happened under the pins of its day.  Another policy's pins are laid
 * over it: samples tell those pins from then on, and a vCPU that ran elsewhere is told
 * to be on the first CPU of them.  What it ran and waited stays what it was.
 */
#include "input.h"
#include "recording.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t at, length;
    int line;     /* of its first */
    int topology; /* which one bounds it */
} Paragraph;

/* A VM as last seen. */
typedef struct {
    int n_vcpus;
    bool busy;
} Seen;

typedef struct {
    Host host;
    char *path;
    GMappedFile *file;
    CpuSets *sets;
    GPtrArray *topologies;
    GArray *samples; /* of Paragraph */
    guint next;
    GString *preamble;
    GString *text;    /* of one paragraph */
    GHashTable *seen; /* uuid to Seen */
    GHashTable *pins; /* "uuid/vcpu" to a set */
} ReplayHost;

/* ── reading it all ───────────────────────────────────────────────────────── */

/* Where a reader is: at the beginning of a line. */
typedef struct {
    ReplayHost *replay;
    const char *text;
    size_t at, length;
    int line; /* of what was read last */
} Scan;

/* The length of the next line, without its end; false after the last. */
static bool next_line(Scan *scan, const char **line, size_t *length)
{
    const char *end;

    if (scan->at >= scan->length)
        return false;
    *line = scan->text + scan->at;
    end = memchr(*line, '\n', scan->length - scan->at);
    *length = end ? (size_t)(end - *line) : scan->length - scan->at;
    scan->at += *length + (end ? 1 : 0);
    scan->line++;
    return true;
}

static bool begins(const char *line, size_t length, const char *word)
{
    return length >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static bool read_title(Scan *scan, GError **error)
{
    const char *file = scan->replay->path, *line;
    g_autofree char *version = NULL;
    size_t length;
    int64_t number;

    if (!next_line(scan, &line, &length) || !begins(line, length, RECORDING_TITLE " "))
        return input_wrong(error, file, 1,
                           "this is no recording: it does not begin "
                           "with '" RECORDING_TITLE "'");
    version = g_strndup(line + strlen(RECORDING_TITLE " "),
                        length - strlen(RECORDING_TITLE " "));
    if (!input_number(version, 0, &number) || number < 1)
        return input_wrong(error, file, 1, "'%s' is no version", version);
    return number <= RECORDING_VERSION ||
           input_wrong(error, file, 1,
                       "a newer version wrote it: %s, and this one reads %d", version,
                       RECORDING_VERSION);
}

static void read_preamble(Scan *scan)
{
    GString *preamble = scan->replay->preamble;
    const char *line;
    size_t length;

    for (;;) {
        size_t at = scan->at;

        if (!next_line(scan, &line, &length))
            return;
        if (!begins(line, length, RECORDING_POLICY)) {
            scan->at = at;
            scan->line--;
            return;
        }
        g_string_append_len(preamble, line + strlen(RECORDING_POLICY),
                            (gssize)(length - strlen(RECORDING_POLICY)));
        g_string_append_c(preamble, '\n');
    }
}

/* The model counts lines from the beginning of the paragraph: "LINE: what". */
static bool refuse(const ReplayHost *replay, const Paragraph *paragraph,
                   const GError *why, GError **error)
{
    char *what;
    long line = strtol(why->message, &what, 10);

    if (what[0] == ':' && what[1] == ' ')
        what += 2;
    return input_wrong(error, replay->path, paragraph->line + (int)MAX(line, 1) - 1,
                       "%s", what);
}

static void load_paragraph(ReplayHost *replay, const Paragraph *paragraph)
{
    g_string_truncate(replay->text, 0);
    g_string_append_len(replay->text,
                        g_mapped_file_get_contents(replay->file) + paragraph->at,
                        (gssize)paragraph->length);
}

static bool load_topology(ReplayHost *replay, const Paragraph *paragraph,
                          GError **error)
{
    g_autoptr(GError) why = NULL;
    Topology *topology;

    load_paragraph(replay, paragraph);
    topology = topology_parse(replay->text->str, replay->sets, &why);
    if (!topology)
        return refuse(replay, paragraph, why, error);
    g_ptr_array_add(replay->topologies, topology);
    return true;
}

static bool load_sample(ReplayHost *replay, const Paragraph *paragraph, Sample *out,
                        GError **error)
{
    const Topology *topology = replay->topologies->pdata[paragraph->topology];
    g_autoptr(GError) why = NULL;

    load_paragraph(replay, paragraph);
    if (!sample_parse(replay->text->str, topology, out, &why))
        return refuse(replay, paragraph, why, error);
    out->topology = topology;
    return true;
}

static bool is_blank(const char *line, size_t length)
{
    while (length > 0 && g_ascii_isspace(line[length - 1]))
        length--;
    return length == 0 || line[0] == '#';
}

/* From its first line, which was just read, to its "end". */
static bool read_paragraph(Scan *scan, const char *first, Paragraph *out,
                           GError **error)
{
    const char *line;
    size_t length;

    *out = (Paragraph){ .at = (size_t)(first - scan->text), .line = scan->line };
    do {
        if (!next_line(scan, &line, &length))
            return input_wrong(error, scan->replay->path, scan->line,
                               "the recording is cut short: what begins in line %d has "
                               "no end",
                               out->line);
    } while (length != strlen("end") || memcmp(line, "end", length) != 0);
    out->length = scan->at - out->at;
    return true;
}

static bool add_paragraph(Scan *scan, const char *line, size_t length, Sample *spare,
                          GError **error)
{
    ReplayHost *replay = scan->replay;
    bool is_sample = begins(line, length, "sample");
    Paragraph paragraph;

    if (!is_sample && !begins(line, length, "topology"))
        return input_wrong(error, replay->path, scan->line,
                           "a topology or a sample is wanted here");
    if (!read_paragraph(scan, line, &paragraph, error))
        return false;
    if (!is_sample)
        return load_topology(replay, &paragraph, error);
    if (replay->topologies->len == 0)
        return input_wrong(error, replay->path, paragraph.line,
                           "a sample before the first topology");
    paragraph.topology = (int)replay->topologies->len - 1;
    g_array_append_val(replay->samples, paragraph);
    return load_sample(replay, &paragraph, spare, error);
}

static bool read_paragraphs(Scan *scan, GError **error)
{
    const char *line;
    size_t length;
    Sample spare;
    bool well = true;

    sample_init(&spare);
    while (well && next_line(scan, &line, &length))
        well =
            is_blank(line, length) || add_paragraph(scan, line, length, &spare, error);
    sample_clear(&spare);
    return well &&
           (scan->replay->samples->len > 0 ||
            input_wrong(error, scan->replay->path, scan->line, "there are no samples"));
}

/* ── as a host ────────────────────────────────────────────────────────────── */

static char *pin_key(const char *uuid, int vcpu)
{
    return g_strdup_printf("%s/%d", uuid, vcpu);
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

        *seen = (Seen){ vm->n_vcpus, vm->busy };
        g_hash_table_insert(replay->seen, g_strdup(vm->uuid), seen);
    }
    if (g_hash_table_size(replay->pins) == 0)
        return;
    g_hash_table_foreach_remove(replay->pins, is_forgotten, replay);
    for (guint v = 0; v < sample->vcpus->len; v++) {
        SampleVcpu *vcpu = &g_array_index(sample->vcpus, SampleVcpu, v);
        g_autofree char *key =
            pin_key(g_array_index(sample->vms, SampleVm, vcpu->vm).uuid, vcpu->number);
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

    if (replay->next == replay->samples->len) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_ENDED, "%s: the recording is over",
                    replay->path);
        return false;
    }
    if (!load_sample(replay, &g_array_index(replay->samples, Paragraph, replay->next++),
                     out, error))
        return false;
    lay_pins_over(replay, out);
    return true;
}

static bool replay_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                       GError **error)
{
    ReplayHost *replay = (ReplayHost *)host;
    const Seen *seen = g_hash_table_lookup(replay->seen, uuid);

    if (!seen) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_GONE, "no domain with uuid '%s'",
                    uuid);
        return false;
    }
    if (seen->busy) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_BUSY, "%s: another job holds it",
                    uuid);
        return false;
    }
    if (vcpu < 0 || vcpu >= seen->n_vcpus) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_REFUSED,
                    "%s: requested vcpu '%d' is not present in the domain", uuid, vcpu);
        return false;
    }
    g_hash_table_insert(replay->pins, pin_key(uuid, vcpu),
                        (gpointer)cpusets_adopt(replay->sets, cpus));
    return true;
}

static void replay_close(Host *host)
{
    ReplayHost *replay = (ReplayHost *)host;

    g_clear_pointer(&replay->file, g_mapped_file_unref);
    g_array_unref(replay->samples);
    g_string_free(replay->preamble, TRUE);
    g_string_free(replay->text, TRUE);
    g_hash_table_unref(replay->seen);
    g_hash_table_unref(replay->pins);
    g_ptr_array_unref(replay->topologies);
    cpusets_free(replay->sets);
    g_free(replay->path);
    g_free(replay);
}

static const HostOps replay_ops = {
    .kind = "replay",
    .observe = replay_observe,
    .pin = replay_pin,
    .close = replay_close,
};

static void free_topology(gpointer topology)
{
    topology_free(topology);
}

static ReplayHost *replay_new(const char *recording)
{
    ReplayHost *replay = g_new0(ReplayHost, 1);

    replay->host.ops = &replay_ops;
    replay->path = g_strdup(recording);
    replay->sets = cpusets_new();
    replay->topologies = g_ptr_array_new_with_free_func(free_topology);
    replay->samples = g_array_new(FALSE, FALSE, sizeof(Paragraph));
    replay->preamble = g_string_new(NULL);
    replay->text = g_string_new(NULL);
    replay->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    replay->pins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return replay;
}

/* Opens it and reads its opening; the rest is left to @scan. */
static ReplayHost *open_recording(const char *recording, Scan *scan, GError **error)
{
    ReplayHost *replay = replay_new(recording);
    g_autoptr(GError) why = NULL;

    replay->file = g_mapped_file_new(recording, FALSE, &why);
    if (!replay->file) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT, "%s", why->message);
        host_close(&replay->host);
        return NULL;
    }
    *scan = (Scan){
        .replay = replay,
        .text = g_mapped_file_get_contents(replay->file),
        .length = g_mapped_file_get_length(replay->file),
    };
    if (!read_title(scan, error)) {
        host_close(&replay->host);
        return NULL;
    }
    read_preamble(scan);
    return replay;
}

Host *host_replay_open(const char *recording, GError **error)
{
    Scan scan;
    ReplayHost *replay = open_recording(recording, &scan, error);

    if (!replay || read_paragraphs(&scan, error))
        return replay ? &replay->host : NULL;
    host_close(&replay->host);
    return NULL;
}

char *host_replay_preamble(const char *recording, GError **error)
{
    Scan scan;
    ReplayHost *replay = open_recording(recording, &scan, error);
    char *preamble;

    if (!replay)
        return NULL;
    preamble = g_strdup(replay->preamble->str);
    host_close(&replay->host);
    return preamble;
}
