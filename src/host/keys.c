/*
 * keys.c - GKeyFile with line numbers.
 *
 * The text is read twice: here for its shape, which is simple (a comment, a group, or
 * a key and a value, per line), and by GKeyFile for the values.
 */
#include "keys.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    char *name;
    int line;
    GHashTable *lines; /* key to line */
    GPtrArray *keys;   /* in the order of the file; borrowed from @lines */
    GHashTable *texts; /* key to value, made when first asked for */
} Group;

struct Keys {
    char *file;
    GKeyFile *values;
    GPtrArray *groups; /* of Group */
};

static void free_group(gpointer data)
{
    Group *group = data;

    g_free(group->name);
    g_hash_table_unref(group->lines);
    g_hash_table_unref(group->texts);
    g_ptr_array_unref(group->keys);
    g_free(group);
}

void keys_free(Keys *keys)
{
    if (!keys)
        return;
    g_free(keys->file);
    g_key_file_unref(keys->values);
    g_ptr_array_unref(keys->groups);
    g_free(keys);
}

static Group *group_at(const Keys *keys, int group)
{
    return keys->groups->pdata[group];
}

/* ── the shape of the text ────────────────────────────────────────────────── */

static bool note_group(Keys *keys, char *line, int number, GError **error)
{
    char *end = strchr(line, ']');
    Group *group;

    if (!end || end[1] != '\0' || end == line + 1)
        return input_wrong(error, keys->file, number, "'%s' is not a [group]", line);
    *end = '\0';
    if (keys_find(keys, line + 1) >= 0)
        return input_wrong(error, keys->file, number,
                           "[%s] was already there, in line %d", line + 1,
                           keys_group_line(keys, keys_find(keys, line + 1)));
    group = g_new0(Group, 1);
    group->name = g_strdup(line + 1);
    group->line = number;
    group->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    group->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    group->keys = g_ptr_array_new();
    g_ptr_array_add(keys->groups, group);
    return true;
}

static bool note_key(Keys *keys, char *line, int number, GError **error)
{
    char *equals = strchr(line, '=');
    Group *group;
    char *key;

    if (!equals || equals == line)
        return input_wrong(error, keys->file, number,
                           "'%s' is neither a [group] nor key = value", line);
    if (keys->groups->len == 0)
        return input_wrong(error, keys->file, number, "a key before the first [group]");
    *equals = '\0';
    g_strchomp(line);
    group = group_at(keys, keys_n_groups(keys) - 1);
    if (g_hash_table_contains(group->lines, line))
        return input_wrong(error, keys->file, number,
                           "[%s] %s was already said, in line %d", group->name, line,
                           GPOINTER_TO_INT(g_hash_table_lookup(group->lines, line)));
    key = g_strdup(line);
    g_hash_table_insert(group->lines, key, GINT_TO_POINTER(number));
    g_ptr_array_add(group->keys, key);
    return true;
}

static bool note_lines(Keys *keys, char *text, GError **error)
{
    int number = 0;

    for (char *line; (line = input_line(&text));) {
        number++;
        g_strstrip(line);
        if (*line == '\0' || *line == '#')
            continue;
        if (*line == '[' ? !note_group(keys, line, number, error)
                         : !note_key(keys, line, number, error))
            return false;
    }
    return true;
}

Keys *keys_new(const char *file, const char *text, GError **error)
{
    g_autoptr(Keys) keys = g_new0(Keys, 1);
    g_autofree char *copy = g_strdup(text);
    g_autoptr(GError) why = NULL;

    keys->file = g_strdup(file);
    keys->values = g_key_file_new();
    keys->groups = g_ptr_array_new_with_free_func(free_group);
    if (!note_lines(keys, copy, error))
        return NULL;
    if (!g_key_file_load_from_data(keys->values, text, strlen(text), G_KEY_FILE_NONE,
                                   &why)) {
        input_wrong(error, file, 0, "%s", why->message);
        return NULL;
    }
    return g_steal_pointer(&keys);
}

/* ── what it says ─────────────────────────────────────────────────────────── */

int keys_n_groups(const Keys *keys)
{
    return (int)keys->groups->len;
}

