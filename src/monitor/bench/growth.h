/* bench growth's parts: what a row is, and the ways to fill the machine. */
#ifndef MONITOR_BENCH_GROWTH_H
#define MONITOR_BENCH_GROWTH_H

#include "internal.h"

/* A state of the machine that has a size. */
struct growth_state {
	/* Bring it about; false if memory is short, and then nothing is taken. */
	bool (*enter)(unsigned int size);
	void (*leave)(void);
};

/* growth_pages.c */
extern const struct growth_state growth_in_use;      /* per cent of all memory */
extern const struct growth_state growth_under_low;   /* pages of ZONE_NORMAL */
extern const struct growth_state growth_single_free; /* free pages, every other one */
extern const struct growth_state growth_pair_free;   /* the same, and their neighbours
						      * are to be freed */
extern const struct growth_state growth_block;       /* pages that merge into one */
void growth_page_alloc(unsigned int n, u32 *ticks);
void growth_page_alloc_atomic(unsigned int n, u32 *ticks);
void growth_page_free(unsigned int n, u32 *ticks);
void growth_page_merge(unsigned int n, u32 *ticks);

/* growth_window.c */
extern const struct growth_state growth_areas; /* of vmalloc, alive */
extern const struct growth_state growth_slots; /* of kmap, taken */
void growth_vmalloc_alloc(unsigned int n, u32 *ticks);
void growth_vmalloc_free(unsigned int n, u32 *ticks);
void growth_kmap_hot(unsigned int n, u32 *ticks);
void growth_kmap_first(unsigned int n, u32 *ticks);

/* growth_objects.c */
extern const struct growth_state growth_objects; /* of a slab cache, alive */
extern const struct growth_state growth_holes;   /* of a bootmem bitmap, too small */
void growth_slab_alloc(unsigned int n, u32 *ticks);
void growth_slab_free(unsigned int n, u32 *ticks);
void growth_bootmem(unsigned int n, u32 *ticks);

#endif
