/* The host's stand-in for <asm/kmap_slot.h>: pages of a window, into which the
 * operating system below maps pages of the arena. */
#ifndef ASM_KMAP_SLOT_H
#define ASM_KMAP_SLOT_H

#include <asm/host_window.h>
#include <asm/kmap_types.h>
#include <asm/tlbflush.h>

#define KMAP_SLOTS_START HOST_KMAP_WINDOW

static inline bool kmap_slot_busy(unsigned long address)
{
	return host_kmap_slots[KMAP_SLOT_NR(address)] != 0;
}

static inline unsigned long kmap_slot_pfn(unsigned long address)
{
	return host_kmap_slots[KMAP_SLOT_NR(address)];
}

static inline void kmap_slot_set(unsigned long address, unsigned long pfn)
{
	host_kmap_slots[KMAP_SLOT_NR(address)] = pfn;
	host_map_page(address, pfn);
}

static inline void kmap_slot_clear(unsigned long address)
{
	host_kmap_slots[KMAP_SLOT_NR(address)] = 0;
	host_unmap_page(address);
	__flush_tlb_one(address, TLB_KMAP_ATOMIC);
}

#endif
