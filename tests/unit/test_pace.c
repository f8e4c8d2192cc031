/* test_pace.c - periods keep their phase, hints their distance, and patience grows. */
#include "daemon/pace.h"

#include <glib.h>

#define S ((int64_t)G_USEC_PER_SEC)

/* Some time after the machine has booted. */
enum { START = 1234567 };

/* Somebody who answered at once, at the start, and is asked again. */
static Pace a_pace(int64_t period_us)
{
    Pace pace;

    pace_start(&pace, period_us, START);
    pace_look(&pace, START);
    pace_seen(&pace, START);
    pace.due_us = START;
    return pace;
}

/* One looks @late after it is due, which @takes a while. */
static void turn(Pace *pace, int64_t late, int64_t takes)
{
    int64_t now = pace->due_us + late;

    pace_look(pace, now);
    pace_seen(pace, now + takes);
}

static void the_first_is_due_at_once(void)
{
    Pace pace;

    pace_start(&pace, 3 * S, START);
    g_assert_cmpint(pace.due_us, ==, START);
}

static void periods_count_from_the_first_answer(void)
{
    Pace pace;

    pace_start(&pace, 3 * S, START);
    pace_look(&pace, START);
    pace_seen(&pace, START + 2 * S);
    g_assert_cmpint(pace.due_us, ==, START + 5 * S);
    turn(&pace, 0, S);
    g_assert_cmpint(pace.due_us, ==, START + 8 * S);
}

static void a_late_period_does_not_put_off_the_next(void)
{
    Pace pace = a_pace(3 * S);

    for (int i = 1; i <= 1000; i++) {
        turn(&pace, (i * 7919) % 400000, 30000);
        g_assert_cmpint(pace.due_us, ==, START + i * 3 * S);
    }
}

static void what_was_missed_is_not_made_up_for(void)
{
    Pace pace = a_pace(3 * S);

    turn(&pace, 0, 10 * S);
    g_assert_cmpint(pace.due_us, ==, START + 12 * S);
    turn(&pace, 0, 0);
    g_assert_cmpint(pace.due_us, ==, START + 15 * S);
}

static void short_periods_are_kept_too(void)
{
    Pace pace = a_pace(10000);

    for (int i = 1; i <= 1000; i++) {
        turn(&pace, i % 4000, 500);
        g_assert_cmpint(pace.due_us, ==, START + i * 10000);
    }
}

static void a_hint_is_heeded_but_not_within_a_second(void)
{
    Pace pace = a_pace(10 * S);

    turn(&pace, 0, 0);
    pace_hint(&pace, START + S / 10);
    g_assert_cmpint(pace.due_us, ==, START + S);
    turn(&pace, 0, 0);
    g_assert_cmpint(pace.due_us, ==, START + 10 * S);
    pace_hint(&pace, START + 4 * S);
    pace_hint(&pace, START + 4 * S + 5);
    g_assert_cmpint(pace.due_us, ==, START + 4 * S);
}

static void a_hint_never_puts_off(void)
{
    Pace pace = a_pace(S / 2);

    turn(&pace, 0, 0);
    pace_hint(&pace, START + 5);
    g_assert_cmpint(pace.due_us, ==, START + S / 2);
}

static void a_hint_leaves_the_phase_alone(void)
{
    Pace pace = a_pace(3 * S);

    turn(&pace, 0, 0);
    pace_hint(&pace, START + S + S / 2);
    turn(&pace, 0, S / 10);
    g_assert_cmpint(pace.due_us, ==, START + 3 * S);
}

static void a_hint_just_before_a_period_takes_its_place(void)
{
    Pace pace = a_pace(3 * S);

    turn(&pace, 0, 0);
    pace_hint(&pace, START + 2 * S + S / 2);
    turn(&pace, 0, 0);
    g_assert_cmpint(pace.due_us, ==, START + 6 * S);
}

static void an_answer_just_before_a_period_takes_its_place(void)
{
    Pace pace = a_pace(4 * S);

    turn(&pace, 0, 3 * S - 1);
    g_assert_cmpint(pace.due_us, ==, START + 4 * S);
    turn(&pace, 0, 3 * S + S / 2);
    g_assert_cmpint(pace.due_us, ==, START + 12 * S);
}

static void patience_grows_to_a_minute(void)
{
    static const int seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
    Pace pace = a_pace(3 * S);
    int64_t now = START;

    for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
        pace_look(&pace, now);
        pace_lost(&pace, now);
        g_assert_cmpint(pace.due_us - now, ==, seconds[i] * S);
        now = pace.due_us;
    }
}

static void who_is_back_is_as_if_never_lost(void)
{
    Pace pace = a_pace(3 * S);

    for (int i = 0; i < 3; i++) {
        pace_look(&pace, pace.due_us);
        pace_lost(&pace, pace.due_us);
    }
    turn(&pace, 0, 0);
    g_assert_cmpint(pace.due_us, ==, START + 9 * S);
    pace_look(&pace, pace.due_us);
    pace_lost(&pace, pace.looked_us);
    g_assert_cmpint(pace.due_us, ==, START + 10 * S);
}

static void another_length_counts_from_the_last_look(void)
{
    Pace pace = a_pace(10 * S);

    turn(&pace, 0, 0);
    pace_change(&pace, 3 * S, START + S);
    g_assert_cmpint(pace.due_us, ==, START + 3 * S);
    turn(&pace, 0, 0);
    g_assert_cmpint(pace.due_us, ==, START + 6 * S);
    pace_change(&pace, S, START + 5 * S);
    g_assert_cmpint(pace.due_us, ==, START + 5 * S);
}

static void another_length_is_no_reason_to_ask_who_is_lost(void)
{
    Pace pace = a_pace(10 * S);

    pace_look(&pace, START);
    pace_lost(&pace, START);
    pace_change(&pace, S / 10, START);
    g_assert_cmpint(pace.due_us, ==, START + S);
}

static void another_length_does_not_put_off_the_first(void)
{
    Pace pace;

    pace_start(&pace, 10 * S, START);
    pace_change(&pace, START + 100 * S, START);
    g_assert_cmpint(pace.due_us, ==, START);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/first", the_first_is_due_at_once);
    g_test_add_func("/pace/answer", periods_count_from_the_first_answer);
    g_test_add_func("/pace/late", a_late_period_does_not_put_off_the_next);
    g_test_add_func("/pace/missed", what_was_missed_is_not_made_up_for);
    g_test_add_func("/pace/short", short_periods_are_kept_too);
    g_test_add_func("/pace/hint", a_hint_is_heeded_but_not_within_a_second);
    g_test_add_func("/pace/hint-late", a_hint_never_puts_off);
    g_test_add_func("/pace/hint-phase", a_hint_leaves_the_phase_alone);
    g_test_add_func("/pace/hint-instead", a_hint_just_before_a_period_takes_its_place);
    g_test_add_func("/pace/answer-instead",
                    an_answer_just_before_a_period_takes_its_place);
    g_test_add_func("/pace/patience", patience_grows_to_a_minute);
    g_test_add_func("/pace/back", who_is_back_is_as_if_never_lost);
    g_test_add_func("/pace/change", another_length_counts_from_the_last_look);
    g_test_add_func("/pace/change-lost",
                    another_length_is_no_reason_to_ask_who_is_lost);
    g_test_add_func("/pace/change-first", another_length_does_not_put_off_the_first);
    return g_test_run();
}
