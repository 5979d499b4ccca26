/*
 * TLB flushes, as the portable part of the kernel sees them: why, how many, and
 * whether they were done. (SDM vol. 3A, 4.10; Gorman ch. 3, "Translation Lookaside
 * Buffer")
 */
#ifndef MM_TLB_H
#define MM_TLB_H

#include <lib/percpu.h>
#include <lib/types.h>

enum tlb_reason {
	TLB_BOOT,        /* page tables of the boot */
	TLB_FIXMAP,      /* set_fixmap, clear_fixmap, early_ioremap */
	TLB_KMAP,        /* the pkmap window has come round */
	TLB_KMAP_ATOMIC, /* kunmap_atomic */
	TLB_VMALLOC,     /* vfree, vunmap, iounmap: many areas at a time */
	TLB_PAGEATTR,    /* rights, or single pages, of the direct map */
	NR_TLB_REASONS
};

struct tlb_count {
	unsigned long pages;  /* flushes of one page */
	unsigned long ranges; /* flush_tlb_kernel_range, whatever it chose */
	unsigned long all;    /* flushes of everything */
};
typedef struct tlb_count tlb_counts_t[NR_TLB_REASONS];
DECLARE_PER_CPU(tlb_counts_t, tlb_counts);

/* "Vmalloc" and so on, one word without spaces. */
const char *tlb_reason_name(enum tlb_reason why);

/* Forgetting more pages than this one by one costs more than forgetting all. */
#define TLB_FLUSH_SINGLE_MAX 32UL

/*
 * Forget the pages that [start, end) touches, one by one up to
 * TLB_FLUSH_SINGLE_MAX of them, else everything. end may not be behind the last
 * byte of the address space. Global pages too. Does not sleep; any context.
 */
void flush_tlb_kernel_range(unsigned long start, unsigned long end, enum tlb_reason why);

/*
 * tlb=check: whoever has unmapped [start, end) and flushed calls this before
 * anybody else may map there. Each page is touched, and one that can still be
 * read is a BUG that says whether the entry is there still or only the TLB knows
 * it. Does not sleep; any context. Costs a test of a variable while it is off.
 */
extern bool tlb_check;
extern unsigned long tlb_checked; /* pages touched so far */
void __tlb_check_unmapped(unsigned long start, unsigned long end);

static inline void tlb_check_unmapped(unsigned long start, unsigned long end)
{
	if (__builtin_expect(tlb_check, 0))
		__tlb_check_unmapped(start, end);
}

#endif
