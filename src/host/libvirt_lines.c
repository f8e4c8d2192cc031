/* libvirt_lines.c - see libvirt_lines.h. */
#include "libvirt_lines.h"

#include <glib.h>
#include <pthread.h>

/* So many are kept open while nobody needs them. */
enum { N_SPARE = 2 };

/* ── the one with ears ────────────────────────────────────────────────────── */

struct Line {
    virConnectPtr connection;
    Ears *ears;
    int n_owners; /* changed by several threads */
};

Line *line_new(virConnectPtr connection, Ears *ears)
{
    Line *line = g_new0(Line, 1);

    *line = (Line){ connection, ears, 1 };
    return line;
}

Line *line_share(Line *line)
{
    g_atomic_int_inc(&line->n_owners);
    return line;
}

void line_let_go(Line *line)
{
    if (!g_atomic_int_dec_and_test(&line->n_owners))
        return;
    ears_untie(line->ears, line->connection);
    virConnectClose(line->connection);
    ears_let_go(line->ears);
    g_free(line);
}

virConnectPtr line_connection(const Line *line)
{
    return line->connection;
}

/* ── spare ones ───────────────────────────────────────────────────────────── */

struct Lines {
    char *uri;
    virConnectPtr inside;
    pthread_mutex_t lock;
    virConnectPtr spare[N_SPARE];
    int n_spare;
    int n_owners; /* changed by several threads */
};

Lines *lines_new(const char *uri, virConnectPtr inside)
{
    Lines *lines = g_new0(Lines, 1);

    lines->uri = g_strdup(uri);
    lines->inside = inside;
    lines->n_owners = 1;
    pthread_mutex_init(&lines->lock, NULL);
    if (inside)
        virConnectRef(inside);
    return lines;
}

Lines *lines_share(Lines *lines)
{
    g_atomic_int_inc(&lines->n_owners);
    return lines;
}

void lines_let_go(Lines *lines)
{
    if (!g_atomic_int_dec_and_test(&lines->n_owners))
        return;
    for (int i = 0; i < lines->n_spare; i++)
        virConnectClose(lines->spare[i]);
    if (lines->inside)
        virConnectClose(lines->inside);
    pthread_mutex_destroy(&lines->lock);
    g_free(lines->uri);
    g_free(lines);
}

static virConnectPtr take_spare(Lines *lines)
{
    virConnectPtr connection = NULL;

    pthread_mutex_lock(&lines->lock);
    if (lines->n_spare > 0)
        connection = lines->spare[--lines->n_spare];
    pthread_mutex_unlock(&lines->lock);
    return connection;
}

virConnectPtr lines_take(Lines *lines, int *n_calls)
{
    virConnectPtr connection;

    if (lines->inside) {
        virConnectRef(lines->inside);
        return lines->inside;
    }
    while ((connection = take_spare(lines))) {
        if (virConnectIsAlive(connection) == 1)
            return connection;
        virConnectClose(connection);
    }
    ++*n_calls;
    return virConnectOpen(lines->uri);
}

void lines_give(Lines *lines, virConnectPtr connection)
{
    bool kept = false;

    if (!connection)
        return;
    pthread_mutex_lock(&lines->lock);
    if (!lines->inside && lines->n_spare < N_SPARE) {
        lines->spare[lines->n_spare++] = connection;
        kept = true;
    }
    pthread_mutex_unlock(&lines->lock);
    if (!kept)
        virConnectClose(connection);
}
