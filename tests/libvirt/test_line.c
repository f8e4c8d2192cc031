/*
 * test_line.c - a host that cannot be reached is lost, says why, and keeps nobody waiting.
 */
#include "host/libvirt.h"
#include "host/libvirt_error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Far more than it may take, and far less than for ever. */
enum { LONG_US = 60 * G_USEC_PER_SEC };

static char *fail_to_observe(Host *host)
{
    g_autoptr(GError) error = NULL;
    int64_t begun = g_get_monotonic_time();
    Sample sample;

    sample_init(&sample);
    g_assert_false(host->ops->observe(host, &sample, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_LOST);
    g_assert_null(strchr(error->message, '\n'));
    g_assert_cmpint(g_get_monotonic_time() - begun, <, LONG_US);
    sample_clear(&sample);
    return g_strdup(error->message);
}

/* None of these is a matter for this machine's own libvirtd, which may be in any state. */
static void test_what_is_no_uri_is_said_to_be_none(void)
{
    static const char *const uris[] = {
        "://",
        "test+nonsense:///default",
        "test:///no/such/file.xml",
        "qemu+unix:///system?socket=/no/such/socket",
        "qemu+tcp://127.0.0.1:1/system",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(uris); i++) {
        g_autoptr(Host) host = host_libvirt_open(uris[i]);
        g_autofree char *first = fail_to_observe(host);
        g_autofree char *again = fail_to_observe(host);

        g_assert_cmpuint(strlen(first), >, 10);
        g_assert_cmpstr(first, ==, again);
    }
}

static void test_who_may_not_is_told_so(void)
{
    g_autofree char *directory = g_dir_make_tmp("pinflow-XXXXXX", NULL);
    g_autofree char *uri =
        g_strdup_printf("qemu+unix:///system?socket=%s/socket", directory);
    g_autoptr(Host) host = host_libvirt_open(uri);
    g_autofree char *why = NULL;
    bool root = geteuid() == 0;

    g_assert_cmpint(g_chmod(directory, 0), ==, 0);
    g_assert_true(!root || seteuid(65534) == 0);
    why = fail_to_observe(host);
    g_assert_true(!root || seteuid(0) == 0);
    g_assert_nonnull(strstr(why, g_strerror(EACCES)));
    g_rmdir(directory);
}

/* ── somebody who never answers ───────────────────────────────────────────── */

typedef struct {
    char *directory, *path, *uri;
    int listener;
    Host *host;
} Mute;

static void mute_init(Mute *mute)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    mute->directory = g_dir_make_tmp("pinflow-XXXXXX", NULL);
    mute->path = g_build_filename(mute->directory, "socket", NULL);
    mute->uri = g_strdup_printf("qemu+unix:///system?socket=%s", mute->path);
    g_strlcpy(address.sun_path, mute->path, sizeof address.sun_path);
    mute->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(mute->listener, (struct sockaddr *)&address, sizeof address),
                    ==, 0);
    g_assert_cmpint(listen(mute->listener, 10), ==, 0);
    mute->host = host_libvirt_open(mute->uri);
}

static void mute_clear(Mute *mute)
{
    host_close(mute->host);
    close(mute->listener);
    g_unlink(mute->path);
    g_rmdir(mute->directory);
    g_free(mute->directory);
    g_free(mute->path);
    g_free(mute->uri);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mute, mute_clear)

static void test_who_never_answers_is_lost(void)
{
    g_auto(Mute) mute = { 0 };
    g_autofree char *why = NULL;

    mute_init(&mute);
    why = fail_to_observe(mute.host);
    g_assert_nonnull(strstr(why, mute.uri));
}

static void test_who_is_told_to_stop_stops(void)
{
    static volatile sig_atomic_t stop = 1;
    g_auto(Mute) mute = { 0 };
    int64_t begun = g_get_monotonic_time();

    mute_init(&mute);
    host_libvirt_heed(mute.host, &stop);
    for (int i = 0; i < 3; i++)
        g_free(fail_to_observe(mute.host));
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 3 * G_USEC_PER_SEC);
}

