/*
 * steady.c - drawing steady hosts.
 *
 * Half of the vCPUs are all but idle, three in ten are light and two in ten heavy.  A
 * host that was balanced is what the longest-first rule makes of it, and then a part
 * of its vCPUs draw another load: the day after, when little has changed.
 */
#include "steady.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "chance.h"

static int draw_load(Chance *chance)
{
    int kind = below(chance, 100);

    if (kind < 50)
        return between(chance, 0, 50);
    if (kind < 80)
        return between(chance, 100, 400);
    return between(chance, 600, 1000);
}

static struct Window draw_limited(Chance *chance, int n_pcpus)
{
    int cell = MAX(2, n_pcpus / 4), kind = below(chance, 100), n;

    if (kind < 15)
        return (struct Window){ cell * below(chance, n_pcpus / cell), cell };
    if (kind >= 30)
        return (struct Window){ 0, n_pcpus };
    n = between(chance, MAX(2, n_pcpus / 6), MAX(2, n_pcpus / 3));
    return (struct Window){ below(chance, n_pcpus - n + 1), n };
}

static struct Window draw_window(Chance *chance, Cpusets cpusets, int n_pcpus)
{
    int n = MAX(2, n_pcpus / 8), step = MAX(1, n / 2);

    switch (cpusets) {
    case CPUSETS_LIMITED:
        return draw_limited(chance, n_pcpus);
    case CPUSETS_WINDOWS:
        return (struct Window){ step * below(chance, n_pcpus / step), n };
    case CPUSETS_NONE:
    case N_CPUSETS:
        break;
    }
    return (struct Window){ 0, n_pcpus };
}

static void start_anywhere(Chance *chance, Steady *host)
{
    for (int i = 0; i < host->n_vcpus; i++) {
        const struct Window *window = &host->window[i];

        host->home[i] = (window->first + below(chance, window->n)) % host->n_pcpus;
    }
}

static int heavier_first(gconstpointer a, gconstpointer b, gpointer data)
{
    const int *load = data;
    int x = *(const int *)a, y = *(const int *)b;

    return load[x] != load[y] ? load[y] - load[x] : x - y;
}

static int least_loaded_allowed(const Steady *host, const int64_t *loads, int vcpu)
{
    int best = -1;

    for (int p = 0; p < host->n_pcpus; p++) {
        if (steady_allows(host, vcpu, p) && (best < 0 || loads[p] < loads[best]))
            best = p;
    }
    return best;
}

static void start_balanced(Steady *host)
{
    g_autofree int *order = g_new(int, host->n_vcpus);
    g_autofree int64_t *loads = g_new0(int64_t, host->n_pcpus);

    for (int i = 0; i < host->n_vcpus; i++)
        order[i] = i;
    g_qsort_with_data(order, host->n_vcpus, sizeof *order, heavier_first, host->load);
    for (int i = 0; i < host->n_vcpus; i++) {
        int p = least_loaded_allowed(host, loads, order[i]);

        host->home[order[i]] = p;
        loads[p] += host->load[order[i]];
    }
}

void steady_alloc(int n_vcpus, int n_pcpus, Steady *out)
{
    *out = (Steady){
        .n_vcpus = n_vcpus,
        .n_pcpus = n_pcpus,
        .load = g_new0(int, n_vcpus),
        .home = g_new0(int, n_vcpus),
        .window = g_new(struct Window, n_vcpus),
    };
    for (int i = 0; i < n_vcpus; i++)
        out->window[i] = (struct Window){ 0, n_pcpus };
}

void steady_draw(const Family *family, uint64_t seed, Steady *out)
{
    Chance chance = chance_of(seed, (uint64_t)(family->n_pcpus * 31 + family->n_vcpus));

    steady_alloc(family->n_vcpus, family->n_pcpus, out);
    for (int i = 0; i < out->n_vcpus; i++)
        out->load[i] = draw_load(&chance);
    for (int i = 0; i < out->n_vcpus; i++)
        out->window[i] = draw_window(&chance, family->cpusets, out->n_pcpus);
    if (family->percent_changed == 0) {
        start_anywhere(&chance, out);
        return;
    }
    start_balanced(out);
    for (int i = 0; i < out->n_vcpus; i++) {
        if (below(&chance, 100) < family->percent_changed)
            out->load[i] = draw_load(&chance);
    }
}

void steady_clear(Steady *host)
{
    g_free(host->load);
    g_free(host->home);
    g_free(host->window);
}

void steady_loads(const Steady *host, const int *placement, int64_t *out)
{
    memset(out, 0, (size_t)host->n_pcpus * sizeof *out);
    for (int i = 0; i < host->n_vcpus; i++)
        out[placement[i]] += host->load[i];
}

int64_t steady_unevenness(const Steady *host, const int *placement)
{
    g_autofree int64_t *loads = g_new(int64_t, host->n_pcpus);
    int64_t sum = 0, squares = 0;

    steady_loads(host, placement, loads);
    for (int p = 0; p < host->n_pcpus; p++) {
        sum += loads[p];
        squares += loads[p] * loads[p];
    }
    return host->n_pcpus * squares - sum * sum;
}

bool steady_is_even(const Steady *host, const int *placement)
{
    int64_t limit = (int64_t)SIGMA_EVEN * host->n_pcpus;

    return steady_unevenness(host, placement) <= limit * limit;
}

double steady_sigma(const Steady *host, const int *placement)
{
    return sqrt((double)steady_unevenness(host, placement)) / host->n_pcpus / 10;
}

int steady_n_moved(const Steady *host, const int *placement)
{
    int n = 0;

    for (int i = 0; i < host->n_vcpus; i++)
        n += placement[i] != host->home[i];
    return n;
}
