/* loads.c - see loads.h. */
#include "loads.h"

/* One point is a hundredth of a CPU. */
enum { MILLIPOINTS_PER_CPU = 100 * 1000 };

void loads_clear(Loads *loads)
{
    g_free(loads->asked);
    *loads = (Loads){ 0 };
}

void loads_start(Loads *loads, const Places *places, const int *foreign)
{
    if (places->n_places > loads->max_places) {
        loads->max_places = places->n_places;
        loads->asked = g_renew(int64_t, loads->asked, loads->max_places);
    }
    for (int p = 0; p < places->n_places; p++)
        loads->asked[p] = 0;
    for (int cpu = 0; foreign && cpu < places->n_pcpus; cpu++)
        if (places->of_pcpu[cpu] >= 0)
            loads->asked[places->of_pcpu[cpu]] += foreign[cpu];
}

/* Is @a, of which there is room for @capacity_a, less loaded than @b? */
static bool emptier(const Loads *loads, const Places *places, int a, int b)
{
    return loads->asked[a] * places->places[b].capacity <
           loads->asked[b] * places->places[a].capacity;
}

static int emptiest_of(const Loads *loads, const Places *places, const CpuSet *where)
{
    int best = -1;

    for (int cpu = cpuset_next(where, 0); cpu >= 0 && cpu < places->n_pcpus;
         cpu = cpuset_next(where, cpu + 1)) {
        int place = places->of_pcpu[cpu];

        if (place >= 0 && (best < 0 || emptier(loads, places, place, best)))
            best = place;
    }
    return best;
}

void loads_add(Loads *loads, const Places *places, const CpuSet *where, int64_t load)
{
    int place = places_holding(places, where);

    if (place < 0)
        place = emptiest_of(loads, places, where);
    if (place >= 0)
        loads->asked[place] += load;
}

/* The whole part of the square root. */
static int64_t root(unsigned __int128 square)
{
    unsigned __int128 high = 1;
    int64_t low = 0;

    while (high * high <= square)
        high *= 2;
    for (int64_t bit = (int64_t)high / 2; bit > 0; bit /= 2)
        if ((unsigned __int128)(low + bit) * (unsigned __int128)(low + bit) <= square)
            low += bit;
    return low;
}

int64_t loads_sigma(const Loads *loads, const Places *places)
{
    __int128 sum = 0, squares = 0;
    int64_t n_cpus = 0;

    for (int p = 0; p < places->n_places; p++) {
        const Place *place = &places->places[p];
        __int128 busy = loads->asked[p] * MILLIPOINTS_PER_CPU / MAX(place->capacity, 1);

        n_cpus += place->n_cpus;
        sum += busy * place->n_cpus;
        squares += busy * busy * place->n_cpus;
    }
    if (n_cpus == 0)
        return 0;
    return root((unsigned __int128)(squares * n_cpus - sum * sum)) / n_cpus;
}

int64_t loads_overload(const Loads *loads, const Places *places)
{
    int64_t overload = 0;

    for (int p = 0; p < places->n_places; p++)
        overload += MAX(loads->asked[p] - places->places[p].capacity, 0);
    return overload;
}
