/* Where the host maps pages of its arena a second time; see windows.c. */
#ifndef ASM_HOST_WINDOW_H
#define ASM_HOST_WINDOW_H

#include <asm/kmap_types.h>
#include <asm/page.h>

/* Where no 32-bit program has anything. */
#define HOST_PKMAP_WINDOW 0x70000000UL
#define HOST_KMAP_WINDOW  0x71000000UL

extern unsigned long host_kmap_slots[NR_KMAP_SLOTS]; /* frames; 0: free */

/* Let the page at address be the arena's frame; or let it fault. */
void host_map_page(unsigned long address, unsigned long pfn);
void host_unmap_page(unsigned long address);

#endif
