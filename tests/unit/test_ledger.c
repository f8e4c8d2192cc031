/* test_ledger.c - what VMs had is known whatever happens, and what is another's let be. */
#include "engine/ledger.h"
#include "host/sim.h"
#include "support/scratch.h"
#include "support/stage.h"

#include <glib/gstdio.h>
#include <string.h>

/* Four that want to run, all on CPU 0; one more that floats; one that is well placed. */
#define CROWDED                                                                        \
    "[host]\n"                                                                         \
    "pcpus = 6\n"                                                                      \
    "period = 2\n"                                                                     \
    "[vm a]\n"                                                                         \
    "count = 4\n"                                                                      \
    "start = 0\n"                                                                      \
    "load = 70\n"                                                                      \
    "[vm still]\n"                                                                     \
    "vcpus = 2\n"                                                                      \
    "start = 4; 5\n"                                                                   \
    "load = 60\n"

#define HAND(name, at, vm, cpus)                                                       \
    "[event " name "]\nat = " at "\ndo = pin\nvm = " vm "\ncpus = " cpus "\n"
#define DO(at, what, vm)                                                               \
    "[event " what vm "]\nat = " at "\ndo = " what "\nvm = " vm "\n"

enum { A_WHILE = 8 };

static void pins_are(const Stage *stage, const char *vm, int vcpu, const char *cpus)
{
    g_autofree char *pins = stage_pins(stage, vm, vcpu);

    g_assert_cmpstr(pins, ==, cpus);
}

static bool is_there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool says(const char *path, const char *words)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, words);
}

static void gives_all_back(Stage *stage)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(
        ledger_give_back(stage->ledger, stage->host, &stage->period.sample, &error), ==,
        0);
    g_assert_no_error(error);
}

static void expect_hand(const char *vm)
{
    g_autofree char *words = g_strdup_printf("another hand has pinned *of %s to *", vm);

    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, words);
}

/* ── giving back ──────────────────────────────────────────────────────────── */

static void what_was_found_is_given_back(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED, false);
    g_assert_cmpint(stage_live(&stage, A_WHILE), ==, 3);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    for (int vm = 1; vm <= 4; vm++) {
        g_autofree char *name = g_strdup_printf("a-%d", vm);

        g_assert_null(stage_vm(&stage, name)->state);
        pins_are(&stage, name, 0, "0");
    }
}

static void nothing_is_left_behind_where_nothing_was_done(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED, true);
    g_assert_cmpint(stage_live(&stage, 1), ==, 0);
    g_assert_false(is_there(stage.path));
    stage_live(&stage, A_WHILE);
    g_assert_true(is_there(stage.path));
    g_assert_null(stage_vm(&stage, "still")->state);
    g_assert_false(says(stage.path, "still"));
}

static void a_busy_one_is_given_back_later(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED "[event b]\nat = 16\ndo = busy\nvm = a\nfor = 5\n",
               false);
    stage_live(&stage, A_WHILE + 2);
    g_assert_cmpint(
        ledger_give_back(stage.ledger, stage.host, &stage.period.sample, NULL), >, 0);
    stage_live(&stage, 3);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "a-1", 0, "0");
    pins_are(&stage, "a-4", 0, "0");
}

/* ── written down first ───────────────────────────────────────────────────── */

/* A host that is looked at by the ledger's reader whenever it is told something. */
typedef struct {
    Host host;
    Host *inner;
    const char *path;
    GHashTable *left; /* uuids */
    int n_pins;
} Witness;

static bool witness_observe(Host *host, Sample *out, GError **error)
{
    Host *inner = ((Witness *)host)->inner;

    return inner->ops->observe(inner, out, error);
}

static bool witness_pin(Host *host, const char *uuid, int vcpu, const CpuSet *cpus,
                        GError **error)
{
    Witness *witness = (Witness *)host;

    g_assert_true(says(witness->path, uuid));
    g_assert_true(g_hash_table_contains(witness->left, uuid));
    witness->n_pins++;
    return witness->inner->ops->pin(witness->inner, uuid, vcpu, cpus, error);
}

static bool witness_remember(Host *host, const char *uuid, const char *state,
                             GError **error)
{
    Witness *witness = (Witness *)host;

    g_assert_true(says(witness->path, uuid));
    g_assert_cmpstr(state, ==, "1 0:0");
    g_hash_table_add(witness->left, g_strdup(uuid));
    return host_remember(witness->inner, uuid, state, error);
}

