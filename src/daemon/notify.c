/*
 * notify.c - see notify.h.
 *
 * The protocol is a datagram on a socket whose name is in the environment.  What cannot
 * be sent at once is dropped: a daemon that waits for its supervisor is no use to it.
 */
#include "notify.h"

#include <glib.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A name that begins with '@' is not that of a file: its first byte is zero. */
static bool find_address(const char *name, struct sockaddr_un *out, socklen_t *size)
{
    size_t length = strlen(name);

    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if ((*name != '/' && *name != '@') || length >= sizeof out->sun_path)
        return false;
    memcpy(out->sun_path, name, length);
    if (*name == '@')
        out->sun_path[0] = '\0';
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

static int connect_to(const char *name)
{
    struct sockaddr_un address;
    socklen_t size;
    int fd;

    if (!name || !find_address(name, &address, &size))
        return -1;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, size) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The watchdog may be meant for another process that shares our environment. */
static int64_t watchdog_wanted(void)
{
    const char *us = g_getenv("WATCHDOG_USEC"), *pid = g_getenv("WATCHDOG_PID");
    gint64 number, whose;

    if (!us || !g_ascii_string_to_signed(us, 10, 1, INT64_MAX / 2, &number, NULL))
        return 0;
    if (pid && (!g_ascii_string_to_signed(pid, 10, 1, G_MAXINT, &whose, NULL) ||
                whose != getpid()))
        return 0;
    return number;
}

void notify_open(Notify *notify)
{
    *notify = (Notify){ .socket = connect_to(g_getenv("NOTIFY_SOCKET")) };
    if (notify->socket >= 0)
        notify->watchdog_us = watchdog_wanted();
}

void notify_close(Notify *notify)
{
    if (notify->socket >= 0)
        close(notify->socket);
    notify->socket = -1;
}

void notify_tell(const Notify *notify, const char *lines)
{
    ssize_t sent = 0;

    if (notify->socket >= 0)
        sent = send(notify->socket, lines, strlen(lines), MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent;
}

void notify_status(const Notify *notify, const char *status)
{
    g_autofree char *line = g_strdup_printf("STATUS=%s", status);

    notify_tell(notify, line);
}

void notify_reloading(const Notify *notify, int64_t now_us)
{
    g_autofree char *lines =
        g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" PRId64, now_us);

    notify_tell(notify, lines);
}

int64_t notify_alive(Notify *notify, int64_t now_us)
{
    if (notify->watchdog_us == 0)
        return INT64_MAX;
    if (now_us - notify->alive_us >= notify->watchdog_us / 2) {
        notify_tell(notify, "WATCHDOG=1");
        notify->alive_us = now_us;
    }
    return notify->alive_us + notify->watchdog_us / 2;
}
