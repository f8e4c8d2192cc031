/*
 * freest.c - which place is used least, of all or of those within reach.
 */
#include "freest.h"

/* The left one where they tie: places are in order. */
static int better(const Freest *freest, int left, int right)
{
    int64_t if_left = freest->load[left] * freest->capacity[right];
    int64_t if_right = freest->load[right] * freest->capacity[left];

    return if_right < if_left ? right : left;
}

static void climb(Freest *freest, int i)
{
    freest->nodes[i] = better(freest, freest->nodes[2 * i], freest->nodes[2 * i + 1]);
}

void freest_init(Freest *freest, const Places *places, const int64_t *load)
{
    int n = places->n_places;

    *freest = (Freest){ .n_places = n, .n_leaves = 1 };
    while (freest->n_leaves < n)
        freest->n_leaves *= 2;
    freest->nodes = g_new(int, 2 * freest->n_leaves);
    freest->load = g_new(int64_t, n + 1);
    freest->capacity = g_new(int64_t, n + 1);
    for (int p = 0; p <= n; p++) {
        bool fits = p < n && places->places[p].capacity > 0;

        freest->load[p] = fits ? load[p] : 1;
        freest->capacity[p] = fits ? places->places[p].capacity : 0;
    }
    for (int p = 0; p < freest->n_leaves; p++)
        freest->nodes[freest->n_leaves + p] = MIN(p, n);
    for (int i = freest->n_leaves - 1; i > 0; i--)
        climb(freest, i);
}

void freest_clear(Freest *freest)
{
    g_free(freest->nodes);
    g_free(freest->load);
    g_free(freest->capacity);
}

void freest_set(Freest *freest, int place, int64_t load)
{
    freest->load[place] = load;
    for (int i = (freest->n_leaves + place) / 2; i > 0; i /= 2)
        climb(freest, i);
}

/* The nodes that make up a run are met from both ends inwards. */
static int within_run(const Freest *freest, const Run *run)
{
    int from = freest->n_leaves + run->first, to = from + run->n_places;
    int low = freest->n_places, high = low;

    for (; from < to; from /= 2, to /= 2) {
        if (from % 2 == 1)
            low = better(freest, low, freest->nodes[from++]);
        if (to % 2 == 1)
            high = better(freest, freest->nodes[--to], high);
    }
    return better(freest, low, high);
}

int freest_within(const Freest *freest, const Reach *reach)
{
    int found = freest->n_places;

    if (reach->n_runs == 1 && reach->runs->n_places == freest->n_places)
        return freest->nodes[1];
    for (int i = 0; i < reach->n_runs; i++)
        found = better(freest, found, within_run(freest, &reach->runs[i]));
    return found < freest->n_places ? found : -1;
}
