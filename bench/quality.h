/*
 * quality.h - all that bench_quality found out, and the ways to tell it.
 */
#ifndef BENCH_QUALITY_H
#define BENCH_QUALITY_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *what, *wanted, *found;
    bool met;
    bool goal; /* hoped for; the others are promised */
} Bar;

typedef struct {
    GArray *days;      /* of Day; each array is empty where that part was not run */
    GArray *standings; /* of Standing */
    GArray *lasting;   /* of Lasting */
    GArray *bars;      /* of Bar */
} Quality;

/* Holds what was found against what is wanted; bars of parts that were not run are not
 * mentioned. */
void quality_judge(Quality *quality);

void quality_tell(const Quality *quality); /* tables */
void quality_tell_json(const Quality *quality);

#endif
