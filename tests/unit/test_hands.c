/* test_hands.c - hands do what they are sent for, and nobody waits for them too long. */
#include "host/hands.h"

#include <glib.h>
#include <pthread.h>

enum { LONG_US = 20 * G_USEC_PER_SEC };

/* A door that keeps hands waiting until it is opened. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
    int n_before, n_through, n_freed; /* who came to it, passed, and was done with */
} Door;

static Door door = { .lock = PTHREAD_MUTEX_INITIALIZER,
                     .opened = PTHREAD_COND_INITIALIZER };

static void shut(void)
{
    pthread_mutex_lock(&door.lock);
    door.open = false;
    door.n_before = door.n_through = door.n_freed = 0;
    pthread_mutex_unlock(&door.lock);
}

static void open_door(void)
{
    pthread_mutex_lock(&door.lock);
    door.open = true;
    pthread_cond_broadcast(&door.opened);
    pthread_mutex_unlock(&door.lock);
}

static int look_at(const int *count)
{
    int n;

    pthread_mutex_lock(&door.lock);
    n = *count;
    pthread_mutex_unlock(&door.lock);
    return n;
}

static void wait_for(const int *count, int n)
{
    while (look_at(count) < n)
        g_usleep(1000);
}

typedef struct {
    int answer;
    bool wanted;
} Value;

static void go_through(void *data, const Errand *errand)
{
    Value *value = data;

    pthread_mutex_lock(&door.lock);
    door.n_before++;
    while (!door.open)
        pthread_cond_wait(&door.opened, &door.lock);
    value->answer = ++door.n_through;
    pthread_mutex_unlock(&door.lock);
    value->wanted = errand_is_wanted(errand);
}

static void count(void *data, const Errand *errand)
{
    (void)errand;
    ((Value *)data)->answer = 1;
}

static void free_value(void *value)
{
    g_free(value);
    pthread_mutex_lock(&door.lock);
    door.n_freed++;
    pthread_mutex_unlock(&door.lock);
}

static Errand *send(Hands *hands)
{
    return hands_send(hands, go_through, g_new0(Value, 1), free_value);
}

static int64_t in(int64_t us)
{
    return g_get_monotonic_time() + us;
}

static void test_what_is_done_is_the_senders_again(void)
{
    Hands *hands = hands_new(2);
    Errand *errands[10];

    shut();
    open_door();
    for (int i = 0; i < 10; i++)
        errands[i] = send(hands);
    for (int i = 0; i < 10; i++) {
        g_assert_true(errand_wait(errands[i], in(LONG_US), NULL));
        g_assert_cmpint(((Value *)errand_value(errands[i]))->answer, >, 0);
        g_assert_true(((Value *)errand_value(errands[i]))->wanted);
        errand_drop(errands[i]);
    }
    wait_for(&door.n_freed, 10);
    hands_free(hands);
}

static void test_one_that_takes_too_long_can_be_asked_for_later(void)
{
    Hands *hands = hands_new(1);
    Errand *errand;

    shut();
    errand = send(hands);
    g_assert_false(errand_wait(errand, in(1000), NULL));
    open_door();
    g_assert_true(errand_wait(errand, in(LONG_US), NULL));
    g_assert_cmpint(((Value *)errand_value(errand))->answer, ==, 1);
    errand_drop(errand);
    wait_for(&door.n_freed, 1);
    hands_free(hands);
}

static void test_who_is_told_to_stop_waits_no_longer(void)
{
    static volatile sig_atomic_t stop = 1;
    Hands *hands = hands_new(1);
    Errand *errand;
    int64_t begun = g_get_monotonic_time();

    shut();
    errand = send(hands);
    g_assert_false(errand_wait(errand, in(LONG_US), &stop));
    g_assert_cmpint(g_get_monotonic_time() - begun, <, LONG_US / 2);
    open_door();
    errand_drop(errand);
    wait_for(&door.n_freed, 1);
    hands_free(hands);
}

