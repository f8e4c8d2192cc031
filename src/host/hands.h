/*
 * hands.h - a few threads that wait, so that the one that thinks need not.
 *
 * An errand is a value and what to do with it.  While a hand has it, nobody else
 * touches the value; when it is done it is the sender's again.  A sender that has
 * waited long enough lets go of an errand, or keeps it and asks later.
 */
#ifndef HANDS_H
#define HANDS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Hands Hands;
typedef struct Errand Errand;

/* Threads are started as they are needed, and take no signals. */
Hands *hands_new(int n_hands_max);

/* Does not wait for hands that are out: they come back to nobody. */
void hands_free(Hands *hands);

/* Whether all there may be are out, so that an errand would wait for one of them. */
bool hands_are_all_out(Hands *hands);

typedef void (*ErrandRun)(void *value, const Errand *errand);
typedef void (*ErrandFree)(void *value);

/* Takes @value over.  Where all hands are out the errand waits for one. */
Errand *hands_send(Hands *hands, ErrandRun run, void *value, ErrandFree free_value);

/* Whether it is done before @until_us of the monotonic clock.  Soon false when *@stop is
 * not 0; @stop may be NULL. */
bool errand_wait(Errand *errand, int64_t until_us, const volatile sig_atomic_t *stop);

/* The value of one that is done. */
void *errand_value(Errand *errand);

/* Lets go of it, and of its value as soon as no hand has it.  It is not begun any
 * more. */
void errand_drop(Errand *errand);

/* The same, but it is done all the same. */
void errand_leave(Errand *errand);

/* From now on it is not begun any more, and if it has begun it is not to change anything
 * any more; but its answer may still be asked for. */
void errand_recall(Errand *errand);

/* For the hand that has it: whether anybody still wants it done. */
bool errand_is_wanted(const Errand *errand);

#endif
