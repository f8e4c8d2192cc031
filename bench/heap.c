/*
 * heap.c - stands between a program and the C library's heap.
 *
 * The GNU C library lets a program bring its own malloc and calls that instead, and
 * offers its own by other names.
 */
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static int64_t n_requests, in_use, peak;

static void *taken(void *block)
{
    n_requests++;
    in_use += (int64_t)malloc_usable_size(block);
    if (in_use > peak)
        peak = in_use;
    return block;
}

static void given_back(void *block)
{
    in_use -= (int64_t)malloc_usable_size(block);
}

void *malloc(size_t size)
{
    return taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return taken(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    given_back(block);
    return taken(__libc_realloc(block, size));
}

void *memalign(size_t alignment, size_t size)
{
    return taken(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}

void free(void *block)
{
    given_back(block);
    __libc_free(block);
}

int64_t heap_n_requests(void)
{
    return n_requests;
}

int64_t heap_in_use(void)
{
    return in_use;
}

int64_t heap_peak(void)
{
    return peak;
}

void heap_forget_peak(void)
{
    peak = in_use;
}
