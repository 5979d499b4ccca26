/* The host maps all of its arena: a slot is the page's own place there. */
#ifndef ASM_KMAP_SLOT_H
#define ASM_KMAP_SLOT_H

#include <asm/page.h>

extern unsigned long host_kmap_slots[KMAP_ATOMIC_SLOTS];

static inline void *kmap_slot_address(unsigned int slot)
{
	return __va(PFN_PHYS(host_kmap_slots[slot]));
}

static inline bool is_kmap_slot(const void *address)
{
	return __pa(address) >= HOST_HIGHMEM_START && __pa(address) < HOST_ARENA_SIZE;
}

static inline void *kmap_slot_set(unsigned int slot, unsigned long pfn)
{
	host_kmap_slots[slot] = pfn;
	return kmap_slot_address(slot);
}

static inline void kmap_slot_clear(unsigned int slot)
{
	host_kmap_slots[slot] = 0;
}

#endif
