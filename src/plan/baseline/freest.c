/*
 * freest.c - which place is used least, of all or of those within reach.
 */
#include "freest.h"

/* A use is a load times this by the capacity.  Loads of a quarter of a million vCPUs
 * fit, and places of one capacity tie only where their loads do. */
static const int64_t USE_SCALE = INT64_C(1) << 28;
static const int64_t LOAD_MAX = INT64_C(1) << 34;

static const Use NOWHERE = { INT64_MAX, -1 };

/* The left one where they tie: places are in order. */
static Use better(Use left, Use right)
{
    return right.use < left.use ? right : left;
}

static Use use_at(const Freest *freest, int place, int64_t load)
{
    return (Use){ MIN(load, LOAD_MAX) * freest->scale[place], place };
}

void freest_init(Freest *freest, const Places *places, const int64_t *load)
{
    *freest = (Freest){ .n_places = places->n_places, .n_leaves = 1 };
    while (freest->n_leaves < freest->n_places)
        freest->n_leaves *= 2;
    freest->nodes = g_new(Use, 2 * freest->n_leaves);
    freest->scale = g_new(int64_t, freest->n_places);
    for (int p = 0; p < freest->n_places; p++)
        freest->scale[p] = USE_SCALE / MAX(places->places[p].capacity, 1);
    for (int p = 0; p < freest->n_leaves; p++)
        freest->nodes[freest->n_leaves + p] =
            p < freest->n_places ? use_at(freest, p, load[p]) : NOWHERE;
    for (int i = freest->n_leaves - 1; i > 0; i--)
        freest->nodes[i] = better(freest->nodes[2 * i], freest->nodes[2 * i + 1]);
}

void freest_clear(Freest *freest)
{
    g_free(freest->nodes);
    g_free(freest->scale);
}

void freest_set(Freest *freest, int place, int64_t load)
{
    int i = freest->n_leaves + place;

    freest->nodes[i] = use_at(freest, place, load);
    for (i /= 2; i > 0; i /= 2)
        freest->nodes[i] = better(freest->nodes[2 * i], freest->nodes[2 * i + 1]);
}

/* The nodes that make up a run are met from both ends inwards. */
static Use within_run(const Freest *freest, const Run *run)
{
    int from = freest->n_leaves + run->first, to = from + run->n_places;
    Use low = NOWHERE, high = NOWHERE;

    for (; from < to; from /= 2, to /= 2) {
        if (from % 2 == 1)
            low = better(low, freest->nodes[from++]);
        if (to % 2 == 1)
            high = better(freest->nodes[--to], high);
    }
    return better(low, high);
}

int freest_within(const Freest *freest, const Reach *reach)
{
    Use found = NOWHERE;

    if (reach->n_runs == 1 && reach->runs->n_places == freest->n_places)
        return freest->nodes[1].place;
    for (int i = 0; i < reach->n_runs; i++)
        found = better(found, within_run(freest, &reach->runs[i]));
    return found.place;
}
