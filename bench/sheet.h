/*
 * sheet.h - tables that are easy to read as they are, and as Markdown.
 *
 * Cells are added from left to right and wrap by themselves.  The first columns are
 * text, the others numbers.
 */
#ifndef BENCH_SHEET_H
#define BENCH_SHEET_H

#include <glib.h>

typedef struct {
    int n_columns, n_texts;
    GPtrArray *cells; /* of char *, the heading first */
} Sheet;

/* @heading is divided by '|'; the first @n_texts columns are text. */
void sheet_begin(Sheet *sheet, int n_texts, const char *heading);
void sheet_cell(Sheet *sheet, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Prints it, and forgets it; nothing where there is no row. */
void sheet_end(Sheet *sheet);

#endif
