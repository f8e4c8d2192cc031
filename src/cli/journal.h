/*
 * journal.h - a line of JSON per period, added to a file.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    const char *path; /* borrowed */
    FILE *file;       /* NULL where there is none, or it could not be written to */
    bool failed;
} Journal;

/* False, after saying why.  @path may be NULL, for none. */
bool journal_open(Journal *journal, const char *path);
void journal_close(Journal *journal);

/* A journal that cannot be kept is no reason to stop managing the host: that is said
 * once.  It ends with a whole line, unless it is no file that could be cut. */
void journal_add(Journal *journal, const char *line);

#endif
