/*
 * paging_init: the kernel's own page tables. Lowmem is mapped with large pages
 * wherever a whole one has the same rights, and with 4 KiB pages elsewhere: the
 * kernel's text may be executed and not written, its constants neither, and all
 * else not executed. Kernel mappings are global. (Gorman ch. 3,
 * "Kernel Page Tables")
 *
 * It differs from 2.6.24 in that those rights hold from the first moment; Linux
 * sets them at the end of boot.
 */
#include <asm/boot_entry.h>
#include <asm/desc.h>
#include <asm/fixmap.h>
#include <asm/kmap_slot.h>
#include <asm/pkmap.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/tlbflush.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <mm/bootmem.h>
#include <mm/memblock.h>
#include <mm/page_debug.h>

pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE);
unsigned long direct_map_4k_kb, direct_map_large_kb;
pte_t *pkmap_page_table, *kmap_pte;
pteval_t kmap_prot;

extern char init_stack_guard[];

static bool large_pages = true;

static int __init nopse_param(const char *value)
{
	if (value)
		return -EINVAL;
	large_pages = false;
	return 0;
}
early_param("nopse", nopse_param, "nopse, without a value: map lowmem with 4 KiB pages");

/* Parts of the image whose rights differ from PAGE_KERNEL. */
static const struct {
	const char *start, *end;
	pteval_t prot; /* 0: not mapped at all */
} parts[] = {
	{_text, _etext, __PAGE_KERNEL_RX},
	{__start_rodata, __end_rodata, __PAGE_KERNEL_RO},
	{_sinittext, _einittext, __PAGE_KERNEL_RX},
	{init_stack_guard, init_stack_guard + PAGE_SIZE, 0},
};

static pteval_t __init page_rights(unsigned long address)
{
	/* LAB 4.3 BEGIN
	 * What parts[] says of the page, each part taken up to the end of its last page;
	 * of all other lowmem, __PAGE_KERNEL.
	 * START WITH
	 *	(void)address, (void)parts;
	 *	return __PAGE_KERNEL_EXEC;
	 */
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		unsigned long start = (unsigned long)parts[i].start;
		unsigned long end = PAGE_ALIGN((unsigned long)parts[i].end);

		if (address >= start && address < end)
			return parts[i].prot;
	}
	return __PAGE_KERNEL;
	/* LAB 4.3 END */
}

/* Whether [address, address + PMD_SIZE) is lowmem of one kind; lowmem ends at end. */
static bool __init fits_large_page(unsigned long address, unsigned long end)
{
	/* LAB 4.3 BEGIN
	 * Not with nopse (large_pages), nor if single pages are to come and go.
	 * START WITH
	 *	(void)address, (void)end, (void)large_pages;
	 *	return false;
	 */
	if (!large_pages || debug_pagealloc_enabled() || end - address < PMD_SIZE)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if ((unsigned long)parts[i].start < address + PMD_SIZE &&
		    (unsigned long)parts[i].end > address)
			return false;
	return true;
	/* LAB 4.3 END */
}

static pmd_t *__init pmd_alloc_boot(unsigned long address)
{
	pud_t *pud = pud_offset(pgd_offset_k(address), address);

	if (pud_none(*pud))
		pud_populate(pud, __pa(alloc_bootmem_low_pages(PAGE_SIZE)));
	return pmd_offset(pud, address);
}

static void __init map_small_pages(pmd_t *pmd, unsigned long address, unsigned long end)
{
	pte_t *table = alloc_bootmem_low_pages(PAGE_SIZE);

	for (; address < end; address += PAGE_SIZE) {
		pteval_t rights = page_rights(address);

		if (!rights)
			continue;
		set_pte(table + pte_index(address),
			pfn_pte(PFN_DOWN(__pa(address)), __pgprot(rights)));
		direct_map_4k_kb += PAGE_SIZE >> 10;
	}
	pmd_populate_kernel(pmd, __pa(table));
}

