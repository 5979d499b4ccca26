/* Sorting in place: O(n log n) at worst, no recursion, no memory, not stable. */
#ifndef LIB_SORT_H
#define LIB_SORT_H

#include <lib/types.h>

/*
 * Sort nr elements of size bytes at base so that compare() of neighbours is
 * never above 0. swap_elements may be NULL: then bytes are exchanged.
 */
void sort(void *base, size_t nr, size_t size,
          int (*compare)(const void *a, const void *b),
          void (*swap_elements)(void *a, void *b, size_t size));

#endif
