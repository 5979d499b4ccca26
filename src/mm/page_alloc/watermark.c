/*
 * How much must stay free: the marks of a zone, what lower zones keep from
 * allocations that a higher one could have served, and the sizes of the per-CPU
 * lists. The arithmetic is Linux 6.1's, checked against what it printed on
 * machines of thirteen sizes (tests/oracle); the check, order by order, is
 * 2.6.24's. (Gorman ch. 2, "Zone Watermarks"; Professional Linux Kernel Architecture 3.2.2 and
 * 3.5.4)
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/math64.h>
#include <lib/params.h>
#include <lib/printk.h>

#define MIN_FREE_KBYTES_MIN 128UL
#define MIN_FREE_KBYTES_MAX 262144UL
#define HIGHMEM_MIN_DIVISOR 1024
#define HIGHMEM_MIN_LEAST   32UL
#define HIGHMEM_MIN_MOST    128UL
#define WATERMARK_SCALE     10 /* low and high lie at least this many ... */
#define WATERMARK_SCALE_OF  10000 /* ... of so many parts of the zone apart */

/* Of a page that zone j could have served, zone i keeps one in so many. */
static const unsigned long lowmem_reserve_ratio[MAX_NR_ZONES] = {
	[ZONE_DMA] = 256, [ZONE_NORMAL] = 32};

unsigned long min_free_kbytes;
static bool min_free_given;

static int __init min_free_kbytes_param(const char *value)
{
	u64 kb;

	if (!parse_size(value, &kb) || kb < MIN_FREE_KBYTES_MIN || kb > MIN_FREE_KBYTES_MAX)
		return -EINVAL;
	min_free_kbytes = (unsigned long)kb;
	min_free_given = true;
	return 0;
}
early_param("min_free_kbytes", min_free_kbytes_param,
	    "min_free_kbytes=N, KiB kept free, 128 to 262144");

unsigned long calculate_min_free_kbytes(unsigned long low_pages)
{
	unsigned long kb = int_sqrt(low_pages * (PAGE_SIZE / 1024) * 16);

	return clamp(kb, MIN_FREE_KBYTES_MIN, MIN_FREE_KBYTES_MAX);
}

struct zone_marks calculate_zone_marks(unsigned long min_free_kb, unsigned long managed,
				       unsigned long low_pages, bool highmem)
{
	unsigned long pages_min = min_free_kb >> (PAGE_SHIFT - 10);
	u64 share = low_pages ? div_u64((u64)pages_min * managed, (u32)low_pages) : 0;
	u64 scale = div_u64((u64)managed * WATERMARK_SCALE, WATERMARK_SCALE_OF);
	unsigned long step = (unsigned long)max(share / 4, scale);
	struct zone_marks marks = {.min = (unsigned long)share};

	if (highmem)
		marks.min = clamp(managed / HIGHMEM_MIN_DIVISOR, HIGHMEM_MIN_LEAST,
				  HIGHMEM_MIN_MOST);
	marks.low = marks.min + step;
	marks.high = marks.min + 2 * step;
	return marks;
}

void calculate_lowmem_reserve(const unsigned long managed[MAX_NR_ZONES],
			      unsigned long reserve[MAX_NR_ZONES][MAX_NR_ZONES])
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		unsigned long above = 0;

		for (int j = 0; j < MAX_NR_ZONES; j++) {
			unsigned long ratio = lowmem_reserve_ratio[i];

			if (j > i)
				above += managed[j];
			reserve[i][j] = j > i && ratio && managed[i] ? above / ratio : 0;
		}
	}
}

/* Highmem and a movable zone in it do not count: the marks protect what the
 * kernel itself lives from. A movable zone in lowmem does, as in Linux 6.1. */
static unsigned long lowmem_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (!is_highmem(zone))
			pages += zone->managed_pages;
	return pages;
}

static void setup_marks(struct zone *zone, unsigned long low_pages)
{
	struct zone_marks m = calculate_zone_marks(min_free_kbytes, zone->managed_pages,
						   low_pages, is_highmem(zone));

	zone->pages_min = m.min;
	zone->pages_low = m.low;
	zone->pages_high = m.high;
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		setup_pcp(&zone->pageset[cpu].pcp, m.low, zone->managed_pages);
}

static void setup_reserves(void)
{
	unsigned long managed[MAX_NR_ZONES], reserve[MAX_NR_ZONES][MAX_NR_ZONES];
	struct zone *zone;

	for_each_zone (zone)
		managed[zone_idx(zone)] = zone->managed_pages;
	calculate_lowmem_reserve(managed, reserve);
	for_each_zone (zone)
		for (int j = 0; j < MAX_NR_ZONES; j++)
			zone->lowmem_reserve[j] = reserve[zone_idx(zone)][j];
}

