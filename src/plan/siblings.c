/*
 * siblings.c - see siblings.h.
 *
 * Each VM has a table of spots of its own, at least twice as large as it has members, in
 * which a spot lies where its hash says or in the first slot behind that is free.  When
 * nobody is left on a spot, those behind move up, so that none is ever lost.
 */
#include "siblings.h"

#include "room.h"

enum { NO_SPOT = -1 };

static size_t slot_of(const Family *family, int spot)
{
    return (uint32_t)spot * UINT32_C(0x9e3779b9) >> (32 - family->bits);
}

/* Where @spot is counted, or would be. */
static SiblingCount *find(const Siblings *siblings, const Family *family, int spot)
{
    SiblingCount *counts = &siblings->counts[family->first];
    size_t mask = ((size_t)1 << family->bits) - 1, slot = slot_of(family, spot);

    while (counts[slot].spot != spot && counts[slot].spot != NO_SPOT)
        slot = (slot + 1) & mask;
    return &counts[slot];
}

static const Family *family_of(const Siblings *siblings, int piece)
{
    return &siblings->families[siblings->family_of[piece]];
}

/* Closes the gap at @slot: whoever was pushed behind it moves up. */
static void close_gap(Siblings *siblings, const Family *family, size_t slot)
{
    SiblingCount *counts = &siblings->counts[family->first];
    size_t mask = ((size_t)1 << family->bits) - 1;

    for (size_t at = (slot + 1) & mask; counts[at].spot != NO_SPOT;
         at = (at + 1) & mask) {
        size_t away = (at - slot_of(family, counts[at].spot)) & mask;

        if (away < ((at - slot) & mask))
            continue;
        counts[slot] = counts[at];
        slot = at;
    }
    counts[slot].spot = NO_SPOT;
}

static void sit(Siblings *siblings, const Family *family, int spot)
{
    SiblingCount *count = find(siblings, family, spot);

    if (count->spot == NO_SPOT)
        *count = (SiblingCount){ .spot = spot };
    count->n++;
}

void siblings_sit(Siblings *siblings, int piece, int spot)
{
    if (!siblings_none(siblings, piece))
        sit(siblings, family_of(siblings, piece), spot);
}

void siblings_rise(Siblings *siblings, int piece, int spot)
{
    const Family *family;
    SiblingCount *count;

    if (siblings_none(siblings, piece))
        return;
    family = family_of(siblings, piece);
    count = find(siblings, family, spot);
    if (--count->n == 0)
        close_gap(siblings, family, (size_t)(count - &siblings->counts[family->first]));
}

int siblings_on(const Siblings *siblings, int piece, int spot)
{
    const SiblingCount *count = find(siblings, family_of(siblings, piece), spot);

    return count->spot == NO_SPOT ? 0 : count->n;
}

/* ── the beginning ────────────────────────────────────────────────────────── */

static int count_vms(const Board *board)
{
    int n_vms = 0;

    for (int i = 0; i < board->n_pieces; i++)
        n_vms = MAX(n_vms, board->pieces[i].vm + 1);
    return n_vms;
}

static void count_members(Siblings *siblings, const Board *board, int n_vms)
{
    for (int vm = 0; vm < n_vms; vm++)
        siblings->families[vm] = (Family){ 0 };
    for (int i = 0; i < board->n_pieces; i++)
        siblings->families[board->pieces[i].vm].n_members++;
    for (int i = 0; i < board->n_anchors; i++)
        if (board->anchors[i].vm < n_vms)
            siblings->families[board->anchors[i].vm].n_members++;
    for (int i = 0; i < board->n_pieces; i++) {
        int vm = board->pieces[i].vm;

        siblings->family_of[i] = siblings->families[vm].n_members > 1 ? vm : -1;
    }
}

static void seat_anchors(Siblings *siblings, const Board *board, int n_vms)
{
    for (int i = 0; i < board->n_anchors; i++) {
        const Anchor *anchor = &board->anchors[i];

        if (anchor->vm < n_vms && siblings->families[anchor->vm].n_members > 1)
            sit(siblings, &siblings->families[anchor->vm], anchor->spot);
    }
}

/* Lays the tables one behind the other; how long they are together. */
static size_t lay_tables(Siblings *siblings, int n_vms)
{
    size_t first = 0;

    for (int vm = 0; vm < n_vms; vm++) {
        Family *family = &siblings->families[vm];

        if (family->n_members < 2)
            continue;
        family->first = first;
        for (family->bits = 2; 1 << family->bits < 2 * family->n_members;)
            family->bits++;
        first += (size_t)1 << family->bits;
    }
    return first;
}

void siblings_start(Siblings *siblings, const Board *board)
{
    int n_vms = count_vms(board);
    size_t n_counts;

    siblings->family_of = room_for(siblings->family_of, (size_t)board->n_pieces,
                                   sizeof(int), &siblings->max_pieces);
    siblings->families = room_for(siblings->families, (size_t)n_vms, sizeof(Family),
                                  &siblings->max_families);
    count_members(siblings, board, n_vms);
    n_counts = lay_tables(siblings, n_vms);
    siblings->counts = room_for(siblings->counts, n_counts, sizeof(SiblingCount),
                                &siblings->max_counts);
    for (size_t i = 0; i < n_counts; i++)
        siblings->counts[i].spot = NO_SPOT;
    seat_anchors(siblings, board, n_vms);
}

void siblings_clear(Siblings *siblings)
{
    g_free(siblings->family_of);
    g_free(siblings->families);
    g_free(siblings->counts);
    *siblings = (Siblings){ 0 };
}
