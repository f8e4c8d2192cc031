/* telling.c - see telling.h. */
#include "telling.h"

#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "engine/report.h"

/* How long a real host may be calm before one says so again. */
#define HEARTBEAT_US (5 * G_TIME_SPAN_MINUTE)

bool telling_in_colour(void)
{
    const char *terminal = g_getenv("TERM"), *no_colour = g_getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 &&
           !(no_colour && *no_colour);
}

bool telling_open(Telling *telling, const Policy *policy, bool json, bool live,
                  const char *journal)
{
    *telling = (Telling){ .policy = policy,
                          .json = json,
                          .live = live,
                          .colour = telling_in_colour(),
                          .words = g_string_new(NULL),
                          .lines = g_string_new(NULL) };
    return journal_open(&telling->journal, journal);
}

void telling_close(Telling *telling)
{
    journal_close(&telling->journal);
    g_string_free(telling->words, TRUE);
    g_string_free(telling->lines, TRUE);
    g_free(telling->moves);
}

/* Who goes where; NULL for nobody. */
static char *moves_of(const Period *period)
{
    const Snapshot *snapshot = &period->snapshot;
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < period->plan.moves->len; i++) {
        const Move *move = &g_array_index(period->plan.moves, Move, i);
        const Vcpu *vcpu = &snapshot->vcpus[move->vcpu];
        g_autofree char *cpus = cpuset_format(move->cpus);

        g_string_append_printf(out, "%s %d %s\n", snapshot->vms[vcpu->vm].uuid,
                               vcpu->number, cpus);
    }
    return g_string_free(out, period->plan.verdict != PLAN_MOVES);
}

/* After something was done, it is news that all is calm. */
static bool is_news(const Telling *telling, const Period *period, const char *moves)
{
    return !telling->live || telling->told_us == 0 ||
           period->snapshot.taken_us - telling->told_us >= HEARTBEAT_US ||
           (moves && !telling->dry) || g_strcmp0(moves, telling->moves) != 0;
}

/* Of what GLib is given here, only the message is a format. */
static void log_move(const Telling *telling, const Period *period, const Move *move)
{
    const Vcpu *vcpu = &period->snapshot.vcpus[move->vcpu];
    const Vm *vm = &period->snapshot.vms[vcpu->vm];
    g_autofree char *number = g_strdup_printf("%d", vcpu->number);
    g_autoptr(GString) reason = g_string_new(NULL);

    report_move(period, telling->policy, move, reason);
    g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "PINFLOW_VM", vm->name,
                     "PINFLOW_UUID", vm->uuid, "PINFLOW_VCPU", number, "MESSAGE", "%s",
                     reason->str);
}

static void log_period(Telling *telling, const Period *period)
{
    const GArray *moves = period->plan.moves;
    g_autofree char *number = g_strdup_printf("%d", period->number);

    report_sentence(period, telling->policy, telling->words);
    g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "PINFLOW_VERDICT",
                     plan_verdict_name(period->plan.verdict), "PINFLOW_PERIOD", number,
                     "MESSAGE", "%s", telling->words->str);
    for (guint i = 0; period->plan.verdict == PLAN_MOVES && i < moves->len; i++)
        log_move(telling, period, &g_array_index(moves, Move, i));
}

static bool tell_people(Telling *telling, const Period *period)
{
    g_autofree char *moves = moves_of(period);
    bool heading = telling->told_us == 0;

    g_string_truncate(telling->words, 0);
    if (!is_news(telling, period, moves))
        return true;
    telling->told_us = MAX(period->snapshot.taken_us, 1);
    g_free(telling->moves);
    telling->moves = g_steal_pointer(&moves);
    if (cli_to_journal()) {
        log_period(telling, period);
        return true;
    }
    if (heading)
        report_heading(telling->colour, telling->words);
    report_period(period, telling->policy, telling->colour, telling->words);
    return cli_print(telling->words->str);
}

bool telling_tell(Telling *telling, const Period *period)
{
    g_string_truncate(telling->lines, 0);
    if (telling->json || telling->journal.file)
        report_json(period, telling->policy, telling->lines);
    journal_add(&telling->journal, telling->lines->str);
    if (telling->json)
        return cli_print(telling->lines->str);
    return tell_people(telling, period);
}
