/*
 * antifrag: what grouping by mobility is good for, as a number. A load of pages
 * that live long and cannot move, pages that can be reclaimed, and short-lived
 * movable ones fills lowmem; then the movable ones go, and whoever needs a large
 * page looks at what is left. Compare a boot with page_group_by_mobility=off.
 * (Professional Linux Kernel Architecture 3.5.2)
 */
#include <lib/printk.h>
#include <mm/page_alloc.h>
#include <monitor/monitor.h>

#define LOAD_PERCENT     85 /* of lowmem's free pages in use at the peak */
#define TURNOVER         4  /* each page is replaced so many times on average */
#define SHARE_OF         100
#define UNMOVABLE_SHARE  5
#define RECLAIMABLE_SHARE 10
#define DEFAULT_SEED     1

enum kind {
	UNMOVABLE,
	RECLAIMABLE,
	MOVABLE,
	NR_KINDS
};

static const gfp_t mask_of[NR_KINDS] = {GFP_KERNEL, GFP_KERNEL | __GFP_RECLAIMABLE,
					GFP_KERNEL | __GFP_MOVABLE};

struct load {
	struct list_head pages[NR_KINDS]; /* by page.lru */
	unsigned long count[NR_KINDS];
	u32 random;
};

/* Numerical Recipes' linear congruential generator: the same load everywhere. */
static u32 next_random(struct load *load, u32 limit)
{
	load->random = load->random * 1664525u + 1013904223u;
	return (load->random >> 8) % limit;
}

static enum kind random_kind(struct load *load)
{
	u32 r = next_random(load, SHARE_OF);

	if (r < UNMOVABLE_SHARE)
		return UNMOVABLE;
	return r < UNMOVABLE_SHARE + RECLAIMABLE_SHARE ? RECLAIMABLE : MOVABLE;
}

static bool take(struct load *load, enum kind kind)
{
	struct page *page = alloc_page(mask_of[kind] | __GFP_NORETRY | __GFP_NOWARN);

	if (!page)
		return false;
	/* at a random end, so that the list's order is not the addresses' */
	if (next_random(load, 2))
		list_add(&page->lru, &load->pages[kind]);
	else
		list_add_tail(&page->lru, &load->pages[kind]);
	load->count[kind]++;
	return true;
}

static void give_one(struct load *load, enum kind kind)
{
	struct page *page;

	if (list_empty(&load->pages[kind]))
		return;
	page = next_random(load, 2) ? list_first_entry(&load->pages[kind], struct page, lru)
				    : list_last_entry(&load->pages[kind], struct page, lru);
	list_del(&page->lru);
	load->count[kind]--;
	__free_page(page);
}

static void give_all(struct load *load, enum kind kind)
{
	while (load->count[kind])
		give_one(load, kind);
}

static unsigned long lowmem_free(void)
{
	return nr_free_pages() - nr_free_highpages();
}

/* Pageblocks of lowmem that are free as a whole. */
static unsigned long whole_blocks(void)
{
	unsigned long blocks = 0;
	struct zone *zone;

	drain_all_pages();
	for_each_populated_zone (zone)
		for (int order = pageblock_order; order < MAX_ORDER; order++)
			if (!is_highmem(zone))
				blocks += zone->free_area[order].nr_free
					  << (order - pageblock_order);
	return blocks;
}

static void fill(struct load *load)
{
	unsigned long target = lowmem_free() / 100 * LOAD_PERCENT, taken = 0;

	while (taken < target && !monitor_interrupted())
		taken += take(load, random_kind(load)) ? 1 : target;
	for (unsigned long i = 0; i < target * TURNOVER && !monitor_interrupted(); i++) {
		enum kind kind = random_kind(load);

		give_one(load, kind);
		take(load, kind);
	}
}

static int antifrag_command(int argc, char **argv)
{
	struct load load = {.random = DEFAULT_SEED};
	unsigned long before, after, possible;
	u64 seed;

	if (argc > 2)
		return monitor_usage();
	if (argc == 2) {
		if (!monitor_parse_number(argv[1], "SEED", 0, ~0U, &seed))
			return 1;
		load.random = (u32)seed;
	}
	for (int kind = 0; kind < NR_KINDS; kind++)
		INIT_LIST_HEAD(&load.pages[kind]);
	before = whole_blocks();
	fill(&load);
	console_printf("grouping %s, seed %u: %lu unmovable, %lu reclaimable, %lu movable "
		       "pages in use\n", page_group_by_mobility_disabled ? "off" : "on",
		       argc == 2 ? (u32)seed : DEFAULT_SEED, load.count[UNMOVABLE],
		       load.count[RECLAIMABLE], load.count[MOVABLE]);
	give_all(&load, MOVABLE);
	after = whole_blocks();
	possible = lowmem_free() >> pageblock_order;
	console_printf("whole pageblocks of lowmem free: %lu before, %lu now, %lu if all "
		       "free pages lay together: %lu %%\n", before, after, possible,
		       possible ? after * 100 / possible : 0);
	give_all(&load, RECLAIMABLE);
	give_all(&load, UNMOVABLE);
	return 0;
}
MONITOR_COMMAND(antifrag, antifrag_command, "antifrag [SEED]",
		"measure fragmentation under a mixed load",
		"Fills lowmem with unmovable, reclaimable and movable pages, turns them\n"
		"over, frees the movable ones and counts the whole pageblocks that are\n"
		"free. Boot with page_group_by_mobility=off for the comparison.");
