/*
 * sim_load.c - loads, piece by piece.
 *
 * Each kind knows one thing: when its piece has ended, what the next one is.  Noise
 * is a second series laid over the first.
 */
#include "sim_load.h"

enum { STEPS_OF_A_QUARTER = 16, STEPS_OF_A_CYCLE = 4 * STEPS_OF_A_QUARTER };

/* In the middle of each step, in millionths. */
static const int sines[STEPS_OF_A_QUARTER] = {
    49068,  146730, 242980, 336890, 427555, 514103, 595699, 671559,
    740951, 803208, 857729, 903989, 941544, 970031, 989177, 998795,
};

static int sine(int64_t step)
{
    int quarter = (int)(step / STEPS_OF_A_QUARTER % 4);
    int rest = (int)(step % STEPS_OF_A_QUARTER);
    int value = sines[quarter % 2 ? STEPS_OF_A_QUARTER - 1 - rest : rest];

    return quarter < 2 ? value : -value;
}

static int64_t about(SimRandom *random, int64_t usual)
{
    int64_t ms = MAX(usual / 1000, 1);

    return MAX(sim_random_between(random, ms / 2, ms + ms / 2), 1) * 1000;
}

static void next_phase(SimLoad *load)
{
    load->level = load->number > 0 ? load->phases[load->number - 1].level : 0;
    load->until_us =
        load->number < load->n_phases ? load->phases[load->number].from_us : SIM_NEVER;
    load->number++;
}

static void next_edge(SimLoad *load)
{
    bool high = load->number++ % 2;

    load->level = high ? load->high : load->low;
    load->until_us += high ? load->high_us : load->low_us;
}

static void next_of_sine(SimLoad *load)
{
    int64_t middle = (load->low + load->high) / 2;
    int64_t swing = (load->high - load->low) / 2;
    int64_t cycle = load->number / STEPS_OF_A_CYCLE;
    int64_t step = load->number % STEPS_OF_A_CYCLE;

    load->level = (int)(middle + swing * sine(step) / SIM_WHOLE);
    load->until_us = cycle * load->low_us +
                     load->low_us * (step + 1) / STEPS_OF_A_CYCLE - load->lead_us;
    load->number++;
}

static void next_of_walk(SimLoad *load)
{
    if (load->number++ == 0)
        load->level = (int)sim_random_between(&load->random, load->low, load->high);
    else
        load->level += (int)sim_random_between(&load->random, -load->step, load->step);
    load->level = CLAMP(load->level, load->low, load->high);
    load->until_us += load->low_us;
}

/* At first it is in the middle of one or the other. */
static void next_burst(SimLoad *load)
{
    bool high;

    if (load->number == 0) {
        int64_t at =
            sim_random_below(&load->random, (load->low_us + load->high_us) / 1000);

        load->number = at * 1000 >= load->low_us;
        load->until_us = -at * 1000 + (load->number ? load->low_us : 0);
    }
    high = load->number++ % 2;

    load->level = high ? load->high : load->low;
    load->until_us += about(&load->random, high ? load->high_us : load->low_us);
}

static void next_piece(SimLoad *load)
{
    switch (load->kind) {
    case SIM_LOAD_CONSTANT:
        load->level = load->low;
        load->until_us = SIM_NEVER;
        return;
    case SIM_LOAD_PHASES:
        next_phase(load);
        return;
    case SIM_LOAD_SQUARE:
        if (load->number == 0)
            load->until_us = -load->lead_us;
        next_edge(load);
        return;
    case SIM_LOAD_SINE:
        next_of_sine(load);
        return;
    case SIM_LOAD_WALK:
        next_of_walk(load);
        return;
    case SIM_LOAD_BURSTS:
        next_burst(load);
        return;
    }
}

static void next_stir(SimLoad *load)
{
    if (load->noise == 0) {
        load->noise_until_us = SIM_NEVER;
        return;
    }
    load->stir = (int)sim_random_between(&load->random, -load->noise, load->noise);
    load->noise_until_us += SIM_SECOND;
}

int64_t sim_load_steady_until(SimLoad *load, int64_t at_us)
{
    while (load->until_us <= at_us)
        next_piece(load);
    while (load->noise_until_us <= at_us)
        next_stir(load);
    return MIN(load->until_us, load->noise_until_us);
}

int sim_load_mean(SimLoad *load, int64_t from_us, int64_t to_us)
{
    int64_t sum = 0;

    for (int64_t at = from_us; at < to_us;) {
        int64_t until = MIN(sim_load_steady_until(load, at), to_us);

        sum += CLAMP(load->level + load->stir, 0, SIM_WHOLE) * (until - at);
        at = until;
    }
    return (int)(sum / (to_us - from_us));
}
