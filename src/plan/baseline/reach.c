/*
 * reach.c - the places each set of allowed CPUs leads to.
 */
#include "reach.h"

static void reach_free(void *freed)
{
    Reach *reach = freed;

    g_free(reach->runs);
    g_free(reach);
}

void reaches_init(Reaches *reaches, const Table *table)
{
    *reaches = (Reaches){ .table = table,
                          .all = g_ptr_array_new_with_free_func(reach_free),
                          .of = g_hash_table_new(NULL, NULL) };
}

void reaches_clear(Reaches *reaches)
{
    g_ptr_array_unref(reaches->all);
    g_hash_table_unref(reaches->of);
}

static Reach *find_runs(const Table *table, const CpuSet *allowed)
{
    Reach *reach = g_new0(Reach, 1);
    Run run = { 0 };

    for (int p = 0; p <= table->places->n_places; p++) {
        if (p < table->places->n_places && may_stand(table, allowed, p)) {
            if (run.n_places++ == 0)
                run.first = p;
        } else if (run.n_places > 0) {
            reach->runs = g_renew(Run, reach->runs, reach->n_runs + 1);
            reach->runs[reach->n_runs++] = run;
            run.n_places = 0;
        }
    }
    return reach;
}

const Reach *reaches_of(Reaches *reaches, const CpuSet *allowed)
{
    Reach *reach;

    if (allowed == reaches->last)
        return reaches->of_last;
    reach = g_hash_table_lookup(reaches->of, allowed);
    if (!reach) {
        reach = find_runs(reaches->table, allowed);
        reach->number = (int)reaches->all->len;
        g_ptr_array_add(reaches->all, reach);
        g_hash_table_insert(reaches->of, (void *)allowed, reach);
    }
    reaches->last = allowed;
    reaches->of_last = reach;
    return reach;
}
