/* test_lock.c - one at a time, and nobody keeps a lock that has ended. */
#include "daemon/lock.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    char *top, *directory;
} Place;

static void place_init(Place *place)
{
    place->top = g_dir_make_tmp("pinflow-XXXXXX", NULL);
    place->directory = g_build_filename(place->top, "run", "pinflow", NULL);
}

static void place_clear(Place *place)
{
    g_autofree char *above = g_build_filename(place->top, "run", NULL);
    g_autofree char *cpu = g_build_filename(place->directory, "cpu.lock", NULL);
    g_autofree char *memory = g_build_filename(place->directory, "memory.lock", NULL);

    g_unlink(cpu);
    g_unlink(memory);
    g_rmdir(place->directory);
    g_rmdir(above);
    g_rmdir(place->top);
    g_free(place->directory);
    g_free(place->top);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static int takes(const Place *place, const char *name)
{
    g_autoptr(GError) error = NULL;
    int lock = lock_take(place->directory, name, &error);

    g_assert_no_error(error);
    g_assert_cmpint(lock, >=, 0);
    return lock;
}

static void a_second_one_is_told_who_was_first(void)
{
    g_auto(Place) place;
    g_autoptr(GError) error = NULL;
    g_autofree char *who = NULL;
    int first;

    place_init(&place);
    first = takes(&place, "cpu");
    who =
        g_strdup_printf("cpu.lock: process %d manages the host already", (int)getpid());
    g_assert_cmpint(lock_take(place.directory, "cpu", &error), ==, -1);
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN);
    g_assert_nonnull(strstr(error->message, who));
    close(first);
    close(takes(&place, "cpu"));
}

static void two_kinds_may_go_side_by_side(void)
{
    g_auto(Place) place;
    int cpu, memory;

    place_init(&place);
    cpu = takes(&place, "cpu");
    memory = takes(&place, "memory");
    close(cpu);
    close(memory);
}

static void it_dies_with_its_holder(void)
{
    g_auto(Place) place;
    pid_t holder;

    place_init(&place);
    holder = fork();
    if (holder == 0) {
        takes(&place, "cpu");
        _exit(0);
    }
    waitpid(holder, NULL, 0);
    close(takes(&place, "cpu"));
}

static void where_there_can_be_none_is_said(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(lock_take("/dev/null/pinflow", "cpu", &error), ==, -1);
    g_assert_true(g_str_has_prefix(error->message, "/dev/null/pinflow: "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lock/one", a_second_one_is_told_who_was_first);
    g_test_add_func("/lock/two", two_kinds_may_go_side_by_side);
    g_test_add_func("/lock/dies", it_dies_with_its_holder);
    g_test_add_func("/lock/none", where_there_can_be_none_is_said);
    return g_test_run();
}
