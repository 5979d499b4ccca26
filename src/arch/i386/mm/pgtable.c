/*
 * Directories and page tables of processes. A page table of the user half may
 * come from highmem and is then looked at through kmap_atomic; directories lie in
 * lowmem, where the accessors of asm/pgtable.h find them. (Gorman ch. 3)
 *
 * It differs from 2.6.24 in that highpte is a boot parameter, not an option of the
 * build, that no lists of free tables are kept, and that all calls take a
 * directory, since there is no mm_struct yet. As there, with PAE the middle
 * directories of the user half are made together with the directory: the CPU has
 * read its four entries when CR3 was loaded and does not look again.
 *
 * Invariants: a directory's kernel half never says anything else than
 * swapper_pg_dir's (an entry may be missing without PAE, until vmalloc_fault); when
 * a directory goes, its user half has no page tables (pgd_free verifies).
 */
#include <asm/pgalloc.h>
#include <asm/processor.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <sched/spinlock.h>

#define CR3_DIRECTORY_MASK (~0x1fUL)

bool highpte;

static struct kmem_cache *pgd_cache;
static unsigned long pagetable_pages;    /* under page_table_lock */
static unsigned long nr_directories;     /* likewise; what pgd_alloc gave out */
static DEFINE_SPINLOCK(page_table_lock); /* and every empty pmd that is filled */

static int __init highpte_param(const char *value)
{
	if (!value || (strcmp(value, "on") && strcmp(value, "off")))
		return -EINVAL;
	highpte = !strcmp(value, "on");
	return 0;
}
early_param("highpte", highpte_param,
	    "highpte=on, page tables of processes come from highmem");

void __init pgtable_cache_init(void)
{
	size_t size = PTRS_PER_PGD * sizeof(pgd_t);

	/* without it (failures may be injected from here on) there are no processes */
	pgd_cache = kmem_cache_create("pgd", size, size, 0, NULL);
}

static void count_pages(long change)
{
	spin_lock(&page_table_lock);
	pagetable_pages += (unsigned long)change;
	spin_unlock(&page_table_lock);
}

static void count_directories(long change)
{
	spin_lock(&page_table_lock);
	nr_directories += (unsigned long)change;
	spin_unlock(&page_table_lock);
}

bool kernel_half_is_copied(void)
{
	return PAGETABLE_LEVELS == 2 && nr_directories;
}

unsigned long nr_pagetable_pages(void)
{
	return pagetable_pages;
}

/* ---- Directories ---- */

/* How many middle directories a user half has that are pages of their own. */
static unsigned long user_pmd_tables(void)
{
	return PAGETABLE_LEVELS == 3 ? USER_PTRS_PER_PGD : 0;
}

static pmd_t *pmd_in(pgd_t *pgd, unsigned long address)
{
	return pmd_offset(pud_offset(pgd_offset(pgd, address), address), address);
}

static void free_user_pmds(pgd_t *pgd)
{
	for (unsigned long i = 0; i < user_pmd_tables(); i++) {
		unsigned long address = i * PGDIR_SIZE;

		if (pud_none(*pud_offset(pgd + i, address)))
			continue;
		free_page(pmd_in(pgd, address));
		count_pages(-1);
	}
}

/* False when memory is short; what was made stays. */
static bool make_user_pmds(pgd_t *pgd)
{
	/* LAB 4.2 BEGIN
	 * A zeroed page for each of the user_pmd_tables() entries, counted by count_pages.
	 * START WITH
	 *	(void)pgd;
	 */
	for (unsigned long i = 0; i < user_pmd_tables(); i++) {
		void *table = get_zeroed_page(GFP_KERNEL);

		if (!table)
			return false;
		pud_populate(pud_offset(pgd + i, i * PGDIR_SIZE), __pa(table));
		count_pages(1);
	}
	/* LAB 4.2 END */
	return true;
}

/* An entry of the kernel half. A PDPTE is written anew: QEMU sets a bit in it that
 * is reserved on other CPUs. */
static void share_kernel_entry(pgd_t *pgd, unsigned long i)
{
	/* LAB 4.2 BEGIN
	 * Entry i says what swapper_pg_dir's says.
	 * START WITH
	 *	(void)pgd, (void)i;
	 */
	pud_t *from = pud_offset(swapper_pg_dir + i, i * PGDIR_SIZE);

	if (PAGETABLE_LEVELS == 3)
		pud_populate(pud_offset(pgd + i, i * PGDIR_SIZE), pud_page_paddr(*from));
	else
		pgd[i] = swapper_pg_dir[i];
	/* LAB 4.2 END */
}

pgd_t *pgd_alloc(void)
{
	pgd_t *pgd = pgd_cache ? kmem_cache_alloc(pgd_cache, GFP_KERNEL) : NULL;

	if (!pgd)
		return NULL;
	memset(pgd, 0, PTRS_PER_PGD * sizeof(pgd_t));
	for (unsigned long i = USER_PTRS_PER_PGD; i < PTRS_PER_PGD; i++)
		share_kernel_entry(pgd, i);
	if (make_user_pmds(pgd)) {
		count_directories(1);
		return pgd;
	}
	free_user_pmds(pgd);
	kmem_cache_free(pgd_cache, pgd);
	return NULL;
}

