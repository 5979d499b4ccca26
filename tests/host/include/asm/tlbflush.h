/* The host's stand-in for <asm/tlbflush.h>: it has no TLB, but counts. */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <mm/tlb.h>

static inline void __flush_tlb_one(unsigned long address, enum tlb_reason why)
{
	(void)address;
	__get_cpu_var(tlb_counts)[why].pages++;
}

static inline void __flush_tlb_all(enum tlb_reason why)
{
	__get_cpu_var(tlb_counts)[why].all++;
}

#endif
