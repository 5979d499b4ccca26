/*
 * TLB flushes of ranges, their names, and the check that they were done.
 *
 * A range is forgotten page by page, or all at once? invlpg costs the CPUs that
 * have PAE about a hundred cycles a page. A flush of everything costs two loads
 * of CR4, and then a page walk for each entry that is wanted again: at most the
 * 64 small data pages, 32 small code pages and 8 large pages that a Pentium III
 * remembers, about 25 cycles each while the tables are in the cache: some 2600
 * cycles, 3000 with the loads. That is 30 pages; the power of two next to it is
 * TLB_FLUSH_SINGLE_MAX. (Linux 6 draws the line at 33, with the same argument;
 * 2.6.24 on i386 always forgets everything.)
 *
 * Invariant, verified under tlb=check: an address that was unmapped faults.
 */
#include <asm/page.h>
#include <asm/tlbflush.h>
#include <asm/uaccess.h>
#include <asm/walk.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>

DEFINE_PER_CPU(tlb_counts_t, tlb_counts);
bool tlb_check;
unsigned long tlb_checked;

static int __init tlb_param(const char *value)
{
	if (!value || strcmp(value, "check"))
		return -EINVAL;
	tlb_check = true;
	return 0;
}
early_param("tlb", tlb_param, "tlb=check, touch every address that was unmapped");

const char *tlb_reason_name(enum tlb_reason why)
{
	static const char *const names[NR_TLB_REASONS] = {
		[TLB_BOOT] = "Boot",       [TLB_FIXMAP] = "Fixmap",
		[TLB_KMAP] = "Kmap",       [TLB_KMAP_ATOMIC] = "KmapAtomic",
		[TLB_VMALLOC] = "Vmalloc", [TLB_PAGEATTR] = "PageAttr",
	};

	return names[why];
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end, enum tlb_reason why)
{
	__get_cpu_var(tlb_counts)[why].ranges++;
	if (PFN_UP((phys_addr_t)end) - PFN_DOWN(start) > TLB_FLUSH_SINGLE_MAX) {
		__flush_tlb_all(why);
		return;
	}
	for (unsigned long a = start & PAGE_MASK; a < end; a += PAGE_SIZE)
		__flush_tlb_one(a, why);
}

static __noreturn void still_readable(unsigned long address)
{
	struct pt_walk walk;

	pt_walk(read_cr3(), address, &walk);
	panic("tlb=check: %08lx was unmapped and can still be read: %s", address,
	      walk.present ? "its page-table entry is still present"
			   : "its entry is gone, but the TLB was not flushed");
}

void __tlb_check_unmapped(unsigned long start, unsigned long end)
{
	u8 byte;

	for (unsigned long a = start & PAGE_MASK; a < end; a += PAGE_SIZE) {
		tlb_checked++;
		if (!copy_from_kernel_nofault(&byte, (void *)a, 1))
			still_readable(a);
	}
}