static void __init map_lowmem(void)
{
	unsigned long end = PAGE_OFFSET + (max_low_pfn << PAGE_SHIFT);

	for (unsigned long a = PAGE_OFFSET; a < end; a += PMD_SIZE) {
		pmd_t *pmd = pmd_alloc_boot(a);

		if (fits_large_page(a, end)) {
			/* LAB 4.3 BEGIN
			 * Lowmem at a, as one page.
			 * START WITH
			 */
			set_pmd(pmd, pfn_pmd(PFN_DOWN(__pa(a)), PAGE_KERNEL));
			/* LAB 4.3 END */
			direct_map_large_kb += PMD_SIZE >> 10;
		} else {
			map_small_pages(pmd, a, min(end, a + PMD_SIZE));
		}
	}
}

/* Page tables, empty, for a window that mappings come to later. */
static void __init page_table_range_init(unsigned long start, unsigned long end)
{
	for (unsigned long a = start & PMD_MASK; a < end; a += PMD_SIZE) {
		pmd_t *pmd = pmd_alloc_boot(a);

		if (pmd_none(*pmd))
			pmd_populate_kernel(pmd, __pa(alloc_bootmem_low_pages(PAGE_SIZE)));
		if (a + PMD_SIZE < a)
			break;
	}
}

/* Every pmd table of the kernel's part exists from the start, so that a pgd entry
 * never changes later: processes will copy it. */
static void __init populate_kernel_pgd(void)
{
	unsigned long address = PAGE_OFFSET;

	do {
		pmd_alloc_boot(address);
		address += PGDIR_SIZE;
	} while (address > PAGE_OFFSET);
}

void __init paging_init(void)
{
	BUILD_BUG_ON((FIXADDR_START & PMD_MASK) != (FIXADDR_TOP & PMD_MASK));
	BUILD_BUG_ON((PKMAP_BASE & PMD_MASK) != ((PKMAP_END - 1) & PMD_MASK));

	high_memory = __va(PFN_PHYS(max_low_pfn - 1)) + PAGE_SIZE;
	populate_kernel_pgd();
	map_lowmem();
	page_table_range_init(FIXADDR_START, FIXADDR_TOP);
	fixmap_page_table = pte_offset_kernel(pmd_alloc_boot(FIXADDR_START), 0);
	page_table_range_init(PKMAP_BASE, PKMAP_END);
	pkmap_page_table = pte_offset_kernel(pmd_alloc_boot(PKMAP_BASE), PKMAP_BASE);
	kmap_pte = fixmap_pte(KMAP_SLOTS_START) - (KMAP_SLOTS_START >> PAGE_SHIFT);
	kmap_prot = pgprot_val(PAGE_KERNEL) & __supported_pte_mask;
	write_cr3((unsigned long)__pa(swapper_pg_dir));
	if (cpu_has(X86_FEATURE_PGE))
		write_cr4(read_cr4() | X86_CR4_PGE);
	__flush_tlb_all(TLB_BOOT);
	memblock_set_current_limit(PFN_PHYS(max_low_pfn));
	doublefault_set_cr3(read_cr3());
}

void __init drop_identity_map(void)
{
	for (unsigned long i = 0; i < pgd_index(PAGE_OFFSET); i++)
		__clear_entry(&boot_pg_dir[i].pgd);
	__flush_tlb_all(TLB_BOOT);
}

void find_zone_ends(unsigned long zone_end[MAX_NR_ZONES], unsigned long low_end,
		    unsigned long end)
{
	/* LAB 2.5 BEGIN
	 * DMA to MAX_DMA_ADDRESS, Normal to the end of lowmem, HighMem to that of RAM.
	 * START WITH
	 *	zone_end[ZONE_DMA] = zone_end[ZONE_NORMAL] = low_end;
	 *	zone_end[ZONE_HIGHMEM] = end;
	 */
	zone_end[ZONE_DMA] = min(PFN_DOWN(MAX_DMA_ADDRESS), low_end);
	zone_end[ZONE_NORMAL] = low_end;
	zone_end[ZONE_HIGHMEM] = end;
	/* LAB 2.5 END */
	zone_end[ZONE_MOVABLE] = end;
}

void __init zone_sizes_init(void)
{
	unsigned long zone_end[MAX_NR_ZONES];

	find_zone_ends(zone_end, max_low_pfn, highend_pfn);
	free_area_init(ram_ranges, nr_ram_ranges, zone_end);
}
