/* crew.c - threads that fetch themselves the next job until there is none. */
#include "crew.h"

#include <glib.h>
#include <time.h>

typedef struct {
    void (*work)(int job, void *data);
    void *data;
    int n_jobs;
    int next; /* atomic */
} Crew;

static gpointer fetch_and_work(gpointer data)
{
    Crew *crew = data;
    int job;

    while ((job = g_atomic_int_add(&crew->next, 1)) < crew->n_jobs)
        crew->work(job, crew->data);
    return NULL;
}

void crew_work(void (*work)(int job, void *data), void *data, int n_jobs)
{
    Crew crew = { work, data, n_jobs, 0 };
    guint n_hands = MIN(g_get_num_processors(), (guint)n_jobs);
    g_autofree GThread **hands = g_new(GThread *, n_hands);

    for (guint i = 0; i < n_hands; i++)
        hands[i] = g_thread_new("bench", fetch_and_work, &crew);
    for (guint i = 0; i < n_hands; i++)
        g_thread_join(hands[i]);
}

double crew_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}
