/* cpulist.c - what is named, without what is named behind a "^". */
#include "cpulist.h"

const CpuSet *cpulist_parse(CpuSets *sets, const char *text, int limit, GError **error)
{
    g_autoptr(CpuSets) passing = cpusets_new();
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autoptr(GString) with = g_string_new(NULL);
    g_autoptr(GString) without = g_string_new(NULL);
    const CpuSet *named, *excepted;

    for (char **part = parts; *part; part++) {
        char *item = g_strstrip(*part);
        bool is_without = item[0] == '^' && item[1] != '\0';
        GString *list = is_without ? without : with;

        g_string_append(list, list->len > 0 ? "," : "");
        g_string_append(list, is_without ? item + 1 : item);
    }
    named = cpusets_parse(passing, with->str, error);
    if (!named)
        return NULL;
    excepted = cpusets_parse(passing, without->str, error);
    if (!excepted)
        return NULL;
    named = cpusets_minus(passing, named, excepted);
    return cpusets_adopt(sets,
                         cpusets_and(passing, named, cpusets_range(passing, 0, limit)));
}
