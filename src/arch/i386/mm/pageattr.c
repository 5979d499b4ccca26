/*
 * Single pages of the direct map that come and go, for debug_pagealloc. The page
 * tables exist and stay; only the entries of the last level change. (Linux:
 * arch/x86/mm/pageattr_32.c) An entry that becomes present needs no flush; one
 * that no longer is does, page by page up to the number from which forgetting
 * everything costs less.
 */
#include <asm/pageattr.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include <lib/bug.h>
#include <mm/mmzone.h>

pte_t *lookup_address(unsigned long address, enum pg_level *level)
{
	pud_t *pud = pud_offset(pgd_offset_k(address), address);
	pmd_t *pmd;

	*level = PG_LEVEL_NONE;
	if (pud_none(*pud))
		return NULL;
	pmd = pmd_offset(pud, address);
	if (pmd_none(*pmd))
		return NULL;
	if (pmd_large(*pmd)) {
		*level = PG_LEVEL_PMD;
		return (pte_t *)pmd;
	}
	*level = PG_LEVEL_4K;
	return pte_offset_kernel(pmd, address);
}

void kernel_map_pages(struct page *page, int numpages, int enable)
{
	unsigned long start = (unsigned long)lowmem_page_address(page), pages;

	for (pages = 0; pages < (unsigned long)numpages; pages++) {
		unsigned long address = start + (pages << PAGE_SHIFT);
		enum pg_level level;
		pte_t *pte;

		if (PageHighMem(page + pages))
			break;
		pte = lookup_address(address, &level);
		BUG_ON(level != PG_LEVEL_4K);
		if (enable)
			set_pte_atomic(pte,
			               pfn_pte(PFN_DOWN(__pa(address)), PAGE_KERNEL));
		else
			pte_clear(pte);
	}
	if (!enable && pages) {
		unsigned long end = start + (pages << PAGE_SHIFT);

		flush_tlb_kernel_range(start, end, TLB_PAGEATTR);
		tlb_check_unmapped(start, end);
	}
}

bool kernel_page_present(const struct page *page)
{
	unsigned long address = (unsigned long)lowmem_page_address(page);
	enum pg_level level;

	return pte_present(*lookup_address(address, &level));
}
