/*
 * heap.h - what a program asks of the heap, counted.
 *
 * A program that links heap.c has its malloc and kin counted, in all its libraries.
 * Counting is for one thread at a time.
 */
#ifndef BENCH_HEAP_H
#define BENCH_HEAP_H

#include <stdint.h>

/* Blocks asked for so far, anew or larger. */
int64_t heap_n_requests(void);

/* Bytes in use now, and the most since heap_forget_peak. */
int64_t heap_in_use(void);
int64_t heap_peak(void);
void heap_forget_peak(void);

#endif
