/*
 * Laying out the zones and the map of page frames. mem_map is one array from
 * frame 0 to the last frame of RAM, so that page_to_pfn is a subtraction; its
 * parts over large holes (the PCI hole below 4 GiB is 8 MiB of it) go straight
 * back to bootmem, and mem_map_present says where it can be looked at. Linux's
 * FLATMEM keeps those parts.
 *
 * Frames inside a block that has RAM but are not RAM themselves have a struct
 * page, reserved for ever: the buddy system may look at any frame of a block.
 */
#include <lib/bitmap.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/bootmem.h>
#include <mm/mmzone.h>

#define MAX_MAP_BLOCKS (MAX_ARCH_PFN / MAX_ORDER_NR_PAGES)

pg_data_t contig_page_data = {
	.node_zones = {[ZONE_DMA].name = "DMA",
		       [ZONE_NORMAL].name = "Normal",
		       [ZONE_HIGHMEM].name = "HighMem",
		       [ZONE_MOVABLE].name = "Movable"},
};
struct page *mem_map, *highmem_start_page;
unsigned long max_mapnr;
unsigned long mem_map_present[MAX_MAP_BLOCKS / (8 * sizeof(unsigned long))];

static const char *const flag_names[NR_PAGEFLAGS] = {
	"locked",   "error",      "referenced", "uptodate",   "dirty",   "lru",
	"active",   "slab",       "owner_priv_1", "arch_1",   "reserved", "private",
	"writeback", "head",      "tail",       "swapcache",  "mappedtodisk", "reclaim",
	"buddy",    "guard",
};

/* kernelcore= and movablecore=, in pages; 0: not given. */
static unsigned long required_kernelcore, required_movablecore;

static int __init core_param(const char *value, unsigned long *pages)
{
	u64 size;

	if (!parse_size(value, &size) || !size)
		return -EINVAL;
	*pages = size >> PAGE_SHIFT > MAX_ARCH_PFN ? MAX_ARCH_PFN : PFN_UP(size);
	return 0;
}

static int __init kernelcore_param(const char *value)
{
	return core_param(value, &required_kernelcore);
}
early_param("kernelcore", kernelcore_param,
	    "kernelcore=SIZE[KMG], RAM for all uses; the rest only for movable pages");

static int __init movablecore_param(const char *value)
{
	return core_param(value, &required_movablecore);
}
early_param("movablecore", movablecore_param,
	    "movablecore=SIZE[KMG], RAM only for movable pages");

const char *page_flag_name(unsigned int bit)
{
	return bit < NR_PAGEFLAGS ? flag_names[bit] : NULL;
}

size_t page_flags_text(unsigned long flags, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int bit = 0; bit < NR_PAGEFLAGS; bit++)
		if (flags & BIT(bit))
			len += (size_t)scnprintf(buf + len, size - len, "%s%s",
						 len ? "|" : "", page_flag_name(bit));
	return len;
}

static void __init zone_init_lists(struct zone *zone)
{
	int order, type;

	for_each_migratetype_order (order, type)
		INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for_each_pcp_list (order, type)
			INIT_LIST_HEAD(&zone->pageset[cpu].pcp.lists[order][type]);
}

static void __init zone_init(enum zone_type type, unsigned long start, unsigned long end)
{
	struct zone *zone = &contig_page_data.node_zones[type];

	zone_init_lists(zone);
	zone->zone_start_pfn = start;
	if (start >= end) {
		if (type != ZONE_MOVABLE)
			pr_info("  %-8s empty\n", zone->name);
		return;
	}
	zone->spanned_pages = end - start;
	pr_info("  %-8s [mem 0x%016llx-0x%016llx]\n", zone->name,
		(unsigned long long)PFN_PHYS(start),
		(unsigned long long)PFN_PHYS(end) - 1);
}

/* The frame below which there are `pages` of RAM. */
static unsigned long __init pfn_behind_pages(const struct pfn_range *ram, unsigned int nr,
					     unsigned long pages)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned long size = ram[i].end_pfn - ram[i].start_pfn;

		if (pages < size)
			return ram[i].start_pfn + pages;
		pages -= size;
	}
	return ram[nr - 1].end_pfn;
}

/*
 * Where ZONE_MOVABLE starts, or the end of RAM: kernelcore= pages lie below it,
 * and all of the zones below the highest one.
 */
static unsigned long __init find_zone_movable_pfn(const struct pfn_range *ram,
						  unsigned int nr,
						  unsigned long highest_zone_start)
{
	unsigned long total = contig_page_data.node_present_pages;
	unsigned long core = required_kernelcore, end = ram[nr - 1].end_pfn, pfn;

	if (required_movablecore && required_movablecore < total)
		core = max(core, total - ALIGN(required_movablecore, MAX_ORDER_NR_PAGES));
	if (!core || core >= total)
		return end;
	pfn = max(pfn_behind_pages(ram, nr, core), highest_zone_start);
	return min(ALIGN(pfn, MAX_ORDER_NR_PAGES), end);
}

static void __init zones_init(const unsigned long zone_end[MAX_NR_ZONES],
			      const struct pfn_range *ram, unsigned int nr)
{
	unsigned long start = ram[0].start_pfn, end_pfn = ram[nr - 1].end_pfn;
	unsigned long highest = start, movable;

	for (int type = 0; type < ZONE_MOVABLE; type++)
		if (zone_end[type] < end_pfn)
			highest = max(highest, zone_end[type]);
	movable = find_zone_movable_pfn(ram, nr, highest);
	pr_info("Zone ranges:\n");
	for (int type = 0; type < ZONE_MOVABLE; type++) {
		unsigned long end = min(zone_end[type], movable);

		zone_init((enum zone_type)type, start, end);
		start = max(start, end);
	}
	pr_info("Movable zone start for each node\n");
	zone_init(ZONE_MOVABLE, movable, end_pfn);
}

