/*
 * moveswap.c - the best step, found without looking everywhere each time.
 *
 * For every pCPU its best step towards a less loaded one is remembered.  A step
 * changes two pCPUs: their own best steps are looked for again, and those of pCPUs
 * that aimed at one of the two; the others need only look at those two.  So what is
 * taken is always the best step there is.
 *
 * Moving weight w from a pCPU to one that has d less takes 2 w (d - w) off the sum of
 * squares, of which half of d squared is the most there is.
 */
#include "moveswap.h"

#include <glib.h>
#include <string.h>

typedef struct {
    int64_t score;   /* 0 where there is none */
    int vcpu, other; /* @other, or -1, comes the other way */
    int to;
} Step;

typedef struct {
    const Steady *host;
    int *placement;
    int64_t *loads;
    GArray **guests; /* [n_pcpus] of int */
    Step *best;      /* [n_pcpus] away from there */
} Table;

/* +1 if @vcpu leaves home by going there, -1 if it comes home. */
static int n_more_moved(const Table *table, int vcpu, int to)
{
    int home = table->host->home[vcpu];

    return (to != home) - (table->placement[vcpu] != home);
}

/* The gain per vCPU that leaves home for it; what is for nothing counts double. */
static int64_t score(int64_t gain, int n_more)
{
    return n_more <= 0 ? 4 * gain : n_more == 1 ? 2 * gain : gain;
}

static void offer(Step *best, int64_t gain, int n_more, Step step)
{
    step.score = score(gain, n_more);
    if (step.score > best->score)
        *best = step;
}

static void consider_guest(const Table *table, int vcpu, int from, int to, Step *best)
{
    const Steady *host = table->host;
    int64_t less = table->loads[from] - table->loads[to];
    int64_t weight = host->load[vcpu];
    int n_more = n_more_moved(table, vcpu, to);

    if (weight < less)
        offer(best, 2 * weight * (less - weight), n_more, (Step){ 0, vcpu, -1, to });
    for (guint i = 0; i < table->guests[to]->len; i++) {
        int other = g_array_index(table->guests[to], int, i);
        int64_t excess = weight - host->load[other];

        if (excess > 0 && excess < less && steady_allows(host, other, from))
            offer(best, 2 * excess * (less - excess),
                  n_more + n_more_moved(table, other, from),
                  (Step){ 0, vcpu, other, to });
    }
}

static void consider_pair(const Table *table, int from, int to, Step *best)
{
    int64_t less = table->loads[from] - table->loads[to];

    if (less <= 0 || score(less * less / 2, 0) <= best->score)
        return;
    for (guint i = 0; i < table->guests[from]->len; i++) {
        int vcpu = g_array_index(table->guests[from], int, i);

        if (table->host->load[vcpu] > 0 && steady_allows(table->host, vcpu, to))
            consider_guest(table, vcpu, from, to, best);
    }
}

static void look_everywhere(Table *table, int from)
{
    table->best[from] = (Step){ .to = -1 };
    for (int to = 0; to < table->host->n_pcpus; to++)
        consider_pair(table, from, to, &table->best[from]);
}

static void look_again(Table *table, int a, int b)
{
    for (int p = 0; p < table->host->n_pcpus; p++) {
        Step *best = &table->best[p];

        if (p == a || p == b || best->to == a || best->to == b) {
            look_everywhere(table, p);
            continue;
        }
        consider_pair(table, p, a, best);
        consider_pair(table, p, b, best);
    }
}

static void carry(Table *table, int vcpu, int to)
{
    int from = table->placement[vcpu];
    GArray *guests = table->guests[from];

    for (guint i = 0; i < guests->len; i++) {
        if (g_array_index(guests, int, i) == vcpu) {
            g_array_remove_index_fast(guests, i);
            break;
        }
    }
    g_array_append_val(table->guests[to], vcpu);
    table->placement[vcpu] = to;
    table->loads[from] -= table->host->load[vcpu];
    table->loads[to] += table->host->load[vcpu];
}

static bool take_best(Table *table)
{
    const Step *best = &table->best[0];
    Step step;
    int from;

    for (int p = 1; p < table->host->n_pcpus; p++) {
        if (table->best[p].score > best->score)
            best = &table->best[p];
    }
    if (best->score == 0)
        return false;
    step = *best;
    from = table->placement[step.vcpu];
    carry(table, step.vcpu, step.to);
    if (step.other >= 0)
        carry(table, step.other, from);
    look_again(table, from, step.to);
    return true;
}

static Table table_lay(const Steady *host, int *placement)
{
    Table table = {
        .host = host,
        .placement = placement,
        .loads = g_new(int64_t, host->n_pcpus),
        .guests = g_new(GArray *, host->n_pcpus),
        .best = g_new(Step, host->n_pcpus),
    };

    steady_loads(host, placement, table.loads);
    for (int p = 0; p < host->n_pcpus; p++)
        table.guests[p] = g_array_new(FALSE, FALSE, sizeof(int));
    for (int i = 0; i < host->n_vcpus; i++)
        g_array_append_val(table.guests[placement[i]], i);
    for (int p = 0; p < host->n_pcpus; p++)
        look_everywhere(&table, p);
    return table;
}

static void table_clear(Table *table)
{
    for (int p = 0; p < table->host->n_pcpus; p++)
        g_array_unref(table->guests[p]);
    g_free(table->guests);
    g_free(table->loads);
    g_free(table->best);
}

void moveswap(const Steady *host, int *placement)
{
    Table table;

    memcpy(placement, host->home, (size_t)host->n_vcpus * sizeof *placement);
    table = table_lay(host, placement);
    while (!steady_is_even(host, placement) && take_best(&table))
        ;
    table_clear(&table);
}

void moveswap_drop(const Steady *host, int *placement)
{
    int64_t limit = (int64_t)SIGMA_EVEN * host->n_pcpus;

    for (;;) {
        int64_t best = INT64_MAX;
        int who = -1;

        for (int i = 0; i < host->n_vcpus; i++) {
            int there = placement[i];
            int64_t unevenness;

            if (there == host->home[i])
                continue;
            placement[i] = host->home[i];
            unevenness = steady_unevenness(host, placement);
            placement[i] = there;
            if (unevenness < best) {
                best = unevenness;
                who = i;
            }
        }
        if (who < 0 || best > limit * limit)
            return;
        placement[who] = host->home[who];
    }
}