static const HostOps witness_ops = { .kind = "witness",
                                     .observe = witness_observe,
                                     .pin = witness_pin,
                                     .remember = witness_remember };

static void it_is_written_and_left_before_the_first_pin(void)
{
    g_auto(Stage) stage;
    Witness witness = {
        .host.ops = &witness_ops,
    };

    stage_open(&stage, CROWDED, true);
    witness.inner = stage.host;
    witness.path = stage.path;
    witness.left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    engine_free(stage.engine);
    stage.engine = engine_new(&witness.host, &stage.policy, stage.ledger);
    stage_live(&stage, A_WHILE);
    g_assert_cmpint(witness.n_pins, ==, 3);
    g_assert_cmpint(g_hash_table_size(witness.left), ==, 3);
    g_hash_table_unref(witness.left);
}

static void what_cannot_be_written_down_is_not_done(void)
{
    g_autofree char *folder = scratch_file("folder", "");
    g_autofree char *path = g_build_filename(folder, "ledger", NULL);
    g_auto(Stage) stage;

    g_unlink(folder);
    stage_open(&stage, CROWDED, false);
    stage_ledger(&stage, ledger_open(path, NULL));
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING,
                          "nothing is pinned that cannot be written down: *");
    g_assert_cmpint(stage_live(&stage, A_WHILE), ==, 0);
    g_test_assert_expected_messages();
    g_assert_cmpint(stage.period.outcome.barred, ==, 3);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(stage_live(&stage, 1), ==, 3);
    stage_ledger(&stage, ledger_open(NULL, NULL));
    g_unlink(path);
    g_rmdir(folder);
    scratch_remove(folder);
}

static void a_vm_that_takes_nothing_with_it_is_not_pinned(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED DO("0", "refuse", "a-1"), false);
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "giving up on a-1: *");
    stage_live(&stage, A_WHILE);
    g_test_assert_expected_messages();
    pins_are(&stage, "a-1", 0, "0");
    g_assert_null(stage_vm(&stage, "a-1")->state);
}

/* ── another manager ──────────────────────────────────────────────────────── */

static void the_next_manager_goes_on_where_the_last_one_ended(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED, true);
    stage_live(&stage, A_WHILE);
    stage_change_manager(&stage);
    g_assert_cmpint(stage_live(&stage, A_WHILE), ==, 0);
    gives_all_back(&stage);
    g_assert_false(says(stage.path, "a-1"));
    stage_live(&stage, 1);
    pins_are(&stage, "a-1", 0, "0");
    pins_are(&stage, "a-4", 0, "0");
}

static void one_that_ended_between_writing_and_pinning_did_no_harm(void)
{
    g_auto(Stage) stage;
    CpuSets *sets;

    stage_open(&stage, CROWDED, true);
    stage_live(&stage, 1);
    sets = stage.period.sample.topology->sets;
    ledger_intend(stage.ledger, &stage.period.sample, 0, cpusets_range(sets, 3, 1));
    g_assert_true(ledger_save(stage.ledger, NULL));
    stage_change_manager(&stage);
    g_assert_cmpint(stage_live(&stage, A_WHILE), ==, 3);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "a-1", 0, "0");
}

static void a_wish_that_comes_true_late_is_no_other_hand(void)
{
    g_auto(Stage) stage;
    CpuSets *sets;

    stage_open(&stage, CROWDED, false);
    stage_rule(&stage, RULE_KERNEL);
    stage_live(&stage, 1);
    sets = stage.period.sample.topology->sets;
    ledger_intend(stage.ledger, &stage.period.sample, 0, cpusets_range(sets, 3, 1));
    stage_live(&stage, 1);
    ledger_intend(stage.ledger, &stage.period.sample, 0, cpusets_range(sets, 2, 1));
    stage.host->ops->pin(stage.host, stage_vm(&stage, "a-1")->uuid, 0,
                         cpusets_range(sets, 3, 1), NULL);
    stage_live(&stage, 1);
    g_assert_false(stage_vm(&stage, "a-1")->hands_off);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "a-1", 0, "0");
}

