/* journal.c - see journal.h. */
#include "journal.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

bool journal_open(Journal *journal, const char *path)
{
    *journal = (Journal){ .path = path };
    if (!path)
        return true;
    journal->file = fopen(path, "ae");
    if (journal->file) {
        setvbuf(journal->file, NULL, _IONBF, 0);
        return true;
    }
    cli_failed("%s: %s", path, g_strerror(errno));
    return false;
}

void journal_close(Journal *journal)
{
    if (journal->file)
        fclose(journal->file);
    journal->file = NULL;
}

void journal_add(Journal *journal, const char *line)
{
    struct stat whole;

    if (!journal->file)
        return;
    if (fstat(fileno(journal->file), &whole) < 0)
        whole = (struct stat){ 0 };
    if (fputs(line, journal->file) != EOF)
        return;
    cli_failed("no more journal: %s: %s", journal->path, g_strerror(errno));
    if (S_ISREG(whole.st_mode) && ftruncate(fileno(journal->file), whole.st_size) < 0)
        cli_failed("%s: its end is cut short: %s", journal->path, g_strerror(errno));
    journal->failed = true;
    journal_close(journal);
}
