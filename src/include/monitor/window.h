/*
 * What is mapped in the last part of the address space, for `layout` and `window`:
 * the one place of the monitor that asks vmalloc and kmap.
 */
#ifndef MONITOR_WINDOW_H
#define MONITOR_WINDOW_H

#include <lib/types.h>

#define WINDOW_TEXT_MAX 96

/* [start, end), and what is there in words. */
struct window_part {
	unsigned long start, end;
	char text[WINDOW_TEXT_MAX];
};

/* The lowest part that is in use and starts at `after` or above, in the vmalloc
 * window or in that of kmap. False: there is none. */
bool vmalloc_next_part(unsigned long after, struct window_part *part);
bool pkmap_next_part(unsigned long after, struct window_part *part);

/* KiB of addresses in use, and slots. */
unsigned long vmalloc_used_kb(void);
unsigned int pkmap_used_slots(void);

/* How long [start, last] is: "4096K", or from 10 MiB up "896M", rounded down. size
 * of buf at least 12. Returns buf. */
const char *range_size_text(unsigned long start, unsigned long last, char *buf,
                            size_t size);

#endif
