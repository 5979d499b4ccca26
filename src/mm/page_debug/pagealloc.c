/*
 * debug_pagealloc=on: lowmem pages that are free are not mapped, so that whoever
 * still uses one faults on the spot, and the report says whose it was. (Highmem
 * pages have no address to be used by.)
 *
 * debug_guardpage_minorder=N puts guards behind what is in use: an allocation
 * below order N takes a block of order N, and the rest of the block, unmapped
 * as it was while free, is marked PG_guard until all of the block has come back.
 * Linux sets the rest aside in expand() and lets it merge in __free_one_page();
 * here the block is larger from the beginning, and the buddy lists know nothing
 * of guards. Pages of a split block that come back before the others stay
 * unmapped until then, too.
 *
 * Invariant: the last page of an aligned block of order N is a guard if and only
 * if the block was taken so, and then each of its pages is a guard or in use.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>

#include <asm/pageattr.h>

/* In page->private of a guard. */
enum {
	GUARD_REST,  /* was never in use: an access comes from a neighbour */
	GUARD_FREED, /* was in use and came back */
};

static struct page *guard_block(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return pfn_to_page(pfn & ~((1UL << page_debug.guard_minorder) - 1));
}

static unsigned long guard_block_pages(void)
{
	return 1UL << page_debug.guard_minorder;
}

static void mark_guard(struct page *page, unsigned long kind)
{
	page->private = kind;
	__SetPageGuard(page);
}

void set_page_guards(struct page *page, unsigned int order)
{
	for (unsigned long i = 1UL << order; i < guard_block_pages(); i++)
		mark_guard(page + i, GUARD_REST);
}

static bool all_are_guards(const struct page *block)
{
	for (unsigned long i = 0; i < guard_block_pages(); i++)
		if (!PageGuard(block + i))
			return false;
	return true;
}

static void free_guard_block(struct page *block)
{
	for (unsigned long i = 0; i < guard_block_pages(); i++) {
		__ClearPageGuard(block + i);
		block[i].private = 0;
	}
	__free_one_page(page_zone(block), block, page_debug.guard_minorder,
	                get_pageblock_migratetype(block));
}

bool guard_free(struct page *page, unsigned int order)
{
	struct page *block = guard_block(page);
	unsigned long flags;

	if (order >= page_debug.guard_minorder ||
	    !PageGuard(block + guard_block_pages() - 1))
		return false;
	local_irq_save(flags);
	for (unsigned long i = 0; i < 1UL << order; i++)
		mark_guard(page + i, GUARD_FREED);
	if (all_are_guards(block))
		free_guard_block(block);
	local_irq_restore(flags);
	return true;
}

/* The last page below a guard that is in use, or the block's first. */
static const struct page *guarded_page(const struct page *guard)
{
	const struct page *block = guard_block(guard);

	while (guard > block && PageGuard(guard))
		guard--;
	return guard;
}

static void explain_guard(unsigned long address, const struct page *guard)
{
	const struct page *before = guarded_page(guard);

	pr_emerg(
	    "write or read past the end: %08lx is in guard page pfn:%#lx behind the "
	    "block that ends with pfn:%#lx\n",
	    address, page_to_pfn(guard), page_to_pfn(before));
	page_debug_dump(before);
}

static void explain_free(unsigned long address, const struct page *page)
{
	pr_emerg("use after free: %08lx is in page pfn:%#lx, which is free\n", address,
	         page_to_pfn(page));
	if (page_debug.owner)
		page_owner_dump(page);
	else
		pr_emerg("page_owner=on would say who freed it\n");
}

void explain_fault(unsigned long address)
{
	unsigned long pfn = PFN_DOWN(__pa(address));
	const struct page *page = pfn_to_page(pfn);

	if (!pfn_valid(pfn) || PageHighMem(page) || kernel_page_present(page))
		return;
	if (PageGuard(page) && page->private == GUARD_REST)
		explain_guard(address, page);
	else if (!page->_count && !PageReserved(page))
		explain_free(address, page);
}
