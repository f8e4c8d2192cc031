/*
 * answers.h - what a host answered when it was told to pin, or did not want to keep what
 * was left with a VM; a line each.
 *
 *     pin 3f2a…-9c vcpu 0 cpus 3 done
 *     pin 3f2a…-9c vcpu 1 cpus 0-3 busy another job holds it
 *     keep 71c0…-02 busy another job holds it
 *
 * Who lives a day again has to be refused what was refused then: what is decided later
 * depends on it.
 */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "host/host.h"

enum { ANSWER_DONE = -1 };

typedef struct {
    const CpuSet *cpus; /* that were asked for; NULL for what was to be kept */
    int code;           /* ANSWER_DONE, or a HostError */
    char *why;          /* in the host's words; NULL when it was done */
} Answer;

/* A table of them by key, which owns both. */
GHashTable *answers_new(void);

/* In place of a vCPU, for what was to be kept with the VM. */
enum { ANSWER_KEEP = -1 };

/* Free with g_free. */
char *answer_key(const char *uuid, int vcpu);

/* @why is NULL if it was done.  Nothing is written of what is no answer of a host's, nor of
 * what was kept well. */
void answer_format(const char *uuid, int vcpu, const CpuSet *cpus, const GError *why,
                   GString *out);

/* Adds the answer in @line, which is line @number of @file, to a table by key; a later one
 * to the same question counts.  Sets are of @sets, of CPUs below @n_pcpus. */
bool answer_parse(const char *file, int number, const char *line, CpuSets *sets,
                  int n_pcpus, GHashTable *out, GError **error);

#endif
