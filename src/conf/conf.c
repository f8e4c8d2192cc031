/*
 * conf.c - see conf.h.
 *
 * GKeyFile knows what values are, and forgets where they stood.  So the text is walked
 * through line by line, and GKeyFile asked for the value of each key.
 */
#include "conf/conf.h"

#include <string.h>

#include "keys.h"

/* What spreadsheets and some editors put before a text to say that it is UTF-8. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

G_DEFINE_QUARK(pinflow - conf - error - quark, conf_error)

void conf_init(Conf *conf, const Policy *policy)
{
    *conf = (Conf){ .policy = *policy };
}

void conf_clear(Conf *conf)
{
    g_clear_pointer(&conf->connect, g_free);
}

/* ── reading ──────────────────────────────────────────────────────────────── */

typedef struct {
    const char *file;
    GKeyFile *values;
    Conf *conf;
    int line;
    char *group; /* the one that the line is in; NULL before the first */
    int *said;   /* [n_conf_keys] the line in which each key was; 0 for none */
    GError **error;
} Reading;

static bool G_GNUC_PRINTF(2, 3) wrong(const Reading *reading, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (reading->line > 0)
        g_set_error(reading->error, CONF_ERROR, CONF_ERROR_TEXT, "%s:%d: %s",
                    reading->file, reading->line, what);
    else
        g_set_error(reading->error, CONF_ERROR, CONF_ERROR_TEXT, "%s: %s",
                    reading->file, what);
    return false;
}

/* All keys of @group or, if it is NULL, all groups. */
static char *list(const char *group)
{
    GString *out = g_string_new(NULL);

    for (int i = 0; i < n_conf_keys; i++) {
        const ConfKey *key = &conf_keys[i];
        const char *name = group ? key->key : key->group;

        if (group ? strcmp(group, key->group) != 0
                  : i > 0 && strcmp(key->group, key[-1].group) == 0)
            continue;
        g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", name);
    }
    return g_string_free(out, FALSE);
}

static bool take_group(Reading *reading, char *line)
{
    char *end = strchr(line, ']');
    g_autofree char *all = NULL;

    if (!end || end[1] != '\0')
        return wrong(reading, "'%s' is not a [group]", line);
    *end = '\0';
    g_free(reading->group);
    reading->group = g_strdup(line + 1);
    for (int i = 0; i < n_conf_keys; i++)
        if (strcmp(conf_keys[i].group, reading->group) == 0)
            return true;
    all = list(NULL);
    return wrong(reading, "there is no group [%s], only %s", reading->group, all);
}

static int find(const Reading *reading, const char *name)
{
    for (int i = 0; i < n_conf_keys; i++)
        if (strcmp(conf_keys[i].group, reading->group) == 0 &&
            strcmp(conf_keys[i].key, name) == 0)
            return i;
    return -1;
}

static bool take_value(Reading *reading, int which)
{
    const ConfKey *key = &conf_keys[which];
    g_autoptr(GError) why = NULL;
    g_autofree char *value =
        g_key_file_get_string(reading->values, key->group, key->key, &why);
    g_autofree char *what = NULL;

    if (!value)
        return wrong(reading, "[%s] %s: %s", key->group, key->key, why->message);
    if (strchr(value, '\n'))
        return wrong(reading, "[%s] %s: one line is enough", key->group, key->key);
    what = key->read(key->key, g_strstrip(value), reading->conf);
    return !what || wrong(reading, "[%s] %s: %s", key->group, key->key, what);
}

static bool take_key(Reading *reading, char *line)
{
    char *equals = strchr(line, '=');
    g_autofree char *all = NULL;
    int which;

    if (!equals || equals == line)
        return wrong(reading, "'%s' is neither a [group] nor key = value", line);
    if (!reading->group)
        return wrong(reading, "a key before the first [group]");
    *equals = '\0';
    which = find(reading, g_strchomp(line));
    if (which < 0) {
        all = list(reading->group);
        return wrong(reading, "[%s] has no key '%s'; it has %s", reading->group, line,
                     all);
    }
    if (reading->said[which] > 0)
        return wrong(reading, "[%s] %s was already said, in line %d", reading->group,
                     line, reading->said[which]);
    reading->said[which] = reading->line;
    return take_value(reading, which);
}

/* What is wrong by its shape has a line; GKeyFile would not know it. */
static bool take_lines(Reading *reading, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_key_file_load_from_data(reading->values, text, strlen(text), G_KEY_FILE_NONE,
                              NULL);
    for (int i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);

        reading->line = i + 1;
        if (*line == '\0' || *line == '#')
            continue;
        if (!(*line == '[' ? take_group(reading, line) : take_key(reading, line)))
            return false;
    }
    return true;
}

bool conf_parse(const char *file, const char *text, Conf *conf, GError **error)
{
    Conf read = *conf;
    Reading reading = { .file = file, .conf = &read, .error = error };
    bool right;

    read.connect = g_strdup(conf->connect);
    reading.values = g_key_file_new();
    reading.said = g_new0(int, n_conf_keys);
    if (g_str_has_prefix(text, BYTE_ORDER_MARK))
        text += strlen(BYTE_ORDER_MARK);
    right = g_utf8_validate(text, -1, NULL) ? take_lines(&reading, text)
                                            : wrong(&reading, "this is not text");
    if (right) {
        Conf before = *conf;

        *conf = read;
        read = before;
    }
    conf_clear(&read);
    g_key_file_unref(reading.values);
    g_free(reading.said);
    g_free(reading.group);
    return right;
}

/* GLib names the file, and how it was read, before the reason; errno is another by then. */
static const char *reason_in(const GError *why)
{
    const char *last = g_strrstr(why->message, ": ");

    return last ? last + 2 : why->message;
}

bool conf_read(const char *file, Conf *conf, GError **error)
{
    const Reading reading = { .file = file, .error = error };
    g_autofree char *text = NULL;
    g_autoptr(GError) why = NULL;
    gsize length;

    if (!g_file_get_contents(file, &text, &length, &why))
        return wrong(&reading, "%s", reason_in(why));
    if (strlen(text) != length)
        return wrong(&reading, "this is not text");
    return conf_parse(file, text, conf, error);
}

/* ── writing ──────────────────────────────────────────────────────────────── */

void conf_format(const Conf *conf, GString *out)
{
    const char *group = "";

    for (int i = 0; i < n_conf_keys; i++) {
        const ConfKey *key = &conf_keys[i];
        g_autoptr(GString) value = g_string_new(NULL);

        if (strcmp(key->group, group) != 0)
            g_string_append_printf(out, "%s[%s]\n", i > 0 ? "\n" : "", key->group);
        group = key->group;
        key->write(key->key, conf, value);
        g_string_append_printf(out, "# %s\n%s%s = %s\n", key->help,
                               value->len == 0 ? "#" : "", key->key, value->str);
    }
}