/*
 * Keep enough whole pageblocks out of the grouping to hold pages_min: when
 * everything else is fragmented, a large atomic allocation may still succeed.
 */
static void setup_zone_migrate_reserve(struct zone *zone)
{
	unsigned long blocks =
		ALIGN(zone->pages_min, pageblock_nr_pages) >> pageblock_order;
	unsigned long flags;

	if (page_group_by_mobility_disabled)
		return;
	local_irq_save(flags);
	for (unsigned long pfn = ALIGN(zone->zone_start_pfn, pageblock_nr_pages);
	     blocks && pfn + pageblock_nr_pages <= zone_end_pfn(zone);
	     pfn += pageblock_nr_pages) {
		struct page *page = pfn_to_page(pfn);

		if (!pfn_valid(pfn) || PageReserved(page))
			continue;
		if (get_pageblock_migratetype(page) == MIGRATE_RESERVE) {
			blocks--;
		} else if (get_pageblock_migratetype(page) == MIGRATE_MOVABLE) {
			set_pageblock_migratetype(page, MIGRATE_RESERVE);
			move_freepages_block(zone, page, MIGRATE_RESERVE);
			blocks--;
		}
	}
	local_irq_restore(flags);
}

void init_per_zone_pages_min(void)
{
	unsigned long low_pages = lowmem_pages();
	struct zone *zone;

	if (!min_free_given)
		min_free_kbytes = calculate_min_free_kbytes(low_pages);
	for_each_zone (zone)
		setup_marks(zone, low_pages);
	setup_reserves();
	for_each_populated_zone (zone)
		setup_zone_migrate_reserve(zone);
}

unsigned long zone_reserve_pages(const struct zone *zone)
{
	unsigned long most = 0;

	for (int j = 0; j < MAX_NR_ZONES; j++)
		most = max(most, zone->lowmem_reserve[j]);
	return min(most + zone->pages_high, zone->managed_pages);
}

static unsigned long cma_blocks(const struct free_area *area)
{
	const struct list_head *entry;
	unsigned long flags, blocks = 0;

	local_irq_save(flags);
	list_for_each (entry, &area->free_list[MIGRATE_CMA])
		blocks++;
	local_irq_restore(flags);
	return blocks;
}

/* Blocks too small for the order are of no use; of larger ones, a smaller share
 * must be left. `but_cma`: free counts no CMA pages, so leave those blocks out. */
static bool orders_ok(const struct zone *zone, unsigned int order, long free, long min,
		      bool but_cma)
{
	/* LAB 5.5 BEGIN
	 * Order by order, below the one that is asked for: take these blocks out of free,
	 * which must still be more than min, of which half is enough with each order.
	 * START WITH
	 *	(void)zone, (void)order, (void)free, (void)min, (void)but_cma, (void)cma_blocks;
	 *	return true;
	 */
	for (unsigned int o = 0; o < order; o++) {
		const struct free_area *area = &zone->free_area[o];
		unsigned long blocks = area->nr_free;

		if (but_cma)
			blocks -= cma_blocks(area);
		free -= (long)(blocks << o);
		min >>= 1;
		if (free <= min)
			return false;
	}
	return true;
	/* LAB 5.5 END */
}

bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type classzone_idx, unsigned int alloc_flags)
{
	long free = (long)zone_page_state(zone, NR_FREE_PAGES) - (1L << order) + 1;
	long min = (long)mark, cma = 0;

	/* LAB 5.5 BEGIN
	 * ALLOC_HIGH may go down to half of min, ALLOC_HARDER to three quarters, both
	 * together to three quarters of the half.
	 * START WITH
	 */
	if (alloc_flags & ALLOC_HIGH)
		min -= min / 2;
	if (alloc_flags & ALLOC_HARDER)
		min -= min / 4;
	/* LAB 5.5 END */
	if (!(alloc_flags & ALLOC_CMA))
		cma = (long)zone_page_state(zone, NR_FREE_CMA_PAGES);
	free -= cma;
	/* LAB 5.5 BEGIN
	 * What stays free must be more than min and what the zone keeps from allocations of
	 * classzone_idx, together.
	 * START WITH
	 *	(void)classzone_idx;
	 */
	if (free <= min + (long)zone->lowmem_reserve[classzone_idx])
		return false;
	/* LAB 5.5 END */
	if (orders_ok(zone, order, free, min, false))
		return true;
	/* That took CMA's small blocks out twice: count them before saying no. */
	return cma && orders_ok(zone, order, free, min, true);
}