static void one_of_another_boot_is_forgotten(void)
{
    g_autofree char *path =
        scratch_file("ledger", "[ledger]\nversion=1\nboot=another\ncpus=0-5\n"
                               "[vm nonsense]\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = ledger_open(path, &error);

    g_assert_no_error(error);
    g_assert_nonnull(ledger);
    scratch_remove(path);
}

/* What the ledger says after that many periods, under a boot that is this one. */
static char *written_after(int n_periods)
{
    g_auto(Stage) stage;
    char *text = NULL;

    stage_open(&stage, CROWDED, true);
    stage_live(&stage, n_periods);
    stage_change_manager(&stage);
    g_file_get_contents(stage.path, &text, NULL, NULL);
    g_assert_nonnull(text);
    return text;
}

static void is_refused(const char *text, const char *why)
{
    g_autofree char *path = scratch_file("ledger", text);
    g_autoptr(GError) error = NULL;
    g_autoptr(Ledger) ledger = ledger_open(path, &error);
    g_autoptr(Ledger) reader = ledger_read(path);

    g_assert_null(ledger);
    g_assert_nonnull(reader);
    g_assert_true(g_str_has_prefix(error->message, path));
    g_assert_nonnull(strstr(error->message, why));
    g_assert_null(strchr(error->message, '\n'));
    scratch_remove(path);
}

static void one_that_cannot_be_understood_is_not_overwritten(void)
{
    static const struct {
        const char *from, *to, *why;
    } faults[] = {
        { "version=1", "version=2", "version" },
        { "found=0:0", "found=0:", "cannot be understood" },
        { "found=0:0", "found=0-99999999:0", "cannot be understood" },
        { "found=0:0", "found=3-1:0", "cannot be understood" },
        { "found=0:0", "found=-1:0", "cannot be understood" },
        { "found=", "lost=", "cannot be understood" },
        { "[ledger]", "ledger", "group" },
    };
    g_autofree char *text = written_after(A_WHILE);

    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        const char *at = strstr(text, faults[i].from);
        g_autofree char *wrong = NULL;

        g_assert_nonnull(at);
        wrong = g_strdup_printf("%.*s%s%s", (int)(at - text), text, faults[i].to,
                                at + strlen(faults[i].from));
        is_refused(wrong, faults[i].why);
    }
}

static void who_only_looks_writes_nothing(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED, true);
    stage_ledger(&stage, ledger_read(stage.path));
    g_assert_cmpint(stage_live(&stage, A_WHILE), ==, 3);
    stage_ledger(&stage, ledger_read(stage.path));
    g_assert_false(is_there(stage.path));
}

/* ── another hand ─────────────────────────────────────────────────────────── */

static void who_is_pinned_by_another_hand_is_left_alone(void)
{
    g_auto(Stage) stage;

    stage_open(&stage,
               CROWDED HAND("one", "13", "a-2", "0-1") HAND("two", "21", "a-2", "0"),
               false);
    stage_live(&stage, 6);
    expect_hand("a-2");
    stage_live(&stage, 2);
    g_test_assert_expected_messages();
    g_assert_true(stage_vm(&stage, "a-2")->hands_off);
    pins_are(&stage, "a-2", 0, "0-1");
    stage_live(&stage, 30);
    pins_are(&stage, "a-2", 0, "0");
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "a-2", 0, "0");
    pins_are(&stage, "a-3", 0, "0");
}

static void nor_is_one_touched_that_never_was_ours(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED HAND("one", "13", "still", "0"), false);
    stage_live(&stage, 6);
    expect_hand("still");
    g_assert_cmpint(stage_live(&stage, 4), >, 0);
    g_test_assert_expected_messages();
    stage_live(&stage, 30);
    pins_are(&stage, "still", 0, "0");
    pins_are(&stage, "still", 1, "0");
}

static void the_next_manager_respects_it_too(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED HAND("one", "13", "still", "0"), true);
    expect_hand("still");
    stage_live(&stage, A_WHILE);
    g_test_assert_expected_messages();
    stage_change_manager(&stage);
    stage_live(&stage, A_WHILE);
    pins_are(&stage, "still", 0, "0");
}

