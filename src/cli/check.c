/* check.c - "pinflow check": read the configuration, and say whether it is right. */
#include "cli.h"
#include "conf/conf.h"

typedef struct {
    gboolean show;
    char **files; /* at most one */
} CheckOptions;

static void check_options_clear(CheckOptions *options)
{
    g_strfreev(options->files);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CheckOptions, check_options_clear)

static void answer(const char *file, bool found, const Conf *conf, bool show)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (show)
        conf_format(conf, text);
    else if (found)
        g_string_append_printf(text, "%s: all is right\n", file);
    else
        g_string_append_printf(text, "%s: not there, so the defaults hold\n", file);
    cli_print(text->str);
}

/* The usual file may be missing. */
static int check(const CheckOptions *options)
{
    const char *file = options->files ? options->files[0] : CONF_FILE;
    bool found = options->files || g_file_test(file, G_FILE_TEST_EXISTS);
    g_autoptr(GError) error = NULL;
    g_auto(Conf) conf;

    conf_init(&conf, &policy_default);
    if (found && !conf_read(file, &conf, &error))
        return cli_unreadable(error);
    answer(file, found, &conf, options->show);
    return cli_printed();
}

int cli_check(int argc, char **argv)
{
    g_auto(CheckOptions) options = { 0 };
    const GOptionEntry entries[] = {
        { "show", 0, 0, G_OPTION_ARG_NONE, &options.show,
          "Print what holds, defaults included, as a configuration", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL,
          "[FILE]" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = cli_options(
        NULL, "Reads the configuration (" CONF_FILE ") and says whether it is right.",
        entries);
    int code = EXIT_WELL;

    if (!cli_parse(context, argc, argv, &code))
        return code;
    if (options.files && options.files[1])
        return cli_misused("one FILE at a time, so what is '%s'?", options.files[1]);
    return check(&options);
}
