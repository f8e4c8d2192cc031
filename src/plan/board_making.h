/*
 * board_making.h - what is known while a board is made: by board_seats.c of vCPUs, by
 * board_kinds.c of what their owners allow, and by board.c, which puts it together.
 */
#ifndef BOARD_MAKING_H
#define BOARD_MAKING_H

#include "board.h"
#include "room.h"

enum { NO_PLACE = -1 };

typedef struct {
    int home; /* a place */
    int wish;
    bool floats;
    bool movable; /* becomes a piece, */
    bool stuck;   /* ...or would, if its owner allowed it another place */
} Seat;

/* What some owners allow, in places. */
typedef struct {
    const CpuSet *allowed;
    int n_places;
    int kind;
} Wish;

/* What spots are ordered by; n_pieces and squares are of those that become pieces. */
typedef struct {
    int64_t load, variance, squares;
    int base, capacity, n_pieces;
} Weight;

struct Making {
    const Snapshot *snapshot;
    const Places *places;
    const int *placement; /* or NULL */
    Board *board;
    int n_words; /* of a set of places, or of spots */
    int n_wishes;

    Seat *seats; /* [n_vcpus] */
    int *table;  /* [table_mask + 1] wishes by their sets' addresses, or NO_PLACE */
    size_t table_mask;
    Wish *wishes;        /* [n_vcpus] */
    uint64_t *wish_bits; /* [n_wishes * n_words] */
    Weight *weights;     /* [n_places] */
    int *order;          /* [n_vcpus or n_places or n_wishes + 1] being sorted */
    int *renumbered;     /* [n_pcpus] cores, caches or cells */
    Kind *raw_kinds;     /* [n_wishes + 1] as they come */
    int *kind_spots;
    uint64_t *kind_bits;

    size_t max_vcpus, max_places, max_kinds, max_numbers, max_wish_bits, max_kind_spots,
        max_kind_bits, max_base; /* room kept */
};

/* Finds the place of every vCPU, and weighs what is in each.  Foreign load is weighed
 * already. */
void making_seat(struct Making *m);

/* Says what owners allow in spots. */
void making_lay_kinds(struct Making *m);

/* Do two kinds that pieces are of have a spot in common? */
bool making_kinds_meet(struct Making *m);

static inline void set_bit(uint64_t *bits, int i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static inline bool has_bit(const uint64_t *bits, int i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

static inline const uint64_t *places_of_wish(const struct Making *m, int wish)
{
    return &m->wish_bits[(size_t)wish * (size_t)m->n_words];
}

/* What a vCPU weighs as a piece. */
static inline int load_of(const Vcpu *vcpu)
{
    return MAX(vcpu->mean, 1);
}

#endif
