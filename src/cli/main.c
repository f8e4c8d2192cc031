/*
 * main.c - pinflow: one program, and a table of what it can do.
 *
 * "pinflow COMMAND" calls the command's own main; under another name the program is the
 * one command of that name.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

typedef struct {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *help;
} Command;

static const Command commands[] = {
    { "run", cli_run, "Manage a host, period by period" },
    { "plan", cli_plan, "Say what would be moved and why, and move nothing" },
    { "simulate", cli_simulate, "Try a policy, or all, on a host that does not exist" },
    { "record", cli_record, "Write down what a host says, and move nothing" },
    { "replay", cli_replay, "Live a recording again, with the same or another policy" },
    { "trial", cli_trial, "Find out whether it helps a host to be managed" },
    { "check", cli_check, "Read the configuration, and say whether it is right" },
};

static const Command programs[] = {
    { "vcpu_scheduler", cli_vcpu_scheduler, NULL },
};

static const char *const introduction =
    "Usage:\n"
    "  pinflow COMMAND [OPTION…]\n"
    "\n"
    "Decides where the virtual CPUs of a host run, and changes few pins.\n"
    "\n"
    "Commands:\n";

static int print_help(void)
{
    g_autoptr(GString) help = g_string_new(introduction);

    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        g_string_append_printf(help, "  %-10s %s\n", commands[i].name,
                               commands[i].help);
    g_string_append(help, "\n\"pinflow COMMAND --help\" tells more of each.\n");
    cli_print(help->str);
    return cli_printed();
}

static int print_version(void)
{
    cli_print("pinflow (Pinflow) " PINFLOW_VERSION "\n");
    return cli_printed();
}

static int run_command(const Command *command, int argc, char **argv)
{
    g_autofree char *full = g_strdup_printf("pinflow %s", command->name);

    g_set_prgname(full);
    return command->main(argc, argv);
}

static int choose(int argc, char **argv)
{
    g_set_prgname("pinflow");
    if (argc < 2)
        return cli_misused("which command? \"pinflow --help\" lists them");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run_command(&commands[i], argc - 1, argv + 1);
    return cli_misused("there is no command '%s'; \"pinflow --help\" lists them",
                       argv[1]);
}

/* Where they were closed, the next file to be opened would be taken for one of them: what
 * is printed would go into the lock, or to libvirt.  What takes their place cannot be
 * written to either, so that who printed is told. */
static void keep_streams_apart(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv)
{
    g_autofree char *called = g_path_get_basename(argc > 0 ? argv[0] : "pinflow");

    keep_streams_apart();
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN); /* a pipe that nobody reads is told as any failed write */
    cli_hear_warnings();
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
        if (strcmp(called, programs[i].name) == 0) {
            g_set_prgname(called);
            return programs[i].main(argc, argv);
        }
    return choose(argc, argv);
}
