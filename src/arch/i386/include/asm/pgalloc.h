/*
 * Page tables that come and go: the page directory of a process, and what hangs
 * below it. (Gorman ch. 3, "Using Page Table Entries" and "Allocating and Freeing
 * Page Tables"; SDM vol. 3A, 4.4.1 for the PDPT)
 *
 *	pgd   pgd_alloc     lowmem: CR3 takes it. With PAE 32 bytes, aligned to 32
 *	pmd   pgd_alloc     lowmem, PAE only; all of the user half at once, since the
 *	                    CPU looks at the pgd's four entries only when CR3 is loaded
 *	pte   pte_alloc     a page each; from highmem with highpte=on
 *
 * A page table that may lie in highmem has no address of its own. It is looked at
 * through a kmap_atomic slot, between pte_offset_map and pte_unmap. A process that
 * maps 3 GiB needs 1536 of them, 6 MiB; a hundred such need most of lowmem. That
 * is what highpte is for. Page tables of the kernel half stay in lowmem.
 *
 * Whoever owns a directory keeps others from changing it; only two who fill one
 * hole at a time are told apart here (page_table_lock). No mm_struct is needed:
 * the calls take what Linux 2.6.24 would find in it.
 */
#ifndef ASM_PGALLOC_H
#define ASM_PGALLOC_H

#include <asm/pgtable.h>
#include <asm/processor.h>
#include <mm/mm_types.h>

#define USER_PTRS_PER_PGD (TASK_SIZE / PGDIR_SIZE)

/* User page tables come from highmem, if there is any: highpte=on. */
extern bool highpte;

/*
 * A directory whose kernel half is the kernel's own and whose user half maps
 * nothing. Its physical address may be loaded into CR3. NULL when memory is
 * short. May sleep.
 */
pgd_t *pgd_alloc(void);

/* Give a directory back. It must not be in CR3, and its user half must have no
 * page tables left (a BUG): free_pgtables comes first. Does not sleep. */
void pgd_free(pgd_t *pgd);

/* Whether directories have copies of the kernel's middle entries, so that those must
 * not change: without PAE, while there are any. */
bool kernel_half_is_copied(void);

/* Give back all page tables of the user half. The pages that they map are the
 * caller's matter, and so is the TLB, if the directory is in CR3. */
void free_pgtables(pgd_t *pgd);

/* Switch to a directory: the CPU forgets all that is not global, and reads a PDPT's
 * four entries. Any context. */
static inline void load_cr3(pgd_t *pgd)
{
	write_cr3((unsigned long)__pa(pgd));
}

/* The middle entry for an address below TASK_SIZE: always there, never fails. */
pmd_t *pmd_alloc(pgd_t *pgd, unsigned long address);

/* The struct page of the page table that an entry points to. */
struct page *pmd_page(pmd_t pmd);

/* A cleared page table that hangs nowhere, and back. NULL when memory is short.
 * The first may sleep. */
struct page *pte_alloc_one(void);
void pte_free(struct page *table);

/* Hang it into a middle entry that is empty. */
void pmd_populate(pmd_t *pmd, struct page *table);

/* See to it that there is a page table. 0, or -ENOMEM. May sleep. */
int pte_alloc(pmd_t *pmd);

/*
 * The entry of an address, in a page table that is there; valid until pte_unmap. In
 * between nobody may sleep. One at a time, and a second one, as for a copy, with the
 * nested forms: slots KM_PTE0 and KM_PTE1. Threads only.
 */
pte_t *pte_offset_map(pmd_t *pmd, unsigned long address);
void pte_unmap(pte_t *pte);
pte_t *pte_offset_map_nested(pmd_t *pmd, unsigned long address);
void pte_unmap_nested(pte_t *pte);

/* pte_alloc and pte_offset_map; NULL when memory is short. May sleep. */
pte_t *pte_alloc_map(pmd_t *pmd, unsigned long address);

/*
 * The same for the kernel half: in lowmem, so no pte_unmap, and never given back.
 * pmd is the kernel's own (of swapper_pg_dir), not a large page. NULL when memory
 * is short. May sleep.
 */
pte_t *pte_alloc_kernel(pmd_t *pmd, unsigned long address);

/*
 * A page fault at a kernel address that is not mapped: true if the directory in
 * CR3 lacked an entry that swapper_pg_dir has; now it has it. Without PAE a
 * directory's kernel half is a copy, and entries of vmalloc that were made later
 * are missing; with PAE all share the kernel's middle directories. Any context.
 * What the fault itself needs must be there: a thread's stack in the vmalloc window
 * has to be touched before its CPU switches to another directory.
 */
bool vmalloc_fault(unsigned long address);

/* Pages in use for directories and page tables of user halves. */
unsigned long nr_pagetable_pages(void);

/* The cache that directories come from. After kmem_cache_init. */
void pgtable_cache_init(void);

#endif
