/* answers.c - see answers.h. */
#include "answers.h"

#include "input.h"

#include <string.h>

static const struct {
    const char *word;
    int code;
} kinds[] = {
    { "done", ANSWER_DONE },     { "gone", HOST_ERROR_GONE },
    { "busy", HOST_ERROR_BUSY }, { "refused", HOST_ERROR_REFUSED },
    { "lost", HOST_ERROR_LOST },
};

/* pin UUID vcpu N cpus SET KIND, and then anything. */
enum { PIN, UUID, VCPU, NUMBER, CPUS, SET, KIND, WHY, N_WORDS };

/* keep UUID KIND, and then anything. */
enum { KEEP_KIND = 2, KEEP_WHY, N_KEEP_WORDS };

static void answer_free(gpointer data)
{
    Answer *answer = data;

    g_free(answer->why);
    g_free(answer);
}

GHashTable *answers_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_free);
}

char *answer_key(const char *uuid, int vcpu)
{
    return g_strdup_printf("%s/%d", uuid, vcpu);
}

void answer_format(const char *uuid, int vcpu, const CpuSet *cpus, const GError *why,
                   GString *out)
{
    int code = why ? why->code : ANSWER_DONE;
    g_autofree char *list = cpus ? cpuset_format(cpus) : NULL;
    g_autofree char *what =
        vcpu == ANSWER_KEEP
            ? g_strdup_printf("keep %s", uuid)
            : g_strdup_printf("pin %s vcpu %d cpus %s", uuid, vcpu, list);

    if (why ? why->domain != HOST_ERROR : vcpu == ANSWER_KEEP)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *line = NULL;

        if (kinds[i].code != code)
            continue;
        line = g_strdup_printf("%s %s%s%s", what, kinds[i].word, why ? " " : "",
                               why ? why->message : "");
        g_string_append_printf(out, "%s\n", g_strdelimit(line, "\r\n", ' '));
    }
}

static bool find_kind(const char *word, int *code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].word, word) == 0) {
            *code = kinds[i].code;
            return true;
        }
    return false;
}

/* Who asked a question of @key was told @word, and why. */
static bool add(const char *file, int number, char *key, const CpuSet *cpus,
                const char *word, const char *why, GHashTable *out, GError **error)
{
    g_autofree char *owned = key;
    Answer *answer;
    int code;

    if (!find_kind(word, &code))
        return input_wrong(error, file, number,
                           "a host answers done, gone, busy, refused or lost, not '%s'",
                           word);
    answer = g_new(Answer, 1);
    *answer =
        (Answer){ cpus, code, code == ANSWER_DONE ? NULL : g_strdup(why ? why : word) };
    g_hash_table_replace(out, g_steal_pointer(&owned), answer);
    return true;
}

static bool is_pin(char **words)
{
    return g_strv_length(words) > KIND && strcmp(words[PIN], "pin") == 0 &&
           strcmp(words[VCPU], "vcpu") == 0 && strcmp(words[CPUS], "cpus") == 0;
}

static bool parse_keep(const char *file, int number, const char *line, GHashTable *out,
                       GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", N_KEEP_WORDS);

    if (g_strv_length(words) <= KEEP_KIND)
        return input_wrong(error, file, number, "'keep UUID ANSWER' is wanted here");
    return add(file, number, answer_key(words[UUID], ANSWER_KEEP), NULL,
               words[KEEP_KIND], words[KEEP_WHY], out, error);
}

bool answer_parse(const char *file, int number, const char *line, CpuSets *sets,
                  int n_pcpus, GHashTable *out, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", N_WORDS);
    g_autoptr(GError) why = NULL;
    const CpuSet *cpus;
    int64_t vcpu;

    if (g_str_has_prefix(line, "keep "))
        return parse_keep(file, number, line, out, error);
    if (!is_pin(words))
        return input_wrong(error, file, number,
                           "'pin UUID vcpu N cpus SET ANSWER' is wanted here");
    if (!input_number(words[NUMBER], 0, &vcpu) || vcpu < 0 || vcpu > G_MAXINT)
        return input_wrong(error, file, number, "'%s' is no vCPU", words[NUMBER]);
    cpus = cpusets_parse(sets, words[SET], &why);
    if (!cpus)
        return input_wrong(error, file, number, "cpus: %s", why->message);
    if (cpus->n_cpus == 0 || cpus->span > n_pcpus)
        return input_wrong(error, file, number, "'%s' is no set of CPUs of this host",
                           words[SET]);
    return add(file, number, answer_key(words[UUID], (int)vcpu), cpus, words[KIND],
               words[WHY], out, error);
}
