/*
 * The end of boot's memory: everything free goes to the page allocator, the
 * Memory: line and the layout are printed, and later the init sections follow.
 */
#include <asm/fixmap.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/tlbflush.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/bootmem.h>
#include <mm/cma.h>
#include <mm/page_alloc.h>

#define POISON_FREE_INITMEM 0xcc

/* CMA's frames are handed over later, with their blocks' type. */
static unsigned long __init free_highmem_range(unsigned long start, unsigned long end)
{
	struct pfn_range cma = cma_reserved_range();
	unsigned long hole_start = clamp(cma.start_pfn, start, end);
	unsigned long hole_end = clamp(cma.end_pfn, start, end);

	return free_reserved_range(start, hole_start) +
	       free_reserved_range(hole_end, end);
}

static unsigned long __init free_highmem(void)
{
	unsigned long freed = 0;

	for (unsigned int i = 0; i < nr_ram_ranges; i++) {
		unsigned long start = max(ram_ranges[i].start_pfn, highstart_pfn);
		unsigned long end = min(ram_ranges[i].end_pfn, highend_pfn);

		if (start < end)
			freed += free_highmem_range(start, end);
	}
	return freed;
}

static unsigned long __init kb(const char *start, const char *end)
{
	return (unsigned long)(end - start + 1023) >> 10;
}

static unsigned long __init pages_kb(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

static void __init print_layout(void)
{
	pr_info("virtual kernel memory layout:\n"
		"    fixmap  : 0x%08lx - 0x%08lx   (%4lu kB)\n"
		"    pkmap   : 0x%08lx - 0x%08lx   (%4lu kB)\n"
		"    vmalloc : 0x%08lx - 0x%08lx   (%4lu MB)\n"
		"    lowmem  : 0x%08lx - 0x%08lx   (%4lu MB)\n",
		FIXADDR_START, FIXADDR_TOP, (FIXADDR_TOP - FIXADDR_START) >> 10,
		PKMAP_BASE, PKMAP_END, (PKMAP_END - PKMAP_BASE) >> 10, VMALLOC_START,
		VMALLOC_END, (VMALLOC_END - VMALLOC_START) >> 20, PAGE_OFFSET,
		(unsigned long)high_memory, ((unsigned long)high_memory - PAGE_OFFSET) >> 20);
	pr_info("      .init : 0x%08lx - 0x%08lx   (%4lu kB)\n"
		"      .data : 0x%08lx - 0x%08lx   (%4lu kB)\n"
		"    .rodata : 0x%08lx - 0x%08lx   (%4lu kB)\n"
		"      .text : 0x%08lx - 0x%08lx   (%4lu kB)\n",
		(unsigned long)__init_begin, (unsigned long)__init_end,
		kb(__init_begin, __init_end), (unsigned long)_sdata,
		(unsigned long)_edata, kb(_sdata, _edata), (unsigned long)__start_rodata,
		(unsigned long)__end_rodata, kb(__start_rodata, __end_rodata),
		(unsigned long)_text, (unsigned long)_etext, kb(_text, _etext));
}

void __init mem_init(void)
{
	unsigned long present = contig_page_data.node_present_pages, highmem;
	unsigned long cma = cma_reserved_range().end_pfn - cma_reserved_range().start_pfn;

	free_all_bootmem();
	highmem = free_highmem();
	init_per_zone_pages_min();
	pr_info("Memory: %luK/%luK available (%luK kernel code, %luK rwdata, "
		"%luK rodata, %luK init, %luK bss, %luK reserved, %luK cma-reserved, "
		"%luK highmem)\n",
		pages_kb(nr_free_pages()), pages_kb(present), kb(_text, _etext),
		kb(_sdata, _edata), kb(__start_rodata, __end_rodata),
		kb(__init_begin, __init_end), kb(__bss_start, __bss_stop),
		pages_kb(present - nr_free_pages() - cma), pages_kb(cma), pages_kb(highmem));
	print_layout();
	BUG_ON(early_ioremap_open());
}

/* The image's init part is mapped by 4 KiB pages, its text among them is rx. */
static void make_writable(unsigned long address)
{
	pmd_t *pmd = pmd_offset(pud_offset(pgd_offset_k(address), address), address);

	BUG_ON(pmd_large(*pmd));
	set_pte_atomic(pte_offset_kernel(pmd, address),
		       pfn_pte(PFN_DOWN(__pa(address)), PAGE_KERNEL));
	__flush_tlb_one(address, TLB_BOOT);
}

void free_initmem(void)
{
	unsigned long start = (unsigned long)__init_begin;
	unsigned long end = (unsigned long)__init_end;

	for (unsigned long a = start; a < (unsigned long)PAGE_ALIGN((unsigned long)_einittext);
	     a += PAGE_SIZE)
		make_writable(a);
	memset(__init_begin, POISON_FREE_INITMEM, end - start);
	free_reserved_range(PFN_DOWN(__pa(start)), PFN_DOWN(__pa(end)));
	init_per_zone_pages_min(); /* the zone manages more than before */
	pr_info("Freeing unused kernel memory: %luk freed\n", (end - start) >> 10);
}
