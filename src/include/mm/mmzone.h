/*
 * Zones: RAM divided by what can be done with it. ZONE_DMA is what an ISA
 * device reaches, ZONE_NORMAL what the kernel maps for good, ZONE_HIGHMEM the
 * rest; ZONE_MOVABLE, if asked for, the part of the highest zone that only
 * movable pages may use. (Gorman ch. 2, "Zones"; Professional Linux Kernel Architecture
 * 3.2.2)
 *
 * Counting is Linux 6.1's: spanned is from the first to the last frame, holes
 * included; present is frames that are RAM; managed is present less what boot
 * took, that is, what was ever handed to the page allocator.
 */
#ifndef MM_MMZONE_H
#define MM_MMZONE_H

#include <asm/page.h>
#include <asm/smp.h>
#include <mm/gfp.h>
#include <mm/page-flags.h>

#define MAX_ORDER          11
#define MAX_ORDER_NR_PAGES (1UL << (MAX_ORDER - 1))

enum zone_type {
	ZONE_DMA,
	ZONE_NORMAL,
	ZONE_HIGHMEM,
	ZONE_MOVABLE,
	MAX_NR_ZONES
};

/*
 * Why pages are grouped: a page that cannot move spoils the block that it lies
 * in for large allocations, so such pages share blocks. (Professional Linux
 * Kernel Architecture 3.5.2)
 */
enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_MOVABLE,
	MIGRATE_PCPTYPES, /* the types that have a per-CPU list */
	MIGRATE_RESERVE = MIGRATE_PCPTYPES, /* kept whole until all else fails */
	MIGRATE_CMA,     /* lent to movable pages only */
	MIGRATE_ISOLATE, /* nothing may be allocated from it */
	MIGRATE_TYPES
};
extern const char *const migratetype_names[MIGRATE_TYPES];

/* A pageblock is what one large page maps; its type is a byte in
 * pageblock_flags. */
#define pageblock_order    (PMD_SHIFT - PAGE_SHIFT)
#define pageblock_nr_pages (1UL << pageblock_order)
#define MAX_PAGEBLOCKS     (MAX_ARCH_PFN >> pageblock_order)
extern u8 pageblock_flags[MAX_PAGEBLOCKS];

enum zone_stat_item {
	NR_FREE_PAGES,     /* in the free lists, isolated ones not counted */
	NR_BOUNCE,         /* bounce pages in use */
	NR_FREE_CMA_PAGES, /* of those, in CMA blocks */
	NR_VM_ZONE_STAT_ITEMS
};

struct free_area {
	struct list_head free_list[MIGRATE_TYPES]; /* blocks, by page.lru */
	unsigned long nr_free; /* blocks on all of them */
};

#define NR_PCP_ORDERS 6 /* the orders, from 0, that have per-CPU lists */

/* Small blocks in front of the free lists, this CPU's own: hot ones, whose
 * cache lines are warm, at the head of a list, cold ones at its tail. */
struct per_cpu_pages {
	int count; /* pages in all lists */
	int high;  /* when there are so many, batch pages go back */
	int batch; /* pages moved at a time */
	struct list_head lists[NR_PCP_ORDERS][MIGRATE_PCPTYPES];
};

#define for_each_pcp_list(order, type)                                                 \
	for ((order) = 0; (order) < NR_PCP_ORDERS; (order)++)                          \
		for ((type) = 0; (type) < MIGRATE_PCPTYPES; (type)++)

struct per_cpu_pageset {
	struct per_cpu_pages pcp;
};

struct zone {
	unsigned long vm_stat[NR_VM_ZONE_STAT_ITEMS]; /* pages */

	/* Free pages below which reclaim is desperate, begins, and ends. */
	unsigned long pages_min, pages_low, pages_high;
	/* [j]: pages kept from allocations that zone j could have served. */
	unsigned long lowmem_reserve[MAX_NR_ZONES];

	struct per_cpu_pageset pageset[NR_CPUS];
	struct free_area free_area[MAX_ORDER];

	const char *name; /* "DMA", "Normal", "HighMem", "Movable" */
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
	unsigned long present_pages;
	unsigned long managed_pages;
	unsigned long cma_pages; /* of the managed ones */
};

/* Where an allocation looks, best zone first; ends with zone NULL. */
struct zoneref {
	struct zone *zone;
	enum zone_type zone_idx;
};
struct zonelist {
	struct zoneref _zonerefs[MAX_NR_ZONES + 1];
	enum zone_type classzone_idx; /* the best zone that the mask allows */
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelists[MAX_NR_ZONES]; /* by gfp_zone() */
	unsigned long node_start_pfn;
	unsigned long node_present_pages;
	unsigned long node_spanned_pages;
} pg_data_t;

extern pg_data_t contig_page_data; /* one node: i386 has uniform memory */
extern struct page *mem_map;       /* of frame 0 */
extern unsigned long max_mapnr;    /* frames that mem_map covers */

