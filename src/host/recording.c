/*
 * recording.c - recordings, read.
 *
 * A recording is read to its end before anything is taken from it, so that one that is
 * cut short or wrong is refused as a whole.  It may be larger than memory: it is mapped,
 * and a sample is read again when its turn comes.
 */
#include "recording.h"

#include "input.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t at, length;
    int line;     /* of its first */
    int topology; /* which one bounds it */
} Paragraph;

struct Recording {
    char *path;
    GMappedFile *file;
    const char *bytes;
    size_t n_bytes;
    size_t at; /* where the next line begins */
    int line;  /* that was read last */

    GString *preamble;
    CpuSets *sets;
    GPtrArray *topologies;
    GArray *samples; /* of Paragraph */
    GString *text;   /* of the paragraph in hand */
};

static void free_topology(gpointer topology)
{
    topology_free(topology);
}

void recording_close(Recording *recording)
{
    if (!recording)
        return;
    g_clear_pointer(&recording->file, g_mapped_file_unref);
    g_string_free(recording->preamble, TRUE);
    g_string_free(recording->text, TRUE);
    g_array_unref(recording->samples);
    g_ptr_array_unref(recording->topologies);
    cpusets_free(recording->sets);
    g_free(recording->path);
    g_free(recording);
}

/* ── lines ────────────────────────────────────────────────────────────────── */

/* The next line, without its end; false after the last. */
static bool next_line(Recording *recording, const char **line, size_t *length)
{
    size_t rest = recording->n_bytes - recording->at;
    const char *end;

    if (rest == 0)
        return false;
    *line = recording->bytes + recording->at;
    end = memchr(*line, '\n', rest);
    *length = end ? (size_t)(end - *line) : rest;
    recording->at += *length + (end ? 1 : 0);
    recording->line++;
    return true;
}

static bool begins(const char *line, size_t length, const char *word)
{
    return length >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static bool is_blank(const char *line, size_t length)
{
    while (length > 0 && g_ascii_isspace(line[length - 1]))
        length--;
    return length == 0 || line[0] == '#';
}

/* ── the opening ──────────────────────────────────────────────────────────── */

static bool read_title(Recording *recording, GError **error)
{
    const char *file = recording->path, *line;
    g_autofree char *version = NULL;
    size_t length;
    int64_t number;

    if (!next_line(recording, &line, &length) ||
        !begins(line, length, RECORDING_TITLE " "))
        return input_wrong(error, file, 1,
                           "this is no recording: it does not begin with '%s'",
                           RECORDING_TITLE);
    version = g_strndup(line + strlen(RECORDING_TITLE " "),
                        length - strlen(RECORDING_TITLE " "));
    if (!input_number(version, 0, &number) || number < 1)
        return input_wrong(error, file, 1, "'%s' is no version", version);
    return number <= RECORDING_VERSION ||
           input_wrong(error, file, 1,
                       "a newer version wrote it: %s, and this one reads %d", version,
                       RECORDING_VERSION);
}

static void read_preamble(Recording *recording)
{
    const char *line;
    size_t length;

    for (size_t at = recording->at; next_line(recording, &line, &length);
         at = recording->at) {
        if (!begins(line, length, RECORDING_POLICY)) {
            recording->at = at;
            recording->line--;
            return;
        }
        g_string_append_len(recording->preamble, line + strlen(RECORDING_POLICY),
                            (gssize)(length - strlen(RECORDING_POLICY)));
        g_string_append_c(recording->preamble, '\n');
    }
}

Recording *recording_open(const char *path, GError **error)
{
    g_autoptr(Recording) recording = g_new0(Recording, 1);
    g_autoptr(GError) why = NULL;

    recording->path = g_strdup(path);
    recording->preamble = g_string_new(NULL);
    recording->sets = cpusets_new();
    recording->topologies = g_ptr_array_new_with_free_func(free_topology);
    recording->samples = g_array_new(FALSE, FALSE, sizeof(Paragraph));
    recording->text = g_string_new(NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS) &&
        !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        input_wrong(error, path, 0, "a recording is a file, and this is none");
        return NULL;
    }
    recording->file = g_mapped_file_new(path, FALSE, &why);
    if (!recording->file) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT, "%s", why->message);
        return NULL;
    }
    recording->bytes = g_mapped_file_get_contents(recording->file);
    recording->n_bytes = g_mapped_file_get_length(recording->file);
    if (!read_title(recording, error))
        return NULL;
    read_preamble(recording);
    return g_steal_pointer(&recording);
}

