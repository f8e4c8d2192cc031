/*
 * recording.c - recordings, read.
 *
 * A recording is read to its end before anything is taken from it, so that one that is
 * cut short or wrong is refused as a whole.  It may be larger than memory: it is mapped,
 * and a sample is read again when its turn comes.
 */
#include "recording.h"

#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    GArray *answers; /* of Paragraph, one a sample; of no length where there are none */
    GString *text;   /* of the paragraph in hand */
    Sample spare;    /* read only to see that it can be */
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
    sample_clear(&recording->spare);
    g_array_unref(recording->samples);
    g_array_unref(recording->answers);
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
    recording->answers = g_array_new(FALSE, FALSE, sizeof(Paragraph));
    recording->text = g_string_new(NULL);
    sample_init(&recording->spare);
    if (access(path, R_OK) < 0) {
        input_wrong(error, path, 0, "%s", g_strerror(errno));
        return NULL;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        input_wrong(error, path, 0, "a recording is a file, and this is none");
        return NULL;
    }
    recording->file = g_mapped_file_new(path, FALSE, &why);
    if (!recording->file) {
        input_wrong(error, path, 0, "%s", why->message);
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

/* Between its first line and its last is one for each answer. */
static bool read_answers(Recording *recording, const Paragraph *paragraph,
                         GHashTable *out, GError **error)
{
    const Topology *topology = recording->topologies->pdata[paragraph->topology];
    g_auto(GStrv) lines = g_strsplit(text_of(recording, paragraph), "\n", -1);

    if (strcmp(lines[0], RECORDING_ANSWERS) != 0)
        return input_wrong(error, recording->path, paragraph->line,
                           "'%s' is wanted here", RECORDING_ANSWERS);
    for (int i = 1; !lines[i] || strcmp(lines[i], RECORDING_END) != 0; i++)
        if (!answer_parse(recording->path, paragraph->line + i,
                          lines[i] ? lines[i] : "", recording->sets, topology->n_pcpus,
                          out, error))
            return false;
    return true;
}

/* From @first, the line that was just read, to its "end". */
static bool find_end(Recording *recording, const char *first, Paragraph *out,
                     GError **error)
{
    const char *line;
    size_t length;

    *out = (Paragraph){ .at = (size_t)(first - recording->bytes),
                        .line = recording->line,
                        .topology = (int)recording->topologies->len - 1 };
    do {
        if (!next_line(recording, &line, &length))
            return input_wrong(error, recording->path, recording->line,
                               "the recording is cut short: what begins in line %d has "
                               "no end",
                               out->line);
    } while (length != strlen(RECORDING_END) ||
             memcmp(line, RECORDING_END, length) != 0);
    out->length = recording->at - out->at;
    return true;
}

static bool add_sample(Recording *recording, const Paragraph *paragraph, GError **error)
{
    const Paragraph no_answers = { 0 };

    if (recording->topologies->len == 0)
        return input_wrong(error, recording->path, paragraph->line,
                           "a sample before the first topology");
    g_array_append_vals(recording->samples, paragraph, 1);
    g_array_append_val(recording->answers, no_answers);
    return read_sample(recording, paragraph, &recording->spare, error);
}

static bool add_answers(Recording *recording, const Paragraph *paragraph,
                        GError **error)
{
    g_autoptr(GHashTable) answers = answers_new();
    int last = recording_length(recording) - 1;

    if (last < 0 || g_array_index(recording->answers, Paragraph, last).length > 0)
        return input_wrong(error, recording->path, paragraph->line,
                           "answers follow a sample");
    g_array_index(recording->answers, Paragraph, last) = *paragraph;
    return read_answers(recording, paragraph, answers, error);
}

static const struct {
    const char *name;
    bool (*read)(Recording *recording, const Paragraph *paragraph, GError **error);
} kinds[] = {
    { "topology", read_topology },
    { "sample", add_sample },
    { RECORDING_ANSWERS, add_answers },
};

static bool read_paragraph(Recording *recording, const char *line, size_t length,
                           GError **error)
{
    Paragraph paragraph;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (begins(line, length, kinds[i].name))
            return find_end(recording, line, &paragraph, error) &&
                   kinds[i].read(recording, &paragraph, error);
    return input_wrong(error, recording->path, recording->line,
                       "a topology, a sample or answers are wanted here");
}

bool recording_read(Recording *recording, GError **error)
{
    const char *line;
    size_t length;

    while (next_line(recording, &line, &length))
        if (!is_blank(line, length) && !read_paragraph(recording, line, length, error))
            return false;
    if (recording->samples->len == 0)
        return input_wrong(error, recording->path, recording->line,
                           "there are no samples");
    return true;
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

bool recording_answers(Recording *recording, int number, GHashTable *out,
                       GError **error)
{
    const Paragraph *answers = &g_array_index(recording->answers, Paragraph, number);

    g_hash_table_remove_all(out);
    return answers->length == 0 || read_answers(recording, answers, out, error);
}

CpuSets *recording_sets(Recording *recording)
{
    return recording->sets;
}
