/*
 * sparse_body.h - the vector loops of sparse.c, once for each instruction set.
 *
 * Before each inclusion sparse.c says CELL, CELL_BITS, VECTOR_BYTES and BODY(name).
 */
#include "lanes.h"

TARGET static void BODY(clear_labels)(Sparse *s)
{
    for (int k = 0; k < s->width; k += LANES)
        store(s->label + k, (VEC){ 0 } + OUT_OF_REACH / 2);
}

/* Follows the links of a wide column.  Returns the label of the nearest column found
 * that has too little, if that is less than @bound. */
TARGET static int64_t BODY(relax_wide)(Sparse *s, int32_t j, const int64_t *w,
                                       int64_t bound)
{
    VEC base = (VEC){ 0 } + (s->label[j] - s->price[j]);
    VEC nearest = (VEC){ 0 } + bound, limit = nearest, me = (VEC){ 0 } + (int64_t)j;

    for (int k = 0; k < s->width; k += LANES) {
        VEC x = load(w + k) + load(s->price + k) + base;
        VEC old = load(s->label + k);
        MASK better = LESS(x, MIN(old, limit));
        uint64_t bits = BITS(better);

        if (!bits)
            continue;
        s->active[k / 64] |= bits << (k % 64);
        x = PICK(better, x, old);
        store(s->label + k, x);
        store(s->parent + k, PICK(better, me, load(s->parent + k)));
        nearest = MIN(nearest, x + load(s->wants + k));
    }
    return LEAST(nearest);
}

/* The first column that has too little and that label. */
TARGET static int32_t BODY(labelled)(const Sparse *s, int64_t label)
{
    for (int k = 0; k < s->width; k += LANES) {
        VEC there = load(s->label + k) + load(s->wants + k);
        uint64_t bits = BITS(EQUAL(there, (VEC){ 0 } + label));

        if (bits)
            return k + __builtin_ctzll(bits);
    }
    return NOBODY;
}

TARGET static void BODY(raise_prices)(Sparse *s, int64_t distance)
{
    VEC bound = (VEC){ 0 } + distance;

    for (int k = 0; k < s->width; k += LANES)
        store(s->price + k,
              load(s->price + k) + (bound - MIN(load(s->label + k), bound)));
}

static const Lanes BODY(lanes) = {
    .clear_labels = BODY(clear_labels),
    .relax_wide = BODY(relax_wide),
    .labelled = BODY(labelled),
    .raise_prices = BODY(raise_prices),
};

#include "lanes_end.h"