const char *recording_preamble(const Recording *recording)
{
    return recording->preamble->str;
}

/* ── paragraphs ───────────────────────────────────────────────────────────── */

/* The model counts lines from the beginning of the paragraph: "LINE: what". */
static bool refuse(const Recording *recording, const Paragraph *paragraph,
                   const GError *why, GError **error)
{
    char *what;
    long line = strtol(why->message, &what, 10);

    if (what[0] == ':' && what[1] == ' ')
        what += 2;
    return input_wrong(error, recording->path, paragraph->line + (int)MAX(line, 1) - 1,
                       "%s", what);
}

static const char *text_of(Recording *recording, const Paragraph *paragraph)
{
    g_string_truncate(recording->text, 0);
    g_string_append_len(recording->text, recording->bytes + paragraph->at,
                        (gssize)paragraph->length);
    return recording->text->str;
}

static bool read_topology(Recording *recording, const Paragraph *paragraph,
                          GError **error)
{
    g_autoptr(GError) why = NULL;
    Topology *topology =
        topology_parse(text_of(recording, paragraph), recording->sets, &why);

    if (!topology)
        return refuse(recording, paragraph, why, error);
    g_ptr_array_add(recording->topologies, topology);
    return true;
}

static bool read_sample(Recording *recording, const Paragraph *paragraph, Sample *out,
                        GError **error)
{
    const Topology *topology = recording->topologies->pdata[paragraph->topology];
    g_autoptr(GError) why = NULL;

    if (!sample_parse(text_of(recording, paragraph), topology, out, &why))
        return refuse(recording, paragraph, why, error);
    out->topology = topology;
    return true;
}

/* From @first, the line that was just read, to its "end". */
static bool find_end(Recording *recording, const char *first, Paragraph *out,
                     GError **error)
{
    const char *line;
    size_t length;

    *out = (Paragraph){ .at = (size_t)(first - recording->bytes),
                        .line = recording->line };
    do {
        if (!next_line(recording, &line, &length))
            return input_wrong(error, recording->path, recording->line,
                               "the recording is cut short: what begins in line %d has "
                               "no end",
                               out->line);
    } while (length != strlen("end") || memcmp(line, "end", length) != 0);
    out->length = recording->at - out->at;
    return true;
}

static bool read_paragraph(Recording *recording, const char *line, size_t length,
                           Sample *spare, GError **error)
{
    bool is_sample = begins(line, length, "sample");
    Paragraph paragraph;

    if (!is_sample && !begins(line, length, "topology"))
        return input_wrong(error, recording->path, recording->line,
                           "a topology or a sample is wanted here");
    if (!find_end(recording, line, &paragraph, error))
        return false;
    if (!is_sample)
        return read_topology(recording, &paragraph, error);
    if (recording->topologies->len == 0)
        return input_wrong(error, recording->path, paragraph.line,
                           "a sample before the first topology");
    paragraph.topology = (int)recording->topologies->len - 1;
    g_array_append_val(recording->samples, paragraph);
    return read_sample(recording, &paragraph, spare, error);
}

bool recording_read(Recording *recording, GError **error)
{
    const char *line;
    size_t length;
    Sample spare;
    bool well = true;

    sample_init(&spare);
    while (well && next_line(recording, &line, &length))
        well = is_blank(line, length) ||
               read_paragraph(recording, line, length, &spare, error);
    sample_clear(&spare);
    if (well && recording->samples->len == 0)
        return input_wrong(error, recording->path, recording->line,
                           "there are no samples");
    return well;
}

int recording_length(const Recording *recording)
{
    return (int)recording->samples->len;
}

bool recording_sample(Recording *recording, int number, Sample *out, GError **error)
{
    return read_sample(recording, &g_array_index(recording->samples, Paragraph, number),
                       out, error);
}

CpuSets *recording_sets(Recording *recording)
{
    return recording->sets;
}
