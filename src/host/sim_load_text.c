/*
 * sim_load_text.c - loads, read.
 *
 * A load is a kind followed by pairs of a name and a number.  Which names a kind has
 * is a table.
 */
#include "sim_load_text.h"

#include "sim_trace.h"
#include "input.h"

#include <stddef.h>
#include <string.h>

enum { PERCENT_PLACES = 4, SECOND_PLACES = 6 };

typedef enum {
    PERCENT, /* of a CPU: 0 to 100 */
    SECONDS, /* more than 0 */
    LEAD,    /* seconds, or 0 */
} Unit;

typedef struct {
    const char *name;
    Unit unit;
    size_t offset; /* in SimLoad */
    bool needed;
} Word;

#define AT(field) offsetof(SimLoad, field)

static const Word square_words[] = {
    { "low", PERCENT, AT(low), false },
    { "high", PERCENT, AT(high), false },
    { "down", SECONDS, AT(low_us), true },
    { "up", SECONDS, AT(high_us), true },
    { "lead", LEAD, AT(lead_us), false },
    { "noise", PERCENT, AT(noise), false },
    { 0 },
};
static const Word sine_words[] = {
    { "low", PERCENT, AT(low), false },     { "high", PERCENT, AT(high), false },
    { "cycle", SECONDS, AT(low_us), true }, { "lead", LEAD, AT(lead_us), false },
    { "noise", PERCENT, AT(noise), false }, { 0 },
};
static const Word walk_words[] = {
    { "low", PERCENT, AT(low), false },     { "high", PERCENT, AT(high), false },
    { "step", PERCENT, AT(step), true },    { "every", SECONDS, AT(low_us), true },
    { "noise", PERCENT, AT(noise), false }, { 0 },
};
static const Word burst_words[] = {
    { "low", PERCENT, AT(low), false },     { "high", PERCENT, AT(high), false },
    { "down", SECONDS, AT(low_us), true },  { "up", SECONDS, AT(high_us), true },
    { "noise", PERCENT, AT(noise), false }, { 0 },
};
static const Word trace_words[] = {
    { "every", SECONDS, AT(low_us), false },
    { "noise", PERCENT, AT(noise), false },
    { 0 },
};
static const Word plain_words[] = {
    { "noise", PERCENT, AT(noise), false },
    { 0 },
};

static const struct {
    const char *name;
    SimLoadKind kind;
    const Word *words;
} kinds[] = {
    { "square", SIM_LOAD_SQUARE, square_words },
    { "sine", SIM_LOAD_SINE, sine_words },
    { "walk", SIM_LOAD_WALK, walk_words },
    { "bursts", SIM_LOAD_BURSTS, burst_words },
};

/* ── numbers ──────────────────────────────────────────────────────────────── */