static void a_hand_while_nobody_managed_counts_too(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED HAND("one", "15", "a", "0-1"), true);
    stage_live(&stage, A_WHILE);
    stage_change_manager(&stage);
    for (int moved = 0; moved < 3; moved++)
        expect_hand("a-*");
    stage_live(&stage, 30);
    g_test_assert_expected_messages();
    for (int vm = 1; vm <= 4; vm++) {
        g_autofree char *name = g_strdup_printf("a-%d", vm);

        if (stage_vm(&stage, name)->hands_off)
            pins_are(&stage, name, 0, "0-1");
    }
}

static void a_restart_makes_it_any_vm(void)
{
    g_auto(Stage) stage;

    stage_open(&stage,
               CROWDED HAND("one", "13", "a-2", "0-1") DO("21", "restart", "a-2"),
               false);
    expect_hand("a-2");
    stage_live(&stage, 10);
    stage_live(&stage, 20);
    g_test_assert_expected_messages();
    g_assert_false(stage_vm(&stage, "a-2")->hands_off);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "a-2", 0, "0");
}

static void cpus_that_go_and_come_are_no_hand(void)
{
    g_auto(Stage) stage;

    stage_open(&stage,
               CROWDED "[event off]\nat = 13\ndo = offline\ncpus = 3-5\n"
                       "[event on]\nat = 25\ndo = online\ncpus = 3-5\n",
               false);
    stage_live(&stage, 30);
    g_assert_false(stage_vm(&stage, "a-2")->hands_off);
    g_assert_false(stage_vm(&stage, "still")->hands_off);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "a-2", 0, "0");
    pins_are(&stage, "still", 0, "4");
    pins_are(&stage, "still", 1, "5");
}

/* ── coming and going ─────────────────────────────────────────────────────── */

/* It was pinned by others, like us, where it comes from. */
#define COMES                                                                          \
    CROWDED "[vm guest]\nvcpus = 3\nstart = 3\nload = 20\nstate = 1 0:1-2 1-2:all\n"

static void one_that_arrives_gets_its_own_pins_first(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, COMES "from = 13\n", true);
    stage_rule(&stage, RULE_KERNEL);
    stage_live(&stage, A_WHILE + 1);
    pins_are(&stage, "guest", 0, "1-2");
    pins_are(&stage, "guest", 1, "0-5");
    pins_are(&stage, "guest", 2, "0-5");
    g_assert_null(stage_vm(&stage, "guest")->state);
    g_assert_false(stage_vm(&stage, "guest")->hands_off);
}

static void and_is_then_like_any_other(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, COMES, false);
    stage.policy.price_move = 1;
    stage_live(&stage, 30);
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "guest", 0, "1-2");
    pins_are(&stage, "guest", 1, "0-5");
}

static void one_that_arrives_busy_is_waited_for(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, COMES "[event job]\nat = 0\ndo = busy\nvm = guest\nfor = 7\n",
               false);
    stage_rule(&stage, RULE_KERNEL);
    stage_live(&stage, 3);
    pins_are(&stage, "guest", 0, "3");
    g_assert_true(stage_vm(&stage, "guest")->hands_off);
    stage_live(&stage, 3);
    pins_are(&stage, "guest", 0, "1-2");
    g_assert_false(stage_vm(&stage, "guest")->hands_off);
}

static void pins_of_a_larger_host_become_what_is_allowed(void)
{
    g_auto(Stage) stage;

    stage_open(&stage,
               CROWDED "[vm guest]\nallowed = 2-4\nstart = 3\nstate = 1 0:62-63\n",
               false);
    stage_live(&stage, 2);
    pins_are(&stage, "guest", 0, "2-4");
}

static void one_whose_state_is_beyond_us_is_left_alone(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED "[vm guest]\nstart = 0\nload = 50\nstate = 2 what?\n",
               false);
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "guest carries a state*");
    stage_live(&stage, 20);
    g_test_assert_expected_messages();
    pins_are(&stage, "guest", 0, "0");
    g_assert_cmpstr(stage_vm(&stage, "guest")->state, ==, "2 what?");
}

static void a_recording_is_trusted(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, COMES, false);
    ledger_trust(stage.ledger);
    stage_rule(&stage, RULE_KERNEL);
    stage_live(&stage, 3);
    pins_are(&stage, "guest", 0, "3");
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "guest", 0, "1-2");
}

