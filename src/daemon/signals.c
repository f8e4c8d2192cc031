/*
 * signals.c - see signals.h.
 *
 * Handlers may do next to nothing, so they set flags; and write to an eventfd, for a
 * signal may come just before the main loop goes to sleep.  One that comes to another
 * thread is passed on to the first.
 */
#include "daemon/signals.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* How long an end may take; an operator has been promised a second. */
enum { END_US = 800000 };

static volatile sig_atomic_t end, hup, usr1;
static int bell = -1;

/* Flags belong to the main thread, which is woken best by a signal of its own. */
static bool is_for_another(int number)
{
    if (syscall(SYS_gettid) == getpid())
        return false;
    syscall(SYS_tgkill, getpid(), getpid(), number);
    return true;
}

static void ring(void)
{
    uint64_t one = 1;
    ssize_t rung = bell >= 0 ? write(bell, &one, sizeof one) : 0;

    (void)rung;
}

/* Pins stay as they are, and the next start understands them: it is safe to go. */
static void go(int number)
{
    (void)number;
    _exit(EXIT_SUCCESS);
}

/* Here setitimer is a system call and no more. */
static void note_end(int number)
{
    const struct itimerval soon = { .it_value.tv_usec = END_US };
    int before = errno;

    if (is_for_another(number))
        return;
    end = 1;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGALRM, go);
    setitimer(ITIMER_REAL, &soon, NULL);
    ring();
    errno = before;
}

static void note(int number)
{
    int before = errno;

    if (is_for_another(number))
        return;
    if (number == SIGHUP)
        hup = 1;
    else
        usr1 = 1;
    ring();
    errno = before;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void signals_heed_end(void)
{
    handle(SIGTERM, note_end);
    handle(SIGINT, note_end);
}

const volatile sig_atomic_t *signals_end(void)
{
    return &end;
}

int signals_heed_all(void)
{
    if (bell < 0)
        bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    signals_heed_end();
    handle(SIGHUP, note);
    handle(SIGUSR1, note);
    return bell;
}

bool signals_take(int number)
{
    volatile sig_atomic_t *noted = number == SIGHUP ? &hup : &usr1;
    bool came = *noted != 0;

    *noted = 0;
    return came;
}

void signals_reset(void)
{
    static const int heeded[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGALRM };
    const struct itimerval never = { 0 };

    setitimer(ITIMER_REAL, &never, NULL);
    for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++)
        handle(heeded[i], SIG_DFL);
    end = hup = usr1 = 0;
    if (bell >= 0)
        close(bell);
    bell = -1;
}
