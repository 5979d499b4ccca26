/*
 * The blocks that the monitor's alloc took and its free gives back.
 */
#ifndef MONITOR_TAKEN_H
#define MONITOR_TAKEN_H

#include <mm/page_alloc.h>

/* Remember a block of 2^order frames that was just allocated. */
void taken_add(struct page *page, unsigned int order);

/* Give back the block that begins at the frame; false if alloc took none there.
 * The order goes to *order. */
bool taken_free(unsigned long pfn, unsigned int *order);

/* Give all back; returns how many frames. */
unsigned long taken_free_all(void);

#endif
