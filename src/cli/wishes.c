/* wishes.c - see wishes.h. */
#include "wishes.h"

#include <string.h>
#include <unistd.h>

#include "daemon/signals.h"
#include "demo.h"
#include "host/libvirt.h"
#include "host/sim.h"

#define PERIOD_USUAL_US (3 * G_TIME_SPAN_SECOND)

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
          "Which host: libvirt's URI, sim:SCENARIO, sim:demo, or replay:FILE", "URI" },
        { "cycles", 0, 0, G_OPTION_ARG_INT, &wishes->cycles, "Stop after N periods",
          "N" },
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &wishes->config,
          "The configuration (default: " CONF_FILE ", if it is there)", "FILE" },
        { "run-dir", 0, 0, G_OPTION_ARG_FILENAME, &wishes->run_dir,
          "What VMs had before (default: /run/pinflow)", "DIR" },
        { "seed", 0, 0, G_OPTION_ARG_INT, &wishes->seed,
          "The chance in a simulated host (default: its own)", "S" },
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(options, entries, NULL);
}

void host_wishes_clear(HostWishes *wishes)
{
    g_free(wishes->connect);
    g_free(wishes->config);
    g_free(wishes->run_dir);
}

char *wishes_run_dir(const HostWishes *wishes)
{
    if (wishes->run_dir)
        return g_strdup(wishes->run_dir);
    if (geteuid() == 0)
        return g_strdup("/run/pinflow");
    return g_build_filename(g_get_user_runtime_dir(), "pinflow", NULL);
}

char *wishes_ledger(const HostWishes *wishes)
{
    g_autofree char *directory = wishes_run_dir(wishes);

    return g_build_filename(directory, "ledger", NULL);
}

static bool is_simulated(const char *uri)
{
    return uri && g_str_has_prefix(uri, "sim:");
}

static bool is_recorded(const char *uri)
{
    return uri && g_str_has_prefix(uri, "replay:");
}

/* This machine's configuration is for its own host: another, that is not real, has to be
 * told of one. */
static bool configure(const HostWishes *wishes, Conf *conf, int *code)
{
    const char *file = wishes->config ? wishes->config : CONF_FILE;
    g_autoptr(GError) error = NULL;

    if (!wishes->config &&
        (is_simulated(wishes->connect) || is_recorded(wishes->connect) ||
         !g_file_test(file, G_FILE_TEST_EXISTS)))
        return true;
    if (conf_read(file, conf, &error))
        return true;
    *code = cli_unreadable(error);
    return false;
}

bool wishes_settle(const HostWishes *host, const PlanWishes *plan, const Policy *policy,
                   Conf *out, int *code)
{
    g_auto(Conf) conf;

    conf_init(&conf, policy);
    if (host->cycles < 0) {
        *code = cli_misused("--cycles %d: there is no such number of periods",
                            host->cycles);
        return false;
    }
    if (!configure(host, &conf, code) ||
        (plan && !plan_wishes_grant(plan, &conf.policy, code)))
        return false;
    if (host->connect) {
        g_free(conf.connect);
        conf.connect = g_strdup(host->connect);
    }
    conf_clear(out);
    *out = conf;
    conf.connect = NULL;
    return true;
}

int64_t wishes_period(const Conf *conf)
{
    return conf->period_us > 0 ? conf->period_us : PERIOD_USUAL_US;
}

const char *wishes_name(const Conf *conf)
{
    return conf->connect ? conf->connect : "this host";
}

const char *wishes_replayed(const Conf *conf)
{
    return is_recorded(conf->connect) ? conf->connect + strlen("replay:") : NULL;
}

static Host *open_sim(const char *scenario, int64_t period_us, uint32_t seed,
                      GError **error)
{
    if (strcmp(scenario, "demo") == 0)
        return host_sim_open_text("demo", demo_scenario, period_us, seed, error);
    return host_sim_open(scenario, period_us, seed, error);
}

static Host *open_real(const char *uri)
{
    Host *host = host_libvirt_open(uri);

    host_libvirt_heed(host, signals_end());
    return host;
}

Host *host_wishes_open(const HostWishes *wishes, const Conf *conf, int *code)
{
    g_autoptr(GError) error = NULL;
    Host *host;

    if (is_simulated(conf->connect))
        host = open_sim(conf->connect + strlen("sim:"), conf->period_us,
                        (uint32_t)wishes->seed, &error);
    else if (is_recorded(conf->connect))
        host = host_replay_open(wishes_replayed(conf), &error);
    else
        host = open_real(conf->connect);
    if (error)
        *code = cli_unreadable(error);
    return host;
}
