/*
 * SLOB's pages: each is cut into whatever was asked for, in units of four bytes,
 * and its free runs are linked in the order of their addresses, so that a run that
 * comes back finds its neighbours and is joined with them. This is the allocator
 * of Kernighan and Ritchie (The C Programming Language, 8.7), a page at a time;
 * Linux's mm/slob.c is Mackall's form of it.
 *
 * The pages with room are in three lists, for objects of less than 256 bytes, of
 * less than 1024, and the rest, so that small ones do not break up what large ones
 * need. The search is first fit: through the list, then through a page's runs. It
 * begins where the last one found something (Knuth 2.5), or small rests would
 * gather at the front of the list.
 *
 * Linux's unit is two bytes, and a free run of one unit is told by a sign. Linux
 * also serves GFP_DMA from any page with room; here such a page must be in
 * ZONE_DMA.
 */
#include "internal.h"

#include <lib/bug.h>

struct slob_list slob_lists[NR_SLOB_LISTS] = {
    {.limit = 256, .name = "<256"},
    {.limit = 1024, .name = "<1024"},
    {.limit = PAGE_SIZE, .name = "<4096"},
};
struct slob_list slob_full = {.name = "full"};
unsigned long slob_nr_pages;

void slob_arena_init(void)
{
	for (int i = 0; i < NR_SLOB_LISTS; i++)
		INIT_LIST_HEAD(&slob_lists[i].pages);
	INIT_LIST_HEAD(&slob_full.pages);
	slob_nr_pages = 0;
}

/* ---- Within a page; interrupts off ---- */

/* Make what stands before a run (a run, or the page itself) lead to `next`. */
static void link_run(struct page *page, struct slob_free *before, unsigned long next)
{
	if (before)
		before->next = (u16)next;
	else
		page->index = next;
}

/*
 * Cut `units` at unit `from` out of a run that begins at `at`, at or before it: what
 * is left in front stays where it is, what is left behind becomes a run.
 */
static void cut_run(struct page *page, struct slob_free *before, unsigned long at,
                    unsigned long from, unsigned long units)
{
	void *start = lowmem_page_address(page);
	struct slob_free *run = slob_run(start, at);
	unsigned long rest = at + run->units - (from + units), next = run->next;

	if (rest) {
		*slob_run(start, from + units) =
		    (struct slob_free){(u16)rest, (u16)next};
		next = from + units;
	}
	if (from > at) {
		run->units = (u16)(from - at);
		before = run;
	}
	link_run(page, before, next);
	page->private -= units;
}

static void *page_alloc_units(struct page *page, unsigned long units,
                              unsigned long align)
{
	void *start = lowmem_page_address(page);
	struct slob_free *before = NULL;

	for (unsigned long at = page->index; at < UNITS_PER_PAGE;) {
		struct slob_free *run = slob_run(start, at);
		unsigned long from = ALIGN(at, align);

		if (from + units <= at + run->units) {
			cut_run(page, before, at, from, units);
			return slob_run(start, from);
		}
		before = run;
		at = run->next;
	}
	return NULL;
}

/* The run before unit `at`, NULL if there is none; *next: where the one behind
 * begins. */
static struct slob_free *find_place(const struct page *page, unsigned long at,
                                    unsigned long *next)
{
	void *start = lowmem_page_address(page);
	struct slob_free *before = NULL;

	for (*next = page->index; *next < at; *next = before->next)
		before = slob_run(start, *next);
	return before;
}

static void page_free_units(const struct kmem_cache *cache, struct page *page,
                            unsigned long at, unsigned long units)
{
	struct slob_free *start = lowmem_page_address(page), *run = start + at, *before;
	unsigned long next, end = at + units;

	before = find_place(page, at, &next);
	if ((before && before + before->units > run) || next < end) {
		slab_report_begin_sized(cache, units * SLOB_UNIT, SLAB_BUG_DOUBLE_FREE,
		                        run, 0);
		slab_report_end();
	}
	page->private += units;
	if (next == end && next < UNITS_PER_PAGE) {
		units += start[next].units;
		next = start[next].next;
	}
	if (before && before + before->units == run) {
		before->units = (u16)(before->units + units);
		before->next = (u16)next;
		return;
	}
	*run = (struct slob_free){(u16)units, (u16)next};
	link_run(page, before, at);
}

/* ---- Lists ---- */

static struct slob_list *list_for(size_t len)
{
	struct slob_list *list = slob_lists;

	while (len >= list->limit)
		list++;
	return list;
}

/* Interrupts off. */
static void *list_alloc(struct slob_list *list, unsigned long units,
                        unsigned long align, gfp_t gfp)
{
	struct page *page;

	list_for_each_entry (page, &list->pages, lru) {
		void *block;

		if (page->private < units ||
		    ((gfp & __GFP_DMA) && page_zonenum(page) != ZONE_DMA))
			continue;
		block = page_alloc_units(page, units, align);
		if (!block)
			continue;
		/* this page becomes the first: the list's head goes before it */
		list_move_tail(&list->pages, &page->lru);
		if (!page->private)
			list_move(&page->lru, &slob_full.pages);
		return block;
	}
	return NULL;
}

/* Interrupts off. */
static void add_page(struct slob_list *list, struct page *page)
{
	page->mapping = list;
	page->index = 0;
	page->private = UNITS_PER_PAGE;
	*slob_run(lowmem_page_address(page), 0) =
	    (struct slob_free){UNITS_PER_PAGE, UNITS_PER_PAGE};
	list_add(&page->lru, &list->pages);
	slob_nr_pages++;
}

void *slob_arena_alloc(size_t len, size_t align, gfp_t gfp)
{
	unsigned long units = SLOB_UNITS(len), align_units = SLOB_UNITS(align), flags;
	struct slob_list *list = list_for(len);
	struct page *page;
	void *block;

	local_irq_save(flags);
	block = list_alloc(list, units, align_units, gfp);
	local_irq_restore(flags);
	if (block)
		return block;
	page = slab_alloc_pages(0, gfp, 0);
	if (!page)
		return NULL;
	local_irq_save(flags);
	add_page(list, page);
	block = list_alloc(list, units, align_units, gfp);
	local_irq_restore(flags);
	return block;
}

void slob_arena_free(const struct kmem_cache *cache, void *block, size_t len)
{
	struct page *page = virt_to_page(block);
	unsigned long at = ((unsigned long)block & (PAGE_SIZE - 1)) / SLOB_UNIT, flags;
	struct slob_list *list = page->mapping;

	local_irq_save(flags);
	if (!page->private)
		list_move(&page->lru, &list->pages);
	page_free_units(cache, page, at, SLOB_UNITS(len));
	if (page->private == UNITS_PER_PAGE) {
		list_del(&page->lru);
		slob_nr_pages--;
		slab_free_pages(0, page, 0);
	}
	local_irq_restore(flags);
}
