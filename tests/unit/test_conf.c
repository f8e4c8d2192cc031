/* test_conf.c - a configuration is understood, or its first mistake named with its line. */
#include "conf/conf.h"

#include <errno.h>
#include <string.h>

#include "support/scratch.h"

static void understands(const char *text, Conf *out)
{
    g_autoptr(GError) error = NULL;

    conf_init(out, &policy_default);
    conf_parse("test.conf", text, out, &error);
    g_assert_no_error(error);
}

static void an_empty_file_says_nothing(void)
{
    static const char *const empty[] = { "", "\n\n", "# only\n  # remarks\n", "[run]\n",
                                         "\xef\xbb\xbf[run]\n" };

    for (size_t i = 0; i < G_N_ELEMENTS(empty); i++) {
        g_auto(Conf) conf;

        understands(empty[i], &conf);
        g_assert_cmpint(conf.mode, ==, MODE_UNSAID);
        g_assert_cmpint(conf.period_us, ==, 0);
        g_assert_null(conf.connect);
        g_assert_cmpint(conf.policy.price_move, ==, policy_default.price_move);
    }
}

static void what_it_says_holds(void)
{
    g_auto(Conf) conf;

    understands("[run]\r\nmode=manage\r\n period = 2.5 \n"
                "[host]\n# far away\nconnect = qemu+ssh://h/system?a=b\n"
                "[policy]\npolicy = greedy\ngranularity = 4\nprice_move = 12\n"
                "search_steps=7\n",
                &conf);
    g_assert_cmpint(conf.mode, ==, MODE_MANAGE);
    g_assert_cmpint(conf.period_us, ==, 2500000);
    g_assert_cmpstr(conf.connect, ==, "qemu+ssh://h/system?a=b");
    g_assert_cmpint(conf.policy.rule, ==, RULE_GREEDY);
    g_assert_cmpint(conf.policy.granularity.n_cpus, ==, 4);
    g_assert_cmpint(conf.policy.price_move, ==, 12);
    g_assert_cmpint(conf.policy.search_steps, ==, 7);
    g_assert_cmpint(conf.policy.max_moves, ==, policy_default.max_moves);
}

static void the_first_mistake_is_named(void)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        { "[run]\nmode = mangle\n", "2: [run] mode: 'mangle' is neither " },
        { "[run]\n\n# x\nperiod = soon\n", "4: [run] period: 'soon' is no period" },
        { "[run]\nperiod = 0\n", "2: [run] period: '0' is no period" },
        { "[run]\nperiod =\n", "2: [run] period: '' is no period" },
        { "[host]\nconnect =\n", "2: [host] connect: a URI is missing" },
        { "[run]\nmdoe = manage\n", "2: [run] has no key 'mdoe'; it has mode, period" },
        { "[policy]\nmode = manage\n",
          "2: [policy] has no key 'mode'; it has policy, " },
        { "\n[ruin]\n", "2: there is no group [ruin], only host, run, policy" },
        { "[run\n", "1: '[run' is not a [group]" },
        { "[run] x\n", "1: '[run] x' is not a [group]" },
        { "mode = manage\n", "1: a key before the first [group]" },
        { "[run]\nmanage\n", "2: 'manage' is neither a [group] nor key = value" },
        { "[run]\n= manage\n", "2: '= manage' is neither a [group] nor key = value" },
        { "[run]\nmode = manage\n[host]\n[run]\nmode = observe\n",
          "5: [run] mode was already said, in line 2" },
        { "[policy]\nprice_move = -1\n", "2: [policy] price_move: it cannot be '-1'" },
        { "[policy]\npolicy = magic\n", "2: [policy] policy: it cannot be 'magic'" },
        { "[run]\nmode = \\x\n", "2: [run] mode: " },
        { "[policy]\nmax_moves = 3\\nprice_move 7\n",
          "2: [policy] max_moves: one line is enough" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(Conf) conf;
        g_autoptr(GError) error = NULL;
        g_autofree char *begins = g_strconcat("test.conf:", wrong[i].message, NULL);

        conf_init(&conf, &policy_default);
        g_assert_false(conf_parse("test.conf", wrong[i].text, &conf, &error));
        g_assert_error(error, CONF_ERROR, CONF_ERROR_TEXT);
        if (!g_str_has_prefix(error->message, begins))
            g_assert_cmpstr(error->message, ==, begins);
        g_assert_null(strchr(error->message, '\n'));
    }
}