/* Frames of [start, end) that lie in the zone. */
static unsigned long __init overlap(const struct zone *zone, unsigned long start,
				    unsigned long end)
{
	/* LAB 2.5 BEGIN
	 * [start, end) may begin or end outside the zone, or lie beside it.
	 * START WITH
	 *	return zone->spanned_pages ? end - start : 0;
	 */
	unsigned long lo = max(start, zone->zone_start_pfn);
	unsigned long hi = min(end, zone_end_pfn(zone));

	return hi > lo ? hi - lo : 0;
	/* LAB 2.5 END */
}

static void __init count_present(const struct pfn_range *ram, unsigned int nr)
{
	pr_info("Early memory node ranges\n");
	for (unsigned int i = 0; i < nr; i++) {
		unsigned long start = ram[i].start_pfn, end = ram[i].end_pfn;
		struct zone *zone;

		pr_info("  node   0: [mem 0x%016llx-0x%016llx]\n",
			(unsigned long long)PFN_PHYS(start),
			(unsigned long long)PFN_PHYS(end) - 1);
		for_each_zone(zone)
			zone->present_pages += overlap(zone, start, end);
		bitmap_set(mem_map_present, start / MAX_ORDER_NR_PAGES,
			   (end - 1) / MAX_ORDER_NR_PAGES - start / MAX_ORDER_NR_PAGES + 1);
	}
}

/*
 * Every frame starts reserved. This loop and the hand-over are the two that boot
 * runs once for each frame: stores, and next to nothing else.
 */
static void __init memmap_init(unsigned long start, unsigned long end,
			       enum zone_type type)
{
	unsigned long flags = (unsigned long)type << ZONES_PGSHIFT | BIT(PG_reserved);

	struct page *page = pfn_to_page(start), *last = pfn_to_page(end);

#pragma GCC unroll 4
	for (; page < last; page++) {
		page->flags = flags;
		page->_count = 0;
		page->_mapcount = -1;
		page->private = 0;
		page->mapping = NULL;
		page->index = 0;
		page->lru.next = page->lru.prev = NULL;
	}
}

static void __init memmap_init_block(unsigned long start, unsigned long end)
{
	struct zone *zone;

	for_each_zone(zone) {
		unsigned long stop = zone_end_pfn(zone);

		if (start >= end || start >= stop)
			continue;
		/* frames below the first zone, or between, belong to the next */
		memmap_init(start, min(end, stop),
			    (enum zone_type)(zone - contig_page_data.node_zones));
		start = min(end, stop);
	}
	if (start < end)
		memmap_init(start, end, page_zonenum(pfn_to_page(start - 1)));
}

/* Give back the whole pages of mem_map that cover [start, end), all hole. */
static void __init free_memmap(unsigned long start, unsigned long end)
{
	phys_addr_t from = PAGE_ALIGN(__pa(pfn_to_page(start)));
	phys_addr_t to = ALIGN_DOWN(__pa(pfn_to_page(end)), PAGE_SIZE);

	if (from < to)
		free_bootmem(from, to - from);
}

static void __init map_or_free_blocks(unsigned long nr_blocks)
{
	for (unsigned long block = 0; block < nr_blocks;) {
		bool present = test_bit(block, mem_map_present);
		unsigned long next =
			present ? find_next_zero_bit(mem_map_present, nr_blocks, block)
				: find_next_bit(mem_map_present, nr_blocks, block);
		unsigned long start = block * MAX_ORDER_NR_PAGES;
		unsigned long end = next * MAX_ORDER_NR_PAGES;

		if (present)
			memmap_init_block(start, end);
		else
			free_memmap(start, end);
		block = next;
	}
}

/* Not cleared: memmap_init writes every byte that is kept. */
static void __init alloc_mem_map(void)
{
	unsigned long size = max_mapnr * sizeof(struct page);

	mem_map = __alloc_bootmem_raw(size, PAGE_SIZE, MAX_DMA_ADDRESS);
	if (!mem_map)
		panic("no room for mem_map: wanted %luK for %lu frames, the largest free "
		      "run of lowmem has %luK", size >> 10, max_mapnr,
		      bootmem_longest_run() << (PAGE_SHIFT - 10));
}

void __init free_area_init(const struct pfn_range *ram, unsigned int nr,
			   const unsigned long zone_end[MAX_NR_ZONES])
{
	unsigned long end_pfn, nr_blocks;

	if (!nr)
		panic("free_area_init: there is no RAM at all");
	end_pfn = ram[nr - 1].end_pfn;
	BUG_ON(end_pfn > MAX_ARCH_PFN);
	contig_page_data.node_start_pfn = ram[0].start_pfn;
	contig_page_data.node_spanned_pages = end_pfn - ram[0].start_pfn;
	for (unsigned int i = 0; i < nr; i++)
		contig_page_data.node_present_pages += ram[i].end_pfn - ram[i].start_pfn;
	zones_init(zone_end, ram, nr);
	count_present(ram, nr);
	nr_blocks = DIV_ROUND_UP(end_pfn, MAX_ORDER_NR_PAGES);
	max_mapnr = nr_blocks * MAX_ORDER_NR_PAGES;
	if (!mem_map)
		alloc_mem_map();
	highmem_start_page = mem_map + min(zone_end[ZONE_NORMAL], max_mapnr);
	memset(pageblock_flags, MIGRATE_MOVABLE, sizeof(pageblock_flags));
	map_or_free_blocks(nr_blocks);
}
