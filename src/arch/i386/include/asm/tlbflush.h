/*
 * The one place that flushes the TLB. A page-table entry that was present and
 * changes must be flushed before anybody relies on the change; a new entry
 * needs no flush (SDM vol. 3A, 4.10.4). Each flush says why, and is counted:
 * /proc/tlbinfo.
 *
 * None of these sleeps; all may be called in any context.
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <asm/memory_layout.h>
#include <asm/processor.h>
#include <lib/percpu.h>
#include <mm/tlb.h>

/* Forget one page, global or not. */
static inline void __flush_tlb_one(unsigned long address, enum tlb_reason why)
{
	__get_cpu_var(tlb_counts)[why].pages++;
	__asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

/* Forget all but global pages (QEMU forgets those too; hardware does not). */
static inline void __flush_tlb(enum tlb_reason why)
{
	__get_cpu_var(tlb_counts)[why].all++;
	write_cr3(read_cr3());
}

/* Forget everything: clearing CR4.PGE drops global pages as well. */
static inline void __flush_tlb_all(enum tlb_reason why)
{
	unsigned long cr4 = read_cr4();

	if (!(cr4 & X86_CR4_PGE)) {
		__flush_tlb(why);
		return;
	}
	__get_cpu_var(tlb_counts)[why].all++;
	write_cr4(cr4 & ~X86_CR4_PGE);
	write_cr4(cr4);
}

#endif
