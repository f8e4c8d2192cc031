/* days.c - which days are lived, and how each is. */
#include "days.h"

#include <glib/gstdio.h>
#include <string.h>

#include "chance.h"
#include "crew.h"
#include "host/sim.h"

enum { N_SIZES = 4, MIX_VCPUS = 512, MIX_PCPUS = 64, MIX_PERIODS = 400, MIX_SEED = 1 };

/* Sizes such that the mean demand is about 65, 68, 80 and 90 % of them.  Price curves are
 * drawn for the two in the middle. */
static const struct {
    const char *day, *file;
    int demand; /* mean, thousandths of a CPU */
    int n_pcpus[N_SIZES];
    int shuffled_pcpus[2]; /* where orders are tried: for places of 1, and of 8 */
} real_days[] = {
    { "2011-03-03",
      "planetlab-20110303.csv",
      129548,
      { 200, 192, 160, 144 },
      { 192, 160 } },
    { "2011-03-06",
      "planetlab-20110306.csv",
      102728,
      { 160, 152, 128, 112 },
      { 152, 128 } },
};

static const char *const mixes[] = { "heavy", "steady", "bursty", "idle" };

/* Parts of ten of the usual price. */
static const int price_tenths[] = { 3, 5, 7, 8, 10, 12, 14, 20, 30 };

static const int place_sizes[] = { 1, 8 };

/* ── the list ─────────────────────────────────────────────────────────────── */

static void add_flow(GArray *list, Day day, bool curve)
{
    for (gsize i = 0; i < G_N_ELEMENTS(price_tenths); i++) {
        day.rule = RULE_FLOW;
        day.price = policy_default.price_move / 10 * price_tenths[i];
        day.usual = price_tenths[i] == 10;
        if (curve || day.usual)
            g_array_append_val(list, day);
    }
}

/* All rules; "kernel" has no places, and is the same with any. */
static void add_rules(GArray *list, Day day, bool curve)
{
    add_flow(list, day, curve);
    for (int rule = RULE_FLOW + 1; rule < N_RULES; rule++) {
        day.rule = (Rule)rule;
        g_array_append_val(list, day);
    }
}

static void add_real_day(GArray *list, gsize which, bool quick)
{
    for (int size = 0; size < N_SIZES; size++) {
        for (gsize p = 0; p < G_N_ELEMENTS(place_sizes); p++) {
            int n_pcpus = real_days[which].n_pcpus[size];
            Day day = {
                .day = real_days[which].day,
                .real = true,
                .n_pcpus = n_pcpus,
                .percent = (real_days[which].demand + 5 * n_pcpus) / (10 * n_pcpus),
                .place_cpus = place_sizes[p],
            };

            if (!quick || n_pcpus == real_days[which].shuffled_pcpus[p])
                add_rules(list, day, !quick && (size == 1 || size == 2));
            for (day.order = 1; day.order <= 2 && !quick; day.order++) {
                if (n_pcpus == real_days[which].shuffled_pcpus[p])
                    add_flow(list, day, false);
            }
        }
    }
}

static void add_mix(GArray *list, const char *mix, bool quick)
{
    for (gsize p = 0; p < G_N_ELEMENTS(place_sizes); p++) {
        Day day = {
            .day = mix,
            .n_vcpus = quick ? MIX_VCPUS / 4 : MIX_VCPUS,
            .n_pcpus = quick ? MIX_PCPUS / 4 : MIX_PCPUS,
            .place_cpus = place_sizes[p],
        };

        add_rules(list, day, false);
    }
}

/* ── living through one ───────────────────────────────────────────────────── */

/* The trace with its rows in another order, as a file that the caller removes. */
static char *shuffle(const char *path, int order, GError **error)
{
    Chance chance = chance_of((uint64_t)order, 1);
    g_autofree char *text = NULL, *shuffled = NULL;
    g_auto(GStrv) lines = NULL;
    char *out = NULL;
    int n, fd;

    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    n = (int)g_strv_length(lines);
    for (int i = n - 1; i > 1; i--) {
        int j = between(&chance, 1, i);
        char *line = lines[i];

        lines[i] = lines[j];
        lines[j] = line;
    }
    shuffled = g_strjoinv("\n", lines);
    fd = g_file_open_tmp("trace-XXXXXX.csv", &out, error);
    if (fd < 0)
        return NULL;
    g_close(fd, NULL);
    if (!g_file_set_contents(out, shuffled, -1, error))
        g_clear_pointer(&out, g_free);
    return out;
}

static Host *open_real(const DaysWishes *wishes, const Day *day, GError **error)
{
    const char *file = NULL;
    g_autofree char *path = NULL, *shuffled = NULL;
    Host *host;

    for (gsize i = 0; i < G_N_ELEMENTS(real_days); i++) {
        if (strcmp(day->day, real_days[i].day) == 0)
            file = real_days[i].file;
    }
    path = g_build_filename(wishes->folder, file, NULL);
    if (day->order == 0)
        return host_sim_open_trace(path, day->n_pcpus, day->rule == RULE_KERNEL, error);
    shuffled = shuffle(path, day->order, error);
    if (!shuffled)
        return NULL;
    host = host_sim_open_trace(shuffled, day->n_pcpus, day->rule == RULE_KERNEL, error);
    g_unlink(shuffled);
    return host;
}

static Policy policy_of(const Day *day)
{
    Policy policy = policy_default;

    policy.rule = day->rule;
    if (day->rule == RULE_FLOW)
        policy.price_move = day->price;
    policy.granularity = day->place_cpus == 1
                             ? (Granularity){ .level = LEVEL_PCPU }
                             : (Granularity){ LEVEL_RUN, day->place_cpus };
    return policy;
}

typedef struct {
    const DaysWishes *wishes;
    Day *days;
} Calendar;

static void live(int job, void *data)
{
    const Calendar *calendar = data;
    Day *day = &calendar->days[job];
    Policy policy = policy_of(day);
    g_autoptr(GError) why = NULL;
    g_autoptr(Host) host =
        day->real ? open_real(calendar->wishes, day, &why)
                  : host_sim_open_mix(day->day, day->n_vcpus, day->n_pcpus, MIX_SEED,
                                      day->rule == RULE_KERNEL, &why);

    if (!host ||
        !judge_run(host, &policy, day->real ? 0 : MIX_PERIODS, &day->judged, &why))
        day->trouble = g_strdup(why->message);
}

static void forget(gpointer data)
{
    g_free(((Day *)data)->trouble);
}

GArray *days_live(const DaysWishes *wishes)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(Day));
    Calendar calendar = { .wishes = wishes };

    g_array_set_clear_func(list, forget);
    for (gsize i = 0; i < G_N_ELEMENTS(real_days); i++)
        add_real_day(list, i, wishes->quick);
    for (gsize i = 0; i < G_N_ELEMENTS(mixes); i++)
        add_mix(list, mixes[i], wishes->quick);
    calendar.days = (Day *)(void *)list->data;
    crew_work(live, &calendar, (int)list->len);
    return list;
}

/* ── in numbers ───────────────────────────────────────────────────────────── */

double day_repins(const Day *day)
{
    return (double)day->judged.repins / MAX(1, day->judged.n_periods);
}

double day_overload(const Day *day)
{
    return (double)day->judged.overload / 1e6;
}

char *day_label(const Day *day)
{
    if (day->rule == RULE_FLOW)
        return g_strdup_printf("flow %.4g", (double)day->price / 1e6);
    return g_strdup(rule_name(day->rule));
}
