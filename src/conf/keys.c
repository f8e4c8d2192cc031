/*
 * keys.c - the table of what a configuration may say; see keys.h.
 *
 * What belongs to the policy is known to the policy: it is read and written as a line of
 * its text.
 */
#include "keys.h"

#include <string.h>

/* ── how values are read and written ──────────────────────────────────────── */

bool mode_parse(const char *text, Mode *out)
{
    if (strcmp(text, "observe") == 0)
        *out = MODE_OBSERVE;
    else if (strcmp(text, "manage") == 0)
        *out = MODE_MANAGE;
    else
        return false;
    return true;
}

static char *read_mode(const char *key, const char *value, Conf *conf)
{
    (void)key;
    if (mode_parse(value, &conf->mode))
        return NULL;
    return g_strdup_printf("'%s' is neither observe nor manage", value);
}

static void write_mode(const char *key, const Conf *conf, GString *out)
{
    (void)key;
    if (conf->mode != MODE_UNSAID)
        g_string_append(out, conf->mode == MODE_MANAGE ? "manage" : "observe");
}

static char *read_period(const char *key, const char *value, Conf *conf)
{
    int64_t us;

    (void)key;
    if (!period_parse(value, &us))
        return g_strdup_printf("'%s' is no period: seconds, from 0.01 to a day", value);
    conf->period_us = us;
    return NULL;
}

static void write_period(const char *key, const Conf *conf, GString *out)
{
    (void)key;
    if (conf->period_us == 0)
        return;
    g_string_append_printf(out, "%d.%06d", (int)(conf->period_us / G_USEC_PER_SEC),
                           (int)(conf->period_us % G_USEC_PER_SEC));
    while (g_str_has_suffix(out->str, "0"))
        g_string_truncate(out, out->len - 1);
    if (g_str_has_suffix(out->str, "."))
        g_string_truncate(out, out->len - 1);
}

static char *read_connect(const char *key, const char *value, Conf *conf)
{
    (void)key;
    if (*value == '\0')
        return g_strdup("a URI is missing");
    g_free(conf->connect);
    conf->connect = g_strdup(value);
    return NULL;
}

static void write_connect(const char *key, const Conf *conf, GString *out)
{
    (void)key;
    g_string_append(out, conf->connect ? conf->connect : "");
}

static char *read_policy(const char *key, const char *value, Conf *conf)
{
    g_autofree char *line = g_strdup_printf("%s %s", key, value);
    g_autoptr(GError) why = NULL;

    if (policy_parse(line, &conf->policy, &why))
        return NULL;
    return g_strdup_printf("it cannot be '%s'", value);
}

static void write_policy(const char *key, const Conf *conf, GString *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    size_t length = strlen(key);

    policy_format(&conf->policy, text);
    lines = g_strsplit(text->str, "\n", -1);
    for (int i = 0; lines[i]; i++)
        if (g_str_has_prefix(lines[i], key) && lines[i][length] == ' ')
            g_string_append(out, lines[i] + length + 1);
}

/* ── the table ────────────────────────────────────────────────────────────── */

const ConfKey conf_keys[] = {
    { "host", "connect", read_connect, write_connect,
      "Which host: a URI of libvirt's.  What libvirt takes by itself, where not said." },

    { "run", "mode", read_mode, write_mode,
      "observe: decide and say, and change nothing.  manage: act as well." },
    { "run", "period", read_period, write_period,
      "Seconds from one look at the host to the next, from 0.01 to 86400." },

    { "policy", "policy", read_policy, write_policy,
      "Whose rule to follow: flow, greedy, hotcold, average, unit, count, none, kernel." },
    { "policy", "granularity", read_policy, write_policy,
      "What to pin to: pcpu, core, cache, cell, host, auto, or so many CPUs." },
    { "policy", "moments", read_policy, write_policy,
      "How many periods are remembered; a multiple of 16, up to 16384." },
    { "policy", "half_life", read_policy, write_policy,
      "After how many periods, in hundredths, one counts for half." },
    { "policy", "price_move", read_policy, write_policy,
      "What it costs to move a vCPU within its cache, in millionths of a CPU." },
    { "policy", "price_cell_times", read_policy, write_policy,
      "A move to another cache costs so many times that, in hundredths," },
    { "policy", "price_host_times", read_policy, write_policy,
      "and one to another cell so many times." },
    { "policy", "weight_imbalance", read_policy, write_policy,
      "What it costs to be a CPU away from the fair load, in millionths." },
    { "policy", "weight_stacking", read_policy, write_policy,
      "What it costs when vCPUs of one VM wait for each other, in millionths." },
    { "policy", "target_sigma", read_policy, write_policy,
      "The spread of load above which imbalance weighs more, in hundredths of a point." },
    { "policy", "core_capacity", read_policy, write_policy,
      "What a CPU is worth while its siblings are busy, in thousandths." },
    { "policy", "least_gain", read_policy, write_policy,
      "A plan that saves less than this, in millionths, is not carried out." },
    { "policy", "max_moves", read_policy, write_policy,
      "How many moves a period may have; 0 for no limit." },
    { "policy", "average_threshold", read_policy, write_policy,
      "Of policy average: points above the average that are let be." },
    { "policy", "search_steps", read_policy, write_policy,
      "How long to look for a better schedule: steps, not seconds." },
};

const int n_conf_keys = G_N_ELEMENTS(conf_keys);
