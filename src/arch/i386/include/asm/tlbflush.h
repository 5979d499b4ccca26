/*
 * The one place that flushes the TLB. A page-table entry that was present and
 * changes must be flushed before anybody relies on the change; a new entry
 * needs no flush (SDM vol. 3A, 4.10.4). Each flush says why, and is counted:
 * /proc/tlbinfo.
 *
 * None of these sleeps or takes a lock; all may be called in any context.
 *
 *                     4 KiB and large pages     global pages too
 *   __flush_tlb_one   of one address            yes
 *   __flush_tlb       all                       no
 *   __flush_tlb_all   all                       yes
 *
 * Kernel mappings are global where the CPU can, so for them only the first and
 * the last will do. On one CPU that is all; with more, each would have to be told.
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <asm/memory_layout.h>
#include <asm/processor.h>
#include <lib/percpu.h>
#include <mm/tlb.h>

/* Forget the page, small or large, that maps the address. */
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

/*
 * Forget everything: clearing CR4.PGE drops global pages as well (SDM vol. 3A,
 * 4.10.4.1). Interrupts are off in between: a handler that flushes would find a
 * CR4 without PGE and think that there are no global pages.
 */
static inline void __flush_tlb_all(enum tlb_reason why)
{
	unsigned long flags, cr4;

	local_irq_save(flags);
	cr4 = read_cr4();
	if (cr4 & X86_CR4_PGE) {
		__get_cpu_var(tlb_counts)[why].all++;
		write_cr4(cr4 & ~X86_CR4_PGE);
		write_cr4(cr4);
	} else {
		__flush_tlb(why);
	}
	local_irq_restore(flags);
}

#endif
