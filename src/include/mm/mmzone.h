/*
 * Zones: RAM divided by what can be done with it. ZONE_DMA is what an ISA
 * device reaches, ZONE_NORMAL what the kernel maps for good, ZONE_HIGHMEM the
 * rest. (Gorman ch. 2, "Zones"; Professional Linux Kernel Architecture 3.2.2)
 *
 * Counting is Linux 6.1's: spanned is from the first to the last frame, holes
 * included; present is frames that are RAM; managed is present less what boot
 * took, that is, what was ever handed to the page allocator.
 */
#ifndef MM_MMZONE_H
#define MM_MMZONE_H

#include <asm/page.h>
#include <mm/page-flags.h>

#define MAX_ORDER          11
#define MAX_ORDER_NR_PAGES (1UL << (MAX_ORDER - 1))

enum zone_type {
	ZONE_DMA,
	ZONE_NORMAL,
	ZONE_HIGHMEM,
	MAX_NR_ZONES
};

enum zone_stat_item {
	NR_FREE_PAGES,
	NR_VM_ZONE_STAT_ITEMS
};

struct free_area {
	struct list_head free_list; /* of blocks of 2^order, by page.lru */
	unsigned long nr_free;      /* blocks on it */
};

struct zone {
	const char *name; /* "DMA", "Normal", "HighMem" */
	struct free_area free_area[MAX_ORDER];
	unsigned long vm_stat[NR_VM_ZONE_STAT_ITEMS]; /* pages */

	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
	unsigned long present_pages;
	unsigned long managed_pages;
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
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
	return (unsigned long)(page - mem_map);
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

#define ZONES_SHIFT 2
#define ZONES_PGSHIFT (sizeof(unsigned long) * 8 - ZONES_SHIFT)
_Static_assert(NR_PAGEFLAGS <= ZONES_PGSHIFT, "page flags reach the zone's number");

static inline enum zone_type page_zonenum(const struct page *page)
{
	return (enum zone_type)(page->flags >> ZONES_PGSHIFT);
}

static inline struct zone *page_zone(const struct page *page)
{
	return &contig_page_data.node_zones[page_zonenum(page)];
}

static inline bool PageHighMem(const struct page *page)
{
	return page_zonenum(page) == ZONE_HIGHMEM;
}

static inline bool populated_zone(const struct zone *zone)
{
	return zone->present_pages != 0;
}

static inline unsigned long zone_end_pfn(const struct zone *zone)
{
	return zone->zone_start_pfn + zone->spanned_pages;
}

static inline unsigned long zone_page_state(const struct zone *zone,
					    enum zone_stat_item item)
{
	return zone->vm_stat[item];
}

#define for_each_zone(zone)                                                    \
	for ((zone) = contig_page_data.node_zones;                             \
	     (zone) < contig_page_data.node_zones + MAX_NR_ZONES; (zone)++)

/* A run of RAM frames, [start_pfn, end_pfn). */
struct pfn_range {
	unsigned long start_pfn, end_pfn;
};

/*
 * Lay out the zones and mem_map over the given RAM, which is sorted and does
 * not overlap. zone_end[i] is the frame where zone i ends. Takes mem_map from
 * bootmem and gives the parts over large holes back. Every frame comes out
 * reserved; free_all_bootmem and free_highmem_pages hand them over. Boot only.
 */
void free_area_init(const struct pfn_range *ram, unsigned int nr,
		    const unsigned long zone_end[MAX_NR_ZONES]);

#endif
