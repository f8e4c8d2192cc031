/*
 * block.h - memory for arrays that live and die together.
 *
 * A function carves all arrays of one solve from a block, and is called twice: on an
 * empty block, to learn how much they need, and on the real one.
 */
#ifndef PINFLOW_BLOCK_H
#define PINFLOW_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#define block_carve pinflow_block_carve
#define block_renew pinflow_block_renew
#define block_free pinflow_block_free

typedef struct {
    char *memory;
    size_t size, used; /* bytes; used is counted also where there is no memory */
} Block;

/* Memory for @count things of @size bytes, aligned to a cache line; NULL from an
 * empty block. */
void *block_carve(Block *block, size_t count, size_t size);

/* Makes @block at least as large as @need bytes, its contents void, nothing carved.
 * False when out of memory. */
bool block_renew(Block *block, size_t need);

void block_free(Block *block);

#endif