/* Live pins travel with a saved VM, and the ledger may not be there any more. */
static void one_that_was_saved_keeps_no_pin_of_ours(void)
{
    for (int forgets = 0; forgets < 2; forgets++) {
        g_auto(Stage) stage;

        stage_open(&stage, CROWDED DO("17", "restore", "a"), true);
        stage_live(&stage, A_WHILE);
        if (forgets)
            g_unlink(stage.path);
        stage.policy.rule = RULE_KERNEL;
        stage_change_manager(&stage);
        stage_live(&stage, 3);
        pins_are(&stage, "a-1", 0, "0");
        pins_are(&stage, "a-4", 0, "0");
        g_assert_null(stage_vm(&stage, "a-4")->state);
    }
}

static void one_that_ended_is_forgotten(void)
{
    g_auto(Stage) stage;

    stage_open(&stage, CROWDED DO("17", "stop", "a"), true);
    stage_live(&stage, A_WHILE);
    g_assert_true(says(stage.path, "[vm "));
    stage_live(&stage, 40);
    stage_change_manager(&stage);
    g_assert_false(says(stage.path, "[vm "));
}

static void a_vcpu_plugged_in_later_is_remembered_too(void)
{
    g_auto(Stage) stage;

    stage_open(&stage,
               CROWDED "[vm grows]\nvcpus = 2\nplugged = 1\nstart = 0; 1-2\nload = 70\n"
                       "[event more]\nat = 13\ndo = plug\nvm = grows\nvcpus = 2\n",
               NULL);
    stage_live(&stage, 30);
    g_assert_cmpstr(stage_vm(&stage, "grows")->state, ==, "1 0:0 1:1-2");
    gives_all_back(&stage);
    stage_live(&stage, 1);
    pins_are(&stage, "grows", 0, "0");
    pins_are(&stage, "grows", 1, "1-2");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/back", what_was_found_is_given_back);
    g_test_add_func("/ledger/nothing", nothing_is_left_behind_where_nothing_was_done);
    g_test_add_func("/ledger/back-busy", a_busy_one_is_given_back_later);
    g_test_add_func("/ledger/first", it_is_written_and_left_before_the_first_pin);
    g_test_add_func("/ledger/unwritten", what_cannot_be_written_down_is_not_done);
    g_test_add_func("/ledger/unleft", a_vm_that_takes_nothing_with_it_is_not_pinned);
    g_test_add_func("/ledger/next", the_next_manager_goes_on_where_the_last_one_ended);
    g_test_add_func("/ledger/between",
                    one_that_ended_between_writing_and_pinning_did_no_harm);
    g_test_add_func("/ledger/late", a_wish_that_comes_true_late_is_no_other_hand);
    g_test_add_func("/ledger/boot", one_of_another_boot_is_forgotten);
    g_test_add_func("/ledger/beyond", one_that_cannot_be_understood_is_not_overwritten);
    g_test_add_func("/ledger/looks", who_only_looks_writes_nothing);
    g_test_add_func("/hand/ours", who_is_pinned_by_another_hand_is_left_alone);
    g_test_add_func("/hand/never-ours", nor_is_one_touched_that_never_was_ours);
    g_test_add_func("/hand/next", the_next_manager_respects_it_too);
    g_test_add_func("/hand/meanwhile", a_hand_while_nobody_managed_counts_too);
    g_test_add_func("/hand/restart", a_restart_makes_it_any_vm);
    g_test_add_func("/hand/offline", cpus_that_go_and_come_are_no_hand);
    g_test_add_func("/comes/first", one_that_arrives_gets_its_own_pins_first);
    g_test_add_func("/comes/then", and_is_then_like_any_other);
    g_test_add_func("/comes/busy", one_that_arrives_busy_is_waited_for);
    g_test_add_func("/comes/larger", pins_of_a_larger_host_become_what_is_allowed);
    g_test_add_func("/comes/beyond", one_whose_state_is_beyond_us_is_left_alone);
    g_test_add_func("/comes/trusted", a_recording_is_trusted);
    g_test_add_func("/comes/saved", one_that_was_saved_keeps_no_pin_of_ours);
    g_test_add_func("/goes/ended", one_that_ended_is_forgotten);
    g_test_add_func("/goes/plugged", a_vcpu_plugged_in_later_is_remembered_too);
    return g_test_run();
}
