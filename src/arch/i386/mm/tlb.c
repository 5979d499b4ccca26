/* TLB flushes of ranges, their counts, and the check that they were done. */
#include <asm/tlbflush.h>
#include <asm/uaccess.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>

#define FLUSH_SINGLE_MAX 32UL /* pages; above, one flush of everything is cheaper */

DEFINE_PER_CPU(tlb_counts_t, tlb_counts);
bool tlb_check;

static int __init tlb_param(const char *value)
{
	if (!value || strcmp(value, "check"))
		return -EINVAL;
	tlb_check = true;
	return 0;
}
early_param("tlb", tlb_param, "tlb=check, touch every address that was unmapped");

void flush_tlb_kernel_range(unsigned long start, unsigned long end, enum tlb_reason why)
{
	__get_cpu_var(tlb_counts)[why].ranges++;
	if ((end - start) >> PAGE_SHIFT > FLUSH_SINGLE_MAX) {
		__flush_tlb_all(why);
		return;
	}
	for (unsigned long a = start; a < end; a += PAGE_SIZE)
		__flush_tlb_one(a, why);
}

void __tlb_check_unmapped(unsigned long start, unsigned long end)
{
	u8 byte;

	for (unsigned long a = start; a < end; a += PAGE_SIZE)
		if (!copy_from_kernel_nofault(&byte, (void *)a, 1))
			panic("tlb=check: %08lx was unmapped and can still be read", a);
}
