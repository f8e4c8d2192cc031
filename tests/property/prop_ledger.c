/*
 * prop_ledger.c - whatever happens, what is given back is what was found.
 *
 * Two hosts live the same life: VMs come, restart, are saved and restored, hold jobs and
 * grow, and other hands pin them.  One is managed, by one manager after the other, some
 * of which end without a word; on the other nobody moves anything.  When all is given
 * back, they are pinned alike.
 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "host/sim.h"
#include "support/stage.h"
#include "support/watched.h"

enum {
    LIVES = WATCHED ? 10 : 40,
    PERIODS = 60,
    PERIOD = 2, /* seconds */
    DEEDS_UNTIL = (PERIODS - 10) * PERIOD,
    SPACING = 14,
};

static int between(int low, int high)
{
    return g_test_rand_int_range(low, high + 1);
}

static bool one_in(int n)
{
    return g_test_rand_int_range(0, n) == 0;
}

/* ── a life ───────────────────────────────────────────────────────────────── */

/* Two CPUs or more, which no manager pins to: what it may have done itself it cannot take
 * for another's work, nor for a new beginning. */
static char *wide_set(int n_pcpus)
{
    int first = between(0, n_pcpus - 2);

    return g_strdup_printf("%d-%d", first, between(first + 1, n_pcpus - 1));
}

static char *any_start(int n_pcpus)
{
    switch (between(0, 3)) {
    case 0:
        return g_strdup("floating");
    case 1:
        return g_strdup_printf("%d; %d", between(0, n_pcpus - 1),
                               between(0, n_pcpus - 1));
    case 2:
        return wide_set(n_pcpus);
    default:
        return g_strdup("0");
    }
}

static void draw_deed(GString *out, int vm, int n_vcpus, int n_pcpus)
{
    g_autofree char *cpus = wide_set(n_pcpus);

    switch (between(0, 5)) {
    case 0:
    case 1:
        g_string_append_printf(out, "do = pin\ncpus = %s\n", cpus);
        break;
    case 2:
        g_string_append(out, "do = restart\n");
        break;
    case 3:
        g_string_append(out, "do = restore\n");
        break;
    case 4:
        g_string_append_printf(out, "do = busy\nfor = %d\n", between(1, 9));
        break;
    case 5:
        g_string_append_printf(out, "do = plug\nvcpus = %d\n", n_vcpus);
        break;
    }
    g_string_append_printf(out, "vm = vm%d\n", vm);
}

static void draw_vm(GString *out, int vm, int n_pcpus)
{
    g_autofree char *cpus = wide_set(n_pcpus);
    bool arrives = one_in(4);
    g_autofree char *start = arrives ? wide_set(n_pcpus) : any_start(n_pcpus);
    int n_vcpus = between(1, 3);

    g_string_append_printf(
        out, "[vm vm%d]\nvcpus = %d\nplugged = %d\nstart = %s\nload = %d noise 9; %d\n",
        vm, n_vcpus, between(1, n_vcpus), start, between(5, 90), between(5, 90));
    if (one_in(3))
        g_string_append_printf(out, "from = %d\n", between(1, 40));
    if (arrives)
        g_string_append_printf(out, "state = 1 0:%s 1-2:all\n", cpus);
    for (int at = between(0, SPACING); at < DEEDS_UNTIL;
         at += between(SPACING, 3 * SPACING)) {
        g_string_append_printf(out, "[event %d-%d]\nat = %d\n", vm, at, at);
        draw_deed(out, vm, n_vcpus, n_pcpus);
    }
}

static char *draw_life(void)
{
    int n_pcpus = between(3, 8), n_vms = between(1, 6);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "[host]\npcpus = %d\nperiod = %d\nseed = %d\n", n_pcpus,
                           PERIOD, between(1, 1000000));
    for (int vm = 0; vm < n_vms; vm++)
        draw_vm(out, vm, n_pcpus);
    if (one_in(3))
        g_string_append_printf(out, "[event hush]\nat = %d\ndo = lost\nfor = %d\n",
                               between(1, 90), between(1, 9));
    return g_string_free(out, FALSE);
}

/* ── lived twice ──────────────────────────────────────────────────────────── */

/* As by a signal that cannot be heard: what was not written by then is lost. */
static void kill_manager(Stage *stage)
{
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(stage->path, &text, &length, NULL)) {
        stage_change_manager(stage);
        return;
    }
    stage_ledger(stage, ledger_read(stage->path));
    g_file_set_contents(stage->path, text, (gssize)length, NULL);
    stage_change_manager(stage);
}

static void live(Stage *stage)
{
    for (int period = 0; period < PERIODS; period++) {
        stage_live(stage, 1);
        if (one_in(12))
            stage_change_manager(stage);
        if (one_in(12))
            kill_manager(stage);
    }
}

/* Those that hold a job are asked again, on both hosts; then one last look. */
static void end(Stage *managed, Stage *alone)
{
    int left;

    stage_live(managed, 1);
    stage_live(alone, 1);
    do {
        g_autoptr(GError) why = NULL;

        left = ledger_give_back(managed->ledger, managed->host, &managed->period.sample,
                                &why);
        stage_rule(managed, RULE_KERNEL);
        stage_live(managed, 1);
        stage_live(alone, 1);
    } while (left != 0);
    stage_live(managed, 1);
    stage_live(alone, 1);
}

static void are_pinned_alike(const Stage *managed, const Stage *alone, const char *life)
{
    const Sample *one = &managed->period.sample, *other = &alone->period.sample;

    g_assert_cmpint(one->vcpus->len, ==, other->vcpus->len);
    for (guint i = 0; i < one->vcpus->len; i++) {
        const SampleVcpu *vcpu = &g_array_index(one->vcpus, SampleVcpu, i);
        const SampleVm *vm = &g_array_index(one->vms, SampleVm, vcpu->vm);
        g_autofree char *got = cpuset_format(vcpu->pins);
        g_autofree char *want =
            cpuset_format(g_array_index(other->vcpus, SampleVcpu, i).pins);

        if (g_strcmp0(got, want) != 0)
            g_error("%s/%d is pinned to %s, and was to %s\n%s", vm->name, vcpu->number,
                    got, want, life);
        g_assert_null(vm->state);
    }
}

static void quiet(const char *domain, GLogLevelFlags level, const char *message,
                  void *nothing)
{
    (void)domain, (void)level, (void)message, (void)nothing;
}

static void what_is_given_back_was_found(void)
{
    int n_moves = 0;

    g_log_set_handler(NULL, G_LOG_LEVEL_MESSAGE, quiet, NULL);
    for (int n = 0; n < LIVES; n++) {
        g_autofree char *life = draw_life();
        g_auto(Stage) managed, alone;

        stage_open(&managed, life, true);
        stage_open(&alone, life, false);
        stage_rule(&alone, RULE_KERNEL);
        live(&managed);
        n_moves += managed.period.outcome.done;
        stage_live(&alone, PERIODS);
        end(&managed, &alone);
        are_pinned_alike(&managed, &alone, life);
    }
    g_test_message("%d moves in the last periods", n_moves);
}

int main(int argc, char **argv)
{
    /* A ledger is written for good: on a disk each time takes its time. */
    if (g_access("/dev/shm", W_OK) == 0)
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/found", what_is_given_back_was_found);
    return g_test_run();
}
