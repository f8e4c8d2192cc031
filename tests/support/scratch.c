/* scratch.c - files that a test needs for a moment. */
#include "support/scratch.h"

#include <glib.h>
#include <glib/gstdio.h>

char *scratch_file(const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("pinflow-XXXXXX", &error);
    char *path;

    g_assert_no_error(error);
    path = g_build_filename(directory, name, NULL);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

void scratch_remove(const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path);

    g_unlink(path);
    g_rmdir(directory);
}
