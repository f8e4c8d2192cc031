/*
 * hands.c - threads that come when there is something to do, and stay.
 *
 * One lock guards everything: errands are few, and what takes time is done without it.
 * The pool and each errand are counted, since a hand may come back long after its sender
 * has gone.  In the end hands that are there are seen off, to the last of what libraries
 * do as their thread ends; one that is out is left where it is.
 */
#include "hands.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <time.h>

/* How long it may take until somebody who waits looks at the stop flag, and how long he
 * goes on waiting then: what is nearly done had better be done. */
enum { SLICE_US = 50 * 1000, GRACE_US = 200 * 1000 };

typedef enum { ERRAND_QUEUED, ERRAND_BEGUN, ERRAND_DONE } ErrandState;

struct Errand {
    Hands *hands;
    ErrandRun run;
    ErrandFree free_value;
    void *value;
    ErrandState state;
    bool recalled;
    int n_owners; /* its sender; and the queue, or the hand that has it */
};

typedef struct {
    pthread_t thread;
    bool out;
} Hand;

struct Hands {
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    GQueue queue;     /* of Errand, those that have not begun */
    GPtrArray *hands; /* of Hand */
    int n_hands_max, n_idle;
    bool closed;
    int n_owners; /* the one who made it, each hand, each errand */
};

static void give_up_hands(Hands *hands)
{
    bool last = --hands->n_owners == 0;

    pthread_mutex_unlock(&hands->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&hands->lock);
    pthread_cond_destroy(&hands->work);
    pthread_cond_destroy(&hands->done);
    g_ptr_array_unref(hands->hands);
    g_free(hands);
}

/* Both are called with the lock held and return without it. */
static void give_up_errand(Errand *errand)
{
    Hands *hands = errand->hands;
    bool last = --errand->n_owners == 0;

    if (!last) {
        pthread_mutex_unlock(&hands->lock);
        return;
    }
    pthread_mutex_unlock(&hands->lock);
    errand->free_value(errand->value);
    g_free(errand);
    pthread_mutex_lock(&hands->lock);
    give_up_hands(hands);
}

/* ── a hand ───────────────────────────────────────────────────────────────── */

static void run_errand(Hands *hands, Hand *hand, Errand *errand)
{
    hand->out = true;
    errand->state = ERRAND_BEGUN;
    pthread_mutex_unlock(&hands->lock);
    errand->run(errand->value, errand);
    pthread_mutex_lock(&hands->lock);
    errand->state = ERRAND_DONE;
    hand->out = errand->n_owners == 1; /* what nobody waits for may take long to free */
    pthread_cond_broadcast(&hands->done);
    give_up_errand(errand);
    pthread_mutex_lock(&hands->lock);
    hand->out = false;
}

typedef struct {
    Hands *hands;
    Hand *hand;
} Job;

static void *be_a_hand(void *data)
{
    g_autofree Job *job = data;
    Hands *hands = job->hands;

    pthread_mutex_lock(&hands->lock);
    for (;;) {
        Errand *errand = g_queue_pop_head(&hands->queue);

        if (errand) {
            run_errand(hands, job->hand, errand);
            continue;
        }
        if (hands->closed)
            break;
        hands->n_idle++;
        pthread_cond_wait(&hands->work, &hands->lock);
        hands->n_idle--;
    }
    give_up_hands(hands);
    return NULL;
}

static bool start(pthread_t *thread, Job *job)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(thread, NULL, be_a_hand, job) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Another one, if there may be one.  Where none can be started, errands wait for those
 * there are, and their senders give up on them in time. */
static void raise_a_hand(Hands *hands)
{
    Hand *hand;
    Job *job;

    if ((int)hands->hands->len == hands->n_hands_max)
        return;
    hand = g_new0(Hand, 1);
    job = g_new0(Job, 1);
    *job = (Job){ hands, hand };
    if (start(&hand->thread, job)) {
        g_ptr_array_add(hands->hands, hand);
        hands->n_owners++;
        return;
    }
    g_free(hand);
    g_free(job);
}

/* ── the pool ─────────────────────────────────────────────────────────────── */

