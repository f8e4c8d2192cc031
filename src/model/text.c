/* text.c - the words of a line, one after the other. */
#include "text.h"

#include <string.h>

void text_start(Text *text, const char *whole)
{
    *text = (Text){ .at = whole, .word = g_string_new(NULL) };
}

bool text_finish(Text *text, GError **error)
{
    bool fine = text->why == NULL;

    g_string_free(text->word, TRUE);
    if (!fine)
        g_propagate_error(error, text->why);
    return fine;
}

void text_refuse(Text *text, ModelError code, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list values;

    if (text->why)
        return;
    va_start(values, format);
    what = g_strdup_vprintf(format, values);
    va_end(values);
    text->why = g_error_new(MODEL_ERROR, (int)code, "%d: %s", MAX(text->line, 1), what);
}

/* ── lines ────────────────────────────────────────────────────────────────── */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(Text *text)
{
    while (is_blank(*text->at))
        text->at++;
}

static bool is_line_end(const Text *text)
{
    return *text->at == '\n' || *text->at == '\0';
}

bool text_next_line(Text *text)
{
    while (!text->why) {
        text->at += text->line > 0 ? strcspn(text->at, "\n") : 0;
        text->at += text->line > 0 && *text->at == '\n';
        if (*text->at == '\0')
            return false;
        text->line++;
        skip_blanks(text);
        if (!is_line_end(text) && *text->at != '#')
            return true;
    }
    return false;
}

void text_need_line(Text *text)
{
    if (!text_next_line(text))
        text_refuse(text, MODEL_ERROR_TEXT, "the text ends too early");
}

void text_end_line(Text *text)
{
    skip_blanks(text);
    if (!is_line_end(text))
        text_refuse(text, MODEL_ERROR_TEXT, "the line goes on after its last word");
}

void text_end(Text *text)
{
    text_end_line(text);
    if (text_next_line(text))
        text_refuse(text, MODEL_ERROR_TEXT, "the text goes on after its end");
}

/* ── words ────────────────────────────────────────────────────────────────── */

const char *text_word(Text *text)
{
    size_t length;

    skip_blanks(text);
    length = strcspn(text->at, " \t\r\n");
    g_string_truncate(text->word, 0);
    g_string_append_len(text->word, text->at, (gssize)length);
    text->at += length;
    return text->word->str;
}

bool text_is(Text *text, const char *word)
{
    const char *here = text->at;
    bool is = strcmp(text_word(text), word) == 0;

    text->at = here;
    return is && !text->why;
}

void text_expect(Text *text, const char *word)
{
    if (strcmp(text_word(text), word) != 0)
        text_refuse(text, MODEL_ERROR_TEXT, "'%s' is wanted here, not '%s'", word,
                    text->word->str);
}

/* Whether @word is digits and nothing else, and fits. */
static bool is_number(const char *word, int64_t *out)
{
    int64_t number = 0;

    if (*word == '\0')
        return false;
    for (; *word; word++) {
        if (!g_ascii_isdigit(*word) || number > (INT64_MAX - (*word - '0')) / 10)
            return false;
        number = 10 * number + (*word - '0');
    }
    *out = number;
    return true;
}

int64_t text_value(Text *text, const char *what, int64_t least, int64_t most)
{
    int64_t number;

    if (is_number(text_word(text), &number) && number >= least && number <= most)
        return number;
    text_refuse(text, MODEL_ERROR_TEXT,
                "%s is a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                ", not '%s'",
                what, least, most, text->word->str);
    return least;
}

int64_t text_number(Text *text, const char *key, int64_t least, int64_t most)
{
    text_expect(text, key);
    return text_value(text, key, least, most);
}

int64_t text_number_if_any(Text *text, const char *key, int64_t most)
{
    text_expect(text, key);
    if (!text_is(text, "-"))
        return text_value(text, key, 0, most);
    text_word(text);
    return SAMPLE_UNKNOWN;
}

bool text_yes_or_no(Text *text, const char *key)
{
    text_expect(text, key);
    text_word(text);
    if (strcmp(text->word->str, "yes") != 0 && strcmp(text->word->str, "no") != 0)
        text_refuse(text, MODEL_ERROR_TEXT, "%s is yes or no, not '%s'", key,
                    text->word->str);
    return text->word->str[0] == 'y';
}

const CpuSet *text_set(Text *text, const char *key, CpuSets *sets, int n_pcpus)
{
    g_autoptr(GError) why = NULL;
    const CpuSet *set;

    text_expect(text, key);
    text_word(text);
    if (strcmp(text->word->str, "-") == 0)
        return cpusets_none(sets);
    set = cpusets_parse(sets, text->word->str, &why);
    if (!set)
        text_refuse(text, MODEL_ERROR_TEXT, "%s: %s", key, why->message);
    else if (set->span > n_pcpus)
        text_refuse(text, MODEL_ERROR_TEXT, "%s: the host has no CPU %d", key,
                    set->span - 1);
    return set ? set : cpusets_none(sets);
}

/* ── quotations ───────────────────────────────────────────────────────────── */

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\' && c != 0x7f;
}

void text_quote(GString *out, const char *string)
{
    g_string_append_c(out, '"');
    for (; *string; string++) {
        if (is_plain(*string))
            g_string_append_c(out, *string);
        else
            g_string_append_printf(out, "\\x%02x", (unsigned char)*string);
    }
    g_string_append_c(out, '"');
}

/* One character of a quotation, or '\0' if it is none. */
static char read_quoted(Text *text)
{
    const char *at = text->at;

    if (is_plain(*at)) {
        text->at++;
        return *at;
    }
    if (at[0] != '\\' || at[1] != 'x' || !g_ascii_isxdigit(at[2]) ||
        !g_ascii_isxdigit(at[3]))
        return '\0';
    text->at += 4;
    return (char)(16 * g_ascii_xdigit_value(at[2]) + g_ascii_xdigit_value(at[3]));
}

char *text_quoted(Text *text, const char *key)
{
    GString *out = g_string_new(NULL);

    text_expect(text, key);
    skip_blanks(text);
    if (*text->at != '"')
        text_refuse(text, MODEL_ERROR_TEXT, "%s is wanted between quotation marks",
                    key);
    else
        text->at++;
    while (!text->why && *text->at != '"') {
        char c = read_quoted(text);

        if (c == '\0')
            text_refuse(text, MODEL_ERROR_TEXT,
                        "%s holds what is neither a character nor \\xHH", key);
        else
            g_string_append_c(out, c);
    }
    if (!text->why)
        text->at++;
    return g_string_free(out, FALSE);
}

/* ── writing ──────────────────────────────────────────────────────────────── */

void text_put_if_any(GString *out, const char *key, int64_t number)
{
    if (number < 0)
        g_string_append_printf(out, " %s -", key);
    else
        g_string_append_printf(out, " %s %" G_GINT64_FORMAT, key, number);
}

void text_put_set(GString *out, const char *key, const CpuSet *set)
{
    g_autofree char *list = cpuset_format(set);

    g_string_append_printf(out, " %s %s", key, set->n_cpus > 0 ? list : "-");
}
