/*
 * lock.c - see lock.h.
 *
 * The kernel keeps the lock and frees it when its holder ends, however that comes.  The
 * file stays; what it says is only who has it, for people.
 */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static int fail(GError **error, const char *path)
{
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s",
                path, g_strerror(errno));
    return -1;
}

static int fail_taken(GError **error, const char *path, int fd)
{
    char pid[16] = "";
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);

    pid[MAX(n, 0)] = '\0';
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_AGAIN,
                "%s: process %s manages the host already", path, g_strchomp(pid));
    return -1;
}

int lock_take(const char *directory, const char *name, GError **error)
{
    g_autofree char *file = g_strconcat(name, ".lock", NULL);
    g_autofree char *path = g_build_filename(directory, file, NULL);
    int fd;

    if (g_mkdir_with_parents(directory, 0755) < 0)
        return fail(error, directory);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail(error, path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        errno == EWOULDBLOCK ? fail_taken(error, path, fd) : fail(error, path);
        close(fd);
        return -1;
    }
    if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0) {
        fail(error, path);
        close(fd);
        return -1;
    }
    return fd;
}
