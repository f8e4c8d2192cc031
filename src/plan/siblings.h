/*
 * siblings.h - how many vCPUs of one VM stand on a spot.
 *
 * It is asked for every step that anybody thinks of, and VMs have up to thousands of
 * vCPUs: so it is counted, and not looked for.  Those that cannot be moved are counted too.
 */
#ifndef SIBLINGS_H
#define SIBLINGS_H

#include "board.h"

typedef struct {
    int spot, n; /* no spot where nobody is counted */
} SiblingCount;

/* A VM.  If it has several pieces, or one and anchors, it has counts, 2^bits of them. */
typedef struct {
    int n_members, bits;
    size_t first;
} Family;

typedef struct {
    int *family_of;   /* [n_pieces] or -1 for one that has no siblings */
    Family *families; /* by VM */
    SiblingCount *counts;
    size_t max_pieces, max_families, max_counts; /* room kept */
} Siblings;

/* The pieces of @board, none being anywhere yet. */
void siblings_start(Siblings *siblings, const Board *board);
void siblings_clear(Siblings *siblings);

void siblings_sit(Siblings *siblings, int piece, int spot);
void siblings_rise(Siblings *siblings, int piece, int spot);

static inline bool siblings_none(const Siblings *siblings, int piece)
{
    return siblings->family_of[piece] < 0;
}

static inline bool siblings_are(const Siblings *siblings, int a, int b)
{
    return a != b && siblings->family_of[a] >= 0 &&
           siblings->family_of[a] == siblings->family_of[b];
}

/* So many of @piece's VM are on @spot, itself and anchors included; asked of those with
 * siblings. */
int siblings_on(const Siblings *siblings, int piece, int spot);

#endif
