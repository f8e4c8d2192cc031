/* order.h - puts indices in order, in place and without memory. */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>

/* @before must be a total order: then there is one result. */
void order_sort(int *order, int n, bool (*before)(const void *context, int a, int b),
                const void *context);

#endif