void pgd_free(pgd_t *pgd)
{
	BUG_ON((read_cr3() & CR3_DIRECTORY_MASK) == __pa(pgd));
	for (unsigned long a = 0; a < TASK_SIZE; a += PMD_SIZE)
		BUG_ON(!pmd_none(*pmd_in(pgd, a)));
	count_directories(-1);
	free_user_pmds(pgd);
	kmem_cache_free(pgd_cache, pgd);
}

pmd_t *pmd_alloc(pgd_t *pgd, unsigned long address)
{
	BUG_ON(address >= TASK_SIZE);
	return pmd_in(pgd, address);
}

/* ---- Page tables ---- */

struct page *pmd_page(pmd_t pmd)
{
	return pfn_to_page(pmd_pfn(pmd));
}

struct page *pte_alloc_one(void)
{
	gfp_t where = highpte ? __GFP_HIGHMEM : 0;
	struct page *table = alloc_page(GFP_KERNEL | __GFP_ZERO | where);

	if (table)
		count_pages(1);
	return table;
}

void pte_free(struct page *table)
{
	__free_page(table);
	count_pages(-1);
}

void pmd_populate(pmd_t *pmd, struct page *table)
{
	/* LAB 4.2 BEGIN
	 * The entry leads to the table. Ring 3 may use what the table allows it.
	 * START WITH
	 *	(void)pmd, (void)table;
	 */
	set_pmd(pmd, __pmd((pteval_t)page_to_phys(table) | _PAGE_TABLE));
	/* LAB 4.2 END */
}

int pte_alloc(pmd_t *pmd)
{
	/* LAB 4.2 BEGIN
	 * Unless there is one, a new table from pte_alloc_one, which may sleep: whoever
	 * fills the entry under page_table_lock is first.
	 * START WITH
	 *	(void)pmd;
	 *	return -ENOMEM;
	 */
	struct page *table;

	if (pmd_present(*pmd))
		return 0;
	table = pte_alloc_one();
	if (!table)
		return -ENOMEM;
	spin_lock(&page_table_lock);
	if (!pmd_present(*pmd)) {
		pmd_populate(pmd, table);
		table = NULL;
	}
	spin_unlock(&page_table_lock);
	if (table) /* somebody else was quicker */
		pte_free(table);
	return 0;
	/* LAB 4.2 END */
}

pte_t *pte_offset_map(pmd_t *pmd, unsigned long address)
{
	pte_t *table = kmap_atomic(pmd_page(*pmd), KM_PTE0);

	return table + pte_index(address);
}

void pte_unmap(pte_t *pte)
{
	kunmap_atomic(pte, KM_PTE0);
}

pte_t *pte_offset_map_nested(pmd_t *pmd, unsigned long address)
{
	pte_t *table = kmap_atomic(pmd_page(*pmd), KM_PTE1);

	return table + pte_index(address);
}

void pte_unmap_nested(pte_t *pte)
{
	kunmap_atomic(pte, KM_PTE1);
}

pte_t *pte_alloc_map(pmd_t *pmd, unsigned long address)
{
	return pte_alloc(pmd) ? NULL : pte_offset_map(pmd, address);
}

void free_pgtables(pgd_t *pgd)
{
	for (unsigned long a = 0; a < TASK_SIZE; a += PMD_SIZE) {
		pmd_t *pmd = pmd_in(pgd, a);
		struct page *table;

		if (pmd_none(*pmd))
			continue;
		table = pmd_page(*pmd);
		pmd_clear(pmd);
		pte_free(table);
	}
}

/* ---- The kernel half ---- */

pte_t *pte_alloc_kernel(pmd_t *pmd, unsigned long address)
{
	void *table = NULL;

	BUG_ON(pmd_large(*pmd));
	if (pmd_present(*pmd))
		return pte_offset_kernel(pmd, address);
	table = get_zeroed_page(GFP_KERNEL);
	if (!table)
		return NULL;
	spin_lock(&page_table_lock);
	if (!pmd_present(*pmd)) {
		pmd_populate_kernel(pmd, __pa(table));
		table = NULL;
	}
	spin_unlock(&page_table_lock);
	free_page(table); /* NULL, or somebody else was quicker */
	return pte_offset_kernel(pmd, address);
}

bool vmalloc_fault(unsigned long address)
{
	pgd_t *pgd = __va(read_cr3() & CR3_DIRECTORY_MASK);
	pud_t *pud = pud_offset(pgd_offset(pgd, address), address);
	pud_t *pud_k = pud_offset(pgd_offset_k(address), address);
	pmd_t *pmd, *pmd_k;

	if (address < PAGE_OFFSET || !pud_present(*pud) || !pud_present(*pud_k))
		return false;
	pmd = pmd_offset(pud, address);
	pmd_k = pmd_offset(pud_k, address);
	if (pmd_present(*pmd) || !pmd_present(*pmd_k))
		return false;
	set_pmd(pmd, *pmd_k);
	return true;
}