static void test_what_is_called_off_is_not_begun(void)
{
    Hands *hands = hands_new(1);
    Errand *first, *dropped, *recalled, *left;

    shut();
    first = send(hands);
    wait_for(&door.n_before, 1);
    dropped = send(hands);
    recalled = send(hands);
    left = send(hands);
    errand_drop(dropped);
    errand_recall(recalled);
    errand_leave(left);
    g_assert_cmpint(look_at(&door.n_freed), ==, 1);
    g_assert_true(errand_wait(recalled, 0, NULL));
    g_assert_cmpint(((Value *)errand_value(recalled))->answer, ==, 0);
    errand_drop(recalled);
    open_door();
    g_assert_true(errand_wait(first, in(LONG_US), NULL));
    errand_drop(first);
    wait_for(&door.n_freed, 4);
    g_assert_cmpint(look_at(&door.n_through), ==, 2);
    hands_free(hands);
}

static void test_a_hand_learns_that_nobody_wants_it_any_more(void)
{
    Hands *hands = hands_new(1);
    Errand *errand;

    shut();
    errand = send(hands);
    wait_for(&door.n_before, 1);
    errand_recall(errand);
    open_door();
    g_assert_true(errand_wait(errand, in(LONG_US), NULL));
    g_assert_false(((Value *)errand_value(errand))->wanted);
    errand_drop(errand);
    wait_for(&door.n_freed, 1);
    hands_free(hands);
}

static void test_one_that_is_stuck_holds_up_nobody_else(void)
{
    Hands *hands = hands_new(3);
    Errand *stuck[2], *errand;

    shut();
    stuck[0] = send(hands);
    stuck[1] = send(hands);
    wait_for(&door.n_before, 2);
    errand = hands_send(hands, count, g_new0(Value, 1), free_value);
    g_assert_true(errand_wait(errand, in(LONG_US), NULL));
    open_door();
    errand_drop(errand);
    errand_drop(stuck[0]);
    errand_drop(stuck[1]);
    wait_for(&door.n_freed, 3);
    hands_free(hands);
}

static void test_one_can_tell_that_all_are_out(void)
{
    Hands *hands = hands_new(2);
    Errand *errands[2];

    shut();
    g_assert_false(hands_are_all_out(hands));
    for (int i = 0; i < 2; i++) {
        g_assert_false(hands_are_all_out(hands));
        errands[i] = send(hands);
        wait_for(&door.n_before, i + 1);
    }
    g_assert_true(hands_are_all_out(hands));
    open_door();
    g_assert_true(errand_wait(errands[0], in(LONG_US), NULL));
    g_assert_false(hands_are_all_out(hands));
    errand_drop(errands[0]);
    errand_drop(errands[1]);
    hands_free(hands);
}

static void test_hands_that_are_out_come_back_to_nobody(void)
{
    Hands *hands = hands_new(4);

    shut();
    for (int i = 0; i < 4; i++) {
        Errand *errand = send(hands);

        wait_for(&door.n_before, i + 1);
        errand_drop(errand);
    }
    hands_free(hands);
    open_door();
    wait_for(&door.n_freed, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hands/what is done is the sender's again",
                    test_what_is_done_is_the_senders_again);
    g_test_add_func("/hands/one that takes too long can be asked for later",
                    test_one_that_takes_too_long_can_be_asked_for_later);
    g_test_add_func("/hands/who is told to stop waits no longer",
                    test_who_is_told_to_stop_waits_no_longer);
    g_test_add_func("/hands/what is called off is not begun",
                    test_what_is_called_off_is_not_begun);
    g_test_add_func("/hands/a hand learns that nobody wants it any more",
                    test_a_hand_learns_that_nobody_wants_it_any_more);
    g_test_add_func("/hands/one that is stuck holds up nobody else",
                    test_one_that_is_stuck_holds_up_nobody_else);
    g_test_add_func("/hands/one can tell that all are out",
                    test_one_can_tell_that_all_are_out);
    g_test_add_func("/hands/hands that are out come back to nobody",
                    test_hands_that_are_out_come_back_to_nobody);
    return g_test_run();
}
