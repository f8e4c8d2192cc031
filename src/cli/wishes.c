/* wishes.c - see wishes.h. */
#include "wishes.h"

#include <string.h>

#include "demo.h"
#include "host/sim.h"

/* ── of a plan ────────────────────────────────────────────────────────────── */

void plan_wishes_add(GOptionContext *options, PlanWishes *wishes)
{
    const GOptionEntry entries[] = {
        { "policy", 0, 0, G_OPTION_ARG_STRING, &wishes->policy,
          "flow, greedy, hotcold, average, unit, count, none or kernel (default: flow)",
          "NAME" },
        { "granularity", 0, 0, G_OPTION_ARG_STRING, &wishes->granularity,
          "What to pin to: pcpu, core, cache, cell, host, auto, or so many CPUs",
          "LEVEL" },
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wishes->settings,
          "Another number in the policy; may be repeated", "KEY=VALUE" },
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(options, entries, NULL);
}

void plan_wishes_clear(PlanWishes *wishes)
{
    g_free(wishes->policy);
    g_free(wishes->granularity);
    g_strfreev(wishes->settings);
}

/* A setting is a line of the policy's text. */
static bool set(const char *setting, Policy *policy, int *code)
{
    const char *equals = strchr(setting, '=');
    g_autoptr(GError) error = NULL;
    g_autofree char *line = NULL;

    if (equals)
        line =
            g_strdup_printf("%.*s %s\n", (int)(equals - setting), setting, equals + 1);
    if (line && !strchr(setting, '\n') && policy_parse(line, policy, &error))
        return true;
    if (error)
        *code = cli_misused("--set %s: %s", setting, strchr(error->message, ' ') + 1);
    else
        *code = cli_misused("--set %s: it should be KEY=VALUE", setting);
    return false;
}

bool plan_wishes_grant(const PlanWishes *wishes, Policy *policy, int *code)
{
    if (wishes->policy && !rule_parse(wishes->policy, &policy->rule)) {
        *code = cli_misused("no policy is called '%s'; see --help", wishes->policy);
        return false;
    }
    if (wishes->granularity &&
        !granularity_parse(wishes->granularity, &policy->granularity)) {
        *code = cli_misused("no level is called '%s', only pcpu, core, cache, cell, "
                            "host, auto, or a number of CPUs",
                            wishes->granularity);
        return false;
    }
    for (char **setting = wishes->settings; setting && *setting; setting++)
        if (!set(*setting, policy, code))
            return false;
    return true;
}

/* ── of a host ────────────────────────────────────────────────────────────── */

void host_wishes_add(GOptionContext *options, HostWishes *wishes)
{
    const GOptionEntry entries[] = {
        { "connect", 'c', 0, G_OPTION_ARG_FILENAME, &wishes->connect,
          "Which host: sim:SCENARIO, sim:demo, or replay:FILE", "URI" },
        { "cycles", 0, 0, G_OPTION_ARG_INT, &wishes->cycles, "Stop after N periods",
          "N" },
        { "seed", 0, 0, G_OPTION_ARG_INT, &wishes->seed,
          "The chance in a simulated host (default: its own)", "S" },
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(options, entries, NULL);
}

void host_wishes_clear(HostWishes *wishes)
{
    g_free(wishes->connect);
}

const char *host_wishes_replayed(const HostWishes *wishes)
{
    if (!wishes->connect || !g_str_has_prefix(wishes->connect, "replay:"))
        return NULL;
    return wishes->connect + strlen("replay:");
}

static Host *open_sim(const char *scenario, int64_t period_us, uint32_t seed,
                      GError **error)
{
    if (strcmp(scenario, "demo") == 0)
        return host_sim_open_text("demo", demo_scenario, period_us, seed, error);
    return host_sim_open(scenario, period_us, seed, error);
}

Host *host_wishes_open(const HostWishes *wishes, int64_t period_us, int *code)
{
    const char *uri = wishes->connect ? wishes->connect : "qemu:///system";
    g_autoptr(GError) error = NULL;
    Host *host = NULL;

    if (wishes->cycles < 0) {
        *code = cli_misused("--cycles %d: there is no such number of periods",
                            wishes->cycles);
        return NULL;
    }
    if (g_str_has_prefix(uri, "sim:"))
        host =
            open_sim(uri + strlen("sim:"), period_us, (uint32_t)wishes->seed, &error);
    else if (host_wishes_replayed(wishes))
        host = host_replay_open(host_wishes_replayed(wishes), &error);
    else
        *code = cli_failed("cannot connect to %s: libvirt is not built in yet; "
                           "-c sim:SCENARIO and -c replay:FILE are",
                           uri);
    if (error)
        *code = cli_unreadable(error);
    return host;
}