Hands *hands_new(int n_hands_max)
{
    Hands *hands = g_new0(Hands, 1);
    pthread_condattr_t monotonic;

    hands->n_hands_max = n_hands_max;
    hands->n_owners = 1;
    g_queue_init(&hands->queue);
    hands->hands = g_ptr_array_new_with_free_func(g_free);
    pthread_mutex_init(&hands->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&hands->work, &monotonic);
    pthread_cond_init(&hands->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return hands;
}

void hands_free(Hands *hands)
{
    g_autoptr(GArray) here = g_array_new(FALSE, FALSE, sizeof(pthread_t));

    pthread_mutex_lock(&hands->lock);
    hands->closed = true;
    pthread_cond_broadcast(&hands->work);
    for (guint i = 0; i < hands->hands->len; i++) {
        const Hand *hand = g_ptr_array_index(hands->hands, i);

        if (hand->out)
            pthread_detach(hand->thread);
        else
            g_array_append_val(here, hand->thread);
    }
    pthread_mutex_unlock(&hands->lock);
    for (guint i = 0; i < here->len; i++)
        pthread_join(g_array_index(here, pthread_t, i), NULL);
    pthread_mutex_lock(&hands->lock);
    give_up_hands(hands);
}

bool hands_are_all_out(Hands *hands)
{
    bool all;

    pthread_mutex_lock(&hands->lock);
    all = (int)hands->hands->len == hands->n_hands_max;
    for (guint i = 0; i < hands->hands->len && all; i++)
        all = ((const Hand *)g_ptr_array_index(hands->hands, i))->out;
    pthread_mutex_unlock(&hands->lock);
    return all;
}

Errand *hands_send(Hands *hands, ErrandRun run, void *value, ErrandFree free_value)
{
    Errand *errand = g_new0(Errand, 1);

    *errand = (Errand){ .hands = hands,
                        .run = run,
                        .free_value = free_value,
                        .value = value,
                        .n_owners = 2 };
    pthread_mutex_lock(&hands->lock);
    hands->n_owners++;
    g_queue_push_tail(&hands->queue, errand);
    if ((int)hands->queue.length > hands->n_idle)
        raise_a_hand(hands);
    pthread_cond_signal(&hands->work);
    pthread_mutex_unlock(&hands->lock);
    return errand;
}

/* ── an errand ────────────────────────────────────────────────────────────── */

static struct timespec moment(int64_t us)
{
    return (struct timespec){ us / G_USEC_PER_SEC, us % G_USEC_PER_SEC * 1000 };
}

bool errand_wait(Errand *errand, int64_t until_us, const volatile sig_atomic_t *stop)
{
    Hands *hands = errand->hands;
    bool done, stopped = false;

    pthread_mutex_lock(&hands->lock);
    while (errand->state != ERRAND_DONE) {
        int64_t now = g_get_monotonic_time();
        struct timespec slice;

        if (!stopped && stop && *stop) {
            stopped = true;
            until_us = MIN(until_us, now + GRACE_US);
        }
        if (now >= until_us)
            break;
        slice = moment(MIN(until_us, now + SLICE_US));
        pthread_cond_timedwait(&hands->done, &hands->lock, &slice);
    }
    done = errand->state == ERRAND_DONE;
    pthread_mutex_unlock(&hands->lock);
    return done;
}

void *errand_value(Errand *errand)
{
    g_assert(errand->state == ERRAND_DONE);
    return errand->value;
}

/* Takes it out of the queue, if it is there. */
static void unqueue(Errand *errand)
{
    errand->recalled = true;
    if (errand->state != ERRAND_QUEUED)
        return;
    g_queue_remove(&errand->hands->queue, errand);
    errand->state = ERRAND_DONE;
    errand->n_owners--;
}

void errand_recall(Errand *errand)
{
    pthread_mutex_lock(&errand->hands->lock);
    unqueue(errand);
    pthread_mutex_unlock(&errand->hands->lock);
}

void errand_drop(Errand *errand)
{
    pthread_mutex_lock(&errand->hands->lock);
    unqueue(errand);
    give_up_errand(errand);
}

void errand_leave(Errand *errand)
{
    pthread_mutex_lock(&errand->hands->lock);
    give_up_errand(errand);
}

bool errand_is_wanted(const Errand *errand)
{
    bool wanted;

    pthread_mutex_lock(&errand->hands->lock);
    wanted = !errand->recalled;
    pthread_mutex_unlock(&errand->hands->lock);
    return wanted;
}
