/* The processor's cache, as far as data structures know of it. */
#ifndef LIB_CACHE_H
#define LIB_CACHE_H

/* What small allocations are aligned to: a cache line of the i686. */
#define SMP_CACHE_BYTES 32UL

#endif