const char *keys_group(const Keys *keys, int group)
{
    return group_at(keys, group)->name;
}

int keys_find(const Keys *keys, const char *group)
{
    for (int g = 0; g < keys_n_groups(keys); g++)
        if (strcmp(keys_group(keys, g), group) == 0)
            return g;
    return -1;
}

int keys_group_line(const Keys *keys, int group)
{
    return group_at(keys, group)->line;
}

bool keys_has(const Keys *keys, int group, const char *key)
{
    return g_hash_table_contains(group_at(keys, group)->lines, key);
}

int keys_line(const Keys *keys, int group, const char *key)
{
    gpointer line = g_hash_table_lookup(group_at(keys, group)->lines, key);

    return line ? GPOINTER_TO_INT(line) : keys_group_line(keys, group);
}

bool keys_wrong(const Keys *keys, int group, const char *key, GError **error,
                const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return input_wrong(error, keys->file, keys_line(keys, group, key), "[%s] %s: %s",
                       keys_group(keys, group), key, what);
}

bool keys_check(const Keys *keys, int group, const char *const *known, GError **error)
{
    const GPtrArray *found = group_at(keys, group)->keys;

    for (guint i = 0; i < found->len; i++) {
        g_autofree char *all = NULL;

        if (g_strv_contains(known, found->pdata[i]))
            continue;
        all = g_strjoinv(", ", (char **)known);
        return input_wrong(error, keys->file, keys_line(keys, group, found->pdata[i]),
                           "[%s] has no key '%s'; it has %s", keys_group(keys, group),
                           (const char *)found->pdata[i], all);
    }
    return true;
}

const char *keys_text(const Keys *keys, int group, const char *key)
{
    Group *where = group_at(keys, group);
    char *text = g_hash_table_lookup(where->texts, key);

    if (text || !keys_has(keys, group, key))
        return text;
    text = g_key_file_get_string(keys->values, where->name, key, NULL);
    if (!text) /* a broken escape: as it stands, then */
        text = g_key_file_get_value(keys->values, where->name, key, NULL);
    g_hash_table_insert(where->texts, g_strdup(key), g_strstrip(text));
    return text;
}

/* 2500 in units of 10^-3 is 2.5. */
static char *as_written(int64_t number, int places)
{
    int64_t unit = 1;

    for (int i = 0; i < places; i++)
        unit *= 10;
    for (; places > 0 && number % 10 == 0; places--) {
        number /= 10;
        unit /= 10;
    }
    if (places == 0)
        return g_strdup_printf("%" PRId64, number);
    return g_strdup_printf("%" PRId64 ".%0*" PRId64, number / unit, places,
                           number % unit);
}

bool keys_number(const Keys *keys, int group, const char *key, int places, int64_t low,
                 int64_t high, int64_t *out, GError **error)
{
    const char *text = keys_text(keys, group, key);
    g_autofree char *least = as_written(low, places);
    g_autofree char *most = as_written(high, places);
    int64_t number;

    if (!text)
        return true;
    if (!input_number(text, places, &number) || (places == 0 && strchr(text, '.')))
        return keys_wrong(keys, group, key, error, "'%s' is not a %snumber", text,
                          places == 0 ? "whole " : "");
    if (number < low || number > high)
        return keys_wrong(keys, group, key, error, "%s is not between %s and %s", text,
                          least, most);
    *out = number;
    return true;
}

bool keys_cpus(const Keys *keys, int group, const char *key, CpuSets *sets, int n_pcpus,
               const CpuSet **out, GError **error)
{
    const char *text = keys_text(keys, group, key);
    g_autoptr(GError) why = NULL;
    const CpuSet *cpus;

    if (!text)
        return true;
    cpus = cpusets_parse(sets, text, &why);
    if (!cpus)
        return keys_wrong(keys, group, key, error, "%s", why->message);
    if (cpus->n_cpus == 0 || cpus->span > n_pcpus)
        return keys_wrong(keys, group, key, error,
                          "'%s' is not a list of this host's CPUs, 0-%d", text,
                          n_pcpus - 1);
    *out = cpus;
    return true;
}
