/*
 * Single pages of the direct map. (Linux 2.6.24: arch/x86/mm/pageattr_32.c)
 *
 * For debug_pagealloc they come and go. The page tables exist and stay; only the
 * entries of the last level change. An entry that becomes present needs no flush;
 * one that no longer is does, page by page up to the number from which forgetting
 * everything costs less.
 *
 * change_page_attr gives them other rights. A page that is to differ from its large
 * page splits it: a page table takes its place, which says the same for all 512, and
 * then the one entry changes. When all entries say the same again, the large page
 * comes back. Tables that boot made are never merged: they are reserved pages. 2.6.24
 * counts the pages that differ; here the entries are compared, since they know best.
 */
#include <asm/pageattr.h>
#include <asm/pgalloc.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/tlbflush.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <mm/mmzone.h>
#include <mm/page_alloc.h>
#include <sched/semaphore.h>

/* What the CPU sets by itself. */
#define SET_BY_CPU (_PAGE_ACCESSED | _PAGE_DIRTY)

static DECLARE_MUTEX(attr_mutex);

pte_t *lookup_address(unsigned long address, enum pg_level *level)
{
	/* LAB 4.2 BEGIN
	 * Down the kernel's tables, from pgd_offset_k(): the entry that maps the address,
	 * or would, and its level.
	 * START WITH
	 *	(void)address;
	 *	*level = PG_LEVEL_NONE;
	 *	return NULL;
	 */
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
	/* LAB 4.2 END */
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

/* ---- Rights ---- */

static void count_large_pages(long change)
{
	long kb = change * (long)(PMD_SIZE >> 10);

	direct_map_large_kb += (unsigned long)kb;
	direct_map_4k_kb -= (unsigned long)kb;
}

/* LAB 4.4 BEGIN
 * Replace the large page by a page table that says the same, and forget the large page
 * in the TLB. The address lies in it. -ENOMEM without memory.
 * START WITH
 * static int split_large_page(pmd_t *pmd, unsigned long address)
 * {
 *	(void)pmd, (void)address, (void)count_large_pages;
 *	return -ENOMEM;
 * }
 */
static int split_large_page(pmd_t *pmd, unsigned long address)
{
	pte_t *table = get_zeroed_page(GFP_KERNEL);
	pgprot_t prot = __pgprot(pmd_val(*pmd) & PTE_FLAGS_MASK & ~_PAGE_PSE);
	unsigned long pfn = pmd_pfn(*pmd), start = address & PMD_MASK;

	if (!table)
		return -ENOMEM;
	for (unsigned long i = 0; i < PTRS_PER_PTE; i++)
		set_pte(table + i, pfn_pte(pfn + i, prot));
	set_pmd_atomic(pmd, __pmd((pteval_t)__pa(table) | _KERNPG_TABLE));
	flush_tlb_kernel_range(start, start + PMD_SIZE, TLB_PAGEATTR);
	count_large_pages(-1);
	return 0;
}
/* LAB 4.4 END */

/* LAB 4.4 BEGIN
 * If all entries of the pmd's table say the same of frames that make up a large page,
 * put that in its place, forget the small ones in the TLB, and free the table; but not
 * one that boot made, whose page is reserved.
 * START WITH
 * static void merge_large_page(pmd_t *pmd, unsigned long address)
 * {
 *	(void)pmd, (void)address;
 * }
 */
/* Whether a large page could say what the table says. */
static bool all_alike(const pte_t *table)
{
	pteval_t first = pte_val(table[0]) & ~SET_BY_CPU;

	if (!pte_present(table[0]) || pte_pfn(table[0]) % PTRS_PER_PTE)
		return false;
	for (unsigned long i = 1; i < PTRS_PER_PTE; i++)
		if ((pte_val(table[i]) & ~SET_BY_CPU) != first + (i << PAGE_SHIFT))
			return false;
	return true;
}

static void merge_large_page(pmd_t *pmd, unsigned long address)
{
	pte_t *table = pte_offset_kernel(pmd, 0);
	unsigned long start = address & PMD_MASK;

	if (PageReserved(virt_to_page(table)) || !all_alike(table))
		return;
	set_pmd_atomic(pmd, pfn_pmd(pte_pfn(table[0]), pte_pgprot(table[0])));
	flush_tlb_kernel_range(start, start + PMD_SIZE, TLB_PAGEATTR);
	free_page(table);
	count_large_pages(1);
}
/* LAB 4.4 END */

static bool has_rights(pmd_t large, pgprot_t prot)
{
	pmd_t wanted = pfn_pmd(pmd_pfn(large), prot);

	return !((pmd_val(large) ^ pmd_val(wanted)) & ~SET_BY_CPU);
}

static int change_one(unsigned long address, pgprot_t prot)
{
	pmd_t *pmd = pmd_offset(pud_offset(pgd_offset_k(address), address), address);
	pte_t *pte, wanted = pfn_pte(PFN_DOWN(__pa(address)), prot);

	if (pmd_large(*pmd)) {
		if (has_rights(*pmd, prot))
			return 0;
		if (split_large_page(pmd, address))
			return -ENOMEM;
	}
	pte = pte_offset_kernel(pmd, address);
	if (!pte_present(*pte))
		return -EINVAL;
	/* LAB 4.4 BEGIN
	 * The page has the wanted entry from here on, for the CPU too.
	 * START WITH
	 *	(void)wanted;
	 */
	set_pte_atomic(pte, wanted);
	__flush_tlb_one(address, TLB_PAGEATTR);
	/* LAB 4.4 END */
	merge_large_page(pmd, address);
	return 0;
}

int change_page_attr(struct page *page, int numpages, pgprot_t prot)
{
	unsigned long start = (unsigned long)lowmem_page_address(page);
	int error = 0;

	might_sleep();
	if (kernel_half_is_copied())
		return -EBUSY;
	down(&attr_mutex);
	for (unsigned long i = 0; i < (unsigned long)numpages && !error; i++)
		error = PageHighMem(page + i) ? -EINVAL
					      : change_one(start + (i << PAGE_SHIFT), prot);
	up(&attr_mutex);
	return error;
}
