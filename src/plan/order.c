/*
 * order.c - Shell's sort, by the gaps that Ciura found and went on by.
 *
 * The library's sort takes memory, which a period must not, and its result depends on
 * the library where things tie.
 */
#include "order.h"

#include <stddef.h>

static const int gaps[] = { 16001, 7111, 3161, 1405, 701, 301, 132, 57, 23, 10, 4, 1 };

void order_sort(int *order, int n, bool (*before)(const void *context, int a, int b),
                const void *context)
{
    for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (int i = gaps[g]; i < n; i++) {
            int moving = order[i], at = i;

            while (at >= gaps[g] && before(context, moving, order[at - gaps[g]])) {
                order[at] = order[at - gaps[g]];
                at -= gaps[g];
            }
            order[at] = moving;
        }
}
