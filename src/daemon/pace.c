/*
 * pace.c - see pace.h.
 *
 * Periods end at fixed points of time, counted from the first answer, which may have taken
 * long to come by.  One that ends late does not put off the next, and one that was missed
 * is not made up for: what counts is what the host is like now.  An observation that came
 * sooner, for a hint, or late leaves the points where they are, but takes the place of one
 * that would follow its answer too closely to see anything new.
 */
#include "pace.h"

#include <glib.h>

/* Between a look and the next that a hint asks for. */
#define HINT_GAP_US G_USEC_PER_SEC
#define PATIENCE_LEAST_US G_USEC_PER_SEC
#define PATIENCE_MOST_US (60 * (int64_t)G_USEC_PER_SEC)

void pace_start(Pace *pace, int64_t period_us, int64_t now_us)
{
    *pace = (Pace){ .period_us = period_us, .phase_us = now_us, .due_us = now_us };
}

static int64_t point_after(const Pace *pace, int64_t time_us)
{
    int64_t periods = (time_us - pace->phase_us) / pace->period_us + 1;

    return pace->phase_us + periods * pace->period_us;
}

void pace_change(Pace *pace, int64_t period_us, int64_t now_us)
{
    pace->period_us = period_us;
    pace->phase_us = pace->looked_us;
    if (pace->met && pace->patience_us == 0)
        pace->due_us = MAX(pace->looked_us + period_us, now_us);
}

void pace_look(Pace *pace, int64_t now_us)
{
    pace->looked_us = now_us;
}

void pace_seen(Pace *pace, int64_t now_us)
{
    int64_t gap = MIN(pace->period_us / 4, HINT_GAP_US);

    if (!pace->met)
        pace->phase_us = now_us;
    pace->met = true;
    pace->patience_us = 0;
    pace->due_us = point_after(pace, now_us + gap);
}

void pace_lost(Pace *pace, int64_t now_us)
{
    pace->patience_us =
        CLAMP(2 * pace->patience_us, PATIENCE_LEAST_US, PATIENCE_MOST_US);
    pace->due_us = now_us + pace->patience_us;
}

void pace_hint(Pace *pace, int64_t now_us)
{
    int64_t soon = MAX(now_us, pace->looked_us + HINT_GAP_US);

    pace->due_us = MIN(pace->due_us, soon);
}