static void a_mistake_leaves_all_as_it_was(void)
{
    g_auto(Conf) conf;

    understands("[run]\nmode = observe\n[host]\nconnect = a\n", &conf);
    g_assert_false(conf_parse("test.conf",
                              "[run]\nmode = manage\nperiod = 3\n[host]\nconnect = b\n"
                              "[policy]\nmax_moves = 1\ngranularity = x\n",
                              &conf, NULL));
    g_assert_cmpint(conf.mode, ==, MODE_OBSERVE);
    g_assert_cmpint(conf.period_us, ==, 0);
    g_assert_cmpstr(conf.connect, ==, "a");
    g_assert_cmpint(conf.policy.max_moves, ==, policy_default.max_moves);
}

static void what_is_written_reads_back_equal(void)
{
    static const char *const texts[] = {
        "",
        "[run]\nmode = observe\nperiod = 0.05\n[host]\nconnect = test:///default\n",
        "[run]\nmode = manage\nperiod = 86400\n",
        "[policy]\npolicy = unit\nmax_moves = 3\ngranularity = cell\nmoments = 32\n",
        "[policy]\nhalf_life = 5\naverage_threshold = 77\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(Conf) conf, again;
        g_autoptr(GString) text = g_string_new(NULL), twice = g_string_new(NULL);

        understands(texts[i], &conf);
        conf_format(&conf, text);
        understands(text->str, &again);
        conf_format(&again, twice);
        g_assert_cmpstr(text->str, ==, twice->str);
        g_assert_cmpint(conf.mode, ==, again.mode);
        g_assert_cmpint(conf.period_us, ==, again.period_us);
        g_assert_cmpstr(conf.connect, ==, again.connect);
    }
}

/* A number that is added to the policy is added to the configuration. */
static void every_number_of_the_policy_is_a_key(void)
{
    g_auto(Conf) conf;
    g_autoptr(GString) policy = g_string_new(NULL), text = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;

    conf_init(&conf, &policy_default);
    conf_format(&conf, text);
    policy_format(&policy_default, policy);
    lines = g_strsplit(policy->str, "\n", -1);
    for (int i = 0; lines[i] && *lines[i] != '\0'; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 2);
        g_autofree char *line = g_strdup_printf("\n%s = %s\n", words[0], words[1]);

        g_assert_nonnull(strstr(text->str, line));
    }
}

static void a_file_is_read(void)
{
    g_autofree char *path = scratch_file("good.conf", "[run]\nmode = manage\n");
    g_auto(Conf) conf;
    g_autoptr(GError) error = NULL;

    conf_init(&conf, &policy_default);
    g_assert_true(conf_read(path, &conf, &error));
    g_assert_no_error(error);
    g_assert_cmpint(conf.mode, ==, MODE_MANAGE);
    scratch_remove(path);
}

static void a_file_that_cannot_be_read_is_named(void)
{
    g_autofree char *path = scratch_file("bad.conf", "[run]\n\xff = 3\n");
    static const struct {
        const char *path;
        int why;
    } others[] = { { "/nowhere/at/all.conf", ENOENT }, { "/", EISDIR } };
    g_auto(Conf) conf;
    g_autoptr(GError) error = NULL;

    conf_init(&conf, &policy_default);
    g_assert_false(conf_read(path, &conf, &error));
    g_assert_true(g_str_has_prefix(error->message, path));
    scratch_remove(path);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_clear_error(&error);
        g_assert_false(conf_read(others[i].path, &conf, &error));
        g_assert_error(error, CONF_ERROR, CONF_ERROR_TEXT);
        g_assert_true(g_str_has_prefix(error->message, others[i].path));
        g_assert_true(g_str_has_suffix(error->message, g_strerror(others[i].why)));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conf/empty", an_empty_file_says_nothing);
    g_test_add_func("/conf/said", what_it_says_holds);
    g_test_add_func("/conf/mistakes", the_first_mistake_is_named);
    g_test_add_func("/conf/untouched", a_mistake_leaves_all_as_it_was);
    g_test_add_func("/conf/back", what_is_written_reads_back_equal);
    g_test_add_func("/conf/policy", every_number_of_the_policy_is_a_key);
    g_test_add_func("/conf/file", a_file_is_read);
    g_test_add_func("/conf/no-file", a_file_that_cannot_be_read_is_named);
    return g_test_run();
}
