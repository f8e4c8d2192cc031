/*
 * caps.h - what libvirt's capabilities say of large hosts that are drawn with a ruler.
 *
 * CPUs are numbered as firmware does it: the first thread of every core of the host, then
 * the second.  Core numbers begin anew on every die, of which each cell is one.
 */
#ifndef TESTS_CAPS_H
#define TESTS_CAPS_H

typedef struct {
    int n_sockets, n_cells; /* of the host */
    int n_cores;            /* of a cell */
    int n_threads;          /* of a core */
    int per_cache;          /* cores; 0 where caches are not told */
} DrawnHost;

/* To be freed. */
char *caps_of(const DrawnHost *host);

/* What tests/libvirt/@folder/@name.xml says. */
char *libvirt_fixture(const char *folder, const char *name);

#endif