/* Where mem_map has entries, a bit for each MAX_ORDER block: the map's parts
 * for large holes go back to the page allocator. */
extern unsigned long mem_map_present[];

static inline bool pfn_valid(unsigned long pfn)
{
	return pfn < max_mapnr && test_bit(pfn / MAX_ORDER_NR_PAGES, mem_map_present);
}

/* For valid frames, and their pages, only. */
static inline struct page *pfn_to_page(unsigned long pfn)
{
	return mem_map + pfn;
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return ((unsigned long)page - (unsigned long)mem_map) / sizeof(struct page);
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}

/* Of an address in lowmem; the page of one in highmem has no such address. */
static inline struct page *virt_to_page(const void *address)
{
	return pfn_to_page(PFN_DOWN(__pa(address)));
}

static inline void *lowmem_page_address(const struct page *page)
{
	return __va(page_to_phys(page));
}

#define ZONES_SHIFT   2
#define ZONES_PGSHIFT (sizeof(unsigned long) * 8 - ZONES_SHIFT)
_Static_assert(NR_PAGEFLAGS <= ZONES_PGSHIFT, "page flags reach the zone's number");
_Static_assert(MAX_NR_ZONES <= 1 << ZONES_SHIFT, "the zone's number has too few bits");

static inline enum zone_type page_zonenum(const struct page *page)
{
	return (enum zone_type)(page->flags >> ZONES_PGSHIFT);
}

static inline struct zone *page_zone(const struct page *page)
{
	return &contig_page_data.node_zones[page_zonenum(page)];
}

static inline enum zone_type zone_idx(const struct zone *zone)
{
	return (enum zone_type)(zone - contig_page_data.node_zones);
}

/* The page of the first frame above lowmem. */
extern struct page *highmem_start_page;

/* Whether the frame has no address of its own. Not a question of its zone:
 * ZONE_MOVABLE may be a part of either. */
static inline bool PageHighMem(const struct page *page)
{
	return page >= highmem_start_page;
}



static inline enum migratetype get_pageblock_migratetype(const struct page *page)
{
	return (enum migratetype)pageblock_flags[page_to_pfn(page) >> pageblock_order];
}

static inline bool is_migrate_cma(enum migratetype type)
{
	return type == MIGRATE_CMA;
}

static inline bool is_migrate_isolate(enum migratetype type)
{
	return type == MIGRATE_ISOLATE;
}

static inline bool populated_zone(const struct zone *zone)
{
	return zone->present_pages != 0;
}

/*
 * Whether the zone's frames have no address of their own. ZONE_MOVABLE is of the
 * kind of the highest zone with frames; an empty one starts behind that.
 */
static inline bool is_highmem(const struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn - !populated_zone(zone);

	return zone_idx(zone) == ZONE_HIGHMEM ||
	       (zone_idx(zone) == ZONE_MOVABLE && PageHighMem(pfn_to_page(pfn)));
}

static inline unsigned long zone_end_pfn(const struct zone *zone)
{
	return zone->zone_start_pfn + zone->spanned_pages;
}

static inline bool zone_spans_pfn(const struct zone *zone, unsigned long pfn)
{
	return pfn >= zone->zone_start_pfn && pfn < zone_end_pfn(zone);
}

static inline unsigned long zone_page_state(const struct zone *zone,
					    enum zone_stat_item item)
{
	return zone->vm_stat[item];
}

static inline struct per_cpu_pages *zone_pcp(struct zone *zone)
{
	return &zone->pageset[smp_processor_id()].pcp;
}

#define for_each_zone(zone)                                                            \
	for ((zone) = contig_page_data.node_zones;                                     \
	     (zone) < contig_page_data.node_zones + MAX_NR_ZONES; (zone)++)

#define for_each_populated_zone(zone)                                                  \
	for_each_zone (zone)                                                           \
		if (populated_zone(zone))

#define for_each_migratetype_order(order, type)                                        \
	for ((order) = 0; (order) < MAX_ORDER; (order)++)                              \
		for ((type) = 0; (type) < MIGRATE_TYPES; (type)++)

/* A run of RAM frames, [start_pfn, end_pfn). */
struct pfn_range {
	unsigned long start_pfn, end_pfn;
};

/*
 * Lay out the zones and mem_map over the given RAM, which is sorted and does
 * not overlap. zone_end[i] is the frame where zone i ends; kernelcore= and
 * movablecore= may cut ZONE_MOVABLE out of the last. Takes mem_map from bootmem
 * (or uses one that is set already) and gives the parts over large holes back.
 * Every frame comes out reserved, every pageblock movable; free_all_bootmem and
 * free_reserved_range hand frames over. Boot only.
 */
void free_area_init(const struct pfn_range *ram, unsigned int nr,
		    const unsigned long zone_end[MAX_NR_ZONES]);

/* Make the zonelists from the populated zones; decide whether grouping by
 * mobility pays; size the per-CPU lists. After free_area_init. */
void build_all_zonelists(void);

#endif
