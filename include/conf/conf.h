/*
 * conf.h - what the owner of a host wants of Pinflow there, as he wrote it in a file.
 *
 * The file is a GKeyFile; one table of its keys is what reads it, writes it, and explains
 * it.  What it does not mention stays as it was.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "plan/policy.h"

#define CONF_FILE "/etc/pinflow.conf"

/* Always "FILE:LINE: what", or "FILE: what" where no line is to blame. */
#define CONF_ERROR (conf_error_quark())
typedef enum { CONF_ERROR_TEXT } ConfError;
GQuark conf_error_quark(void);

typedef enum {
    MODE_UNSAID,
    MODE_OBSERVE, /* decide and say, and change nothing */
    MODE_MANAGE,
} Mode;

typedef struct {
    Mode mode;
    int64_t period_us; /* 0 where nobody said */
    char *connect;     /* NULL where nobody said */
    Policy policy;
} Conf;

/* Nothing is said yet, and the policy is a copy. */
void conf_init(Conf *conf, const Policy *policy);
void conf_clear(Conf *conf);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Conf, conf_clear)

/* Changes @conf as the file says, or not at all. */
bool conf_read(const char *file, Conf *conf, GError **error);

/* The same of a text that stands in @file. */
bool conf_parse(const char *file, const char *text, Conf *conf, GError **error);

/* A file that says all this, and explains it; what nobody said is a comment. */
void conf_format(const Conf *conf, GString *out);

bool mode_parse(const char *text, Mode *out);

/* "3" or "0.25": at least a microsecond and at most a day.  False for anything else. */
bool seconds_parse(const char *text, int64_t *out_us);

/* The same, of a period: one that is too short shows nothing. */
bool period_parse(const char *text, int64_t *out_us);

#endif
