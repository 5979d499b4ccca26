/* The fixmap slots behind kmap_atomic. */
#ifndef ASM_KMAP_SLOT_H
#define ASM_KMAP_SLOT_H

#include <asm/fixmap.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>

static inline void *kmap_slot_address(unsigned int slot)
{
	unsigned int idx = FIX_KMAP_BEGIN + slot + KMAP_ATOMIC_SLOTS * smp_processor_id();

	return (void *)__fix_to_virt(idx);
}

static inline bool is_kmap_slot(const void *address)
{
	unsigned long a = (unsigned long)address;

	return a >= __fix_to_virt(FIX_KMAP_END) &&
	       a < __fix_to_virt(FIX_KMAP_BEGIN) + PAGE_SIZE;
}

/* Map an empty slot: no flush is needed. */
static inline void *kmap_slot_set(unsigned int slot, unsigned long pfn)
{
	void *address = kmap_slot_address(slot);

	set_pte(fixmap_pte((unsigned long)address), pfn_pte(pfn, PAGE_KERNEL));
	return address;
}

static inline void kmap_slot_clear(unsigned int slot)
{
	unsigned long address = (unsigned long)kmap_slot_address(slot);

	pte_clear(fixmap_pte(address));
	__flush_tlb_one(address, TLB_KMAP_ATOMIC);
	tlb_check_unmapped(address, address + PAGE_SIZE);
}

#endif
