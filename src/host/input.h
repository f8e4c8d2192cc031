/*
 * input.h - what people and programs wrote, and where they went wrong.
 *
 * Errors are HOST_ERROR_TEXT and read "FILE:LINE: what".
 */
#ifndef HOST_INPUT_H
#define HOST_INPUT_H

#include "host/host.h"

/* Always false, so that a reader can return it.  @line counts from 1; 0 for none. */
bool input_wrong(GError **error, const char *file, int line, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* The whole of a file, which must be UTF-8 without NUL bytes; a byte order mark before it
 * is dropped. */
char *input_read(const char *file, GError **error);

/* A plain decimal number, in units of 10^-@places; further digits are dropped.  False
 * for anything else, and for what is larger than 10^12. */
bool input_number(const char *text, int places, int64_t *out);

/* Cuts the first line, without its end, off @rest; NULL after the last. */
char *input_line(char **rest);

#endif
