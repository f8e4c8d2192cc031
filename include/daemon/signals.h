/*
 * signals.h - what a program is told from outside: to end, to read its configuration
 * again, to say how things are.
 *
 * A signal is only noted; who turns the crank asks for it between two calls, and who
 * waits for an answer looks whether it is still wanted.
 */
#ifndef DAEMON_SIGNALS_H
#define DAEMON_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* From here on, TERM and INT mean to end soon: when the call that is under way is over.
 * If that takes the better part of a second, or at a second signal, it is at once. */
void signals_heed_end(void);

/* Not 0 once it is to end. */
const volatile sig_atomic_t *signals_end(void);

/* From here on, HUP and USR1 are noted too.  The file descriptor that is returned can be
 * read from when something was noted, TERM and INT included. */
int signals_heed_all(void);

/* Whether @number, HUP or USR1, was noted; then it is forgotten. */
bool signals_take(int number);

/* As it was at the start of the program. */
void signals_reset(void);

#endif
