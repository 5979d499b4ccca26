/*
 * The fixmap slots behind kmap_atomic, by their addresses; asm/kmap_types.h says which
 * is whose. None of these sleeps or fails; a slot belongs to this CPU and to who set
 * it.
 */
#ifndef ASM_KMAP_SLOT_H
#define ASM_KMAP_SLOT_H

#include <asm/fixmap.h>
#include <asm/kmap_types.h>
#include <asm/tlbflush.h>

_Static_assert(FIX_KMAP_END - FIX_KMAP_BEGIN + 1 == NR_KMAP_SLOTS * KMAP_SLOT_STRIDE,
	       "the fixmap has no room for kmap_atomic's slots");

/* Slots count upwards, against the fixmap's numbers; a guard is above its slot. */
#define KMAP_SLOTS_START (FIXADDR_TOP - ((FIX_KMAP_END + 1UL) << PAGE_SHIFT))

/* The table's entry for page 0, if it reached down to there: the slots' entries are
 * found by their page numbers. And what they have besides the frame. Set by
 * paging_init. */
extern pte_t *kmap_pte;
extern pteval_t kmap_prot;

static inline pte_t *kmap_slot_pte(unsigned long address)
{
	return kmap_pte + (address >> PAGE_SHIFT);
}

static inline bool kmap_slot_busy(unsigned long address)
{
	return pte_present(*kmap_slot_pte(address));
}

/* The frame that a busy slot maps. */
static inline unsigned long kmap_slot_pfn(unsigned long address)
{
	return pte_pfn(*kmap_slot_pte(address));
}

/* Map a slot that is not busy: no flush is needed. */
static inline void kmap_slot_set(unsigned long address, unsigned long pfn)
{
	__set_frame(&kmap_slot_pte(address)->pte, pfn, &kmap_prot);
}

/* Unmap a slot and flush it; tlb_check_unmapped is the caller's. */
static inline void kmap_slot_clear(unsigned long address)
{
	pte_clear(kmap_slot_pte(address));
	__flush_tlb_one(address, TLB_KMAP_ATOMIC);
}

#endif
