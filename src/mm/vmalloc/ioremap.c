/*
 * ioremap: addresses for what is no RAM, registers and memory of devices, or RAM
 * that the firmware keeps. (Linux 2.6.24: arch/x86/mm/ioremap_32.c) The mapping
 * is not cached. An area is aligned to its size, up to IOREMAP_MAX_ALIGN, as in
 * Linux, where large pages could be used for it; 2.6.24 aligns to twice as much.
 *
 * The page allocator's RAM is refused, in highmem too, since two mappings of a
 * page that differ in caching are undefined (SDM vol. 3A, 11.12.4); 2.6.24 looks
 * at lowmem only. What lies between video RAM and the end of the BIOS is always
 * mapped, in the direct map.
 */
#include "internal.h"

#include <asm/processor.h>
#include <lib/bitops.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <sched/sched.h>

#define IOREMAP_MAX_ALIGN (128 * PAGE_SIZE) /* Linux's IOREMAP_MAX_ORDER */

static bool is_isa_range(phys_addr_t phys, phys_addr_t last)
{
	return phys >= VIDEO_RAM_START && last < BIOS_END;
}

static bool addressable(phys_addr_t last)
{
	unsigned int bits = boot_cpu_data.phys_bits;

	return last >> PAGE_SHIFT < MAX_ARCH_PFN && (bits >= 64 || !(last >> bits));
}

/* Whether the page allocator owns one of the frames. */
static bool contains_ram(unsigned long pfn, unsigned long last_pfn)
{
	for (; pfn <= last_pfn; pfn++)
		if (pfn_valid(pfn) && !PageReserved(pfn_to_page(pfn)))
			return true;
	return false;
}

static unsigned long alignment(unsigned long size)
{
	return min(roundup_pow_of_two(size), IOREMAP_MAX_ALIGN);
}

static struct vm_struct *map_device(phys_addr_t phys, unsigned long size,
                                    const void *caller)
{
	struct vm_request request = {.size = size,
	                             .align = alignment(size),
	                             .flags = VM_IOREMAP,
	                             .gfp = GFP_KERNEL,
	                             .caller = caller};
	struct vm_struct *area = alloc_vm_area(&request);

	if (!area)
		return NULL;
	if (!populate_page_tables(area_start(area), area_guard(area), GFP_KERNEL)) {
		discard_vm_area(area);
		return NULL;
	}
	map_frames(area_start(area), area_guard(area), PFN_DOWN(phys),
	           PAGE_KERNEL_NOCACHE);
	area->phys_addr = phys;
	vm_area_ready(area);
	return area;
}

static void *ioremap_caller(phys_addr_t phys, unsigned long size, const void *caller)
{
	phys_addr_t last = phys + size - 1;
	unsigned long offset = (unsigned long)phys & ~PAGE_MASK, pages;
	struct vm_struct *area;

	if (!size || last < phys || !addressable(last))
		return NULL;
	if (is_isa_range(phys, last))
		return __va(phys);
	if (contains_ram(PFN_DOWN(phys), PFN_DOWN(last))) {
		pr_warn("ioremap: [mem 0x%08llx-0x%08llx] contains RAM in use: refused\n",
		        (unsigned long long)phys, (unsigned long long)last);
		return NULL;
	}
	pages = PFN_DOWN(last) - PFN_DOWN(phys) + 1;
	if (pages >= (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT)
		return NULL;
	area = map_device(phys - offset, pages << PAGE_SHIFT, caller);
	return area ? (char *)area->addr + offset : NULL;
}

void *ioremap(phys_addr_t phys, unsigned long size)
{
	return ioremap_caller(phys, size, __builtin_return_address(0));
}

void *ioremap_nocache(phys_addr_t phys, unsigned long size)
{
	return ioremap_caller(phys, size, __builtin_return_address(0));
}

void iounmap(const void *addr)
{
	unsigned long address = (unsigned long)addr;

	if (address >= (unsigned long)__va(VIDEO_RAM_START) &&
	    address < (unsigned long)__va(BIOS_END))
		return;
	unmap_vm_area((void *)(address & PAGE_MASK), VM_IOREMAP, "iounmap");
}
