/* crowd.c - adds up, CPU by CPU. */
#include "crowd.h"

/* Thousandths of a CPU; ticks make the rest uncertain. */
enum { USED_UP = 970 };

void crowd_init(Crowd *crowd)
{
    crowd->used_us = g_array_new(FALSE, TRUE, sizeof(int64_t));
}

void crowd_clear(Crowd *crowd)
{
    g_array_unref(crowd->used_us);
}

void crowd_count(Crowd *crowd, const Sample *sample, const GArray *ran_us,
                 int64_t lasted_us)
{
    crowd->lasted_us = lasted_us;
    g_array_set_size(crowd->used_us, 0);
    g_array_set_size(crowd->used_us, (guint)sample->topology->n_pcpus);
    for (guint i = 0; i < sample->vcpus->len; i++) {
        const CpuSet *pins = g_array_index(sample->vcpus, SampleVcpu, i).pins;

        if (pins->n_cpus == 1 && pins->span <= (int)crowd->used_us->len)
            g_array_index(crowd->used_us, int64_t, pins->span - 1) +=
                g_array_index(ran_us, int64_t, i);
    }
}

bool crowd_full(const Crowd *crowd, const CpuSet *pins)
{
    return pins->n_cpus == 1 && pins->span <= (int)crowd->used_us->len &&
           g_array_index(crowd->used_us, int64_t, pins->span - 1) >=
               crowd->lasted_us * USED_UP / LOAD_FULL;
}
