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
    g_autofree char *list = cpuset_format(cpus);
    int code = why ? why->code : ANSWER_DONE;

    if (why && why->domain != HOST_ERROR)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *line = NULL;

        if (kinds[i].code != code)
            continue;
        line = g_strdup_printf("pin %s vcpu %d cpus %s %s%s%s", uuid, vcpu, list,
                               kinds[i].word, why ? " " : "", why ? why->message : "");
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

static bool is_pin(char **words)
{
    return g_strv_length(words) > KIND && strcmp(words[PIN], "pin") == 0 &&
           strcmp(words[VCPU], "vcpu") == 0 && strcmp(words[CPUS], "cpus") == 0;
}

bool answer_parse(const char *file, int number, const char *line, CpuSets *sets,
                  int n_pcpus, GHashTable *out, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", N_WORDS);
    g_autoptr(GError) why = NULL;
    const CpuSet *cpus;
    int64_t vcpu;
    Answer *answer;
    int code;

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
    if (!find_kind(words[KIND], &code))
        return input_wrong(error, file, number,
                           "a host answers done, gone, busy, refused or lost, not '%s'",
                           words[KIND]);
    answer = g_new(Answer, 1);
    *answer = (Answer){ cpus, code,
                        code == ANSWER_DONE
                            ? NULL
                            : g_strdup(words[WHY] ? words[WHY] : words[KIND]) };
    g_hash_table_replace(out, answer_key(words[UUID], (int)vcpu), answer);
    return true;
}
