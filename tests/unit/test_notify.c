/* test_notify.c - a supervisor at the other end of a real socket hears how things are. */
#include "daemon/notify.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Listens at @name, '@' for the byte zero, and has the environment say so. */
static int supervisor(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(name);

    g_assert_cmpint(fd, >=, 0);
    memcpy(address.sun_path, name, strlen(name));
    if (*name == '@')
        address.sun_path[0] = '\0';
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, (socklen_t)size), ==, 0);
    g_setenv("NOTIFY_SOCKET", name, TRUE);
    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("WATCHDOG_PID");
    return fd;
}

static int abstract_supervisor(void)
{
    g_autofree char *name = g_strdup_printf("@pinflow-test-%d", (int)getpid());

    return supervisor(name);
}

static void hears(int fd, const char *text)
{
    char heard[256];
    ssize_t n = recv(fd, heard, sizeof heard - 1, 0);

    g_assert_cmpint(n, >=, 0);
    heard[n] = '\0';
    g_assert_cmpstr(heard, ==, text);
}

static void hears_nothing(int fd)
{
    char heard;

    g_assert_cmpint(recv(fd, &heard, 1, 0), <, 0);
}

static void where_nobody_listens_nothing_is_said(void)
{
    static const char *const names[] = { "", "relative", "/nowhere/at/all",
                                         "@pinflow-nobody-there", "vsock:2:1234" };
    Notify notify;

    g_unsetenv("NOTIFY_SOCKET");
    notify_open(&notify);
    g_assert_cmpint(notify.socket, ==, -1);
    notify_tell(&notify, "READY=1");
    g_setenv("WATCHDOG_USEC", "1000", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_setenv("NOTIFY_SOCKET", names[i], TRUE);
        notify_open(&notify);
        g_assert_cmpint(notify.socket, ==, -1);
        g_assert_cmpint(notify_alive(&notify, 1), ==, INT64_MAX);
        notify_close(&notify);
    }
}

static void a_name_that_is_too_long_is_none(void)
{
    g_autofree char *name = g_strnfill(200, 'x');
    Notify notify;

    name[0] = '/';
    g_setenv("NOTIFY_SOCKET", name, TRUE);
    notify_open(&notify);
    g_assert_cmpint(notify.socket, ==, -1);
}

static void an_abstract_socket_hears(void)
{
    int fd = abstract_supervisor();
    Notify notify;

    notify_open(&notify);
    notify_tell(&notify, "READY=1");
    hears(fd, "READY=1");
    notify_status(&notify, "calm");
    hears(fd, "STATUS=calm");
    notify_reloading(&notify, 4711);
    hears(fd, "RELOADING=1\nMONOTONIC_USEC=4711");
    hears_nothing(fd);
    notify_close(&notify);
    close(fd);
}

static void a_socket_in_a_directory_hears(void)
{
    g_autofree char *directory = g_dir_make_tmp("pinflow-XXXXXX", NULL);
    g_autofree char *name = g_build_filename(directory, "notify", NULL);
    int fd = supervisor(name);
    Notify notify;

    notify_open(&notify);
    notify_tell(&notify, "STOPPING=1");
    hears(fd, "STOPPING=1");
    notify_close(&notify);
    close(fd);
    g_unlink(name);
    g_rmdir(directory);
}

static void signs_of_life_come_twice_as_often_as_wanted(void)
{
    int fd = abstract_supervisor();
    Notify notify;

    g_setenv("WATCHDOG_USEC", "1000", TRUE);
    notify_open(&notify);
    g_assert_cmpint(notify_alive(&notify, 10000), ==, 10500);
    hears(fd, "WATCHDOG=1");
    g_assert_cmpint(notify_alive(&notify, 10499), ==, 10500);
    hears_nothing(fd);
    g_assert_cmpint(notify_alive(&notify, 10510), ==, 11010);
    hears(fd, "WATCHDOG=1");
    notify_close(&notify);
    close(fd);
}

static void no_sign_is_given_for_somebody_else(void)
{
    static const struct {
        const char *us, *pid;
    } cases[] = { { "1000", "1" }, { "1000", "me" }, { "0", NULL }, { "often", NULL } };
    int fd = abstract_supervisor();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Notify notify;

        g_setenv("WATCHDOG_USEC", cases[i].us, TRUE);
        if (cases[i].pid)
            g_setenv("WATCHDOG_PID", cases[i].pid, TRUE);
        else
            g_unsetenv("WATCHDOG_PID");
        notify_open(&notify);
        g_assert_cmpint(notify_alive(&notify, 10000), ==, INT64_MAX);
        notify_close(&notify);
    }
    hears_nothing(fd);
    close(fd);
}

static void who_does_not_read_holds_nobody_up(void)
{
    int fd = abstract_supervisor();
    Notify notify;

    notify_open(&notify);
    for (int i = 0; i < 10000; i++)
        notify_tell(&notify, "STATUS=still there");
    close(fd);
    notify_tell(&notify, "STATUS=and gone");
    notify_close(&notify);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notify/nobody", where_nobody_listens_nothing_is_said);
    g_test_add_func("/notify/long", a_name_that_is_too_long_is_none);
    g_test_add_func("/notify/abstract", an_abstract_socket_hears);
    g_test_add_func("/notify/file", a_socket_in_a_directory_hears);
    g_test_add_func("/notify/watchdog", signs_of_life_come_twice_as_often_as_wanted);
    g_test_add_func("/notify/other", no_sign_is_given_for_somebody_else);
    g_test_add_func("/notify/full", who_does_not_read_holds_nobody_up);
    return g_test_run();
}
