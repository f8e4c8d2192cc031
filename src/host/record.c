/*
 * record.c - a host that writes down what it sees, and what came of what it was told.
 *
 * A recording is worth nothing next to the host: when it can no longer be written, that
 * is said once and the host goes on.  What is then left ends with a whole sample.
 */
#include "host/host.h"
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

typedef struct {
    Host host;
    Host *inner;
    char *path;
    int file;    /* -1 when the recording has ended */
    off_t whole; /* bytes up to the end of the last paragraph */
    const Topology *topology;
    GString *text;
    GString *answers; /* since the last sample */
} RecordHost;

static void give_up(RecordHost *record)
{
    g_warning("%s: %s; the recording ends here", record->path, g_strerror(errno));
    if (ftruncate(record->file, record->whole) < 0)
        g_warning("%s: its end is cut short: %s", record->path, g_strerror(errno));
    close(record->file);
    record->file = -1;
}

static bool write_text(RecordHost *record, const GString *text)
{
    for (gsize at = 0; at < text->len;) {
        ssize_t n = write(record->file, text->str + at, text->len - at);

        if (n >= 0)
            at += (gsize)n;
        else if (errno != EINTR)
            return false;
    }
    record->whole += (off_t)text->len;
    return true;
}

static void write_answers(RecordHost *record)
{
    if (record->answers->len == 0 || record->file < 0)
        return;
    g_string_prepend(record->answers, RECORDING_ANSWERS "\n");
    g_string_append(record->answers, RECORDING_END "\n");
    if (!write_text(record, record->answers))
        give_up(record);
    g_string_truncate(record->answers, 0);
}

static void write_sample(RecordHost *record, const Sample *sample)
{
    g_string_truncate(record->text, 0);
    if (!record->topology || !topology_equal(record->topology, sample->topology))
        topology_format(sample->topology, record->text);
    record->topology = sample->topology;
    sample_format(sample, record->text);
    if (!write_text(record, record->text))
        give_up(record);
}

static bool record_observe(Host *host, Sample *out, GError **error)
{
    RecordHost *record = (RecordHost *)host;

    write_answers(record);
    if (!record->inner->ops->observe(record->inner, out, error))
        return false;
    if (record->file >= 0)
        write_sample(record, out);
    return true;
}

static bool record_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                       GError **error)
{
    RecordHost *record = (RecordHost *)host;
    g_autoptr(GError) why = NULL;
    bool done = record->inner->ops->pin(record->inner, uuid, vcpu, cpus, &why);

    if (record->file >= 0)
        answer_format(uuid, vcpu, cpus, why, record->answers);
    if (why)
        g_propagate_error(error, g_steal_pointer(&why));
    return done;
}

static bool record_remember(Host *host, const char *uuid, const char *state,
                            GError **error)
{
    RecordHost *record = (RecordHost *)host;
    g_autoptr(GError) why = NULL;
    bool kept = host_remember(record->inner, uuid, state, &why);

    if (record->file >= 0)
        answer_format(uuid, ANSWER_KEEP, NULL, why, record->answers);
    if (why)
        g_propagate_error(error, g_steal_pointer(&why));
    return kept;
}

static void record_watch(Host *host, HostHint hint, void *data)
{
    RecordHost *record = (RecordHost *)host;

    host_watch(record->inner, hint, data);
}

static void record_close(Host *host)
{
    RecordHost *record = (RecordHost *)host;

    write_answers(record);
    if (record->file >= 0 && close(record->file) < 0)
        g_warning("%s: %s", record->path, g_strerror(errno));
    host_close(record->inner);
    g_string_free(record->text, TRUE);
    g_string_free(record->answers, TRUE);
    g_free(record->path);
    g_free(record);
}

static const HostOps record_ops = {
    .kind = "record",
    .observe = record_observe,
    .pin = record_pin,
    .remember = record_remember,
    .watch = record_watch,
    .close = record_close,
};

static void format_opening(const char *preamble, GString *out)
{
    g_auto(GStrv) lines = g_strsplit(preamble ? preamble : "", "\n", -1);

    g_string_append_printf(out, "%s %d\n", RECORDING_TITLE, RECORDING_VERSION);
    for (int i = 0; lines[i]; i++)
        if (lines[i + 1] || *lines[i] != '\0')
            g_string_append_printf(out, "%s%s\n", RECORDING_POLICY, lines[i]);
}

Host *host_record_wrap(Host *inner, const char *path, const char *preamble,
                       GError **error)
{
    RecordHost *record = g_new0(RecordHost, 1);

    record->host = (Host){ &record_ops, inner->live };
    record->inner = inner;
    record->path = g_strdup(path);
    record->text = g_string_new(NULL);
    record->answers = g_string_new(NULL);
    record->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    format_opening(preamble, record->text);
    if (record->file >= 0 && write_text(record, record->text))
        return &record->host;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s",
                path, g_strerror(errno));
    host_close(&record->host);
    return NULL;
}

bool host_record_is_whole(const Host *host)
{
    return ((const RecordHost *)host)->file >= 0;
}
