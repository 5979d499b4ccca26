/*
 * The page tables of the vmalloc window. The upper levels exist since boot; page
 * tables are made when an area first needs them and stay for good, as in Linux:
 * a table serves many areas in turn, and a process that shared the window's tables
 * would have to be told. They come from lowmem, where the walker's accessors reach
 * them. (Gorman ch. 7, "Allocating a Non-Contiguous Area"; SDM vol. 3A, 4.3, 4.4)
 *
 * Tables are made for a whole area before anything is mapped in it. So mapping
 * cannot fail half-way, which it can in Linux. The loops look a table up once and
 * then run along its entries.
 *
 * Filling an entry that was empty needs no flush; emptying one does, and that is
 * area.c's business.
 */
#include "internal.h"

#include <lib/bug.h>
#include <mm/page_alloc.h>

unsigned long vmap_page_tables;

static inline pmd_t *pmd_of(unsigned long address)
{
	return pmd_offset(pud_offset(pgd_offset_k(address), address), address);
}

/* Where the table of address ends, or end if that comes first. */
static inline unsigned long table_end(unsigned long address, unsigned long end)
{
	return min((address & PMD_MASK) + PMD_SIZE, end);
}

static inline pte_t *pte_of(unsigned long address)
{
	pmd_t *pmd = pmd_of(address);

	return pmd_none(*pmd) ? NULL : pte_offset_kernel(pmd, address);
}

pte_t *vmap_pte(unsigned long address)
{
	return pte_of(address);
}

/* The table is made without the lock; somebody may have been faster. */
static noinline bool make_page_table(pmd_t *pmd, gfp_t gfp)
{
	void *table = get_zeroed_page(gfp & GFP_RECLAIM_MASK);

	if (!table)
		return false;
	spin_lock(&vmap_lock);
	if (pmd_none(*pmd)) {
		pmd_populate_kernel(pmd, __pa(table));
		vmap_page_tables++;
		table = NULL;
	}
	spin_unlock(&vmap_lock);
	free_page(table);
	return true;
}

bool populate_page_tables(unsigned long start, unsigned long end, gfp_t gfp)
{
	for (; start < end; start = table_end(start, end)) {
		pmd_t *pmd = pmd_of(start);

		if (unlikely(pmd_none(*pmd)) && !make_page_table(pmd, gfp))
			return false;
	}
	return true;
}

/* How many entries of one table a range has. */
static inline unsigned long nr_entries(unsigned long start, unsigned long stop)
{
	return (stop - start) >> PAGE_SHIFT;
}

void map_pages(unsigned long start, unsigned long end, struct page **pages,
               pgprot_t prot)
{
	/* LAB 8.3 BEGIN
	 * With the rights of prot, as far as the CPU has them; BUG_ON if an entry is not
	 * empty. Look up each page table once.
	 * START WITH
	 *	(void)prot;
	 *	for (; start < end; start += PAGE_SIZE)
	 *		set_pte(vmap_pte(start), pfn_pte(page_to_pfn(*pages++), PAGE_KERNEL));
	 */
	pteval_t bits = pgprot_val(prot) & __supported_pte_mask;

	while (start < end) {
		unsigned long stop = table_end(start, end);
		pte_t *pte = pte_offset_kernel(pmd_of(start), start);
		pte_t *last = pte + nr_entries(start, stop);

		for (; pte < last; pte++, pages++) {
			BUG_ON(!pte_none(*pte));
			set_pte_frame(pte, page_to_pfn(*pages), &bits);
		}
		start = stop;
	}
	/* LAB 8.3 END */
}

void map_frames(unsigned long start, unsigned long end, unsigned long pfn, pgprot_t prot)
{
	/* LAB 8.3 BEGIN
	 * The frames from pfn on, in the same way.
	 * START WITH
	 *	(void)start, (void)end, (void)pfn, (void)prot;
	 */
	pteval_t bits = pgprot_val(prot) & __supported_pte_mask;

	while (start < end) {
		unsigned long stop = table_end(start, end);
		pte_t *pte = pte_offset_kernel(pmd_of(start), start);
		pte_t *last = pte + nr_entries(start, stop);

		for (; pte < last; pte++) {
			BUG_ON(!pte_none(*pte));
			set_pte_frame(pte, pfn++, &bits);
		}
		start = stop;
	}
	/* LAB 8.3 END */
}

/* LAB 8.3 BEGIN
 * Empty the entries; a range without a page table has none.
 * START WITH
 * void unmap_range(unsigned long start, unsigned long end)
 * {
 *	(void)start, (void)end;
 * }
 */
static inline void clear_entries(pte_t *pte, const pte_t *last)
{
	for (; pte < last; pte++)
		pte_clear(pte);
}

void unmap_range(unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned long stop = table_end(start, end);
		pte_t *pte = pte_of(start);

		if (likely(pte))
			clear_entries(pte, pte + nr_entries(start, stop));
		start = stop;
	}
}
/* LAB 8.3 END */

unsigned long first_mapped(unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned long stop = table_end(start, end);
		const pte_t *pte = pte_of(start);

		for (; pte && start < stop; start += PAGE_SIZE)
			if (!pte_none(*pte++))
				return start;
		start = stop;
	}
	return end;
}

unsigned long vmalloc_to_pfn(const void *addr)
{
	const pte_t *pte;

	if (!is_vmalloc_addr(addr))
		return 0;
	pte = pte_of((unsigned long)addr);
	return pte && pte_present(*pte) ? pte_pfn(*pte) : 0;
}

struct page *vmalloc_to_page(const void *addr)
{
	unsigned long pfn = vmalloc_to_pfn(addr);

	return pfn && pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}
