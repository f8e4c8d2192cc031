/* keys.h - private to the configuration: the table of its keys. */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include "conf/conf.h"

typedef struct {
    const char *group, *key;
    /* What is wrong with @value, to be freed; or NULL, after changing @conf. */
    char *(*read)(const char *key, const char *value, Conf *conf);
    /* Appends the value; nothing where nobody said. */
    void (*write)(const char *key, const Conf *conf, GString *out);
    const char *help;
} ConfKey;

/* Keys of a group stand together. */
extern const ConfKey conf_keys[];
extern const int n_conf_keys;

#endif
