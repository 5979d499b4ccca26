/* The entry that maps an address, and pages of the direct map, each by itself. */
#ifndef ASM_PAGEATTR_H
#define ASM_PAGEATTR_H

#include <asm/pgtable.h>

struct page;

enum pg_level {
	PG_LEVEL_NONE, /* nothing is mapped, down to where a page table would be */
	PG_LEVEL_4K,
	PG_LEVEL_PMD, /* a large page */
};

/* The entry for an address in the kernel's page tables, which may be not present,
 * and its level; of a large page it is the pmd. NULL: PG_LEVEL_NONE. Any context. */
pte_t *lookup_address(unsigned long address, enum pg_level *level);

/*
 * Take numpages pages out of the direct map, or with enable put them back as
 * ordinary memory, and forget them in the TLB. The direct map must be of small
 * pages there. Pages in highmem have no place in it and are passed over. Does not
 * sleep; may be called from an interrupt.
 */
void kernel_map_pages(struct page *page, int numpages, int enable);

/*
 * Give numpages pages of the direct map other rights; PAGE_KERNEL gives back the
 * ordinary ones. Large pages are split, and made whole again, as that needs. The CPU
 * knows when it returns. May sleep. 0, or at the first page that failed: -ENOMEM (no
 * page table), -EINVAL (highmem, or taken out of the direct map), -EBUSY (without PAE,
 * while processes have copies of the kernel's entries: none was changed).
 */
int change_page_attr(struct page *page, int numpages, pgprot_t prot);

/* Whether a lowmem page is in the direct map. */
bool kernel_page_present(const struct page *page);

#endif
