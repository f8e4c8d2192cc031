/*
 * places.h - what a vCPU can be pinned to.
 *
 * A place is a set of CPUs inside which the kernel balances freely: one CPU, a
 * core, the CPUs of a cache or a cell, the whole host.  Places of one level do not
 * overlap and together are all CPUs online.
 */
#ifndef PLAN_PLACES_H
#define PLAN_PLACES_H

#include "model/topology.h"

typedef enum {
    LEVEL_AUTO,
    LEVEL_PCPU,
    LEVEL_CORE,
    LEVEL_CACHE,
    LEVEL_CELL,
    LEVEL_HOST,
    LEVEL_RUN, /* so many consecutive CPUs */
} Level;

typedef struct {
    Level level;
    int n_cpus; /* of LEVEL_RUN */
} Granularity;

/* As on the command line: a level's name, or a number.  False if it is neither. */
bool granularity_parse(const char *text, Granularity *out);
char *granularity_format(Granularity granularity);

typedef struct {
    const CpuSet *cpus;
    int n_cpus;
    int capacity;          /* thousandths of a CPU */
    int core, cache, cell; /* the one it lies in, or -1 if it spans several */
} Place;

typedef struct {
    Level level; /* never LEVEL_AUTO */
    int n_places, n_pcpus;
    Place *places;
    int *of_pcpu; /* [n_pcpus] the place a CPU is in, or -1 where it is offline */
    int *cpus;    /* those online, place by place */
    int *of_group;
    int max_pcpus; /* room kept */
} Places;

void places_make(const Topology *topology, Granularity granularity, Places *out);
void places_clear(Places *places);

/* The place that all of @pins that are online lie in, or -1. */
int places_holding(const Places *places, const CpuSet *pins);

/* Does who is pinned so run where it is not @allowed to, or nowhere at all? */
bool places_stray(const Places *places, const CpuSet *pins, const CpuSet *allowed);

/* Is a vCPU with @pins, which @place holds, kept from CPUs of the place that are
 * @allowed?  Then the kernel cannot balance inside. */
bool places_narrow(const Places *places, int place, const CpuSet *pins,
                   const CpuSet *allowed);

/* "pCPU 3", "pCPUs 8-15"; "anywhere" for -1. */
void places_name(const Places *places, int place, GString *out);

#endif
