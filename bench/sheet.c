/* sheet.c - cells are kept until the widest of each column is known. */
#include "sheet.h"

#include <stdio.h>

void sheet_begin(Sheet *sheet, int n_texts, const char *heading)
{
    char **names = g_strsplit(heading, "|", -1);

    *sheet =
        (Sheet){ .n_texts = n_texts, .cells = g_ptr_array_new_with_free_func(g_free) };
    for (; names[sheet->n_columns]; sheet->n_columns++)
        g_ptr_array_add(sheet->cells, names[sheet->n_columns]);
    g_free(names);
}

void sheet_cell(Sheet *sheet, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(sheet->cells, g_strdup_vprintf(format, args));
    va_end(args);
}

static const char *cell_at(const Sheet *sheet, int row, int column)
{
    guint at = (guint)(row * sheet->n_columns + column);

    return at < sheet->cells->len ? g_ptr_array_index(sheet->cells, at) : "";
}

static int width_of(const Sheet *sheet, int column)
{
    int n_rows = (int)sheet->cells->len / sheet->n_columns;
    glong widest = 3;

    for (int row = 0; row <= n_rows; row++)
        widest = MAX(widest, g_utf8_strlen(cell_at(sheet, row, column), -1));
    return (int)widest;
}

static void print_row(const Sheet *sheet, int row)
{
    for (int column = 0; column < sheet->n_columns; column++) {
        const char *cell = cell_at(sheet, row, column);
        int pad = width_of(sheet, column) - (int)g_utf8_strlen(cell, -1);

        if (column < sheet->n_texts)
            printf("| %s%*s ", cell, pad, "");
        else
            printf("| %*s%s ", pad, "", cell);
    }
    puts("|");
}

static void print_rule(const Sheet *sheet)
{
    for (int column = 0; column < sheet->n_columns; column++) {
        printf("|");
        for (int i = width_of(sheet, column) + 1; i > 0; i--)
            printf("-");
        printf("%c", column < sheet->n_texts ? '-' : ':');
    }
    puts("|");
}

void sheet_end(Sheet *sheet)
{
    int n_rows = ((int)sheet->cells->len + sheet->n_columns - 1) / sheet->n_columns;

    if (n_rows > 1) {
        print_row(sheet, 0);
        print_rule(sheet);
        for (int row = 1; row < n_rows; row++)
            print_row(sheet, row);
        puts("");
    }
    g_ptr_array_unref(sheet->cells);
}
