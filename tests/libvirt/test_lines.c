/* test_lines.c - do libvirt_lines.c's lines belong to one at a time? */
#include "host/libvirt_lines.h"

#include <glib.h>
#include <libvirt/virterror.h>

static void a_line_is_nobody_elses_until_it_is_given_back(void)
{
    Lines *lines = lines_new("test:///default", NULL);
    int n_calls = 0;
    virConnectPtr first = lines_take(lines, &n_calls), second, again;

    second = lines_take(lines, &n_calls);
    g_assert_nonnull(first);
    g_assert_nonnull(second);
    g_assert_true(first != second);
    g_assert_cmpint(n_calls, ==, 2);
    lines_give(lines, first);
    again = lines_take(lines, &n_calls);
    g_assert_true(again == first);
    g_assert_cmpint(n_calls, ==, 2);
    lines_give(lines, again);
    lines_give(lines, second);
    lines_let_go(lines);
}

static void inside_a_program_all_share_one(void)
{
    virConnectPtr inside = virConnectOpen("test:///default"), first, second;
    Lines *lines = lines_new("test:///default", inside);
    int n_calls = 0;

    first = lines_take(lines, &n_calls);
    second = lines_take(lines, &n_calls);
    g_assert_true(first == inside && second == inside);
    g_assert_cmpint(n_calls, ==, 0);
    lines_give(lines, first);
    lines_give(lines, second);
    lines_let_go(lines);
    g_assert_cmpint(virConnectClose(inside), ==, 0);
}

static void where_none_can_be_opened_there_is_none(void)
{
    Lines *lines = lines_new("nonsense:///", NULL);
    int n_calls = 0;

    g_assert_null(lines_take(lines, &n_calls));
    lines_give(lines, NULL);
    lines_let_go(lines);
}

static void hush(void *data, virErrorPtr why)
{
    (void)data, (void)why;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    virSetErrorFunc(NULL, hush);
    g_test_add_func("/lines/one-at-a-time",
                    a_line_is_nobody_elses_until_it_is_given_back);
    g_test_add_func("/lines/inside", inside_a_program_all_share_one);
    g_test_add_func("/lines/none", where_none_can_be_opened_there_is_none);
    return g_test_run();
}