static bool wrong(char **why, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool wrong(char **why, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

static bool read_percent(const char *text, int *out, char **why)
{
    int64_t level;

    if (!input_number(text, PERCENT_PLACES, &level))
        return wrong(why, "'%s' is not a number", text);
    if (level < 0 || level > SIM_WHOLE)
        return wrong(why, "%s %% is not between 0 and 100 %% of a CPU", text);
    *out = (int)level;
    return true;
}

static bool read_seconds(const char *text, int64_t least, int64_t *out, char **why)
{
    if (!input_number(text, SECOND_PLACES, out))
        return wrong(why, "'%s' is not a number", text);
    if (*out < least)
        return wrong(why, "%s is too few seconds", text);
    return true;
}

/* ── words ────────────────────────────────────────────────────────────────── */

static bool read_word(const Word *word, const char *value, SimLoad *load, char **why)
{
    void *field = (char *)load + word->offset;

    switch (word->unit) {
    case PERCENT:
        return read_percent(value, field, why);
    case SECONDS:
        return read_seconds(value, SIM_SECOND / 1000, field, why);
    case LEAD:
        return read_seconds(value, 0, field, why);
    }
    return false;
}

static const Word *find_word(const Word *words, const char *name)
{
    while (words->name && strcmp(words->name, name) != 0)
        words++;
    return words->name ? words : NULL;
}

/* Pairs of a name and a value until the end. */
static bool read_words(char **tokens, const Word *words, SimLoad *load, char **why)
{
    guint seen = 0;

    for (; *tokens; tokens += 2) {
        const Word *word = find_word(words, tokens[0]);

        if (!word)
            return wrong(why, "'%s' means nothing here", tokens[0]);
        if (!tokens[1])
            return wrong(why, "'%s' wants a number after it", tokens[0]);
        if (!read_word(word, tokens[1], load, why))
            return false;
        seen |= 1u << (word - words);
    }
    for (int i = 0; words[i].name; i++)
        if (words[i].needed && !(seen >> i & 1))
            return wrong(why, "'%s' is missing", words[i].name);
    return load->low <= load->high || load->kind == SIM_LOAD_CONSTANT ||
           wrong(why, "low is above high");
}

/* ── kinds ────────────────────────────────────────────────────────────────── */

static bool read_phase(char *token, SimPhase *out, char **why)
{
    char *colon = strchr(token, ':');

    *colon = '\0';
    return read_seconds(token, 0, &out->from_us, why) &&
           read_percent(colon + 1, &out->level, why);
}

static bool read_phases(char **tokens, GPtrArray *series, SimLoad *load, char **why)
{
    SimPhase *phases = g_new(SimPhase, g_strv_length(tokens) + 1);

    g_ptr_array_add(series, phases);
    load->kind = SIM_LOAD_PHASES;
    load->phases = phases;
    for (; *tokens && strchr(*tokens, ':'); tokens++) {
        int n = load->n_phases++;

        if (!read_phase(*tokens, &phases[n], why))
            return false;
        if (n > 0 && phases[n].from_us <= phases[n - 1].from_us)
            return wrong(why, "phases must come one after the other");
    }
    if (load->n_phases == 0)
        return wrong(why, "phases are SECONDS:PERCENT");
    return read_words(tokens, plain_words, load, why);
}

/* Many vCPUs may follow one trace: it is read once. */
static const SimTrace *find_trace(SimLoadSource *source, const char *name, char **why)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_path_is_absolute(name)
                                ? g_strdup(name)
                                : g_build_filename(source->directory, name, NULL);

    if (source->trace && strcmp(source->trace_path, path) == 0)
        return source->trace;
    sim_load_source_clear(source);
    source->trace_path = g_steal_pointer(&path);
    source->trace = sim_trace_read(source->trace_path, &error);
    if (!source->trace)
        wrong(why, "%s", error->message);
    return source->trace;
}

void sim_load_source_clear(SimLoadSource *source)
{
    g_clear_pointer(&source->trace, sim_trace_free);
    g_clear_pointer(&source->trace_path, g_free);
}

static bool read_row(char **tokens, SimLoadSource *source, int turn, SimLoad *load,
                     char **why)
{
    const SimTrace *trace;
    int64_t row = 1;

    if (!tokens[0])
        return wrong(why, "which trace?");
    trace = find_trace(source, tokens[0], why);
    if (!trace)
        return false;
    tokens++;
    if (tokens[0] && strcmp(tokens[0], "row") == 0) {
        if (!tokens[1] || !input_number(tokens[1], 0, &row) || row < 1 ||
            row > trace->n_rows)
            return wrong(why, "row is a number from 1 to %d", trace->n_rows);
        tokens += 2;
    }
    load->low_us = trace->step_us;
    if (!read_words(tokens, trace_words, load, why))
        return false;
    load->kind = SIM_LOAD_PHASES;
    load->n_phases = trace->n_columns;
    load->phases = sim_trace_row(trace, (int)((row - 1 + turn) % trace->n_rows),
                                 load->low_us, source->series);
    return true;
}

bool sim_load_parse(const char *text, SimLoadSource *source, int turn, SimLoad *out,
                    char **why)
{
    g_autofree char *simple = g_strdelimit(g_strdup(text), "\t", ' ');
    g_auto(GStrv) tokens = g_strsplit(g_strstrip(simple), " ", -1);
    int n = 0;

    for (int i = 0; tokens[i]; i++)
        if (*tokens[i] != '\0')
            tokens[n++] = tokens[i];
        else
            g_free(tokens[i]);
    tokens[n] = NULL;
    *out = (SimLoad){ .high = SIM_WHOLE };
    if (n == 0)
        return wrong(why, "there is no load");
    if (strcmp(tokens[0], "phases") == 0)
        return read_phases(tokens + 1, source->series, out, why);
    if (strcmp(tokens[0], "trace") == 0)
        return read_row(tokens + 1, source, turn, out, why);
    for (int i = 0; i < (int)G_N_ELEMENTS(kinds); i++)
        if (strcmp(tokens[0], kinds[i].name) == 0) {
            out->kind = kinds[i].kind;
            return read_words(tokens + 1, kinds[i].words, out, why);
        }
    if (!g_ascii_isdigit(*tokens[0]) && *tokens[0] != '-' && *tokens[0] != '.')
        return wrong(why,
                     "'%s' is no kind of load; there are a number, phases, square, "
                     "sine, walk, bursts and trace",
                     tokens[0]);
    return read_percent(tokens[0], &out->low, why) &&
           read_words(tokens + 1, plain_words, out, why);
}
