/* input.c - reading what was written. */
#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What spreadsheets and some editors put before a text to say that it is UTF-8. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

bool input_wrong(GError **error, const char *file, int line, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (line > 0)
        g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT, "%s:%d: %s", file, line, what);
    else
        g_set_error(error, HOST_ERROR, HOST_ERROR_TEXT, "%s: %s", file, what);
    return false;
}

static int lines_before(const char *text, const char *end)
{
    int n = 0;

    for (const char *at = text; at < end; at++)
        n += *at == '\n';
    return n;
}

static bool slurp(FILE *file, GString *out)
{
    char block[1 << 14];
    size_t n;

    while ((n = fread(block, 1, sizeof block, file)) > 0)
        g_string_append_len(out, block, (gssize)n);
    return !ferror(file);
}

char *input_read(const char *file, GError **error)
{
    FILE *stream = fopen(file, "re");
    GString *text = g_string_new(NULL);
    const char *end;

    if (!stream || !slurp(stream, text))
        input_wrong(error, file, 0, "%s", g_strerror(errno));
    else if (!g_utf8_validate_len(text->str, text->len, &end))
        input_wrong(error, file, lines_before(text->str, end) + 1, "this is not text");
    else {
        fclose(stream);
        if (g_str_has_prefix(text->str, BYTE_ORDER_MARK))
            g_string_erase(text, 0, strlen(BYTE_ORDER_MARK));
        return g_string_free(text, FALSE);
    }
    if (stream)
        fclose(stream);
    g_string_free(text, TRUE);
    return NULL;
}

bool input_number(const char *text, int places, int64_t *out)
{
    const int64_t limit = INT64_C(1000000000000);
    bool negative = *text == '-', digits = false;
    int64_t value = 0;

    text += negative;
    for (; g_ascii_isdigit(*text); text++, digits = true) {
        value = value * 10 + (*text - '0');
        if (value > limit)
            return false;
    }
    if (*text == '.')
        for (text++; g_ascii_isdigit(*text); text++, digits = true)
            if (places > 0) {
                value = value * 10 + (*text - '0');
                places--;
            }
    for (; places > 0; places--)
        value *= 10;
    *out = negative ? -value : value;
    return digits && *text == '\0';
}

char *input_line(char **rest)
{
    char *line = *rest, *end;

    if (!line || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    else
        end = line + strlen(line);
    if (end > line && end[-1] == '\r')
        end[-1] = '\0';
    return line;
}