/* One attempt is under way, and is waited for again. */
static void test_not_every_attempt_costs_a_thread(void)
{
    static volatile sig_atomic_t stop = 1;
    g_auto(Mute) mute = { 0 };
    int n_callers = 0;

    mute_init(&mute);
    host_libvirt_heed(mute.host, &stop);
    for (int i = 0; i < 5; i++)
        g_free(fail_to_observe(mute.host));
    for (int caller; n_callers < 5; n_callers++) {
        struct timeval soon = { .tv_usec = 100 * 1000 };

        setsockopt(mute.listener, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
        caller = accept(mute.listener, NULL, NULL);
        if (caller < 0)
            break;
        close(caller);
    }
    g_assert_cmpint(n_callers, ==, 1);
}

/* ── errors ───────────────────────────────────────────────────────────────── */

static void test_each_error_calls_for_one_response(void)
{
    static const struct {
        int code, domain, detail;
        bool running;
        HostError kind;
    } cases[] = {
        { VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU, 0, true, HOST_ERROR_GONE },
        { VIR_ERR_OPERATION_INVALID, VIR_FROM_QEMU, 0, false, HOST_ERROR_GONE },
        { VIR_ERR_OPERATION_INVALID, VIR_FROM_QEMU, 0, true, HOST_ERROR_REFUSED },
        { VIR_ERR_OPERATION_TIMEOUT, VIR_FROM_QEMU, 0, true, HOST_ERROR_BUSY },
        { VIR_ERR_SYSTEM_ERROR, VIR_FROM_NONE, EINVAL, true, HOST_ERROR_REFUSED },
        { VIR_ERR_SYSTEM_ERROR, VIR_FROM_NONE, ESRCH, true, HOST_ERROR_GONE },
        { VIR_ERR_SYSTEM_ERROR, VIR_FROM_NONE, EAGAIN, true, HOST_ERROR_BUSY },
        { VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC, ECONNRESET, true, HOST_ERROR_LOST },
        { VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC, 0, true, HOST_ERROR_LOST },
        { VIR_ERR_INTERNAL_ERROR, VIR_FROM_QEMU, 0, true, HOST_ERROR_REFUSED },
        { VIR_ERR_INVALID_ARG, VIR_FROM_QEMU, 0, true, HOST_ERROR_REFUSED },
        { VIR_ERR_NO_SUPPORT, VIR_FROM_DOMAIN, 0, true, HOST_ERROR_REFUSED },
        { VIR_ERR_ACCESS_DENIED, VIR_FROM_ACCESS, 0, true, HOST_ERROR_REFUSED },
        { VIR_ERR_INVALID_CONN, VIR_FROM_NONE, 0, true, HOST_ERROR_LOST },
        { VIR_ERR_AUTH_FAILED, VIR_FROM_RPC, 0, true, HOST_ERROR_LOST },
        { 1 << 20, VIR_FROM_NONE, 0, true, HOST_ERROR_REFUSED },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const virError why = { .code = cases[i].code,
                               .domain = cases[i].domain,
                               .int1 = cases[i].detail,
                               .message = (char *)"two\nlines\n" };
        g_autoptr(GError) error = libvirt_error_of(&why, cases[i].running);

        g_assert_error(error, HOST_ERROR, (int)cases[i].kind);
        g_assert_cmpstr(error->message, ==, "two lines");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/line/what is no URI is said to be none",
                    test_what_is_no_uri_is_said_to_be_none);
    g_test_add_func("/line/who may not is told so", test_who_may_not_is_told_so);
    g_test_add_func("/line/who never answers is lost", test_who_never_answers_is_lost);
    g_test_add_func("/line/who is told to stop stops", test_who_is_told_to_stop_stops);
    g_test_add_func("/line/not every attempt costs a thread",
                    test_not_every_attempt_costs_a_thread);
    g_test_add_func("/line/each error calls for one response",
                    test_each_error_calls_for_one_response);
    return g_test_run();
}
