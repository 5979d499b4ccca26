/*
 * The one place that flushes the TLB. A page-table entry that was present and
 * changes must be flushed before anybody relies on the change; a new entry
 * needs no flush (SDM vol. 3A, 4.10.4).
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <asm/processor.h>

/* Forget one page, global or not. */
static inline void __flush_tlb_one(unsigned long address)
{
	__asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

/* Forget all but global pages (QEMU forgets those too; hardware does not). */
static inline void __flush_tlb(void)
{
	write_cr3(read_cr3());
}

/* Forget everything: clearing CR4.PGE drops global pages as well. */
static inline void __flush_tlb_all(void)
{
	unsigned long cr4 = read_cr4();

	if (!(cr4 & X86_CR4_PGE)) {
		__flush_tlb();
		return;
	}
	write_cr4(cr4 & ~X86_CR4_PGE);
	write_cr4(cr4);
}

#endif
