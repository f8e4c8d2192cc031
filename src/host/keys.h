/*
 * keys.h - a key file that remembers where everything stood.
 *
 * GKeyFile reads values but forgets lines.  Whoever wrote the file needs those, so
 * every getter that fails says FILE:LINE and what is wrong.
 */
#ifndef HOST_KEYS_H
#define HOST_KEYS_H

#include "input.h"

typedef struct Keys Keys;

/* Also refuses a group or a key that comes twice. */
Keys *keys_new(const char *file, const char *text, GError **error);
void keys_free(Keys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keys, keys_free)

/* Groups in the order of the file. */
int keys_n_groups(const Keys *keys);
const char *keys_group(const Keys *keys, int group);
int keys_find(const Keys *keys, const char *group); /* -1 for none */
int keys_group_line(const Keys *keys, int group);

/* False, and an error, when @group has a key that is not among @known, which ends
 * with NULL. */
bool keys_check(const Keys *keys, int group, const char *const *known, GError **error);

bool keys_has(const Keys *keys, int group, const char *key);
int keys_line(const Keys *keys, int group, const char *key);

/* The value without the white space around it, or NULL where there is none. */
const char *keys_text(const Keys *keys, int group, const char *key);

/* Leaves @out alone where there is no such key.  Numbers are read in units of
 * 10^-@places and must not leave [@low, @high], which are in those units too. */
bool keys_number(const Keys *keys, int group, const char *key, int places, int64_t low,
                 int64_t high, int64_t *out, GError **error);
bool keys_cpus(const Keys *keys, int group, const char *key, CpuSets *sets, int n_pcpus,
               const CpuSet **out, GError **error);

/* Always false: "FILE:LINE: [group] key: what". */
bool keys_wrong(const Keys *keys, int group, const char *key, GError **error,
                const char *format, ...) G_GNUC_PRINTF(5, 6);

#endif
