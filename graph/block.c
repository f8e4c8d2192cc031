/* block.c - memory for arrays that live and die together, aligned to cache lines. */
#include "block.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

void *block_carve(Block *block, size_t count, size_t size)
{
    size_t at = block->used;

    block->used += (count * size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    return block->memory ? block->memory + at : NULL;
}

/* A matrix of millions of cells is touched for the first time in one go, and small
 * pages make that a quarter of a whole solve.  It is only a wish. */
static void wish_for_huge_pages(const Block *block)
{
#ifdef MADV_HUGEPAGE
    if (block->memory)
        madvise(block->memory, block->size, MADV_HUGEPAGE);
#else
    (void)block;
#endif
}

bool block_renew(Block *block, size_t need)
{
    size_t unit = need < 2 * HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;

    block->used = 0;
    if (need <= block->size && block->memory)
        return true;
    free(block->memory);
    block->size = need < unit ? unit : (need + unit - 1) / unit * unit;
    block->memory = aligned_alloc(unit, block->size);
    if (!block->memory)
        block->size = 0;
    if (unit == HUGE_PAGE)
        wish_for_huge_pages(block);
    return block->memory;
}

void block_free(Block *block)
{
    free(block->memory);
    *block = (Block){ 0 };
}
