/* scratch.h - files that a test needs for a moment. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

/* In a directory of its own; the path, to be freed. */
char *scratch_file(const char *name, const char *text);
void scratch_remove(const char *path);

#endif
