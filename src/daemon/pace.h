/*
 * pace.h - when to look at the host next.
 *
 * Arithmetic on times that somebody else reads from a clock, in microseconds.
 */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t period_us;
    int64_t phase_us;    /* the first answer: periods end every period after it */
    int64_t looked_us;   /* when one looked last */
    int64_t due_us;      /* when to look next */
    int64_t patience_us; /* 0 while the host answers */
    bool met;            /* it has answered once */
} Pace;

/* Due at once. */
void pace_start(Pace *pace, int64_t period_us, int64_t now_us);

/* Another length from now on, counted from when one looked last. */
void pace_change(Pace *pace, int64_t period_us, int64_t now_us);

/* One looks; to be followed by the answer, when it is there. */
void pace_look(Pace *pace, int64_t now_us);
void pace_seen(Pace *pace, int64_t now_us);
void pace_lost(Pace *pace, int64_t now_us);

/* It is worth looking sooner than that. */
void pace_hint(Pace *pace, int64_t now_us);

#endif
