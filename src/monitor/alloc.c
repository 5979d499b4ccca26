/*
 * alloc: take a block from the page allocator and keep it, to see where it comes
 * from and what it does to the free lists. The blocks are kept in a list through
 * page.lru, which is their owner's, with the order in page.private: so there may
 * be as many as there is memory.
 */
#include <lib/printk.h>
#include <mm/highmem.h>
#include <monitor/gfp_words.h>
#include <monitor/monitor.h>
#include <monitor/taken.h>

static LIST_HEAD(taken);

void taken_add(struct page *page, unsigned int order)
{
	page->private = order;
	list_add_tail(&page->lru, &taken);
}

static unsigned int give_back(struct page *page)
{
	unsigned int order = (unsigned int)page->private;

	list_del(&page->lru);
	page->private = 0;
	__free_pages(page, order);
	return order;
}

bool taken_free(unsigned long pfn, unsigned int *order)
{
	struct page *page;

	list_for_each_entry (page, &taken, lru) {
		if (page_to_pfn(page) != pfn)
			continue;
		*order = give_back(page);
		return true;
	}
	return false;
}

unsigned long taken_free_all(void)
{
	unsigned long pages = 0;

	while (!list_empty(&taken))
		pages += 1UL << give_back(list_first_entry(&taken, struct page, lru));
	return pages;
}

static void list_names(void)
{
	const char *name;

	console_printf("the names are:");
	for (unsigned int i = 0; (name = gfp_name(i)) != NULL; i++)
		console_printf(" %s", name);
	console_printf("\n");
}

/* All words into one mask; none at all is GFP_KERNEL. Says what is wrong. */
static bool parse_mask(int argc, char **argv, gfp_t *gfp)
{
	char text[GFP_TEXT_MAX];

	*gfp = argc ? 0 : GFP_KERNEL;
	for (int i = 0; i < argc; i++) {
		const char *unknown = gfp_parse(argv[i], gfp);

		if (unknown) {
			console_printf("alloc: %.64s: no such GFP flag\n", unknown);
			list_names();
			return false;
		}
	}
	if (gfp_contradicts(*gfp)) {
		gfp_text(*gfp, text, sizeof(text));
		console_printf("alloc: %s contradicts itself: two zones, two mobilities, "
			       "or NOFAIL without retrying\n", text);
		return false;
	}
	if (*gfp & __GFP_NOFAIL) {
		console_printf("alloc: __GFP_NOFAIL panics when memory is out; not from "
			       "here\n");
		return false;
	}
	return true;
}

static void print_block(const struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	console_printf("pfn %#lx, order %u, zone %s, pageblock %s: physical %#llx, ", pfn,
		       order, page_zone(page)->name,
		       migratetype_names[get_pageblock_migratetype(page)],
		       (unsigned long long)page_to_phys(page));
	if (PageHighMem(page))
		console_printf("highmem\n");
	else
		console_printf("address 0x%08lx\n",
			       (unsigned long)lowmem_page_address(page));
}

static int alloc_command(int argc, char **argv)
{
	char text[GFP_TEXT_MAX];
	struct page *page;
	gfp_t gfp;
	u64 order;

	if (argc < 2)
		return monitor_usage();
	if (!monitor_parse_number(argv[1], "ORDER", 0, MAX_ORDER - 1, &order) ||
	    !parse_mask(argc - 2, argv + 2, &gfp))
		return 1;
	page = alloc_pages(gfp, (unsigned int)order);
	if (!page) {
		gfp_text(gfp, text, sizeof(text));
		console_printf("alloc: no block of order %u for %s\n",
			       (unsigned int)order, text);
		return 1;
	}
	taken_add(page, (unsigned int)order);
	print_block(page, (unsigned int)order);
	return 0;
}
MONITOR_COMMAND(alloc, alloc_command, "alloc ORDER [GFP...]",
		"take a block from the page allocator",
		"Takes 2^ORDER consecutive frames (ORDER 0 to 10), shows where they are\n"
		"and keeps them until \"free PFN\" or \"free all\". The flags, GFP_KERNEL if\n"
		"none is given, are written with or without GFP_ or __GFP_ in front:\n"
		"alloc 3 GFP_HIGHUSER __GFP_ZERO, alloc 0 atomic.");
